package lan

import (
	"net/netip"
	"testing"

	"porchlight/discovery"
)

func TestANetworkIsPublicOnlyIfTheSystemKnowsNothingElseOfIt(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  []profile
		want bool
	}{
		{"nothing is known", nil, false},
		{"public", []profile{{categoryPublic}}, true},
		{"private", []profile{{1}}, false},
		{"once public, now private", []profile{{categoryPublic}, {1}}, false},
	} {
		if got := public(tt.all); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
	if CallsPublic(discovery.Network{Practice: true, Gateway: netip.MustParseAddr("127.0.0.10")}) || CallsPublic(discovery.Network{}) {
		t.Error("a network without a router of its own is public")
	}
}

func TestNetworksAmongWhichTheUserChooses(t *testing.T) {
	link := func(name string, index int, prefix string) Link {
		return Link{Name: name, Index: index, Up: true, Multicast: true, Prefixes: []netip.Prefix{netip.MustParsePrefix(prefix)}}
	}
	links := []Link{link("eth0", 1, "192.168.1.5/24"), link("wlan0", 2, "192.168.8.5/24"), link("docker0", 3, "172.17.0.1/16"), link("tun0", 4, "10.8.0.2/24")}
	routes := []Route{
		{Index: 1, Gateway: netip.MustParseAddr("192.168.1.1"), Metric: 10}, {Index: 2, Gateway: netip.MustParseAddr("192.168.8.1"), Metric: 20},
	}
	all, err := candidates(links, routes, Want{}) // a VPN beside them, which is not the way out, is no matter
	if err != nil || len(all) != 2 || all[0].Interface != "eth0" || all[1].Interface != "wlan0" || !all[1].Gateway.IsValid() {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := candidates(links, []Route{{Index: 4}}, Want{}); err == nil {
		t.Error("the way out goes through a VPN, and it is not told")
	}
}
