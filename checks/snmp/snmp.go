// Package snmp finds devices that tell everybody about themselves and their network by SNMP, for
// the word "public". It reads the same three values as discovery, and tries no other word.
package snmp

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/snmp"
)

// Kind is what this check finds.
const Kind checks.Kind = "snmp-public"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "snmp-public", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check. A device that only says which agent it has, as version 3 does
// to everybody, has no such service.
func (Check) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

func meant(s discovery.Service) bool { return s.Transport == "udp" && s.Protocol == "snmp" }

// Run implements checks.Check. The answer during discovery is one sign, that of now the other.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	facts, err := snmp.Ask(func(payload []byte, line string) ([]byte, error) {
		return t.Exchange(ctx, snmp.Port, payload, line)
	})
	switch {
	case errors.Is(err, snmp.ErrOdd):
		return nil, checks.Odd(err)
	case checks.Closed(err):
		return nil, nil
	case errors.Is(err, lan.ErrNoAnswer) && len(t.Before) > 0:
		return nil, there(ctx, t)
	case err != nil:
		return nil, err
	}
	f := t.Found(Kind, snmp.Port, severity(t.Device.Kind), discovery.Saw)
	for _, x := range facts {
		if x.Key == discovery.FactSNMP+"sysdescr" {
			f.Evidence = append(f.Evidence, x)
		}
	}
	return []checks.Finding{*f}, nil
}

// severity: printers are read so by the computers that print on them, and know little of the
// home. Routers and storage tell who is in it.
func severity(k discovery.Kind) checks.Severity {
	if k == discovery.KindPrinter {
		return checks.Inform
	}
	return checks.Week
}

// there reports that a silent device is there: an agent says nothing to a wrong word, as a
// device says nothing that is off. One of its doors opens, or refuses.
func there(ctx context.Context, t checks.Target) error {
	port := uint16(80)
	for _, s := range t.Device.Services {
		if s.Transport == "tcp" && s.Protocol != "" && s.Protocol != "ipp" && s.Protocol != "raw-print" && s.Protocol != "lpd" {
			port = s.Port
			break
		}
	}
	c, err := t.Dial(ctx, port, "connect")
	switch {
	case checks.Closed(err):
		return nil
	case err != nil:
		return fmt.Errorf("see whether it is there at door %d: %w", port, err)
	}
	return c.Close()
}
