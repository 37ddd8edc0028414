package resolver

import (
	"net/netip"
	"slices"
	"strings"
)

// A comparison is what the name server of the router said, beside two that are far away.
type comparison struct {
	compared int      // names about which all had something to say
	strange  []string // of them, those that the router leads elsewhere than both others
	where    []netip.Addr
	// together: the strange names lead to one place, which nobody else named, or where even a name
	// leads that does not exist.
	together bool
}

// compare decides name by name. Big services answer by where one asks from, so other addresses alone say
// nothing: an answer is strange if no address and no neighbourhood of one is the same, and it lacks the
// detour by another name of the owner that both others give.
func compare(names []string, invented string, router, first, second map[string]answer) comparison {
	var c comparison
	flat := flattens(names, router, first, second)
	for _, name := range names {
		r, a, b := router[name], first[name], second[name]
		if len(a.addrs) == 0 || len(b.addrs) == 0 || len(global(r.addrs)) == 0 {
			continue // it is blocked, as children's filters do, or nobody knows it
		}
		c.compared++
		if near(r.addrs, a.addrs) || near(r.addrs, b.addrs) || related(r, a) || related(r, b) {
			continue
		}
		if len(a.aliases) == 0 || len(b.aliases) == 0 || flat {
			continue // only addresses differ
		}
		c.strange = append(c.strange, name)
		c.where = append(c.where, global(r.addrs)[0])
	}
	nowhere := global(router[invented].addrs)
	for i, a := range c.where {
		c.together = c.together || near([]netip.Addr{a}, nowhere) || near([]netip.Addr{a}, c.where[:i])
	}
	return c
}

// flattens reports whether a name server leaves out detours although it tells the truth: then a lack of them
// is no sign.
func flattens(names []string, router, first, second map[string]answer) bool {
	honest := false
	for _, name := range names {
		r := router[name]
		if len(r.aliases) > 0 {
			return false
		}
		honest = honest || len(first[name].aliases) > 0 && (near(r.addrs, first[name].addrs) || near(r.addrs, second[name].addrs))
	}
	return honest
}

// global leaves out addresses that lead nowhere on the internet: those of filters.
func global(all []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return !a.IsGlobalUnicast() || a.IsPrivate() })
}

// near reports whether two answers share a neighbourhood: the first two bytes of an address.
func near(a, b []netip.Addr) bool {
	const bits = 16
	return slices.ContainsFunc(a, func(x netip.Addr) bool {
		p, err := x.Prefix(bits)
		return err == nil && slices.ContainsFunc(b, p.Contains)
	})
}

// related reports whether two answers go by a name of the same owner.
func related(a, b answer) bool {
	return slices.ContainsFunc(a.aliases, func(x string) bool {
		return slices.ContainsFunc(b.aliases, func(y string) bool { return owner(x) == owner(y) })
	})
}

// owner gives the last two labels of a name.
func owner(name string) string {
	labels := strings.Split(name, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}
