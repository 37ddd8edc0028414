package portforward

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/checks/way"
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
		Device: d, Way: way.To(home, fake.Addr, lan.Sturdy),
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
	for kind, want := range map[discovery.Kind]checks.Severity{
		discovery.KindCamera: checks.Today, discovery.KindNAS: checks.Today, discovery.KindConsole: checks.Good, discovery.KindUnknown: checks.Week,
	} {
		if got := severity(kind); got != want {
			t.Errorf("%q: got %v, want %v", kind, got, want)
		}
	}
}

func TestTheSettingsPageOfTheRouterIsAKindOfItsOwn(t *testing.T) {
	self := netip.MustParseAddr("127.0.0.1")
	for _, tt := range []struct {
		name       string
		d          door
		kind       checks.Kind
		severity   checks.Severity
		confidence discovery.Strength
	}{
		{"the page answers", door{outer: 8000, inner: 8080, protocol: "TCP", client: self}, KindAdmin, checks.Today, discovery.Saw},
		{"no page was seen", door{outer: 443, inner: 443, protocol: "TCP", client: self}, KindAdmin, checks.Week, discovery.Likely},
		{"not the page: VPN", door{outer: 1194, inner: 1194, protocol: "UDP", client: self}, Kind, checks.Week, discovery.Saw},
		{"the description, no page for people", door{outer: 5000, inner: 5000, protocol: "TCP", client: self}, Kind, checks.Week, discovery.Saw},
		{"of another device", door{outer: 8080, inner: 8080, protocol: "TCP", client: camera}, Kind, checks.Today, discovery.Saw},
	} {
		d := discovery.Device{
			ID: "d-router", Kind: discovery.KindRouter, Addrs: []netip.Addr{self},
			Services: []discovery.Service{{Port: 8080, Transport: "tcp", Protocol: "http"}, {Port: 5000, Transport: "tcp", Protocol: "http"}, {Port: 443, Transport: "tcp"}},
		}
		f := finding(checks.Target{Device: d, Others: []discovery.Device{d, {ID: "d-camera", Kind: discovery.KindCamera, Addrs: []netip.Addr{camera}}}}, "http://127.0.0.1/", tt.d, "203.0.113.77")
		if f.Kind != tt.kind || f.Severity != tt.severity || f.Confidence != tt.confidence || f.Args[checks.ArgOutside] != "" {
			t.Errorf("%s: got %+v", tt.name, f)
		}
		if tt.kind == KindAdmin && f.About() != "d-router" {
			t.Errorf("%s: it is about %q", tt.name, f.About())
		}
	}
}

func TestWhatStandsBeforeTheRouterIsSaid(t *testing.T) {
	for external, want := range map[string]string{"100.64.3.4": checks.BehindCarrier, "192.168.100.2": checks.BehindRouter, "203.0.113.77": "", "0.0.0.0": ""} {
		fake := router(&testhome.IGD{External: netip.MustParseAddr(external), Mappings: []testhome.Mapping{{Protocol: "TCP", Outer: 80, Inner: 80, Client: camera, Enabled: true}}})
		home := testhome.Run(t, fake)
		found, err := Check{}.Run(t.Context(), target(fake, fake.URL("/igd.xml")))
		if err != nil || len(found) != 1 || found[0].Args[checks.ArgOutside] != want {
			t.Errorf("%s: got %+v, %v", external, found, err)
		}
		_ = home.Close()
	}
}

// closed is where nobody listens.
const closed = "http://127.0.0.1:1/igd.xml"

// silent is a search that nobody answers.
func silent(context.Context, uint16, []byte, string) ([]byte, error) { return nil, lan.ErrNoAnswer }

func refused(context.Context, uint16, []byte, string) ([]byte, error) {
	return nil, fmt.Errorf("%w: %w", lan.ErrNoAnswer, syscall.ECONNREFUSED)
}

func TestNoDoorsIsClear(t *testing.T) {
	fake := router(&testhome.IGD{External: netip.MustParseAddr("203.0.113.77")})
	testhome.Run(t, fake)
	if found, err := (Check{}).Run(t.Context(), target(fake, fake.URL("/igd.xml"))); err != nil || len(found) != 0 {
		t.Errorf("no doors: got %+v, %v", found, err)
	}
	if found, err := (Check{}).Run(t.Context(), target(fake, fake.URL("/nothing.xml"))); err == nil {
		t.Errorf("no description: got %+v", found)
	}
}

func TestADescriptionThatMovedIsFoundAgain(t *testing.T) {
	fake := router(&testhome.IGD{External: netip.MustParseAddr("203.0.113.77"), Mappings: []testhome.Mapping{{Protocol: "TCP", Outer: 80, Inner: 80, Client: camera, Enabled: true}}})
	testhome.Run(t, fake)
	moved := target(fake, "")
	moved.Before = []checks.Finding{{Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: closed}}}}
	for name, tt := range map[string]checks.Target{"not heard in this round": moved, "heard at another port": target(fake, closed)} {
		if found, err := (Check{}).Run(t.Context(), tt); err != nil || len(found) != 1 {
			t.Errorf("%s: got %+v, %v", name, found, err)
		}
	}
}

func TestOnlyTwoClearRefusalsMeanSwitchedOff(t *testing.T) {
	fake := router(nil)
	fake.Addr = netip.MustParseAddr("127.0.0.1")
	before := []checks.Finding{{Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: closed}}}}
	others := discovery.Fact{Key: discovery.FactSSDPTarget, Value: "urn:schemas-wifialliance-org:device:WFADevice:1"}
	gateway := discovery.Fact{Key: discovery.FactSSDPTarget, Value: "urn:schemas-upnp-org:device:InternetGatewayDevice:2"}
	says := func(b string) func(context.Context, uint16, []byte, string) ([]byte, error) {
		return func(context.Context, uint16, []byte, string) ([]byte, error) { return []byte(b), nil }
	}
	for _, tt := range []struct {
		name     string
		exchange func(context.Context, uint16, []byte, string) ([]byte, error)
		at       string
		facts    []discovery.Fact
		before   []checks.Finding
		fixed    bool
	}{
		{name: "both refuse", exchange: refused, before: before, fixed: true},
		{name: "both refuse after it was heard: looked at again", exchange: refused, at: closed, before: before, fixed: true},
		{name: "searches are not answered", exchange: silent, before: before},
		{name: "other searches are answered", exchange: silent, before: before, facts: []discovery.Fact{others}, fixed: true},
		{name: "it says that it is a gateway", exchange: silent, before: before, facts: []discovery.Fact{others, gateway}},
		{name: "nothing was found before", exchange: refused, at: closed},
		{name: "nonsense", exchange: says("\x1b[31mHTTP/9"), before: before},
		{name: "leads away", exchange: says("HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: http://192.0.2.99/igd.xml\r\n\r\n"), before: before},
		{name: "leads to a closed door", exchange: says("HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: " + closed + "\r\n\r\n"), before: before},
		{name: "another kind of device", exchange: says("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://127.0.0.1:1/d.xml\r\n\r\n"), before: before},
	} {
		target := target(fake, tt.at)
		target.Exchange, target.Before = tt.exchange, tt.before
		target.Device.Facts = append(target.Device.Facts, tt.facts...)
		found, err := Check{}.Run(t.Context(), target)
		if (err == nil) != tt.fixed || len(found) > 0 {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
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
