package wsd

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/ipv4"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// A fake is one device that answers probes and, if it has a page, WS-Transfer.
type fake struct {
	addr    string
	answer  string       // to a probe; {id} and {xaddr} are filled in
	where   string       // to a resolve; "" says nothing
	page    http.Handler // nil: it has none
	moreOf  int          // how many times it answers
	xaddrAt string       // another host in its address; "" is its own

	mu               sync.Mutex // guards following
	probes, resolves int
	asked            []string
	conns            int
}

// start lets fakes hear the group on loopback.
func start(t *testing.T, fakes ...*fake) {
	t.Helper()
	lo, err := testhome.Loopback()
	if err != nil {
		t.Skip(err)
	}
	hears, err := net.ListenMulticastUDP("udp4", lo, net.UDPAddrFromAddrPort(group))
	if err != nil {
		t.Skip(err)
	}
	_ = ipv4.NewPacketConn(hears).SetMulticastLoopback(true)
	var says []net.PacketConn
	var xaddrs []string
	for _, f := range fakes {
		pc, err := net.ListenPacket("udp4", f.addr+":0")
		if err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { pc.Close() })
		says = append(says, pc)
		port := "5357"
		if f.page != nil {
			l, err := net.Listen("tcp4", f.addr+":0")
			if err != nil {
				t.Fatal(err)
			}
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
				f.mu.Lock()
				f.asked = append(f.asked, r.Method+" "+r.URL.Path+" "+string(b))
				f.mu.Unlock()
				f.page.ServeHTTP(w, r)
			}))
			s.Listener = l
			s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
				if st == http.StateNew {
					f.mu.Lock()
					f.conns++
					f.mu.Unlock()
				}
			}
			s.Start()
			t.Cleanup(s.Close)
			_, port, _ = net.SplitHostPort(l.Addr().String())
		}
		host := f.addr
		if f.xaddrAt != "" {
			host = f.xaddrAt
		}
		xaddrs = append(xaddrs, "http://"+host+":"+port+"/wsd")
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := hears.ReadFrom(buf)
			if err != nil {
				return
			}
			id := regexp.MustCompile(`<wsa:MessageID>urn:uuid:([0-9a-f-]{36})</wsa:MessageID>`).FindStringSubmatch(string(buf[:n]))
			if id == nil {
				t.Errorf("heard %q", buf[:n])
				continue
			}
			for i, f := range fakes {
				answer := f.answer
				f.mu.Lock()
				if bytes.Contains(buf[:n], []byte("<wsd:Resolve>")) {
					answer = f.where
					f.resolves++
				} else {
					f.probes++
				}
				f.mu.Unlock()
				if answer == "" {
					continue
				}
				for range max(f.moreOf, 1) {
					says[i].WriteTo([]byte(strings.NewReplacer("{id}", id[1], "{xaddr}", xaddrs[i]).Replace(answer)), from)
				}
			}
		}
	})
	t.Cleanup(func() { hears.Close(); wg.Wait() })
}

// run discovers on loopback and gives what was said, by address.
func run(t *testing.T) (map[string][]string, *lan.Home) {
	t.Helper()
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	h := lan.Open(n, "test", slog.New(slog.DiscardHandler))
	var mu sync.Mutex
	said := map[string][]string{}
	err = Source{Home: h, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}.Discover(t.Context(), func(o discovery.Observation) {
		mu.Lock()
		defer mu.Unlock()
		if o.Source != "wsd" || o.At.IsZero() {
			t.Errorf("got %+v", o)
		}
		for _, l := range lines(o.Facts) {
			if !slices.Contains(said[o.Addr.String()], l) {
				said[o.Addr.String()] = append(said[o.Addr.String()], l)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return said, h
}

func answerOf(s string) string {
	s = strings.NewReplacer(asked, "{id}", strings.ToUpper(asked), "{id}", "0A1B2C3D-0000-4000-8000-00000000000a", "{id}").Replace(s)
	return regexp.MustCompile(`XAddrs>[^<]+<`).ReplaceAllString(s, "XAddrs>{xaddr}<")
}

func page(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
}

func TestDevicesAreProbedOnceAndPrintersAskedOnce(t *testing.T) {
	cam := &fake{addr: "127.0.0.11", answer: answerOf(camera), page: page(metadata)}
	prn := &fake{addr: "127.0.0.14", answer: answerOf(printer), page: page(metadata), moreOf: 3}
	away := &fake{addr: "127.0.0.15", answer: answerOf(printer), page: page(metadata), xaddrAt: "127.0.0.11"}
	bomb := &fake{addr: "127.0.0.16", answer: answerOf(printer), page: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, strings.Repeat("<a>", 10<<10)); err != nil {
				return
			}
		}
	})}
	odd := &fake{addr: "127.0.0.17", answer: answerOf(printer)[:500]}
	silent := regexp.MustCompile(`<wsd:XAddrs>.*</wsd:XAddrs>`).ReplaceAllString(answerOf(printer), "")
	found := strings.NewReplacer("ProbeMatch", "ResolveMatch").Replace(answerOf(printer))
	pc := &fake{addr: "127.0.0.18", answer: strings.Replace(silent, "16a65700", "26a65700", 1), where: strings.Replace(found, "16a65700", "26a65700", 1), page: page(metadata)}
	liar := &fake{addr: "127.0.0.19", answer: odd.answer, where: pc.where, page: page(metadata)} // speaks for pc
	start(t, cam, prn, away, bomb, odd, pc, liar)
	said, h := run(t)

	for _, want := range []string{"wsd.scope.hardware=DS-2CD2042WD-I", "wsd.type=dn:NetworkVideoTransmitter"} {
		if !slices.Contains(said[cam.addr], want) {
			t.Errorf("camera: got %q, want %q", said[cam.addr], want)
		}
	}
	for _, want := range []string{"wsd.model_name=MFC-J5320DW", "wsd.firmware_version=1.20"} {
		if !slices.Contains(said[prn.addr], want) || !slices.Contains(said[pc.addr], want) {
			t.Errorf("printer: got %q and %q, want %q", said[prn.addr], said[pc.addr], want)
		}
	}
	if !slices.Contains(said[away.addr], "lan.odd=leads-away") || !slices.Contains(said[odd.addr], "lan.odd=nonsense") || len(said[odd.addr]) > 1 || len(said[liar.addr]) > 1 {
		t.Errorf("got %q", said)
	}
	if prn.probes != len(probes)*sends || prn.resolves != sends {
		t.Errorf("%d probes and %d resolves were heard, want %d and %d", prn.probes, prn.resolves, len(probes)*sends, sends)
	}
	for f, want := range map[*fake]int{cam: 0, prn: 1, away: 0, bomb: 1, pc: 1, liar: 0} {
		f.mu.Lock()
		if f.conns != want || len(f.asked) != want {
			t.Errorf("%s: %d connections, asked %q, want %d", f.addr, f.conns, f.asked, want)
		}
		f.mu.Unlock()
	}
	if len(prn.asked) == 1 && (!strings.HasPrefix(prn.asked[0], "POST /wsd ") || !strings.Contains(prn.asked[0], "transfer/Get</wsa:Action>") ||
		!strings.Contains(prn.asked[0], "<wsa:To>urn:uuid:16a65700-007c-1000-bb49-30055ce13be2</wsa:To>")) {
		t.Errorf("asked %q", prn.asked[0])
	}
	by, everyone := h.Traffic()
	if got := by[netip.MustParseAddr(bomb.addr)].Odd; !slices.Contains(got, discovery.OddTooMuch) {
		t.Errorf("nothing but %q is odd about the endless one", got)
	}
	if everyone.Packets != (len(probes)+1)*sends || by[netip.MustParseAddr(prn.addr)].Connections != 1 {
		t.Errorf("the ledger holds %+v and %+v", everyone, by)
	}
	if r := by[netip.MustParseAddr(prn.addr)].Requests; len(r) != 1 || r[0].Line != "POST /wsd WS-Transfer Get" {
		t.Errorf("the ledger holds %+v", r)
	}
}
