package netbios

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"porchlight/discovery"
)

// Facts of this prober.
const (
	factName      discovery.FactKey = "netbios.name"      // of the computer
	factServer    discovery.FactKey = "netbios.server"    // under which it shares files
	factWorkgroup discovery.FactKey = "netbios.workgroup" // or domain
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of NetBIOS")

const (
	headerBytes = 12 // RFC 1002, section 4.2.1.1
	nameBytes   = 34 // an encoded name: its length, 32 letters, and the end (section 4.1)
	entryBytes  = 18 // one name of the list: 15 bytes, the suffix, two bytes of flags
	maxNames    = 64 // a domain controller has about 20

	typeStatus    = 0x21   // NBSTAT
	classInternet = 1      // IN
	flagResponse  = 0x8000 // of the header
	flagGroup     = 0x8000 // of a name
	pointer       = 0xc0   // begins a name that stands elsewhere
)

// encodedAny is the name "*" and fifteen zeros as the protocol writes it: two letters for
// each byte (RFC 1001, section 14.1).
const encodedAny = "\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00"

// question writes a node status request (RFC 1002, section 4.2.17): 50 bytes.
func question(id uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) // no flags, one question
	b = append(b, encodedAny...)
	return append(b, 0, typeStatus, 0, classInternet)
}

// A status is what a device says of itself.
type status struct {
	facts []discovery.Fact
	mac   discovery.MAC // zero if it tells none: Samba does not
}

// Suffixes tell what a name is for (Microsoft's list for NetBIOS over TCP/IP). The names of
// people, suffix 03, are not kept.
const (
	suffixWorkstation = 0x00
	suffixServer      = 0x20
)

// parseStatus reads a node status response (RFC 1002, section 4.2.18) to question id.
func parseStatus(b []byte, id uint16) (status, error) {
	if len(b) < headerBytes {
		return status{}, fmt.Errorf("%d bytes: %w", len(b), errOdd)
	}
	flags, answers := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[6:])
	if binary.BigEndian.Uint16(b) != id || flags&flagResponse == 0 || flags&0x000f != 0 || answers == 0 {
		return status{}, fmt.Errorf("no answer to the question: %w", errOdd)
	}
	rest := b[headerBytes:]
	if questions := binary.BigEndian.Uint16(b[4:]); questions == 1 && len(rest) > nameBytes+4 { // some repeat it
		rest = rest[nameBytes+4:]
	}
	switch {
	case len(rest) > 2 && rest[0]&pointer == pointer:
		rest = rest[2:]
	case len(rest) > nameBytes && rest[0] == 0x20 && rest[nameBytes-1] == 0:
		rest = rest[nameBytes:]
	default:
		return status{}, fmt.Errorf("no name in the answer: %w", errOdd)
	}
	const fixed = 11 // type, class, four bytes of time to live, length, number of names
	if len(rest) < fixed || binary.BigEndian.Uint16(rest) != typeStatus || binary.BigEndian.Uint16(rest[2:]) != classInternet {
		return status{}, fmt.Errorf("no status in the answer: %w", errOdd)
	}
	length, n := int(binary.BigEndian.Uint16(rest[8:])), int(rest[10])
	data := rest[fixed-1:]
	if length > len(data) {
		return status{}, fmt.Errorf("status of %d bytes in %d left: %w", length, len(data), errOdd)
	}
	data = data[:length]
	if n > maxNames || 1+n*entryBytes > len(data) {
		return status{}, fmt.Errorf("%d names in %d bytes: %w", n, len(data), errOdd)
	}
	var s status
	seen := map[discovery.FactKey]bool{}
	for entry := range slices.Chunk(data[1:1+n*entryBytes], entryBytes) {
		key, value := name(entry)
		if key == "" || value == "" || seen[key] {
			continue
		}
		seen[key] = true
		s.facts = append(s.facts, discovery.Fact{Key: key, Value: value})
	}
	if unit := data[1+n*entryBytes:]; len(unit) >= len(s.mac) {
		s.mac, _ = discovery.MACFrom(bytes.Clone(unit[:len(s.mac)]))
	}
	return s, nil
}

// name tells what one entry of the list is for; "" if it is not kept.
func name(entry []byte) (discovery.FactKey, string) {
	const suffixAt, flagsAt = 15, 16
	value := discovery.Clean(string(bytes.TrimRight(entry[:suffixAt], " \x00")))
	group := binary.BigEndian.Uint16(entry[flagsAt:])&flagGroup != 0
	switch suffix := entry[suffixAt]; {
	case strings.HasPrefix(value, "IS~"): // the web server of Windows
		return "", ""
	case suffix == suffixWorkstation && group:
		return factWorkgroup, value
	case suffix == suffixWorkstation:
		return factName, value
	case suffix == suffixServer && !group:
		return factServer, value
	}
	return "", ""
}
