package assets

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEveryModuleHasItsLicence(t *testing.T) {
	raw, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range Parts() {
		if len(p.License) < 60 {
			t.Errorf("the licence of %s is %q", p.Name, p.License)
		}
		name, _, _ := strings.Cut(p.Name, " ")
		known[name] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(raw), -1) {
		if m[1] != "github.com/google/go-cmp" && !known[m[1]] { // only tests use it
			t.Errorf("%s has no licence in assets/licenses.txt: run make licenses", m[1])
		}
	}
	for _, other := range []string{"Go", "SQLite"} {
		if !known[other] {
			t.Errorf("no licence of %s", other)
		}
	}
}
