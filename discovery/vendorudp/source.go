// Package vendorudp asks devices the makers' own questions by UDP, once their maker is known,
// and hears what some devices tell everybody by themselves.
package vendorudp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Prober asks one device.
type Prober struct {
	Home *lan.Home
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "vendorudp" }

// Probe implements discovery.Prober. A device whose maker has no question, or whose model and
// version are known already, hears nothing.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	d = d.Uncorrected() // no word of the user makes a device one that is asked
	a := d.Addr()
	if !a.Is4() || (d.Model != "" && d.Firmware != "") { // none of the protocols is used with IPv6
		return nil
	}
	f, ok := familyOf(d)
	if !ok {
		return nil
	}
	for _, q := range f.ask {
		b, err := p.Home.Exchange(ctx, netip.AddrPortFrom(a, q.port), q.payload, q.line)
		switch {
		case ctx.Err() != nil, errors.Is(err, lan.ErrBudget):
			return nil //nolint:nilerr // what was seen stays
		case err == nil:
			report(observation(a, q, b))
		case !errors.Is(err, lan.ErrNoAnswer):
			return fmt.Errorf("vendorudp: %w", err)
		}
		if answered := err == nil; answered != f.more {
			return nil
		}
	}
	return nil
}

// observation is what an answer says.
func observation(a netip.Addr, q question, b []byte) discovery.Observation {
	o := discovery.Observation{Source: "vendorudp", At: time.Now().UTC(), Addr: a}
	var err error
	if o.Facts, err = q.parse(b); err != nil {
		o.Facts = []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
	} else {
		o.Services = []discovery.Service{{Port: q.port, Transport: "udp", Protocol: q.name}}
	}
	return o
}

// window is how long devices are listened to: the other sources take about as long. Tuya
// announces itself every few seconds, MikroTik every half or whole minute: that one is heard by luck.
const window = 4 * time.Second

// An announcement is what devices of a maker tell everybody by themselves.
type announcement struct {
	port  uint16
	parse func(b []byte) ([]discovery.Fact, error)
}

var announcements = []announcement{
	{5678, parseMNDP},
	{6666, parseTuya}, // plain
	{6667, parseTuya}, // hidden
	{2021, parseBambu},
}

// Source hears what devices announce to everybody. It says nothing itself.
type Source struct {
	Home *lan.Home
	Log  *slog.Logger
}

// Name implements discovery.Source.
func (Source) Name() string { return "vendorudp" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	ctx, cancel := context.WithTimeout(ctx, window)
	defer cancel()
	errs := make([]error, len(announcements))
	var wg sync.WaitGroup
	for i, an := range announcements {
		wg.Go(func() {
			errs[i] = s.Home.OverhearBroadcast(ctx, an.port, func(from netip.AddrPort, b []byte) {
				if o, ok := heard(from.Addr(), an, b); ok {
					report(o)
				}
			})
		})
	}
	wg.Wait()
	if !slices.Contains(errs, nil) {
		return errors.Join(errs...)
	}
	for i, err := range errs {
		if err != nil {
			s.Log.DebugContext(ctx, "not listening", "port", announcements[i].port, "err", err)
		}
	}
	return nil
}

// heard is what an announcement says. One of another protocol is none: ports are shared.
func heard(from netip.Addr, an announcement, b []byte) (discovery.Observation, bool) {
	facts, err := an.parse(b)
	if err != nil {
		return discovery.Observation{}, false
	}
	return discovery.Observation{Source: "vendorudp", At: time.Now().UTC(), Addr: from, Facts: facts}, true
}
