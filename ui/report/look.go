package report

import (
	"strings"

	"porchlight/ui/report/paper"
)

// Colours of paper: warm ink, and the light of a porch lamp. Every one stays readable on a printer without colours.
const (
	ink    paper.Color = 0x2b2520
	muted  paper.Color = 0x5f5344
	accent paper.Color = 0x9a5600
	lamp   paper.Color = 0xf4b740
	hair   paper.Color = 0xcfc4b2 // thin lines
	tint   paper.Color = 0xfbf5e9 // behind what belongs together
	banner paper.Color = 0xfde3a7 // behind the words that the home is a practice home
)

// Styles of words.
var (
	body    = paper.Style{Size: 10, Color: ink}
	strong  = paper.Style{Face: paper.Bold, Size: 10, Color: ink}
	small   = paper.Style{Size: 8.8, Color: muted}
	caption = paper.Style{Face: paper.Bold, Size: 8.5, Color: muted}
	heading = paper.Style{Face: paper.Bold, Size: 20, Color: ink}
	section = paper.Style{Face: paper.Bold, Size: 14, Color: ink}
	title   = paper.Style{Face: paper.Bold, Size: 12.5, Color: ink}
)

// in gives a style in another colour.
func in(s paper.Style, c paper.Color) paper.Style {
	s.Color = c
	return s
}

// sized gives a style in another size.
func sized(s paper.Style, size float64) paper.Style {
	s.Size = size
	return s
}

// A block is something of a known height that can be drawn below a point; without draw it is empty space.
type block struct {
	height float64
	draw   func(s *paper.Sheet, x, y float64)
}

// lines is words folded at a width, as part of what is read aloud.
func lines(of *paper.Element, style paper.Style, words string, width float64) block {
	folded := style.Wrap(words, width)
	return block{float64(len(folded)) * style.Line(), func(s *paper.Sheet, x, y float64) { s.Lines(of, style, x, y, folded) }}
}

// clipped is lines of which only so many stay; what is cut off ends in an ellipsis.
func clipped(of *paper.Element, style paper.Style, words string, width float64, most int) block {
	folded := style.Wrap(words, width)
	if len(folded) > most {
		folded = append(folded[:most-1:most-1], style.Shorten(strings.Join(folded[most-1:], " "), width))
	}
	return block{float64(len(folded)) * style.Line(), func(s *paper.Sheet, x, y float64) { s.Lines(of, style, x, y, folded) }}
}

// stack puts blocks below each other, with a gap between them. Empty ones take no room.
func stack(gap float64, blocks ...block) block {
	var all []block
	height := 0.0
	for _, b := range blocks {
		if b.height == 0 {
			continue
		}
		if len(all) > 0 {
			height += gap
		}
		height += b.height
		all = append(all, b)
	}
	return block{height, func(s *paper.Sheet, x, y float64) {
		for _, b := range all {
			if b.draw != nil {
				b.draw(s, x, y)
			}
			y += b.height + gap
		}
	}}
}

// beside puts a quiet icon before words, in the middle of their first line.
func beside(icon string, size, gap, line float64, words block) block {
	return block{max(words.height, size), func(s *paper.Sheet, x, y float64) {
		s.Icon(nil, icon, muted, x, y+(line-size)/2, size)
		words.draw(s, x+size+gap, y)
	}}
}

// piece makes a block one that no page divides.
func (b block) piece(x float64, keep bool) paper.Piece {
	return paper.Piece{Height: b.height, Keep: keep, Draw: func(s *paper.Sheet, y float64) { b.draw(s, x, y) }}
}

// tick draws a box to tick, its upper left corner at x and y.
func tick(s *paper.Sheet, x, y, size float64) {
	s.Stroke(nil, ink, size/14, paper.Box(x, y, size, size, size/6))
}

// rule draws a line to write on.
func rule(s *paper.Sheet, x1, x2, y float64) {
	if x2 > x1 {
		s.Stroke(nil, muted, 0.7, paper.Straight(x1, y, x2, y))
	}
}
