package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
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
// its check tells.
func lookedIn(snap *rounds.Snapshot) func(*checks.Finding) bool {
	here := make(map[discovery.DeviceID]bool)
	for i := range snap.Devices {
		here[snap.Devices[i].ID] = snap.Devices[i].Present
	}
	return func(f *checks.Finding) bool {
		return here[f.Device] && slices.ContainsFunc(snap.Outcomes, func(o checks.Outcome) bool { return o.Tells(f) })
	}
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
			f = w.seenAgain(f, old)
		case old.Fixed.IsZero() && looked(old):
			f = *old
			f.Fixed, f.Remind = w.at, time.Time{}
			w.change(rounds.Change{What: rounds.FindingFixed, Device: f.Device, Finding: f.ID})
			if err := w.release(ctx, &f); err != nil {
				return err
			}
		default:
			continue
		}
		if err := w.saveFinding(ctx, &f); err != nil {
			return err
		}
		if f.Fixed.IsZero() != old.Fixed.IsZero() {
			if err := w.prove(ctx, f.ID, old.Fixed.IsZero(), again); err != nil {
				return err
			}
		}
	}
	var fresh []checks.Finding
	for _, f := range found {
		f.First, f.Last, f.Fixed, f.CameBack, f.Accepted, f.Remind, f.Told = w.at, w.at, time.Time{}, time.Time{}, "", time.Time{}, time.Time{}
		fresh = append(fresh, f)
	}
	slices.SortFunc(fresh, checks.ByUrgency)
	for i := range fresh {
		f := &fresh[i]
		w.change(rounds.Change{What: rounds.FindingNew, Device: f.Device, Finding: f.ID})
		if err := w.saveFinding(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// release gives back their own place to the findings that stood within one that is fixed.
func (w *save) release(ctx context.Context, f *checks.Finding) error {
	return w.exec(ctx, `UPDATE findings SET args = json_remove(args, ?1) WHERE home = ?2 AND device = ?3 AND check_id = ?4 AND json_extract(args, ?1) = ?5`,
		"$."+checks.ArgWithin, w.home, f.Device, f.Check, f.Kind)
}

// seenAgain gives what was found, with the life that it has had. A reminder ends when the
// finding is more urgent than the user knew.
func (w *save) seenAgain(f checks.Finding, old *checks.Finding) checks.Finding {
	f.First, f.Last, f.Fixed, f.CameBack, f.Accepted, f.Remind, f.Told = old.First, w.at, time.Time{}, old.CameBack, old.Accepted, old.Remind, old.Told
	if f.Severity > old.Severity {
		f.Remind = time.Time{}
	}
	if !old.Fixed.IsZero() {
		f.CameBack, f.Told = w.at, time.Time{}
		w.change(rounds.Change{What: rounds.FindingBack, Device: f.Device, Finding: f.ID})
	}
	return f
}

func (w *save) saveFinding(ctx context.Context, f *checks.Finding) error {
	return w.exec(ctx, `INSERT INTO findings (home, id, first, last, fixed, came_back, accepted, remind, told, kind, check_id, device,
			port, severity, confidence, args, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (home, id) DO UPDATE SET first = excluded.first, last = excluded.last, fixed = excluded.fixed,
			came_back = excluded.came_back, accepted = excluded.accepted, remind = excluded.remind, told = excluded.told,
			severity = excluded.severity, confidence = excluded.confidence, args = excluded.args, evidence = excluded.evidence`,
		w.home, f.ID, millis{&f.First}, millis{&f.Last}, millis{&f.Fixed}, millis{&f.CameBack}, f.Accepted, millis{&f.Remind}, millis{&f.Told},
		f.Kind, f.Check, f.Device, f.Port, f.Severity.String(), f.Confidence, inJSON{f.Args}, inJSON{f.Evidence})
}

// prove keeps what one look at a finding saw.
func (w *save) prove(ctx context.Context, finding string, before, after bool) error {
	return w.exec(ctx, `INSERT INTO proofs (home, finding, at, before, after) VALUES (?, ?, ?, ?, ?)`, w.home, finding, millis{&w.at}, before, after)
}

// mergeFindings gives the findings of a device to the one that it turned out to be, with their
// lives: day, acceptance, reminder, changes and proofs.
func (w *save) mergeFindings(ctx context.Context, from, into discovery.DeviceID) error {
	list, err := all(ctx, w.tx, scanFinding, selectFindings+` AND (device = ? OR instr(args, ?))`, w.home, from, from)
	if err != nil {
		return err
	}
	for _, f := range list {
		was := f.ID
		if f.Args[checks.ArgInnerDevice] == string(from) {
			f.Args[checks.ArgInnerDevice] = string(into)
		}
		if f.Device == from {
			f.MoveTo(into)
		}
		if f.ID != was {
			switch twin, err := findingByID(ctx, w.tx, w.home, f.ID); {
			case err == nil:
				f = oneLife(twin, f)
			case !errors.Is(err, rounds.ErrNoSuchFinding):
				return err
			}
		}
		if err := w.rename(ctx, was, &f); err != nil {
			return err
		}
	}
	return nil
}

// rename keeps a finding under the ID that it has now. was is the one before.
func (w *save) rename(ctx context.Context, was string, f *checks.Finding) error {
	for _, query := range []string{
		`UPDATE changes SET device = ?1, finding = ?2 WHERE home = ?3 AND finding = ?4 AND finding <> ''`, // the index knows no empty ones
		`UPDATE proofs SET finding = ?2 WHERE home = ?3 AND finding = ?4`,
		`DELETE FROM findings WHERE id = ?4 AND home = ?3`,
	} {
		if err := w.exec(ctx, query, f.Device, f.ID, w.home, was); err != nil {
			return err
		}
	}
	return w.saveFinding(ctx, f)
}

// oneLife gives one life to a finding that two devices had which are one. What the user said of the elder
// wins.
func oneLife(elder, younger checks.Finding) checks.Finding {
	f := elder
	if younger.Last.After(elder.Last) {
		f = younger
		f.ID, f.Device = elder.ID, elder.Device
	}
	if f.First = elder.First; younger.First.Before(elder.First) {
		f.First = younger.First
	}
	if f.Fixed = later(elder.Fixed, younger.Fixed); elder.Fixed.IsZero() || younger.Fixed.IsZero() {
		f.Fixed = time.Time{}
	}
	f.CameBack, f.Told = later(elder.CameBack, younger.CameBack), later(elder.Told, younger.Told)
	f.Accepted = cmp.Or(elder.Accepted, younger.Accepted)
	if f.Remind = elder.Remind; f.Remind.IsZero() {
		f.Remind = younger.Remind
	}
	return f
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// SaveCheck keeps one look at a single finding and returns the finding as it now is. An
// outcome that tells of it and does not hold it makes it Fixed; one that does not tell
// changes nothing and is no proof. Of the other findings of the outcome only the one that it
// stands within is kept, the rest is left to the next round. It refuses the outcome of another check or device.
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
		found := askedFor(&o, finding)
		after := len(found) > 0
		if !o.Tells(&old) {
			now = old
			return nil
		}
		if w.round, err = latestRound(ctx, tx, home); err != nil {
			return err
		}
		if err = w.saveFindings(ctx, found, func(f *checks.Finding) bool { return f.ID == finding }); err != nil {
			return err
		}
		if after { // who looks again knows that it waits
			if err = w.exec(ctx, `UPDATE findings SET told = ? WHERE home = ? AND id = ? AND told = 0`, millis{&w.at}, home, finding); err != nil {
				return err
			}
		}
		if err = w.replaceOutcome(ctx, o); err != nil {
			return err
		}
		if err = w.saveChanges(ctx); err != nil {
			return err
		}
		if old.Fixed.IsZero() == after { // else saveFindings has proved the change
			if err = w.prove(ctx, finding, after, after); err != nil {
				return err
			}
		}
		now, err = findingByID(ctx, tx, home, finding)
		return err
	})
	return now, err
}

// askedFor gives what an outcome holds of a finding: itself, and the one that it stands within, where people read of it.
func askedFor(o *checks.Outcome, finding string) map[string]checks.Finding {
	found := make(map[string]checks.Finding)
	i := slices.IndexFunc(o.Findings, func(f checks.Finding) bool { return f.ID == finding })
	if i < 0 {
		return found
	}
	asked := o.Findings[i]
	found[finding] = asked
	for _, f := range o.Findings {
		if within := asked.Args[checks.ArgWithin]; within != "" && string(f.Kind) == within {
			found[f.ID] = f
		}
	}
	return found
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

// Proofs returns the looks at one finding of a home, newest first.
func (s *Store) Proofs(ctx context.Context, home rounds.HomeID, finding string) ([]rounds.Proof, error) {
	var proofs []rounds.Proof
	err := s.read(ctx, "read the looks at a finding", func(tx *sql.Tx) (err error) {
		proofs, err = all(ctx, tx, func(rows *sql.Rows, p *rounds.Proof) error {
			return rows.Scan(millis{&p.At}, &p.Before, &p.After)
		}, `SELECT at, before, after FROM proofs WHERE home = ? AND finding = ? ORDER BY at DESC, id DESC`, home, finding)
		return err
	})
	return proofs, err
}

// Accept keeps the user's reason for living with a finding; "" takes it back.
func (s *Store) Accept(ctx context.Context, home rounds.HomeID, finding, reason string) error {
	return s.alter(ctx, "accept a finding", home, finding, func(w *save, f *checks.Finding) error {
		switch reason {
		case f.Accepted:
		case "":
			w.change(rounds.Change{What: rounds.FindingReopened, Device: f.Device, Finding: finding})
		default:
			w.change(rounds.Change{What: rounds.FindingAccepted, Device: f.Device, Finding: finding, New: reason})
		}
		if f.Accepted = reason; reason != "" {
			f.Remind = time.Time{}
		}
		return nil
	})
}

// Remind keeps when the day begins on which the user wants to be reminded of a finding; the zero
// time takes it back. There has to be something left to do: rounds.ErrNotOpen if not.
func (s *Store) Remind(ctx context.Context, home rounds.HomeID, finding string, day time.Time) error {
	return s.alter(ctx, "remind of a finding", home, finding, func(_ *save, f *checks.Finding) error {
		if f.Remind = day; !day.IsZero() && !f.Open() {
			return fmt.Errorf("%w: %q", rounds.ErrNotOpen, finding)
		}
		return nil
	})
}

// Told keeps when the user was told that a finding waits.
func (s *Store) Told(ctx context.Context, home rounds.HomeID, finding string, at time.Time) error {
	return s.alter(ctx, "tell of a finding", home, finding, func(_ *save, f *checks.Finding) error { f.Told = at; return nil })
}

// alter keeps what change makes of one finding, and what it notes as changed.
func (s *Store) alter(ctx context.Context, what string, home rounds.HomeID, finding string, change func(*save, *checks.Finding) error) error {
	return s.write(ctx, what, func(tx *sql.Tx) error {
		f, err := findingByID(ctx, tx, home, finding)
		if err != nil {
			return err
		}
		w := save{tx: tx, home: home, at: time.Now().UTC().Truncate(time.Millisecond)}
		if w.round, err = latestRound(ctx, tx, home); err != nil {
			return err
		}
		if err := change(&w, &f); err != nil {
			return err
		}
		if err := w.saveChanges(ctx); err != nil {
			return err
		}
		return w.saveFinding(ctx, &f)
	})
}

// latestRound gives the number of the round that tells of now; 0 if there is none.
func latestRound(ctx context.Context, tx *sql.Tx, home rounds.HomeID) (round int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT latest FROM homes WHERE id = ?`, home).Scan(&round)
	return round, err
}

const selectFindings = `SELECT id, first, last, fixed, came_back, accepted, remind, told, kind, check_id, device, port, severity,
	confidence, args, evidence FROM findings WHERE home = ?`

// findings reads all findings of a home, the most urgent first.
func findings(ctx context.Context, tx *sql.Tx, home rounds.HomeID) ([]checks.Finding, error) {
	list, err := all(ctx, tx, scanFinding, selectFindings, home)
	slices.SortFunc(list, checks.ByUrgency)
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
	err := rows.Scan(&f.ID, millis{&f.First}, millis{&f.Last}, millis{&f.Fixed}, millis{&f.CameBack}, &f.Accepted, millis{&f.Remind}, millis{&f.Told}, &f.Kind, &f.Check,
		&f.Device, &f.Port, &severity, &f.Confidence, inJSON{&f.Args}, inJSON{&f.Evidence})
	if err != nil {
		return err
	}
	return f.Severity.UnmarshalText([]byte(severity))
}
