// Package wifi finds homes whose Wi-Fi lets strangers in or lets them read along. It decides from what the
// operating system says of the Wi-Fi that this computer is on.
package wifi

import (
	"context"
	"errors"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "weak-wifi"

// Check implements checks.Check. It is about the router, whose settings would change it.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "wifi", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return d.Fact(discovery.FactGateway) != "" }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	w := t.WiFi(ctx)
	switch {
	case w.Hidden:
		return nil, &checks.NotChecked{Reason: checks.ReasonNotTold}
	case len(w.Protection) == 0 && len(t.Before) > 0:
		return nil, &checks.NotChecked{Reason: checks.ReasonNotTold, Err: errors.New("this computer is not on Wi-Fi now")}
	case len(w.Protection) == 0:
		return nil, checks.ErrNotApplicable // a cable
	case slices.ContainsFunc(t.Before, func(f checks.Finding) bool { return f.Args["network"] != w.Name }):
		return nil, &checks.NotChecked{Reason: checks.ReasonNotTold, Err: errors.New("this computer is on another Wi-Fi than before")}
	}
	p, s := weakest(w.Protection)
	if s == checks.Inform {
		return nil, nil
	}
	return []checks.Finding{{
		// Two signs for red: the access point asks for no password, and the system has joined it without one.
		ID: checks.FindingID(t.Device.ID, Kind, 0, w.Name), Kind: Kind, Severity: s, Confidence: discovery.Saw,
		Args:     map[string]string{"network": w.Name, "protection": string(p)},
		Evidence: []discovery.Fact{{Key: "wifi.protection", Value: string(p)}},
	}}, nil
}

// weakest finds the weakest way into a Wi-Fi and how soon it should be shut; Inform: it is fine. WEP
// is read within minutes; the first WPA and its cipher TKIP have been withdrawn since 2012 (IEEE 802.11-2012,
// section 11.4.2; Wi-Fi Alliance, technical note on the removal of TKIP).
func weakest(all []discovery.Protection) (discovery.Protection, checks.Severity) {
	for _, weak := range []struct {
		p discovery.Protection
		s checks.Severity
	}{
		{discovery.ProtectionOpen, checks.Today},
		{discovery.ProtectionWEP, checks.Today},
		{discovery.ProtectionWPA, checks.Week},
		{discovery.ProtectionTKIP, checks.Week},
	} {
		if slices.Contains(all, weak.p) {
			return weak.p, weak.s
		}
	}
	return "", checks.Inform
}
