// Package neighbors finds devices in the neighbour table of the operating system: whoever
// answers ARP (RFC 826) or neighbour discovery (RFC 4861), however quiet it is otherwise.
package neighbors

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

const (
	// poll is how often the table is read.
	poll = 250 * time.Millisecond
	// settle is how long late answers are awaited after the last knock. ARP answers take
	// a few milliseconds; a sleeping phone up to a second.
	settle = 1500 * time.Millisecond
	// doubt is how long an old entry may stay unconfirmed: the system first waits five
	// seconds, then asks three times (Linux arp(7), delay_first_probe_time, ucast_solicit).
	doubt = 8500 * time.Millisecond
	// usualPort is the door that most devices have.
	usualPort = 80
)

// Source wakes and reads the table for one home network.
type Source struct {
	Home *lan.Home
}

// Name implements discovery.Source.
func (Source) Name() string { return "neighbors" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	w := &watch{gateway: s.Home.Network.Gateway, began: time.Now(), report: report, wake: make(chan struct{}, 1)}
	known, err := s.Home.Neighbors()
	if errors.Is(err, discovery.ErrUnavailable) {
		return s.connect(ctx, report)
	}
	if err != nil {
		return err
	}
	w.remember(known)
	knock, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	knocked := make(chan error, 1)
	wg.Go(func() { knocked <- s.knock(knock, known, w) })

	var until time.Time // zero while still knocking
	for {
		table, err := s.Home.Neighbors()
		if err != nil {
			return err
		}
		doubtful := w.read(table)
		if past := time.Since(until); !until.IsZero() && past > settle {
			w.remembered(table)
			if !doubtful || past > doubt {
				return nil
			}
		}
		select {
		case err := <-knocked:
			if err != nil {
				return err
			}
			until = time.Now()
		case <-w.wake:
		case <-time.After(poll):
		case <-ctx.Done():
			return nil
		}
	}
}

// knock knocks at every address, first where the system knows somebody from before, and waits for
// what these say.
func (s Source) knock(ctx context.Context, known []lan.Neighbor, w *watch) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	hosts := s.Home.Hosts()
	for _, n := range known {
		if n.Addr.Is4() {
			hosts = slices.DeleteFunc(hosts, func(a netip.Addr) bool { return a == n.Addr })
			answers := s.Home.KnockAt(ctx, n.Addr)
			wg.Go(func() {
				if answers() || s.opens(ctx, n) {
					w.heard(n)
				}
			})
		}
	}
	return s.Home.Knock(ctx, hosts)
}

// opens tries one who hears no knocking at one door, which may open or not. As long as the system is
// sure of him, it does not ask by itself. Who might restart, or must not be disturbed, is believed instead.
func (s Source) opens(ctx context.Context, n lan.Neighbor) bool {
	if !n.Sure || s.Home.Spare == nil || s.Home.Spare(n.MAC) {
		return false
	}
	c, err := s.Home.Dial(ctx, netip.AddrPortFrom(n.Addr, usualPort), lan.Gentle, "connect")
	if err == nil {
		_ = c.Close()
	}
	return err == nil || lan.Refused(err)
}

// A neighbor is one line of the table, without what changes.
type neighbor struct {
	addr netip.Addr
	mac  discovery.MAC
}

// A watch reports each neighbour once, when it is there in this round: what the system was sure of
// before, it may have heard 45 seconds ago, and the device may have been unplugged since.
type watch struct {
	gateway netip.Addr
	began   time.Time
	before  map[neighbor]bool // of whom the system was sure before anybody was asked
	seen    map[neighbor]bool
	report  func(discovery.Observation)
	wake    chan struct{} // somebody answered

	mu       sync.Mutex // guards following
	answered map[neighbor]bool
}

// remember keeps of whom the system is sure before anybody is asked.
func (w *watch) remember(table []lan.Neighbor) {
	w.before, w.seen, w.answered = map[neighbor]bool{}, map[neighbor]bool{}, map[neighbor]bool{}
	for _, n := range table {
		w.before[neighbor{n.Addr, n.MAC}] = n.Sure
	}
}

// heard keeps that somebody answered at the address and the hardware address of a neighbour.
func (w *watch) heard(n lan.Neighbor) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered[neighbor{n.Addr, n.MAC}] = true
	select {
	case w.wake <- struct{}{}:
	default: // it is about to be read
	}
}

// there reports whether a neighbour answered in this round, as far as anybody can tell.
func (w *watch) there(n lan.Neighbor) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := neighbor{n.Addr, n.MAC}
	switch {
	case w.answered[k]:
		return true
	case !n.Sure:
		return false
	case n.Addr == w.gateway: // whoever enters a home knocks at its router, a moment before the round
		return true
	}
	return !w.before[k] || n.Confirmed.After(w.began)
}

// read reports who is surely there and new. doubtful says that the system is still asking
// whether somebody is there.
func (w *watch) read(table []lan.Neighbor) (doubtful bool) {
	there, there4, asked := map[discovery.MAC]bool{}, map[discovery.MAC]bool{}, map[discovery.MAC]bool{}
	for _, n := range table {
		if w.there(n) {
			there[n.MAC] = true
			there4[n.MAC] = there4[n.MAC] || n.Addr.Is4()
		} else {
			asked[n.MAC] = asked[n.MAC] || n.Addr.Is4()
		}
	}
	for _, n := range table {
		// Nobody knocks at IPv6 addresses: the same hardware being there is enough. But its
		// IPv4 address comes first, or it would be visited twice, as two devices.
		switch {
		case n.Addr.Is4() && !w.there(n):
			doubtful = doubtful || !n.Sure
		case n.Addr.Is6() && (!there[n.MAC] || asked[n.MAC] && !there4[n.MAC]):
		default:
			w.tell(n, false)
		}
	}
	return doubtful
}

// remembered reports those of whom the system is still sure, though nobody has heard them in this
// round. One that answered at another address has moved.
func (w *watch) remembered(table []lan.Neighbor) {
	there4 := map[discovery.MAC]bool{}
	for _, n := range table {
		there4[n.MAC] = there4[n.MAC] || n.Addr.Is4() && w.there(n)
	}
	for _, n := range table {
		if n.Sure && !there4[n.MAC] {
			w.tell(n, !w.there(n) && !n.Confirmed.IsZero())
		}
	}
}

// tell reports a neighbour, once.
func (w *watch) tell(n lan.Neighbor, unsure bool) {
	k := neighbor{n.Addr, n.MAC}
	if w.seen[k] {
		return
	}
	w.seen[k] = true
	o := discovery.Observation{Source: "neighbors", At: time.Now().UTC(), Addr: n.Addr, MAC: n.MAC, Unsure: unsure}
	if n.Addr == w.gateway {
		o.Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
	}
	w.report(o)
}

// commonPorts are asked where there is no table to read: the doors that most devices with
// a web page have.
var commonPorts = []uint16{8080, 8888, 80}

// connect finds devices by a TCP connection instead, on systems and networks without a
// neighbour table. Only an open door counts: a refusal may come from anybody.
func (s Source) connect(ctx context.Context, report func(discovery.Observation)) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, a := range s.Home.Hosts() {
		wg.Go(func() {
			for _, port := range commonPorts {
				c, err := s.Home.Dial(ctx, netip.AddrPortFrom(a, port), lan.Gentle, "connect")
				if err != nil {
					continue
				}
				_ = c.Close()
				o := discovery.Observation{
					Source: "neighbors", At: time.Now().UTC(), Addr: a,
					Services: []discovery.Service{{Port: port, Transport: "tcp"}},
				}
				if a == s.Home.Network.Gateway {
					o.Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
				}
				report(o)
				return
			}
		})
	}
	return nil
}
