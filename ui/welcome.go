package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

// welcome chooses a home, at the first start and when the practice home is left. Nothing
// is sent to any device before it is done.
type welcome struct {
	w        *Window
	name     *parts.Entry
	mine     *parts.Check
	start    *parts.Button
	practice *parts.Button
	language *parts.Choice
	trouble  *parts.Text
	form     *parts.Box
	place    *fyne.Container // on which network this computer is, or why on none
	content  fyne.CanvasObject

	connections []rounds.Connection
	barred      bool // no home can be entered now
}

func newWelcome(w *Window) *welcome {
	say := w.words.say
	h := &welcome{w: w, name: parts.NewEntry(), trouble: parts.Body(""), place: parts.Stack(0)}
	h.name.Label = say("welcome.name")
	h.name.SetText(say("welcome.name.usual"))
	h.start = parts.MainButton(say("welcome.start"), "", func() { h.enter(false) })
	h.start.Disable()
	h.mine = parts.NewCheck(say("welcome.mine"), func(bool) { h.arm() })
	h.practice = parts.NewButton(say("welcome.practice.open"), "", func() { h.enter(true) })
	h.trouble.Importance = widget.DangerImportance
	h.trouble.Hide()

	promise := func(title, icon string, c fyne.ThemeColorName, keys ...string) fyne.CanvasObject {
		list := parts.Stack(10, parts.Strong(say(title)))
		for _, k := range keys {
			list.Add(parts.BesideTop(10, parts.NewPic(icon, c, 20), nil, parts.Body(say(k))))
		}
		return parts.Card(list)
	}
	h.language = w.languages(func() { w.win.Canvas().Focus(w.welcome.language) })
	head := parts.Beside(20, parts.NewPic("app", "", 64), parts.Wide(214, parts.Pad(0.5, 0.5, h.language)),
		parts.Stack(4, parts.Heading(say("welcome.title")), parts.Muted(say("app.tagline"))))
	h.place.Hide()
	h.form = parts.Card(parts.Stack(12,
		parts.Beside(16, parts.Strong(say("welcome.name")).Short(), nil, h.name),
		parts.Beside(16, nil, parts.AtLeast(120, h.start), outdent(7, h.mine)), h.trouble))
	try := parts.NewBox(parts.ColorSide, "", parts.Radius, 20, 16, parts.Beside(20, nil, h.practice,
		parts.Stack(3, parts.Strong(say("welcome.practice.title")), parts.Body(say("welcome.practice.text")))))
	h.content = container.NewVScroll(parts.Column(800, parts.Pad(32, 60, parts.Stack(24, head,
		parts.Grid(2, 16,
			promise("welcome.does", "check", parts.ColorAllGood, "welcome.does.find", "welcome.does.try", "welcome.does.tell"),
			promise("welcome.never", "never", theme.ColorNameForeground, "welcome.never.change", "welcome.never.send", "welcome.never.keep")),
		h.place, h.form, try))))
	return h
}

// arm lets the user begin once that is possible, and agreed.
func (h *welcome) arm() { able(h.mine.Checked && !h.barred, h.start) }

// survey sees on which network this computer is, for the welcome. Nothing is sent.
func (w *Window) survey() {
	w.live.run(func(ctx context.Context) func() {
		all, err := w.program.Connections(ctx)
		return func() {
			if w.welcome != nil {
				w.welcome.see(all, w.program.Hurdle(err))
			}
		}
	})
}

// see shows on which network this computer is, or what is in the way.
func (h *welcome) see(all []rounds.Connection, barred rounds.Hurdle) {
	h.connections = all
	if barred.Kind == "" && len(all) > 1 && chosen(all) == nil {
		barred.Kind = rounds.HurdleSeveral
	}
	h.barred = barred.Kind != ""
	h.place.Objects = nil
	if h.barred {
		h.place.Add(h.w.hurdle(barred, h.w.survey).card(parts.MainButton))
	} else if on := h.w.on(all); on != nil {
		h.place.Add(parts.Pad(20, 0, on))
	}
	h.place.Hidden, h.form.Hidden = len(h.place.Objects) == 0, h.barred
	h.arm()
	h.content.Refresh()
}

// keep takes over what was filled in elsewhere.
func (h *welcome) keep(o *welcome) {
	h.name.SetText(o.name.Text)
	h.mine.SetChecked(o.mine.Checked)
	h.see(o.connections, rounds.Hurdle{})
}

func (h *welcome) view() fyne.CanvasObject { return h.content }

// enter chooses a home and goes there.
func (h *welcome) enter(practice bool) {
	if practice {
		h.move(h.w.words.say("welcome.practice.open"), true, "")
		return
	}
	h.move(h.name.Text, false, "")
}

// move enters a home, and shows what keeps it from that.
func (h *welcome) move(name string, practice bool, insisted string) {
	able(false, h.start, h.practice)
	h.w.live.run(func(ctx context.Context) func() {
		err := h.w.program.Enter(ctx, name, practice, insisted)
		return func() {
			h.practice.Enable()
			h.arm()
			if err == nil {
				h.w.arrive("")
				return
			}
			if h.w.sure(err, func(insisted string) { h.move(name, practice, insisted) }) {
				return
			}
			if barred := h.w.program.Hurdle(err); barred.Kind != "" {
				h.see(nil, barred)
				return
			}
			h.trouble.Set(h.w.sentence(err))
			h.trouble.Show()
			h.content.Refresh()
		}
	})
}
