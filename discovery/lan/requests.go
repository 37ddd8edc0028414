package lan

import (
	_ "embed"
	"errors"
	"strings"
	"sync"
)

// ErrNotListed means that a request is not in requests.txt.
var ErrNotListed = errors.New("not a request that may be sent")

//go:embed requests.txt
var requestsFile string

// Requests gives the patterns of requests.txt. The slice is shared: do not change it.
var Requests = sync.OnceValue(func() []string {
	var out []string
	for line := range strings.Lines(requestsFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
})

// patterns are Requests by their words.
var patterns = sync.OnceValue(func() [][]string {
	var out [][]string
	for _, line := range Requests() {
		out = append(out, strings.Split(line, " "))
	}
	return out
})

// Listed reports whether a request may be sent, by its transport and its line in the ledger.
func Listed(transport, line string) bool { return ListedAs(transport, line) != "" }

// ListedAs gives the line of requests.txt that lets a request leave; "" if there is none.
func ListedAs(transport, line string) string {
	words := strings.Split(transport+" "+line, " ")
	for i, pattern := range patterns() {
		if fits(pattern, words) {
			return Requests()[i]
		}
	}
	return ""
}

func fits(pattern, words []string) bool {
	if len(pattern) != len(words) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != words[i] && !fitsPath(p, words[i]) {
			return false
		}
	}
	return true
}

// fitsPath compares a path with a pattern in which a whole part may be "*": some products put
// the name of a session there.
func fitsPath(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		whole := want[i] == "*" && got[i] != "" && !strings.Contains(got[i], "?") // no query begins in it
		if !whole && !fitsPart(want[i], got[i]) {
			return false
		}
	}
	return true
}

// valueBytes are what a value may consist of: letters, digits and what the escaping of a form
// leaves or makes (net/url, QueryEscape). None of them ends the field in which a value stands.
const valueBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+._~-"

// fitsPart compares a part of a path, a query or a body with a pattern in which a word between
// two stars, such as *password*, stands for a value.
func fitsPart(pattern, part string) bool {
	before, rest, named := strings.Cut(pattern, "*")
	if !named {
		return pattern == part
	}
	_, rest, named = strings.Cut(rest, "*")
	part, begins := strings.CutPrefix(part, before)
	return named && begins && fitsPart(rest, strings.TrimLeft(part, valueBytes))
}
