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
func Listed(transport, line string) bool {
	words := strings.Split(transport+" "+line, " ")
	for _, pattern := range patterns() {
		if fits(pattern, words) {
			return true
		}
	}
	return false
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
		if want[i] != got[i] && (want[i] != "*" || got[i] == "") {
			return false
		}
	}
	return true
}
