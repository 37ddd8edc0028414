package lan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"porchlight/discovery"
)

// freePort finds a UDP port that nobody listens at.
func freePort(t *testing.T) uint16 {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	return netip.MustParseAddrPort(pc.LocalAddr().String()).Port()
}

// say sends one datagram from an address.
func say(t *testing.T, from, to string, port uint16, what string) {
	t.Helper()
	pc, err := net.ListenPacket("udp4", from+":0")
	if err != nil {
		t.Skip(err) // a loopback with one address
	}
	defer pc.Close()
	if _, err := pc.WriteTo([]byte(what), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(to), port))); err != nil {
		t.Skip(err) // a loopback without broadcast
	}
}

func TestAPortOfEverybodyIsOverheard(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the loopback of Linux has a broadcast address")
	}
	h, port := open(), freePort(t)
	// Two at once: the port is shared with whoever listens there already.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if err := h.overhearPort(ctx, port, func(from netip.AddrPort, b []byte) {
				mu.Lock()
				defer mu.Unlock()
				if got[from.Addr().String()+" "+string(b)]++; got["127.0.0.3 enough"] == 2 {
					cancel()
				}
			}); err != nil {
				t.Error(err)
			}
		})
	}
	for ctx.Err() == nil { // until both listen
		say(t, "127.0.0.2", "127.255.255.255", port, "hello")
		say(t, "127.0.0.77", "127.255.255.255", port, "hello") // outside the home
		mu.Lock()
		both := got["127.0.0.2 hello"] >= 2
		mu.Unlock()
		if both {
			say(t, "127.0.0.3", "127.255.255.255", port, "enough")
		}
	}
	wg.Wait()
	if got["127.0.0.2 hello"] == 0 || got["127.0.0.77 hello"] > 0 {
		t.Errorf("got %v", got)
	}
	by, everyone := h.Traffic()
	if len(everyone.Requests) > 0 || by[netip.MustParseAddr("127.0.0.2")].Packets > 0 || by[netip.MustParseAddr("127.0.0.2")].BytesReceived == 0 {
		t.Errorf("the ledger holds %+v and %+v", by, everyone)
	}
}

func TestOverhearingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := open().overhearPort(ctx, freePort(t), func(netip.AddrPort, []byte) {}); err != nil || time.Since(start) > time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

func TestWhereNothingCanBeOverheardIsSaidAtOnce(t *testing.T) {
	if err := open().OverhearBroadcast(t.Context(), freePort(t), nil); !errors.Is(err, discovery.ErrUnavailable) {
		t.Errorf("the practice home: got %v", err)
	}
	pc, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	taken := netip.MustParseAddrPort(pc.LocalAddr().String()).Port()
	if err := open().overhearPort(t.Context(), taken, nil); !errors.Is(err, discovery.ErrUnavailable) {
		t.Errorf("a port of another program: got %v", err)
	}
}

func TestAKnockTellsWhoIsThere(t *testing.T) {
	silent, err := net.ListenPacket("udp4", "127.0.0.3:9")
	if err != nil {
		t.Skip(err) // port 9 is for those who may
	}
	defer silent.Close()
	h := open()
	at, quiet := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")
	if !h.KnockAt(t.Context(), at)() {
		t.Error("a refusal is no answer")
	}
	if h.KnockAt(t.Context(), quiet)() {
		t.Error("silence is an answer")
	}
	by, _ := h.Traffic()
	for _, a := range []netip.Addr{at, quiet} {
		if n := by[a]; n.Packets != 1 || n.BytesSent != 0 || len(n.Requests) != 1 || n.Requests[0].Line != "knock, empty datagram" {
			t.Errorf("the ledger has %+v", n)
		}
	}
	h.LeaveAlone([]netip.Addr{at})
	if by, _ := h.Traffic(); h.KnockAt(t.Context(), at)() || by[at].Packets != 1 {
		t.Error("somebody was asked who is to be left alone")
	}
}
