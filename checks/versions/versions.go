// Package versions compares the versions of firmware as their makers count them. It does no
// I/O.
//
// What cannot be compared is an answer of its own: neither "older" nor "fine". That is so for
// versions of another shape, of another train (another model, customer, channel or generation
// that counts for itself), where the part that decides is missing, and between a test version
// and a release: what a test version lacks of a later release nobody can tell from its number.
//
// For what can be compared the order is a consistent one: equal to itself, the same from both
// sides, and transitive.
package versions

import (
	"maps"
	"slices"
	"time"
)

// A Scheme names the way in which a product line counts its versions, such as "netgear".
// Schemes lists them.
type Scheme string

// Schemes lists the names that the firmware rows of maker files may use.
func Schemes() []Scheme { return slices.Sorted(maps.Keys(schemes)) }

// Compare tells whether version a is older (-1), the same (0) or newer (1) than b. false means
// that they cannot be compared.
func Compare(s Scheme, a, b string) (order int, ok bool) {
	x, okX := parse(s, a)
	y, okY := parse(s, b)
	if !okX || !okY {
		return 0, false
	}
	return x.compare(y)
}

// Date gives the day on which a version was built, if it says so.
func Date(s Scheme, version string) (time.Time, bool) {
	v, ok := parse(s, version)
	return v.built, ok && !v.built.IsZero()
}

// Beta reports whether a version surely is a test version: FRITZ!OS Labor, a release
// candidate, the testing channel of RouterOS. Such a version is only compared with others of
// its kind.
func Beta(s Scheme, version string) bool {
	v, ok := parse(s, version)
	return ok && v.beta
}
