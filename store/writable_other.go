//go:build !unix

package store

import "os"

// writable returns why a file or folder cannot be written; nil if it can. Folders on
// Windows do not tell: there SQLite finds out.
func writable(path string) error {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows has no locks that a Close could end
	if err != nil {
		return err
	}
	return f.Close()
}

// syncFolder has nothing to do where folders cannot be opened.
func syncFolder(string) error { return nil }
