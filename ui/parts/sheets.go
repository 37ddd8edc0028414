package parts

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	sheetEdge = 18  // round sheets
	sheetWide = 860 // as wide as a sheet becomes at most: it is held at arm's length, not before the eyes
)

// Sheets shows sheets of paper below each other, as wide as there is room for, and leads through them by mouse and keyboard. It
// asks for the pictures of those that are near, as sharp as the screen is, one at a time, and forgets the others.
type Sheets struct {
	widget.BaseWidget
	// Paint makes the picture of a sheet, so many dots wide, and gives it to done on the toolkit's goroutine.
	Paint func(sheet, dots int, done func(image.Image))
	// Words gives what stands on a sheet, for screen readers.
	Words func(sheet int) string
	// Canvas is what they are shown on: the toolkit tells it only of what it has drawn before.
	Canvas fyne.Canvas

	ratio   float32 // height of a sheet by its width
	edition int     // which sheets these are: pictures of others come too late
	list    []*sheet
	busy    bool // a picture is being made
	focused bool
	scroll  *container.Scroll
	body    *fyne.Container
}

// A sheet is one of them.
type sheet struct {
	paper   *canvas.Rectangle
	picture *canvas.Image
	dots    int // how wide the picture is; 0 for none
	edition int // of the picture
}

// NewSheets makes a place for sheets, without any.
func NewSheets() *Sheets {
	s := &Sheets{ratio: 1}
	s.body = container.New(sheetLayout{s})
	s.scroll = container.NewVScroll(s.body)
	s.scroll.OnScrolled = func(fyne.Position) { s.fetch() }
	s.ExtendBaseWidget(s)
	return s
}

// Lay shows so many sheets of that size. What was shown before stays until there are pictures of them.
func (s *Sheets) Lay(n int, width, height float64) {
	s.ratio, s.edition = float32(height/width), s.edition+1
	for len(s.list) < n {
		one := &sheet{paper: canvas.NewRectangle(color.White), picture: canvas.NewImageFromImage(nil)}
		one.picture.FillMode = canvas.ImageFillStretch
		one.picture.Hidden = true
		s.list = append(s.list, one)
	}
	s.list = s.list[:n]
	s.body.Objects = nil
	for _, one := range s.list {
		s.body.Add(one.paper)
		s.body.Add(one.picture)
	}
	s.Refresh()
	s.scroll.Refresh()
	s.ScrollTo(s.scroll.Offset.Y)
}

// ScrollTo shows what begins that far below the upper edge of the first sheet.
func (s *Sheets) ScrollTo(y float32) {
	s.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, s.body.MinSize().Height-s.scroll.Size().Height))))
	s.fetch()
}

// Offset gives how far it is scrolled.
func (s *Sheets) Offset() float32 { return s.scroll.Offset.Y }

// size gives how large a sheet is.
func (s *Sheets) size() fyne.Size {
	w := fyne.Max(1, fyne.Min(Scaled(sheetWide), s.scroll.Size().Width-2*sheetEdge))
	return fyne.NewSize(w, w*s.ratio)
}

// top gives where a sheet begins.
func (s *Sheets) top(i int) float32 { return sheetEdge + float32(i)*(s.size().Height+sheetEdge) }

// At gives which sheet is seen most.
func (s *Sheets) At() int {
	middle := s.scroll.Offset.Y + s.scroll.Size().Height/2
	return max(0, min(len(s.list)-1, int((middle-sheetEdge/2)/(s.size().Height+sheetEdge))))
}

// fetch asks for the next picture that is wanted, and forgets those that are far.
func (s *Sheets) fetch() {
	if s.Paint == nil || s.scroll.Size().Height < 2 {
		return
	}
	dots, _ := s.Canvas.PixelCoordinateForPosition(fyne.NewPos(s.size().Width, 0))
	seen := s.scroll.Size().Height
	next := -1
	for _, near := range []float32{0, seen} { // what is seen comes first
		from, to := s.scroll.Offset.Y-near, s.scroll.Offset.Y+seen+near
		for i, one := range s.list {
			top := s.top(i)
			close := top < to && top+s.size().Height > from
			if !close && near > 0 && one.dots > 0 {
				one.forget()
			}
			if close && next < 0 && (one.dots != dots || one.edition != s.edition) {
				next = i
			}
		}
	}
	if next < 0 || s.busy {
		return
	}
	s.busy = true
	one, edition := s.list[next], s.edition
	s.Paint(next, dots, func(picture image.Image) {
		s.busy = false
		if edition == s.edition {
			one.take(picture, dots, edition)
			s.Canvas.Refresh(one.picture) // it was hidden, and the toolkit does not know yet where it is
		}
		s.fetch()
	})
}

func (o *sheet) forget() {
	o.picture.Image, o.picture.Hidden, o.dots = nil, true, 0
	o.picture.Refresh()
}

func (o *sheet) take(picture image.Image, dots, edition int) {
	o.picture.Image, o.picture.Hidden, o.dots, o.edition = picture, false, dots, edition
	o.picture.Refresh()
}

// sheetLayout puts sheets below each other.
type sheetLayout struct{ s *Sheets }

// Layout implements fyne.Layout.
func (l sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	one := l.s.size()
	for i, o := range objects {
		o.Resize(one)
		o.Move(fyne.NewPos(float32(int((size.Width-one.Width)/2)), float32(int(l.s.top(i/2)))))
	}
	l.s.fetch()
}

// MinSize implements fyne.Layout.
func (l sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(1, l.s.top(len(l.s.list)))
}

// CreateRenderer implements fyne.Widget.
func (s *Sheets) CreateRenderer() fyne.WidgetRenderer {
	r := &sheetsRenderer{s: s, area: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

type sheetsRenderer struct {
	s          *Sheets
	area, ring *canvas.Rectangle
}

func (r *sheetsRenderer) paint() {
	r.area.FillColor, r.area.CornerRadius = theme.Color(ColorChosen), Radius
	r.area.StrokeColor, r.area.StrokeWidth = theme.Color(ColorEdge), 1
	r.ring.StrokeColor, r.ring.StrokeWidth, r.ring.CornerRadius = theme.Color(theme.ColorNamePrimary), 2, Radius
	r.ring.Hidden = !r.s.focused
	for _, one := range r.s.list {
		one.paper.StrokeColor, one.paper.StrokeWidth = theme.Color(ColorLine), 1
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *sheetsRenderer) Layout(size fyne.Size) {
	at := r.s.At()
	within := (r.s.scroll.Offset.Y - r.s.top(at)) / r.s.size().Height
	r.area.Resize(size)
	r.ring.Resize(size)
	r.s.scroll.Move(fyne.NewPos(1, 1))
	if inner := size.SubtractWidthHeight(2, 2); r.s.scroll.Size() != inner {
		r.s.scroll.Resize(inner)
		if len(r.s.list) > 0 && r.s.scroll.Offset.Y > 0 { // the same lines stay in sight
			r.s.ScrollTo(r.s.top(at) + within*r.s.size().Height)
		}
	}
	r.s.fetch()
}

// MinSize implements fyne.WidgetRenderer.
func (r *sheetsRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 160) }

// Objects implements fyne.WidgetRenderer.
func (r *sheetsRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.area, r.s.scroll, r.ring}
}

// Destroy implements fyne.WidgetRenderer.
func (r *sheetsRenderer) Destroy() {}

// Refresh implements fyne.WidgetRenderer.
func (r *sheetsRenderer) Refresh() {
	r.paint()
	r.area.Refresh()
	r.ring.Refresh()
	r.s.body.Refresh()
}

// Tapped implements fyne.Tappable: it gives the keyboard to the sheets.
func (s *Sheets) Tapped(*fyne.PointEvent) {
	s.Canvas.Focus(s)
}

// FocusGained implements fyne.Focusable.
func (s *Sheets) FocusGained() { s.focused = true; s.Refresh() }

// FocusLost implements fyne.Focusable.
func (s *Sheets) FocusLost() { s.focused = false; s.Refresh() }

// TypedRune implements fyne.Focusable.
func (s *Sheets) TypedRune(rune) {}

// TypedKey implements fyne.Focusable: arrows up and down go by a few lines, left and right by a sheet.
func (s *Sheets) TypedKey(ev *fyne.KeyEvent) {
	const lines = 60
	y, whole := s.scroll.Offset.Y, s.scroll.Size().Height*0.9
	switch ev.Name {
	case fyne.KeyDown:
		s.ScrollTo(y + lines)
	case fyne.KeyUp:
		s.ScrollTo(y - lines)
	case fyne.KeyPageDown, fyne.KeySpace:
		s.ScrollTo(y + whole)
	case fyne.KeyPageUp:
		s.ScrollTo(y - whole)
	case fyne.KeyRight:
		s.ScrollTo(s.top(s.At()+1) - sheetEdge)
	case fyne.KeyLeft:
		s.ScrollTo(s.top(s.At()-1) - sheetEdge)
	case fyne.KeyHome:
		s.ScrollTo(0)
	case fyne.KeyEnd:
		s.ScrollTo(s.body.MinSize().Height)
	default:
		passOn(ev)
	}
}

// AccessibilityLabel implements fyne.Accessible: what stands on the sheet that is seen.
func (s *Sheets) AccessibilityLabel() string {
	if s.Words == nil || len(s.list) == 0 {
		return ""
	}
	return s.Words(s.At())
}

// AccessibilityRole implements fyne.Accessible.
func (s *Sheets) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Painted reports whether all pictures that are wanted are there.
func (s *Sheets) Painted() bool {
	s.fetch()
	return !s.busy
}

// Held gives how many pictures are held.
func (s *Sheets) Held() int {
	n := 0
	for _, one := range s.list {
		if one.dots > 0 {
			n++
		}
	}
	return n
}
