package ui

import (
	"net/url"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/ui/parts"
)

// An opener notes what would be opened.
type opener struct {
	fyne.App
	opened []string
}

func (o *opener) OpenURL(u *url.URL) error {
	o.opened = append(o.opened, u.String())
	return nil
}

// withMakers opens the card of one finding, in a home whose makers are known.
func withMakers(t *testing.T, f checks.Finding, lang string, variant fyne.ThemeVariant) (*bench, *opener) {
	t.Helper()
	p := &fake{}
	s := advised(f)
	s.Devices[0].Firmware = "1.1.1 Build 20210101"
	p.feed.Set(s)
	b := openIn(t, lang, p, true, variant)
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	b.words.Makers = m
	o := &opener{App: b.app}
	b.app = o
	b.openFinding("f-9")
	b.settle()
	return b, o
}

var (
	oldRouter = checks.Finding{Kind: "known-exploited", Check: "firmware", Device: "router", Severity: checks.Week, Args: map[string]string{
		"version": "1.1.1", "safe": "1.1.4", "hole": "CVE-2023-1389", "sure": "no",
	}}
	openCamera = checks.Finding{Kind: "default-login", Check: "default-login", Device: "cam", Severity: checks.Today, Args: map[string]string{
		"url": "http://192.168.1.23/", "user": "admin",
	}}
)

func TestTheMakerAndTheProviderAreOneClickAway(t *testing.T) {
	b, o := withMakers(t, oldRouter, "en", theme.VariantLight)
	b.todo.card.scroll.ScrollToBottom()
	b.shot("letter-card")
	b.says("The buttons open the maker's own pages: www.tp-link.com.")

	b.button("Updates and help").OnTapped()
	b.button("Security page").OnTapped()
	if len(o.opened) != 2 || !strings.HasPrefix(o.opened[0], "https://www.tp-link.com/") || !strings.HasPrefix(o.opened[1], "https://www.tp-link.com/") {
		t.Errorf("opened %q", o.opened)
	}

	b.button("Tell the maker").OnTapped()
	b.shot("letter-maker")
	b.button("Open mail").OnTapped()
	if last := o.opened[len(o.opened)-1]; !strings.HasPrefix(last, "mailto:security@tp-link.com?subject=Security%20of%20TP-Link%20Archer%20C7&body=Hello%2C%0D%0A") || strings.ContainsAny(last, "+ ") {
		t.Errorf("opened %q", last)
	}
	b.button("Copy").OnTapped()
	if got := b.app.Clipboard().Content(); !strings.Contains(got, "TP-Link Archer C7") || !strings.Contains(got, "CVE-2023-1389") {
		t.Errorf("copied %q", got)
	}
	b.says("Copied")
	b.button("Close").OnTapped()
	if b.ask != nil {
		t.Error("the letter stays open")
	}

	b.button("What to say to your provider").OnTapped()
	b.shot("letter-provider")
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.ask != nil {
		t.Error("the letter stays open")
	}
}

func TestWhatTheUserChangesInALetterIsSent(t *testing.T) {
	b, o := withMakers(t, oldRouter, "en", theme.VariantLight)
	b.button("Tell the maker").OnTapped()
	entry := b.entry()
	entry.SetText("Only this & no more.")
	b.button("Open mail").OnTapped()
	b.button("Copy").OnTapped()
	if got := b.app.Clipboard().Content(); got != entry.Text {
		t.Errorf("copied %q", got)
	}
	if last := o.opened[len(o.opened)-1]; !strings.HasSuffix(last, "&body=Only%20this%20%26%20no%20more.") {
		t.Errorf("opened %q", last)
	}
}

// entry finds what can be written in.
func (b *bench) entry() *parts.Entry {
	b.t.Helper()
	lines := seen[*parts.Entry](b.win.Canvas().Overlays().List()...)
	if len(lines) == 0 {
		b.t.Fatal("nothing to write in")
	}
	return lines[len(lines)-1]
}

// TestTheLongestLetterFits shows it in the smallest window that the pages are made for.
func TestTheLongestLetterFits(t *testing.T) {
	f := openCamera
	f.Device = "nas"
	b, _ := withMakers(t, f, "ru", theme.VariantDark)
	b.button("Написать производителю").OnTapped()
	for range 2 {
		b.win.Resize(fyne.NewSize(901, 601))
		b.win.Resize(fyne.NewSize(900, 600))
	}
	b.picture("letter-narrow")
	b.texts()
}

// Whatever a device says of itself, no button of a card leads anywhere but to the device and to its maker.
func TestNoDeviceLeadsABrowserAway(t *testing.T) {
	const evil = "https://evil.example.com/"
	f := openCamera
	f.Args = map[string]string{"url": evil, "user": evil, "newest": evil, "source": evil, "hole": evil}
	p := &fake{}
	s := advised(f)
	for i := range s.Devices {
		d := &s.Devices[i]
		d.Name, d.Model, d.Firmware = evil, evil, evil
	}
	p.feed.Set(s)
	for _, maker := range []string{"Netgear", evil, "https:", "mailto:a@example.com", ""} {
		for i := range s.Devices {
			s.Devices[i].Vendor = maker
		}
		p.feed.Set(s)
		b := open(t, p, true, theme.VariantLight)
		m, err := makers.All()
		if err != nil {
			t.Fatal(err)
		}
		b.words.Makers = m
		o := &opener{App: b.app}
		b.app = o
		b.openFinding("f-9")
		b.settle()
		for _, words := range []string{"Updates and help", "Security page", "Tell the maker", "Open mail", "Security page"} {
			if button := b.find(words); button != nil {
				button.OnTapped()
			}
		}
		for _, u := range o.opened {
			if !strings.HasPrefix(u, "https://www.netgear.com/") {
				t.Errorf("%q: opened %q", maker, u)
			}
		}
		if (len(o.opened) == 3) != (maker == "Netgear") {
			t.Errorf("%q: opened %q", maker, o.opened)
		}
	}
}
