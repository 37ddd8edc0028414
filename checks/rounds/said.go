package rounds

import (
	"context"
	"maps"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// A word is what the user says of the home, in a picture of it.
type word func(*Snapshot)

// keep keeps a word of the user by history, and shows it at once. A round under way began before
// it was said, so it goes into the pictures of that round too, until the next one begins.
func (w *Walker) keep(history func() error, say word) error {
	w.telling.Lock()
	defer w.telling.Unlock()
	if err := history(); err != nil {
		return err
	}
	w.said = append(w.said, say)
	w.show(with(w.Feed.Latest(), say))
	return nil
}

// tell makes s the latest picture, with what the user has said meanwhile.
func (w *Walker) tell(s Snapshot) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.show(with(s, w.said...))
}

// show makes s the latest picture. The round under way says nothing more to a device that is to
// be left alone. The caller holds telling.
func (w *Walker) show(s Snapshot) {
	if w.under != nil {
		w.under.LeaveAlone(alone(s.Devices))
	}
	w.Feed.Set(s)
}

// heard gives s with what the user has said meanwhile, for the rest of the round.
func (w *Walker) heard(s Snapshot) Snapshot {
	w.telling.Lock()
	defer w.telling.Unlock()
	return with(s, w.said...)
}

// forget begins a round: what was said before is in the history.
func (w *Walker) forget() {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.said = nil
}

// walks notes the way of the round under way; nil for none.
func (w *Walker) walks(home *lan.Home) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.under = home
}

// with gives s with words of the user in it, in the order in which they were said.
func with(s Snapshot, said ...word) Snapshot {
	if len(said) == 0 {
		return s
	}
	s.Devices, s.Findings = slices.Clone(s.Devices), slices.Clone(s.Findings) // the others may have been handed out
	for _, say := range said {
		say(&s)
	}
	slices.SortStableFunc(s.Findings, checks.ByUrgency)
	return s
}

// about makes a word about a device. One that was another until this round has its own word
// first: say is told so.
func about(device discovery.DeviceID, say func(d *discovery.Device, was bool)) word {
	return func(s *Snapshot) {
		for i := range s.Devices {
			d := &s.Devices[i]
			if was := slices.Contains(d.Was, device); was || d.ID == device {
				say(d, was)
			}
		}
	}
}

// aboutFinding makes a word about a finding.
func aboutFinding(finding string, say func(*checks.Finding)) word {
	return func(s *Snapshot) {
		for i := range s.Findings {
			if s.Findings[i].ID == finding {
				say(&s.Findings[i])
			}
		}
	}
}

// all lists a device, and those that turned out to be this one in the round under way. The
// history keeps their words apart until the round is saved.
func (w *Walker) all(device discovery.DeviceID) []discovery.DeviceID {
	s := w.Feed.Latest()
	d, _ := s.Device(device)
	return append([]discovery.DeviceID{device}, d.Was...)
}

// Correct keeps the user's own words about a device; the zero Correction takes them back.
func (w *Walker) Correct(ctx context.Context, device discovery.DeviceID, c discovery.Correction) error {
	return w.keep(func() error {
		said := c
		for _, id := range w.all(device) {
			if err := w.History.Correct(ctx, w.Home.ID, id, said); err != nil {
				return err
			}
			said = discovery.Correction{} // c is the whole: the others add nothing to it any more
		}
		return nil
	}, about(device, func(d *discovery.Device, was bool) {
		if was {
			d.Correct(d.Correction.Or(c))
		} else {
			d.Correct(c)
		}
	}))
}

// LeaveAlone keeps whether a device is to be checked at all. If it is not, that counts at once; if
// it is again, from the next round on.
func (w *Walker) LeaveAlone(ctx context.Context, device discovery.DeviceID, yes bool) error {
	return w.keep(func() error {
		for _, id := range w.all(device) {
			if err := w.History.LeaveAlone(ctx, w.Home.ID, id, yes); err != nil {
				return err
			}
		}
		return nil
	}, about(device, func(d *discovery.Device, was bool) { d.LeaveAlone = yes || was && d.LeaveAlone }))
}

// Forget removes devices, with all that is known of them and all that the user said of them. One that is heard again comes
// back as new. It waits for no round: while one is walked it refuses, for that would bring them back as they were.
func (w *Walker) Forget(ctx context.Context, devices ...discovery.DeviceID) error {
	release, err := w.History.LockRound(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := w.History.Forget(ctx, w.Home.ID, devices...); err != nil {
		return err
	}
	w.refresh(ctx)
	return nil
}

// Consent keeps what the user said about trying factory passwords on a device. It counts at once.
func (w *Walker) Consent(ctx context.Context, device discovery.DeviceID, c Consent) error {
	return w.keep(func() error {
		for _, id := range w.all(device) {
			if err := w.History.SaveConsent(ctx, w.Home.ID, id, c); err != nil {
				return err
			}
		}
		return nil
	}, func(*Snapshot) {}) // no picture shows it
}

// Accept keeps the user's reason for living with a finding; "" takes it back.
func (w *Walker) Accept(ctx context.Context, finding, reason string) error {
	return w.keep(func() error {
		return w.History.Accept(ctx, w.Home.ID, finding, reason)
	}, aboutFinding(finding, func(f *checks.Finding) {
		if f.Accepted = reason; reason != "" {
			f.Remind = time.Time{}
		}
	}))
}

// Remind keeps when the day begins on which the user wants to be reminded of a finding; the zero
// time takes it back. ErrNotOpen means that nothing is left to do about it.
func (w *Walker) Remind(ctx context.Context, finding string, day time.Time) error {
	return w.keep(func() error {
		return w.History.Remind(ctx, w.Home.ID, finding, day)
	}, aboutFinding(finding, func(f *checks.Finding) { f.Remind = day }))
}

// Told keeps that the user was told now that a finding waits.
func (w *Walker) Told(ctx context.Context, finding string) error {
	now := time.Now().UTC()
	return w.keep(func() error {
		return w.History.Told(ctx, w.Home.ID, finding, now)
	}, aboutFinding(finding, func(f *checks.Finding) { f.Told = now }))
}

// moved gives the findings of devices that turned out to be others to those. They keep their IDs
// until the round is saved: the history knows them by these.
func moved(findings []checks.Finding, devices []discovery.Device) []checks.Finding {
	into := map[discovery.DeviceID]discovery.DeviceID{}
	for i := range devices {
		for _, was := range devices[i].Was {
			into[was] = devices[i].ID
		}
	}
	if len(into) == 0 {
		return findings
	}
	out := slices.Clone(findings)
	for i := range out {
		f := &out[i]
		if now, ok := into[f.Device]; ok {
			f.Device = now
		}
		if now, ok := into[discovery.DeviceID(f.Args[checks.ArgInnerDevice])]; ok {
			f.Args = maps.Clone(f.Args)
			f.Args[checks.ArgInnerDevice] = string(now)
		}
	}
	return out
}
