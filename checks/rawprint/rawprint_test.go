package rawprint

import (
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOnlyAnAnnouncementMakesARawPort(t *testing.T) {
	raw := discovery.Fact{Key: discovery.FactMDNSService, Value: "_pdl-datastream._tcp"}
	ipp := discovery.Fact{Key: discovery.FactMDNSService, Value: "_ipp._tcp"}
	before := checks.Finding{Port: 9100}
	for _, tt := range []struct {
		name           string
		d              discovery.Device
		before         []checks.Finding
		applies, known bool
		port           uint16 // 0 for no finding
	}{
		{name: "announced", d: discovery.Device{FoundBy: []string{"mdns"}, Facts: []discovery.Fact{ipp, raw}}, applies: true, known: true, port: 9100},
		{
			name:    "announced elsewhere",
			d:       discovery.Device{FoundBy: []string{"mdns"}, Facts: []discovery.Fact{raw}, Services: []discovery.Service{{Port: 9101, Transport: "tcp", Protocol: "raw-print"}}},
			applies: true, known: true, port: 9101,
		},
		{name: "another program at the same port", d: discovery.Device{FoundBy: []string{"ports"}, Services: []discovery.Service{{Port: 9100, Transport: "tcp"}}}},
		{name: "switched off", d: discovery.Device{FoundBy: []string{"mdns"}, Facts: []discovery.Fact{ipp}}, before: []checks.Finding{before}, known: true},
		{name: "not heard in this round", d: discovery.Device{FoundBy: []string{"neighbors"}}, before: []checks.Finding{before}},
	} {
		if got := (Check{}).Applies(tt.d); got != tt.applies {
			t.Errorf("%s: applies is %v", tt.name, got)
		}
		if !tt.applies && len(tt.before) == 0 {
			continue
		}
		// The way is missing: a step on it would be a panic.
		found, err := Check{}.Run(t.Context(), checks.Target{Device: tt.d, Before: tt.before})
		if (err == nil) != tt.known || (len(found) == 1) != (tt.port != 0) {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
			continue
		}
		if len(found) == 1 && (found[0].Port != tt.port || found[0].Severity != checks.Inform || found[0].Confidence != discovery.Likely) {
			t.Errorf("%s: got %+v", tt.name, found[0])
		}
	}
}
