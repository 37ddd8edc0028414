package ui

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// devicesPage lists every device of the home, those that the user wants to see, in the order that
// the user wants.
type devicesPage struct {
	w       *Window
	content fyne.CanvasObject
	search  *parts.Entry
	filter  *parts.Picks
	order   *parts.Choice
	ordered fyne.CanvasObject // where it stands; the map has an order of its own
	count   *parts.Text
	empty   *parts.Text
	list    *parts.List
	several *several
	views   *parts.Picks // as a list, or as a map
	home    *homeMap
	now     *picture
	rows    []*discovery.Device // those that search and filter let through
	opened  discovery.DeviceID  // from the list; "" once the user is back
}

// filters let some devices through. Their words are "devices.show.<key>".
var filters = []struct {
	key string
	in  func(d *discovery.Device, st rounds.Standing) bool
}{
	{"all", func(*discovery.Device, rounds.Standing) bool { return true }},
	{"new", func(_ *discovery.Device, st rounds.Standing) bool { return st.New }},
	{"attention", func(_ *discovery.Device, st rounds.Standing) bool { return st.State.ToDo() }},
	{"offline", func(_ *discovery.Device, st rounds.Standing) bool { return st.Away }},
	{"alone", func(d *discovery.Device, _ rounds.Standing) bool { return d.LeaveAlone }},
}

// An order is one way to put devices in order.
type order struct {
	key     string
	compare func(p *picture, a, b *discovery.Device) int
}

// orders put devices in order; those that come out equal are told by name. Their words are
// "devices.sort.<key>".
var orders = []order{
	{"state", func(p *picture, a, b *discovery.Device) int {
		return cmp.Compare(p.state[b.ID].Rank, p.state[a.ID].Rank)
	}},
	{"name", func(*picture, *discovery.Device, *discovery.Device) int { return 0 }},
	{"room", func(_ *picture, a, b *discovery.Device) int {
		return cmp.Or(lastIf(a.Correction.Room == "", b.Correction.Room == ""), byLetters(a.Correction.Room, b.Correction.Room))
	}},
	{"seen", func(p *picture, a, b *discovery.Device) int {
		if !p.stands[a.ID].Away && !p.stands[b.ID].Away { // both are here
			return 0
		}
		return cmp.Or(lastIf(p.stands[a.ID].Away, p.stands[b.ID].Away), b.LastSeen.Compare(a.LastSeen))
	}},
}

// lastIf puts the one for which it is true last.
func lastIf(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// byLetters puts words in order, whether large or small.
func byLetters(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// orderWidth is how wide the choice of the order is; the longest words are Russian ones.
const orderWidth = 216

func newDevicesPage(w *Window) *devicesPage {
	say := w.words.say
	d := &devicesPage{w: w, search: parts.NewEntry(), count: parts.Muted(""), empty: parts.Muted("").Centered()}
	d.search.PlaceHolder, d.search.Label = say("devices.search"), say("devices.search")
	d.search.Icon = parts.Icon("look", parts.ColorMuted)
	d.search.OnChanged = func(string) { d.show(d.now) }
	show := make([]string, len(filters))
	for i, f := range filters {
		show[i] = say("devices.show." + f.key)
	}
	d.filter = parts.NewPicks(say("devices.show"), show, func(int) { d.again() })
	sort := make([]parts.Option, len(orders))
	for i, o := range orders {
		sort[i] = parts.Option{Icon: "sort", Words: say("devices.sort." + o.key)}
	}
	d.order = parts.NewChoice(say("devices.sort"), sort, 0)
	d.order.OnChosen = func(int) { d.again() }
	d.list = parts.NewList(func() int { return len(d.rows) }, func() fyne.CanvasObject { return newDeviceRow() },
		func(i int, o fyne.CanvasObject) {
			o.(*deviceRow).show(w.words, d.rows[i], d.now, d.several.mark(d.rows[i].ID))
		})
	d.list.OnSelected = func(i int) {
		d.list.UnselectAll()
		if d.several.on {
			d.several.toggle(d.rows[i].ID)
			return
		}
		d.list.Mark(i)
		d.opened = d.rows[i].ID
		w.openDevice(d.opened)
	}
	d.several, d.home = newSeveral(d), newHomeMap(w, d.showRest)
	d.home.view.Hide()
	d.views = parts.NewPicks(say("devices.view"), []string{say("devices.view.list"), say("devices.view.map")}, func(int) { d.turn() }).InOneLine()
	head := parts.Beside(24, nil, parts.Wide(280, d.search), parts.Stack(4, parts.Heading(say("nav.devices")), d.count))
	d.ordered = parts.Wide(orderWidth, d.order)
	tools := parts.Apart(16, d.views.Container, parts.Row(8, d.several.open, d.several.all, d.several.end, d.ordered))
	d.content = parts.Column(900, parts.Pad(36, 32, parts.Edge(parts.Stack(14, head, d.filter.Container, tools, parts.Stack(0)), d.several.bar, nil,
		container.NewStack(d.list, d.home.view, parts.Pad(0, 48, d.empty)))))
	return d
}

func (d *devicesPage) key() string { return "devices" }

func (d *devicesPage) view() fyne.CanvasObject { return d.content }

// focus is the row of the device that was open, if the user comes from there.
func (d *devicesPage) focus() fyne.Focusable {
	if at := slices.IndexFunc(d.rows, func(dev *discovery.Device) bool { return dev.ID == d.opened }); at >= 0 {
		d.opened = ""
		d.list.Mark(at)
		return d.list
	}
	return nil
}

// keep takes over what another one shows.
func (d *devicesPage) keep(o *devicesPage) {
	d.filter.Pick(o.filter.Picked)
	d.order.Choose(o.order.Chosen)
	d.views.Pick(o.views.Picked)
	d.search.Text = o.search.Text
	d.several.keep(o.several)
	d.turn()
}

// onMap reports whether the map is shown.
func (d *devicesPage) onMap() bool { return d.views != nil && d.views.Picked == 1 }

// turn shows the list or the map, as the user picked.
func (d *devicesPage) turn() {
	d.list.Hidden = d.onMap()
	d.home.view.Hide()
	d.ordered.Show()
	if d.onMap() {
		d.ordered.Hide()
	}
	d.several.arrange()
	d.show(d.now)
	d.content.Refresh()
	d.home.fromRouter()
}

// showRest shows the list where the devices of a room stand that have no place on the map.
func (d *devicesPage) showRest(room *mapRoom) {
	d.order.Choose(slices.IndexFunc(orders, func(o order) bool { return o.key == "room" }))
	d.views.Pick(0)
	d.turn()
	if at := slices.IndexFunc(d.rows, func(dev *discovery.Device) bool { return dev.ID == room.more[0] }); at >= 0 {
		d.list.ScrollTo(at)
		d.w.win.Canvas().Focus(d.list)
		d.list.Highlight(at)
	}
}

// again shows the list from its top, after the user wanted other devices or another order.
func (d *devicesPage) again() {
	d.show(d.now)
	d.list.ScrollToTop()
}

func (d *devicesPage) show(p *picture) {
	if p == nil {
		return
	}
	words := d.w.words
	d.now, d.rows = p, d.rows[:0]
	want := strings.Fields(strings.ToLower(d.search.Text))
	counts := make([]int, len(filters))
	for i := range p.Devices {
		dev := &p.Devices[i]
		for at, f := range filters {
			if !f.in(dev, p.stands[dev.ID]) {
				continue
			}
			counts[at]++
			if at == d.filter.Picked && d.found(dev, want) {
				d.rows = append(d.rows, dev)
			}
		}
	}
	slices.SortStableFunc(d.rows, func(a, b *discovery.Device) int {
		return cmp.Or(orders[d.order.Chosen].compare(p, a, b), byLetters(words.DeviceName(a), words.DeviceName(b)))
	})
	for at, n := range counts[1:] {
		d.filter.Count(at+1, n) // that of all stands above
	}
	d.count.Set(words.count("devices.count", len(p.Devices)))
	if len(d.rows) < len(p.Devices) {
		d.count.Set(words.T("devices.some", text.Args{"shown": len(d.rows), "all": len(p.Devices)}))
	}
	d.empty.Set(d.nothing())
	d.several.show(p)
	if d.onMap() {
		d.home.show(mapOf(words, p, d.rows))
		if d.empty.Text == "" {
			d.home.view.Show()
		} else {
			d.home.view.Hide()
		}
		return
	}
	d.list.Refresh()
}

// nothing says why no device is shown; "" if one is.
func (d *devicesPage) nothing() string {
	words := d.w.words
	switch {
	case len(d.rows) > 0:
		return ""
	case len(d.now.Devices) == 0:
		return words.say("devices.empty")
	case strings.TrimSpace(d.search.Text) != "":
		return words.T("devices.none", text.Args{"search": discovery.Line(d.search.Text)})
	}
	return words.say("devices.none." + filters[d.filter.Picked].key)
}

// found reports whether every word of the search is somewhere in what is known of a device.
func (d *devicesPage) found(dev *discovery.Device, want []string) bool {
	if len(want) == 0 {
		return true
	}
	c := &dev.Correction
	all := []string{d.w.words.DeviceName(dev), d.w.words.what(dev), dev.Vendor, dev.MAC.String(), c.Room, c.Owner, c.Notes, dev.Signs.Name}
	for _, a := range dev.Addrs {
		all = append(all, a.String())
	}
	in := strings.ToLower(strings.Join(all, " "))
	return !slices.ContainsFunc(want, func(word string) bool { return !strings.Contains(in, word) })
}

// A deviceRow is one line of the list.
type deviceRow struct {
	widget.BaseWidget
	tick           *parts.Pic // while the user chooses several
	chosen         string     // the same in words
	pic, state     *parts.Pic
	next           *parts.Pic // that there is more to see; not while the user chooses
	name, what     *parts.Text
	room           *parts.Text
	seen, word     *parts.Text
	aside          *parts.Text // what is told beside the state; hidden for nothing
	content, badge fyne.CanvasObject
	where          *fyne.Container // the column of room; hidden where nobody said rooms, or where it stands before what it is
	when           *fyne.Container // the column of seen; hidden where the row is too narrow for it
	rooms          bool
	kind           string // what it is
}

// Widths of the columns of a row. The name has what is left, which is never less than nameWidth.
const (
	nameWidth, roomWidth, seenWidth, stateWidth = 170, 130, 140, 168

	columnGap = 12
	rowFrame  = 2*columnGap + 42 + 2*16 + columnGap + 16 // what lies round the columns
)

func newDeviceRow() *deviceRow {
	r := &deviceRow{
		tick: parts.NewPic("tick-off", theme.ColorNameForeground, 24),
		pic:  parts.NewDisc("kind-unknown", parts.ColorMuted, 42), name: parts.Strong("").OneLine(), what: parts.Muted("").OneLine(),
		room: parts.Muted("").OneLine(), seen: parts.Muted("").OneLine(), state: parts.NewPic("state-unchecked", parts.ColorMuted, 20), word: parts.Body("").OneLine(),
		aside: parts.Small("").OneLine(), next: parts.NewPic("next", parts.ColorMuted, 16),
	}
	r.badge = parts.Beside(9, r.state, nil, parts.Stack(1, r.word, r.aside))
	r.where = parts.Wide(roomWidth, r.room)
	r.when = parts.Wide(seenWidth, r.seen)
	r.tick.Hide()
	r.where.Hide() // until there is room
	r.when.Hide()
	right := parts.Row(columnGap, r.where, r.when, parts.Roomy(stateWidth, r.badge), r.next)
	r.content = parts.Pad(12, 10, parts.Beside(16, parts.Row(columnGap, r.tick, r.pic), right, parts.Stack(1, r.name, r.what)))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *deviceRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }

// show shows a device. tick is the icon of its tick box; "" for none.
func (r *deviceRow) show(words words, d *discovery.Device, p *picture, tick string) {
	r.chosen = ""
	if tick != "" {
		r.tick.Set(tick, theme.ColorNameForeground)
		r.chosen = words.say(ticked[tick])
	}
	r.pic.Set(parts.KindIcon(d.Kind), parts.ColorMuted)
	r.name.Set(words.DeviceName(d))
	r.kind = words.what(d)
	r.room.Set(discovery.Line(d.Correction.Room))
	r.seen.Set(words.seen(d))
	state := p.state[d.ID]
	r.state.Set(state.Icon, state.Color)
	r.word.Set(words.say(state.Key))
	r.aside.Set(words.aside(p.stands[d.ID]))
	r.rooms = p.rooms
	r.arrange()
}

// ticked has the keys of what the tick boxes say.
var ticked = map[string]string{"tick-on": "several.chosen", "tick-off": "several.unchosen"}

// AccessibilityLabel implements fyne.Accessible.
func (r *deviceRow) AccessibilityLabel() string {
	said := []string{r.chosen, r.name.Text, r.kind, r.room.Text, r.word.Text, r.aside.Text, r.seen.Text}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", ")
}

// AccessibilityRole implements fyne.Accessible.
func (r *deviceRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// Resize implements fyne.CanvasObject.
func (r *deviceRow) Resize(size fyne.Size) {
	r.BaseWidget.Resize(size)
	r.arrange()
}

// arrange leaves away what has nothing to show, and the columns that matter least where they have no room.
func (r *deviceRow) arrange() {
	columns := parts.Scaled(nameWidth) + parts.Scaled(stateWidth) + parts.Grown(rowFrame)
	if r.chosen != "" {
		columns += r.tick.MinSize().Width + columnGap
	}
	what, narrow := r.kind, false
	if r.rooms {
		columns += parts.Grown(roomWidth) + columnGap
		narrow = r.Size().Width < columns
	}
	if narrow && r.room.Text != "" {
		what = strings.TrimSuffix(r.room.Text+" · "+what, " · ")
	}
	r.what.Set(what)
	columns += parts.Grown(seenWidth) + columnGap
	moved := false // what stays goes to the middle
	for o, gone := range map[fyne.CanvasObject]bool{
		r.tick: r.chosen == "", r.next: r.chosen != "", r.what: r.what.Text == "", r.aside: r.aside.Text == "", r.where: !r.rooms || narrow, r.when: r.Size().Width < columns,
	} {
		switch {
		case o.Visible() == !gone:
			continue
		case gone:
			o.Hide()
		default:
			o.Show()
		}
		moved = true
	}
	if moved {
		r.content.Refresh()
	}
}

// aside says what is told beside the state of a device; "" for nothing.
func (w words) aside(st rounds.Standing) string {
	switch n := st.Aside(); {
	case st.New:
		return w.say("devices.new")
	case n > 0:
		return w.T("state.know", text.Args{"count": n})
	}
	return ""
}

// seen says when a device was last seen.
func (w words) seen(d *discovery.Device) string {
	if d.Present {
		return w.say("devices.here")
	}
	return w.Date(d.LastSeen)
}
