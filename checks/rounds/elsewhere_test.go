package rounds

import (
	"net/netip"
	"testing"

	"porchlight/discovery"
)

func TestWhatARoundCannotReachIsNotGone(t *testing.T) {
	looked := netip.MustParsePrefix("192.168.1.0/26")
	for _, tt := range []struct {
		name, was     string
		present, want bool
	}{
		{"in the part that was looked at", "192.168.1.5", true, false},
		{"in another part", "192.168.1.200", true, true},
		{"in another part, gone before", "192.168.1.200", false, false},
		{"nobody knows where", "", true, false},
		{"known by IPv6 only", "fd00::5", true, false},
	} {
		before := discovery.Device{ID: "d-1", Present: tt.present}
		if tt.was != "" {
			before.Addrs = []netip.Addr{netip.MustParseAddr(tt.was)}
		}
		after := []discovery.Device{{ID: "d-1"}}
		elsewhere(after, []discovery.Device{before}, looked)
		if after[0].Present != tt.want {
			t.Errorf("%s: got %v", tt.name, after[0].Present)
		}
	}
}
