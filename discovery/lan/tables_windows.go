package lan

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"porchlight/discovery"
)

var (
	iphlpapi         = windows.NewLazySystemDLL("iphlpapi.dll")
	procIPNetTable2  = iphlpapi.NewProc("GetIpNetTable2")
	procFreeMibTable = iphlpapi.NewProc("FreeMibTable")
)

// defaultRoutes reads the IPv4 default routes. It sends nothing.
func defaultRoutes() ([]Route, error) {
	var table *windows.MibIpForwardTable2
	if err := windows.GetIpForwardTable2(windows.AF_INET, &table); err != nil {
		return nil, fmt.Errorf("read the routing table: %w", err)
	}
	defer windows.FreeMibTable(unsafe.Pointer(table))
	var routes []Route
	for _, row := range table.Rows() {
		if row.DestinationPrefix.PrefixLength > 1 {
			continue // 0: the world; 1: one half of it, as some VPNs do
		}
		hop := (*windows.RawSockaddrInet4)(unsafe.Pointer(&row.NextHop))
		r := Route{Index: int(row.InterfaceIndex), Gateway: netip.AddrFrom4(hop.Addr), Metric: int(row.Metric)}
		if row.DestinationPrefix.PrefixLength == 1 {
			r.Metric = -1
		}
		routes = append(routes, r)
	}
	return routes, nil
}

// neighborRow is MIB_IPNET_ROW2 (netioapi.h).
type neighborRow struct {
	Address      windows.RawSockaddrInet6 // SOCKADDR_INET, 28 bytes
	Index        uint32
	LUID         uint64
	Physical     [32]byte
	PhysicalLen  uint32
	State        uint32 // NL_NEIGHBOR_STATE
	Flags        uint32
	Reachability uint32 // milliseconds: LastReachable, or LastUnreachable of one that is not
}

// States of NL_NEIGHBOR_STATE (nldef.h).
const (
	neighborProbe     = 2
	neighborReachable = 5
)

// neighborTable reads the neighbour table of both protocols. It sends nothing.
func neighborTable(index int) ([]Neighbor, error) {
	now := time.Now()
	var table *struct {
		N    uint32
		Rows [1]neighborRow
	}
	if rc, _, _ := procIPNetTable2.Call(windows.AF_UNSPEC, uintptr(unsafe.Pointer(&table))); rc != 0 {
		return nil, fmt.Errorf("read the neighbour table: %w", windows.Errno(rc))
	}
	defer func() { _, _, _ = procFreeMibTable.Call(uintptr(unsafe.Pointer(table))) }()
	var out []Neighbor
	for _, row := range unsafe.Slice(&table.Rows[0], table.N) {
		if int(row.Index) != index || row.PhysicalLen != 6 || row.State < neighborProbe {
			continue
		}
		mac, ok := discovery.MACFrom(row.Physical[:6])
		if !ok {
			continue
		}
		n := Neighbor{MAC: mac, Sure: row.State == neighborReachable}
		if n.Sure {
			n.Confirmed = now.Add(-time.Duration(row.Reachability) * time.Millisecond)
		}
		if row.Address.Family == windows.AF_INET {
			n.Addr = netip.AddrFrom4((*windows.RawSockaddrInet4)(unsafe.Pointer(&row.Address)).Addr)
		} else {
			n.Addr = netip.AddrFrom16(row.Address.Addr)
			if n.Addr.IsLinkLocalUnicast() {
				n.Addr = n.Addr.WithZone(strconv.Itoa(index))
			}
		}
		out = append(out, n)
	}
	return out, nil
}
