package firmware

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/versions"
	"porchlight/discovery"
)

const (
	// soon is how long before the end of support people are told.
	soon = 12 // months
	// old is how long ago a version was built that may lack repairs, if nothing better is known.
	old = 24 // months
	// recent is for how long a hole in a whole product line concerns devices that do not tell their version.
	recent = 24 // months
)

// A claim is one thing that is known of a device. args are those of its finding.
type claim struct {
	kind       checks.Kind
	severity   checks.Severity
	confidence discovery.Strength
	since      string // when its hole became known to be used
	args       map[string]string
}

// byUrgency puts the most urgent claim first.
func byUrgency(a, b claim) int {
	return cmp.Or(
		cmp.Compare(b.severity, a.severity),
		cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)),
		-strings.Compare(string(a.confidence), string(b.confidence)), // "saw" before "likely"
		-strings.Compare(a.since, b.since),
	)
}

// A look is all that is known of one device.
type look struct {
	device   discovery.Device
	hardware makers.Hardware
	about    makers.About
	scheme   versions.Scheme // in which its maker mostly counts
	now      time.Time

	known    bool // something is known of its versions
	compared bool // and its version could be compared with that,
	unclear  bool // or could not
	beta     bool // it runs a test version
	claims   []claim
	implied  []claim // by those, and not worth a finding beside them

	newest   newest
	holes    map[string]bool // of which our own rows about it know
	ends     string
	endsSaid Said
}

// look gathers what is known of a device.
func (c Check) look(d discovery.Device, now time.Time) *look {
	l := &look{device: d, hardware: c.Catalog.HardwareOf(&d), about: c.Catalog.About(d.Vendor), now: now, holes: map[string]bool{}}
	l.scheme = versions.Scheme(c.Catalog.SchemeFor(d.Vendor))
	book := c.book()
	c.Catalog.FirmwareFor(l.hardware, l.newer)
	said, told := book.Newest(productOf(d), d.Firmware)
	if told {
		l.hear(said)
	}
	c.Catalog.FirmwareFor(l.hardware, l.firmware)
	supported := l.supports(c.Catalog, book.Support(d.Vendor, d.Model, l.hardware.Model, d.Family))
	l.beta = d.Firmware != "" && versions.Beta(l.scheme, d.Firmware)
	if told {
		l.behind(said)
	}
	l.age()
	l.listed(book.Holes(d.Vendor, names(d, l.hardware)...))
	tell := l.add
	if len(l.claims) > 0 {
		tell = l.imply
	}
	if slices.Contains(asked, d.Kind) && (d.Firmware == "" || l.beta || (l.known && l.unclear)) {
		tell(claim{kind: Unknown, severity: checks.Inform, confidence: discovery.Saw})
	}
	if p := l.about.PublishesSupport; p != nil && !*p && !supported && d.Model != "" {
		tell(claim{kind: Silent, severity: checks.Inform, confidence: discovery.Likely, args: map[string]string{"source": l.about.Source}})
	}
	return l
}

// add keeps a claim. Who has a hole also lacks its repair.
func (l *look) add(c claim) {
	l.claims = append(l.claims, c)
	if c.kind == Exploited {
		c.kind, c.severity = Outdated, checks.Week
		l.imply(c)
	}
}

func (l *look) imply(c claim) { l.implied = append(l.implied, c) }

// newer takes over the newest version of a row.
func (l *look) newer(f *makers.Firmware, fit makers.Fit) {
	v, version, scheme := cmp.Or(f.Newest, f.Safe), l.device.Firmware, versions.Scheme(f.Scheme)
	if v == "" || fit.Open != "" || !f.Sure || (version != "" && stands(f, version) < fits) {
		return
	}
	l.take(scheme, newest{version: v, date: f.NewestDate, Said: Said{f.Source, f.Date}})
}

// firmware weighs one row about versions.
func (l *look) firmware(f *makers.Firmware, fit makers.Fit) {
	special := len(f.Kinds) == 0 // what is known of all cameras of a maker does not make one fine
	l.known = l.known || special
	version, scheme := l.device.Firmware, versions.Scheme(f.Scheme)
	hole, since := newestHole(f.Holes)
	for name := range f.Holes {
		l.holes[name] = true
	}
	at := stands(f, version)
	affected := at == has
	l.compared = l.compared || (special && version != "" && at != nowhere)
	l.unclear = l.unclear || (special && version != "" && at == nowhere)
	args := map[string]string{"safe": f.Safe, "hole": hole, "since": since, "source": f.Source, "said": f.Date}
	if f.Safe != "" || f.Newest != "" { // else nobody knows of a repair, whatever is newer
		l.newest.or(newest{version: f.Newest, date: f.NewestDate, Said: Said{f.Source, f.Date}}).put(args)
	}
	if fit.Open != "" {
		args[fit.Open+"s"] = strings.Join(needed(f.Products, fit), ", ")
	}
	may := claim{kind: Exploited, severity: checks.Week, confidence: discovery.Likely, since: since, args: args}
	switch {
	case since != "" && affected && f.Sure && l.proves(fit, f.Family != "") && !f.All && isDay(since):
		may.severity, may.confidence = checks.Today, discovery.Saw
		l.add(may)
	case since != "" && (affected || (version == "" && l.concerns(f, since))):
		l.add(may)
	case since == "" && affected && f.Safe != "":
		l.add(claim{kind: Outdated, severity: checks.Week, confidence: l.strength(f.Sure, fit, f.Family != ""), args: args})
	case f.Newest != "" && at == fits:
		if order, ok := versions.Compare(scheme, version, f.Newest); ok && order < 0 {
			l.add(claim{kind: Outdated, severity: checks.Good, confidence: l.strength(f.Sure, fit, f.Family != ""), args: args})
		}
	}
}

// Where a version stands to those that a row is about.
const (
	nowhere = iota // it cannot be compared, or the device tells none
	earlier        // than the first that the row is about
	fits           // the row is about it,
	has            // and it has the holes
)

// stands compares a version with the bounds of a row.
func stands(f *makers.Firmware, version string) int {
	scheme := versions.Scheme(f.Scheme)
	if f.All {
		return has
	}
	if f.From != "" {
		order, ok := versions.Compare(scheme, version, f.From)
		switch {
		case !ok:
			return nowhere
		case order < 0:
			return earlier
		}
	}
	order, ok := versions.Compare(scheme, version, cmp.Or(f.Safe, f.Until, f.Newest))
	switch {
	case !ok:
		return nowhere
	case len(f.Holes) > 0 && (order < 0 || (order == 0 && f.Until != "")):
		return has
	}
	return fits
}

// newestHole gives the hole that became known last to be used, and since when: a day before a month.
func newestHole(holes map[string]string) (name, since string) {
	for n, s := range holes {
		if s > since || (s == since && (name == "" || n < name)) {
			name, since = n, s
		}
	}
	return name, since
}

// concerns reports whether a used hole is worth telling of a device that does not tell its version: always of a
// model, of a whole product line only while the hole is recent, and never of all products of a kind.
func (l *look) concerns(f *makers.Firmware, since string) bool {
	if len(f.Models) > 0 {
		return true
	}
	return f.Family != "" && since >= l.now.AddDate(0, -recent, 0).Format(time.DateOnly)
}

// support weighs one row about the end of support.
func (l *look) support(s *makers.Support, fit makers.Fit) {
	if s.Scheme != "" && !within(s, l.device.Firmware) {
		return
	}
	sure := l.strength(s.Sure, fit, s.Family != "")
	if sure == discovery.Saw {
		l.ends, l.endsSaid = s.Ends, Said{s.Source, s.Date}
	}
	args := map[string]string{"ends": s.Ends, "ends_source": s.Source, "ends_said": s.Date, "still": s.Still, "source": s.Source, "said": s.Date}
	if s.Ends == makers.Ended {
		args["ends"] = ""
	}
	if fit.Open != "" {
		args[fit.Open+"s"] = strings.Join(needed(s.Products, fit), ", ")
	}
	c := claim{kind: Ended, severity: checks.Week, confidence: sure, args: args}
	last := lastDay(s.Ends)
	switch now := l.at(s.Date); {
	case s.Ends != makers.Ended && now.AddDate(0, soon, 0).Before(last):
		return
	case s.Ends != makers.Ended && !now.After(last):
		c.kind, c.severity = EndsSoon, checks.Good
	case s.Still == "upgrade": // there is a newer system for the same device
		c.kind = Outdated
		newest{version: s.Below, Said: Said{s.Source, s.Date}}.put(args)
	case s.Still == "security":
		c.severity = checks.Good
	}
	l.add(c)
	c.kind, c.severity = EndsSoon, checks.Good // as it was told before
	l.imply(c)
}

// at is now, but never before what is known was written: the clock of a computer may be wrong.
func (l *look) at(day string) time.Time {
	if written, err := time.ParseInLocation(time.DateOnly, day, time.Local); err == nil && l.now.Before(written) {
		return written
	}
	return l.now
}

// within reports whether a row about some versions is about this one.
func within(s *makers.Support, version string) bool {
	scheme := versions.Scheme(s.Scheme)
	if s.From != "" {
		if order, ok := versions.Compare(scheme, version, s.From); !ok || order < 0 {
			return false
		}
	}
	order, ok := versions.Compare(scheme, version, s.Below)
	return ok && order < 0
}

// lastDay gives the end of a day, a month or a year.
func lastDay(s string) time.Time {
	for _, l := range []struct {
		layout              string
		years, months, days int
	}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if at, err := time.ParseInLocation(l.layout, s, time.Local); err == nil {
			return at.AddDate(l.years, l.months, l.days).Add(-time.Second)
		}
	}
	return time.Time{}
}

// age tells of a version that was built long ago, where the newest is not known. Only devices that others may reach
// are worth it: lamps are finished one day.
func (l *look) age() {
	built, ok := versions.Date(l.scheme, l.device.Firmware)
	if !ok || l.beta || !slices.Contains(asked, l.device.Kind) || built.After(l.now.AddDate(0, -old, 0)) {
		return
	}
	if order, ok := versions.Compare(l.scheme, l.device.Firmware, l.newest.version); ok && order >= 0 {
		return
	}
	args := map[string]string{"built": built.Format(time.DateOnly)}
	l.newest.put(args)
	l.add(claim{kind: Outdated, severity: checks.Good, confidence: discovery.Likely, args: args})
}

// strength is Saw if a row is sure and is about what the device says of itself.
func (l *look) strength(sure bool, fit makers.Fit, family bool) discovery.Strength {
	if sure && fit.Open == "" && l.saw(what(family)) {
		return discovery.Saw
	}
	return discovery.Likely
}

// proves reports whether the device itself says both signs that a row needs: what it is, and its version.
func (l *look) proves(fit makers.Fit, family bool) bool {
	return l.strength(true, fit, family) == discovery.Saw && l.saw("firmware")
}

// what is the field that names the product of a row.
func what(family bool) string {
	if family {
		return "vendor"
	}
	return "model"
}

// saw reports whether the device itself gave the field that is believed, in a place made for it.
func (l *look) saw(field string) bool {
	for _, e := range l.device.Evidence { // the user's word comes first
		if e.Field == field {
			return e.Strength == discovery.Saw
		}
	}
	return false
}

// needed lists what a row is about and the device does not tell.
func needed(p makers.Products, fit makers.Fit) []string {
	if fit.Open == "region" {
		return p.Regions
	}
	return p.Revisions
}

func isDay(s string) bool { return len(s) == len(time.DateOnly) }
