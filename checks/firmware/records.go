package firmware

import (
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks/news"
	"porchlight/checks/versions"
	"porchlight/discovery"
)

// meant reports whether a hole on the list of CISA may be in a device: it was listed after the maker files were written,
// and the device was not built later and does not run a newest version that came out later.
func (l *look) meant(h news.Hole) bool {
	since := day(h.Added)
	if l.holes[h.CVE] || since <= makers.HolesUntil || (l.runsNewest() && l.newest.date > since) {
		return false
	}
	built, ok := versions.Date(l.scheme, l.device.Firmware)
	return !ok || !built.After(h.Added)
}

// closed weighs what the record of a hole says of a device: which version closes it, "" if that is not known, and whether
// the device has that already. Only a version with the repair says so: a record that names the versions that somebody
// tried is no proof for the others.
func (l *look) closed(r *news.Record) (fixed string, already bool) {
	repaired, open := false, false
	for _, x := range r.Of(l.device.Vendor, names(l.device, l.hardware)...) {
		at, ok := l.place(x)
		repaired = repaired || at > 0
		open = open || at == 0 || !ok || x.Fixed == ""
		if order, ok := versions.Compare(l.scheme, fixed, x.Fixed); at == 0 && x.Fixed != "" && (fixed == "" || (ok && order < 0)) {
			fixed = x.Fixed
		}
	}
	return fixed, repaired && !open
}

// place tells whether the version of a device is before those of a range (-1), one of them (0), or has the repair (1);
// false if nobody can say. One that is not told may be any.
func (l *look) place(x news.Range) (int, bool) {
	version := l.device.Firmware
	if x.Unclear || version == "" {
		return 0, false
	}
	if x.From != "" {
		if order, ok := versions.Compare(l.scheme, version, x.From); !ok || order < 0 {
			return -1, ok
		}
	}
	order, ok := versions.Compare(l.scheme, version, x.Fixed)
	if ok && order >= 0 {
		return 1, true
	}
	return 0, ok
}

// Wanted lists the holes whose records would tell more about the devices of a home, those that were listed last first.
// What the user says about a device is left out: it may lead to nothing being asked.
func (c Check) Wanted(devices []discovery.Device) []string {
	var holes []news.Hole
	for _, d := range devices {
		if !d.Present || d.LeaveAlone {
			continue
		}
		l := c.look(d.Uncorrected(), time.Now())
		for _, h := range c.book().Holes(l.device.Vendor, names(l.device, l.hardware)...) {
			if l.meant(h) && !slices.ContainsFunc(holes, func(o news.Hole) bool { return o.CVE == h.CVE }) {
				holes = append(holes, h)
			}
		}
	}
	slices.SortFunc(holes, func(a, b news.Hole) int {
		if order := b.Added.Compare(a.Added); order != 0 {
			return order
		}
		return strings.Compare(a.CVE, b.CVE)
	})
	var out []string
	for _, h := range holes {
		out = append(out, h.CVE)
	}
	return out
}
