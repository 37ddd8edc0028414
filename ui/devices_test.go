package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// large is a home of so many devices in so many rooms. Its router is known.
func large(devices, rooms int) rounds.Snapshot {
	s := family()
	s.Findings, s.Outcomes, s.Devices = s.Findings[:2], nil, s.Devices[:1]
	s.Devices[0].Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
	names := []string{"Living room", "Kitchen", "Bedroom", "Study", "Hall", "Garage", "Bathroom", "Garden, behind the shed"}
	kinds := discovery.Kinds()
	for i := 1; i < devices; i++ {
		d := device(fmt.Sprint("d", i), fmt.Sprint("Device ", i), kinds[i%len(kinds)], "Shelly", "Plug S", fmt.Sprintf("192.168.%d.%d", 2+i/250, 1+i%250))
		d.Present = i%7 != 0
		if at := i * i % (rooms + 1); at < rooms {
			room := fmt.Sprint("Room ", at+1)
			if at < len(names) {
				room = names[at]
			}
			d.Correct(discovery.Correction{Room: room})
		}
		s.Devices = append(s.Devices, d)
	}
	return s
}

// withGateway makes the router of a home known.
func withGateway(s rounds.Snapshot) rounds.Snapshot {
	s.Devices[0].Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
	return s
}

// openMap shows the map.
func (b *bench) openMap() {
	b.open(b.devices)
	b.devices.views.Pick(1)
	b.devices.turn()
}

// furnish makes it a home in which the user has said what stands where.
func (b *bench) furnish() {
	b.program.Feed().Set(withGateway(corrected()))
	b.take(b.program.Feed().Latest())
}

// tick begins choosing several devices, and chooses these.
func (b *bench) tick(ids ...discovery.DeviceID) {
	b.open(b.devices)
	b.devices.several.turn(true)
	for _, id := range ids {
		b.devices.several.toggle(id)
	}
}

func TestTheMapAndSeveralDevicesLookLikeThis(t *testing.T) {
	five := family()
	five.Devices = five.Devices[:5]
	for _, tt := range []struct {
		name, lang string
		s          rounds.Snapshot
		theme      parts.Theme
		do         func(*bench)
	}{
		{"map", "en", withGateway(corrected()), parts.Theme{Brightness: parts.Light}, (*bench).openMap},
		{"map-dark", "en", withGateway(corrected()), parts.Theme{Brightness: parts.Dark}, (*bench).openMap},
		{"map-5", "en", five, parts.Theme{Brightness: parts.Light}, (*bench).openMap},
		{"map-20", "de", large(20, 6), parts.Theme{Brightness: parts.Light}, (*bench).openMap},
		{"map-60", "ru", large(60, 8), parts.Theme{Brightness: parts.Light}, (*bench).openMap},
		{"map-250", "en", large(250, 40), parts.Theme{Brightness: parts.Dark}, (*bench).openMap},
		{"map-focus", "en", withGateway(corrected()), parts.Theme{Brightness: parts.Light, Sharp: true}, func(b *bench) {
			b.openMap()
			b.settle()
			b.win.Canvas().Focus(b.devices.home.rooms[1].tiles[0].(*parts.Tap))
		}},
		{"several", "en", corrected(), parts.Theme{Brightness: parts.Light}, func(b *bench) { b.tick("box", "tv") }},
		{"several-none-dark", "de", corrected(), parts.Theme{Brightness: parts.Dark}, func(b *bench) { b.tick() }},
		{"several-room", "en", corrected(), parts.Theme{Brightness: parts.Light}, func(b *bench) {
			b.tick("box", "tv")
			test.Tap(b.button("Room"))
		}},
		{"several-forget", "ru", corrected(), parts.Theme{Brightness: parts.Light}, func(b *bench) {
			b.tick("box", "tv", "bulb", "lock", "plug", "speaker", "what", "nas")
			b.devices.several.acts[6].OnTapped()
		}},
		{"several-allow", "en", corrected(), parts.Theme{Brightness: parts.Dark}, func(b *bench) {
			b.tick("box", "printer")
			test.Tap(b.button("Allow factory passwords"))
			b.until(func() bool { return b.ask != nil })
		}},
		{"device-forget", "en", corrected(), parts.Theme{Brightness: parts.Light}, func(b *bench) { b.openDevice("box"); b.forget("box") }},
		{"device-undo", "en", corrected(), parts.Theme{Brightness: parts.Light}, func(b *bench) {
			b.openDevice("box")
			b.device.leave(true)
			b.until(func() bool { return b.undo.latest != nil && b.device.past.id == "box" })
		}},
		{"todo-undo-ru", "ru", family(), parts.Theme{Brightness: parts.Dark}, func(b *bench) {
			b.openFinding("f-2")
			b.todo.keep("f-2", "x")
			b.until(func() bool { return b.undo.latest != nil })
		}},
		{"todo-accept-same", "en", manyOfAKind(), parts.Theme{Brightness: parts.Light}, func(b *bench) { b.openFinding("f-2"); b.todo.accept("f-2") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{}
			p.feed.Set(tt.s)
			b := openIn(t, tt.lang, p, true, theme.VariantLight)
			b.app.Settings().SetTheme(tt.theme)
			b.rebuild()
			tt.do(b)
			b.shot(tt.name)
			if got := b.win.Canvas().Content().MinSize(); got.Width > windowSize.Width || got.Height > windowSize.Height {
				t.Errorf("the window wants to be %v large", got)
			}
		})
	}
}

func TestTheMapBeginsAtTheRouter(t *testing.T) {
	for _, scale := range []float32{1, 1.5} {
		p := &fake{}
		p.feed.Set(large(60, 8))
		b := openIn(t, "ru", p, true, theme.VariantLight)
		b.app.Settings().SetTheme(parts.Theme{Brightness: parts.Light, Scale: scale})
		b.rebuild()
		b.openMap()
		b.settle()
		m := b.devices.home
		seen := func() bool {
			top := m.inner.Position().Y + m.hub.Position().Y - m.view.Offset.Y
			return top >= 0 && top+m.hub.Size().Height <= m.view.Size().Height
		}
		if m.inner.Size().Height < m.view.Size().Height || !seen() {
			t.Errorf("at scale %v the router is at %v, seen from %v on", scale, m.hub.Position(), m.view.Offset)
		}
		m.view.ScrollToOffset(fyne.NewPos(0, 0))
		if b.take(p.feed.Latest()); m.view.Offset.Y != 0 {
			t.Error("the map scrolls by itself")
		}
		picks := b.devices.views.Objects
		if picks[0].Position().Y != picks[1].Position().Y {
			t.Errorf("at scale %v, list and map are not beside each other", scale)
		}
	}
}

// manyOfAKind is a home with three findings of one kind.
func manyOfAKind() rounds.Snapshot {
	s := family()
	for _, id := range []discovery.DeviceID{"plug", "speaker"} {
		f := s.Findings[1]
		f.ID, f.Device = "f-2"+string(id), id
		s.Findings = append(s.Findings, f)
	}
	return s
}

func TestEveryDeviceOfTheMapIsReachedByKeyboardAndOpens(t *testing.T) {
	p := &fake{}
	p.feed.Set(withGateway(corrected()))
	b := open(t, p, true, theme.VariantLight)
	b.openMap()
	b.settle()
	want := map[string]bool{}
	for i := range b.now.Devices {
		want[b.words.DeviceName(&b.now.Devices[i])] = true
	}
	for range 60 {
		b.win.Canvas().FocusNext()
		tap, ok := b.win.Canvas().Focused().(*parts.Tap)
		if !ok || !slices.Contains(b.devices.home.inner.Objects, fyne.CanvasObject(tap)) {
			continue
		}
		name, _, _ := strings.Cut(tap.AccessibilityLabel(), ",")
		delete(want, name)
		if top := b.devices.home.inner.Position().Y + tap.Position().Y - b.devices.home.view.Offset.Y; top < 0 || top+tap.Size().Height > b.devices.home.view.Size().Height+1 {
			t.Errorf("%s has the keyboard and is not in sight", name)
		}
	}
	if len(want) > 0 {
		t.Errorf("the tab key does not reach %v", want)
	}
	for _, o := range b.devices.home.inner.Objects {
		if tap, ok := o.(*parts.Tap); ok && strings.HasPrefix(tap.AccessibilityLabel(), "Hall camera, Camera · Reolink RLC-510A, Hall, Fix today") {
			tap.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		}
	}
	if b.page != page(b.device) || b.device.id != "cam" {
		t.Errorf("space opened %s %s, want the camera", b.page.key(), b.device.id)
	}
}

func TestTheMapOfALargeHomeStaysSmall(t *testing.T) {
	p := &fake{}
	p.feed.Set(large(600, 300))
	b := open(t, p, true, theme.VariantLight)
	b.openMap()
	b.settle()
	if n := len(b.devices.home.inner.Objects); n > 3*mapRooms+mapRooms*leastShown+2 {
		t.Errorf("the map of 600 devices in 300 rooms has %d parts", n)
	}
	seen := b.devices.home.inner.Objects[0]
	b.take(p.feed.Latest())
	if b.devices.home.inner.Objects[0] != seen {
		t.Error("the same picture is drawn anew")
	}
	p = &fake{}
	p.feed.Set(large(250, 3))
	b = open(t, p, true, theme.VariantLight)
	b.openMap()
	b.settle()
	for _, o := range b.devices.home.inner.Objects {
		if tap, ok := o.(*parts.Tap); ok && strings.HasPrefix(tap.AccessibilityLabel(), "Kitchen, and ") {
			test.Tap(tap)
			break
		}
	}
	if b.devices.onMap() || b.devices.list.Hidden {
		t.Error("the devices without a place on the map are not shown in the list")
	}
}

func TestTheMapStaysWhenTheWindowIsMadeAnew(t *testing.T) {
	p := &fake{}
	p.feed.Set(corrected())
	b := open(t, p, true, theme.VariantLight)
	b.openMap()
	b.devices.search.SetText("tv")
	b.devices.several.chosen["tv"] = true
	b.rebuild()
	if b.page != page(b.devices) || !b.devices.onMap() || b.devices.search.Text != "tv" || !b.devices.several.chosen["tv"] || len(b.devices.rows) != 2 {
		t.Errorf("map %t, search %q, %d rows", b.devices.onMap(), b.devices.search.Text, len(b.devices.rows))
	}
}

func TestWhatIsDoneCanBeTakenBack(t *testing.T) {
	day := evening.AddDate(0, 0, 3)
	for _, tt := range []struct {
		name     string
		do       func(*bench)
		did, was string
	}{
		{"rename", func(b *bench) { b.keepCorrection("box", discovery.Correction{Name: "Box"}) }, "correct box {Name:Box Kind: Vendor: Model: Room: Owner: Notes:}", "correct box {Name: Kind: Vendor: Model: Room: Owner: Notes:}"},
		{"leave alone", func(b *bench) { b.device.id = "tv"; b.device.leave(true) }, "alone tv true", "alone tv false"},
		{"accept", func(b *bench) { b.todo.keep("f-1", "so be it") }, "accept f-1 so be it", "accept f-1 "},
		{"put back", func(b *bench) { b.todo.keep("f-4", "") }, "accept f-4 ", "accept f-4 It is replaced in May"},
		{"remind", func(b *bench) { b.todo.keepReminder("f-1", day) }, "remind f-1 " + day.Format("2006-01-02"), "remind f-1 0001-01-01"},
		{"refuse for several", func(b *bench) { b.tick("cam", "tv"); test.Tap(b.button("Never try passwords")) }, "consent tv 2", "consent tv 0"},
		{"the same, agreed before", func(b *bench) { b.tick("cam", "tv"); test.Tap(b.button("Never try passwords")) }, "consent cam 2", "consent cam 1"},
		{"leave several alone", func(b *bench) { b.tick("cam", "tv", "lock"); test.Tap(b.button("Leave alone")) }, "alone cam true", "alone tv false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := owner()
			b := open(t, p, true, theme.VariantLight)
			tt.do(b)
			b.until(func() bool { return b.undo.latest != nil })
			if !p.called(tt.did) || p.called(tt.was) || b.undo.bar.Hidden {
				t.Fatalf("got calls %q, want %q, and words below the page", p.calls, tt.did)
			}
			if tt.name == "rename" {
				b.says("Done.")
			}
			for _, m := range b.win.MainMenu().Items {
				for _, i := range m.Items {
					if i.Shortcut != nil && i.Shortcut.ShortcutName() == (&fyne.ShortcutUndo{}).ShortcutName() {
						i.Action()
					}
				}
			}
			b.until(func() bool { return p.called(tt.was) && !b.undo.bar.Hidden })
			if b.undo.latest != nil || b.undo.said.Text != "Taken back." {
				t.Errorf("after that it says %q", b.undo.said.Text)
			}
			if p.called("alone lock true") {
				t.Error("what was left alone before was left alone again, so it would not be after")
			}
		})
	}
}

func TestUndoEndsWithTheNextRoundAndItsWordsWithThePage(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	do := func() {
		b.todo.keep("f-1", "so be it")
		b.until(func() bool { return b.undo.latest != nil })
	}
	do()
	b.open(b.settings)
	if !b.undo.bar.Hidden || b.undo.latest == nil {
		t.Error("the words stay on another page, or the way back is gone")
	}
	s := family()
	s.Phase = rounds.Discovering
	b.take(s)
	if b.undo.latest != nil {
		t.Error("a round begins, and what was done before can still be taken back")
	}
	b.take(family())
	do()
	s = family()
	s.Home.ID = 7
	b.take(s)
	if b.undo.latest != nil {
		t.Error("a deed of another home can be taken back")
	}
	b.take(family())
	b.open(b.devices)
	b.win.Canvas().Focus(b.devices.search)
	do()
	b.devices.search.TypedRune('x')
	b.undoKey()
	if b.undo.latest == nil {
		t.Error("the key took back a deed while the keyboard was in a line to write in")
	}
}

func TestForgettingIsAskedAndSaysWhatGoes(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openDevice("tv")
	b.device.leave(true)
	b.until(func() bool { return b.undo.latest != nil })
	test.Tap(b.button("Forget this device"))
	b.says("Forget Living room TV?")
	b.says("This deletes the history, the findings, your notes and your permissions.")
	b.says("If we hear it again, it comes back as new.")
	if focused, ok := b.win.Canvas().Focused().(*parts.Button); !ok || focused.Text != "Cancel" {
		t.Error("the keyboard is not on Cancel")
	}
	test.Tap(b.button("Cancel"))
	if p.called("forget [tv]") {
		t.Fatal("forgotten without a yes")
	}
	test.Tap(b.button("Forget this device"))
	test.Tap(b.button("Forget"))
	b.until(func() bool { return b.page == page(b.devices) })
	if !p.called("forget [tv]") || b.undo.latest != nil {
		t.Errorf("got calls %q; what was said of it can be taken back: %t", p.calls, b.undo.latest != nil)
	}
	s := family()
	s.Phase = rounds.Checking
	b.take(s)
	b.forget("cam")
	b.says("We are looking around right now.")
	if p.called("forget [cam]") {
		t.Error("forgotten in the middle of a round")
	}
}

func TestSeveralDevicesAreChosenAndChangedByKeyboard(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.open(b.devices)
	test.Tap(b.button("Choose several"))
	key := func(k fyne.KeyName) { b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k}) }
	key(fyne.KeySpace)
	key(fyne.KeyDown)
	key(fyne.KeySpace)
	key(fyne.KeyDown)
	key(fyne.KeySpace)
	key(fyne.KeySpace) // not this one after all
	if got := b.devices.several.ids(); !slices.Equal(got, []discovery.DeviceID{"cam", "box"}) {
		t.Fatalf("chosen: %v, want the first two of the list", got)
	}
	if label := b.devices.list.AccessibilityLabel(); !strings.HasPrefix(label, "chosen, Hall camera") || !strings.Contains(label, "not chosen, Router") {
		t.Errorf("a screen reader is told %q", label)
	}
	test.Tap(b.button("Room"))
	b.win.Canvas().Focused().(*parts.Entry).SetText("  Hall ")
	test.Tap(b.button("Keep"))
	b.until(func() bool { return b.undo.latest != nil })
	for _, id := range []string{"cam", "box"} {
		if at := slices.IndexFunc(p.calls, func(c string) bool { return strings.HasPrefix(c, "correct "+id) && strings.Contains(c, "Room:Hall ") }); at < 0 {
			t.Errorf("%s has no room: %q", id, p.calls)
		}
	}
	b.undo.undo()
	b.until(func() bool { return !b.undo.bar.Hidden })
	if !p.called("correct cam {Name:Hall camera Kind: Vendor: Model: Room: Owner: Notes:}") {
		t.Errorf("taken back: %q", p.calls)
	}
	test.Tap(b.button("Choose all"))
	if n := len(b.devices.several.chosen); n != len(b.now.Devices) {
		t.Errorf("%d of %d devices are chosen", n, len(b.now.Devices))
	}
	test.Tap(b.button("Done"))
	if b.devices.several.on || len(b.devices.several.chosen) > 0 {
		t.Error("choosing does not end")
	}
}

func TestSeveralFindingsOfAKindAreAcceptedAtOnce(t *testing.T) {
	p := &fake{}
	p.feed.Set(manyOfAKind())
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-2")
	if got := b.todo.same("f-2"); len(got) != 2 {
		t.Fatalf("of the same kind: %v", got)
	}
	if got := b.todo.same("f-1"); len(got) != 0 {
		t.Fatalf("of the kind of the factory password: %v", got)
	}
	b.todo.accept("f-2")
	b.says("Also the 2 others of this kind")
	b.todo.too.SetChecked(true)
	test.Tap(b.button("I accept this"))
	b.until(func() bool { return b.undo.latest != nil })
	for _, id := range []string{"f-2", "f-2plug", "f-2speaker"} {
		if !p.called("accept " + id + " No reason given") {
			t.Errorf("%s is not accepted: %q", id, p.calls)
		}
	}
	b.undo.undo()
	b.until(func() bool { return p.called("accept f-2speaker ") && p.called("accept f-2 ") })
}
