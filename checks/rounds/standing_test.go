package rounds

import (
	"slices"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// looked is when the round of the tests began.
var looked = time.Date(2026, time.November, 12, 18, 30, 0, 0, time.UTC)

// one is a home of one device after a whole round, as the change makes it.
func one(change func(*Snapshot, *discovery.Device)) Snapshot {
	s := Snapshot{
		Started: looked, Complete: true, Phase: Done,
		Devices: []discovery.Device{{ID: "d-1", Present: true, LastSeen: looked.Add(time.Second)}},
	}
	change(&s, &s.Devices[0])
	return s
}

func finding(change func(*checks.Finding)) checks.Finding {
	f := checks.Finding{ID: "f-1", Kind: "telnet-open", Check: "telnet", Device: "d-1"}
	change(&f)
	return f
}

func weighs(s checks.Severity) checks.Finding {
	return finding(func(f *checks.Finding) { f.Severity = s })
}

func TestHowADeviceStands(t *testing.T) {
	clear, unknown := checks.Outcome{Check: "telnet", Device: "d-1", Result: checks.Clear}, checks.Outcome{Check: "firmware", Device: "d-1", Reason: checks.ReasonUnclear}
	came := finding(func(f *checks.Finding) { f.Kind, f.Check = "new-device", "new-device" })
	lives := finding(func(f *checks.Finding) { f.Severity, f.Accepted = checks.Today, "mine" })
	waits := finding(func(f *checks.Finding) { f.Severity, f.Remind = checks.Today, looked.AddDate(0, 0, 3) })
	within := finding(func(f *checks.Finding) {
		f.Severity, f.Args = checks.Week, map[string]string{checks.ArgWithin: string(lives.Kind)}
	})
	for _, tt := range []struct {
		name     string
		outcomes []checks.Outcome
		findings []checks.Finding
		change   func(*Snapshot, *discovery.Device)
		want     Standing
	}{
		{name: "no check fits it", want: Standing{State: StateNothing}},
		{
			name: "no check applies after all", outcomes: []checks.Outcome{{Check: "new-device", Device: "d-1", Result: checks.NotApplicable}},
			want: Standing{State: StateNothing},
		},
		{
			name: "the round was stopped", change: func(s *Snapshot, _ *discovery.Device) { s.Complete = false },
			want: Standing{State: StateNotYet},
		},
		{
			name: "the round looked at another part of the home", change: func(_ *Snapshot, d *discovery.Device) { d.LastSeen = looked.Add(-time.Hour) },
			want: Standing{State: StateNotYet},
		},
		{
			name: "it is not heard yet", change: func(s *Snapshot, d *discovery.Device) {
				s.Complete, s.Phase, d.Present = false, Discovering, false
			},
			want: Standing{State: StateNotYet},
		},
		{name: "nothing was found", outcomes: []checks.Outcome{clear}, want: Standing{State: StateAllGood}},
		{
			name: "only that it is no longer new", outcomes: []checks.Outcome{{Check: "new-device", Device: "d-1", Result: checks.Clear}},
			want: Standing{State: StateNothing},
		},
		{name: "something could not be checked", outcomes: []checks.Outcome{clear, unknown}, want: Standing{State: StateUnchecked}},
		{name: "good to know, all good", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{weighs(checks.Inform)}, want: Standing{State: StateAllGood, Know: 1}},
		{name: "good to know, no result", findings: []checks.Finding{weighs(checks.Inform)}, want: Standing{State: StateInform, Know: 1}},
		{name: "good to know, not all checked", outcomes: []checks.Outcome{unknown}, findings: []checks.Finding{weighs(checks.Inform)}, want: Standing{State: StateUnchecked, Know: 1}},
		{
			name: "good to know, later", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{finding(func(f *checks.Finding) { f.Remind = looked.AddDate(0, 0, 3) })},
			want: Standing{State: StateAllGood},
		},
		{
			name: "good to know, accepted", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{finding(func(f *checks.Finding) { f.Accepted = "mine" })},
			want: Standing{State: StateAllGood},
		},
		{name: "new", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{came}, want: Standing{State: StateAllGood, Know: 1, New: true}},
		{name: "found in part, the rest not checked", outcomes: []checks.Outcome{{Check: "telnet", Device: "d-1", Findings: []checks.Finding{weighs(checks.Week)}}}, findings: []checks.Finding{weighs(checks.Week)}, want: Standing{State: StateWeek}},
		{name: "good to do", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{weighs(checks.Good)}, want: Standing{State: StateGood}},
		{name: "today, and this week", findings: []checks.Finding{weighs(checks.Week), weighs(checks.Today)}, want: Standing{State: StateToday}},
		{name: "fixed", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{finding(func(f *checks.Finding) { f.Severity, f.Fixed = checks.Today, looked })}, want: Standing{State: StateAllGood}},
		{name: "accepted", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{lives}, want: Standing{State: StateAccepted}},
		{name: "accepted, with another one within it", findings: []checks.Finding{lives, within}, want: Standing{State: StateAccepted}},
		{name: "later", outcomes: []checks.Outcome{clear}, findings: []checks.Finding{lives, waits}, want: Standing{State: StateLater}},
		{name: "later, and not all checked", outcomes: []checks.Outcome{unknown}, findings: []checks.Finding{waits}, want: Standing{State: StateUnchecked}},
		{
			name: "offline", findings: []checks.Finding{lives}, change: func(_ *Snapshot, d *discovery.Device) { d.Present = false },
			want: Standing{State: StateOffline, Away: true},
		},
		{
			name: "offline, with something to do", findings: []checks.Finding{weighs(checks.Week)}, change: func(_ *Snapshot, d *discovery.Device) { d.Present = false },
			want: Standing{State: StateWeek, Away: true},
		},
		{
			name: "left alone", outcomes: []checks.Outcome{{Check: "telnet", Device: "d-1", Reason: checks.ReasonLeaveAlone}}, change: func(_ *Snapshot, d *discovery.Device) { d.LeaveAlone = true },
			want: Standing{State: StateAlone},
		},
		{
			name: "left alone, with something to do", findings: []checks.Finding{weighs(checks.Today)}, change: func(_ *Snapshot, d *discovery.Device) { d.LeaveAlone = true },
			want: Standing{State: StateToday},
		},
		{
			name: "a door in the router leads to it", findings: []checks.Finding{finding(func(f *checks.Finding) {
				f.Device, f.Severity, f.Args = "router", checks.Today, map[string]string{checks.ArgInnerDevice: "d-1"}
			})},
			want: Standing{State: StateToday},
		},
		{
			name: "it is the router with that door", findings: []checks.Finding{finding(func(f *checks.Finding) {
				f.Severity, f.Args = checks.Today, map[string]string{checks.ArgInnerDevice: "camera"}
			})},
			want: Standing{State: StateToday},
		},
		{
			name: "another device", outcomes: []checks.Outcome{{Check: "telnet", Device: "d-2"}}, findings: []checks.Finding{finding(func(f *checks.Finding) { f.Device, f.Severity = "d-2", checks.Today })},
			want: Standing{State: StateNothing},
		},
	} {
		s := one(func(s *Snapshot, d *discovery.Device) {
			s.Outcomes, s.Findings = tt.outcomes, tt.findings
			if tt.change != nil {
				tt.change(s, d)
			}
		})
		if got := s.Standings(looked); len(got) != 1 || got["d-1"] != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestGoodToKnowIsToldBesideAllGoodOnly(t *testing.T) {
	for _, s := range States() {
		want := 0
		if s == StateAllGood {
			want = 2
		}
		if got := (Standing{State: s, Know: 2}).Aside(); got != want {
			t.Errorf("%s: got %d, want %d", s, got, want)
		}
	}
}

func TestAllGoodTakesAWholeRoundWithoutGaps(t *testing.T) {
	clear := []checks.Outcome{{Check: "telnet", Device: "d-1", Result: checks.Clear}}
	for _, tt := range []struct {
		name   string
		change func(*Snapshot, *discovery.Device)
		want   bool
	}{
		{"all was checked", func(*Snapshot, *discovery.Device) {}, true},
		{"something is good to know", func(s *Snapshot, _ *discovery.Device) { s.Findings = []checks.Finding{weighs(checks.Inform)} }, true},
		{"a device is away", func(s *Snapshot, _ *discovery.Device) { s.Devices = append(s.Devices, discovery.Device{ID: "d-2"}) }, true},
		{"something is to be done", func(s *Snapshot, _ *discovery.Device) { s.Findings = []checks.Finding{weighs(checks.Good)} }, false},
		{"something was not checked", func(s *Snapshot, _ *discovery.Device) {
			s.Outcomes = append(slices.Clone(clear), checks.Outcome{Check: "firmware", Device: "d-1"})
		}, false},
		{"nothing fits", func(s *Snapshot, _ *discovery.Device) { s.Outcomes[0].Result = checks.NotApplicable }, false},
		{"only a device came", func(s *Snapshot, _ *discovery.Device) { s.Outcomes[0].Check = "new-device" }, false},
		{"a device is there that the round did not come to", func(s *Snapshot, _ *discovery.Device) {
			s.Devices = append(s.Devices, discovery.Device{ID: "d-2", Present: true, LastSeen: looked.Add(-time.Hour)})
		}, false},
		{"a source failed", func(s *Snapshot, _ *discovery.Device) { s.Troubles = []Trouble{{}} }, false},
		{"it was stopped", func(s *Snapshot, _ *discovery.Device) { s.Complete = false }, false},
	} {
		s := one(func(s *Snapshot, d *discovery.Device) {
			s.Outcomes = slices.Clone(clear)
			tt.change(s, d)
		})
		if got := s.AllGood(); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}

func TestWhatIsPutOffIsLaterBeItToDoOrToKnow(t *testing.T) {
	off := func(f *checks.Finding) { f.Remind = looked.AddDate(0, 0, 3) }
	s := Snapshot{Findings: []checks.Finding{
		weighs(checks.Week), weighs(checks.Inform), finding(off), finding(func(f *checks.Finding) { off(f); f.Severity = checks.Today }),
	}}
	todo, later := s.Todo(looked)
	if know := s.Know(looked); len(todo) != 1 || len(later) != 2 || len(know) != 1 || todo[0].Severity != checks.Week {
		t.Errorf("to do %+v, later %+v, to know %+v", todo, later, know)
	}
	if todo, later = s.Todo(looked.AddDate(0, 0, 4)); len(todo) != 2 || len(later) != 0 || len(s.Know(looked.AddDate(0, 0, 4))) != 2 {
		t.Errorf("four days later: to do %+v, later %+v", todo, later)
	}
}

func TestGapsBeginWithWhatCanBeChanged(t *testing.T) {
	var s Snapshot
	for _, reason := range []string{checks.ReasonSkipList, "unheard-of", checks.ReasonUnreachable, checks.ReasonLeaveAlone, checks.ReasonNoConsent, checks.ReasonUnreachable} {
		s.Outcomes = append(s.Outcomes, checks.Outcome{Reason: reason})
	}
	s.Outcomes = append(s.Outcomes, checks.Outcome{Result: checks.Clear})
	var got []string
	for _, g := range s.Gaps() {
		got = append(got, g.Reason)
	}
	want := []string{checks.ReasonNoConsent, checks.ReasonUnreachable, checks.ReasonLeaveAlone, checks.ReasonSkipList, "unheard-of"}
	if !slices.Equal(got, want) || len(s.Gaps()[1].Outcomes) != 2 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnlyWhatWasReallyCheckedCounts(t *testing.T) {
	s := Snapshot{Outcomes: []checks.Outcome{
		{Check: "telnet", Device: "cam", Result: checks.Clear},
		{Check: "firmware", Device: "cam", Result: checks.Found},
		{Check: "telnet", Device: "tv", Result: checks.Clear},
		{Check: "telnet", Device: "nas", Result: checks.Unknown},
		{Check: "new-device", Device: "cam", Result: checks.Clear},
		{Check: "new-device", Device: "lamp", Result: checks.Clear},
	}}
	n, by := s.Looked(checks.Clear, checks.Found)
	if n != 2 || len(by) != 2 || by["telnet"] != 2 || by["firmware"] != 1 {
		t.Errorf("got %d devices, %v by check, want camera and TV alone", n, by)
	}
	if n, by := s.Looked(checks.Clear); n != 2 || len(by) != 1 {
		t.Errorf("clear: got %d devices, %v by check", n, by)
	}
}
