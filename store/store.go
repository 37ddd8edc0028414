// Package store keeps the history of all homes in one SQLite file. It implements
// rounds.History. The window and the terminal may have the same file open.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"porchlight/checks/rounds"
)

// What can be wrong with the file of the history. Every method may return them, wrapped.
// None of them means that something was thrown away.
var (
	ErrCorrupt  = errors.New("the history is damaged")
	ErrReadOnly = errors.New("the history cannot be written")
	ErrNewer    = errors.New("the history is from a newer version")
	ErrLocked   = errors.New("the history is in use")
	ErrFull     = errors.New("no room for the history")
	ErrNotFile  = errors.New("the history is not a file")
	ErrMoved    = errors.New("the history was moved away") // since it was opened: open it again
)

// busyTimeout is how long one process waits for the other. A round is saved in
// milliseconds, even on a slow disk in far less than a second.
const busyTimeout = 5 * time.Second

// A Store is an open history. Its methods may be called from several goroutines.
type Store struct {
	// SetAside is where Open put a damaged file; "" if there was none.
	SetAside string
	// Upgraded says that Open brought a file of an older version to ours, and kept a backup of it.
	Upgraded bool

	path   string // absolute
	log    *slog.Logger
	opened os.FileInfo // of path, to notice that somebody moved it
	writer *sql.DB     // one connection
	reader *sql.DB     // as many as there are readers; it cannot write
}

var _ rounds.History = (*Store)(nil)

// Open opens the history in the file at path, made with its folder if there is none, and
// brings it to the newest version. A damaged file is set aside under a new name, and
// SetAside says which; if that is impossible, the error is ErrCorrupt. It waits at most
// 5 s for another process that is opening it.
func Open(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	return open(ctx, path, log, busyTimeout)
}

// Close closes the history. Nobody may use it any more.
func (s *Store) Close() error {
	// The writer goes last: only a connection that may write can empty the log file.
	if err := errors.Join(s.reader.Close(), s.writer.Close()); err != nil {
		return fmt.Errorf("close the history: %w", mapped(err))
	}
	return nil
}

// LockRound makes sure that only one process walks a round. It does not wait: ErrLocked
// means that another one walks. The lock ends with release, or with the process.
func (s *Store) LockRound(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lock := flock.New(s.path + ".round-lock")
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the round: %w", mapped(err))
	case !ok:
		return nil, fmt.Errorf("lock the round: %w", ErrLocked)
	}
	return sync.OnceFunc(func() {
		if err := lock.Unlock(); err != nil {
			s.log.WarnContext(ctx, "round stays locked", "err", err)
		}
	}), nil
}

// write runs do in one transaction of its own; all of it is kept, or nothing.
func (s *Store) write(ctx context.Context, what string, do func(*sql.Tx) error) error {
	return s.transact(ctx, s.writer, what, do)
}

// change carries out one statement. It returns missing if that touched no row.
func (s *Store) change(ctx context.Context, what string, missing error, query string, args ...any) error {
	return s.write(ctx, what, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if err == nil && n == 0 {
			return missing
		}
		return err
	})
}

// read runs do on one unchanging picture of the history.
func (s *Store) read(ctx context.Context, what string, do func(*sql.Tx) error) error {
	return s.transact(ctx, s.reader, what, do)
}

func (s *Store) transact(ctx context.Context, db *sql.DB, what string, do func(*sql.Tx) error) error {
	if err := s.unmoved(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, mapped(err))
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err = do(tx); err == nil {
		err = tx.Commit()
	}
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // database/sql rolled back before we came to Commit
	}
	if err != nil {
		err = mapped(err)
		s.suspect(err)
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// unmoved returns ErrMoved if path no longer is the file that was opened. SQLite would go
// on writing to the file that the other process has set aside.
func (s *Store) unmoved() error {
	if info, err := os.Stat(s.path); err != nil || !os.SameFile(info, s.opened) {
		return ErrMoved
	}
	return nil
}

// A scanner reads one row into v.
type scanner[T any] func(rows *sql.Rows, v *T) error

// list yields one T for every row, on one unchanging picture of the history.
func list[T any](ctx context.Context, s *Store, what string, scan scanner[T], query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.unmoved()
		if err == nil {
			err = each(ctx, s.reader, scan, func(v T) bool { return yield(v, nil) }, query, args...)
		}
		if err != nil {
			err = mapped(err)
			s.suspect(err)
			yield(*new(T), fmt.Errorf("%s: %w", what, err))
		}
	}
}

// A querier is a transaction or a database.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls use for every row, until use returns false.
func each[T any](ctx context.Context, q querier, scan scanner[T], use func(T) bool, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what went wrong
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return err
		}
		if !use(v) {
			return nil
		}
	}
	return rows.Err()
}

// all returns every row.
func all[T any](ctx context.Context, q querier, scan scanner[T], query string, args ...any) ([]T, error) {
	var list []T
	err := each(ctx, q, scan, func(v T) bool { list = append(list, v); return true }, query, args...)
	return list, err
}
