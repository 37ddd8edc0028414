package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks"
	"porchlight/ui/parts"
)

// offers reports whether the card offers to put a finding right in the practice home.
func (c *card) offers(p *picture, f *checks.Finding) bool {
	return p.practice() && f.ID != "" && f.Open() && c.t.w.program.Pretends(f.Kind)
}

// practice offers to put the finding right on the simulated device: so newcomers learn what comes after the steps.
func (c *card) practice(now *cardState) fyne.CanvasObject {
	say, id := c.t.w.words.say, now.id
	icon, body := "eye", parts.Stack(12, parts.Body(say("practice.pretend.text")),
		parts.Row(0, parts.NewButton(say("practice.pretend"), "", func() { c.pretend(id) })))
	if now.played {
		icon, body = "check", parts.Stack(0, parts.Body(say("practice.pretended")))
	}
	return parts.NewBox(parts.ColorPractice, "", parts.Radius, 18, 14, parts.BesideTop(14, parts.NewPic(icon, theme.ColorNameForeground, 22), nil, body))
}

// pretend puts a finding right on the simulated device. Then it is time to look again.
func (c *card) pretend(id string) {
	w := c.t.w
	w.call(func(ctx context.Context) error { return w.program.Pretend(ctx, id) }, func(trouble string) {
		if w.tell(trouble); trouble != "" {
			return
		}
		c = w.todo.card // the window may have been made anew
		c.played[id] = true
		c.show(w.now)
		if c.t.chosen == id && w.page == page(c.t) {
			w.win.Canvas().Focus(c.again)
		}
	})
}
