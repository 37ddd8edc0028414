package lan

import (
	_ "embed"
	"errors"
	"path"
	"strings"
	"sync"
)

// ErrNotListed means that a request is not in requests.txt.
var ErrNotListed = errors.New("not a request that may be sent")

//go:embed requests.txt
var requestsFile string

// requests are the patterns of requests.txt.
var requests = sync.OnceValue(func() []string {
	var out []string
	for line := range strings.Lines(requestsFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
})

// Listed reports whether a request may be sent, by its transport and its line in the ledger.
func Listed(transport, line string) bool {
	words := strings.Split(transport+" "+line, " ")
	for _, pattern := range requests() {
		if fits(strings.Split(pattern, " "), words) {
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
		if p == "*" {
			continue
		}
		if ok, err := path.Match(p, words[i]); err != nil || !ok {
			return false
		}
	}
	return true
}
