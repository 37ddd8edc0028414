package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Box is a rounded area with something in it.
type Box struct {
	widget.BaseWidget
	Fill, Line fyne.ThemeColorName // "" for none
	Radius     float32
	Content    fyne.CanvasObject

	hovered, focused bool // only a Tap is
	padX, padY       float32
}

// NewBox makes an area with that much room round its content.
func NewBox(fill, line fyne.ThemeColorName, radius, padX, padY float32, content fyne.CanvasObject) *Box {
	b := &Box{Fill: fill, Line: line, Radius: radius, padX: padX, padY: padY, Content: content}
	b.ExtendBaseWidget(b)
	return b
}

func (b *Box) content() fyne.CanvasObject { return b.Content }

// Card is the usual area for things that belong together.
func Card(content fyne.CanvasObject) *Box {
	return NewBox(ColorCard, ColorLine, Radius, 20, 18, content)
}

// Note is a calm area of words with a picture before them and, unless it is nil, something to press behind them.
func Note(fill fyne.ThemeColorName, pic *Pic, button, words fyne.CanvasObject) *Box {
	return NewBox(fill, "", Radius, 18, 14, Beside(14, pic, button, words))
}

// Trouble is the note of something that went wrong, in words. button may be nil.
func Trouble(words string, button fyne.CanvasObject) *Box {
	return Note(Tint(ColorToday), NewPic("state-today", ColorToday, 22), button, Body(words))
}

// Badge shows a state as icon and word on a faint pill.
func Badge(s State, word string) *Box {
	b := NewBox(Tint(s.Color), "", 13, 10, 4, Row(7, NewPic(s.Icon, s.Color, 16), newText(word, theme.SizeNameCaptionText, true, widget.MediumImportance).Short()))
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{b: b, area: canvas.NewRectangle(color.Transparent), over: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

type boxRenderer struct {
	b          *Box
	area, over *canvas.Rectangle // over marks hover and focus
}

func (r *boxRenderer) paint() {
	named := func(name fyne.ThemeColorName) color.Color {
		if name == "" {
			return color.Transparent
		}
		return theme.Color(name)
	}
	r.area.CornerRadius, r.over.CornerRadius = r.b.Radius, r.b.Radius
	line := r.b.Line
	if line == "" && r.b.Fill != "" && r.b.Fill != theme.ColorNameBackground {
		line = ColorEdge
	}
	r.area.FillColor, r.area.StrokeColor, r.area.StrokeWidth = named(r.b.Fill), named(line), 0
	if _, _, _, alpha := r.area.StrokeColor.RGBA(); alpha > 0 {
		r.area.StrokeWidth = 1
	}
	r.over.Hidden = !r.b.hovered && !r.b.focused
	r.over.FillColor, r.over.StrokeColor, r.over.StrokeWidth = color.Transparent, color.Transparent, 0
	if r.b.hovered {
		r.over.FillColor = theme.Color(theme.ColorNameHover)
	}
	if r.b.focused {
		r.over.StrokeColor, r.over.StrokeWidth = theme.Color(theme.ColorNamePrimary), 2
	}
}

func (r *boxRenderer) Layout(size fyne.Size) {
	r.area.Resize(size)
	r.over.Resize(size)
	r.b.Content.Resize(size.SubtractWidthHeight(2*r.b.padX, 2*r.b.padY).Max(fyne.Size{}))
	r.b.Content.Move(fyne.NewPos(r.b.padX, r.b.padY))
}

func (r *boxRenderer) MinSize() fyne.Size {
	return r.b.Content.MinSize().AddWidthHeight(2*r.b.padX, 2*r.b.padY)
}

func (r *boxRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.b.Content, r.over}
}

func (r *boxRenderer) Destroy() {}

func (r *boxRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	r.area.Refresh()
	r.over.Refresh()
}

// A Tap is an area that can be pressed, by mouse, space or return.
type Tap struct {
	Box
	OnFocus func() // what happens when the keyboard comes; nil for nothing

	label string
	onTap func()
}

// NewTap makes an area to press. label is what a screen reader says.
func NewTap(label string, fill, line fyne.ThemeColorName, radius, padX, padY float32, content fyne.CanvasObject, onTap func()) *Tap {
	t := &Tap{label: label, onTap: onTap}
	t.Fill, t.Line, t.Radius, t.padX, t.padY, t.Content = fill, line, radius, padX, padY, content
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *Tap) Tapped(*fyne.PointEvent) { t.onTap() }

// FocusGained implements fyne.Focusable.
func (t *Tap) FocusGained() {
	t.focused = true
	t.Refresh()
	reveal()
	if t.OnFocus != nil {
		t.OnFocus()
	}
}

// FocusLost implements fyne.Focusable.
func (t *Tap) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *Tap) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *Tap) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		t.onTap()
	default:
		passOn(ev)
	}
}

// MouseIn implements desktop.Hoverable.
func (t *Tap) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (t *Tap) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *Tap) MouseOut() { t.hovered = false; t.Refresh() }

// Cursor implements desktop.Cursorable.
func (t *Tap) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel implements fyne.Accessible.
func (t *Tap) AccessibilityLabel() string { return t.label }

// AccessibilityRole implements fyne.Accessible.
func (t *Tap) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
