package program

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/report"
)

// A reported is what is kept of the last report of a home. Two reports about one round tell the same.
type reported struct {
	Round  int64     `json:"round"`
	At     time.Time `json:"at"`     // when that round ended
	Before time.Time `json:"before"` // when the round of the report before ended; zero for none
}

// reportedSetting is the name under which the last report of a home is kept.
func reportedSetting(home rounds.HomeID) string { return fmt.Sprintf("reported.%d", home) }

// Facts gives what a report about the current home is made of: what is known, and what changed since the last report,
// or since the round before if there was none.
func (p *Program) Facts(ctx context.Context) (report.Facts, error) {
	s := p.feed.Latest()
	f := report.Facts{Snapshot: s, Words: p.words(), Version: p.Version, Now: time.Now(), Known: p.Firmware}
	last, err := p.lastReport(ctx, s.Home.ID)
	if err != nil {
		return f, err
	}
	f.Since, f.Reported = last.At, !last.At.IsZero()
	if last.Round == s.Round {
		f.Since, f.Reported = last.Before, !last.Before.IsZero()
	}
	if !f.Reported {
		if f.Since, err = p.roundBefore(ctx, &s); err != nil {
			return f, err
		}
	}
	if f.Since.IsZero() {
		return f, nil
	}
	for c, err := range p.store.Changes(ctx, s.Home.ID) {
		if err != nil {
			return f, err
		}
		if !c.At.After(f.Since) {
			break
		}
		f.Changes = append(f.Changes, c)
	}
	return f, nil
}

// roundBefore gives when the round before the latest ended; zero if there was none.
func (p *Program) roundBefore(ctx context.Context, s *rounds.Snapshot) (time.Time, error) {
	for r, err := range p.store.Rounds(ctx, s.Home.ID) {
		if err != nil {
			return time.Time{}, err
		}
		if r.Round < s.Round {
			return r.Finished, nil
		}
	}
	return time.Time{}, nil
}

func (p *Program) lastReport(ctx context.Context, home rounds.HomeID) (reported, error) {
	var last reported
	value, err := p.store.Setting(ctx, reportedSetting(home))
	if err == nil && value != "" {
		_ = json.Unmarshal([]byte(value), &last) // what nobody can read is no report
	}
	return last, err
}

// Reported keeps that a report was made of these facts: the next one tells what changed since.
func (p *Program) Reported(ctx context.Context, f report.Facts) error {
	s := &f.Snapshot
	last, err := p.lastReport(ctx, s.Home.ID)
	if err != nil || last.Round == s.Round {
		return err
	}
	value, err := json.Marshal(reported{Round: s.Round, At: s.Finished.UTC(), Before: last.At})
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return p.store.SaveSetting(ctx, reportedSetting(s.Home.ID), string(value))
}
