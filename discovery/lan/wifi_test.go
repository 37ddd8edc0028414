package lan

import (
	"slices"
	"strings"
	"testing"

	"porchlight/discovery"
)

// Elements of simulated access points.
const (
	ssid     = "\x00\x04Home"
	rates    = "\x01\x04\x82\x84\x8b\x96"
	ccmp     = "\x00\x0f\xac\x04"
	tkip     = "\x00\x0f\xac\x02"
	psk      = "\x00\x0f\xac\x02"
	sae      = "\x00\x0f\xac\x08"
	owe      = "\x00\x0f\xac\x12"
	dot1x    = "\x00\x0f\xac\x01"
	wpaTKIP  = "\x00\x50\xf2\x02"
	wpaFirst = "\xdd\x16\x00\x50\xf2\x01\x01\x00" + wpaTKIP + "\x01\x00" + wpaTKIP + "\x01\x00" + "\x00\x50\xf2\x02"
	wps      = "\xdd\x09\x00\x50\xf2\x04\x10\x4a\x00\x01\x10"
)

// rsn makes an RSN element.
func rsn(group string, ciphers, keys []string) string {
	count := func(l []string) string { return string([]byte{byte(len(l)), 0}) + strings.Join(l, "") }
	data := "\x01\x00" + group + count(ciphers) + count(keys) + "\x00\x00"
	return string([]byte{elementRSN, byte(len(data))}) + data
}

var wifis = []struct {
	name, elements string
	capabilities   uint16
	want           []discovery.Protection
}{
	{"open", ssid + rates, 0x0421, []discovery.Protection{discovery.ProtectionOpen}},
	{"open with WPS", ssid + rates + wps, 0x0421, []discovery.Protection{discovery.ProtectionOpen}},
	{"WEP", ssid + rates, 0x0431, []discovery.Protection{discovery.ProtectionWEP}},
	{"the first WPA", ssid + wpaFirst, 0x0431, []discovery.Protection{discovery.ProtectionWPA, discovery.ProtectionTKIP}},
	{"WPA2", ssid + rsn(ccmp, []string{ccmp}, []string{psk}), 0x0431, []discovery.Protection{discovery.ProtectionWPA2}},
	{"WPA2 and WPA3", ssid + rsn(ccmp, []string{ccmp}, []string{psk, sae}), 0x0431, []discovery.Protection{discovery.ProtectionWPA2, discovery.ProtectionWPA3}},
	{"WPA3", ssid + rsn(ccmp, []string{ccmp}, []string{sae}), 0x0431, []discovery.Protection{discovery.ProtectionWPA3}},
	{"old and new", ssid + rsn(tkip, []string{ccmp, tkip}, []string{psk}) + wpaFirst, 0x0431, []discovery.Protection{discovery.ProtectionTKIP, discovery.ProtectionWPA2, discovery.ProtectionWPA}},
	{"OWE", ssid + rsn(ccmp, []string{ccmp}, []string{owe}), 0x0431, []discovery.Protection{discovery.ProtectionOWE}},
	{"with names", ssid + rsn(ccmp, []string{ccmp}, []string{dot1x}), 0x0431, []discovery.Protection{discovery.ProtectionLogin}},
	{"RSN cut off", ssid + "\x30\x14\x01\x00", 0x0431, nil},
	{"too many suites", ssid + "\x30\x0a\x01\x00" + ccmp + "\xff\xff" + ccmp[:2], 0x0431, nil},
	{"another maker's suites", ssid + rsn("\x00\x11\x22\x02", []string{"\x00\x11\x22\x02"}, []string{"\x00\x11\x22\x02"}), 0x0431, nil},
	{"nothing", "", 0, nil},
	{"hidden name", "\x00\x00" + rates, 0x0421, nil},
}

func TestWhatAnAccessPointSaysOfItsProtectionIsRead(t *testing.T) {
	for _, tt := range wifis {
		got := parseWiFi(tt.capabilities, []byte(tt.elements))
		if !slices.Equal(got.Protection, tt.want) {
			t.Errorf("%s: got %+v, want %v", tt.name, got, tt.want)
		}
	}
	if got := parseWiFi(0, []byte("\x00\x0a\x1b[31mH\u202eo")); got.Name != "[31mHo" {
		t.Errorf("the name is %q", got.Name)
	}
}

func FuzzParseWiFi(f *testing.F) {
	for _, tt := range wifis {
		f.Add(tt.capabilities, []byte(tt.elements))
	}
	f.Fuzz(func(t *testing.T, capabilities uint16, b []byte) {
		w := parseWiFi(capabilities, b)
		if w.Name != discovery.Clean(w.Name) || len(w.Protection) > 8 {
			t.Errorf("got %+v", w)
		}
	})
}

func TestWhatWindowsSaysOfProtectionIsRead(t *testing.T) {
	for _, tt := range []struct {
		name         string
		secured      bool
		auth, cipher uint32
		want         []discovery.Protection // none: it does not tell
	}{
		{"open", false, 1, 0, []discovery.Protection{discovery.ProtectionOpen}},
		{"open, it says, and secured", true, 1, 0, nil},
		{"WEP", true, 1, 0x101, []discovery.Protection{discovery.ProtectionWEP}},
		{"shared WEP", true, 2, 5, []discovery.Protection{discovery.ProtectionWEP}},
		{"the first WPA", true, 4, 2, []discovery.Protection{discovery.ProtectionWPA, discovery.ProtectionTKIP}},
		{"WPA2", true, 7, 4, []discovery.Protection{discovery.ProtectionWPA2}},
		{"WPA2 with the old cipher", true, 7, 2, []discovery.Protection{discovery.ProtectionWPA2, discovery.ProtectionTKIP}},
		{"WPA3", true, 9, 4, []discovery.Protection{discovery.ProtectionWPA3}},
		{"OWE", true, 10, 4, []discovery.Protection{discovery.ProtectionOWE}},
		{"with names", true, 6, 4, []discovery.Protection{discovery.ProtectionLogin}},
		{"of a maker's own", true, 0x80000001, 4, nil},
	} {
		got := algorithms("Home", tt.secured, tt.auth, tt.cipher)
		if !slices.Equal(got.Protection, tt.want) || got.Hidden != (len(tt.want) == 0) {
			t.Errorf("%s: got %+v, want %v", tt.name, got, tt.want)
		}
	}
}
