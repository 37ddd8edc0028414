package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"porchlight/checks/rounds"
)

// ErrNoBackup means that there is no backup of that name.
var ErrNoBackup = errors.New("no such backup")

const (
	// keptBackups is how many backups are kept, whatever they were made for.
	keptBackups = 3
	// backUpEvery is how old the latest backup may become.
	backUpEvery = 7 * 24 * time.Hour
	// backupForm is how a backup is called, by its time in UTC.
	backupForm = "history-20060102-150405.000.db"
	// What is being made, and the copy of a backup that is being restored. One that was left behind counts for nothing.
	partName   = "part.db"
	chosenName = "chosen.db"
	lockName   = "lock"
)

// backupDir is where the backups lie.
func (s *Store) backupDir() string { return filepath.Join(filepath.Dir(s.path), "backups") }

// Backups lists the backups, newest first.
func (s *Store) Backups() ([]rounds.Backup, error) {
	files, err := os.ReadDir(s.backupDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", mapped(err))
	}
	var list []rounds.Backup
	for _, f := range files {
		at, err := time.Parse(backupForm, f.Name())
		if err != nil {
			continue
		}
		if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
			list = append(list, rounds.Backup{Name: f.Name(), At: at, Size: info.Size()})
		}
	}
	slices.SortFunc(list, func(a, b rounds.Backup) int { return b.At.Compare(a.At) })
	return list, nil
}

// BackUp copies the whole history as it is now, and forgets the oldest backups. Others read and write meanwhile.
// ErrLocked means that another process is at the backups.
func (s *Store) BackUp(ctx context.Context, now time.Time) (rounds.Backup, error) {
	var made rounds.Backup
	err := s.unmoved()
	if err == nil {
		made, err = s.backUp(ctx, now)
	}
	if err != nil {
		err = mapped(err)
		s.suspect(err)
		return rounds.Backup{}, fmt.Errorf("back up the history: %w", err)
	}
	return made, nil
}

func (s *Store) backUp(ctx context.Context, now time.Time) (rounds.Backup, error) {
	unlock, err := s.lockBackups()
	if err != nil {
		return rounds.Backup{}, err
	}
	defer unlock()
	return s.backUpLocked(ctx, now)
}

// lockBackups keeps others from the backups, and clears away what was left half done.
func (s *Store) lockBackups() (unlock func(), err error) {
	if err := os.MkdirAll(s.backupDir(), 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(s.inBackups(lockName))
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, ErrLocked
	}
	unlock = func() { _ = lock.Unlock() } // it only closes the file, which ends the lock
	if err := errors.Join(removeDatabase(s.inBackups(partName)), removeDatabase(s.inBackups(chosenName))); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

func (s *Store) inBackups(name string) string { return filepath.Join(s.backupDir(), name) }

func (s *Store) backUpLocked(ctx context.Context, now time.Time) (made rounds.Backup, err error) {
	part := s.inBackups(partName)
	defer func() {
		if err != nil {
			_ = removeDatabase(part) // err says more
		}
	}()
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let others read it
	if err != nil {
		return made, err
	}
	if err = f.Close(); err != nil {
		return made, err
	}
	db, err := connect(s.path, busyTimeout, url.Values{})
	if err != nil {
		return made, err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", part)
	if err = errors.Join(err, db.Close()); err != nil {
		return made, err
	}
	made = rounds.Backup{Name: now.UTC().Format(backupForm), At: now.UTC().Truncate(time.Millisecond)}
	if made.Size, err = syncFile(part); err != nil {
		return made, err
	}
	if err = os.Rename(part, s.inBackups(made.Name)); err != nil {
		return made, err
	}
	return made, errors.Join(syncFolder(s.backupDir()), s.prune(now))
}

// syncFile makes sure that a file is there after a power cut, and gives its size.
func syncFile(path string) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err == nil {
		size = info.Size()
	}
	return size, errors.Join(err, f.Sync(), f.Close())
}

// prune forgets the oldest backups. One from the future is from a clock that was wrong, and counts as the oldest.
func (s *Store) prune(now time.Time) error {
	list, err := s.Backups()
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b rounds.Backup) int { return past(b, now).Compare(past(a, now)) })
	for _, b := range list[min(keptBackups, len(list)):] {
		if err := os.Remove(s.inBackups(b.Name)); err != nil {
			return err
		}
	}
	return nil
}

// past gives when a backup was made; the zero time if that is still to come.
func past(b rounds.Backup, now time.Time) time.Time {
	if b.At.After(now) {
		return time.Time{}
	}
	return b.At
}

// backedUp reports whether the latest backup is young enough.
func (s *Store) backedUp(now time.Time) (bool, error) {
	list, err := s.Backups()
	return slices.ContainsFunc(list, func(b rounds.Backup) bool { return now.Sub(past(b, now)) < backUpEvery }), err
}

// Restore puts a backup in the place of the history, in one transaction: until it is done, all stays as it was. The
// backup has to be whole and from no newer version. What it replaces is backed up first. What must not be forgotten
// stays: which logins were tried. ErrLocked means that a round is walked, or that another process is at the backups.
func (s *Store) Restore(ctx context.Context, name string, now time.Time) error {
	release, err := s.LockRound(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err = s.unmoved(); err == nil {
		err = s.restore(ctx, name, now)
	}
	if err != nil {
		return fmt.Errorf("restore %q: %w", name, mapped(err))
	}
	return s.emptyLog(ctx)
}

func (s *Store) restore(ctx context.Context, name string, now time.Time) (err error) {
	list, err := s.Backups()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(b rounds.Backup) bool { return b.Name == name }) {
		return ErrNoBackup
	}
	unlock, err := s.lockBackups()
	if err != nil {
		return err
	}
	defer unlock()
	chosen := s.inBackups(chosenName) // the backup stays as it is
	defer func() { err = errors.Join(err, removeDatabase(chosen)) }()
	if err = copyFile(s.inBackups(name), chosen); err != nil {
		return err
	}
	db, err := connect(chosen, busyTimeout, url.Values{})
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1) // ATTACH counts for one connection
	defer func() { err = errors.Join(err, db.Close()) }()
	if err = s.fit(ctx, db); err != nil {
		return err
	}
	if _, err = s.backUpLocked(ctx, now); err != nil {
		return err
	}
	return replace(ctx, s.writer, db)
}

// fit makes a copy of a backup fit to be the history.
func (s *Store) fit(ctx context.Context, db *sql.DB) error {
	steps, ours, err := migrations(db)
	if err != nil {
		return err
	}
	theirs, err := version(ctx, db)
	switch {
	case err != nil:
		return err
	case theirs > ours:
		return fmt.Errorf("%w: %d, and we know %d", ErrNewer, theirs, ours)
	case theirs == 0:
		return fmt.Errorf("%w: it holds no history", ErrCorrupt)
	}
	if err := check(ctx, db, "integrity_check"); err != nil {
		return err
	}
	if theirs < ours {
		if _, err := steps.Up(ctx); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, `ATTACH ? AS live`, s.path); err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM main.tries`,
		`INSERT INTO main.tries (id, at, failed, login) SELECT id, at, failed, login FROM live.tries`,
		`INSERT INTO main.try_names (name, try) SELECT name, try FROM live.try_names`,
		// No number of a home or a round is given twice: another process may remember it.
		`UPDATE main.sqlite_sequence AS s SET seq = max(seq, (SELECT seq FROM live.sqlite_sequence l WHERE l.name = s.name))
			WHERE name IN (SELECT name FROM live.sqlite_sequence)`,
		`INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM live.sqlite_sequence
			WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)`,
		`DETACH live`,
	} {
		if _, err := db.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// copyFile makes a copy that only its owner can read.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), in.Close())
}

// removeDatabase removes a database with its companions, if it is there.
func removeDatabase(path string) error {
	for _, end := range companions {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
