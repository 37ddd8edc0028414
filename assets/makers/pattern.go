package makers

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Pattern is a regular expression that is only run, and only compiled, on texts that hold
// one of the literals that a match must hold. Most signs read facts of another maker; that costs
// nearly nothing then.
type Pattern struct {
	literals []string // in lower case: every match holds one of them; none says nothing
	re       func() *regexp.Regexp
}

// newPattern checks that s is a regular expression and finds its literals.
func newPattern(s string) (Pattern, error) {
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return Pattern{}, fmt.Errorf("parse %q: %w", s, err)
	}
	return Pattern{
		literals: required(parsed),
		re:       sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) }), // what parses compiles
	}, nil
}

// Match gives the groups of the first match, by their names; nil if there is none. lower is
// text in lower case.
func (p Pattern) Match(text, lower string) []string {
	if p.re == nil || !p.possible(lower) {
		return nil
	}
	return p.re().FindStringSubmatch(text)
}

// Fits reports whether a text matches. A zero Pattern asks for nothing: every text does.
func (p Pattern) Fits(text string) bool {
	return p.re == nil || p.Match(text, strings.ToLower(text)) != nil
}

// possible reports whether a text can match at all.
func (p Pattern) possible(lower string) bool {
	return len(p.literals) == 0 || slices.ContainsFunc(p.literals, func(l string) bool { return strings.Contains(lower, l) })
}

// Groups names the groups, as regexp.SubexpNames does.
func (p Pattern) Groups() []string {
	if p.re == nil {
		return nil
	}
	return p.re().SubexpNames()
}

// find gives where the first match is; nil if there is none.
func (p Pattern) find(text, lower string) []int {
	if !p.possible(lower) {
		return nil
	}
	return p.re().FindStringIndex(text)
}

// maxLiterals is how many alternatives are worth looking for one by one.
const maxLiterals = 24

// required gives literals in lower case of which every match holds at least one; nil if
// there are none. Letters outside ASCII are left out: their lower case may have another length.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		s := strings.ToLower(string(re.Rune))
		if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return nil
		}
		return []string{s}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if l := required(sub); shortest(l) > shortest(best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			l := required(sub)
			if l == nil || len(all)+len(l) > maxLiterals {
				return nil
			}
			all = append(all, l...)
		}
		return all
	default:
	}
	return nil
}

// shortest gives the length of the shortest literal, by which a set is judged; 0 for none.
func shortest(literals []string) int {
	if len(literals) == 0 {
		return 0
	}
	return len(slices.MinFunc(literals, func(a, b string) int { return cmp.Compare(len(a), len(b)) }))
}
