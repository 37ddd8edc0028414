package makers

import (
	"cmp"
	"slices"
)

// A start is how a literal begins, in lower case.
type start [3]byte

// A shelf holds the signs for one fact, sorted by how their literals begin, so that a text is
// only compared with those whose literals may be in it.
type shelf struct {
	all    []*Sign // in the order of the files
	always []*Sign // without literals, or with short ones
	starts map[start][]*Sign
}

func (h *shelf) put(s *Sign) {
	h.all = append(h.all, s)
	if shortest(s.Match.literals) < len(start{}) {
		h.always = append(h.always, s)
		return
	}
	for _, l := range s.Match.literals {
		k := start([]byte(l[:len(start{})]))
		if !slices.Contains(h.starts[k], s) {
			h.starts[k] = append(h.starts[k], s)
		}
	}
}

func (h *shelf) candidates(lower string) []*Sign {
	out := slices.Clone(h.always)
	for i := range max(0, len(lower)-len(start{})+1) {
		for _, s := range h.starts[start{lower[i], lower[i+1], lower[i+2]}] {
			if s.Match.possible(lower) {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Sign) int { return cmp.Compare(a.Order, b.Order) })
	return slices.Compact(out)
}
