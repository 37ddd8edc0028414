package paper

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/carlos7ags/folio/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"porchlight/assets"
)

// A Face is one of the two weights of our font.
type Face uint8

// Faces.
const (
	Regular Face = iota
	Bold
)

// files names the file of each face.
var files = [...]string{Regular: "fonts/NotoSans-Regular.ttf", Bold: "fonts/NotoSans-Bold.ttf"}

// A typeface is one face, once for its widths and for PDF, and once for its shapes in pictures.
type typeface struct {
	font.Face
	shapes *sfnt.Font
}

// typefaces reads the font. It is part of the program, so it can only fail for a program that is broken.
var typefaces = sync.OnceValue(func() (all [len(files)]typeface) {
	for i, name := range files {
		raw, err := assets.Fonts.ReadFile(name)
		if err == nil {
			all[i].Face, err = font.ParseTTF(raw)
		}
		if err == nil {
			all[i].shapes, err = sfnt.Parse(raw)
		}
		if err != nil {
			panic(fmt.Sprintf("read %s: %v", name, err))
		}
	}
	return all
})

func (f Face) typeface() typeface { return typefaces()[f] }

// Capital gives how high a capital letter stands at that size.
func (f Face) Capital(size float64) float64 {
	t := f.typeface()
	return float64(t.CapHeight()) / float64(t.UnitsPerEm()) * size
}

// missing stands for each character that the font lacks: a reader sees that there was one.
const missing = '\ufffd'

// No line ends at one of these spaces. The font has only the first.
const nbsp, narrow = '\u00a0', '\u202f'

// Printable gives words as the font can show them. Accents join their letters. Of what the font
// lacks, each character becomes the sign for that; marks that only change their neighbours go.
func Printable(words string) string {
	plain := true
	for i := range len(words) {
		plain = plain && words[i] >= ' ' && words[i] < 0x7f
	}
	if plain {
		return words
	}
	t := Regular.typeface()
	var b strings.Builder
	for _, r := range norm.NFC.String(words) {
		switch {
		case r == nbsp || r == narrow:
			b.WriteRune(nbsp)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case t.GlyphIndex(r) != 0:
			b.WriteRune(r)
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc): // joiners, and which look a sign has
		default:
			b.WriteRune(missing)
		}
	}
	return b.String()
}

// A glyph is one shape of a line of words, with the space between it and the one before.
type glyph struct {
	r    rune
	id   uint16
	kern float64 // thousandths of the size
	wide float64 // thousandths of the size
}

// glyphs gives the shapes of printable words.
func (f Face) glyphs(words string) []glyph {
	t := f.typeface()
	em := float64(t.UnitsPerEm())
	out := make([]glyph, 0, len(words))
	for _, r := range words {
		g := glyph{r: r, id: t.GlyphIndex(r)}
		g.wide = float64(t.GlyphAdvance(g.id)) * 1000 / em
		if n := len(out); n > 0 {
			g.kern = float64(t.Kern(out[n-1].id, g.id)) * 1000 / em
		}
		out = append(out, g)
	}
	return out
}
