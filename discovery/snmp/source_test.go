package snmp

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// An agent counts what it hears on port 161 and answers with f.
type agent struct {
	mu    sync.Mutex // guards heard
	heard [][]byte
}

func start(t *testing.T, addr string, f func(ask []byte) []byte) *agent {
	t.Helper()
	pc, err := net.ListenPacket("udp4", addr+":161")
	if err != nil {
		t.Skip(err) // no network of its own, and not root
	}
	a := &agent{}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			a.mu.Lock()
			a.heard = append(a.heard, bytes.Clone(buf[:n]))
			a.mu.Unlock()
			if b := f(buf[:n]); b != nil {
				pc.WriteTo(b, from)
			}
		}
	})
	t.Cleanup(func() { pc.Close(); wg.Wait() })
	return a
}

// answer gives good the identifier of the question, which stands after the 15 bytes of
// version, community and the headers.
func answer(ask []byte) []byte {
	i := bytes.Index(ask, []byte{2, 4})
	if i < 0 { // a shorter identifier: one time in 256
		i = bytes.Index(ask, []byte("public")) + 8
	}
	n := int(ask[i+1])
	return message(1, "public", 0xa2, ask[i+2:i+2+n], bind(oidDescr, 4, []byte("Brother NC-8800w")), bind(oidObject, 6, brother))
}

func TestADeviceIsAskedOnce(t *testing.T) {
	for _, tt := range []struct {
		name, addr string
		kind       discovery.Kind
		answer     func([]byte) []byte
		want       []discovery.Fact
		datagrams  int
	}{
		{"a printer", "127.0.0.14", discovery.KindPrinter, answer, []discovery.Fact{{Key: "snmp.sysdescr", Value: "Brother NC-8800w"}, {Key: "snmp.sysobjectid", Value: "1.3.6.1.4.1.2435.2.3.9.1"}}, 1},
		{"one that talks nonsense", "127.0.0.15", discovery.KindNAS, func([]byte) []byte { return []byte("hello") }, []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}, 1},
		{"one that sends the question back", "127.0.0.16", discovery.KindNAS, func(b []byte) []byte { return b }, []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}, 1},
		{"a silent one", "127.0.0.17", discovery.KindRouter, func([]byte) []byte { return nil }, nil, 2},
		{"a phone", "127.0.0.18", discovery.KindPhone, answer, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := start(t, tt.addr, tt.answer)
			n, err := lan.PracticeNetwork()
			if err != nil {
				t.Fatal(err)
			}
			h := lan.Open(n, "test", nil)
			var got []discovery.Fact
			d := discovery.Device{Kind: tt.kind, Addrs: []netip.Addr{netip.MustParseAddr(tt.addr)}}
			if err := (Prober{Home: h}).Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) { got = append(got, o.Facts...) }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			by, _ := h.Traffic()
			if len(a.heard) != tt.datagrams || by[d.Addr()].Packets != tt.datagrams || by[d.Addr()].Connections != 0 {
				t.Errorf("it heard %x, the ledger holds %+v", a.heard, by)
			}
			for _, b := range a.heard {
				if !bytes.Contains(b, []byte("\x04\x06public\xa0")) { // GET
					t.Errorf("it heard %x", b)
				}
			}
		})
	}
}
