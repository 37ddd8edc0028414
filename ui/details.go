package ui

import (
	"fyne.io/fyne/v2"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// details shows what somebody who helps needs to know of a device, to be copied. The user says what it tells of the home.
func (w *Window) details(id discovery.DeviceID) {
	dev := w.now.device[id]
	if dev == nil {
		return
	}
	say := w.words.say
	x := text.Details{Device: *dev, Version: w.app.Metadata().Version, At: w.now.Finished}
	for _, f := range w.now.Findings {
		if (f.Device == id || f.About() == id) && f.Fixed.IsZero() {
			x.Findings = append(x.Findings, f)
		}
	}
	for _, o := range w.now.Outcomes {
		if o.Device == id {
			x.Outcomes = append(x.Outcomes, o)
		}
	}
	said := parts.NewEntry()
	said.Label = say("details.open")
	said.MultiLine, said.Wrapping = true, fyne.TextWrapWord
	said.SetMinRowsVisible(letterRows)
	var take *parts.Button
	take = parts.MainButton(say("letter.copy"), "copy", func() {
		w.app.Clipboard().SetContent(said.Text)
		take.SetText(say("letter.copied"))
	})
	write := func() {
		said.SetText(w.words.Details(x))
		take.SetText(say("letter.copy"))
	}
	write()
	flip := func(key string, field *bool) *parts.Switch {
		return parts.NewSwitch(say(key), "", say("news.off"), say("news.on"), false, func(on bool) {
			*field = on
			write()
		})
	}
	w.sheet(540, say("details.title"), []string{say("details.help")},
		parts.Stack(8, said, flips(flip("details.names", &x.Names), flip("details.addresses", &x.Addresses))), take,
		parts.NewButton(say("letter.close"), "", w.answer), take)
}

// helper is the button for the details of the device that a finding is about.
func (c *card) helper(f *checks.Finding) fyne.CanvasObject {
	id := f.About()
	if c.t.w.now.device[id] == nil {
		id = f.Device
	}
	return parts.Row(0, parts.NewButton(c.t.w.words.say("details.open"), "copy", func() { c.t.w.details(id) }))
}
