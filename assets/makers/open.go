package makers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"porchlight/discovery"
)

// An Open says how one product shows that anybody may use it, because nobody has set a password.
// It is asked of every device that shows itself as that product, whoever made the machine. Asking
// changes nothing and reads nothing private; each page also stands in discovery/lan/requests.txt.
type Open struct {
	ID      string `toml:"id"`      // stable, for the history
	Product string `toml:"product"` // as people know it
	// Kind is the finding: "open-admin" for a page of settings, "hub-open" for what controls a home.
	Kind     string `toml:"kind"`
	Severity string `toml:"severity"` // "good", "week" or "today"; with one sign alone it counts less
	Port     uint16 `toml:"port"`     // where it usually is; 0: at any web page of the device
	TLS      bool   `toml:"tls"`      // of Port
	// With narrows down whom it is asked of. In a file without a name it is what shows the product;
	// elsewhere the signs of the file do.
	With []Condition `toml:"with"`
	// Proofs are asked for in turn. All must hold.
	Proofs []Proof `toml:"proof"`
	// Where says where its password is set, in the words of its own menus.
	Where  string `toml:"where"`
	Source string `toml:"source"` // of how it answers
	// Sure says that the source was read and tells all of it. Without it a finding is only likely, and
	// never red.
	Sure bool `toml:"sure"`

	signs []Sign // of its file
}

// A Proof is one page that is asked for, and what the answers mean. Its conditions read the facts of the
// answer: "http.status", "http.body" (all of it), "http.title", "http.header.<name>" and "json.<path>.<field>".
type Proof struct {
	Path string `toml:"path"` // with its query
	// Open is what proves that no password is asked for: all of it, with status 200 unless it names
	// another.
	Open []Condition `toml:"open"`
	// Closed is what shows a password, besides the statuses 401 and 403: any of it.
	Closed []Condition `toml:"closed"`
}

// maxProofs is how many pages one row may ask for.
const maxProofs = 2

// kindsOfOpen and severitiesOfOpen are the words that may stand in a row.
var (
	kindsOfOpen      = []string{"open-admin", "hub-open"}
	severitiesOfOpen = []string{"good", "week", severityRed}
)

const severityRed = "today"

// Opens lists the rows of all files.
func (c *Catalog) Opens() []Open {
	var out []Open
	for i := range c.Makers {
		out = append(out, c.Makers[i].Opens...)
	}
	return out
}

// ShownBy gives the facts by which a device shows itself as the product; none if it does not.
func (o *Open) ShownBy(facts []discovery.Fact) []discovery.Fact {
	if !Hold(o.With, facts) {
		return nil
	}
	var out []discovery.Fact
	for _, f := range facts {
		lower := strings.ToLower(f.Value)
		if slices.ContainsFunc(o.With, func(c Condition) bool { return c.Fact == f.Key && c.Match.Match(f.Value, lower) != nil }) ||
			slices.ContainsFunc(o.signs, func(s Sign) bool {
				return s.Fact == f.Key && s.Match.Match(f.Value, lower) != nil && Hold(s.With, facts)
			}) {
			out = append(out, f)
		}
	}
	return out
}

// A Stream says where cameras of a maker show their live picture, to those who may see it. That
// they answer is looked at, and never the picture. Each path also stands in discovery/lan/requests.txt.
type Stream struct {
	// Kinds and With narrow down whom it is asked of; empty: every camera of the maker.
	Kinds   []discovery.Kind `toml:"kinds"`
	With    []Condition      `toml:"with"`
	RTSP    []string         `toml:"rtsp"`    // paths, the usual one first
	Picture string           `toml:"picture"` // the page of one live picture; "" if none is documented
	Source  string           `toml:"source"`
	Sure    bool             `toml:"sure"` // as of an Open
}

// maxStreams is how many paths of one camera are asked for.
const maxStreams = 2

// StreamFor gives where a camera shows its picture.
func (c *Catalog) StreamFor(vendor string, kind discovery.Kind, facts []discovery.Fact) (Stream, bool) {
	for _, m := range c.Makers {
		if vendor == "" || m.Name != vendor {
			continue
		}
		for _, s := range m.Streams {
			if (len(s.Kinds) == 0 || slices.Contains(s.Kinds, kind)) && Hold(s.With, facts) {
				return s, true
			}
		}
	}
	return Stream{}, false
}

func (o *Open) compile(m *Maker) error {
	switch {
	case o.ID == "" || o.Product == "" || o.Source == "":
		return errors.New("an id, a product and a source are needed")
	case o.Where == "" || discovery.Line(o.Where) != o.Where:
		return fmt.Errorf("where is its password set? %q", o.Where)
	case !slices.Contains(kindsOfOpen, o.Kind) || !slices.Contains(severitiesOfOpen, o.Severity):
		return fmt.Errorf("no such kind and severity: %q, %q", o.Kind, o.Severity)
	case o.Severity == severityRed && !o.Sure:
		return errors.New("what is not sure is not red")
	case len(o.Proofs) == 0 || len(o.Proofs) > maxProofs:
		return fmt.Errorf("%d proofs", len(o.Proofs))
	case m.Name == "" && len(o.With) == 0:
		return errors.New("a condition is needed: who is asked?")
	}
	if m.Name != "" {
		o.signs = m.Signs
	}
	if err := compileAll(o.With); err != nil {
		return err
	}
	for i := range o.Proofs {
		p := &o.Proofs[i]
		if !isPath(p.Path) || len(p.Open) == 0 {
			return fmt.Errorf("proof %d: a path and a proof are needed", i+1)
		}
		if err := errors.Join(compileAll(p.Open), compileAll(p.Closed)); err != nil {
			return fmt.Errorf("proof %d, %w", i+1, err)
		}
	}
	return nil
}

func (s *Stream) compile() error {
	if len(s.RTSP) > maxStreams || (len(s.RTSP) == 0 && s.Picture == "") || s.Source == "" {
		return errors.New("one or two paths and a source are needed")
	}
	for _, p := range s.RTSP {
		if !isPath(p) {
			return fmt.Errorf("not a path: %q", p)
		}
	}
	if s.Picture != "" && !isPath(s.Picture) {
		return fmt.Errorf("not a path: %q", s.Picture)
	}
	return compileAll(s.With)
}

// isPath reports whether a text may be asked for: a path with its query.
func isPath(s string) bool { return strings.HasPrefix(s, "/") && !strings.ContainsAny(s, " #*") }
