//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// writable returns why a file or folder cannot be written; nil if it can.
func writable(path string) error {
	const wOK = 2 // W_OK of access(2), POSIX
	if err := syscall.Access(path, wOK); err != nil {
		return &os.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}

// syncFolder makes sure that what was renamed in a folder is so after a power cut.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
