package scan

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"porchlight/discovery"
)

var start = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

func mac(n byte) discovery.MAC { return discovery.MAC{0x00, 0x11, 0x22, 0, 0, n} }

func seen(addr string, m discovery.MAC, facts ...discovery.Fact) discovery.Observation {
	return discovery.Observation{Source: "test", At: start.Add(time.Second), Addr: netip.MustParseAddr(addr), MAC: m, Facts: facts}
}

func udn(s string) discovery.Fact {
	return discovery.Fact{Key: discovery.FactUPnPUDN, Value: "uuid:" + s}
}
func host(s string) discovery.Fact { return discovery.Fact{Key: discovery.FactMDNSHost, Value: s} }

func merge(known []discovery.Device, all ...discovery.Observation) []discovery.Device {
	m := newMerger(start, known)
	for _, o := range all {
		m.add(o)
	}
	return m.snapshot()
}

func TestObservationsOfOneBoxAreOneDevice(t *testing.T) {
	none := discovery.MAC{}
	private := discovery.MAC{0xda, 1, 2, 3, 4, 5}
	for _, tt := range []struct {
		name string
		all  []discovery.Observation
		want int
	}{
		{"the same address", []discovery.Observation{seen("192.168.1.5", none), seen("192.168.1.5", mac(1)), seen("192.168.1.5", none, udn("a"))}, 1},
		{"IPv4 and IPv6 of one card", []discovery.Observation{seen("192.168.1.5", mac(1)), seen("fe80::5%eth0", mac(1))}, 1},
		{"IPv4 and IPv6 by host name", []discovery.Observation{seen("192.168.1.5", none, host("cam.local")), seen("fd00::5", none, host("CAM.local"))}, 1},
		{"first apart, then one", []discovery.Observation{seen("192.168.1.5", none), seen("fd00::5", none, host("cam.local")), seen("192.168.1.5", none, host("cam.local"))}, 1},
		{"cable and Wi-Fi, two identities in common", []discovery.Observation{seen("192.168.1.5", mac(1), udn("a"), host("nas.local")), seen("192.168.1.6", mac(2), udn("a"), host("nas.local"))}, 1},
		{"copied firmware: one UDN, two cards", []discovery.Observation{seen("192.168.1.5", mac(1), udn("a")), seen("192.168.1.6", mac(2), udn("a"))}, 2},
		{"two devices", []discovery.Observation{seen("192.168.1.5", mac(1)), seen("192.168.1.6", mac(2))}, 2},
		{"a made-up address is no identity for ever, but is one now", []discovery.Observation{seen("192.168.1.5", private), seen("192.168.1.5", private)}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := merge(nil, tt.all...); len(got) != tt.want {
				t.Errorf("got %d devices, want %d: %+v", len(got), tt.want, got)
			}
		})
	}
}

func TestADeviceKeepsItsIdentity(t *testing.T) {
	for _, tt := range []struct {
		name         string
		before, then discovery.Observation
		same         bool
	}{
		{"at a new address, by its card", seen("192.168.1.5", mac(1)), seen("192.168.1.99", mac(1)), true},
		{"at a new address, by its UDN", seen("192.168.1.5", discovery.MAC{}, udn("a")), seen("192.168.1.99", discovery.MAC{}, udn("A")), true},
		{"a phone with a new made-up card, by its host name", seen("192.168.1.5", discovery.MAC{0xda, 1}, host("Ana.local")), seen("192.168.1.6", discovery.MAC{0xde, 2}, host("ana.local")), true},
		{"quiet, at the same address", seen("127.0.0.19", discovery.MAC{}), seen("127.0.0.19", discovery.MAC{}), true},
		{"another device at its old address", seen("192.168.1.5", mac(1)), seen("192.168.1.5", mac(2)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := merge(nil, tt.before)
			after := merge(before, tt.then)
			if same := after[0].ID == before[0].ID; same != tt.same {
				t.Errorf("kept its identity: %v, want %v", same, tt.same)
			}
			if !after[0].Present || len(after[0].Addrs) != 1 || after[0].Addr() != tt.then.Addr {
				t.Errorf("got %+v", after[0])
			}
			if !tt.same && (len(after) != 2 || after[1].Present) {
				t.Errorf("the old one is not kept as away: %+v", after)
			}
		})
	}
}

func TestWhatWasSaidLastTimeIsNotSaidAgain(t *testing.T) {
	old := seen("192.168.1.5", mac(1), discovery.Fact{Key: "ssdp.server", Value: "old/1.0"})
	old.Services = []discovery.Service{{Port: 23, Transport: "tcp", Protocol: "telnet"}}
	after := merge(merge(nil, old), seen("192.168.1.5", mac(1), discovery.Fact{Key: "ssdp.server", Value: "new/2.0"}))
	if len(after) != 1 || len(after[0].Services) != 0 || len(after[0].Facts) != 1 || after[0].Facts[0].Value != "new/2.0" {
		t.Errorf("got %+v", after)
	}
}

func TestABorrowedNameMakesNobodyAnother(t *testing.T) {
	none := discovery.MAC{}
	telnet := seen("192.168.1.11", none)
	telnet.Services = []discovery.Service{{Port: 23, Transport: "tcp", Protocol: "telnet"}}
	got := merge(nil, seen("192.168.1.10", mac(1)), seen("192.168.1.11", mac(2)), seen("192.168.1.10", none, udn("a")), seen("192.168.1.11", none, udn("a")), telnet)
	if len(got) != 2 || len(got[0].Services) != 0 || len(got[1].Services) != 1 || got[1].Addr().String() != "192.168.1.11" {
		t.Errorf("got %+v", got)
	}
}

func TestAPhoneThatSaysNothingIsOneDevice(t *testing.T) {
	private := discovery.MAC{0xda, 1, 2, 3, 4, 5}
	first := merge(nil, seen("192.168.1.5", private))
	second := merge(first, seen("192.168.1.6", private))
	if len(second) != 1 || second[0].ID != first[0].ID {
		t.Errorf("got %+v", second)
	}
	third := merge(second, seen("192.168.1.6", private, host("ana.local")))
	if len(third) != 1 || len(third[0].Keys) != 1 || third[0].Keys[0] != "mdns:ana.local" {
		t.Errorf("got %+v", third)
	}
}

func TestAFloodOfDevicesIsCapped(t *testing.T) {
	m := newMerger(start, nil)
	for i := range 3 * maxDevices {
		m.add(seen(fmt.Sprintf("fd00::%x", i+1), discovery.MAC{}, host(fmt.Sprint(i, ".local"))))
	}
	if n := len(m.snapshot()); n != maxDevices {
		t.Errorf("got %d devices, want %d", n, maxDevices)
	}
}

func TestAFloodOfFactsIsCapped(t *testing.T) {
	m := newMerger(start, nil)
	for i := range 10_000 {
		m.add(seen("192.168.1.5", mac(1), udn(fmt.Sprint(i)), host(fmt.Sprint(i, ".local"))))
	}
	d := m.snapshot()[0]
	if len(d.Facts) > discovery.MaxFacts || len(d.Keys) > maxKeys {
		t.Errorf("got %d facts and %d keys", len(d.Facts), len(d.Keys))
	}
}

func BenchmarkMerge250(b *testing.B) {
	var all []discovery.Observation
	for i := range 250 {
		for j := range 4 {
			all = append(all, seen(fmt.Sprintf("192.168.%d.%d", i/250, i%250+1), discovery.MAC{0, 1, 2, 3, byte(i >> 8), byte(i)}, udn(fmt.Sprint(i)), discovery.Fact{Key: "x", Value: fmt.Sprint(j)}))
		}
	}
	for b.Loop() {
		merge(nil, all...)
	}
}
