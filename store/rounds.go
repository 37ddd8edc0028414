package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// keptLedgers is for how many rounds of a home the traffic of every device is kept.
const keptLedgers = 50

// newest is how many rounds of a home each have a row of their own. Of those before, only what changed
// takes space: see fold.
const newest = keptLedgers

// changesAtOnce is how many changes are read at once.
const changesAtOnce = 500

// longestGap is the longest time between two rounds that may share a row: nobody looked in between. A week, for
// those who walk weekly, and a day.
const longestGap = 8 * 24 * time.Hour

// nobody stands in the ledgers for the Requests of Snapshot.Traffic.
const nobody discovery.DeviceID = ""

// A save is one writing transaction about one home.
type save struct {
	tx      *sql.Tx
	home    rounds.HomeID
	round   int64
	at      time.Time
	changes []rounds.Change
}

// An outcome is what is kept of a checks.Outcome.
type outcome struct {
	Check  checks.ID          `json:"check"`
	Device discovery.DeviceID `json:"device"`
	Result checks.Result      `json:"result"`
	Reason string             `json:"reason,omitempty"`
	Took   time.Duration      `json:"took"` // nanoseconds
}

// SaveRound keeps a round in one transaction, and returns the saved picture and what
// changed, devices first. It goes by the devices that are Present; by every finding in the
// outcomes and every one in s.Findings without a First; and by the outcomes: only one that
// is Clear or Found, for a device that is Present, makes a finding that was not found again
// Fixed. The round's time is s.Finished, or s.Started if that is zero. A device that
// another Was is merged into that. In what Latest returns later, an outcome has no Findings and no Err.
func (s *Store) SaveRound(ctx context.Context, snap rounds.Snapshot) (rounds.Snapshot, []rounds.Change, error) {
	w := save{home: snap.Home.ID, at: snap.Finished}
	if w.at.IsZero() {
		w.at = snap.Started
	}
	w.at = w.at.UTC().Truncate(time.Millisecond) // as it is stored
	var saved rounds.Snapshot
	err := s.write(ctx, "save round", func(tx *sql.Tx) error {
		w.tx = tx
		if err := w.begin(ctx, &snap); err != nil {
			return err
		}
		if err := w.saveDevices(ctx, snap.Devices, snap.Complete); err != nil {
			return err
		}
		if err := w.saveFindings(ctx, foundIn(&snap), lookedIn(&snap)); err != nil {
			return err
		}
		if err := w.saveOutcomes(ctx, snap.Outcomes); err != nil {
			return err
		}
		if err := w.saveLedgers(ctx, &snap); err != nil {
			return err
		}
		if err := w.saveChanges(ctx); err != nil {
			return err
		}
		var err error
		saved, err = picture(ctx, tx, w.home)
		if err != nil {
			return err
		}
		if err := w.count(ctx, &saved); err != nil {
			return err
		}
		return w.fold(ctx)
	})
	if err != nil {
		return rounds.Snapshot{}, nil, err
	}
	saved.Phase, saved.Checked, saved.ToCheck = snap.Phase, snap.Checked, snap.ToCheck
	saved.Outcomes = slices.Clone(snap.Outcomes)
	saved.Troubles, saved.Err = snap.Troubles, snap.Err
	return saved, w.changes, nil
}

// Latest returns what is known of a home. Its Round is 0 if none was saved.
func (s *Store) Latest(ctx context.Context, home rounds.HomeID) (rounds.Snapshot, error) {
	var snap rounds.Snapshot
	err := s.read(ctx, "read the latest round", func(tx *sql.Tx) (err error) {
		snap, err = picture(ctx, tx, home)
		return err
	})
	return snap, err
}

// Rounds returns the rounds of a home, newest first.
func (s *Store) Rounds(ctx context.Context, home rounds.HomeID) iter.Seq2[rounds.Summary, error] {
	return list(ctx, s, "read the rounds", func(rows *sql.Rows, r *rounds.Summary) error {
		return rows.Scan(&r.Round, millis{&r.Started}, millis{&r.Finished}, &r.Complete, &r.Devices, &r.Open, &r.Rounds)
	}, `SELECT iif(origin = '', last, id), started, finished, complete, devices, open, walked FROM rounds WHERE home = ? ORDER BY id DESC`, home)
}

// Changes returns what changed in a home, newest first. It reads it in pieces.
func (s *Store) Changes(ctx context.Context, home rounds.HomeID) iter.Seq2[rounds.Change, error] {
	return func(yield func(rounds.Change, error) bool) {
		page := rounds.Page{More: true}
		for page.More {
			var err error
			if page, err = s.Timeline(ctx, home, rounds.Filter{}, page.Next, changesAtOnce); err != nil {
				yield(rounds.Change{}, err)
				return
			}
			for _, c := range page.Changes {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

// begin makes the row of the round; count fills in the rest.
func (w *save) begin(ctx context.Context, snap *rounds.Snapshot) error {
	if _, err := homeByID(ctx, w.tx, w.home); err != nil {
		return err
	}
	if err := w.exec(ctx, `UPDATE homes SET network = ?1 WHERE id = ?2 AND network <> ?1`, inJSON{snap.Network}, w.home); err != nil {
		return err
	}
	t := snap.Traffic
	r, err := w.tx.ExecContext(ctx, `INSERT INTO rounds (home, started, finished, complete, devices, open, packets,
		connections, bytes_sent, bytes_received, login_attempts, login_failures)
		VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?)`,
		w.home, millis{&snap.Started}, millis{&snap.Finished}, snap.Complete, t.Packets,
		t.Connections, t.BytesSent, t.BytesReceived, t.LoginAttempts, t.LoginFailures)
	if err != nil {
		return err
	}
	if w.round, err = r.LastInsertId(); err != nil {
		return err
	}
	return w.exec(ctx, `UPDATE homes SET latest = ? WHERE id = ?`, w.round, w.home)
}

// count keeps how many devices and jobs the saved picture shows.
func (w *save) count(ctx context.Context, saved *rounds.Snapshot) error {
	present := 0
	for i := range saved.Devices {
		if saved.Devices[i].Present {
			present++
		}
	}
	return w.exec(ctx, `UPDATE rounds SET last = id, devices = ?, open = ? WHERE id = ?`, present, len(saved.Open()), w.round)
}

// fold puts the round that is no longer one of the newest into the row of those before it, if it saw as many
// devices and findings as they did.
func (w *save) fold(ctx context.Context) error {
	var old int64
	err := w.tx.QueryRowContext(ctx, `SELECT id FROM rounds WHERE home = ? AND origin = '' ORDER BY id DESC LIMIT 1 OFFSET ?`, w.home, newest).Scan(&old)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := w.tx.ExecContext(ctx, `UPDATE rounds AS r SET last = o.last, walked = r.walked + o.walked, finished = o.finished,
			packets = r.packets + o.packets, connections = r.connections + o.connections, bytes_sent = r.bytes_sent + o.bytes_sent,
			bytes_received = r.bytes_received + o.bytes_received, login_attempts = r.login_attempts + o.login_attempts,
			login_failures = r.login_failures + o.login_failures
		FROM rounds AS o WHERE o.id = ?1 AND r.id = (SELECT id FROM rounds WHERE home = ?2 AND origin = '' AND id < ?1 ORDER BY id DESC LIMIT 1)
			AND r.complete = o.complete AND r.devices = o.devices AND r.open = o.open
			AND o.started BETWEEN r.finished AND r.finished + ?3`, old, w.home, longestGap.Milliseconds())
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return w.exec(ctx, `DELETE FROM rounds WHERE id = ?`, old)
}

// saveOutcomes replaces the outcomes of the round before.
func (w *save) saveOutcomes(ctx context.Context, outcomes []checks.Outcome) error {
	list := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		list[i] = outcome{o.Check, o.Device, o.Result, o.Reason, o.Took}
	}
	return w.exec(ctx, `UPDATE homes SET outcomes = ? WHERE id = ?`, inJSON{list}, w.home)
}

// saveLedgers keeps what was said to each device and to nobody in particular, and forgets
// it for rounds of long ago.
func (w *save) saveLedgers(ctx context.Context, snap *rounds.Snapshot) error {
	byDevice := maps.Clone(snap.ByDevice)
	if len(snap.Traffic.Requests) > 0 {
		if byDevice == nil {
			byDevice = make(map[discovery.DeviceID]discovery.Traffic)
		}
		byDevice[nobody] = discovery.Traffic{Requests: snap.Traffic.Requests} // its sums are in the row of the round
	}
	for _, id := range slices.Sorted(maps.Keys(byDevice)) {
		err := w.exec(ctx, `INSERT INTO ledgers (home, round, device, traffic) VALUES (?, ?, ?, ?)`, w.home, w.round, id, inJSON{byDevice[id]})
		if err != nil {
			return err
		}
	}
	return w.exec(ctx, `DELETE FROM ledgers WHERE home = ?1 AND round <=
		(SELECT id FROM rounds WHERE home = ?1 AND origin = '' ORDER BY id DESC LIMIT 1 OFFSET ?2)`, w.home, keptLedgers)
}

// change notes that something differs from before.
func (w *save) change(c rounds.Change) {
	c.Round, c.At = w.round, w.at
	w.changes = append(w.changes, c)
}

func (w *save) saveChanges(ctx context.Context) error {
	for _, c := range w.changes {
		err := w.exec(ctx, `INSERT INTO changes (home, round, at, what, device, finding, old, new) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			w.home, c.Round, millis{&c.At}, c.What, c.Device, c.Finding, c.Old, c.New)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *save) exec(ctx context.Context, query string, args ...any) error {
	_, err := w.tx.ExecContext(ctx, query, args...)
	return err
}

// picture reads all that is known of a home.
func picture(ctx context.Context, tx *sql.Tx, home rounds.HomeID) (snap rounds.Snapshot, err error) {
	if snap.Home, err = homeByID(ctx, tx, home); err != nil {
		return snap, err
	}
	err = tx.QueryRowContext(ctx, `SELECT network FROM homes WHERE id = ?`, home).Scan(inJSON{&snap.Network})
	if err != nil {
		return snap, err
	}
	if err = lastRound(ctx, tx, &snap); err != nil {
		return snap, err
	}
	if snap.Devices, err = devices(ctx, tx, home); err != nil {
		return snap, err
	}
	for i := range snap.Devices {
		d := &snap.Devices[i]
		d.Correct(d.Correction)
	}
	if snap.Findings, err = findings(ctx, tx, home); err != nil {
		return snap, err
	}
	if snap.Outcomes, err = latestOutcomes(ctx, tx, home); err != nil {
		return snap, err
	}
	return snap, readLedgers(ctx, tx, &snap)
}

// lastRound fills in what the row of the latest round says.
func lastRound(ctx context.Context, tx *sql.Tx, snap *rounds.Snapshot) error {
	t := &snap.Traffic
	err := tx.QueryRowContext(ctx, `SELECT id, started, finished, complete, packets, connections, bytes_sent,
		bytes_received, login_attempts, login_failures FROM rounds WHERE id = (SELECT latest FROM homes WHERE id = ?)`, snap.Home.ID).
		Scan(&snap.Round, millis{&snap.Started}, millis{&snap.Finished}, &snap.Complete, &t.Packets, &t.Connections, &t.BytesSent,
			&t.BytesReceived, &t.LoginAttempts, &t.LoginFailures)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// latestOutcomes reads how the checks of the latest round ended.
func latestOutcomes(ctx context.Context, tx *sql.Tx, home rounds.HomeID) ([]checks.Outcome, error) {
	var list []outcome
	err := tx.QueryRowContext(ctx, `SELECT outcomes FROM homes WHERE id = ?`, home).Scan(inJSON{&list})
	var outcomes []checks.Outcome
	for _, o := range list {
		outcomes = append(outcomes, checks.Outcome{Check: o.Check, Device: o.Device, Result: o.Result, Reason: o.Reason, Took: o.Took})
	}
	return outcomes, err
}

// readLedgers fills in what was said to whom in the round of the picture.
func readLedgers(ctx context.Context, tx *sql.Tx, snap *rounds.Snapshot) error {
	type ledger struct {
		device  discovery.DeviceID
		traffic discovery.Traffic
	}
	snap.ByDevice = make(map[discovery.DeviceID]discovery.Traffic)
	return each(ctx, tx, func(rows *sql.Rows, l *ledger) error {
		return rows.Scan(&l.device, inJSON{&l.traffic})
	}, func(l ledger) bool {
		if l.device == nobody {
			snap.Traffic.Requests = l.traffic.Requests
		} else {
			snap.ByDevice[l.device] = l.traffic
		}
		return true
	}, `SELECT device, traffic FROM ledgers WHERE home = ? AND round = ?`, snap.Home.ID, snap.Round)
}
