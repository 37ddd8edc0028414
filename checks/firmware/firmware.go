// Package firmware compares what a device is, and the version that it runs, with what the maker files know of
// holes, repairs and the end of support. It sends nothing. One device gets one finding for its firmware: the most
// urgent one, with arguments that say the rest.
package firmware

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// What this check finds, the most urgent first.
const (
	Exploited checks.Kind = "known-exploited"
	Ended     checks.Kind = "support-ended"
	Outdated  checks.Kind = "firmware-outdated"
	EndsSoon  checks.Kind = "support-ends-soon"
	Unknown   checks.Kind = "firmware-unknown"
	Silent    checks.Kind = "maker-silent"
)

var kinds = []checks.Kind{Exploited, Ended, Outdated, EndsSoon, Unknown, Silent}

// asked are the kinds of device whose owner is told how to read a version that nobody else can.
var asked = []discovery.Kind{discovery.KindRouter, discovery.KindCamera, discovery.KindNVR, discovery.KindNAS, discovery.KindPrinter}

// lent are the kinds of device that may belong to the internet provider.
var lent = []discovery.Kind{discovery.KindRouter, discovery.KindModem, discovery.KindAccessPoint}

// Check implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "firmware", Contact: checks.ContactNone, Kinds: kinds}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool {
	applies := slices.Contains(asked, d.Kind)
	h := c.Catalog.HardwareOf(&d)
	c.Catalog.FirmwareFor(h, func(*makers.Firmware, makers.Fit) { applies = true })
	c.Catalog.SupportFor(h, func(*makers.Support, makers.Fit) { applies = true })
	p := c.Catalog.About(d.Vendor).PublishesSupport
	return applies || (p != nil && !*p)
}

// Run implements checks.Check. What nobody can compare is neither old nor fine.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	l := c.look(t.Device, time.Now())
	if slices.ContainsFunc(t.Before, l.hides) {
		return nil, unclear(errors.New("it tells less of itself than before"))
	}
	switch {
	case len(l.claims) > 0:
		return []checks.Finding{l.finding()}, nil
	case !l.unclear && (l.compared || len(t.Before) > 0):
		return nil, nil
	case l.known:
		return nil, unclear(fmt.Errorf("version %q of %s %s cannot be compared", t.Device.Firmware, t.Device.Vendor, t.Device.Model))
	}
	return nil, checks.ErrNotApplicable
}

// hides reports whether a device does not tell in this round what an earlier finding is about: that does not make
// it fixed.
func (l *look) hides(before checks.Finding) bool {
	switch before.Kind {
	case Unknown, Silent:
		return false
	case Exploited, Outdated:
		if l.device.Firmware == "" && before.Args["version"] != "" {
			return true
		}
	}
	return l.device.Model == "" && l.device.Family == "" && l.device.Firmware == ""
}

func unclear(err error) error { return &checks.NotChecked{Reason: checks.ReasonUnclear, Err: err} }

// finding makes one of the most urgent claim, with what else is known in its arguments.
func (l *look) finding() checks.Finding {
	first := slices.MinFunc(l.claims, byUrgency)
	d := l.device
	f := checks.Finding{
		ID: checks.FindingID(d.ID, first.kind, 0, ""), Kind: first.kind, Severity: first.severity, Confidence: first.confidence,
		Args: map[string]string{"sure": yesNo(first.confidence == discovery.Saw)},
	}
	set := func(key, value string) {
		if value != "" && f.Args[key] == "" {
			f.Args[key] = value
		}
	}
	set("version", d.Firmware)
	for key, value := range first.args {
		set(key, value)
	}
	for _, c := range l.claims {
		for key, value := range c.args {
			if c.kind != first.kind && (first.kind == Ended || c.kind == Ended || c.kind == EndsSoon) && key != "source" {
				set(key, value)
			}
		}
	}
	set("newest", f.Args["safe"]) // that is known to be there, too
	if l.beta {
		set("beta", "yes")
	}
	if l.about.Provider && slices.Contains(lent, d.Kind) {
		set("provider", "yes")
	}
	set("app", l.about.App)
	for _, e := range d.Evidence {
		if e.Field == "model" || e.Field == "firmware" {
			f.Evidence = append(f.Evidence, discovery.Fact{Key: e.Source, Value: e.Value})
		}
	}
	return f
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// Known gives the newest version that is known for a device, if it does not run a newer one, and when its support
// ends or ended, as a day, a month, a year or makers.Ended. Both are blank if nobody knows for sure.
func Known(c *makers.Catalog, d discovery.Device) (newest, ends string) {
	l := Check{Catalog: c}.look(d, time.Now())
	return l.newest, l.ends
}
