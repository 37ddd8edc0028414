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
	Aliases []string `toml:"aliases"`
	// Scheme is how the versions of its products mostly compare: checks/versions; "" if nobody knows.
	Scheme string `toml:"scheme"`
	Signs  []Sign `toml:"sign"`
	// Questions of the file of general signs need conditions of their own.
	Questions []Question `toml:"question"`
	Logins    []Login    `toml:"login"`
	Firmware  []Firmware `toml:"firmware"`
	Support   []Support  `toml:"support"`
	Revisions []Revision `toml:"revision"`
	About     About      `toml:"maker"`
	Menus     []Menu     `toml:"menu"`
	Opens     []Open     `toml:"open"`
	Streams   []Stream   `toml:"stream"`

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

// Hold reports whether facts fulfil all conditions.
func Hold(conditions []Condition, facts []discovery.Fact) bool {
	for _, c := range conditions {
		if !slices.ContainsFunc(facts, func(f discovery.Fact) bool {
			return f.Key == c.Fact && c.Match.Match(f.Value, strings.ToLower(f.Value)) != nil
		}) {
			return false
		}
	}
	return true
}

// A Question is one page that says more about products of a maker, such as their version, to
// everybody. Reading it changes nothing. It also stands in discovery/lan/requests.txt.
type Question struct {
	Path string `toml:"path"` // with its query
	Port uint16 `toml:"port"` // 0: where the product showed its first web page
	TLS  bool   `toml:"tls"`  // of Port
	// Kinds and With narrow down whom it is asked of; empty: every product of the maker.
	Kinds []discovery.Kind `toml:"kinds"`
	With  []Condition      `toml:"with"`
}

// A Catalog is all makers. It is safe for concurrent use.
type Catalog struct {
	Makers  []Maker
	signs   map[discovery.FactKey]*shelf
	places  map[discovery.FactKey][]Pattern // of signs and logins, for Excerpts
	aliases []alias
	names   map[string]string // brand in lower case -> brand

	firmware  table[*Firmware]
	support   table[*Support]
	revisions map[string][]*Revision // by the maker, as those below
	abouts    map[string]About
	schemes   map[string]string

	mu    sync.Mutex // guards canon
	canon map[string]string
}

// An alias is another name of a maker.
type alias struct {
	match  Pattern
	vendor string
}

// Candidates lists the signs that may match a fact: most that cannot are left out. lower is
// the value in lower case. Each comes once, in the
// order of the files.
func (c *Catalog) Candidates(key discovery.FactKey, lower string) []*Sign {
	s := c.signs[key]
	if s == nil {
		return nil
	}
	return s.candidates(lower)
}

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
// for key or the condition of a login looks for.
func (c *Catalog) Excerpts(key discovery.FactKey, text string) []string {
	var out []string
	lower := strings.ToLower(text)
	for _, p := range c.places[key] {
		if len(out) == maxExcerpts {
			break
		}
		if at := p.find(text, lower); at != nil {
			if found := discovery.Clean(text[at[0]:at[1]]); found != "" && !slices.Contains(out, found) {
				out = append(out, found)
			}
		}
	}
	return out
}

// QuestionsFor lists what a product of this vendor and kind, with these facts, may be asked.
func (c *Catalog) QuestionsFor(vendor string, kind discovery.Kind, facts []discovery.Fact) []Question {
	var out []Question
	for _, m := range c.Makers {
		if m.Name != "" && m.Name != vendor {
			continue
		}
		for _, q := range m.Questions {
			if (len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind)) && Hold(q.With, facts) {
				out = append(out, q)
			}
		}
	}
	return out
}

// All loads the catalogue in the program, once. It fails only if a file is broken, which
// a test excludes.
var All = sync.OnceValues(func() (*Catalog, error) { return load(files) })

func load(fsys fs.FS) (*Catalog, error) {
	names, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list makers: %w", err)
	}
	c := &Catalog{signs: map[discovery.FactKey]*shelf{}, places: map[discovery.FactKey][]Pattern{}, names: map[string]string{}, canon: map[string]string{}}
	c.revisions, c.abouts, c.schemes = map[string][]*Revision{}, map[string]About{}, map[string]string{}
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
		c.learn(m)
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
			if c.signs[s.Fact] == nil {
				c.signs[s.Fact] = &shelf{starts: map[start][]*Sign{}}
			}
			c.signs[s.Fact].put(s)
			c.places[s.Fact] = append(c.places[s.Fact], s.Match)
		}
		for _, l := range m.Logins {
			for _, w := range l.With {
				c.places[w.Fact] = append(c.places[w.Fact], w.Match)
			}
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
	if err := m.knowledge(); err != nil {
		return err
	}
	for i := range m.Menus {
		if err := m.Menus[i].compile(); err != nil {
			return fmt.Errorf("menu %d: %w", i+1, err)
		}
	}
	same := patterns{}
	for i := range m.Signs {
		s := &m.Signs[i]
		var err error
		if s.Match, err = same.compile(s.Fact, s.Pattern); err != nil {
			return fmt.Errorf("sign %d: %w", i+1, err)
		}
		if err := same.compileAll(s.With); err != nil {
			return fmt.Errorf("sign %d, %w", i+1, err)
		}
		s.Vendor = m.Name
	}
	for i := range m.Questions {
		q := &m.Questions[i]
		if !isPath(q.Path) {
			return fmt.Errorf("question %d: not a path: %q", i+1, q.Path)
		}
		if m.Name == "" && len(q.With) == 0 {
			return fmt.Errorf("question %d: a condition is needed: who is asked?", i+1)
		}
		if err := compileAll(q.With); err != nil {
			return fmt.Errorf("question %d, %w", i+1, err)
		}
	}
	for i := range m.Opens {
		if err := m.Opens[i].compile(m); err != nil {
			return fmt.Errorf("open %d: %w", i+1, err)
		}
	}
	for i := range m.Streams {
		if err := m.Streams[i].compile(); err != nil {
			return fmt.Errorf("stream %d: %w", i+1, err)
		}
	}
	for i := range m.Logins {
		l := &m.Logins[i]
		l.Vendor = m.Name
		if err := l.compile(); err != nil {
			return fmt.Errorf("login %d (%s): %w", i+1, l.ID, err)
		}
	}
	return nil
}

func compileAll(conditions []Condition) error { return patterns{}.compileAll(conditions) }

// patterns are those that were read before: many signs of a maker look for the same.
type patterns map[string]Pattern

func (p patterns) compileAll(conditions []Condition) (err error) {
	for i := range conditions {
		if conditions[i].Match, err = p.compile(conditions[i].Fact, conditions[i].Pattern); err != nil {
			return fmt.Errorf("condition %d: %w", i+1, err)
		}
	}
	return nil
}

func (p patterns) compile(fact discovery.FactKey, pattern string) (Pattern, error) {
	if known, ok := p[pattern]; ok && fact != "" {
		return known, nil
	}
	match, err := compile(fact, pattern)
	if err == nil {
		p[pattern] = match
	}
	return match, err
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
