// Package lan is the only code that opens sockets towards the home. Every address is
// checked, every device is spoken to slowly, every answer is capped, and all of it is
// written in a ledger.
package lan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"porchlight/discovery"
)

// Why something was not sent.
var (
	ErrOutside       = errors.New("address is not in this home")
	ErrForbiddenPort = errors.New("nothing may be sent to this port")
	ErrBudget        = errors.New("the device was asked often enough in this round")
	ErrTooMuch       = errors.New("the answer was longer than allowed")
	errTooSlow       = errors.New("the answer took longer than allowed")
)

// A Pace says how fast a device may be spoken to. The zero Pace is the gentle one.
type Pace uint8

// Paces. See limits.go.
const (
	Gentle Pace = iota
	Sturdy
)

// PaceOf gives the pace that a device bears: only what is recognised as a sturdy kind, and
// not built on one of the chips that restart, is spoken to faster. A word of the user widens
// no limit.
func PaceOf(d discovery.Device) Pace {
	if d.Tiny {
		return Gentle
	}
	switch d.Uncorrected().Kind {
	case discovery.KindRouter, discovery.KindAccessPoint, discovery.KindModem, discovery.KindNAS, discovery.KindComputer,
		discovery.KindPrinter, discovery.KindTV, discovery.KindHub, discovery.KindCamera, discovery.KindNVR:
		return Sturdy
	default:
		return Gentle
	}
}

// Gap is how long a device rests between two connections.
func (p Pace) Gap() time.Duration {
	if p == Sturdy {
		return sturdyGap
	}
	return gentleGap
}

// A Home is the one network that may be reached, for one round. Its methods are safe for
// concurrent use.
type Home struct {
	Network discovery.Network
	// Spare tells by a hardware address to whom of the neighbour table nobody connects only to hear whether somebody
	// is there. It is set before the home is used; nil spares everybody.
	Spare   func(discovery.MAC) bool
	version string
	log     *slog.Logger

	all    *rate.Limiter
	knocks *rate.Limiter
	slots  chan struct{} // one for each connection that may be open

	resolver *lane // to the name server of the router, beside that to the router itself

	mu       sync.Mutex // guards following
	lanes    map[netip.Addr]*lane
	everyone discovery.Traffic

	aloneMu sync.RWMutex // guards following
	alone   map[netip.Addr]bool
}

// Open gives the way into a network. version names the program in what it says.
func Open(n discovery.Network, version string, log *slog.Logger) *Home {
	return &Home{
		Network: n, version: version, log: log,
		all:    rate.NewLimiter(maxConnsPerSecond, connBurst),
		knocks: rate.NewLimiter(knocksPerSecond, connBurst),
		slots:  make(chan struct{}, maxConnsAtOnce),
		lanes:  map[netip.Addr]*lane{},
		alone:  map[netip.Addr]bool{},

		resolver: &lane{busy: make(chan struct{}, 1), resolver: true},
	}
}

// LeaveAlone takes the addresses of devices that the user wants left alone. From then on nothing
// is sent to them, and what they say is not listened to. A connection that is open may end what it began.
func (h *Home) LeaveAlone(addrs []netip.Addr) {
	h.aloneMu.Lock()
	defer h.aloneMu.Unlock()
	for _, a := range addrs {
		h.alone[a.WithZone("")] = true
	}
}

// Allowed reports whether an address belongs to this home and may be spoken to.
func (h *Home) Allowed(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.IsMulticast() || a.IsUnspecified() || h.leftAlone(a) {
		return false
	}
	if h.Network.Practice {
		return a.IsLoopback() && h.Network.Prefix.Contains(a)
	}
	if !private(a) || a.IsLoopback() || a == h.Network.Addr || slices.Contains(h.Network.Own, a.WithZone("")) {
		return false
	}
	if a.Is4() {
		return h.Network.Prefix.Contains(a) && !edge(h.Network.Prefix, a)
	}
	return slices.ContainsFunc(h.Network.Prefixes6, func(p netip.Prefix) bool { return p.Contains(a.WithZone("")) }) &&
		(a.Zone() == "" || a.Zone() == h.Network.Interface)
}

func (h *Home) leftAlone(a netip.Addr) bool {
	h.aloneMu.RLock()
	defer h.aloneMu.RUnlock()
	return h.alone[a.WithZone("")]
}

// edge reports whether a is the first or the last address of p: the network itself and
// its broadcast.
func edge(p netip.Prefix, a netip.Addr) bool {
	if p.Bits() >= 31 {
		return false
	}
	return a == p.Masked().Addr() || !p.Contains(a.Next())
}

// Hosts lists the IPv4 addresses of the network that may be spoken to, at most 1,022.
func (h *Home) Hosts() []netip.Addr {
	var out []netip.Addr
	for a := h.Network.Prefix.Masked().Addr(); h.Network.Prefix.Contains(a); a = a.Next() {
		if h.Allowed(a) {
			out = append(out, a)
		}
	}
	return out
}

// A lane leads to one address: one connection at a time, with a gap between two.
type lane struct {
	busy     chan struct{} // holds one token while a connection is open
	resolver bool          // it leads to the name server of the router

	mu      sync.Mutex    // guards following
	next    time.Time     // when the next connection or datagram may begin
	gap     time.Duration // between the one that has its turn and the next
	traffic discovery.Traffic
	asked   int // datagrams sent by Exchange
	carried int // how often something may have left on the way of a login
	broken  int // conversations that it ended without a word
}

func (h *Home) lane(a netip.Addr) *lane {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lanes[a]
	if l == nil {
		l = &lane{busy: make(chan struct{}, 1)}
		h.lanes[a] = l
	}
	return l
}

// enter waits until the lane is free and rested. The caller must leave it.
func (l *lane) enter(ctx context.Context, p Pace) error {
	most := gentleConns
	if p == Sturdy {
		most = sturdyConns
	}
	return l.turn(ctx, p.Gap(), func() bool { return l.traffic.Connections < most })
}

// Left gives how many more connections a device may see in this round.
func (h *Home) Left(a netip.Addr, p Pace) int {
	most := gentleConns
	if p == Sturdy {
		most = sturdyConns
	}
	return max(0, most-h.lane(a).said().Connections)
}

// enterForDatagram is enter for one datagram. These have a budget of their own, so that
// they take no connections away from the checks.
func (l *lane) enterForDatagram(ctx context.Context) error {
	if l.resolver {
		return l.turn(ctx, resolverGap, func() bool {
			l.asked++
			return l.asked <= maxResolverQuestions && (l.asked <= maxUnanswered || l.traffic.BytesReceived > 0)
		})
	}
	return l.turn(ctx, gentleGap, func() bool {
		l.asked++
		return l.asked <= maxExchanges
	})
}

// turn waits until the lane is free and rested, if the budget allows one more.
func (l *lane) turn(ctx context.Context, gap time.Duration, allowed func() bool) error {
	select {
	case l.busy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	if !allowed() {
		l.mu.Unlock()
		l.leave()
		return ErrBudget
	}
	now := time.Now()
	at := l.next
	if at.Before(now) {
		at = now
	}
	l.next, l.gap = at.Add(gap), gap
	l.mu.Unlock()
	if err := sleep(ctx, at.Sub(now)); err != nil {
		l.leave()
		return err
	}
	return nil
}

// began lets the rest after the one that has its turn begin now: it may have waited for the turns of
// other devices.
func (l *lane) began() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = time.Now().Add(l.gap)
}

func (l *lane) leave() { <-l.busy }

// said copies what the ledger holds so far.
func (l *lane) said() discovery.Traffic {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.traffic
	t.Requests = slices.Clone(t.Requests)
	return t
}

// note adds one request to the ledger.
func (l *lane) note(r discovery.Request, t discovery.Traffic) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.BytesSent, t.BytesReceived = r.Sent, r.Received
	if len(l.traffic.Requests) < maxNotes {
		t.Requests = []discovery.Request{r}
	}
	l.traffic.Add(t)
}

// carries notes that something is about to leave under a line.
func (l *lane) carries(line string) {
	if !strings.HasSuffix(line, WithLogin) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.carried++
}

// CarriedLogin counts how often something may have left for an address on the way of a login. While
// it stays the same, nobody there was told one.
func (h *Home) CarriedLogin(a netip.Addr) int {
	l := h.lane(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.carried
}

// Dial connects to a TCP port of a device in this home. It waits for the device's turn.
// line is what the ledger calls it, such as "telnet greeting". The end of ctx breaks the
// connection; closing it frees the device for the next.
func (h *Home) Dial(ctx context.Context, to netip.AddrPort, p Pace, line string) (net.Conn, error) {
	if to.Port() == IPPPort {
		return nil, fmt.Errorf("connect to %s: %w", to, ErrForbiddenPort)
	}
	return h.connect(ctx, to, p, line)
}

// connect is Dial; the door of printers is open to it, for the one question that may be
// asked there.
func (h *Home) connect(ctx context.Context, to netip.AddrPort, p Pace, line string) (net.Conn, error) {
	if !h.Allowed(to.Addr()) {
		return nil, fmt.Errorf("connect to %s: %w", to, ErrOutside)
	}
	if forbidden(to.Port()) {
		return nil, fmt.Errorf("connect to %s: %w", to, ErrForbiddenPort)
	}
	if !Listed("tcp", line) {
		return nil, fmt.Errorf("%q to %s: %w", line, to, ErrNotListed)
	}
	l := h.lane(to.Addr())
	if err := l.enter(ctx, p); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", to, err)
	}
	c, err := h.dial(ctx, to, l, line)
	if err != nil {
		l.leave()
		return nil, err
	}
	return c, nil
}

func (h *Home) dial(ctx context.Context, to netip.AddrPort, l *lane, line string) (*conn, error) {
	if err := h.all.Wait(ctx); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", to, errors.Join(ctx.Err(), err))
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !h.Allowed(to.Addr()) { // the user may have said so while this waited
		<-h.slots
		return nil, fmt.Errorf("connect to %s: %w", to, ErrOutside)
	}
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: -1}
	if h.Network.Addr.Is4() && to.Addr().Is4() {
		d.LocalAddr = &net.TCPAddr{IP: h.Network.Addr.AsSlice()}
	}
	note := discovery.Request{At: time.Now().UTC(), Addr: to.Addr().String(), Port: to.Port(), Transport: "tcp", Line: line}
	raw, err := d.DialContext(ctx, "tcp", to.String())
	l.began()
	if err != nil {
		if errors.Is(err, syscall.ECONNRESET) { // it opened, and broke off before anybody could look
			l.brokeOff()
		}
		<-h.slots
		l.note(note, discovery.Traffic{Connections: 1})
		return nil, fmt.Errorf("connect: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() }) // wakes whoever reads or writes
	return &conn{Conn: raw, home: h, lane: l, note: note, stop: stop, ended: ctx.Err, until: time.Now().Add(totalTimeout)}, nil
}

// A conn counts and caps what one connection carries.
type conn struct {
	net.Conn
	home      *Home
	lane      *lane
	note      discovery.Request
	stop      func() bool
	ended     func() error // why the connection was broken off; nil if it was not
	until     time.Time    // when it has lasted long enough
	mute      atomic.Bool  // the device ended it, or was awaited, without a word
	sent, got atomic.Int64
	ops       sync.RWMutex // read-held by each Read and Write, so that Close counts all of them
	once      sync.Once
}

// Read reads like net.Conn, waiting readTimeout at most, totalTimeout from the beginning, and
// maxConnBytes in all.
func (c *conn) Read(b []byte) (int, error) {
	c.ops.RLock()
	defer c.ops.RUnlock()
	left := maxConnBytes - c.got.Load()
	if left <= 0 {
		c.lane.odd(discovery.OddTooMuch)
		return 0, ErrTooMuch
	}
	if int64(len(b)) > left {
		b = b[:left]
	}
	now := time.Now()
	if err := c.SetReadDeadline(earlier(now.Add(readTimeout), c.until)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	if c.got.Add(int64(n)) == 0 && err != nil && c.ended() == nil {
		c.mute.Store(c.sent.Load() > 0 || !timedOut(err))
	}
	if err != nil && timedOut(err) && !time.Now().Before(c.until) && c.got.Load() > 0 {
		c.lane.odd(discovery.OddTooSlow)
		err = errTooSlow
	}
	return n, c.why(err)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Write writes like net.Conn, waiting readTimeout at most.
func (c *conn) Write(b []byte) (int, error) {
	c.ops.RLock()
	defer c.ops.RUnlock()
	if err := c.SetWriteDeadline(time.Now().Add(readTimeout)); err != nil {
		return 0, err
	}
	c.lane.carries(c.note.Line)
	n, err := c.Conn.Write(b)
	c.sent.Add(int64(n))
	if err != nil && c.got.Load() == 0 && c.ended() == nil {
		c.mute.Store(true)
	}
	return n, c.why(err)
}

// why gives the reason behind an error: a connection that was broken off says so.
func (c *conn) why(err error) error {
	if err == nil {
		return nil
	}
	return cmp.Or(c.ended(), err)
}

// Close closes the connection, frees the device and writes the ledger. Only the first
// call does anything.
func (c *conn) Close() error {
	var err error
	c.once.Do(func() {
		c.stop()
		err = c.Conn.Close() // ends what still reads or writes
		c.ops.Lock()
		defer c.ops.Unlock()
		if c.mute.Load() {
			c.lane.brokeOff()
		}
		c.note.Sent, c.note.Received = int(c.sent.Load()), int(c.got.Load())
		c.lane.note(c.note, discovery.Traffic{Connections: 1})
		c.lane.leave()
		<-c.home.slots
	})
	return err
}

// NoteLogin writes a login try in the ledger.
func (h *Home) NoteLogin(a netip.Addr, failed bool) {
	l := h.lane(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.traffic.LoginAttempts++
	if failed {
		l.traffic.LoginFailures++
	}
}

// Traffic gives what was said to each address so far, and to everybody at once. It waits
// for connections that are open, half a second at most: net/http closes them, which writes
// them in the ledger, a moment after it gave back the answer.
func (h *Home) Traffic() (byAddr map[netip.Addr]discovery.Traffic, everyone discovery.Traffic) {
	const patience = 50 // times 10 ms
	for i := 0; i < patience && len(h.slots) > 0; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	byAddr = make(map[netip.Addr]discovery.Traffic, len(h.lanes))
	for a, l := range h.lanes {
		byAddr[a] = l.said()
	}
	if t := h.resolver.said(); t.Packets > 0 {
		router := byAddr[h.Network.Gateway]
		router.Add(t)
		byAddr[h.Network.Gateway] = router
	}
	for _, t := range byAddr {
		slices.SortStableFunc(t.Requests, func(a, b discovery.Request) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	}
	everyone = h.everyone
	everyone.Requests = slices.Clone(everyone.Requests)
	return byAddr, everyone
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
