//go:build cgo

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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

// replace puts all that is in one database in the place of what is in another, in one transaction.
func replace(ctx context.Context, into, from *sql.DB) error {
	return raw(ctx, into, func(to *sqlite3.SQLiteConn) error {
		return raw(ctx, from, func(source *sqlite3.SQLiteConn) error {
			b, err := to.Backup("main", source, "main")
			if err != nil {
				return err
			}
			done, err := b.Step(-1)
			if err == nil && !done {
				err = ErrLocked
			}
			return errors.Join(err, b.Finish())
		})
	})
}

// raw lets do work with a connection as SQLite knows it.
func raw(ctx context.Context, db *sql.DB, do func(*sqlite3.SQLiteConn) error) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	err = c.Raw(func(driver any) error {
		conn, ok := driver.(*sqlite3.SQLiteConn)
		if !ok {
			return fmt.Errorf("a connection is a %T", driver)
		}
		return do(conn)
	})
	return errors.Join(err, c.Close())
}
