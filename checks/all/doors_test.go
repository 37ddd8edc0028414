package all_test

import (
	"context"
	"maps"
	"net/netip"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/ftp"
	"porchlight/checks/mqtt"
	"porchlight/checks/vnc"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// talkers are checks that have a conversation at a door, with what a device may say there that
// proves nothing.
var talkers = []struct {
	check    checks.Check
	protocol string // as discovery calls it
	talks    map[string]testhome.Talk
}{
	{ftp.Check{}, "ftp", map[string]testhome.Talk{"slow": testhome.SlowTalk("220 ready\r\n", 100*time.Millisecond)}},
	{mqtt.Check{}, "mqtt", map[string]testhome.Talk{"slow": testhome.SlowTalk("\x20\x02\x00\x00", 300*time.Millisecond)}},
	{vnc.Check{}, "vnc", map[string]testhome.Talk{
		"slow":               testhome.SlowTalk("RFB 003.008\n\x01\x01", 100*time.Millisecond),
		"fewer than it said": testhome.Greets("RFB 003.008\n\x05\x02"),
	}},
}

// device has one door; target leads to it, where something was found before.
func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "device", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

func target(d *testhome.Device, protocol string) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{
			ID: "d-1", Addrs: []netip.Addr{d.Addr}, Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: protocol}},
		},
		Way: way.To(home, d.Addr, lan.Sturdy), Before: []checks.Finding{{Port: d.Doors[0].Port}},
	}
}

func TestSilenceAndSlownessAreNotSafe(t *testing.T) {
	for _, tt := range talkers {
		talks := maps.Clone(tt.talks)
		talks["silent"] = nil
		for name, talk := range talks {
			t.Run(tt.protocol+"/"+name, func(t *testing.T) {
				t.Parallel()
				d := device(talk)
				testhome.Run(t, d)
				ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer stop()
				if found, err := tt.check.Run(ctx, target(d, tt.protocol)); err == nil {
					t.Errorf("got %+v", found)
				}
			})
		}
	}
}

func TestAClosedDoorIsFixed(t *testing.T) {
	for _, tt := range talkers {
		d := device(nil)
		home := testhome.Run(t, d)
		at := target(d, tt.protocol)
		if err := home.Close(); err != nil {
			t.Fatal(err)
		}
		if found, err := tt.check.Run(t.Context(), at); err != nil || len(found) > 0 {
			t.Errorf("%s: got %+v, %v", tt.protocol, found, err)
		}
	}
}
