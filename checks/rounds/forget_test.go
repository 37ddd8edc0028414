package rounds_test

import (
	"net/netip"
	"testing"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestAForgottenDeviceIsGoneAtOnceAndNotInTheMiddleOfARound(t *testing.T) {
	const prefix = "127.9.61.0/24"
	t.Parallel()
	router := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	h := begin(t, prefix, router)
	h.recognised("Router")
	id := h.walk(t).Devices[0].ID
	if err := h.Correct(t.Context(), id, discovery.Correction{Name: "Grey box"}); err != nil {
		t.Fatal(err)
	}
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{saying{
			heard: discovery.Observation{Source: "saying", Addr: router.Addr, Facts: []discovery.Fact{{Key: discovery.FactMDNSHost, Value: "router.local"}}},
			user: func(heard func()) {
				heard()
				if err := h.Forget(t.Context(), id); err == nil {
					t.Error("a device was forgotten in the middle of a round, which brings it back as it was")
				}
			},
		}}
	}
	h.walk(t)
	if err := h.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s := h.Feed.Latest()
	if _, ok := s.Device(id); ok || s.Phase != rounds.Done {
		t.Errorf("forgotten, and still in the picture: %+v", s.Devices)
	}
	h.recognised("Router")
	s = h.walk(t)
	if d, ok := s.Device(id); ok && d.Correction != (discovery.Correction{}) {
		t.Errorf("it came back with the words of before: %+v", d.Correction)
	}
	if len(s.Devices) != 1 {
		t.Errorf("got %d devices, want that it comes back", len(s.Devices))
	}
}
