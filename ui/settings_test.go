package ui

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/google/go-cmp/cmp"

	"porchlight/assets/text"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/elsewhere"
	"porchlight/ui/parts"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
)

// owned is what the fake keeps for the whole program.
type owned struct {
	set     rounds.Settings
	starts  bool
	allowed []discovery.DeviceID
	news    []news.Switch
	backups []rounds.Backup
	fail    error // of all that changes something
	asks    bool  // whether it is to start at login
	gone    bool  // the folders lie on a computer that does not answer

	elsewhere elsewhere.State
}

func (f *fake) Settings(context.Context) (rounds.Settings, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.own.set, nil
}

func (f *fake) ChangeSettings(_ context.Context, change func(*rounds.Settings)) (rounds.Settings, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.own.fail == nil {
		change(&f.own.set)
	}
	return f.own.set, f.own.fail
}

func (f *fake) Speak(_ context.Context, language string) (*text.Catalog, error) {
	f.mu.Lock()
	f.own.set.Language = language
	f.mu.Unlock()
	if language == "" {
		language = "en"
	}
	return text.Open(language)
}

func (f *fake) StartsAtLogin(context.Context) (bool, error) { return f.own.starts, nil }

func (f *fake) StartAtLogin(_ context.Context, yes bool) error {
	f.note("login %t", yes)
	return f.own.fail
}

func (f *fake) AsksStartAtLogin(context.Context) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.own.asks, nil
}

func (f *fake) Elsewhere(context.Context) (elsewhere.State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.own.elsewhere, nil
}

func (f *fake) SetElsewhere(_ context.Context, t elsewhere.Target) error {
	f.note("elsewhere %s %s:%d %s %s %s", t.Way, t.Host, t.Port, t.User, string(t.Password), string(t.Address))
	if f.own.fail == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.own.elsewhere = elsewhere.State{Target: t, Where: t.Where(), Locked: t.Password != "", At: evening}
		f.own.elsewhere.Target.Password, f.own.elsewhere.Target.Address = "", ""
	}
	return f.own.fail
}

func (f *fake) TellElsewhere(context.Context) error { return nil }

func (f *fake) Consents(context.Context) (map[discovery.DeviceID]rounds.Consent, error) {
	out := map[discovery.DeviceID]rounds.Consent{}
	for _, id := range f.own.allowed {
		out[id] = rounds.ConsentGiven
	}
	return out, nil
}

func (f *fake) Forget(_ context.Context, ids ...discovery.DeviceID) error {
	f.note("forget %v", ids)
	return f.own.fail
}

func (f *fake) Allowed(context.Context) ([]discovery.DeviceID, error) { return f.own.allowed, nil }

func (f *fake) News(context.Context) ([]news.Switch, error) { return f.own.news, nil }

func (f *fake) SwitchNews(_ context.Context, on, off []string) error {
	f.note("news %v %v", on, off)
	return f.own.fail
}

func (f *fake) Backups() ([]rounds.Backup, error) { return f.own.backups, nil }

func (f *fake) BackUp(context.Context) (rounds.Backup, error) {
	f.note("back up")
	return rounds.Backup{}, f.own.fail
}

func (f *fake) Restore(_ context.Context, name string) error {
	f.note("restore %s", name)
	return f.own.fail
}

func (f *fake) Thin(context.Context) error {
	f.note("thin")
	return f.own.fail
}

func (f *fake) Erase(context.Context) error {
	f.note("erase")
	if f.own.fail != nil {
		return f.own.fail
	}
	f.mu.Lock()
	f.own.set = rounds.Settings{}
	f.mu.Unlock()
	f.feed.Set(rounds.Snapshot{})
	return nil
}

func (f *fake) Facts(context.Context) (report.Facts, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	language := f.own.set.Language
	if language == "" {
		language = f.language
	}
	words, err := text.Open(language)
	if err == nil {
		err = f.own.fail
	}
	s := f.feed.Latest()
	switch {
	case s.Walking() && s.Round > 0:
		s = family()
	case s.Finished.IsZero():
		return report.Facts{}, errors.New("no round")
	}
	return report.Facts{Snapshot: s, Words: words, Version: "1.0.0", Now: evening.Add(30 * time.Minute)}, err
}

func (f *fake) Paper(set rounds.Settings) paper.Size {
	if set.Paper == rounds.PaperLetter {
		return paper.Letter
	}
	return paper.A4
}

func (f *fake) PrintReport(_ context.Context, _ report.Facts, o report.Order) (bool, error) {
	f.note("print %s fridge %t %v", o.Format, o.Fridge, o.Paper == paper.Letter)
	return !f.opens, f.own.fail
}

func (f *fake) SaveReport(_ context.Context, _ report.Facts, o report.Order, folder, name string) (string, error) {
	f.note("save %s fridge %t %s %s", o.Format, o.Fridge, folder, name)
	return folder + "/" + name + "." + o.Format, f.own.fail
}

func (f *fake) Folders(ctx context.Context) []string {
	if f.own.gone {
		<-ctx.Done()
		return nil
	}
	return []string{"/home/mia/Documents", "/home/mia/Desktop", "/home/mia/Downloads"}
}

func (f *fake) Inside(_ context.Context, folder string) (names []string, above string, err error) {
	if folder == "/" {
		return []string{"home", "media"}, "", nil
	}
	if filepath.Base(folder) == "Bank" {
		return nil, "", fs.ErrPermission
	}
	return []string{"Bank", "House", "Letters"}, filepath.Dir(folder), f.own.fail
}

func (f *fake) Untold(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.untold
	f.untold = nil
	return err
}

func (f *fake) Folder() string { return "/home/mia/.local/share/porchlight" }

// owner is a program of somebody who has set this and that.
func owner() *fake {
	p := &fake{own: owned{
		set:     rounds.Settings{Every: "weekly", Hour: 18, Mute: []string{rounds.NoticeBack}, QuietFrom: 22 * 60, QuietUntil: 7 * 60, Keep: 24},
		allowed: []discovery.DeviceID{"cam", "router"},
		backups: []rounds.Backup{
			{Name: "b3", At: evening.AddDate(0, 0, -2), Size: 3_400_000}, {Name: "b2", At: evening.AddDate(0, 0, -9), Size: 3_100_000},
		},
	}}
	for _, s := range news.All() {
		p.own.news = append(p.own.news, news.Switch{Name: s.Name(), Host: s.Host()})
	}
	p.own.news[0].On, p.own.news[0].State = true, news.State{Source: "kev", Asked: evening.Add(-time.Hour)}
	p.own.news[1].On, p.own.news[1].State = true, news.State{Source: "mikrotik", Asked: evening.Add(-time.Hour), Trouble: news.Slow}
	p.feed.Set(family())
	return p
}

// openSettings opens the settings under a head.
func (b *bench) openSettings(head string) {
	b.t.Helper()
	b.open(b.settings)
	b.until(func() bool { return b.settings.asked.known && len(b.settings.folders) > 0 })
	at := slices.Index(settingsHeads, head)
	b.settings.heads.Pick(at)
	b.settings.fill()
}

// shotOf compares the window of that size with its picture.
func (b *bench) shotOf(name string, size fyne.Size) {
	b.t.Helper()
	for range 3 {
		b.win.Resize(size.AddWidthHeight(1, 1))
		b.win.Resize(size)
	}
	b.picture(name)
	b.texts()
}

// keeps waits until the program has kept what is wanted.
func (b *bench) keeps(p *fake, want func(rounds.Settings) bool) {
	b.t.Helper()
	b.until(func() bool {
		s, _ := p.Settings(b.t.Context())
		return want(s)
	})
}

func TestSettingsLookLikeThis(t *testing.T) {
	for _, tt := range []struct {
		name, head, lang string
		dark, tall       bool
		change           func(*fake)
	}{
		{name: "settings-look", head: "look"},
		{name: "settings-look-dark", head: "look", dark: true},
		{name: "settings-look-ru", head: "look", lang: "ru"},
		{name: "settings-look-first", head: "look", change: func(p *fake) { p.own.set, p.own.allowed = rounds.Settings{}, nil }},
		{name: "settings-look-never", head: "look", change: func(p *fake) { p.own.set.Passwords = rounds.PasswordsNever }},
		{name: "settings-notices", head: "notices"},
		{name: "settings-appearance", head: "appearance"},
		{name: "settings-appearance-ru", head: "appearance", lang: "ru"},
		{name: "settings-internet", head: "internet"},
		{name: "settings-internet-dark", head: "internet", dark: true},
		{name: "settings-internet-ru", head: "internet", lang: "ru", tall: true},
		{name: "settings-elsewhere-mqtt", head: "notices", tall: true, change: broker},
		{name: "settings-elsewhere-failed-dark", head: "notices", tall: true, dark: true, change: func(p *fake) { broker(p); p.own.elsewhere.Trouble = "refused" }},
		{name: "settings-elsewhere-ru", head: "notices", tall: true, lang: "ru", change: func(p *fake) { broker(p); p.own.elsewhere.Trouble = "unreachable" }},
		{name: "settings-elsewhere-webhook", head: "notices", tall: true, change: func(p *fake) {
			p.own.elsewhere = elsewhere.State{Target: elsewhere.Target{Way: elsewhere.Webhook}, Where: "http://homeassistant.local:8123/…", At: evening}
		}},
		{name: "settings-data", head: "data"},
		{name: "settings-data-reports", head: "data", dark: true, change: func(p *fake) { p.own.set.Reports, p.own.set.Every = "/media/mia/Stick", "" }},
		{name: "settings-data-ru", head: "data", lang: "ru"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := owner()
			if tt.change != nil {
				tt.change(p)
			}
			variant, lang := theme.VariantLight, tt.lang
			if tt.dark {
				variant = theme.VariantDark
			}
			if lang == "" {
				lang = "en"
			}
			b := openIn(t, lang, p, true, variant)
			b.set = p.own.set
			b.openSettings(tt.head)
			if tt.tall {
				b.shotOf(tt.name, windowSize.AddWidthHeight(0, 760))
				return
			}
			b.shot(tt.name)
		})
	}
}

func TestAboutLooksLikeThis(t *testing.T) {
	for _, dark := range []bool{false, true} {
		name, variant := "about", theme.VariantLight
		if dark {
			name, variant = "about-dark", theme.VariantDark
		}
		b := open(t, owner(), true, variant)
		b.about.version, b.about.golang = "1.0.0", "1.26.8"
		b.open(b.about)
		b.shot(name)
	}
	b := open(t, owner(), true, theme.VariantLight)
	b.open(b.about)
	b.about.pick(1)
	b.about.list.Select(3)
	b.shot("about-licenses")
}

// the switch of a name, among those that can be seen.
func (b *bench) flip(label string) *parts.Switch {
	b.t.Helper()
	var found *parts.Switch
	for _, o := range seen[*parts.Switch](b.roots()...) {
		if strings.HasPrefix(o.AccessibilityLabel(), label+": ") {
			found = o
		}
	}
	if found == nil {
		b.t.Fatalf("there is no switch %q", label)
	}
	return found
}

// choose chooses an option as a person does.
func (b *bench) choose(key string, option int) {
	b.t.Helper()
	c, ok := b.settings.first[key].(*parts.Choice)
	if !ok {
		b.t.Fatalf("there is nothing to choose for %s", key)
	}
	c.Choose(option)
	c.OnChosen(option)
}

func TestWhatIsSetCountsInTheOrderInWhichItWasSet(t *testing.T) {
	p := owner()
	p.own.set = rounds.Settings{}
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("look")
	b.choose("settings.every", 1)
	if c := b.settings.first["settings.hour"].(*parts.Choice); c.Chosen != noon {
		t.Errorf("a round is due from %d o'clock on, want %d", c.Chosen, noon)
	}
	b.choose("settings.hour", 7)
	for range 5 { // on, off, on, off, on
		test.Tap(b.flip("Also on battery"))
	}
	b.choose("settings.passwords.how", 1)
	b.keeps(p, func(s rounds.Settings) bool { return s.Passwords != "" })
	b.settings.heads.Pick(1)
	b.settings.fill()
	test.Tap(b.flip("A new device"))
	test.Tap(b.flip("Say nothing at certain hours"))
	b.choose("settings.quiet.until", 6)
	b.settings.heads.Pick(3)
	b.settings.fill()
	test.Tap(b.flip("Does a second box hand out addresses?"))
	b.keeps(p, func(s rounds.Settings) bool { return len(s.Also) > 0 })
	want := rounds.Settings{
		Every: "daily", Hour: 7, OnBattery: true, Passwords: rounds.PasswordsNever, Mute: []string{rounds.NoticeNew},
		QuietFrom: quietFrom, QuietUntil: 6 * 60, Also: []string{rounds.AlsoDHCP},
	}
	got, _ := p.Settings(t.Context())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.set); diff != "" {
		t.Errorf("settings of the window (-want +got):\n%s", diff)
	}
}

func TestWhatCouldNotBeSetIsSaidAndShown(t *testing.T) {
	p := owner()
	p.own.fail = errors.New("disk full")
	b := open(t, p, true, theme.VariantLight)
	b.set = p.own.set
	b.openSettings("look")
	test.Tap(b.flip("Also on battery"))
	b.until(func() bool { return b.ask != nil })
	b.until(func() bool { return !b.set.OnBattery })
	if b.flip("Also on battery").On {
		t.Error("the switch shows what was not kept")
	}
}

// languageAt gives the place of a language in the choice; the first is that of the system.
func languageAt(tag string) int {
	for i, t := range text.Languages() {
		if t.String() == tag {
			return i + 1
		}
	}
	return -1
}

func TestTheWindowSpeaksAnotherLanguageAtOnce(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.todo.chosen, b.todo.card.open = "f-2", true
	b.openSettings("appearance")
	b.choose("settings.language", languageAt("ru"))
	b.until(func() bool { return b.set.Language == "ru" })
	b.says("Язык и вид")
	b.shot("settings-language-ru")
	if b.page != page(b.settings) || settingsHeads[b.settings.heads.Picked] != "appearance" {
		t.Errorf("the window shows %s", b.page.key())
	}
	if f := b.win.Canvas().Focused(); f != b.settings.first["settings.language"] {
		t.Errorf("the keyboard is at %T", f)
	}
	if got := b.win.MainMenu().Items[4].Label; got != "Справка" {
		t.Errorf("the menu says %q", got)
	}
	b.open(b.todo)
	if b.todo.chosen != "f-2" || !b.todo.card.open {
		t.Error("the card that was open is not any more")
	}
	b.says("Нужно сегодня")
	b.open(b.settings)
	b.choose("settings.language", 0)
	b.until(func() bool { return b.set.Language == "" })
	b.says("Language and look")
}

func TestEveryLanguageHasItsOwnName(t *testing.T) {
	catalog, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, tag := range text.Languages() {
		name := catalog.OwnName(tag)
		if name == "" || names[name] {
			t.Errorf("%s is called %q", tag, name)
		}
		names[name] = true
	}
	if !names["English"] || !names["Русский"] {
		t.Errorf("got %v", names)
	}
}

func TestTheLookChangesAtOnce(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("appearance")
	b.choose("settings.size", 3)
	b.choose("settings.theme", 2)
	test.Tap(b.flip("High contrast"))
	want := parts.Theme{Brightness: parts.Dark, Sharp: true, Scale: 1.5}
	if got := b.app.Settings().Theme(); got != fyne.Theme(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	b.keeps(p, func(s rounds.Settings) bool { return s.Contrast && s.TextSize == 150 && s.Theme == "dark" })
	b.shot("settings-appearance-sharp")
	b.settings.fresh()
	b.choose("settings.size", 0)
	b.choose("settings.theme", 0)
}

func TestAnAllowanceIsTakenBack(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("look")
	b.todo.card.agreed["cam"] = true
	p.own.allowed = []discovery.DeviceID{"router"}
	test.Tap(b.button("Take back"))
	b.until(func() bool { return p.called("consent router 0") || p.called("consent cam 0") })
	if len(b.settings.asked.allowed) != 1 {
		t.Errorf("still allowed: %v", b.settings.asked.allowed)
	}
	test.Tap(b.button("Check it again"))
	b.until(func() bool { return p.called("alone lock false") })
}

func TestNewsAreSwitchedOneByOne(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("internet")
	test.Tap(b.flip("Shelly"))
	test.Tap(b.flip("Holes that criminals use (CISA)"))
	b.until(func() bool { return p.called("news [] [kev]") })
	if !p.called("news [shelly] []") {
		t.Errorf("got %q", p.calls)
	}
	for _, n := range p.own.news {
		if key := "news.name." + n.Name; !b.words.Has(key) {
			t.Errorf("no words for %s", key)
		}
	}
}

func TestNothingIsForgottenUnasked(t *testing.T) {
	p := owner()
	p.own.set.Keep = 0
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("data")
	b.choose("settings.keep", 3)
	b.shot("settings-keep-ask")
	test.Tap(b.button("Cancel"))
	if len(p.calls) != 0 || b.settings.first["settings.keep"].(*parts.Choice).Chosen != 0 {
		t.Errorf("after Cancel: calls %q", p.calls)
	}
	b.choose("settings.keep", 3)
	test.Tap(b.button("Forget it"))
	b.until(func() bool { return p.called("thin") })
	b.keeps(p, func(s rounds.Settings) bool { return s.Keep == 12 })
}

func TestABackupIsMadeAndRestored(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("data")
	test.Tap(b.button("Back up now"))
	if !b.button("Backing up…").Disabled() {
		t.Error("a second backup can be begun meanwhile")
	}
	b.until(func() bool { return !b.settings.backing })
	p.own.set = rounds.Settings{Language: "es", Theme: "dark"}
	test.Tap(b.button("Go back to it…"))
	b.shot("settings-restore-ask")
	test.Tap(b.button("Go back"))
	b.until(func() bool { return b.set.Language == "es" })
	if !p.called("restore b2") || b.app.Settings().Theme() != fyne.Theme(parts.Theme{Brightness: parts.Dark}) {
		t.Errorf("got %q", p.calls)
	}
	b.says("Copias de seguridad")
}

func TestErasingTakesTwoSteps(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("data")
	test.Tap(b.button("Erase everything…"))
	b.shot("settings-erase")
	test.Tap(b.button("Next"))
	b.shot("settings-erase-again")
	yes := b.button("Erase now")
	test.Tap(yes)
	if len(p.calls) != 0 || b.ask == nil {
		t.Errorf("nobody said yes, and it called %q", p.calls)
	}
	test.Tap(b.flip("Yes, I am sure"))
	test.Tap(yes)
	b.until(func() bool { return b.page == nil && p.called("login false") })
	b.says("Welcome to Porchlight")
	if !p.called("erase") {
		t.Errorf("got %q", p.calls)
	}
}

func TestEveryPageHasHelp(t *testing.T) {
	for _, tag := range text.Languages() {
		catalog, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		b := openIn(t, tag.String(), owner(), true, theme.VariantLight)
		for _, p := range append([]page{b.device, b.about, nil}, b.pages...) {
			key := "welcome"
			if p != nil {
				key = p.key()
			}
			said := catalog.T("help."+key, nil)
			if n := len(regexp.MustCompile(`[.?!]( |$)`).FindAllString(said, -1)); n != 3 {
				t.Errorf("%s: help.%s has %d sentences: %q", tag, key, n, said)
			}
		}
	}
	b := open(t, owner(), true, theme.VariantLight)
	b.open(b.pages[2])
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1})
	b.shot("help")
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.ask != nil {
		t.Error("the help cannot be left")
	}
	test.Tap(b.taps()["Help for this page"])
	b.says("What is this page for?")
}

func TestTheFolderOfTheDataOpens(t *testing.T) {
	for folder, want := range map[string]string{
		"/home/mia/.local/share/porchlight": "file:///home/mia/.local/share/porchlight",
		"/Users/mia/Application Support/p":  "file:///Users/mia/Application%20Support/p",
	} {
		if got := folderURL(folder).String(); got != want {
			t.Errorf("%s: got %s", folder, got)
		}
	}
}

var (
	_ fyne.Focusable  = (*parts.Switch)(nil)
	_ fyne.Accessible = (*parts.Switch)(nil)
)

func TestTheLanguageCanBeChosenBeforeAnythingElse(t *testing.T) {
	b := open(t, &fake{}, false, theme.VariantLight)
	b.welcome.name.SetText("Casa da Mia")
	b.welcome.mine.SetChecked(true)
	at := languageAt("pt-BR")
	b.welcome.language.Choose(at)
	b.welcome.language.OnChosen(at)
	b.until(func() bool { return b.set.Language == "pt-BR" })
	b.shot("welcome-pt-BR")
	if b.welcome.name.Text != "Casa da Mia" || !b.welcome.mine.Checked || b.welcome.start.Disabled() {
		t.Error("what was filled in is gone")
	}
}

func TestAboutSaysThatANewerPorchlightIsOut(t *testing.T) {
	p := owner()
	p.newer = news.Release{Version: "1.2.0", Page: "https://example.invalid/get"}
	b := open(t, p, true, theme.VariantLight)
	b.about.version, b.about.golang = "1.0.0", "1.26.8"
	b.open(b.about)
	b.shot("about-newer")
	if b.find("Go to its page") == nil {
		t.Error("there is no way to its page")
	}
}

func TestTheSettingsWaitForNoFolder(t *testing.T) {
	p := owner()
	p.own.gone = true
	b := open(t, p, true, theme.VariantLight)
	b.open(b.settings)
	b.until(func() bool { return b.settings.asked.known && len(b.settings.asked.backups) > 0 })
	if len(b.settings.folders) > 0 {
		t.Errorf("got %q", b.settings.folders)
	}
}
