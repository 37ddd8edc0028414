package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatSecurityNamesIsTested shows that each test that SECURITY.md names exists, and that each threat
// names some.
func TestWhatSecurityNamesIsTested(t *testing.T) {
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir(".", func(p string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		b, err := os.ReadFile(p)
		for _, m := range declared.FindAllStringSubmatch(string(b), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(b), -1) {
		if !tests[m[1]] {
			t.Errorf("SECURITY.md names %s, which there is not", m[1])
		}
	}
	for _, threat := range []string{"A hostile device", "A hostile neighbour on the Wi-Fi", "Somebody on the internet", "A hostile file", "A curious other user of the computer", "Bad luck"} {
		_, rest, ok := strings.Cut(string(b), "\n**"+threat+"**")
		about, _, _ := strings.Cut(rest, "\n\n")
		if !ok || !strings.Contains(about, "- Shown by: `Test") {
			t.Errorf("SECURITY.md shows no test for: %s", threat)
		}
	}
}
