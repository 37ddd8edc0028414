package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// companions are the files that SQLite keeps beside a database, by the end of their names.
var companions = []string{"", "-wal", "-shm", "-journal"}

// open is Open with a wait of the caller's choice.
func open(ctx context.Context, path string, log *slog.Logger, wait time.Duration) (*Store, error) {
	s, err := openPath(ctx, path, log, wait)
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", mapped(err))
	}
	return s, nil
}

func openPath(ctx context.Context, path string, log *slog.Logger, wait time.Duration) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %q", ErrNotFile, path)
	}
	unlock, err := lockOpening(ctx, path, wait)
	if err != nil {
		return nil, err
	}
	defer unlock()

	s := &Store{path: path, log: log}
	if err = s.start(ctx, wait); !errors.Is(err, ErrCorrupt) {
		return s, err
	}
	log.ErrorContext(ctx, "damaged history is set aside", "err", err)
	aside, asideErr := setAside(path, time.Now())
	if asideErr != nil {
		return nil, fmt.Errorf("%w; set it aside: %w", err, asideErr)
	}
	s.SetAside = aside
	if err := s.start(ctx, wait); err != nil {
		return nil, fmt.Errorf("start a new one, with the damaged one at %q: %w", aside, err)
	}
	return s, nil
}

// lockOpening lets one process at a time look for damage, set aside and migrate.
func lockOpening(ctx context.Context, path string, wait time.Duration) (unlock func(), err error) {
	lock := flock.New(path+".open-lock", flock.SetFlag(os.O_CREATE|os.O_RDWR))
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if _, err := lock.TryLockContext(waiting, 10*time.Millisecond); err != nil {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return nil, ErrLocked
		}
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil // it only closes the file, which ends the lock
}

// start opens the file at s.path, looks for damage and migrates. On an error nothing stays open.
func (s *Store) start(ctx context.Context, wait time.Duration) (err error) {
	if s.opened, err = prepare(ctx, s.path, s.log); err != nil {
		return err
	}
	// FULL: after a power cut every finished round is there (SQLite's NORMAL may lose some in WAL mode).
	s.writer, err = connect(s.path, wait, url.Values{"_txlock": {"immediate"}, "_synchronous": {"FULL"}})
	if err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			_ = s.writer.Close() // err says more
		}
	}()
	if err = s.migrate(ctx); err != nil {
		return mapped(err)
	}
	s.reader, err = connect(s.path, wait, url.Values{"_query_only": {"1"}})
	return err
}

// prepare makes sure that the file is there, that it and its folder can be written and that
// only its owner can read it. It must not open a file that is there: closing it would end
// the locks that SQLite holds for another Store of this process
// (https://sqlite.org/howtocorrupt.html, section 2.2).
func prepare(ctx context.Context, path string, log *slog.Logger) (os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		err = f.Close()
	} else if errors.Is(err, fs.ErrExist) {
		err = errors.Join(writable(path), writable(filepath.Dir(path))) // the log lies beside it
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		if err := os.Chmod(path, 0o600); err != nil {
			log.WarnContext(ctx, "others can read the history", "err", err)
		}
	}
	if wal, err := os.Stat(path + "-wal"); err == nil && info.Size() == 0 && wal.Size() > 0 {
		// SQLite would delete the log, the only thing that is left.
		return nil, fmt.Errorf("%w: it is empty but its log is not", ErrCorrupt)
	}
	return info, nil
}

// connect gives a database whose connections carry options besides those that all need.
func connect(path string, wait time.Duration, options url.Values) (*sql.DB, error) {
	options.Set("_busy_timeout", strconv.FormatInt(wait.Milliseconds(), 10))
	options.Set("_foreign_keys", "1")
	options.Set("_secure_delete", "1")
	options.Set("_stmt_cache_size", "64") // a round repeats a few statements for every device
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return sql.Open("sqlite3", dsn.String())
}

// migrate refuses a newer file before it writes anything, looks for damage, and then brings the file to our
// version. Before that it backs it up.
func (s *Store) migrate(ctx context.Context) error {
	steps, ours, err := migrations(s.writer)
	if err != nil {
		return err
	}
	theirs, err := version(ctx, s.writer)
	if err != nil {
		return err
	}
	if theirs > ours {
		return fmt.Errorf("%w: %d, and we know %d", ErrNewer, theirs, ours)
	}
	if err = s.sound(ctx); err != nil {
		return err
	}
	var mode string
	if err = s.writer.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("ask for write-ahead logging: got %q", mode)
	}
	if theirs == ours {
		return nil
	}
	if theirs > 0 {
		if _, err := s.backUp(ctx, time.Now()); err != nil {
			return fmt.Errorf("back up before bringing it up: %w", err)
		}
	}
	_, err = steps.Up(ctx)
	s.Upgraded = err == nil && theirs > 0
	return err
}

// migrations gives the steps that bring a history to the newest version, and that version.
func migrations(db *sql.DB) (steps *goose.Provider, newest int64, err error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, 0, err
	}
	steps, err = goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, 0, err
	}
	sources := steps.ListSources()
	return steps, sources[len(sources)-1].Version, nil
}

// quickLook is how long opening looks for damage: people wait. It is enough for many years. What is not looked at
// then is looked at every week, before it is backed up.
const quickLook = 300 * time.Millisecond

// sound looks for damage: at all of the file if there was a sign of some.
func (s *Store) sound(ctx context.Context) error {
	sign := s.path + suspectEnd
	if _, err := os.Lstat(sign); err == nil {
		if err := check(ctx, s.writer, "quick_check"); err != nil {
			return err
		}
		return os.Remove(sign)
	}
	looking, cancel := context.WithTimeout(ctx, quickLook)
	defer cancel()
	if err := check(looking, s.writer, "quick_check"); err != nil && (looking.Err() == nil || ctx.Err() != nil) {
		return err
	}
	return nil
}

// suspectEnd ends the name of an empty file that asks the next start to look at all of the history.
const suspectEnd = ".suspect"

// suspect notes an error that is a sign of damage.
func (s *Store) suspect(err error) {
	if !errors.Is(err, ErrCorrupt) {
		return
	}
	if f, err := os.OpenFile(s.path+suspectEnd, os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_ = f.Close() // it is empty
	}
}

// check looks for damage by quick_check, or by integrity_check, which takes longer.
func check(ctx context.Context, db *sql.DB, pragma string) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA "+pragma+"(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %q", ErrCorrupt, verdict)
	}
	return nil
}

// version returns the number of the last migration in the file; 0 for a new one.
func version(ctx context.Context, db *sql.DB) (int64, error) {
	var tables int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = ?", goose.DefaultTablename).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	var v int64
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename).Scan(&v)
	return v, err
}

// damagedEnd follows the name of the history in that of a damaged one.
const damagedEnd = ".damaged-"

// setAside renames the file at path and its companions, and returns the new name. It never
// overwrites anything.
func setAside(path string, now time.Time) (string, error) {
	base := path + damagedEnd + now.UTC().Format("20060102-150405")
	for n, name := 1, base; n < 100; n++ {
		if n > 1 {
			name = base + "-" + strconv.Itoa(n)
		}
		if taken(name) {
			continue
		}
		for _, end := range companions {
			// The file goes first. If we are stopped here, the next start finds a log
			// without a file and sets that aside too.
			if err := os.Rename(path+end, name+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
		return name, nil
	}
	return "", fmt.Errorf("no free name like %q", base)
}

func taken(name string) bool {
	for _, end := range companions {
		if _, err := os.Lstat(name + end); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// mapped gives an error of the system or of SQLite the name under which callers ask for it.
func mapped(err error) error {
	name := driverError(err)
	if name == nil {
		name = systemError(err)
	}
	if name == nil || errors.Is(err, name) {
		return err
	}
	return fmt.Errorf("%w: %w", name, err)
}

// systemError returns the sentinel for an error of the operating system; nil if it has none.
func systemError(err error) error {
	const windowsWriteProtect = syscall.Errno(19) // ERROR_WRITE_PROTECT, which syscall does not name
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS),
		runtime.GOOS == "windows" && errors.Is(err, windowsWriteProtect):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	}
	return nil
}
