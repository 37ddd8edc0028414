package ui

import (
	"testing"

	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// oddly is a home with a camera that behaved oddly, in those ways.
func oddly(ways ...discovery.Oddity) rounds.Snapshot {
	s := family()
	t := s.ByDevice["cam"]
	t.Odd = ways
	s.ByDevice["cam"] = t
	return s
}

func TestWhatBehavedOddlySaysSo(t *testing.T) {
	for _, tt := range []struct {
		name, lang string
		variant    bool // dark
		ways       []discovery.Oddity
		says       []string
	}{
		{name: "device-odd", lang: "en", ways: []discovery.Oddity{discovery.OddTooMuch, discovery.OddAway}, says: []string{"It behaved oddly", "we stopped listening", "We did not go", "just made badly"}},
		{name: "device-odd-all", lang: "ru", variant: true, ways: discovery.Oddities()},
		{name: "device-odd-de", lang: "de", ways: []discovery.Oddity{discovery.OddTooSlow, discovery.OddManyNames, "a way of a later version"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{}
			p.feed.Set(oddly(tt.ways...))
			variant := theme.VariantLight
			if tt.variant {
				variant = theme.VariantDark
			}
			b := openIn(t, tt.lang, p, true, variant)
			b.openDevice("cam")
			b.settle()
			b.device.content.ScrollToBottom()
			b.shot(tt.name)
			for _, s := range tt.says {
				b.says(s)
			}
		})
	}
	b := open(t, &fake{}, true, theme.VariantLight)
	if card := b.device.odd(discovery.Traffic{}); card.Visible() {
		t.Error("a device that is all right says that it behaved oddly")
	}
}
