// Package dhcp finds a second box that hands out addresses in the home, or one that leads everybody past
// the router. It asks everybody in the home once, if the user switched that on, and takes
// nothing that is offered.
package dhcp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "second-dhcp"

// Check implements checks.Check.
type Check struct {
	On bool // the user has switched it on
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "dhcp", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool { return c.On && d.Fact(discovery.FactGateway) != "" }

// Run implements checks.Check. That a box beside the router hands out addresses, and it alone, is often
// meant so: a name server against adverts does it.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	if !c.On {
		return nil, &checks.NotChecked{Reason: checks.ReasonSwitchedOff}
	}
	raw, err := t.AskDHCP(ctx)
	if errors.Is(err, discovery.ErrUnavailable) {
		return nil, &checks.NotChecked{Reason: checks.ReasonNotTold, Err: err}
	}
	if err != nil {
		return nil, err
	}
	offers, err := read(raw)
	if err != nil {
		return nil, err
	}
	var found []checks.Finding
	for _, o := range offers {
		if !slices.Contains(t.Device.Addrs, o.server) {
			found = append(found, finding(t, o, len(offers)))
		}
	}
	return found, nil
}

// read gives the offers, one of each server.
func read(raw [][]byte) ([]offer, error) {
	var out []offer
	var odd error
	for _, b := range raw {
		o, err := parseOffer(b)
		if err != nil {
			odd = err
		} else if !slices.ContainsFunc(out, func(have offer) bool { return have.server == o.server }) {
			out = append(out, o)
		}
	}
	switch {
	case odd != nil:
		return nil, &checks.NotChecked{Reason: checks.ReasonOdd, Err: fmt.Errorf("read an offer: %w", odd)}
	case len(out) == 0: // every home has one: they did not hear us, or take their time
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("nobody offered anything")}
	}
	return out, nil
}

func finding(t checks.Target, o offer, servers int) checks.Finding {
	f := checks.Finding{
		ID:   checks.FindingID(t.Device.ID, Kind, 0, o.server.String()),
		Kind: Kind, Severity: checks.Inform, Confidence: discovery.Saw,
		Args:     map[string]string{"inner": o.server.String(), checks.ArgInnerDevice: string(at(t.Others, o.server)), "router": ""},
		Evidence: []discovery.Fact{{Key: "dhcp.server", Value: o.server.String()}},
	}
	past := o.router.IsValid() && !slices.Contains(t.Device.Addrs, o.router)
	if o.router.IsValid() {
		f.Args["router"] = o.router.String()
		f.Evidence = append(f.Evidence, discovery.Fact{Key: "dhcp.router", Value: o.router.String()})
	}
	switch {
	case past:
		f.Severity = checks.Week
	case servers > 1:
		f.Severity = checks.Good
	}
	return f
}

// at finds the device at an address.
func at(devices []discovery.Device, a netip.Addr) discovery.DeviceID {
	for _, d := range devices {
		if slices.Contains(d.Addrs, a) {
			return d.ID
		}
	}
	return ""
}
