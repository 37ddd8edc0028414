package testhome

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grandcat/zeroconf"
	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// An asker is a socket on loopback that asks everybody.
type asker struct {
	*net.UDPConn
	prefix netip.Prefix             // answers from elsewhere are another test's
	keep   func(packet string) bool // nil: all
}

func ask(t *testing.T, p Plan) asker {
	t.Helper()
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := ipv4.NewPacketConn(c).SetMulticastInterface(lo); err != nil {
		t.Fatal(err)
	}
	return asker{UDPConn: c, prefix: p.Prefix}
}

func (a asker) send(t *testing.T, to netip.AddrPort, b []byte) {
	t.Helper()
	if _, err := a.WriteToUDPAddrPort(b, to); err != nil {
		t.Fatal(err)
	}
}

// answers waits for so many packets of the plan's devices, and a moment longer for one too
// many, and gives them by source. With want 0 it waits longer than ssdpSpread.
func (a asker) answers(want int) map[netip.AddrPort][]string {
	got := map[netip.AddrPort][]string{}
	buf := make([]byte, 9000)
	deadline := func() time.Time {
		switch {
		case want < 0:
			return time.Time{}.Add(1) // already one too many
		case want == 0 && len(got) == 0:
			return time.Now().Add(300 * time.Millisecond)
		case want == 0:
			return time.Now().Add(50 * time.Millisecond)
		}
		return time.Now().Add(5 * time.Second)
	}
	for {
		a.SetReadDeadline(deadline())
		n, from, err := a.ReadFromUDPAddrPort(buf)
		if err != nil {
			return got
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if a.prefix.Contains(from.Addr()) && (a.keep == nil || a.keep(string(buf[:n]))) {
			got[from] = append(got[from], string(buf[:n]))
			want--
		}
	}
}

func mSearch(st string) []byte {
	return fmt.Appendf(nil, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: %s\r\n\r\n", st)
}

func query(t *testing.T, name string) []byte {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(name, dns.TypePTR)
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSearchIsAnsweredFromEachDevicesOwnAddress(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	a := ask(t, p)
	for _, tt := range []struct {
		st   string
		want []string // of the devices that answer
	}{
		{"upnp:rootdevice", []string{"Attic access point", "Front door camera", "Garage recorder", "Kitchen speaker", "Router", "Television"}},
		{"ssdp:all", []string{"Attic access point", "Front door camera", "Garage recorder", "Kitchen speaker", "Router", "Television"}},
		{"urn:schemas-upnp-org:device:InternetGatewayDevice:1", []string{"Router"}},
		{wanIP, []string{"Router"}},
		{"urn:schemas-upnp-org:device:ZonePlayer:1", []string{"Kitchen speaker"}},
		{"uuid:RINCON_542A1B00001601400", []string{"Kitchen speaker"}},
		{"urn:schemas-upnp-org:device:Toaster:1", nil},
	} {
		t.Run(tt.st, func(t *testing.T) {
			began := time.Now()
			a.send(t, ssdpGroup, mSearch(tt.st))
			want := len(tt.want)
			if tt.st == "ssdp:all" {
				want = 0
				for _, name := range tt.want {
					want += 3 + len(home[name].UPnP.Targets)
				}
			}
			got := a.answers(want)
			if took := time.Since(began); took > time.Second {
				t.Errorf("got the last answer after %v, want at most %v", took, ssdpSpread)
			}
			var names []string
			for name, d := range home {
				from := netip.AddrPortFrom(d.Addr, 1900)
				if len(got[from]) == 0 {
					continue
				}
				names = append(names, name)
				resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got[from][0])), nil)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				location := fmt.Sprintf("http://%s:%d%s", d.Addr, d.UPnP.Port, d.UPnP.Path)
				if loc := resp.Header.Get("Location"); loc != location {
					t.Errorf("got location %q, want %q", loc, location)
				}
				for _, key := range []string{"Server", "Usn", "St", "Cache-Control"} {
					if resp.Header.Get(key) == "" {
						t.Errorf("%s said no %s", name, key)
					}
				}
				if tt.st == "ssdp:all" && len(got[from]) != 3+len(d.UPnP.Targets) {
					t.Errorf("%s said %d things, want %d", name, len(got[from]), 3+len(d.UPnP.Targets))
				}
				if st := resp.Header.Get("St"); tt.st != "ssdp:all" && st != tt.st {
					t.Errorf("%s answered to %q, want %q", name, st, tt.st)
				}
				delete(got, from)
			}
			slices.Sort(names)
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("who answered (-want +got):\n%s", diff)
			}
			for from := range got {
				t.Errorf("%s answered, who is no device", from)
			}
		})
	}
	if got := home["Television"].Counts().Datagrams[1900]; got < 7 {
		t.Errorf("got %d searches counted, want at least 7", got)
	}
	if got := home["Printer"].Counts().Datagrams[1900]; got != 0 {
		t.Errorf("the printer counted %d searches, but it does not speak SSDP", got)
	}
}

func TestOneDeviceCanBeAskedDirectly(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	a := ask(t, p)
	tv, printer := netip.AddrPortFrom(home["Television"].Addr, 1900), netip.AddrPortFrom(home["Printer"].Addr, 5353)
	a.send(t, tv, mSearch("upnp:rootdevice"))
	a.send(t, printer, query(t, "_ipp._tcp.local."))
	got := a.answers(2)
	if len(got) != 2 || len(got[tv]) != 1 || len(got[printer]) != 1 {
		t.Errorf("got %q, want one answer of each", got)
	}
}

func TestFloodAndForeignLocation(t *testing.T) {
	t.Parallel()
	p, _ := start(t) // others answer too, and are not disturbed
	d := &Device{Name: "flood", Addr: p.host(50), UPnP: &UPnP{
		Path: "/x.xml", Server: HostileName, UUID: "flood", Type: "urn:x:device:Flood:1", Location: "http://192.0.2.99/x.xml", Flood: 100,
	}}
	Run(t, d)
	if d.UPnP.Port == 0 {
		t.Error("the description got no port")
	}
	a := ask(t, p)
	a.send(t, ssdpGroup, mSearch("urn:x:device:Flood:1"))
	got := a.answers(101)[netip.AddrPortFrom(d.Addr, 1900)]
	if len(got) != 101 {
		t.Fatalf("got %d answers, want 101", len(got))
	}
	if !strings.Contains(got[100], "LOCATION: http://192.0.2.99/x.xml\r\n") || !strings.Contains(got[100], HostileName) {
		t.Errorf("got %q", got[100])
	}
}

// records lists the records of a packet as text, those of one kind in order.
func records(t *testing.T, packet string) (m dns.Msg, byType map[uint16][]dns.RR) {
	t.Helper()
	if err := m.Unpack([]byte(packet)); err != nil {
		t.Fatal(err)
	}
	byType = map[uint16][]dns.RR{}
	for _, rr := range append(m.Answer, m.Extra...) {
		byType[rr.Header().Rrtype] = append(byType[rr.Header().Rrtype], rr)
	}
	return m, byType
}

func TestDirectAskersGetLegacyAnswers(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	a := ask(t, p)
	a.send(t, mdnsGroup, query(t, metaService))
	types := map[string][]string{}
	for from, packets := range a.answers(4) {
		m, rrs := records(t, packets[0])
		if len(packets) != 1 || len(m.Question) != 1 || from.Port() != 5353 {
			t.Errorf("%s sent %d packets, the first %v", from, len(packets), &m)
		}
		for _, rr := range rrs[dns.TypePTR] {
			if ptr, ok := rr.(*dns.PTR); ok {
				types[from.Addr().String()] = append(types[from.Addr().String()], ptr.Ptr)
			}
		}
	}
	want := map[string][]string{
		home["Printer"].Addr.String():         {"_ipp._tcp.local."},
		home["Kitchen speaker"].Addr.String(): {"_sonos._tcp.local."},
		home["Family pictures"].Addr.String(): {"_http._tcp.local.", "_smb._tcp.local."},
		home["Lamp plug"].Addr.String():       {"_shelly._tcp.local.", "_http._tcp.local."},
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}

	printer := home["Printer"]
	for _, name := range []string{"_ipp._tcp.local.", "_IPP._TCP.local."} {
		a.send(t, mdnsGroup, query(t, name))
		got := a.answers(1)
		if diff := cmp.Diff([]netip.AddrPort{netip.AddrPortFrom(printer.Addr, 5353)}, slices.Collect(maps.Keys(got)), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Fatalf("who answered %s (-want +got):\n%s", name, diff)
		}
		_, rrs := records(t, got[netip.AddrPortFrom(printer.Addr, 5353)][0])
		for kind, rr := range map[uint16]int{dns.TypePTR: 1, dns.TypeSRV: 1, dns.TypeTXT: 1, dns.TypeA: 1} {
			if len(rrs[kind]) != rr {
				t.Fatalf("got %d records of type %s, want %d", len(rrs[kind]), dns.TypeToString[kind], rr)
			}
			if ttl := rrs[kind][0].Header().Ttl; ttl > 10 {
				t.Errorf("got %d seconds for %s, want at most 10", ttl, dns.TypeToString[kind])
			}
		}
		if rr, ok := rrs[dns.TypeA][0].(*dns.A); !ok || rr.A.String() != printer.Addr.String() {
			t.Errorf("got %v, want the printer's own address", rrs[dns.TypeA][0])
		}
		if rr, ok := rrs[dns.TypeSRV][0].(*dns.SRV); !ok || rr.Port != 8631 || rr.Target != "BRW3C2AF4000014.local." {
			t.Errorf("got %v", rrs[dns.TypeSRV][0])
		}
	}
}

// mine gives a device that announces what d does, as a type of service that no other test
// program asks for.
func mine(t *testing.T, p Plan, d *Device) *Device {
	t.Helper()
	d = &Device{Name: "mine", Addr: p.host(50), Host: "mine", Firmware: d.Firmware, MDNS: slices.Clone(d.MDNS[:1])}
	d.MDNS[0].Service = fmt.Sprintf("_t%d-%s._tcp", os.Getpid()%10000, strings.ReplaceAll(d.Addr.String()[4:], ".", ""))
	Run(t, d)
	return d
}

// TestMulticastAnswersComeFromTheDevice asks from port 5353, as mDNS programs do, so that
// the answers go to everybody.
func TestMulticastAnswersComeFromTheDevice(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	plug := mine(t, p, home["Lamp plug"])
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	everybody, err := net.ListenMulticastUDP("udp4", lo, net.UDPAddrFromAddrPort(mdnsGroup))
	if err != nil {
		t.Fatal(err)
	}
	defer everybody.Close()
	if err := ipv4.NewPacketConn(everybody).SetMulticastInterface(lo); err != nil {
		t.Fatal(err)
	}
	service := plug.MDNS[0].Service + ".local."
	a := asker{UDPConn: everybody, prefix: p.Prefix, keep: func(packet string) bool { // others may ask what there is
		var m dns.Msg
		return m.Unpack([]byte(packet)) == nil && len(m.Answer) > 0 && m.Answer[0].Header().Name == service
	}}
	a.send(t, mdnsGroup, query(t, service))
	got := a.answers(1)[netip.AddrPortFrom(plug.Addr, 5353)]
	if len(got) != 1 { // one also means that loopback does not double it
		t.Fatalf("got %q, want one answer", got)
	}
	m, rrs := records(t, got[0])
	if len(m.Question) != 0 || m.Id != 0 {
		t.Errorf("got id %d and %d questions, want none", m.Id, len(m.Question))
	}
	for kind, flush := range map[uint16]bool{dns.TypePTR: false, dns.TypeSRV: true, dns.TypeTXT: true, dns.TypeA: true} {
		if got := rrs[kind][0].Header().Class&topBit != 0; got != flush {
			t.Errorf("got cache flush %v for %s, want %v", got, dns.TypeToString[kind], flush)
		}
	}
	if txt, ok := rrs[dns.TypeTXT][0].(*dns.TXT); !ok || !slices.Contains(txt.Txt, "ver=1.4.4") {
		t.Errorf("got %v, want the version", rrs[dns.TypeTXT][0])
	}
}

func TestHostAndInstanceCanBeAsked(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	d := &Device{
		Name: "odd", Addr: p.host(51), Host: "odd.host",
		MDNS: []Announcement{{Instance: `It's a "box" \ v1.2`, Service: "_x._tcp", Port: 1, TXT: []string{`path=C:\x`, HostileName}}},
	}
	Run(t, d)
	a := ask(t, p)
	instance := canonical(label(d.MDNS[0].Instance) + "._x._tcp.local.")
	for _, tt := range []struct {
		name string
		kind uint16
		want string
	}{
		{"DiskStation.local.", dns.TypeA, home["Family pictures"].Addr.String()},
		{canonical(`odd\.host.local.`), dns.TypeA, d.Addr.String()},
		{instance, dns.TypeTXT, `path=C:\\x`},
		{instance, dns.TypeSRV, "odd\\.host.local."},
	} {
		m := new(dns.Msg)
		m.SetQuestion(tt.name, tt.kind)
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		a.send(t, mdnsGroup, b)
		found := false
		for _, packets := range a.answers(1) {
			got, _ := records(t, packets[0])
			found = found || strings.Contains(got.String(), tt.want)
		}
		if !found {
			t.Errorf("nobody said %q about %s", tt.want, tt.name)
		}
	}
}

func TestSecondAddressIsAnnouncedToo(t *testing.T) {
	d := &Device{
		Addr: netip.MustParseAddr("192.168.77.9"), Addr6: netip.MustParseAddr("fe80::9%eth0"), Host: "two",
		MDNS: []Announcement{{Instance: "two", Service: "_x._tcp", Port: 1}},
	}
	for _, name := range []string{"two.local.", "_x._tcp.local.", "two._x._tcp.local."} {
		got := d.mdnsAnswers(dns.Question{Name: name, Qtype: dns.TypeANY, Qclass: dns.ClassINET})
		if len(got) != 1 || !strings.Contains(got[0].String(), "A\t192.168.77.9") || !strings.Contains(got[0].String(), "AAAA\tfe80::9") {
			t.Errorf("got %v for %s, want one packet with both addresses", got, name)
		}
	}
}

func TestZeroconfFindsThePrinter(t *testing.T) {
	t.Parallel()
	p, home := start(t)
	d := mine(t, p, home["Printer"])
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	r, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{*lo}), zeroconf.SelectIPTraffic(zeroconf.IPv4))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	entries := make(chan *zeroconf.ServiceEntry)
	if err := r.Browse(ctx, d.MDNS[0].Service, "local.", entries); err != nil {
		t.Fatal(err)
	}
	e := <-entries
	cancel()
	for range entries {
	}
	if e == nil {
		t.Fatal("nothing was found")
	}
	if e.Instance != `Brother\ HL-L2350DW\ series` || e.HostName != "mine.local." || e.Port != 8631 || !slices.Contains(e.Text, "ty=Brother HL-L2350DW series") {
		t.Errorf("got %+v", e)
	}
	if len(e.AddrIPv4) != 1 || e.AddrIPv4[0].String() != d.Addr.String() {
		t.Errorf("got addresses %v, want %s", e.AddrIPv4, d.Addr)
	}
}

func TestNonsenseIsNotAnswered(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	a := ask(t, p)
	response := query(t, metaService)
	response[2] |= 0x80
	for _, b := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte{0xc0}, 600), response, query(t, "_nobody._tcp.local.")} {
		a.send(t, mdnsGroup, b)
	}
	for _, s := range []string{"", "M-SEARCH", "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n", "NOTIFY * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n"} {
		a.send(t, ssdpGroup, []byte(s))
	}
	if got := a.answers(0); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
