package paper

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Picture paints the page, with that many dots for an inch. It is the page that PDF writes, without the hints of a printer.
func (s *Sheet) Picture(dpi float64) *image.RGBA {
	scale := dpi / 72
	w, h := int(math.Round(s.Width*scale)), int(math.Round(s.Height*scale))
	p := painter{scale: scale, to: image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(p.to, p.to.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range s.marks {
		switch {
		case m.words != "":
			p.words(m)
		case m.width > 0:
			p.line(m)
		default:
			p.fill(m)
		}
	}
	return p.to
}

// A painter paints marks, one after the other.
type painter struct {
	scale  float64
	to     *image.RGBA
	area   vector.Rasterizer
	shapes sfnt.Buffer
	frame  image.Rectangle // round the mark
}

// begin is told where a mark will be: only that part of the page is looked at.
func (p *painter) begin(left, top, right, bottom float64) {
	p.frame = image.Rect(int(math.Floor(left*p.scale))-1, int(math.Floor(top*p.scale))-1,
		int(math.Ceil(right*p.scale))+1, int(math.Ceil(bottom*p.scale))+1).Intersect(p.to.Bounds())
	p.area.Reset(p.frame.Dx(), p.frame.Dy())
}

// at gives a point of the page in dots of the frame.
func (p *painter) at(pt vec) (x, y float32) {
	return float32(pt[0]*p.scale - float64(p.frame.Min.X)), float32(pt[1]*p.scale - float64(p.frame.Min.Y))
}

// paint colours the area that was traced.
func (p *painter) paint(c Color) {
	if p.frame.Empty() {
		return
	}
	ink := image.NewUniform(color.RGBA{R: uint8(c >> 16 & 0xff), G: uint8(c >> 8 & 0xff), B: uint8(c & 0xff), A: 0xff})
	p.area.Draw(p.to, p.frame, ink, image.Point{})
}

// bounds gives the corners of what lies round all points of a path.
func (p Path) bounds() (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, st := range p {
		for _, at := range st.at[:st.points()] {
			left, top, right, bottom = min(left, at[0]), min(top, at[1]), max(right, at[0]), max(bottom, at[1])
		}
	}
	return left, top, right, bottom
}

func (p *painter) fill(m mark) {
	p.begin(m.path.bounds())
	for _, st := range m.path {
		x, y := p.at(st.at[0])
		switch st.kind {
		case 'M':
			p.area.MoveTo(x, y)
		case 'L':
			p.area.LineTo(x, y)
		case 'C':
			x2, y2 := p.at(st.at[1])
			x3, y3 := p.at(st.at[2])
			p.area.CubeTo(x, y, x2, y2, x3, y3)
		case 'Z':
			p.area.ClosePath()
		}
	}
	p.area.ClosePath()
	p.paint(m.color)
}

// words paints the shapes of letters.
func (p *painter) words(m mark) {
	shapes := m.style.Face.typeface().shapes
	size := fixed.Int26_6(math.Round(m.style.Size * p.scale * 64))
	p.begin(m.x-m.style.Size, m.y-1.5*m.style.Size, m.x+m.style.width(m.words)+m.style.Size, m.y+m.style.Size)
	x := m.x
	for _, g := range m.style.Face.glyphs(m.words) {
		x += g.kern / 1000 * m.style.Size
		segments, err := shapes.LoadGlyph(&p.shapes, sfnt.GlyphIndex(g.id), size, nil)
		if err == nil {
			left, base := p.at(vec{x, m.y})
			p.glyph(segments, left, base)
		}
		x += g.wide / 1000 * m.style.Size
	}
	p.paint(m.color)
}

func (p *painter) glyph(segments sfnt.Segments, x, y float32) {
	at := func(pt fixed.Point26_6) (float32, float32) { return x + float32(pt.X)/64, y + float32(pt.Y)/64 }
	for _, s := range segments {
		x1, y1 := at(s.Args[0])
		x2, y2 := at(s.Args[1])
		x3, y3 := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.area.MoveTo(x1, y1)
		case sfnt.SegmentOpLineTo:
			p.area.LineTo(x1, y1)
		case sfnt.SegmentOpQuadTo:
			p.area.QuadTo(x1, y1, x2, y2)
		case sfnt.SegmentOpCubeTo:
			p.area.CubeTo(x1, y1, x2, y2, x3, y3)
		}
	}
	p.area.ClosePath()
}

// line paints a line with round ends and corners, as bars that meet edge to edge: where areas overlap, their rims would turn too dark.
func (p *painter) line(m mark) {
	r := m.width / 2
	left, top, right, bottom := m.path.bounds()
	p.begin(left-r, top-r, right+r, bottom+r)
	for _, points := range m.path.flat() {
		p.band(points, r)
	}
	p.paint(m.color)
}

// A vec is a point, or a way from one to another.
type vec = [2]float64

// band paints a line of that half width through points.
func (p *painter) band(points []vec, r float64) {
	n := len(points)
	if n == 1 {
		p.fan(points[0], vec{r, 0}, 2*math.Pi)
		return
	}
	closed := points[0] == points[n-1]
	side := make([]vec, n-1) // of each part: from its middle to its edge, to the left
	for i := range side {
		dx, dy := points[i+1][0]-points[i][0], points[i+1][1]-points[i][1]
		length := math.Hypot(dx, dy)
		side[i] = vec{dy / length * r, -dx / length * r}
	}
	// corner gives where the edges of the parts before and behind a point meet; a sharp corner gets a disc instead.
	corner := func(before, behind int, at vec) (vec, vec) {
		a, b := side[before], side[behind]
		if dot := (a[0]*b[0] + a[1]*b[1]) / (r * r); dot > 0.7 {
			k := 1 / (1 + dot)
			meet := vec{(a[0] + b[0]) * k, (a[1] + b[1]) * k}
			return meet, meet
		}
		p.fan(at, vec{r, 0}, 2*math.Pi)
		return a, b
	}
	starts, ends := slices.Clone(side), slices.Clone(side)
	for i := 1; i < n-1; i++ {
		ends[i-1], starts[i] = corner(i-1, i, points[i])
	}
	if closed {
		ends[n-2], starts[0] = corner(n-2, 0, points[0])
	} else {
		p.fan(points[0], vec{-side[0][0], -side[0][1]}, math.Pi)
		p.fan(points[n-1], side[n-2], math.Pi)
	}
	for i := range side {
		a, b := points[i], points[i+1]
		p.polygon(vec{a[0] + starts[i][0], a[1] + starts[i][1]}, vec{b[0] + ends[i][0], b[1] + ends[i][1]},
			vec{b[0] - ends[i][0], b[1] - ends[i][1]}, vec{a[0] - starts[i][0], a[1] - starts[i][1]})
	}
}

// polygon traces an area; all of them turn the same way, so that they do not cancel each other out.
func (p *painter) polygon(points ...vec) {
	for i, pt := range points {
		x, y := p.at(pt)
		if i == 0 {
			p.area.MoveTo(x, y)
		} else {
			p.area.LineTo(x, y)
		}
	}
	p.area.ClosePath()
}

// fan traces a disc, or as much of it as lies within a turn that begins at from.
func (p *painter) fan(at, from vec, turn float64) {
	const corners = 16
	var points [corners + 1]vec
	for i := range points {
		sin, cos := math.Sincos(turn * float64(i) / corners)
		points[i] = vec{at[0] + from[0]*cos - from[1]*sin, at[1] + from[0]*sin + from[1]*cos}
	}
	p.polygon(points[:]...)
}

// flat gives the parts of a path as points that lie close to each other where it is bent. The last point of a part that
// leads back is the first.
func (p Path) flat() [][]vec {
	const steps = 8
	var out [][]vec
	var part []vec
	var first vec
	for _, st := range p {
		if st.kind == 'M' {
			first = st.at[0]
		}
		if len(part) == 0 {
			part = []vec{first}
		}
		switch st.kind {
		case 'M':
			if len(part) > 1 {
				out = append(out, part)
			}
			part = []vec{first}
		case 'L':
			part = append(part, st.at[0])
		case 'C':
			from := part[len(part)-1]
			for i := range steps {
				part = append(part, bent(from, st.at, float64(i+1)/steps))
			}
		case 'Z':
			out, part = append(out, append(part, first)), nil
		}
	}
	if len(part) > 1 {
		out = append(out, part)
	}
	for i := range out {
		out[i] = apart(out[i])
	}
	return out
}

// apart leaves points out that are practically the one before.
func apart(points []vec) []vec {
	const near = 1e-3
	out := points[:1]
	for i, pt := range points[1:] {
		last := out[len(out)-1]
		switch {
		case math.Hypot(pt[0]-last[0], pt[1]-last[1]) > near:
			out = append(out, pt)
		case i == len(points)-2 && len(out) > 1: // the end has to be where it is
			out[len(out)-1] = pt
		}
	}
	return out
}

// bent gives the point of a cubic curve at t, from 0 to 1.
func bent(from vec, to [3]vec, t float64) (pt vec) {
	u := 1 - t
	for i := range pt {
		pt[i] = u*u*u*from[i] + 3*u*u*t*to[0][i] + 3*u*t*t*to[1][i] + t*t*t*to[2][i]
	}
	return pt
}
