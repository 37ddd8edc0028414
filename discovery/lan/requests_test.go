package lan

import (
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"testing"
)

// A star stands for a whole word, for a whole part of a path, or round the name of a value.
func TestStarsAreWellFormed(t *testing.T) {
	values := regexp.MustCompile(`^[^*]*(?:\*[a-z]+\*[^*]*)*$`)
	for _, line := range Requests() {
		for word := range strings.SplitSeq(line, " ") {
			for part := range strings.SplitSeq(word, "/") {
				if part != "*" && !values.MatchString(part) {
					t.Errorf("%q in %s", part, line)
				}
			}
		}
		if transport, rest, _ := strings.Cut(line, " "); !Listed(transport, rest) {
			t.Errorf("not what it says itself: %s", line)
		}
	}
}

func TestOnlyListedRequestsLeave(t *testing.T) {
	for line, want := range map[string]bool{
		"tcp GET /": true, "tcp GET /igd.xml": false, "tcp GET /igd.xml (its own link)": true, "tcp GET / with a login": true, "tcp connect, read greeting": true,
		"udp mdns PTR _ipp._tcp.local": true, "tcp POST /ctl GetStatusInfo": true,
		"tcp POST /ctl AddPortMapping": false, "tcp POST /login": false, "tcp PUT /": false, "tcp DELETE /": false, "udp snmp SET": false,
		"tcp POST /check.php username=*user*&password=*password* with a login": true, "tcp POST /check.php with a login": false,
		"tcp GET": false, "tcp GET / with a shell": false, "tcp": false, "": false, "udp connect": false,
	} {
		transport, rest, _ := strings.Cut(line, " ")
		if got := Listed(transport, rest); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
	h := open()
	if _, err := h.Dial(t.Context(), netip.MustParseAddrPort("127.0.0.10:80"), Gentle, "reboot"); !errors.Is(err, ErrNotListed) {
		t.Errorf("got %v, want %v", err, ErrNotListed)
	}
	err := h.Ask(t.Context(), Question{To: netip.MustParseAddrPort("239.255.255.250:1900"), Line: "ssdp NOTIFY"}, nil)
	if !errors.Is(err, ErrNotListed) {
		t.Errorf("got %v, want %v", err, ErrNotListed)
	}
}
