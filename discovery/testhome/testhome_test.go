package testhome

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var plans atomic.Uint32

// newPlan is a practice home at addresses that no other test uses at the same time, in
// this program or another.
func newPlan() Plan {
	a := [4]byte{127, byte(1 + os.Getpid()%250), byte(plans.Add(1)), 0}
	return Plan{Prefix: netip.PrefixFrom(netip.AddrFrom4(a), 24)}
}

// start runs a practice home of its own and gives its devices by name.
func start(t *testing.T) (Plan, map[string]*Device) {
	t.Helper()
	p := newPlan()
	devices := p.Devices()
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Start(t.Context(), lo, devices...)
	if errors.Is(err, ErrNoLoopbackAddrs) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	byName := map[string]*Device{}
	for _, d := range devices {
		byName[d.Name] = d
	}
	return p, byName
}

var client = &http.Client{
	Timeout:       5 * time.Second,
	Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// get asks for a page, with a login if user is not empty.
func get(t *testing.T, url, user, password string) (status int, head http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

// dial opens a connection to a device that gives up after five seconds.
func dial(t *testing.T, d *Device, port uint16) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", netip.AddrPortFrom(d.Addr, port).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(5 * time.Second))
	return c
}

// waitFor waits until something is true that a device does a moment after it was asked.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s; these run:\n%s", what, goroutines())
		}
		runtime.Gosched()
	}
}

func TestPracticeHomeIsAsPromised(t *testing.T) {
	devices := Practice()
	if len(devices) != 10 {
		t.Errorf("got %d devices, want 10", len(devices))
	}
	from, to := netip.MustParseAddr("127.0.0.10"), netip.MustParseAddr("127.0.0.40")
	seen := map[netip.Addr]bool{}
	for _, d := range devices {
		if seen[d.Addr] || d.Addr.Less(from) || to.Less(d.Addr) {
			t.Errorf("%s lives at %s, want an address of its own from %s to %s", d.Name, d.Addr, from, to)
		}
		seen[d.Addr] = true
		for _, x := range d.Doors {
			if x.Port < 1024 {
				t.Errorf("%s has port %d, which a user may not open", d.Name, x.Port)
			}
		}
	}
	if devices[0].Addr != from || devices[0].IGD == nil {
		t.Errorf("the first is %s at %s, want the router at %s", devices[0].Name, devices[0].Addr, from)
	}
	if a, b := Practice()[0], Practice()[0]; a == b {
		t.Error("two calls gave the same device")
	}
}

func TestPagesAnswerAsDesigned(t *testing.T) {
	_, home := start(t)
	for _, tt := range []struct {
		name, device   string
		port           uint16
		path, user     string
		status         int
		server, want   string
		realm, missing string
	}{
		{name: "router asks for a login", device: "Router", port: 8080, path: "/", status: 401, server: "Router Webserver", realm: `Basic realm="TP-LINK Wireless N Router WR841N"`, missing: "frameset"},
		{name: "router takes the factory login", device: "Router", port: 8080, path: "/", user: "admin", status: 200, server: "Router Webserver", want: "frameset"},
		{name: "router describes itself", device: "Router", port: 1900, path: "/igd.xml", status: 200, server: "ipos/7.0 UPnP/1.0 TL-WR841N/7.0", want: "<controlURL>/ipc</controlURL>"},
		{name: "camera describes itself", device: "Front door camera", port: 49152, path: "/devicedesc.xml", status: 200, server: "Linux/4.1.0, UPnP/1.0, Portable SDK for UPnP devices/1.6.22", want: "<modelName>RLC-520A</modelName>"},
		{name: "recorder has a page", device: "Garage recorder", port: 8080, path: "/", status: 200, server: "thttpd/2.25b 29dec2003", want: "<title>Network Video Recorder</title>"},
		{name: "access point shows its firmware", device: "Attic access point", port: 8080, path: "/", status: 200, want: "<title>RouterOS router configuration page</title></head><body><h1>RouterOS v6.41</h1>"},
		{name: "access point has it in the header", device: "Attic access point", port: 2828, path: "/gateway.xml", status: 200, server: "RouterOS/6.41UPnP/1.0 MikroTik UPnP/1.0", want: "MikroTik"},
		{name: "printer has a page", device: "Printer", port: 8080, path: "/general/status.html", status: 200, server: "debut/1.30", want: "<title>Brother HL-L2350DW series</title>"},
		{name: "television describes itself", device: "Television", port: 9197, path: "/dmr", status: 200, server: "SHP, UPnP/1.0, Samsung UPnP SDK/1.0", want: "<deviceType>urn:schemas-upnp-org:device:MediaRenderer:1</deviceType>"},
		{name: "television has an API", device: "Television", port: 8001, path: "/api/v2/", status: 200, want: `"modelName":"UE43TU7090"`},
		{name: "speaker describes itself", device: "Kitchen speaker", port: 1400, path: "/xml/device_description.xml", status: 200, server: "Linux UPnP/1.0 Sonos/80.1-58210 (ZPS18)", want: "<softwareVersion>80.1-58210</softwareVersion>"},
		{name: "storage has a page", device: "Family pictures", port: 5000, path: "/", status: 200, server: "nginx", want: "Synology DiskStation"},
		{name: "plug tells its version", device: "Lamp plug", port: 8080, path: "/shelly", status: 200, server: "ShellyHTTP/1.0.0", want: `"ver":"1.4.4"`},
		{name: "plug has a password", device: "Lamp plug", port: 8080, path: "/", status: 401, server: "ShellyHTTP/1.0.0"},
		{name: "quiet box has a page", device: "Box nobody remembers", port: 8888, path: "/", status: 200, want: "It works.", missing: "title"},
		{name: "nothing else is there", device: "Box nobody remembers", port: 8888, path: "/cgi-bin/x", status: 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := "http://" + netip.AddrPortFrom(home[tt.device].Addr, tt.port).String() + tt.path
			status, head, body := get(t, url, tt.user, tt.user)
			if status != tt.status {
				t.Errorf("got status %d, want %d", status, tt.status)
			}
			if got := head.Get("Server"); got != tt.server {
				t.Errorf("got server %q, want %q", got, tt.server)
			}
			if got := head.Get("WWW-Authenticate"); tt.realm != "" && got != tt.realm {
				t.Errorf("got challenge %q, want %q", got, tt.realm)
			}
			if !strings.Contains(body, tt.want) || tt.missing != "" && strings.Contains(body, tt.missing) {
				t.Errorf("got %q, want it to have %q and not %q", body, tt.want, tt.missing)
			}
		})
	}
}

func TestNewFirmwareIsShownAtOnce(t *testing.T) {
	_, home := start(t)
	ap := home["Attic access point"]
	ap.SetFirmware("7.22.1")
	if _, _, body := get(t, ap.URL("/"), "", ""); !strings.Contains(body, "RouterOS v7.22.1<") {
		t.Errorf("got %q, want the new version", body)
	}
}

func TestNewPasswordEndsTheFactoryOne(t *testing.T) {
	_, home := start(t)
	router := home["Router"]
	router.SetPassword("four words in a row")
	if status, _, _ := get(t, router.URL("/"), "admin", "admin"); status != http.StatusUnauthorized {
		t.Errorf("got status %d, want 401", status)
	}
	if status, _, _ := get(t, router.URL("/"), "admin", "four words in a row"); status != http.StatusOK {
		t.Errorf("got status %d, want 200", status)
	}
	if c := router.Counts(); c.LoginAttempts != 2 || c.LoginFailures != 1 {
		t.Errorf("got %d attempts and %d failures, want 2 and 1", c.LoginAttempts, c.LoginFailures)
	}
}

func TestLoginLocksAfterFailures(t *testing.T) {
	d := Single("lock", BehindLogin(Page("in", "")))
	d.Login = &Login{Realm: "x", User: "admin", Password: "right", LockAfter: 3}
	Run(t, d)
	var got []int
	for _, password := range []string{"right", "1", "2", "3", "right"} {
		status, _, _ := get(t, d.URL("/"), "admin", password)
		got = append(got, status)
	}
	if want := []int{200, 401, 401, 503, 503}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if c := d.Counts(); c.LoginAttempts != 5 || c.LoginFailures != 4 {
		t.Errorf("got %d attempts and %d failures, want 5 and 4", c.LoginAttempts, c.LoginFailures)
	}
	d.SetPassword("new")
	if status, _, _ := get(t, d.URL("/"), "admin", "new"); status != http.StatusOK {
		t.Errorf("got status %d after the password was changed, want 200", status)
	}
}

// soap calls an action of the router's IGD.
func soap(t *testing.T, d *Device, action, args string) (status int, body string) {
	t.Helper()
	envelope := `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
		fmt.Sprintf(`<u:%s xmlns:u=%q>%s</u:%s></s:Body></s:Envelope>`, action, wanIP, args, action)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"http://"+netip.AddrPortFrom(d.Addr, d.UPnP.Port).String()+d.UPnP.Control, strings.NewReader(envelope))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("SOAPAction", fmt.Sprintf("%q", wanIP+"#"+action))
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestRouterListsItsDoorsAndRefusesChanges(t *testing.T) {
	_, home := start(t)
	router, cam := home["Router"], home["Front door camera"]
	const entry = "GetGenericPortMappingEntry"
	for _, tt := range []struct {
		name, action, args string
		status             int
		want               []string
	}{
		{"address", "GetExternalIPAddress", "", 200, []string{"<NewExternalIPAddress>203.0.113.77</NewExternalIPAddress>"}},
		{"state", "GetStatusInfo", "", 200, []string{"<NewConnectionStatus>Connected</NewConnectionStatus>"}},
		{"first door", entry, "<NewPortMappingIndex>0</NewPortMappingIndex>", 200, []string{
			"<NewExternalPort>8554</NewExternalPort>", "<NewProtocol>TCP</NewProtocol>", "<NewInternalPort>8554</NewInternalPort>",
			"<NewInternalClient>" + cam.Addr.String() + "</NewInternalClient>", "<NewEnabled>1</NewEnabled>", "<NewLeaseDuration>0</NewLeaseDuration>",
		}},
		{"past the end", entry, "<NewPortMappingIndex>1</NewPortMappingIndex>", 500, []string{"<errorCode>713</errorCode>"}},
		{"no index", entry, "", 500, []string{"<errorCode>402</errorCode>"}},
		{"a change", "AddPortMapping", "<NewExternalPort>1</NewExternalPort>", 500, []string{"<errorCode>401</errorCode>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := soap(t, router, tt.action, tt.args)
			if status != tt.status {
				t.Errorf("got status %d, want %d", status, tt.status)
			}
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("got %q, want it to have %q", body, want)
				}
			}
		})
	}
	if !router.RemoveMapping("TCP", 8554) || router.RemoveMapping("TCP", 8554) {
		t.Error("removing the door twice did not work once")
	}
	if status, body := soap(t, router, entry, "<NewPortMappingIndex>0</NewPortMappingIndex>"); status != 500 || !strings.Contains(body, "713") {
		t.Errorf("got %d %q after the door was removed, want fault 713", status, body)
	}
	want := map[string]int{"GetExternalIPAddress": 1, "GetStatusInfo": 1, entry: 4, "AddPortMapping": 1}
	if diff := cmp.Diff(want, router.Counts().Actions); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

func TestTelnetGreetsAndCountsWhatItIsSent(t *testing.T) {
	_, home := start(t)
	nvr := home["Garage recorder"]
	c := dial(t, nvr, 2323)
	greeting, err := bufio.NewReader(c).ReadString(':')
	if err != nil || !strings.HasPrefix(greeting, "\xff\xfd") || !strings.HasSuffix(greeting, "login:") {
		t.Errorf("got greeting %q, %v", greeting, err)
	}
	if got := nvr.Counts().Received[2323]; got != 0 {
		t.Errorf("got %d bytes counted before any was sent", got)
	}
	fmt.Fprint(c, "root\r\n")
	waitFor(t, "6 bytes are counted", func() bool { return nvr.Counts().Received[2323] == 6 })
	if got := nvr.Counts().Connections[2323]; got != 1 {
		t.Errorf("got %d connections, want 1", got)
	}
}

func TestTelnetCanBeTurnedOffAndOn(t *testing.T) {
	_, home := start(t)
	nvr := home["Garage recorder"]
	c := dial(t, nvr, 2323)
	if err := nvr.SetTelnet(false); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the old connection stayed open")
	}
	to := netip.AddrPortFrom(nvr.Addr, 2323).String()
	if c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", to); err == nil {
		c.Close()
		t.Error("telnet still answers")
	}
	if err := nvr.SetTelnet(true); err != nil {
		t.Fatal(err)
	}
	dial(t, nvr, 2323)
	if err := Practice()[2].SetTelnet(false); !errors.Is(err, errStopped) {
		t.Errorf("got %v for a device that does not run, want %v", err, errStopped)
	}
}

func TestRawPortSaysNothingAndCounts(t *testing.T) {
	_, home := start(t)
	printer := home["Printer"]
	c := dial(t, printer, 9100)
	fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
	waitFor(t, "18 bytes are counted", func() bool { return printer.Counts().Received[9100] == 18 })
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d bytes, %v, want silence", n, err)
	}
}

func TestCameraWantsALogin(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		open         bool
		want         []string
	}{
		{"options", "OPTIONS", false, []string{"RTSP/1.0 401 Unauthorized", "CSeq: 7", "Server: Eye/1", "WWW-Authenticate: Digest"}},
		{"describe", "DESCRIBE", false, []string{"RTSP/1.0 401 Unauthorized", "CSeq: 7", "Server: Eye/1", "WWW-Authenticate: Digest"}},
		{"open options", "OPTIONS", true, []string{"RTSP/1.0 200 OK", "Public: OPTIONS, DESCRIBE"}},
		{"open describe", "DESCRIBE", true, []string{"RTSP/1.0 200 OK", "Content-Type: application/sdp"}},
		{"open play is refused all the same", "PLAY", true, []string{"RTSP/1.0 401 Unauthorized"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Single("camera", nil)
			d.Doors[0] = Door{Protocol: "rtsp", Talk: RTSP("Eye/1", tt.open)}
			Run(t, d)
			c := dial(t, d, d.Doors[0].Port)
			fmt.Fprintf(c, "%s rtsp://cam/ RTSP/1.0\r\nCSeq: 7\r\n\r\n", tt.method)
			var head strings.Builder
			for in := bufio.NewScanner(c); in.Scan() && in.Text() != ""; {
				fmt.Fprintln(&head, in.Text())
			}
			for _, want := range tt.want {
				if !strings.Contains(head.String(), want) {
					t.Errorf("got %q, want it to have %q", head.String(), want)
				}
			}
			if diff := cmp.Diff([]Request{{d.Doors[0].Port, tt.method + " rtsp://cam/"}}, d.Counts().Requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCountsSayWhatWasAsked(t *testing.T) {
	_, home := start(t)
	router := home["Router"]
	get(t, router.URL("/"), "", "")
	get(t, router.URL("/?x=1"), "admin", "admin")
	get(t, "http://"+netip.AddrPortFrom(router.Addr, 1900).String()+"/igd.xml", "", "")
	dial(t, router, 8080).Close()
	waitFor(t, "the last connection is counted", func() bool { return router.Counts().Connections[8080] == 3 })
	got := router.Counts()
	want := Counts{
		Connections:   map[uint16]int{8080: 3, 1900: 1},
		Datagrams:     map[uint16]int{},
		Requests:      []Request{{8080, "GET /"}, {8080, "GET /?x=1"}, {1900, "GET /igd.xml"}},
		LoginAttempts: 1,
		Actions:       map[string]int{},
	}
	for _, port := range []uint16{8080, 1900} {
		if got.Received[port] < 50 {
			t.Errorf("got %d bytes at port %d, want at least the request lines", got.Received[port], port)
		}
	}
	if diff := cmp.Diff(map[string]int{"GET": 3}, got.Methods()); diff != "" {
		t.Errorf("methods (-want +got):\n%s", diff)
	}
	got.Received, got.Datagrams = nil, map[uint16]int{} // other programs may ask everybody at the same time
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Counts{}, home["Box nobody remembers"].Counts()); diff != "" {
		t.Errorf("a device that nobody asked (-want +got):\n%s", diff)
	}
}

func TestStartRefusesRealNetworks(t *testing.T) {
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	at := func(addr string) *Device { return &Device{Name: "x", Addr: netip.MustParseAddr(addr)} }
	real := &net.Interface{Name: "eth0", Index: 2, Flags: net.FlagUp | net.FlagMulticast}
	if all, err := net.Interfaces(); err == nil {
		for _, ifi := range all {
			if ifi.Flags&net.FlagLoopback == 0 && ifi.Flags&net.FlagUp != 0 {
				real = &ifi
			}
		}
	}
	for _, tt := range []struct {
		name, env string
		ifi       *net.Interface
		device    *Device
	}{
		{"a real interface", "", real, at("192.168.77.10")},
		{"a real interface with the variable set", "1", real, at("192.168.77.10")},
		{"loopback address on a real interface", "1", real, at("127.0.0.10")},
		{"real address on loopback", "", lo, at("192.168.77.10")},
		{"every address", "", lo, at("0.0.0.0")},
		{"every address, IPv6", "", lo, at("::")},
		{"no address", "", lo, &Device{Name: "x"}},
		{"second address elsewhere", "", lo, &Device{Name: "x", Addr: netip.MustParseAddr("127.0.0.1"), Addr6: netip.MustParseAddr("fd00::2")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(Env, tt.env)
			if h, err := Start(t.Context(), tt.ifi, tt.device); !errors.Is(err, ErrRealNetwork) {
				t.Errorf("got %v, %v, want %v", h, err, ErrRealNetwork)
			}
		})
	}
}

func TestTakenPortIsAnErrorAndLeavesNothingOpen(t *testing.T) {
	a, b := Single("a", Page("a", "")), Single("b", Page("b", ""))
	Run(t, a)
	b.Doors = []Door{{Port: 0, Web: Page("b", "")}, {Port: a.Doors[0].Port}}
	lo, err := Loopback()
	if err != nil {
		t.Fatal(err)
	}
	if h, err := Start(t.Context(), lo, b); err == nil {
		h.Close()
		t.Fatal("started on a port that is taken")
	}
	if c, err := net.DialTimeout("tcp", netip.AddrPortFrom(b.Addr, b.Doors[0].Port).String(), time.Second); err == nil {
		c.Close()
		t.Error("the first door stayed open")
	}
}

// goroutines lists those that run code of this package outside of tests, or serve its pages.
func goroutines() string {
	buf := make([]byte, 1<<20)
	var out []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "testhome.(*Home)") || strings.Contains(g, "net/http.(*conn)") || strings.Contains(g, "net/http.(*connReader)") {
			out = append(out, g)
		}
	}
	return strings.Join(out, "\n\n")
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	for _, how := range []string{"close", "end of context"} {
		t.Run(how, func(t *testing.T) {
			p := newPlan()
			devices := p.Devices()
			quiet := devices[9]
			quiet.Doors = append(quiet.Doors,
				Door{Port: 8889, Web: SlowBody("x", time.Hour)}, Door{Port: 8890, Web: EndlessBody()}, Door{Port: 8891, Talk: SlowTalk("hello", time.Hour)})
			lo, err := Loopback()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h, err := Start(ctx, lo, devices...)
			if errors.Is(err, ErrNoLoopbackAddrs) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			// Leave something open in every way there is.
			for _, port := range []uint16{8888, 8889, 8890, 8891} {
				c := dial(t, quiet, port)
				if port != 8891 {
					fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				}
				if n, readErr := c.Read(make([]byte, 1)); n != 1 {
					t.Fatal(readErr)
				}
			}
			dial(t, devices[2], 2323)
			dial(t, devices[1], 8554)
			s := ask(t, p)
			s.send(t, ssdpGroup, mSearch("ssdp:all"))
			s.send(t, mdnsGroup, query(t, "_ipp._tcp.local."))

			began := time.Now()
			if how == "close" {
				if err = h.Close(); err != nil {
					t.Error(err)
				}
			} else {
				cancel()
				h.wg.Wait()
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("took %v, want at once", took)
			}
			// A server's goroutine reports its end with its last breath; see serveWeb.
			waitFor(t, "nothing runs", func() bool { return goroutines() == "" })
			if err = h.Close(); err != nil {
				t.Errorf("second close: %v", err)
			}
			again, err := Start(t.Context(), lo, devices...)
			if err != nil {
				t.Fatalf("start once more: %v", err)
			}
			again.Close()
		})
	}
}

func TestTrapsBehaveBadly(t *testing.T) {
	for _, tt := range []struct {
		name string
		web  Web
		path string
		ok   func(resp *http.Response, body string, err error) bool
	}{
		{"redirect away", RedirectTo("http://192.0.2.99/"), "/", func(resp *http.Response, _ string, err error) bool {
			return err == nil && resp.StatusCode == 302 && resp.Header.Get("Location") == "http://192.0.2.99/"
		}},
		{"endless body", EndlessBody(), "/", func(_ *http.Response, body string, _ error) bool { return len(body) == 1<<20 }},
		{"slow body", SlowBody("x", time.Hour), "/", func(_ *http.Response, body string, err error) bool {
			return body == "x" && errors.Is(err, context.DeadlineExceeded)
		}},
		{"too many headers", ManyHeaders(1000), "/", func(_ *http.Response, _ string, err error) bool {
			return err != nil && strings.Contains(err.Error(), "exceeded")
		}},
		{"deep XML", DeepXML(100), "/", func(_ *http.Response, body string, _ error) bool { return strings.Count(body, "<device>") == 100 }},
		{"entities", DoctypeXML(), "/", func(_ *http.Response, body string, _ error) bool { return strings.Contains(body, "<!ENTITY") }},
		{"yes to everything", Page("x", ""), "/no/such/page", func(resp *http.Response, _ string, err error) bool { return err == nil && resp.StatusCode == 200 }},
		{"hostile name", Text("text/plain", HostileName), "/", func(_ *http.Response, body string, _ error) bool { return body == HostileName }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Single("trap", tt.web)
			Run(t, d)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if tt.name == "slow body" {
				ctx, cancel = context.WithTimeout(t.Context(), time.Second)
				defer cancel()
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL(tt.path), nil)
			if err != nil {
				t.Fatal(err)
			}
			var body []byte
			resp, err := client.Do(req)
			if err == nil {
				defer resp.Body.Close()
				body, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
			}
			if !tt.ok(resp, string(body), err) {
				t.Errorf("got %v, %d bytes, %v", resp, len(body), err)
			}
		})
	}
}
