// Package rounds walks one round through a home: discover, check, save, tell. It keeps
// the latest picture for whoever watches.
package rounds

import (
	"context"
	"slices"
	"sync"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/scan"
)

// A HomeID names one home in the history.
type HomeID int64

// A Home is one household whose devices are kept together.
type Home struct {
	ID        HomeID
	Name      string    // the user's own
	Practice  bool      // simulated devices on this computer
	Consented time.Time // when the user said: mine, or I may act for its owner; zero before
}

// Phase is what a round is doing.
type Phase uint8

// Phases, in their order.
const (
	Idle Phase = iota // no round has been walked since the start
	Discovering
	Checking
	Saving
	Done
)

// A Trouble is a source that failed while the round went on.
type Trouble = scan.Trouble

// A Snapshot is everything known at one moment. It never changes once handed out.
type Snapshot struct {
	Home     Home
	Network  discovery.Network
	Round    int64 // the number of the round in the history; 0 before it is saved
	Phase    Phase
	Started  time.Time     // UTC; zero if no round was walked yet
	Finished time.Time     // zero while walking
	Complete bool          // the round went all the way
	Checked  int           // checks done so far
	ToCheck  int           // checks in all; grows while devices are found
	Left     time.Duration // about how long the round still takes; 0 if nobody can say
	Devices  []discovery.Device
	Findings []checks.Finding // the worst first; fixed and accepted ones too
	Outcomes []checks.Outcome // of this round
	Traffic  discovery.Traffic
	ByDevice map[discovery.DeviceID]discovery.Traffic
	Troubles []Trouble
	Err      error // why the round could not be walked or saved; nil if it could
}

// Walking reports whether a round is under way.
func (s *Snapshot) Walking() bool {
	return s.Phase == Discovering || s.Phase == Checking || s.Phase == Saving
}

// Open returns the findings that ask for something to be done, the worst first; also those of
// which the user wants to be reminded later.
func (s *Snapshot) Open() []checks.Finding {
	var open []checks.Finding
	for _, f := range s.Findings {
		if f.Open() && f.Severity > checks.Inform {
			open = append(open, f)
		}
	}
	return open
}

// Todo parts what is open: what is to be done by now, and what the user wants to be reminded of
// on a day to come, be it to do or only to know.
func (s *Snapshot) Todo(now time.Time) (todo, later []checks.Finding) {
	for _, f := range s.Findings {
		switch {
		case f.Later(now):
			later = append(later, f)
		case f.Open() && f.Severity > checks.Inform:
			todo = append(todo, f)
		}
	}
	return todo, later
}

// Know returns what is only good to know by now.
func (s *Snapshot) Know(now time.Time) []checks.Finding {
	var know []checks.Finding
	for _, f := range s.Findings {
		if f.Know(now) {
			know = append(know, f)
		}
	}
	return know
}

// AllGood reports whether nothing is left to do after a whole round that came to every device that
// is there, and in which whatever was due could be checked, of which there was something. Only
// then may a person be told so.
func (s *Snapshot) AllGood() bool {
	missed := slices.ContainsFunc(s.Devices, func(d discovery.Device) bool { return d.Present && !s.reached(&d) })
	looked := slices.ContainsFunc(s.Outcomes, func(o checks.Outcome) bool { return stateOfOutcome(&o) == StateAllGood })
	return s.Complete && looked && !missed && len(s.Troubles) == 0 && len(s.Open()) == 0 && len(s.Unchecked()) == 0
}

// Looked counts the devices of which some check came to one of these results, in all and by check. That a device came to the
// home is no result about it.
func (s *Snapshot) Looked(at ...checks.Result) (devices int, by map[checks.ID]int) {
	of, by := map[discovery.DeviceID]bool{}, map[checks.ID]int{}
	for _, o := range s.Outcomes {
		if o.Check != newDevice && slices.Contains(at, o.Result) {
			of[o.Device] = true
			by[o.Check]++
		}
	}
	return len(of), by
}

// Device finds a device by its ID.
func (s *Snapshot) Device(id discovery.DeviceID) (discovery.Device, bool) {
	for i := range s.Devices {
		if s.Devices[i].ID == id {
			return s.Devices[i], true
		}
	}
	return discovery.Device{}, false
}

// Unchecked returns the outcomes that have no result.
func (s *Snapshot) Unchecked() []checks.Outcome {
	var out []checks.Outcome
	for _, o := range s.Outcomes {
		if o.Result == checks.Unknown {
			out = append(out, o)
		}
	}
	return out
}

// A Feed hands out the latest snapshot. The zero Feed is ready to use.
type Feed struct {
	mu      sync.Mutex
	latest  Snapshot
	version uint64
	changed chan struct{} // closed at the next change; nil if nobody waits
}

// Set makes s the latest snapshot.
func (f *Feed) Set(s Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest = s
	f.version++
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// Latest returns the newest snapshot; the zero Snapshot before the first.
func (f *Feed) Latest() Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest
}

// Watch calls show with the latest snapshot, and again after each change, from the
// calling goroutine until ctx ends. A slow show skips what was overtaken, never misses
// the last one and never holds up a round.
func (f *Feed) Watch(ctx context.Context, show func(Snapshot)) {
	seen := uint64(0)
	for {
		f.mu.Lock()
		s, version := f.latest, f.version
		if f.changed == nil {
			f.changed = make(chan struct{})
		}
		changed := f.changed
		f.mu.Unlock()
		if version != seen {
			seen = version
			show(s)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
