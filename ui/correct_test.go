package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/discovery"
	"porchlight/ui/parts"
)

// taps lists what can be pressed in the window, by what a screen reader says.
func (b *bench) taps() map[string]*parts.Tap {
	found := map[string]*parts.Tap{}
	for _, t := range seen[*parts.Tap](b.win.Canvas().Content()) {
		found[t.AccessibilityLabel()] = t
	}
	return found
}

// kept waits until the words of the user are kept, and shows the new picture.
func (b *bench) kept(p *fake, id discovery.DeviceID, want discovery.Correction) {
	b.t.Helper()
	now := func() discovery.Correction {
		s := p.feed.Latest()
		d, _ := s.Device(id)
		return d.Correction
	}
	b.until(func() bool { return now() == want })
	b.take(p.feed.Latest())
}

func TestTheUserCorrectsADeviceAndTakesItBack(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openDevice("tv")
	test.Tap(b.button("Correct"))
	b.says("What is this device?")
	test.Tap(b.button("Cancel"))
	if len(p.calls) != 0 || b.ask != nil {
		t.Errorf("cancel called %q", p.calls)
	}

	f := b.correct("tv")
	f.name.SetText(" Big screen\x1b ")
	f.kind.Choose(slices.Index(f.kinds, discovery.KindComputer))
	f.vendor.SetText("")
	f.room.SetText("Living room")
	f.notes.SetText("one\ntwo")
	test.Tap(b.button("Keep"))
	word := discovery.Correction{Name: "Big screen", Kind: discovery.KindComputer, Room: "Living room", Notes: "one\ntwo"}
	b.kept(p, "tv", word)
	for _, want := range []string{"Big screen", "You said so. We thought: Living room TV", "You said so. We thought: Television", "one\ntwo", "Computer · LG OLED55"} {
		b.says(want)
	}

	undo := func(what string) {
		t.Helper()
		tap := b.taps()["Undo your word for "+what]
		if tap == nil {
			t.Fatalf("the word for %s cannot be taken back", what)
		}
		tap.Tapped(nil)
	}
	undo("Name")
	word.Name = ""
	b.kept(p, "tv", word)
	b.says("Living room TV")
	undo("Kind")
	word.Kind = ""
	b.kept(p, "tv", word)
	for name := range b.taps() {
		if strings.HasPrefix(name, "Undo") {
			t.Errorf("nothing is corrected, but there is %q", name)
		}
	}
}

func TestOnlyWhatWasCorrectedIsKept(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	for _, tt := range []struct {
		name string
		was  discovery.Correction
		do   func(*correctForm)
		want discovery.Correction
	}{
		{"nothing", discovery.Correction{}, func(*correctForm) {}, discovery.Correction{}},
		{"a line emptied that nobody corrected", discovery.Correction{}, func(f *correctForm) { f.model.SetText("") }, discovery.Correction{}},
		{"a corrected line emptied", discovery.Correction{Vendor: "Xoro", Owner: "Ana"}, func(f *correctForm) { f.vendor.SetText(" "); f.owner.SetText("") }, discovery.Correction{}},
		{"back to what the device says", discovery.Correction{Model: "x"}, func(f *correctForm) { f.model.SetText("OLED55") }, discovery.Correction{}},
		{"by now the device says the same: the word stays", discovery.Correction{Vendor: "LG"}, func(*correctForm) {}, discovery.Correction{Vendor: "LG"}},
		{"a kind that was not known before", discovery.Correction{Kind: discovery.KindLock}, func(f *correctForm) { f.kind.Choose(slices.Index(f.kinds, discovery.KindTV)) }, discovery.Correction{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := family()
			i := slices.IndexFunc(s.Devices, func(d discovery.Device) bool { return d.ID == "tv" })
			s.Devices[i].Correct(tt.was)
			b.take(s)
			f := b.correct("tv")
			defer b.answer()
			tt.do(f)
			if got := f.said(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTheFormIsUsedByTheKeyboardAlone(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openDevice("what")
	keys := func(names ...fyne.KeyName) {
		for _, k := range names {
			b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
		}
	}
	f := b.correct("what")
	for _, want := range []fyne.Focusable{f.name, f.kind, f.vendor, f.model, f.room, f.owner, f.notes} {
		if got := b.win.Canvas().Focused(); got != want {
			t.Errorf("tab leads to %T %v, want %T %v", got, got, want, want)
		}
		if e, ok := want.(*parts.Entry); ok && e.AcceptsTab() {
			t.Error("a line holds tab back")
		}
		b.win.Canvas().FocusNext()
	}
	keys(fyne.KeyEscape)
	if b.ask != nil {
		t.Error("escape left the form open")
	}

	f = b.correct("what")
	b.win.Canvas().Focus(f.kind)
	keys(fyne.KeySpace, fyne.KeyDown, fyne.KeyEscape)
	if b.ask == nil || f.kind.Chosen != 0 {
		t.Error("escape in the list did more than to close it")
	}
	keys(fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	b.win.Canvas().FocusNext()
	test.Type(f.vendor, "Xoro")
	keys(fyne.KeyReturn)
	b.kept(p, "what", discovery.Correction{Kind: discovery.Kinds()[1], Vendor: "Xoro"})
	if b.ask != nil {
		t.Error("return left the form open")
	}
}

func TestNotesOfSeveralLinesAreWrittenOn(t *testing.T) {
	p := &fake{}
	p.feed.Set(corrected())
	b := open(t, p, true, theme.VariantLight)
	f := b.correct("box")
	b.win.Canvas().Focus(f.notes)
	test.Type(f.notes, "x")
	f.notes.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got, want := f.said().Notes, "x\nSecond hand, from the flea market.\nThe remote control is in the drawer."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDevicesAreFoundByTheWordsOfTheUser(t *testing.T) {
	p := &fake{}
	p.feed.Set(corrected())
	b := open(t, p, true, theme.VariantLight)
	d := b.pages[2].(*devicesPage)
	b.open(d)
	for search, want := range map[string]int{"living room": 2, "grandma": 1, "flea": 1, "android-4711": 1, "hall": 2} {
		if d.search.SetText(search); len(d.rows) != want {
			t.Errorf("%q finds %d devices, want %d", search, len(d.rows), want)
		}
	}
}
