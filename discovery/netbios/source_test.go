package netbios

import (
	"encoding/binary"
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

// start answers on port 137 and gives how many questions of 50 bytes came.
func start(t *testing.T, addr string, f func(ask []byte) []byte) func() int {
	t.Helper()
	pc, err := net.ListenPacket("udp4", addr+":137")
	if err != nil {
		t.Skip(err) // no network of its own, and not root
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	heard := 0
	wg.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if n != 50 {
				t.Errorf("heard %x", buf[:n])
			}
			mu.Lock()
			heard++
			mu.Unlock()
			if b := f(buf[:n]); b != nil {
				pc.WriteTo(b, from)
			}
		}
	})
	t.Cleanup(func() { pc.Close(); wg.Wait() })
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
}

func answer(ask []byte) []byte { return append([]byte{ask[0], ask[1]}, windows[2:]...) }

func TestADeviceIsAskedOnce(t *testing.T) {
	known := discovery.MAC{0x3c, 0x2a, 0xf4, 0, 0, 0x99}
	for _, tt := range []struct {
		name, addr string
		d          discovery.Device
		answer     func([]byte) []byte
		want       []discovery.Fact
		mac        string
		datagrams  int
	}{
		{"unknown", "127.0.0.14", discovery.Device{}, answer, []discovery.Fact{{Key: "netbios.name", Value: "ATTIC-PC"}, {Key: "netbios.workgroup", Value: "WORKGROUP"}, {Key: "netbios.server", Value: "ATTIC-PC"}}, "3c:2a:f4:00:00:14", 1},
		{"known by its hardware", "127.0.0.15", discovery.Device{MAC: known}, answer, []discovery.Fact{{Key: "netbios.name", Value: "ATTIC-PC"}, {Key: "netbios.workgroup", Value: "WORKGROUP"}, {Key: "netbios.server", Value: "ATTIC-PC"}}, "", 1},
		{"another question", "127.0.0.16", discovery.Device{}, func(b []byte) []byte {
			return append(binary.BigEndian.AppendUint16(nil, binary.BigEndian.Uint16(b)+1), windows[2:]...)
		}, []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}, "", 1},
		{"silent", "127.0.0.17", discovery.Device{Kind: discovery.KindNAS}, func([]byte) []byte { return nil }, nil, "", 2},
		{"a phone", "127.0.0.18", discovery.Device{Kind: discovery.KindPhone}, answer, nil, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			heard := start(t, tt.addr, tt.answer)
			n, err := lan.PracticeNetwork()
			if err != nil {
				t.Fatal(err)
			}
			h := lan.Open(n, "test", nil)
			var got []discovery.Fact
			mac := ""
			tt.d.Addrs = []netip.Addr{netip.MustParseAddr(tt.addr)}
			err = Prober{Home: h}.Probe(t.Context(), func() discovery.Device { return tt.d }, func(o discovery.Observation) {
				got, mac = append(got, o.Facts...), o.MAC.String()
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || mac != tt.mac {
				t.Error(diff, mac)
			}
			if by, _ := h.Traffic(); heard() != tt.datagrams || by[tt.d.Addr()].Packets != tt.datagrams || by[tt.d.Addr()].Connections != 0 {
				t.Errorf("it heard %d, the ledger holds %+v", heard(), by)
			}
		})
	}
}
