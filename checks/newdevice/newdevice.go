// Package newdevice finds devices that came into a home after it was known. It decides from when
// devices were first seen.
package newdevice

import (
	"context"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "new-device"

const (
	// settled is how long it takes until a home is known: what shows up within a day of the
	// first round was only asleep or out.
	settled = 24 * time.Hour
	// nameless is for how long a new device may be there without a word of the user about it.
	nameless = 7 * 24 * time.Hour
)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "new-device", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	return d.Correction == discovery.Correction{} && !d.LeaveAlone && d.Fact(discovery.FactGateway) == ""
}

// Run implements checks.Check. A device of which the user has said anything is known. One with a made-up
// hardware address may be a phone that was there before, so it never becomes urgent.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	d := t.Device
	if !c.Applies(d) {
		return nil, nil
	}
	if d.FirstSeen.Sub(began(t)) <= settled { // it was there from the beginning
		if len(t.Before) > 0 { // that turned out later
			return nil, nil
		}
		return nil, checks.ErrNotApplicable
	}
	f := checks.Finding{
		ID: checks.FindingID(d.ID, Kind, 0, ""), Kind: Kind, Severity: checks.Inform, Confidence: discovery.Saw,
		Args: map[string]string{"date": d.FirstSeen.Local().Format(time.DateOnly)},
	}
	old := time.Since(d.FirstSeen) > nameless
	switch {
	case d.MAC.Private():
		f.Confidence = discovery.Likely
		f.Args["private"] = "yes"
		if old {
			f.Severity = checks.Good
		}
	case old:
		f.Severity = checks.Week
	}
	return []checks.Finding{f}, nil
}

// began is when the home was first looked at.
func began(t checks.Target) time.Time {
	first := t.Device.FirstSeen
	for _, o := range t.Others {
		if !o.FirstSeen.IsZero() && o.FirstSeen.Before(first) {
			first = o.FirstSeen
		}
	}
	return first
}
