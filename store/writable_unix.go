//go:build unix

package store

import (
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
