package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/ui/parts"
)

// spoken gives what the toolkit tells a screen reader of an object: it goes into plain containers only.
func spoken(o fyne.CanvasObject) []string {
	if !o.Visible() {
		return nil
	}
	if c, ok := o.(*fyne.Container); ok {
		var said []string
		for _, inner := range c.Objects {
			said = append(said, spoken(inner)...)
		}
		return said
	}
	if a, ok := o.(fyne.Accessible); ok && a.AccessibilityRole() != fyne.AccessibleRoleContainer {
		return []string{a.AccessibilityLabel()}
	}
	return nil
}

func TestAScreenReaderIsToldWhatEachPageSays(t *testing.T) {
	want := map[string][]string{
		"home":     {"3 things to do, 1 today", "Hall camera still has its factory password", "Look around"},
		"todo":     {"Old TV box, Old remote access", "What to do", "Check again"},
		"devices":  {"Hall camera, Camera · Reolink RLC-510A, Fix today, Here now", "Offline"},
		"device":   {"RLC-510A", "It says so itself.", "Leave this device alone"},
		"settings": {"Start with this computer: off", "How often: Once a week", "Take back"},
		"about":    {"Where your data lies", "Open folder"},
	}
	for _, p := range everyPage {
		if want[p.name] == nil {
			continue
		}
		b := open(t, owner(), true, theme.VariantLight)
		b.set = owner().own.set
		p.open(b)
		b.settle()
		said := spoken(b.win.Canvas().Content())
		all := strings.Join(said, "\n")
		for _, w := range append(want[p.name], "Devices", "Help for this page") {
			if !strings.Contains(all, w) {
				t.Errorf("%s: %q is not said in %q", p.name, w, all)
			}
		}
	}
}

func TestEverythingThatCanBePressedHasAName(t *testing.T) {
	for _, p := range everyPage {
		b := open(t, owner(), true, theme.VariantLight)
		p.open(b)
		b.settle()
		var walk func(o fyne.CanvasObject)
		walk = func(o fyne.CanvasObject) {
			if !o.Visible() {
				return
			}
			list, ok := o.(*parts.List)
			empty := ok && list.Length() == 0
			if f, ok := o.(fyne.Focusable); ok && !empty {
				if a, ok := o.(fyne.Accessible); ok && strings.TrimSpace(a.AccessibilityLabel()) == "" {
					t.Errorf("%s: a %T has no name", p.name, f)
				}
			}
			switch o := o.(type) {
			case *fyne.Container:
				for _, c := range o.Objects {
					walk(c)
				}
			case fyne.Widget:
				for _, c := range test.WidgetRenderer(o).Objects() {
					walk(c)
				}
			}
		}
		walk(b.win.Canvas().Content())
	}
}

var _ = []fyne.Accessible{
	&parts.Tap{}, &parts.Button{}, &parts.List{}, &parts.Choice{}, &parts.Switch{}, &parts.Pic{}, &parts.Bar{}, &parts.Box{}, &parts.Reader{}, &parts.Text{},
	&deviceRow{}, &todoLine{}, &other{},
}
