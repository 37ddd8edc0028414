package ui

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

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
}

// A todoRow is one line of the list: a head, a finding, or a reason.
type todoRow struct {
	id    string // "" for a head
	name  string
	about string
	state parts.State
}

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
		if t.chosen != t.rows[i].id {
			t.chosen = t.rows[i].id
			t.card.show(t.w.now)
		}
	}
	t.head = container.New(layout.NewCustomPaddedLayout(10, 2, 14, 14), parts.Stack(6, parts.Heading(w.words.say("nav.todo")), t.nothing))
	left := parts.Wide(286, parts.Edge(t.head, nil, nil, t.list))
	t.split = parts.Edge(nil, nil, parts.Pad(14, 22, left), t.card.content)
	t.empty = container.NewStack()
	t.content = container.NewStack(t.split, t.empty)
	return t
}

func (t *todoPage) key() string { return "todo" }

func (t *todoPage) view() fyne.CanvasObject { return t.content }

func (t *todoPage) show(p *picture) {
	if rows := t.build(p); !slices.Equal(rows, t.rows) {
		t.rows = rows
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
	for i, g := range reasons(p) {
		if i == 0 {
			rows = append(rows, todoRow{name: words.say(parts.Unchecked.Key)})
		}
		rows = append(rows, todoRow{id: g.row(), name: words.Reason(g.reason).Title, about: words.count("devices.count", len(g.devices())), state: parts.Unchecked})
	}
	group(parts.Info, func(f *checks.Finding) bool { return f.Know(p.now) }, len(p.Findings))
	group(parts.Later, func(f *checks.Finding) bool { return f.Later(p.now) }, len(p.Findings))
	group(parts.Accepted, func(f *checks.Finding) bool { return f.Accepted != "" && f.Fixed.IsZero() }, len(p.Findings))
	group(parts.Fixed, func(f *checks.Finding) bool { return !f.Fixed.IsZero() }, maxFixed)
	return rows
}

// A reasonGroup is everything that could not be checked for the same reason.
type reasonGroup struct {
	reason   string
	outcomes []checks.Outcome
}

func (g reasonGroup) row() string { return "reason " + g.reason }

// devices are those of the group, each once.
func (g reasonGroup) devices() []discovery.DeviceID {
	var ids []discovery.DeviceID
	for _, o := range g.outcomes {
		if !slices.Contains(ids, o.Device) {
			ids = append(ids, o.Device)
		}
	}
	return ids
}

// reasons groups what could not be checked; what the user can change comes first.
func reasons(p *picture) []reasonGroup {
	var groups []reasonGroup
	for _, g := range p.Gaps() {
		groups = append(groups, reasonGroup{g.Reason, g.Outcomes})
	}
	return groups
}

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
	l := &todoLine{pic: parts.NewPic("state-unchecked", parts.ColorMuted, 24), name: parts.Strong("").OneLine(), about: parts.Muted("").OneLine()}
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
	reason := widget.NewEntry()
	reason.PlaceHolder = say("accept.reason")
	t.w.question(say("accept.title"), []string{say("accept.text")}, reason, say("accept.yes"), func() {
		why := discovery.Line(reason.Text)
		if why == "" {
			why = say("accept.usual")
		}
		t.keep(id, why)
	})
}

// keep keeps the reason for living with a finding; "" takes it back.
func (t *todoPage) keep(id, reason string) {
	t.w.call(func(ctx context.Context) error { return t.w.program.Accept(ctx, id, reason) }, t.w.tell)
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
	t.w.call(func(ctx context.Context) error { return t.w.program.Remind(ctx, id, day) }, t.w.tell)
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
