package discovery

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
)

// A MAC is a hardware address of six bytes. The zero value means unknown.
type MAC [6]byte

// ParseMAC reads a MAC in any of the usual spellings. All zero and all ones are refused.
func ParseMAC(s string) (MAC, error) {
	hw, err := net.ParseMAC(s)
	if err != nil {
		return MAC{}, fmt.Errorf("read MAC %q: %w", s, err)
	}
	m, ok := MACFrom(hw)
	if !ok {
		return MAC{}, fmt.Errorf("read MAC %q: not the address of one device", s)
	}
	return m, nil
}

// MACFrom takes a hardware address; false if it is not one of a single Ethernet-like device.
func MACFrom(hw net.HardwareAddr) (MAC, bool) {
	if len(hw) != 6 {
		return MAC{}, false
	}
	m := MAC(hw)
	if m.IsZero() || m[0]&1 != 0 { // the group bit: multicast and broadcast
		return MAC{}, false
	}
	return m, true
}

// IsZero reports whether the MAC is unknown.
func (m MAC) IsZero() bool { return m == MAC{} }

// Private reports whether the address was made up by the device (the local bit, IEEE
// 802, section 8.4): phones change it, so it names no maker and no device for ever.
func (m MAC) Private() bool { return m[0]&2 != 0 }

// String gives the usual spelling, or "" if unknown.
func (m MAC) String() string {
	if m.IsZero() {
		return ""
	}
	return net.HardwareAddr(m[:]).String()
}

// LogValue hides the half of the address that names one device.
func (m MAC) LogValue() slog.Value {
	if m.IsZero() {
		return slog.StringValue("")
	}
	return slog.StringValue(hex.EncodeToString(m[:3]) + "…")
}

// MarshalText gives the usual spelling.
func (m MAC) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *MAC) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = MAC{}
		return nil
	}
	v, err := ParseMAC(string(b))
	*m = v
	return err
}
