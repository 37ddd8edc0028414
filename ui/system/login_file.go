//go:build linux || darwin

package system

import (
	"errors"
	"os"
	"path/filepath"
)

// putLogin writes the file by which the system starts the program at login.
func putLogin(b []byte) error {
	path, err := loginFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return Save(path, b)
}

func (Login) disable() error {
	path, err := loginFile()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
