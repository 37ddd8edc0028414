package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// thinAtOnce is how many rows are forgotten in one transaction: others want to write too.
	thinAtOnce = 20_000
	// compactFrom says how much of the file has to be free for it to be written anew: one part of so many.
	compactFrom = 4
	// oddGap is a time since the round before the latest after which the clock may be wrong.
	oddGap = 31 * 24 * time.Hour
	// witnesses is how many of the newest rounds are asked what time it is.
	witnesses = 5
	// everybody is the name of all devices, for a try of which nobody knows any more where it was made.
	everybody = "*"
)

// Tend does what is due now and then: it forgets what is older than the user wants, looks for damage and makes the
// weekly backup. It is meant for after a round.
func (s *Store) Tend(ctx context.Context, now time.Time) error {
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	if set.Keep > 0 {
		if err := s.tendKept(ctx, now, set.Keep); err != nil {
			return err
		}
	}
	if fresh, err := s.backedUp(now); err != nil || fresh {
		return err
	}
	if err := check(ctx, s.reader, "quick_check"); err != nil {
		err = mapped(err)
		s.suspect(err)
		return fmt.Errorf("look for damage: %w", err)
	}
	_, err = s.BackUp(ctx, now)
	return err
}

// tendKept forgets what is older than some months. A clock that ran ahead must not cost the history: nothing is
// forgotten by one that is far from the round before, nor by a later time than most of the newest rounds speak for.
func (s *Store) tendKept(ctx context.Context, now time.Time, months int) error {
	var ended []time.Time // newest rounds first
	err := s.read(ctx, "read when the newest rounds were", func(tx *sql.Tx) (err error) {
		ended, err = all(ctx, tx, func(rows *sql.Rows, at *time.Time) error { return rows.Scan(millis{at}) },
			`SELECT finished FROM rounds WHERE origin = '' ORDER BY id DESC LIMIT ?`, witnesses)
		return err
	})
	if err != nil || len(ended) < witnesses || now.Sub(ended[1]) > oddGap {
		return err
	}
	slices.SortFunc(ended, time.Time.Compare)
	if sure := ended[witnesses/2].Add(oddGap); now.After(sure) {
		now = sure
	}
	return s.Thin(ctx, now.AddDate(0, -months, 0))
}

// Thin forgets what is older than a moment, in all homes: rounds, changes of devices, and devices that have not been
// seen since, unless a finding or a word of the user is about them. Findings keep their lives.
func (s *Store) Thin(ctx context.Context, before time.Time) error {
	removed := int64(0)
	for _, query := range []string{
		`DELETE FROM rounds WHERE id IN (SELECT id FROM rounds WHERE finished < ?1 AND id NOT IN (SELECT latest FROM homes) LIMIT ?2)`,
		`DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < ?1 AND finding = '' LIMIT ?2)`,
		`DELETE FROM devices WHERE rowid IN (SELECT d.rowid FROM devices d WHERE NOT present AND last_seen < ?1
			AND NOT EXISTS (SELECT 1 FROM choices c WHERE c.home = d.home AND c.device = d.id)
			AND NOT EXISTS (SELECT 1 FROM findings f WHERE f.home = d.home AND (f.device = d.id OR instr(f.args, d.id))) LIMIT ?2)`,
		`DELETE FROM ledgers WHERE (home, round, device) IN (SELECT home, round, device FROM ledgers WHERE round NOT IN (SELECT id FROM rounds) LIMIT ?2)`,
	} {
		for more := true; more; {
			err := s.write(ctx, "thin out the history", func(tx *sql.Tx) error {
				r, err := tx.ExecContext(ctx, query, millis{&before}, thinAtOnce)
				if err != nil {
					return err
				}
				n, err := r.RowsAffected()
				removed, more = removed+n, n == thinAtOnce
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	var free, pages int64
	err := errors.Join(s.writer.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free), s.writer.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages))
	if err != nil || removed == 0 || free < pages/compactFrom {
		return mapped(err)
	}
	return s.compact(ctx)
}

// Erase forgets everything, the backups and what was set aside too, and leaves no trace of it in the files. What it
// has to keep for a day is how many logins failed, so that no device is tried too often; not on which. It refuses with
// ErrLocked while a round is walked, and if another process reads for so long that traces stay: then erase again.
func (s *Store) Erase(ctx context.Context) error {
	release, err := s.LockRound(ctx)
	if err != nil {
		return err
	}
	defer release()
	unlock, err := s.lockBackups()
	if err != nil {
		return fmt.Errorf("erase the history: %w", mapped(err))
	}
	defer unlock()
	if err := s.wipeCopies(); err != nil { // first: it makes room on a disk that is full
		return fmt.Errorf("erase copies of the history: %w", mapped(err))
	}
	day := time.Now().Add(-24 * time.Hour)
	err = s.write(ctx, "erase the history", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM tries WHERE at < ? OR NOT failed`, millis{&day})
		for _, query := range []string{
			`DELETE FROM homes`, // and all that belongs to them
			`DELETE FROM settings`,
			`DELETE FROM news`,
			`UPDATE tries SET login = ''`,
			`DELETE FROM try_names`,
			`INSERT INTO try_names (name, try) SELECT '` + everybody + `', id FROM tries`,
		} {
			if err == nil {
				_, err = tx.ExecContext(ctx, query)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.compact(ctx)
}

// wipeCopies wipes the backups and what was set aside.
func (s *Store) wipeCopies() error {
	for _, of := range []struct {
		folder string
		copied func(name string) bool
	}{
		{s.backupDir(), func(name string) bool { return name != lockName }},
		{filepath.Dir(s.path), func(name string) bool { return strings.HasPrefix(name, filepath.Base(s.path)+damagedEnd) }},
	} {
		files, err := os.ReadDir(of.folder)
		if err != nil {
			return err
		}
		for _, f := range files {
			if !f.Type().IsRegular() || !of.copied(f.Name()) {
				continue
			}
			if err := wipe(filepath.Join(of.folder, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// wipe writes zeros over a file and removes it. Disks that write elsewhere keep what was there for a while.
func wipe(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.CopyN(f, zeros{}, info.Size())
	}
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(path))
}

// zeros reads as zeros without end.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// compact leaves no trace of what was forgotten, and gives its room back.
func (s *Store) compact(ctx context.Context) error {
	if err := s.unmoved(); err != nil {
		return err
	}
	if _, err := s.writer.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("compact the history: %w", mapped(err))
	}
	return s.emptyLog(ctx)
}

// emptyLog moves all that is in the log into the file.
func (s *Store) emptyLog(ctx context.Context) error {
	var busy, inLog, moved int
	err := s.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &inLog, &moved)
	if err == nil && busy != 0 {
		err = ErrLocked
	}
	if err != nil {
		return fmt.Errorf("empty the log of the history: %w", mapped(err))
	}
	return nil
}
