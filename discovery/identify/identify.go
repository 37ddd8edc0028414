// Package identify tells from what a device said about itself what it is. Each field keeps
// its evidence; where nothing is sure the field stays blank.
package identify

import (
	"cmp"
	"slices"
	"strings"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

// What one sign is worth. A maker's own sign beats any number of general ones that a
// device usually gives.
const (
	weightSaw    = 10
	weightLikely = 1
)

// Fields of a device that signs can fill in.
const (
	fieldVendor   = "vendor"
	fieldKind     = "kind"
	fieldModel    = "model"
	fieldFirmware = "firmware"
	fieldName     = "name"
	fieldFamily   = "family"
)

// A vote is one value that one sign gives for one field.
type vote struct {
	field, value string
	vendor       string // whose sign it is; "" for a general one
	fact         discovery.FactKey
	weight       int
	order        int
}

// Apply fills in what d is from its facts. It forgets what it said before.
func Apply(c *makers.Catalog, d *discovery.Device) {
	votes := collect(c, d.Facts)
	d.Evidence = nil
	vendor, disputed := decide(votes, fieldVendor, "")
	d.Vendor = take(d, vendor, disputed)
	fields := []struct {
		name string
		set  func(string)
	}{
		{fieldKind, func(s string) { d.Kind = discovery.Kind(s) }},
		{fieldModel, func(s string) { d.Model = s }},
		{fieldFirmware, func(s string) { d.Firmware = s }},
		{fieldName, func(s string) { d.Name = s }},
		{fieldFamily, func(s string) { d.Family = s }},
	}
	for _, f := range fields {
		v, disputed := decide(votes, f.name, d.Vendor)
		f.set(take(d, v, disputed))
	}
}

// take keeps the evidence for a field and gives its value. What two makers claim at once
// is never more than likely.
func take(d *discovery.Device, v vote, disputed bool) string {
	if v.value == "" {
		return ""
	}
	strength := discovery.Likely
	if v.weight >= weightSaw && !disputed {
		strength = discovery.Saw
	}
	if v.field != fieldFamily {
		d.Evidence = append(d.Evidence, discovery.Evidence{Field: v.field, Source: v.fact, Value: v.value, Strength: strength})
	}
	return v.value
}

func collect(c *makers.Catalog, facts []discovery.Fact) []vote {
	var votes []vote
	for _, f := range facts {
		for _, s := range c.SignsFor(f.Key) {
			m := s.Match.FindStringSubmatch(f.Value)
			if m == nil {
				continue
			}
			w := weightSaw
			if s.Likely {
				w = weightLikely
			}
			add := func(field, value string) {
				if value != "" {
					votes = append(votes, vote{field: field, value: value, vendor: s.Vendor, fact: f.Key, weight: w, order: s.Order})
				}
			}
			add(fieldVendor, s.Vendor)
			add(fieldKind, string(s.Kind))
			add(fieldFamily, s.Family)
			add(fieldModel, s.Model)
			for i, name := range s.Match.SubexpNames() {
				if name != "" {
					add(name, strings.TrimSpace(m[i]))
				}
			}
		}
	}
	slices.SortStableFunc(votes, func(a, b vote) int { return cmp.Compare(a.order, b.order) })
	return votes
}

// decide weighs the votes for one field. Signs of another maker than vendor do not count,
// unless vendor is "". disputed says that another value is as strong.
func decide(votes []vote, field, vendor string) (best vote, disputed bool) {
	var tally []vote // one for each value; the weights summed up, the first fact kept
	for _, v := range votes {
		if v.field != field || (vendor != "" && v.vendor != "" && v.vendor != vendor) {
			continue
		}
		i := slices.IndexFunc(tally, func(t vote) bool { return strings.EqualFold(t.value, v.value) })
		if i < 0 {
			tally = append(tally, v)
			continue
		}
		if v.weight >= weightSaw && tally[i].weight < weightSaw {
			tally[i].fact, tally[i].value, tally[i].vendor = v.fact, v.value, v.vendor
		}
		tally[i].weight += v.weight
	}
	if len(tally) == 0 {
		return vote{}, false
	}
	slices.SortStableFunc(tally, func(a, b vote) int { return cmp.Compare(b.weight, a.weight) })
	disputed = len(tally) > 1 && tally[1].weight >= weightSaw && tally[0].weight < 2*tally[1].weight
	return tally[0], disputed
}
