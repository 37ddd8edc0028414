package discovery

import (
	"cmp"
	"slices"
	"strings"
)

// A Correction is the user's own word about a device. It wins over all that the device says,
// and "" corrects nothing. It is stored as JSON, so its words never change.
type Correction struct {
	Name   string `json:"name,omitempty"`
	Kind   Kind   `json:"kind,omitempty"`
	Vendor string `json:"vendor,omitempty"`
	Model  string `json:"model,omitempty"`
	// What no device knows of itself.
	Room  string `json:"room,omitempty"`
	Owner string `json:"owner,omitempty"`
	Notes string `json:"notes,omitempty"` // the only one that may have several lines
}

// maxNoteLines is how many lines of notes are kept, of MaxValueBytes each.
const maxNoteLines = 40

// Clean gives c as it may be stored and shown: people paste what others wrote.
func (c Correction) Clean() Correction {
	if !slices.Contains(Kinds(), c.Kind) {
		c.Kind = KindUnknown
	}
	var notes []string
	for line := range strings.Lines(c.Notes) {
		if len(notes) < maxNoteLines {
			notes = append(notes, Clean(line))
		}
	}
	return Correction{
		Name: Line(c.Name), Kind: c.Kind, Vendor: Line(c.Vendor), Model: Line(c.Model),
		Room: Line(c.Room), Owner: Line(c.Owner), Notes: strings.TrimSpace(strings.Join(notes, "\n")),
	}
}

// Or fills up what c leaves open by the words of other.
func (c Correction) Or(other Correction) Correction {
	return Correction{
		Name: cmp.Or(c.Name, other.Name), Kind: cmp.Or(c.Kind, other.Kind), Vendor: cmp.Or(c.Vendor, other.Vendor),
		Model: cmp.Or(c.Model, other.Model), Room: cmp.Or(c.Room, other.Room), Owner: cmp.Or(c.Owner, other.Owner),
		Notes: cmp.Or(c.Notes, other.Notes),
	}
}

// An Identity is what a device is called and what it is.
type Identity struct {
	Name, Vendor, Model string
	Kind                Kind
}

// Correct puts the user's words into the fields of d, in place of those of an earlier
// correction. The evidence for them comes first; that of the signs stays behind it. The
// family stays what the signs say: no word of the user makes d a product that is tried.
func (d *Device) Correct(c Correction) {
	if corrected(d.Evidence) {
		d.Name, d.Vendor, d.Model, d.Kind = d.Signs.Name, d.Signs.Vendor, d.Signs.Model, d.Signs.Kind
		d.Evidence = slices.DeleteFunc(slices.Clone(d.Evidence), byUser)
	}
	d.Correction, d.Signs = c, Identity{}
	signs := Identity{d.Name, d.Vendor, d.Model, d.Kind}
	var said []Evidence
	for _, f := range []struct {
		name, word string
		set        func(string)
	}{
		{"name", c.Name, func(s string) { d.Name = s }},
		{"vendor", c.Vendor, func(s string) { d.Vendor = s }},
		{"model", c.Model, func(s string) { d.Model = s }},
		{"kind", string(c.Kind), func(s string) { d.Kind = Kind(s) }},
	} {
		if f.word != "" {
			f.set(f.word)
			said = append(said, Evidence{Field: f.name, Source: FactUser, Value: f.word, Strength: Corrected})
		}
	}
	if len(said) > 0 {
		d.Signs, d.Evidence = signs, append(said, d.Evidence...)
	}
}

// Uncorrected gives d as its own signs tell, for whoever speaks to it: what is sent to a
// device, and how fast, never follows from a word of the user.
func (d *Device) Uncorrected() Device {
	plain := *d
	plain.Correct(Correction{})
	return plain
}

func corrected(all []Evidence) bool { return slices.ContainsFunc(all, byUser) }

func byUser(e Evidence) bool { return e.Strength == Corrected }
