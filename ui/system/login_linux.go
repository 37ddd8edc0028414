package system

import (
	"errors"
	"os"
	"path/filepath"
)

// entry is where the desktop looks for what starts at login.
func entry() (string, error) {
	dir, err := os.UserConfigDir() // XDG_CONFIG_HOME, else ~/.config
	return filepath.Join(dir, "autostart", ID+".desktop"), err
}

func (l Login) enable() error {
	path, err := entry()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return save(path, l.desktopEntry())
}

func (Login) disable() error {
	path, err := entry()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (Login) state() (LoginState, error) {
	path, err := entry()
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
