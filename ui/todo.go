package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// todoPage lists what there is to do, in order of urgency, and shows one card beside it.
type todoPage struct {
	w       *Window
	content fyne.CanvasObject
	head    *fyne.Container
	nothing *parts.Text // that there is nothing to do, though the list is not empty
	list    *parts.List
	rows    []todoRow
	empty   *fyne.Container
	split   *fyne.Container
	chosen  string // ID of the row whose card is shown
	card    *card
	too     *parts.Check // of the latest question: the others of the same kind too
}

// A todoRow is one line of the list: a head, a finding, or a reason.
type todoRow struct {
	id    string // "" for a head
	name  string
	about string
	state parts.State
}

const (
	todoWidth = 286 // of the list
	aboveHead = 8   // that a group stands below the one before
)

// maxFixed is how many fixed findings the list still shows.
const maxFixed = 20

func newTodoPage(w *Window) *todoPage {
	t := &todoPage{w: w, nothing: parts.Muted("")}
	t.card = newCard(t)
	t.list = parts.NewList(func() int { return len(t.rows) }, func() fyne.CanvasObject { return newTodoLine() },
		func(i int, o fyne.CanvasObject) { o.(*todoLine).show(t.rows[i]) })
	t.list.OnSelected = func(i int) {
		if t.rows[i].id == "" { // a head leads to its first line
			t.list.Select(i + 1)
			return
		}
		t.list.Mark(i)
		if t.chosen != t.rows[i].id {
			t.chosen = t.rows[i].id
			t.card.show(t.w.now)
		}
	}
	t.list.Skip = func(i int) bool { return t.rows[i].id == "" }
	t.head = container.New(layout.NewCustomPaddedLayout(10, 2, 14, 14), parts.Stack(6, parts.Heading(w.words.say("nav.todo")), t.nothing))
	left := parts.Wide(todoWidth, parts.Edge(t.head, nil, nil, t.list))
	t.split = parts.Edge(nil, nil, parts.Pad(14, 22, left), t.card.content)
	t.empty = container.NewStack()
	t.content = container.NewStack(t.split, t.empty)
	return t
}

func (t *todoPage) key() string { return "todo" }

func (t *todoPage) view() fyne.CanvasObject { return t.content }

// focus is the list, where the row of the card is.
func (t *todoPage) focus() fyne.Focusable {
	if len(t.rows) == 0 {
		return nil
	}
	return t.list
}

func (t *todoPage) show(p *picture) {
	if rows := t.build(p); !slices.Equal(rows, t.rows) {
		t.rows = rows
		t.measure()
		t.list.Refresh()
	}
	t.split.Hidden, t.empty.Hidden = len(t.rows) == 0, len(t.rows) > 0
	if len(t.rows) == 0 {
		t.showEmpty(p)
		return
	}
	t.nothing.Set(t.w.words.say(calmTitle(p)))
	if busy := len(p.open) > 0; t.nothing.Hidden != busy {
		t.nothing.Hidden = busy
		t.split.Refresh()
	}
	at := slices.IndexFunc(t.rows, func(r todoRow) bool { return r.id != "" && r.id == t.chosen })
	if at < 0 {
		at, t.chosen = 1, ""
		if len(t.rows) > 1 {
			t.chosen = t.rows[1].id
		}
	}
	t.list.Select(at)
	t.card.show(p)
}

// measure gives each line of the list the room that its words need: what is ours wraps, what devices call themselves is cut.
func (t *todoPage) measure() {
	ruler := newTodoLine()
	for i, r := range t.rows {
		ruler.show(r)
		for range 2 { // words that wrap know their height once they know their width
			ruler.Resize(fyne.NewSize(parts.Grown(todoWidth), ruler.MinSize().Height))
		}
		height := ruler.MinSize().Height
		if r.id == "" && i > 0 {
			height += aboveHead
		}
		t.list.SetItemHeight(i, height)
	}
}

// showEmpty says why the list is empty. Only a whole round may say that all is good.
func (t *todoPage) showEmpty(p *picture) {
	state, title, about := parts.AllGood, "todo.empty.title", "todo.empty.text"
	switch {
	case p.walking:
		state, title = parts.NotYet, "todo.walking.title"
	case p.Started.IsZero():
		state, title, about = parts.NotYet, "todo.first.title", "todo.first.text"
	case !p.AllGood():
		state, title = parts.Unchecked, calmTitle(p)
	}
	t.empty.Objects = []fyne.CanvasObject{container.NewCenter(parts.Wide(420, parts.Stack(14, parts.NewPic(state.Icon, state.Color, 72),
		parts.Title(t.w.words.say(title)).Centered(), parts.Muted(t.w.words.say(about)).Centered())))}
	t.empty.Refresh()
}

// build makes the lines, group by group.
func (t *todoPage) build(p *picture) []todoRow {
	words := t.w.words
	var rows []todoRow
	group := func(state parts.State, in func(*checks.Finding) bool, most int) {
		start := len(rows)
		for i := range p.Findings {
			f := &p.Findings[i]
			if !in(f) || len(rows)-start > most && f.ID != t.chosen {
				continue
			}
			if len(rows) == start {
				rows = append(rows, todoRow{name: words.say(state.Key)})
			}
			name, about := words.DeviceName(p.device[f.About()]), cmp.Or(words.nudge(f, p.now), words.check(f.Check))
			if state == parts.Later {
				about = words.T("remind.until", text.Args{"date": words.Date(f.Remind)})
			}
			if name == "" {
				name = discovery.Line(f.Args["device"])
			}
			rows = append(rows, todoRow{id: f.ID, name: name, about: about, state: state})
		}
	}
	for _, s := range []checks.Severity{checks.Today, checks.Week, checks.Good} {
		group(parts.StateOf(s), func(f *checks.Finding) bool { return f.Open() && !f.Later(p.now) && f.Severity == s }, len(p.Findings))
	}
	gaps := p.Gaps()
	for i := range gaps {
		g := &gaps[i]
		if i == 0 {
			rows = append(rows, todoRow{name: words.say(parts.Unchecked.Key)})
		}
		rows = append(rows, todoRow{id: gapRow(g), name: words.Reason(g.Reason).Title, about: words.count("devices.count", len(g.Devices())), state: parts.Unchecked})
	}
	group(parts.Info, func(f *checks.Finding) bool { return f.Know(p.now) }, len(p.Findings))
	group(parts.Later, func(f *checks.Finding) bool { return f.Later(p.now) }, len(p.Findings))
	group(parts.Accepted, func(f *checks.Finding) bool { return f.Accepted != "" && f.Fixed.IsZero() }, len(p.Findings))
	group(parts.Fixed, func(f *checks.Finding) bool { return !f.Fixed.IsZero() }, maxFixed)
	return rows
}

// reasonRow begins the ID of the row of a reason.
const reasonRow = "reason "

// gapRow is the ID of the row of what could not be checked for one reason.
func gapRow(g *rounds.Gap) string { return reasonRow + g.Reason }

// reasonHelp says what a person can do about a reason.
func reasonHelp(w words, reason string) fyne.CanvasObject {
	return parts.NewBox(parts.ColorSide, "", parts.Radius, 18, 16, parts.BesideTop(14, parts.NewPic("help", parts.ColorMuted, 22), nil,
		parts.Stack(2, parts.Strong(w.say("unchecked.do")), parts.Body(w.Reason(reason).Do))))
}

// A todoLine shows one row.
type todoLine struct {
	headedRow
	pic         *parts.Pic
	name, about *parts.Text
}

func newTodoLine() *todoLine {
	l := &todoLine{pic: parts.NewPic("state-unchecked", parts.ColorMuted, 24), name: parts.Strong("").OneLine(), about: parts.Muted("")}
	line := parts.Pad(14, 7, parts.Beside(14, l.pic, nil, parts.Stack(1, l.name, l.about)))
	l.build(14, line, func() string { return l.name.Text + ", " + l.about.Text })
	l.ExtendBaseWidget(l)
	return l
}

func (l *todoLine) show(r todoRow) {
	if r.id == "" {
		l.head.Set(r.name)
	} else {
		l.pic.Set(r.state.Icon, r.state.Color)
		l.name.Wrapping, l.name.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		if strings.HasPrefix(r.id, reasonRow) {
			l.name.Wrapping, l.name.Truncation = fyne.TextWrapWord, fyne.TextTruncateOff
		}
		l.name.Set(r.name)
		l.about.Set(r.about)
	}
	l.turn(r.id == "")
}

// again looks at one finding once more.
func (t *todoPage) again(id string) {
	t.card.looks[id] = look{working: true}
	t.card.show(t.w.now)
	t.w.looking.Add(1)
	t.w.live.run(func(ctx context.Context) func() {
		defer t.w.looking.Done()
		f, err := t.w.program.CheckAgain(ctx, id)
		proofs, _ := t.w.program.Proofs(ctx, id) // only decoration: without them the answer still counts
		return func() {
			l := look{done: err == nil, fixed: f.Fixed, trouble: t.w.sentence(err)}
			t.card.looks[id], t.card.proofs[id] = l, proofs
			t.w.refresh()
		}
	})
}

// accept asks for a reason, then keeps it.
func (t *todoPage) accept(id string) {
	say := t.w.words.say
	reason := parts.NewEntry()
	reason.PlaceHolder, reason.Label = say("accept.reason"), say("accept.title")
	same := t.same(id)
	t.too = parts.NewCheck(t.w.words.count("accept.same", len(same)), nil)
	var others []discovery.DeviceID
	for _, id := range same {
		others = append(others, t.w.now.finding(id).Device)
	}
	more := parts.Stack(0, outdent(7, t.too), parts.Pad(30, 0, parts.Small(t.w.named(others))))
	if len(same) == 0 {
		more.Hide()
	}
	t.w.question(say("accept.title"), []string{say("accept.text")}, parts.Stack(8, reason, more), say("accept.yes"), func() {
		why := discovery.Line(reason.Text)
		if why == "" {
			why = say("accept.usual")
		}
		if !t.too.Checked {
			t.keep(id, why)
			return
		}
		var all []deed
		for _, id := range append([]string{id}, same...) {
			if f := t.w.now.finding(id); f != nil {
				all = append(all, t.w.acceptance(f, why))
			}
		}
		t.w.act(deeds(all), t.w.tell)
	})
	t.w.win.Canvas().Focus(reason)
}

// same lists the other findings of the same kind that are open.
func (t *todoPage) same(id string) []string {
	var out []string
	if f := t.w.now.finding(id); f != nil {
		for i := range t.w.now.Findings {
			if o := &t.w.now.Findings[i]; o.Kind == f.Kind && o.ID != id && o.Open() {
				out = append(out, o.ID)
			}
		}
	}
	return out
}

// keep keeps the reason for living with a finding; "" takes it back.
func (t *todoPage) keep(id, reason string) {
	if f := t.w.now.finding(id); f != nil {
		t.w.act(t.w.acceptance(f, reason), t.w.tell)
	}
}

// acceptance is the deed of living with a finding, for a reason; "" for putting it back on the list.
func (w *Window) acceptance(f *checks.Finding, reason string) deed {
	id, was, day := f.ID, f.Accepted, f.Remind
	return deed{
		do: func(ctx context.Context) error { return w.program.Accept(ctx, id, reason) },
		back: func(ctx context.Context) error {
			if err := w.program.Accept(ctx, id, was); err != nil || day.IsZero() {
				return err
			}
			return w.program.Remind(ctx, id, day) // which accepting took away
		},
	}
}

// putOff are the days for which a finding may be put off; the second is the usual one.
var putOff = []int{1, checks.Patience, 7, 30}

// remind asks for a day, then keeps it.
func (t *todoPage) remind(id string) {
	words := t.w.words
	days, options := make([]time.Time, len(putOff)), make([]parts.Option, len(putOff))
	for i, n := range putOff {
		days[i] = checks.InDays(t.w.now.now, n)
		key := "remind.days"
		if n == 1 {
			key = "remind.tomorrow"
		}
		options[i] = parts.Option{Icon: "clock", Words: words.T(key, text.Args{"n": n, "date": words.Date(days[i])})}
	}
	day := parts.NewChoice(words.say("remind.when"), options, 1)
	t.w.question(words.say("remind.title"), []string{words.say("remind.text")}, day, words.say("remind.yes"), func() {
		t.keepReminder(id, days[day.Chosen])
	})
}

// keepReminder keeps the day on which the user wants to be reminded; the zero time takes it back.
func (t *todoPage) keepReminder(id string, day time.Time) {
	f := t.w.now.finding(id)
	if f == nil {
		return
	}
	was := f.Remind
	t.w.act(deed{
		do:   func(ctx context.Context) error { return t.w.program.Remind(ctx, id, day) },
		back: func(ctx context.Context) error { return t.w.program.Remind(ctx, id, was) },
	}, t.w.tell)
}

// agree asks whether the factory password of a device may be tried, then keeps the answer.
func (t *todoPage) agree(id discovery.DeviceID) {
	device := t.w.now.device[id]
	if device == nil {
		return
	}
	d := *device
	t.w.live.run(func(ctx context.Context) func() {
		login := t.w.program.Login(ctx, d)
		return func() { t.ask(d, login) }
	})
}

// ask shows exactly what would be typed.
func (t *todoPage) ask(d discovery.Device, login string) {
	words, device, id := t.w.words, &d, d.ID
	t.w.question(words.T("consent.title", map[string]any{"device": words.DeviceName(device)}),
		[]string{words.T("consent.text", map[string]any{"login": login}), words.say("consent.risk"), words.say("consent.keep")}, nil, words.say("consent.yes"), func() {
			t.w.call(func(ctx context.Context) error { return t.w.program.Consent(ctx, id, rounds.ConsentGiven) }, func(trouble string) {
				if trouble == "" {
					t.card.agreed[id] = true
					t.card.show(t.w.now)
				}
				t.w.tell(trouble)
			})
		})
}
