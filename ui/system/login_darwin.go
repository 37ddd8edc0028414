package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// launchctlTimeout is how long launchctl may take to answer.
const launchctlTimeout = 5 * time.Second

// loginFile is where launchd looks for what starts when the user signs in.
func loginFile() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", ID+".plist"), err
}

// launchctl asks launchd about this user.
func launchctl(verb, about string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), launchctlTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/bin/launchctl", verb, "gui/"+strconv.Itoa(os.Getuid())+about).Output() //nolint:gosec // constants and a number
	return string(out), err
}

func (l Login) enable() error {
	if fleeting(l.Exe) {
		return fmt.Errorf("%q: %w", l.Exe, ErrNotFixed)
	}
	if err := putLogin(l.plist()); err != nil {
		return err
	}
	_, _ = launchctl("enable", "/"+ID) // it is, unless the user had switched it off
	return nil
}

func (Login) state() (LoginState, error) {
	path, err := loginFile()
	if err != nil {
		return LoginOff, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return LoginOff, nil
	} else if err != nil {
		return LoginOff, err
	}
	if said, err := launchctl("print-disabled", ""); err == nil && launchdBlocks(said) {
		return LoginBlocked, nil
	}
	return LoginOn, nil
}
