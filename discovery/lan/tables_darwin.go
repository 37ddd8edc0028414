package lan

import (
	"fmt"
	"net/netip"

	"golang.org/x/net/route"
	"golang.org/x/sys/unix"

	"porchlight/discovery"
)

// rtfLLInfo marks routes that are ARP or neighbour entries (net/route.h).
const rtfLLInfo = 0x400

// defaultRoutes reads the IPv4 default routes from the kernel. It sends nothing.
func defaultRoutes() ([]Route, error) {
	msgs, err := routeMessages(unix.AF_INET, route.RIBTypeRoute, 0)
	if err != nil {
		return nil, err
	}
	var routes []Route
	for _, m := range msgs {
		if m.Flags&unix.RTF_UP == 0 || len(m.Addrs) <= unix.RTAX_GATEWAY {
			continue
		}
		dst, ok := m.Addrs[unix.RTAX_DST].(*route.Inet4Addr)
		if !ok || dst.IP != [4]byte{} || m.Flags&unix.RTF_IFSCOPE != 0 {
			continue
		}
		r := Route{Index: m.Index, Metric: len(routes)}
		if gw, ok := m.Addrs[unix.RTAX_GATEWAY].(*route.Inet4Addr); ok {
			r.Gateway = netip.AddrFrom4(gw.IP)
		}
		routes = append(routes, r)
	}
	return routes, nil
}

// neighborTable reads the ARP and neighbour tables from the kernel. It sends nothing. The kernel keeps
// an entry for 20 minutes (sysctl net.link.ether.inet.max_age), and package route does not tell
// since when.
func neighborTable(index int) ([]Neighbor, error) {
	var out []Neighbor
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		msgs, err := routeMessages(family, route.RIBType(unix.NET_RT_FLAGS), rtfLLInfo)
		if err != nil {
			return nil, err
		}
		for _, m := range msgs {
			if len(m.Addrs) <= unix.RTAX_GATEWAY {
				continue
			}
			link, ok := m.Addrs[unix.RTAX_GATEWAY].(*route.LinkAddr)
			if !ok || link.Index != index {
				continue
			}
			mac, ok := discovery.MACFrom(link.Addr)
			if !ok {
				continue
			}
			switch a := m.Addrs[unix.RTAX_DST].(type) {
			case *route.Inet4Addr:
				out = append(out, Neighbor{Addr: netip.AddrFrom4(a.IP), MAC: mac, Sure: true})
			case *route.Inet6Addr:
				addr := netip.AddrFrom16(a.IP)
				if addr.IsLinkLocalUnicast() {
					addr = addr.WithZone(link.Name)
				}
				out = append(out, Neighbor{Addr: addr, MAC: mac, Sure: true})
			}
		}
	}
	return out, nil
}

func routeMessages(family int, kind route.RIBType, arg int) ([]*route.RouteMessage, error) {
	rib, err := route.FetchRIB(family, kind, arg)
	if err != nil {
		return nil, fmt.Errorf("read the routing table: %w", err)
	}
	all, err := route.ParseRIB(kind, rib)
	if err != nil {
		return nil, fmt.Errorf("understand the routing table: %w", err)
	}
	var out []*route.RouteMessage
	for _, m := range all {
		if r, ok := m.(*route.RouteMessage); ok {
			out = append(out, r)
		}
	}
	return out, nil
}
