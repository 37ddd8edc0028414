package system

import (
	"errors"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	// runKey holds what Windows starts when the user signs in.
	runKey = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approvedKey is where the Task Manager and Settings keep what the user switched off there: the first byte
	// of the value is odd.
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

func (l Login) enable() error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	if err := k.SetStringValue(ID, windows.ComposeCommandLine(append([]string{l.Exe}, l.Args...))); err != nil {
		return err
	}
	return forget(approvedKey) // without a word of the user it is approved
}

func (Login) disable() error { return forget(runKey) }

// forget removes the program's value from a key.
func forget(key string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	if err := k.DeleteValue(ID); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}

func (Login) state() (LoginState, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		return LoginOff, err
	}
	defer func() { _ = k.Close() }()
	_, _, err = k.GetStringValue(ID)
	if errors.Is(err, registry.ErrNotExist) {
		return LoginOff, nil
	}
	if err != nil {
		return LoginOff, err
	}
	a, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return LoginOn, nil // nobody has switched anything off
	}
	defer func() { _ = a.Close() }()
	if b, _, err := a.GetBinaryValue(ID); err == nil && len(b) > 0 && b[0]&1 == 1 {
		return LoginBlocked, nil
	}
	return LoginOn, nil
}
