package lan

import (
	"slices"

	"porchlight/discovery"
)

// CallsPublic reports whether the system itself calls a network public, by the hardware address of its router. Nothing is
// sent: where the neighbour table does not hold the router, nobody knows. Windows calls many home networks so too.
func CallsPublic(n discovery.Network) bool {
	if n.Practice || !n.Gateway.IsValid() {
		return false
	}
	all, err := neighborTable(n.Index)
	if err != nil {
		return false
	}
	i := slices.IndexFunc(all, func(o Neighbor) bool { return o.Addr == n.Gateway && !o.MAC.IsZero() })
	return i >= 0 && public(profilesOf(all[i].MAC))
}

// A profile is what a system keeps of a network that it has joined.
type profile struct{ category uint64 }

// Categories of networks, as Windows numbers them: NLM_NETWORK_CATEGORY (netlistmgr.h).
const categoryPublic = 0

// public reports whether all profiles of a router are public. One that the user has called private counts more.
func public(all []profile) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(p profile) bool { return p.category != categoryPublic })
}
