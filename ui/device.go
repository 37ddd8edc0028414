package ui

import (
	"context"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// devicePage shows everything known about one device. It opens from a list.
type devicePage struct {
	w       *Window
	id      discovery.DeviceID
	content *container.Scroll
	body    *fyne.Container
	alone   *parts.Check
	shown   deviceState
	from    page // where it was opened
	past    past
}

// deviceState is what the page shows, so that it is not built again for nothing.
type deviceState struct {
	device   discovery.Device
	findings []checks.Finding
	standing []parts.State // of the findings
	outcomes []checks.Outcome
	traffic  discovery.Traffic
	known    firmware.Known
	past     past
}

// past is what changed lately about a device, as it was read.
type past struct {
	id      discovery.DeviceID
	stamp   string // of the picture in which it was read
	changes []rounds.Change
	trouble string // why it could not be read, in words
}

// lately is how many changes of a device its page shows.
const lately = 4

func newDevicePage(w *Window) *devicePage {
	d := &devicePage{w: w, body: parts.Stack(20)}
	d.alone = parts.NewCheck(w.words.say("device.alone"), d.leave)
	d.content = container.NewVScroll(parts.Column(900, parts.Pad(36, 24, d.body)))
	return d
}

func (d *devicePage) key() string { return "device" }

func (d *devicePage) view() fyne.CanvasObject { return d.content }

func (d *devicePage) show(p *picture) {
	dev := p.device[d.id]
	if dev == nil {
		parts.Refill(d.body, d.back(), parts.Muted(d.w.words.say("device.gone")))
		return
	}
	now := deviceState{device: *dev, traffic: p.ByDevice[d.id], known: d.w.program.Firmware(*dev)}
	if d.past.id == d.id {
		now.past = d.past
		if !p.walking && d.past.stamp != p.stamp() {
			d.fresh()
		}
	}
	for _, f := range p.Findings {
		if (f.Device == d.id || f.About() == d.id) && f.Open() {
			now.findings, now.standing = append(now.findings, f), append(now.standing, p.standing(&f))
		}
	}
	for _, o := range p.Outcomes {
		if o.Device == d.id {
			o.Err = nil
			now.outcomes = append(now.outcomes, o)
		}
	}
	if len(d.body.Objects) > 0 && reflect.DeepEqual(now, d.shown) { //nolint:govet // the errors were taken out above
		return
	}
	if now.device.ID != d.shown.device.ID {
		d.content.ScrollToTop()
	}
	d.shown = now
	if d.alone.Checked != dev.LeaveAlone {
		d.alone.Checked = dev.LeaveAlone
		d.alone.Refresh()
	}
	parts.Refill(d.body,
		d.back(), d.head(dev, p),
		parts.Halves(300, 16, parts.Stack(16, d.identity(dev), d.own(dev), d.place(dev)), parts.Stack(16, d.work(&now, p), d.doors(dev), d.ends())),
		d.history(p), d.odd(now.traffic),
		d.section("device.sent", d.w.ledger(now.traffic)),
		parts.Row(0, parts.NewButton(d.w.words.say("details.open"), "copy", func() { d.w.details(d.shown.device.ID) })),
	)
	d.content.Refresh()
}

func (d *devicePage) back() fyne.CanvasObject {
	words, to := d.w.words.say("device.back"), page(d.w.devices)
	if d.from == page(d.w.timeline) {
		words, to = d.w.words.say("nav.timeline"), d.from
	}
	return outdent(10, parts.QuietButton(words, "back", func() { d.w.open(to) }))
}

// fresh reads what changed lately.
func (d *devicePage) fresh() {
	id, stamp := d.id, d.w.now.stamp()
	d.past.stamp = stamp
	d.w.live.run(func(ctx context.Context) func() {
		page, err := d.w.program.Timeline(ctx, rounds.Filter{Device: id}, rounds.Mark{}, lately)
		return func() {
			if d.id == id {
				d.past = past{id, stamp, page.Changes, d.w.sentence(err)}
				d.w.refresh()
			}
		}
	})
}

// history shows what changed lately; nothing before that is known.
func (d *devicePage) history(p *picture) fyne.CanvasObject {
	words, past, id := d.w.words, d.shown.past, d.shown.device.ID
	all := container.New(layout.NewCustomPaddedLayout(-9, -9, 0, -12), parts.QuietButton(words.say("device.history.all"), "timeline", func() { d.w.timeline.about(id) }))
	list := parts.Stack(0)
	for i := range past.changes {
		c := &past.changes[i]
		icon, col := p.face(c)
		said := words.Change(c.What, words.DeviceName(p.device[c.Device]), words.titleOf(p, c), c.Old, c.New)
		more := parts.Roomy(14, parts.Body("")) // nothing: it is about this device, which is open
		if p.finding(c.Finding) != nil {
			more.Add(parts.NewPic("next", parts.ColorMuted, 14))
		}
		line := parts.BesideTop(12, parts.NewPic(icon, col, 20), parts.Row(12, parts.Small(words.Date(c.At)).Short(), more), parts.Body(said))
		if p.finding(c.Finding) == nil {
			list.Add(parts.Pad(0, 7, line))
			continue
		}
		tap := parts.NewTap(said, "", "", 10, 10, 7, line, func() { d.w.openChange(c) })
		list.Add(container.New(layout.NewCustomPaddedLayout(0, 0, -10, -10), tap))
	}
	switch {
	case past.trouble != "":
		list.Add(parts.Muted(past.trouble))
	case len(past.changes) == 0:
		list.Add(parts.Muted(words.say("device.history.none")))
	}
	card := parts.Card(parts.Stack(8, parts.Beside(8, nil, all, parts.Strong(words.say("device.history"))), list))
	card.Hidden = past.id != id
	return card
}

func (d *devicePage) head(dev *discovery.Device, p *picture) fyne.CanvasObject {
	var badge fyne.CanvasObject
	if state, ok := p.state[dev.ID]; ok {
		badge = parts.Badge(state, d.w.words.say(state.Key))
	}
	name := parts.Stack(3, parts.Heading(d.w.words.DeviceName(dev)).OneLine())
	if what := d.w.words.what(dev); what != "" {
		name.Add(parts.Muted(what).OneLine())
	}
	return parts.Beside(20, parts.NewDisc(parts.KindIcon(dev.Kind), parts.ColorMuted, 64), badge, name)
}

// section is a card with a head.
func (d *devicePage) section(key string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	return parts.Card(parts.Stack(12, append([]fyne.CanvasObject{parts.Strong(d.w.words.say(key))}, objects...)...))
}

// row is one thing known, with why it is believed in small print.
func (d *devicePage) row(key, value, small string) fyne.CanvasObject {
	return d.rowWith(nil, key, value, small)
}

// rowWith is a row with a control behind its value; nil for none.
func (d *devicePage) rowWith(control fyne.CanvasObject, key, value, small string) fyne.CanvasObject {
	said := parts.Stack(1, parts.BesideTop(8, nil, control, parts.Body(value)))
	if small != "" {
		said.Add(parts.Small(small))
	}
	return parts.BesideTop(12, parts.Wide(104, parts.Muted(d.w.words.say(key))), nil, said)
}

// identity says what it is and why we think so. What is unknown is left out.
func (d *devicePage) identity(dev *discovery.Device) fyne.CanvasObject {
	words, id := d.w.words, dev.ID
	var rows []fyne.CanvasObject
	for _, f := range []struct {
		field, value, signs string
		word                func(*discovery.Correction) *string // nil for what nobody can correct
	}{
		{"name", discovery.Line(dev.Name), dev.Signs.Name, func(c *discovery.Correction) *string { return &c.Name }},
		{"kind", words.Kind(dev.Kind), words.Kind(dev.Signs.Kind), func(c *discovery.Correction) *string { return (*string)(&c.Kind) }},
		{"vendor", discovery.Line(dev.Vendor), dev.Signs.Vendor, func(c *discovery.Correction) *string { return &c.Vendor }},
		{"model", discovery.Line(dev.Model), dev.Signs.Model, func(c *discovery.Correction) *string { return &c.Model }},
		{"firmware", discovery.Line(dev.Firmware), "", nil},
	} {
		switch {
		case f.value == "":
		case f.word != nil && *f.word(&dev.Correction) != "":
			undo := d.undo("device."+f.field, func() { d.w.takeBack(id, f.word) })
			rows = append(rows, d.rowWith(undo, "device."+f.field, f.value, d.youSaid(f.signs)))
		default:
			rows = append(rows, d.row("device."+f.field, f.value, d.evidence(dev, f.field, f.value)))
		}
	}
	rows = append(append(rows, d.updates(d.shown.known)...), d.password(dev)...)
	if len(rows) == 0 {
		rows = append(rows, parts.Muted(words.say("device.silent")))
	}
	correct := parts.QuietButton(words.say("correct.open"), "edit", func() { d.w.correct(id) })
	// The button keeps room round itself that a line of text has not.
	button := container.New(layout.NewCustomPaddedLayout(-9, -9, 0, -12), correct)
	head := parts.Beside(8, nil, button, parts.Strong(words.say("device.identity")))
	return parts.Card(parts.Stack(12, append([]fyne.CanvasObject{head}, rows...)...))
}

// password says where the device's own factory password stands; nothing if nobody knows.
func (d *devicePage) password(dev *discovery.Device) []fyne.CanvasObject {
	if said := d.w.words.Sticker(dev); said != "" {
		return []fyne.CanvasObject{d.row("device.password", said, "")}
	}
	return nil
}

// undo takes back the user's word about one thing.
func (d *devicePage) undo(key string, do func()) fyne.CanvasObject {
	word := parts.Small(d.w.words.say("correct.undo")).Short()
	word.TextStyle.Bold = true
	label := d.w.words.T("correct.undo.what", text.Args{"what": d.w.words.say(key)})
	return container.New(layout.NewCustomPaddedLayout(-2, -4, 0, -8), parts.NewTap(label, "", "", 8, 8, 4, word, do))
}

// youSaid is the evidence of a corrected field; signs is what the device says, "" for nothing.
func (d *devicePage) youSaid(signs string) string {
	if signs = discovery.Line(signs); signs != "" {
		return d.w.words.T("evidence.corrected.signs", text.Args{"value": signs})
	}
	return d.w.words.say("evidence.corrected")
}

// own shows what the user noted beside what the device is; nothing if that is nothing.
func (d *devicePage) own(dev *discovery.Device) fyne.CanvasObject {
	c := dev.Correction.Clean()
	var rows []fyne.CanvasObject
	for _, f := range []struct{ field, value string }{{"room", c.Room}, {"owner", c.Owner}, {"notes", c.Notes}} {
		if f.value != "" {
			rows = append(rows, d.row("device."+f.field, f.value, ""))
		}
	}
	card := d.section("device.own", rows...)
	if len(rows) == 0 {
		card.Hide()
	}
	return card
}

// evidence says why a field is believed to hold value.
func (d *devicePage) evidence(dev *discovery.Device, field, value string) string {
	for _, e := range dev.Evidence {
		if e.Field != field {
			continue
		}
		said, key := discovery.Line(e.Value), "evidence."+string(e.Strength)
		if said != "" && said != value && d.w.words.Has(key+".as") {
			return d.w.words.T(key+".as", text.Args{"value": said})
		}
		if d.w.words.Has(key) {
			return d.w.words.say(key)
		}
	}
	return ""
}

// place says where and when it was seen.
func (d *devicePage) place(dev *discovery.Device) fyne.CanvasObject {
	var addrs []string
	for _, a := range dev.Addrs {
		addrs = append(addrs, a.String())
	}
	rows := []fyne.CanvasObject{d.row("device.address", strings.Join(addrs, ", "), "")}
	if !dev.MAC.IsZero() {
		small := ""
		if dev.MAC.Private() {
			small = d.w.words.say("device.mac.private")
		}
		rows = append(rows, d.row("device.mac", dev.MAC.String(), small))
	}
	if first := d.w.words.Date(dev.FirstSeen); first != "" {
		rows = append(rows, d.row("device.first", first, ""))
	}
	if seen := d.w.words.seen(dev); seen != "" {
		rows = append(rows, d.row("device.last", seen, ""))
	}
	return d.section("device.place", rows...)
}

// work lists what there is to do about the device, or says honestly why there is nothing.
func (d *devicePage) work(now *deviceState, p *picture) fyne.CanvasObject {
	words := d.w.words
	var rows []fyne.CanvasObject
	for i := range now.findings {
		f := &now.findings[i]
		state, title := now.standing[i], words.title(f, p.device[f.About()])
		rows = append(rows, parts.NewTap(title, parts.Tint(state.Color), "", 10, 12, 10,
			parts.Beside(12, parts.NewPic(state.Icon, state.Color, 22), parts.NewPic("next", parts.ColorMuted, 14),
				parts.Stack(1, parts.Small(words.say(state.Key)), parts.Body(title))), func() { d.w.openFinding(f.ID) }))
	}
	done := map[string]bool{}
	for _, o := range now.outcomes {
		state, said, check := parts.AllGood, words.say("device.clear"), words.check(o.Check)
		switch {
		case check == "" || (o.Result != checks.Clear && o.Result != checks.Unknown):
			continue
		case o.Result == checks.Unknown:
			state, said = parts.Unchecked, words.Reason(o.Reason).Why
		}
		line := words.T("device.check", text.Args{"check": check, "result": said})
		if !done[line] {
			done[line] = true
			rows = append(rows, parts.BesideTop(12, parts.NewPic(state.Icon, state.Color, 20), nil, parts.Body(line)))
		}
	}
	if len(rows) == 0 {
		rows = append(rows, parts.Muted(words.say(p.unlooked(now.device.ID))))
	}
	return d.section("device.work", rows...)
}

// doors lists the services in plain words.
func (d *devicePage) doors(dev *discovery.Device) fyne.CanvasObject {
	words := d.w.words
	var rows []fyne.CanvasObject
	for _, s := range dev.Services {
		small := words.say("device.door.unknown")
		if s.Protocol != "" {
			small = words.T("service.unknown", text.Args{"port": s.Port})
		}
		if s.Product != "" {
			small += " · " + discovery.Line(s.Product)
		}
		said := parts.Stack(1, parts.Body(words.service(s)), parts.Small(small).OneLine())
		if u := doorPage(dev, s); u != nil {
			rows = append(rows, parts.Beside(8, nil, parts.QuietButton(words.say("action.open"), "open", func() { d.w.browse(u) }), said))
		} else {
			rows = append(rows, said)
		}
	}
	if len(rows) == 0 {
		rows = append(rows, parts.Muted(words.say("device.doors.none")))
	}
	return d.section("device.doors", rows...)
}

// ends is how to see less of a device: to leave it alone, or to forget it.
func (d *devicePage) ends() fyne.CanvasObject {
	say := d.w.words.say
	forget := parts.QuietButton(say("forget.open"), "forget", func() { d.w.forget(d.id) })
	return parts.Card(parts.Stack(10,
		parts.Stack(2, outdent(7, d.alone), parts.Small(say("device.alone.text"))),
		parts.Stack(0, outdent(14, forget), parts.Small(say("forget.help")))))
}

// outdent moves a control left by the room that it keeps round itself, so that it aligns
// with the text above and below.
func outdent(by float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, -by, 0), parts.Row(0, o))
}

// leave keeps what the user wants; if that fails the switch goes back.
func (d *devicePage) leave(yes bool) {
	id := d.id
	d.w.act(d.w.alone(id, yes), func(trouble string) {
		if trouble != "" && d.id == id {
			d.alone.Checked = !yes
			d.alone.Refresh()
		}
		d.w.tell(trouble)
	})
}

// alone is the deed of leaving a device alone, or of looking at it again.
func (w *Window) alone(id discovery.DeviceID, yes bool) deed {
	leave := func(yes bool) func(context.Context) error {
		return func(ctx context.Context) error { return w.program.LeaveAlone(ctx, id, yes) }
	}
	return deed{do: leave(yes), back: leave(!yes)}
}

// odd says calmly how the device behaved oddly; nothing if it did not.
func (d *devicePage) odd(t discovery.Traffic) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, o := range discovery.InOrder(t.Odd) {
		rows = append(rows, parts.BesideTop(12, parts.NewPic(parts.Unchecked.Icon, parts.Unchecked.Color, 20), nil, parts.Body(d.w.words.say("odd."+string(o)))))
	}
	card := d.section("device.odd", append(rows, parts.Small(d.w.words.say("device.odd.text")))...)
	if len(rows) == 0 {
		card.Hide()
	}
	return card
}

// maxRequests is how many lines of the ledger a page shows.
const maxRequests = 40

// ledger shows what was sent to a device, line by line.
func (w *Window) ledger(t discovery.Traffic) fyne.CanvasObject {
	if t.Connections+t.Packets+len(t.Requests) == 0 {
		return parts.Muted(w.words.say("sent.none"))
	}
	sum := w.words.T("sent.sum", text.Args{
		"n": t.Connections, "sent": w.words.bytes(t.BytesSent), "received": w.words.bytes(t.BytesReceived),
	})
	if t.LoginAttempts > 0 {
		sum += " " + w.words.count("sent.logins", t.LoginAttempts)
	}
	list := parts.Stack(6)
	for _, r := range t.Requests[:min(maxRequests, len(t.Requests))] {
		size := ""
		if r.Sent+r.Received > 0 {
			size = w.words.T("sent.bytes", text.Args{"sent": w.words.bytes(r.Sent), "received": w.words.bytes(r.Received)})
		}
		list.Add(parts.Beside(14, parts.Wide(64, parts.Small(r.At.Local().Format(w.words.say("format.clock"))).Short()),
			parts.Wide(200, parts.Small(size).OneLine()), parts.Small(discovery.Line(r.Line)).OneLine()))
	}
	if more := len(t.Requests) - maxRequests; more > 0 {
		list.Add(parts.Small(w.words.count("sent.more", more)))
	}
	return parts.Stack(12, parts.Muted(sum), list)
}
