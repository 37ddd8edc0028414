package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/ui/report/paper"
)

// papers are those that there are.
var papers = map[string]paper.Size{"a4": paper.A4, "letter": paper.Letter}

// homes are those that the pages are looked at with.
var homes = map[string]func() rounds.Snapshot{"family": family, "calm": calm, "hostile": hostile}

// A laid is a document that was laid out, with what it is.
type laid struct {
	name, home string
	*paper.Document
}

// documents are all documents of all homes, in all languages and on all papers. They are laid out once.
var documents []laid

// each calls look with all documents.
func each(t *testing.T, look func(t *testing.T, home string, d *paper.Document)) {
	t.Helper()
	if documents == nil {
		for home, s := range homes {
			for _, language := range text.Languages() {
				r := New(facts(t, s(), language.String()))
				for name, size := range papers {
					name := fmt.Sprintf("%s %s %s", home, language, name)
					documents = append(documents, laid{name, home, r.Household(size)}, laid{name + " fridge", home, r.FridgeSheet(size)})
				}
			}
		}
	}
	for _, d := range documents {
		t.Run(d.name, func(t *testing.T) { look(t, d.home, d.Document) })
	}
}

// grays are those of the pictures in testdata: enough to look at, and small.
var grays = func() (p color.Palette) {
	for v := range 16 {
		p = append(p, color.Gray{Y: uint8(v * 17)})
	}
	return p
}()

// contact puts the pages of documents side by side.
func contact(documents ...*paper.Document) *image.Paletted {
	const dpi, gap = 42, 6
	var pages []image.Image
	at := image.Point{gap, gap}
	for _, d := range documents {
		for _, s := range d.Sheets {
			pages = append(pages, s.Picture(dpi))
			at.X += pages[len(pages)-1].Bounds().Dx() + gap
			at.Y = max(at.Y, pages[len(pages)-1].Bounds().Dy()+2*gap)
		}
	}
	out := image.NewPaletted(image.Rectangle{Max: at}, grays)
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{Y: 160}), image.Point{}, draw.Src)
	x := gap
	for _, p := range pages {
		draw.Draw(out, p.Bounds().Add(image.Pt(x, gap)), p, image.Point{}, draw.Src)
		x += p.Bounds().Dx() + gap
	}
	return out
}

// matches compares a picture with the one in testdata. Another processor may round otherwise, so single dots may differ a little.
func matches(t *testing.T, name string, got *image.Paletted) {
	t.Helper()
	file := filepath.Join("testdata", name)
	raw, err := os.ReadFile(file)
	if err == nil {
		want, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if want.Bounds() == got.Rect && difference(want, got) < 0.05 {
			return
		}
	}
	failed := filepath.Join("testdata", "failed", name)
	if err := os.MkdirAll(filepath.Dir(failed), 0o755); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, got); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(failed, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Errorf("the pages do not look like %s: look at %s", file, failed)
}

// difference gives how much two pictures of the same size differ on average, from 0 to 255.
func difference(a, b image.Image) float64 {
	gray := func(c color.Color) float64 { return float64(color.GrayModel.Convert(c).(color.Gray).Y) }
	sum, r := 0.0, a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += math.Abs(gray(a.At(x, y)) - gray(b.At(x, y)))
		}
	}
	return sum / float64(r.Dx()*r.Dy())
}

func TestPagesLookLikeThis(t *testing.T) {
	for _, tt := range []struct {
		home, language, paper string
	}{
		{"family", "en", "a4"},
		{"family", "ru", "letter"},
		{"family", "pt-BR", "a4"},
		{"family", "es", "letter"},
		{"calm", "en", "letter"},
		{"hostile", "en", "a4"},
	} {
		name := fmt.Sprintf("%s-%s-%s.png", tt.home, tt.language, tt.paper)
		t.Run(name, func(t *testing.T) {
			r := New(facts(t, homes[tt.home](), tt.language))
			matches(t, name, contact(r.Household(papers[tt.paper]), r.FridgeSheet(papers[tt.paper])))
		})
	}
}

func TestNothingRunsOverAnEdgeOrOverOtherWords(t *testing.T) {
	each(t, func(t *testing.T, _ string, d *paper.Document) {
		const margin = 44 // the smaller one, of the sheet for the fridge
		for _, s := range d.Sheets {
			all := s.Words()
			for i, a := range all {
				if a.X < margin || a.X+a.Width > s.Width-margin+a.Size || a.Y-a.Size < margin/2 || a.Y > s.Height-20 {
					t.Errorf("page %d: %q runs over the edge: %+v", s.Number(), a.Words, a)
				}
				for _, b := range all[:i] {
					// Letters stand 0.72 of their size above the line and hang 0.2 below it.
					wide := min(a.X+a.Width, b.X+b.Width) - max(a.X, b.X)
					high := min(a.Y+0.2*a.Size, b.Y+0.2*b.Size) - max(a.Y-0.72*a.Size, b.Y-0.72*b.Size)
					if wide > a.Size/2 && high > 0.5 {
						t.Errorf("page %d: %q lies over %q", s.Number(), a.Words, b.Words)
					}
				}
			}
		}
	})
}

func TestNoHeadingIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, _ string, d *paper.Document) {
		headings := map[string]bool{}
		for _, b := range d.Outline {
			headings[b.Words] = true
		}
		for _, b := range d.Outline {
			s := d.Sheets[b.Page-1]
			below := 0
			for _, w := range s.Words() {
				if w.Y > b.Y+20 && w.Y < s.Height-50 && !headings[strings.TrimSpace(w.Words)] {
					below++
				}
			}
			if below == 0 {
				t.Errorf("nothing stands below %q on page %d", b.Words, b.Page)
			}
		}
	})
}

func TestEveryPageIsUsed(t *testing.T) {
	each(t, func(t *testing.T, home string, d *paper.Document) {
		most := 6
		if d.Size == paper.Letter {
			most = 7
		}
		switch home {
		case "calm":
			most = 3
		case "hostile":
			most = 9
		}
		if n := len(d.Sheets); n > most || strings.HasSuffix(t.Name(), "fridge") && n != 1 {
			t.Errorf("it has %d pages", n)
		}
		for _, s := range d.Sheets {
			if n := len(s.Words()); n < 4 {
				t.Errorf("page %d has %d lines", s.Number(), n)
			}
		}
	})
}

func TestTheFontHasEveryLetter(t *testing.T) {
	each(t, func(t *testing.T, home string, d *paper.Document) {
		lacks := 0
		for _, s := range d.Sheets {
			for _, w := range s.Words() {
				lacks += strings.Count(w.Words, "\ufffd")
			}
		}
		if (lacks > 0) != (home == "hostile") && !strings.Contains(t.Name(), "fridge") {
			t.Errorf("%d letters are missing", lacks)
		}
	})
}

// parts are what each part of what is read aloud may hold (ISO 32000-1, section 14.8.4; PDF/UA-1, sections 7.2 to 7.6).
var parts = map[string][]string{
	"Document": {"Sect"},
	"Sect":     {"Sect", "H1", "H2", "H3", "P", "L", "Table"},
	"L":        {"LI"},
	"LI":       {"Lbl", "LBody"},
	"LBody":    {"P"},
	"Table":    {"TR"},
	"TR":       {"TH", "TD"},
	"TD":       {"P"},
}

func TestWhatIsReadAloudKeepsTheRules(t *testing.T) {
	each(t, func(t *testing.T, _ string, d *paper.Document) {
		level := 0
		var walk func(e *paper.Element)
		walk = func(e *paper.Element) {
			for _, kid := range e.Kids {
				if !slices.Contains(parts[e.Role], kid.Role) {
					t.Errorf("%s holds %s", e.Role, kid.Role)
				}
				if h, ok := strings.CutPrefix(kid.Role, "H"); ok {
					next := int(h[0] - '0')
					if next > level+1 {
						t.Errorf("H%d comes after H%d", next, level)
					}
					level = next
				}
				if e.Role == "Table" && len(kid.Kids) != len(e.Kids[0].Kids) {
					t.Errorf("a row has %d cells", len(kid.Kids))
				}
				walk(kid)
			}
		}
		walk(d.Body)
		if d.Language == "" || d.Title == "" || level == 0 {
			t.Errorf("language %q, title %q, headings down to %d", d.Language, d.Title, level)
		}
	})
}
