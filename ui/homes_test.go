package ui

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// homely is what the fake knows of several homes.
type homely struct {
	list        []rounds.HomeSummary
	where       rounds.Whereabouts
	lost        error // why nobody can say where this computer is
	connections []rounds.Connection
	hurdle      rounds.Hurdle         // for every error
	public      *rounds.PublicNetwork // where this computer is, if that looks like a café
	export      func(context.Context, io.Writer) error
	carried     rounds.Carried
	fail        error
}

func (f *fake) Homes(context.Context) ([]rounds.HomeSummary, error) { return f.homely.list, nil }

func (f *fake) Whereabouts(context.Context) (rounds.Whereabouts, error) {
	return f.homely.where, f.homely.lost
}

func (f *fake) enter(id rounds.HomeID) {
	for _, h := range f.homely.list {
		if h.ID == id {
			s := f.feed.Latest()
			s.Home = h.Home
			f.feed.Set(s)
		}
	}
}

func (f *fake) SwitchHome(_ context.Context, id rounds.HomeID) error {
	f.note("switch %d", id)
	f.enter(id)
	return f.homely.fail
}

func (f *fake) JoinHome(_ context.Context, id rounds.HomeID, insisted string) error {
	if err := f.homely.public; err != nil && insisted != err.Key {
		return err
	}
	f.note("join %d", id)
	f.enter(id)
	return f.homely.fail
}

func (f *fake) RenameHome(_ context.Context, id rounds.HomeID, name string) error {
	f.note("rename %d %s", id, name)
	return f.homely.fail
}

func (f *fake) DeleteHome(_ context.Context, id rounds.HomeID) error {
	f.note("delete %d", id)
	if f.feed.Latest().Home.ID == id {
		f.feed.Set(rounds.Snapshot{})
	}
	return f.homely.fail
}

func (f *fake) ExportHome(ctx context.Context, id rounds.HomeID, passphrase string, w io.Writer) error {
	f.note("export %d %s", id, passphrase)
	if f.homely.export == nil {
		return f.homely.fail
	}
	return f.homely.export(ctx, w)
}

func (f *fake) ImportHome(_ context.Context, _ io.Reader, passphrase string) (rounds.Carried, error) {
	f.note("import %s", passphrase)
	return f.homely.carried, f.homely.fail
}

func (f *fake) Connections(context.Context) ([]rounds.Connection, error) {
	return f.homely.connections, f.homely.lost
}

func (f *fake) UseConnection(_ context.Context, c rounds.Connection) error {
	f.note("use %s", c.Interface)
	return f.homely.fail
}

func (f *fake) Hurdle(err error) rounds.Hurdle {
	if err == nil {
		return rounds.Hurdle{}
	}
	return f.homely.hurdle
}

var (
	ours    = rounds.HomeSummary{Home: family().Home, Networks: []rounds.HomeNetwork{{Key: rounds.GatewayKey + "3c:84:6a:00:00:01", Name: "Lighthouse"}, {Key: rounds.GatewayKey + "3c:84:6a:00:00:02", Name: "Lighthouse"}}, Walked: evening, Devices: 12, Open: 3}
	grandma = rounds.HomeSummary{
		Home: rounds.Home{ID: 5, Name: "Grandma", Consented: evening}, Networks: []rounds.HomeNetwork{{Key: rounds.GatewayKey + "c0:25:06:aa:bb:cc"}, {Key: rounds.PrefixKey + "192.168.178.0/24"}},
		Walked: evening.AddDate(0, 0, -20), Devices: 7, Open: 1,
	}
	carriedHome = rounds.HomeSummary{Home: rounds.Home{ID: 7, Name: "Holiday flat <b>\u202e"}, Networks: []rounds.HomeNetwork{{Key: rounds.GatewayKey + "aa:bb:cc:00:11:22", Name: "Sea view"}}}

	byWiFi = rounds.Connection{
		Interface: "wlan0", Prefix: netip.MustParsePrefix("192.168.1.0/24"), Gateway: netip.MustParseAddr("192.168.1.1"), Chosen: true,
		WiFi: discovery.WiFi{Name: "Lighthouse", Protection: []discovery.Protection{discovery.ProtectionWPA2}},
	}
	byCable = rounds.Connection{Interface: "Ethernet 2", Prefix: netip.MustParsePrefix("192.168.8.0/24"), Gateway: netip.MustParseAddr("192.168.8.1")}
	byCafe  = rounds.Connection{
		Interface: "wlan0", Prefix: netip.MustParsePrefix("10.1.0.0/22"), Gateway: netip.MustParseAddr("10.1.0.1"), Chosen: true,
		WiFi: discovery.WiFi{Name: "Café free", Protection: []discovery.Protection{discovery.ProtectionOpen}},
	}
)

// helper is a program of somebody who looks after several homes, and is in the first.
func helper() *fake {
	p := owner()
	p.homely = homely{
		list:        []rounds.HomeSummary{ours, grandma, carriedHome},
		where:       rounds.Whereabouts{Network: ours.Networks[0], Home: ours.Home, Known: true},
		connections: []rounds.Connection{byWiFi},
	}
	return p
}

// openHomes opens the page, and waits until all is known that it asks for.
func (b *bench) openHomes() {
	b.t.Helper()
	b.open(b.homes)
	b.until(func() bool { return b.homes.asked.known && (b.homes.asked.sought || b.now.practice()) })
}

func TestTheHomesLookLikeThis(t *testing.T) {
	unknown := func(p *fake) {
		p.homely.where = rounds.Whereabouts{Network: rounds.HomeNetwork{Key: rounds.GatewayKey + "00:11:22:33:44:55", Name: "Lighthouse"}, Maybe: []rounds.Home{ours.Home}}
	}
	for _, tt := range []struct {
		name, lang string
		dark       bool
		set        func(*fake)
		do         func(*bench)
		says       []string
	}{
		{name: "homes", set: func(*fake) {}, says: []string{"You are here", "Shown now", "Known by: Wi-Fi Lighthouse", "Known by: router c0:25:06:aa:bb:cc, network 192.168.178.0/24", "Nobody has looked around here yet."}},
		{name: "homes-dark", dark: true, set: func(*fake) {}},
		{name: "homes-one", set: func(p *fake) { p.homely.list = p.homely.list[:1] }},
		{name: "homes-de", lang: "de", set: unknown},
		{name: "homes-unknown", set: unknown, says: []string{"Where are you?", "Our home has a Wi-Fi with the same name.", "You are not there now."}},
		{name: "homes-away", set: func(p *fake) { p.homely.where.Home = grandma.Home }, says: []string{"You are not there now."}},
		{name: "homes-carried", set: func(p *fake) { p.homely.where.Home = carriedHome.Home }, says: []string{"Holiday flat <b>"}},
		{name: "homes-several", set: func(p *fake) {
			p.homely.lost, p.homely.hurdle = errors.New("several"), rounds.Hurdle{Kind: rounds.HurdleSeveral}
		}, says: []string{"This computer is on several networks"}},
		{name: "homes-practice", set: func(p *fake) {
			s := family()
			s.Home = rounds.Home{ID: 2, Name: "Practice home", Practice: true}
			p.feed.Set(s)
		}, says: []string{"You are in the practice home"}},
		{name: "homes-walking", set: func(p *fake) {
			s := family()
			s.Phase = rounds.Checking
			p.feed.Set(s)
		}, says: []string{"We are looking around. When that is done, you can change homes."}},
		{name: "homes-choose", set: func(p *fake) { p.homely.connections = []rounds.Connection{byWiFi, byCable} }, do: func(b *bench) {
			test.Tap(b.button("Choose the network"))
			b.until(func() bool { return b.ask != nil })
		}, says: []string{"Wi-Fi Lighthouse", "router 192.168.8.1, on this computer: Ethernet 2"}},
		{name: "homes-new", set: unknown, do: func(b *bench) { test.Tap(b.button("It is a new home")) }},
		{name: "homes-join", set: unknown, do: func(b *bench) { test.Tap(b.button("It is one of mine")) }},
		{name: "homes-carry", set: func(*fake) {}, do: func(b *bench) { b.homes.carry(ours.Home) }},
		{name: "homes-carry-ru", lang: "ru", dark: true, set: func(*fake) {}, do: func(b *bench) {
			b.homes.carry(ours.Home)
			b.entries()[0].SetText("password1")
		}},
		{name: "homes-delete", set: func(*fake) {}, do: func(b *bench) { b.homes.remove(grandma.Home) }, says: []string{"Delete Grandma?"}},
		{name: "homes-delete-again", set: func(*fake) {}, do: func(b *bench) { b.homes.remove(grandma.Home); test.Tap(b.button("Next")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := helper()
			tt.set(p)
			variant := theme.VariantLight
			if tt.dark {
				variant = theme.VariantDark
			}
			b := openIn(t, cmp.Or(tt.lang, "en"), p, true, variant)
			b.openHomes()
			if tt.do != nil {
				tt.do(b)
			}
			b.shot(tt.name)
			for _, s := range tt.says {
				b.says(s)
			}
		})
	}
}

// entries are the lines of the open form in which something can be written.
func (b *bench) entries() []*parts.Entry {
	var found []*parts.Entry
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *parts.Entry:
			found = append(found, o)
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
	walk(b.win.Canvas().Overlays().Top())
	return found
}

func TestHomesAreSwitchedRenamedJoinedAndDeleted(t *testing.T) {
	p := helper()
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()

	b.homes.rename(grandma.Home)
	b.entries()[0].SetText("  Nana\n")
	test.Tap(b.button("Save"))
	b.until(func() bool { return p.called("rename 5 Nana") })

	b.switchTo(grandma.ID)
	b.until(func() bool { return b.page == b.pages[0] && b.now.Home.ID == grandma.ID && b.homes.asked.sought })
	b.says("You are in Our home")
	test.Tap(b.button("Show this home"))
	b.until(func() bool { return p.called("switch 1") && b.now.Home.ID == ours.ID })

	b.openHomes()
	b.homes.join()
	test.Tap(b.button("This is it"))
	b.until(func() bool { return p.called("join 1") && b.page == b.pages[0] })

	b.openHomes()
	b.homes.remove(ours.Home)
	test.Tap(b.button("Next"))
	if yes := b.button("Delete"); !yes.Disabled() {
		t.Error("a home can be deleted after one question")
	}
	b.answer()
	p.homely.list = p.homely.list[1:]
	b.homes.forget(ours.Home)
	b.until(func() bool { return b.now.Home.ID == grandma.ID || b.page == nil })
	if !p.called("delete 1") || !p.called("switch 5") {
		t.Errorf("got calls %q, want another home after one is gone", p.calls)
	}
	p.homely.list = nil
	b.homes.forget(grandma.Home)
	b.until(func() bool { return b.page == nil })
}

func TestANewHomeTakesAWordOfTheUser(t *testing.T) {
	p := helper()
	p.homely.where = rounds.Whereabouts{Network: rounds.HomeNetwork{Key: "network 10.1.0.0/22"}}
	p.homely.connections = []rounds.Connection{byCafe}
	p.homely.public = &rounds.PublicNetwork{Looks: rounds.PublicOpen, Key: "network 10.1.0.0/22"}
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	test.Tap(b.button("It is a new home"))
	yes := b.button("Add this home")
	if !yes.Disabled() {
		t.Fatal("a home can be added before the user answers for it")
	}
	b.ticks().SetChecked(true)
	test.Tap(yes)
	b.until(func() bool { return b.find("Yes, it is") != nil })
	b.says("Is this your home network?")
	b.shot("start-public")
	if p.called("enter Our home false") {
		t.Error("a public network was entered before the user insisted")
	}
	test.Tap(b.button("Yes, it is"))
	b.until(func() bool { return p.called("enter Our home false") && b.page == b.pages[0] })
}

func TestThePublicNetworkOfThisMomentIsAskedAbout(t *testing.T) {
	p := helper()
	p.homely.where = rounds.Whereabouts{Network: rounds.HomeNetwork{Key: "network 192.168.1.0/24"}}
	b := open(t, p, true, theme.VariantLight)
	b.openHomes() // at home; then the computer goes to a café, and from there to another one
	p.homely.public = &rounds.PublicNetwork{Looks: rounds.PublicOpen, Key: "network 10.1.0.0/22"}
	test.Tap(b.button("It is one of mine"))
	test.Tap(b.button("This is it"))
	b.until(func() bool { return b.find("Yes, it is") != nil })
	p.homely.public = &rounds.PublicNetwork{Looks: rounds.PublicSystem, Key: "network 10.2.0.0/22"}
	test.Tap(b.button("Yes, it is"))
	b.until(func() bool {
		return slices.ContainsFunc(b.texts(), func(s string) bool { return strings.Contains(s, "Windows treats") })
	})
	if p.called("join 1") {
		t.Error("the word for one network counted for another")
	}
	test.Tap(b.button("Yes, it is"))
	b.until(func() bool { return p.called("join 1") && b.page == b.pages[0] })
}

func TestOnlyTheHomeOfThisNetworkIsAgreedTo(t *testing.T) {
	p := helper()
	b := open(t, p, true, theme.VariantLight)
	agree := func() {
		t.Helper()
		b.askAgree(carriedHome.Home)
		b.ticks().SetChecked(true)
		test.Tap(b.button("I may look around here"))
	}
	agree()
	b.until(func() bool { return b.ask != nil })
	b.says(p.Sentence(nil))
	b.answer()
	if p.called("enter  false") {
		t.Error("the home of another network was entered")
	}
	p.homely.where.Home = carriedHome.Home
	agree()
	b.until(func() bool { return p.called("enter  false") })
}

// ticks finds the box to tick in the open form.
func (b *bench) ticks() *parts.Check {
	b.t.Helper()
	var found *parts.Check
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *parts.Check:
			found = o
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
	walk(b.win.Canvas().Overlays().Top())
	if found == nil {
		b.t.Fatal("there is nothing to tick")
	}
	return found
}

func TestPassphrasesAreWeighedInPlainWords(t *testing.T) {
	for phrase, want := range map[string]grade{
		"": gradeNone, "1234567": gradeShort, "12345678": gradeWeak, "1234 5678 9012 3456 7890": gradeWeak, "aaaaaaaaaaaaaaaa": gradeWeak,
		"password1": gradeWeak, "house house house house": gradeFair, "red house 12": gradeFair, "correct horse battery staple": gradeStrong,
		"конь батарея скрепка верно": gradeStrong, "x9$Lq2!vT7#mK4&pZ8^w": gradeStrong,
	} {
		if got := gradeOf(phrase); got != want {
			t.Errorf("%q: got %s, want %s", phrase, got, want)
		}
	}
}

// fileIn is a file in the folder of the test.
func fileIn(t *testing.T, name string) fyne.URI {
	t.Helper()
	return storage.NewFileURI(filepath.Join(t.TempDir(), name))
}

func TestAHomeIsCarriedToAFile(t *testing.T) {
	p := helper()
	p.homely.export = func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, "sealed"); return err }
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	file := fileIn(t, "Our home.porchlight")
	b.homes.save = func(name string, then func(fyne.URIWriteCloser, error)) {
		if name != "Our home.porchlight" {
			t.Errorf("the file is called %q", name)
		}
		then(storage.Writer(file))
	}
	write := func(first, second string) {
		b.homes.carry(ours.Home)
		b.entries()[0].SetText(first)
		b.entries()[1].SetText(second)
	}
	write("correct horse battery staple", "correct horse")
	if b.says("The two are not the same yet."); !b.button("Choose a place").Disabled() {
		t.Error("two passphrases are taken for one")
	}
	b.answer()
	write("correct horse battery staple", "correct horse battery staple")
	b.says("Hard to guess.")
	b.shot("homes-carry-strong")
	test.Tap(b.button("Choose a place"))
	b.shot("homes-carry-working")
	b.until(func() bool { return p.called("export 1 correct horse battery staple") && b.find("Stop") == nil })
	b.says("The file is ready")
	b.says("Our home is now in Our home.porchlight.")
	b.shot("homes-carried-done")
	b.answer()
	if got, err := os.ReadFile(file.Path()); err != nil || string(got) != "sealed" {
		t.Errorf("the file holds %q, %v", got, err)
	}

	p.homely.export = func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		<-ctx.Done()
		return ctx.Err()
	}
	write("correct horse battery staple", "correct horse battery staple")
	test.Tap(b.button("Choose a place"))
	test.Tap(b.button("Stop"))
	b.until(func() bool { _, err := os.Stat(file.Path()); return errors.Is(err, os.ErrNotExist) })
	if b.ask != nil {
		t.Error("stopping is told as trouble")
	}
}

func TestAHomeIsBroughtFromAFile(t *testing.T) {
	p := helper()
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	file := fileIn(t, "Grandma.porchlight")
	if err := os.WriteFile(file.Path(), []byte("sealed"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.homes.load = func(then func(fyne.URIReadCloser, error)) { then(storage.Reader(file)) }
	read := func(phrase string) {
		b.entries()[0].SetText(phrase)
		test.Tap(b.button("Open the file"))
		b.until(func() bool { return p.called("import "+phrase) && b.find("Stop") == nil })
	}
	p.homely.fail = worded("That passphrase does not open the file. Nothing was changed. Try again.")
	test.Tap(b.button("Bring a home from a file"))
	b.says("Grandma.porchlight opens with the passphrase")
	read("wrong")
	b.says(p.Sentence(p.homely.fail))
	b.shot("homes-bring-wrong")

	p.homely.fail, p.homely.carried = nil, rounds.Carried{Home: grandma.Home, Devices: 2, Changes: 31}
	read("right one")
	b.says("Grandma: 2 new devices, 31 changes that were not known here.")
	b.says("Notes of both computers are kept.")
	b.shot("homes-brought")
	test.Tap(b.button("Show this home"))
	b.until(func() bool { return p.called("switch 5") })

	p.homely.carried = rounds.Carried{Home: carriedHome.Home, New: true, Devices: 9}
	b.openHomes()
	b.homes.bring()
	read("third")
	b.says("This home was not known here.")
	b.answer()
	b.homes.load = func(then func(fyne.URIReadCloser, error)) { then(nil, os.ErrPermission) }
	b.homes.bring()
	b.says("You may not open that file.")
	b.answer()
	b.homes.load = func(then func(fyne.URIReadCloser, error)) { then(nil, nil) }
	if b.homes.bring(); b.ask != nil {
		t.Error("somebody who chose no file is asked")
	}
}

func TestFileNamesOfHomesAreHarmless(t *testing.T) {
	for name, want := range map[string]string{
		"Our home": "Our home.porchlight", "../../etc/passwd": "etcpasswd.porchlight", "a:b\\c|d?*": "abcd.porchlight", "\u202e<>": "Porchlight.porchlight",
		"Дом у моря": "Дом у моря.porchlight", strings.Repeat("x", 300): strings.Repeat("x", 60) + ".porchlight",
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
