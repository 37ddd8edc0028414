package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/ui/parts"
)

// welcome chooses a home, at the first start and when the practice home is left. Nothing
// is sent to any device before it is done.
type welcome struct {
	w        *Window
	name     *widget.Entry
	mine     *widget.Check
	start    *parts.Button
	practice *parts.Button
	language *parts.Choice
	trouble  *parts.Text
	content  fyne.CanvasObject
}

func newWelcome(w *Window) *welcome {
	say := w.words.say
	h := &welcome{w: w, name: widget.NewEntry(), trouble: parts.Body("")}
	h.name.SetText(say("welcome.name.usual"))
	h.start = parts.MainButton(say("welcome.start"), "", func() { h.enter(false) })
	h.start.Disable()
	h.mine = widget.NewCheck(say("welcome.mine"), func(yes bool) {
		if yes {
			h.start.Enable()
		} else {
			h.start.Disable()
		}
	})
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
	form := parts.Card(parts.Stack(12,
		parts.Beside(16, parts.Strong(say("welcome.name")).Short(), nil, h.name),
		parts.Beside(16, nil, parts.AtLeast(120, h.start), outdent(7, h.mine)), h.trouble))
	try := parts.NewBox(parts.ColorSide, "", parts.Radius, 20, 16, parts.Beside(20, nil, h.practice,
		parts.Stack(3, parts.Strong(say("welcome.practice.title")), parts.Body(say("welcome.practice.text")))))
	h.content = container.NewVScroll(parts.Column(800, parts.Pad(32, 60, parts.Stack(24, head,
		parts.Grid(2, 16,
			promise("welcome.does", "check", parts.ColorAllGood, "welcome.does.find", "welcome.does.try", "welcome.does.tell"),
			promise("welcome.never", "never", theme.ColorNameForeground, "welcome.never.change", "welcome.never.send", "welcome.never.keep")),
		form, try))))
	return h
}

// keep takes over what was filled in elsewhere.
func (h *welcome) keep(o *welcome) {
	h.name.SetText(o.name.Text)
	h.mine.SetChecked(o.mine.Checked)
}

func (h *welcome) view() fyne.CanvasObject { return h.content }

// enter chooses a home and goes there.
func (h *welcome) enter(practice bool) {
	h.start.Disable()
	h.practice.Disable()
	name := h.name.Text
	if practice {
		name = h.w.words.say("welcome.practice.open")
	}
	h.w.call(func(ctx context.Context) error { return h.w.program.Enter(ctx, name, practice) }, func(trouble string) {
		h.practice.Enable()
		if h.mine.Checked {
			h.start.Enable()
		}
		if trouble != "" {
			h.trouble.Set(trouble)
			h.trouble.Show()
			h.content.Refresh()
			return
		}
		h.w.trouble = ""
		h.w.todo.card.forget()
		h.w.open(h.w.pages[0])
	})
}
