package news

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

var quiet = slog.New(slog.DiscardHandler)

// A shelf keeps states in memory.
type shelf struct{ states map[string]State }

func (s *shelf) News(context.Context) ([]State, error) {
	return slices.Collect(maps.Values(s.states)), nil
}

func (s *shelf) SaveNews(_ context.Context, n State) error {
	if s.states == nil {
		s.states = map[string]State{}
	}
	s.states[n.Source] = n
	return nil
}

// everything is a home with a product of each maker.
var everything = []Product{
	{Maker: "MikroTik", Family: "routeros"},
	{Maker: "Home Assistant"},
	{Maker: "OpenWrt"},
	{Maker: "Philips Hue", Model: "BSB002"},
	{Maker: "Shelly", Model: "SHPLG-S"},
	{Maker: "Synology", Model: "DS1621+"},
	{Maker: "Ubiquiti", Model: "U6-Lite"},
	{Maker: "Netgear", Model: "R7000"},
	{Maker: "WLED"},
	{Maker: "Tasmota"},
	{Maker: "ESPHome"},
	{Maker: "Zigbee2MQTT"},
	{Maker: "TP-Link", Model: "Archer AX21"},
}

// honest answers each request the way its source does, with versions and holes that are made up.
var honest = map[string]string{
	"/cisagov/kev-data/main/known_exploited_vulnerabilities.json": `{"catalogVersion": "2026.01.02", "dateReleased": "2026-01-02T03:04:05.0000Z", "count": 2, "vulnerabilities": [
		{"cveID": "CVE-2019-99999", "vendorProject": "D-Link", "product": "DIR-000 Router", "dateAdded": "2025-12-01", "knownRansomwareCampaignUse": "Known", "notes": ""},
		{"cveID": "CVE-2020-99998", "vendorProject": "Hikvision", "product": "Multiple Cameras", "dateAdded": "2026-01-02", "knownRansomwareCampaignUse": "Unknown"}]}`,
	"/routeros/NEWESTa7.stable":    "7.99.2 1760000000\n",
	"/routeros/NEWESTa7.long-term": "7.98.5 1750000000\n",
	"/routeros/LATEST.6":           "6.99.19 1740000000\n",
	"/stable.json":                 `{"channel": "stable", "supervisor": "2026.01.0", "homeassistant": {"default": "2026.1.2", "odroid-n2": "2026.1.1"}, "hassos": {"rpi4-64": "17.1"}}`,
	"/.versions.json":              `{"stable_version": "24.10.9", "oldstable_version": "23.05.8", "upcoming_version": "", "versions_list": ["24.10.9", "23.05.8"]}`,
	"/v1/checkupdate?deviceTypeId=BSB002&version=0": `{"updates": [{"createdAt": "2025-11-03T10:11:12Z", "version": 1999000002, "versionName": "1.99.0"},
		{"createdAt": "2024-11-03T10:11:12Z", "version": 1999000001, "versionName": "1.98.0"}]}`,
	"/files/firmware": `{"isok": true, "data": {"SHPLG-S": {"url": "http://example.invalid/a.zip", "version": "20251003-120000/v1.99.1-gabcdef0", "beta_ver": "20251103-120000/v1.99.2-rc1-gabcdef0"},
		"SHSW-1": {"version": "20251003-120000/v1.99.0"}, "SHNEW": {"version": "next year"}}}`,
	"/autoupdate/genRSS.php": `<?xml version="1.0"?><rss version="2.0"><channel><title>Updates</title>
		<item><title>DSM 7.9.1-89001</title><BuildPhase>0</BuildPhase><BuildNum>89001</BuildNum>
			<model><mUnique>synology_v1000_1621+</mUnique><mLink>https://example.invalid/DSM_DS1621%2B_89001.pat</mLink></model></item>
		<item><title>DSM 7.9.2-89002</title><BuildPhase>1</BuildPhase><BuildNum>89002</BuildNum>
			<model><mLink>https://example.invalid/DSM_DS1621%2B_89002.pat</mLink></model></item>
		<item><title>DSM 6.2.9-29999</title><BuildPhase>0</BuildPhase><BuildNum>29999</BuildNum>
			<model><mLink>https://example.invalid/DSM_DS1621%2B_29999.pat</mLink></model>
			<model><mLink>https://example.invalid/DSM_DS112j_29999.pat</mLink></model></item></channel></rss>`,
	"/api/firmware-latest?filter=eq~~channel~~release&filter=eq~~product~~unifi-firmware": `{"_embedded": {"firmware": [
		{"channel": "release", "created": "2025-10-01T00:00:00Z", "platform": "U6-Lite", "product": "unifi-firmware", "version": "v6.99.7+19999"},
		{"channel": "beta", "created": "2025-10-09T00:00:00Z", "platform": "U6-Lite", "product": "unifi-firmware", "version": "v7.0.0+20000"}]}}`,
	"/r7000/auto/fileinfo.txt":                  "[Major1]\nfile=R7000-V1.0.99.136_10.2.120.chk\nmd5=00\nsize=1\n[Major2]\nfile=R7000-V1.0.99.100_10.2.100.chk\n",
	"/repos/wled/WLED/releases/latest":          `{"tag_name": "v0.99.1", "draft": false, "prerelease": false, "published_at": "2025-09-01T00:00:00Z"}`,
	"/repos/arendst/Tasmota/releases/latest":    `{"tag_name": "v99.1.0", "published_at": "2025-09-01T00:00:00Z"}`,
	"/repos/esphome/esphome/releases/latest":    `{"tag_name": "2026.1.0", "published_at": "2025-09-01T00:00:00Z"}`,
	"/repos/Koenkk/zigbee2mqtt/releases/latest": `{"tag_name": "9.1.0", "published_at": "2025-09-01T00:00:00Z"}`,

	"/rest/json/cves/2.0?cveId=CVE-2019-99999":                       nvdRecord,
	"/CVEProject/cvelistV5/main/cves/2019/99xxx/CVE-2019-99999.json": cveRecord,
}

// sources are all, those of records with a hole to ask about.
func sources() []Source {
	return slices.Concat(All()[:len(All())-len(places())], Records([]string{"CVE-2019-99999"}, nil, time.Now()))
}

func answering(w http.ResponseWriter, r *http.Request) {
	body, ok := honest[r.URL.RequestURI()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write([]byte(body))
}

// An internet is one server that is all sources at once, with a certificate that ends some day.
type internet struct {
	client *Client
	dialed atomic.Int32
	server *httptest.Server
	// patience is for all its answers: enough for a busy machine, unless the test is about silence.
	patience time.Duration
}

func online(t *testing.T, ends time.Time, handler http.HandlerFunc) *internet {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "simulated"}, NotBefore: ends.Add(-365 * 24 * time.Hour), NotAfter: ends,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	for _, s := range All() {
		c.DNSNames = append(c.DNSNames, s.Host())
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	n := &internet{server: httptest.NewUnstartedServer(handler), patience: 9 * time.Second}
	n.server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	n.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	n.server.StartTLS()
	t.Cleanup(func() { n.server.CloseClientConnections(); n.server.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	n.client = &Client{Version: "1.2.3", Roots: roots, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		n.dialed.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, n.server.Listener.Addr().String())
	}}
	return n
}

var later = time.Now().Add(24 * time.Hour)

func ask(t *testing.T, n *internet, s *shelf, on []string, home []Product) {
	t.Helper()
	k := Keeper{Client: n.client, Shelf: s, Sources: sources(), Log: quiet, Patience: n.patience}
	if err := k.Ask(t.Context(), on, home, func(string, string, int, int) {}); err != nil {
		t.Error(err)
	}
}

// tomorrow makes as if the sources had been asked a day ago.
func (s *shelf) tomorrow() {
	for name, state := range s.states {
		state.Asked = state.Asked.Add(-24 * time.Hour)
		s.states[name] = state
	}
}

func same(name string) string { return name }

func TestEverySourceTellsItsNewest(t *testing.T) {
	n := online(t, later, answering)
	s := &shelf{}
	ask(t, n, s, Names(), everything)
	for _, name := range Names() {
		if state := s.states[name]; state.Trouble != "" || state.Known() == 0 || state.Answered().IsZero() {
			t.Errorf("%s: got %+v", name, state)
		}
	}
	states, _ := s.News(t.Context())
	b := NewBook(states, same)
	for _, tt := range []struct {
		p             Product
		running, want string
	}{
		{Product{Maker: "MikroTik", Family: "routeros"}, "7.1", "7.99.2"},
		{Product{Maker: "MikroTik", Family: "routeros"}, "7.98.5", "7.98.5"}, // the newest of its channel
		{Product{Maker: "MikroTik", Family: "routeros"}, "6.49.1", "6.99.19"},
		{Product{Maker: "MikroTik", Family: "routeros"}, "", ""},
		{Product{Maker: "MikroTik", Family: "swos"}, "2.1", ""},
		{Product{Maker: "Home Assistant", Model: "Green"}, "2025.3.4", "2026.1.2"},
		{Product{Maker: "OpenWrt"}, "24.10.1", "24.10.9"},
		{Product{Maker: "OpenWrt"}, "23.05.3", "23.05.8"},
		{Product{Maker: "OpenWrt"}, "19.07.1", "24.10.9"},
		{Product{Maker: "Philips Hue", Model: "BSB002"}, "1967054020", "1999000002"},
		{Product{Maker: "Philips Hue", Model: "BSB003"}, "1967054020", ""},
		{Product{Maker: "Shelly", Model: "SHPLG-S"}, "1.14.0", "1.99.1"},
		{Product{Maker: "Shelly", Model: "PlusPlugS"}, "1.4.4", ""},
		{Product{Maker: "Synology", Model: "DS1621+"}, "7.2-69057", "7.9.1-89001"},
		{Product{Maker: "Synology", Model: "DS112j"}, "6.2-1", "6.2.9-29999"},
		{Product{Maker: "Synology", Model: "DS1621"}, "7.2-69057", ""},
		{Product{Maker: "Ubiquiti", Model: "U6-Lite"}, "6.6.77", "6.99.7"},
		{Product{Maker: "Netgear", Model: "R7000"}, "V1.0.1.1", "V1.0.99.136_10.2.120"},
		{Product{Maker: "Netgear", Model: "R8000"}, "V1.0.1.1", ""},
		{Product{Maker: "WLED"}, "0.14.0", "0.99.1"},
		{Product{Maker: "Tasmota"}, "13.4.0", "99.1.0"},
		{Product{Maker: "ESPHome"}, "2024.6.1", "2026.1.0"},
		{Product{Maker: "Zigbee2MQTT"}, "1.40.0", "9.1.0"},
		{Product{Maker: "TP-Link"}, "1.0", ""},
	} {
		got, ok := b.Newest(tt.p, tt.running)
		if got.Version != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v with %q: got %+v, want %q", tt.p, tt.running, got, tt.want)
		}
		if ok && (got.Page == "" || got.Seen.IsZero()) {
			t.Errorf("%+v: no source or time: %+v", tt.p, got)
		}
	}
	if got := b.Holes("d-link", "DIR-000"); len(got) != 1 || got[0].CVE != "CVE-2019-99999" || got[0].Said.IsZero() {
		t.Errorf("got %+v", got)
	}
}

// Without a switch there is not one connection, nor for makers that are not in the home, nor twice a day.
func TestNobodyIsAskedWhoIsNotSwitchedOn(t *testing.T) {
	n := online(t, later, answering)
	for name, tt := range map[string]struct {
		on   []string
		home []Product
		want int32
	}{
		"all off":           {nil, everything, 0},
		"empty switch":      {[]string{""}, everything, 0},
		"no such maker":     {[]string{"mikrotik", "netgear", "hue", "shelly", "wled"}, []Product{{Maker: "Sonos"}, {Maker: "Shelly", Model: "PlusPlugS"}}, 0},
		"an odd model":      {[]string{"netgear", "hue"}, []Product{{Maker: "Netgear", Model: "../../R7000"}, {Maker: "Philips Hue", Model: "BSB002&x=1"}}, 0},
		"one on":            {[]string{"home-assistant"}, everything, 1},
		"the same for all":  {[]string{"kev"}, nil, 1},
		"three, of a maker": {[]string{"mikrotik"}, everything, 3},
	} {
		n.dialed.Store(0)
		s := &shelf{}
		ask(t, n, s, tt.on, tt.home)
		ask(t, n, s, tt.on, tt.home) // the same day
		if got := n.dialed.Load(); got != tt.want {
			t.Errorf("%s: %d connections, want %d", name, got, tt.want)
		}
	}
}

func TestARequestSaysNothingOfTheHome(t *testing.T) {
	var mu sync.Mutex
	var got []*http.Request
	n := online(t, later, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got = append(got, r)
		mu.Unlock()
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Set-Cookie", "who=you")
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		answering(w, r)
	})
	s := &shelf{}
	ask(t, n, s, Names(), everything)
	first := len(got)
	before := s.states["kev"].Known()
	s.tomorrow()
	ask(t, n, s, Names(), everything)
	for i, r := range got {
		if r.Method != http.MethodGet || r.UserAgent() != "Porchlight/1.2.3" || r.ContentLength > 0 || r.Header.Get("Cookie") != "" {
			t.Errorf("sent %s %s %v", r.Method, r.URL, r.Header)
		}
		if (r.Header.Get("If-None-Match") != "") != (i >= first) {
			t.Errorf("request %d of %d: tag %q", i, first, r.Header.Get("If-None-Match"))
		}
		for _, never := range []string{"DS1621", "U6-Lite", "SHPLG", "Archer"} {
			if strings.Contains(r.URL.String(), never) {
				t.Errorf("the home was told of: %s", r.URL)
			}
		}
	}
	if len(got) != 2*first || s.states["kev"].Trouble != "" || s.states["kev"].Known() != before {
		t.Errorf("%d requests, then %d; kept %+v", first, len(got)-first, s.states["kev"])
	}
}

func packed(n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range n {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	return b.Bytes()
}

// Whatever sources do, asking ends in time, what they said before stays, and it is known what is wrong since when.
func TestSourcesThatFailChangeNothing(t *testing.T) {
	bomb := packed(100)
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	for name, tt := range map[string]struct {
		ends   time.Time
		handle http.HandlerFunc
		want   Trouble // of kev, if not of all
		all    bool
	}{
		"down":    {handle: nil, want: Unreachable, all: true},
		"slow":    {handle: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, want: Slow, all: true},
		"refused": {handle: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, want: Refused, all: true},
		"page":    {handle: body("<!DOCTYPE html><html><title>Sign in to the Wi-Fi</title></html>"), want: Odd, all: true},
		"empty":   {handle: body(""), want: Odd, all: true},
		"braces":  {handle: body("{}"), want: Odd, all: true},
		"null":    {handle: body("null"), want: Odd, all: true},
		"deep":    {handle: body(strings.Repeat("[", 100_000)), want: Odd, all: true},
		"endless": {handle: func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, want: TooBig, all: true},
		"bomb": {handle: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}, want: TooBig, all: true},
		"expired": {ends: time.Now().Add(-time.Hour), handle: answering, want: Certificate, all: true},
		"elsewhere": {handle: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://192.168.1.1/", http.StatusFound)
		}, want: Refused, all: true},
		"unsafe": {handle: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
		}, want: Refused, all: true},
		"circle": {handle: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, want: Refused, all: true},
		"older":  {handle: body(`{"dateReleased": "2025-01-02T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2019-99999", "vendorProject": "D-Link", "product": "x", "dateAdded": "2025-01-01"}]}`), want: Older},
		"future": {handle: body(`{"dateReleased": "2999-01-02T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2019-99999", "vendorProject": "D-Link", "product": "x", "dateAdded": "2025-01-01"}]}`), want: Odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := online(t, later, answering)
			s := &shelf{}
			ask(t, good, s, Names(), everything)
			before := maps.Clone(s.states)
			s.tomorrow()
			if tt.ends.IsZero() {
				tt.ends = later
			}
			bad := online(t, tt.ends, tt.handle)
			if tt.want == Slow {
				bad.patience = 2 * time.Second
			}
			if tt.handle == nil {
				bad.server.Close()
			}
			start := time.Now()
			ask(t, bad, s, Names(), everything)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			for _, source := range Names() {
				state := s.states[source]
				if tt.all || source == "kev" {
					if state.Trouble != tt.want || state.Since.IsZero() {
						t.Errorf("%s: trouble %q since %v, want %q", source, state.Trouble, state.Since, tt.want)
					}
				}
				for path, p := range before[source].Parts {
					if now := state.Parts[path]; len(now.Answer.News) != len(p.Answer.News) || len(now.Answer.Holes) != len(p.Answer.Holes) {
						t.Errorf("%s forgot: %+v", source, now)
					}
				}
			}
			since := s.states["kev"].Since
			s.tomorrow()
			ask(t, bad, s, []string{"kev"}, everything)
			if got := s.states["kev"].Since; !got.Equal(since) {
				t.Errorf("since %v, and on the next day since %v", since, got)
			}
			s.tomorrow()
			ask(t, good, s, []string{"kev"}, everything)
			if got := s.states["kev"]; got.Trouble != "" || !got.Since.IsZero() {
				t.Errorf("it answers again, and is still in trouble: %+v", got)
			}
		})
	}
}

func TestALieIsNotBelieved(t *testing.T) {
	var answer atomic.Value
	n := online(t, later, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".stable") {
			_, _ = w.Write([]byte(answer.Load().(string)))
			return
		}
		answering(w, r)
	})
	s := &shelf{}
	router := Product{Maker: "MikroTik", Family: "routeros"}
	newest := func() string {
		ask(t, n, s, []string{"mikrotik"}, everything)
		s.tomorrow()
		states, _ := s.News(t.Context())
		got, _ := NewBook(states, same).Newest(router, "7.1")
		return got.Version
	}
	for _, tt := range []struct {
		say, want string
		trouble   Trouble
	}{
		{"7.99.2 1760000000", "7.99.2", ""},
		{"7.1.1 1760000000", "7.99.2", Older},
		{"6.99.99 1760000000", "7.99.2", Odd},
		{"8.0 1760000000", "7.99.2", Odd},
		{"7.99.3 99999999999", "7.99.2", Odd},
		{"7.99.3 -5", "7.99.2", Odd},
		{"7.99.3", "7.99.2", Odd},
		{"7.99.3 1760000000", "7.99.3", ""},
	} {
		answer.Store(tt.say)
		if got := newest(); got != tt.want || s.states["mikrotik"].Trouble != tt.trouble {
			t.Errorf("%q: got %q, trouble %q", tt.say, got, s.states["mikrotik"].Trouble)
		}
	}
	// A version that was withdrawn is forgotten some day.
	old := s.states["mikrotik"]
	for _, p := range old.Parts {
		for i := range p.Answer.News {
			p.Answer.News[i].Seen = time.Now().Add(-unsaid)
		}
	}
	answer.Store("7.99.1 1760000000")
	if got := newest(); got != "7.99.1" {
		t.Errorf("got %q", got)
	}
}

func TestHolesAreFoundByWholeNames(t *testing.T) {
	var holes []Hole
	for cve, words := range map[string]string{
		"CVE-2026-0001": "DIR-820 Router", "CVE-2026-0002": "AC7, AC9, and AC10 Routers", "CVE-2026-0003": "Multiple Routers", "CVE-2026-0004": "Archer AX21",
		"CVE-2026-0005": "RouterOS", "CVE-2026-0006": "Security cameras web server", "CVE-2026-0007": strings.Repeat("x ", 400),
	} {
		holes = append(holes, Hole{CVE: cve, Maker: "MAKER Corp", Product: words})
	}
	states := []State{{Source: "kev", Parts: map[string]Part{"/": {Answered: later, Answer: Answer{Holes: holes}}}}}
	b := NewBook(states, func(string) string { return "Maker" })
	for name, want := range map[string]string{
		"DIR-820": "CVE-2026-0001", "dir 820": "CVE-2026-0001", "DIR-820L": "", "DIR-82": "", "AC10": "CVE-2026-0002", "AC7": "CVE-2026-0002", "AC": "", "AC71": "",
		"Archer AX21": "CVE-2026-0004", "AX21": "CVE-2026-0004", "Archer AX20": "", "routeros": "CVE-2026-0005", "": "",
	} {
		got := b.Holes("maker", name, name)
		if len(got) > 1 || (len(got) == 1) != (want != "") || (want != "" && (got[0].CVE != want || !got[0].Said.Equal(later))) {
			t.Errorf("%q: got %+v, want %q", name, got, want)
		}
	}
	if got := b.Holes("Another", "DIR-820"); got != nil {
		t.Errorf("of another maker: %+v", got)
	}
	var none *Book
	if _, ok := none.Newest(Product{Maker: "MikroTik"}, "7.1"); ok || none.Holes("Maker", "DIR-820") != nil || none.Support("Maker", "DIR-820") != nil {
		t.Error("nobody knows nothing")
	}
}

func TestASourceMustNotLeadHome(t *testing.T) {
	for _, a := range []string{
		"192.168.1.1", "10.0.0.1", "172.16.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1",
		"::1", "fe80::1", "fd00::1", "fc00::1", "::ffff:192.168.1.1", "ff02::1", "64:ff9b::c0a8:101", "2002:c0a8:101::1", "2001:db8::1", "::192.168.1.1",
	} {
		if err := outsideOnly("tcp", netip.AddrPortFrom(netip.MustParseAddr(a), 443).String(), nil); !errors.Is(err, errHome) {
			t.Errorf("%s: got %v", a, err)
		}
	}
	for _, a := range []string{"1.1.1.1", "185.199.108.133", "2606:50c0:8000::154", "64:ff9b::b9c7:6c85"} {
		if err := outsideOnly("tcp", netip.AddrPortFrom(netip.MustParseAddr(a), 443).String(), nil); err != nil {
			t.Errorf("%s: got %v", a, err)
		}
	}
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody came") }))
	defer srv.Close()
	c := (&Client{}).client(srv.Listener.Addr().String())
	if _, err := c.Get(srv.URL); !errors.Is(err, errHome) {
		t.Errorf("got %v", err)
	}
	if _, _, _, err := (&Client{}).get(t.Context(), "example.invalid", Request{Path: "/?home=mine"}, tag{}); !errors.Is(err, lan.ErrNotListed) {
		t.Errorf("a request that is not listed: got %v", err)
	}
}

// The proxy of the system may be in the home. Its address is read once in a process, so this needs another one.
func TestTheProxyOfTheSystemIsUsed(t *testing.T) {
	if os.Getenv("PORCHLIGHT_TEST_PROXY") != "" {
		_, _, _, err := (&Client{}).get(t.Context(), kev{}.Host(), kev{}.Requests(nil)[0], tag{})
		if err == nil || errors.Is(err, errHome) {
			t.Errorf("got %v", err)
		}
		return
	}
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheSystemIsUsed$")
	cmd.Env = append(os.Environ(), "PORCHLIGHT_TEST_PROXY=1", "HTTPS_PROXY="+proxy.URL, "NO_PROXY=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if got := asked.Load(); got != "CONNECT "+(kev{}).Host()+":443" {
		t.Errorf("the proxy was asked %v", got)
	}
}

func TestEveryRequestIsListed(t *testing.T) {
	listed := map[string]bool{}
	home := append(slices.Clone(everything), Product{Maker: "Philips Hue", Model: "BSB003"})
	for _, s := range sources() {
		for _, r := range s.Requests(home) {
			if !lan.Listed("https", "GET "+s.Host()+" "+r.Path) {
				t.Errorf("not listed: %s %s", s.Host(), r.Path)
			}
			listed[fmt.Sprintf("https GET %s %s", s.Host(), strings.NewReplacer("/r7000/", "/*/", "=CVE-2019-99999", "=*hole*", "/2019/99xxx/CVE-2019-99999.json", "/*/*/*").Replace(r.Path))] = true
		}
	}
	for _, line := range lan.Requests() {
		if strings.HasPrefix(line, "https GET ") && !listed[line] {
			t.Errorf("listed, and never asked: %s", line)
		}
	}
}

func TestProductsAreWhatDevicesSayThemselves(t *testing.T) {
	d := discovery.Device{Present: true, Vendor: "Netgear", Model: "R7000", Correction: discovery.Correction{Vendor: "MikroTik"}}
	away := discovery.Device{Vendor: "WLED"}
	alone := discovery.Device{Present: true, LeaveAlone: true, Vendor: "ESPHome"}
	if got := Products([]discovery.Device{d, d, away, alone, {Present: true}}); len(got) != 1 || got[0] != (Product{Maker: "Netgear", Model: "R7000"}) {
		t.Errorf("got %+v", got)
	}
}
