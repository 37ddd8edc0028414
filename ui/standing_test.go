package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// goodToKnow is what is only good to know of the home.
func goodToKnow() []checks.Finding {
	know := func(id string, kind checks.Kind, check checks.ID, device discovery.DeviceID) checks.Finding {
		return checks.Finding{ID: id, Kind: kind, Check: check, Device: device, Confidence: discovery.Saw, First: evening, Last: evening}
	}
	came := know("f-9", "new-device", "new-device", "speaker")
	came.Args = map[string]string{"date": "2026-11-10"}
	silent := know("f-8", "maker-silent", "firmware", "bulb")
	silent.Confidence = discovery.Likely
	return []checks.Finding{know("f-7", "firmware-unknown", "firmware", "printer"), silent, came, know("f-6", "raw-print", "raw-print", "printer")}
}

// quiet is a home in which everything was checked, and some things are good to know.
func quiet() rounds.Snapshot {
	s := calmHome()
	s.Findings = goodToKnow()
	return s
}

// lively is the family with some things that are good to know.
func lively() rounds.Snapshot {
	s := corrected()
	s.Findings = append(goodToKnow(), s.Findings...)
	slices.SortStableFunc(s.Findings, checks.ByUrgency)
	return s
}

// waiting is a home with nothing to do by now, but with all that the list may hold beside.
func waiting() rounds.Snapshot {
	s := lively()
	for i := range s.Findings {
		switch f := &s.Findings[i]; f.ID {
		case "f-1", "f-6":
			f.Remind = checks.InDays(evening, 3)
		case "f-2", "f-3":
			f.Accepted = "mine"
		}
	}
	return s
}

// list is the page of the devices.
func (b *bench) list() *devicesPage {
	d, _ := b.pages[2].(*devicesPage)
	b.open(d)
	return d
}

// names are those of the devices in the list.
func (d *devicesPage) names() []string {
	var all []string
	for _, dev := range d.rows {
		all = append(all, d.w.words.DeviceName(dev))
	}
	return all
}

// pick picks a filter by its key.
func (b *bench) pick(key string) *devicesPage {
	b.t.Helper()
	d := b.list()
	for i, f := range filters {
		if f.key == key {
			d.filter.Pick(i)
			d.again()
		}
	}
	return d
}

// sort chooses an order by its key.
func (b *bench) sort(key string) *devicesPage {
	b.t.Helper()
	d := b.list()
	for i, o := range orders {
		if o.key == key {
			d.order.Choose(i)
			d.order.OnChosen(i)
		}
	}
	return d
}

func TestEveryStateLooksLikeThis(t *testing.T) {
	unseen := family()
	unseen.Started, unseen.Complete, unseen.Outcomes, unseen.Findings = evening, false, nil, nil
	empty := quiet()
	empty.Findings = nil
	walking := rounds.Snapshot{Home: family().Home, Phase: rounds.Discovering, Started: evening}
	for _, tt := range []struct {
		name string
		lang string
		s    rounds.Snapshot
		dark bool
		do   func(*bench)
		says []string
	}{
		{name: "home-know", s: quiet(), do: func(*bench) {}, says: []string{"All good", "Here is what we looked at", "Good to know", "4 things to read", "Nothing to check: 3 devices", "Offline: 1 device", "Left alone: 1 device"}},
		{name: "home-know-dark", s: quiet(), dark: true, do: func(*bench) {}},
		{name: "home-know-todo", s: lively(), do: func(*bench) {}, says: []string{"4 devices: see why", "4 things to read"}},
		{name: "home-waiting", s: waiting(), do: func(*bench) {}, says: []string{"Nothing to do right now", "2 things are for later", "You live with 3 things"}},
		{name: "home-know-ru", lang: "ru", s: waiting(), do: func(*bench) {}},
		{name: "todo-waiting", s: waiting(), do: func(b *bench) { b.openFinding("") }, says: []string{"Nothing to do right now", "Waiting for your yes", "What you can do", "you can say yes"}},
		{name: "todo-know", s: waiting(), do: func(b *bench) { b.openFinding("f-7") }, says: []string{"Good to know"}},
		{name: "todo-know-ru", lang: "ru", s: waiting(), dark: true, do: func(b *bench) { b.openFinding("reason unreachable") }},
		{name: "todo-walking", s: walking, do: func(b *bench) { b.open(b.pages[1]) }, says: []string{"We are looking around"}},
		{name: "todo-nothing", s: empty, do: func(b *bench) { b.open(b.pages[1]) }, says: []string{"Nothing to do"}},
		{name: "devices-know", s: lively(), do: func(b *bench) { b.list() }, says: []string{"New", "Good to know: 1", "Nothing to check"}},
		{name: "devices-notyet", s: unseen, do: func(b *bench) { b.list() }, says: []string{"Not checked yet"}},
		{name: "devices-attention", s: lively(), do: func(b *bench) { b.pick("attention") }, says: []string{"Showing 3 of 12"}},
		{name: "devices-none", s: calmHome(), do: func(b *bench) { b.pick("new") }, says: []string{"No new devices.", "Showing 0 of 12"}},
		{name: "devices-sort", s: lively(), do: func(b *bench) {
			d := b.sort("room")
			b.settle()
			b.win.Canvas().Focus(d.order)
			d.order.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		}},
		{name: "devices-ru", lang: "ru", s: lively(), do: func(b *bench) { b.pick("attention"); b.pick("all") }},
		{name: "devices-ru-dark", lang: "ru", s: lively(), dark: true, do: func(b *bench) { b.pick("offline"); b.sort("seen") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{}
			p.feed.Set(tt.s)
			variant, lang := theme.VariantLight, "en"
			if tt.dark {
				variant = theme.VariantDark
			}
			if tt.lang != "" {
				lang = tt.lang
			}
			b := openIn(t, lang, p, true, variant)
			tt.do(b)
			b.shot(tt.name)
			for _, want := range tt.says {
				b.says(want)
			}
		})
	}
}

func TestFiltersLetTheRightDevicesThrough(t *testing.T) {
	p := &fake{}
	p.feed.Set(lively())
	b := open(t, p, true, theme.VariantLight)
	for key, want := range map[string][]string{
		"new": {"Bathroom"}, "attention": {"Hall camera", "Old TV box", "Router"}, "offline": {"Mia's phone"}, "alone": {"Front door"},
	} {
		if got := b.pick(key).names(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	d := b.pick("attention")
	d.search.SetText("tp-link")
	if got := d.names(); !slices.Equal(got, []string{"Router"}) {
		t.Errorf("search and filter: got %q", got)
	}
	d.search.SetText("cellar")
	b.says("No device matches cellar.")
	d.search.SetText("")
	if got := b.pick("all").names(); len(got) != 12 {
		t.Errorf("all: got %q", got)
	}
	d.search.SetText("living player")
	if got := d.names(); !slices.Equal(got, []string{"Old TV box"}) {
		t.Errorf("two words: got %q", got)
	}
	d.search.SetText("")
	for key, want := range map[string]string{
		"new": "No new devices.", "attention": "No device needs you right now.", "offline": "All your devices are here.", "alone": "You leave no device alone.",
	} {
		s := calmHome()
		s.Devices = s.Devices[:1]
		b.take(s)
		b.pick(key)
		b.says(want)
	}
	b.take(rounds.Snapshot{})
	b.says("No devices yet. Look around to find them.")
}

func TestTheListIsInTheOrderThatWasChosen(t *testing.T) {
	s := lively()
	s.Devices = slices.DeleteFunc(s.Devices, func(d discovery.Device) bool {
		return !slices.Contains([]discovery.DeviceID{"router", "box", "tv", "lock", "phone", "plug", "bulb"}, d.ID)
	})
	gone := device("car", "Car", discovery.KindOther, "", "", "192.168.1.99")
	gone.Present, gone.LastSeen = false, evening.AddDate(0, 0, -1)
	s.Devices = append(s.Devices, gone)
	p := &fake{}
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	for key, want := range map[string]string{
		"state": "Old TV box, Router, Christmas lights, Living room TV, Kitchen light, Car, Mia's phone, Front door",
		"name":  "Car, Christmas lights, Front door, Kitchen light, Living room TV, Mia's phone, Old TV box, Router",
		"room":  "Christmas lights, Front door, Kitchen light, Living room TV, Old TV box, Car, Mia's phone, Router",
		"seen":  "Christmas lights, Front door, Kitchen light, Living room TV, Old TV box, Router, Car, Mia's phone",
	} {
		if got := strings.Join(b.sort(key).names(), ", "); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

func TestFilterAndOrderWorkByTheKeyboard(t *testing.T) {
	p := &fake{}
	p.feed.Set(lively())
	b := open(t, p, true, theme.VariantLight)
	d := b.list()
	b.settle()
	press := func(label string) {
		t.Helper()
		for range 20 {
			b.win.Canvas().FocusNext()
			if o, ok := b.win.Canvas().Focused().(fyne.Accessible); ok && strings.HasPrefix(o.AccessibilityLabel(), label) {
				b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
				return
			}
		}
		t.Fatalf("the tab key never reaches %q", label)
	}
	press("Show: Offline, 1")
	if got := d.names(); !slices.Equal(got, []string{"Mia's phone"}) {
		t.Errorf("got %q", got)
	}
	press("Show: All")
	press("Order: By state")
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn} {
		b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
	}
	if got := d.names(); len(got) != 12 || !slices.IsSorted(lower(got)) {
		t.Errorf("by name: got %q", got)
	}
}

func lower(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.ToLower(s)
	}
	return out
}

func TestTheListMakesRowsOnlyForWhatIsSeen(t *testing.T) {
	s := family()
	for i := range 500 {
		s.Devices = append(s.Devices, device(fmt.Sprint("d", i), fmt.Sprint("Device ", i), discovery.KindPlug, "", "", "192.168.2.1"))
	}
	p := &fake{}
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	made := 0
	d := b.list()
	create := d.list.CreateItem
	d.list.CreateItem = func() fyne.CanvasObject { made++; return create() }
	b.settle()
	for key := range map[string]bool{"name": true, "seen": true} {
		b.sort(key)
		b.settle()
	}
	if made > 40 {
		t.Errorf("%d rows were made for %d devices", made, len(s.Devices))
	}
}

func TestEveryStateHasWordsAndAFaceOfItsOwn(t *testing.T) {
	var catalogs []*text.Catalog
	for _, tag := range text.Languages() {
		c, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		catalogs = append(catalogs, c)
	}
	seen, rank := map[string]bool{}, map[int]bool{}
	for _, s := range rounds.States() {
		face := faces[s]
		if face.Key != s.Key() || seen[face.Icon] || rank[face.Rank] || (face == parts.State{}) {
			t.Errorf("%s has the face %+v", s, face)
		}
		seen[face.Icon], rank[face.Rank] = true, true
		for _, c := range catalogs {
			if words := c.T(s.Key(), nil); seen[c.Tag.String()+words] || strings.HasPrefix(words, "[") {
				t.Errorf("%s: %s is called %q", c.Tag, s, words)
			} else {
				seen[c.Tag.String()+words] = true
			}
		}
	}
	for _, c := range catalogs {
		keys := []string{}
		for _, f := range filters {
			keys = append(keys, "devices.show."+f.key)
			if f.key != "all" {
				keys = append(keys, "devices.none."+f.key)
			}
		}
		for _, o := range orders {
			keys = append(keys, "devices.sort."+o.key)
		}
		for _, k := range keys {
			if !c.Has(k) {
				t.Errorf("%s has no %s", c.Tag, k)
			}
		}
	}
}

func TestTheDevicesPageFitsASmallWindow(t *testing.T) {
	p := &fake{}
	p.feed.Set(lively())
	b := openIn(t, "ru", p, true, theme.VariantLight)
	b.list()
	small := fyne.NewSize(900, 600)
	for range 3 {
		b.win.Resize(small.AddWidthHeight(1, 1))
		b.win.Resize(small)
	}
	if got := b.win.Canvas().Content().MinSize(); got.Width > small.Width {
		t.Errorf("the window wants to be %v wide", got.Width)
	}
	b.picture("devices-ru-small")
}

func TestEveryWordForAStateFitsItsColumn(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look2{variant: theme.VariantLight})
	for _, tag := range text.Languages() {
		c, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		fits := func(words string, o *parts.Text) {
			o.Set(words)
			if wants, has := o.Short().MinSize().Width, float32(stateWidth-20-9); wants > has {
				t.Errorf("%s: %q wants %v, the column has %v", tag, words, wants, has)
			}
		}
		for _, s := range rounds.States() {
			fits(c.T(s.Key(), nil), parts.Body(""))
		}
		fits(words{c}.aside(rounds.Standing{State: rounds.StateAllGood, Know: 88}), parts.Small(""))
	}
}

func TestWhatHomeCountsLeadsThere(t *testing.T) {
	p := &fake{}
	p.feed.Set(waiting())
	b := open(t, p, true, theme.VariantLight)
	home, _ := b.pages[0].(*homePage)
	press := func(label string) {
		t.Helper()
		b.open(home)
		b.settle()
		for range 20 {
			b.win.Canvas().FocusNext()
			switch f := b.win.Canvas().Focused().(type) {
			case *parts.Tap:
				if f.AccessibilityLabel() == label {
					f.Tapped(nil)
					return
				}
			case *parts.Button:
				if f.Text == label {
					test.Tap(f)
					return
				}
			}
		}
		t.Fatalf("the tab key never reaches %q", label)
	}
	for label, want := range map[string]string{
		"Could not check": "reason no-consent", "Good to know": "f-8", "2 things are for later": "f-1", "You live with 3 things": "f-2",
	} {
		if press(label); b.page != page(b.todo) || b.todo.chosen != want {
			t.Errorf("%q opened %s, %s; want %s", label, b.page.key(), b.todo.chosen, want)
		}
	}
}

func TestTheListOfJobsIsInItsOrder(t *testing.T) {
	s := lively()
	for i := range s.Findings {
		if s.Findings[i].ID == "f-6" {
			s.Findings[i].Remind = checks.InDays(evening, 3)
		}
	}
	p := &fake{}
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("")
	var heads []string
	for _, r := range b.todo.rows {
		if r.id == "" {
			heads = append(heads, r.name)
		}
	}
	want := []string{"Fix today", "Fix this week", "Good to do", "Could not check", "Good to know", "Later", "Accepted by you", "Fixed"}
	if !slices.Equal(heads, want) {
		t.Errorf("got %q, want %q", heads, want)
	}
}
