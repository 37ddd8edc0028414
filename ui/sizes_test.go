package ui

import (
	"testing"

	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

// everyPage opens each page, with something to see on it.
var everyPage = []struct {
	name string
	open func(*bench)
}{
	{"welcome", func(b *bench) { b.greet() }},
	{"home", func(b *bench) { b.open(b.pages[0]) }},
	{"todo", func(b *bench) { b.open(b.todo) }},
	{"devices", func(b *bench) { b.open(b.pages[2]) }},
	{"map", func(b *bench) { b.furnish(); b.openMap() }},
	{"several", func(b *bench) { b.furnish(); b.tick("box", "tv") }},
	{"device", func(b *bench) { b.openDevice("cam") }},
	{"correct", func(b *bench) { b.openDevice("cam"); b.correct("cam") }},
	{"timeline", func(b *bench) {
		p := b.program.(*fake)
		p.change(func() { p.story = chronicle() })
		b.openTimeline()
	}},
	{"reports", func(b *bench) { b.openReports() }},
	{"homes", func(b *bench) { b.severalHomes(); b.openHomes() }},
	{"bring", func(b *bench) {
		b.severalHomes()
		b.openHomes()
		b.homes.askFile(usualFiles())
	}},
	{"hurdle", func(b *bench) {
		b.system, b.barred = "darwin", rounds.Hurdle{Kind: rounds.HurdlePermission}
		b.open(b.pages[0])
	}},
	{"settings", func(b *bench) { b.openSettings("look") }},
	{"about", func(b *bench) {
		b.about.version, b.about.golang = "1.0.0", "1.26.8"
		b.open(b.about)
	}},
}

func TestEveryPageBearsLargeTextAndHighContrast(t *testing.T) {
	for _, tt := range []struct {
		suffix, lang string
		theme        parts.Theme
	}{
		{"-large", "en", parts.Theme{Brightness: parts.Light, Scale: 1.5}},
		{"-large-ru", "ru", parts.Theme{Brightness: parts.Light, Scale: 1.5}},
		{"-sharp", "en", parts.Theme{Brightness: parts.Light, Sharp: true}},
		{"-sharp-dark", "en", parts.Theme{Brightness: parts.Dark, Sharp: true}},
	} {
		for _, p := range everyPage {
			t.Run(p.name+tt.suffix, func(t *testing.T) {
				b := openIn(t, tt.lang, owner(), true, theme.VariantLight)
				b.app.Settings().SetTheme(tt.theme)
				b.rebuild()
				p.open(b)
				b.shot(p.name + tt.suffix)
				if got := b.win.Canvas().Content().MinSize(); got.Width > windowSize.Width || got.Height > windowSize.Height {
					t.Errorf("the window wants to be %v large", got)
				}
			})
		}
	}
}
