package rounds_test

import (
	"context"
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
