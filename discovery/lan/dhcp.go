package lan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"

	"porchlight/discovery"
)

// Ports of DHCP (RFC 2131, section 4.1).
const (
	dhcpServer = 67
	dhcpClient = 68
)

// AskDHCP asks everybody in the home once who hands out addresses, waits dhcpWait, and gives the
// answers as they came. It takes
// nothing that is offered: the servers forget it after a moment. Answers go to a port that is open to
// administrators only, and may be in use: discovery.ErrUnavailable means that it is not to be had.
func (h *Home) AskDHCP(ctx context.Context) ([][]byte, error) {
	if h.Network.Practice || !h.Network.Addr.Is4() {
		return nil, discovery.ErrUnavailable
	}
	ifi, err := net.InterfaceByIndex(h.Network.Index)
	if err != nil {
		return nil, fmt.Errorf("find interface %q: %w", h.Network.Interface, err)
	}
	own, ok := discovery.MACFrom(ifi.HardwareAddr)
	whole := wholeNetwork(ifi, h.Network.Addr)
	if !ok || !whole.IsValid() {
		return nil, discovery.ErrUnavailable
	}
	return h.askDHCP(ctx, netip.AddrPortFrom(broadcast(whole), dhcpServer), dhcpClient, own)
}

// wholeNetwork gives the network of an address of an interface: the home may be a part of it.
func wholeNetwork(ifi *net.Interface, own netip.Addr) netip.Prefix {
	addrs, err := ifi.Addrs()
	if err != nil {
		return netip.Prefix{} // it went away in between
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap() == own {
			return p.Masked()
		}
	}
	return netip.Prefix{}
}

func (h *Home) askDHCP(ctx context.Context, to netip.AddrPort, from uint16, own discovery.MAC) ([][]byte, error) {
	const line = "dhcp DISCOVER"
	if !Listed("udp", line) {
		return nil, fmt.Errorf("%q: %w", line, ErrNotListed)
	}
	ctx, cancel := context.WithTimeout(ctx, dhcpWait)
	defer cancel()
	// A group in place of an address shares the port with the system's own client, see overhearPort.
	// What is offered to it reaches it all the same: our question wants its answer sent to everybody.
	everywhere := netip.AddrPortFrom(netip.AddrFrom4([4]byte{224}), from)
	pc, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", everywhere.String())
	if err != nil {
		return nil, fmt.Errorf("listen at port %d: %w: %w", from, discovery.ErrUnavailable, err)
	}
	defer func() { _ = pc.Close() }()
	stop := wakeAtEnd(ctx, pc)
	defer stop()
	p4 := ipv4.NewPacketConn(pc)
	_ = p4.SetControlMessage(ipv4.FlagInterface, true) // Windows cannot; there the addresses decide
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	if err := h.send(ctx, pc, Question{To: to, Payload: discover(id, own), Line: line}); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	var offers [][]byte
	h.listen(oneInterface{PacketConn: pc, p4: p4, index: h.Network.Index}, maxAnswersPerSource, func(_ netip.AddrPort, b []byte) {
		if len(b) > dhcpHeader && b[0] == bootReply && [4]byte(b[4:]) == id {
			offers = append(offers, bytes.Clone(b))
		}
	})
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return offers, nil
}

// broadcast gives the last address of a network, which is that of everybody.
func broadcast(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	n := binary.BigEndian.Uint32(b[:]) | uint32(1<<(32-p.Bits())-1)
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

// The form of a DHCP message (RFC 2131, section 2; RFC 1497 for the cookie).
const (
	dhcpHeader  = 236
	bootRequest = 1
	bootReply   = 2
	ethernet    = 1
	toEverybody = 0x80 // first byte of the flags
	dhcpCookie  = "\x63\x82\x53\x63"
)

// discover writes a DHCPDISCOVER (RFC 2131, section 4.4.1): the type, and which options to tell: mask, router,
// name servers (RFC 2132, sections 9.6 and 9.8). It names nobody but the hardware address that asks.
func discover(id [4]byte, own discovery.MAC) []byte {
	b := make([]byte, dhcpHeader, dhcpHeader+64)
	b[0], b[1], b[2] = bootRequest, ethernet, byte(len(own))
	copy(b[4:], id[:])
	b[10] = toEverybody
	copy(b[28:], own[:])
	b = append(b, dhcpCookie...)
	b = append(b, 53, 1, 1, 55, 3, 1, 3, 6, 255)
	return append(b, make([]byte, 300-len(b))...) // what old servers want at least (RFC 1542, section 2.1)
}
