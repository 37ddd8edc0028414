package parts

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// Stack puts things under each other, gap apart. Unlike the toolkit's box it gives each its
// width before it asks for the height, so wrapped text is right at once.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(stack{gap}, objects...)
}

type stack struct{ gap float32 }

// Layout implements fyne.Layout.
func (s stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		height := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, height))
		o.Move(fyne.NewPos(0, y))
		y += height + s.gap
	}
}

// MinSize implements fyne.Layout.
func (s stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if size.Height > 0 {
			size.Height += s.gap
		}
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
	}
	return size
}

// Row puts things beside each other, gap apart, each as wide as it must be and in the
// middle of the height.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap}, objects...)
}

type row struct{ gap float32 }

// Layout implements fyne.Layout.
func (r row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + r.gap
	}
}

// MinSize implements fyne.Layout.
func (r row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if size.Width > 0 {
			size.Width += r.gap
		}
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
	}
	return size
}

// Flow puts things beside each other, gap apart, at the right; what has no room goes to a further
// row.
func Flow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, objects...)
}

// FlowLeft is like Flow, at the left.
func FlowLeft(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap, left: true}, objects...)
}

type flow struct {
	gap, width float32
	left       bool // not at the right
}

// rows parts the objects that are visible by the width that there was last; 0 is enough for all.
func (f *flow) rows(objects []fyne.CanvasObject) [][]fyne.CanvasObject {
	var rows [][]fyne.CanvasObject
	for _, o := range objects {
		switch last := len(rows) - 1; {
		case !o.Visible():
		case last < 0 || f.width > 0 && (row{f.gap}).MinSize(append(rows[last], o)).Width > f.width:
			rows = append(rows, []fyne.CanvasObject{o})
		default:
			rows[last] = append(rows[last], o)
		}
	}
	return rows
}

// Layout implements fyne.Layout.
func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	y := float32(0)
	for _, in := range f.rows(objects) {
		m := (row{f.gap}).MinSize(in)
		(row{f.gap}).Layout(in, m)
		x := size.Width - m.Width
		if f.left {
			x = 0
		}
		for _, o := range in {
			o.Move(o.Position().AddXY(x, y))
		}
		y += m.Height + f.gap
	}
}

// MinSize implements fyne.Layout.
func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := column{}.MinSize(objects)
	size.Height = -f.gap
	for _, in := range f.rows(objects) {
		size.Height += (row{f.gap}).MinSize(in).Height + f.gap
	}
	return size
}

// Beside puts what belongs to the left and right of the middle there, gap apart; nil
// leaves a side away. The middle takes the rest; all are in the middle of the height.
func Beside(gap float32, left, right, middle fyne.CanvasObject) *fyne.Container {
	return beside(gap, false, left, right, middle)
}

// BesideTop is Beside with everything at the top, for text that may wrap.
func BesideTop(gap float32, left, right, middle fyne.CanvasObject) *fyne.Container {
	return beside(gap, true, left, right, middle)
}

func beside(gap float32, top bool, left, right, middle fyne.CanvasObject) *fyne.Container {
	l := sides{gap: gap, top: top, left: left, right: right}
	c := container.New(l)
	for _, o := range []fyne.CanvasObject{left, middle, right} { // as it is read
		if o != nil {
			c.Objects = append(c.Objects, o)
		}
	}
	return c
}

type sides struct {
	gap         float32
	top         bool
	left, right fyne.CanvasObject
}

func (s sides) widths() (left, right float32) {
	if s.left != nil && s.left.Visible() {
		left = s.left.MinSize().Width + s.gap
	}
	if s.right != nil && s.right.Visible() {
		right = s.right.MinSize().Width + s.gap
	}
	return left, right
}

// Layout implements fyne.Layout.
func (s sides) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, right := s.widths()
	place := func(o fyne.CanvasObject, x, width float32) {
		if width = max(0, width); !o.Visible() {
			return
		}
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
		m := fyne.NewSize(width, o.MinSize().Height)
		o.Resize(m)
		y := float32(0)
		if !s.top {
			y = max(0, (size.Height-m.Height)/2)
		}
		o.Move(fyne.NewPos(x, y))
	}
	for _, o := range objects {
		switch o {
		case s.left:
			place(o, 0, left-s.gap)
		case s.right:
			place(o, size.Width-right+s.gap, right-s.gap)
		default:
			place(o, left, size.Width-left-right)
		}
	}
}

// MinSize implements fyne.Layout.
func (s sides) MinSize(objects []fyne.CanvasObject) fyne.Size {
	left, right := s.widths()
	size := fyne.NewSize(left+right, 0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Height = max(size.Height, m.Height)
		if o != s.left && o != s.right {
			size.Width += m.Width
		}
	}
	return size
}

// Apart puts one thing at the left and one at the right, in the middle of the height; where they are not gap apart, it
// puts the second below.
func Apart(gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return container.New(&apart{gap: gap}, left, right)
}

type apart struct{ gap, width float32 }

// below reports whether both have no room beside each other in the width that there was last.
func (a *apart) below(objects []fyne.CanvasObject) bool {
	return a.width > 0 && (row{a.gap}).MinSize(objects).Width > a.width
}

// Layout implements fyne.Layout.
func (a *apart) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	a.width = size.Width
	if a.below(objects) {
		(stack{a.gap / 2}).Layout(objects, size)
		return
	}
	(row{a.gap}).Layout(objects, size)
	last := objects[len(objects)-1]
	last.Move(fyne.NewPos(size.Width-last.Size().Width, last.Position().Y))
}

// MinSize implements fyne.Layout.
func (a *apart) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if a.below(objects) {
		return (stack{a.gap / 2}).MinSize(objects)
	}
	return fyne.NewSize(column{}.MinSize(objects).Width, (row{}).MinSize(objects).Height)
}

// Column keeps text readable: at most width wide, more for larger text, in the middle of what there is.
func Column(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(column{width}, o)
}

type column struct{ width float32 }

// Layout implements fyne.Layout.
func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		w := min(size.Width, Scaled(c.width))
		o.Resize(fyne.NewSize(w, size.Height))
		o.Move(fyne.NewPos((size.Width-w)/2, 0))
	}
}

// MinSize implements fyne.Layout.
func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// Corner puts o into the upper right corner, gap from its edges.
func Corner(gap float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(corner{gap}, o)
}

type corner struct{ gap float32 }

// Layout implements fyne.Layout.
func (c corner) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(o.MinSize())
		o.Move(fyne.NewPos(size.Width-o.MinSize().Width-c.gap, c.gap))
	}
}

// MinSize implements fyne.Layout.
func (corner) MinSize(objects []fyne.CanvasObject) fyne.Size { return column{}.MinSize(objects) }

// Wide gives o exactly that width, whatever it asks for; with larger text, that width Grown.
func Wide(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(wide{width: width}, o)
}

// Roomy is like Wide, with a width that is Scaled.
func Roomy(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(wide{width, true}, o)
}

type wide struct {
	width float32
	roomy bool
}

// now gives the width with the text as large as it is.
func (w wide) now() float32 {
	if w.roomy {
		return Scaled(w.width)
	}
	return Grown(w.width)
}

// Layout implements fyne.Layout.
func (w wide) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(w.now(), size.Height))
		o.Move(fyne.Position{})
	}
}

// MinSize implements fyne.Layout.
func (w wide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(w.now(), column{}.MinSize(objects).Height)
}

// AtLeast gives o that width, Grown with larger text, or more if it asks for more.
func AtLeast(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{width}, o)
}

type atLeast struct{ width float32 }

// Layout implements fyne.Layout.
func (atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
		o.Move(fyne.Position{})
	}
}

// MinSize implements fyne.Layout.
func (l atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return column{}.MinSize(objects).Max(fyne.NewSize(Grown(l.width), 0))
}

// Pad leaves room round o.
func Pad(x, y float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(y, y, x, x), o)
}

// Grid puts things in that many columns, gap apart, all equally wide, and as high as the
// highest of their row.
func Grid(columns int, gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(grid{columns, gap}, objects...)
}

type grid struct {
	columns int
	gap     float32
}

// Layout implements fyne.Layout.
func (g grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := max(0, (size.Width-g.gap*float32(g.columns-1))/float32(g.columns))
	y := float32(0)
	for row := range slices.Chunk(objects, g.columns) {
		high := float32(0)
		for _, o := range row {
			o.Resize(fyne.NewSize(width, o.MinSize().Height))
			high = max(high, o.MinSize().Height)
		}
		for i, o := range row {
			o.Resize(fyne.NewSize(width, high))
			o.Move(fyne.NewPos(float32(i)*(width+g.gap), y))
		}
		y += high + g.gap
	}
}

// MinSize implements fyne.Layout.
func (g grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for row := range slices.Chunk(objects, g.columns) {
		m := column{}.MinSize(row)
		size.Width = max(size.Width, m.Width*float32(g.columns)+g.gap*float32(g.columns-1))
		if size.Height > 0 {
			size.Height += g.gap
		}
		size.Height += m.Height
	}
	return size
}

// Halves puts two things beside each other, equally wide, gap apart, and as high as the higher one; where a half would
// be narrower than least, which grows with the text, it puts the second below.
func Halves(least, gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return container.New(&halves{least: least, gap: gap}, left, right)
}

type halves struct{ least, gap, width float32 }

// lay gives the layout for the width that there was last.
func (h *halves) lay() fyne.Layout {
	if h.width > 0 && (h.width-h.gap)/2 < Scaled(h.least) {
		return stack{h.gap}
	}
	return grid{2, h.gap}
}

// Layout implements fyne.Layout.
func (h *halves) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h.width = size.Width
	h.lay().Layout(objects, size)
}

// MinSize implements fyne.Layout.
func (h *halves) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(column{}.MinSize(objects).Width, h.lay().MinSize(objects).Height)
}

// Edge puts things at the edges of body without a gap; nil leaves an edge away. They are read from the top to the bottom,
// and what is at the left comes first.
func Edge(top, bottom, left, body fyne.CanvasObject) *fyne.Container {
	c := container.New(edge{top, bottom, left, body})
	for _, o := range []fyne.CanvasObject{top, left, body, bottom} {
		if o != nil {
			c.Objects = append(c.Objects, o)
		}
	}
	return c
}

type edge struct{ top, bottom, left, body fyne.CanvasObject }

// Layout implements fyne.Layout.
func (e edge) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x, y, end := float32(0), float32(0), size.Height
	if o := e.top; o != nil && o.Visible() {
		o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		y = o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, y))
	}
	if o := e.bottom; o != nil && o.Visible() {
		o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		end -= o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, size.Height-end))
		o.Move(fyne.NewPos(0, end))
	}
	if o := e.left; o != nil && o.Visible() {
		x = o.MinSize().Width
		o.Resize(fyne.NewSize(x, max(0, end-y)))
		o.Move(fyne.NewPos(0, y))
	}
	e.body.Resize(fyne.NewSize(max(0, size.Width-x), max(0, end-y)))
	e.body.Move(fyne.NewPos(x, y))
}

// MinSize implements fyne.Layout.
func (e edge) MinSize([]fyne.CanvasObject) fyne.Size {
	size := e.body.MinSize()
	if o := e.left; o != nil && o.Visible() {
		size = fyne.NewSize(size.Width+o.MinSize().Width, max(size.Height, o.MinSize().Height))
	}
	for _, o := range []fyne.CanvasObject{e.top, e.bottom} {
		if o != nil && o.Visible() {
			size = fyne.NewSize(max(size.Width, o.MinSize().Width), size.Height+o.MinSize().Height)
		}
	}
	return size
}
