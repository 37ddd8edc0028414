package elsewhere

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report"
)

var evening = time.Date(2026, time.November, 12, 18, 30, 0, 0, time.UTC)

// facts are those of a home with a hostile lamp, a camera that is away and one thing to do.
func facts(t *testing.T) report.Facts {
	t.Helper()
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	return report.Facts{Words: words, Version: "1.2.3", Now: evening, Snapshot: rounds.Snapshot{
		Home: rounds.Home{ID: 3, Name: "Our <b>home</b>"}, Started: evening.Add(-time.Minute), Finished: evening, Complete: true, Round: 7,
		Devices: []discovery.Device{
			{ID: "a/+#$(calc)", Name: "<b>{{ states('x') }}\"\n#", Kind: discovery.KindLight, Present: true, LastSeen: evening, Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.2")}},
			{ID: "cam", Name: "Hall camera", Kind: discovery.KindCamera, Vendor: "Reolink", MAC: discovery.MAC{2, 3, 4, 5, 6, 7}},
		},
		Findings: []checks.Finding{{
			ID: "f1", Kind: "default-login", Device: "a/+#$(calc)", Severity: checks.Today, First: evening, Last: evening, Confidence: discovery.Saw,
			Args: map[string]string{"user": "admin", "login": "maker/admin-1234", "url": "", "service": "web"}, Evidence: []discovery.Fact{{Key: "x", Value: "1234"}},
		}},
	}}
}

// broker starts a mosquitto on loopback. With a name it asks for a password.
func broker(t *testing.T, user, password string) (port uint16) {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
			t.Skip("mosquitto is not installed")
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := ln.Addr().(*net.TCPAddr)
	_ = ln.Close()
	dir := t.TempDir()
	conf := fmt.Sprintf("listener %d 127.0.0.1\npersistence false\nallow_anonymous %t\n", at.Port, user == "")
	if user != "" {
		file := filepath.Join(dir, "users")
		if out, err := exec.CommandContext(t.Context(), "mosquitto_passwd", "-c", "-b", file, user, password).CombinedOutput(); err != nil {
			t.Skipf("mosquitto_passwd: %v: %s", err, out)
		}
		_ = os.Chmod(dir, 0o755) // it gives up being root
		_ = os.Chmod(filepath.Dir(dir), 0o755)
		_ = os.Chmod(file, 0o644)
		conf += "password_file " + file + "\n"
	}
	path := filepath.Join(dir, "conf")
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-c", path)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", at.String()); err == nil {
			_ = c.Close()
			return uint16(at.Port)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("mosquitto did not start: %s", &said)
	return 0
}

// kept reads all that a broker holds: it subscribes to everything, as Home Assistant would, and stops when a last ping is
// answered.
func kept(t *testing.T, target Target) map[string]string {
	t.Helper()
	c, err := net.Dial("tcp", net.JoinHostPort(target.Host, strconv.Itoa(int(target.Port))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if err := greet(c, target); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Write(packetOf(0x82, append(lengthened([]byte{0, 1}, "#"), 0)))
	quiet := time.AfterFunc(500*time.Millisecond, func() { _, _ = c.Write([]byte{0xc0, 0}) })
	defer quiet.Stop()
	out := map[string]string{}
	for {
		var head [1]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			t.Fatal(err)
		}
		n, err := binary.ReadUvarint(one{c})
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(c, body); err != nil {
			t.Fatal(err)
		}
		switch head[0] & 0xf0 {
		case 0x30:
			l := int(binary.BigEndian.Uint16(body))
			out[string(body[2:2+l])] = string(body[2+l:])
		case 0xd0:
			return out
		}
	}
}

type one struct{ io.Reader }

func (o one) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(o, b[:])
	return b[0], err
}

func TestABrokerIsToldAsHomeAssistantWantsIt(t *testing.T) {
	t.Parallel()
	target := Target{Way: MQTT, Host: "127.0.0.1", Port: broker(t, "", ""), Name: "0badcafe"}
	f, teller := facts(t), &Teller{Version: "1.2.3"}
	topics, err := teller.Tell(t.Context(), target, f, 24*time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := kept(t, target)
	if len(got) != len(topics) || len(topics) != 9 { // 3 about the home with one state, 2 devices, and that all of it counts
		t.Errorf("%d topics hold something, %d were told", len(got), len(topics))
	}
	ids, groups := map[string]bool{}, map[string]bool{}
	for topic, payload := range got {
		if strings.ContainsAny(topic, "+#$ <") {
			t.Errorf("topic %q", topic)
		}
		if !strings.HasPrefix(topic, "homeassistant/") {
			continue
		}
		var e entity
		if err := json.Unmarshal([]byte(payload), &e); err != nil {
			t.Fatalf("%s: %v", topic, err)
		}
		if got[e.State] == "" || got[e.Availability] != "online" || ids[e.UniqueID] || e.Expires != 3*24*3600 || e.Origin.Name == "" {
			t.Errorf("%s: %s", topic, payload)
		}
		ids[e.UniqueID], groups[e.Device.IDs[0]] = true, true
		if strings.Contains(e.Value, "states(") || strings.ContainsAny(e.Name, "\n") {
			t.Errorf("words of a device in a template: %s", payload)
		}
	}
	if len(groups) != 1 {
		t.Errorf("groups %v", groups)
	}
	var s state
	if err := json.Unmarshal([]byte(got["porchlight/0badcafe/3/state"]), &s); err != nil || s.Todo != 1 || s.Today != 1 || len(s.Things) != 1 || s.Sentence != "1 thing to do, 1 today." {
		t.Errorf("got %+v, %v", s, err)
	}
	on := 0
	for topic, payload := range got {
		if strings.Contains(topic, "/3/device_") && strings.Contains(payload, `"present":"ON"`) {
			on++
		}
	}
	if on != 1 {
		t.Errorf("%d devices are there", on)
	}
	all := fmt.Sprint(got)
	for _, secret := range []string{"1234", "maker/admin", "02:03:04:05:06:07"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q was told", secret)
		}
	}

	f.Snapshot.Devices = f.Snapshot.Devices[:1] // the camera was forgotten
	if topics, err = teller.Tell(t.Context(), target, f, 0, topics); err != nil || len(topics) != 7 || len(kept(t, target)) != 7 {
		t.Errorf("%v; topics %q, kept %d", err, topics, len(kept(t, target)))
	}
	if err := teller.Forget(t.Context(), target, topics); err != nil || len(kept(t, target)) > 0 {
		t.Errorf("%v; kept %v", err, kept(t, target))
	}
}

func TestABrokerThatWantsAPassword(t *testing.T) {
	t.Parallel()
	target := Target{Way: MQTT, Host: "127.0.0.1", Port: broker(t, "ana", "four words of mine"), User: "ana", Password: "four words of mine", Name: "x"}
	if _, err := new(Teller).Tell(t.Context(), target, facts(t), 0, nil); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []Target{{User: "ana", Password: "no"}, {User: "ana"}, {}} {
		wrong.Way, wrong.Host, wrong.Port = MQTT, target.Host, target.Port
		if _, err := new(Teller).Tell(t.Context(), wrong, facts(t), 0, nil); Trouble(err) != "refused" {
			t.Errorf("%+v: got %v", wrong, err)
		}
	}
}

func TestAWebhookGetsTheDocumentedRound(t *testing.T) {
	t.Parallel()
	var body []byte
	var head http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		head = r.Header
		if r.Method != http.MethodPost || r.URL.Path != "/api/webhook/secret-id" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}))
	defer server.Close()
	target, err := Target{Way: Webhook, Address: Secret(" " + server.URL + "/api/webhook/secret-id ")}.Check()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Teller{Version: "1.2.3"}).Tell(t.Context(), target, facts(t), 0, nil); err != nil {
		t.Fatal(err)
	}
	var got report.RoundJSON
	if err := json.Unmarshal(body, &got); err != nil || got.Schema != report.Schema || len(got.Devices) != 1 || len(got.Devices[0].Findings) != 1 {
		t.Errorf("got %s, %v", body, err)
	}
	if head.Get("Content-Type") != "application/json" || head.Get("User-Agent") != "Porchlight/1.2.3" {
		t.Errorf("got %v", head)
	}
	for _, secret := range []string{"admin", "1234", "02:03:04:05:06:07"} {
		if bytes.Contains(body, []byte(secret)) {
			t.Errorf("%q was told", secret)
		}
	}
	if strings.Contains(target.Where(), "secret-id") || strings.Contains(fmt.Sprintf("%v %+v %#v", target, target, target), "secret-id") {
		t.Errorf("the address is shown: %s, %+v", target.Where(), target)
	}
}

func TestWhatMayGoWrongWithAWebhook(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"refused":   {status(http.StatusForbidden), "refused"},
		"not there": {status(http.StatusNotFound), "odd"},
		"broken":    {status(http.StatusInternalServerError), "odd"},
		"led elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, "odd"},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			for b := make([]byte, 1<<20); ; {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		}, ""},
		"a flood of headers": {func(w http.ResponseWriter, _ *http.Request) {
			for i := range 1000 {
				w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 100))
			}
		}, "unreachable"},
	} {
		server := httptest.NewServer(tt.serve)
		_, err := new(Teller).Tell(t.Context(), Target{Way: Webhook, Address: Secret(server.URL + "/token")}, facts(t), 0, nil)
		if Trouble(err) != tt.want {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Errorf("%s: the address is told: %v", name, err)
		}
		server.Close()
	}
	if elsewhere > 0 {
		t.Error("it went where the user did not say")
	}
	secure := httptest.NewUnstartedServer(status(http.StatusOK))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	target := Target{Way: Webhook, Address: Secret(secure.URL)}
	if _, err := new(Teller).Tell(t.Context(), target, facts(t), 0, nil); Trouble(err) != "certificate" {
		t.Errorf("nobody vouches for it: got %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	if _, err := (&Teller{Roots: roots}).Tell(t.Context(), target, facts(t), 0, nil); err != nil {
		t.Error(err)
	}
}

// serve answers connections in its own way.
func serve(t *testing.T, talk func(net.Conn)) (port uint16) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { defer func() { _ = c.Close() }(); talk(c) }()
		}
	}()
	return uint16(ln.Addr().(*net.TCPAddr).Port)
}

func TestAHostileOrSlowBroker(t *testing.T) {
	t.Parallel()
	say := func(what ...byte) func(net.Conn) {
		return func(c net.Conn) { _, _ = c.Write(what); _, _ = io.Copy(io.Discard, c) }
	}
	for name, tt := range map[string]struct {
		talk func(net.Conn)
		want string
	}{
		"hangs up":                  {func(net.Conn) {}, "unreachable"},
		"speaks HTTP":               {say([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")...), "odd"},
		"claims 256 MB":             {say(0x20, 0xff, 0xff, 0xff, 0x7f), "odd"},
		"has no room":               {say(0x20, 2, 0, 3), "odd"},
		"acknowledges other things": {say(0x20, 2, 0, 0, 0x90, 3, 0, 0, 0), "odd"},
		"says nothing":              {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "slow"},
		"reads nothing":             {func(c net.Conn) { _, _ = c.Write([]byte{0x20, 2, 0, 0}); <-t.Context().Done() }, "slow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patience := time.Minute
			if tt.want == "slow" {
				patience = time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			topics, err := new(Teller).Tell(ctx, Target{Way: MQTT, Host: "127.0.0.1", Port: serve(t, tt.talk)}, facts(t), 0, []string{"old"})
			if Trouble(err) != tt.want {
				t.Errorf("got %v", err)
			}
			if !slices.Contains(topics, "old") || len(topics) < 2 {
				t.Errorf("what may be there is forgotten: %q", topics)
			}
		})
	}
	if _, err := new(Teller).Tell(t.Context(), Target{Way: MQTT, Host: "127.0.0.1", Port: 1}, facts(t), 0, nil); Trouble(err) != "unreachable" {
		t.Errorf("nobody there: got %v", err)
	}
}

func TestWhereATargetMayBe(t *testing.T) {
	t.Parallel()
	mqtt := func(host string, port uint16, tls bool) Target {
		return Target{Way: MQTT, Host: host, Port: port, TLS: tls}
	}
	hook := func(address string) Target { return Target{Way: Webhook, Address: Secret(address)} }
	for _, tt := range []struct {
		target Target
		want   error
	}{
		{Target{}, nil},
		{mqtt("homeassistant.local", 0, false), nil},
		{mqtt("192.168.1.5", 1883, false), nil},
		{mqtt("[fe80::1]", 1883, false), nil},
		{mqtt("203.0.113.5", 1883, false), ErrPlain},
		{mqtt("203.0.113.5", 8883, true), nil},
		{mqtt("", 1883, false), ErrAddress},
		{mqtt("mqtt://x", 1883, false), ErrAddress},
		{mqtt("a b", 1883, false), ErrAddress},
		{mqtt("printer.local", 9100, false), ErrAddress},
		{hook("http://192.168.1.5:8123/api/webhook/x"), nil},
		{hook("https://example.org/x"), nil},
		{hook("http://203.0.113.5/x"), ErrPlain},
		{hook("http://me:word@192.168.1.5/x"), ErrAddress},
		{hook("ftp://192.168.1.5/x"), ErrAddress},
		{hook("http://192.168.1.5:9100/"), ErrAddress},
		{hook("192.168.1.5"), ErrAddress},
		{hook("http:///x"), ErrAddress},
		{Target{Way: "pigeon"}, ErrAddress},
	} {
		if _, err := tt.target.Check(); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%+v: got %v, want %v", tt.target, err, tt.want)
		}
	}
	for a, want := range map[string]error{"203.0.113.5:1883": ErrPlain, "224.0.0.1:1883": ErrAddress, "127.0.0.1:9100": ErrAddress, "0.0.0.0:1883": ErrAddress} {
		if _, err := dial(t.Context(), "tcp", a, false); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", a, err, want) // a name may lead there
		}
	}
}

func TestABrokerIsNamedByAnAddress(t *testing.T) {
	for said, want := range map[string]Target{
		"mqtt://homeassistant.local":            {Way: MQTT, Host: "homeassistant.local", Port: PortPlain},
		"mqtt://mia@192.168.1.5:1884/":          {Way: MQTT, Host: "192.168.1.5", Port: 1884, User: "mia"},
		"mqtts://mia%40home@broker.example":     {Way: MQTT, Host: "broker.example", Port: PortTLS, TLS: true, User: "mia@home"},
		" mqtts://[2001:db8::1]:9999":           {Way: MQTT, Host: "2001:db8::1", Port: 9999, TLS: true},
		"mqtt://mia:secret@192.168.1.5":         {},
		"mqtt://mia:@192.168.1.5":               {},
		"mqtt://192.0.2.1":                      {},
		"mqtt://192.168.1.5:9100":               {},
		"mqtt://192.168.1.5:0":                  {},
		"mqtt://192.168.1.5:70000":              {},
		"mqtt://192.168.1.5/topic":              {},
		"mqtt://192.168.1.5?clean":              {},
		"mqtt://192.168.1.5#x":                  {},
		"mqtt://":                               {},
		"mqtt:192.168.1.5":                      {},
		"http://192.168.1.5":                    {},
		"192.168.1.5":                           {},
		"webhook":                               {},
		"":                                      {},
		"mqtt://\x1b[31m":                       {},
		"mqtt://" + strings.Repeat("a.", 10000): {},
	} {
		got, err := Broker(said)
		if (err == nil) != (want != Target{}) || err == nil && got != want {
			t.Errorf("%q: got %+v, %v, want %+v", said, got, err, want)
		}
	}
}

func TestWhatIsToldEndsWithoutAScheduleToo(t *testing.T) {
	t.Parallel()
	f := facts(t)
	for every, want := range map[time.Duration]int{0: 8 * 24 * 3600, 7 * 24 * time.Hour: 21 * 24 * 3600} {
		n := 0
		for _, m := range messagesOf(Target{Way: MQTT, Name: "x"}, &f, every) {
			var e entity
			if !strings.HasSuffix(m.topic, "/config") {
				continue
			}
			if err := json.Unmarshal(m.payload, &e); err != nil || e.Expires != want {
				t.Errorf("a round every %s: %s ends after %d seconds, want %d, %v", every, m.topic, e.Expires, want, err)
			}
			n++
		}
		if n == 0 {
			t.Error("nothing was told")
		}
	}
}

// TestAHurriedEndWhileItGetsEncrypted is for the race detector: the telling is ended just when the way becomes an encrypted one.
func TestAHurriedEndWhileItGetsEncrypted(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	began := time.Now()
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(rand.IntN(6000))*time.Microsecond, cancel)
		err := (&Teller{Roots: roots}).publish(ctx, Target{Way: MQTT, Host: "127.0.0.1", Port: at.Port(), TLS: true}, nil)
		if err == nil {
			t.Error("a web server took it for a broker's words")
		}
		cancel()
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
