package ui

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// timelinePage lists what changed in the home, day by day, the newest first. Older days are read as the user comes to them.
type timelinePage struct {
	w       *Window
	content fyne.CanvasObject
	device  *parts.Choice
	when    *parts.Choice
	kinds   *parts.Picks
	picture *fyne.Container // the card with the chart
	chart   *parts.Chart
	said    *parts.Text         // what the chart shows
	tools   []fyne.CanvasObject // what chooses
	list    *parts.List
	empty   *fyne.Container

	now   *picture
	ids   []discovery.DeviceID // behind the choice of a device; the first is "", for all
	spans []span               // behind the choice of a time
	rows  []timelineRow
	names map[noted]string // titles of findings that were shown

	changes []rounds.Change
	levels  []rounds.Level
	more    bool // there is something older, from next on
	next    rounds.Mark
	known   bool   // something was read
	asking  bool   // for something older
	turn    int    // counts what was asked for, so that an answer to an older question is left out
	trouble string // why the latest could not be read, in words
	stamp   string // what the changes were when they were read
	low     bool   // the window is too low for the chart
	left    bool   // the user went to what a row is about
}

// A timelineRow is one line of the list: the head of a day, a change, or the end of what was read.
type timelineRow struct {
	day    string // of a head
	change int    // its place among the changes; -1 for none
}

// noted is a finding in a line of the list; one that is fixed has another title.
type noted struct {
	finding string
	fixed   bool
}

// shows are the sorts of change that can be picked. Their words are "timeline.show.<key>".
var shows = []struct {
	key  string
	what []string // nil for all
}{
	{"all", nil},
	{"new", []string{rounds.DeviceNew}},
	{"moves", []string{rounds.DeviceGone, rounds.DeviceBack}},
	{"changed", []string{rounds.AddressChanged, rounds.FirmwareChanged}},
	{"found", []string{rounds.FindingNew, rounds.FindingBack, rounds.FindingReopened}},
	{"done", []string{rounds.FindingFixed, rounds.FindingAccepted}},
}

// A span is a piece of time that can be chosen.
type span struct {
	words       string
	since, upto time.Time // days, where the user lives; zero for no limit
	days        int       // how many each step of the chart stands for
}

// usualSpan is the place of the year before now among the spans.
const usualSpan = 1

// chartSteps is about how many steps a chart of many years has.
const chartSteps = 100

// spansOf gives the pieces of time that a home offers: those up to now, and the calendar years in which it was looked at.
func spansOf(w words, now, first time.Time) []span {
	today := midnight(now, 0)
	out := []span{
		{words: w.say("timeline.month"), since: today.AddDate(0, 0, -29), days: 1},
		{words: w.say("timeline.year"), since: today.AddDate(-1, 0, 0), days: 7},
		{words: w.say("timeline.all"), days: 1 + int(now.Sub(first).Hours()/24)/chartSteps},
	}
	if first.IsZero() {
		out[2].days = 1
		return out
	}
	for year := today.Year(); year >= first.Local().Year() && first.Local().Year() < today.Year(); year-- {
		start := time.Date(year, time.January, 1, 0, 0, 0, 0, time.Local)
		out = append(out, span{words: strconv.Itoa(year), since: start, upto: start.AddDate(1, 0, 0), days: 7})
	}
	return out
}

// midnight is the begin of the day that is so many days after that of t, where the user lives.
func midnight(t time.Time, days int) time.Time {
	y, m, d := t.Local().Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.Local)
}

// Widths of the choices; the longest words are those of devices, and Portuguese ones.
const (
	whichWidth, whenWidth = 224, 204

	// chartRoom is how high the page has to be to hold a chart and a list.
	chartRoom = 620
)

func newTimelinePage(w *Window) *timelinePage {
	say := w.words.say
	t := &timelinePage{w: w, chart: parts.NewChart(), said: parts.Small(""), empty: container.NewStack(), names: map[noted]string{}, ids: []discovery.DeviceID{""}}
	t.spans = spansOf(w.words, w.clock(), time.Time{})
	t.device = parts.NewChoice(say("timeline.which"), []parts.Option{{Icon: "devices", Words: say("timeline.devices")}}, 0)
	t.when = parts.NewChoice(say("timeline.when"), timeOptions(t.spans), usualSpan)
	names := make([]string, len(shows))
	for i, s := range shows {
		names[i] = say("timeline.show." + s.key)
	}
	t.kinds = parts.NewPicks(say("devices.show"), names, func(int) { t.again() })
	t.device.OnChosen, t.when.OnChosen = func(int) { t.again() }, func(int) { t.again() }
	t.list = parts.NewList(func() int { return len(t.rows) }, func() fyne.CanvasObject { return newTimelineLine() }, t.line)
	t.list.Skip = func(i int) bool { return t.rows[i].change < 0 && t.rows[i].day != "" }
	t.list.OnSelected = func(i int) {
		t.list.UnselectAll()
		t.list.Mark(i)
		t.choose(i)
	}
	lines := t.chart.Key(say("timeline.chart.devices"), say("timeline.chart.open"))
	t.picture = container.NewStack(parts.Card(parts.Stack(10, lines, t.chart, t.said)))
	choices := parts.Row(12, parts.Wide(whichWidth, t.device), parts.Wide(whenWidth, t.when))
	head := parts.Apart(24, parts.Heading(say("nav.timeline")).Short(), choices)
	t.picture.Hide()
	t.tools = []fyne.CanvasObject{choices, t.kinds.Container}
	t.forget()
	t.content = container.New(&timelineLayout{t}, parts.Column(900, parts.Pad(36, 28, parts.Edge(
		parts.Stack(16, head, t.picture, t.kinds.Container, parts.Stack(0)), nil, nil, container.NewStack(t.list, t.empty)))))
	return t
}

// timelineLayout leaves the chart away where the window is too low for it.
type timelineLayout struct{ t *timelinePage }

// Layout implements fyne.Layout.
func (l *timelineLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.t.low = size.Height < parts.Scaled(chartRoom)
	l.t.arrange()
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (*timelineLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func timeOptions(spans []span) []parts.Option {
	out := make([]parts.Option, len(spans))
	for i, s := range spans {
		out[i] = parts.Option{Icon: "clock", Words: s.words}
	}
	return out
}

func (t *timelinePage) key() string { return "timeline" }

func (t *timelinePage) view() fyne.CanvasObject { return t.content }

// focus is the row whose device or finding was open, if the user comes from there.
func (t *timelinePage) focus() fyne.Focusable {
	if !t.left || len(t.rows) == 0 {
		return nil
	}
	t.left = false
	return t.list
}

// keep takes over what another one shows.
func (t *timelinePage) keep(o *timelinePage) {
	t.now = o.now
	t.kinds.Pick(o.kinds.Picked)
	if t.now != nil {
		t.offer(o.ids[o.device.Chosen], o.when.Chosen)
	}
}

// forget shows that nothing was read yet.
func (t *timelinePage) forget() {
	t.turn++ // what is on its way is of no use
	t.rows, t.changes, t.levels, t.known, t.more = nil, nil, nil, false, false
	t.empty.Objects = []fyne.CanvasObject{container.NewCenter(parts.Muted(t.w.words.say("timeline.loading")).Short())}
	t.empty.Show()
	t.empty.Refresh()
}

func (t *timelinePage) show(p *picture) {
	if t.now != nil && t.now.Home.ID != p.Home.ID { // the past of another home is none of this one's
		t.forget()
		t.kinds.Pick(0)
		t.device.Choose(0)
		t.now = p
		t.fresh()
	}
	t.now = p
	clear(t.names) // the user may have named things anew
	t.offer(t.ids[t.device.Chosen], t.when.Chosen)
	if t.known && !p.walking && t.stamp != p.stamp() {
		t.fresh()
	}
	if t.known {
		t.nothing()
	}
	t.list.Refresh()
}

// offer fills the choices with what there is, and chooses that device and that time.
func (t *timelinePage) offer(id discovery.DeviceID, when int) {
	words := t.w.words
	devices := make([]*discovery.Device, 0, len(t.now.Devices))
	var first time.Time
	for i := range t.now.Devices {
		d := &t.now.Devices[i]
		devices = append(devices, d)
		if first.IsZero() || d.FirstSeen.Before(first) {
			first = d.FirstSeen
		}
	}
	slices.SortStableFunc(devices, func(a, b *discovery.Device) int { return byLetters(words.DeviceName(a), words.DeviceName(b)) })
	options := []parts.Option{{Icon: "devices", Words: words.say("timeline.devices")}}
	t.ids = []discovery.DeviceID{""}
	for _, d := range devices {
		t.ids = append(t.ids, d.ID)
		options = append(options, parts.Option{Icon: parts.KindIcon(d.Kind), Words: words.DeviceName(d)})
	}
	t.device.Offer(options, max(0, slices.Index(t.ids, id)))
	t.spans = spansOf(words, t.now.now, first)
	if when >= len(t.spans) {
		when = usualSpan
	}
	t.when.Offer(timeOptions(t.spans), when)
}

// about shows what changed about a device, whenever that was.
func (t *timelinePage) about(id discovery.DeviceID) {
	t.now = t.w.now
	t.kinds.Pick(0)
	t.offer(id, slices.IndexFunc(t.spans, func(s span) bool { return s.since.IsZero() }))
	t.list.ScrollToOffset(0)
	t.w.open(t)
}

// all shows every change.
func (t *timelinePage) all() {
	t.kinds.Pick(0)
	t.offer("", slices.IndexFunc(t.spans, func(s span) bool { return s.since.IsZero() }))
	t.again()
}

// again shows the list from its top, after the user wanted other changes.
func (t *timelinePage) again() {
	t.list.ScrollToOffset(0)
	t.read(pageOfChanges)
}

// Sizes of what is read at once: usually, and when something came on top of a long list.
const pageOfChanges, mostAtOnce = 60, 600

// filter is what the user wants to see.
func (t *timelinePage) filter() rounds.Filter {
	s := t.spans[t.when.Chosen]
	return rounds.Filter{Device: t.ids[t.device.Chosen], What: shows[t.kinds.Picked].what, Since: s.since, Until: s.upto}
}

// fresh reads what is shown anew.
func (t *timelinePage) fresh() { t.read(min(max(len(t.changes), pageOfChanges), mostAtOnce)) }

// read reads the newest changes, and how the home stood. What is shown stays until they are there.
func (t *timelinePage) read(most int) {
	t.turn++
	t.asking = true
	turn, f, moments, stamp := t.turn, t.filter(), t.moments(), t.w.now.stamp()
	t.w.live.run(func(ctx context.Context) func() {
		page, err := t.w.program.Timeline(ctx, f, rounds.Mark{}, most)
		levels, _ := t.w.program.Levels(ctx, moments) // only decoration: without them the list still counts
		return func() {
			if turn != t.turn {
				return
			}
			t.changes, t.levels, t.more, t.next = page.Changes, levels, page.More, page.Next
			t.known, t.asking, t.trouble, t.stamp = true, false, t.w.sentence(err), stamp
			t.rows = nil
			t.build()
			t.draw()
			t.arrange()
		}
	})
}

// older reads what comes below the changes that are there.
func (t *timelinePage) older() {
	if !t.more || t.asking {
		return
	}
	t.asking, t.trouble = true, ""
	turn, f, from := t.turn, t.filter(), t.next
	t.w.live.run(func(ctx context.Context) func() {
		page, err := t.w.program.Timeline(ctx, f, from, pageOfChanges)
		return func() {
			if turn != t.turn {
				return
			}
			t.asking, t.trouble = false, t.w.sentence(err)
			t.rows = t.rows[:len(t.rows)-1] // the end of what was read
			if err == nil {
				t.changes, t.more, t.next = append(t.changes, page.Changes...), page.More, page.Next
			}
			t.build()
		}
	})
}

// moments are the ends of the steps of the chart.
func (t *timelinePage) moments() []time.Time {
	s := t.spans[t.when.Chosen]
	from, to := s.since, t.w.clock()
	if from.IsZero() {
		from = midnight(to, -1)
		for i := range t.w.now.Devices {
			if at := midnight(t.w.now.Devices[i].FirstSeen, 0); at.Before(from) {
				from = at
			}
		}
	}
	if !s.upto.IsZero() && s.upto.Before(to) {
		to = s.upto.Add(-time.Second)
	}
	return rounds.Midnights(from, to, s.days)
}

// build makes the lines of what was read since, with a head for each day.
func (t *timelinePage) build() {
	from := 0
	if n := len(t.rows); n > 0 {
		from = t.rows[n-1].change + 1
	}
	for i := from; i < len(t.changes); i++ {
		at := t.changes[i].At
		if i == 0 || !midnight(at, 0).Equal(midnight(t.changes[i-1].At, 0)) {
			t.rows = append(t.rows, timelineRow{day: t.w.words.day(at, t.w.clock()), change: -1})
		}
		t.rows = append(t.rows, timelineRow{change: i})
	}
	if t.more {
		t.rows = append(t.rows, timelineRow{change: -1})
	}
	t.nothing()
	t.list.Refresh()
}

// day says which day it was.
func (w words) day(at, now time.Time) string {
	switch date := w.Date(at); date {
	case w.Date(now):
		return w.say("timeline.today") + " · " + date
	case w.Date(midnight(now, -1)):
		return w.say("timeline.yesterday") + " · " + date
	default:
		return date
	}
}

// nothing says why the list is empty.
func (t *timelinePage) nothing() {
	words := t.w.words
	icon, title, about := "look", "timeline.none.title", words.say("timeline.none")
	button := parts.NewButton(words.say("timeline.clear"), "", t.all)
	nothing := len(t.changes) == 0
	first := nothing && t.trouble == "" && !t.filtered()
	switch {
	case t.trouble != "":
		icon, title, about = parts.Unchecked.Icon, "timeline.failed", t.trouble
		button = parts.NewButton(words.say("timeline.again"), "", t.fresh)
	case first && t.now.walking:
		icon, title, about = parts.NotYet.Icon, "todo.walking.title", words.say("timeline.empty")
		button.Hide()
	case first:
		icon, title, about = parts.NotYet.Icon, "timeline.empty.title", words.say("timeline.empty")
		button = parts.MainButton(words.say("action.look"), "look", t.w.look)
	}
	for _, o := range t.tools {
		if o.Visible() == first {
			setVisible(o, !first)
			t.content.Refresh()
		}
	}
	if setVisible(t.empty, nothing); nothing {
		t.empty.Objects = []fyne.CanvasObject{container.NewCenter(parts.Wide(420, parts.Stack(12, parts.NewPic(icon, parts.ColorMuted, 56),
			parts.Title(words.say(title)).Centered(), parts.Muted(about).Centered(), parts.Pad(0, 6, container.NewCenter(button)))))}
		t.empty.Refresh()
	}
}

func setVisible(o fyne.CanvasObject, yes bool) {
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
}

// filtered reports whether there may be more than the user wants to see.
func (t *timelinePage) filtered() bool {
	return !t.w.now.Started.IsZero() && (t.kinds.Picked > 0 || t.device.Chosen > 0 || !t.spans[t.when.Chosen].since.IsZero())
}

// knownFor is how long what a round saw is taken for how the home stands: a week, for those who look once a week.
const knownFor = 8 * 24 * time.Hour

// draw fills the chart.
func (t *timelinePage) draw() {
	words, stale := t.w.words, max(knownFor, time.Duration(t.spans[t.when.Chosen].days)*24*time.Hour)
	levels := make([]parts.Level, len(t.levels))
	first, last, gap := -1, -1, false
	for i, l := range t.levels {
		if l.Seen.IsZero() || l.At.Sub(l.Seen) > stale {
			continue
		}
		gap = gap || last >= 0 && last < i-1
		if last = i; first < 0 {
			first = i
		}
		levels[i] = parts.Level{Known: true, Whole: l.Devices, Dash: l.Open}
	}
	if first == last { // one step is no line
		t.levels = nil
		return
	}
	day := func(i int) string { return words.Date(t.levels[i].At.Add(-time.Second)) }
	at := func(i int) string {
		l := t.levels[i]
		date := day(i)
		if l.At.After(t.w.clock()) {
			date = words.say("timeline.today")
		}
		return words.T("timeline.chart.at", text.Args{"date": date, "devices": words.count("devices.count", l.Devices), "open": words.count("findings.count", l.Open)})
	}
	said := []string{at(first), at(last)}
	if gap || last < len(levels)-1 {
		said = append(said, words.say("timeline.chart.gaps"))
	}
	t.said.Set(strings.Join(said, " "))
	t.chart.Set(levels, [3]string{day(0), day(len(levels) / 2), day(len(levels) - 1)}, t.said.Text)
}

// arrange shows the chart where it has room and something to say. It is about the whole home.
func (t *timelinePage) arrange() {
	if hide := t.low || len(t.levels) == 0 || t.device.Chosen > 0; t.picture.Hidden != hide {
		t.picture.Hidden = hide
		t.content.Refresh()
	}
}

// line shows a row. Near the end it asks for what comes below.
func (t *timelinePage) line(i int, o fyne.CanvasObject) {
	l, r := o.(*timelineLine), t.rows[i]
	if i >= len(t.rows)-pageOfChanges/2 && t.trouble == "" {
		t.older()
	}
	switch {
	case r.day != "":
		l.showHead(r.day)
	case r.change < 0 && t.trouble != "":
		l.showLine(parts.Unchecked.Icon, parts.Unchecked.Color, t.trouble, t.w.words.say("timeline.again"))
	case r.change < 0:
		l.showHead(t.w.words.say("timeline.loading"))
	default:
		c := &t.changes[r.change]
		icon, col := t.now.face(c)
		l.showLine(icon, col, t.sentence(c), c.At.Local().Format(t.w.words.say("format.hour")))
	}
}

// sentence says a change. The words of a finding are worked out once: they are many.
func (t *timelinePage) sentence(c *rounds.Change) string {
	name := noted{c.Finding, c.What == rounds.FindingFixed}
	title, ok := t.names[name]
	if !ok {
		title = t.w.words.titleOf(t.now, c)
		t.names[name] = title
	}
	return t.w.words.Change(c.What, t.w.words.DeviceName(t.now.device[c.Device]), title, c.Old, c.New)
}

// titleOf gives the words of the finding of a change; "" for one that is not known.
func (w words) titleOf(p *picture, c *rounds.Change) string {
	f := p.finding(c.Finding)
	switch {
	case f == nil:
		return ""
	case c.What == rounds.FindingFixed:
		return w.Settled(f, p.device[f.About()])
	}
	return w.title(f, p.device[f.About()])
}

// finding finds a finding by its ID; nil if there is none.
func (p *picture) finding(id string) *checks.Finding {
	at := slices.IndexFunc(p.Findings, func(f checks.Finding) bool { return f.ID == id })
	if id == "" || at < 0 {
		return nil
	}
	return &p.Findings[at]
}

// stamp tells pictures apart between which something in the history may have changed.
func (p *picture) stamp() string {
	var b strings.Builder
	fmt.Fprint(&b, p.Home.ID, " ", p.Round, " ", p.Finished.UnixMilli())
	for i := range p.Findings {
		f := &p.Findings[i]
		fmt.Fprint(&b, " ", f.ID, f.Fixed.UnixMilli(), f.Accepted)
	}
	return b.String()
}

// choose opens what a row is about. The head of a day leads to its first line.
func (t *timelinePage) choose(i int) {
	switch r := t.rows[i]; {
	case r.change >= 0:
		t.left = true
		t.w.openChange(&t.changes[r.change])
	case r.day != "":
		t.choose(i + 1)
	default:
		t.older()
		t.list.Refresh()
	}
}

// openChange shows what a change is about: the finding, if it is still known, or else the device.
func (w *Window) openChange(c *rounds.Change) {
	if w.now.finding(c.Finding) != nil {
		w.openFinding(c.Finding)
		return
	}
	w.openDevice(c.Device)
}

// face gives the icon of a change, and its colour.
func (p *picture) face(c *rounds.Change) (icon string, color fyne.ThemeColorName) {
	switch c.What {
	case rounds.DeviceNew:
		return "change-new", theme.ColorNamePrimary
	case rounds.DeviceGone:
		return "change-gone", parts.ColorMuted
	case rounds.DeviceBack:
		return "change-back", parts.ColorMuted
	case rounds.AddressChanged:
		return "change-address", parts.ColorMuted
	case rounds.FirmwareChanged:
		return "change-firmware", parts.ColorMuted
	case rounds.FindingFixed:
		return parts.Fixed.Icon, parts.Fixed.Color
	case rounds.FindingAccepted:
		return parts.Accepted.Icon, parts.Accepted.Color
	case rounds.FindingReopened:
		return "todo", parts.ColorMuted
	}
	state := parts.Info
	if f := p.finding(c.Finding); f != nil {
		state = parts.StateOf(f.Severity)
	}
	if c.What == rounds.FindingBack {
		return "change-again", state.Color
	}
	return state.Icon, state.Color
}

// A timelineLine shows one row.
type timelineLine struct {
	headedRow
	pic        *parts.Pic
	said, time *parts.Text
}

func newTimelineLine() *timelineLine {
	l := &timelineLine{pic: parts.NewPic("change-new", parts.ColorMuted, 22), said: parts.Body("").OneLine(), time: parts.Small("").Short()}
	line := parts.Pad(12, 8, parts.Beside(14, l.pic, parts.Row(12, l.time, parts.NewPic("next", parts.ColorMuted, 14)), l.said))
	l.build(12, line, func() string { return l.time.Text + ", " + l.said.Text })
	l.ExtendBaseWidget(l)
	return l
}

func (l *timelineLine) showHead(words string) {
	l.head.Set(words)
	l.turn(true)
}

func (l *timelineLine) showLine(icon string, c fyne.ThemeColorName, said, time string) {
	l.pic.Set(icon, c)
	l.said.Set(said)
	if l.time.Text != time {
		l.time.Set(time)
		l.line.Refresh() // the sentence has the rest of the width
	}
	l.turn(false)
}
