//go:build cgo

package store

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

// driverError returns the sentinel for an error of SQLite; nil if it has none.
func driverError(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return nil
	}
	switch e.Code {
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return ErrCorrupt
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return ErrReadOnly
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return ErrLocked
	case sqlite3.ErrFull:
		return ErrFull
	case sqlite3.ErrCantOpen, sqlite3.ErrIoErr:
		return systemError(e.SystemErrno)
	}
	return nil
}
