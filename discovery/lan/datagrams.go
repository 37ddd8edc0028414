package lan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"

	"porchlight/discovery"
)

// discard is the port that throws away what it gets (RFC 863).
const discard = 9

// multicastTTL lets a question cross no more than the home's own bridges.
const multicastTTL = 2

// A Question is one datagram for everybody in the home.
type Question struct {
	To      netip.AddrPort // a multicast group
	Payload []byte
	Sends   int           // how many times it is sent, against lost packets
	Gap     time.Duration // between two sends
	Line    string        // what the ledger calls it
}

// Ask sends a question to a multicast group and calls answer for each datagram that comes
// back from an address of this home, until ctx ends. The end of ctx is no error. answer
// runs on the calling goroutine and must not keep b.
func (h *Home) Ask(ctx context.Context, q Question, answer func(from netip.AddrPort, b []byte)) error {
	if !q.To.Addr().Is4() || !q.To.Addr().IsMulticast() {
		return fmt.Errorf("ask %s: %w", q.To, ErrOutside)
	}
	if !Listed("udp", q.Line) {
		return fmt.Errorf("%q to %s: %w", q.Line, q.To, ErrNotListed)
	}
	ifi, err := net.InterfaceByIndex(h.Network.Index)
	if err != nil {
		return fmt.Errorf("find interface %q: %w", h.Network.Interface, err)
	}
	pc, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", netip.AddrPortFrom(h.Network.Addr, 0).String())
	if err != nil {
		return fmt.Errorf("open a socket on %s: %w", h.Network.Interface, err)
	}
	defer func() { _ = pc.Close() }()
	stop := wakeAtEnd(ctx, pc)
	defer stop()
	p4 := ipv4.NewPacketConn(pc)
	if err := p4.SetMulticastInterface(ifi); err != nil {
		return fmt.Errorf("choose %s for multicast: %w", ifi.Name, err)
	}
	_ = p4.SetMulticastTTL(multicastTTL)
	_ = p4.SetMulticastLoopback(h.Network.Practice) // the practice home lives on this computer

	roomy(pc)
	sent := make(chan error, 1)
	go func() { sent <- h.send(ctx, pc, q) }()
	h.listen(pc, maxAnswersPerSource, answer)
	if err := <-sent; err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// A deadliner is a socket whose waiting can be ended.
type deadliner interface{ SetDeadline(t time.Time) error }

// wakeAtEnd wakes whoever waits at a socket when ctx ends, unless it is stopped before.
func wakeAtEnd(ctx context.Context, c deadliner) (stop func() bool) {
	return context.AfterFunc(ctx, func() { wake(c) })
}

func wake(c deadliner) { _ = c.SetDeadline(time.Unix(1, 0)) }

// receiveBuffer is how much may wait to be read, if the system allows it: a flood is read away, and the
// answers of others are in between.
const receiveBuffer = 1 << 20

func roomy(pc net.PacketConn) {
	if c, ok := pc.(*net.UDPConn); ok {
		_ = c.SetReadBuffer(receiveBuffer)
	}
}

func (h *Home) send(ctx context.Context, pc net.PacketConn, q Question) error {
	to := net.UDPAddrFromAddrPort(q.To)
	for i := range max(q.Sends, 1) {
		if i > 0 && sleep(ctx, q.Gap) != nil {
			return nil //nolint:nilerr // the round ended first
		}
		n, err := pc.WriteTo(q.Payload, to)
		if err != nil {
			wake(pc) // nothing will come
			return fmt.Errorf("send to %s: %w", q.To, err)
		}
		h.NoteMulticast(q.To, q.Line, n)
	}
	return nil
}

// Overhear hands out what devices of this home say to a multicast group, until ctx ends. It
// says nothing itself. The end of ctx is no error. heard runs on the calling goroutine and
// must not keep b.
func (h *Home) Overhear(ctx context.Context, group netip.AddrPort, heard func(from netip.AddrPort, b []byte)) error {
	ifi, err := net.InterfaceByIndex(h.Network.Index)
	if err != nil {
		return fmt.Errorf("find interface %q: %w", h.Network.Interface, err)
	}
	pc, err := net.ListenMulticastUDP("udp4", ifi, net.UDPAddrFromAddrPort(group))
	if err != nil {
		return fmt.Errorf("join %s on %s: %w", group, ifi.Name, err)
	}
	defer func() { _ = pc.Close() }()
	roomy(pc)
	stop := wakeAtEnd(ctx, pc)
	defer stop()
	h.listen(pc, maxOverheardPerSource, heard)
	return nil
}

// OverhearBroadcast hands out what devices of this home send to a UDP port of everybody in
// it, until ctx ends. It says nothing itself. The port stays open to other programs.
// discovery.ErrUnavailable means that another program keeps it to itself, or that the network
// has no broadcast: the practice home. The end of ctx is no error. heard runs on the calling
// goroutine and must not keep b.
func (h *Home) OverhearBroadcast(ctx context.Context, port uint16, heard func(from netip.AddrPort, b []byte)) error {
	if h.Network.Practice {
		return discovery.ErrUnavailable
	}
	return h.overhearPort(ctx, port, heard)
}

func (h *Home) overhearPort(ctx context.Context, port uint16, heard func(from netip.AddrPort, b []byte)) error {
	// A group in place of an address makes Go share the port and listen at all addresses, the one
	// of everybody too (package golang.org/x/net/ipv4, "More on multicasting"). None is joined.
	everywhere := netip.AddrPortFrom(netip.AddrFrom4([4]byte{224}), port)
	pc, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", everywhere.String())
	if err != nil {
		return fmt.Errorf("listen at port %d: %w: %w", port, discovery.ErrUnavailable, err)
	}
	defer func() { _ = pc.Close() }()
	stop := wakeAtEnd(ctx, pc)
	defer stop()
	p4 := ipv4.NewPacketConn(pc)
	_ = p4.SetControlMessage(ipv4.FlagInterface, true) // Windows cannot; there the addresses decide
	h.listen(oneInterface{PacketConn: pc, p4: p4, index: h.Network.Index}, maxAnswersPerSource, heard)
	return nil
}

// A oneInterface is a socket that hears one interface only, where the system tells them apart.
type oneInterface struct {
	net.PacketConn
	p4    *ipv4.PacketConn
	index int
}

// ReadFrom reads like net.PacketConn.
func (o oneInterface) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, cm, from, err := o.p4.ReadFrom(b)
		if err != nil || cm == nil || cm.IfIndex == o.index {
			return n, from, err
		}
	}
}

// listen hands out what arrives until the socket's deadline, at most so many datagrams of
// one device. When there were maxAnswers in all, of each only the first few: a flood from many
// addresses silences nobody.
func (h *Home) listen(pc net.PacketConn, most int, answer func(netip.AddrPort, []byte)) {
	perSource := map[netip.Addr]int{}
	buf := make([]byte, maxDatagram+1)
	for total, refused := 0, 0; refused < maxAnswers; {
		n, src, err := pc.ReadFrom(buf)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			refused++ // a refused datagram comes back as an error on some systems
			continue
		}
		udp, ok := src.(*net.UDPAddr)
		if !ok {
			continue
		}
		from := udp.AddrPort()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if !h.Allowed(from.Addr()) {
			continue
		}
		l := h.lane(from.Addr())
		perSource[from.Addr()]++
		said := perSource[from.Addr()]
		if said == floodFactor*most || n > maxDatagram {
			l.odd(discovery.OddTooMuch)
		}
		if said > most || n > maxDatagram || (total >= maxAnswers && said > fewAnswers) {
			continue
		}
		total++
		l.mu.Lock()
		l.traffic.BytesReceived += n
		l.mu.Unlock()
		answer(from, buf[:n])
	}
}

// knocksPerSocket is how many knocks go through one socket. Linux keeps a datagram in its socket's buffer
// (net.core.wmem_default, some 200 empty ones) while it asks who has the address, three seconds if nobody has. A full
// buffer would hold up the knocks that follow.
const knocksPerSocket = 96

// Knock sends one empty datagram to each address, gently, so that the system asks who
// has it and its neighbour table fills. Nothing has to answer; port 9 throws it away (RFC 863).
func (h *Home) Knock(ctx context.Context, addrs []netip.Addr) error {
	for some := range slices.Chunk(addrs, knocksPerSocket) {
		if ctx.Err() != nil {
			return nil
		}
		if err := h.knock(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// knock knocks at some addresses, through one socket.
func (h *Home) knock(ctx context.Context, addrs []netip.Addr) error {
	pc, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", netip.AddrPortFrom(h.Network.Addr, 0).String())
	if err != nil {
		return fmt.Errorf("open a socket on %s: %w", h.Network.Interface, err)
	}
	defer func() { _ = pc.Close() }()
	stop := wakeAtEnd(ctx, pc)
	defer stop()
	for _, a := range addrs {
		if err := h.knocks.Wait(ctx); err != nil {
			return nil // the round ended first
		}
		if h.leftAlone(a) { // the user may have said so while this waited
			continue
		}
		if !h.Allowed(a) {
			return fmt.Errorf("knock at %s: %w", a, ErrOutside)
		}
		// An error means that nobody is there; the table knows that better.
		_, _ = pc.WriteTo(nil, &net.UDPAddr{IP: a.AsSlice(), Port: discard})
		h.noteKnock(a)
	}
	return nil
}

func (h *Home) noteKnock(a netip.Addr) {
	h.lane(a).note(discovery.Request{
		At: time.Now().UTC(), Addr: a.String(), Port: discard, Transport: "udp", Line: "knock, empty datagram",
	}, discovery.Traffic{Packets: 1})
}

// KnockAt knocks at one address, as Knock does. answers waits, and reports whether somebody there says
// that nobody listens, as devices do (RFC 1122, section 4.1.3.1). Only who got the datagram can say
// so: it is there now, with the hardware address that the system knows. Silence says nothing.
func (h *Home) KnockAt(ctx context.Context, a netip.Addr) (answers func() bool) {
	nobody := func() bool { return false }
	if h.knocks.Wait(ctx) != nil || !h.Allowed(a) {
		return nobody
	}
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: h.Network.Addr.AsSlice()}}
	// A connected socket: the system tells it of refusals.
	c, err := d.DialContext(ctx, "udp4", netip.AddrPortFrom(a, discard).String())
	if err != nil {
		return nobody
	}
	_ = c.SetDeadline(time.Now().Add(knockWait))
	stop := wakeAtEnd(ctx, c)
	_, err = c.Write(nil)
	h.noteKnock(a)
	return func() bool {
		defer func() { _ = c.Close() }()
		defer stop()
		if err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		return err == nil || Refused(err)
	}
}

// Refused reports whether an error is the answer of a device that nobody listens at a port. Silence
// is none, and neither is that nobody has the address.
func Refused(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, wsaeConnReset) || errors.Is(err, wsaeConnRefused)
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// NoteMulticast writes in the ledger what a library sent to everybody on our behalf.
func (h *Home) NoteMulticast(to netip.AddrPort, line string, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := discovery.Traffic{Packets: 1, BytesSent: bytes}
	if len(h.everyone.Requests) < maxNotes {
		t.Requests = []discovery.Request{{At: time.Now().UTC(), Port: to.Port(), Transport: "udp", Line: line, Sent: bytes}}
	}
	h.everyone.Add(t)
}

// NoteOutside writes in the ledger what was asked outside of the home, where the user switched that on.
func (h *Home) NoteOutside(url, line string, sent, received int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := discovery.Traffic{BytesSent: sent, BytesReceived: received}
	if len(h.everyone.Requests) < maxNotes {
		t.Requests = []discovery.Request{{At: time.Now().UTC(), Addr: url, Transport: "https", Line: line, Sent: sent, Received: received}}
	}
	h.everyone.Add(t)
}

// GatewayMAC gives the hardware address of the router, by which a home is known again. It
// knocks at the router if the system does not know it yet, and gives up after a second:
// the zero MAC.
func (h *Home) GatewayMAC(ctx context.Context) discovery.MAC {
	gw := h.Network.Gateway
	if h.Network.Practice || !gw.IsValid() {
		return discovery.MAC{}
	}
	// The table of the system, not Neighbors: the router may be outside the part of the home
	// that is looked at.
	found, err := h.await(ctx, []netip.Addr{gw}, func() ([]Neighbor, error) { return neighborTable(h.Network.Index) },
		func(n Neighbor) bool { return n.Addr == gw })
	if err != nil || len(found) == 0 {
		return discovery.MAC{}
	}
	return found[0].MAC
}

// Locate tells at which IPv4 addresses a hardware address is now, the one that answered last first.
// It knocks where it was and waits a second at most; none means that it is not there.
// discovery.ErrUnavailable means that the system cannot tell.
func (h *Home) Locate(ctx context.Context, mac discovery.MAC, was []netip.Addr) ([]netip.Addr, error) {
	found, err := h.await(ctx, was, h.Neighbors, func(n Neighbor) bool { return n.MAC == mac && n.Sure && n.Addr.Is4() })
	slices.SortStableFunc(found, func(a, b Neighbor) int { return b.Confirmed.Compare(a.Confirmed) })
	var addrs []netip.Addr
	for _, n := range found {
		addrs = append(addrs, n.Addr)
	}
	return addrs, err
}

// await reads the neighbour table until it holds somebody who is meant, for a second at
// most; none is no error. If nobody is there at once, it knocks at the IPv4 addresses given.
func (h *Home) await(ctx context.Context, knock []netip.Addr, table func() ([]Neighbor, error), meant func(Neighbor) bool) ([]Neighbor, error) {
	const patience = 10 // times 100 ms
	knock = slices.DeleteFunc(slices.Clone(knock), func(a netip.Addr) bool { return !a.Is4() || !h.Allowed(a) })
	for i := range patience {
		all, err := table()
		if err != nil {
			return nil, err
		}
		if found := slices.DeleteFunc(all, func(n Neighbor) bool { return !meant(n) }); len(found) > 0 {
			return found, nil
		}
		if i == 0 {
			if err := h.Knock(ctx, knock); err != nil {
				return nil, err
			}
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// A Neighbor is one line of the system's neighbour table.
type Neighbor struct {
	Addr netip.Addr
	MAC  discovery.MAC
	// Sure says that it answered of late, as far as the system tells: up to 45 seconds ago on most
	// (RFC 4861, section 6.3.2, for IPv6; for ARP systems do the same), 20 minutes on macOS.
	Sure bool
	// Confirmed is when it last answered; zero if the system does not tell.
	Confirmed time.Time
}

// Neighbors reads the system's neighbour table for this home. It sends nothing.
// discovery.ErrUnavailable means that the system cannot tell, or that there is none.
func (h *Home) Neighbors() ([]Neighbor, error) {
	if h.Network.Practice {
		return nil, discovery.ErrUnavailable
	}
	all, err := neighborTable(h.Network.Index)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, n := range all {
		if h.Allowed(n.Addr) {
			out = append(out, n)
		}
	}
	return out, nil
}
