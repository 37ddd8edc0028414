package lan

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"porchlight/discovery"
)

// Why a network is not walked. Each has its words in the catalogue.
var (
	ErrNoNetwork       = errors.New("no home network")
	ErrSeveralNetworks = errors.New("more than one network")
	ErrVPN             = errors.New("the way out goes through a VPN")
	ErrTooWide         = errors.New("network is wider than a home")
	ErrPublicAddress   = errors.New("not a private address")
	ErrNotOnLink       = errors.New("not on a network of this computer")
	ErrNoInterface     = errors.New("no such interface")
)

// A Refusal says which network was refused and why. errors.Is finds the reason.
type Refusal struct {
	Why   error
	Names string // the interfaces or networks it is about
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("choose the network: %v: %s", r.Why, r.Names) }

// Unwrap gives the reason.
func (r *Refusal) Unwrap() error { return r.Why }

func refuse(why error, names ...string) error {
	return &Refusal{Why: why, Names: strings.Join(names, ", ")}
}

// A Link is one network interface of this computer.
type Link struct {
	Name         string
	Index        int
	Up           bool
	Multicast    bool
	Loopback     bool
	PointToPoint bool
	Prefixes     []netip.Prefix // its addresses, with the length of their prefix
}

// A Route is one default route of this computer, IPv4.
type Route struct {
	Index   int        // of the interface
	Gateway netip.Addr // zero on a point-to-point link
	Metric  int
}

// Want is what the user asked for; the zero Want lets Choose choose.
type Want struct {
	Interface string
	Prefix    netip.Prefix
}

// FindNetwork chooses the home network of this computer.
func FindNetwork(want Want) (discovery.Network, error) {
	links, err := Links()
	if err != nil {
		return discovery.Network{}, err
	}
	routes, err := defaultRoutes()
	if err != nil {
		return discovery.Network{}, err
	}
	n, err := Choose(links, routes, want)
	if err == nil {
		n.WiFi = wifi(n.Index)
	}
	return n, err
}

// Networks lists all networks of this computer among which FindNetwork chooses. A *Refusal says why there are none.
func Networks() ([]discovery.Network, error) {
	links, err := Links()
	if err != nil {
		return nil, err
	}
	routes, err := defaultRoutes()
	if err != nil {
		return nil, err
	}
	found, err := candidates(links, routes, Want{})
	for i := range found {
		found[i].WiFi = wifi(found[i].Index)
	}
	return found, err
}

// Links lists the network interfaces of this computer.
func Links() ([]Link, error) {
	ifis, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	links := make([]Link, 0, len(ifis))
	for _, ifi := range ifis {
		l := Link{
			Name: ifi.Name, Index: ifi.Index,
			Up:           ifi.Flags&net.FlagUp != 0,
			Multicast:    ifi.Flags&net.FlagMulticast != 0,
			Loopback:     ifi.Flags&net.FlagLoopback != 0,
			PointToPoint: ifi.Flags&net.FlagPointToPoint != 0,
		}
		addrs, err := ifi.Addrs()
		if err != nil {
			continue // it went away in between
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				l.Prefixes = append(l.Prefixes, p)
			}
		}
		links = append(links, l)
	}
	return links, nil
}

// Choose picks the one home network among links: private, on-link, no wider than
// MaxPrefixBits, never through a VPN. A *Refusal says why there is none. It does no I/O.
func Choose(links []Link, routes []Route, want Want) (discovery.Network, error) {
	found, err := candidates(links, routes, want)
	if err != nil {
		return discovery.Network{}, err
	}
	if len(found) > 1 {
		withRoute := slices.DeleteFunc(slices.Clone(found), func(n discovery.Network) bool { return !n.Gateway.IsValid() })
		if len(withRoute) == 1 {
			found = withRoute
		}
	}
	if sameHome(found) { // by cable and by Wi-Fi
		found = found[:1]
	}
	if len(found) > 1 {
		var names []string
		for _, n := range found {
			names = append(names, fmt.Sprintf("%s (%s)", n.Interface, n.Prefix))
		}
		return discovery.Network{}, refuse(ErrSeveralNetworks, names...)
	}
	if found[0].Prefix.Bits() < MaxPrefixBits {
		return discovery.Network{}, refuse(ErrTooWide, found[0].Prefix.String())
	}
	return found[0], nil
}

// candidates lists the networks that Choose chooses among, at least one; too wide ones too. A *Refusal says why there is
// none. It does no I/O.
func candidates(links []Link, routes []Route, want Want) ([]discovery.Network, error) {
	if want.Prefix.IsValid() {
		if !private(want.Prefix.Addr()) {
			return nil, refuse(ErrPublicAddress, want.Prefix.String())
		}
		if want.Prefix.Bits() < MaxPrefixBits {
			return nil, refuse(ErrTooWide, want.Prefix.String())
		}
	}
	if want.Interface != "" {
		i := slices.IndexFunc(links, func(l Link) bool { return l.Name == want.Interface })
		if i < 0 {
			return nil, refuse(ErrNoInterface, want.Interface)
		}
		if tunnel(links[i]) {
			return nil, refuse(ErrVPN, want.Interface)
		}
		links = links[i : i+1]
	} else if l, ok := tunnelOut(links, routes); ok {
		return nil, refuse(ErrVPN, l.Name)
	}

	var found []discovery.Network
	var public, narrow []string
	for _, l := range links {
		if !l.Up || l.Loopback || tunnel(l) || (virtual(l.Name) && want.Interface == "") {
			continue
		}
		for _, p := range l.Prefixes {
			if !p.Addr().Is4() || p.Addr().IsLinkLocalUnicast() {
				continue
			}
			switch {
			case !private(p.Addr()):
				public = append(public, p.Masked().String())
			case want.Prefix.IsValid() && (want.Prefix.Bits() < p.Bits() || !p.Masked().Contains(want.Prefix.Addr())):
				narrow = append(narrow, p.Masked().String())
			default:
				found = append(found, network(l, p, routes, want))
			}
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case len(narrow) > 0:
		return nil, refuse(ErrNotOnLink, want.Prefix.String())
	case len(public) > 0:
		return nil, refuse(ErrPublicAddress, public...)
	}
	return nil, refuse(ErrNoNetwork)
}

// sameHome reports whether all networks have the same router and the same addresses.
func sameHome(all []discovery.Network) bool {
	return len(all) > 1 && all[0].Gateway.IsValid() && !slices.ContainsFunc(all, func(n discovery.Network) bool {
		return n.Gateway != all[0].Gateway || n.Prefix != all[0].Prefix
	})
}

func network(l Link, p netip.Prefix, routes []Route, want Want) discovery.Network {
	n := discovery.Network{Interface: l.Name, Index: l.Index, Prefix: p.Masked(), Addr: p.Addr()}
	if want.Prefix.IsValid() {
		n.Prefix = want.Prefix.Masked()
	}
	for _, r := range routes {
		if r.Index == l.Index && p.Masked().Contains(r.Gateway) {
			n.Gateway = r.Gateway
			break
		}
	}
	for _, p6 := range l.Prefixes {
		n.Own = append(n.Own, p6.Addr().WithZone(""))
		if p6.Addr().Is6() && private(p6.Addr()) {
			n.Prefixes6 = append(n.Prefixes6, p6.Masked())
		}
	}
	return n
}

// PracticeNetwork is the loopback of this computer, where simulated devices live.
func PracticeNetwork() (discovery.Network, error) {
	links, err := Links()
	if err != nil {
		return discovery.Network{}, err
	}
	for _, l := range links {
		if l.Loopback && l.Up {
			return discovery.Network{
				Interface: l.Name, Index: l.Index, Practice: true,
				Prefix:  netip.MustParsePrefix("127.0.0.0/27"),
				Addr:    netip.MustParseAddr("127.0.0.1"),
				Gateway: netip.MustParseAddr("127.0.0.10"), // the simulated router
			}, nil
		}
	}
	return discovery.Network{}, refuse(ErrNoNetwork)
}

// private reports whether an address can be in a home: RFC 1918, RFC 4193 and
// link-local. Carrier addresses (100.64/10, RFC 6598) are not.
func private(a netip.Addr) bool { return a.IsPrivate() || a.IsLinkLocalUnicast() }

// tunnelNames begin the names of interfaces that VPNs make.
var tunnelNames = []string{"tun", "tap", "wg", "ppp", "utun", "ipsec", "tailscale", "zt", "nordlynx", "proton", "gpd", "vti", "l2tp", "warp"}

func tunnel(l Link) bool {
	name := strings.ToLower(l.Name)
	return l.PointToPoint || slices.ContainsFunc(tunnelNames, func(p string) bool { return strings.HasPrefix(name, p) })
}

// virtualNames begin the names of bridges to virtual machines and containers: no home.
var virtualNames = []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "lxc", "lxd", "cni", "podman", "awdl", "llw", "ifb", "dummy", "anpi", "bridge1"}

func virtual(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(virtualNames, func(p string) bool { return strings.HasPrefix(name, p) })
}

// tunnelOut finds the VPN interface through which the preferred default route goes.
func tunnelOut(links []Link, routes []Route) (Link, bool) {
	if len(routes) == 0 {
		return Link{}, false
	}
	best := slices.MinFunc(routes, func(a, b Route) int { return cmp.Compare(a.Metric, b.Metric) })
	for _, l := range links {
		if l.Index == best.Index && tunnel(l) {
			return l, true
		}
	}
	return Link{}, false
}

// ErrLost means that the network went away, or changed, in the middle of a round.
var ErrLost = errors.New("the network went away")

// starved is what systems say when they give no more files or sockets. The last two are WSAEMFILE and WSAENOBUFS of Windows.
var starved = []error{syscall.EMFILE, syscall.ENFILE, syscall.Errno(10024), syscall.Errno(10055)}

// Starved reports whether the system gave no more files or sockets: then nobody can tell what is there.
func Starved(err error) bool {
	return slices.ContainsFunc(starved, func(s error) bool { return errors.Is(err, s) })
}

// Still gives ErrLost if this computer is on the network of the home no more: the cable is out, the
// Wi-Fi gone, or the address another. It sends nothing.
func (h *Home) Still() error {
	if h.Network.Practice {
		return nil
	}
	ifi, err := net.InterfaceByIndex(h.Network.Index)
	switch {
	case Starved(err):
		return nil
	case err != nil:
		return fmt.Errorf("find interface %q: %w", h.Network.Interface, ErrLost)
	}
	const on = net.FlagUp | net.FlagRunning
	addrs, err := ifi.Addrs()
	here := slices.ContainsFunc(addrs, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && p.Addr() == h.Network.Addr
	})
	if err == nil && (ifi.Flags&on != on || !here) {
		return fmt.Errorf("interface %q: %w", h.Network.Interface, ErrLost)
	}
	return nil
}
