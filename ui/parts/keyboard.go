package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// keyboard gives the canvas in which something has the keyboard, else that of the first window; nil without a window.
func keyboard() fyne.Canvas {
	var first fyne.Canvas
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		c := w.Canvas()
		if c.Focused() != nil {
			return c
		}
		if first == nil {
			first = c
		}
	}
	return first
}

// passOn gives a key that a widget has no use for to the window, which knows Escape.
func passOn(ev *fyne.KeyEvent) {
	if c := keyboard(); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(ev)
	}
}

// inside gives what lies in o, in the order in which the keyboard comes to it.
func inside(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case *container.Scroll:
		return []fyne.CanvasObject{o.Content}
	case *widget.PopUp:
		return []fyne.CanvasObject{o.Content}
	case interface{ content() fyne.CanvasObject }:
		return []fyne.CanvasObject{o.content()}
	}
	return nil
}

// Reach lists what the keyboard can come to in o, in that order.
func Reach(o fyne.CanvasObject) []fyne.Focusable {
	if o == nil || !o.Visible() {
		return nil
	}
	var out []fyne.Focusable
	if f, ok := o.(fyne.Focusable); ok {
		if d, ok := o.(fyne.Disableable); !ok || !d.Disabled() {
			out = append(out, f)
		}
	}
	for _, in := range inside(o) {
		out = append(out, Reach(in)...)
	}
	return out
}

// Called is what something that takes the keyboard is called.
func Called(f fyne.Focusable) string {
	switch f := f.(type) {
	case *Entry:
		return f.PlaceHolder
	case *Check:
		return f.Text
	case *List:
		return "" // what it says changes
	case fyne.Accessible:
		return f.AccessibilityLabel()
	}
	return ""
}

// Refill puts other things into a container. The keyboard stays with what is called the same as what had it; if there is
// nothing of that name, nothing has it.
func Refill(c *fyne.Container, objects ...fyne.CanvasObject) {
	had, win := "", keyboard()
	at := -1
	if win != nil && win.Focused() != nil {
		for i, f := range Reach(c) {
			if f == win.Focused() {
				at, had = i, Called(f)
			}
		}
	}
	c.Objects = objects
	c.Refresh()
	if at < 0 {
		return
	}
	var next fyne.Focusable
	for i, f := range Reach(c) {
		if Called(f) == had && (next == nil || i <= at) { // of several, the one that stands where it stood
			next = f
		}
	}
	if next == nil {
		win.Unfocus()
	} else {
		win.Focus(next)
	}
}

// revealed is the room that is left round what is scrolled into view.
const revealed = 14

// reveal scrolls what has the keyboard into view.
func reveal() {
	win := keyboard()
	if win == nil {
		return
	}
	o, ok := win.Focused().(fyne.CanvasObject)
	if !ok || o.Size().IsZero() {
		return
	}
	root := win.Content()
	if top := win.Overlays().Top(); top != nil {
		root = top
	}
	scrollTo(root, o)
}

// scrollTo scrolls whatever holds o so that o can be seen, and gives the place of o in it; false if it does not hold o.
func scrollTo(holder, o fyne.CanvasObject) (fyne.Position, bool) {
	if holder == o {
		return fyne.Position{}, true
	}
	if !holder.Visible() {
		return fyne.Position{}, false
	}
	for _, in := range inside(holder) {
		at, found := scrollTo(in, o)
		if !found {
			continue
		}
		s, scrolls := holder.(*container.Scroll)
		if !scrolls {
			return at.Add(in.Position()), true
		}
		top, bottom, seen := at.Y-revealed, at.Y+o.Size().Height+revealed, s.Size().Height
		y := s.Offset.Y
		if bottom > y+seen {
			y = bottom - seen
		}
		y = max(0, min(y, top, s.Content.Size().Height-seen))
		if y != s.Offset.Y {
			s.ScrollToOffset(fyne.NewPos(s.Offset.X, y))
		}
		return at.SubtractXY(0, y), true
	}
	return fyne.Position{}, false
}

// lineStep is how far an arrow key scrolls, and how much of a page stays in view when it is turned.
const lineStep = 60

// Turn scrolls the first thing in o that scrolls, as a key wants it.
func Turn(o fyne.CanvasObject, key fyne.KeyName) {
	s := scroller(o)
	if s == nil {
		return
	}
	y, seen, end := s.Offset.Y, s.Size().Height, max(0, s.Content.Size().Height-s.Size().Height)
	switch key {
	case fyne.KeyPageDown:
		y += max(lineStep, seen-lineStep)
	case fyne.KeyPageUp:
		y -= max(lineStep, seen-lineStep)
	case fyne.KeyDown:
		y += lineStep
	case fyne.KeyUp:
		y -= lineStep
	case fyne.KeyHome:
		y = 0
	case fyne.KeyEnd:
		y = end
	default:
		return
	}
	s.ScrollToOffset(fyne.NewPos(s.Offset.X, max(0, min(y, end))))
}

// scroller gives the first thing in o that scrolls; nil if nothing does.
func scroller(o fyne.CanvasObject) *container.Scroll {
	if o == nil || !o.Visible() {
		return nil
	}
	if s, ok := o.(*container.Scroll); ok {
		return s
	}
	for _, in := range inside(o) {
		if s := scroller(in); s != nil {
			return s
		}
	}
	return nil
}
