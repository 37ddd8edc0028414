package rounds

import (
	"context"
	"testing"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

func TestTheSystemIsAskedForItsWiFiWhereItDoesNotTellAtOnce(t *testing.T) {
	asked := ""
	g := &gate{home: &lan.Home{Network: discovery.Network{Interface: "en0"}}, walker: &Walker{WiFi: func(_ context.Context, name string) discovery.WiFi {
		asked = name
		return discovery.WiFi{Name: "Home"}
	}}}
	if w := g.wifi(t.Context()); w.Name != "" || asked != "" {
		t.Errorf("on a cable: got %+v, asked for %q", w, asked)
	}
	g.home.Network.WiFi.Hidden = true
	if w := g.wifi(t.Context()); w.Name != "Home" || asked != "en0" {
		t.Errorf("got %+v, asked for %q", w, asked)
	}
	g.walker.WiFi = nil
	if w := g.wifi(t.Context()); !w.Hidden {
		t.Errorf("with nobody to ask: got %+v", w)
	}
}
