package firmware

import (
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/checks/versions"
	"porchlight/discovery"
)

// What sources of news say is believed with care. They may err, lie, or speak of another region, channel or model: so
// they only ever say "may", never red, and nothing against what the device or the maker files say.

// A newest is the newest version that is known.
type newest struct {
	version, date string
	Said
	news bool // a source of news says so
}

// or gives n, or another one if nothing is known.
func (n newest) or(other newest) newest {
	if n.version == "" {
		return other
	}
	return n
}

// put writes it into the arguments of a finding.
func (n newest) put(args map[string]string) {
	if n.version == "" {
		return
	}
	args["newest"], args["newest_date"], args["newest_source"], args["newest_said"] = n.version, n.date, n.Source, n.Day
	if n.news {
		args["newest_news"] = "yes"
	}
}

// take keeps the newest version that is known, unless the device runs a newer one. Of those who say the same, the
// last one counts.
func (l *look) take(scheme versions.Scheme, n newest) {
	if version := l.device.Firmware; version != "" {
		if order, ok := versions.Compare(scheme, version, n.version); !ok || order > 0 {
			return
		}
	}
	if order, ok := versions.Compare(scheme, l.newest.version, n.version); l.newest.version == "" || (ok && (order < 0 || (order == 0 && l.newest.Day < n.Day))) {
		l.newest = n
	}
}

// productOf is how sources of news call a device.
func productOf(d discovery.Device) news.Product {
	return news.Product{Maker: d.Vendor, Model: d.Model, Family: d.Family}
}

// hear takes over the newest version that a source says.
func (l *look) hear(n news.News) {
	said := newest{version: n.Version, Said: Said{n.Source(), day(n.Seen)}, news: true}
	if !n.Date.IsZero() {
		said.date = day(n.Date)
	}
	l.take(l.scheme, said)
}

// behind weighs the newest version that a source says. One that is older than what runs says nothing.
func (l *look) behind(n news.News) {
	version := l.device.Firmware
	order, ok := versions.Compare(l.scheme, version, n.Version)
	switch {
	case version == "":
		l.known = true
	case !ok && !l.compared:
		l.known, l.unclear = true, true
	case !ok:
	case order == 0:
		l.compared = l.compared || l.runsNewest()
	case order < 0 && l.newest.news:
		args := map[string]string{"source": l.newest.Source, "said": l.newest.Day}
		l.newest.put(args)
		l.add(claim{kind: Outdated, severity: checks.Good, confidence: discovery.Likely, args: args})
	}
}

// names lists what a device may be called in the words of a hole: its model with and without what is behind it, and its
// product line if that is more than its maker.
func names(d discovery.Device, h makers.Hardware) []string {
	var out []string
	for _, model := range []string{d.Model, h.Model} {
		if strings.ContainsAny(model, "0123456789") {
			out = append(out, model)
		}
	}
	if d.Family != "" && !strings.EqualFold(strings.ReplaceAll(d.Family, "-", ""), strings.ReplaceAll(d.Vendor, " ", "")) {
		out = append(out, d.Family)
	}
	return out
}

// listed weighs the holes that CISA listed after the maker files were written. The list says no versions: who runs a
// newest version that came out later, or what was built later, is not meant.
func (l *look) listed(holes []news.Hole) {
	for _, h := range holes {
		if !l.meant(h) {
			continue
		}
		fixed, already := l.closed(h.Record)
		if already {
			l.compared = true
			continue
		}
		since := day(h.Added)
		args := map[string]string{"hole": h.CVE, "since": since, "listed": "yes", "source": "CISA KEV", "said": day(h.Said)}
		if fixed != "" {
			args["safe"], args["listed"], args["source"] = fixed, "", "CISA KEV, "+h.Record.Source
		}
		l.newest.put(args)
		l.add(claim{kind: Exploited, severity: checks.Week, confidence: discovery.Likely, since: since, args: args})
	}
}

// runsNewest reports whether a device runs the newest version that is known.
func (l *look) runsNewest() bool {
	order, ok := versions.Compare(l.scheme, l.device.Firmware, l.newest.version)
	return ok && order == 0
}

// supports weighs how long a device is looked after, and reports whether anything is known of that. What a signed file
// says for sure counts in place of what the maker files said before.
func (l *look) supports(c *makers.Catalog, signed []news.Support) bool {
	known, since := false, ""
	for _, s := range signed {
		row := rowOf(s)
		fit, ok := row.About(l.hardware)
		if !ok {
			continue
		}
		known = true
		l.support(row, fit)
		if s.Sure && fit.Open == "" {
			since = max(since, s.Date)
		}
	}
	c.SupportFor(l.hardware, func(s *makers.Support, fit makers.Fit) {
		known = true
		if s.Scheme != "" || s.Date >= since {
			l.support(s, fit)
		}
	})
	return known
}

// rowOf gives what a signed file says as a row of a maker file.
func rowOf(s news.Support) *makers.Support {
	return &makers.Support{
		Products: makers.Products{Family: s.Family, Models: s.Models, Revisions: s.Revisions, Regions: s.Regions},
		Ends:     s.Ends, Still: s.Still, Source: s.Source, Date: s.Date, Sure: s.Sure,
	}
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
