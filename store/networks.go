package store

import (
	"context"
	"database/sql"
	"errors"

	"porchlight/checks/rounds"
)

var errNoName = errors.New("a home needs a name")

// FindHome returns the home of that network; false if there is none.
func (s *Store) FindHome(ctx context.Context, key string, practice bool) (home rounds.Home, found bool, err error) {
	err = s.read(ctx, "look for a home", func(tx *sql.Tx) error {
		id, err := homeOn(ctx, tx, key, practice)
		if err != nil || id == 0 {
			return err
		}
		found = true
		home, err = homeByID(ctx, tx, id)
		return err
	})
	return home, found, err
}

// HomeByID returns a home.
func (s *Store) HomeByID(ctx context.Context, id rounds.HomeID) (home rounds.Home, err error) {
	err = s.read(ctx, "read a home", func(tx *sql.Tx) error {
		home, err = homeByID(ctx, tx, id)
		return err
	})
	return home, err
}

// homeOn gives the home of a network; 0 if there is none.
func homeOn(ctx context.Context, tx *sql.Tx, key string, practice bool) (id rounds.HomeID, err error) {
	err = tx.QueryRowContext(ctx, `SELECT home FROM networks WHERE key = ? AND practice = ?`, key, practice).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// newHome makes a home with one network.
func newHome(ctx context.Context, tx *sql.Tx, key, name string, practice bool) (rounds.HomeID, error) {
	r, err := tx.ExecContext(ctx, `INSERT INTO homes (key, practice, name) VALUES (lower(hex(randomblob(16))), ?, ?)`, practice, name)
	if err != nil {
		return 0, err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO networks (key, practice, home) VALUES (?, ?, ?)`, key, practice, id)
	return rounds.HomeID(id), err
}

// Summaries lists the real homes that somebody agreed to look around or that were walked, the one walked last first.
func (s *Store) Summaries(ctx context.Context) ([]rounds.HomeSummary, error) {
	var list []rounds.HomeSummary
	err := s.read(ctx, "list the homes", func(tx *sql.Tx) (err error) {
		list, err = all(ctx, tx, func(rows *sql.Rows, h *rounds.HomeSummary) error {
			return rows.Scan(&h.ID, &h.Name, millis{&h.Consented}, millis{&h.Walked}, &h.Devices, &h.Open)
		}, `SELECT h.id, name, consented, coalesce(max(finished, started), 0), coalesce(devices, 0), coalesce(open, 0)
			FROM homes h LEFT JOIN rounds r ON r.id = latest WHERE NOT practice AND (consented OR latest) ORDER BY latest DESC, h.id DESC`)
		for i := range list {
			if err == nil {
				list[i].Networks, err = networks(ctx, tx, list[i].ID)
			}
		}
		return err
	})
	return list, err
}

// Networks lists by what a home is known again.
func (s *Store) Networks(ctx context.Context, home rounds.HomeID) ([]rounds.HomeNetwork, error) {
	var list []rounds.HomeNetwork
	err := s.read(ctx, "read the networks of a home", func(tx *sql.Tx) (err error) {
		list, err = networks(ctx, tx, home)
		return err
	})
	return list, err
}

func networks(ctx context.Context, tx *sql.Tx, home rounds.HomeID) ([]rounds.HomeNetwork, error) {
	return all(ctx, tx, func(rows *sql.Rows, n *rounds.HomeNetwork) error { return rows.Scan(&n.Key, &n.Name) },
		`SELECT key, name FROM networks WHERE home = ? ORDER BY key`, home)
}

// AddNetwork keeps that a home is on that network, whatever was on it before: its router was replaced, or the
// name of its Wi-Fi is now known.
func (s *Store) AddNetwork(ctx context.Context, home rounds.HomeID, n rounds.HomeNetwork) error {
	return s.write(ctx, "keep the network of a home", func(tx *sql.Tx) error {
		h, err := homeByID(ctx, tx, home)
		if err != nil {
			return err
		}
		return addNetwork(ctx, tx, h, n)
	})
}

func addNetwork(ctx context.Context, tx *sql.Tx, home rounds.Home, n rounds.HomeNetwork) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO networks (key, practice, home, name) VALUES (?, ?, ?, ?) ON CONFLICT (key, practice)
		DO UPDATE SET home = excluded.home, name = coalesce(nullif(excluded.name, ''), name)`, n.Key, home.Practice, home.ID, n.Name)
	return err
}

// RenameHome keeps what the user calls a home.
func (s *Store) RenameHome(ctx context.Context, home rounds.HomeID, name string) error {
	if name == "" {
		return errNoName
	}
	return s.change(ctx, "rename a home", noHome(home), `UPDATE homes SET name = ? WHERE id = ?`, name, home)
}

// DeleteHome forgets a home with all that is known of it. Backups still hold it, until newer ones have taken
// their place. It refuses while a round is walked.
func (s *Store) DeleteHome(ctx context.Context, home rounds.HomeID) error {
	release, err := s.LockRound(ctx)
	if err != nil {
		return err
	}
	defer release()
	err = s.change(ctx, "delete a home", noHome(home), `DELETE FROM homes WHERE id = ?`, home)
	if err != nil {
		return err
	}
	if err := s.compact(ctx); err != nil {
		s.log.WarnContext(ctx, "a deleted home leaves traces until the next round", "err", err)
	}
	return nil
}
