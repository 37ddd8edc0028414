package testhome_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"porchlight/discovery/lan"
)

// A wiretap writes down what our computer sends by one interface, packet by packet: what
// really left, whatever anybody says about it.
type wiretap struct {
	fd   int
	stop chan struct{}
	wg   sync.WaitGroup

	mu      sync.Mutex // guards following
	packets int
	tcp     map[stream]*flow
	udp     map[netip.AddrPort]tally    // datagrams, by where to
	words   map[netip.AddrPort][][]byte // what they carried
	other   map[string]int              // everything else, by what and where to
	odd     []string                    // what no computer in a home may send
}

// A stream is one TCP connection that our computer began.
type stream struct {
	from  uint16
	to    netip.AddrPort
	begin uint32 // its first sequence number
}

// A flow is what our computer sent by one connection.
type flow struct {
	began time.Time // by the clock of the kernel
	sent  uint32    // payload bytes, those sent twice counted once
	words []byte    // the first of them
}

// maxWords is how much of what was sent by one connection is kept.
const maxWords = 16 << 10

// A tally is how many datagrams there were, and how many bytes they carried.
type tally struct{ n, bytes int }

// tap listens at one of our interfaces until the test ends, or close is called.
func tap(t *testing.T, ifi string) *wiretap {
	t.Helper()
	eth, err := net.InterfaceByName(ifi)
	if err != nil {
		t.Fatal(err)
	}
	all := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL))
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Only what goes out: the kernel's own note in front of the packet says so.
	program, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.PACKET_OUTGOING, SkipFalse: 1},
		bpf.RetConstant{Val: 1 << 16},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	filter := make([]unix.SockFilter, len(program))
	for i, x := range program {
		filter[i] = unix.SockFilter{Code: x.Op, Jt: x.Jt, Jf: x.Jf, K: x.K}
	}
	err = errors.Join(
		unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20),
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000}),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: eth.Index}),
	)
	if err != nil {
		t.Fatal(err)
	}
	w := &wiretap{
		fd: fd, stop: make(chan struct{}), tcp: map[stream]*flow{}, udp: map[netip.AddrPort]tally{}, words: map[netip.AddrPort][][]byte{}, other: map[string]int{},
	}
	w.wg.Go(w.listen)
	t.Cleanup(func() { w.close(t) })
	return w
}

// close ends the tap when what is on its way has arrived. Nothing may have been lost.
func (w *wiretap) close(t *testing.T) {
	t.Helper()
	select {
	case <-w.stop:
		return
	default:
	}
	time.Sleep(100 * time.Millisecond)
	close(w.stop)
	w.wg.Wait()
	if s, err := unix.GetsockoptTpacketStats(w.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err != nil || s.Drops > 0 {
		t.Errorf("the tap lost %d packets (%v)", s.Drops, err)
	}
	_ = unix.Close(w.fd)
}

func (w *wiretap) listen() {
	buf, beside := make([]byte, 1<<17), make([]byte, 128)
	for {
		n, m, _, _, err := unix.Recvmsg(w.fd, buf, beside, 0)
		if err == nil {
			w.mu.Lock()
			w.packets++
			w.note(sentAt(beside[:m]), buf[:n])
			w.mu.Unlock()
			continue
		}
		select {
		case <-w.stop:
			return
		default:
		}
	}
}

// sentAt reads when a packet left, from what the kernel puts beside it.
func sentAt(beside []byte) time.Time {
	all, err := unix.ParseSocketControlMessage(beside)
	if err != nil {
		return time.Time{}
	}
	for _, m := range all {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Time{}
}

// note reads one Ethernet frame.
func (w *wiretap) note(at time.Time, b []byte) {
	const ethernet = 14
	if len(b) < ethernet+20 {
		w.odd = append(w.odd, fmt.Sprintf("% x", b))
		return
	}
	kind, b := binary.BigEndian.Uint16(b[12:]), b[ethernet:]
	switch kind {
	case unix.ETH_P_ARP:
		to, _ := netip.AddrFromSlice(b[24:28])
		w.see(to, fmt.Sprintf("ARP %d", binary.BigEndian.Uint16(b[6:])))
	case unix.ETH_P_IP:
		head := int(b[0]&0xf) * 4
		to, _ := netip.AddrFromSlice(b[16:20])
		w.packet(at, to, b[9], b[head:min(len(b), int(binary.BigEndian.Uint16(b[2:])))])
	case unix.ETH_P_IPV6:
		to, _ := netip.AddrFromSlice(b[24:40])
		w.packet(at, to, b[6], b[40:])
	default:
		w.odd = append(w.odd, fmt.Sprintf("frame of kind %04x", kind))
	}
}

func (w *wiretap) packet(at time.Time, to netip.Addr, protocol byte, b []byte) {
	switch protocol {
	case unix.IPPROTO_TCP:
		w.see(to, "")
		w.segment(at, to, b)
	case unix.IPPROTO_UDP:
		w.see(to, "")
		door := netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:]))
		w.udp[door] = tally{w.udp[door].n + 1, w.udp[door].bytes + len(b) - 8}
		w.words[door] = append(w.words[door], bytes.Clone(b[8:]))
	default:
		w.see(to, fmt.Sprintf("protocol %d type %d", protocol, b[0]))
	}
}

// see notes where a packet goes: into the home, or to everybody in it, and nowhere else.
func (w *wiretap) see(to netip.Addr, what string) {
	home := netip.PrefixFrom(hostAddr(gateway), homeBits).Masked()
	if !home.Contains(to) && !to.IsMulticast() && !to.IsLinkLocalUnicast() {
		w.odd = append(w.odd, fmt.Sprintf("to %s (%s)", to, what))
	}
	if what != "" {
		w.other[what]++
	}
}

func (w *wiretap) segment(at time.Time, to netip.Addr, b []byte) {
	from, port := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	number, head, flags := binary.BigEndian.Uint32(b[4:]), int(b[12]>>4)*4, b[13]
	const syn, ack = 2, 16
	s := stream{from: from, to: netip.AddrPortFrom(to, port), begin: number}
	switch {
	case flags&(syn|ack) == syn:
		if w.tcp[s] == nil {
			w.tcp[s] = &flow{began: at}
		}
		return
	case flags&syn != 0: // we answer somebody who connects to us
		w.odd = append(w.odd, fmt.Sprintf("answered a connection of %s", s.to))
		return
	case len(b) == head:
		return
	}
	for other, f := range w.tcp {
		if before := number - other.begin - 1; other.from == from && other.to == s.to && before < 1<<20 {
			f.hear(int(before), b[head:])
			return
		}
	}
	w.odd = append(w.odd, fmt.Sprintf("payload outside of a connection, to %s", s.to))
}

// hear takes a part of what was sent, by its place in the whole.
func (f *flow) hear(at int, b []byte) {
	f.sent = max(f.sent, uint32(at+len(b)))
	if at+len(b) > len(f.words) && at+len(b) <= maxWords {
		f.words = append(f.words, make([]byte, at+len(b)-len(f.words))...)
	}
	if at < len(f.words) {
		copy(f.words[at:], b)
	}
}

// begun lists when the connections to an address were begun.
func (w *wiretap) begun(to netip.Addr) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []time.Time
	for s, f := range w.tcp {
		if s.to.Addr() == to {
			out = append(out, f.began)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// streams lists what was said over each TCP connection, by the door.
func (w *wiretap) streams() map[netip.AddrPort][][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[netip.AddrPort][][]byte{}
	for s, f := range w.tcp {
		out[s.to] = append(out[s.to], f.words)
	}
	return out
}

// messages lists what the datagrams to one UDP port of anybody carried.
func (w *wiretap) messages(port uint16) [][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out [][]byte
	for to, said := range w.words {
		if to.Port() == port {
			out = append(out, said...)
		}
	}
	return out
}

// connections counts the TCP connections to some addresses that were begun, and what was sent by them.
func (w *wiretap) connections(to ...netip.Addr) (begun, sent int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s, f := range w.tcp {
		if slices.ContainsFunc(to, func(a netip.Addr) bool { return a.WithZone("") == s.to.Addr() }) {
			begun++
			sent += int(f.sent)
		}
	}
	return begun, sent
}

// ports gives how many bytes were sent to each TCP port, whoever's.
func (w *wiretap) ports() map[uint16]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[uint16]int{}
	for s, f := range w.tcp {
		out[s.to.Port()] += int(f.sent)
	}
	return out
}

// datagrams counts the datagrams to an address, by port.
func (w *wiretap) datagrams(to netip.Addr) map[uint16]tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[uint16]tally{}
	for at, n := range w.udp {
		if at.Addr() == to {
			out[at.Port()] = n
		}
	}
	return out
}

// groups counts the datagrams to multicast groups, by port.
func (w *wiretap) groups() map[uint16]tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[uint16]tally{}
	for at, n := range w.udp {
		if at.Addr().IsMulticast() {
			out[at.Port()] = tally{out[at.Port()].n + n.n, out[at.Port()].bytes + n.bytes}
		}
	}
	return out
}

// oddities lists what no computer in a home may send.
func (w *wiretap) oddities() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.odd)
}

func (w *wiretap) String() string {
	groups := w.groups()
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("%d packets: %d TCP connections, datagrams to groups %v, to %d others, else %v", w.packets, len(w.tcp), groups, len(w.udp)-len(groups), w.other)
}

// TestAWideHomeIsKnockedAtInTime checks that empty addresses do not hold up the knocks that follow, and that these
// are no faster than they may be.
func TestAWideHomeIsKnockedAtInTime(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	homeBits = 22
	build(t, nil)
	n, err := lan.FindNetwork(lan.Want{})
	if err != nil {
		t.Fatal(err)
	}
	home := lan.Open(n, "test", slog.New(slog.DiscardHandler))
	hosts := home.Hosts()
	began := time.Now()
	if err := home.Knock(t.Context(), hosts); err != nil || len(hosts) != 1021 {
		t.Errorf("at %d addresses: %v", len(hosts), err)
	}
	const quickest = 1013 * time.Second / 128 // eight may come at once
	if took := time.Since(began); took < quickest || took > quickest+3*time.Second {
		t.Errorf("%d addresses took %v, want %v", len(hosts), took, quickest)
	}
}
