package store

import (
	"context"
	"errors"
	"fmt"
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
	// keptBackups is how many backups of each sort are kept.
	keptBackups = 3
	// backUpEvery is how old the latest backup may become.
	backUpEvery = 7 * 24 * time.Hour
	// backupForm is how a backup is called, by its time in UTC, and replacedForm one of what was replaced by another
	// backup: going back some times must not push out the good ones.
	backupForm   = "history-20060102-150405.000.db"
	replacedForm = "replaced-20060102-150405.000.db"
	// What is being made, and the copy of a backup that is being restored. One that was left behind counts for nothing.
	partName   = "part.db"
	chosenName = "chosen.db"
	lockName   = "lock"
)

// backupDir is where the backups lie.
func (s *Store) backupDir() string { return filepath.Join(filepath.Dir(s.path), "backups") }

// Backups lists the backups, newest first.
func (s *Store) Backups() ([]rounds.Backup, error) { return s.backups(backupForm, replacedForm) }

// backups lists the backups that are called so, newest first.
func (s *Store) backups(forms ...string) ([]rounds.Backup, error) {
	files, err := os.ReadDir(s.backupDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", mapped(err))
	}
	var list []rounds.Backup
	for _, f := range files {
		for _, form := range forms {
			at, err := time.Parse(form, f.Name())
			if err != nil {
				continue
			}
			if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
				list = append(list, rounds.Backup{Name: f.Name(), At: at, Size: info.Size()})
			}
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
	return s.backUpLocked(ctx, now, backupForm)
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

func (s *Store) backUpLocked(ctx context.Context, now time.Time, form string) (made rounds.Backup, err error) {
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
	made = rounds.Backup{Name: now.UTC().Format(form), At: now.UTC().Truncate(time.Millisecond)}
	if made.Size, err = syncFile(part); err != nil {
		return made, err
	}
	if err = os.Rename(part, s.inBackups(made.Name)); err != nil {
		return made, err
	}
	return made, errors.Join(syncFolder(s.backupDir()), s.prune(now, form))
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

// prune forgets the oldest backups of a sort, and with those of the history what was replaced before them. One from the
// future is from a clock that was wrong, and counts as the oldest.
func (s *Store) prune(now time.Time, form string) error {
	list, err := s.backups(form)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b rounds.Backup) int { return past(b, now).Compare(past(a, now)) })
	old := list[min(keptBackups, len(list)):]
	if form == backupForm && len(list) >= keptBackups {
		replaced, err := s.backups(replacedForm)
		if err != nil {
			return err
		}
		oldest := past(list[keptBackups-1], now)
		old = append(old, slices.DeleteFunc(replaced, func(b rounds.Backup) bool { return !past(b, now).Before(oldest) })...)
	}
	for _, b := range old {
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
	list, err := s.backups(backupForm)
	return slices.ContainsFunc(list, func(b rounds.Backup) bool { return now.Sub(past(b, now)) < backUpEvery }), err
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
