package ui

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// devicesPage lists every device of the home.
type devicesPage struct {
	w       *Window
	content fyne.CanvasObject
	search  *widget.Entry
	count   *parts.Text
	empty   *parts.Text
	list    *parts.List
	now     *picture
	rows    []*discovery.Device // those that the search lets through
}

func newDevicesPage(w *Window) *devicesPage {
	say := w.words.say
	d := &devicesPage{w: w, search: widget.NewEntry(), count: parts.Muted(""), empty: parts.Muted("").Centered()}
	d.search.PlaceHolder = say("devices.search")
	d.search.Icon = parts.Icon("look", parts.ColorMuted)
	d.search.OnChanged = func(string) { d.show(d.now) }
	d.list = parts.NewList(func() int { return len(d.rows) }, func() fyne.CanvasObject { return newDeviceRow() },
		func(i int, o fyne.CanvasObject) { o.(*deviceRow).show(w.words, d.rows[i], d.now) })
	d.list.OnSelected = func(i int) {
		d.list.UnselectAll()
		w.openDevice(d.rows[i].ID)
	}
	head := parts.Beside(24, nil, parts.Wide(280, d.search), parts.Stack(4, parts.Heading(say("nav.devices")), d.count))
	d.content = parts.Column(900, parts.Pad(36, 32, container.NewBorder(parts.Stack(18, head, parts.Body("")), nil, nil, nil,
		container.NewStack(d.list, d.empty))))
	return d
}

func (d *devicesPage) key() string { return "devices" }

func (d *devicesPage) view() fyne.CanvasObject { return d.content }

func (d *devicesPage) show(p *picture) {
	if p == nil {
		return
	}
	words := d.w.words
	d.now, d.rows = p, d.rows[:0]
	want := strings.ToLower(strings.TrimSpace(d.search.Text))
	for i := range p.Devices {
		if dev := &p.Devices[i]; want == "" || strings.Contains(d.searchable(dev), want) {
			d.rows = append(d.rows, dev)
		}
	}
	slices.SortStableFunc(d.rows, func(a, b *discovery.Device) int {
		return cmp.Or(cmp.Compare(p.state[b.ID].Rank, p.state[a.ID].Rank),
			strings.Compare(strings.ToLower(words.DeviceName(a)), strings.ToLower(words.DeviceName(b))))
	})
	d.count.Set(words.count("devices.count", len(p.Devices)))
	switch {
	case len(d.rows) > 0:
		d.empty.Set("")
	case want != "":
		d.empty.Set(words.T("devices.none", text.Args{"search": discovery.Line(d.search.Text)}))
	default:
		d.empty.Set(words.say("devices.empty"))
	}
	d.list.Refresh()
}

// searchable is what the search looks through.
func (d *devicesPage) searchable(dev *discovery.Device) string {
	c := &dev.Correction
	all := []string{d.w.words.DeviceName(dev), d.w.words.what(dev), dev.Vendor, dev.MAC.String(), c.Room, c.Owner, c.Notes, dev.Signs.Name}
	for _, a := range dev.Addrs {
		all = append(all, a.String())
	}
	return strings.ToLower(strings.Join(all, " "))
}

// A deviceRow is one line of the list.
type deviceRow struct {
	widget.BaseWidget
	pic, state     *parts.Pic
	name, what     *parts.Text
	room           *parts.Text
	seen, word     *parts.Text
	content, badge fyne.CanvasObject
	where          *fyne.Container // the column of room; hidden where nobody said rooms
}

func newDeviceRow() *deviceRow {
	r := &deviceRow{
		pic: parts.NewDisc("kind-unknown", parts.ColorMuted, 42), name: parts.Strong("").OneLine(), what: parts.Muted("").OneLine(),
		room: parts.Muted("").OneLine(), seen: parts.Muted("").OneLine(), state: parts.NewPic("state-unchecked", parts.ColorMuted, 20), word: parts.Body("").OneLine(),
	}
	r.badge = parts.Beside(9, r.state, nil, r.word)
	r.where = parts.Wide(130, r.room)
	right := parts.Row(12, r.where, parts.Wide(140, r.seen), parts.Wide(150, r.badge), parts.NewPic("next", parts.ColorMuted, 16))
	r.content = parts.Pad(12, 10, parts.Beside(16, r.pic, right, parts.Stack(1, r.name, r.what)))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *deviceRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }

func (r *deviceRow) show(words words, d *discovery.Device, p *picture) {
	r.pic.Set(parts.KindIcon(d.Kind), parts.ColorMuted)
	r.name.Set(words.DeviceName(d))
	r.what.Set(words.what(d))
	if blank := r.what.Text == ""; blank != r.what.Hidden {
		r.what.Hidden = blank
		r.content.Refresh() // the name moves to the middle
	}
	r.room.Set(discovery.Line(d.Correction.Room))
	if r.where.Hidden == p.rooms {
		r.where.Hidden = !p.rooms
		r.content.Refresh()
	}
	r.seen.Set(words.seen(d))
	state, ok := p.state[d.ID]
	if ok {
		r.state.Set(state.Icon, state.Color)
		r.word.Set(words.say(state.Key))
		r.badge.Show()
	} else {
		r.badge.Hide()
	}
}

// seen says when a device was last seen.
func (w words) seen(d *discovery.Device) string {
	if d.Present {
		return w.say("devices.here")
	}
	return w.Date(d.LastSeen)
}
