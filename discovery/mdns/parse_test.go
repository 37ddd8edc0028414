package mdns

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/grandcat/zeroconf"
	"github.com/miekg/dns"

	"porchlight/discovery"
)

func entry(instance, typ, host string, port int, txt []string, addrs ...string) *zeroconf.ServiceEntry {
	e := zeroconf.NewServiceEntry(instance, typ, "local.")
	e.HostName, e.Port, e.Text = host, port, txt
	for _, a := range addrs {
		if ip := net.ParseIP(a); ip.To4() != nil {
			e.AddrIPv4 = append(e.AddrIPv4, ip)
		} else {
			e.AddrIPv6 = append(e.AddrIPv6, ip)
		}
	}
	return e
}

func anywhere(netip.Addr) bool { return true }

// home leaves out what a container announces first.
func home(a netip.Addr) bool { return a != netip.MustParseAddr("172.17.0.1") }

func TestAnAnnouncementIsKeptWhole(t *testing.T) {
	got := parseEntry(entry(`Brother\032HL\-L2350DW\ \[1\]`, "_ipp._tcp", "BRW1.local.", 631,
		[]string{"ty=Brother HL-L2350DW series", "TY=second", "rp=ipp/print", "note=", "flag"}, "172.17.0.1", "192.168.1.14", "fe80::14"), home)
	if len(got) != 2 {
		t.Fatalf("got %d observations, want one for each address", len(got))
	}
	want := []discovery.Fact{
		{Key: "mdns.host", Value: "BRW1.local"},
		{Key: "mdns.instance", Value: "Brother HL-L2350DW [1]"},
		{Key: "mdns.service", Value: "_ipp._tcp"},
		{Key: "mdns.txt._ipp._tcp.ty", Value: "Brother HL-L2350DW series"},
		{Key: "mdns.txt._ipp._tcp.ty", Value: "second"},
		{Key: "mdns.txt._ipp._tcp.rp", Value: "ipp/print"},
	}
	if !slices.Equal(got[0].Facts, want) {
		t.Errorf("got %+v, want %+v", got[0].Facts, want)
	}
	if s := got[0].Services; len(s) != 1 || s[0] != (discovery.Service{Port: 631, Transport: "tcp", Protocol: "ipp"}) {
		t.Errorf("got services %+v", s)
	}
	if len(got[1].Facts) != 1 || got[1].Facts[0].Key != discovery.FactMDNSHost {
		t.Errorf("the second address needs the host name only: %+v", got[1].Facts)
	}
}

func TestServiceTypesAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"_http._tcp.local": "_http._tcp", "_hap._udp.local.": "_hap._udp", "_Http._tcp": "_Http._tcp",
		"": "", "http._tcp.local": "", "_http._sctp.local": "", "_a b._tcp.local": "", "_" + strings.Repeat("x", 64) + "._tcp.local": "", "_services._dns-sd._udp.local.evil": "",
	} {
		got, ok := parseType(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestTheQuestionIsCountedRight(t *testing.T) {
	// 12 bytes of header, "_ipp" "_tcp" "local" each with its length, the end, type and class.
	if got, want := questionBytes("_ipp._tcp"), 12+5+5+6+1+4; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

// packet writes an answer as a responder sends it.
func packet(t testing.TB, rrs ...string) []byte {
	t.Helper()
	m := &dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}}
	for _, s := range rrs {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnAnnouncementInPiecesIsPutTogether(t *testing.T) {
	const (
		srv = `Study\032printer._ipp._tcp.local. 120 IN SRV 0 0 631 BRW1.local.`
		txt = `Study\032printer._ipp._tcp.local. 4500 IN TXT "ty=Brother HL-L2350DW series"`
		a   = `BRW1.local. 120 IN A 192.168.1.14`
		bye = `Study\032printer._ipp._tcp.local. 0 IN SRV 0 0 631 BRW1.local.`
	)
	from := netip.MustParseAddr("192.168.1.99")
	for _, tt := range []struct {
		name    string
		packets [][]byte
		addr    string // of the last observation; "" for none
		facts   int
	}{
		{"in one packet", [][]byte{packet(t, srv, txt, a)}, "192.168.1.14", 4},
		{"the address before", [][]byte{packet(t, a), packet(t, srv, txt)}, "192.168.1.14", 4},
		{"the address never", [][]byte{packet(t, srv, txt)}, "192.168.1.99", 4},
		{"the text later", [][]byte{packet(t, a, srv), packet(t, txt)}, "192.168.1.14", 4},
		{"the text only", [][]byte{packet(t, txt)}, "", 0},
		{"a goodbye", [][]byte{packet(t, bye)}, "", 0},
		{"no announcement", [][]byte{packet(t, `x.example. 120 IN SRV 0 0 1 y.local.`, `_tcp.local. 120 IN TXT "a"`)}, "", 0},
		{"nonsense", [][]byte{[]byte("nonsense")}, "192.168.1.99", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRecords(anywhere)
			var all []discovery.Observation
			for _, p := range tt.packets {
				all = append(all, r.parseRecords(from, p)...)
			}
			if tt.addr == "" {
				if len(all) > 0 {
					t.Errorf("got %+v", all)
				}
				return
			}
			if len(all) == 0 || all[len(all)-1].Addr.String() != tt.addr || len(all[len(all)-1].Facts) != tt.facts {
				t.Errorf("got %+v", all)
			}
		})
	}
}

func TestAFloodOfAnnouncementsIsCapped(t *testing.T) {
	r := newRecords(anywhere)
	for i := range 3 * maxInstances {
		name := strconv.Itoa(i)
		r.parseRecords(netip.MustParseAddr("192.168.1.99"), packet(t, name+`._ipp._tcp.local. 120 IN SRV 0 0 631 h`+name+`.local.`, `h`+name+`.local. 120 IN A 192.168.1.14`))
	}
	if len(r.instances) > maxInstances || len(r.hosts) > maxInstances {
		t.Errorf("got %d instances and %d hosts", len(r.instances), len(r.hosts))
	}
}

func FuzzParseRecords(f *testing.F) {
	f.Add(packet(f, `a._ipp._tcp.local. 120 IN SRV 0 0 631 b.local.`, `a._ipp._tcp.local. 9 IN TXT "k=v"`, `b.local. 120 IN A 192.168.1.14`))
	f.Add([]byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 0x0c})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := newRecords(anywhere)
		for range 2 {
			for _, o := range r.parseRecords(netip.MustParseAddr("192.168.1.99"), b) {
				if !o.Addr.IsValid() || len(o.Facts) > discovery.MaxFacts {
					t.Errorf("got %+v", o)
				}
				for _, fact := range o.Facts {
					if fact.Value == "" || fact.Value != discovery.Clean(fact.Value) {
						t.Errorf("not clean: %q", fact)
					}
				}
			}
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	f.Add("Printer", "_ipp._tcp", "p.local.", 631, "ty=x\nrp=y", []byte{192, 168, 1, 2})
	f.Add(`\032\2`, "_http._tcp", `\`, -1, "=\n==", []byte{})
	f.Add("\x1b[0m", "_x._udp", "\u202e", 70000, strings.Repeat("k=v\n", 100), make([]byte, 16))
	f.Fuzz(func(t *testing.T, instance, typ, host string, port int, txt string, ip []byte) {
		e := zeroconf.NewServiceEntry(instance, typ, "local.")
		e.HostName, e.Port, e.Text, e.AddrIPv4 = host, port, strings.Split(txt, "\n"), []net.IP{ip}
		for _, o := range parseEntry(e, anywhere) {
			if !o.Addr.IsValid() || len(o.Facts) > discovery.MaxFacts {
				t.Errorf("got %+v", o)
			}
			for _, fact := range o.Facts {
				if fact.Value == "" || fact.Value != discovery.Clean(fact.Value) || string(fact.Key) != discovery.Clean(string(fact.Key)) {
					t.Errorf("not clean: %q", fact)
				}
			}
		}
	})
}
