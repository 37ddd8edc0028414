package rounds_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// A product with two documented logins, whose owner chose another, locks after three failures.
func TestADeviceWithTwoLoginsIsNeverLockedEither(t *testing.T) {
	const prefix = "127.9.21.0/24"
	t.Parallel()
	d := locking(prefix)
	d.Login.Realm = "DIR-300"
	h := begin(t, prefix, d)
	h.recognised("Router")
	for round := range 10 {
		s := h.walk(t)
		c := d.Counts()
		if c.LoginFailures > lan.MaxFailedTriesPerDay || c.LoginAttempts != c.LoginFailures {
			t.Fatalf("round %d: the router counted %d logins, %d failed", round+1, c.LoginAttempts, c.LoginFailures)
		}
		if un := s.Unchecked(); len(un) != 1 || un[0].Reason != checks.ReasonTriedToday {
			t.Errorf("round %d: that one login is left for another day is not said: %+v", round+1, un)
		}
	}
	past, err := h.store.Tries(t.Context(), rounds.TriedAs(discovery.Device{Addrs: []netip.Addr{d.Addr}}), time.Time{})
	if err != nil || len(past) == 0 || slices.ContainsFunc(past, func(p checks.Try) bool { return p.Row != past[0].Row }) {
		t.Errorf("another login was tried on the same day: %+v, %v", past, err)
	}
}

// spender uses up the connections of a device, before the check that logs in.
type spender struct{ left *int }

func (spender) Info() checks.Info             { return checks.Info{ID: "spender", Contact: checks.ContactPolite} }
func (spender) Applies(discovery.Device) bool { return true }

func (s spender) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	for range *s.left {
		c, err := t.Dial(ctx, 8080, "connect")
		if err != nil {
			return nil, err
		}
		_ = c.Close()
	}
	return nil, nil
}

func TestATinyDeviceIsNotTriedBeyondItsConnections(t *testing.T) {
	const prefix = "127.9.22.0/24"
	t.Parallel()
	d := locking(prefix)
	h := begin(t, prefix, d)
	h.recognised("Router")
	spend := 18 // of 20: one more for the page, and too few are left for the login
	h.Checks = append([]checks.Check{spender{&spend}}, slices.DeleteFunc(h.Checks, func(c checks.Check) bool { return c.Info().ID != "default-login" })...)
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{known{discovery.Observation{
			Source: "known", Addr: d.Addr, MAC: tiny, Services: []discovery.Service{{Port: 8080, Transport: "tcp", Protocol: "http"}},
			Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: d.Login.Realm}},
		}}}
	}
	s := h.walk(t)
	c := d.Counts()
	if c.LoginAttempts > 0 {
		t.Errorf("the device counted %d logins", c.LoginAttempts)
	}
	past, err := h.store.Tries(t.Context(), rounds.TriedAs(s.Devices[0]), time.Time{})
	if err != nil || len(past) > 0 {
		t.Errorf("a login that was not tried is kept: %+v, %v", past, err)
	}
	conns := 0
	for _, n := range c.Connections {
		conns += n
	}
	if un := s.Unchecked(); len(un) != 1 || un[0].Check != "default-login" || un[0].Reason != checks.ReasonUnclear || conns != spend+1 {
		t.Errorf("got %+v", un)
	}
}

// tiny is a network card of Espressif, whose chips restart when they are asked fast.
var tiny = discovery.MAC{0x08, 0x3a, 0x8d, 0, 0, 1}

func TestTheSkipListIsShownAndLeftAlone(t *testing.T) {
	const prefix = "127.9.23.0/24"
	t.Parallel()
	d := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	h := begin(t, prefix, d)
	h.recognised("Router")
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{known{discovery.Observation{
			Source: "known", Addr: d.Addr, Services: []discovery.Service{{Port: 8080, Transport: "tcp", Protocol: "http"}, {Port: 502, Transport: "tcp"}},
			Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: d.Login.Realm}},
		}}}
	}
	s := h.walk(t)
	conns := 0
	for _, n := range d.Counts().Connections {
		conns += n
	}
	un := s.Unchecked()
	if len(s.Devices) != 1 || conns > 0 || len(un) == 0 {
		t.Errorf("%d devices, %d connections, not checked: %+v", len(s.Devices), conns, un)
	}
	for _, o := range un {
		if o.Reason != checks.ReasonSkipList {
			t.Errorf("got %+v", o)
		}
	}
}

func TestWhoMayBeADeviceLeftAloneIsNotChecked(t *testing.T) {
	const prefix = "127.9.43.0/24"
	t.Parallel()
	d := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	h := begin(t, prefix, d)
	h.recognised("Router")
	now := h.Sources
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{known{discovery.Observation{
			Source: "known", Addr: netip.MustParseAddr("127.9.43.99"), MAC: tiny, Facts: []discovery.Fact{{Key: discovery.FactMDNSHost, Value: "router.local"}},
		}}}
	}
	s := h.walk(t)
	if err := h.store.LeaveAlone(t.Context(), h.Home.ID, s.Devices[0].ID, true); err != nil {
		t.Fatal(err)
	}
	h.Sources = now // it gives its name at another address, and nobody says whose hardware that is
	s = h.walk(t)
	if c := d.Counts(); len(c.Connections) > 0 || len(s.Unchecked()) == 0 {
		t.Errorf("%+v, not checked: %+v", c, s.Unchecked())
	}
	for _, o := range s.Unchecked() {
		if o.Reason != checks.ReasonLeaveAlone {
			t.Errorf("got %+v", o)
		}
	}
}

// teller logs in as a test says.
type teller struct {
	try func(ctx context.Context, t checks.Target, w checks.Way) (bool, error)
}

func (teller) Info() checks.Info {
	return checks.Info{ID: "teller", Contact: checks.ContactLogin}
}
func (teller) Applies(discovery.Device) bool { return true }

func (c teller) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	_, err := t.Login(ctx, "D001", func(w checks.Way) (bool, error) { return c.try(ctx, t, w) })
	return nil, err
}

// A try is on disk before a byte is sent, and taken back if none was.
func TestATryThatToldNothingIsTakenBack(t *testing.T) {
	const prefix = "127.9.24.0/24"
	t.Parallel()
	d := locking(prefix)
	h := begin(t, prefix, d)
	h.recognised("Router")
	tries := func() []checks.Try {
		past, err := h.store.Tries(t.Context(), rounds.TriedAs(discovery.Device{Addrs: []netip.Addr{d.Addr}}), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return past
	}
	const line = "telnet with a login"
	page := "http://" + netip.AddrPortFrom(d.Addr, 8080).String()
	for _, tt := range []struct {
		name   string
		try    func(ctx context.Context, t checks.Target, w checks.Way) (bool, error)
		kept   int
		reason string // "" if the device said no
	}{
		{"nobody listens", func(ctx context.Context, _ checks.Target, w checks.Way) (bool, error) {
			_, err := w.Dial(ctx, 1, line)
			return false, err
		}, 0, checks.ReasonUnreachable},
		{"it ends before anything is typed", func(ctx context.Context, _ checks.Target, w checks.Way) (bool, error) {
			c, err := w.Dial(ctx, 8080, line)
			if err == nil {
				err = c.Close()
			}
			return false, errors.Join(err, &checks.NotChecked{Reason: checks.ReasonTriedToday})
		}, 0, checks.ReasonUnclear},
		{"a no to nothing", func(context.Context, checks.Target, checks.Way) (bool, error) { return false, nil }, 0, checks.ReasonUnclear},
		{"a yes to nothing", func(context.Context, checks.Target, checks.Way) (bool, error) { return true, nil }, 0, checks.ReasonUnclear},
		{"a page that carries none", func(ctx context.Context, _ checks.Target, w checks.Way) (bool, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
			if err != nil {
				return false, err
			}
			resp, err := w.HTTP.Do(req)
			if err == nil {
				err = resp.Body.Close()
			}
			return false, err
		}, 0, checks.ReasonUnclear},
		{"one byte", func(ctx context.Context, _ checks.Target, w checks.Way) (bool, error) {
			c, err := w.Dial(ctx, 8080, line)
			if err == nil {
				_, err = c.Write([]byte("a"))
				err = errors.Join(err, c.Close())
			}
			return false, err
		}, 1, ""},
	} {
		before := -1
		h.Checks = []checks.Check{teller{func(ctx context.Context, t checks.Target, w checks.Way) (bool, error) {
			before = len(tries())
			return tt.try(ctx, t, w)
		}}}
		s := h.walk(t)
		if after := tries(); len(after) != tt.kept || before < 1 || (len(after) > 0 && !after[0].Failed) {
			t.Errorf("%s: %d tries on disk at first, then %+v", tt.name, before, after)
		}
		reason := ""
		if un := s.Unchecked(); len(un) > 0 {
			reason = un[0].Reason
		}
		if reason != tt.reason || s.Traffic.LoginAttempts != 0 && tt.kept == 0 {
			t.Errorf("%s: got %q, %d logins in the ledger", tt.name, reason, s.Traffic.LoginAttempts)
		}
	}
}
