package system

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"porchlight/discovery"
)

// profiled is what a simulated Mac says: a Wi-Fi that it is joined to, those of neighbours, and the radio of AirDrop.
func profiled(name, security string) string {
	return fmt.Sprintf(`{
  "SPAirPortDataType": [{
    "spairport_airport_interfaces": [
      {
        "_name": "en0",
        "spairport_current_network_information": {
          "_name": %q,
          "spairport_network_channel": "36 (5GHz, 80MHz)",
          "spairport_network_phymode": "802.11ax",
          "spairport_security_mode": %q,
          "spairport_signal_noise": "-41 dBm / -88 dBm"
        },
        "spairport_airport_other_local_wireless_networks": [
          {"_name": "<redacted>", "spairport_security_mode": "spairport_security_mode_none"}
        ],
        "spairport_status_information": "spairport_status_connected"
      },
      {"_name": "awdl0", "spairport_current_network_information": {"spairport_network_type": "spairport_network_type_station"}}
    ],
    "spairport_software_information": {"spairport_corewlan_version": "16.0"}
  }]
}`, name, security)
}

func TestWhatAMacSaysOfItsWiFiIsRead(t *testing.T) {
	t.Parallel()
	const in, old = "spairport_security_mode_", "pairport_security_mode_"
	for _, tt := range []struct {
		name, said, at string
		want           discovery.WiFi
	}{
		{"open", profiled("Home", in+"none"), "en0", discovery.WiFi{Name: "Home", Protection: []discovery.Protection{discovery.ProtectionOpen}}},
		{"WEP, and no name", profiled("<redacted>", in+"wep"), "en0", discovery.WiFi{Protection: []discovery.Protection{discovery.ProtectionWEP}}},
		{"WPA2", profiled("Home", in+"wpa2_personal"), "en0", discovery.WiFi{Name: "Home", Protection: []discovery.Protection{discovery.ProtectionWPA2}}},
		{"old and new", profiled("Home", in+"wpa2_personal_mixed"), "en0", discovery.WiFi{Name: "Home", Protection: []discovery.Protection{discovery.ProtectionWPA, discovery.ProtectionWPA2}}},
		{"a word without its first letter", profiled("Home", old+"wpa3_transition"), "en0", discovery.WiFi{Name: "Home", Protection: []discovery.Protection{discovery.ProtectionWPA2, discovery.ProtectionWPA3}}},
		{"a word of tomorrow", profiled("Home", in+"wpa4"), "en0", discovery.WiFi{Name: "Home", Hidden: true}},
		{"no word", profiled("Home", ""), "en0", discovery.WiFi{Name: "Home", Hidden: true}},
		{"not joined", profiled("", in+"wpa2_personal"), "awdl0", discovery.WiFi{Hidden: true}},
		{"a cable", profiled("Home", in+"none"), "en5", discovery.WiFi{}},
		{"no Wi-Fi in this Mac", `{"SPAirPortDataType": []}`, "en0", discovery.WiFi{}},
		{"nothing", "", "en0", discovery.WiFi{Hidden: true}},
		{"of something else", `{"SPUSBDataType": []}`, "en0", discovery.WiFi{Hidden: true}},
		{"cut off", profiled("Home", in+"none")[:300], "en0", discovery.WiFi{Hidden: true}},
		{"a name of tricks", profiled("H\u202eo\x1b[31m", in+"none"), "en0", discovery.WiFi{Hidden: true}}, // no JSON
		{"a name of tricks in JSON", strings.Replace(profiled("N", in+"wep"), `"N"`, `"H\u202eo\u001b[31m"`, 1), "en0", discovery.WiFi{Name: "Ho[31m", Protection: []discovery.Protection{discovery.ProtectionWEP}}},
	} {
		if got := parseProfile([]byte(tt.said), tt.at); got.Name != tt.want.Name || got.Hidden != tt.want.Hidden || !slices.Equal(got.Protection, tt.want.Protection) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func FuzzParseProfile(f *testing.F) {
	f.Add([]byte(profiled("Home", "spairport_security_mode_wpa2_personal")), "en0")
	f.Add([]byte(`{"SPAirPortDataType": [{"spairport_airport_interfaces": [{"_name": "", "spairport_current_network_information": null}]}]}`), "")
	f.Fuzz(func(t *testing.T, b []byte, at string) {
		w := parseProfile(b, at)
		if w.Name != discovery.Clean(w.Name) || len(w.Protection) > 2 || (w.Hidden && w.Protection != nil) {
			t.Errorf("got %+v", w)
		}
	})
}
