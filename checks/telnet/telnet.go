// Package telnet finds devices whose old remote console is open. It reads the greeting and
// says nothing.
package telnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "telnet-open"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "telnet", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	_, ok := d.Service("telnet")
	return ok || silent(d)
}

// silent reports whether the usual door of telnet is open, and nobody has said anything
// there that tells what it is.
func silent(d discovery.Device) bool {
	return d.Fact(discovery.FactBanner+"unknown") == "" && slices.ContainsFunc(d.Services, func(s discovery.Service) bool {
		return s.Transport == "tcp" && s.Protocol == "" && (s.Port == 23 || s.Port == 2323)
	})
}

// Run implements checks.Check. That the door opens is one sign, the greeting that was read
// during discovery another; a device may also only announce telnet.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	doors := ports(t)
	if len(doors) == 0 {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("the door of telnet is open and silent")}
	}
	var found []checks.Finding
	for _, port := range doors {
		open, err := opens(ctx, t, port)
		if err != nil {
			return nil, err
		}
		if !open {
			continue
		}
		f := checks.Finding{
			ID: checks.FindingID(t.Device.ID, Kind, port, ""), Kind: Kind, Port: port, Severity: checks.Today, Confidence: discovery.Likely,
			Args: map[string]string{},
		}
		if banner := t.Device.Fact(discovery.FactBanner + "telnet"); banner != "" {
			f.Confidence = discovery.Saw // it greeted, and it opens: two signs
			f.Evidence = []discovery.Fact{{Key: discovery.FactBanner + "telnet", Value: banner}}
		}
		found = append(found, f)
	}
	return found, nil
}

// ports are those where telnet greeted us in this round, or was found earlier.
func ports(t checks.Target) []uint16 {
	var out []uint16
	for _, s := range t.Device.Services {
		if s.Protocol == "telnet" {
			out = append(out, s.Port)
		}
	}
	for _, f := range t.Before {
		if !slices.Contains(out, f.Port) {
			out = append(out, f.Port)
		}
	}
	return out
}

// opens connects and hangs up. Only a clear refusal counts as closed.
func opens(ctx context.Context, t checks.Target, port uint16) (bool, error) {
	c, err := t.Dial(ctx, port)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("knock at door %d: %w", port, err)
	}
	return true, c.Close()
}
