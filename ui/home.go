package ui

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// homePage says how the home stands in one sentence, and walks rounds.
type homePage struct {
	w       *Window
	content fyne.CanvasObject
	body    *fyne.Container
	shown   string // what body shows, so that it is not built again for nothing

	// While a round is walked.
	walk  *fyne.Container
	phase *parts.Text
	found *parts.Text
	bar   *parts.Bar
	far   float64 // how far the bar is; it never goes back
	stop  *parts.Button
	grid  *fyne.Container
	chips map[discovery.DeviceID]*chip
}

// A chip is one device that was heard in the round.
type chip struct {
	pic  *parts.Pic
	name *parts.Text
	what *parts.Text
}

func newHomePage(w *Window) *homePage {
	h := &homePage{w: w, body: parts.Stack(24), phase: parts.Heading(""), found: parts.Muted(""), bar: parts.NewBar()}
	h.stop = parts.NewButton(w.words.say("action.stop"), "stop", w.halt)
	h.grid = parts.Grid(3, 10)
	h.walk = parts.Stack(20, parts.Beside(24, nil, h.stop, parts.Stack(6, h.phase, h.found)),
		h.bar, parts.Small(w.words.say("home.gentle")), h.grid)
	h.content = container.NewVScroll(parts.Column(740, parts.Pad(20, 40, h.body)))
	return h
}

func (h *homePage) key() string { return "home" }

func (h *homePage) view() fyne.CanvasObject { return h.content }

func (h *homePage) show(p *picture) {
	if p.walking {
		h.showWalk(p)
		return
	}
	h.far = 0
	var shown strings.Builder
	fmt.Fprint(&shown, p.Home.ID, p.Started, p.Finished, p.Complete, p.trouble, len(p.Devices), len(p.Troubles))
	for _, f := range p.open {
		fmt.Fprint(&shown, f.ID, h.w.words.title(&f, p.device[f.About()]), h.w.words.nudge(&f, p.now))
	}
	fmt.Fprint(&shown, len(p.later), len(p.know), len(p.accepted()), standsApart(p))
	for _, o := range p.Outcomes {
		fmt.Fprint(&shown, o.Device, o.Check, o.Result)
	}
	var silent []news.State // nobody asks for the practice home
	var newer news.Release
	if !p.practice() {
		silent = h.w.program.SilentNews()
		newer, _ = h.w.program.Newer()
	}
	fmt.Fprint(&shown, silent, newer, h.w.asks, p.barred, h.w.homes.asked.where, h.w.homes.asked.list)
	if shown.String() == h.shown {
		return
	}
	h.shown = shown.String()
	var body []fyne.CanvasObject
	unseen := p.Started.IsZero() && len(p.Devices) == 0
	switch {
	case p.barred.Kind != "" && unseen:
		body = append(body, h.w.hurdle(p.barred, h.w.look).screen())
	case p.barred.Kind != "":
		body = append(body, h.barred(p))
	case p.trouble != "":
		body = append(body, parts.Trouble(p.trouble, nil))
	default:
		if apart := h.apart(p); apart != nil {
			body = append(body, apart)
		}
	}
	switch {
	case unseen && p.barred.Kind != "":
	case unseen:
		body = append(body, h.first())
	case p.nobody():
		body = append(body, h.w.hurdle(rounds.Hurdle{Kind: rounds.HurdlePermission}, h.w.look).screen())
	case len(p.open) > 0:
		body = append(body, h.head(p, h.sentence(p)), h.jobs(p), h.rest(p))
	default:
		body = append(body, h.head(p, h.sentence(p)), h.calm(p), h.rest(p))
	}
	if h.w.asks && p.Complete && !p.practice() {
		body = append(body, h.login())
	}
	for _, said := range []fyne.CanvasObject{h.silent(silent), h.newer(newer.Version)} {
		if said != nil {
			body = append(body, said)
		}
	}
	h.fill(body...)
}

// barred says what keeps the next round from being walked, with the next step.
func (h *homePage) barred(p *picture) fyne.CanvasObject {
	if p.barred.Kind == rounds.HurdleElsewhere {
		if apart := h.apart(p); apart != nil {
			return apart
		}
	}
	return h.w.hurdle(p.barred, h.w.look).card(parts.MainButton)
}

func (h *homePage) fill(objects ...fyne.CanvasObject) {
	parts.Refill(h.body, objects...)
	h.content.Refresh()
}

// apart says that this computer is not in the home that is shown; nil if it is, or if nobody knows.
func (h *homePage) apart(p *picture) fyne.CanvasObject {
	words, where, w := h.w.words, h.w.homes.asked.where, h.w
	if p.practice() || where.Network.Key == "" || where.Known && where.Home.ID == p.Home.ID {
		return nil
	}
	title, said := words.say("homes.unknown.title"), words.say("homes.unknown.text")
	button := parts.NewButton(words.say("nav.homes"), "", func() { w.open(w.homes) })
	if where.Known {
		title, said = words.T("homes.elsewhere.title", text.Args{"home": discovery.Line(where.Home.Name)}), words.T("hurdle.elsewhere.text", text.Args{"home": discovery.Line(p.Home.Name)})
		button = parts.NewButton(words.say("homes.show"), "", func() { w.switchTo(where.Home.ID) })
	}
	return parts.Note(parts.ColorSide, parts.NewPic("home", parts.ColorMuted, 24), button, parts.Stack(2, parts.Strong(title), parts.Body(said)))
}

// first invites to the first round.
func (h *homePage) first() fyne.CanvasObject {
	say := h.w.words.say
	look := parts.MainButton(say("action.look"), "look", h.w.look)
	return parts.Pad(60, 100, parts.Stack(18,
		parts.NewPic("app", "", 96),
		parts.Heading(say("home.first.title")).Centered(),
		parts.Body(say("home.first.text")).Centered(),
		container.NewCenter(parts.Wide(220, look)),
		parts.Small(say("home.gentle")).Centered()))
}

// sentence is the one thing to know.
func (h *homePage) sentence(p *picture) string {
	words := h.w.words
	if len(p.open) == 0 {
		return words.say(calmTitle(p))
	}
	things := words.count("findings.count", len(p.open))
	today := 0
	for _, f := range p.open {
		if f.Severity == checks.Today {
			today++
		}
	}
	if today == 0 {
		return things
	}
	return words.T("home.things", text.Args{"things": things, "today": words.count("findings.today", today)})
}

// calmTitle is the key of the one thing to know when there is nothing to do by now.
func calmTitle(p *picture) string {
	switch {
	case len(p.Devices) == 0:
		return "home.nothing.title"
	case p.AllGood():
		return parts.AllGood.Key
	case len(p.later) > 0:
		return "home.later.title"
	}
	return "home.partly.title"
}

// head is the sentence, when it was found out, and the way to look again.
func (h *homePage) head(p *picture, sentence string) fyne.CanvasObject {
	words := h.w.words
	var meta []string
	if at := p.Finished; !at.IsZero() {
		meta = append(meta, words.T("home.last", text.Args{"time": words.Time(at)}))
	}
	if !p.Complete {
		meta = append(meta, words.say("home.stopped"))
	}
	if len(p.Troubles) > 0 {
		meta = append(meta, words.say("home.sources"))
	}
	var look fyne.CanvasObject
	if p.barred.Kind == "" { // what bars a round has a next step of its own
		look = parts.AtLeast(176, parts.MainButton(words.say("action.look"), "look", h.w.look))
	}
	return parts.Beside(24, nil, look, parts.Stack(6, parts.Heading(sentence), parts.Muted(strings.Join(meta, " "))))
}

// topJobs is how many jobs Home shows: three get done, thirty do not.
const topJobs = 3

// jobs are the most urgent things to do.
func (h *homePage) jobs(p *picture) fyne.CanvasObject {
	words := h.w.words
	list := parts.Stack(12)
	for i := range p.open[:min(topJobs, len(p.open))] {
		f := &p.open[i]
		advice, state := words.advice(f, p.device[f.About()], nil), parts.StateOf(f.Severity)
		title, urgency := words.title(f, p.device[f.About()]), words.say(state.Key)
		if nudge := words.nudge(f, p.now); nudge != "" {
			urgency += " · " + nudge
		}
		h.w.tells(f)
		list.Add(parts.NewTap(title, parts.ColorCard, parts.ColorLine, parts.Radius, 20, 16,
			parts.Beside(18, parts.NewDisc(state.Icon, state.Color, 46), parts.NewPic("next", parts.ColorMuted, 18),
				parts.Stack(3, parts.Small(urgency), parts.Strong(title), parts.Muted(advice.Time))),
			func() { h.w.openFinding(f.ID) }))
	}
	if more := len(p.open) - topJobs; more > 0 {
		list.Add(container.NewCenter(parts.QuietButton(words.count("home.more", more), "", func() { h.w.openFinding("") })))
	}
	if len(p.later) > 0 {
		list.Add(container.NewCenter(parts.QuietButton(words.count("home.later", len(p.later)), "clock", func() { h.w.openFinding(p.later[0].ID) })))
	}
	return list
}

// calm says what was looked at when there is nothing to do.
func (h *homePage) calm(p *picture) fyne.CanvasObject {
	words := h.w.words
	_, clear := p.Looked(checks.Clear)
	maps.DeleteFunc(clear, func(id checks.ID, _ int) bool { return words.check(id) == "" })
	list := parts.Stack(14, parts.Strong(words.say("home.looked")))
	if len(clear) == 0 {
		list = parts.Stack(14, parts.Body(words.say("home.nothing.text")))
	}
	var rows []string
	for id := range clear {
		rows = append(rows, words.T("home.looked.check", text.Args{"check": words.check(id), "devices": words.count("devices.count", clear[id])}))
	}
	slices.Sort(rows)
	for _, r := range rows {
		list.Add(parts.Beside(12, parts.NewPic("state-allgood", parts.ColorAllGood, 22), nil, parts.Body(r)))
	}
	for _, apart := range standsApart(p) {
		state := faces[apart.state]
		list.Add(parts.Beside(12, parts.NewPic(state.Icon, state.Color, 22), nil,
			parts.Muted(words.T("home.looked.check", text.Args{"check": words.say(state.Key), "devices": words.count("devices.count", apart.devices)}))))
	}
	if len(clear) > 0 {
		list.Add(parts.Muted(words.say("home.looked.again")))
	}
	if len(clear) == 0 {
		return parts.Card(list)
	}
	icon, c := "state-allgood", parts.ColorAllGood
	switch {
	case p.AllGood():
	case len(p.unchecked) == 0 && p.Complete && len(p.later) > 0:
		icon, c = "clock", parts.ColorMuted
	default:
		icon, c = "state-unchecked", parts.ColorMuted
	}
	return parts.NewBox(parts.ColorCard, parts.ColorLine, parts.Radius, 28, 26, parts.BesideTop(28, parts.NewDisc(icon, c, 88), nil, list))
}

// An apart is how many devices no check tells anything of, for one reason.
type apart struct {
	state   rounds.State
	devices int
}

// standsApart counts the devices of which no check tells anything.
func standsApart(p *picture) []apart {
	var all []apart
	for _, state := range []rounds.State{rounds.StateNothing, rounds.StateNotYet, rounds.StateOffline, rounds.StateAlone} {
		if n := p.count(state); n > 0 {
			all = append(all, apart{state, n})
		}
	}
	return all
}

// rest leads to everything else.
func (h *homePage) rest(p *picture) fyne.CanvasObject {
	words := h.w.words
	tile := func(icon, title, sub string, onTap func()) fyne.CanvasObject {
		return parts.NewTap(title, parts.ColorSide, "", parts.Radius, 18, 14, parts.Beside(14,
			parts.NewPic(icon, parts.ColorMuted, 24), parts.NewPic("next", parts.ColorMuted, 16),
			parts.Stack(2, parts.Strong(title), parts.Muted(sub))), onTap)
	}
	all := tile("devices", words.count("devices.count", len(p.Devices)), words.say("home.devices"), func() { h.w.open(h.w.devices) })
	var more []fyne.CanvasObject
	if len(p.unchecked) > 0 {
		devices := map[discovery.DeviceID]bool{}
		for _, o := range p.unchecked {
			devices[o.Device] = true
		}
		more = append(more, tile(parts.Unchecked.Icon, words.say(parts.Unchecked.Key), words.count("home.unchecked", len(devices)),
			func() { h.w.openFinding(gapRow(&p.Gaps()[0])) }))
	}
	if len(p.know) > 0 {
		more = append(more, tile(parts.Info.Icon, words.say(parts.Info.Key), words.count("home.know", len(p.know)),
			func() { h.w.openFinding(p.know[0].ID) }))
	}
	if len(p.open) == 0 { // otherwise they stand below the jobs, or are not what counts now
		if len(p.later) > 0 {
			more = append(more, tile("clock", words.count("home.later", len(p.later)), words.say("home.later.see"), func() { h.w.openFinding(p.later[0].ID) }))
		}
		if accepted := p.accepted(); len(accepted) > 0 {
			more = append(more, tile(parts.Accepted.Icon, words.count("home.accepted", len(accepted)), words.say("home.accepted.see"),
				func() { h.w.openFinding(accepted[0].ID) }))
		}
	}
	switch {
	case len(more) == 0:
		return all
	case len(more)%2 == 1:
		return parts.Grid(2, 12, append([]fyne.CanvasObject{all}, more...)...)
	}
	return parts.Stack(12, all, parts.Grid(2, 12, more...))
}

// fresh finds out whether there is something to ask.
func (h *homePage) fresh() { h.w.askLogin() }

// askLogin finds out whether the user is to be asked, once, whether Porchlight is to start at login.
func (w *Window) askLogin() {
	w.live.run(func(ctx context.Context) func() {
		asks, err := w.program.AsksStartAtLogin(ctx)
		return func() {
			if asks = asks && err == nil && !w.replied; asks != w.asks {
				w.asks = asks
				w.refresh()
			}
		}
	})
}

// login asks whether Porchlight is to start at login. Either answer is the last.
func (h *homePage) login() fyne.CanvasObject {
	say, w := h.w.words.say, h.w
	answered := func(yes bool) func() {
		return func() {
			w.asks, w.replied = false, true
			w.refresh()
			w.keepWatch(yes, w.tell)
		}
	}
	return parts.Card(parts.BesideTop(18, parts.NewDisc("clock", parts.ColorMuted, 46), nil, parts.Stack(10,
		parts.Stack(3, parts.Strong(say("home.login.title")), parts.Muted(say("home.login.text")), parts.Small(say("home.login.small"))),
		parts.FlowLeft(10, parts.NewButton(say("home.login.yes"), "", answered(true)), parts.QuietButton(say("home.login.no"), "", answered(false))))))
}

// showWalk shows a round that is under way.
func (h *homePage) showWalk(p *picture) {
	words := h.w.words
	if h.shown != "walk" {
		h.shown, h.far = "walk", 0
		h.chips = map[discovery.DeviceID]*chip{}
		h.grid.Objects = nil
		h.fill(h.walk)
	}
	if foreign := h.w.stop == nil; h.stop.Hidden != foreign { // another Porchlight walks it
		h.stop.Hidden = foreign
		h.walk.Refresh()
	}
	phase := "phase.discovering"
	if !p.Walking() { // somebody else still looks who is there, or it begins this very moment
		phase = "phase.waiting"
	}
	switch p.Phase {
	case rounds.Checking:
		phase = "phase.checking"
	case rounds.Saving:
		phase = "phase.saving"
	default:
	}
	h.phase.Set(words.say(phase))
	present := 0
	grown := false
	for i := range p.Devices {
		d := &p.Devices[i]
		if !d.Present || !p.Walking() { // the old picture still lies there until the round has begun
			continue
		}
		present++
		c := h.chips[d.ID]
		if c == nil {
			c = &chip{pic: parts.NewDisc(parts.KindIcon(d.Kind), parts.ColorMuted, 36), name: parts.Strong("").OneLine(), what: parts.Small(" ").OneLine()}
			h.chips[d.ID] = c
			h.grid.Objects = append(h.grid.Objects, parts.NewBox(parts.ColorCard, parts.ColorLine, 12, 12, 8,
				parts.Beside(12, c.pic, nil, parts.Stack(1, c.name, c.what))))
			grown = true
		}
		c.pic.Set(parts.KindIcon(d.Kind), parts.ColorMuted)
		c.name.Set(words.DeviceName(d))
		if what := words.what(d); what != c.what.Text {
			c.what.Hidden = what == ""
			c.what.Set(what)
			grown = true
		}
	}
	if grown {
		h.grid.Refresh()
		h.content.Refresh()
	}
	found := words.count("home.found", present)
	if p.ToCheck > 0 {
		found += " " + words.T("home.checked", text.Args{"done": p.Checked, "all": p.ToCheck})
	}
	if !p.Walking() { // nothing is known of this round yet
		found = ""
	}
	h.found.Set(strings.TrimSpace(found + " " + words.Left(p.Left)))
	h.far = max(h.far, progress(p))
	h.bar.Label = h.phase.Text + " " + found
	h.bar.Set(h.far)
}

// progress guesses how far a round is, by what it has taken and about how long it still takes.
func progress(p *picture) float64 {
	switch {
	case p.Phase == rounds.Saving:
		return 0.97
	case p.Walking() && p.Left > 0:
		walked := max(0, p.now.Sub(p.Started))
		return float64(walked) / float64(walked+p.Left)
	}
	return 0.02 // nobody can say yet
}
