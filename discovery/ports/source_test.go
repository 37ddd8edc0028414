package ports

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// An icon and its MD5.
const (
	icon     = "\x00\x00\x01\x00\x01\x00\x10\x10"
	iconName = "f6948cd8854708621632ae961e5fd4a6"
)

func home(t *testing.T) *lan.Home {
	t.Helper()
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	return lan.Open(n, "test", nil)
}

// serve starts a web server that counts what it is asked.
func serve(t *testing.T, at string, h http.HandlerFunc) (netip.AddrPort, func() []string) {
	t.Helper()
	l, err := net.Listen("tcp4", at)
	if err != nil {
		t.Skip(err) // no network of its own, and not root
	}
	var mu sync.Mutex
	var asked []string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		mu.Unlock()
		h(w, r)
	}))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(l.Addr().String()), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(asked)
	}
}

func TestThePictureOfAnUnknownMakerIsReadOnce(t *testing.T) {
	t.Parallel()
	give := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, icon) }
	for _, tt := range []struct {
		name string
		d    discovery.Device
		page http.HandlerFunc
		want string
		ask  []string
	}{
		{"unknown", discovery.Device{}, give, iconName, []string{"GET /favicon.ico"}},
		{"camera of nobody", discovery.Device{Kind: discovery.KindCamera}, give, iconName, []string{"GET /favicon.ico"}},
		{"known maker", discovery.Device{Vendor: "Axis"}, give, "", nil},
		{"tiny", discovery.Device{Tiny: true}, give, "", nil},
		{"plug", discovery.Device{Kind: discovery.KindPlug}, give, "", nil},
		{"none", discovery.Device{}, http.NotFound, "", []string{"GET /favicon.ico"}},
		{"an error that looks like one", discovery.Device{}, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			give(w, r)
		}, "", []string{"GET /favicon.ico"}},
		{"a page for people instead", discovery.Device{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login", http.StatusFound)
		}, "", []string{"GET /favicon.ico"}},
		{"round and round", discovery.Device{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/favicon.ico", http.StatusFound)
		}, "", []string{"GET /favicon.ico", "GET /favicon.ico"}},
		{"endless", discovery.Device{}, func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				_, _ = w.Write(make([]byte, 10<<10))
			}
		}, "", []string{"GET /favicon.ico"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, asked := serve(t, "127.0.0.1:0", tt.page)
			tt.d.Addrs = []netip.Addr{at.Addr()}
			tt.d.Services = []discovery.Service{{Port: 1, Transport: "tcp", Protocol: "ssh"}, {Port: at.Port(), Transport: "tcp", Protocol: "http"}}
			got := ""
			if facts := (Prober{Home: home(t)}).favicon(t.Context(), tt.d, lan.PaceOf(tt.d)); len(facts) > 0 {
				got = facts[0].Value
			}
			if got != tt.want || !slices.Equal(asked(), tt.ask) {
				t.Errorf("got %q after %q, want %q after %q", got, asked(), tt.want, tt.ask)
			}
		})
	}
}

func TestAVisitEndsWithMailAndThePicture(t *testing.T) {
	t.Parallel()
	at, asked := serve(t, "127.0.0.21:80", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			_, _ = io.WriteString(w, icon)
		}
	})
	mail, err := net.Listen("tcp4", "127.0.0.21:25")
	if err != nil {
		t.Skip(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		c, err := mail.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "220 nas.example ESMTP Postfix\r\n")
		if b, _ := io.ReadAll(c); len(b) > 0 {
			t.Errorf("the mail server was told %q", b)
		}
		_ = c.Close()
	})
	t.Cleanup(func() { _ = mail.Close(); wg.Wait() })
	h, d := home(t), discovery.Device{Kind: discovery.KindComputer, Addrs: []netip.Addr{at.Addr()}} // sturdy: all doors, at a good pace
	err = Prober{Home: h}.Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) {
		d.Facts, d.Services = append(d.Facts, o.Facts...), append(d.Services, o.Services...)
	})
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := d.Service("smtp"); !ok || s.Port != 25 || d.Fact("banner.smtp") != "nas.example ESMTP Postfix" {
		t.Errorf("got %+v and %v", d.Services, d.Facts)
	}
	if got := d.Fact("http.favicon"); got != iconName {
		t.Errorf("got the picture %q, want %q", got, iconName)
	}
	if want := []string{"GET /", "GET /favicon.ico"}; !slices.Equal(asked(), want) {
		t.Errorf("asked %q, want %q", asked(), want)
	}
	by, _ := h.Traffic()
	if sum := by[at.Addr()]; sum.Connections != len(doors)+len(programs)+1 {
		t.Errorf("%d connections for %d doors and a picture", sum.Connections, len(doors)+len(programs))
	}
}

func TestWhoOpensNearlyAllFirstDoorsIsADecoy(t *testing.T) {
	t.Parallel()
	for addr, tt := range map[string]struct {
		open int // of the first doors
		want string
	}{"127.0.0.22": {decoyGentle, "many-doors"}, "127.0.0.23": {decoyGentle - 1, ""}} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			for _, dr := range doors[:tt.open] {
				l, err := net.Listen("tcp4", netip.AddrPortFrom(netip.MustParseAddr(addr), dr.port).String())
				if err != nil {
					t.Skip(err) // no network of its own, and not root
				}
				var wg sync.WaitGroup
				wg.Go(func() {
					for {
						c, err := l.Accept()
						if err != nil {
							return
						}
						_, _ = io.WriteString(c, "welcome\r\n")
						_ = c.Close()
					}
				})
				t.Cleanup(func() { _ = l.Close(); wg.Wait() })
			}
			d := discovery.Device{Addrs: []netip.Addr{netip.MustParseAddr(addr)}}
			if err := (Prober{Home: home(t)}).Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) {
				d.Facts = append(d.Facts, o.Facts...)
			}); err != nil {
				t.Fatal(err)
			}
			if got := d.Fact(discovery.FactDecoy); got != tt.want {
				t.Errorf("with %d of %d doors open got %q, want %q", tt.open, maxGentle, got, tt.want)
			}
		})
	}
}

func TestWhoComesBackTriesTheNewDoorsOnly(t *testing.T) {
	t.Parallel()
	at, asked := serve(t, "127.0.0.24:4711", func(http.ResponseWriter, *http.Request) {})
	other, others := serve(t, "127.0.0.24:80", func(http.ResponseWriter, *http.Request) {})
	web := func(port uint16) discovery.Service {
		return discovery.Service{Port: port, Transport: "tcp", Protocol: "http"}
	}
	before := discovery.Device{Addrs: []netip.Addr{at.Addr()}, Services: []discovery.Service{web(other.Port())}}
	for _, tt := range []struct {
		name   string
		before discovery.Device
		more   []discovery.Service
		want   []string
	}{
		{"nothing new", before, nil, nil},
		{"a new page", before, []discovery.Service{web(at.Port())}, []string{"GET /"}},
		{"a door that nobody tries", before, []discovery.Service{{Port: 9100, Transport: "tcp", Protocol: "raw-print"}, {Port: 631, Transport: "tcp", Protocol: "ipp"}}, nil},
		{
			"a decoy",
			discovery.Device{Addrs: before.Addrs, Facts: []discovery.Fact{{Key: discovery.FactDecoy, Value: "many-doors"}}},
			[]discovery.Service{web(at.Port())},
			nil,
		},
	} {
		h, had := home(t), len(asked())
		d := tt.before
		d.Services = slices.Concat(d.Services, tt.more)
		var found []uint16
		err := Prober{Home: h}.Return(t.Context(), tt.before, func() discovery.Device { return d }, func(o discovery.Observation) {
			for _, s := range o.Services {
				found = append(found, s.Port)
			}
		})
		if err != nil || !slices.Equal(asked()[had:], tt.want) || len(found) != len(tt.want) {
			t.Errorf("%s: asked %q, found %v, %v; want %q", tt.name, asked()[had:], found, err, tt.want)
		}
		if by, _ := h.Traffic(); by[at.Addr()].Connections != len(tt.want) || len(others()) > 0 {
			t.Errorf("%s: the ledger has %+v, the page of before was asked %q", tt.name, by[at.Addr()], others())
		}
	}
}
