package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// closedHistory returns the path of a history with a few rounds in it, that nobody has open.
func closedHistory(t *testing.T) string {
	t.Helper()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	home := homeOf(t, s)
	var all []discovery.Device
	for n := range 40 {
		all = append(all, device(n))
	}
	for n := range 3 {
		saved(t, s, round(home, n, all...))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the log is still there after Close: %v", err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows counts the rounds in a history.
func rows(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.reader.QueryRow("SELECT count(*) FROM rounds").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADamagedFileIsSetAsideAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
	}{
		{"header overwritten", func(b []byte) []byte { copy(b, bytes.Repeat([]byte{0xaa}, 100)); return b }},
		{"not a database", func([]byte) []byte { return []byte(strings.Repeat("dear diary ", 1000)) }},
		{"shorter than a header", func(b []byte) []byte { return b[:50] }},
		{"page in the middle overwritten", func(b []byte) []byte {
			copy(b[len(b)/4096/2*4096:], bytes.Repeat([]byte{0xaa}, 4096))
			return b
		}},
		{"cut off in the middle", func(b []byte) []byte { return b[:len(b)/2] }},
		{"cut off within a page", func(b []byte) []byte { return b[:len(b)-1000] }},
		{"first page only", func(b []byte) []byte { return b[:4096] }},
		{"second half zeroed", func(b []byte) []byte { clear(b[len(b)/2:]); return b }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := closedHistory(t)
			damaged := c.damage(read(t, path))
			write(t, path, damaged)
			s := openAt(t, path)
			if !strings.HasPrefix(s.SetAside, path+".damaged-") {
				t.Fatalf("set aside as %q, want a name like %q", s.SetAside, path+".damaged-20261125-180000")
			}
			if !bytes.Equal(read(t, s.SetAside), damaged) {
				t.Error("the file that was set aside differs from the damaged one")
			}
			if saved(t, s, round(homeOf(t, s), 0, device(1))); rows(t, s) != 1 {
				t.Errorf("the new history holds %d rounds, want 1", rows(t, s))
			}
			if again := openAt(t, path); again.SetAside != "" {
				t.Errorf("set aside again as %q", again.SetAside)
			}
		})
	}
}

func TestOnlyOneOfManySetsTheDamagedFileAside(t *testing.T) {
	t.Parallel()
	path := closedHistory(t)
	write(t, path, []byte("dear diary"))
	var wg sync.WaitGroup
	var aside atomic.Int32
	for range 4 {
		wg.Go(func() {
			s, err := open(t.Context(), path, quiet, time.Minute)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if s.SetAside != "" {
				aside.Add(1)
			}
		})
	}
	wg.Wait()
	if n := aside.Load(); n != 1 {
		t.Errorf("%d set it aside, want 1", n)
	}
}

func TestALogWithoutItsFileIsSetAside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lose func(path string) error
	}{
		{"file is gone", os.Remove},
		{"file is empty", func(path string) error { return os.Truncate(path, 0) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := closedHistory(t)
			write(t, path+"-wal", []byte("all that is left"))
			if err := c.lose(path); err != nil {
				t.Fatal(err)
			}
			s := openAt(t, path)
			if got := read(t, s.SetAside+"-wal"); string(got) != "all that is left" {
				t.Errorf("the log that was set aside holds %q", got)
			}
		})
	}
}

func TestSettingAsideOverwritesNothing(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "history.db"), start
	var names []string
	for n := range 3 {
		write(t, path, []byte{byte(n)})
		write(t, path+"-wal", []byte{byte(n), 'w'})
		name, err := setAside(path, now)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Base(name))
		diff(t, "file", read(t, name), []byte{byte(n)})
		diff(t, "log", read(t, name+"-wal"), []byte{byte(n), 'w'})
	}
	diff(t, "names", names, []string{
		"history.db.damaged-20261125-180000", "history.db.damaged-20261125-180000-2", "history.db.damaged-20261125-180000-3",
	})
}

func TestAnEmptyFileIsANewHistory(t *testing.T) {
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	if s.SetAside != "" {
		t.Errorf("set aside as %q", s.SetAside)
	}
	saved(t, s, round(homeOf(t, s), 0))
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v, want 0600", info.Mode(), err)
	}
}

func TestAFolderIsNoHistory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "history.db")
	if err := os.MkdirAll(filepath.Join(dir, "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, quiet); !errors.Is(err, ErrNotFile) {
		t.Errorf("got %v, want %v", err, ErrNotFile)
	}
	if _, err := os.Stat(filepath.Join(dir, "photos")); err != nil {
		t.Errorf("the folder was touched: %v", err)
	}
}

func TestANewerHistoryIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := closedHistory(t)
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, change := range []string{
		"ALTER TABLE homes ADD COLUMN mood TEXT",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	before := read(t, path)
	if _, err := Open(t.Context(), path, quiet); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want %v", err, ErrNewer)
	}
	if !bytes.Equal(read(t, path), before) {
		t.Error("the file was changed")
	}
}

// hold lets another connection do something, and returns what ends that connection.
func hold(t *testing.T, path, do string) (done func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(do); err != nil {
		t.Fatal(err)
	}
	return func() { db.Close() }
}

func TestAHistoryInUseIsLocked(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	t.Run("another writes while we save", func(t *testing.T) {
		t.Parallel()
		path := closedHistory(t)
		s, err := open(ctx, path, quiet, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		home := homeOf(t, s)
		done := hold(t, path, "BEGIN IMMEDIATE")
		if _, _, err := s.SaveRound(ctx, round(home, 0)); !errors.Is(err, ErrLocked) {
			t.Errorf("got %v, want %v", err, ErrLocked)
		}
		done()
		saved(t, s, round(home, 1))
	})
	t.Run("another has all of it", func(t *testing.T) {
		t.Parallel()
		path := closedHistory(t)
		done := hold(t, path, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT")
		if _, err := open(ctx, path, quiet, time.Millisecond); !errors.Is(err, ErrLocked) {
			t.Errorf("got %v, want %v", err, ErrLocked)
		}
		done()
		openAt(t, path)
	})
	t.Run("another is opening it", func(t *testing.T) {
		t.Parallel()
		path := closedHistory(t)
		lock := flock.New(path + ".open-lock")
		if ok, err := lock.TryLock(); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, err := open(ctx, path, quiet, time.Millisecond); !errors.Is(err, ErrLocked) {
			t.Errorf("got %v, want %v", err, ErrLocked)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := open(ended, path, quiet, time.Hour); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		openAt(t, path)
	})
}

func TestOnlyOneWalksARound(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	other := openAt(t, s.path)
	release, err := s.LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []*Store{s, other} {
		if _, err = from.LockRound(t.Context()); !errors.Is(err, ErrLocked) {
			t.Errorf("got %v, want %v", err, ErrLocked)
		}
	}
	if _, err = other.Latest(t.Context(), home.ID); err != nil {
		t.Errorf("the one who does not walk cannot read: %v", err)
	}
	release()
	release() // does no harm
	again, err := other.LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	before, _ := saved(t, s, round(home, 0, device(1)))
	if _, err := s.writer.Exec("PRAGMA max_page_count = 1"); err != nil { // SQLite takes the present size for the least
		t.Fatal(err)
	}
	big := round(home, 1)
	big.ByDevice = map[discovery.DeviceID]discovery.Traffic{"d": {Requests: make([]discovery.Request, 1000)}}
	if _, _, err := s.SaveRound(t.Context(), big); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v, want %v", err, ErrFull)
	}
	diff(t, "round in the history", latest(t, s, home.ID).Round, before.Round)
	if _, err := s.writer.Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	saved(t, s, big)
}

func TestAHistoryThatWasMovedAwayIsNotWrittenOn(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	if _, err := setAside(s.path, start); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.SaveRound(t.Context(), round(home, 0)); !errors.Is(err, ErrMoved) {
		t.Errorf("got %v, want %v", err, ErrMoved)
	}
	if other := openAt(t, s.path); other.SetAside != "" {
		t.Errorf("set aside as %q, want a new history", other.SetAside)
	}
	for _, err := range s.Rounds(t.Context(), home.ID) {
		if !errors.Is(err, ErrMoved) {
			t.Errorf("got %v, want %v", err, ErrMoved)
		}
	}
}

func TestErrorsOfTheSystemHaveNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ err, want error }{
		{&fs.PathError{Op: "open", Err: syscall.EROFS}, ErrReadOnly},
		{&fs.PathError{Op: "open", Err: syscall.EACCES}, ErrReadOnly},
		{fmt.Errorf("open: %w", syscall.EPERM), ErrReadOnly},
		{&fs.PathError{Op: "write", Err: syscall.ENOSPC}, ErrFull},
		{syscall.EDQUOT, ErrFull},
		{fmt.Errorf("again: %w: %w", ErrReadOnly, syscall.EROFS), ErrReadOnly},
		{context.Canceled, context.Canceled},
		{syscall.EINVAL, syscall.EINVAL},
	} {
		got := mapped(c.err)
		if !errors.Is(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v became %v, want both it and %v", c.err, got, c.want)
		}
	}
	if mapped(nil) != nil {
		t.Error("no error became one")
	}
}

func TestAReadOnlyConnectionIsTold(t *testing.T) {
	t.Parallel()
	path := closedHistory(t)
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DELETE FROM rounds"); !errors.Is(mapped(err), ErrReadOnly) {
		t.Errorf("got %v, want %v", mapped(err), ErrReadOnly)
	}
}

// look is a picture of one device with a finding, for processes that save without end.
func look(home rounds.Home, n int) rounds.Snapshot {
	d := device(n % 5)
	snap := round(home, n, d, device(7))
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
	snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{d.ID: {Requests: make([]discovery.Request, 40)}}
	return snap
}
