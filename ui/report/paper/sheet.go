// Package paper lays out pages: words in lines, lines on pages, shapes and icons. A page is a list of marks in their order,
// in points. It is written as PDF or painted as a picture, and both show the same. The package knows nothing of homes.
package paper

import "time"

// A Size is that of a sheet, in points: 1/72 of an inch.
type Size struct{ Width, Height float64 }

// Sizes of sheets: ISO 216, and ANSI/ASME Y14.1.
var (
	A4     = Size{595.28, 841.89}
	Letter = Size{612, 792}
)

// A Color is red, green and blue, as 0xRRGGBB.
type Color uint32

// A Document is pages, with what a reader's program wants to know of them.
type Document struct {
	Size     Size
	Title    string
	Language string // such as "pt-BR"
	Creator  string // the program
	Created  time.Time
	Sheets   []*Sheet
	Body     *Element // what is read aloud, in its order
	Outline  []Bookmark
}

// NewDocument begins a document without pages.
func NewDocument(size Size) *Document {
	return &Document{Size: size, Body: &Element{Role: "Document"}}
}

// Add adds an empty page.
func (d *Document) Add() *Sheet {
	s := &Sheet{Size: d.Size, doc: d, number: len(d.Sheets)}
	d.Sheets = append(d.Sheets, s)
	return s
}

// An Element is one part of what is read aloud: a heading, a paragraph, a table. Marks belong to one, or
// they only decorate.
type Element struct {
	Role string // a standard structure type: ISO 32000-1, section 14.8.4
	Alt  string // is said in place of a figure
	Kids []*Element
}

// Add adds a part to e and gives it.
func (e *Element) Add(role string) *Element {
	kid := &Element{Role: role}
	e.Kids = append(e.Kids, kid)
	return kid
}

// A Sheet is one page. y grows downwards from its upper edge.
type Sheet struct {
	Size

	doc    *Document
	number int // from 0
	marks  []mark
}

// Number gives the number of the page, from 1.
func (s *Sheet) Number() int { return s.number + 1 }

// Placed is one line of words on a page. It begins at X and stands on Y.
type Placed struct {
	X, Y, Width, Size float64
	Words             string
}

// Words lists the words of the page in the order in which they are read.
func (s *Sheet) Words() []Placed {
	var out []Placed
	for _, m := range s.marks {
		if m.words != "" {
			out = append(out, Placed{m.x, m.y, m.style.width(m.words), m.style.Size, m.words})
		}
	}
	return out
}

// A Bookmark is one line of the outline, by which a reader jumps to a heading.
type Bookmark struct {
	Level int // 1 for the highest
	Words string
	Page  int // from 1
	Y     float64
}

// A mark is words, an area or a line.
type mark struct {
	of    *Element // nil only decorates
	color Color

	words string // of a text mark
	style Style
	x, y  float64 // where its words begin, and what they stand on

	path  Path    // of any other mark
	width float64 // of a line; 0 fills an area
}

// Text puts words in one line. They stand on y.
func (s *Sheet) Text(of *Element, style Style, x, y float64, words string) {
	if words = Printable(words); words != "" {
		s.marks = append(s.marks, mark{of: of, color: style.Color, words: words, style: style, x: x, y: y})
	}
}

// Lines puts lines of words below each other, the first below y. Each but the last ends in a space, so
// that whoever reads them aloud or copies them gets whole words.
func (s *Sheet) Lines(of *Element, style Style, x, y float64, lines []string) {
	for i, line := range lines {
		if i < len(lines)-1 {
			line += " "
		}
		s.Text(of, style, x, y+style.base(), line)
		y += style.Line()
	}
}

// Fill colours the area within a path.
func (s *Sheet) Fill(of *Element, c Color, p Path) {
	s.marks = append(s.marks, mark{of: of, color: c, path: p})
}

// Stroke draws a line along a path, with round ends and corners.
func (s *Sheet) Stroke(of *Element, c Color, width float64, p Path) {
	s.marks = append(s.marks, mark{of: of, color: c, path: p, width: width})
}

// Bookmark makes a place one that readers can jump to, at a level from 1.
func (s *Sheet) Bookmark(level int, y float64, words string) {
	s.doc.Outline = append(s.doc.Outline, Bookmark{level, words, s.Number(), y})
}

// A step of a path leads to its last point: straight, in a curve with two points that bend it, or
// back to where the path began.
type step struct {
	kind byte // 'M' moves, 'L' leads straight, 'C' in a curve, 'Z' back
	at   [3][2]float64
}

// A Path leads round an area or along a line.
type Path []step

// Move begins a new part of the path.
func (p *Path) Move(x, y float64) { *p = append(*p, step{'M', [3][2]float64{{x, y}}}) }

// Line leads straight on.
func (p *Path) Line(x, y float64) { *p = append(*p, step{'L', [3][2]float64{{x, y}}}) }

// Curve leads on in a cubic curve.
func (p *Path) Curve(x1, y1, x2, y2, x, y float64) {
	*p = append(*p, step{'C', [3][2]float64{{x1, y1}, {x2, y2}, {x, y}}})
}

// Close leads back to where this part began.
func (p *Path) Close() { *p = append(*p, step{kind: 'Z'}) }

// points gives how many points of a step count.
func (s step) points() int {
	switch s.kind {
	case 'C':
		return 3
	case 'Z':
		return 0
	}
	return 1
}

// Straight leads from one point to another.
func Straight(x1, y1, x2, y2 float64) Path {
	var p Path
	p.Move(x1, y1)
	p.Line(x2, y2)
	return p
}

// quarter is how far the two middle points of a cubic curve stand off when it is a quarter of a circle of radius 1.
const quarter = 0.5523

// Box leads round a rectangle whose corners are round.
func Box(x, y, w, h, r float64) Path {
	r = min(r, w/2, h/2)
	k := r * (1 - quarter)
	var p Path
	p.Move(x+r, y)
	p.Line(x+w-r, y)
	p.Curve(x+w-k, y, x+w, y+k, x+w, y+r)
	p.Line(x+w, y+h-r)
	p.Curve(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	p.Line(x+r, y+h)
	p.Curve(x+k, y+h, x, y+h-k, x, y+h-r)
	p.Line(x, y+r)
	p.Curve(x, y+k, x+k, y, x+r, y)
	p.Close()
	return p
}
