package ssh

import (
	"testing"

	"porchlight/discovery"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte("SSH-2.0-dropbear_2020.81\r\n"))
	f.Add([]byte("hello\nSSH-1.99-x\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if words, err := parseGreeting(b); words != discovery.Clean(words) || (err != nil && words != "") {
			t.Errorf("got %q, %v", words, err)
		}
	})
}
