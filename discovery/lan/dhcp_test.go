package lan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"porchlight/discovery"
)

// serveDHCP answers a DHCPDISCOVER from an address of the loopback, by what answer makes of it.
func serveDHCP(t *testing.T, at string, port uint16, answer func(ask []byte) [][]byte) {
	t.Helper()
	pc, err := net.ListenPacket("udp4", netip.AddrPortFrom(netip.MustParseAddr("224.0.0.0"), port).String())
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { pc.Close() })
	out, err := net.ListenPacket("udp4", at+":0")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { out.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			to := netip.MustParseAddrPort(from.String())
			for _, b := range answer(buf[:n]) {
				_, _ = out.WriteTo(b, net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr("127.255.255.255"), to.Port())))
			}
		}
	}()
}

func TestEveryServerThatHandsOutAddressesIsHeard(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the loopback of Linux has a broadcast address")
	}
	t.Parallel()
	h, server, client := open(), freePort(t), freePort(t)
	own := discovery.MAC{2, 0, 0, 0, 0, 1}
	offer := func(ask []byte, mark byte) []byte {
		b := append([]byte(nil), ask...)
		b[0], b[20] = bootReply, mark
		return b
	}
	asked := make(chan []byte, 10)
	serveDHCP(t, "127.0.0.2", server, func(ask []byte) [][]byte {
		asked <- append([]byte(nil), ask...)
		other := offer(ask, 9)
		other[4] ^= 1 // meant for somebody else
		return [][]byte{offer(ask, 2), other, ask, ask[:100], nil}
	})
	serveDHCP(t, "127.0.0.3", server, func(ask []byte) [][]byte { return [][]byte{offer(ask, 3)} })
	serveDHCP(t, "127.0.0.77", server, func(ask []byte) [][]byte { return [][]byte{offer(ask, 77)} }) // outside the home
	start := time.Now()
	got, err := h.askDHCP(t.Context(), netip.AddrPortFrom(netip.MustParseAddr("127.255.255.255"), server), client, own)
	if err != nil || len(got) != 2 || got[0][20]+got[1][20] != 2+3 {
		t.Errorf("got %+v, %v", got, err)
	}
	if took := time.Since(start); took > dhcpWait+time.Second {
		t.Errorf("it took %v", took)
	}
	ask := <-asked
	if len(asked) > 0 || ask[0] != bootRequest || string(ask[236:243]) != dhcpCookie+"\x35\x01\x01" || discovery.MAC(ask[28:34]) != own {
		t.Errorf("asked %d times more; the question is %x", len(asked), ask)
	}
	if _, everyone := h.Traffic(); everyone.Packets != 1 || everyone.Requests[0].Line != "dhcp DISCOVER" {
		t.Errorf("the ledger holds %+v", everyone)
	}
}

func TestWithoutThePortNobodyIsAsked(t *testing.T) {
	if _, err := open().AskDHCP(t.Context()); !errors.Is(err, discovery.ErrUnavailable) {
		t.Errorf("the practice home: got %v", err)
	}
	pc, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	taken, h := netip.MustParseAddrPort(pc.LocalAddr().String()).Port(), open()
	if _, err := h.askDHCP(t.Context(), netip.MustParseAddrPort("127.255.255.255:9"), taken, discovery.MAC{2}); !errors.Is(err, discovery.ErrUnavailable) {
		t.Errorf("a port of another program: got %v", err)
	}
	if _, everyone := h.Traffic(); everyone.Packets != 0 {
		t.Errorf("the ledger holds %+v", everyone)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.askDHCP(ctx, netip.MustParseAddrPort("127.255.255.255:9"), freePort(t), discovery.MAC{2}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: got %v", err)
	}
}

func TestTheWholeNetworkIsAsked(t *testing.T) {
	ifis, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range ifis {
		if ifi.Flags&net.FlagLoopback == 0 {
			continue
		}
		if got := wholeNetwork(&ifi, netip.MustParseAddr("127.0.0.1")); got.String() != "127.0.0.0/8" {
			t.Errorf("got %v", got)
		}
		if got := wholeNetwork(&ifi, netip.MustParseAddr("192.168.1.5")); got.IsValid() {
			t.Errorf("an address of nobody: got %v", got)
		}
	}
}

func TestTheAddressOfEverybodyIsTheLast(t *testing.T) {
	for p, want := range map[string]string{"192.168.1.0/24": "192.168.1.255", "10.0.4.0/22": "10.0.7.255", "192.168.1.128/25": "192.168.1.255"} {
		if got := broadcast(netip.MustParsePrefix(p)); got.String() != want {
			t.Errorf("%s: got %v, want %s", p, got, want)
		}
	}
}
