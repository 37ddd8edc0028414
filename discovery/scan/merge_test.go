package scan

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"porchlight/assets/makers"
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

func TestWhoQuotesANameGetsNoneOfItsDevice(t *testing.T) {
	none := discovery.MAC{}
	fritz := discovery.Fact{Key: discovery.FactSSDPServer, Value: "FRITZ!Box"}
	for name, all := range map[string][]discovery.Observation{
		"the hardware of one is known": {seen("192.168.1.5", mac(1), udn("a")), seen("192.168.1.6", none, udn("a"), fritz), seen("192.168.1.6", mac(2))},
		"no hardware is known":         {seen("192.168.1.5", none, udn("a")), seen("192.168.1.6", none, udn("a"), fritz), seen("192.168.1.5", mac(1)), seen("192.168.1.6", mac(2))},
	} {
		t.Run(name, func(t *testing.T) {
			got := merge(nil, all...)
			if len(got) != 2 || len(got[0].Addrs) != 1 || got[0].Fact(discovery.FactSSDPServer) != "" || got[1].Fact(discovery.FactOdd) != string(discovery.OddManyNames) {
				t.Errorf("got %+v", got)
			}
		})
	}
	moved := []discovery.Observation{seen("192.168.1.5", mac(1), udn("a")), seen("192.168.1.6", none, udn("a"), fritz), seen("192.168.1.6", mac(1))}
	if got := merge(nil, moved...); len(got) != 1 || got[0].Fact(discovery.FactSSDPServer) == "" {
		t.Errorf("a device with two addresses: got %+v", got)
	}
	made := discovery.MAC{0xda, 1, 2, 3, 4, 5}
	for _, tt := range []struct {
		name    string
		known   discovery.MAC // of the device that the user wants left alone
		all     []discovery.Observation
		devices int
		alone   bool // whoever is at the new address
	}{
		{"left alone, at a new address", mac(1), []discovery.Observation{seen("192.168.1.6", none, udn("a"))}, 2, true},
		{"it gives its name later", mac(1), []discovery.Observation{seen("192.168.1.6", none, fritz), seen("192.168.1.6", none, udn("a"))}, 2, true},
		{"it is the same hardware", mac(1), []discovery.Observation{seen("192.168.1.6", none, udn("a")), seen("192.168.1.6", mac(1))}, 1, true},
		{"it is the same hardware, with a made-up address", made, []discovery.Observation{seen("192.168.1.6", none, udn("a")), seen("192.168.1.6", made)}, 2, true},
		{"it is another", mac(1), []discovery.Observation{seen("192.168.1.6", none, udn("a")), seen("192.168.1.6", mac(2))}, 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMerger(start, []discovery.Device{{
				ID: "d-1", MAC: tt.known, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.5")}, Keys: keysOf(seen("192.168.1.5", tt.known, udn("a"))), FirstSeen: start.Add(-time.Hour), LeaveAlone: true, Tiny: true,
			}})
			var e *entry
			for _, o := range tt.all {
				e = m.add(o)
			}
			got := m.snapshot()
			maybe := tt.alone && tt.devices == 2
			if len(got) != tt.devices || m.leaveAlone(e) != tt.alone || slices.Equal(got[0].Maybe, []discovery.DeviceID{"d-1"}) != maybe || maybe && !got[0].Tiny {
				t.Errorf("left alone %t, got %+v", m.leaveAlone(e), got)
			}
		})
	}
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

func TestWhatTheSystemOnlyRemembersIsNoSignOfLife(t *testing.T) {
	remembered := seen("192.168.1.5", mac(1))
	remembered.Source, remembered.Unsure = "neighbors", true
	talked, silent := seen("192.168.1.5", mac(1)), seen("192.168.1.5", mac(1))
	silent.Source = "neighbors"
	open := silent
	open.Services = []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	for _, tt := range []struct {
		name   string
		before []discovery.Observation
		then   []discovery.Observation
		want   bool
	}{
		{"nobody knows it", nil, []discovery.Observation{remembered}, true},
		{"it said nothing last time either", []discovery.Observation{silent}, []discovery.Observation{remembered}, true},
		{"it announced itself last time", []discovery.Observation{talked}, []discovery.Observation{remembered}, false},
		{"it had an open door last time", []discovery.Observation{open}, []discovery.Observation{remembered}, false},
		{"it says something now", []discovery.Observation{talked}, []discovery.Observation{seen("192.168.1.5", mac(1)), remembered}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after := merge(merge(nil, tt.before...), tt.then...)
			if len(after) != 1 || after[0].Present != tt.want {
				t.Errorf("got %+v, want present %v", after, tt.want)
			}
		})
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

// BenchmarkObservations shows how fast observations become named devices, and that the time
// grows with their number and not faster: observations/s stays about the same.
func BenchmarkObservations(b *testing.B) {
	catalog, err := makers.All()
	if err != nil {
		b.Fatal(err)
	}
	walk := func(n int, all []discovery.Observation) {
		r := &run{Scanner: Scanner{Catalog: catalog}, m: newMerger(start, nil), visited: map[*entry]*visit{}}
		r.m.known = n // the limit on new devices is for strangers
		for _, o := range all {
			r.report(b.Context(), o)
		}
		if got := r.picture(); len(got) != n || got[0].Vendor != "Brother" {
			b.Fatalf("got %d devices, the first is %+v", len(got), got[0])
		}
	}
	walk(1, homeOf(1)) // compiles the patterns
	const promised = 20000
	for _, n := range []int{100, 1000, 10000} {
		all := homeOf(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				walk(n, all)
			}
			rate := float64(len(all)) * float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "observations/s")
			if rate < promised {
				b.Errorf("%.0f observations a second, want %d", rate, promised)
			}
		})
	}
}

// homeOf makes five observations of each of n devices, as a round hears them: the neighbour
// table first, then announcements, descriptions and pages.
func homeOf(n int) []discovery.Observation {
	var all []discovery.Observation
	for round := range 5 {
		for i := range n {
			addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String()
			m, id := discovery.MAC{0x00, 0x17, 0x88, byte(i >> 16), byte(i >> 8), byte(i)}, fmt.Sprintf("%06x", i)
			all = append(all, [5]discovery.Observation{
				seen(addr, m),
				seen(addr, discovery.MAC{}, host("brw"+id+".local"), discovery.Fact{Key: "mdns.service", Value: "_ipp._tcp"},
					discovery.Fact{Key: "mdns.instance", Value: "Printer " + id}, discovery.Fact{Key: "mdns.txt._ipp._tcp.ty", Value: "Brother HL-L2350DW series"}),
				seen(addr, discovery.MAC{}, discovery.Fact{Key: "ssdp.server", Value: "Linux/4.9 UPnP/1.0 Printer/" + id}, udn(id)),
				seen(addr, discovery.MAC{}, discovery.Fact{Key: "upnp.manufacturer", Value: "Brother"}, discovery.Fact{Key: "upnp.model_name", Value: "HL-L2350DW series"},
					discovery.Fact{Key: "upnp.serial_number", Value: id}, discovery.Fact{Key: "upnp.friendly_name", Value: "Printer " + id}),
				seen(addr, discovery.MAC{}, discovery.Fact{Key: "http.server", Value: "debut/1.30"}, discovery.Fact{Key: "http.title", Value: "Brother HL-L2350DW series"}),
			}[round])
		}
	}
	return all
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

func TestACorrectionGoesWithItsDevice(t *testing.T) {
	none := discovery.MAC{}
	correct := func(o discovery.Observation, at time.Time, c discovery.Correction) discovery.Device {
		d := merge(nil, o)[0]
		d.FirstSeen = at
		d.Correct(c)
		return d
	}
	lamp, light := discovery.Correction{Name: "Lamp", Room: "Hall"}, discovery.Correction{Name: "Light", Owner: "Ana"}
	for _, tt := range []struct {
		name  string
		known []discovery.Device
		then  []discovery.Observation
		want  discovery.Correction
	}{
		{
			"to a new address",
			[]discovery.Device{correct(seen("192.168.1.5", mac(1)), start, lamp)},
			[]discovery.Observation{seen("192.168.1.99", mac(1))},
			lamp,
		},
		{
			"into one that has none",
			[]discovery.Device{
				correct(seen("192.168.1.5", none, udn("a")), start.Add(-time.Hour), discovery.Correction{}),
				correct(seen("192.168.1.6", none, host("cam.local")), start, lamp),
			},
			[]discovery.Observation{seen("192.168.1.5", none, udn("a"), host("cam.local"))},
			lamp,
		},
		{
			"both have one: the elder's, filled up",
			[]discovery.Device{
				correct(seen("192.168.1.6", none, host("cam.local")), start, light),
				correct(seen("192.168.1.5", none, udn("a")), start.Add(-time.Hour), lamp),
			},
			[]discovery.Observation{seen("192.168.1.5", none, udn("a"), host("cam.local"))},
			discovery.Correction{Name: "Lamp", Room: "Hall", Owner: "Ana"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := merge(tt.known, tt.then...); len(got) != 1 || got[0].Correction != tt.want {
				t.Errorf("got %+v, want one device with %+v", got, tt.want)
			}
		})
	}
}

func TestADeviceKnowsWhomItTurnedOutToBe(t *testing.T) {
	none := discovery.MAC{}
	known := func(id discovery.DeviceID, age time.Duration, o discovery.Observation) discovery.Device {
		d := merge(nil, o)[0]
		d.ID, d.FirstSeen = id, start.Add(-age)
		return d
	}
	elder := known("elder", time.Hour, seen("192.168.1.5", none, udn("a")))
	younger := known("younger", time.Minute, seen("192.168.1.6", none, host("cam.local")))
	weak := known("weak", time.Minute, seen("192.168.1.6", none))
	for _, tt := range []struct {
		name  string
		known []discovery.Device
		then  []discovery.Observation
		want  int // devices that it was
	}{
		{"one that was always itself", []discovery.Device{elder}, []discovery.Observation{seen("192.168.1.5", none, udn("a"))}, 0},
		{"two that are known", []discovery.Device{younger, elder}, []discovery.Observation{seen("192.168.1.5", none, udn("a"), host("cam.local"))}, 1},
		{"one known by its place alone", []discovery.Device{weak, elder}, []discovery.Observation{seen("192.168.1.6", none), seen("192.168.1.6", none, udn("a"))}, 1},
		{"one that is new in this round", []discovery.Device{elder}, []discovery.Observation{seen("192.168.1.9", none), seen("192.168.1.9", none, udn("a"))}, 1},
		{
			"three",
			[]discovery.Device{elder, younger},
			[]discovery.Observation{seen("192.168.1.9", none), seen("192.168.1.9", none, host("cam.local")), seen("192.168.1.9", none, udn("a"))},
			2,
		},
	} {
		got := merge(tt.known, tt.then...)
		if len(got) != 1 || got[0].ID != "elder" || len(got[0].Was) != tt.want {
			t.Errorf("%s: got %+v, want the elder, who was %d others", tt.name, got, tt.want)
		}
	}
}
