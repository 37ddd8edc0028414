package adb

import (
	"testing"

	"porchlight/discovery"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(message("CNXN", 0x01000000, identity)))
	f.Add([]byte(message("AUTH", 1, "01234567890123456789")))
	f.Add([]byte(message("STLS", 0x01000000, "")))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := min(len(b), headerBytes)
		h, err := parseHeader(b[:n])
		if err != nil {
			return
		}
		a, err := parsePayload(h, b[n:])
		if err != nil {
			return
		}
		if a.model != discovery.Clean(a.model) || (a.asks && a.android) {
			t.Errorf("got %+v", a)
		}
	})
}
