package assets

import (
	_ "embed" // for the licences
	"strings"
)

// licenses holds all licences. Each part begins with a line "==== name"; packaging/licenses.sh writes it.
//
//go:embed licenses.txt
var licenses string

// A Part is something in the program that others made.
type Part struct{ Name, License string }

// Parts lists what others made, with the licence of each.
func Parts() []Part {
	var out []Part
	for _, part := range strings.Split("\n"+licenses, "\n==== ")[1:] {
		name, license, _ := strings.Cut(part, "\n")
		out = append(out, Part{name, strings.TrimSpace(license)})
	}
	return out
}
