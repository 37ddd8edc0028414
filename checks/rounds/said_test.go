package rounds_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// finding is a check that finds the same on every device, and does something first.
type finding struct {
	id   checks.ID
	does func(t checks.Target)
}

func (f finding) Info() checks.Info {
	return checks.Info{ID: f.id, Contact: checks.ContactPolite, Kinds: []checks.Kind{checks.Kind(f.id)}}
}

func (finding) Applies(discovery.Device) bool { return true }

func (f finding) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	if f.does != nil {
		f.does(t)
	}
	return []checks.Finding{*t.Found(checks.Kind(f.id), 23, checks.Week, discovery.Saw)}, nil
}

// telling is a home whose devices are heard as the test says.
func telling(t *testing.T, prefix string) *home {
	t.Helper()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.Probers = func(*lan.Home) []discovery.Prober { return nil }
	h.Checks = nil
	return h
}

// hear makes the next round hear what tell reports.
func (h *home) hear(tell func(report func(addr string, host ...string))) {
	h.Sources = func(*lan.Home) []discovery.Source { return []discovery.Source{telltale{tell}} }
}

type telltale struct {
	tell func(report func(addr string, host ...string))
}

func (telltale) Name() string { return "telltale" }

func (s telltale) Discover(_ context.Context, report func(discovery.Observation)) error {
	s.tell(func(addr string, hosts ...string) {
		o := discovery.Observation{Source: "telltale", At: time.Now().UTC(), Addr: netip.MustParseAddr(addr)}
		for _, h := range hosts {
			o.Facts = append(o.Facts, discovery.Fact{Key: discovery.FactMDNSHost, Value: h})
		}
		report(o)
	})
	return nil
}

// at gives the device at an address, once a picture shows it.
func (h *home) at(t *testing.T, addr string) discovery.Device {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	var found discovery.Device
	h.Feed.Watch(ctx, func(s rounds.Snapshot) {
		for _, d := range s.Devices {
			if d.Present && d.Addr() == netip.MustParseAddr(addr) {
				found = d
				stop()
			}
		}
	})
	if found.ID == "" {
		t.Errorf("nobody shows up at %s", addr)
	}
	return found
}

func TestWhatTheUserSaysIsSeenAtOnceAndStays(t *testing.T) {
	t.Parallel()
	const addr = "127.9.11.10"
	h := telling(t, "127.9.11.0/24")
	h.Checks = []checks.Check{finding{id: "a"}, finding{id: "b"}, finding{id: "c"}, finding{id: "d"}}
	h.hear(func(report func(string, ...string)) { report(addr, "cam.local") })
	s := h.walk(t)
	id, day := s.Devices[0].ID, checks.InDays(time.Now(), 3)
	ids := map[checks.Kind]string{}
	for _, f := range s.Findings {
		ids[f.Kind] = f.ID
	}
	said := func(when string, s rounds.Snapshot) {
		t.Helper()
		d, _ := s.Device(id)
		a, b, c, e := find(t, s, "a"), find(t, s, "b"), find(t, s, "c"), find(t, s, "d")
		if !d.LeaveAlone || a.Accepted != "so be it" || !b.Remind.Equal(day) || c.Told.IsZero() || !e.Remind.IsZero() || e.Accepted != "" {
			t.Errorf("%s: got %+v and left alone %t", when, s.Findings, d.LeaveAlone)
		}
		if last := s.Findings[len(s.Findings)-1]; last.Kind != "a" {
			t.Errorf("%s: the last finding is %+v, want the accepted one", when, last)
		}
	}
	h.hear(func(report func(string, ...string)) {
		report(addr, "cam.local")
		ctx := t.Context()
		for _, err := range []error{
			h.Accept(ctx, ids["a"], "so be it"), h.Remind(ctx, ids["b"], day), h.Told(ctx, ids["c"]), h.LeaveAlone(ctx, id, true),
			h.Remind(ctx, ids["d"], day), h.Remind(ctx, ids["d"], time.Time{}), h.Accept(ctx, ids["d"], "no"), h.Accept(ctx, ids["d"], ""),
			h.Consent(ctx, id, rounds.ConsentRefused),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		now := h.Feed.Latest()
		if !now.Walking() {
			t.Error("the picture of the round is gone")
		}
		said("at once", now)
		next := h.next(t, func() { report(addr, "cam.local") })
		if !next.Walking() {
			t.Error("the round is not shown any more")
		}
		said("while the round goes on", next)
	})
	said("after the round", h.walk(t))
	said("in the feed", h.Feed.Latest())
	h.hear(func(report func(string, ...string)) { report(addr, "cam.local") })
	said("after another round", h.walk(t))
	if err := h.Remind(t.Context(), ids["a"], day); !errors.Is(err, rounds.ErrNotOpen) {
		t.Errorf("a reminder of what is accepted: got %v, want %v", err, rounds.ErrNotOpen)
	}
	if err := h.Remind(t.Context(), "f-none", day); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
}

func TestADeviceIsLeftAloneAtOnce(t *testing.T) {
	const prefix = "127.9.12.0/24"
	t.Parallel()
	router := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	h := begin(t, prefix, router)
	h.recognised("Router")
	knock := func(t checks.Target) error {
		c, err := t.Dial(context.Background(), 8080, "connect")
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	// A connection is counted when the device takes it, a moment after it was made.
	connections := func() int {
		count := func() (n int) {
			for _, c := range router.Counts().Connections {
				n += c
			}
			return n
		}
		n := count()
		for same := 0; same < 10; same++ {
			time.Sleep(20 * time.Millisecond)
			if now := count(); now != n {
				n, same = now, 0
			}
		}
		return n
	}
	var before int
	var ran atomic.Bool
	h.Checks = []checks.Check{
		finding{id: "first", does: func(target checks.Target) {
			if err := knock(target); err != nil {
				t.Error(err)
			}
			before = connections()
			if err := h.LeaveAlone(t.Context(), target.Device.ID, true); err != nil {
				t.Error(err)
			}
			if err := knock(target); err == nil {
				t.Error("it was spoken to after the user said no")
			}
		}},
		finding{id: "second", does: func(checks.Target) { ran.Store(true) }},
	}
	s := h.walk(t)
	if n := connections(); n != before || before == 0 || ran.Load() {
		t.Errorf("it saw %d connections, %d before the user said no; the next check ran: %t", n, before, ran.Load())
	}
	if un := s.Unchecked(); len(un) != 1 || un[0].Reason != checks.ReasonLeaveAlone || !s.Devices[0].LeaveAlone {
		t.Errorf("got %+v, want one check that was left out because the user said so", un)
	}
}

func TestWordsGoWithADeviceThatTurnsOutToBeAnother(t *testing.T) {
	const elder, other = "127.9.13.10", "127.9.13.11"
	t.Parallel()
	for i, tt := range []struct {
		name string
		// known is whether the other device is known before the round, by its place alone.
		known bool
		// undo takes the words back as soon as both are one.
		undo bool
		want discovery.Correction
	}{
		{"new in the round", false, false, discovery.Correction{Name: "Cam", Room: "Hall"}},
		{"new in the round, taken back", false, true, discovery.Correction{}},
		{"known by its place", true, false, discovery.Correction{Name: "Cam", Room: "Hall"}},
		{"known by its place, taken back", true, true, discovery.Correction{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := telling(t, []string{"127.9.13.0/24", "127.9.14.0/24", "127.9.15.0/24", "127.9.16.0/24"}[i])
			h.hear(func(report func(string, ...string)) {
				report(elder, "cam.local")
				if tt.known {
					report(other)
				}
			})
			h.walk(t)
			first := h.at(t, elder).ID
			word := func(id discovery.DeviceID, c discovery.Correction) {
				t.Helper()
				if err := h.Correct(t.Context(), id, c); err != nil {
					t.Error(err)
				}
			}
			word(first, discovery.Correction{Name: "Cam"})
			if tt.known {
				word(h.at(t, other).ID, discovery.Correction{Name: "Lamp", Room: "Hall"})
			}
			see := func(when string, s rounds.Snapshot) {
				t.Helper()
				d, _ := s.Device(first)
				if d.Correction != tt.want || d.Name != tt.want.Name && tt.want.Name != "" {
					t.Errorf("%s: got %+v, want %+v", when, d.Correction, tt.want)
				}
			}
			h.hear(func(report func(string, ...string)) {
				report(other)
				if !tt.known {
					word(h.at(t, other).ID, discovery.Correction{Name: "Lamp", Room: "Hall"})
				}
				now := h.next(t, func() { report(other, "cam.local") })
				if tt.undo {
					word(first, discovery.Correction{})
					now = h.Feed.Latest()
				}
				see("while the round goes on", now)
			})
			s := h.walk(t)
			see("after the round", s)
			if len(s.Devices) != 1 {
				t.Errorf("there are %d devices, want one: %+v", len(s.Devices), s.Devices)
			}
			h.hear(func(report func(string, ...string)) { report(other, "cam.local") })
			see("after another round", h.walk(t))
		})
	}
}

func TestAFindingGoesWithADeviceThatTurnsOutToBeAnother(t *testing.T) {
	const elder, other = "127.9.17.10", "127.9.17.11"
	t.Parallel()
	h := telling(t, "127.9.17.0/24")
	h.hear(func(report func(string, ...string)) { report(elder, "cam.local") })
	h.walk(t)
	first := h.at(t, elder).ID
	h.hear(func(report func(string, ...string)) { report(other) })
	h.Checks = []checks.Check{finding{id: "a"}}
	was := find(t, h.walk(t), "a")
	h.hear(func(report func(string, ...string)) {
		report(other)
		if now := find(t, h.Feed.Latest(), "a"); now.Device != was.Device {
			t.Errorf("before it is known: got %+v", now)
		}
		now := find(t, h.next(t, func() { report(other, "cam.local") }), "a")
		if now.Device != first {
			t.Errorf("once it is known: the finding is of %s, want %s", now.Device, first)
		}
		if err := h.Accept(t.Context(), now.ID, "so be it"); err != nil { // as the card does that shows it
			t.Error(err)
		}
	})
	s := h.walk(t)
	if now := find(t, s, "a"); now.Device != first || now.Accepted != "so be it" || !now.First.Equal(was.First) || len(s.Findings) != 1 {
		t.Errorf("got %+v, want the life of %+v", s.Findings, was)
	}
}

func TestCheckAgainAsksNobodyElse(t *testing.T) {
	const one, two = "127.9.18.10", "127.9.18.11"
	t.Parallel()
	h := telling(t, "127.9.18.0/24")
	h.hear(func(report func(string, ...string)) {
		report(one, "one.local")
		report(two, "two.local")
	})
	asked := &asking{}
	h.Probers = func(*lan.Home) []discovery.Prober { return []discovery.Prober{asked} }
	h.Checks = []checks.Check{quiet{finding{id: "a"}}}
	s := h.walk(t)
	if n := asked.n.Load(); n != 2 {
		t.Fatalf("a round asked %d devices, want 2", n)
	}
	d := h.at(t, two)
	i := slices.IndexFunc(s.Findings, func(f checks.Finding) bool { return f.Device == d.ID })
	if f, err := h.CheckAgain(t.Context(), s.Findings[i].ID); err != nil || !f.Open() {
		t.Errorf("got %+v, %v", f, err)
	}
	if last := asked.last.Load(); asked.n.Load() != 3 || last.ID != d.ID {
		t.Errorf("%d devices were asked, the last %v; want one more, %s", asked.n.Load(), last, d.ID)
	}
}

// quiet makes a check one that decides from what discovery saw.
type quiet struct{ finding }

func (q quiet) Info() checks.Info {
	i := q.finding.Info()
	i.Contact = checks.ContactNone
	return i
}

// asking is a prober that counts whom it is sent to.
type asking struct {
	n    atomic.Int64
	last atomic.Pointer[discovery.Device]
}

func (*asking) Name() string { return "asking" }

func (a *asking) Probe(_ context.Context, now func() discovery.Device, _ func(discovery.Observation)) error {
	d := now()
	a.last.Store(&d)
	a.n.Add(1)
	return nil
}

func TestASourceThatFailedIsNotForgottenByCheckAgain(t *testing.T) {
	t.Parallel()
	h := telling(t, "127.9.19.0/24")
	h.Checks = []checks.Check{finding{id: "a"}}
	h.hear(func(report func(string, ...string)) { report("127.9.19.10", "cam.local") })
	working := h.Sources
	h.Sources = func(l *lan.Home) []discovery.Source { return append(working(l), broken{errors.New("as a test wants")}) }
	s := h.walk(t)
	if len(s.Troubles) != 1 {
		t.Fatalf("got troubles %v, want one", s.Troubles)
	}
	if _, err := h.CheckAgain(t.Context(), s.Findings[0].ID); err != nil {
		t.Fatal(err)
	}
	if s := h.Feed.Latest(); len(s.Troubles) != 1 {
		t.Error("after a look at one finding, the home seems to have been looked at in every way")
	}
}

// TestNothingIsFixedWhenTheSystemGivesNoSockets has what each system says of it.
func TestNothingIsFixedWhenTheSystemGivesNoSockets(t *testing.T) {
	t.Parallel()
	h := telling(t, "127.9.32.0/24")
	p := &unasked{open: []uint16{1}}
	h.Checks = []checks.Check{p}
	h.hear(func(report func(string, ...string)) { report("127.9.32.10", "cam.local") })
	working := h.Sources
	id := h.walk(t).Findings[0].ID
	p.open = nil
	for _, says := range []error{syscall.EMFILE, syscall.ENFILE, syscall.Errno(10024), syscall.Errno(10055)} {
		h.Sources = func(l *lan.Home) []discovery.Source {
			return append(working(l), broken{&net.OpError{Op: "listen", Err: says}})
		}
		if s, err := h.Walk(t.Context()); !errors.Is(err, says) || s.Complete || len(s.Open()) != 1 {
			t.Errorf("%d: a round gives %v, open are %+v", says, err, s.Open())
		}
		f, err := h.CheckAgain(t.Context(), id)
		if now := h.Feed.Latest(); !errors.Is(err, says) || len(now.Open()) != 1 {
			t.Errorf("%d: a look at one gives %+v, %v", says, f, err)
		}
	}
}

func TestARoundThatIsCutShortFixesNothing(t *testing.T) {
	t.Parallel()
	h := telling(t, "127.9.31.0/24")
	p := &unasked{open: []uint16{1, 2}}
	h.Checks = []checks.Check{p}
	h.hear(func(report func(string, ...string)) { report("127.9.31.10", "cam.local") })
	h.walk(t)
	for _, seen := range [][]uint16{nil, {1}} {
		ctx, stop := context.WithCancel(t.Context())
		p.open, p.does = seen, stop
		s, err := h.Walk(ctx)
		if err != nil || len(s.Open()) != 2 {
			t.Errorf("saw %v: open are %+v, %v, want both", seen, s.Open(), err)
		}
		if left := s.Unchecked(); len(left) != 1 || left[0].Reason != checks.ReasonStopped {
			t.Errorf("saw %v: not checked are %+v", seen, left)
		}
	}
	p.open, p.does = []uint16{1}, func() {}
	if s := h.walk(t); len(s.Open()) != 1 {
		t.Errorf("a whole round: open are %+v, want one", s.Open())
	}
}

// unasked finds its doors open in what discovery saw, and knows nothing of the end of a round.
type unasked struct {
	open []uint16
	does func()
}

func (*unasked) Info() checks.Info             { return checks.Info{ID: "unasked", Contact: checks.ContactNone} }
func (*unasked) Applies(discovery.Device) bool { return true }

func (u *unasked) Run(_ context.Context, t checks.Target) (found []checks.Finding, err error) {
	if u.does != nil {
		u.does()
	}
	for _, port := range u.open {
		found = append(found, *t.Found("unasked", port, checks.Week, discovery.Saw))
	}
	return found, nil
}

type broken struct{ err error }

func (broken) Name() string { return "broken" }

func (b broken) Discover(context.Context, func(discovery.Observation)) error { return b.err }
