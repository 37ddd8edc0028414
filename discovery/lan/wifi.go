package lan

import (
	"encoding/binary"
	"slices"

	"porchlight/discovery"
)

// Elements of what an access point says of itself (IEEE 802.11-2020, section 9.4.2), and the bit of
// its capabilities that asks for encryption (section 9.4.1.4).
const (
	elementSSID   = 0
	elementRSN    = 48
	elementVendor = 221

	privacy = 0x10
)

// Suites of RSN and of the first WPA (IEEE 802.11-2020, tables 9-149 and 9-151).
const (
	cipherTKIP = 2
	maxSuites  = 32 // of one list
)

var (
	ouiRSN = [3]byte{0x00, 0x0f, 0xac}
	ouiWPA = [3]byte{0x00, 0x50, 0xf2}
)

// keys are the ways to check who joins, by their number in RSN (table 9-151).
var keys = map[byte]discovery.Protection{
	1: discovery.ProtectionLogin, 2: discovery.ProtectionWPA2, 3: discovery.ProtectionLogin, 4: discovery.ProtectionWPA2, 5: discovery.ProtectionLogin,
	6: discovery.ProtectionWPA2, 8: discovery.ProtectionWPA3, 9: discovery.ProtectionWPA3, 11: discovery.ProtectionLogin, 12: discovery.ProtectionLogin,
	13: discovery.ProtectionLogin, 18: discovery.ProtectionOWE, 24: discovery.ProtectionWPA3, 25: discovery.ProtectionWPA3,
}

// parseWiFi reads how an access point protects its Wi-Fi out of its capabilities and elements. What makes
// no sense is left out: nothing is known then.
func parseWiFi(capabilities uint16, elements []byte) discovery.WiFi {
	var w discovery.WiFi
	secured := false
	add := func(p discovery.Protection) {
		if !slices.Contains(w.Protection, p) {
			w.Protection = append(w.Protection, p)
		}
	}
	for len(elements) >= 2 {
		id, n := elements[0], int(elements[1])
		if n > len(elements)-2 {
			return discovery.WiFi{Name: w.Name} // half of it says nothing
		}
		data := elements[2 : 2+n]
		elements = elements[2+n:]
		switch {
		case id == elementSSID:
			w.Name = discovery.Clean(string(data))
		case id == elementRSN:
			secured = true
			parseSuites(ouiRSN, data, add)
		case id == elementVendor && n > 4 && [3]byte(data) == ouiWPA && data[3] == 1:
			secured = true
			add(discovery.ProtectionWPA)
			parseSuites(ouiWPA, data[4:], add)
		}
	}
	switch {
	case secured:
	case capabilities&privacy != 0:
		add(discovery.ProtectionWEP)
	case w.Name != "": // an access point that says who it is, and neither asks for a password nor for encryption
		add(discovery.ProtectionOpen)
	}
	return w
}

// parseSuites reads a version, the cipher for everybody, and the lists of ciphers and of ways to check
// who joins. What is left out at the end is what it usually is.
func parseSuites(oui [3]byte, b []byte, add func(discovery.Protection)) {
	if len(b) < 6 { // version and group cipher
		return
	}
	if [3]byte(b[2:]) == oui && b[5] == cipherTKIP {
		add(discovery.ProtectionTKIP)
	}
	ciphers, b := suites(oui, b[6:])
	if slices.Contains(ciphers, cipherTKIP) {
		add(discovery.ProtectionTKIP)
	}
	who, _ := suites(oui, b)
	for _, k := range who {
		if p, ok := keys[k]; ok && oui == ouiRSN {
			add(p)
		}
	}
}

// suites reads one list of suites, and gives what follows it.
func suites(oui [3]byte, b []byte) ([]byte, []byte) {
	if len(b) < 2 {
		return nil, nil
	}
	n := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n > maxSuites || n*4 > len(b) {
		return nil, nil
	}
	var out []byte
	for range n {
		if [3]byte(b) == oui {
			out = append(out, b[3])
		}
		b = b[4:]
	}
	return out, b
}

// Algorithms as Windows numbers them: DOT11_AUTH_ALGORITHM and DOT11_CIPHER_ALGORITHM (windot11.h).
const (
	windowsAuthOpen   = 1
	windowsAuthShared = 2
	windowsNone       = 0
	windowsTKIP       = 2
)

var (
	windowsWEP   = []uint32{1, 5, 0x101}
	windowsAuths = map[uint32]discovery.Protection{
		3: discovery.ProtectionWPA, 4: discovery.ProtectionWPA, 5: discovery.ProtectionWPA, 6: discovery.ProtectionLogin, 7: discovery.ProtectionWPA2,
		8: discovery.ProtectionLogin, 9: discovery.ProtectionWPA3, 10: discovery.ProtectionOWE, 11: discovery.ProtectionLogin,
	}
)

// algorithms tells how a Wi-Fi is protected by what Windows says of the connection. What it does not
// know is Hidden.
func algorithms(ssid string, secured bool, auth, cipher uint32) discovery.WiFi {
	w := discovery.WiFi{Name: discovery.Clean(ssid)}
	p, known := windowsAuths[auth]
	switch {
	case auth == windowsAuthOpen && cipher == windowsNone && !secured:
		w.Protection = []discovery.Protection{discovery.ProtectionOpen}
	case (auth == windowsAuthOpen || auth == windowsAuthShared) && slices.Contains(windowsWEP, cipher):
		w.Protection = []discovery.Protection{discovery.ProtectionWEP}
	case known:
		w.Protection = []discovery.Protection{p}
		if cipher == windowsTKIP {
			w.Protection = append(w.Protection, discovery.ProtectionTKIP)
		}
	default:
		w.Hidden = true
	}
	return w
}
