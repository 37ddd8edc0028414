package store

import (
	"context"
	"database/sql"
	"errors"

	"porchlight/checks/news"
)

var _ news.Shelf = (*Store)(nil)

// Setting gives what the user has set under a name for the whole program; "" if nothing.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := s.read(ctx, "read a setting", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, name).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return err
	})
	return value, err
}

// SaveSetting keeps what the user has set under a name.
func (s *Store) SaveSetting(ctx context.Context, name, value string) error {
	return s.change(ctx, "save a setting", nil,
		`INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// News gives what is kept of each source of news.
func (s *Store) News(ctx context.Context) ([]news.State, error) {
	var states []news.State
	err := s.read(ctx, "read the news", func(tx *sql.Tx) (err error) {
		states, err = all(ctx, tx, func(rows *sql.Rows, n *news.State) error {
			return rows.Scan(&n.Source, millis{&n.Asked}, &n.Trouble, millis{&n.Since}, inJSON{&n.Parts})
		}, `SELECT source, asked, trouble, since, parts FROM news ORDER BY source`)
		return err
	})
	return states, err
}

// SaveNews keeps what a source said, in the place of what it said before.
func (s *Store) SaveNews(ctx context.Context, n news.State) error {
	return s.change(ctx, "save news", nil, `INSERT INTO news (source, asked, trouble, since, parts) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (source) DO UPDATE SET asked = excluded.asked, trouble = excluded.trouble, since = excluded.since, parts = excluded.parts`,
		n.Source, millis{&n.Asked}, string(n.Trouble), millis{&n.Since}, inJSON{n.Parts})
}
