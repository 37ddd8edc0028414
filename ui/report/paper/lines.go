package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Style is how words look.
type Style struct {
	Face  Face
	Size  float64 // in points
	Color Color
}

// Leading is the height of a line, for one point of size.
const Leading = 1.35

// Line gives the height of one line.
func (s Style) Line() float64 { return s.Size * Leading }

// base gives how far below the top of its line the words stand, so that capitals are in the middle.
func (s Style) base() float64 { return (s.Line() + s.Face.Capital(s.Size)) / 2 }

// Width gives how wide words are in one line.
func (s Style) Width(words string) float64 { return s.width(Printable(words)) }

func (s Style) width(words string) float64 {
	sum := 0.0
	for _, g := range s.Face.glyphs(words) {
		sum += g.kern + g.wide
	}
	return sum / 1000 * s.Size
}

// Wrap folds words into lines of that width. A word that is wider itself is divided.
func (s Style) Wrap(words string, width float64) []string {
	var lines []string
	line := ""
	words = Printable(words)
	for _, word := range tokens(words) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if s.width(longer) <= width {
			line = longer
			continue
		}
		if line != "" {
			var small string
			line, small = handOver(line)
			lines = append(lines, line)
			word = small + word
		}
		for line = word; s.width(line) > width; {
			head := s.head(line, width)
			lines, line = append(lines, head), line[len(head):]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return s.noOrphan(lines, width)
}

// tokens gives the words; a sign between two of them stays with the first.
func tokens(words string) []string {
	var out []string
	for word := range strings.FieldsFuncSeq(words, func(r rune) bool { return r == ' ' }) {
		switch n := len(out); {
		case n > 0 && (word == ">" || word == "·" || word == "–" || word == "—"):
			out[n-1] += " " + word
		default:
			out = append(out, word)
		}
	}
	return out
}

// handOver takes a word of one letter from the end of a line: it reads better before the next word.
func handOver(line string) (rest, small string) {
	at := strings.LastIndexByte(line, ' ')
	if r, n := utf8.DecodeRuneInString(line[at+1:]); at <= 0 || at+1+n < len(line) || !unicode.IsLetter(r) {
		return line, ""
	}
	return line[:at], line[at+1:] + " "
}

// noOrphan gives a short last word company from the line before.
func (s Style) noOrphan(lines []string, width float64) []string {
	n := len(lines)
	if n < 2 || strings.Contains(lines[n-1], " ") || s.width(lines[n-1]) > width/5 {
		return lines
	}
	before := lines[n-2]
	at := strings.LastIndexByte(before, ' ')
	if at < 0 || s.width(before[:at]) < width/2 {
		return lines
	}
	lines[n-2], lines[n-1] = before[:at], before[at+1:]+" "+lines[n-1]
	return lines
}

// head gives as much of a word as fits, one character at least. It ends behind a sign if there
// is one, as in an address of a web page.
func (s Style) head(word string, width float64) string {
	end, sign := 0, 0
	for i, r := range word {
		next := i + utf8.RuneLen(r)
		if i > 0 && s.width(word[:next]) > width {
			break
		}
		end = next
		if strings.ContainsRune("/-_;@&=?", r) {
			sign = next
		}
	}
	if sign > end/3 {
		return word[:sign]
	}
	return word[:end]
}

// Balance folds words like Wrap, into lines about as long as each other: for headings.
func (s Style) Balance(words string, width float64) []string {
	best := s.Wrap(words, width)
	if len(best) < 2 {
		return best
	}
	for narrow, wide := width/float64(len(best)), width; wide-narrow > 1; {
		middle := (narrow + wide) / 2
		if lines := s.Wrap(words, middle); len(lines) == len(best) {
			best, wide = lines, middle
		} else {
			narrow = middle
		}
	}
	return best
}

// Shorten cuts words to that width, with an ellipsis.
func (s Style) Shorten(words string, width float64) string {
	words = Printable(words)
	if s.width(words) <= width {
		return words
	}
	short := strings.TrimRight(s.head(words, width-s.width("…")), " ") + "…"
	if s.width(short) > width {
		return ""
	}
	return short
}
