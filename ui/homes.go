package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// homesPage lists the homes that the user looks after, and says in which of them this computer is.
type homesPage struct {
	w       *Window
	content fyne.CanvasObject
	scroll  *container.Scroll
	body    *fyne.Container
	asked   homesAsked
	shown   string // what body shows, so that it is not built again for nothing
}

// homesAsked is what the page asks for when it opens: no picture holds it.
type homesAsked struct {
	known   bool
	list    []rounds.HomeSummary
	trouble string // why the list is not known

	sought      bool // where this computer is
	where       rounds.Whereabouts
	connections []rounds.Connection
	hurdle      rounds.Hurdle // why nobody can say where it is
	lost        string        // the same in words, if the user can do nothing about it
}

func newHomesPage(w *Window) *homesPage {
	p := &homesPage{w: w, body: parts.Stack(16)}
	p.scroll = container.NewVScroll(parts.Column(740, container.New(layout.NewCustomPaddedLayout(4, 40, 20, 20), p.body)))
	bring := parts.NewButton(w.words.say("homes.bring"), "open", p.bring)
	head := parts.Column(740, container.New(layout.NewCustomPaddedLayout(32, 18, 20, 20), parts.Stack(8,
		parts.Heading(w.words.say("nav.homes")), parts.Beside(16, nil, bring, parts.Muted(w.words.say("homes.lead"))))))
	p.content = parts.Edge(head, nil, nil, p.scroll)
	return p
}

func (p *homesPage) key() string { return "homes" }

func (p *homesPage) view() fyne.CanvasObject { return p.content }

// keep takes over what another one shows.
func (p *homesPage) keep(o *homesPage) {
	p.asked = o.asked
	p.scroll.Offset = o.scroll.Offset
}

// show builds the page anew if something on it is different.
func (p *homesPage) show(now *picture) {
	shown := fmt.Sprint(now.Home, now.walking, now.practice(), p.asked)
	if shown == p.shown {
		return
	}
	p.shown = shown
	p.body.Objects = p.cards(now)
	p.body.Refresh()
	p.scroll.Refresh()
}

// fresh asks for the homes, and where this computer is.
func (p *homesPage) fresh() {
	w := p.w
	w.live.run(func(ctx context.Context) func() {
		list, err := w.program.Homes(ctx)
		return func() {
			a := &w.homes.asked
			a.known, a.list, a.trouble = true, list, w.sentence(err)
			w.refresh()
		}
	})
	w.locate()
}

// locate finds out where this computer is. At most it knocks at the router, and not even that in the practice home.
func (w *Window) locate() {
	if w.now.practice() {
		return
	}
	w.live.run(func(ctx context.Context) func() {
		where, err := w.program.Whereabouts(ctx)
		all, _ := w.program.Connections(ctx) // where it has none, the other says why
		return func() {
			a := &w.homes.asked
			a.sought, a.where, a.connections, a.hurdle, a.lost = true, where, all, rounds.Hurdle{}, ""
			if err != nil {
				if a.hurdle = w.program.Hurdle(err); a.hurdle.Kind == "" {
					a.lost = w.sentence(err)
				}
			}
			w.refresh()
		}
	})
}

// cards builds all that is on the page.
func (p *homesPage) cards(now *picture) []fyne.CanvasObject {
	words, a := p.w.words, &p.asked
	var out []fyne.CanvasObject
	note := func(icon, said string) fyne.CanvasObject {
		return parts.Note(parts.ColorSide, parts.NewPic(icon, parts.ColorMuted, 24), nil, parts.Body(said))
	}
	if now.walking {
		out = append(out, note("look", words.say("homes.walking")))
	}
	if here := p.here(now); here != nil {
		out = append(out, here)
	}
	switch {
	case a.trouble != "":
		out = append(out, parts.Trouble(a.trouble, parts.NewButton(words.say("start.again"), "", p.fresh)))
	case !a.known:
		out = append(out, parts.Muted(words.say("homes.loading")))
	case len(a.list) == 0:
		out = append(out, note("home", words.say("homes.empty")))
	}
	list := slices.Clone(a.list)
	first := func(h rounds.HomeSummary) bool { return a.where.Known && a.where.Home.ID == h.ID }
	slices.SortStableFunc(list, func(x, y rounds.HomeSummary) int {
		switch {
		case first(x) && !first(y):
			return -1
		case first(y) && !first(x):
			return 1
		}
		return 0
	})
	for i := range list {
		out = append(out, p.card(&list[i], now))
	}
	return out
}

// here says where this computer is, if there is something to do about it; nil if not.
func (p *homesPage) here(now *picture) fyne.CanvasObject {
	words, a, w := p.w.words, &p.asked, p.w
	switch {
	case now.practice():
		return nil
	case !a.sought:
		return parts.Note(parts.ColorSide, parts.NewPic("look", parts.ColorMuted, 24), nil, parts.Muted(words.say("start.looking")))
	case a.hurdle.Kind != "":
		return w.hurdle(a.hurdle, p.fresh).card(parts.MainButton)
	case a.lost != "":
		return parts.Note(parts.ColorSide, parts.NewPic("state-unchecked", parts.ColorMuted, 24), parts.NewButton(words.say("start.again"), "", p.fresh), parts.Body(a.lost))
	case a.where.Known:
		if on := w.on(a.connections); on != nil {
			return parts.Pad(18, 0, on)
		}
		return nil
	}
	said := parts.Stack(8, parts.Title(words.say("homes.unknown.title")), parts.Body(words.say("homes.unknown.text")))
	for _, h := range a.where.Maybe {
		said.Add(parts.Body(words.T("homes.unknown.maybe", text.Args{"home": discovery.Line(h.Name)})))
	}
	if on := w.on(a.connections); on != nil {
		said.Add(parts.Pad(0, 4, on))
	}
	fresh, mine := parts.MainButton(words.say("homes.new"), "", p.add), parts.NewButton(words.say("homes.join"), "", p.join)
	if len(a.list) == 0 {
		mine.Hide()
	}
	able(!now.walking, fresh, mine)
	said.Add(parts.Pad(0, 4, parts.FlowLeft(10, fresh, mine)))
	return parts.Card(parts.BesideTop(20, parts.NewDisc("question", parts.ColorMuted, 56), nil, said))
}

// able lets buttons be pressed, or not.
func able(yes bool, buttons ...*parts.Button) {
	for _, b := range buttons {
		if yes {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}

// card is one home.
func (p *homesPage) card(h *rounds.HomeSummary, now *picture) fyne.CanvasObject {
	words, w := p.w.words, p.w
	here := p.asked.where.Known && p.asked.where.Home.ID == h.ID
	current := h.ID == now.Home.ID && !now.practice()

	marks := parts.FlowLeft(8)
	if here {
		marks.Add(parts.Badge(parts.State{Icon: "check", Color: parts.ColorAllGood}, words.say("homes.here")))
	}
	if current {
		marks.Add(parts.Badge(parts.State{Icon: "eye", Color: parts.ColorMuted}, words.say("homes.shown")))
	}
	last := words.say("homes.notyet")
	if !h.Walked.IsZero() {
		last = words.T("home.last", text.Args{"time": words.Time(h.Walked)}) + "\n" + words.count("devices.count", h.Devices) + " · " + words.count("findings.count", h.Open)
	}
	home := h.Home
	title := fyne.CanvasObject(parts.Title(discovery.Line(h.Name)))
	if !current {
		show := parts.NewButton
		if here && !h.Consented.IsZero() {
			show = parts.MainButton
		}
		button := show(words.say("homes.show"), "", func() { w.switchTo(home.ID) })
		able(!now.walking, button)
		title = parts.Beside(16, nil, button, title)
	}
	said := parts.Stack(4, title)
	if len(marks.Objects) > 0 {
		said.Add(parts.Pad(0, 3, marks))
	}
	said.Add(parts.Body(last))
	if known := words.networks(h.Networks); known != "" {
		said.Add(parts.Small(words.T("homes.known", text.Args{"networks": known})))
	}
	if current && !here && p.asked.sought && p.asked.hurdle.Kind == "" {
		said.Add(parts.Pad(0, 3, parts.Beside(10, parts.NewPic("state-info", parts.ColorMuted, 18), nil, parts.Muted(words.say("homes.away")))))
	}

	row := parts.FlowLeft(10)
	if here && h.Consented.IsZero() {
		row.Add(parts.MainButton(words.say("homes.agree"), "", func() { w.askAgree(home) }))
	}
	remove := parts.NewButton(words.say("homes.delete"), "", func() { p.remove(home) })
	able(!now.walking, remove)
	for _, b := range []*parts.Button{
		parts.NewButton(words.say("homes.rename"), "edit", func() { p.rename(home) }),
		parts.NewButton(words.say("homes.carry"), "sent", func() { p.carry(home) }), remove,
	} {
		row.Add(b)
	}
	said.Add(parts.Pad(0, 6, row))
	return parts.Card(parts.BesideTop(20, parts.NewDisc("home", parts.ColorMuted, 56), nil, said))
}

// networks says by what a home is known again.
func (w words) networks(all []rounds.HomeNetwork) string {
	var said []string
	for _, n := range all {
		mac, router := strings.CutPrefix(n.Key, rounds.GatewayKey)
		prefix, _, _ := strings.Cut(strings.TrimPrefix(n.Key, rounds.PrefixKey), " ")
		one := w.T("homes.prefix", text.Args{"prefix": discovery.Line(prefix)})
		switch {
		case n.Name != "":
			one = w.T("start.wifi", text.Args{"name": discovery.Line(n.Name)})
		case router:
			one = w.T("homes.router", text.Args{"mac": discovery.Line(mac)})
		}
		if !slices.Contains(said, one) {
			said = append(said, one)
		}
	}
	return strings.Join(said, ", ")
}

// switchTo shows another home.
func (w *Window) switchTo(id rounds.HomeID) {
	w.call(func(ctx context.Context) error { return w.program.SwitchHome(ctx, id) }, w.arrive)
}

// arrive shows the home that was just entered, unless that went wrong.
func (w *Window) arrive(trouble string) {
	if trouble != "" {
		w.tell(trouble)
		return
	}
	w.trouble, w.barred = "", rounds.Hurdle{}
	w.todo.card.forget()
	w.now = newPicture(w.program.Feed().Latest(), w.clock())
	w.homes.asked.sought = false
	w.open(w.pages[0])
	w.locate()
}

// leave leaves the practice home: for the real home that was looked at last, or for the welcome if there is none.
func (w *Window) leave() {
	w.halt()
	w.live.run(func(ctx context.Context) func() {
		list, err := w.program.Homes(ctx)
		if err == nil && len(list) > 0 {
			err = w.program.SwitchHome(ctx, list[0].ID)
		}
		return func() {
			if err != nil || len(list) == 0 {
				w.greet()
				return
			}
			w.arrive("")
		}
	})
}

// rename asks for another name.
func (p *homesPage) rename(h rounds.Home) {
	w := p.w
	name := parts.NewEntry()
	name.SetText(discovery.Line(h.Name))
	w.question(w.words.say("homes.rename.title"), nil, name, w.words.say("homes.rename.yes"), func() {
		said := discovery.Line(name.Text)
		if said == "" || said == h.Name {
			return
		}
		w.call(func(ctx context.Context) error { return w.program.RenameHome(ctx, h.ID, said) }, p.done)
	})
}

// done shows the homes as they are by now, and what went wrong.
func (p *homesPage) done(trouble string) {
	p.w.homes.fresh()
	p.w.tell(trouble)
}

// answers is a form in which the user answers for a home; yes can be pressed once that is ticked.
func (w *Window) answers(title string, lines []string, extra fyne.CanvasObject, yes string, onYes func()) {
	say := w.words.say
	ok := parts.MainButton(yes, "", func() { w.answer(); onYes() })
	ok.Disable()
	mine := parts.NewCheck(say("welcome.mine"), func(is bool) { able(is, ok) })
	body := parts.Stack(12)
	focus := fyne.Focusable(mine)
	if extra != nil {
		body.Add(extra)
	}
	body.Add(outdent(7, mine))
	w.sheet(500, title, lines, body, focus, parts.NewButton(say("action.cancel"), "", w.answer), ok)
}

// add makes a new home of the network that this computer is on.
func (p *homesPage) add() {
	w := p.w
	name := parts.NewEntry()
	name.SetText(w.words.say("welcome.name.usual"))
	form := parts.Beside(16, parts.Strong(w.words.say("welcome.name")).Short(), nil, name)
	w.answers(w.words.say("homes.new.title"), nil, form, w.words.say("homes.new.yes"), func() {
		called := discovery.Line(name.Text)
		w.enter(func(ctx context.Context, insisted string) error {
			where, err := w.program.Whereabouts(ctx)
			if err != nil {
				return err
			}
			if where.Known { // somebody took the computer elsewhere meanwhile
				return w.program.SwitchHome(ctx, where.Home.ID)
			}
			return w.program.Enter(ctx, called, false, insisted)
		}, "")
	})
}

// askAgree asks whether the user answers for a home that is known but was never looked around in. This computer has to be
// there: what is entered is the home of its network.
func (w *Window) askAgree(h rounds.Home) {
	w.answers(w.words.say("hurdle.agree.title"), []string{w.words.say("hurdle.agree.text")}, nil, w.words.say("homes.agree"), func() {
		w.enter(func(ctx context.Context, insisted string) error {
			where, err := w.program.Whereabouts(ctx)
			if err != nil {
				return err
			}
			if !where.Known || where.Home.ID != h.ID {
				return rounds.ErrOtherNetwork
			}
			return w.program.Enter(ctx, "", false, insisted)
		}, "")
	})
}

// join says that a home has this network now.
func (p *homesPage) join() {
	w := p.w
	list, at := make([]parts.Option, len(p.asked.list)), 0
	for i, h := range p.asked.list {
		list[i] = parts.Option{Icon: "home", Words: discovery.Line(h.Name)}
		if slices.ContainsFunc(p.asked.where.Maybe, func(m rounds.Home) bool { return m.ID == h.ID }) {
			at = i
		}
	}
	which := parts.NewChoice(w.words.say("homes.join.title"), list, at)
	ids := p.asked.list
	w.question(w.words.say("homes.join.title"), []string{w.words.say("homes.join.text")}, which, w.words.say("homes.join.yes"), func() {
		id := ids[which.Chosen].ID
		w.enter(func(ctx context.Context, insisted string) error { return w.program.JoinHome(ctx, id, insisted) }, "")
	})
}

// remove forgets a home, after two questions.
func (p *homesPage) remove(h rounds.Home) {
	say, w, args := p.w.words.say, p.w, text.Args{"home": discovery.Line(h.Name)}
	w.question(w.words.T("homes.delete.ask", args), []string{say("homes.delete.what"), say("homes.delete.stays")}, nil, say("settings.erase.next"), func() {
		w.certain(w.words.T("homes.delete.again", args), say("homes.delete.last"), say("homes.delete.sure"), say("homes.delete"), func() { p.forget(h) })
	})
}

// forget forgets a home. If it was the one that is shown, another one is; without any it welcomes.
func (p *homesPage) forget(h rounds.Home) {
	w := p.w
	w.live.run(func(ctx context.Context) func() {
		err := w.program.DeleteHome(ctx, h.ID)
		var list []rounds.HomeSummary
		if err == nil && w.program.Feed().Latest().Home.ID == 0 {
			if list, err = w.program.Homes(ctx); err == nil && len(list) > 0 {
				err = w.program.SwitchHome(ctx, list[0].ID)
			}
		}
		return func() {
			w.now = newPicture(w.program.Feed().Latest(), w.clock())
			w.todo.card.forget()
			if err == nil && w.now.Home.ID == 0 {
				w.greet()
				return
			}
			p.done(w.sentence(err))
		}
	})
}
