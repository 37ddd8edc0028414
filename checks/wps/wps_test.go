package wps

import (
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestWPSIsFoundByWhatTheRouterAnnounces(t *testing.T) {
	target := discovery.Fact{Key: "ssdp.target", Value: "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"}
	described := discovery.Fact{Key: "upnp.device_type", Value: "urn:schemas-wifialliance-org:device:WFADevice:1"}
	named := discovery.Fact{Key: "upnp.friendly_name", Value: "urn:schemas-wifialliance-org:device:WFADevice:1"}
	other := discovery.Fact{Key: "ssdp.target", Value: "upnp:rootdevice"}
	before := []checks.Finding{{Kind: Kind}}
	for _, tt := range []struct {
		name           string
		kind           discovery.Kind
		facts          []discovery.Fact
		before         []checks.Finding
		applies, found bool
		unknown        bool
	}{
		{name: "its answer", kind: discovery.KindRouter, facts: []discovery.Fact{target, other}, applies: true, found: true},
		{name: "its description", kind: discovery.KindAccessPoint, facts: []discovery.Fact{other, described}, applies: true, found: true},
		{name: "nobody knows what it is", facts: []discovery.Fact{described}, applies: true, found: true},
		{name: "a printer that can be joined", kind: discovery.KindPrinter, facts: []discovery.Fact{target}, unknown: false},
		{name: "a name that looks like it", kind: discovery.KindRouter, facts: []discovery.Fact{named, other}},
		{name: "before, now other answers", kind: discovery.KindRouter, facts: []discovery.Fact{other}, before: before},
		{name: "before, now silent", kind: discovery.KindRouter, before: before, unknown: true},
	} {
		d := discovery.Device{ID: "d-1", Kind: tt.kind, Facts: tt.facts}
		if got := (Check{}).Applies(d); got != tt.applies {
			t.Errorf("%s: applies %v", tt.name, got)
		}
		got, err := Check{}.Run(t.Context(), checks.Target{Device: d, Before: tt.before})
		if (len(got) == 1) != tt.found || (err != nil) != tt.unknown {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
		if tt.found && (got[0].Severity != checks.Good || got[0].Confidence != discovery.Likely) {
			t.Errorf("%s: got %+v", tt.name, got[0])
		}
	}
}
