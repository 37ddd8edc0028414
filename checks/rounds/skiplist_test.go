package rounds

import (
	"testing"

	"porchlight/discovery"
)

func TestWhoIsOnTheSkipList(t *testing.T) {
	saw := func(vendor string, kind discovery.Kind) discovery.Device {
		return discovery.Device{Vendor: vendor, Kind: kind}
	}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		on   bool
	}{
		{"breathing aid", saw("ResMed Ltd", ""), true},
		{"scales", saw("Withings", discovery.KindSensor), true},
		{"alarm panel", saw("Ajax Systems Inc", ""), true},
		{"smoke alarm", saw("Kidde", discovery.KindSensor), true},
		{"inverter", saw("SMA", ""), true},
		{"another inverter", saw("", discovery.KindSolar), true},
		{"wallbox", saw("", discovery.KindEVCharger), true},
		{"control system", saw("SIEMENS AG", ""), true},
		{"Modbus", discovery.Device{Services: []discovery.Service{{Port: 502, Transport: "tcp"}}}, true},
		{"KNX", discovery.Device{Services: []discovery.Service{{Port: 3671, Transport: "udp"}}}, true},
		{"Modbus by mDNS", discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_modbus._tcp"}}}, true},
		{"telephone", saw("Snom", discovery.KindVoIP), true},
		{"phone", saw("Apple", discovery.KindPhone), true},
		{"card of a maker of heat pumps", discovery.Device{MAC: discovery.MAC{0x00, 0x0a, 0x5c, 0, 0, 1}}, true}, // Carel
		{"router", saw("TP-Link", discovery.KindRouter), false},
		{"thermostat", saw("Honeywell", discovery.KindThermostat), false},
		{"toothbrush", saw("Philips", ""), false},
		{"baby monitor", saw("Philips", discovery.KindCamera), false},
		{"air conditioner", saw("Daikin", discovery.KindAppliance), false},
		{"oven", saw("Siemens Home", discovery.KindAppliance), false},
		{"nobody", discovery.Device{}, false},
	} {
		if why := skipped(tt.d); (why != "") != tt.on {
			t.Errorf("%s: got %q", tt.name, why)
		}
	}
	// No word of the user takes a device off the list, nor puts it on.
	d := saw("ResMed Ltd", "")
	d.Evidence = []discovery.Evidence{{Field: "vendor", Source: discovery.FactMACVendor, Value: "ResMed Ltd", Strength: discovery.Likely}}
	d.Correct(discovery.Correction{Vendor: "TP-Link", Kind: discovery.KindRouter})
	if skipped(d) == "" {
		t.Error("the user's word took it off")
	}
	r := saw("TP-Link", discovery.KindRouter)
	r.Correct(discovery.Correction{Kind: discovery.KindPhone})
	if skipped(r) != "" {
		t.Error("the user's word put it on: that is what leaving alone is for")
	}
}

func TestWhoMayBeHurtIsNotConnectedToWithoutNeed(t *testing.T) {
	own := discovery.MAC{0x02, 0, 0, 0, 0, 9} // made up
	for _, tt := range []struct {
		name     string
		m        discovery.MAC
		known    discovery.Device
		delicate bool
	}{
		{"a card of Espressif", discovery.MAC{0x24, 0x0a, 0xc4, 1, 2, 3}, discovery.Device{}, true},
		{"a card of a maker of heat pumps", discovery.MAC{0x00, 0x0a, 0x5c, 0, 0, 1}, discovery.Device{}, true},
		{"a card that nobody knows", discovery.MAC{0x00, 0xff, 0xff, 0, 0, 1}, discovery.Device{}, true},
		{"an inverter with a made-up address", own, discovery.Device{MAC: own, Kind: discovery.KindSolar}, true},
		{"small, as it was known before", own, discovery.Device{MAC: own, Tiny: true}, true},
		{"left alone", own, discovery.Device{MAC: own, Kind: discovery.KindComputer, LeaveAlone: true}, true},
		{"a computer with a made-up address", own, discovery.Device{MAC: own, Kind: discovery.KindComputer}, false},
		{"a card of Philips Lighting", discovery.MAC{0x00, 0x17, 0x88, 1, 2, 3}, discovery.Device{}, false},
	} {
		if got := delicate(tt.m, []discovery.Device{tt.known}); got != tt.delicate {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
