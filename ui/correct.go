package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"porchlight/discovery"
	"porchlight/ui/parts"
)

// A correctForm asks what a device is. Every line begins as the device is shown now; its
// placeholder is what the device says, for a line that is emptied.
type correctForm struct {
	was   discovery.Correction
	signs discovery.Device

	name, vendor, model *parts.Entry
	room, owner, notes  *parts.Entry
	kind                *parts.Choice
	kinds               []discovery.Kind // the options of kind
	view                fyne.CanvasObject
}

func newCorrectForm(words words, dev *discovery.Device, submit func()) *correctForm {
	f := &correctForm{was: dev.Correction, signs: dev.Uncorrected(), kinds: discovery.Kinds()}
	entry := func(now, otherwise string) *parts.Entry {
		e := parts.NewEntry()
		e.SetText(now)
		e.CursorColumn = len([]rune(now))
		e.PlaceHolder = otherwise
		e.OnSubmitted = func(string) { submit() }
		return e
	}
	f.name = entry(discovery.Line(dev.Name), words.DeviceName(&f.signs))
	f.vendor = entry(discovery.Line(dev.Vendor), discovery.Line(f.signs.Vendor))
	f.model = entry(discovery.Line(dev.Model), discovery.Line(f.signs.Model))
	f.room, f.owner = entry(f.was.Room, ""), entry(f.was.Owner, "")
	f.notes = entry(f.was.Notes, "")
	f.notes.MultiLine, f.notes.Wrapping, f.notes.CursorColumn = true, fyne.TextWrapWord, 0
	f.notes.SetMinRowsVisible(2)

	if !slices.Contains(f.kinds, f.signs.Kind) { // not known: one can go back to that
		f.kinds = append([]discovery.Kind{f.signs.Kind}, f.kinds...)
	}
	options := make([]parts.Option, len(f.kinds))
	for i, k := range f.kinds {
		options[i] = parts.Option{Icon: parts.KindIcon(k), Words: words.say("kind." + string(k))}
	}
	f.kind = parts.NewChoice(words.say("device.kind"), options, max(0, slices.Index(f.kinds, dev.Kind)))

	f.view = parts.Stack(12,
		parts.Grid(2, 12,
			words.line("device.name", f.name), words.line("device.kind", parts.Pad(0.5, 0.5, f.kind)), // half of its edge lies outside
			words.line("device.vendor", f.vendor), words.line("device.model", f.model),
			words.line("device.room", f.room), words.line("device.owner", f.owner)),
		words.line("device.notes", f.notes))
	return f
}

// said gives the user's words as the form has them now.
func (f *correctForm) said() discovery.Correction {
	word := func(now, was, signs string) string {
		switch now {
		case was:
			return was // said before: it stays, even if the device says the same by now
		case signs:
			return ""
		}
		return now
	}
	return discovery.Correction{
		Name:   word(discovery.Line(f.name.Text), f.was.Name, discovery.Line(f.signs.Name)),
		Kind:   discovery.Kind(word(string(f.kinds[f.kind.Chosen]), string(f.was.Kind), string(f.signs.Kind))),
		Vendor: word(discovery.Line(f.vendor.Text), f.was.Vendor, discovery.Line(f.signs.Vendor)),
		Model:  word(discovery.Line(f.model.Text), f.was.Model, discovery.Line(f.signs.Model)),
		Room:   f.room.Text, Owner: f.owner.Text, Notes: f.notes.Text,
	}.Clean()
}

// correct asks what a device is, then keeps it. It gives the form that is open now; nil if there
// is no such device.
func (w *Window) correct(id discovery.DeviceID) *correctForm {
	dev := w.now.device[id]
	if dev == nil {
		return nil
	}
	var f *correctForm
	keep := func() {
		if c := f.said(); c != f.was {
			w.keepCorrection(id, c)
		}
	}
	f = newCorrectForm(w.words, dev, func() { w.answer(); keep() })
	w.question(w.words.say("correct.title"), []string{w.words.say("correct.text")}, f.view, w.words.say("correct.yes"), keep)
	w.win.Canvas().Focus(f.name)
	return f
}

// takeBack takes back one of the user's words about a device.
func (w *Window) takeBack(id discovery.DeviceID, word func(*discovery.Correction) *string) {
	if dev := w.now.device[id]; dev != nil {
		c := dev.Correction
		*word(&c) = ""
		w.keepCorrection(id, c)
	}
}

// keepCorrection keeps the user's words about a device.
func (w *Window) keepCorrection(id discovery.DeviceID, c discovery.Correction) {
	if dev := w.now.device[id]; dev != nil {
		w.act(w.correction(dev, c), w.tell)
	}
}

// correction is the deed of saying something about a device.
func (w *Window) correction(dev *discovery.Device, c discovery.Correction) deed {
	id, was := dev.ID, dev.Correction
	return deed{
		do:   func(ctx context.Context) error { return w.program.Correct(ctx, id, c) },
		back: func(ctx context.Context) error { return w.program.Correct(ctx, id, was) },
	}
}
