package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
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
		each(func(o fyne.CanvasObject) {
			list, ok := o.(*parts.List)
			empty := ok && list.Length() == 0
			if f, ok := o.(fyne.Focusable); ok && !empty {
				if a, ok := o.(fyne.Accessible); ok && strings.TrimSpace(a.AccessibilityLabel()) == "" {
					t.Errorf("%s: a %T has no name", p.name, f)
				}
			}
		}, b.win.Canvas().Content())
	}
}

func TestEveryWidgetOfOursGivesLabelAndRole(t *testing.T) {
	roles := []fyne.AccessibleRole{fyne.AccessibleRoleButton, fyne.AccessibleRoleLink, fyne.AccessibleRoleText}
	seen := map[string]bool{}
	for _, p := range everyPage {
		b := open(t, owner(), true, theme.VariantLight)
		p.open(b)
		b.settle()
		each(func(o fyne.CanvasObject) {
			kind := reflect.TypeOf(o)
			if _, ok := o.(fyne.Widget); !ok || !strings.HasPrefix(kind.Elem().PkgPath(), "porchlight/") {
				return
			}
			seen[kind.Elem().Name()] = true
			a, ok := o.(fyne.Accessible)
			if !ok {
				t.Errorf("%s: a %v gives no label and no role", p.name, kind)
				return
			}
			_, focusable := o.(fyne.Focusable)
			_, tappable := o.(fyne.Tappable)
			list, isList := o.(*parts.List)
			if (!focusable && !tappable) || (isList && list.Length() == 0) {
				return
			}
			if strings.TrimSpace(a.AccessibilityLabel()) == "" || !slices.Contains(roles, a.AccessibilityRole()) {
				t.Errorf("%s: a %v that can be used has the label %q and the role %q", p.name, kind, a.AccessibilityLabel(), a.AccessibilityRole())
			}
		}, b.roots()...)
	}
	for _, kind := range []string{"Tap", "Button", "List", "Choice", "Switch", "Entry", "deviceRow", "todoLine", "timelineLine"} {
		if !seen[kind] {
			t.Errorf("no page shows a %s: the test does not see what it should", kind)
		}
	}
}

var _ = []fyne.Accessible{
	&parts.Tap{}, &parts.Entry{}, &parts.Button{}, &parts.List{}, &parts.Choice{}, &parts.Switch{}, &parts.Pic{}, &parts.Bar{}, &parts.Box{}, &parts.Reader{}, &parts.Text{},
	&deviceRow{}, &todoLine{}, &other{},
}
