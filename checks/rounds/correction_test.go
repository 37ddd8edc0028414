package rounds_test

import (
	"context"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestNoCorrectionLeadsToALoginTry(t *testing.T) {
	const prefix = "127.9.9.0/24"
	t.Parallel()
	router := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	router.Login.Realm = "My box" // its door still opens with the factory login
	h := begin(t, prefix, router)
	h.recognised("Router")
	probed := &watching{}
	h.Probers = func(*lan.Home) []discovery.Prober { return []discovery.Prober{probed} }
	d := h.walk(t).Devices[0]
	if d.Family != "" {
		t.Fatalf("the router is recognised as %q", d.Family)
	}
	usual := slices.Clip(h.Checks)
	for _, vendor := range []string{"TP-Link", "Netgear", "D-Link"} {
		word := discovery.Correction{Name: "TP-LINK Wireless N Router WR841N", Vendor: vendor, Model: "tplink-classic", Kind: discovery.KindRouter}
		if err := h.Correct(t.Context(), d.ID, word); err != nil {
			t.Fatal(err)
		}
		polite := &seeing{contact: checks.ContactPolite}
		thinking := &seeing{contact: checks.ContactNone}
		h.Checks = append(usual, polite, thinking)
		s := h.walk(t)
		if polite.saw.Load().Vendor != "" || thinking.saw.Load().Vendor != vendor {
			t.Errorf("%s: a check that touches the device saw %+v, one that does not %+v", vendor, polite.saw.Load(), thinking.saw.Load())
		}
		if got := s.Devices[0]; got.Vendor != vendor || got.Kind != discovery.KindRouter || got.Family != "" {
			t.Errorf("got %+v, want the user's words and no family", got)
		}
		if c := router.Counts(); c.LoginAttempts != 0 {
			t.Errorf("%s: %d logins were tried", vendor, c.LoginAttempts)
		}
		if saw := probed.saw.Load(); saw.Kind != discovery.KindUnknown || saw.Vendor != "" || lan.PaceOf(s.Devices[0]) != lan.Gentle {
			t.Errorf("%s: the word of the user reached whoever asks the device: %+v", vendor, saw)
		}
	}
}

// seeing is a check that notes as what it is shown a device.
type seeing struct {
	contact checks.Contact
	saw     atomic.Pointer[discovery.Device]
}

func (s *seeing) Info() checks.Info { return checks.Info{ID: "seeing", Contact: s.contact} }

func (*seeing) Applies(discovery.Device) bool { return true }

func (s *seeing) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	s.saw.Store(&t.Device)
	return nil, nil
}

// watching is a prober that notes as what it is shown a device.
type watching struct {
	saw atomic.Pointer[discovery.Device]
}

func (*watching) Name() string { return "watching" }

func (w *watching) Probe(_ context.Context, now func() discovery.Device, _ func(discovery.Observation)) error {
	d := now()
	w.saw.Store(&d)
	return nil
}

// saying is a source that hears a device, and lets the user speak before it hears it again.
type saying struct {
	heard discovery.Observation
	user  func(heard func())
}

func (saying) Name() string { return "saying" }

func (s saying) Discover(_ context.Context, report func(discovery.Observation)) error {
	s.user(func() {
		s.heard.At = time.Now().UTC()
		report(s.heard)
	})
	return nil
}

// next gives the picture after the one that there is when do begins.
func (h *home) next(t *testing.T, do func()) rounds.Snapshot {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var now rounds.Snapshot
	pictures := 0
	h.Feed.Watch(ctx, func(s rounds.Snapshot) {
		switch pictures++; pictures {
		case 1:
			do()
		case 2:
			now = s
			stop()
		}
	})
	return now
}

func TestACorrectionIsSeenAtOnceAndStays(t *testing.T) {
	const prefix = "127.9.10.0/24"
	t.Parallel()
	router := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	h := begin(t, prefix, router)
	h.recognised("Router")
	id := h.walk(t).Devices[0].ID
	see := func(when string, s rounds.Snapshot, want discovery.Correction) {
		t.Helper()
		d, ok := s.Device(id)
		if !ok || d.Correction != want || (want.Name != "" && d.Name != want.Name) || (want.Vendor != "" && d.Vendor != want.Vendor) {
			t.Errorf("%s: got %+v, want the words %+v", when, d, want)
		}
	}
	words := []discovery.Correction{{Name: "Grey box", Room: "Hall"}, {Vendor: "My provider"}, {Name: "Router in the hall", Owner: "Ana"}}
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{saying{
			heard: discovery.Observation{Source: "saying", Addr: router.Addr, Facts: []discovery.Fact{{Key: discovery.FactMDNSHost, Value: "router.local"}}},
			user: func(heard func()) {
				for _, w := range words {
					heard()
					if err := h.Correct(t.Context(), id, w); err != nil {
						t.Error(err)
					}
					see("at once", h.Feed.Latest(), w)
					see("while the round goes on", h.next(t, heard), w)
				}
			},
		}}
	}
	last := words[len(words)-1]
	see("after the round", h.walk(t), last)
	see("in the feed", h.Feed.Latest(), last)
	h.recognised("Router")
	see("after another round", h.walk(t), last)
	if err := h.Correct(t.Context(), id, discovery.Correction{}); err != nil {
		t.Fatal(err)
	}
	now := h.Feed.Latest()
	see("taken back", now, discovery.Correction{})
	if d, _ := now.Device(id); d.Vendor != "TP-Link" || len(d.Evidence) == 0 {
		t.Errorf("taken back: got %+v, want what the signs say", d)
	}
}
