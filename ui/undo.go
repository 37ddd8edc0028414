package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

// A deed is something that the user does to what is kept, and the way back. Both run off the toolkit's goroutine.
type deed struct{ do, back func(context.Context) error }

// deeds makes one deed of several. They are done in order, and taken back from the last to the first.
func deeds(all []deed) deed {
	return deed{
		do: func(ctx context.Context) error {
			for _, d := range all {
				if err := d.do(ctx); err != nil {
					return err
				}
			}
			return nil
		},
		back: func(ctx context.Context) error {
			for _, d := range slices.Backward(all) {
				if err := d.back(ctx); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// An undoer holds the latest deed, and says below the page that it can be taken back. The words go when another page
// opens; the menu takes it back until the next round, or another deed.
type undoer struct {
	w      *Window
	latest *deed // nil for none
	home   rounds.HomeID

	said   *parts.Text
	button *parts.Button
	bar    *fyne.Container
}

// build makes the bar anew, in the words of now.
func (u *undoer) build(w *Window) fyne.CanvasObject {
	u.w, u.said = w, parts.Body("")
	u.button = parts.QuietButton(w.words.say("undo.undo"), "undo", u.undo)
	u.bar = parts.Pad(36, 12, parts.NewBox(parts.ColorChosen, "", parts.Radius, 16, 4,
		parts.Beside(12, parts.NewPic("check", parts.ColorAllGood, 20), u.button, u.said)))
	u.bar.Hide()
	return u.bar
}

// act does something that can be taken back. done gets what went wrong in words, "" if nothing did.
func (w *Window) act(d deed, done func(trouble string)) {
	w.inTurn(d.do, func(trouble string) {
		if trouble == "" {
			w.undo.offer(&d)
		}
		done(trouble)
	})
}

// offer says that something is done, and keeps the way back.
func (u *undoer) offer(d *deed) {
	u.latest, u.home = d, u.w.now.Home.ID
	u.say("undo.done", true)
}

// undo takes the latest deed back.
func (u *undoer) undo() {
	d := u.latest
	if d == nil || u.w.ask != nil {
		return
	}
	u.forget()
	u.w.inTurn(d.back, func(trouble string) {
		if trouble == "" {
			u.say("undo.undone", false)
		}
		u.w.tell(trouble)
	})
}

// forget drops the latest deed: it cannot be taken back any more.
func (u *undoer) forget() {
	u.latest = nil
	u.hide()
}

// show forgets what the user did before a round, or in another home.
func (u *undoer) show(p *picture) {
	if u.latest != nil && (p.walking || p.Home.ID != u.home) {
		u.forget()
	}
}

func (u *undoer) say(key string, button bool) {
	u.said.Set(u.w.words.say(key))
	u.button.Hidden = !button
	u.bar.Show()
	u.w.frame.view.Refresh()
}

// hide takes the words away. The keyboard does not stay on a button that is gone.
func (u *undoer) hide() {
	if u.bar.Hidden {
		return
	}
	if u.w.win.Canvas().Focused() == fyne.Focusable(u.button) {
		u.w.win.Canvas().Unfocus()
	}
	u.bar.Hide()
	u.w.frame.view.Refresh()
}

// undoKey takes the latest deed back, or what was typed last where the keyboard is in a line to write in.
func (w *Window) undoKey() {
	if line, ok := w.win.Canvas().Focused().(fyne.Shortcutable); ok {
		line.TypedShortcut(&fyne.ShortcutUndo{})
		return
	}
	w.undo.undo()
}
