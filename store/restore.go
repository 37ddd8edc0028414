package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Restore puts a backup in the place of the history, in one transaction: until it is done, all stays as it was. The
// backup has to be whole and from no newer version. What it replaces is backed up first. What must not be forgotten
// stays: which logins were tried, and what the user said that makes Porchlight more careful. ErrLocked means that a round is walked, or that another process is at the backups.
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
	if _, err = s.backUpLocked(ctx, now, replacedForm); err != nil {
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
	} {
		if _, err := db.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	if err := keepSaid(ctx, db); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `DETACH live`)
	return err
}

// keepSaid takes along what the user has said since a backup was made.
func keepSaid(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err := keepSettings(ctx, tx); err != nil {
		return err
	}
	if err := keepWords(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// keepSettings leaves what is set as it is now, if the backup is an earlier state of this history. Into another one, such
// as after damage, only "never" for factory passwords is taken along. In a backup of before homes had keys of their own,
// those were made just now, and a device tells: its ID is made at random.
func keepSettings(ctx context.Context, tx *sql.Tx) error {
	earlier := false
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM main.homes JOIN live.homes USING (key))
		OR EXISTS (SELECT 1 FROM main.devices JOIN live.devices USING (home, id))`).Scan(&earlier)
	if err != nil {
		return err
	}
	queries := []string{`DELETE FROM main.settings`, `INSERT INTO main.settings (name, value) SELECT name, value FROM live.settings`}
	if !earlier {
		queries = []string{
			`INSERT INTO main.settings (name, value) VALUES ('` + settingsName + `', '{}') ON CONFLICT DO NOTHING`,
			`UPDATE main.settings SET value = json_set(value, '$.passwords', '` + rounds.PasswordsNever + `') WHERE name = '` + settingsName + `'
				AND EXISTS (SELECT 1 FROM live.settings WHERE name = '` + settingsName + `' AND json_extract(value, '$.passwords') = '` + rounds.PasswordsNever + `')`,
		}
	}
	for _, query := range queries {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// A word is what the user has said of one device: about factory passwords, and whether it is left alone.
type word struct {
	home    rounds.HomeID
	device  discovery.DeviceID
	consent rounds.Consent
	alone   sql.NullBool
}

// careful reports whether it keeps Porchlight from something.
func (w word) careful() bool { return w.consent == rounds.ConsentRefused || w.alone.Bool }

// keepWords takes the words along that were said since a backup was made: the newer word wins. Where the backup does not
// know the home or the device, it comes along for the sake of a word that makes more careful.
func keepWords(ctx context.Context, tx *sql.Tx) error {
	words, err := all(ctx, tx, func(rows *sql.Rows, w *word) error { return rows.Scan(&w.home, &w.device, &w.consent, &w.alone) },
		`SELECT c.home, c.device, c.consent, c.leave_alone FROM live.choices c JOIN live.homes h ON h.id = c.home WHERE NOT h.practice`)
	if err != nil {
		return err
	}
	for _, w := range words {
		home, err := sameHome(ctx, tx, w.home)
		if err == nil && home == 0 && w.careful() {
			home, err = bringHome(ctx, tx, w.home)
		}
		if err != nil {
			return err
		}
		if home == 0 {
			continue
		}
		device, err := sameDevice(ctx, tx, home, &w)
		if err == nil && device == "" && w.careful() {
			device, err = w.device, bringDevice(ctx, tx, home, &w)
		}
		if err != nil {
			return err
		}
		if device == "" {
			continue
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO main.choices (home, device, consent, leave_alone) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (home, device) DO UPDATE SET consent = iif(?3 = ?5 AND consent = ?6, consent, ?3), leave_alone = coalesce(?4, leave_alone)`,
			home, device, w.consent, w.alone, rounds.ConsentUnknown, rounds.ConsentRefused)
		if err != nil {
			return err
		}
	}
	return nil
}

// sameHome gives the home of the backup that a home is: by its key, or by a network; 0 if there is none.
func sameHome(ctx context.Context, tx *sql.Tx, home rounds.HomeID) (same rounds.HomeID, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT m.id FROM main.homes m JOIN live.homes l USING (key) WHERE l.id = ?1),
		(SELECT m.home FROM main.networks m JOIN live.networks l USING (key, practice) WHERE l.home = ?1 LIMIT 1), 0)`, home).Scan(&same)
	return same, err
}

// bringHome takes a home along with its networks. Nobody has agreed to look around in it.
func bringHome(ctx context.Context, tx *sql.Tx, home rounds.HomeID) (rounds.HomeID, error) {
	r, err := tx.ExecContext(ctx, `INSERT INTO main.homes (key, practice, name) SELECT key, practice, name FROM live.homes WHERE id = ?`, home)
	if err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO main.networks (key, practice, home, name) SELECT key, practice, ?, name FROM live.networks WHERE home = ?`, id, home)
	return rounds.HomeID(id), err
}

// sameDevice gives the device of the backup that somebody spoke of: by its ID, or by its hardware address; "" if there is none.
func sameDevice(ctx context.Context, tx *sql.Tx, home rounds.HomeID, w *word) (same discovery.DeviceID, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT id FROM main.devices WHERE home = ?1 AND id = ?3),
		(SELECT m.id FROM main.devices m JOIN live.devices l USING (mac) WHERE m.home = ?1 AND l.home = ?2 AND l.id = ?3 AND mac <> '' LIMIT 1), '')`,
		home, w.home, w.device).Scan(&same)
	return same, err
}

// bringDevice takes a device along, as one that is not there now.
func bringDevice(ctx context.Context, tx *sql.Tx, home rounds.HomeID, w *word) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO main.devices (home, id, first_seen, last_seen, name, vendor, model, firmware, kind, family, mac, details)
		SELECT ?, id, first_seen, last_seen, name, vendor, model, firmware, kind, family, mac, details FROM live.devices WHERE home = ? AND id = ?`,
		home, w.home, w.device)
	return err
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
