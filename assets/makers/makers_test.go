package makers

import (
	"crypto/sha256"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"porchlight/discovery"
)

func TestTheCatalogueIsWholeAndQuick(t *testing.T) {
	var c *Catalog
	// The best of ten: other work on the machine is not ours. What is left of it slows down a fixed
	// work beside it just as much.
	const promised, calm = 50 * time.Millisecond, 9 * time.Millisecond // fixed work on two free cores
	took, beside := time.Hour, time.Hour
	for range 10 {
		start := time.Now()
		var err error
		if c, err = load(files); err != nil {
			t.Fatal(err)
		}
		took = min(took, time.Since(start))
		beside = min(beside, fixedWork())
	}
	t.Logf("loading took %v, the fixed work beside it %v", took, beside)
	if limit := promised * slower * max(beside, calm) / calm; took > limit {
		t.Errorf("loading took %v, want at most %v", took, limit)
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
			if l.Family != "" && !families[l.Family] {
				t.Errorf("%s: login %s: no sign gives the family %q", m.Name, l.ID, l.Family)
			}
		}
		for _, f := range m.Firmware {
			if !families[f.Family] {
				t.Errorf("%s: firmware: no sign gives the family %q", m.Name, f.Family)
			}
		}
	}
}

// fixedWork keeps every core busy with the same as ever, and says how long it took.
func fixedWork() time.Duration {
	start := time.Now()
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			b := make([]byte, 4<<20)
			for range 2 {
				sum := sha256.Sum256(b)
				copy(b, sum[:])
			}
		})
	}
	wg.Wait()
	return time.Since(start)
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
