package ports

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/lan"
)

func TestAPageSaysWhatItIs(t *testing.T) {
	header := http.Header{"Server": {"Router Webserver"}, "Www-Authenticate": {`Basic realm="TP-LINK Wireless N Router WR841N"`}}
	got := fields.Page(header, []byte("<html><head><TITLE>\n My &amp; router </TITLE></head><body><h1>RouterOS v6.41.3</h1></body></html>"),
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

func TestAPageThatAsksForAPasswordIsKnown(t *testing.T) {
	for page, want := range map[string]bool{
		`<title>Sign in</title><form><input name=u><input name=p type="Password"/></form>`: true,
		`<INPUT TYPE=password>`:                                          true,
		`<input type=text placeholder=password>`:                         false,
		`<p>type="password"</p><script>"<input type=password>"</script>`: false,
		`<input`: false,
	} {
		got := fields.Page(http.Header{}, []byte(page), nil)
		if slices.ContainsFunc(got, func(f discovery.Fact) bool { return f.Key == discovery.FactHTTPSignIn }) != want {
			t.Errorf("%s: got %+v", page, got)
		}
	}
}

func TestACertificateSaysHowLongItIsGood(t *testing.T) {
	at := time.Date(2019, time.March, 1, 3, 0, 0, 0, time.FixedZone("", 2*60*60))
	got := certificate(&x509.Certificate{
		Subject: pkix.Name{CommonName: "\x1b[31mcam\u202e"}, Issuer: pkix.Name{CommonName: "Maker"}, NotBefore: at.AddDate(-10, 0, 0), NotAfter: at,
	})
	want := []discovery.Fact{
		{Key: "tls.name", Value: "[31mcam"},
		{Key: "tls.issuer", Value: "Maker"},
		{Key: "tls.not_before", Value: "2009-03-01T01:00:00Z"},
		{Key: "tls.not_after", Value: "2019-03-01T01:00:00Z"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+q, want %+q", got, want)
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
		{"mail", "smtp", "220 nas.example ESMTP Postfix\r\n", "smtp"},
		{"mail that refuses", "smtp", "554 no\r\n", ""},
		{"SSH on port 25", "smtp", "SSH-2.0-dropbear\r\n", "ssh"},
		{"telnet on port 25", "smtp", "login: ", ""},
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

func TestProgramsAreLookedForWhereTheyRun(t *testing.T) {
	announced := []discovery.Service{{Port: 8123, Transport: "tcp"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want []uint16
	}{
		{"computer", discovery.Device{Kind: discovery.KindComputer}, programs},
		{"storage", discovery.Device{Kind: discovery.KindNAS}, programs},
		{"tiny hub", discovery.Device{Kind: discovery.KindHub, Tiny: true}, nil},
		{"router", discovery.Device{Kind: discovery.KindRouter}, nil},
		{"nobody knows", discovery.Device{}, nil},
		{"nobody knows, but it says so itself", discovery.Device{Services: announced}, []uint16{8123}},
	} {
		var got []uint16
		for _, dr := range plan(tt.d, lan.PaceOf(tt.d)) {
			if slices.Contains(programs, dr.port) {
				got = append(got, dr.port)
			}
			if slices.Contains(programs, dr.port) && dr.manner != web {
				t.Errorf("%s: door %d is not asked for its page", tt.name, dr.port)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
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
	for _, port := range programs {
		if seen[port] {
			t.Errorf("door %d stands twice", port)
		}
		seen[port] = true
	}
	if len(seen) > 64 || maxGentle > 12 {
		t.Errorf("%d doors, %d for unknown devices", len(seen), maxGentle)
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
		clean(t, fields.Page(resp.Header, body, nil))
	})
}

func FuzzParseGreeting(f *testing.F) {
	for _, s := range []string{"SSH-2.0-x\r\n", "220 ftp\r\n", "\xff\xfd\x01login:", "\xff", ""} {
		f.Add("telnet", []byte(s))
	}
	f.Fuzz(func(t *testing.T, usual string, b []byte) {
		protocol, facts := parseGreeting(usual, b)
		if !slices.Contains([]string{"", "ssh", "ftp", "smtp", "telnet"}, protocol) {
			t.Errorf("got protocol %q", protocol)
		}
		clean(t, facts)
	})
}

func TestAGreetingIsItsWords(t *testing.T) {
	for _, tt := range []struct{ protocol, greeting, want string }{
		{"ftp", "220 (vsFTPd 3.0.3)\r\n", "(vsFTPd 3.0.3)"},
		{"smtp", "220-nas.example ESMTP Exim 4.96\r\n220 hello\r\n", "nas.example ESMTP Exim 4.96"},
		{"ssh", "SSH-2.0-dropbear_2022.83\r\n", "dropbear_2022.83"},
		{"telnet", " login: ", "login:"},
	} {
		if got := Words(tt.protocol, tt.greeting); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.protocol, got, tt.want)
		}
	}
}

func TestOnlyLittlePicturesAreNamed(t *testing.T) {
	const icon = "\x00\x00\x01\x00\x01\x00\x10\x10"
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"by its type", "image/x-icon", "anything", "f0e166dc34d14d6c228ffac576c9a43c"},
		{"type in capitals", "Image/PNG; x=y", "anything", "f0e166dc34d14d6c228ffac576c9a43c"},
		{"by its first bytes", "text/html", icon, "f6948cd8854708621632ae961e5fd4a6"},
		{"SVG", "", "<svg/>", "677433a0892aaed7b7d2628c313c9775"},
		{"a page", "text/html", "<html>not found</html>", ""},
		{"empty", "image/x-icon", "", ""},
		{"large", "image/png", strings.Repeat("x", maxPicture+1), ""},
	} {
		got := ""
		if facts := pictureFacts(tt.contentType, []byte(tt.body)); len(facts) == 1 && facts[0].Key == "http.favicon" {
			got = facts[0].Value
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add("image/png", []byte("\x89PNG\r\n\x1a\n"))
	f.Add("", []byte("<svg"))
	f.Fuzz(func(t *testing.T, contentType string, b []byte) {
		for _, f := range pictureFacts(contentType, b) {
			if f.Key != factFavicon || len(f.Value) != 32 || len(b) > maxPicture {
				t.Errorf("got %q of %d bytes", f, len(b))
			}
		}
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
