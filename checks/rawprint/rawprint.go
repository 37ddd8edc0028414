// Package rawprint tells of printers that print whatever arrives at their raw port. It decides
// from what a printer announces: a printer prints every byte that is sent there, so nothing
// is, and discovery/lan refuses even to connect.
package rawprint

import (
	"context"
	"errors"
	"slices"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "raw-print"

const (
	// announcement is how printers make the raw port known (Bonjour Printing Specification 1.2,
	// section 4.1).
	announcement = "_pdl-datastream._tcp"
	// usual is where it mostly is.
	usual = 9100
)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "raw-print", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check. Other programs use port 9100 too, so an open door alone means
// nothing.
func (Check) Applies(d discovery.Device) bool {
	return slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool {
		return f.Key == discovery.FactMDNSService && strings.EqualFold(f.Value, announcement)
	})
}

// Run implements checks.Check. Nobody knocked, so it is likely and no more.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	if !slices.Contains(t.Device.FoundBy, "mdns") {
		return nil, checks.Unclear(errors.New("it announced nothing in this round"))
	}
	if !c.Applies(t.Device) {
		return nil, nil
	}
	f := t.Found(Kind, port(t.Device), checks.Inform, discovery.Likely)
	f.Evidence = []discovery.Fact{{Key: discovery.FactMDNSService, Value: announcement}}
	return []checks.Finding{*f}, nil
}

func port(d discovery.Device) uint16 {
	if s, ok := d.Service("raw-print"); ok {
		return s.Port
	}
	return usual
}
