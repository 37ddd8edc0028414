package makers

import (
	"slices"
	"testing"

	"porchlight/checks/versions"
)

func TestVersionsInRowsCanBeCompared(t *testing.T) {
	c, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Makers {
		readable(t, m.Name, m.Scheme)
		for _, f := range m.Firmware {
			readable(t, m.Name, f.Scheme, f.From, f.Safe, f.Until, f.Newest)
			for _, v := range []string{f.Safe, f.Newest} {
				if versions.Beta(versions.Scheme(f.Scheme), v) {
					t.Errorf("%s: %q is a test version: nobody can be told to have it", m.Name, v)
				}
			}
		}
		for _, s := range m.Support {
			readable(t, m.Name, s.Scheme, s.From, s.Below)
		}
	}
}

// readable checks that a scheme is known and can read the versions of a row.
func readable(t *testing.T, maker, scheme string, row ...string) {
	t.Helper()
	s := versions.Scheme(scheme)
	if scheme != "" && !slices.Contains(versions.Schemes(), s) {
		t.Errorf("%s: no such scheme: %q", maker, scheme)
	}
	for _, v := range row {
		if _, ok := versions.Compare(s, v, v); v != "" && !ok {
			t.Errorf("%s: %q is no version of scheme %q", maker, v, scheme)
		}
	}
}
