package lan

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/jsimonetti/rtnetlink"
	"golang.org/x/sys/unix"

	"porchlight/discovery"
)

// defaultRoutes asks the kernel for its IPv4 default routes. It sends nothing.
func defaultRoutes() ([]Route, error) {
	c, err := rtnetlink.Dial(nil)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	defer func() { _ = c.Close() }()
	all, err := c.Route.List()
	if err != nil {
		return nil, fmt.Errorf("list routes: %w", err)
	}
	var routes []Route
	for _, r := range all {
		half := r.DstLength == 1 // a VPN often covers the world by two halves
		if r.Family != unix.AF_INET || r.Type != unix.RTN_UNICAST || (r.DstLength != 0 && !half) || r.Table != unix.RT_TABLE_MAIN {
			continue
		}
		gw, _ := netip.AddrFromSlice(r.Attributes.Gateway)
		route := Route{Index: int(r.Attributes.OutIface), Gateway: gw.Unmap(), Metric: int(r.Attributes.Priority)}
		if half {
			route.Metric = -1 // more specific beats every metric
		}
		routes = append(routes, route)
	}
	return routes, nil
}

// tick is the unit of times that the kernel tells (USER_HZ, time(7)).
const tick = 10 * time.Millisecond

// neighborTable asks the kernel whom it knows on an interface. It sends nothing.
func neighborTable(index int) ([]Neighbor, error) {
	c, err := rtnetlink.Dial(nil)
	if err != nil {
		return nil, fmt.Errorf("open netlink: %w", err)
	}
	defer func() { _ = c.Close() }()
	now := time.Now()
	all, err := c.Neigh.List()
	if err != nil {
		return nil, fmt.Errorf("list neighbours: %w", err)
	}
	ifi, err := net.InterfaceByIndex(index)
	if err != nil {
		return nil, fmt.Errorf("find interface %d: %w", index, err)
	}
	var out []Neighbor
	for _, n := range all {
		if int(n.Index) != index || n.Attributes == nil {
			continue
		}
		addr, ok := netip.AddrFromSlice(n.Attributes.Address)
		mac, okMAC := discovery.MACFrom(n.Attributes.LLAddress)
		if !ok || !okMAC {
			continue
		}
		addr = addr.Unmap()
		if addr.Is6() && addr.IsLinkLocalUnicast() {
			addr = addr.WithZone(ifi.Name)
		}
		nb := Neighbor{Addr: addr, MAC: mac}
		if age := n.Attributes.CacheInfo; age != nil { // ndm_confirmed in linux/neighbour.h
			nb.Confirmed = now.Add(-time.Duration(age.Confirmed) * tick)
		}
		switch {
		case n.State&(unix.NUD_REACHABLE|unix.NUD_PERMANENT) != 0:
			nb.Sure = true
		case n.State&(unix.NUD_STALE|unix.NUD_DELAY|unix.NUD_PROBE) == 0:
			continue // failed or incomplete: nobody there
		}
		out = append(out, nb)
	}
	return out, nil
}
