package program

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// listed is a source of devices that were known before, and sends nothing.
type listed []discovery.Observation

func (listed) Name() string { return "listed" }

func (l listed) Discover(_ context.Context, report func(discovery.Observation)) error {
	for _, o := range l {
		o.At = time.Now().UTC()
		report(o)
	}
	return nil
}

// routers are two that say which version they run.
var routers = listed{
	{Source: "listed", Addr: netip.MustParseAddr("127.9.44.11"), Facts: []discovery.Fact{{Key: "http.body", Value: "RouterOS v7.90"}, {Key: "mdns.host", Value: "one.local"}}},
	{Source: "listed", Addr: netip.MustParseAddr("127.9.44.12"), Facts: []discovery.Fact{
		{Key: "http.body", Value: "Firmware=V1.0.9.90_3 RegionTag=RAX30_NA Region=us Model=RAX30"}, {Key: "mdns.host", Value: "two.local"},
	}},
}

// truth is what the sources of the test say on an honest day, by the end of the path.
var truth = map[string]string{
	"known_exploited_vulnerabilities.json": `{"dateReleased": "2026-11-20T00:00:00Z", "vulnerabilities": [
		{"cveID": "CVE-2026-99999", "vendorProject": "Nobody", "product": "Nothing", "dateAdded": "2026-11-19"}]}`,
	"NEWESTa7.stable":    "7.99.2 1760000000\n",
	"NEWESTa7.long-term": "7.98.5 1750000000\n",
	"LATEST.6":           "6.99.19 1740000000\n",
	"fileinfo.txt":       "[Major1]\nfile=RAX30-V1.0.99.136_1.img\n",
}

func honest(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(truth[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]))
}

func saying(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
}

// internet lets a program ask a server on loopback whatever it asks, with a certificate that ends some day. Without a
// handler it is down.
func (p *Program) internet(t *testing.T, ends time.Time, handle http.HandlerFunc) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "simulated"}, NotBefore: ends.Add(-48 * time.Hour), NotAfter: ends,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	for _, s := range news.All() {
		c.DNSNames = append(c.DNSNames, s.Host())
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handle)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	if handle == nil {
		s.Close()
	}
	roots := x509.NewCertPool()
	roots.AddCert(c)
	p.news.Client = &news.Client{Version: "test", Roots: roots, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}}
}

// homeOf enters a home with the routers, in which three sources are asked.
func homeOf(t *testing.T) *Program {
	t.Helper()
	p := opened(t, Options{Dir: t.TempDir(), News: []string{"kev", "mikrotik", "netgear"}, Passwords: rounds.PasswordsNone, Languages: []string{"en"}})
	home, err := p.store.Home(t.Context(), "key", "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	home.Consented = time.Now().UTC()
	if err := p.store.AgreeHome(t.Context(), home.ID, "", home.Consented); err != nil {
		t.Fatal(err)
	}
	if err := p.use(t.Context(), home); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.walker.Open = func(context.Context) (*lan.Home, error) {
		return lan.Open(discovery.Network{Practice: true, Addr: netip.MustParseAddr("127.0.0.1"), Prefix: netip.MustParsePrefix("127.9.44.0/27")}, "test", p.Log), nil
	}
	p.walker.Sources = func(*lan.Home) []discovery.Source { return []discovery.Source{routers} }
	p.walker.Probers = func(*lan.Home) []discovery.Prober { return nil }
	return p
}

// outdated lists the newest versions that the latest round told of, with who said so and when.
func outdated(p *Program) []string {
	var out []string
	s := p.Feed().Latest()
	for _, f := range s.Open() {
		if f.Kind == "firmware-outdated" && f.Severity == checks.Good && f.Confidence == discovery.Likely {
			out = append(out, f.Args["version"]+" "+f.Args["newest"]+" "+f.Args["newest_source"]+" "+f.Args["newest_said"])
		}
	}
	slices.Sort(out)
	return out
}

// TestSourcesOfNewsThatFailHoldUpNobody walks one round on an honest day, and one on a day on which all sources are
// down, slow or lie.
func TestSourcesOfNewsThatFailHoldUpNobody(t *testing.T) {
	tomorrow := time.Now().Add(24 * time.Hour)
	for _, tt := range []struct {
		name   string
		ends   time.Time
		handle http.HandlerFunc
		silent []string // the sources that are told of; all of them
		why    string
	}{
		{"down", tomorrow, nil, nil, "could not be reached"},
		{"slow", tomorrow, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, nil, "too long"},
		{"a page", tomorrow, saying("<!DOCTYPE html><html><title>Sign in to the Wi-Fi</title></html>"), nil, "makes no sense"},
		{"100 MB", tomorrow, func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, nil, "far too big"},
		{"expired", time.Now().Add(-time.Hour), honest, nil, "could not prove"},
		{"an older newest", tomorrow, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".stable") {
				saying("7.80 1760000000")(w, r)
				return
			}
			honest(w, r)
		}, []string{"mikrotik"}, "says less"},
		{"another model", tomorrow, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".txt") {
				saying("[Major1]\nfile=RAX30S-V9.9.9.9_1.img\n")(w, r)
				return
			}
			honest(w, r)
		}, []string{"netgear"}, "makes no sense"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := homeOf(t)
			p.internet(t, tomorrow, honest)
			if _, err := p.walker.Walk(t.Context()); err != nil {
				t.Fatal(err)
			}
			today := time.Now().UTC().Format(time.DateOnly)
			want := []string{
				"1.0.9.90_3 V1.0.99.136_1 http.fw.updates1.netgear.com " + today, "7.90 7.99.2 upgrade.mikrotik.com " + today,
			}
			if got := outdated(p); !slices.Equal(got, want) || p.SaysSilent() != nil {
				t.Fatalf("on an honest day: got %q and %q, want %q", got, p.SaysSilent(), want)
			}
			p.dayPasses(t)

			p.internet(t, tt.ends, tt.handle)
			if p.news.Patience = 20 * time.Second; tt.name == "slow" {
				p.news.Patience = time.Second
			}
			start := time.Now()
			if _, err := p.walker.Walk(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took, s := time.Since(start), p.Feed().Latest(); took > p.news.Patience+5*time.Second || !s.Complete {
				t.Errorf("the round took %v; complete: %v", took, s.Complete)
			}
			if got := outdated(p); !slices.Equal(got, want) && tt.silent == nil {
				t.Errorf("what was known is gone: got %q, want %q", got, want)
			}
			if got := outdated(p); len(got) != len(want) {
				t.Errorf("got %q, want the versions of %q", got, want)
			}
			p.tellsOf(t, tt.silent, tt.why)
		})
	}
}

// dayPasses makes as if the sources had been asked a day ago.
func (p *Program) dayPasses(t *testing.T) {
	t.Helper()
	states, err := p.store.News(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		s.Asked = s.Asked.Add(-24 * time.Hour)
		if err := p.store.SaveNews(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// tellsOf reports whether the user is told that these sources are silent and no other, why and since when.
func (p *Program) tellsOf(t *testing.T, silent []string, why string) {
	t.Helper()
	if silent == nil {
		silent = p.Options.News
	}
	said := p.SaysSilent()
	for _, name := range silent {
		if !slices.ContainsFunc(said, func(s string) bool {
			return strings.HasPrefix(s, name+" (") && strings.Contains(s, why) && strings.Contains(s, time.Now().Format(" 2006, "))
		}) {
			t.Errorf("%s is not told of: %q", name, said)
		}
	}
	if len(said) != len(silent) {
		t.Errorf("got %q, want only %q", said, silent)
	}
}
