package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// keptTries is for how long a login try is remembered. The limits on tries look back one
// day; the rest is room for a clock that was wrong.
const keptTries = 90 * 24 * time.Hour

// Home returns the home of that network, made if there is none. A practice home and a real
// one are two homes, even with the same key.
func (s *Store) Home(ctx context.Context, key, name string, practice bool) (rounds.Home, error) {
	var home rounds.Home
	err := s.write(ctx, "find the home", func(tx *sql.Tx) error {
		if key == "" {
			return errors.New("its network has no key")
		}
		id, err := homeOn(ctx, tx, key, practice)
		if err != nil {
			return err
		}
		if id == 0 {
			if id, err = newHome(ctx, tx, key, name, practice); err != nil {
				return err
			}
		}
		home, err = homeByID(ctx, tx, id)
		return err
	})
	return home, err
}

// Homes lists the homes that there are, the one walked last first.
func (s *Store) Homes(ctx context.Context) ([]rounds.Home, error) {
	var homes []rounds.Home
	err := s.read(ctx, "list the homes", func(tx *sql.Tx) (err error) {
		homes, err = all(ctx, tx, func(rows *sql.Rows, h *rounds.Home) error {
			return rows.Scan(&h.ID, &h.Name, &h.Practice, millis{&h.Consented})
		}, `SELECT id, name, practice, consented FROM homes
			ORDER BY latest DESC, id DESC`)
		return err
	})
	return homes, err
}

// AgreeHome keeps that the user answers for this home. An empty name keeps the old one.
func (s *Store) AgreeHome(ctx context.Context, home rounds.HomeID, name string, at time.Time) error {
	return s.change(ctx, "agree to a home", noHome(home),
		`UPDATE homes SET name = coalesce(nullif(?, ''), name), consented = ? WHERE id = ?`, name, millis{&at}, home)
}

// LeaveAlone keeps whether a device is to be checked at all. The device may be one that no
// round has saved yet.
func (s *Store) LeaveAlone(ctx context.Context, home rounds.HomeID, device discovery.DeviceID, yes bool) error {
	return s.change(ctx, "leave a device alone", nil, `INSERT INTO choices (home, device, leave_alone) VALUES (?, ?, ?)
		ON CONFLICT (home, device) DO UPDATE SET leave_alone = excluded.leave_alone`, home, device, yes)
}

// Correct keeps the user's own words about a device; the zero Correction takes them back. The
// device may be one that no round has saved yet.
func (s *Store) Correct(ctx context.Context, home rounds.HomeID, device discovery.DeviceID, c discovery.Correction) error {
	return s.write(ctx, "correct a device", func(tx *sql.Tx) error { return correct(ctx, tx, home, device, c) })
}

func correct(ctx context.Context, tx *sql.Tx, home rounds.HomeID, device discovery.DeviceID, c discovery.Correction) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO choices (home, device, correction) VALUES (?, ?, ?)
		ON CONFLICT (home, device) DO UPDATE SET correction = excluded.correction`, home, device, inJSON{c})
	return err
}

// correction reads the user's own words about a device, known or not.
func correction(ctx context.Context, tx *sql.Tx, home rounds.HomeID, device discovery.DeviceID) (discovery.Correction, error) {
	var c discovery.Correction
	err := tx.QueryRowContext(ctx, `SELECT correction FROM choices WHERE home = ? AND device = ?`, home, device).Scan(inJSON{&c})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// SaveConsent keeps what the user said about factory passwords. The device may be one that
// no round has saved yet.
func (s *Store) SaveConsent(ctx context.Context, home rounds.HomeID, device discovery.DeviceID, c rounds.Consent) error {
	return s.change(ctx, "save consent", nil, `INSERT INTO choices (home, device, consent) VALUES (?, ?, ?)
		ON CONFLICT (home, device) DO UPDATE SET consent = excluded.consent`, home, device, c)
}

// Consent returns what the user said about factory passwords.
func (s *Store) Consent(ctx context.Context, home rounds.HomeID, device discovery.DeviceID) (rounds.Consent, error) {
	consent := rounds.ConsentUnknown
	err := s.read(ctx, "read consent", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT consent FROM choices WHERE home = ? AND device = ?`, home, device).Scan(&consent)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return consent, err
}

// SaveTry keeps a login try under each of names, as failed, before it is made. Without a
// name it refuses: such a try could not be counted.
func (s *Store) SaveTry(ctx context.Context, names []string, row string, at time.Time) error {
	encoded, err := encode(names)
	if err != nil {
		return err
	}
	old := at.Add(-keptTries)
	return s.write(ctx, "save login try", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM tries WHERE at < ?`, millis{&old})
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `INSERT INTO tries (at, login, failed) VALUES (?, ?, 1)`, millis{&at}, row)
		if err != nil {
			return err
		}
		try, err := r.LastInsertId()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO try_names (name, try) SELECT DISTINCT value, ? FROM json_each(?)`, try, encoded)
		return err
	})
}

// TryAccepted says that the device said yes to the latest try at that time under any of names.
func (s *Store) TryAccepted(ctx context.Context, names []string, at time.Time) error {
	encoded, err := encode(names)
	if err != nil {
		return err
	}
	return s.change(ctx, "save accepted login", fmt.Errorf("there was no try at %s", at.Format(time.RFC3339)),
		`UPDATE tries SET failed = 0 WHERE id = (SELECT max(id) FROM tries JOIN try_names ON try = id
			WHERE at = ? AND name IN (SELECT value FROM json_each(?)))`, millis{&at}, encoded)
}

// TryTakenBack forgets the latest failed try at that time under any of names: nobody was told a login.
func (s *Store) TryTakenBack(ctx context.Context, names []string, at time.Time) error {
	encoded, err := encode(names)
	if err != nil {
		return err
	}
	return s.change(ctx, "take a login try back", fmt.Errorf("there was no try at %s", at.Format(time.RFC3339)),
		`DELETE FROM tries WHERE failed = 1 AND id = (SELECT max(id) FROM tries JOIN try_names ON try = id
			WHERE at = ? AND name IN (SELECT value FROM json_each(?)))`, millis{&at}, encoded)
}

// Tries returns the logins tried since then on a device, by any of its names, newest first.
func (s *Store) Tries(ctx context.Context, names []string, since time.Time) ([]checks.Try, error) {
	encoded, err := encode(names)
	if err != nil {
		return nil, err
	}
	var tries []checks.Try
	err = s.read(ctx, "read login tries", func(tx *sql.Tx) (err error) {
		tries, err = all(ctx, tx, func(rows *sql.Rows, t *checks.Try) error {
			return rows.Scan(millis{&t.At}, &t.Row, &t.Failed)
		}, `SELECT at, login, failed FROM tries WHERE at >= ? AND id IN
			(SELECT try FROM try_names WHERE name = ? OR name IN (SELECT value FROM json_each(?))) ORDER BY at DESC, id DESC`,
			millis{&since}, everybody, encoded)
		return err
	})
	return tries, err
}

// encode gives names as a JSON list for json_each, without the empty ones, which no device
// has for itself.
func encode(names []string) (string, error) {
	named := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })
	if len(named) == 0 {
		return "", errors.New("login tries: the device has no name")
	}
	encoded, err := json.Marshal(named)
	return string(encoded), err
}

// homeByID reads one home.
func homeByID(ctx context.Context, tx *sql.Tx, id rounds.HomeID) (rounds.Home, error) {
	h := rounds.Home{ID: id}
	err := tx.QueryRowContext(ctx, `SELECT name, practice, consented FROM homes WHERE id = ?`, id).
		Scan(&h.Name, &h.Practice, millis{&h.Consented})
	if errors.Is(err, sql.ErrNoRows) {
		return rounds.Home{}, noHome(id)
	}
	return h, err
}

// noHome is the error about a home that is not there.
func noHome(id rounds.HomeID) error { return fmt.Errorf("%w: %d", rounds.ErrNoSuchHome, id) }
