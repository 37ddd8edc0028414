// Package certificate finds encrypted pages whose certificate is long out of date. It decides from what
// discovery saw. That devices sign their own is normal at home and no matter.
package certificate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "tls-expired"

// patience is for how long a certificate may be out of date: renewals are late now and then.
const patience = 30 * 24 * time.Hour

// epoch is before this program. A computer whose clock is earlier cannot tell what is out of date.
var epoch = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "certificate", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return d.Fact(discovery.FactTLSNotAfter) != "" }

// Run implements checks.Check.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	now := time.Now()
	if !c.Applies(t.Device) {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("no certificate was seen in this round")}
	}
	if now.Before(epoch) {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("the clock of this computer is wrong")}
	}
	for _, f := range t.Device.Facts {
		if f.Key != discovery.FactTLSNotAfter && f.Key != discovery.FactTLSNotBefore {
			continue
		}
		at, err := time.Parse(time.RFC3339, f.Value)
		if err != nil {
			return nil, &checks.NotChecked{Reason: checks.ReasonOdd, Err: fmt.Errorf("time of a certificate: %w", err)}
		}
		over := f.Key == discovery.FactTLSNotAfter && now.Sub(at) > patience
		ahead := f.Key == discovery.FactTLSNotBefore && at.Sub(now) > patience
		if over || ahead {
			return []checks.Finding{finding(t.Device, f, at)}, nil
		}
	}
	return nil, nil
}

func finding(d discovery.Device, why discovery.Fact, at time.Time) checks.Finding {
	f := checks.Finding{
		ID: checks.FindingID(d.ID, Kind, 0, ""), Kind: Kind, Port: door(d), Severity: checks.Inform, Confidence: discovery.Saw,
		Args: map[string]string{"date": at.UTC().Format(time.DateOnly)}, Evidence: []discovery.Fact{why},
	}
	if !selfSigned(d) { // somebody meant it to be renewed
		f.Severity = checks.Good
	}
	return f
}

// door gives the door of the certificate; 0 if there are several.
func door(d discovery.Device) uint16 {
	var port uint16
	for _, s := range d.Services {
		if s.TLS && port != 0 {
			return 0
		}
		if s.TLS {
			port = s.Port
		}
	}
	return port
}

// selfSigned reports whether every certificate that was seen names the device itself as its issuer, or nobody.
func selfSigned(d discovery.Device) bool {
	return !slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool {
		return f.Key == discovery.FactTLSIssuer && !slices.Contains(d.Facts, discovery.Fact{Key: discovery.FactTLSName, Value: f.Value})
	})
}
