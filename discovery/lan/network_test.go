package lan

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"porchlight/discovery"
)

func link(name string, index int, prefixes ...string) Link {
	l := Link{Name: name, Index: index, Up: true, Multicast: true}
	for _, p := range prefixes {
		l.Prefixes = append(l.Prefixes, netip.MustParsePrefix(p))
	}
	return l
}

func defaultRoute(index int, gateway string, metric int) Route {
	return Route{Index: index, Gateway: netip.MustParseAddr(gateway), Metric: metric}
}

func TestTheRightNetworkIsChosen(t *testing.T) {
	home := link("eth0", 2, "192.168.1.20/24", "fe80::20/64", "fd00:1::20/64", "2001:db8::20/64")
	wifi := link("wlan0", 3, "192.168.7.20/24")
	docker := link("docker0", 4, "172.17.0.1/16")
	vpn := link("wg0", 5, "10.8.0.2/24")
	out := defaultRoute(2, "192.168.1.1", 100)
	for _, tt := range []struct {
		name   string
		links  []Link
		routes []Route
		want   Want
		prefix string
		err    error
	}{
		{name: "one", links: []Link{home}, routes: []Route{out}, prefix: "192.168.1.0/24"},
		{name: "virtual ones do not count", links: []Link{docker, home}, routes: []Route{out}, prefix: "192.168.1.0/24"},
		{name: "the one with a router", links: []Link{home, wifi}, routes: []Route{out}, prefix: "192.168.1.0/24"},
		{name: "a VPN that carries nothing", links: []Link{home, vpn}, routes: []Route{out}, prefix: "192.168.1.0/24"},
		{name: "a part of it", links: []Link{home}, routes: []Route{out}, want: Want{Prefix: netip.MustParsePrefix("192.168.1.64/26")}, prefix: "192.168.1.64/26"},
		{name: "a part of a wide one", links: []Link{link("eth0", 2, "10.0.0.5/16")}, want: Want{Prefix: netip.MustParsePrefix("10.0.3.0/24")}, prefix: "10.0.3.0/24"},
		{name: "by its name", links: []Link{home, wifi}, want: Want{Interface: "wlan0"}, prefix: "192.168.7.0/24"},
		{name: "none", err: ErrNoNetwork},
		{name: "down", links: []Link{{Name: "eth0", Prefixes: home.Prefixes}}, err: ErrNoNetwork},
		{name: "two", links: []Link{home, wifi}, routes: []Route{out, defaultRoute(3, "192.168.7.1", 200)}, err: ErrSeveralNetworks},
		{name: "cable and Wi-Fi of one home", links: []Link{home, link("wlan0", 3, "192.168.1.21/24")}, routes: []Route{out, defaultRoute(3, "192.168.1.1", 600)}, prefix: "192.168.1.0/24"},
		{name: "VPN", links: []Link{home, vpn}, routes: []Route{out, defaultRoute(5, "10.8.0.1", 50)}, err: ErrVPN},
		{name: "VPN by its name", links: []Link{home, vpn}, want: Want{Interface: "wg0"}, err: ErrVPN},
		{name: "VPN by two halves", links: []Link{home, vpn}, routes: []Route{out, {Index: 5, Metric: -1}}, err: ErrVPN},
		{name: "/16", links: []Link{link("eth0", 2, "10.0.0.5/16")}, err: ErrTooWide},
		{name: "/16 asked for", links: []Link{home}, want: Want{Prefix: netip.MustParsePrefix("192.168.0.0/16")}, err: ErrTooWide},
		{name: "/21", links: []Link{link("eth0", 2, "10.0.0.5/21")}, err: ErrTooWide},
		{name: "/22", links: []Link{link("eth0", 2, "10.0.0.5/22")}, prefix: "10.0.0.0/22"},
		{name: "public", links: []Link{link("eth0", 2, "203.0.113.9/24")}, err: ErrPublicAddress},
		{name: "public asked for", links: []Link{home}, want: Want{Prefix: netip.MustParsePrefix("8.8.8.0/24")}, err: ErrPublicAddress},
		{name: "carrier", links: []Link{link("wwan0", 2, "100.64.0.5/24")}, err: ErrPublicAddress},
		{name: "elsewhere", links: []Link{home}, want: Want{Prefix: netip.MustParsePrefix("192.168.99.0/24")}, err: ErrNotOnLink},
		{name: "wider than the link", links: []Link{home}, want: Want{Prefix: netip.MustParsePrefix("192.168.0.0/23")}, err: ErrNotOnLink},
		{name: "no such interface", links: []Link{home}, want: Want{Interface: "eth9"}, err: ErrNoInterface},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Choose(tt.links, tt.routes, tt.want)
			if !errors.Is(err, tt.err) {
				t.Fatalf("got error %v, want %v", err, tt.err)
			}
			if err == nil && n.Prefix.String() != tt.prefix {
				t.Errorf("got %s, want %s", n.Prefix, tt.prefix)
			}
		})
	}
}

func TestNothingOutsideTheHomeIsAllowed(t *testing.T) {
	n, err := Choose([]Link{link("eth0", 2, "192.168.1.20/24", "fe80::20/64", "fd00:1::20/64", "2001:db8::20/64")}, nil, Want{})
	if err != nil {
		t.Fatal(err)
	}
	h := Open(n, "test", nil)
	for _, tt := range []struct {
		addr string
		want bool
	}{
		{"192.168.1.1", true},
		{"192.168.1.254", true},
		{"::ffff:192.168.1.7", true},
		{"fe80::1%eth0", true},
		{"fd00:1::5", true},
		// Public, documentation, carrier and other private addresses.
		{"8.8.8.8", false},
		{"203.0.113.5", false},
		{"100.64.0.5", false},
		{"192.0.2.1", false},
		{"10.255.0.1", false},
		{"192.168.2.1", false},
		{"192.168.1.0", false},
		{"192.168.1.255", false},
		{"192.168.1.20", false},
		{"127.0.0.1", false},
		{"::1", false},
		{"0.0.0.0", false},
		{"224.0.0.251", false},
		{"255.255.255.255", false},
		{"169.254.169.254", false},
		{"fe80::1%wlan0", false},
		{"fd00:2::5", false},
		{"2001:db8::5", false},
		{"ff02::fb", false},
	} {
		if got := h.Allowed(netip.MustParseAddr(tt.addr)); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.addr, got, tt.want)
		}
	}
	if h.Allowed(netip.Addr{}) {
		t.Error("no address at all is allowed")
	}
}

func TestThePracticeHomeIsLoopbackOnly(t *testing.T) {
	n, err := PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	h := Open(n, "test", nil)
	for addr, want := range map[string]bool{
		"127.0.0.10": true, "127.0.0.1": true, "127.1.0.1": false, "192.168.1.1": false, "10.0.0.1": false, "8.8.8.8": false, "::1": false,
	} {
		if got := h.Allowed(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %v, want %v", addr, got, want)
		}
	}
}

func TestRefusedAddressesAndPortsAreNeverDialled(t *testing.T) {
	h := Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27")}, "test", nil)
	for _, a := range []string{"8.8.8.8:80", "203.0.113.5:80", "100.64.0.5:80", "192.0.2.1:80", "10.255.0.1:80", "127.0.0.99:80"} {
		if _, err := h.Dial(t.Context(), netip.MustParseAddrPort(a), Gentle, "connect"); !errors.Is(err, ErrOutside) {
			t.Errorf("%s: got %v, want %v", a, err, ErrOutside)
		}
	}
	for _, port := range []uint16{0, 515, 631, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107} {
		if _, err := h.Dial(t.Context(), netip.AddrPortFrom(netip.MustParseAddr("127.0.0.10"), port), Sturdy, "connect"); !errors.Is(err, ErrForbiddenPort) {
			t.Errorf("port %d: got %v, want %v", port, err, ErrForbiddenPort)
		}
	}
	if by, _ := h.Traffic(); len(by) != 0 {
		t.Errorf("the ledger shows traffic: %v", by)
	}
}

func TestASystemWithoutSocketsIsRecognised(t *testing.T) {
	t.Parallel()
	for _, says := range []error{syscall.EMFILE, syscall.ENFILE, syscall.Errno(10024), syscall.Errno(10055)} { // Windows has numbers of its own
		if err := fmt.Errorf("ask: %w", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", says)}); !Starved(err) {
			t.Errorf("not recognised: %v", err)
		}
	}
	if Starved(nil) || Starved(ErrLost) || Starved(syscall.ECONNREFUSED) {
		t.Error("what says something else counts, too")
	}
}
