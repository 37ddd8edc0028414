package portforward

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/ssdp"
	"porchlight/discovery/testhome"
)

var camera = netip.MustParseAddr("127.0.0.11")

// router is a gateway with doors, on a free port of 127.0.0.1.
func router(igd *testhome.IGD) *testhome.Device {
	d := testhome.Single("router", testhome.UPnPPages())
	d.UPnP = &testhome.UPnP{Path: "/igd.xml", Control: "/ctl", UUID: "1", Type: "urn:schemas-upnp-org:device:InternetGatewayDevice:1"}
	d.IGD = igd
	return d
}

func target(fake *testhome.Device, at string) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: fake.Addr}, "test", nil)
	d := discovery.Device{ID: "d-router", Addrs: []netip.Addr{fake.Addr}}
	if at != "" {
		d.Facts = []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: at}}
	}
	return checks.Target{
		Device: d, HTTP: home.HTTP(fake.Addr, lan.Sturdy),
		Others: []discovery.Device{d, {ID: "d-camera", Kind: discovery.KindCamera, Addrs: []netip.Addr{camera}}},
	}
}

func TestDoorsAreListedAndNothingElseIsAsked(t *testing.T) {
	fake := router(&testhome.IGD{External: netip.MustParseAddr("203.0.113.77"), Mappings: []testhome.Mapping{
		{Protocol: "TCP", Outer: 554, Inner: 8554, Client: camera, Enabled: true, Description: "\x1b[31mcam\u202e"},
		{Protocol: "UDP", Outer: 3074, Inner: 3074, Client: netip.MustParseAddr("127.0.0.30"), Enabled: true},
		{Protocol: "TCP", Outer: 80, Inner: 80, Client: camera, Enabled: false},
	}})
	testhome.Run(t, fake)
	found, err := Check{}.Run(t.Context(), target(fake, fake.URL("/igd.xml")))
	if err != nil || len(found) != 2 {
		t.Fatalf("got %+v, %v", found, err)
	}
	f := found[0]
	if f.Severity != checks.Today || f.About() != "d-camera" || f.Args["inner"] != camera.String() || f.Args["inner_port"] != "8554" || f.Args["outer_port"] != "554" || f.Args["protocol"] != "TCP" {
		t.Errorf("got %+v", f)
	}
	for _, e := range f.Evidence {
		if e.Value != discovery.Clean(e.Value) {
			t.Errorf("not clean: %q", e)
		}
	}
	if found[1].Severity != checks.Week || found[1].About() != "" && found[1].About() != found[1].Device {
		t.Errorf("a door to nobody known: got %+v", found[1])
	}
	if found[0].ID == found[1].ID {
		t.Error("two doors have one name")
	}
	for action := range fake.Counts().Actions {
		if action != "GetExternalIPAddress" && action != "GetGenericPortMappingEntry" {
			t.Errorf("the router was asked for %s", action)
		}
	}
}

func TestSeverityDependsOnWhoIsBehindTheDoor(t *testing.T) {
	for _, tt := range []struct {
		kind    discovery.Kind
		outside string
		want    checks.Severity
	}{
		{discovery.KindCamera, "203.0.113.77", checks.Today},
		{discovery.KindNAS, "", checks.Today},
		{discovery.KindCamera, "100.64.3.4", checks.Week},
		{discovery.KindCamera, "192.168.100.2", checks.Week},
		{discovery.KindConsole, "203.0.113.77", checks.Good},
		{discovery.KindConsole, "10.0.0.1", checks.Inform},
		{discovery.KindUnknown, "203.0.113.77", checks.Week},
	} {
		if got := severity(tt.kind, tt.outside); got != tt.want {
			t.Errorf("%q behind %q: got %v, want %v", tt.kind, tt.outside, got, tt.want)
		}
	}
}

func TestNoDoorsIsClearAndNoAnswerIsNot(t *testing.T) {
	fake := router(&testhome.IGD{External: netip.MustParseAddr("203.0.113.77")})
	testhome.Run(t, fake)
	at := fake.URL("/igd.xml")
	if found, err := (Check{}).Run(t.Context(), target(fake, at)); err != nil || len(found) != 0 {
		t.Errorf("no doors: got %+v, %v", found, err)
	}
	closed := "http://127.0.0.1:1/igd.xml"
	if found, err := (Check{}).Run(t.Context(), target(fake, closed)); err == nil {
		t.Errorf("refused while UPnP answers: got %+v", found)
	}
	off := target(fake, "")
	off.Before = []checks.Finding{{Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: closed}}}}
	if found, err := (Check{}).Run(t.Context(), off); err != nil || len(found) != 0 {
		t.Errorf("switched off: got %+v, %v", found, err)
	}
	if found, err := (Check{}).Run(t.Context(), target(fake, fake.URL("/nothing.xml"))); err == nil {
		t.Errorf("no description: got %+v", found)
	}
}

func TestHostileRoutersAreNotBelieved(t *testing.T) {
	for name, page := range map[string]testhome.Web{
		"endless":       testhome.EndlessBody(),
		"elsewhere":     testhome.RedirectTo("http://192.0.2.99/igd.xml"),
		"deep XML":      testhome.DeepXML(100),
		"DOCTYPE":       testhome.DoctypeXML(),
		"headers":       testhome.ManyHeaders(1000),
		"no connection": testhome.Page("", "hello"),
		"control elsewhere": testhome.Text("text/xml", `<root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>http://192.0.2.99/</URLBase><device><serviceList><service>`+
			`<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>http://192.0.2.99/ctl</controlURL></service></serviceList></device></root>`),
		"endless list": func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				testhome.Text("text/xml", `<root xmlns="urn:schemas-upnp-org:device-1-0"><device><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>`+
					`<controlURL>/ctl</controlURL></service></serviceList></device></root>`)(d, w, r)
				return
			}
			_, _ = w.Write([]byte(strings.Repeat("<a>", 1000)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := testhome.Single("router", page)
			testhome.Run(t, fake)
			found, err := Check{}.Run(t.Context(), target(fake, fake.URL("/igd.xml")))
			if err == nil || len(found) > 0 {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}
