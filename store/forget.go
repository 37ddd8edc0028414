package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Forget removes devices, with all that is known of them and all that the user said of them: one that is heard again comes
// back as new. That a login was tried stays, so that no device is tried too often. Backups hold them until newer ones have
// taken their place.
func (s *Store) Forget(ctx context.Context, home rounds.HomeID, devices ...discovery.DeviceID) error {
	return s.write(ctx, "forget devices", func(tx *sql.Tx) error {
		w := save{tx: tx, home: home}
		for _, id := range devices {
			if err := w.forget(ctx, id); err != nil {
				return fmt.Errorf("device %q: %w", id, err)
			}
		}
		list, err := latestOutcomes(ctx, tx, home)
		if err != nil {
			return err
		}
		return w.saveOutcomes(ctx, slices.DeleteFunc(list, func(o checks.Outcome) bool { return slices.Contains(devices, o.Device) }))
	})
}

// forget removes one device and its findings. What another device has that leads to it, such as a door in the router, is
// still there: that only forgets which device it leads to.
func (w *save) forget(ctx context.Context, device discovery.DeviceID) error {
	list, err := all(ctx, w.tx, scanFinding, selectFindings+` AND (device = ? OR instr(args, ?))`, w.home, device, device)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Device != device {
			if err := w.unlink(ctx, &f, device); err != nil {
				return err
			}
			continue
		}
		for _, query := range []string{
			`DELETE FROM changes WHERE home = ? AND finding = ? AND finding <> ''`, // the index knows no empty ones
			`DELETE FROM proofs WHERE home = ? AND finding = ?`,
			`DELETE FROM findings WHERE home = ? AND id = ?`,
		} {
			if err := w.exec(ctx, query, w.home, f.ID); err != nil {
				return err
			}
		}
	}
	for _, query := range []string{
		`DELETE FROM changes WHERE home = ? AND device = ?`,
		`DELETE FROM ledgers WHERE home = ? AND device = ?`,
		`DELETE FROM choices WHERE home = ? AND device = ?`,
		`DELETE FROM devices WHERE home = ? AND id = ?`,
	} {
		if err := w.exec(ctx, query, w.home, device); err != nil {
			return err
		}
	}
	return nil
}

// unlink lets a finding of another device not lead to this one any more.
func (w *save) unlink(ctx context.Context, f *checks.Finding, device discovery.DeviceID) error {
	if f.Args[checks.ArgInnerDevice] != string(device) {
		return nil
	}
	delete(f.Args, checks.ArgInnerDevice)
	return w.saveFinding(ctx, f)
}
