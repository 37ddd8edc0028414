// Package netbios asks a computer for its NetBIOS names: Windows, Samba and many NAS tell
// them to whoever asks.
package netbios

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// port is that of the name service (RFC 1002, section 4.2).
const port = 137

// Prober asks one device.
type Prober struct {
	Home *lan.Home
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "netbios" }

// Probe implements discovery.Prober. It sends one datagram, and after silence one more.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	a := d.Addr()
	if !a.Is4() || !speaks(d) { // NetBIOS knows no IPv6
		return nil
	}
	id := uint16(lan.QueryID() & 0xffff)
	b, err := p.Home.Exchange(ctx, netip.AddrPortFrom(a, port), question(id), "netbios NBSTAT *")
	switch {
	case errors.Is(err, lan.ErrNoAnswer), errors.Is(err, lan.ErrBudget), ctx.Err() != nil:
		return nil //nolint:nilerr // most devices do not speak it
	case err != nil:
		return fmt.Errorf("netbios: %w", err)
	}
	o := discovery.Observation{Source: "netbios", At: time.Now().UTC(), Addr: a}
	s, err := parseStatus(b, id)
	if err != nil {
		o.Facts = []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
	} else {
		o.Facts = s.facts
		o.Services = []discovery.Service{{Port: port, Transport: "udp", Protocol: "netbios"}}
		// The neighbour table knows better than the device: a computer with two network cards
		// may name the other one, and a liar somebody else's. Addresses that were made up
		// identify nobody.
		if d.MAC.IsZero() && !s.mac.Private() {
			o.MAC = s.mac
		}
	}
	report(o)
	return nil
}

// speaks reports whether a device is worth asking: a computer or a NAS; one with a door for
// Windows shares; or one that nobody has recognised and that has no open door at all. A
// Windows computer with its firewall on is often such a one, and this is its only word.
func speaks(d discovery.Device) bool {
	switch d.Kind {
	case discovery.KindComputer, discovery.KindNAS:
		return true
	case discovery.KindUnknown:
		if len(d.Services) == 0 {
			return true
		}
	default:
	}
	return slices.ContainsFunc(d.Services, func(s discovery.Service) bool {
		return s.Transport == "tcp" && (s.Port == 139 || s.Port == 445)
	})
}
