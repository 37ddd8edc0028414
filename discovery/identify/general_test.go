package identify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

func TestGeneralSignsNameWhatNoMakerNames(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	const attributes = "json./ipp/print get-printer-attributes.printer-"
	for _, tt := range []struct {
		name  string
		facts string // "key value", one a line
		want  []string
	}{
		{
			"Windows in a workgroup",
			"wsd.type wsdp:Device\nwsd.type pub:Computer\nwsd.computer ATTIC-PC/Workgroup:WORKGROUP\nwsd.manufacturer Microsoft Corporation\n" +
				"wsd.model_name Microsoft Publication Service\nwsd.friendly_name Microsoft Publication Service Device Host\nwsd.firmware_version 1.0",
			[]string{"kind computer, wsd.type", "name ATTIC-PC, wsd.computer"},
		},
		{"Windows in a domain", "wsd.computer DESK\\Domain:OFFICE", []string{"kind computer, wsd.computer", "name DESK, wsd.computer"}},
		{"Windows that joined nothing", "wsd.computer DESK\\NotJoined", []string{"kind computer, wsd.computer", "name DESK, wsd.computer"}},
		{"no computer", "wsd.computer DESK", nil},
		{"a device that says no more", "wsd.type wsdp:Device\nwsd.manufacturer Acme\nwsd.model_name Toaster\nwsd.friendly_name Toaster", nil},
		{
			"a printer by WS-Discovery",
			"wsd.type wsdp:Device\nwsd.type wprt:PrintDeviceType\nwsd.manufacturer Acme\nwsd.model_name Laser 3\nwsd.friendly_name Acme Laser 3 [0011223344ff]\nwsd.firmware_version 2.11",
			[]string{"vendor Acme, wsd.manufacturer", "kind printer, wsd.type", "model Laser 3, wsd.model_name", "firmware 2.11, wsd.firmware_version", "name Acme Laser 3, wsd.friendly_name"},
		},
		{
			"a camera by ONVIF", "wsd.type dn:NetworkVideoTransmitter\nwsd.scope.hardware AC-400",
			[]string{"kind camera, wsd.type", "model AC-400, wsd.scope.hardware"},
		},
		{"NetBIOS", "netbios.name BASEMENT\nnetbios.server BASEMENT\nnetbios.workgroup HOUSE", []string{"kind computer, netbios.name", "name BASEMENT, netbios.name"}},
		{
			"a media server with shares", "upnp.device_type urn:schemas-upnp-org:device:MediaServer:1\nupnp.friendly_name Film shelf\nnetbios.name SHELF",
			[]string{"kind nas, upnp.device_type", "name Film shelf, upnp.friendly_name"},
		},
		{"SNMP", "snmp.sysname cellar-switch.home.example", []string{"name cellar-switch.home.example, snmp.sysname"}},
		{"SNMP without a name", "snmp.sysname (none)", nil},
		{
			"a printer by IPP, and by what it announces",
			"mdns.service _ipp._tcp\nmdns.txt._ipp._tcp.ty Acme Laser 3\nmdns.instance Study printer\n" +
				attributes + "make-and-model Acme Laser 3\n" + attributes + "device-id MFG:Acme;MDL:Laser 3;CMD:PWG;\n" + attributes + "firmware-string-version 2.11.4",
			[]string{
				"vendor Acme, " + attributes + "make-and-model", "kind printer, " + attributes + "make-and-model", "model Laser 3, " + attributes + "make-and-model",
				"firmware 2.11.4, " + attributes + "firmware-string-version", "name Study printer, mdns.instance",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d discovery.Device
			for line := range strings.SplitSeq(strings.ReplaceAll(tt.facts, attributes, "IPP"), "\n") {
				key, value, _ := strings.Cut(line, " ")
				d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactKey(strings.Replace(key, "IPP", attributes, 1)), Value: value})
			}
			Apply(c, &d)
			var got []string
			for _, e := range d.Evidence {
				if e.Strength != discovery.Likely {
					t.Errorf("%s is %s", e.Field, e.Strength)
				}
				got = append(got, fmt.Sprintf("%s %s, %s", e.Field, e.Value, e.Source))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
