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
	var c *Catalog
	took := time.Hour
	for range 10 { // the best of ten: other work on the machine is not ours
		start := time.Now()
		var err error
		if c, err = load(files); err != nil {
			t.Fatal(err)
		}
		took = min(took, time.Since(start))
	}
	if took > 50*time.Millisecond*slower {
		t.Errorf("loading took %v", took)
	}
	families := map[string]bool{}
	for _, m := range c.Makers {
		for _, s := range m.Signs {
			s.Match.find("", "") // compiles if nothing is missing
			families[s.Family] = true
			if s.Kind != "" && !slices.Contains(discovery.Kinds(), s.Kind) {
				t.Errorf("%s: no such kind: %q", m.Name, s.Kind)
			}
			for _, g := range s.Match.Groups() {
				if g != "" && !slices.Contains([]string{"vendor", "model", "firmware", "name", "kind"}, g) {
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
	line := map[string]string{"unknown field": "colour", "wrong type": "1| name", "no TOML": "1| name"}
	for name, content := range map[string]string{
		"unknown field": "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"b\"\ncolour = \"red\"\n",
		"no pattern":    "name = \"X\"\n[[sign]]\nfact = \"a\"\n",
		"bad pattern":   "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"(\"\n",
		"look-ahead":    "name = \"X\"\n[[sign]]\nfact = \"a\"\npattern = \"a(?!b)\"\n",
		"no TOML":       "name = \n",
		"wrong type":    "name = 7\n",
		"login anyone":  "name = \"X\"\n[[login]]\nid = \"1\"\nfamily = \"x\"\n",
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte(content)}})
		if err == nil || !strings.Contains(err.Error(), "x.toml") || (line[name] != "" && !strings.Contains(err.Error(), line[name])) {
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
