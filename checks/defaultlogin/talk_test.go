package defaultlogin

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"
	"golang.org/x/crypto/ssh"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// Own passwords of owners, and what devices do at a login.
const own = "four words of my own"

type manner int

const (
	honest   manner = iota
	locked          // it says that it waits
	hangsUp         // it breaks the connection off
	open            // it needs no login
	stranger        // another product
	endless         // it never stops
	silent
)

// serve answers each connection to a port of loopback.
func serve(t *testing.T, talk func(c net.Conn)) uint16 {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(5 * time.Second))
			talk(c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return netip.MustParseAddrPort(l.Addr().String()).Port()
}

func row(t *testing.T, id string) makers.Login {
	t.Helper()
	all := logins(t)
	i := slices.IndexFunc(all, func(l makers.Login) bool { return l.ID == id })
	if i < 0 {
		t.Fatalf("no row %s", id)
	}
	return all[i]
}

// at is a device with one door.
func at(l makers.Login, port uint16) discovery.Device {
	return discovery.Device{
		ID: "d-1", Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
		Services: []discovery.Service{{Port: port, Transport: "tcp", Protocol: methods[l.Protocol].service}},
	}
}

// A fakeLogin serves one door of a product with a password and a manner; tries counts the
// passwords that it was given.
type fakeLogin func(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16

func TestEveryWayToLogInTellsYesFromNo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		l    makers.Login
		fake fakeLogin
	}{
		{"telnet", row(t, "D072-telnet"), fakeTelnet},
		{"ftp", row(t, "D072-ftp"), fakeFTP},
		{"ssh", row(t, "D205"), fakeSSH},
		{"rtsp, digest", row(t, "D097"), fakeRTSP("Digest")},
		{"rtsp, basic", row(t, "D097"), fakeRTSP("Basic")},
		{"onvif", row(t, "D096-onvif"), fakeONVIF},
		{"mqtt", unused, fakeMQTT},
		{"snmp", row(t, "D242"), fakeSNMP},
		{"http-digest", row(t, "D096"), fakeDigest},
	} {
		for _, c := range []struct {
			name     string
			m        manner
			password string
			found    int
			reason   string // "" is clear or found
			most     int64
		}{
			{"factory login", honest, tt.l.Password, 1, "", 1},
			{"own password", honest, own, 0, "", 1},
			{"locked", locked, tt.l.Password, 0, checks.ReasonTriedToday, 1},
			{"hangs up", hangsUp, tt.l.Password, 0, checks.ReasonTriedToday, 1},
			{"needs none", open, tt.l.Password, 0, checks.ReasonUnclear, 1},
			{"another product", stranger, tt.l.Password, 0, checks.ReasonUnclear, 0},
			{"endless", endless, tt.l.Password, 0, "any", 1},
			{"silent", silent, tt.l.Password, 0, "any", 1},
		} {
			if tt.name == "snmp" && slices.Contains([]manner{locked, hangsUp, stranger, endless}, c.m) {
				continue // there is nothing that it can say
			}
			t.Run(tt.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				var tries atomic.Int64
				dev := at(tt.l, tt.fake(t, tt.l, c.password, c.m, &tries))
				target, count := target(t, dev)
				found, err := run(t.Context(), target, []makers.Login{tt.l})
				reason := ""
				if err != nil {
					reason = checks.Reason(err)
				}
				if len(found) != c.found || (c.reason != "any" && reason != c.reason && (c.m != stranger || reason != checks.ReasonOdd)) || (c.reason == "any" && err == nil) {
					t.Errorf("got %+v, %v", found, err)
				}
				if n := tries.Load(); n > c.most || (c.name == "own password" && n != 1) || (c.found == 1 && n != 1) {
					t.Errorf("the device was given %d passwords", n)
				}
				if count.logins > 1 || (c.m == stranger && count.logins > 0) {
					t.Errorf("the gate counted %d logins", count.logins)
				}
				secret(t, found, tt.l)
				if s := count.log.String() + fmt.Sprint(err); len(tt.l.Password) > 1 && strings.Contains(s, tt.l.Password) {
					t.Errorf("the password is in %q", s)
				}
			})
		}
	}
}

func TestAClosedDoorIsClear(t *testing.T) {
	for _, id := range []string{"D072-telnet", "D072-ftp", "D205", "D097", "D001", "D075"} {
		l := row(t, id)
		target, count := target(t, at(l, 1)) // nobody listens there
		before := checks.Finding{ID: checks.FindingID("d-1", Kind, 1, l.Protocol), Port: 1, Args: map[string]string{"login": l.ID}}
		target.Before = []checks.Finding{before}
		found, err := run(t.Context(), target, []makers.Login{l})
		if err != nil || len(found) > 0 || count.logins > 0 {
			t.Errorf("%s: got %+v, %v, %d logins", id, found, err, count.logins)
		}
	}
}

func misbehave(c net.Conn, m manner) bool {
	switch m {
	case endless:
		for {
			if _, err := c.Write(bytes.Repeat([]byte("220-\x1b[31mand so on\r\n"), 200)); err != nil {
				return true
			}
		}
	case silent:
		_, _ = io.Copy(io.Discard, c)
		return true
	}
	return false
}

func fakeTelnet(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	return serve(t, func(c net.Conn) {
		if misbehave(c, m) {
			return
		}
		r := bufio.NewReader(c)
		line := func() (string, error) {
			s, err := r.ReadString('\n')
			for strings.HasPrefix(s, "\xff") && len(s) >= 3 {
				s = s[3:]
			}
			return strings.TrimSpace(s), err
		}
		greeting := "MikroTik v6.48.6 (long-term)\r\n"
		if m == stranger {
			greeting = "OpenWrt 19.07\r\n"
		}
		if m == open {
			_, _ = io.WriteString(c, greeting+"[admin@MikroTik] > ")
			_, _ = line()
			return
		}
		_, _ = io.WriteString(c, "\xff\xfb\x01\xff\xfd\x18"+greeting+"Login: ")
		user, err := line()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "\xff\xfa\x18\x01\xff\xf0\r\nPassword: ")
		given, err := line()
		if err != nil {
			return
		}
		tries.Add(1)
		switch {
		case m == hangsUp:
		case m == locked:
			_, _ = io.WriteString(c, "\r\nToo many failed logins, try again later\r\n")
		case user == l.User && given == password:
			_, _ = io.WriteString(c, "\r\n\x1b[0mDo you want to see the software license? [Y/n]: ")
			_, _ = line()
		default:
			_, _ = io.WriteString(c, "\r\nLogin failed, incorrect username or password\r\n\r\nLogin: ")
			_, _ = line()
		}
	})
}

func fakeFTP(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	return serve(t, func(c net.Conn) {
		if misbehave(c, m) {
			return
		}
		r := bufio.NewReader(c)
		say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
		if m == stranger {
			say("220 vsFTPd 3.0.3")
		} else {
			say("220 router FTP server (MikroTik 6.48.6) ready")
		}
		user := ""
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			word, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch word {
			case "USER":
				user = arg
				if m == open {
					say("230 welcome")
				} else {
					say("331-hello\r\n331 Password required")
				}
			case "PASS":
				tries.Add(1)
				switch {
				case m == hangsUp:
					return
				case m == locked:
					say("421 Too many logins")
				case user == l.User && arg == password:
					say("230 User logged in")
				default:
					say("530 Login incorrect")
				}
			case "PWD":
				say("530 Please login")
			case "QUIT":
				say("221 bye")
				return
			default:
				t.Errorf("ftp was told %q", line)
			}
		}
	})
}

func fakeSSH(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, func(c net.Conn) {
		if misbehave(c, m) {
			return
		}
		cfg := &ssh.ServerConfig{ServerVersion: "SSH-2.0-OpenSSH_7.9p1 Raspbian-10+deb10u2", MaxAuthTries: 6, NoClientAuth: m == open}
		if m == stranger {
			cfg.ServerVersion = "SSH-2.0-dropbear_2020.81"
		}
		cfg.PasswordCallback = func(meta ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			tries.Add(1)
			switch {
			case m == hangsUp || m == locked:
				_ = c.Close()
				return nil, errors.New("enough")
			case meta.User() == l.User && string(given) == password:
				return nil, nil
			}
			return nil, errors.New("no")
		}
		cfg.KeyboardInteractiveCallback = func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			t.Error("it went on with keyboard-interactive")
			return nil, errors.New("no")
		}
		cfg.AddHostKey(signer)
		conn, channels, requests, err := ssh.NewServerConn(c, cfg)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		go func() {
			for ch := range channels {
				t.Errorf("it opened a %q", ch.ChannelType())
				_ = ch.Reject(ssh.Prohibited, "")
			}
		}()
		_ = conn.Wait()
	})
}

// fakeRTSP asks by Basic or Digest.
func fakeRTSP(scheme string) fakeLogin {
	return func(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
		return serve(t, func(c net.Conn) {
			if misbehave(c, m) {
				return
			}
			r := bufio.NewReader(c)
			for {
				first, err := r.ReadString('\n')
				if err != nil {
					return
				}
				said := ""
				for {
					line, err := r.ReadString('\n')
					if err != nil || line == "\r\n" {
						break
					}
					if v, ok := strings.CutPrefix(line, "Authorization: "); ok {
						said = strings.TrimSpace(v)
					}
				}
				method, rest, _ := strings.Cut(first, " ")
				uri, _, _ := strings.Cut(rest, " ")
				if method != "DESCRIBE" {
					t.Errorf("rtsp was asked for %q", first)
				}
				answer := func(status string, more ...string) {
					_, _ = io.WriteString(c, "RTSP/1.0 "+status+"\r\nCSeq: 1\r\n"+strings.Join(more, "\r\n")+"\r\n\r\n")
				}
				realm := "IP Camera(C4321)"
				if m == stranger {
					realm = "Other"
				}
				challenge := `WWW-Authenticate: Basic realm="` + realm + `"`
				if scheme == "Digest" {
					challenge = `WWW-Authenticate: Digest realm="` + realm + `", nonce="8b84", stale="FALSE"`
				}
				if said != "" {
					tries.Add(1)
				}
				switch {
				case m == open:
					answer("200 OK", "Content-Type: application/sdp", "Content-Length: 0")
				case said == "":
					answer("401 Unauthorized", challenge)
				case m == hangsUp:
					return
				case m == locked:
					answer("503 Service Unavailable")
				case said == "Basic "+base64.StdEncoding.EncodeToString([]byte(l.User+":"+password)), strings.Contains(said, `response="`+oldDigest(l.User, realm, password, "8b84", "DESCRIBE", uri)+`"`):
					answer("200 OK", "Content-Type: application/sdp", "Content-Length: 0")
				default:
					answer("401 Unauthorized", challenge)
				}
			}
		})
	}
}

// oldDigest computes the answer of RFC 2069.
func oldDigest(user, realm, password, nonce, method, uri string) string {
	return md5hex(md5hex(user+":"+realm+":"+password) + ":" + nonce + ":" + md5hex(method+":"+uri))
}

func md5hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// serveWeb serves a page on loopback.
func serveWeb(t *testing.T, h http.HandlerFunc) uint16 {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return netip.MustParseAddrPort(srv.Listener.Addr().String()).Port()
}

// webManner answers as hostile devices do; false leaves it to the honest one.
func webManner(w http.ResponseWriter, m manner) bool {
	switch m {
	case locked:
		w.WriteHeader(http.StatusServiceUnavailable)
	case hangsUp:
		panic(http.ErrAbortHandler)
	default:
		return false
	}
	return true
}

// webHostile answers a page as hostile devices do, before any login.
func webHostile(w http.ResponseWriter, m manner) bool {
	switch m {
	case endless:
		for range 1 << 12 {
			if _, err := w.Write(bytes.Repeat([]byte("<a>"), 1<<10)); err != nil {
				break
			}
		}
	case silent:
		panic(http.ErrAbortHandler)
	case stranger:
		http.NotFound(w, nil)
	default:
		return false
	}
	return true
}

var part = regexp.MustCompile(`(nc|cnonce|uri|response)="?([^",]+)"?`)

func fakeDigest(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	return serveWeb(t, func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Authorization")
		if said != "" {
			tries.Add(1)
		}
		p := map[string]string{}
		for _, f := range part.FindAllStringSubmatch(said, -1) {
			p[f[1]] = f[2]
		}
		const realm, nonce = "IP Camera(C4321)", "5f1d"
		w.Header().Set("Server", "App-webs/")
		right := md5hex(md5hex(l.User+":"+realm+":"+password) + ":" + nonce + ":" + p["nc"] + ":" + p["cnonce"] + ":auth:" + md5hex("GET:"+r.URL.RequestURI()))
		switch {
		case webHostile(w, m), said != "" && webManner(w, m):
		case m == open || (said != "" && p["response"] == right && p["uri"] == r.URL.RequestURI()):
			_, _ = io.WriteString(w, "<userCheck><statusValue>200</statusValue></userCheck>")
		default:
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm=%q, nonce=%q, qop="auth"`, realm, nonce))
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
}

var token = regexp.MustCompile(`<w:Password Type="[^"]*">([^<]*)</w:Password><w:Nonce EncodingType="[^"]*">([^<]*)</w:Nonce><u:Created [^>]*>([^<]*)<`)

func fakeONVIF(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	return serveWeb(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body := string(raw)
		const soap = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>`
		f := token.FindStringSubmatch(body)
		if f != nil {
			tries.Add(1)
		}
		switch {
		case webHostile(w, m):
		case strings.Contains(body, askClock):
			_, _ = io.WriteString(w, soap+`<tds:GetSystemDateAndTimeResponse xmlns:tds="x" xmlns:tt="y"><tt:UTCDateTime><tt:Time><tt:Hour>3</tt:Hour><tt:Minute>4</tt:Minute><tt:Second>5</tt:Second></tt:Time><tt:Date><tt:Year>2015</tt:Year><tt:Month>1</tt:Month><tt:Day>2</tt:Day></tt:Date></tt:UTCDateTime></tds:GetSystemDateAndTimeResponse></s:Body></s:Envelope>`)
		case f != nil && webManner(w, m):
		case m == open || (f != nil && tokenFits(f, password) && strings.Contains(body, "<w:Username>"+l.User+"<")):
			_, _ = io.WriteString(w, soap+`<tds:GetDeviceInformationResponse xmlns:tds="x"><tds:Model>DS</tds:Model></tds:GetDeviceInformationResponse></s:Body></s:Envelope>`)
		default:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, soap+`<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault></s:Body></s:Envelope>`)
		}
	})
}

// tokenFits computes the digest of a UsernameToken, and looks that it is dated by the camera.
func tokenFits(f []string, password string) bool {
	nonce, err := base64.StdEncoding.DecodeString(f[2])
	sum := sha1.Sum(append(nonce, f[3]+password...))
	return err == nil && f[3] == "2015-01-02T03:04:05Z" && f[1] == base64.StdEncoding.EncodeToString(sum[:])
}

func fakeMQTT(t *testing.T, l makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	return serve(t, func(c net.Conn) {
		if misbehave(c, m) {
			return
		}
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		rest := make([]byte, head[1])
		if _, err := io.ReadFull(c, rest); err != nil || head[0] != 0x10 {
			t.Errorf("mqtt was told %x, %v", head, err)
			return
		}
		login := rest[7]&0x80 != 0
		if login {
			tries.Add(1)
		}
		want := mqttConnect(l.User, password, true)
		code := byte(5)
		switch {
		case m == stranger:
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			return
		case login && m == hangsUp:
			return
		case login && m == locked:
			code = 3
		case m == open || (login && bytes.Equal(rest, want[2:])):
			code = 0
		}
		_, _ = c.Write([]byte{0x20, 2, 0, code})
		after, _ := io.ReadAll(c)
		if len(after) > 0 && !bytes.Equal(after, []byte{0xe0, 0}) {
			t.Errorf("after CONNECT it was told %x", after)
		}
	})
}

func fakeSNMP(t *testing.T, _ makers.Login, password string, m manner, tries *atomic.Int64) uint16 {
	c, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		buf := make([]byte, 9000)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			g := &gosnmp.GoSNMP{Version: gosnmp.Version2c}
			p, err := g.SnmpDecodePacket(buf[:n])
			if err != nil || p.PDUType != gosnmp.GetRequest {
				t.Errorf("snmp was told %x", buf[:n])
				continue
			}
			if p.Community != noCommunity && p.Community != publicCommunity {
				tries.Add(1)
			}
			if m == silent || (p.Community != password && p.Community != publicCommunity && m != open) {
				continue
			}
			g.Community = p.Community
			g.SetRequestID(p.RequestID - 1)
			b, err := g.SnmpEncodePacket(gosnmp.GetResponse, []gosnmp.SnmpPDU{{Name: sysDescr, Type: gosnmp.OctetString, Value: []byte("Printer\x1b[31m 1\u202e")}}, 0, 0)
			if err == nil {
				_, _ = c.WriteTo(b, from)
			}
		}
	}()
	return netip.MustParseAddrPort(c.LocalAddr().String()).Port()
}

// The lines of these ways are those of discovery/lan, whose client looks at what leaves.
func TestTheWaysGoThroughTheGate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		l    makers.Login
		fake fakeLogin
	}{
		{row(t, "D072-ftp"), fakeFTP},
		{row(t, "D097"), fakeRTSP("Digest")},
		{row(t, "D096-onvif"), fakeONVIF},
		{row(t, "D205"), fakeSSH},
		{row(t, "D072-telnet"), fakeTelnet},
		{row(t, "D096"), fakeDigest},
		{row(t, "D242"), fakeSNMP},
		{unused, fakeMQTT},
	} {
		for _, c := range []struct {
			password string
			found    int
		}{{tt.l.Password, 1}, {own, 0}} {
			t.Run(fmt.Sprintf("%s/%d", tt.l.ID, c.found), func(t *testing.T) {
				t.Parallel()
				var tries atomic.Int64
				found, err := run(t.Context(), paced(t, at(tt.l, tt.fake(t, tt.l, c.password, honest, &tries))), []makers.Login{tt.l})
				if err != nil || len(found) != c.found || tries.Load() != 1 {
					t.Errorf("got %+v, %v, %d passwords", found, err, tries.Load())
				}
			})
		}
	}
}
