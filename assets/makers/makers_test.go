package makers

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"porchlight/discovery"
)

func TestTheCatalogueIsWholeAndQuick(t *testing.T) {
	start := time.Now()
	c, err := load(files)
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if took > 50*time.Millisecond {
		t.Errorf("loading took %v", took)
	}
	families := map[string]bool{}
	for _, m := range c.Makers {
		for _, s := range m.Signs {
			families[s.Family] = true
			if s.Kind != "" && !slices.Contains(discovery.Kinds(), s.Kind) {
				t.Errorf("%s: no such kind: %q", m.Name, s.Kind)
			}
			for _, g := range s.Match.SubexpNames() {
				if g != "" && !slices.Contains([]string{"vendor", "model", "firmware", "name"}, g) {
					t.Errorf("%s: no such group: %q", m.Name, g)
				}
			}
		}
	}
	for _, m := range c.Makers {
		for _, l := range m.Logins {
			if !families[l.Family] || l.Source == "" || l.Path == "" || !strings.HasPrefix(l.Realm, "^") {
				t.Errorf("%s: login %s: a known family, a source, a path and the begin of a realm are needed", m.Name, l.ID)
			}
		}
		for _, f := range m.Firmware {
			if !families[f.Family] || f.Source == "" || f.Safe == "" {
				t.Errorf("%s: firmware of %q: a known family, a source and a version are needed", m.Name, f.Family)
			}
		}
	}
}

func TestABrokenFileIsNamed(t *testing.T) {
	for name, content := range map[string]string{
		"unknown field": "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"b\"\ncolour = \"red\"\n",
		"no pattern":    "name = \"X\"\n[[sign]]\nfact = \"a\"\n",
		"bad pattern":   "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"(\"\n",
		"look-ahead":    "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"a(?!b)\"\n",
		"no TOML":       "name = \n",
		"login anyone":  "name = \"X\"\n[[login]]\nid = \"1\"\nfamily = \"x\"\n",
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte(content)}})
		if err == nil || !strings.Contains(err.Error(), "x.toml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(files); err != nil {
			b.Fatal(err)
		}
	}
}
