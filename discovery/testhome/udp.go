package testhome

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
)

// maxDatagram is the longest question that is read.
const maxDatagram = 9000

// A talker is a device with a socket of its own, so that what it says comes from its address.
type talker struct {
	device *Device
	conn   *net.UDPConn
}

// An answerer takes a datagram that some devices heard. It must not keep b.
type answerer func(heard []talker, from netip.AddrPort, b []byte)

// startUDP opens one socket that hears the group for all devices, and one for each device
// that hears what it alone is asked and says what it has to say.
func (h *Home) startUDP(group netip.AddrPort, ttl int, devices []*Device, answer answerer) error {
	if len(devices) == 0 {
		return nil
	}
	var all []talker
	for _, d := range devices {
		c, err := h.listenUDP(netip.AddrPortFrom(d.Addr, group.Port()))
		if err != nil {
			return fmt.Errorf("open port %d of %q: %w", group.Port(), d.Name, err)
		}
		// The interface is set once, on the socket. Naming it with each datagram instead would
		// make Linux choose a new source address, that of another interface.
		p := ipv4.NewPacketConn(c)
		if err := p.SetMulticastInterface(&h.ifi); err != nil {
			return fmt.Errorf("choose %q for multicast: %w", h.ifi.Name, err)
		}
		_ = p.SetMulticastLoopback(true)
		_ = p.SetMulticastTTL(ttl)
		t := talker{device: d, conn: c}
		all = append(all, t)
		h.run(func() {
			h.hearUDP(ipv4.NewPacketConn(c), func(from netip.AddrPort, b []byte) { answer([]talker{t}, from, b) })
		})
	}
	c, err := h.listenUDP(group)
	if err != nil {
		return fmt.Errorf("open %s: %w", group, err)
	}
	p := ipv4.NewPacketConn(c)
	if err := p.JoinGroup(&h.ifi, net.UDPAddrFromAddrPort(group)); err != nil {
		return fmt.Errorf("join %s on %q: %w", group, h.ifi.Name, err)
	}
	_ = p.SetControlMessage(ipv4.FlagInterface, true) // Windows cannot; see here
	h.run(func() { h.hearUDP(p, func(from netip.AddrPort, b []byte) { answer(all, from, b) }) })
	return nil
}

// listenUDP opens a port that others have open too. For a group Go listens on every
// address, so share ties the socket to the interface where the system can.
func (h *Home) listenUDP(addr netip.AddrPort) (*net.UDPConn, error) {
	lc := net.ListenConfig{Control: share(h.ifi.Name)}
	pc, err := lc.ListenPacket(h.ctx, "udp4", addr.String())
	if err != nil {
		return nil, err
	}
	c, ok := pc.(*net.UDPConn)
	if !ok || !h.keep(c) {
		return nil, errStopped
	}
	return c, nil
}

// hearUDP hands out datagrams until the socket closes.
func (h *Home) hearUDP(p *ipv4.PacketConn, heard func(from netip.AddrPort, b []byte)) {
	buf := make([]byte, maxDatagram)
	for {
		n, cm, src, err := p.ReadFrom(buf)
		if h.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		udp, ok := src.(*net.UDPAddr)
		if err != nil || !ok {
			continue // an answer of ours was refused, which is no reason to stop hearing
		}
		from := netip.AddrPortFrom(udp.AddrPort().Addr().Unmap(), udp.AddrPort().Port())
		if h.here(cm, from.Addr()) {
			heard(from, buf[:n])
		}
	}
}

// here reports whether a datagram came in by the home's own interface.
func (h *Home) here(cm *ipv4.ControlMessage, from netip.Addr) bool {
	if cm != nil && cm.IfIndex != 0 {
		return cm.IfIndex == h.ifi.Index
	}
	return from.IsLoopback() == h.loopback()
}

// mayAnswer reports whether from may be sent something directly. On loopback a question
// can come from the address of another interface, when the socket that asked chose none.
func (h *Home) mayAnswer(from netip.AddrPort) bool { return from.Addr().IsLoopback() == h.loopback() }
