package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"porchlight/checks/rounds"
)

// An entry is a change with its number in the history.
type entry struct {
	rounds.Change
	id int64
}

// Timeline returns the changes of a home that fit, newest first, from a mark on, and at most so many. However
// long the history is, it reads no more than that for each sort of change.
func (s *Store) Timeline(ctx context.Context, home rounds.HomeID, f rounds.Filter, from rounds.Mark, most int) (rounds.Page, error) {
	if f.What == nil {
		f.What = rounds.Whats()
	}
	var found []entry
	err := s.read(ctx, "read the timeline", func(tx *sql.Tx) error {
		for _, what := range f.What {
			query, args := selectEntries(home, f, what, from, most+1)
			more, err := all(ctx, tx, scanEntry, query, args...)
			if err != nil {
				return err
			}
			found = append(found, more...)
		}
		return nil
	})
	if err != nil {
		return rounds.Page{}, err
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.id, a.id)) })
	page := rounds.Page{More: len(found) > most}
	for _, e := range found[:min(len(found), most)] {
		page.Changes = append(page.Changes, e.Change)
		page.Next = rounds.Mark{At: e.At, ID: e.id}
	}
	return page, nil
}

// selectEntries asks for the newest changes of one sort. Each way has an index that is in the order of the page.
func selectEntries(home rounds.HomeID, f rounds.Filter, what string, from rounds.Mark, most int) (query string, args []any) {
	index, where := "changes_what", ""
	since, last := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.Since.IsZero() {
		since = f.Since.UnixMilli()
	}
	if !f.Until.IsZero() {
		last = f.Until.UnixMilli() - 1
	}
	at, id := last, int64(math.MaxInt64)
	if from != (rounds.Mark{}) {
		at, id = from.At.UnixMilli(), from.ID
		last = min(last, at)
	}
	args = []any{home, what, since, last, at, id, most}
	switch {
	case f.Finding != "":
		index, where = "changes_finding", " AND finding = ?8 AND finding <> '' AND (?9 = '' OR device = ?9)"
		args = append(args, f.Finding, f.Device)
	case f.Device != "":
		index, where = "changes_device", " AND device = ?8"
		args = append(args, f.Device)
	}
	return `SELECT id, round, at, what, device, finding, old, new FROM changes INDEXED BY ` + index + `
		WHERE home = ?1 AND what = ?2 AND at >= ?3 AND at <= ?4 AND (+at < ?5 OR id < ?6)` + where + ` ORDER BY at DESC, id DESC LIMIT ?7`, args
}

func scanEntry(rows *sql.Rows, e *entry) error {
	return rows.Scan(&e.id, &e.Round, millis{&e.At}, &e.What, &e.Device, &e.Finding, &e.Old, &e.New)
}

// Levels returns how a home stood at each of some moments, as the last round that had begun by then saw it.
func (s *Store) Levels(ctx context.Context, home rounds.HomeID, moments []time.Time) ([]rounds.Level, error) {
	if len(moments) > rounds.MaxLevels {
		return nil, fmt.Errorf("%d moments asked for, want at most %d", len(moments), rounds.MaxLevels)
	}
	at := make([]int64, len(moments))
	for i, m := range moments {
		at[i] = m.UnixMilli()
	}
	asked, err := json.Marshal(at)
	if err != nil {
		return nil, err
	}
	var levels []rounds.Level
	err = s.read(ctx, "read the levels", func(tx *sql.Tx) (err error) {
		levels, err = all(ctx, tx, func(rows *sql.Rows, l *rounds.Level) error {
			return rows.Scan(millis{&l.At}, millis{&l.Seen}, &l.Devices, &l.Open)
		}, `SELECT m.value, coalesce(min(r.finished, m.value), 0), coalesce(r.devices, 0), coalesce(r.open, 0)
			FROM json_each(?) m LEFT JOIN rounds r ON r.id = (SELECT id FROM rounds INDEXED BY rounds_started
				WHERE home = ? AND started < m.value ORDER BY started DESC LIMIT 1) ORDER BY m.key`, string(asked), home)
		return err
	})
	return levels, err
}
