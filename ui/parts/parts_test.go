package parts

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets"
	"porchlight/discovery"
)

// luminance and contrast follow WCAG 2.2, "relative luminance" and "contrast ratio".
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// over gives what is seen of c where it lies on base.
func over(base, c color.NRGBA) color.NRGBA {
	return mix(base, color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0xff}, float64(c.A)/255)
}

func TestEveryPairOfColoursCanBeRead(t *testing.T) {
	const text, mark = 4.5, 3.0 // WCAG 2.2, 1.4.3 and 1.4.11
	fg, muted := theme.ColorNameForeground, ColorMuted
	areas := []fyne.ThemeColorName{theme.ColorNameBackground, ColorSide, ColorCard}
	states := []fyne.ThemeColorName{ColorToday, ColorWeek, ColorGood, ColorAllGood, ColorMuted}
	type pair struct {
		on    fyne.ThemeColorName
		over  fyne.ThemeColorName // laid over on, such as the mark of a chosen row
		front fyne.ThemeColorName
		least float64
	}
	var pairs []pair
	for _, a := range areas {
		for _, front := range []fyne.ThemeColorName{fg, muted, theme.ColorNameHyperlink} {
			pairs = append(pairs, pair{on: a, front: front, least: text},
				pair{on: a, over: theme.ColorNameHover, front: front, least: text},
				pair{on: a, over: theme.ColorNameSelection, front: front, least: text})
		}
		pairs = append(pairs, pair{on: a, front: theme.ColorNamePrimary, least: mark}, pair{on: a, front: theme.ColorNameInputBorder, least: mark})
		for _, s := range states {
			pairs = append(pairs, pair{on: a, front: s, least: mark}, pair{on: a, over: theme.ColorNameSelection, front: s, least: mark})
		}
	}
	for _, s := range states {
		pairs = append(pairs, pair{on: Tint(s), front: s, least: mark}, pair{on: Tint(s), front: fg, least: text})
	}
	for _, front := range []fyne.ThemeColorName{fg, muted} {
		for _, a := range []fyne.ThemeColorName{ColorChosen, theme.ColorNameDisabledButton, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground} {
			pairs = append(pairs, pair{on: a, front: front, least: text})
		}
	}
	pairs = append(pairs,
		pair{on: ColorPractice, front: fg, least: text},
		pair{on: ColorPractice, front: theme.ColorNamePrimary, least: mark},
		pair{on: theme.ColorNameButton, front: fg, least: text},
		pair{on: theme.ColorNameButton, over: theme.ColorNameHover, front: fg, least: text},
		pair{on: theme.ColorNameButton, over: theme.ColorNameFocus, front: fg, least: text},
		pair{on: theme.ColorNameWarning, front: theme.ColorNameForegroundOnWarning, least: text},
		pair{on: theme.ColorNameWarning, over: theme.ColorNameHover, front: theme.ColorNameForegroundOnWarning, least: text},
		pair{on: theme.ColorNamePrimary, front: theme.ColorNameForegroundOnPrimary, least: mark},
		pair{on: theme.ColorNameError, front: theme.ColorNameForegroundOnError, least: text},
		pair{on: theme.ColorNameSuccess, front: theme.ColorNameForegroundOnSuccess, least: text},
		pair{on: theme.ColorNameInputBackground, front: theme.ColorNameInputBorder, least: mark},
		pair{on: theme.ColorNameInputBackground, front: theme.ColorNamePrimary, least: mark},
		pair{on: ColorChosen, front: theme.ColorNamePrimary, least: mark})
	for _, look := range []Theme{{Brightness: Light}, {Brightness: Dark}, {Brightness: Light, Sharp: true}, {Brightness: Dark, Sharp: true}} {
		named := func(name fyne.ThemeColorName) color.NRGBA {
			return color.NRGBAModel.Convert(look.Color(name, theme.VariantLight)).(color.NRGBA)
		}
		for _, p := range pairs {
			if look.Sharp && slices.Contains(areas, p.on) { // WCAG 2.2, 1.4.6; marks by the same step
				p.least *= 7 / text
			}
			base := named(p.on)
			if p.over != "" {
				base = over(base, named(p.over))
			}
			if got := contrast(base, named(p.front)); got < p.least {
				t.Errorf("%+v: %s on %s %s: got %.2f, want at least %.1f", look, p.front, p.on, p.over, got, p.least)
			}
		}
	}
}

// states are those that a device may have.
var states = []State{Today, Week, Good, Unchecked, Later, Accepted, NotYet, Nothing, Info, AllGood, Offline, Alone}

func TestEveryKindAndStateHasItsOwnIcon(t *testing.T) {
	names := []string{"kind-unknown", "app"}
	for _, k := range discovery.Kinds() {
		names = append(names, KindIcon(k))
	}
	for _, s := range states {
		names = append(names, s.Icon)
	}
	seen := map[string]string{}
	for _, n := range names {
		raw, err := assets.Icons.ReadFile("icons/" + n + ".svg")
		if err != nil {
			t.Errorf("icon %s is missing: %v", n, err)
		}
		if other, ok := seen[string(raw)]; ok {
			t.Errorf("icons %s and %s are the same", n, other)
		}
		seen[string(raw)] = n
	}
}

func TestIconsLookLikeThis(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(Theme{})
	grid := container.NewGridWrap(fyne.NewSquareSize(72))
	for _, k := range append(discovery.Kinds(), discovery.KindUnknown) {
		grid.Add(Pad(12, 12, NewDisc(KindIcon(k), ColorMuted, 48)))
	}
	for _, s := range states {
		grid.Add(Pad(12, 12, NewPic(s.Icon, s.Color, 40)))
		grid.Add(Pad(12, 12, NewPic(s.Icon, s.Color, 16)))
	}
	for _, n := range []string{"home", "todo", "devices", "look", "stop", "back", "next", "down", "clock", "pause", "help", "eye", "open", "sent", "check", "never", "edit", "sort", "timeline", "change-new", "change-gone", "change-back", "change-address", "change-firmware", "change-again", "question", "settings", "copy", "language"} {
		grid.Add(Pad(12, 12, NewPic(n, theme.ColorNameForeground, 32)))
	}
	for _, size := range []float32{16, 24, 32, 48, 64} {
		grid.Add(container.NewCenter(NewPic("app", "", size)))
	}
	w := test.NewTempWindow(t, grid)
	w.Resize(fyne.NewSize(960, 640))
	test.AssertImageMatches(t, "icons.png", w.Canvas().Capture())
}

func TestNoScreenReaderIsToldASecret(t *testing.T) {
	e := NewEntry()
	e.Label, e.Text = "Passphrase", "correct horse"
	if got := e.AccessibilityLabel(); got != "Passphrase: correct horse" {
		t.Errorf("got %q", got)
	}
	if e.Password = true; e.AccessibilityLabel() != "Passphrase" {
		t.Errorf("it says %q", e.AccessibilityLabel())
	}
}
