package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// A carried home is a file of age (https://age-encryption.org/v1), encrypted with a passphrase. In it are lines of
// JSON, as parse.go says. It holds all that is known of the home but what was said to its devices, consents, and what
// the user has set for the program.

const (
	// workFactor is how much work a passphrase takes: 2^18 is about a second and 256 MB, and what age itself uses.
	// A file that wants more is refused.
	workFactor = 18
	// minPassphrase is how many characters a passphrase has at least.
	minPassphrase = 8
	// maxFile is how large a file with a home may be: a million changes and more.
	maxFile = 256 << 20
)

// What may be wrong with a file with a home, or with its passphrase. Nothing was changed then.
var (
	ErrPassphrase   = errors.New("the passphrase is wrong")
	ErrShort        = errors.New("the passphrase is too short")
	ErrDamagedFile  = errors.New("the file with the home is damaged")
	ErrNewerFile    = errors.New("the file with the home is from a newer version")
	ErrPracticeHome = errors.New("the practice home stays where it is")
)

// computerName is where the name of this computer stands among what is set: rounds that it walked are known by that.
const computerName = "computer"

// Export writes a home to w, encrypted with a passphrase: ErrShort if that is too short.
func (s *Store) Export(ctx context.Context, home rounds.HomeID, passphrase string, w io.Writer) error {
	return s.export(ctx, home, passphrase, w, workFactor)
}

func (s *Store) export(ctx context.Context, home rounds.HomeID, passphrase string, w io.Writer, work int) error {
	if utf8.RuneCountInString(passphrase) < minPassphrase {
		return ErrShort
	}
	computer, err := s.computer(ctx)
	if err != nil {
		return err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fmt.Errorf("export a home: %w", err)
	}
	recipient.SetWorkFactor(work)
	sealed, err := age.Encrypt(w, recipient)
	if err != nil {
		return fmt.Errorf("export a home: %w", mapped(err))
	}
	out := bufio.NewWriter(sealed)
	err = s.read(ctx, "export a home", func(tx *sql.Tx) error {
		x := exporter{tx: tx, home: home, computer: computer, lines: json.NewEncoder(out)}
		return x.all(ctx)
	})
	if err != nil {
		return err
	}
	if err := errors.Join(out.Flush(), sealed.Close()); err != nil {
		return fmt.Errorf("export a home: %w", mapped(err))
	}
	return nil
}

// computer gives the name of this computer, made if there is none.
func (s *Store) computer(ctx context.Context) (name string, err error) {
	err = s.write(ctx, "name this computer", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, lower(hex(randomblob(16)))) ON CONFLICT DO NOTHING`, computerName)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, computerName).Scan(&name)
	})
	return name, err
}

// An exporter writes the lines of one home.
type exporter struct {
	tx       *sql.Tx
	home     rounds.HomeID
	computer string
	lines    *json.Encoder
}

func (x *exporter) all(ctx context.Context) error {
	if err := x.head(ctx); err != nil {
		return err
	}
	list, err := devices(ctx, x.tx, x.home)
	if err != nil {
		return err
	}
	for i := range list {
		if err := x.lines.Encode(carryLine{Device: carried(&list[i])}); err != nil {
			return err
		}
	}
	if err := x.choices(ctx); err != nil {
		return err
	}
	outcomes, err := latestOutcomes(ctx, x.tx, x.home)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if err := x.lines.Encode(carryLine{Outcome: &outcome{o.Check, o.Device, o.Result, o.Reason, o.Took}}); err != nil {
			return err
		}
	}
	if err := x.findings(ctx); err != nil {
		return err
	}
	if err := x.life(ctx); err != nil {
		return err
	}
	return x.tries(ctx, list)
}

func (x *exporter) head(ctx context.Context) error {
	h := carryHead{Format: carryFormat, Version: carryVersion, Origins: map[string]int64{}}
	var network discovery.Network
	var practice bool
	err := x.tx.QueryRowContext(ctx, `SELECT key, name, practice, network, coalesce((SELECT max(finished, started) FROM rounds WHERE id = latest), 0)
		FROM homes WHERE id = ?`, x.home).Scan(&h.Key, &h.Name, &practice, inJSON{&network}, millis{&h.Latest})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return noHome(x.home)
	case err != nil:
		return err
	case practice:
		return ErrPracticeHome
	}
	h.Prefix, h.Gateway = network.Prefix, network.Gateway
	if h.Networks, err = networks(ctx, x.tx, x.home); err != nil {
		return err
	}
	type origin struct {
		name string
		last int64
	}
	err = each(ctx, x.tx, func(rows *sql.Rows, o *origin) error { return rows.Scan(&o.name, &o.last) },
		func(o origin) bool {
			h.Origins[x.origin(o.name)] = max(h.Origins[x.origin(o.name)], o.last)
			return true
		},
		`SELECT origin, max(last) FROM rounds WHERE home = ? GROUP BY origin`, x.home)
	if err != nil {
		return err
	}
	return x.lines.Encode(h)
}

// origin names a computer everywhere: here this one has no name.
func (x *exporter) origin(name string) string {
	if name == "" {
		return x.computer
	}
	return name
}

func carried(d *discovery.Device) *carryDevice {
	return &carryDevice{
		ID: d.ID, FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, Present: d.Present, Name: d.Name, Vendor: d.Vendor, Model: d.Model,
		Firmware: d.Firmware, Kind: d.Kind, Family: d.Family, MAC: d.MAC, Addrs: d.Addrs, Keys: d.Keys, Services: d.Services,
		Facts: d.Facts, Evidence: d.Evidence,
	}
}

func (x *exporter) choices(ctx context.Context) error {
	return encodeEach(ctx, x, func(rows *sql.Rows, l *carryLine) error {
		var consent rounds.Consent
		l.Choice = &carryChoice{}
		err := rows.Scan(&l.Choice.Device, &consent, &l.Choice.LeaveAlone, inJSON{&l.Choice.Correction})
		l.Choice.Refused = consent == rounds.ConsentRefused
		return err
	}, `SELECT device, consent, leave_alone, correction FROM choices WHERE home = ? ORDER BY device`, x.home)
}

func (x *exporter) findings(ctx context.Context) error {
	list, err := findings(ctx, x.tx, x.home)
	if err != nil {
		return err
	}
	for i := range list {
		at, err := lastChange(ctx, x.tx, x.home, list[i].ID, rounds.FindingAccepted)
		if err != nil {
			return err
		}
		if err := x.lines.Encode(carryLine{Finding: carriedFinding(&list[i], at)}); err != nil {
			return err
		}
	}
	return nil
}

// lastChange gives when a finding last changed in that way; zero if never.
func lastChange(ctx context.Context, tx *sql.Tx, home rounds.HomeID, finding, what string) (at time.Time, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(at), 0) FROM changes WHERE home = ? AND finding = ? AND finding <> '' AND what = ?`, home, finding, what).Scan(millis{&at})
	return at, err
}

func carriedFinding(f *checks.Finding, accepted time.Time) *carryFinding {
	return &carryFinding{
		ID: f.ID, Kind: f.Kind, Check: f.Check, Device: f.Device, Port: f.Port, Severity: f.Severity, Confidence: f.Confidence, Args: f.Args,
		Evidence: f.Evidence, First: f.First, Last: f.Last, Fixed: f.Fixed, CameBack: f.CameBack, Accepted: f.Accepted, AcceptedAt: accepted,
		Remind: f.Remind, Told: f.Told,
	}
}

// life writes what happened: looks at findings, changes and rounds.
func (x *exporter) life(ctx context.Context) error {
	err := encodeEach(ctx, x, func(rows *sql.Rows, l *carryLine) error {
		p := &carryProof{}
		l.Proof = p
		return rows.Scan(&p.Finding, millis{&p.At}, &p.Before, &p.After)
	}, `SELECT finding, at, before, after FROM proofs WHERE home = ? ORDER BY id`, x.home)
	if err != nil {
		return err
	}
	err = encodeEach(ctx, x, func(rows *sql.Rows, l *carryLine) error {
		c := &carryChange{}
		l.Change = c
		return rows.Scan(millis{&c.At}, &c.What, &c.Device, &c.Finding, &c.Old, &c.New)
	}, `SELECT at, what, device, finding, old, new FROM changes WHERE home = ? ORDER BY id`, x.home)
	if err != nil {
		return err
	}
	return encodeEach(ctx, x, func(rows *sql.Rows, l *carryLine) error {
		r := &carryRounds{}
		l.Rounds = r
		err := rows.Scan(&r.Origin, &r.Last, &r.Rounds, millis{&r.Started}, millis{&r.Finished}, &r.Complete, &r.Devices, &r.Open)
		r.Origin = x.origin(r.Origin)
		return err
	}, `SELECT origin, last, walked, started, finished, complete, devices, open FROM rounds WHERE home = ? ORDER BY id`, x.home)
}

// tries writes the logins that were tried on the devices.
func (x *exporter) tries(ctx context.Context, list []discovery.Device) error {
	var names []string
	for i := range list {
		names = append(names, rounds.TriedAs(list[i])...)
	}
	if len(names) == 0 {
		return nil
	}
	encoded, err := encode(names)
	if err != nil {
		return err
	}
	return encodeEach(ctx, x, func(rows *sql.Rows, l *carryLine) error {
		t := &carryTry{}
		l.Try = t
		return rows.Scan(millis{&t.At}, &t.Login, &t.Failed, inJSON{&t.Names})
	}, `SELECT at, login, failed, (SELECT json_group_array(name) FROM try_names WHERE try = t.id) FROM tries t
		WHERE id IN (SELECT try FROM try_names WHERE name IN (SELECT value FROM json_each(?))) ORDER BY id`, encoded)
}

// encodeEach writes a line for every row.
func encodeEach(ctx context.Context, x *exporter, scan scanner[carryLine], query string, args ...any) error {
	var failed error
	err := each(ctx, x.tx, scan, func(l carryLine) bool { failed = x.lines.Encode(l); return failed == nil }, query, args...)
	return errors.Join(err, failed)
}
