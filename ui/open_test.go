package ui

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// closed opens nothing.
type closed struct{ fyne.App }

func (closed) OpenURL(*url.URL) error { return errors.New("no browser") }

func TestWhatDoesNotOpenIsSaidWithItsAddress(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.app = closed{b.app}
	for _, tt := range []struct{ address, says, copied string }{
		{"https://www.tp-link.com/en/support/download/archer-c7/v5/#Firmware-and-much-more", "open it by hand in your browser", ""},
		{"file:///home/mia/.local/share/porchlight", "open the folder by hand", "/home/mia/.local/share/porchlight"},
		{"mailto:security@tp-link.com?subject=a&body=b", "into a mail of your own", "security@tp-link.com"},
	} {
		u, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		if tt.copied == "" {
			tt.copied = tt.address
		}
		b.browse(u)
		b.says(tt.says)
		b.says(tt.copied)
		if strings.HasPrefix(tt.address, "https") {
			b.shot("open-page")
		}
		b.button("Copy the address").OnTapped()
		if got := b.app.Clipboard().Content(); got != tt.copied {
			t.Errorf("copied %q, want %q", got, tt.copied)
		}
		b.answer()
	}
	if got := filePath(folderURL("C:/Users/mia")); got != "C:/Users/mia" {
		t.Errorf("got %q", got)
	}
}

func TestALetterStaysWhenNoMailOpens(t *testing.T) {
	b, _ := withMakers(t, oldRouter, "en", theme.VariantLight)
	b.app = closed{b.app}
	b.button("Tell the maker").OnTapped()
	entry := b.entry()
	entry.SetText("My own words.")
	b.button("Open mail").OnTapped()
	b.says("It did not open")
	b.answer()
	if b.ask == nil || b.entry() != entry || entry.Text != "My own words." {
		t.Error("the letter is gone")
	}
	b.answer()
	if b.ask != nil {
		t.Error("the letter stays open")
	}
}

// Windows opens no address that is longer than 2,083 bytes.
func TestALongMailIsCopiedOnWindows(t *testing.T) {
	for system, long := range map[string]bool{"windows": true, "linux": false} {
		b, o := withMakers(t, oldRouter, "ru", theme.VariantLight)
		b.system = system
		b.button("Написать производителю").OnTapped()
		b.entry().SetText(strings.Repeat("Очень длинное письмо. ", 100))
		b.button("Открыть почту").OnTapped()
		last := o.opened[len(o.opened)-1]
		if got := len(last) > maxMail; got == long || !strings.HasPrefix(last, "mailto:security@tp-link.com?subject=") {
			t.Errorf("%s: opened %d bytes: %.80s", system, len(last), last)
		}
		if got := b.app.Clipboard().Content() == b.entry().Text; got != long {
			t.Errorf("%s: the letter is copied: %t", system, got)
		}
		if long {
			b.shot("letter-long-ru")
		}
		b.win.Close()
		b.Wait()
	}
}
