package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// foundIn returns what a round found, by ID.
func foundIn(snap *rounds.Snapshot) map[string]checks.Finding {
	found := make(map[string]checks.Finding)
	for _, f := range snap.Findings {
		if f.First.IsZero() { // else it is from the history
			found[f.ID] = f
		}
	}
	for i := range snap.Outcomes {
		for _, f := range snap.Outcomes[i].Findings {
			found[f.ID] = f
		}
	}
	return found
}

// lookedIn returns whether a round really looked for a finding: its device was there, and
// the check came to a result.
func lookedIn(snap *rounds.Snapshot) func(*checks.Finding) bool {
	type look struct {
		device discovery.DeviceID
		check  checks.ID
	}
	here := make(map[discovery.DeviceID]bool)
	for i := range snap.Devices {
		here[snap.Devices[i].ID] = snap.Devices[i].Present
	}
	looked := make(map[look]bool)
	for i := range snap.Outcomes {
		o := &snap.Outcomes[i]
		looked[look{o.Device, o.Check}] = here[o.Device] && (o.Result == checks.Clear || o.Result == checks.Found)
	}
	return func(f *checks.Finding) bool { return looked[look{f.Device, f.Check}] }
}

// saveFindings keeps what was found, and makes fixed what was looked for and not found.
func (w *save) saveFindings(ctx context.Context, found map[string]checks.Finding, looked func(*checks.Finding) bool) error {
	known, err := findings(ctx, w.tx, w.home)
	if err != nil {
		return err
	}
	for i := range known {
		old := &known[i]
		f, again := found[old.ID]
		delete(found, old.ID)
		switch {
		case again:
			f.First, f.Last, f.CameBack, f.Accepted = old.First, w.at, old.CameBack, old.Accepted
			f.Fixed = time.Time{}
			if !old.Fixed.IsZero() {
				f.CameBack = true
				w.change(rounds.Change{What: rounds.FindingBack, Device: f.Device, Finding: f.ID})
			}
		case old.Fixed.IsZero() && looked(old):
			f = *old
			f.Fixed = w.at
			w.change(rounds.Change{What: rounds.FindingFixed, Device: f.Device, Finding: f.ID})
		default:
			continue
		}
		if err := w.saveFinding(ctx, &f); err != nil {
			return err
		}
	}
	var fresh []checks.Finding
	for _, f := range found {
		f.First, f.Last, f.Fixed, f.CameBack, f.Accepted = w.at, w.at, time.Time{}, false, ""
		fresh = append(fresh, f)
	}
	slices.SortFunc(fresh, byUrgency)
	for i := range fresh {
		f := &fresh[i]
		w.change(rounds.Change{What: rounds.FindingNew, Device: f.Device, Finding: f.ID})
		if err := w.saveFinding(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (w *save) saveFinding(ctx context.Context, f *checks.Finding) error {
	return w.exec(ctx, `INSERT INTO findings (home, id, first, last, fixed, came_back, accepted, kind, check_id, device,
			port, severity, confidence, args, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (home, id) DO UPDATE SET last = excluded.last, fixed = excluded.fixed, came_back = excluded.came_back,
			severity = excluded.severity, confidence = excluded.confidence, args = excluded.args, evidence = excluded.evidence`,
		w.home, f.ID, millis{&f.First}, millis{&f.Last}, millis{&f.Fixed}, f.CameBack, f.Accepted, f.Kind, f.Check, f.Device,
		f.Port, f.Severity.String(), f.Confidence, inJSON{f.Args}, inJSON{f.Evidence})
}

// SaveCheck keeps one look at a single finding and returns the finding as it now is. An
// outcome of Clear, or of Found without this finding, makes it Fixed; any other that does
// not hold it changes nothing and is no proof. Other findings of the outcome are left to
// the next round. It refuses the outcome of another check or device.
func (s *Store) SaveCheck(ctx context.Context, home rounds.HomeID, finding string, o checks.Outcome, at time.Time) (checks.Finding, error) {
	var now checks.Finding
	err := s.write(ctx, "save check", func(tx *sql.Tx) error {
		w := save{tx: tx, home: home, at: at.UTC().Truncate(time.Millisecond)}
		old, err := findingByID(ctx, tx, home, finding)
		if err != nil {
			return err
		}
		if o.Check != old.Check || o.Device != old.Device {
			return fmt.Errorf("finding %q is not of check %q on device %q", finding, o.Check, o.Device)
		}
		found := make(map[string]checks.Finding)
		for _, f := range o.Findings {
			if f.ID == finding {
				found[f.ID] = f
			}
		}
		after, looked := len(found) > 0, o.Result == checks.Clear || o.Result == checks.Found
		if !after && !looked {
			now = old
			return nil
		}
		err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM rounds WHERE home = ?`, home).Scan(&w.round)
		if err != nil {
			return err
		}
		if err = w.saveFindings(ctx, found, func(f *checks.Finding) bool { return looked && f.ID == finding }); err != nil {
			return err
		}
		if err = w.replaceOutcome(ctx, o); err != nil {
			return err
		}
		if err = w.saveChanges(ctx); err != nil {
			return err
		}
		err = w.exec(ctx, `INSERT INTO proofs (home, finding, at, before, after) VALUES (?, ?, ?, ?, ?)`,
			home, finding, millis{&at}, old.Fixed.IsZero(), after)
		if err != nil {
			return err
		}
		now, err = findingByID(ctx, tx, home, finding)
		return err
	})
	return now, err
}

// replaceOutcome puts o in the place of the same check's outcome in the latest round.
func (w *save) replaceOutcome(ctx context.Context, o checks.Outcome) error {
	list, err := latestOutcomes(ctx, w.tx, w.home)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Check == o.Check && list[i].Device == o.Device {
			list[i] = o
		}
	}
	return w.saveOutcomes(ctx, list)
}

// Proofs returns the looks at one finding, newest first.
func (s *Store) Proofs(ctx context.Context, finding string) ([]rounds.Proof, error) {
	var proofs []rounds.Proof
	err := s.read(ctx, "read the looks at a finding", func(tx *sql.Tx) (err error) {
		proofs, err = all(ctx, tx, func(rows *sql.Rows, p *rounds.Proof) error {
			return rows.Scan(millis{&p.At}, &p.Before, &p.After)
		}, `SELECT at, before, after FROM proofs WHERE finding = ? ORDER BY id DESC`, finding)
		return err
	})
	return proofs, err
}

// Accept keeps the user's reason for living with a finding; "" takes it back.
func (s *Store) Accept(ctx context.Context, home rounds.HomeID, finding, reason string) error {
	return s.change(ctx, "accept a finding", fmt.Errorf("%w: %q", rounds.ErrNoSuchFinding, finding),
		`UPDATE findings SET accepted = ? WHERE home = ? AND id = ?`, reason, home, finding)
}

const selectFindings = `SELECT id, first, last, fixed, came_back, accepted, kind, check_id, device, port, severity,
	confidence, args, evidence FROM findings WHERE home = ?`

// findings reads all findings of a home, the most urgent first.
func findings(ctx context.Context, tx *sql.Tx, home rounds.HomeID) ([]checks.Finding, error) {
	list, err := all(ctx, tx, scanFinding, selectFindings, home)
	slices.SortFunc(list, byUrgency)
	return list, err
}

func findingByID(ctx context.Context, tx *sql.Tx, home rounds.HomeID, id string) (checks.Finding, error) {
	list, err := all(ctx, tx, scanFinding, selectFindings+` AND id = ?`, home, id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%w: %q", rounds.ErrNoSuchFinding, id)
	}
	if err != nil {
		return checks.Finding{}, err
	}
	return list[0], nil
}

func scanFinding(rows *sql.Rows, f *checks.Finding) error {
	var severity string
	err := rows.Scan(&f.ID, millis{&f.First}, millis{&f.Last}, millis{&f.Fixed}, &f.CameBack, &f.Accepted, &f.Kind, &f.Check,
		&f.Device, &f.Port, &severity, &f.Confidence, inJSON{&f.Args}, inJSON{&f.Evidence})
	if err != nil {
		return err
	}
	return f.Severity.UnmarshalText([]byte(severity))
}

// byUrgency puts open findings before accepted before fixed ones, and the severe first.
func byUrgency(a, b checks.Finding) int {
	rank := func(f *checks.Finding) int {
		switch {
		case !f.Fixed.IsZero():
			return 2
		case f.Accepted != "":
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(rank(&a), rank(&b)),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.Device, b.Device),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Port, b.Port),
		cmp.Compare(a.ID, b.ID),
	)
}
