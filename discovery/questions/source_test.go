package questions

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/identify"
	"porchlight/discovery/lan"
)

// requestsFile is the list of all that may be sent.
const requestsFile = "../lan/requests.txt"

func catalog(t testing.TB) *makers.Catalog {
	t.Helper()
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve answers pages on loopback and lists what it was asked.
func serve(t *testing.T, pages map[string]string) (at netip.AddrPort, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		all = append(all, r.Method+" "+r.RequestURI)
		mu.Unlock()
		body, ok := pages[r.RequestURI]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(s.Listener.Addr().String()), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// probe walks a device with these facts and gives it as it is known after.
func probe(t *testing.T, at netip.AddrPort, facts ...discovery.Fact) discovery.Device {
	t.Helper()
	h := lan.Open(discovery.Network{
		Interface: "lo", Prefix: netip.MustParsePrefix("127.0.0.0/24"), Addr: netip.MustParseAddr("127.0.0.1"), Practice: true,
	}, "test", slog.New(slog.DiscardHandler))
	c := catalog(t)
	d := discovery.Device{
		Addrs: []netip.Addr{at.Addr()}, Facts: facts,
		Services: []discovery.Service{{Port: at.Port(), Transport: "tcp", Protocol: "http"}},
	}
	identify.Apply(c, &d)
	err := Prober{Home: h, Catalog: c}.Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) {
		d.Facts = append(d.Facts, o.Facts...)
		identify.Apply(c, &d)
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestARecognisedProductIsAskedForItsVersion(t *testing.T) {
	for _, tt := range []struct {
		name      string
		sign      discovery.Fact
		page      string
		body      string
		firmware  string
		wantAsked []string
	}{
		{
			"FRITZ!Box",
			discovery.Fact{Key: "ssdp.target", Value: "urn:schemas-upnp-org:device:fritzbox:1"},
			"/jason_boxinfo.xml",
			`<j:BoxInfo xmlns:j="http://jason.avm.de/updatecheck/"><j:Name>FRITZ!Box 7530</j:Name><j:HW>236</j:HW><j:Version>164.07.57</j:Version></j:BoxInfo>`,
			"07.57",
			[]string{"GET /jason_boxinfo.xml"},
		},
		{
			"Hue bridge",
			discovery.Fact{Key: "mdns.service", Value: "_hue._tcp"},
			"/api/config",
			`{"name":"Hall","modelid":"BSB002","swversion":"1978293000","apiversion":"1.78.0"}`, "1978293000",
			[]string{"GET /api/config"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at, asked := serve(t, map[string]string{tt.page: tt.body})
			d := probe(t, at, tt.sign)
			if d.Firmware != tt.firmware || d.Model == "" {
				t.Errorf("got %q %q, firmware %q, want %q", d.Vendor, d.Model, d.Firmware, tt.firmware)
			}
			if got := asked(); !slices.Equal(got, tt.wantAsked) {
				t.Errorf("asked %q, want %q", got, tt.wantAsked)
			}
		})
	}
}

func TestOnlyWhoShowedItsSignIsAsked(t *testing.T) {
	for name, facts := range map[string][]discovery.Fact{
		"nobody knows it":         {{Key: "http.title", Value: "Welcome"}},
		"another maker":           {{Key: "upnp.manufacturer", Value: "Lexmark"}},
		"its version is known":    {{Key: "ssdp.server", Value: "FRITZ!Box UPnP/1.0 AVM FRITZ!Box 7590 154.07.29"}},
		"only the user said so":   nil,
		"only its card was known": nil,
	} {
		t.Run(name, func(t *testing.T) {
			at, asked := serve(t, nil)
			probe(t, at, facts...)
			if got := asked(); len(got) != 0 {
				t.Errorf("asked %q", got)
			}
		})
	}
	for _, e := range []discovery.Evidence{
		{Field: "vendor", Source: discovery.FactMACVendor, Strength: discovery.Likely},
		{Field: "vendor", Source: "user", Strength: discovery.Corrected},
		{Field: "kind", Source: "http.title", Strength: discovery.Saw},
	} {
		if identify.Recognised(discovery.Device{Vendor: "AVM", Evidence: []discovery.Evidence{e}}) {
			t.Errorf("%+v makes a device recognised", e)
		}
	}
}

func TestADeviceIsAskedFewPagesEachOnce(t *testing.T) {
	at, asked := serve(t, map[string]string{"/currentsetting.htm": "<html>soft 404</html>"})
	probe(t, at, discovery.Fact{Key: "upnp.manufacturer", Value: "NETGEAR, Inc."}, discovery.Fact{Key: "upnp.device_type", Value: "urn:schemas-upnp-org:device:InternetGatewayDevice:1"})
	got := asked()
	if len(got) > maxQuestions || len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(got) {
		t.Errorf("asked %q", got)
	}
}

// Each question is listed, and each listed page is somebody's question.
func TestQuestionsAndTheListOfRequestsAgree(t *testing.T) {
	asked := map[string]bool{"GET /": true, "GET /favicon.ico": true}
	for _, m := range catalog(t).Makers {
		for _, q := range m.Questions {
			u, err := url.Parse("http://192.0.2.1" + q.Path)
			if err != nil {
				t.Fatalf("%s: %v", m.File, err)
			}
			line := "GET " + u.RequestURI()
			asked[line] = true
			if !lan.Listed("tcp", line) {
				t.Errorf("%s.toml asks for %s, which is not in %s", m.File, q.Path, requestsFile)
			}
			for _, k := range q.Kinds {
				if !slices.Contains(discovery.Kinds(), k) {
					t.Errorf("%s.toml: no such kind: %q", m.File, k)
				}
			}
		}
		for _, o := range m.Opens { // checks/openadmin has a test that they are listed, checks/camera too
			for _, p := range o.Proofs {
				asked["GET "+p.Path] = true
			}
		}
		for _, s := range m.Streams {
			asked["GET "+s.Picture] = true
		}
		for _, l := range m.Logins { // checks/defaultlogin has a test that they are listed
			asked["GET "+l.Path], asked["GET "+l.Page.Path] = true, true
		}
	}
	for _, line := range lan.Requests() {
		page, ok := strings.CutPrefix(line, "tcp ")
		if ok && strings.HasPrefix(page, "GET /") && !strings.Contains(page, " with ") && !asked[page] {
			t.Errorf("%s lists %q, which nobody asks", requestsFile, page)
		}
	}
	t.Log(len(asked), "pages:", slices.Sorted(maps.Keys(asked)))
}

func FuzzAnswer(f *testing.F) {
	f.Add("/api", []byte(`{"a":{"b":1}}`))
	f.Add("/x", []byte("<title>\x1b</title>"))
	f.Fuzz(func(t *testing.T, path string, b []byte) {
		o := observation(netip.MustParseAddr("127.0.0.1"), path, http.Header{"Server": {string(b)}}, b, nil)
		if len(o.Facts) > discovery.MaxFacts {
			t.Errorf("%d facts", len(o.Facts))
		}
		for _, fact := range o.Facts {
			if fact.Value != discovery.Clean(fact.Value) {
				t.Errorf("not clean: %q", fact.Value)
			}
		}
	})
}
