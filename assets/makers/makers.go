// Package makers is the catalogue of makers and their products: how they announce
// themselves and what is known about them. It is data in <maker>.toml files that anyone
// can extend without Go; their fields are the structs below. A fact that is not sure says
// so, and may then only ever be shown as "may".
package makers

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"porchlight/discovery"
)

//go:embed *.toml
var files embed.FS

// A Maker is one file.
type Maker struct {
	Name string `toml:"name"` // common brand; "" for the file of general signs
	// Aliases are other names under which devices and registries call the maker, RE2. They
	// must match the whole name.
	Aliases  []string   `toml:"aliases"`
	Signs    []Sign     `toml:"sign"`
	Logins   []Login    `toml:"login"`
	Firmware []Firmware `toml:"firmware"`

	File string `toml:"-"` // its name, without .toml
}

// A Sign is one way in which products announce themselves.
type Sign struct {
	Fact discovery.FactKey `toml:"fact"` // the fact that is read
	// Pattern is RE2. Its groups vendor, model, firmware, name and kind, where they are, give
	// the fields; without a group the sign gives what stands below.
	Pattern string         `toml:"pattern"`
	Kind    discovery.Kind `toml:"kind"`
	Model   string         `toml:"model"`
	Family  string         `toml:"family"` // names a product line for logins and firmware
	// Kinds and Models translate what the groups kind and model hold; what is not in them
	// gives no kind, and the model as it is.
	Kinds  map[string]discovery.Kind `toml:"kinds"`
	Models map[string]string         `toml:"models"`
	// FirmwareFrom puts the version together from several facts, named in braces:
	// "{mdns.txt._http._tcp.version_major}.{...}". It gives nothing if one is missing.
	FirmwareFrom string `toml:"firmware_from"`
	// With are other facts that the device must show too.
	With []Condition `toml:"with"`
	// Likely marks a sign that others may give too.
	Likely bool `toml:"likely"`

	Order  int     `toml:"-"` // place in the catalogue: of equal signs the first counts
	Vendor string  `toml:"-"` // the maker's name
	Match  Pattern `toml:"-"`
}

// A Condition is a fact that must match.
type Condition struct {
	Fact    discovery.FactKey `toml:"fact"`
	Pattern string            `toml:"pattern"`

	Match Pattern `toml:"-"`
}

// A Login is one documented factory login of a product line.
type Login struct {
	ID       string `toml:"id"` // stable, for the history
	Family   string `toml:"family"`
	Protocol string `toml:"protocol"` // "http-basic"
	Path     string `toml:"path"`
	// Realm is what the device must ask for before anything is tried, RE2.
	Realm    string `toml:"realm"`
	User     string `toml:"user"`
	Password string `toml:"password"`
	Source   string `toml:"source"`

	RealmMatch *regexp.Regexp `toml:"-"`
}

// A Firmware is what is known of the versions of a product line.
type Firmware struct {
	Family string `toml:"family"`
	Scheme string `toml:"scheme"` // how versions compare: "dotted"
	// Safe is the first version without the holes that criminals are known to use.
	Safe   string `toml:"safe"`
	Hole   string `toml:"hole"`   // one of those holes, such as "CVE-2018-14847"
	Source string `toml:"source"` // of Safe and Hole, with its date
	Sure   bool   `toml:"sure"`   // false: only "may" can be said
}

// A Catalog is all makers. It is safe for concurrent use.
type Catalog struct {
	Makers  []Maker
	signs   map[discovery.FactKey][]*Sign
	aliases []alias
	names   map[string]string // brand in lower case -> brand

	mu    sync.Mutex // guards canon
	canon map[string]string
}

// An alias is another name of a maker.
type alias struct {
	match  Pattern
	vendor string
}

// SignsFor lists the signs that read one fact, in the order of the files. The slice is
// shared: do not change it.
func (c *Catalog) SignsFor(key discovery.FactKey) []*Sign { return c.signs[key] }

// maxCanon bounds what is remembered of names that strangers send.
const maxCanon = 4096

// corporate are the words behind a brand that people leave away.
var corporate = regexp.MustCompile(`(?i)[\s,.]+(inc|incorporated|corp|corporation|co|company|ltd|limited|llc|gmbh|ag|s\.?a|s\.?r\.?l|b\.?v|kg|oy|ab|plc|pty|pte|intl|international|technolog(y|ies)|electronics?|communications?|systems?|group|holdings?)\.?$`)

// Canonical gives the common brand for a name under which a device or a registry calls its
// maker, such as "Philips Hue" for "Signify Netherlands B.V.". An unknown name comes back
// without the corporate words at its end.
func (c *Catalog) Canonical(name string) string {
	c.mu.Lock()
	v, ok := c.canon[name]
	c.mu.Unlock()
	if ok {
		return v
	}
	v = c.canonical(name)
	c.mu.Lock()
	if len(c.canon) < maxCanon {
		c.canon[name] = v
	}
	c.mu.Unlock()
	return v
}

func (c *Catalog) canonical(name string) string {
	lower := strings.ToLower(name)
	for _, a := range c.aliases {
		if a.match.find(name, lower) != nil {
			return a.vendor
		}
	}
	short := strings.TrimSpace(name)
	for {
		if brand, ok := c.names[strings.ToLower(short)]; ok {
			return brand
		}
		cut := strings.TrimRight(corporate.ReplaceAllString(short, ""), " ,.")
		if cut == short || cut == "" {
			return short
		}
		short = cut
	}
}

// maxExcerpts is how many places of one page are kept.
const maxExcerpts = 16

// Excerpts gives the places of a long text, such as the body of a web page, that some sign
// for key looks for.
func (c *Catalog) Excerpts(key discovery.FactKey, text string) []string {
	var out []string
	lower := strings.ToLower(text)
	for _, s := range c.signs[key] {
		if len(out) == maxExcerpts {
			break
		}
		if at := s.Match.find(text, lower); at != nil {
			if found := discovery.Clean(text[at[0]:at[1]]); found != "" && !slices.Contains(out, found) {
				out = append(out, found)
			}
		}
	}
	return out
}

// LoginsFor lists the documented factory logins of a product line.
func (c *Catalog) LoginsFor(family string) []Login {
	var out []Login
	for _, m := range c.Makers {
		for _, l := range m.Logins {
			if family != "" && l.Family == family {
				out = append(out, l)
			}
		}
	}
	return out
}

// FirmwareFor gives what is known of the versions of a product line.
func (c *Catalog) FirmwareFor(family string) (Firmware, bool) {
	for _, m := range c.Makers {
		for _, f := range m.Firmware {
			if family != "" && f.Family == family {
				return f, true
			}
		}
	}
	return Firmware{}, false
}

// All loads the catalogue in the program, once. It fails only if a file is broken, which
// a test excludes.
var All = sync.OnceValues(func() (*Catalog, error) { return load(files) })

func load(fsys fs.FS) (*Catalog, error) {
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list makers: %w", err)
	}
	c := &Catalog{signs: map[discovery.FactKey][]*Sign{}, names: map[string]string{}, canon: map[string]string{}}
	c.Makers = make([]Maker, len(names))
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for first := range runtime.GOMAXPROCS(0) { // a few hundred files: every core takes its share
		wg.Go(func() {
			for i := first; i < len(names); i += runtime.GOMAXPROCS(0) {
				c.Makers[i], errs[i] = read(fsys, names[i])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	order := 0
	for i := range c.Makers {
		m := &c.Makers[i]
		if m.Name != "" {
			c.names[strings.ToLower(m.Name)] = m.Name
		}
		for _, a := range m.Aliases {
			p, err := newPattern(`(?i)^(?:` + a + `)$`)
			if err != nil {
				return nil, fmt.Errorf("read maker %s: alias: %w", m.File, err)
			}
			c.aliases = append(c.aliases, alias{p, m.Name})
		}
		for j := range m.Signs {
			s := &m.Signs[j]
			order++
			s.Order = order
			c.signs[s.Fact] = append(c.signs[s.Fact], s)
		}
	}
	return c, nil
}

// read reads one file strictly: an unknown field is an error that names the line.
func read(fsys fs.FS, name string) (Maker, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return Maker{}, fmt.Errorf("read maker %s: %w", name, err)
	}
	defer func() { _ = f.Close() }()
	m := Maker{File: strings.TrimSuffix(name, ".toml")}
	if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(&m); err != nil {
		if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
			return Maker{}, fmt.Errorf("read maker %s: no such field:\n%s", name, strict.String())
		}
		if d, ok := errors.AsType[*toml.DecodeError](err); ok {
			return Maker{}, fmt.Errorf("read maker %s:\n%s", name, d.String())
		}
		return Maker{}, fmt.Errorf("read maker %s: %w", name, err)
	}
	if err := m.compile(); err != nil {
		return Maker{}, fmt.Errorf("read maker %s: %w", name, err)
	}
	return m, nil
}

func (m *Maker) compile() error {
	for i := range m.Signs {
		s := &m.Signs[i]
		var err error
		if s.Match, err = compile(s.Fact, s.Pattern); err != nil {
			return fmt.Errorf("sign %d: %w", i+1, err)
		}
		for j := range s.With {
			if s.With[j].Match, err = compile(s.With[j].Fact, s.With[j].Pattern); err != nil {
				return fmt.Errorf("sign %d, condition %d: %w", i+1, j+1, err)
			}
		}
		s.Vendor = m.Name
	}
	for i := range m.Logins {
		l := &m.Logins[i]
		if l.ID == "" || l.Realm == "" || l.Family == "" {
			return fmt.Errorf("login %d: an id, a realm and a family are needed", i+1)
		}
		re, err := regexp.Compile(l.Realm)
		if err != nil {
			return fmt.Errorf("login %s: %w", l.ID, err)
		}
		l.RealmMatch = re
	}
	return nil
}

func compile(fact discovery.FactKey, pattern string) (Pattern, error) {
	if fact == "" || pattern == "" {
		return Pattern{}, errors.New("a fact and a pattern are needed")
	}
	p, err := newPattern(pattern)
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern of %s: %w", fact, err)
	}
	return p, nil
}
