package discovery

import (
	"net/netip"
	"slices"
	"time"
)

// A Network is the one home network that a round walks.
type Network struct {
	Interface string
	Index     int            // of the interface
	Prefix    netip.Prefix   // IPv4, masked, at most lan.MaxPrefixBits wide
	Prefixes6 []netip.Prefix // on-link IPv6 prefixes, link-local and unique local
	Addr      netip.Addr     // our own address on it
	Own       []netip.Addr   // all our addresses on it, without zones
	Gateway   netip.Addr     // zero if there is none
	Practice  bool           // simulated devices on this computer's loopback
	WiFi      WiFi           // by which this computer is on it
}

// A WiFi is how the Wi-Fi that this computer is on is protected, as its system tells. The zero WiFi
// means a cable.
type WiFi struct {
	Hidden     bool         // the system does not tell, not even whether it is Wi-Fi
	Name       string       // its SSID; "" if unknown
	Protection []Protection // every way in which the access point lets devices in; none if unknown
}

// A Protection is one way in which Wi-Fi is protected.
type Protection string

// Protections of Wi-Fi (IEEE 802.11-2020, section 12).
const (
	ProtectionOpen  Protection = "open"
	ProtectionOWE   Protection = "owe" // without a password, and encrypted (RFC 8110)
	ProtectionWEP   Protection = "wep"
	ProtectionWPA   Protection = "wpa"  // the first one
	ProtectionTKIP  Protection = "tkip" // the old cipher, whatever the password is checked by
	ProtectionWPA2  Protection = "wpa2"
	ProtectionWPA3  Protection = "wpa3"
	ProtectionLogin Protection = "login" // 802.1X: everybody has a name and password of their own
)

// A Request is one thing that was said to a device.
type Request struct {
	At        time.Time `json:"at"`
	Addr      string    `json:"addr"` // "" for a question to everybody
	Port      uint16    `json:"port"`
	Transport string    `json:"transport"` // "tcp" or "udp"
	Line      string    `json:"line"`      // "GET /", "connect", "mdns PTR _ipp._tcp.local"; never a password
	Sent      int       `json:"sent"`      // payload bytes
	Received  int       `json:"received"`
}

// Traffic is what was said to one device, or to everybody, in one round.
type Traffic struct {
	Packets       int       `json:"packets"` // datagrams sent
	Connections   int       `json:"connections"`
	BytesSent     int       `json:"bytes_sent"`
	BytesReceived int       `json:"bytes_received"`
	LoginAttempts int       `json:"login_attempts"`
	LoginFailures int       `json:"login_failures"`
	Requests      []Request `json:"requests,omitempty"`
	Odd           []Oddity  `json:"odd,omitempty"` // how it behaved oddly meanwhile
}

// Add puts what o holds on top.
func (t *Traffic) Add(o Traffic) {
	t.Packets += o.Packets
	t.Connections += o.Connections
	t.BytesSent += o.BytesSent
	t.BytesReceived += o.BytesReceived
	t.LoginAttempts += o.LoginAttempts
	t.LoginFailures += o.LoginFailures
	t.Requests = append(t.Requests, o.Requests...)
	t.Odd = InOrder(append(slices.Clone(t.Odd), o.Odd...))
}
