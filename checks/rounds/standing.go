package rounds

import (
	"cmp"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// A State is how a device stands, in one word.
type State uint8

// States of a device. Where several fit, the later one here is told. The zero value is never shown as safe.
const (
	StateNotYet    State = iota // nobody has come to it so far
	StateNothing                // a whole round came to it, and no check fits it
	StateInform                 // something is good to know, and no check came to a result
	StateAllGood                // at least one check came to a result, and nothing is left to do
	StateAccepted               // the user lives with something
	StateLater                  // the user wants to be reminded of something
	StateUnchecked              // something could not be checked
	StateOffline                // it was not there in the latest round
	StateAlone                  // the user wants no checks of it
	StateGood                   // something is good to do
	StateWeek                   // something is to be fixed this week
	StateToday                  // something is to be fixed today
)

// states holds the words of the scan schema, and those of the catalogue.
var states = [...]struct{ word, key string }{
	StateNotYet:    {"not-yet", "state.not-yet"},
	StateNothing:   {"nothing", "state.nothing"},
	StateInform:    {"info", "severity.info"},
	StateAllGood:   {"all-good", "severity.allgood"},
	StateAccepted:  {"accepted", "state.accepted"},
	StateLater:     {"later", "state.later"},
	StateUnchecked: {"unchecked", "severity.unchecked"},
	StateOffline:   {"offline", "state.offline"},
	StateAlone:     {"alone", "state.alone"},
	StateGood:      {"good", "severity.good"},
	StateWeek:      {"week", "severity.week"},
	StateToday:     {"today", "severity.today"},
}

// States lists every state, the one that wins over all others last.
func States() []State {
	out := make([]State, len(states))
	for i := range out {
		out[i] = State(i)
	}
	return out
}

// String gives the word of the scan schema.
func (s State) String() string { return states[s].word }

// Key gives the key of its words in the catalogue.
func (s State) Key() string { return states[s].key }

// ToDo reports whether there is something to do.
func (s State) ToDo() bool { return s >= StateGood }

// A Standing is how a device stands, with what is told beside it.
type Standing struct {
	State State
	Know  int  // how many things are good to know about it
	New   bool // it came after the home was known, and nobody has said anything of it
	Away  bool // it was not there in the latest round
}

// Aside gives how many things are good to know where a person would not look for them: where all is
// good.
func (s Standing) Aside() int {
	if s.State == StateAllGood {
		return s.Know
	}
	return 0
}

// newDevice is the check, and what it finds, that tells that a device came; how that stands, it does not tell.
const newDevice = "new-device"

// Standings tells how every device stands. Window, terminal and JSON go by it alone.
func (s *Snapshot) Standings(now time.Time) map[discovery.DeviceID]Standing {
	out := make(map[discovery.DeviceID]Standing, len(s.Devices))
	for i := range s.Devices {
		d := &s.Devices[i]
		st := Standing{Away: !d.Present && s.Phase != Discovering} // who is not heard yet may still be
		switch {
		case d.LeaveAlone:
			st.State = StateAlone
		case st.Away:
			st.State = StateOffline
		case s.Complete && s.reached(d):
			st.State = StateNothing
		}
		out[d.ID] = st
	}
	change := func(id discovery.DeviceID, to State, more func(*Standing)) {
		if st, ok := out[id]; ok {
			st.State = max(st.State, to)
			more(&st)
			out[id] = st
		}
	}
	for i := range s.Outcomes {
		o := &s.Outcomes[i]
		change(o.Device, stateOfOutcome(o), func(*Standing) {})
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		if !f.Fixed.IsZero() || f.Args[checks.ArgWithin] != "" {
			continue
		}
		ends := []discovery.DeviceID{f.Device, f.About()} // a door in the router is a matter of both
		for _, id := range slices.Compact(ends) {
			change(id, stateOfFinding(f, now), func(st *Standing) {
				st.New = st.New || f.Kind == newDevice && f.Open()
				if f.Know(now) {
					st.Know++
				}
			})
		}
	}
	return out
}

// stateOfOutcome gives how a device stands by one outcome; what it found speaks for itself.
func stateOfOutcome(o *checks.Outcome) State {
	switch {
	case o.Result == checks.Unknown:
		return StateUnchecked
	case o.Result == checks.Clear && o.Check != newDevice:
		return StateAllGood
	}
	return StateNotYet
}

// stateOfFinding gives how a device stands by one finding that is not fixed. What is only good to know
// never hides that all is good.
func stateOfFinding(f *checks.Finding, now time.Time) State {
	switch {
	case f.Severity == checks.Inform:
		return StateInform
	case f.Accepted != "":
		return StateAccepted
	case f.Later(now):
		return StateLater
	case f.Severity == checks.Today:
		return StateToday
	case f.Severity == checks.Week:
		return StateWeek
	}
	return StateGood
}

// reached reports whether the latest round came to a device. The history keeps milliseconds.
func (s *Snapshot) reached(d *discovery.Device) bool {
	return d.Present && !d.LastSeen.Before(s.Started.Truncate(time.Millisecond))
}

// A Gap is what could not be checked for one reason.
type Gap struct {
	Reason   string
	Outcomes []checks.Outcome
}

// Devices are those of the gap, each once.
func (g *Gap) Devices() []discovery.DeviceID {
	var ids []discovery.DeviceID
	for _, o := range g.Outcomes {
		if !slices.Contains(ids, o.Device) {
			ids = append(ids, o.Device)
		}
	}
	return ids
}

// reasons lists why something is not checked: first what a person can change at once.
var reasons = []string{
	checks.ReasonNoConsent, checks.ReasonUnreachable, checks.ReasonStopped, checks.ReasonUnclear, checks.ReasonOdd,
	checks.ReasonNoVersion, checks.ReasonTriedToday, checks.ReasonNotTold, checks.ReasonSwitchedOff, checks.ReasonLeaveAlone, checks.ReasonSkipList,
}

// Gaps puts together what could not be checked for the same reason: first what a person can change at once.
func (s *Snapshot) Gaps() []Gap {
	var gaps []Gap
	for _, o := range s.Unchecked() {
		at := slices.IndexFunc(gaps, func(g Gap) bool { return g.Reason == o.Reason })
		if at < 0 {
			at, gaps = len(gaps), append(gaps, Gap{Reason: o.Reason})
		}
		gaps[at].Outcomes = append(gaps[at].Outcomes, o)
	}
	place := func(g Gap) int {
		if at := slices.Index(reasons, g.Reason); at >= 0 {
			return at
		}
		return len(reasons)
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int { return cmp.Compare(place(a), place(b)) })
	return gaps
}
