// Package plainlogin finds routers, cameras and storage that ask for a password on a web page without
// encryption, and have none with it: whoever listens in the same Wi-Fi can read along.
package plainlogin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "http-only-admin"

// https is the door of encrypted pages (RFC 9110, section 4.2.2).
const https = 443

// usual are the doors where settings pages are, the likely ones first. A device may have others,
// which only describe it.
var usual = []uint16{80, 8080, 81, 8000, 8081, 5000, 8888}

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "plain-login", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	_, important := severity(d.Kind)
	_, ok := sign(d)
	return important && ok && page(d) != 0 && !encrypted(d)
}

// Run implements checks.Check.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	port := page(t.Device)
	if len(t.Before) > 0 {
		port = t.Before[0].Port
	}
	if encrypted(t.Device) {
		return nil, nil
	}
	if port == 0 {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("no web page was seen")}
	}
	open, err := opens(ctx, t, https)
	if err != nil || open {
		return nil, err
	}
	if open, err = opens(ctx, t, port); err != nil || !open {
		return nil, err
	}
	s, _ := severity(t.Device.Kind)
	f := checks.Finding{
		ID: checks.FindingID(t.Device.ID, Kind, port, ""), Kind: Kind, Port: port, Severity: s, Confidence: discovery.Saw, Args: map[string]string{},
	}
	if e, ok := sign(t.Device); ok {
		f.Evidence = []discovery.Fact{e}
	}
	return []checks.Finding{f}, nil
}

// severity tells how much the password of a device opens; false if that is little.
func severity(k discovery.Kind) (checks.Severity, bool) {
	switch k {
	case discovery.KindRouter, discovery.KindAccessPoint, discovery.KindModem, discovery.KindNAS:
		return checks.Good, true
	case discovery.KindCamera, discovery.KindNVR, discovery.KindDoorbell: // hardly any has more
		return checks.Inform, true
	default:
		return checks.Inform, false
	}
}

// sign is that a page asks for a password.
func sign(d discovery.Device) (discovery.Fact, bool) {
	i := slices.IndexFunc(d.Facts, func(f discovery.Fact) bool {
		return f.Key == discovery.FactHTTPRealm || f.Key == discovery.FactHTTPSignIn
	})
	if i < 0 {
		return discovery.Fact{}, false
	}
	return d.Facts[i], true
}

// page gives the door of the settings page; 0 if there is none.
func page(d discovery.Device) uint16 {
	for _, port := range usual {
		if slices.ContainsFunc(d.Services, func(s discovery.Service) bool { return s.Port == port && s.Protocol == "http" && !s.TLS }) {
			return port
		}
	}
	return 0
}

// encrypted reports whether a page with encryption was seen, at whatever door.
func encrypted(d discovery.Device) bool {
	return slices.ContainsFunc(d.Services, func(s discovery.Service) bool { return s.TLS && s.Protocol == "http" })
}

// opens connects and hangs up. Only a clear refusal counts as closed.
func opens(ctx context.Context, t checks.Target, port uint16) (bool, error) {
	c, err := t.Dial(ctx, port, "connect")
	if checks.Closed(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("knock at door %d: %w", port, err)
	}
	return true, c.Close()
}
