package vnc

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const (
	versionBytes = 12
	maxTypes     = 255
)

// errOther means that something else is behind the door.
var errOther = errors.New("no screen sharing")

// version is the first message (RFC 6143, section 7.1.1).
var version = regexp.MustCompile(`^RFB (00[345])\.(\d{3})\n$`)

// parseVersion gives the answer to a version, and whether the security types come as a list:
// that is so from 3.7 on. Versions between mean 3.3 (RFC 6143, section 7.1.1). Apple says 3.889,
// and RealVNC 4.1 and 5.0; they take 3.8.
func parseVersion(b []byte) (answer string, listed bool, err error) {
	m := version.FindStringSubmatch(string(b))
	switch {
	case m == nil:
		return "", false, fmt.Errorf("greeting %q: %w", b[:min(len(b), versionBytes)], errOther)
	case m[1] != "003", m[2] == "008", m[2] == "889":
		return "RFB 003.008\n", true, nil
	case m[2] == "007":
		return "RFB 003.007\n", true, nil
	}
	return "RFB 003.003\n", false, nil
}

// Security types (RFC 6143, section 7.1.2, and its registry at IANA).
const (
	typeNone = 1
	typeVNC  = 2 // a password
)

// wrappers are types that only encrypt, or agree on others afterwards: Tight, TLS, VeNCrypt.
const wrappers = "\x10\x12\x13"

// chosen reads the type that a 3.3 device chose; 0 if it is none that can be.
func chosen(b []byte) byte {
	if len(b) != 4 || b[0]|b[1]|b[2] != 0 {
		return 0
	}
	return b[3]
}

// weigh tells what is among the types: none at all, one that needs a password or an account, one
// that tells only later. All but the wrappers need one.
func weigh(types []byte) (none, password, unknown bool) {
	for _, t := range types {
		switch {
		case t == 0: // no type
		case t == typeNone:
			none = true
		case t != typeVNC && strings.IndexByte(wrappers, t) >= 0:
			unknown = true
		default:
			password = true
		}
	}
	return none, password, unknown
}
