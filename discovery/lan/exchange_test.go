package lan

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"porchlight/discovery"
)

// A listener is a UDP port on 127.0.0.1 that hands what it hears to answer.
type listener struct {
	net.PacketConn
	at netip.AddrPort

	mu    sync.Mutex // guards heard
	heard [][]byte
}

func hear(t *testing.T, answer func(l *listener, from net.Addr, nth int)) *listener {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{PacketConn: pc, at: netip.MustParseAddrPort(pc.LocalAddr().String())}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 2048)
		for nth := 1; ; nth++ {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			l.mu.Lock()
			l.heard = append(l.heard, bytes.Clone(buf[:n]))
			l.mu.Unlock()
			answer(l, from, nth)
		}
	})
	t.Cleanup(func() { _ = pc.Close(); wg.Wait() })
	return l
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.heard)
}

func TestAnExchangeIsOneDatagramAndInTheLedger(t *testing.T) {
	l := hear(t, func(l *listener, from net.Addr, _ int) { l.WriteTo([]byte("hello"), from) })
	h := open()
	got, err := h.Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *")
	if err != nil || string(got) != "hello" {
		t.Fatalf("got %q, %v", got, err)
	}
	by, _ := h.Traffic()
	sum := by[l.at.Addr()]
	if l.count() != 1 || sum.Packets != 1 || sum.Connections != 0 || sum.BytesSent != 4 || sum.BytesReceived != 5 || len(sum.Requests) != 1 {
		t.Fatalf("the device heard %d, the ledger holds %+v", l.count(), sum)
	}
	if r := sum.Requests[0]; r.Line != "netbios NBSTAT *" || r.Port != l.at.Port() || r.Transport != "udp" || r.Sent != 4 || r.Received != 5 {
		t.Errorf("got %+v", r)
	}
}

func TestALostAnswerIsAskedForOnceMore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		nth   int // the question that is answered
		asked int
		want  error
	}{{"the second is answered", 2, 2, nil}, {"none is", 9, 2, ErrNoAnswer}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := hear(t, func(l *listener, from net.Addr, nth int) {
				if nth == tt.nth {
					l.WriteTo([]byte("hello"), from)
				}
			})
			h, start := open(), time.Now()
			_, err := h.Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *")
			if !errors.Is(err, tt.want) || l.count() != tt.asked {
				t.Errorf("got %v after %d questions", err, l.count())
			}
			if took := time.Since(start); took > exchangeTries*exchangeWait+time.Second {
				t.Errorf("took %v", took)
			}
			if by, _ := h.Traffic(); by[l.at.Addr()].Packets != tt.asked {
				t.Errorf("the ledger holds %+v", by[l.at.Addr()])
			}
		})
	}
}

func TestALoginIsNeverRepeated(t *testing.T) {
	t.Parallel()
	l := hear(t, func(*listener, net.Addr, int) {})
	h := open()
	_, err := h.Exchange(t.Context(), l.at, []byte("who?"), "snmp GET sysDescr with a login")
	if !errors.Is(err, ErrNoAnswer) || l.count() != 1 || h.CarriedLogin(l.at.Addr()) != 1 {
		t.Errorf("got %v after %d datagrams, %d noted", err, l.count(), h.CarriedLogin(l.at.Addr()))
	}
}

func TestADeviceThatIsLeftAloneMeanwhileIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	h := open()
	l := hear(t, func(l *listener, _ net.Addr, _ int) { h.LeaveAlone([]netip.Addr{l.at.Addr()}) })
	if _, err := h.Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *"); !errors.Is(err, ErrOutside) || l.count() != 1 {
		t.Errorf("got %v after %d questions", err, l.count())
	}
}

func TestAClosedPortIsNotAskedAgain(t *testing.T) {
	l := hear(t, func(*listener, net.Addr, int) {})
	_ = l.Close()
	h := open()
	_, err := h.Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *")
	if by, _ := h.Traffic(); !errors.Is(err, ErrNoAnswer) || by[l.at.Addr()].Packets > exchangeTries {
		t.Errorf("got %v, %+v", err, by)
	}
}

func TestOnlyTheOneThatWasAskedIsHeard(t *testing.T) {
	other := hear(t, func(*listener, net.Addr, int) {})
	l := hear(t, func(l *listener, from net.Addr, _ int) {
		other.WriteTo([]byte("believe me"), from)
		l.WriteTo([]byte("hello"), from)
	})
	got, err := open().Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *")
	if err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDatagramsStayInTheHome(t *testing.T) {
	for to, want := range map[string]error{
		"8.8.8.8:161": ErrOutside, "192.168.1.1:161": ErrOutside, "127.0.0.77:161": ErrOutside, "239.255.255.250:1900": ErrOutside,
		"127.0.0.1:0": ErrForbiddenPort, "127.0.0.1:9100": ErrForbiddenPort,
	} {
		h := open()
		if _, err := h.Exchange(t.Context(), netip.MustParseAddrPort(to), []byte("x"), "netbios NBSTAT *"); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", to, err, want)
		}
		if by, _ := h.Traffic(); len(by) > 0 {
			t.Errorf("%s: something was sent: %+v", to, by)
		}
	}
}

func TestAnExchangeEndsWithItsContext(t *testing.T) {
	l := hear(t, func(*listener, net.Addr, int) {})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := open().Exchange(ctx, l.at, []byte("who?"), "netbios NBSTAT *"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > exchangeWait {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
	if l.count() != 1 {
		t.Errorf("it was asked %d times", l.count())
	}
}

func TestDatagramsAreFewAndSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lane{busy: make(chan struct{}, 1)}
		var last time.Time
		for range maxExchanges {
			if err := l.enterForDatagram(t.Context()); err != nil {
				t.Fatal(err)
			}
			if gap := time.Since(last); gap < gentleGap {
				t.Errorf("came after %v", gap)
			}
			last = time.Now()
			l.note(discovery.Request{}, discovery.Traffic{Packets: 1})
			l.leave()
		}
		if err := l.enterForDatagram(t.Context()); !errors.Is(err, ErrBudget) {
			t.Errorf("one more than %d: got %v, want %v", maxExchanges, err, ErrBudget)
		}
		if err := l.enter(t.Context(), Gentle); err != nil {
			t.Errorf("they took the connections away: %v", err)
		}
	})
}

func TestTheResolverHasATurnOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name     string
			answered bool
			want     int
		}{{"it answers", true, maxResolverQuestions}, {"it is silent", false, maxUnanswered}} {
			l := &lane{busy: make(chan struct{}, 1), resolver: true}
			asked, last := 0, time.Time{}
			for l.enterForDatagram(t.Context()) == nil {
				if gap := time.Since(last); gap < resolverGap {
					t.Errorf("%s: came after %v", tt.name, gap)
				}
				last = time.Now()
				if asked++; tt.answered && asked == 1 { // later silence is a lost packet
					l.note(discovery.Request{Received: 40}, discovery.Traffic{Packets: 1})
				}
				l.leave()
			}
			if asked != tt.want {
				t.Errorf("%s: asked %d times, want %d", tt.name, asked, tt.want)
			}
		}
	})
}

func TestQuestionsToTheResolverAreInTheLedgerOfTheRouter(t *testing.T) {
	l := hear(t, func(l *listener, from net.Addr, _ int) { l.WriteTo([]byte("hello"), from) })
	h := open()
	h.Network.Gateway = l.at.Addr()
	for range 2 {
		if got, err := h.askTwice(t.Context(), l.at, []byte("who?"), "dns PTR 5.1.168.192.in-addr.arpa", h.resolver); err != nil || string(got) != "hello" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	if _, err := h.Exchange(t.Context(), l.at, []byte("who?"), "netbios NBSTAT *"); err != nil {
		t.Errorf("the router itself is not asked: %v", err)
	}
	by, _ := h.Traffic()
	if sum := by[l.at.Addr()]; len(by) != 1 || sum.Packets != 3 || len(sum.Requests) != sum.Packets || sum.BytesSent != 4*sum.Packets {
		t.Errorf("the ledger holds %+v", by)
	}
}

func TestWithoutARouterNoResolverIsAsked(t *testing.T) {
	h := open()
	if _, err := h.AskResolver(t.Context(), []byte("x"), "dns PTR 5.1.168.192.in-addr.arpa"); !errors.Is(err, ErrOutside) {
		t.Errorf("got %v, want %v", err, ErrOutside)
	}
}
