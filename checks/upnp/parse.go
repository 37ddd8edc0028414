package upnp

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of NAT-PMP and PCP")

// Both protocols live at one port and begin alike: version, opcode, and where the result stands.
const (
	versionNATPMP = 0
	versionPCP    = 2
	isAnswer      = 0x80 // added to the opcode of the request, which is 0 for both of ours

	bytesNATPMP = 12 // RFC 6886, section 3.2
	bytesRefuse = 8  // RFC 6886, section 3.5: what an error has at least
	bytesPCP    = 24 // RFC 6887, section 7.2

	resultOK      = 0
	resultVersion = 1 // in both: that version is not spoken
	resultRefused = 2 // in both: the owner has switched it off
)

// An answer is what a router says at the port of NAT-PMP and PCP.
type answer struct {
	version  byte
	result   uint16
	external netip.Addr // the router's address on the internet; NAT-PMP only
}

// on reports whether programs may ask the router there to open doors.
func (a answer) on() bool { return a.result != resultVersion && a.result != resultRefused }

// parseAnswer reads the answer to opcode 0 of either protocol.
func parseAnswer(b []byte) (answer, error) {
	if len(b) < bytesRefuse || b[1] != isAnswer {
		return answer{}, errOdd
	}
	a := answer{version: b[0]}
	switch {
	case a.version == versionNATPMP:
		a.result = binary.BigEndian.Uint16(b[2:])
		if a.result != resultOK {
			return a, nil
		}
		if len(b) < bytesNATPMP {
			return answer{}, errOdd
		}
		a.external = netip.AddrFrom4([4]byte(b[8:12]))
	case len(b) < bytesPCP:
		return answer{}, errOdd
	default:
		a.result = uint16(b[3])
	}
	return a, nil
}
