package store

import (
	"context"
	"database/sql"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Consents lists what the user said about factory passwords on the devices of a home, for those where anything was said.
func (s *Store) Consents(ctx context.Context, home rounds.HomeID) (map[discovery.DeviceID]rounds.Consent, error) {
	type said struct {
		device  discovery.DeviceID
		consent rounds.Consent
	}
	out := map[discovery.DeviceID]rounds.Consent{}
	err := s.read(ctx, "list consents", func(tx *sql.Tx) error {
		list, err := all(ctx, tx, func(rows *sql.Rows, x *said) error { return rows.Scan(&x.device, &x.consent) },
			`SELECT device, consent FROM choices WHERE home = ? AND consent != ?`, home, rounds.ConsentUnknown)
		for _, x := range list {
			out[x.device] = x.consent
		}
		return err
	})
	return out, err
}
