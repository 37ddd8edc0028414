package ftp

import (
	"bytes"
	"errors"
	"fmt"

	"porchlight/discovery"
)

// maxReply is the longest reply that is read, in bytes. Some greet with a page of rules.
const maxReply = 8 << 10

var (
	errMore = errors.New("the reply goes on")
	errOdd  = errors.New("breaks the rules of FTP")
)

// parseReply reads one reply: three digits and a text; with a hyphen after the digits it goes on
// until a line that begins with the same digits and a space (RFC 959, section 4.2). words is
// its first line, without the digits. errMore means that it has not come in full.
func parseReply(b []byte) (code int, words string, err error) {
	for first := true; ; first = false {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		if !ok {
			return 0, "", errMore
		}
		n, more, ok := digits(line)
		switch {
		case first && !ok:
			return 0, "", fmt.Errorf("reply %q: %w", line[:min(len(line), 16)], errOdd)
		case first:
			code, words = n, discovery.Clean(string(line[min(len(line), 4):]))
			if !more {
				return code, words, nil
			}
		case ok && n == code && !more:
			return code, words, nil
		}
		b = rest
	}
}

// digits reads the beginning of a line: 100 to 599, and whether more lines follow.
func digits(line []byte) (code int, more, ok bool) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) < 3 || (len(line) > 3 && line[3] != ' ' && line[3] != '-') {
		return 0, false, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = 10*code + int(c-'0')
	}
	return code, len(line) > 3 && line[3] == '-', code >= 100 && code < 600
}
