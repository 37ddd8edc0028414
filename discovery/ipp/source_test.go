package ipp

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// A fake is a printer on port 631 that counts what comes in.
type fake struct {
	mu    sync.Mutex // guards following
	conns int
	asked []string // method, path and the first four bytes
}

func start(t *testing.T, addr string, answer func(w http.ResponseWriter, ask []byte)) *fake {
	t.Helper()
	l, err := net.Listen("tcp4", addr+":631")
	if err != nil {
		t.Skip(err) // no network of its own, and not root
	}
	f := &fake{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(b[:min(4, len(b))]))
		f.mu.Unlock()
		answer(w, b)
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
	return f
}

// says answers with b, for the question that was asked.
func says(b []byte) func(http.ResponseWriter, []byte) {
	return func(w http.ResponseWriter, ask []byte) {
		b := bytes.Clone(b)
		copy(b[4:8], ask[4:8])
		w.Header().Set("Content-Type", "application/ipp")
		w.Write(b)
	}
}

func TestAPrinterIsAskedOnceOrTwice(t *testing.T) {
	ipp := []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_ipp._tcp"}}
	door := []discovery.Service{{Port: 631, Transport: "tcp", Protocol: "ipp"}}
	first, second := "POST /ipp/print application/ipp \x02\x00\x00\x0b", "POST /ipp/print application/ipp \x01\x01\x00\x0b"
	refusal := message("\x01\x01", "\x05\x03", id, "")
	odd := []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
	for _, tt := range []struct {
		name, addr string
		facts      []discovery.Fact
		services   []discovery.Service
		answer     func(http.ResponseWriter, []byte)
		want       []discovery.Fact
		asked      []string
	}{
		{"a printer", "127.0.0.11", ipp, door, says(brother), brotherFacts, []string{first}},
		{"another queue", "127.0.0.12", append(ipp, discovery.Fact{Key: "mdns.txt._ipp._tcp.rp", Value: "printers/Office"}), door, says(brother), brotherFacts, []string{"POST /printers/Office application/ipp \x02\x00\x00\x0b"}},
		{"one that wants the old version", "127.0.0.13", ipp, door, func(w http.ResponseWriter, ask []byte) {
			if binary.BigEndian.Uint16(ask) > 0x0101 {
				says(refusal)(w, ask)
			} else {
				says(brother)(w, ask)
			}
		}, brotherFacts, []string{first, second}},
		{"one that refuses all", "127.0.0.14", ipp, door, says(refusal), nil, []string{first, second}},
		{"one that wants a login", "127.0.0.15", ipp, door, func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusUnauthorized) }, nil, []string{first}},
		{"one that leads away", "127.0.0.16", ipp, door, func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Location", "http://127.0.0.11:631/ipp/print")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, nil, []string{first}},
		{"nonsense", "127.0.0.17", ipp, door, func(w http.ResponseWriter, _ []byte) { io.WriteString(w, "<html></html>") }, odd, []string{first}},
		{"endless", "127.0.0.18", ipp, door, func(w http.ResponseWriter, _ []byte) {
			for {
				if _, err := w.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		}, nil, []string{first}},
		{"one that does not announce it", "127.0.0.19", nil, door, says(brother), nil, nil},
		{"one that prints elsewhere", "127.0.0.20", ipp, []discovery.Service{{Port: 8631, Transport: "tcp", Protocol: "ipp"}}, says(brother), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, tt.addr, tt.answer)
			n, err := lan.PracticeNetwork()
			if err != nil {
				t.Fatal(err)
			}
			h := lan.Open(n, "test", nil)
			d := discovery.Device{Kind: discovery.KindPrinter, Addrs: []netip.Addr{netip.MustParseAddr(tt.addr)}, Facts: tt.facts, Services: tt.services}
			var got []discovery.Fact
			if err := (Prober{Home: h}).Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) { got = append(got, o.Facts...) }); err != nil {
				t.Fatal(err)
			}
			by, _ := h.Traffic()
			if endless := slices.Contains(by[d.Addrs[0]].Odd, discovery.OddTooMuch); endless != (tt.name == "endless") {
				t.Errorf("endless: %v", endless)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if diff := cmp.Diff(tt.want, got) + cmp.Diff(tt.asked, f.asked); diff != "" {
				t.Error(diff)
			}
			if f.conns != len(tt.asked) {
				t.Errorf("%d connections, want %d", f.conns, len(tt.asked))
			}
		})
	}
}

func TestTLSOnlyIfThereIsNothingElse(t *testing.T) {
	d := discovery.Device{
		Addrs:    []netip.Addr{netip.MustParseAddr("192.168.1.9")},
		Services: []discovery.Service{{Port: 631, Transport: "tcp", Protocol: "ipp", TLS: true}},
		Facts:    []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_ipps._tcp"}, {Key: "mdns.txt._ipps._tcp.rp", Value: "ipp/lp 1"}},
	}
	if at, uri, ok := where(d); at != "https://192.168.1.9:631/ipp/lp%201" || uri != "ipps://192.168.1.9:631/ipp/lp%201" || !ok {
		t.Errorf("got %q, %q, %v", at, uri, ok)
	}
	d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactMDNSService, Value: "_ipp._tcp"})
	if at, uri, ok := where(d); at != "http://192.168.1.9:631/ipp/print" || uri != "ipp://192.168.1.9:631/ipp/print" || !ok {
		t.Errorf("got %q, %q, %v", at, uri, ok)
	}
}
