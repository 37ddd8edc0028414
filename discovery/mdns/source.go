// Package mdns finds devices that announce themselves by multicast DNS (RFC 6762) and
// DNS-based service discovery (RFC 6763).
package mdns

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grandcat/zeroconf"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

const (
	// window is how long one type is browsed. Answers to a shared question come within
	// 120 ms (RFC 6762, section 6); the library asks again only after two seconds or more.
	window = 1200 * time.Millisecond
	// atOnce is how many types are browsed in parallel: each holds a socket and a 64 KiB buffer.
	atOnce = 8
	// maxTypes is how many service types one home may announce.
	maxTypes = 128
	// sends is how often the library asks for one type within window (client.go, Browse
	// and periodicQuery).
	sends = 2
)

// metaType asks which types there are (RFC 6763, section 9).
const metaType = "_services._dns-sd._udp"

// fixedTypes are browsed whether or not somebody lists them: some stacks do not answer
// the question for types. The most telling ones come first.
var fixedTypes = []string{
	"_http._tcp", "_ipp._tcp", "_googlecast._tcp", "_airplay._tcp", "_hap._tcp", "_sonos._tcp", "_workstation._tcp",
	"_smb._tcp", "_hue._tcp", "_shelly._tcp", "_esphomelib._tcp", "_printer._tcp", "_spotify-connect._tcp",
	"_device-info._tcp", "_companion-link._tcp", "_raop._tcp", "_ssh._tcp", "_rtsp._tcp", "_axis-video._tcp",
	"_qdiscover._tcp", "_androidtvremote2._tcp", "_amzn-wplay._tcp", "_matter._tcp", "_home-assistant._tcp",
	"_mqtt._tcp", "_ipps._tcp", "_uscan._tcp", "_pdl-datastream._tcp", "_rfb._tcp",
}

var group = netip.MustParseAddrPort("224.0.0.251:5353")

// Source browses one home network.
type Source struct {
	Home *lan.Home
	Log  *slog.Logger
}

// Name implements discovery.Source.
func (Source) Name() string { return "mdns" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	ifi, err := net.InterfaceByIndex(s.Home.Network.Index)
	if err != nil {
		return fmt.Errorf("find interface %q: %w", s.Home.Network.Interface, err)
	}
	tell := s.teller(report)
	rare, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() {
		if err := s.askRare(rare, tell); err != nil {
			s.Log.DebugContext(ctx, "rare types not asked for", "err", err)
		}
	})

	q := newQueue(append([]string{metaType}, fixedTypes...))
	var browsers sync.WaitGroup
	errs := make([]error, atOnce)
	for i := range atOnce {
		browsers.Go(func() {
			for {
				typ, ok := q.next()
				if !ok {
					return
				}
				if ctx.Err() == nil { // after a cancel the queue only runs empty
					if err := s.browse(ctx, *ifi, typ, q, tell); err != nil {
						errs[i] = err
					}
				}
				q.done()
			}
		})
	}
	browsers.Wait()
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// Listen implements discovery.Listener. It hears announcements that come in pieces, which the library
// drops, and those of devices that wake up after they were asked.
func (s Source) Listen(ctx context.Context, report func(discovery.Observation)) error {
	tell, heard := s.teller(report), newRecords(s.Home.Allowed)
	return s.Home.Overhear(ctx, group, func(from netip.AddrPort, b []byte) {
		for _, o := range heard.parseRecords(from.Addr(), b) {
			tell(o)
		}
	})
}

// teller reports with the time, and with the zone of addresses that need one.
func (s Source) teller(report func(discovery.Observation)) func(discovery.Observation) {
	return func(o discovery.Observation) {
		if o.Addr.Is6() && o.Addr.IsLinkLocalUnicast() {
			o.Addr = o.Addr.WithZone(s.Home.Network.Interface)
		}
		o.At = time.Now().UTC()
		report(o)
	}
}

// browse asks for one type. The library wants a new resolver each time, and its channel
// drained until it closes it, or it leaks.
func (s Source) browse(ctx context.Context, ifi net.Interface, typ string, q *queue, tell func(discovery.Observation)) error {
	line := "mdns PTR " + typ + ".local"
	if !lan.Listed("udp", line) {
		return fmt.Errorf("%q: %w", line, lan.ErrNotListed)
	}
	r, err := zeroconf.NewResolver(zeroconf.SelectIPTraffic(zeroconf.IPv4), zeroconf.SelectIfaces([]net.Interface{ifi}))
	if err != nil {
		return fmt.Errorf("listen for mDNS on %s: %w", ifi.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, window)
	defer cancel()
	entries := make(chan *zeroconf.ServiceEntry)
	if err := r.Browse(ctx, typ, "local.", entries); err != nil {
		cancel()
		for range entries { // drained until the library closes it
		}
		return fmt.Errorf("ask for %s on %s: %w", typ, ifi.Name, err)
	}
	for range sends {
		s.Home.NoteMulticast(group, line, questionBytes(typ))
	}
	seen := 0
	for e := range entries {
		if seen++; seen > maxEntries {
			cancel() // and drain
			continue
		}
		if typ == metaType {
			if t, ok := parseType(e.Instance); ok {
				q.add(t)
			}
			continue
		}
		for _, o := range parseEntry(e, s.Home.Allowed) {
			tell(o)
		}
	}
	return nil
}

// questionBytes is the size of the datagram that asks for a type: a header of 12 bytes,
// the name, its type and class (RFC 1035, section 4.1).
func questionBytes(typ string) int { return 12 + len(typ+".local.") + 1 + 4 }

// A queue hands out service types, those that somebody listed before the fixed ones.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	known   []string // all that were ever in the queue
	waiting []string
	working int
}

func newQueue(types []string) *queue {
	q := &queue{known: slices.Clone(types), waiting: types}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// next waits for a type; false when all are done and nobody can add one any more.
func (q *queue) next() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.working > 0 {
		q.changed.Wait()
	}
	if len(q.waiting) == 0 {
		return "", false
	}
	typ := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.working++
	return typ, true
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.working--
	q.changed.Broadcast()
}

// add puts a type that somebody announced at the front, once.
func (q *queue) add(typ string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiting, typ); i >= 0 {
		q.waiting = slices.Insert(slices.Delete(q.waiting, i, i+1), 0, typ)
		return
	}
	if len(q.known) >= maxTypes || slices.ContainsFunc(q.known, func(k string) bool { return strings.EqualFold(k, typ) }) {
		return
	}
	q.known = append(q.known, typ)
	q.waiting = slices.Insert(q.waiting, 0, typ)
	q.changed.Broadcast()
}
