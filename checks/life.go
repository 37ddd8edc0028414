package checks

import (
	"cmp"
	"strings"
	"time"

	"porchlight/discovery"
)

// Open reports whether there is something left to do about the finding, that no other one says too.
func (f *Finding) Open() bool { return f.Fixed.IsZero() && f.Accepted == "" && f.Args[ArgWithin] == "" }

// Later reports whether the user wants to be reminded of the finding on a day to come.
func (f *Finding) Later(now time.Time) bool { return f.Open() && now.Before(f.Remind) }

// Know reports whether the finding only tells something, and is to be told by now.
func (f *Finding) Know(now time.Time) bool {
	return f.Open() && !f.Later(now) && f.Severity == Inform
}

// Due reports whether the day has come on which the user wanted to be reminded.
func (f *Finding) Due(now time.Time) bool {
	return f.Open() && !f.Remind.IsZero() && !now.Before(f.Remind)
}

// InDays gives when the day begins that is n days from now, where the user lives.
func InDays(now time.Time, n int) time.Time {
	y, m, d := now.Local().Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, time.Local)
}

// Patience is for how many days a finding waits before the user is told so, and for how many
// days people put it off who do not say for how long.
const Patience = 3

// Waits gives for how many days a finding has waited, if the user is to be told so now: after
// three days in which nothing was done, and on one day only. It gives 0 if not.
func (f *Finding) Waits(now time.Time) int {
	since := f.First
	if f.CameBack.After(since) {
		since = f.CameBack
	}
	n := days(since, now)
	told := !f.Told.IsZero() && days(f.Told, now) != 0
	if !f.Open() || f.Severity == Inform || since.IsZero() || !f.Remind.IsZero() || told || n < Patience {
		return 0
	}
	return n
}

// days counts the midnights between two moments, where the user lives.
func days(from, to time.Time) int { return int(day(to).Sub(day(from)) / (24 * time.Hour)) }

// day gives the calendar day of a moment; in UTC, where each day has 24 hours.
func day(t time.Time) time.Time {
	y, m, d := t.Local().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// MoveTo gives the finding to another device: its own turned out to be that one.
func (f *Finding) MoveTo(device discovery.DeviceID) {
	if weakness, ok := strings.CutPrefix(f.ID, idOf(f.Device)); ok {
		f.ID = idOf(device) + weakness
	}
	f.Device = device
}

// reach ranks findings of one severity: what the internet reaches comes first, then what criminals
// are known to use, then what opens without knowing anything secret.
func (f *Finding) reach() int {
	if f.Door() || f.Args[ArgRaised] == RaisedMapped {
		return 0
	}
	switch f.Kind {
	case "known-exploited", "dns-changed":
		return 1
	case "default-login", "open-admin", "hub-open", "camera-open", "camera-not-activated":
		return 2
	}
	return 3
}

// ByUrgency puts open findings before accepted before fixed ones, and the severe first.
func ByUrgency(a, b Finding) int {
	rank := func(f *Finding) int {
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
		cmp.Compare(a.reach(), b.reach()),
		cmp.Compare(a.Device, b.Device),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Port, b.Port),
		cmp.Compare(a.ID, b.ID),
	)
}
