package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"

	"porchlight/checks/rounds"
)

// settingsName is where the settings stand among what is set.
const settingsName = "settings"

// Settings returns what the user has set for the whole program.
func (s *Store) Settings(ctx context.Context) (rounds.Settings, error) {
	var set rounds.Settings
	err := s.read(ctx, "read the settings", func(tx *sql.Tx) error { return readSettings(ctx, tx, &set) })
	return set, err
}

// ChangeSettings keeps what change makes of the settings, and returns them. Nobody else changes them meanwhile. What
// a newer version has set beside them stays.
func (s *Store) ChangeSettings(ctx context.Context, change func(*rounds.Settings)) (rounds.Settings, error) {
	var set rounds.Settings
	err := s.write(ctx, "save the settings", func(tx *sql.Tx) error {
		set = rounds.Settings{}
		kept := map[string]json.RawMessage{}
		if err := errors.Join(readSettings(ctx, tx, &set), readSettings(ctx, tx, &kept)); err != nil {
			return err
		}
		before, err := members(set)
		if err != nil {
			return err
		}
		change(&set)
		after, err := members(set)
		if err != nil {
			return err
		}
		maps.DeleteFunc(kept, func(name string, _ json.RawMessage) bool { return before[name] != nil })
		maps.Copy(kept, after)
		_, err = tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
			settingsName, inJSON{kept})
		return err
	})
	return set, err
}

// readSettings reads them into what into points at. It stays as it is if nothing was set.
func readSettings(ctx context.Context, tx *sql.Tx, into any) error {
	err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, settingsName).Scan(inJSON{into})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return err
}

// members gives the settings as the members of a JSON object.
func members(set rounds.Settings) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	err = json.Unmarshal(b, &m)
	return m, err
}
