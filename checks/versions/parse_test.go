package versions

import (
	"slices"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	all := Schemes()
	for _, l := range slices.Concat(lines, shaped) {
		v := l.versions()
		f.Add(uint8(slices.Index(all, l.scheme)), v[0], v[len(v)/2], v[len(v)-1])
	}
	f.Add(uint8(0), "", "1.2.3-rc.01", "V5.5.800 build 999999")
	f.Fuzz(func(t *testing.T, n uint8, a, b, c string) {
		s := all[int(n)%len(all)]
		v := [3]string{a, b, c}
		for _, i := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			a, b, c := v[i[0]], v[i[1]], v[i[2]]
			transitive(t, s, [3]string{a, b, c}, ask(t, s, a, b), ask(t, s, b, c), ask(t, s, a, c))
		}
		for _, v := range v {
			if at, ok := Date(s, v); ok && (at.Year() < 2000 || at.Year() > 2099) {
				t.Errorf("%s: %q was built in %d", s, v, at.Year())
			}
		}
	})
}

// roles are those that the comment of form explains.
var roles = []string{roleSame, roleNum, roleFull, roleLetter, roleDate, roleAge, roleTail, roleSemver, rolePre}

func TestFormsOfOneTrainHaveTheSameParts(t *testing.T) {
	for s, list := range schemes {
		trains := map[string]string{}
		for _, f := range list() {
			var parts []string
			for _, name := range f.names {
				role, layout, _ := strings.Cut(name, "_")
				role = strings.TrimRight(role, "0123456789")
				switch {
				case role == "":
				case !slices.Contains(roles, role):
					t.Errorf("%s: no such role: %q", s, name)
				case (role == roleDate || role == roleAge) == (layout == ""):
					t.Errorf("%s: %q: a date, and nothing else, has a layout", s, name)
				case role == roleSame || role == roleAge || role == rolePre:
				case role == roleDate && len(parts) > 0 && parts[len(parts)-1] == roleDate:
				default:
					parts = append(parts, role)
				}
			}
			train := f.train
			if f.beta {
				train += " (beta)"
			}
			got := strings.Join(parts, " ")
			if other, ok := trains[train]; ok && other != got {
				t.Errorf("%s, train %q: one form has %q, another %q", s, train, other, got)
			}
			trains[train] = got
		}
	}
}

func TestNamesOfSchemesAreLowerCaseWords(t *testing.T) {
	for _, s := range Schemes() {
		if strings.Trim(string(s), "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("%q", s)
		}
	}
}
