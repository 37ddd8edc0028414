package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/discovery"
)

// told is a program that knows something of the camera and the router, with sources of news that fail.
func told() *fake {
	since := time.Date(2026, time.November, 4, 7, 12, 0, 0, time.UTC)
	p := &fake{
		known: map[discovery.DeviceID]firmware.Known{
			"cam": {
				Newest: "v3.1.0.2368", NewestDate: "2026-10-03", NewestSaid: firmware.Said{Source: "updates.example.com", Day: "2026-11-06"},
				Ends: "2027-05", EndsSaid: firmware.Said{Source: "the maker's list of products", Day: "2026-08-21"},
			},
			"router": {Ends: "ended", EndsSaid: firmware.Said{Source: "the maker's list of products", Day: "2026-11-12"}},
		},
		silent: []news.State{{Source: "kev", Since: since, Trouble: news.Certificate}, {Source: "mikrotik", Since: since, Trouble: news.Slow}},
	}
	p.feed.Set(family())
	return p
}

func TestTheDevicePageSaysWhatIsKnownOfItsSoftware(t *testing.T) {
	b := open(t, told(), true, theme.VariantLight)
	b.openDevice("cam")
	b.shot("device-known")
	for _, want := range []string{
		"v3.1.0.2368, of 3 October 2026", "Source: updates.example.com, 6 November 2026, 6 days ago", "May 2027",
		"Source: the maker's list of products, 21 August 2026, 83 days ago",
	} {
		b.says(want)
	}
	b.openDevice("router")
	b.says("It has ended.")
	b.openDevice("printer")
	for _, s := range b.texts() {
		if strings.HasPrefix(s, "Newest") || strings.HasPrefix(s, "Support") || strings.HasPrefix(s, "Source") {
			t.Errorf("nothing is known, and the page says %q", s)
		}
	}
}

func TestHomeSaysWhichSourcesAreSilent(t *testing.T) {
	p := told()
	b := open(t, p, true, theme.VariantLight)
	b.shot("home-news")
	b.says("Holes that criminals use (CISA) has told us nothing since 4 November 2026: it could not prove that it is who it says.")
	const said = "MikroTik has told us nothing since 4 November 2026: it took too long."
	b.says(said)
	b.button("Open settings").OnTapped()
	if b.page != page(b.settings) || settingsHeads[b.settings.heads.Picked] != "internet" {
		t.Error("the button does not lead to the sources")
	}
	b.open(b.pages[0])
	more := p.silent[1]
	p.silent = []news.State{more, more, more, more, more}
	b.take(p.feed.Latest())
	b.says("And 3 more sources.")
	p.silent = nil
	b.take(p.feed.Latest())
	practice := family()
	practice.Home.Practice = true
	p.silent = []news.State{more}
	for _, s := range append(b.texts(), func() []string { b.take(practice); return b.texts() }()...) {
		if s == said {
			t.Errorf("it says %q", s)
		}
	}
}

func TestHomeSaysQuietlyThatANewerPorchlightIsOut(t *testing.T) {
	for _, tt := range []struct{ name, lang string }{{"home-newer", "en"}, {"home-newer-ru", "ru"}} {
		p := &fake{newer: news.Release{Version: "1.2.0", Page: "https://example.invalid/get"}}
		p.feed.Set(calmHome())
		b := openIn(t, tt.lang, p, true, theme.VariantLight)
		b.shot(tt.name)
		b.says(b.words.T("about.newer", text.Args{"version": "1.2.0"}))
		b.button(b.words.say("menu.about")).OnTapped()
		if b.page != page(b.about) {
			t.Error("the button does not lead to what is told of it")
		}
		b.open(b.pages[0])
		practice := calmHome()
		practice.Home.Practice = true
		b.take(practice)
		if b.find(b.words.say("menu.about")) != nil {
			t.Error("the practice home is told of a newer Porchlight")
		}
	}
}
