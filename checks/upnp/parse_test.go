package upnp

import (
	"net/netip"
	"strings"
	"testing"
)

// zeros end an answer of PCP: lifetime, epoch and what is reserved (RFC 6887, section 7.2).
var zeros = strings.Repeat("\x00", 20)

var answers = []struct {
	name, in string
	on, odd  bool
	external string
}{
	{name: "NAT-PMP", in: "\x00\x80\x00\x00\x00\x00\x0e\x10\xcb\x00\x71\x4d", on: true, external: "203.0.113.77"},
	{name: "NAT-PMP, no internet", in: "\x00\x80\x00\x03\x00\x00\x0e\x10\x00\x00\x00\x00", on: true},
	{name: "NAT-PMP, switched off", in: "\x00\x80\x00\x02\x00\x00\x0e\x10\x00\x00\x00\x00"},
	{name: "NAT-PMP does not know the version", in: "\x00\x80\x00\x01\x00\x00\x0e\x10"},
	{name: "PCP", in: "\x02\x80\x00\x00" + zeros, on: true},
	{name: "PCP, address does not fit", in: "\x02\x80\x00\x0c" + zeros, on: true},
	{name: "PCP, switched off", in: "\x02\x80\x00\x02" + zeros},
	{name: "PCP does not know the version", in: "\x02\x80\x00\x01" + zeros},
	{name: "empty", odd: true},
	{name: "the question itself", in: askNATPMP, odd: true},
	{name: "the other question itself", in: askPCP, odd: true},
	{name: "cut off", in: "\x00\x80\x00\x00\x00\x00\x0e\x10\xcb\x00", odd: true},
	{name: "PCP cut off", in: "\x02\x80\x00\x00\x00\x00\x00\x00", odd: true},
	{name: "of a door that was opened", in: "\x00\x81\x00\x00\x00\x00\x0e\x10\x00\x50\x00\x50\x00\x00\x0e\x10", odd: true},
	{name: "text", in: "\x1b[31mHTTP/1.1 200 OK", odd: true},
}

func TestAnswersOfRoutersAreRead(t *testing.T) {
	for _, tt := range answers {
		got, err := parseAnswer([]byte(tt.in))
		if (err != nil) != tt.odd || (err == nil && got.on() != tt.on) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
		if tt.external != "" && got.external != netip.MustParseAddr(tt.external) {
			t.Errorf("%s: got address %v", tt.name, got.external)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range answers {
		f.Add([]byte(tt.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseAnswer(b)
		if err != nil && a != (answer{}) {
			t.Errorf("an error with %+v", a)
		}
	})
}
