package lan

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"porchlight/discovery"
)

// ErrNoAnswer means that a device said nothing to a datagram, or that nobody listens there.
var ErrNoAnswer = errors.New("the device did not answer")

// How Windows calls it that nobody listens: at a UDP port, and at a TCP port.
const (
	wsaeConnReset   = syscall.Errno(10054)
	wsaeConnRefused = syscall.Errno(10061)
)

// resolverPort is that of name servers (RFC 1035, section 4.2).
const resolverPort = 53

// QueryID makes a random identifier for a question, so that nobody who did not hear it can answer.
func QueryID() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint32(b[:])
}

// Exchange sends one datagram to a UDP port of a device in this home and gives its answer,
// at most maxDatagram bytes. It waits for the device's turn as Dial does, then exchangeWait
// for the answer; after silence it asks once more, but for a login, which is never repeated. Only
// what comes from that very port counts. payload must be a question that changes nothing. line is
// what the ledger calls it. ErrNoAnswer is the usual end.
func (h *Home) Exchange(ctx context.Context, to netip.AddrPort, payload []byte, line string) ([]byte, error) {
	if err := h.mayAsk(to, line); err != nil {
		return nil, err
	}
	return h.askTwice(ctx, to, payload, line, h.lane(to.Addr()))
}

// AskResolver is Exchange with the name server of the router, which counts not as asking the
// router itself: it has its own turn and its own budget. ErrBudget means that this is used up,
// or that it never answered.
func (h *Home) AskResolver(ctx context.Context, payload []byte, line string) ([]byte, error) {
	to := netip.AddrPortFrom(h.Network.Gateway, resolverPort)
	if err := h.mayAsk(to, line); err != nil {
		return nil, err
	}
	return h.askTwice(ctx, to, payload, line, h.resolver)
}

func (h *Home) mayAsk(to netip.AddrPort, line string) error {
	switch {
	case !h.Allowed(to.Addr()):
		return fmt.Errorf("ask %s: %w", to, ErrOutside)
	case forbidden(to.Port()):
		return fmt.Errorf("ask %s: %w", to, ErrForbiddenPort)
	case !Listed("udp", line):
		return fmt.Errorf("%q to %s: %w", line, to, ErrNotListed)
	}
	return nil
}

// askTwice sends a question, and after silence once more if it is no login, each when its turn in l
// has come.
func (h *Home) askTwice(ctx context.Context, to netip.AddrPort, payload []byte, line string, l *lane) ([]byte, error) {
	var d net.Dialer
	if h.Network.Addr.Is4() && to.Addr().Is4() {
		d.LocalAddr = &net.UDPAddr{IP: h.Network.Addr.AsSlice()}
	}
	// A connected socket: the system drops what others send to it, and tells of refusals.
	c, err := d.DialContext(ctx, "udp", to.String())
	if err != nil {
		return nil, fmt.Errorf("open a socket to %s: %w", to, err)
	}
	defer func() { _ = c.Close() }()
	tries := exchangeTries
	if strings.HasSuffix(line, WithLogin) {
		tries = 1
	}
	for range tries {
		var b []byte
		if b, err = h.exchange(ctx, c, to, payload, line, l); !errors.Is(err, os.ErrDeadlineExceeded) {
			return b, err
		}
	}
	return nil, fmt.Errorf("ask %s: %w", to, ErrNoAnswer)
}

// exchange is one try. Silence is os.ErrDeadlineExceeded.
func (h *Home) exchange(ctx context.Context, c net.Conn, to netip.AddrPort, payload []byte, line string, l *lane) ([]byte, error) {
	if err := l.enterForDatagram(ctx); err != nil {
		return nil, fmt.Errorf("ask %s: %w", to, err)
	}
	defer l.leave()
	if err := h.all.Wait(ctx); err != nil {
		return nil, fmt.Errorf("ask %s: %w", to, errors.Join(ctx.Err(), err))
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !h.Allowed(to.Addr()) { // the user may have said so while this waited, or since it was asked before
		return nil, fmt.Errorf("ask %s: %w", to, ErrOutside)
	}
	note := discovery.Request{At: time.Now().UTC(), Addr: to.Addr().String(), Port: to.Port(), Transport: "udp", Line: line}
	if err := c.SetDeadline(time.Now().Add(exchangeWait)); err != nil {
		return nil, fmt.Errorf("ask %s: %w", to, err)
	}
	stop := wakeAtEnd(ctx, c)
	defer stop()
	l.carries(line)
	sent, err := c.Write(payload)
	l.began()
	buf := make([]byte, maxDatagram+1)
	n := 0
	if err == nil {
		n, err = c.Read(buf)
	}
	note.Sent, note.Received = sent, n
	l.note(note, discovery.Traffic{Packets: 1})
	switch {
	case n > maxDatagram:
		l.odd(discovery.OddTooMuch)
		return nil, fmt.Errorf("ask %s: %w: %w", to, ErrNoAnswer, ErrTooMuch)
	case err == nil:
		return buf[:n], nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, err
	case runtime.GOOS == "windows" && errors.Is(err, wsaeConnReset):
		err = syscall.ECONNREFUSED
	}
	return nil, fmt.Errorf("ask %s: %w: %w", to, ErrNoAnswer, err) // nobody listens
}
