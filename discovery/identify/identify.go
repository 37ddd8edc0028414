// Package identify tells from what a device said about itself what it is. Each field keeps
// its evidence; where nothing is sure the field stays blank.
package identify

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"porchlight/assets/makers"
	"porchlight/assets/oui"
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

// Apply fills in what d is from its facts, and the user's correction last. It forgets what it
// said before.
func Apply(c *makers.Catalog, d *discovery.Device) {
	card := oui.Vendor(d.MAC)
	votes := collect(c, d, withCard(d.Facts, card))
	d.Evidence = nil
	d.Tiny = oui.Tiny(d.MAC)
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
	d.Correct(d.Correction)
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

// withCard adds the maker of the network card to what a device says.
func withCard(facts []discovery.Fact, card string) []discovery.Fact {
	if card == "" {
		return facts
	}
	return append(slices.Clip(facts), discovery.Fact{Key: discovery.FactMACVendor, Value: card})
}

// Recognised reports whether a device itself gave a sign of its maker: the maker of its network
// card, or the user's word, is none.
func Recognised(d discovery.Device) bool {
	return slices.ContainsFunc(d.Evidence, func(e discovery.Evidence) bool {
		return e.Field == fieldVendor && (e.Strength == discovery.Saw || (e.Strength == discovery.Likely && e.Source != discovery.FactMACVendor))
	})
}

// collect lets every sign vote that matches one of the facts.
func collect(c *makers.Catalog, d *discovery.Device, facts []discovery.Fact) []vote {
	var votes []vote
	for _, f := range facts {
		lower := strings.ToLower(f.Value)
		for _, s := range c.Candidates(f.Key, lower) {
			if m := s.Match.Match(f.Value, lower); m != nil && makers.Hold(s.With, facts) {
				votes = cast(votes, c, s, m, f.Key, d)
			}
		}
	}
	slices.SortStableFunc(votes, func(a, b vote) int { return cmp.Compare(a.order, b.order) })
	return votes
}

// cast adds what one sign says that matched with the groups m.
func cast(votes []vote, c *makers.Catalog, s *makers.Sign, m []string, fact discovery.FactKey, d *discovery.Device) []vote {
	w := weightSaw
	if s.Likely {
		w = weightLikely
	}
	add := func(field, value string) {
		if value = strings.TrimSpace(value); value != "" {
			votes = append(votes, vote{field: field, value: value, vendor: s.Vendor, fact: fact, weight: w, order: s.Order})
		}
	}
	add(fieldVendor, s.Vendor)
	add(fieldKind, string(s.Kind))
	add(fieldFamily, s.Family)
	add(fieldModel, s.Model)
	add(fieldFirmware, fill(s.FirmwareFrom, d))
	for i, name := range s.Match.Groups() {
		switch v := m[i]; name {
		case "":
		case fieldVendor:
			add(name, c.Canonical(v))
		case fieldKind:
			add(name, string(s.Kinds[v]))
		case fieldModel:
			add(name, cmp.Or(s.Models[v], v))
		default:
			add(name, v)
		}
	}
	return votes
}

var braces = regexp.MustCompile(`\{[^{}]+\}`)

// fill puts facts into the places of a template; "" if one is missing.
func fill(template string, d *discovery.Device) string {
	missing := template == ""
	out := braces.ReplaceAllStringFunc(template, func(place string) string {
		v := d.Fact(discovery.FactKey(strings.Trim(place, "{}")))
		missing = missing || v == ""
		return v
	})
	if missing {
		return ""
	}
	return out
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
		if field == fieldName { // the same name heard twice is no better than one that people gave
			tally[i].weight = max(tally[i].weight, v.weight)
			continue
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
