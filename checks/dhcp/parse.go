package dhcp

import (
	"errors"
	"net/netip"
)

// errOdd means that an answer breaks the rules of DHCP.
var errOdd = errors.New("breaks the rules of DHCP")

// The form of a DHCP message (RFC 2131, section 2) and the options that matter (RFC 2132, sections 3.5,
// 9.6 and 9.7).
const (
	header = 236
	cookie = "\x63\x82\x53\x63"

	optionPad    = 0
	optionRouter = 3
	optionType   = 53
	optionServer = 54
	optionEnd    = 255

	typeOffer = 2
)

// An offer is what one server would hand out.
type offer struct {
	server netip.Addr // who offers it
	router netip.Addr // the way out of the home that it names; zero if it names none
}

// parseOffer reads a DHCPOFFER.
func parseOffer(b []byte) (offer, error) {
	if len(b) < header+len(cookie) || string(b[header:header+len(cookie)]) != cookie {
		return offer{}, errOdd
	}
	var o offer
	kind := byte(0)
	for b = b[header+len(cookie):]; len(b) > 0 && b[0] != optionEnd; {
		if b[0] == optionPad {
			b = b[1:]
			continue
		}
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return offer{}, errOdd
		}
		option, value := b[0], b[2:2+int(b[1])]
		b = b[2+len(value):]
		switch {
		case option == optionType && len(value) == 1:
			kind = value[0]
		case option == optionServer && len(value) == 4:
			o.server = netip.AddrFrom4([4]byte(value))
		case option == optionRouter && len(value) >= 4:
			o.router = netip.AddrFrom4([4]byte(value))
		}
	}
	if kind != typeOffer || !o.server.IsValid() {
		return offer{}, errOdd
	}
	return o, nil
}
