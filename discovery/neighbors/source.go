// Package neighbors finds devices in the neighbour table of the operating system: whoever
// answers ARP (RFC 826) or neighbour discovery (RFC 4861), however quiet it is otherwise.
package neighbors

import (
	"context"
	"errors"
	"net/netip"
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
)

// Source wakes and reads the table for one home network.
type Source struct {
	Home *lan.Home
}

// Name implements discovery.Source.
func (Source) Name() string { return "neighbors" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	if _, err := s.Home.Neighbors(); errors.Is(err, discovery.ErrUnavailable) {
		return s.connect(ctx, report)
	}
	knock, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	knocked := make(chan error, 1)
	wg.Go(func() { knocked <- s.Home.Knock(knock, s.Home.Hosts()) })

	w := watch{home: s.Home, seen: map[netip.Addr]bool{}, report: report}
	var until time.Time // zero while still knocking
	for {
		doubtful, err := w.read()
		if err != nil {
			return err
		}
		if wait := settle; !until.IsZero() {
			if doubtful {
				wait = doubt
			}
			if time.Since(until) > wait {
				return nil
			}
		}
		select {
		case err := <-knocked:
			if err != nil {
				return err
			}
			until = time.Now()
		case <-time.After(poll):
		case <-ctx.Done():
			return nil
		}
	}
}

// A watch reports each neighbour once.
type watch struct {
	home   *lan.Home
	seen   map[netip.Addr]bool
	report func(discovery.Observation)
}

// read reports who is surely there and new. doubtful says that the system is still asking
// whether somebody is there.
func (w *watch) read() (doubtful bool, err error) {
	table, err := w.home.Neighbors()
	if err != nil {
		return false, err
	}
	there, asked := map[discovery.MAC]bool{}, map[discovery.MAC]bool{}
	for _, n := range table {
		there[n.MAC] = there[n.MAC] || n.Sure
		asked[n.MAC] = asked[n.MAC] || (n.Addr.Is4() && !n.Sure)
	}
	for _, n := range table {
		// Nobody knocks at IPv6 addresses: the same hardware being there is enough. But its
		// IPv4 address comes first, or it would be visited twice, as two devices.
		if !n.Sure && (n.Addr.Is4() || !there[n.MAC]) || n.Addr.Is6() && asked[n.MAC] {
			doubtful = doubtful || n.Addr.Is4()
			continue
		}
		if w.seen[n.Addr] {
			continue
		}
		w.seen[n.Addr] = true
		o := discovery.Observation{Source: "neighbors", At: time.Now().UTC(), Addr: n.Addr, MAC: n.MAC}
		if n.Addr == w.home.Network.Gateway {
			o.Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
		}
		w.report(o)
	}
	return doubtful, nil
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
