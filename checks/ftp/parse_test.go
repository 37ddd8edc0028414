package ftp

import (
	"errors"
	"testing"

	"porchlight/discovery"
)

func TestAReplyEndsWhereItSays(t *testing.T) {
	for _, tt := range []struct {
		b     string
		code  int
		words string
		err   error
	}{
		{"220 (vsFTPd 3.0.3)\r\n", 220, "(vsFTPd 3.0.3)", nil},
		{"220\r\n", 220, "", nil},
		{"230-Hello\r\n 230 not yet\r\n230-nor here\r\n230 \x1b[31mnow\r\n", 230, "Hello", nil},
		{"230-Hello\r\n230 n", 0, "", errMore},
		{"23", 0, "", errMore},
		{"2300 x\r\n", 0, "", errOdd},
		{"999 x\r\n", 0, "", errOdd},
		{"SSH-2.0-x\r\n", 0, "", errOdd},
		{"\r\n220 x\r\n", 0, "", errOdd},
	} {
		code, words, err := parseReply([]byte(tt.b))
		if !errors.Is(err, tt.err) || (err == nil && (code != tt.code || words != tt.words)) {
			t.Errorf("%q: got %d %q, %v", tt.b, code, words, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("220 ready\r\n"))
	f.Add([]byte("230-a\r\nb\r\n230 c\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		code, words, err := parseReply(b)
		if err == nil && (code < 100 || code > 599 || words != discovery.Clean(words)) {
			t.Errorf("got %d %q", code, words)
		}
	})
}
