package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Button is the toolkit's, with a ring that shows where the keyboard is, and return as
// well as space.
type Button struct {
	widget.Button
	Label   string // what a screen reader says of a button without words
	focused bool
}

// NewButton makes a button; icon may be "".
func NewButton(words, iconName string, onTap func()) *Button {
	return newButton(words, iconName, widget.MediumImportance, theme.ColorNameForeground, onTap)
}

// MainButton makes the one button that the page is about.
func MainButton(words, iconName string, onTap func()) *Button {
	return newButton(words, iconName, widget.WarningImportance, theme.ColorNameForegroundOnWarning, onTap)
}

// QuietButton makes a button without an area of its own.
func QuietButton(words, iconName string, onTap func()) *Button {
	return newButton(words, iconName, widget.LowImportance, theme.ColorNameForeground, onTap)
}

func newButton(words, iconName string, importance widget.Importance, c fyne.ThemeColorName, onTap func()) *Button {
	b := &Button{}
	b.Text, b.Importance, b.OnTapped = words, importance, onTap
	if iconName != "" {
		b.Icon = Icon(iconName, c)
	}
	b.ExtendBaseWidget(b)
	return b
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Button.FocusGained(); reveal() }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Button.FocusLost() }

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if !b.Disabled() {
			b.OnTapped()
		}
	default:
		passOn(ev)
	}
}

// MinSize implements fyne.Widget.
func (b *Button) MinSize() fyne.Size {
	m := b.Button.MinSize()
	if b.Text != "" {
		m.Width += innerPadding
	}
	return m
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	ring := canvas.NewRectangle(color.Transparent)
	ring.StrokeWidth, ring.Hidden = 2, true
	return &ringed{WidgetRenderer: b.Button.CreateRenderer(), b: b, ring: ring}
}

type ringed struct {
	fyne.WidgetRenderer
	b    *Button
	ring *canvas.Rectangle
}

// Layout implements fyne.WidgetRenderer.
func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.ring.Resize(size)
}

// Objects implements fyne.WidgetRenderer.
func (r *ringed) Objects() []fyne.CanvasObject {
	return append(r.WidgetRenderer.Objects()[:len(r.WidgetRenderer.Objects()):len(r.WidgetRenderer.Objects())], r.ring)
}

// Refresh implements fyne.WidgetRenderer.
func (r *ringed) Refresh() {
	r.ring.Hidden = !r.b.focused
	r.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	r.ring.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
	r.ring.Refresh()
	r.WidgetRenderer.Refresh()
}

// An Entry is the toolkit's, for forms: the keyboard can leave it, by tab and by escape, however
// many lines it has, and ask for help by F1.
type Entry struct {
	widget.Entry
	Label string // what a screen reader says that it is for
}

// NewEntry makes an empty line to write in.
func NewEntry() *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	return e
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() { e.Entry.FocusGained(); reveal() }

// AcceptsTab implements fyne.Tabbable.
func (e *Entry) AcceptsTab() bool { return false }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name == fyne.KeyEscape || ev.Name == fyne.KeyF1 {
		passOn(ev)
		return
	}
	e.Entry.TypedKey(ev)
}

// A Check is the toolkit's, with return as well as space.
type Check struct{ widget.Check }

// NewCheck makes a box to tick.
func NewCheck(words string, onChanged func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = words, onChanged
	c.ExtendBaseWidget(c)
	return c
}

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() { c.Check.FocusGained(); reveal() }

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.SetChecked(!c.Checked)
	case fyne.KeySpace: // it comes as a rune too
	default:
		passOn(ev)
	}
}

// A List is the toolkit's, with return as well as space, and more keys to move by.
type List struct {
	widget.List
	Skip func(int) bool // tells rows that are nothing to choose; nil if there are none

	at       int    // the row where the keyboard is
	onEscape func() // nil leaves the key to the window
}

// NewList makes a list of rows that all look alike.
func NewList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *List {
	l := &List{}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.HideSeparators = true
	l.OnHighlighted = func(i int) { l.at = i }
	l.ExtendBaseWidget(l)
	return l
}

// listStep is how many rows a list goes on when its page is turned.
const listStep = 8

// FocusGained implements fyne.Focusable.
func (l *List) FocusGained() {
	l.List.FocusGained()
	l.Mark(l.at)
}

// Mark puts the keyboard to a row, or to the next one that is something to choose.
func (l *List) Mark(at int) { l.goTo(at, 1) }

// goTo puts the keyboard to a row. From one that is nothing to choose it goes on by step, and back if there is nothing more.
func (l *List) goTo(at, step int) {
	last := l.Length() - 1
	if last < 0 {
		return
	}
	at = max(0, min(at, last))
	for _, by := range []int{step, -step} {
		for i := at; i >= 0 && i <= last; i += by {
			if l.Skip == nil || !l.Skip(i) {
				if i == 1 && by < 0 && l.Skip != nil && l.Skip(0) {
					l.ScrollToTop() // its head too
				}
				l.Highlight(i)
				return
			}
		}
	}
}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		l.List.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	case fyne.KeyEscape:
		if l.onEscape != nil {
			l.onEscape()
			return
		}
		passOn(ev)
	case fyne.KeyF1:
		passOn(ev)
	case fyne.KeyDown:
		l.goTo(l.at+1, 1)
	case fyne.KeyUp:
		l.goTo(l.at-1, -1)
	case fyne.KeyPageDown:
		l.goTo(l.at+listStep, -1)
	case fyne.KeyPageUp:
		l.goTo(l.at-listStep, 1)
	case fyne.KeyHome:
		l.goTo(0, 1)
	case fyne.KeyEnd:
		l.goTo(l.Length()-1, -1)
	default:
		l.List.TypedKey(ev)
	}
}

// A Bar shows how far something is, without numbers.
type Bar struct {
	widget.BaseWidget
	Label string // what a screen reader says
	value float64
}

// NewBar makes an empty bar.
func NewBar() *Bar {
	b := &Bar{}
	b.ExtendBaseWidget(b)
	return b
}

// Set shows value, from 0 to 1.
func (b *Bar) Set(value float64) {
	b.value = min(1, max(0, value))
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{b: b, track: canvas.NewRectangle(color.Transparent), fill: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

// barHeight is thick enough to be seen and thin enough to be calm.
const barHeight = 8

type barRenderer struct {
	b           *Bar
	track, fill *canvas.Rectangle
}

func (r *barRenderer) Layout(size fyne.Size) {
	r.track.Resize(size)
	r.fill.Resize(fyne.NewSize(max(size.Height, size.Width*float32(r.b.value)), size.Height))
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(80, barHeight) }

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.fill} }

func (r *barRenderer) Destroy() {}

func (r *barRenderer) Refresh() {
	r.track.FillColor, r.fill.FillColor = theme.Color(ColorChosen), theme.Color(theme.ColorNamePrimary)
	r.track.CornerRadius, r.fill.CornerRadius = barHeight/2, barHeight/2
	r.Layout(r.b.Size())
	r.track.Refresh()
	r.fill.Refresh()
}
