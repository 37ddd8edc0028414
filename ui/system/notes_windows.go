package system

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// powershellTimeout is how long one of our scripts may take: PowerShell starts slowly on a busy computer.
const powershellTimeout = 30 * time.Second

// clickKey is where Windows looks for who opens such an address.
const clickKey = `Software\Classes\` + clickScheme

// Notes shows notes, one at a time.
type Notes struct {
	Icon  []byte              // not used here: the setup names the picture
	Acted func(action string) // never called: Windows tells it by Click
	Click []string            // the arguments with which this program is started by a click; nil for none
}

// Show shows a note, in the place of the one before.
func (n *Notes) Show(ctx context.Context, note Note) error {
	// Without a name that is registered, Windows shows nothing and says nothing.
	k, _, err := registry.CreateKey(registry.CURRENT_USER, `Software\Classes\AppUserModelId\`+ID, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	err = k.SetStringValue("DisplayName", name)
	_ = k.Close()
	if err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	if err := n.leadClicks(); err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	args, env := toast(note.clean())
	if _, err := powershell(ctx, args[len(args)-1], env...); err != nil {
		return fmt.Errorf("show a note: %w", err)
	}
	return nil
}

// leadClicks lets Windows start this program, for this user, when a note is clicked on. The command is fixed: nothing of an
// address that somebody else opens gets into it.
func (n *Notes) leadClicks() error {
	if n.Click == nil {
		return nil
	}
	exe, err := Self()
	if err != nil {
		return err
	}
	// What Windows may append to it, an address, comes after the end of all options.
	command := append(append([]string{exe}, n.Click...), "--")
	if slices.ContainsFunc(command, func(word string) bool { return strings.Contains(word, "%") }) {
		return nil // Windows would fill something in there
	}
	for _, k := range []struct{ key, name, value string }{
		{clickKey, "", "URL:" + name},
		{clickKey, "URL Protocol", ""},
		{clickKey + `\shell\open\command`, "", windows.ComposeCommandLine(command)},
	} {
		at, _, err := registry.CreateKey(registry.CURRENT_USER, k.key, registry.SET_VALUE)
		if err != nil {
			return err
		}
		err = at.SetStringValue(k.name, k.value)
		_ = at.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// Close does nothing: what is shown stays.
func (*Notes) Close() {}

// powershell runs one of our constant scripts, with more in its environment, and gives what it prints.
func powershell(ctx context.Context, script string, env ...string) ([]byte, error) {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, powershellTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "WindowsPowerShell", "v1.0", "powershell.exe"), powershellArgs(script)...) //nolint:gosec // a constant script of ours
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
	return cmd.Output()
}
