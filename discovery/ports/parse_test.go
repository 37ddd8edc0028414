package ports

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

func TestAPageSaysWhatItIs(t *testing.T) {
	header := http.Header{"Server": {"Router Webserver"}, "Www-Authenticate": {`Basic realm="TP-LINK Wireless N Router WR841N"`}}
	got := PageFacts(header, []byte("<html><head><TITLE>\n My &amp; router </TITLE></head><body><h1>RouterOS v6.41.3</h1></body></html>"),
		func(page string) []string { return []string{page[strings.Index(page, "RouterOS"):][:17]} })
	want := []discovery.Fact{
		{Key: "http.server", Value: "Router Webserver"},
		{Key: "http.realm", Value: "TP-LINK Wireless N Router WR841N"},
		{Key: "http.title", Value: "My & router"},
		{Key: "http.body", Value: "RouterOS v6.41.3<"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestGreetingsAreToldApart(t *testing.T) {
	for _, tt := range []struct{ name, usual, greeting, want string }{
		{"telnet that negotiates", "telnet", "\xff\xfd\x01\xff\xfb\x03", "telnet"},
		{"telnet that asks", "telnet", "\r\nBusyBox\r\nlogin: ", "telnet"},
		{"a receiver on port 23", "telnet", "MVMAX 98\r", ""},
		{"silence on port 23", "telnet", "", ""},
		{"SSH on port 23", "telnet", "SSH-2.0-dropbear\r\n", "ssh"},
		{"SSH", "ssh", "SSH-2.0-OpenSSH_9.2\r\n", "ssh"},
		{"FTP", "ftp", "220 Welcome\r\n", "ftp"},
		{"mail on port 21", "ftp", "554 no\r\n", ""},
	} {
		if got, _ := parseGreeting(tt.usual, []byte(tt.greeting)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestUnknownDevicesAreTriedAtFewDoors(t *testing.T) {
	d := discovery.Device{Services: []discovery.Service{{Port: 1400, Transport: "tcp", Protocol: "http"}, {Port: 5353, Transport: "udp"}, {Port: 9100, Transport: "tcp", Protocol: "raw-print"}}}
	doorsOf := func(p lan.Pace) (out []uint16) {
		for _, dr := range plan(d, p) {
			out = append(out, dr.port)
		}
		return out
	}
	gentle, sturdy := doorsOf(lan.Gentle), doorsOf(lan.Sturdy)
	if len(gentle) != maxGentle+1 || gentle[0] != 1400 {
		t.Errorf("got %v, want its own door and %d others", gentle, maxGentle)
	}
	if len(sturdy) > 64 || len(sturdy) <= len(gentle) {
		t.Errorf("a sturdy device is tried at %d doors", len(sturdy))
	}
	for _, port := range sturdy {
		if port == 515 || (port >= 9100 && port <= 9107) || port == 5353 {
			t.Errorf("port %d is tried", port)
		}
	}
}

func TestTheListOfDoorsIsShort(t *testing.T) {
	seen := map[uint16]bool{}
	for _, dr := range doors {
		if seen[dr.port] {
			t.Errorf("door %d stands twice", dr.port)
		}
		seen[dr.port] = true
	}
	if len(doors) > 64 || maxGentle > 12 {
		t.Errorf("%d doors, %d for unknown devices", len(doors), maxGentle)
	}
}

func clean(t *testing.T, facts []discovery.Fact) {
	t.Helper()
	for _, f := range facts {
		if f.Value == "" || f.Value != discovery.Clean(f.Value) {
			t.Errorf("not clean: %q", f)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<title>y</title>"))
	f.Add([]byte("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"\x1b\"\r\nContent-Length: 99999999999\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n"))
	req, _ := http.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		resp, body, err := readPage(strings.NewReader(string(b)), req)
		if err != nil {
			return
		}
		if len(body) > maxPage {
			t.Errorf("%d bytes of body", len(body))
		}
		clean(t, PageFacts(resp.Header, body, nil))
	})
}

func FuzzParseGreeting(f *testing.F) {
	for _, s := range []string{"SSH-2.0-x\r\n", "220 ftp\r\n", "\xff\xfd\x01login:", "\xff", ""} {
		f.Add("telnet", []byte(s))
	}
	f.Fuzz(func(t *testing.T, usual string, b []byte) {
		protocol, facts := parseGreeting(usual, b)
		if !slices.Contains([]string{"", "ssh", "ftp", "telnet"}, protocol) {
			t.Errorf("got protocol %q", protocol)
		}
		clean(t, facts)
	})
}

func FuzzParseRTSP(f *testing.F) {
	f.Add([]byte("RTSP/1.0 200 OK\r\nServer: Hipcam\r\nPublic: OPTIONS\r\n\r\n"))
	f.Add([]byte("RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"cam\"\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, err := parseRTSP(b)
		if err != nil && facts != nil {
			t.Errorf("got %v with %v", facts, err)
		}
		clean(t, facts)
	})
}

func TestNothingIsVisitedWithoutAnAddress(t *testing.T) {
	h := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27")}, "test", nil)
	if err := (Prober{Home: h}).Probe(t.Context(), func() discovery.Device { return discovery.Device{} }, nil); err != nil {
		t.Error(err)
	}
}
