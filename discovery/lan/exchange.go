package lan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"porchlight/discovery"
)

// ErrNoAnswer means that a device said nothing to a datagram, or that nobody listens there.
var ErrNoAnswer = errors.New("the device did not answer")

// Exchange sends one datagram to a UDP port of a device in this home and gives its answer,
// at most maxDatagram bytes. It waits for the device's turn as Dial does, then exchangeWait
// for the answer; after silence it asks once more. Only what comes from that very port
// counts. payload must be a question that changes nothing: a lost answer makes it be asked
// twice. line is what the ledger calls it. ErrNoAnswer is the usual end.
func (h *Home) Exchange(ctx context.Context, to netip.AddrPort, payload []byte, line string) ([]byte, error) {
	if !h.Allowed(to.Addr()) {
		return nil, fmt.Errorf("ask %s: %w", to, ErrOutside)
	}
	if forbidden(to.Port()) {
		return nil, fmt.Errorf("ask %s: %w", to, ErrForbiddenPort)
	}
	if !Listed("udp", line) {
		return nil, fmt.Errorf("%q to %s: %w", line, to, ErrNotListed)
	}
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
	for range exchangeTries {
		var b []byte
		if b, err = h.exchange(ctx, c, to, payload, line); !errors.Is(err, os.ErrDeadlineExceeded) {
			return b, err
		}
	}
	return nil, fmt.Errorf("ask %s: %w", to, ErrNoAnswer)
}

// exchange is one try. Silence is os.ErrDeadlineExceeded.
func (h *Home) exchange(ctx context.Context, c net.Conn, to netip.AddrPort, payload []byte, line string) ([]byte, error) {
	l := h.lane(to.Addr())
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
	note := discovery.Request{At: time.Now().UTC(), Addr: to.Addr().String(), Port: to.Port(), Transport: "udp", Line: line}
	if err := c.SetDeadline(time.Now().Add(exchangeWait)); err != nil {
		return nil, fmt.Errorf("ask %s: %w", to, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	sent, err := c.Write(payload)
	buf := make([]byte, maxDatagram)
	n := 0
	if err == nil {
		n, err = c.Read(buf)
	}
	note.Sent, note.Received = sent, n
	l.note(note, discovery.Traffic{Packets: 1})
	switch {
	case err == nil:
		return buf[:n], nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, err
	}
	return nil, fmt.Errorf("ask %s: %w: %w", to, ErrNoAnswer, err) // nobody listens
}
