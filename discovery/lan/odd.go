package lan

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"porchlight/discovery"
)

// What is cut off or refused here is noted in the ledger of the device, as a discovery.Oddity.

const (
	// maxBroken is how often a device may break off or fall silent before it is odd: a few doors of
	// good devices speak a language that is not ours, and wait for it.
	maxBroken = 4
	// floodFactor times the answers that are listened to are a flood: some devices have forty services.
	floodFactor = 4
)

// odd notes how a device behaved oddly.
func (l *lane) odd(o discovery.Oddity) {
	if o == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.traffic.Add(discovery.Traffic{Odd: []discovery.Oddity{o}})
}

// brokeOff counts conversations that a device ended without a word.
func (l *lane) brokeOff() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken++; l.broken == maxBroken {
		l.traffic.Add(discovery.Traffic{Odd: []discovery.Oddity{discovery.OddBreaksOff}})
	}
}

// oddOf tells what is odd about an error of the libraries that speak HTTP and TLS; "" if nothing is.
// They have no types for these.
func oddOf(err error) discovery.Oddity {
	switch said := err.Error(); {
	case strings.Contains(said, "server response headers exceeded"), strings.Contains(said, "exceeds maximum"):
		return discovery.OddTooMuch
	case strings.Contains(said, "malformed HTTP"), strings.Contains(said, "malformed MIME"), strings.Contains(said, "too many 1xx"):
		return discovery.OddNonsense
	}
	return ""
}

// Away reports whether a link of a device leads where no device sends anybody for a good reason: to
// another IPv4 address, to the reader's own computer, to a door that prints what it hears, with a login,
// or to something that is no web page. A name is none of these: many routers send people to one of
// their own.
func Away(link *url.URL, a netip.Addr) bool {
	port, _ := strconv.ParseUint(link.Port(), 10, 16)
	if (link.Scheme != "http" && link.Scheme != "https") || link.User != nil || (link.Port() != "" && forbidden(uint16(port))) {
		return true
	}
	host := strings.ToLower(link.Hostname())
	to, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	to = to.Unmap()
	return to.IsLoopback() && !a.IsLoopback() || to.Is4() && to != a.Unmap()
}

// timedOut reports whether an error means that nothing came in time.
func timedOut(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}
