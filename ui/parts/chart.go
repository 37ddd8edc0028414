package parts

import (
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Level is how high the two lines of a Chart stand in one piece of time.
type Level struct {
	Known bool // false leaves a gap
	Whole int  // the whole line
	Dash  int  // the broken line
}

// A Chart shows how two numbers changed over time: one as a whole line, one as a broken line, so that they differ in
// black and white too. It is a picture for people who see; the page says the same in a sentence.
type Chart struct {
	widget.BaseWidget
	label  string
	levels []Level
	marks  [3]string
}

// Measures of a chart: how high the area of the lines is, and the room between it and the marks.
const chartHeight, chartGap = 84, 4

// The two lines. The broken one lies above, and is thicker, so that both are seen where they are equally high.
var chartLines = []chartLine{
	{color: ColorMuted, thick: 2, on: math.MaxFloat32},
	{color: theme.ColorNamePrimary, thick: 3, on: 7, off: 8},
}

// A chartLine is how a line looks: so long on, and so long off.
type chartLine struct {
	color          fyne.ThemeColorName
	thick, on, off float32
}

// NewChart makes an empty chart.
func NewChart() *Chart {
	c := &Chart{}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows levels, the oldest first, all for equally long pieces of time. marks are written below the start, the middle
// and the end; label is what a screen reader says.
func (c *Chart) Set(levels []Level, marks [3]string, label string) {
	c.levels, c.marks, c.label = levels, marks, label
	c.Refresh()
}

// Key explains the two lines.
func (c *Chart) Key(whole, dash string) *fyne.Container {
	return FlowLeft(22, Row(9, newSample(0), Small(whole).Short()), Row(9, newSample(1), Small(dash).Short()))
}

// AccessibilityLabel implements fyne.Accessible.
func (c *Chart) AccessibilityLabel() string { return c.label }

// AccessibilityRole implements fyne.Accessible.
func (c *Chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MinSize implements fyne.Widget.
func (c *Chart) MinSize() fyne.Size {
	return fyne.NewSize(Scaled(200), Scaled(chartHeight)+chartGap+1.5*textSize("0").Height)
}

// CreateRenderer implements fyne.Widget.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer { return &chartRenderer{c: c} }

type chartRenderer struct {
	c       *Chart
	objects []fyne.CanvasObject
}

func (r *chartRenderer) MinSize() fyne.Size { return r.c.MinSize() }

func (r *chartRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *chartRenderer) Destroy() {}

func (r *chartRenderer) Refresh() {
	r.Layout(r.c.Size())
	canvas.Refresh(r.c)
}

// Layout draws everything anew.
func (r *chartRenderer) Layout(size fyne.Size) {
	r.objects = nil
	top := r.top()
	left := textSize(strconv.Itoa(top)).Width + 10
	half := textSize("0").Height / 2
	area := fyne.NewSize(size.Width-left, size.Height-chartGap-3*half)
	if len(r.c.levels) == 0 || area.Width <= 0 || area.Height <= 0 {
		return
	}
	height := func(v int) float32 { return round(half + area.Height*(1-float32(v)/float32(top))) }
	for _, v := range []int{0, top / 2, top} {
		r.rect(Tint(ColorMuted), left, height(v), area.Width, 1)
		r.words(strconv.Itoa(v), left-10-textSize(strconv.Itoa(v)).Width, height(v)-half)
	}
	for i, mark := range r.c.marks {
		width := textSize(mark).Width
		r.words(mark, left+(area.Width-width)*float32(i)/2, size.Height-2*half)
	}
	for i, line := range chartLines {
		value := func(l Level) int { return []int{l.Whole, l.Dash}[i] }
		for _, path := range paths(r.c.levels, area.Width, value, height) {
			r.draw(line, left, path)
		}
	}
}

// top is the number at the upper edge: even, so that its half can be written, and not below any level.
func (r *chartRenderer) top() int {
	most := 0
	for _, l := range r.c.levels {
		if l.Known {
			most = max(most, l.Whole, l.Dash)
		}
	}
	for step := 1; ; step *= 10 {
		for _, n := range []int{2, 4, 6, 8, 10, 12, 16} {
			if n*step >= most {
				return n * step
			}
		}
	}
}

// paths gives the corners of a line, a piece for each stretch without a gap.
func paths(levels []Level, width float32, value func(Level) int, height func(int) float32) [][]fyne.Position {
	var out [][]fyne.Position
	at := func(i int) float32 { return round(width * float32(i) / float32(len(levels))) }
	for i, l := range levels {
		if !l.Known {
			continue
		}
		if i == 0 || !levels[i-1].Known {
			out = append(out, nil)
		}
		last := &out[len(out)-1]
		from, to := fyne.NewPos(at(i), height(value(l))), fyne.NewPos(at(i+1), height(value(l)))
		if n := len(*last); n > 0 && (*last)[n-1] == from {
			(*last)[n-1] = to // as high as before
			continue
		}
		*last = append(*last, from, to)
	}
	return out
}

// draw draws a line along its corners, which differ in one direction at a time.
func (r *chartRenderer) draw(line chartLine, left float32, path []fyne.Position) {
	done, end := float32(0), line.on // of the way, and where the dash ends
	for i := range path[:len(path)-1] {
		from, to := path[i], path[i+1]
		length := abs(to.X-from.X) + abs(to.Y-from.Y)
		for at := float32(0); at < length; {
			if done >= end+line.off {
				end = done + line.on
			}
			step := min(length-at, end+line.off-done)
			if done < end {
				step = min(length-at, end-done)
				r.piece(line, left, along(from, to, at/length), along(from, to, (at+step)/length))
			}
			at, done = at+step, done+step
		}
	}
}

// piece draws one straight piece, with square ends, so that corners are whole.
func (r *chartRenderer) piece(line chartLine, left float32, a, b fyne.Position) {
	half := line.thick / 2
	r.rect(line.color, left+min(a.X, b.X)-half, min(a.Y, b.Y)-half, abs(b.X-a.X)+line.thick, abs(b.Y-a.Y)+line.thick)
}

func along(a, b fyne.Position, share float32) fyne.Position {
	return fyne.NewPos(a.X+(b.X-a.X)*share, a.Y+(b.Y-a.Y)*share)
}

func (r *chartRenderer) rect(c fyne.ThemeColorName, x, y, width, height float32) {
	o := canvas.NewRectangle(theme.Color(c))
	o.Resize(fyne.NewSize(width, height))
	o.Move(fyne.NewPos(x, y))
	r.objects = append(r.objects, o)
}

func (r *chartRenderer) words(s string, x, y float32) {
	o := canvas.NewText(s, theme.Color(ColorMuted))
	o.TextSize = theme.Size(theme.SizeNameCaptionText)
	o.Resize(o.MinSize())
	o.Move(fyne.NewPos(x, y))
	r.objects = append(r.objects, o)
}

func textSize(s string) fyne.Size {
	return fyne.MeasureText(s, theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{})
}

func abs(v float32) float32 { return max(v, -v) }

func round(v float32) float32 { return float32(math.Round(float64(v))) }

// A sample is a short piece of one of the lines.
type sample struct {
	widget.BaseWidget
	line chartLine
}

func newSample(line int) *sample {
	s := &sample{line: chartLines[line]}
	s.ExtendBaseWidget(s)
	return s
}

// AccessibilityLabel implements fyne.Accessible: nothing, for words stand beside it.
func (s *sample) AccessibilityLabel() string { return "" }

// AccessibilityRole implements fyne.Accessible. Readers pass over containers.
func (s *sample) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// CreateRenderer implements fyne.Widget.
func (s *sample) CreateRenderer() fyne.WidgetRenderer {
	r := &sampleRenderer{s: s}
	r.Refresh()
	return r
}

// sampleWidth is three dashes.
const sampleWidth = 40

type sampleRenderer struct {
	s      *sample
	pieces []fyne.CanvasObject
}

func (r *sampleRenderer) MinSize() fyne.Size { return fyne.NewSize(sampleWidth, 3) }

func (r *sampleRenderer) Objects() []fyne.CanvasObject { return r.pieces }

func (r *sampleRenderer) Destroy() {}

func (r *sampleRenderer) Refresh() { r.Layout(r.s.Size()) }

// Layout implements fyne.WidgetRenderer.
func (r *sampleRenderer) Layout(fyne.Size) {
	var in chartRenderer
	in.draw(r.s.line, 0, []fyne.Position{{X: r.s.line.thick / 2, Y: 1.5}, {X: sampleWidth - r.s.line.thick/2, Y: 1.5}})
	r.pieces = in.objects
}
