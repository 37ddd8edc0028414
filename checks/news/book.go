package news

import (
	"regexp"
	"slices"
	"strings"
)

// A Book is all that sources said. nil knows nothing. It is safe for concurrent use.
type Book struct {
	news    map[string][]News    // by maker and model
	holes   map[string][]Hole    // by maker and what their words may name
	support map[string][]Support // by maker, and model or product line
}

// NewBook puts together what is kept. canonical gives the maker of a hole the name that our catalogue has for it.
func NewBook(states []State, canonical func(string) string) *Book {
	b := &Book{news: map[string][]News{}, holes: map[string][]Hole{}, support: map[string][]Support{}}
	known := recordsOf(states, canonical)
	for _, s := range states {
		for _, p := range s.Parts {
			for _, n := range p.Answer.News {
				at := key(n.Maker, strings.ToLower(n.Model))
				b.news[at] = append(b.news[at], n)
			}
			for _, h := range p.Answer.Holes {
				h.Maker, h.Said, h.Record = canonical(h.Maker), p.Answered, known[h.CVE]
				if s.Source == Signed {
					h.Said = p.Answer.Dated
				}
				for _, name := range named(h.Product) {
					b.holes[key(h.Maker, name)] = append(b.holes[key(h.Maker, name)], h)
				}
			}
			for _, x := range p.Answer.Support {
				for _, name := range append(slices.Clone(x.Models), x.Family) {
					at := key(x.Maker, bare(name))
					b.support[at] = append(b.support[at], x)
				}
			}
		}
	}
	return b
}

func key(maker, what string) string { return strings.ToLower(maker) + "\x00" + what }

// Newest gives the newest version for a product that runs a version. Where a maker keeps several lines alive, who runs
// the newest of one is not behind.
func (b *Book) Newest(p Product, running string) (News, bool) {
	var out News
	if b == nil {
		return out, false
	}
	said := b.news[key(p.Maker, "")]
	if p.Model != "" {
		said = slices.Concat(b.news[key(p.Maker, strings.ToLower(p.Model))], said)
	}
	for _, n := range said {
		if (n.Family != "" && n.Family != p.Family) || (n.Line != "" && running != n.Line && !strings.HasPrefix(running, n.Line+".")) {
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

// Holes lists the holes in products of a maker that criminals are known to use, if their words name the product by one
// of its names, whole: a "DIR-820 Router" is no DIR-820L.
func (b *Book) Holes(maker string, names ...string) []Hole {
	var out []Hole
	if b == nil {
		return nil
	}
	for _, name := range names {
		for _, h := range b.holes[key(maker, bare(name))] {
			if !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out
}

// Support lists what signed files say of how long a maker repairs a product with one of these names. Whether its
// revision and region are meant, it does not ask.
func (b *Book) Support(maker string, names ...string) []Support {
	var out []Support
	if b == nil {
		return nil
	}
	for i, name := range names {
		if name != "" && !slices.ContainsFunc(names[:i], func(n string) bool { return bare(n) == bare(name) }) {
			out = append(out, b.support[key(maker, bare(name))]...)
		}
	}
	return out
}

// bare writes a name of a product as it is compared.
func bare(name string) string { return strings.ToLower(separator.Replace(name)) }

var (
	separator = strings.NewReplacer(" ", "", "-", "", "_", "")
	piece     = regexp.MustCompile(`[^,;/()]+`)
)

// mostWords is how many words the name of a product has.
const mostWords = 4

// named lists what the words of a product may name, each as it is compared: those of "AC7 and AC10 Routers" are ac7,
// ac10 and more that no product is called by.
func named(product string) []string {
	var out []string
	for _, p := range piece.FindAllString(product, -1) {
		words := strings.Fields(p)
		for i := range words {
			for n := 1; n <= mostWords && i+n <= len(words); n++ {
				if name := bare(strings.Join(words[i:i+n], "")); !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
	}
	return out
}
