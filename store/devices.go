package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// A deviceRow holds what a round writes only if it differs from what is there.
type deviceRow struct {
	name, vendor, model, firmware, kind, family, mac string
	lists                                            string // JSON of details
}

// details point at the lists of a device. Nothing searches them.
type details struct {
	Addrs    *[]netip.Addr         `json:"addrs"`
	Keys     *[]string             `json:"keys"`
	Services *[]discovery.Service  `json:"services"`
	Facts    *[]discovery.Fact     `json:"facts"`
	Evidence *[]discovery.Evidence `json:"evidence"`
}

func detailsOf(d *discovery.Device) details {
	return details{&d.Addrs, &d.Keys, &d.Services, &d.Facts, &d.Evidence}
}

func rowOf(d *discovery.Device) (deviceRow, error) {
	lists, err := json.Marshal(detailsOf(d))
	return deviceRow{d.Name, d.Vendor, d.Model, d.Firmware, string(d.Kind), d.Family, d.MAC.String(), string(lists)}, err
}

// saveDevices keeps the devices that were seen. The others are gone if the round went all
// the way; else nobody knows, and they stay as they were.
func (w *save) saveDevices(ctx context.Context, list []discovery.Device, complete bool) error {
	for i := range list {
		for _, was := range list[i].Was {
			if err := w.merge(ctx, was, list[i].ID); err != nil {
				return fmt.Errorf("device %q: %w", list[i].ID, err)
			}
		}
	}
	kept, err := devices(ctx, w.tx, w.home)
	if err != nil {
		return err
	}
	known := make(map[discovery.DeviceID]*discovery.Device, len(kept))
	for i := range kept {
		known[kept[i].ID] = &kept[i]
	}
	listed := make(map[discovery.DeviceID]bool)
	for _, d := range list {
		listed[d.ID] = listed[d.ID] || d.Present
		if !d.Present {
			continue
		}
		if err := w.saveDevice(ctx, known[d.ID], d.Uncorrected()); err != nil {
			return fmt.Errorf("device %q: %w", d.ID, err)
		}
	}
	for i := range kept {
		d := &kept[i]
		if complete && d.Present && !listed[d.ID] {
			w.change(rounds.Change{What: rounds.DeviceGone, Device: d.ID})
		}
	}
	return w.exec(ctx, `UPDATE devices SET present = present AND NOT ?, heard = 0, found_by = ''
		WHERE home = ? AND last_round <> ? AND (present OR found_by <> '')`, complete, w.home, w.round)
}

// merge puts a device into another that it turned out to be in this round, known or not. What
// the user said of either holds for both. Of two corrections that of into, known longer, wins; and
// the more careful of two other words: refused before agreed, left alone before not.
func (w *save) merge(ctx context.Context, from, into discovery.DeviceID) error {
	said, err := correction(ctx, w.tx, w.home, into)
	if err != nil {
		return err
	}
	more, err := correction(ctx, w.tx, w.home, from)
	if err != nil {
		return err
	}
	if more != (discovery.Correction{}) {
		if err := correct(ctx, w.tx, w.home, into, said.Or(more)); err != nil {
			return err
		}
	}
	if err := w.mergeFindings(ctx, from, into); err != nil {
		return err
	}
	for _, query := range []string{
		`INSERT INTO choices (home, device, consent, leave_alone) SELECT home, ?1, consent, leave_alone FROM choices WHERE home = ?2 AND device = ?3
			ON CONFLICT (home, device) DO UPDATE SET consent = max(consent, excluded.consent),
				leave_alone = coalesce(max(leave_alone, excluded.leave_alone), leave_alone, excluded.leave_alone)`,
		`UPDATE changes SET device = ?1 WHERE home = ?2 AND device = ?3`,
		`DELETE FROM choices WHERE home = ?2 AND device = ?3`,
		`DELETE FROM devices WHERE home = ?2 AND id = ?3`,
	} {
		if err := w.exec(ctx, query, into, w.home, from); err != nil {
			return err
		}
	}
	return nil
}

// saveDevice keeps one device that was seen, by its own signs; old is nil if it is new.
func (w *save) saveDevice(ctx context.Context, old *discovery.Device, d discovery.Device) error {
	if d.LastSeen.IsZero() {
		d.LastSeen = w.at
	}
	if d.FirstSeen.IsZero() {
		d.FirstSeen = d.LastSeen
	}
	if old == nil {
		w.change(rounds.Change{What: rounds.DeviceNew, Device: d.ID})
		old = &discovery.Device{Present: true}
	}
	if !old.Present {
		w.change(rounds.Change{What: rounds.DeviceBack, Device: d.ID})
	}
	if from, to := ipv4(old), ipv4(&d); from.IsValid() && to.IsValid() && !slices.Contains(d.Addrs, from) {
		w.change(rounds.Change{What: rounds.AddressChanged, Device: d.ID, Old: from.String(), New: to.String()})
	}
	if differ(old.Firmware, d.Firmware) {
		w.change(rounds.Change{What: rounds.FirmwareChanged, Device: d.ID, Old: old.Firmware, New: d.Firmware})
	}
	d = withKnown(d, old)
	before, err := rowOf(old)
	if err != nil {
		return err
	}
	row, err := rowOf(&d)
	if err != nil {
		return err
	}
	if old.ID == "" || row != before {
		err := w.exec(ctx, `INSERT INTO devices (home, id, first_seen, name, vendor, model, firmware, kind, family, mac, details)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (home, id) DO UPDATE SET name = excluded.name, vendor = excluded.vendor, model = excluded.model,
				firmware = excluded.firmware, kind = excluded.kind, family = excluded.family, mac = excluded.mac, details = excluded.details`,
			w.home, d.ID, millis{&d.FirstSeen}, row.name, row.vendor, row.model, row.firmware, row.kind, row.family, row.mac, row.lists)
		if err != nil {
			return err
		}
	}
	return w.exec(ctx, `UPDATE devices SET last_seen = ?, last_round = ?, present = 1, heard = ?, found_by = ? WHERE home = ? AND id = ?`,
		millis{&d.LastSeen}, w.round, d.HeardAfter, inJSON{d.FoundBy}, w.home, d.ID)
}

// withKnown adds to d what it did not tell this time: a device that sleeps or whose answer
// got lost is still what it was. A field stays, with its evidence, while the device is
// silent about the fact that it rests on. Only a device that now says it is of another
// maker or model starts afresh.
func withKnown(d discovery.Device, old *discovery.Device) discovery.Device {
	if differ(old.Vendor, d.Vendor) || differ(old.Model, d.Model) {
		return d
	}
	d.Evidence = slices.Clone(d.Evidence) // the caller's stays as it was
	for _, e := range old.Evidence {
		now, before := field(&d, e.Field), field(old, e.Field)
		if now == nil || *now != "" || d.Fact(e.Source) != "" {
			continue
		}
		*now = *before
		d.Evidence = append(d.Evidence, e)
		if e.Field == "model" {
			d.Family = cmp.Or(d.Family, old.Family) // it has no evidence of its own
		}
	}
	return d
}

// field returns the field of d that evidence names; nil if there is none.
func field(d *discovery.Device, name string) *string {
	switch name {
	case "name":
		return &d.Name
	case "vendor":
		return &d.Vendor
	case "model":
		return &d.Model
	case "firmware":
		return &d.Firmware
	case "kind":
		return (*string)(&d.Kind)
	}
	return nil
}

// differ reports whether both are known and not the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }

// ipv4 returns the first IPv4 address of a device. IPv6 ones come and go by themselves
// (RFC 8981), which is no news.
func ipv4(d *discovery.Device) netip.Addr {
	if a := d.Addr(); a.Is4() {
		return a
	}
	return netip.Addr{}
}

// devices reads all devices of a home, by their ID, as their own signs say. picture puts the
// user's corrections into them.
func devices(ctx context.Context, tx *sql.Tx, home rounds.HomeID) ([]discovery.Device, error) {
	return all(ctx, tx, scanDevice, `SELECT d.id, last_seen, present, heard, found_by, first_seen, name, vendor, model,
		firmware, kind, family, mac, details, coalesce(c.leave_alone, 0), coalesce(c.correction, '')
		FROM devices d LEFT JOIN choices c ON c.home = d.home AND c.device = d.id WHERE d.home = ? ORDER BY d.id`, home)
}

func scanDevice(rows *sql.Rows, d *discovery.Device) error {
	var mac string
	lists := detailsOf(d)
	err := rows.Scan(&d.ID, millis{&d.LastSeen}, &d.Present, &d.HeardAfter, inJSON{&d.FoundBy}, millis{&d.FirstSeen}, &d.Name,
		&d.Vendor, &d.Model, &d.Firmware, &d.Kind, &d.Family, &mac, inJSON{&lists}, &d.LeaveAlone, inJSON{&d.Correction})
	if err != nil {
		return err
	}
	return d.MAC.UnmarshalText([]byte(mac))
}
