package identify

import (
	"testing"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

func TestAProgramDoesNotNameTheMachine(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		facts  []discovery.Fact
		vendor string
		kind   discovery.Kind
	}{
		{"on a machine that nobody knows", []discovery.Fact{{Key: "http.title", Value: "Sonarr"}}, "", discovery.KindComputer},
		{"on a small computer", []discovery.Fact{{Key: "http.title", Value: "Pi-hole attic"}, {Key: "mdns.host", Value: "raspberrypi.local"}}, "Raspberry Pi", discovery.KindComputer},
		{"on network storage", []discovery.Fact{{Key: "http.title", Value: "Transmission Web Interface"}, {Key: "upnp.manufacturer", Value: "Synology"}, {Key: "upnp.model_name", Value: "DS920+"}}, "Synology", discovery.KindNAS},
		{"another page", []discovery.Fact{{Key: "http.title", Value: "Sonarrs and Radars"}}, "", discovery.KindUnknown},
	} {
		d := discovery.Device{Facts: tt.facts}
		Apply(c, &d)
		if d.Vendor != tt.vendor || d.Kind != tt.kind {
			t.Errorf("%s: got %q %q", tt.name, d.Vendor, d.Kind)
		}
	}
}
