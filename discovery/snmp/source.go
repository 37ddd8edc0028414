// Package snmp asks a device by SNMP what it is. It reads three values with the community
// "public", and never writes.
package snmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Port is where agents listen (RFC 3417, section 3.2).
const Port = 161

// line is what the ledger calls the one question.
const line = "snmp GET sysDescr, sysObjectID, sysName with community public"

// Ask puts the one question by exchange, which sends a datagram to Port and gives the answer. It
// gives what the device says of itself to everybody, which may be nothing. ErrOdd means that what
// came is no answer.
func Ask(exchange func(payload []byte, line string) ([]byte, error)) ([]discovery.Fact, error) {
	id := newID()
	ask, err := question(id)
	if err != nil {
		return nil, err
	}
	b, err := exchange(ask, line)
	if err != nil {
		return nil, err
	}
	return parseAnswer(b, id)
}

// Prober asks one device.
type Prober struct {
	Home *lan.Home
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "snmp" }

// Probe implements discovery.Prober. It sends one datagram, and after silence one more.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	a := d.Addr()
	if !a.IsValid() || !speaks(d) {
		return nil
	}
	facts, err := Ask(func(payload []byte, line string) ([]byte, error) {
		return p.Home.Exchange(ctx, netip.AddrPortFrom(a, Port), payload, line)
	})
	o := discovery.Observation{Source: "snmp", At: time.Now().UTC(), Addr: a}
	switch {
	case errors.Is(err, ErrOdd):
		o.Facts = []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
	case errors.Is(err, lan.ErrNoAnswer), errors.Is(err, lan.ErrBudget), ctx.Err() != nil:
		return nil //nolint:nilerr // most devices do not speak it
	case err != nil:
		return fmt.Errorf("snmp: %w", err)
	default:
		o.Facts, o.Services = facts, []discovery.Service{{Port: Port, Transport: "udp", Protocol: "snmp"}}
	}
	report(o)
	return nil
}

// Return implements discovery.Returner: one that only now looks worth asking is asked.
func (p Prober) Return(ctx context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	if speaks(before) {
		return nil
	}
	return p.Probe(ctx, now, report)
}

// kinds are those whose devices often have an agent. A network switch is "switch" or
// "other": the scan schema has no word of its own for it.
var kinds = []discovery.Kind{
	discovery.KindPrinter, discovery.KindNAS, discovery.KindRouter, discovery.KindAccessPoint, discovery.KindSwitch, discovery.KindOther,
}

// speaks reports whether a device is worth asking: one of kinds, whether it shows a page or not; one
// that announces that it prints; or one that nobody has recognised and that has a web page, since
// pages of network switches often do not say what they are. Everything else at home has no agent. The
// tiny ones are left in peace, and so is whoever is not recognised and shows no page: he counts as
// tiny, and "public" is a factory login of sorts, which is not tried where nothing speaks for it.
func speaks(d discovery.Device) bool {
	if d.Tiny {
		return false
	}
	if slices.Contains(kinds, d.Kind) {
		return true
	}
	if d.Kind == discovery.KindUnknown && slices.ContainsFunc(d.Services, func(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "http" }) {
		return true
	}
	return slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool {
		return f.Key == discovery.FactMDNSService && slices.Contains(printing, strings.ToLower(f.Value))
	})
}

// printing are the services that printers announce.
var printing = []string{"_ipp._tcp", "_ipps._tcp", "_printer._tcp", "_pdl-datastream._tcp"}

// newID makes a random identifier of a question, 1 to 2,147,483,647 (RFC 3416, section 3).
func newID() uint32 {
	return max(1, lan.QueryID()&0x7fffffff)
}
