package upnp

import (
	"context"
	"errors"
	"fmt"
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

var (
	self     = netip.MustParseAddr("127.0.0.1")
	location = discovery.Fact{Key: ssdp.FactGatewayLocation, Value: "http://127.0.0.1:1/igd.xml"} // nobody listens
	target   = discovery.Fact{Key: discovery.FactSSDPTarget, Value: "urn:schemas-upnp-org:device:InternetGatewayDevice:2"}
	other    = discovery.Fact{Key: discovery.FactSSDPTarget, Value: "urn:schemas-upnp-org:device:MediaServer:1"}
	natPMP   = discovery.Fact{Key: factMapping, Value: "0"}
)

const (
	refuses   = "refuses"
	silence   = ""
	mapsDoors = "\x00\x80\x00\x00\x00\x00\x0e\x10\x64\x40\x01\x02" // 100.64.1.2
	mapsNone  = "\x00\x80\x00\x02\x00\x00\x0e\x10\x00\x00\x00\x00"
	pcpOnly   = "pcp only"
)

// A router answers what it is asked at the ports of NAT-PMP and of searches.
type router struct{ mapping, search string }

func (r router) exchange(_ context.Context, port uint16, payload []byte, line string) ([]byte, error) {
	if !lan.Listed("udp", line) {
		return nil, fmt.Errorf("%q is not listed", line)
	}
	says := r.search
	if port == 5351 {
		says = r.mapping
		if payload[1] != 0 {
			return nil, errors.New("it was asked for more than it may be")
		}
		if says == pcpOnly {
			says = "\x02\x80\x00\x01" + zeros
			if payload[0] == versionPCP {
				says = "\x02\x80\x00\x0c" + zeros
			}
		}
	}
	switch says {
	case refuses:
		return nil, fmt.Errorf("ask: %w: %w", lan.ErrNoAnswer, syscall.ECONNREFUSED)
	case silence:
		return nil, lan.ErrNoAnswer
	}
	return []byte(says), nil
}

func TestWhatOpensDoorsByItselfIsFound(t *testing.T) {
	const found = "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: http://127.0.0.1:1/igd.xml\r\n\r\n"
	const away = "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: http://192.0.2.9/igd.xml\r\n\r\n"
	for _, tt := range []struct {
		name   string
		router router
		facts  []discovery.Fact
		before []discovery.Fact
		ways   string // of what is found
		err    error  // errUnclear: could not be checked
	}{
		{name: "UPnP was heard", facts: []discovery.Fact{location}, router: router{mapping: refuses}, ways: "UPnP"},
		{name: "only its answer to a search", facts: []discovery.Fact{target}, ways: "UPnP"},
		{name: "all", facts: []discovery.Fact{location}, router: router{mapping: mapsDoors}, ways: "UPnP, NAT-PMP"},
		{name: "NAT-PMP alone", router: router{mapping: mapsDoors}, ways: "NAT-PMP"},
		{name: "PCP alone", router: router{mapping: pcpOnly}, ways: "PCP"},
		{name: "nothing, and it says so", router: router{mapping: refuses}},
		{name: "NAT-PMP is switched off", router: router{mapping: mapsNone}},
		{name: "nothing was ever heard", err: checks.ErrNotApplicable},
		{name: "nonsense", router: router{mapping: "\x1b[2Jhello"}, err: errUnclear},
		{name: "endless", router: router{mapping: strings.Repeat("A", 9000)}, err: errUnclear},

		{name: "before: switched off", before: []discovery.Fact{location}, router: router{mapping: refuses, search: refuses}},
		{name: "before: switched off, looked at again", facts: []discovery.Fact{location, target}, before: []discovery.Fact{location}, router: router{mapping: refuses, search: refuses}},
		{name: "before: only other searches answered", facts: []discovery.Fact{other}, before: []discovery.Fact{location}},
		{name: "before: at another port now", before: []discovery.Fact{location}, router: router{search: found}, ways: "UPnP"},
		{name: "before: silent", before: []discovery.Fact{location}, err: errUnclear},
		{name: "before: silent, but it says that it is one", facts: []discovery.Fact{target}, before: []discovery.Fact{location}, err: errUnclear},
		{name: "before: leads away", before: []discovery.Fact{location}, router: router{search: away}, err: errUnclear},
		{name: "before: by an answer to a search, still heard", facts: []discovery.Fact{target}, before: []discovery.Fact{target}, router: router{search: refuses}, err: errUnclear},
		{name: "before: by an answer to a search, now refused", before: []discovery.Fact{target}, router: router{search: refuses}},
		{name: "before: NAT-PMP, now off", before: []discovery.Fact{natPMP}, router: router{mapping: refuses}},
		{name: "before: NAT-PMP, now silent", before: []discovery.Fact{natPMP}, err: errUnclear},
		{name: "before: both, UPnP off", before: []discovery.Fact{location, natPMP}, router: router{mapping: mapsDoors, search: refuses}, ways: "NAT-PMP"},
		{name: "before: both, one silent", before: []discovery.Fact{location, natPMP}, router: router{search: refuses}, err: errUnclear},
	} {
		home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: self}, "test", nil)
		target := checks.Target{Device: discovery.Device{ID: "d-1", Addrs: []netip.Addr{self}, Facts: tt.facts}, Way: way.To(home, self, lan.Sturdy)}
		target.Exchange = tt.router.exchange
		if len(tt.before) > 0 {
			target.Before = []checks.Finding{{Evidence: tt.before}}
		}
		got, err := Check{}.Run(t.Context(), target)
		nc, unclear := errors.AsType[*checks.NotChecked](err)
		switch {
		case errors.Is(tt.err, errUnclear):
			if !unclear || nc.Reason != checks.ReasonUnclear || len(got) > 0 {
				t.Errorf("%s: got %+v, %v", tt.name, got, err)
			}
		case !errors.Is(err, tt.err) || (len(got) == 1) != (tt.ways != "") || (len(got) == 1 && got[0].Args["ways"] != tt.ways):
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}

var errUnclear = errors.New("could not be checked")

func TestADescriptionThatIsStillThereIsFound(t *testing.T) {
	fake := testhome.Single("router", testhome.UPnPPages())
	fake.UPnP = &testhome.UPnP{Path: "/igd.xml", UUID: "1", Type: "urn:schemas-upnp-org:device:InternetGatewayDevice:1"}
	testhome.Run(t, fake)
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: self}, "test", nil)
	target := checks.Target{Device: discovery.Device{ID: "d-1", Addrs: []netip.Addr{self}}, Way: way.To(home, self, lan.Sturdy)}
	for path, on := range map[string]bool{"/igd.xml": true, "/nothing.xml": false} {
		target.Before = []checks.Finding{{Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: fake.URL(path)}}}}
		if found, err := (Check{}).Run(t.Context(), target); (len(found) == 1) != on || (err == nil) != on {
			t.Errorf("%s: got %+v, %v", path, found, err)
		}
	}
}

func TestHostileDescriptionsAreUnclear(t *testing.T) {
	for name, page := range map[string]testhome.Web{
		"endless": testhome.EndlessBody(), "elsewhere": testhome.RedirectTo("http://192.0.2.99/igd.xml"), "deep XML": testhome.DeepXML(100),
		"DOCTYPE": testhome.DoctypeXML(), "headers": testhome.ManyHeaders(1000), "a page": testhome.Page("", "hello"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := testhome.Single("router", page)
			testhome.Run(t, fake)
			home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: self}, "test", nil)
			target := checks.Target{
				Device: discovery.Device{ID: "d-1", Addrs: []netip.Addr{self}}, Way: way.To(home, self, lan.Sturdy),
				Before: []checks.Finding{{Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: fake.URL("/igd.xml")}}}},
			}
			target.Exchange = router{mapping: refuses}.exchange
			if found, err := (Check{}).Run(t.Context(), target); err == nil || len(found) > 0 {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}

func TestAConsoleInTheHomeMakesItNoJob(t *testing.T) {
	target := checks.Target{Device: discovery.Device{Facts: []discovery.Fact{location}}}
	target.Exchange = router{mapping: mapsDoors}.exchange
	for kind, want := range map[discovery.Kind]checks.Severity{discovery.KindTV: checks.Good, discovery.KindConsole: checks.Inform} {
		target.Others = []discovery.Device{{Kind: kind}}
		got, err := Check{}.Run(t.Context(), target)
		if err != nil || len(got) != 1 || got[0].Severity != want || got[0].Args[checks.ArgOutside] != checks.BehindCarrier {
			t.Errorf("with a %s: got %+v, %v", kind, got, err)
		}
	}
}

func TestOnlyRoutersAreAsked(t *testing.T) {
	for _, tt := range []struct {
		facts []discovery.Fact
		want  bool
	}{
		{nil, false},
		{[]discovery.Fact{other}, false},
		{[]discovery.Fact{target}, true},
		{[]discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}, true},
	} {
		if got := (Check{}).Applies(discovery.Device{Facts: tt.facts}); got != tt.want {
			t.Errorf("%+v: got %v", tt.facts, got)
		}
	}
}
