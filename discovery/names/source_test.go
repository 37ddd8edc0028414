package names

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/identify"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// A server answers questions at one port and remembers what it was asked.
type server struct {
	mu    sync.Mutex // guards asked
	asked []string
}

// start lets f answer what comes to a port: the name of the address that is asked for, "" for
// none, "-" for silence.
func start(t *testing.T, addr string, port int, f func(asked string) string) *server {
	t.Helper()
	pc, err := net.ListenPacket("udp4", net.JoinHostPort(addr, strconv.Itoa(port)))
	if err != nil {
		t.Skip(err) // no network of its own, and not root
	}
	return serve(t, pc, pc, port == 53, f)
}

// startLLMNR is start for one computer that hears what everybody is asked, and answers what is
// about itself.
func startLLMNR(t *testing.T, addr string, f func(asked string) string) *server {
	t.Helper()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Skip(err)
	}
	in, err := net.ListenMulticastUDP("udp4", lo, net.UDPAddrFromAddrPort(groupLLMNR))
	if err != nil {
		t.Skip(err)
	}
	out, err := net.ListenPacket("udp4", net.JoinHostPort(addr, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	own := reverse(netip.MustParseAddr(addr)) + "."
	return serve(t, in, out, false, func(asked string) string {
		if asked != own {
			return "other"
		}
		return f(asked)
	})
}

// serve answers what comes in by what goes out.
func serve(t *testing.T, pc, out net.PacketConn, recursion bool, f func(asked string) string) *server {
	t.Helper()
	s := &server{}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if err := m.Unpack(buf[:n]); err != nil || len(m.Questions) != 1 || m.RecursionDesired != recursion {
				t.Errorf("heard %x", buf[:n])
				continue
			}
			q := m.Questions[0].Name.String()
			name := f(q)
			if name == "other" {
				continue
			}
			s.mu.Lock()
			s.asked = append(s.asked, q)
			s.mu.Unlock()
			switch name {
			case "-":
			case "":
				out.WriteTo(message(t, dnsmessage.Header{ID: m.ID, Response: true, RCode: dnsmessage.RCodeNameError}, q), from)
			default:
				out.WriteTo(message(t, dnsmessage.Header{ID: m.ID, Response: true}, q, record{name: q, target: name}), from)
			}
		}
	})
	t.Cleanup(func() { pc.Close(); wg.Wait() })
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func always(name string) func(string) string { return func(string) string { return name } }

// home gives the practice network with a router at an address.
func home(t *testing.T, router string) *lan.Home {
	t.Helper()
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	n.Gateway, _ = netip.ParseAddr(router)
	return lan.Open(n, "test", nil)
}

// probe visits a device and gives what was learned.
func probe(t *testing.T, h *lan.Home, d discovery.Device) []discovery.Fact {
	t.Helper()
	var got []discovery.Fact
	now := func() discovery.Device {
		seen := d
		seen.Facts = append(slices.Clip(seen.Facts), got...)
		return seen
	}
	err := Prober{Home: h}.Probe(t.Context(), now, func(o discovery.Observation) {
		if o.Source != "names" || o.Addr != d.Addr() {
			t.Errorf("got %+v", o)
		}
		got = append(got, o.Facts...)
	})
	if err != nil {
		t.Error(err)
	}
	return got
}

func TestADeviceIsAskedWhatIsUseful(t *testing.T) {
	t.Parallel()
	pc := discovery.Device{Kind: discovery.KindComputer}
	known := pc
	known.Facts = []discovery.Fact{{Key: discovery.FactMDNSHost, Value: "attic-pc.local"}}
	bios := pc
	bios.Facts = []discovery.Fact{{Key: factNetBIOS, Value: "ATTIC-PC"}}
	for _, tt := range []struct {
		name, addr, router   string
		d                    discovery.Device
		mdns, llmnr, dns     string
		want                 []discovery.Fact
		byMDNS, byLLMNR, byD int // datagrams
	}{
		{
			"all ways", "127.0.0.11", "127.0.0.2", pc, "", "ATTIC-PC.", "den.fritz.box.",
			[]discovery.Fact{{Key: "llmnr.name", Value: "ATTIC-PC"}, {Key: "dns.name", Value: "den"}},
			1, 1, 1,
		},
		{
			"by mDNS, and the router says the same", "127.0.0.12", "127.0.0.3", pc, "Attic-PC.local.", "ATTIC-PC.", "attic-pc.lan.",
			[]discovery.Fact{{Key: "mdns.host", Value: "Attic-PC.local"}},
			1, 0, 1,
		},
		{
			"a name of the DNS by mDNS", "127.0.0.13", "127.0.0.4",
			discovery.Device{Kind: discovery.KindNAS},
			"nas.example.org.", "x.", "_gateway.",
			nil, 1, 0, 1,
		},
		{
			"known by mDNS", "127.0.0.14", "127.0.0.5", known, "other.local.", "x.", "den.lan.",
			[]discovery.Fact{{Key: "dns.name", Value: "den"}},
			0, 0, 1,
		},
		{
			"known by NetBIOS", "127.0.0.15", "127.0.0.6", bios, "", "x.", "",
			nil, 1, 0, 1,
		},
		{"silent", "127.0.0.16", "127.0.0.7", discovery.Device{}, "-", "-", "", nil, 2, 1, 1},
		{"behind its firewall", "127.0.0.18", "127.0.0.8", discovery.Device{}, "-", "attic-pc.", "", []discovery.Fact{{Key: "llmnr.name", Value: "attic-pc"}}, 2, 1, 1},
		{"no router", "127.0.0.17", "", discovery.Device{}, "tv.local.", "", "den.", []discovery.Fact{{Key: "mdns.host", Value: "tv.local"}}, 1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mdns, llmnr := start(t, tt.addr, portMDNS, always(tt.mdns)), startLLMNR(t, tt.addr, always(tt.llmnr))
			dns := &server{}
			if tt.router != "" {
				dns = start(t, tt.router, 53, always(tt.dns))
			}
			h := home(t, tt.router)
			tt.d.Addrs = []netip.Addr{netip.MustParseAddr(tt.addr)}
			if diff := cmp.Diff(tt.want, probe(t, h, tt.d)); diff != "" {
				t.Error(diff)
			}
			if mdns.count() != tt.byMDNS || llmnr.count() != tt.byLLMNR || dns.count() != tt.byD {
				t.Errorf("asked %d times by mDNS, %d by LLMNR, the router %d times", mdns.count(), llmnr.count(), dns.count())
			}
			if by, _ := h.Traffic(); by[tt.d.Addr()].Packets != tt.byMDNS || by[h.Network.Gateway].Packets != tt.byD {
				t.Errorf("the ledger holds %+v", by)
			}
		})
	}
}

func TestTheRouterIsAskedForEveryDeviceOnce(t *testing.T) {
	t.Parallel()
	names := map[string]string{
		"20.0.0.127.in-addr.arpa.": "tv.fritz.box.", "21.0.0.127.in-addr.arpa.": "127-0-0-21.fritz.box.", "22.0.0.127.in-addr.arpa.": "", "23.0.0.127.in-addr.arpa.": "nas.fritz.box.",
	}
	dns := start(t, "127.0.0.24", 53, func(q string) string { return names[q] })
	h := home(t, "127.0.0.24")
	var got []discovery.Fact
	for _, a := range []string{"127.0.0.20", "127.0.0.21", "127.0.0.22", "127.0.0.23"} {
		got = append(got, probe(t, h, discovery.Device{Addrs: []netip.Addr{netip.MustParseAddr(a)}})...)
	}
	if diff := cmp.Diff([]discovery.Fact{{Key: "dns.name", Value: "tv"}, {Key: "dns.name", Value: "nas"}}, got); diff != "" || dns.count() != 4 {
		t.Error(diff, dns.count())
	}
}

func TestASilentRouterIsLeftAlone(t *testing.T) {
	t.Parallel()
	dns := start(t, "127.0.0.25", 53, always("-"))
	h := home(t, "127.0.0.25")
	for _, a := range []string{"127.0.0.26", "127.0.0.27", "127.0.0.28"} {
		if got := probe(t, h, discovery.Device{Addrs: []netip.Addr{netip.MustParseAddr(a)}}); got != nil {
			t.Errorf("got %v", got)
		}
	}
	if dns.count() != 2 {
		t.Errorf("the router was asked %d times", dns.count())
	}
}

func TestADeviceWithoutAnotherNameGetsOne(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[discovery.FactKey]string{discovery.FactMDNSHost: "attic-pc.local", factNetBIOS: "attic-pc", factLLMNR: "attic-pc", factDNS: "attic-pc"} {
		d := discovery.Device{Facts: []discovery.Fact{{Key: key, Value: value}}}
		if identify.Apply(c, &d); d.Name != "attic-pc" {
			t.Errorf("%s: got the name %q", key, d.Name)
		}
		d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactUPnPName, Value: "Pat's computer"})
		if identify.Apply(c, &d); d.Name != "Pat's computer" {
			t.Errorf("%s: got the name %q, although people gave it another", key, d.Name)
		}
	}
}
