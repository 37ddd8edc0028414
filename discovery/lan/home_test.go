package lan

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"porchlight/discovery"
)

var practice = discovery.Network{Practice: true, Interface: "lo", Index: 1, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: netip.MustParseAddr("127.0.0.1")}

func open() *Home { return Open(practice, "test", nil) }

// serve starts a web server on 127.0.0.1 and gives its address.
func serve(t *testing.T, f http.HandlerFunc) netip.AddrPort {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(s.Listener.Addr().String())
}

func get(t *testing.T, c *http.Client, method, url string, header http.Header) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(req.Header, header)
	return c.Do(req)
}

func TestTheLedgerHoldsEveryRequestAndByte(t *testing.T) {
	var received atomic.Int64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	answer := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		received.Add(int64(n))
		_, _ = io.WriteString(c, answer)
		_ = c.Close()
	}()
	h, at := open(), netip.MustParseAddrPort(l.Addr().String())
	resp, err := get(t, h.HTTP(at.Addr(), Gentle), http.MethodGet, "http://"+at.String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	by, _ := h.Traffic()
	for end := time.Now().Add(time.Second); by[at.Addr()].Connections == 0 && time.Now().Before(end); by, _ = h.Traffic() {
	}
	got := by[at.Addr()]
	if got.Connections != 1 || got.BytesSent != int(received.Load()) || got.BytesReceived != len(answer) || len(got.Requests) != 1 {
		t.Fatalf("got %+v, the device counted %d bytes", got, received.Load())
	}
	if r := got.Requests[0]; r.Line != "GET /" || r.Port != at.Port() || r.Transport != "tcp" {
		t.Errorf("got %+v", r)
	}
}

func TestOnlyReadingRequestsLeave(t *testing.T) {
	asked := atomic.Int64{}
	at := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	url := "http://" + at.String() + "/"
	wan := `"urn:schemas-upnp-org:service:WANIPConnection:1#`
	for _, tt := range []struct {
		name, method string
		header       http.Header
		login, want  bool
	}{
		{name: "GET", method: http.MethodGet, want: true},
		{name: "POST", method: http.MethodPost},
		{name: "PUT", method: http.MethodPut},
		{name: "DELETE", method: http.MethodDelete},
		{name: "reading action", method: http.MethodPost, header: http.Header{"SOAPACTION": {wan + `GetExternalIPAddress"`}}, want: true},
		{name: "AddPortMapping", method: http.MethodPost, header: http.Header{"SOAPACTION": {wan + `AddPortMapping"`}}},
		{name: "DeletePortMapping", method: http.MethodPost, header: http.Header{"Soapaction": {wan + `DeletePortMapping"`}}},
		{name: "two actions", method: http.MethodPost, header: http.Header{"SOAPACTION": {wan + `GetStatusInfo"`, wan + `ForceTermination"`}}},
		{name: "HNAP", method: http.MethodPost, header: http.Header{"SOAPACTION": {`"http://purenetworks.com/HNAP1/Reboot"`}}},
		{name: "a login", method: http.MethodGet, header: http.Header{"Authorization": {"Basic YWRtaW46YWRtaW4="}}},
		{name: "a cookie", method: http.MethodGet, header: http.Header{"Cookie": {"a=b"}}},
		{name: "a login that is allowed", method: http.MethodGet, header: http.Header{"Authorization": {"Basic YWRtaW46YWRtaW4="}}, login: true, want: true},
		{name: "POST with a login", method: http.MethodPost, header: http.Header{"Authorization": {"Basic YWRtaW46YWRtaW4="}}, login: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := asked.Load()
			c := open().HTTP(at.Addr(), Gentle)
			if tt.login {
				c = open().LoginHTTP(at.Addr(), Gentle)
			}
			resp, err := get(t, c, tt.method, url, tt.header)
			if err == nil {
				_ = resp.Body.Close()
			}
			if got := asked.Load() > before; got != tt.want {
				t.Errorf("the request left: %v, want %v (%v)", got, tt.want, err)
			}
			if !tt.want && !errors.Is(err, ErrNotReading) {
				t.Errorf("got %v, want %v", err, ErrNotReading)
			}
		})
	}
}

func TestOnlyListedPagesAreAskedFor(t *testing.T) {
	asked := atomic.Int64{}
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/" {
			w.Header().Set("Location", "/login?token=secret")
			w.WriteHeader(http.StatusFound)
		}
	})
	h := open()
	for _, tt := range []struct {
		name, path string
		link, want bool
	}{
		{"a page that nobody listed", "/cm?cmnd=Power%20Toggle", false, false},
		{"a listed page with a query of its own", "/?reboot", false, false},
		{"a page that the device pointed to", "/x.xml?a=b", true, true},
		{"the first page and where it leads", "/", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, ctx := asked.Load(), t.Context()
			if tt.link {
				ctx = OwnLink(ctx)
			}
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at.String()+tt.path, nil)
			resp, err := h.HTTP(at.Addr(), Gentle).Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if got := asked.Load() > before; got != tt.want || (err == nil) != tt.want {
				t.Errorf("the request left: %v, want %v (%v)", got, tt.want, err)
			}
			if !tt.want && !errors.Is(err, ErrNotListed) {
				t.Errorf("got %v, want %v", err, ErrNotListed)
			}
		})
	}
	by, _ := h.Traffic()
	var lines []string
	for _, r := range by[at.Addr()].Requests {
		lines = append(lines, r.Line)
	}
	if want := []string{"GET /x.xml (its own link)", "GET /", "GET /login (its own link)"}; !slices.Equal(lines, want) {
		t.Errorf("the ledger says %q, want %q", lines, want)
	}
}

func TestRedirectOffTheDeviceIsRefused(t *testing.T) {
	for _, to := range []string{"http://192.0.2.99/", "http://127.0.0.9/", "http://localhost/", "file:///etc/passwd", "http://127.0.0.1.nip.example/"} {
		at := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		})
		resp, err := get(t, open().HTTP(at.Addr(), Gentle), http.MethodGet, "http://"+at.String()+"/", nil)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, ErrOffDevice) {
			t.Errorf("%s: got %v, want %v", to, err, ErrOffDevice)
		}
	}
}

func TestALoginIsCarriedOnce(t *testing.T) {
	carried := atomic.Int64{}
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			carried.Add(1)
		}
		w.Header().Set("Location", "/again")
		w.WriteHeader(http.StatusFound)
	})
	resp, err := get(t, open().LoginHTTP(at.Addr(), Gentle), http.MethodGet, "http://"+at.String()+"/", http.Header{"Authorization": {"Basic YWRtaW46YWRtaW4="}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if carried.Load() != 1 || resp.StatusCode != http.StatusFound {
		t.Errorf("the login was carried %d times, the status is %d", carried.Load(), resp.StatusCode)
	}
}

func TestDevicesToLeaveAloneAreNeverReached(t *testing.T) {
	h := open()
	h.LeaveAlone([]netip.Addr{netip.MustParseAddr("127.0.0.10")})
	if _, err := h.Dial(t.Context(), netip.MustParseAddrPort("127.0.0.10:80"), Gentle, "connect"); !errors.Is(err, ErrOutside) {
		t.Errorf("got %v, want %v", err, ErrOutside)
	}
}

func TestEndlessAnswersAreCut(t *testing.T) {
	at := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, strings.Repeat("A", 32<<10)); err != nil {
				return
			}
		}
	})
	resp, err := get(t, open().HTTP(at.Addr(), Gentle), http.MethodGet, "http://"+at.String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if !errors.Is(err, ErrTooMuch) || len(b) != maxBodyBytes {
		t.Errorf("got %d bytes and %v, want %d and %v", len(b), err, maxBodyBytes, ErrTooMuch)
	}
}

func TestHeaderFloodsAreRefused(t *testing.T) {
	at := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1000 {
			w.Header().Set("X-"+strings.Repeat("a", i%50)+string(rune('a'+i%26)), strings.Repeat("b", 100))
		}
		for i := range 200 {
			w.Header().Add("Y", strings.Repeat("c", 100+i))
		}
	})
	resp, err := get(t, open().HTTP(at.Addr(), Gentle), http.MethodGet, "http://"+at.String()+"/", nil)
	if err == nil {
		_ = resp.Body.Close()
		t.Error("1,000 headers were read")
	}
}

func TestCancelFreesTheDevice(t *testing.T) {
	at := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	h := open()
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at.String()+"/", nil)
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	resp, err := h.HTTP(at.Addr(), Gentle).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, context.Canceled) || time.Since(start) > time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
	c, err := h.Dial(t.Context(), at, Gentle, "connect")
	if err != nil {
		t.Fatalf("the device is still busy: %v", err)
	}
	_ = c.Close()
}

func TestGentleDevicesAreSpokenToSlowly(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pace  Pace
		gap   time.Duration
		conns int
	}{{"gentle", Gentle, gentleGap, gentleConns}, {"sturdy", Sturdy, sturdyGap, sturdyConns}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lane{busy: make(chan struct{}, 1)}
				var at []time.Time
				for range tt.conns {
					if err := l.enter(t.Context(), tt.pace); err != nil {
						t.Fatal(err)
					}
					at = append(at, time.Now())
					l.note(discovery.Request{}, discovery.Traffic{Connections: 1})
					l.leave()
				}
				for i := range at[1:] {
					if gap := at[i+1].Sub(at[i]); gap < tt.gap {
						t.Errorf("connection %d came after %v, want at least %v", i+1, gap, tt.gap)
					}
				}
				if err := l.enter(t.Context(), tt.pace); !errors.Is(err, ErrBudget) {
					t.Errorf("one more than %d connections: got %v, want %v", tt.conns, err, ErrBudget)
				}
			})
		})
	}
}

func TestADeviceRestsAfterAConnectionThatWaitedForTheOthers(t *testing.T) {
	at := serve(t, func(http.ResponseWriter, *http.Request) {})
	h := open()
	const busy = 400 * time.Millisecond // the whole home is
	h.all.ReserveN(time.Now(), connBurst)
	for h.all.Tokens() > -maxConnsPerSecond*busy.Seconds() {
		h.all.ReserveN(time.Now(), 1)
	}
	var began []time.Time
	for range 2 {
		c, err := h.Dial(t.Context(), at, Gentle, "connect")
		if err != nil {
			t.Fatal(err)
		}
		began = append(began, time.Now())
		_ = c.Close()
	}
	const clocks = 5 * time.Millisecond
	if gap := began[1].Sub(began[0]); gap < gentleGap-clocks {
		t.Errorf("two connections began within %v, want %v", gap, gentleGap)
	}
}

func TestOneConnectionAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{busy: make(chan struct{}, 1)}
		if err := l.enter(t.Context(), Sturdy); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := l.enter(ctx, Sturdy); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second connection was let in: %v", err)
		}
	})
}
