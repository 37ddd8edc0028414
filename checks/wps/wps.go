// Package wps finds routers and access points on which WPS is switched on: joining the Wi-Fi by a
// button, or by a PIN of eight digits that can be guessed. It decides from what they announce.
package wps

import (
	"context"
	"errors"
	"slices"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/ssdp"
)

// Kind is what this check finds.
const Kind checks.Kind = "wps-on"

// announced is in what an access point with WPS says of itself (Wi-Fi Simple Configuration 2.0.7,
// section 9: WFADevice with the service WFAWLANConfig).
const announced = "urn:schemas-wifialliance-org:"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "wps", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check. Televisions and printers announce it too, to be joined
// themselves: that is none of this.
func (Check) Applies(d discovery.Device) bool {
	switch d.Kind {
	case discovery.KindRouter, discovery.KindAccessPoint, discovery.KindModem, discovery.KindUnknown:
		_, ok := sign(d)
		return ok
	default:
		return false
	}
}

// Run implements checks.Check. There is one sign only, and nobody can tell by it whether the PIN
// or only the button works.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	if c.Applies(t.Device) {
		f, _ := sign(t.Device)
		return []checks.Finding{{
			ID: checks.FindingID(t.Device.ID, Kind, 0, ""), Kind: Kind, Severity: checks.Good, Confidence: discovery.Likely,
			Args: map[string]string{}, Evidence: []discovery.Fact{f},
		}}, nil
	}
	if !ssdp.Answered(&t.Device) {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("it answered no search in this round")}
	}
	return nil, nil
}

func sign(d discovery.Device) (discovery.Fact, bool) {
	i := slices.IndexFunc(d.Facts, func(f discovery.Fact) bool {
		return (f.Key == discovery.FactSSDPTarget || f.Key == ssdp.FactDeviceType) && strings.HasPrefix(f.Value, announced)
	})
	if i < 0 {
		return discovery.Fact{}, false
	}
	return d.Facts[i], true
}
