package system

import (
	"errors"
	"os"
	"path/filepath"
)

// loginFile is where the desktop looks for what starts at login.
func loginFile() (string, error) {
	dir, err := os.UserConfigDir() // XDG_CONFIG_HOME, else ~/.config
	return filepath.Join(dir, "autostart", ID+".desktop"), err
}

func (l Login) enable() error { return putLogin(l.desktopEntry()) }

func (Login) state() (LoginState, error) {
	path, err := loginFile()
	if err != nil {
		return LoginOff, err
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return LoginOff, nil
	}
	if err != nil {
		return LoginOff, err
	}
	return desktopState(b), nil
}
