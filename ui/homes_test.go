package ui

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	hurdle      rounds.Hurdle // for every error
	hangs       bool          // when a home is to be carried
	files       []rounds.CarriedFile
	public      *rounds.PublicNetwork // where this computer is, if that looks like a café
	carried     rounds.Carried
	fail        error
}

func (f *fake) Homes(context.Context) ([]rounds.HomeSummary, error) { return f.lives().list, nil }

// lives is what the fake knows of several homes now.
func (f *fake) lives() homely {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.homely
}

// change changes what the fake knows while the window may ask for it.
func (f *fake) change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fake) Whereabouts(context.Context) (rounds.Whereabouts, error) {
	h := f.lives()
	return h.where, h.lost
}

func (f *fake) enter(id rounds.HomeID) {
	for _, h := range f.lives().list {
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
	return f.lives().fail
}

func (f *fake) JoinHome(_ context.Context, id rounds.HomeID, insisted string) error {
	if err := f.lives().public; err != nil && insisted != err.Key {
		return err
	}
	f.note("join %d", id)
	f.enter(id)
	return f.lives().fail
}

func (f *fake) RenameHome(_ context.Context, id rounds.HomeID, name string) error {
	f.note("rename %d %s", id, name)
	return f.lives().fail
}

func (f *fake) DeleteHome(_ context.Context, id rounds.HomeID) error {
	f.note("delete %d", id)
	if f.feed.Latest().Home.ID == id {
		f.feed.Set(rounds.Snapshot{})
	}
	return f.lives().fail
}

func (f *fake) CarryHome(ctx context.Context, id rounds.HomeID, passphrase, folder, name string) (string, error) {
	f.note("carry %d %s %s %s", id, passphrase, folder, name)
	if f.lives().hangs {
		<-ctx.Done()
		return "", ctx.Err()
	}
	return filepath.Join(folder, name+" (2).porchlight"), f.lives().fail
}

func (f *fake) BringHome(_ context.Context, path, passphrase string) (rounds.Carried, error) {
	f.note("bring %s %s", path, passphrase)
	h := f.lives()
	return h.carried, h.fail
}

func (f *fake) CarriedFiles(context.Context) []rounds.CarriedFile { return f.lives().files }

func (f *fake) CarriedFile(typed string) (rounds.CarriedFile, error) {
	if !strings.HasSuffix(typed, ".porchlight") {
		return rounds.CarriedFile{}, fs.ErrNotExist
	}
	return rounds.CarriedFile{Path: typed}, nil
}

func (f *fake) Connections(context.Context) ([]rounds.Connection, error) {
	h := f.lives()
	return h.connections, h.lost
}

func (f *fake) UseConnection(_ context.Context, c rounds.Connection) error {
	f.note("use %s", c.Interface)
	return f.lives().fail
}

func (f *fake) Hurdle(err error) rounds.Hurdle {
	if err == nil {
		return rounds.Hurdle{}
	}
	return f.lives().hurdle
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

// severalHomes lets the user look after several.
func (b *bench) severalHomes() {
	p := b.program.(*fake)
	p.change(func() { p.homely = helper().homely })
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
		}, says: []string{"Practice home: these devices are only simulated on this computer."}},
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
		{name: "homes-bring", set: func(p *fake) { p.homely.files = usualFiles() }, do: (*bench).bring},
		{name: "homes-bring-dark", dark: true, set: func(p *fake) { p.homely.files = usualFiles()[:1] }, do: (*bench).bring},
		{name: "homes-bring-ru", lang: "ru", set: func(p *fake) { p.homely.files = append(usualFiles(), usualFiles()...) }, do: func(b *bench) { b.homes.bring(); b.until(func() bool { return b.ask != nil }) }},
		{name: "homes-bring-none", set: func(*fake) {}, do: (*bench).bring},
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
	return seen[*parts.Entry](b.win.Canvas().Overlays().Top())
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
	p.change(func() { p.homely.list = p.homely.list[1:] })
	b.homes.forget(ours.Home)
	b.until(func() bool { return b.now.Home.ID == grandma.ID || b.page == nil })
	if !p.called("delete 1") || !p.called("switch 5") {
		t.Errorf("got calls %q, want another home after one is gone", p.calls)
	}
	p.change(func() { p.homely.list = nil })
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
	p.change(func() { p.homely.public = &rounds.PublicNetwork{Looks: rounds.PublicOpen, Key: "network 10.1.0.0/22"} })
	test.Tap(b.button("It is one of mine"))
	test.Tap(b.button("This is it"))
	b.until(func() bool { return b.find("Yes, it is") != nil })
	p.change(func() {
		p.homely.public = &rounds.PublicNetwork{Looks: rounds.PublicSystem, Key: "network 10.2.0.0/22"}
	})
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
	p.change(func() { p.homely.where.Home = carriedHome.Home })
	agree()
	b.until(func() bool { return p.called("enter  false") })
}

// ticks finds the box to tick in the open form.
func (b *bench) ticks() *parts.Check {
	b.t.Helper()
	boxes := seen[*parts.Check](b.win.Canvas().Overlays().Top())
	if len(boxes) == 0 {
		b.t.Fatal("there is nothing to tick")
	}
	return boxes[len(boxes)-1]
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

// usualFiles are files with a home, as they may lie about.
func usualFiles() []rounds.CarriedFile {
	return []rounds.CarriedFile{
		{Path: "/run/media/mia/STICK/Grandma.porchlight", At: evening.Add(-2 * time.Hour), Size: 214_000},
		{Path: "/home/mia/Downloads/Our home, before the new router (2).porchlight", At: evening.AddDate(0, -1, -3), Size: 3_400_000},
		{Path: "/home/mia/Documents/\u202e<b>.porchlight", At: evening.AddDate(-1, 0, 0), Size: 900},
	}
}

// bring asks for a file with a home, and waits for the question.
func (b *bench) bring() {
	b.t.Helper()
	test.Tap(b.button("Bring a home from a file"))
	b.until(func() bool { return b.ask != nil })
}

// files is the list in the open question.
func (b *bench) files() *parts.List {
	b.t.Helper()
	list, ok := b.win.Canvas().Focused().(*parts.List)
	if !ok {
		b.t.Fatalf("the keyboard is at %T, not at the files", b.win.Canvas().Focused())
	}
	return list
}

func TestAHomeIsCarriedToAFile(t *testing.T) {
	p := helper()
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	write := func(first, second string) {
		b.homes.carry(ours.Home)
		b.entries()[0].SetText(first)
		b.entries()[1].SetText(second)
	}
	place := func() {
		test.Tap(b.button("Choose a place"))
		b.until(func() bool { return b.ask != nil })
	}
	write("correct horse battery staple", "correct horse")
	if b.says("The two are not the same yet."); !b.button("Choose a place").Disabled() {
		t.Error("two passphrases are taken for one")
	}
	b.answer()
	write("correct horse battery staple", "correct horse battery staple")
	b.says("Hard to guess.")
	b.shot("homes-carry-strong")
	place()
	b.says("Our home") // an entry
	b.shot("homes-carry-place")
	test.Tap(b.button("Save"))
	b.until(func() bool {
		return p.called("carry 1 correct horse battery staple /home/mia/Documents Our home") && b.find("Stop") == nil
	})
	b.says("The file is ready")
	b.says("Our home is now in Our home (2).porchlight.")
	b.says("/home/mia/Documents")
	b.shot("homes-carried-done")
	b.answer()

	p.change(func() { p.homely.hangs = true })
	write("correct horse battery staple", "correct horse battery staple")
	place()
	test.Tap(b.button("Save"))
	b.shot("homes-carry-working")
	b.until(func() bool { return p.times("carry 1 correct horse battery staple /home/mia/Documents Our home") == 2 })
	test.Tap(b.button("Stop"))
	b.settle()
	if b.ask != nil {
		t.Error("stopping is told as trouble")
	}
	p.change(func() { p.homely.hangs, p.homely.fail = false, errors.New("the stick is full") })
	write("correct horse battery staple", "correct horse battery staple")
	place()
	test.Tap(b.button("Save"))
	b.until(func() bool { return b.find("Stop") == nil && b.ask != nil })
	b.says(p.Sentence(p.homely.fail))
}

func TestAHomeIsBroughtFromAFile(t *testing.T) {
	p := helper()
	p.homely.files = usualFiles()
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	read := func(path, phrase string) {
		b.entries()[0].SetText(phrase)
		test.Tap(b.button("Open the file"))
		b.until(func() bool { return p.called("bring "+path+" "+phrase) && b.find("Stop") == nil })
	}
	p.change(func() {
		p.homely.fail = worded("That passphrase does not open the file. Nothing was changed. Try again.")
	})
	b.bring()
	b.files().Select(0)
	b.says("Grandma.porchlight opens with the passphrase")
	read(p.homely.files[0].Path, "wrong")
	b.says(p.Sentence(p.homely.fail))
	b.shot("homes-bring-wrong")

	p.change(func() {
		p.homely.fail, p.homely.carried = nil, rounds.Carried{Home: grandma.Home, Devices: 2, Changes: 31}
	})
	read(p.homely.files[0].Path, "right one")
	b.says("Grandma: 2 new devices, 31 changes that were not known here.")
	b.says("Notes of both computers are kept.")
	b.shot("homes-brought")
	test.Tap(b.button("Show this home"))
	b.until(func() bool { return p.called("switch 5") && b.page == b.pages[0] })

	p.change(func() { p.homely.carried = rounds.Carried{Home: carriedHome.Home, New: true, Devices: 9} })
	b.openHomes()
	b.bring()
	next := b.button("Next")
	if !next.Disabled() {
		t.Error("it goes on without a file")
	}
	b.entries()[0].SetText("/mnt/letters")
	test.Tap(next)
	b.until(func() bool {
		return strings.Contains(strings.Join(b.texts(), " "), "We find no file there. Please look at it once more.")
	})
	b.shot("homes-bring-nofile")
	b.entries()[0].SetText("/mnt/Flat.porchlight")
	asked := b.ask
	test.Tap(next)
	b.until(func() bool { return b.ask != nil && b.ask != asked })
	b.says("Flat.porchlight opens with the passphrase")
	read("/mnt/Flat.porchlight", "third")
	b.says("This home was not known here.")
	b.answer()
	p.change(func() { p.homely.fail = fs.ErrPermission })
	b.bring()
	b.files().Select(0)
	read(p.homely.files[0].Path, "fourth")
	b.says("You may not open that file.")
}
