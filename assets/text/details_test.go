package text_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/discovery"
)

// asked is a camera of which everything tells whose it is.
func asked() text.Details {
	d := discovery.Device{
		ID: "d-1", Name: "Annas camera", Kind: discovery.KindCamera, Vendor: "Reolink", Model: "RLC-510A", Firmware: "v3.0.0.1889",
		MAC: discovery.MAC{0xec, 0x71, 0xdb, 0x12, 0x34, 0x56}, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.23"), netip.MustParseAddr("fe80::ee71:dbff:fe12:3456")},
		Facts:      []discovery.Fact{{Key: "onvif.serial", Value: "SN0815-4711"}},
		Correction: discovery.Correction{Name: "Annas camera", Owner: "Anna", Room: "Nursery", Notes: "the key is under the mat"},
		Services: []discovery.Service{
			{Port: 80, Transport: "tcp", Protocol: "http", Product: "nginx"},
			{Port: 8000, Transport: "tcp", Product: "Annas camera 192.168.1.23"},
			{Port: 9000, Transport: "tcp", Product: "server SN0815-4711"},
		},
	}
	return text.Details{
		Device: d, Version: "1.0.0", At: time.Date(2026, time.November, 12, 18, 30, 0, 0, time.UTC),
		Findings: []checks.Finding{
			{
				ID: "f-1", Kind: "default-login", Check: "default-login", Device: "d-1", Severity: checks.Today, First: time.Date(2026, time.November, 3, 8, 0, 0, 0, time.UTC),
				Args: map[string]string{"url": "http://192.168.1.23/", "user": "admin", "device": "Annas camera"},
			},
			{ID: "f-2", Kind: "firmware-outdated", Check: "firmware", Device: "d-1", Severity: checks.Good, Args: map[string]string{"newest": "v3.1.0"}},
		},
		Outcomes: []checks.Outcome{
			{Check: "telnet", Device: "d-1", Result: checks.Clear},
			{Check: "port-forward", Device: "d-1", Reason: checks.ReasonUnreachable},
		},
	}
}

func TestDetailsTellNothingOfThePersonUnasked(t *testing.T) {
	names := []string{"Annas camera", "Anna"}
	addresses := []string{"192.168.1.23", "fe80", "12:34:56", "ec:71"}
	never := []string{"SN0815", "Nursery", "mat", "d-1", "f-1", "admin"}
	for _, c := range known(t) {
		for _, ticked := range []struct{ names, addresses bool }{{}, {names: true}, {addresses: true}, {true, true}} {
			x := asked()
			x.Names, x.Addresses = ticked.names, ticked.addresses
			got := c.Details(x)
			for _, want := range []string{"Reolink", "RLC-510A", "v3.0.0.1889", "nginx", "9000", "1.0.0", "default-login", "v3.1.0", c.T("check.port-forward", nil), c.T("reason.unreachable", nil)} {
				if !strings.Contains(got, want) {
					t.Errorf("%s: %q is missing in %q", c.Tag, want, got)
				}
			}
			for _, list := range []struct {
				words []string
				may   bool
			}{{names, ticked.names}, {addresses, ticked.addresses}, {never, false}} {
				for _, s := range list.words {
					if strings.Contains(got, s) && !list.may {
						t.Errorf("%s, %+v: %q is in %q", c.Tag, ticked, s, got)
					}
				}
			}
			if ticked.names && !strings.Contains(got, names[0]) || ticked.addresses && !strings.Contains(got, addresses[0]) {
				t.Errorf("%s, %+v: what was ticked is missing in %q", c.Tag, ticked, got)
			}
			if hole.MatchString(got) {
				t.Errorf("%s: %q has a hole", c.Tag, got)
			}
		}
	}
}

func TestDetailsOfADeviceThatIsHardlyKnown(t *testing.T) {
	for _, c := range known(t) {
		got := c.Details(text.Details{Device: discovery.Device{ID: "d-2", MAC: discovery.MAC{2, 1, 2, 3, 4, 5}}, Version: "1.0.0"})
		if !strings.Contains(got, c.T("device.doors.none", nil)) || !strings.Contains(got, c.T("details.nothing", nil)) || strings.Contains(got, "02:01") {
			t.Errorf("%s: got %q", c.Tag, got)
		}
	}
}
