package mdns

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/grandcat/zeroconf"

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

func TestAnAnnouncementIsKeptWhole(t *testing.T) {
	got := parseEntry(entry(`Brother\032HL\-L2350DW\ \[1\]`, "_ipp._tcp", "BRW1.local.", 631,
		[]string{"ty=Brother HL-L2350DW series", "TY=second", "rp=ipp/print", "note=", "flag"}, "192.168.1.14", "fe80::14"))
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

func FuzzParseEntry(f *testing.F) {
	f.Add("Printer", "_ipp._tcp", "p.local.", 631, "ty=x\nrp=y", []byte{192, 168, 1, 2})
	f.Add(`\032\2`, "_http._tcp", `\`, -1, "=\n==", []byte{})
	f.Add("\x1b[0m", "_x._udp", "\u202e", 70000, strings.Repeat("k=v\n", 100), make([]byte, 16))
	f.Fuzz(func(t *testing.T, instance, typ, host string, port int, txt string, ip []byte) {
		e := zeroconf.NewServiceEntry(instance, typ, "local.")
		e.HostName, e.Port, e.Text, e.AddrIPv4 = host, port, strings.Split(txt, "\n"), []net.IP{ip}
		for _, o := range parseEntry(e) {
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
