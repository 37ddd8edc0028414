package system

import (
	"encoding/json"
	"strings"

	"porchlight/discovery"
)

// A profile is what "system_profiler -json SPAirPortDataType" says, as far as it is needed.
type profile struct {
	AirPort []struct {
		Interfaces []struct {
			Name    string `json:"_name"`
			Current struct {
				Name     string `json:"_name"`
				Security string `json:"spairport_security_mode"`
			} `json:"spairport_current_network_information"`
		} `json:"spairport_airport_interfaces"`
	} `json:"SPAirPortDataType"`
}

// modes are the ways to protect Wi-Fi, by the words of macOS.
var modes = map[string][]discovery.Protection{
	"none":                       {discovery.ProtectionOpen},
	"wep":                        {discovery.ProtectionWEP},
	"wpa_personal":               {discovery.ProtectionWPA},
	"wpa_personal_mixed":         {discovery.ProtectionWPA, discovery.ProtectionWPA2},
	"wpa2_personal":              {discovery.ProtectionWPA2},
	"wpa2_personal_mixed":        {discovery.ProtectionWPA, discovery.ProtectionWPA2},
	"wpa3_personal":              {discovery.ProtectionWPA3},
	"wpa3_transition":            {discovery.ProtectionWPA2, discovery.ProtectionWPA3},
	"wpa3_personal_transition":   {discovery.ProtectionWPA2, discovery.ProtectionWPA3},
	"wpa_enterprise":             {discovery.ProtectionWPA, discovery.ProtectionLogin},
	"wpa2_enterprise":            {discovery.ProtectionLogin},
	"wpa2_enterprise_mixed":      {discovery.ProtectionWPA, discovery.ProtectionLogin},
	"wpa3_enterprise":            {discovery.ProtectionLogin},
	"wpa3_enterprise_transition": {discovery.ProtectionLogin},
}

// parseProfile reads how the Wi-Fi is protected that an interface is joined to. What is not listed is a cable; what
// makes no sense is Hidden. Without leave to know the location the name is not told, but the protection is.
func parseProfile(b []byte, interfaceName string) discovery.WiFi {
	var p profile
	if json.Unmarshal(b, &p) != nil || p.AirPort == nil {
		return discovery.WiFi{Hidden: true}
	}
	for _, a := range p.AirPort {
		for _, i := range a.Interfaces {
			if i.Name != interfaceName {
				continue
			}
			_, mode, _ := strings.Cut(i.Current.Security, "pairport_security_mode_") // some of them lack their s
			w := discovery.WiFi{Protection: modes[mode]}
			if w.Hidden = w.Protection == nil; i.Current.Name != "<redacted>" {
				w.Name = discovery.Clean(i.Current.Name)
			}
			return w
		}
	}
	return discovery.WiFi{}
}
