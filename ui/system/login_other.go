//go:build !linux && !windows && !darwin

package system

func (Login) enable() error { return ErrNoLogin }

func (Login) disable() error { return nil }

func (Login) state() (LoginState, error) { return LoginOff, nil }
