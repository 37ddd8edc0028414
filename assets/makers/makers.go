// Package makers is the catalogue of makers and their products: how they announce
// themselves and what is known about them. It is data in <maker>.toml files that anyone
// can extend without Go; their fields are the structs below. A fact that is not sure says
// so, and may then only ever be shown as "may".
package makers

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"sync"

	"github.com/BurntSushi/toml"

	"porchlight/discovery"
)

//go:embed *.toml
var files embed.FS

// A Maker is one file.
type Maker struct {
	Name     string     `toml:"name"` // common brand; "" for the file of general signs
	Signs    []Sign     `toml:"sign"`
	Logins   []Login    `toml:"login"`
	Firmware []Firmware `toml:"firmware"`
}

// A Sign is one way in which products announce themselves.
type Sign struct {
	Fact discovery.FactKey `toml:"fact"` // the fact that is read
	// Pattern is RE2. Its groups vendor, model, firmware and name, where they are, give the
	// fields; without a group the sign gives what stands below.
	Pattern string         `toml:"pattern"`
	Kind    discovery.Kind `toml:"kind"`
	Model   string         `toml:"model"`
	Family  string         `toml:"family"` // names a product line for logins and firmware
	// Likely marks a sign that others may give too.
	Likely bool `toml:"likely"`

	Order  int            `toml:"-"` // place in the catalogue: of equal signs the first counts
	Vendor string         `toml:"-"` // the maker's name
	Match  *regexp.Regexp `toml:"-"`
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

// A Catalog is all makers.
type Catalog struct {
	Makers []Maker
	signs  map[discovery.FactKey][]*Sign
}

// SignsFor lists the signs that read one fact, in the order of the files. The slice is shared: do
// not change it.
func (c *Catalog) SignsFor(key discovery.FactKey) []*Sign { return c.signs[key] }

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
	c := &Catalog{signs: map[discovery.FactKey][]*Sign{}}
	for _, name := range names {
		var m Maker
		md, err := toml.DecodeFS(fsys, name, &m)
		if err != nil {
			return nil, fmt.Errorf("read maker %s: %w", name, err)
		}
		if extra := md.Undecoded(); len(extra) > 0 {
			return nil, fmt.Errorf("read maker %s: no such field: %s", name, extra[0])
		}
		if err := m.compile(); err != nil {
			return nil, fmt.Errorf("read maker %s: %w", name, err)
		}
		c.Makers = append(c.Makers, m)
	}
	order := 0
	for i := range c.Makers {
		for j := range c.Makers[i].Signs {
			s := &c.Makers[i].Signs[j]
			order++
			s.Order = order
			c.signs[s.Fact] = append(c.signs[s.Fact], s)
		}
	}
	return c, nil
}

func (m *Maker) compile() error {
	for i := range m.Signs {
		s := &m.Signs[i]
		if s.Fact == "" || s.Pattern == "" {
			return fmt.Errorf("sign %d: a fact and a pattern are needed", i+1)
		}
		re, err := regexp.Compile(s.Pattern)
		if err != nil {
			return fmt.Errorf("sign %d (%s): %w", i+1, s.Fact, err)
		}
		s.Match, s.Vendor = re, m.Name
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
