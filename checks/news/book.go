package news

import (
	"slices"
	"strings"
)

// A Book is all that sources said. The zero Book, and nil, know nothing. It is safe for concurrent use.
type Book struct {
	news  []News
	holes []Hole
}

// NewBook puts together what is kept. canonical gives the maker of a hole the name that our catalogue has for it.
func NewBook(states []State, canonical func(string) string) *Book {
	b := &Book{}
	names := map[string]string{}
	for _, s := range states {
		for _, p := range s.Parts {
			b.news = append(b.news, p.Answer.News...)
			for _, h := range p.Answer.Holes {
				if _, ok := names[h.Maker]; !ok {
					names[h.Maker] = canonical(h.Maker)
				}
				h.Maker = names[h.Maker]
				b.holes = append(b.holes, h)
			}
		}
	}
	return b
}

// Newest gives the newest version for a product that runs a version. Where a maker keeps several lines alive, who runs
// the newest of one is not behind.
func (b *Book) Newest(p Product, running string) (News, bool) {
	var out News
	if b == nil {
		return out, false
	}
	for _, n := range b.news {
		if !n.about(p) || n.Line != "" && running != n.Line && !strings.HasPrefix(running, n.Line+".") {
			continue
		}
		if n.Version == running {
			return n, true
		}
		// A line of its own says more than what is newest of all.
		if out.Version == "" || len(n.Line) > len(out.Line) || n.Line == out.Line && newer(n.Version, out.Version) {
			out = n
		}
	}
	return out, out.Version != ""
}

// A Compare tells whether version a is older (-1), the same (0) or newer (1) than b; false if nobody can say.
type Compare func(a, b string) (int, bool)

// Newer gives what is newer than what a product runs. It says nothing where the versions cannot be compared, or where
// the news is older than known, the newest that the program knows itself ("" for none): sources err, and lie.
func (b *Book) Newer(p Product, running, known string, compare Compare) (News, bool) {
	n, ok := b.Newest(p, running)
	if !ok {
		return News{}, false
	}
	if order, ok := compare(running, n.Version); !ok || order >= 0 {
		return News{}, false
	}
	if known != "" {
		if order, ok := compare(known, n.Version); !ok || order > 0 {
			return News{}, false
		}
	}
	return n, true
}

// Holes lists the holes in products of a maker that criminals are known to use. Whether one is in a certain model, only
// its words tell.
func (b *Book) Holes(maker string) []Hole {
	if b == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(b.holes), func(h Hole) bool { return !strings.EqualFold(h.Maker, maker) })
}
