// Package firmware compares what a device is, and the version that it runs, with what the maker files and sources of
// news know of holes, repairs and the end of support. It sends nothing. One device gets one finding for its firmware:
// the most urgent one, with arguments that say the rest. Earlier ones that still stand come along within that one.
package firmware

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/news"
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
	// Book gives what sources of news said, as it is known now; nil for nothing.
	Book func() *news.Book
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
	return applies || (p != nil && !*p) || c.told(d, h)
}

// told reports whether sources of news said something that is about a device.
func (c Check) told(d discovery.Device, h makers.Hardware) bool {
	b := c.book()
	_, newest := b.Newest(productOf(d), d.Firmware)
	return newest || len(b.Holes(d.Vendor, names(d, h)...)) > 0 || len(b.Support(d.Vendor, d.Model, h.Model, d.Family)) > 0
}

func (c Check) book() *news.Book {
	if c.Book == nil {
		return nil
	}
	return c.Book()
}

// Run implements checks.Check. What nobody can compare is neither old nor fine.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	l := c.look(t.Device, time.Now())
	if slices.ContainsFunc(t.Before, l.hides) {
		return nil, l.unchecked("it tells less of itself than before")
	}
	switch {
	case !l.compared && l.quiet() && slices.ContainsFunc(t.Before, l.stays):
		return nil, l.unchecked("who said that it is old says so no more")
	case len(l.claims) > 0:
		found := l.findings(t.Before)
		if found[0].Kind == Unknown {
			return t.Partly(found, func(*checks.Finding) bool { return true }, l.unchecked("its version says nothing"))
		}
		return found, nil
	case !l.unclear && (l.compared || len(t.Before) > 0):
		return nil, nil
	case l.known:
		return nil, l.unchecked("it cannot be compared")
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
		if before.Args["version"] != "" && (l.device.Firmware == "" || (l.unclear && l.quiet())) {
			return true
		}
	}
	return l.device.Model == "" && l.device.Family == "" && l.device.Firmware == ""
}

// quiet reports whether nothing is known of a device that somebody should do something about.
func (l *look) quiet() bool {
	return !slices.ContainsFunc(l.claims, func(c claim) bool { return c.severity > checks.Inform })
}

// stays reports whether an earlier finding is about the version that the device still runs.
func (l *look) stays(before checks.Finding) bool {
	return (before.Kind == Exploited || before.Kind == Outdated) && l.device.Firmware != "" && before.Args["version"] == l.device.Firmware
}

// unchecked says why a device could not be checked.
func (l *look) unchecked(why string) error {
	d := l.device
	reason := checks.ReasonUnclear
	if d.Firmware == "" {
		reason = checks.ReasonNoVersion
	}
	return &checks.NotChecked{Reason: reason, Err: fmt.Errorf("%s %s with version %q: %s", d.Vendor, d.Model, d.Firmware, why)}
}

// findings makes one of the most urgent claim, and one within it of each earlier finding that still stands.
func (l *look) findings(before []checks.Finding) []checks.Finding {
	first := slices.MinFunc(l.claims, byUrgency)
	found := []checks.Finding{l.finding(first)}
	for i := range before {
		if c, ok := l.stands(&before[i]); ok && c.kind != first.kind {
			f := l.finding(c)
			f.Args[checks.ArgWithin] = string(first.kind)
			found = append(found, f)
		}
	}
	return found
}

// stands gives the claim by which an earlier finding still stands.
func (l *look) stands(before *checks.Finding) (claim, bool) {
	all := slices.SortedStableFunc(slices.Values(l.claims), byUrgency)
	if before.Kind != Outdated || l.stays(*before) {
		all = append(all, l.implied...)
	}
	i := slices.IndexFunc(all, func(c claim) bool { return c.kind == before.Kind })
	if i < 0 {
		return claim{}, false
	}
	return all[i], true
}

// finding makes one of a claim, with what else is known in its arguments.
func (l *look) finding(first claim) checks.Finding {
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
		if c.kind == first.kind || (first.kind != Ended && c.kind != Ended && c.kind != EndsSoon) {
			continue
		}
		newest := f.Args["newest"] != ""
		for key, value := range c.args {
			if key != "source" && key != "said" && (!newest || !strings.HasPrefix(key, "newest")) {
				set(key, value)
			}
		}
	}
	if f.Args["newest"] == "" && f.Args["safe"] != "" { // that is known to be there, too
		set("newest", f.Args["safe"])
		set("newest_source", f.Args["source"])
		set("newest_said", f.Args["said"])
	}
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

// Known is what is known of the firmware of a device; blank is what nobody knows for sure.
type Known struct {
	Newest     string // the newest version, unless the device runs a newer one
	NewestDate string // when it came out
	NewestSaid Said
	Ends       string // when its support ends or ended: a day, a month, a year or makers.Ended
	EndsSaid   Said
}

// Over reports whether support ended on a day that nobody has written down.
func (k Known) Over() bool { return k.Ends == makers.Ended }

// Said is who said something, and on which day last.
type Said struct{ Source, Day string }

// Known gives what is known of the firmware of a device.
func (c Check) Known(d discovery.Device) Known {
	l := c.look(d, time.Now())
	return Known{Newest: l.newest.version, NewestDate: l.newest.date, NewestSaid: l.newest.Said, Ends: l.ends, EndsSaid: l.endsSaid}
}
