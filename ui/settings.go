package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/elsewhere"
	"porchlight/ui/parts"
)

// settingsPage is where the user says how Porchlight works: cards under a few heads. What is switched counts at once.
type settingsPage struct {
	w       *Window
	content fyne.CanvasObject
	scroll  *container.Scroll
	heads   *parts.Picks
	body    *fyne.Container
	first   map[string]fyne.Focusable // controls that stay where they are when the window is made anew, by their keys
	shown   string                    // what the cards show of the home, so that they are not built again for nothing

	asked   asked
	folders []string         // where people keep what they save; asked for on its own, for some lie on a computer that is gone
	backing bool             // a backup is being made
	typed   elsewhere.Target // whom else to tell, as it stands on the page
	trying  bool             // that is being told
}

// asked is what the page asks for when it opens: no picture holds it.
type asked struct {
	known   bool
	starts  bool                 // at login
	allowed []discovery.DeviceID // to try factory passwords
	news    []news.Switch
	backups []rounds.Backup
	trouble string // why some of it is not known

	elsewhere elsewhere.State
}

// settingsHeads are the groups of cards, in the order in which a household needs them. Their words are
// "settings.head.<key>".
var settingsHeads = []string{"look", "notices", "appearance", "internet", "data"}

// cards builds the cards under a head.
func (s *settingsPage) cards(head string) []fyne.CanvasObject {
	switch head {
	case "look":
		return []fyne.CanvasObject{s.background(), s.passwords(), s.alone()}
	case "notices":
		return []fyne.CanvasObject{s.notices(), s.quiet(), s.elsewhere()}
	case "appearance":
		return []fyne.CanvasObject{s.language(), s.appearance()}
	case "internet":
		return []fyne.CanvasObject{s.sources(), s.also()}
	}
	return []fyne.CanvasObject{s.history(), s.reports(), s.copies(), s.erase()}
}

func newSettingsPage(w *Window) *settingsPage {
	s := &settingsPage{w: w, body: parts.Stack(18), first: map[string]fyne.Focusable{}}
	names := make([]string, len(settingsHeads))
	for i, h := range settingsHeads {
		names[i] = w.words.say("settings.head." + h)
	}
	s.heads = parts.NewPicks(w.words.say("nav.settings"), names, func(int) {
		s.fill()
		s.scroll.ScrollToTop()
	})
	s.scroll = container.NewVScroll(parts.Column(740, container.New(layout.NewCustomPaddedLayout(4, 40, 20, 20), s.body)))
	head := parts.Column(740, container.New(layout.NewCustomPaddedLayout(32, 14, 20, 20),
		parts.Stack(16, parts.Heading(w.words.say("nav.settings")), s.heads.Container)))
	s.content = parts.Edge(head, nil, nil, s.scroll)
	return s
}

func (s *settingsPage) key() string { return "settings" }

func (s *settingsPage) view() fyne.CanvasObject { return s.content }

// keep takes over what another one shows.
func (s *settingsPage) keep(o *settingsPage) {
	s.asked, s.folders, s.backing, s.typed, s.trying = o.asked, o.folders, o.backing, o.typed, o.trying
	s.heads.Pick(o.heads.Picked)
	s.scroll.Offset = o.scroll.Offset
}

func (s *settingsPage) show(p *picture) {
	var shown strings.Builder
	for i := range p.Devices {
		d := &p.Devices[i]
		if d.LeaveAlone || slices.Contains(s.asked.allowed, d.ID) {
			fmt.Fprint(&shown, d.ID, d.LeaveAlone, s.w.words.DeviceName(d), d.Kind)
		}
	}
	if shown.String() != s.shown || len(s.body.Objects) == 0 {
		s.shown = shown.String()
		s.fill()
	}
}

// fresh asks for what no picture holds.
func (s *settingsPage) fresh() {
	w := s.w
	w.live.run(func(ctx context.Context) func() {
		p, got := w.program, asked{known: true}
		var errs [5]error
		got.starts, errs[0] = p.StartsAtLogin(ctx)
		got.allowed, errs[1] = p.Allowed(ctx)
		got.news, errs[2] = p.News(ctx)
		got.backups, errs[3] = p.Backups()
		got.elsewhere, errs[4] = p.Elsewhere(ctx)
		return func() {
			for _, err := range errs {
				if got.trouble == "" {
					got.trouble = w.sentence(err)
				}
			}
			if s := w.settings; !reflect.DeepEqual(got, s.asked) {
				if got.elsewhere.Target != s.asked.elsewhere.Target {
					s.typed = got.elsewhere.Target
				}
				s.asked = got
				s.fill()
			}
		}
	})
	w.live.run(func(ctx context.Context) func() {
		folders := w.program.Folders(ctx)
		return func() {
			if s := w.settings; !slices.Equal(folders, s.folders) {
				s.folders = folders
				s.fill()
			}
		}
	})
}

// settingsAt opens the settings under a head.
func (w *Window) settingsAt(head string) {
	w.settings.heads.Pick(slices.Index(settingsHeads, head))
	w.settings.fill()
	w.open(w.settings)
}

// fill builds the cards of the head that is picked.
func (s *settingsPage) fill() {
	var cards []fyne.CanvasObject
	if s.asked.trouble != "" {
		cards = []fyne.CanvasObject{parts.Trouble(s.asked.trouble, nil)}
	}
	parts.Refill(s.body, append(cards, s.cards(settingsHeads[s.heads.Picked])...)...)
	s.scroll.Refresh()
}

// change keeps what the user set. If that fails, the page shows what is set.
func (s *settingsPage) change(set func(*rounds.Settings)) {
	w := s.w
	set(&w.set)
	w.inTurn(func(ctx context.Context) error {
		_, err := w.program.ChangeSettings(ctx, set)
		return err
	}, s.failed)
}

// failed says that something could not be kept, and shows what is kept.
func (s *settingsPage) failed(trouble string) {
	if trouble == "" {
		return
	}
	w := s.w
	w.tell(trouble)
	w.live.run(func(ctx context.Context) func() {
		set, err := w.program.Settings(ctx)
		return func() {
			if err == nil {
				w.set = set
			}
			w.settings.fill()
			w.settings.fresh()
		}
	})
}

// card is a card with a head, and what it is about in small print; "" for nothing.
func (s *settingsPage) card(key string, objects ...fyne.CanvasObject) *parts.Box {
	head := parts.Stack(3, parts.Strong(s.w.words.say(key)))
	if small := key + ".text"; s.w.words.Has(small) {
		head.Add(parts.Muted(s.w.words.say(small)))
	}
	return parts.Card(parts.Stack(10, append([]fyne.CanvasObject{head}, objects...)...))
}

// controlWidth is how wide the control of a line is; the longest words are Russian ones.
const controlWidth = 224

// line is a line of a card with a control at its end.
func (s *settingsPage) line(key string, control fyne.CanvasObject) *fyne.Container {
	said := parts.Stack(1, parts.Body(s.w.words.say(key)))
	if small := key + ".text"; s.w.words.Has(small) {
		said.Add(parts.Small(s.w.words.say(small)))
	}
	return parts.Pad(0, 4, parts.Beside(20, nil, parts.Wide(controlWidth, parts.Pad(0.5, 0.5, control)), said))
}

// choice is a line with one of many options. after runs when the user has chosen; nil for nothing.
func (s *settingsPage) choice(key string, options []string, chosen int, set func(*rounds.Settings, int), after func()) *fyne.Container {
	list := make([]parts.Option, len(options))
	for i, o := range options {
		list[i] = parts.Option{Words: o}
	}
	c := parts.NewChoice(s.w.words.say(key), list, max(0, chosen))
	c.OnChosen = func(i int) {
		s.change(func(x *rounds.Settings) { set(x, i) })
		if after != nil {
			after()
		}
	}
	s.first[key] = c
	return s.line(key, c)
}

// flip is a line that is on or off.
func (s *settingsPage) flip(key string, on bool, onChanged func(bool)) *parts.Switch {
	small := ""
	if s.w.words.Has(key + ".text") {
		small = s.w.words.say(key + ".text")
	}
	f := s.newSwitch(s.w.words.say(key), small, on, onChanged)
	s.first[key] = f
	return f
}

func (s *settingsPage) newSwitch(name, small string, on bool, onChanged func(bool)) *parts.Switch {
	return parts.NewSwitch(name, small, s.w.words.say("news.off"), s.w.words.say("news.on"), on, onChanged)
}

// flips puts switches under each other, so that their words align with those of the card.
func flips(list ...*parts.Switch) fyne.CanvasObject {
	stack := parts.Stack(0)
	for _, f := range list {
		stack.Add(f)
	}
	return container.New(layout.NewCustomPaddedLayout(0, 0, -10, -10), stack)
}

// setTo sets one of two states of a switch.
func (s *settingsPage) setTo(field func(*rounds.Settings) *bool) func(bool) {
	return func(on bool) { s.change(func(x *rounds.Settings) { *field(x) = on }) }
}

// everies are how often a round is walked in the background, as they are kept. Their words are "settings.every.<key>".
var everies = []string{"", "daily", "weekly"}

// noon is from when a round is due if nobody said: computers are on then, and people not asleep beside them.
const noon = 12

// schedule sets how often a round is walked.
func schedule(x *rounds.Settings, every string) {
	if x.Every == "" && every != "" && x.Hour == 0 {
		x.Hour = noon
	}
	x.Every = every
}

// keepWatch sees to it that Porchlight keeps watch from the next login on, or does not. Who wants that wants rounds too: it
// begins with one a week.
func (w *Window) keepWatch(on bool, done func(trouble string)) {
	weekly := func(x *rounds.Settings) {
		if on && x.Every == "" {
			schedule(x, rounds.Weekly)
		}
	}
	weekly(&w.set)
	w.inTurn(func(ctx context.Context) error {
		if _, err := w.program.ChangeSettings(ctx, weekly); err != nil {
			return err
		}
		return w.program.StartAtLogin(ctx, on)
	}, done)
}

// background says whether rounds are walked by themselves.
func (s *settingsPage) background() fyne.CanvasObject {
	words, set := s.w.words, &s.w.set
	options := []string{words.say("settings.every.never"), words.say("settings.every.daily"), words.say("settings.every.weekly")}
	needs := parts.Pad(0, 6, parts.Beside(10, parts.NewPic("clock", parts.ColorMuted, 18), nil, parts.Muted(words.say("settings.needs.login"))))
	hours := s.choice("settings.hour", s.hours(), set.Hour, func(x *rounds.Settings, i int) { x.Hour = i }, nil)
	more := parts.Stack(4, hours, flips(
		s.flip("settings.battery", set.OnBattery, s.setTo(func(x *rounds.Settings) *bool { return &x.OnBattery })),
		s.flip("settings.metered", set.OnMetered, s.setTo(func(x *rounds.Settings) *bool { return &x.OnMetered })),
	))
	var body *fyne.Container
	arrange := func() {
		more.Hidden = set.Every == ""
		needs.Hidden = set.Every == "" || s.asked.starts || !s.asked.known
		body.Refresh()
		s.scroll.Refresh()
	}
	var login *parts.Switch
	every := s.choice("settings.every", options, slices.Index(everies, set.Every), func(x *rounds.Settings, i int) { schedule(x, everies[i]) }, func() {
		if c, ok := s.first["settings.hour"].(*parts.Choice); ok {
			c.Choose(set.Hour)
		}
		if set.Every != "" && s.asked.known && !s.asked.starts { // nothing else would walk them
			s.asked.starts = true
			login.Set(true)
			s.w.keepWatch(true, s.failed)
		}
		arrange()
	})
	login = s.flip("settings.login", s.asked.starts, func(on bool) {
		s.asked.starts = on
		s.w.keepWatch(on, s.failed)
		if c, ok := s.first["settings.every"].(*parts.Choice); ok {
			c.Choose(max(0, slices.Index(everies, set.Every)))
		}
		if c, ok := s.first["settings.hour"].(*parts.Choice); ok {
			c.Choose(set.Hour)
		}
		arrange()
	})
	card := s.card("settings.auto", flips(login), parts.Stack(4, every, needs, more))
	body, _ = card.Content.(*fyne.Container)
	arrange()
	return card
}

// hours are those of a day, as people write them.
func (s *settingsPage) hours() []string {
	out := make([]string, 24)
	for h := range out {
		out[h] = time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC).Format(s.w.words.say("format.hour"))
	}
	return out
}

// passwords says where factory passwords may be tried.
func (s *settingsPage) passwords() fyne.CanvasObject {
	words, set := s.w.words, &s.w.set
	list, never := parts.Stack(8), parts.Muted(words.say("settings.passwords.nothing"))
	if len(s.asked.allowed) == 0 {
		list.Add(parts.Muted(words.say("settings.passwords.none")))
	} else {
		list.Add(parts.Small(words.say("settings.passwords.allowed")))
	}
	for _, id := range s.asked.allowed {
		list.Add(s.device(id, "settings.passwords.back", func() {
			s.asked.allowed = slices.DeleteFunc(slices.Clone(s.asked.allowed), func(other discovery.DeviceID) bool { return other == id })
			delete(s.w.todo.card.agreed, id)
			s.fill()
			s.w.inTurn(func(ctx context.Context) error { return s.w.program.Consent(ctx, id, rounds.ConsentUnknown) }, s.failed)
		}))
	}
	var body *fyne.Container
	arrange := func() {
		list.Hidden, never.Hidden = set.Passwords == rounds.PasswordsNever, set.Passwords != rounds.PasswordsNever
		body.Refresh()
		s.scroll.Refresh()
	}
	options, chosen := []string{words.say("settings.passwords.ask"), words.say("settings.passwords.never")}, 0
	if set.Passwords == rounds.PasswordsNever {
		chosen = 1
	}
	how := s.choice("settings.passwords.how", options, chosen, func(x *rounds.Settings, i int) {
		x.Passwords = []string{"", rounds.PasswordsNever}[i]
	}, arrange)
	card := s.card("settings.passwords", how, list, never)
	body, _ = card.Content.(*fyne.Container)
	arrange()
	return card
}

// device is a device in a list of a card, with a button that takes it out.
func (s *settingsPage) device(id discovery.DeviceID, key string, do func()) fyne.CanvasObject {
	words, name, kind := s.w.words, string(id), discovery.KindUnknown
	if d := s.w.now.device[id]; d != nil {
		name, kind = words.DeviceName(d), d.Kind
	}
	return parts.Beside(14, parts.NewDisc(parts.KindIcon(kind), parts.ColorMuted, 36), parts.NewButton(words.say(key), "", do),
		parts.Body(discovery.Line(name)).OneLine())
}

// alone lists the devices that are left alone.
func (s *settingsPage) alone() fyne.CanvasObject {
	list := parts.Stack(8)
	for i := range s.w.now.Devices {
		if d := &s.w.now.Devices[i]; d.LeaveAlone {
			id := d.ID
			list.Add(s.device(id, "settings.alone.end", func() {
				s.w.call(func(ctx context.Context) error { return s.w.program.LeaveAlone(ctx, id, false) }, s.w.tell)
			}))
		}
	}
	if len(list.Objects) == 0 {
		list.Add(parts.Muted(s.w.words.say("settings.alone.none")))
	}
	return s.card("settings.alone", list)
}

// notices says what is told while no window is open.
func (s *settingsPage) notices() fyne.CanvasObject {
	var list []*parts.Switch
	for _, sort := range rounds.Notices() {
		list = append(list, s.flip("settings.notice."+sort, !slices.Contains(s.w.set.Mute, sort), func(on bool) {
			s.change(func(x *rounds.Settings) { x.Mute = with(x.Mute, sort, !on) })
		}))
	}
	return s.card("settings.notices", flips(list...))
}

// with gives a list in which a word stands, or does not.
func with(list []string, word string, in bool) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(other string) bool { return other == word })
	if in {
		list = append(list, word)
	}
	return list
}

// The quiet hours of those who have not said other ones, in minutes after midnight.
const quietFrom, quietUntil = 21 * 60, 8 * 60

// quiet says when nothing is told.
func (s *settingsPage) quiet() fyne.CanvasObject {
	set := &s.w.set
	var body *fyne.Container
	from := s.choice("settings.quiet.from", s.hours(), set.QuietFrom/60, func(x *rounds.Settings, i int) { x.QuietFrom = i * 60 }, nil)
	until := s.choice("settings.quiet.until", s.hours(), set.QuietUntil/60, func(x *rounds.Settings, i int) { x.QuietUntil = i * 60 }, nil)
	more := parts.Stack(4, from, until)
	arrange := func() {
		more.Hidden = set.QuietFrom == set.QuietUntil
		body.Refresh()
		s.scroll.Refresh()
	}
	on := s.flip("settings.quiet.on", set.QuietFrom != set.QuietUntil, func(on bool) {
		s.change(func(x *rounds.Settings) {
			x.QuietFrom, x.QuietUntil = 0, 0
			if on {
				x.QuietFrom, x.QuietUntil = quietFrom, quietUntil
			}
		})
		for key, minutes := range map[string]int{"settings.quiet.from": set.QuietFrom, "settings.quiet.until": set.QuietUntil} {
			if c, ok := s.first[key].(*parts.Choice); ok {
				c.Choose(minutes / 60)
			}
		}
		arrange()
	})
	card := s.card("settings.quiet", flips(on), more)
	body, _ = card.Content.(*fyne.Container)
	arrange()
	return card
}

// language chooses the language of the window.
func (s *settingsPage) language() fyne.CanvasObject {
	w := s.w
	c := w.languages(func() { w.settings.focus("settings.language") })
	s.first["settings.language"] = c
	return s.card("settings.languages", s.line("settings.language", c))
}

// languages makes a choice of all languages, each by its own name. What is chosen counts at once; then comes after that.
func (w *Window) languages(then func()) *parts.Choice {
	tags, list, chosen := []string{""}, []parts.Option{{Icon: "language", Words: w.words.say("settings.system")}}, 0
	for _, tag := range text.Languages() {
		if tag.String() == w.set.Language {
			chosen = len(tags)
		}
		tags, list = append(tags, tag.String()), append(list, parts.Option{Icon: "language", Words: w.words.OwnName(tag)})
	}
	c := parts.NewChoice(w.words.say("settings.languages"), list, chosen)
	c.OnChosen = func(i int) { w.speak(tags[i], then) }
	return c
}

// speak changes the language of the window, "" for that of the system, and then does something.
func (w *Window) speak(language string, then func()) {
	w.live.run(func(ctx context.Context) func() {
		catalog, err := w.program.Speak(ctx, language)
		return func() {
			if err != nil {
				w.tell(w.sentence(err))
				return
			}
			w.set.Language, w.words = language, words{catalog}
			w.rebuild()
			then()
		}
	})
}

// focus gives the keyboard to a control by its key.
func (s *settingsPage) focus(key string) {
	if f := s.first[key]; f != nil {
		s.w.win.Canvas().Focus(f)
	}
}

// brightnesses are as they are kept. Their words are "settings.theme.<key>".
var brightnesses = []parts.Brightness{parts.AsSystem, parts.Light, parts.Dark}

// appearance says how the window looks.
func (s *settingsPage) appearance() fyne.CanvasObject {
	words, w := s.w.words, s.w
	wear := func(key string) func() {
		return func() {
			w.wear()
			w.settings.focus(key)
		}
	}
	themes := []string{words.say("settings.system"), words.say("settings.theme.light"), words.say("settings.theme.dark")}
	brightness := s.choice("settings.theme", themes, slices.Index(brightnesses, parts.Brightness(w.set.Theme)),
		func(x *rounds.Settings, i int) { x.Theme = string(brightnesses[i]) }, wear("settings.theme"))
	sizes := make([]string, len(textSizes))
	for i, n := range textSizes {
		sizes[i] = words.say("settings.size." + strconv.Itoa(n))
	}
	size := s.choice("settings.size", sizes, slices.Index(textSizes, w.set.TextSize),
		func(x *rounds.Settings, i int) { x.TextSize = textSizes[i] }, wear("settings.size"))
	contrast := s.flip("settings.contrast", w.set.Contrast, func(on bool) {
		s.change(func(x *rounds.Settings) { x.Contrast = on })
		wear("settings.contrast")()
	})
	return s.card("settings.appearance", parts.Stack(4, size, brightness, flips(contrast)))
}

// asks are the sources of news that are asked for other things than the newest versions of one maker. Their words are
// "news.asks.<key>".
var asks = map[string]string{"kev": "holes", "nvd": "hole", "cve": "hole", "hue": "model", "netgear": "model", "signed": "signed"}

// sources lists who may be asked what is new, by what they learn from that.
func (s *settingsPage) sources() fyne.CanvasObject {
	words, w := s.w.words, s.w
	var order []string
	groups := map[string][]*parts.Switch{}
	for i, n := range s.asked.news {
		ask := asks[n.Name]
		if ask == "" {
			ask = "versions"
		}
		small := discovery.Line(n.Host)
		if n.On {
			small += s.answered(n.State)
		}
		if groups[ask] == nil {
			order = append(order, ask)
		}
		groups[ask] = append(groups[ask], s.newSwitch(words.say("news.name."+n.Name), small, n.On, func(on bool) {
			s.asked.news = slices.Clone(s.asked.news)
			s.asked.news[i].On = on
			w.inTurn(func(ctx context.Context) error {
				if on {
					return w.program.SwitchNews(ctx, []string{n.Name}, nil)
				}
				return w.program.SwitchNews(ctx, nil, []string{n.Name})
			}, s.failed)
		}))
	}
	list := parts.Stack(14)
	for _, ask := range order {
		list.Add(parts.Stack(2, parts.Body(words.say("news.asks."+ask)), flips(groups[ask]...)))
	}
	return s.card("settings.news", list, parts.Small(words.say("news.nvd")))
}

// answered says when a source was asked last, and what went wrong then.
func (s *settingsPage) answered(state news.State) string {
	words := s.w.words
	switch {
	case state.Asked.IsZero():
		return ""
	case state.Trouble != "":
		return ". " + words.T("settings.news.failed", text.Args{"time": words.Time(state.Asked), "why": words.say("news.trouble." + string(state.Trouble))})
	}
	return ". " + words.T("settings.news.asked", text.Args{"time": words.Time(state.Asked)})
}

// also lists what is looked for besides.
func (s *settingsPage) also() fyne.CanvasObject {
	var list []*parts.Switch
	for _, what := range []string{rounds.AlsoDNS, rounds.AlsoDHCP} {
		list = append(list, s.flip("settings.also."+what, slices.Contains(s.w.set.Also, what), func(on bool) {
			s.change(func(x *rounds.Settings) { x.Also = with(x.Also, what, on) })
		}))
	}
	return s.card("settings.also", flips(list...))
}

// kept are for how many months the history may be kept; 0 for ever.
var kept = []int{0, 60, 24, 12}

// history says for how long the history is kept.
func (s *settingsPage) history() fyne.CanvasObject {
	words, w := s.w.words, s.w
	list := make([]parts.Option, len(kept))
	for i, months := range kept {
		list[i] = parts.Option{Words: words.say("settings.keep.ever")}
		if months > 0 {
			list[i].Words = words.count("settings.keep.years", months/12)
		}
	}
	c := parts.NewChoice(words.say("settings.keep"), list, max(0, slices.Index(kept, w.set.Keep)))
	c.OnChosen = func(i int) {
		months := kept[i]
		if months == 0 {
			s.change(func(x *rounds.Settings) { x.Keep = 0 })
			return
		}
		c.Choose(max(0, slices.Index(kept, w.set.Keep))) // until the user has agreed
		before := words.Date(w.clock().AddDate(0, -months, 0))
		w.question(words.say("settings.keep.ask"), []string{words.T("settings.keep.ask.text", text.Args{"date": before}), words.say("settings.keep.ask.stays")},
			nil, words.say("settings.keep.yes"), func() {
				c.Choose(i)
				s.change(func(x *rounds.Settings) { x.Keep = months })
				w.inTurn(w.program.Thin, s.failed)
			})
	}
	s.first["settings.keep"] = c
	return s.card("settings.history", s.line("settings.keep", c))
}

// reportsFolder is the folder for reports, in the usual place, until the user chooses another one.
const reportsFolder = "Porchlight"

// reports says whether reports are kept after rounds in the background, and where.
func (s *settingsPage) reports() fyne.CanvasObject {
	w := s.w
	where := func(folder string) { s.change(func(x *rounds.Settings) { x.Reports = folder }) }
	keep := s.flip("settings.reports.keep", w.set.Reports != "", func(on bool) {
		folder := ""
		if on && len(s.folders) > 0 {
			folder = filepath.Join(s.folders[0], reportsFolder)
		}
		where(folder)
		s.fill()
		s.focus("settings.reports.keep")
	})
	card := s.card("settings.reports", flips(keep))
	if set := w.set.Reports; set != "" {
		body, _ := card.Content.(*fyne.Container)
		f := w.newFolderChoice(w.words.say("settings.reports.folder"), s.folders, set, where, func() {
			w.findFolder(w.set.Reports, s.folders, func(folder string) {
				if folder != "" {
					where(folder)
				}
				w.settings.fill()
				w.settings.focus("settings.reports.folder")
			})
		})
		s.first["settings.reports.folder"] = f.choice
		body.Add(s.line("settings.reports.folder", f.choice))
		body.Add(f.path)
		if !s.asked.starts || w.set.Every == "" {
			body.Add(parts.Beside(10, parts.NewPic("clock", parts.ColorMuted, 18),
				parts.NewButton(w.words.say("settings.auto"), "", func() { w.settingsAt("look") }), parts.Muted(w.words.say("settings.needs.login"))))
		}
	}
	return card
}

// copies lists the backups.
func (s *settingsPage) copies() fyne.CanvasObject {
	words := s.w.words
	list := parts.Stack(8)
	for _, b := range s.asked.backups {
		list.Add(parts.Beside(14, parts.NewPic("clock", parts.ColorMuted, 22), parts.NewButton(words.say("settings.restore"), "", func() { s.restore(b) }),
			parts.Stack(1, parts.Body(words.Time(b.At)), parts.Small(words.bytes(int(b.Size))))))
	}
	if len(s.asked.backups) == 0 {
		list.Add(parts.Muted(words.say("settings.backups.none")))
	}
	now := parts.NewButton(words.say("settings.backup"), "", s.backUp)
	if s.backing {
		now.SetText(words.say("settings.backup.working"))
		now.Disable()
	}
	return s.card("settings.backups", list, parts.Pad(0, 4, parts.Row(0, now)))
}

// backUp makes a backup.
func (s *settingsPage) backUp() {
	w := s.w
	s.backing = true
	s.fill()
	w.call(func(ctx context.Context) error { _, err := w.program.BackUp(ctx); return err }, func(trouble string) {
		w.settings.backing = false
		w.settings.fill()
		w.settings.fresh()
		w.tell(trouble)
	})
}

// restore asks, and puts a backup in the place of what there is.
func (s *settingsPage) restore(b rounds.Backup) {
	words, w := s.w.words, s.w
	w.question(words.say("settings.restore.ask"), []string{words.T("settings.restore.text", text.Args{"time": words.Time(b.At)}), words.say("settings.restore.first"), words.say("settings.restore.stays")},
		nil, words.say("settings.restore.yes"), func() {
			w.call(func(ctx context.Context) error { return w.program.Restore(ctx, b.Name) }, w.restart)
		})
}

// restart shows the window as it is set by now, after the history was put in its place or erased. Without a home it
// welcomes.
func (w *Window) restart(trouble string) {
	if trouble != "" {
		w.tell(trouble)
		return
	}
	w.live.run(func(ctx context.Context) func() {
		set, err := w.program.Settings(ctx)
		catalog, errWords := w.program.Speak(ctx, set.Language)
		return func() {
			if err != nil || errWords != nil {
				w.tell(w.sentence(err) + w.sentence(errWords))
				return
			}
			w.set, w.words = set, words{catalog}
			w.todo.card.forget()
			w.now = newPicture(w.program.Feed().Latest(), w.clock())
			if w.now.Home.ID == 0 {
				w.greet()
			}
			w.wear()
		}
	})
}

// erase forgets everything, after two questions.
func (s *settingsPage) erase() fyne.CanvasObject {
	return s.card("settings.erase", parts.Pad(0, 4, parts.Row(0, parts.NewButton(s.w.words.say("settings.erase.open"), "", s.askErase))))
}

// askErase says what is forgotten.
func (s *settingsPage) askErase() {
	say, w := s.w.words.say, s.w
	w.question(say("settings.erase.ask"), []string{say("settings.erase.what"), say("settings.erase.stays")}, nil, say("settings.erase.next"), s.askEraseAgain)
}

// askEraseAgain asks once more.
func (s *settingsPage) askEraseAgain() {
	say, w := s.w.words.say, s.w
	w.certain(say("settings.erase.again"), say("settings.erase.last"), say("settings.erase.sure"), say("settings.erase.yes"), func() {
		w.halt()
		w.call(func(ctx context.Context) error {
			if err := w.program.Erase(ctx); err != nil {
				return err
			}
			return w.program.StartAtLogin(ctx, false)
		}, w.restart)
	})
}

// certain asks once more. Only who switches on that it is meant so can go on.
func (w *Window) certain(title, line, sure, yes string, onYes func()) {
	say := w.words.say
	ok := parts.MainButton(yes, "", func() { w.answer(); onYes() })
	meant := parts.NewSwitch(sure, "", say("news.off"), say("news.on"), false, func(on bool) { able(on, ok) })
	ok.Disable()
	w.sheet(460, title, []string{line}, flips(meant), meant, parts.NewButton(say("action.cancel"), "", w.answer), ok)
}
