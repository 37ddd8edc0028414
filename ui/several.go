package ui

import (
	"context"
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// several is what can be done with several devices of the list at once.
type several struct {
	d      *devicesPage
	on     bool
	chosen map[discovery.DeviceID]bool

	open, all, end *parts.Button
	count          *parts.Text
	acts           []*parts.Button
	bar            *parts.Box
}

func newSeveral(d *devicesPage) *several {
	say := d.w.words.say
	s := &several{d: d, chosen: map[discovery.DeviceID]bool{}, count: parts.Strong("")}
	s.open = parts.QuietButton(say("several.open"), "", func() { s.turn(true) })
	s.all = parts.QuietButton(say("several.all"), "", s.chooseAll)
	s.end = parts.QuietButton(say("several.end"), "check", func() { s.turn(false) })
	s.all.Hide()
	s.end.Hide()
	w := d.w
	flow := parts.FlowLeft(8)
	for _, a := range []struct {
		key, icon string
		do        func([]discovery.DeviceID)
	}{
		{"several.room", "home", func(ids []discovery.DeviceID) {
			s.word(ids, "room", func(c *discovery.Correction) *string { return &c.Room })
		}},
		{"several.owner", "edit", func(ids []discovery.DeviceID) {
			s.word(ids, "owner", func(c *discovery.Correction) *string { return &c.Owner })
		}},
		{"several.alone", "never", func(ids []discovery.DeviceID) { s.leave(ids, true) }},
		{"several.check", "look", func(ids []discovery.DeviceID) { s.leave(ids, false) }},
		{"several.allow", "", s.allow},
		{"several.refuse", "", func(ids []discovery.DeviceID) { w.act(w.consents(ids, rounds.ConsentRefused), w.tell) }},
		{"several.forget", "forget", func(ids []discovery.DeviceID) { w.forget(ids...) }},
	} {
		b := parts.NewButton(say(a.key), a.icon, func() {
			if ids := s.ids(); len(ids) > 0 {
				a.do(ids)
			}
		})
		s.acts = append(s.acts, b)
		flow.Add(b)
	}
	s.bar = parts.NewBox(parts.ColorSide, "", parts.Radius, 18, 14, parts.Stack(10, s.count, flow))
	s.bar.Hide()
	return s
}

// keep takes over what was chosen.
func (s *several) keep(o *several) {
	s.on, s.chosen = o.on, o.chosen
	s.arrange()
}

// turn begins or ends the choosing.
func (s *several) turn(on bool) {
	s.on = on
	clear(s.chosen)
	s.arrange()
	s.d.list.Refresh()
	if on {
		s.d.w.win.Canvas().Focus(s.d.list)
	} else {
		s.d.w.win.Canvas().Focus(s.open)
	}
}

func (s *several) toggle(id discovery.DeviceID) {
	if s.chosen[id] = !s.chosen[id]; !s.chosen[id] {
		delete(s.chosen, id)
	}
	s.arrange()
	s.d.list.Refresh()
}

// chooseAll chooses all that the list shows.
func (s *several) chooseAll() {
	for _, d := range s.d.rows {
		s.chosen[d.ID] = true
	}
	s.arrange()
	s.d.list.Refresh()
}

// show leaves out what is not there any more.
func (s *several) show(p *picture) {
	maps.DeleteFunc(s.chosen, func(id discovery.DeviceID, _ bool) bool { return p.device[id] == nil })
	s.arrange()
}

// arrange shows what can be done now.
func (s *several) arrange() {
	words, onMap := s.d.w.words, s.d.onMap()
	s.open.Hidden, s.all.Hidden, s.end.Hidden = s.on || onMap, !s.on || onMap, !s.on || onMap
	s.d.views.Hidden = s.on // first the choosing ends
	s.count.Set(words.say("several.none"))
	if n := len(s.chosen); n > 0 {
		s.count.Set(words.count("several.count", n))
	}
	for _, b := range s.acts {
		switch none := len(s.chosen) == 0; {
		case none && !b.Disabled():
			b.Disable()
		case !none && b.Disabled():
			b.Enable()
		}
	}
	if s.bar.Hidden = !s.on || onMap; s.d.content != nil {
		s.d.content.Refresh()
	}
}

// mark gives the icon of the tick box of a device; "" while nobody chooses.
func (s *several) mark(id discovery.DeviceID) string {
	switch {
	case !s.on:
		return ""
	case s.chosen[id]:
		return "tick-on"
	}
	return "tick-off"
}

// ids lists what is chosen, in the order of the home.
func (s *several) ids() []discovery.DeviceID {
	var out []discovery.DeviceID
	for i := range s.d.now.Devices {
		if id := s.d.now.Devices[i].ID; s.chosen[id] {
			out = append(out, id)
		}
	}
	return out
}

// word asks for one word, such as a room, and says it of all devices. It begins as it is, if all have the same.
func (s *several) word(ids []discovery.DeviceID, field string, word func(*discovery.Correction) *string) {
	w := s.d.w
	line := parts.NewEntry()
	line.Label = w.words.say("several." + field)
	for i, id := range ids {
		c := w.now.device[id].Correction
		if was := *word(&c); i == 0 {
			line.Text = was
		} else if line.Text != was {
			line.Text = ""
		}
	}
	line.CursorColumn = len([]rune(line.Text))
	keep := func() {
		var all []deed
		for _, id := range ids {
			if dev := w.now.device[id]; dev != nil {
				c := dev.Correction
				*word(&c) = line.Text
				all = append(all, w.correction(dev, c.Clean()))
			}
		}
		w.act(deeds(all), w.tell)
	}
	line.OnSubmitted = func(string) { w.answer(); keep() }
	w.question(w.words.say("several."+field+".title"), []string{w.named(ids)}, parts.Stack(6, line, parts.Small(w.words.say("several.word"))),
		w.words.say("correct.yes"), keep)
	w.win.Canvas().Focus(line)
}

// leave leaves the devices alone, or lets them be checked again.
func (s *several) leave(ids []discovery.DeviceID, yes bool) {
	var all []deed
	for _, id := range ids {
		if s.d.w.now.device[id].LeaveAlone != yes {
			all = append(all, s.d.w.alone(id, yes))
		}
	}
	s.d.w.act(deeds(all), s.d.w.tell)
}

// consents is the deed of saying the same about factory passwords of several devices.
func (w *Window) consents(ids []discovery.DeviceID, c rounds.Consent) deed {
	var was map[discovery.DeviceID]rounds.Consent
	keep := func(ctx context.Context, of func(discovery.DeviceID) rounds.Consent) error {
		for _, id := range ids {
			if err := w.program.Consent(ctx, id, of(id)); err != nil {
				return err
			}
		}
		return nil
	}
	return deed{
		do: func(ctx context.Context) (err error) {
			if was, err = w.program.Consents(ctx); err != nil {
				return err
			}
			return keep(ctx, func(discovery.DeviceID) rounds.Consent { return c })
		},
		back: func(ctx context.Context) error {
			return keep(ctx, func(id discovery.DeviceID) rounds.Consent { return was[id] })
		},
	}
}

// loginsHeight is how high the list of what would be typed is at most.
const loginsHeight = 220

// allow shows exactly what would be typed on which device, and asks. Devices without a known login are left out.
func (s *several) allow(ids []discovery.DeviceID) {
	w := s.d.w
	var devices []discovery.Device
	for _, id := range ids {
		devices = append(devices, *w.now.device[id])
	}
	w.live.run(func(ctx context.Context) func() {
		logins := make([]string, len(devices))
		for i, d := range devices {
			logins[i] = w.program.Login(ctx, d)
		}
		return func() { s.askLogins(devices, logins) }
	})
}

func (s *several) askLogins(devices []discovery.Device, logins []string) {
	w, list := s.d.w, parts.Stack(10)
	if w.ask != nil {
		return
	}
	var ids []discovery.DeviceID
	for i := range devices {
		if logins[i] != "" {
			ids = append(ids, devices[i].ID)
			list.Add(parts.Stack(0, parts.Strong(w.words.DeviceName(&devices[i])).OneLine(), parts.Body(logins[i])))
		}
	}
	say := w.words.say
	if len(ids) == 0 {
		w.question(say("several.allow"), []string{say("several.allow.none")}, nil, say("action.ok"), nil)
		return
	}
	var shown fyne.CanvasObject = list
	if parts.Scaled(loginsHeight) < float32(len(ids))*parts.Scaled(54) {
		scroll := container.NewVScroll(list)
		scroll.SetMinSize(fyne.NewSize(0, parts.Scaled(loginsHeight)))
		shown = scroll
	}
	w.question(say("several.allow.title"), []string{say("several.allow.text"), say("consent.risk")}, shown, say("consent.yes"), func() {
		w.act(w.consents(slices.Clone(ids), rounds.ConsentGiven), w.tell)
	})
}
