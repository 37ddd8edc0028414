package ui

import (
	"cmp"
	"image/color"
	"maps"
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/discovery"
	"porchlight/ui/parts"
)

// What a map holds at most, so that a large home stays readable and quick.
const (
	mapDevices = 48 // devices in all, shared among the rooms
	leastShown = 6  // devices of each room all the same
	mapRooms   = 24 // rooms; the others are counted
)

// A mapDevice is one device on the map.
type mapDevice struct {
	id         discovery.DeviceID
	name, icon string
	state      parts.State
	away       bool
	label      string // what a screen reader says
}

// A mapRoom is one room on the map.
type mapRoom struct {
	name    string // "" for devices of which nobody said where they stand
	devices []mapDevice
	more    []discovery.DeviceID // those that are not shown
}

// A mapHome is all that the map shows.
type mapHome struct {
	name  string     // of the home
	hub   *mapDevice // the router; nil if nobody knows which it is
	rooms []mapRoom
	rest  int // rooms that are not shown
}

// states lists the states of the devices that are shown, the most urgent first.
func (h *mapHome) states() []parts.State {
	seen := map[parts.State]bool{}
	if h.hub != nil {
		seen[h.hub.state] = true
	}
	for i := range h.rooms {
		for j := range h.rooms[i].devices {
			seen[h.rooms[i].devices[j].state] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b parts.State) int { return cmp.Compare(b.Rank, a.Rank) })
}

// mapOf puts devices into their rooms: those in need of a look first, then by name. devices are those that the user wants
// to see; the router is there in any case.
func mapOf(words words, p *picture, devices []*discovery.Device) mapHome {
	home := mapHome{name: discovery.Line(p.Home.Name)}
	var hub discovery.DeviceID
	for i := range p.Devices {
		if d := &p.Devices[i]; hub == "" && d.Fact(discovery.FactGateway) != "" {
			on := mapDeviceOf(words, p, d)
			home.hub, hub = &on, d.ID
		}
	}
	byRoom, names := map[string][]*discovery.Device{}, map[string]string{}
	for _, d := range devices {
		if d.ID != hub {
			name := discovery.Line(d.Correction.Room)
			key := strings.ToLower(name)
			byRoom[key] = append(byRoom[key], d)
			names[key] = cmp.Or(names[key], name)
		}
	}
	var keys []string
	for key := range byRoom {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(lastIf(a == "", b == ""), cmp.Compare(a, b)) })
	if home.rest = len(keys) - mapRooms; home.rest > 0 {
		keys = slices.Delete(keys, mapRooms/2, mapRooms/2+home.rest)
	}
	home.rest = max(0, home.rest)
	for _, key := range keys {
		home.rooms = append(home.rooms, roomOf(words, p, names[key], byRoom[key], max(leastShown, mapDevices/len(keys))))
	}
	return home
}

// roomOf is a room with the devices in it, at most so many of them.
func roomOf(words words, p *picture, name string, devices []*discovery.Device, most int) mapRoom {
	slices.SortStableFunc(devices, func(a, b *discovery.Device) int {
		return cmp.Or(cmp.Compare(p.state[b.ID].Rank, p.state[a.ID].Rank), byLetters(words.DeviceName(a), words.DeviceName(b)), cmp.Compare(a.ID, b.ID))
	})
	room := mapRoom{name: name}
	if len(devices) > most {
		for _, d := range devices[most-1:] { // one place says how many there are
			room.more = append(room.more, d.ID)
		}
		devices = devices[:most-1]
	}
	for _, d := range devices {
		room.devices = append(room.devices, mapDeviceOf(words, p, d))
	}
	return room
}

func mapDeviceOf(words words, p *picture, d *discovery.Device) mapDevice {
	state := p.state[d.ID]
	said := []string{words.DeviceName(d), words.what(d), discovery.Line(d.Correction.Room), words.say(state.Key)}
	return mapDevice{
		id: d.ID, name: words.DeviceName(d), icon: parts.KindIcon(d.Kind), state: state, away: p.stands[d.ID].Away,
		label: strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", "),
	}
}

// A homeMap is the map of a home: the router in the middle, the rooms round it, and the devices in them.
type homeMap struct {
	w        *Window
	view     *container.Scroll
	inner    *fyne.Container
	key      *fyne.Container     // what the marks mean
	openMore func(room *mapRoom) // shows the list, with the devices that have no place on the map
	shown    mapHome

	lines []*canvas.Line
	hub   fyne.CanvasObject
	rooms []*mapArea
	width float32 // that there was last
	begun bool    // the router was in view
}

// A mapArea is what stands for one room.
type mapArea struct {
	box, name fyne.CanvasObject
	tiles     []fyne.CanvasObject
}

func newHomeMap(w *Window, openMore func(*mapRoom)) *homeMap {
	m := &homeMap{w: w, openMore: openMore, width: windowSize.Width - sideWidth, key: parts.FlowLeft(18)}
	m.inner = container.New(m)
	m.view = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(4, 24, 2, 14), parts.Stack(16, m.key, m.inner)))
	return m
}

// show shows a home. It makes nothing anew for nothing, so that the keyboard stays where it is.
func (m *homeMap) show(home mapHome) {
	if reflect.DeepEqual(home, m.shown) {
		return
	}
	focused := m.focused()
	if home.name != m.shown.name || len(m.shown.rooms) == 0 {
		m.begun = false
	}
	m.shown, m.rooms, m.lines = home, nil, nil
	m.hub = m.hubOf(home)
	m.key.Objects = nil
	for _, state := range home.states() {
		m.key.Add(parts.Row(5, parts.NewPic(state.Icon, state.Color, 17), parts.Small(m.w.words.say(state.Key)).Short()))
	}
	var lines, areas, tiles []fyne.CanvasObject
	for i := range home.rooms {
		r := m.areaOf(&home.rooms[i])
		line := canvas.NewLine(color.Transparent)
		line.StrokeWidth = 2
		m.lines, m.rooms = append(m.lines, line), append(m.rooms, r)
		lines, areas, tiles = append(lines, line), append(areas, r.box, r.name), append(tiles, r.tiles...)
	}
	objects := append(lines, areas...)
	objects = append(append(objects, m.hub), tiles...)
	if home.rest > 0 {
		objects = append(objects, parts.Small(m.w.words.count("map.rooms", home.rest)).Centered())
	}
	m.inner.Objects = objects
	m.inner.Refresh()
	m.view.Refresh()
	m.focus(focused)
}

// hubOf is the router in the middle; where nobody knows it, the home itself.
func (m *homeMap) hubOf(home mapHome) fyne.CanvasObject {
	if home.hub != nil {
		return m.tile(home.hub, 64, theme.ColorNamePrimary)
	}
	return parts.Stack(6, container.NewCenter(parts.NewDisc("home", theme.ColorNamePrimary, 64)), parts.Strong(home.name).OneLine().Centered())
}

func (m *homeMap) areaOf(room *mapRoom) *mapArea {
	name := cmp.Or(room.name, m.w.words.say("map.noroom"))
	r := &mapArea{box: parts.NewBox(parts.ColorCard, parts.ColorLine, parts.Radius, 0, 0, layout.NewSpacer()), name: parts.Strong(name).OneLine()}
	for i := range room.devices {
		r.tiles = append(r.tiles, m.tile(&room.devices[i], 42, parts.ColorMuted))
	}
	if n := len(room.more); n > 0 {
		words := m.w.words.count("notice.more", n)
		more := parts.NewTap(name+", "+words, "", "", 12, 6, 6, container.NewCenter(parts.Strong(words).Short()), func() { m.openMore(room) })
		r.tiles = append(r.tiles, m.scrolled(more))
	}
	return r
}

// discRim is the share of a disc that lies round its icon, at each side.
const discRim = 0.24

// tile is one device: its icon with the mark of its state, and its name. One that is not here is paler: it has no disc.
func (m *homeMap) tile(d *mapDevice, size float32, c fyne.ThemeColorName) fyne.CanvasObject {
	var pic fyne.CanvasObject = parts.NewDisc(d.icon, c, size)
	name := parts.Small(d.name).OneLine().Centered()
	if d.away {
		rim := parts.Scaled(size * discRim)
		pic = parts.Pad(rim, rim, parts.NewPic(d.icon, parts.ColorMuted, size*(1-2*discRim)))
	} else {
		name.Importance = widget.MediumImportance
	}
	mark := parts.NewBox(parts.ColorCard, parts.ColorLine, 11, 2, 2, parts.NewPic(d.state.Icon, d.state.Color, 17))
	face := container.New(markedFace{}, pic, mark)
	return m.scrolled(parts.NewTap(d.label, "", "", 12, 4, 6, parts.Stack(4, face, name), func() { m.w.openDevice(d.id) }))
}

// scrolled makes the map scroll to what the keyboard comes to.
func (m *homeMap) scrolled(t *parts.Tap) *parts.Tap {
	t.OnFocus = func() {
		top := m.inner.Position().Y + t.Position().Y
		low := top + t.Size().Height + 8
		switch seen := m.view.Offset.Y; {
		case top < seen:
			m.view.ScrollToOffset(fyne.NewPos(0, top))
		case low > seen+m.view.Size().Height:
			m.view.ScrollToOffset(fyne.NewPos(0, low-m.view.Size().Height))
		}
	}
	return t
}

// focused gives what a screen reader says of the part of the map that has the keyboard; "" for none.
func (m *homeMap) focused() string {
	for _, o := range m.inner.Objects {
		if t, ok := o.(*parts.Tap); ok && m.w.win.Canvas().Focused() == fyne.Focusable(t) {
			return t.AccessibilityLabel()
		}
	}
	return ""
}

// focus gives the keyboard to the part of that name.
func (m *homeMap) focus(label string) {
	for _, o := range m.inner.Objects {
		if t, ok := o.(*parts.Tap); ok && label != "" && t.AccessibilityLabel() == label {
			m.w.win.Canvas().Focus(t)
			return
		}
	}
}

// measures are those of the map, with the text as large as it is.
func (m *homeMap) measures() measures {
	return measures{
		width: m.width, tile: fyne.NewSize(parts.Scaled(110), parts.Scaled(82)), hub: fyne.NewSize(parts.Scaled(190), parts.Scaled(104)),
		head: parts.Scaled(28), pad: 14, gap: 20,
	}
}

func (m *homeMap) plan() plan {
	tiles := make([]int, len(m.rooms))
	for i, r := range m.rooms {
		tiles[i] = len(r.tiles)
	}
	return newPlan(m.measures(), tiles)
}

// Layout implements fyne.Layout.
func (m *homeMap) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	m.width = size.Width
	if m.hub == nil {
		return
	}
	p, s := m.plan(), m.measures()
	place := func(o fyne.CanvasObject, a area) {
		o.Move(a.at)
		o.Resize(a.size)
	}
	place(m.hub, p.hub)
	m.begin(p)
	for i, r := range m.rooms {
		room := p.rooms[i]
		place(r.box, room.area)
		place(r.name, area{room.at.AddXY(s.pad, s.pad-2), fyne.NewSize(room.size.Width-2*s.pad, r.name.MinSize().Height)})
		for j, tile := range r.tiles {
			place(tile, room.tiles[j])
		}
		line := m.lines[i]
		line.StrokeColor = theme.Color(parts.ColorLine)
		line.Position1, line.Position2 = link(p.hub, room.area, s.gap)
		line.Refresh()
	}
	if m.shown.rest > 0 {
		place(objects[len(objects)-1], area{fyne.NewPos(0, p.height+s.gap), fyne.NewSize(size.Width, s.head)})
	}
}

// fromRouter shows the map from its router on, now that all has its place.
func (m *homeMap) fromRouter() {
	m.begun = false
	m.inner.Refresh()
	m.view.Refresh()
}

// begin has the router in view the first time that the map is seen.
func (m *homeMap) begin(p plan) {
	seen := m.view.Size().Height
	if m.begun || seen == 0 || !m.view.Visible() {
		return
	}
	m.begun = true
	m.view.Offset.Y = 0
	if top := m.inner.Position().Y + p.hub.at.Y; top+p.hub.size.Height > seen {
		m.view.Offset.Y = min(top+p.hub.size.Height/2-seen/2, m.view.Content.MinSize().Height-seen)
	}
}

// link gives the ends of the line of a room: to the router, or, from a row further off, to the row before it.
func link(hub, room area, gap float32) (from, to fyne.Position) {
	mid, edge, step := hub.at.X+hub.size.Width/2, room.at.Y, hub.at.Y+hub.size.Height
	if room.at.Y < hub.at.Y {
		edge, step, gap = room.at.Y+room.size.Height, hub.at.Y, -gap
	}
	if near := step + gap; edge-near > 1 || near-edge > 1 {
		x := room.at.X + room.size.Width/2
		return fyne.NewPos(x, edge), fyne.NewPos(x, edge-gap)
	}
	x := min(max(mid, room.at.X+parts.Radius), room.at.X+room.size.Width-parts.Radius)
	return fyne.NewPos(mid, step), fyne.NewPos(x, edge)
}

// MinSize implements fyne.Layout.
func (m *homeMap) MinSize([]fyne.CanvasObject) fyne.Size {
	s := m.measures()
	height := m.plan().height
	if m.shown.rest > 0 {
		height += s.gap + s.head
	}
	return fyne.NewSize(max(s.hub.Width, s.tile.Width+2*s.pad), height)
}

// markedFace puts a picture in the middle, and a mark at its lower right edge.
type markedFace struct{}

// Layout implements fyne.Layout.
func (markedFace) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	pic, mark := objects[0], objects[1]
	at := fyne.NewPos((size.Width-pic.MinSize().Width)/2, 0)
	pic.Move(at)
	pic.Resize(pic.MinSize())
	m := mark.MinSize()
	mark.Move(at.AddXY(pic.MinSize().Width-m.Width*0.62, pic.MinSize().Height-m.Height*0.8))
	mark.Resize(m)
}

// MinSize implements fyne.Layout.
func (markedFace) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(objects[1].MinSize().Width, objects[1].MinSize().Height*0.2)
}
