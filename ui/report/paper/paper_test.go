package paper

import (
	"bytes"
	"fmt"
	"image/color"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"porchlight/assets"
)

var plain = Style{Size: 10}

func TestLinesAreNeverWiderThanAsked(t *testing.T) {
	for _, words := range []string{
		"", " ", "word", "A few words that need more than one line, with a comma.",
		"Donaudampfschifffahrtsgesellschaftskapitän " + strings.Repeat("Ж", 500), "http://192.168.1.23/cgi-bin/settings?page=network&section=wifi",
		"\u202e\x1b[31m\x00 قارئ 客厅 👨‍👩‍👧 e\u0301", "a b c d e f g h i j k l m n o p q r s t u v w x y z > > > > >",
	} {
		for width := 4.0; width < 300; width *= 1.7 {
			for name, fold := range map[string]func(string, float64) []string{"Wrap": plain.Wrap, "Balance": plain.Balance} {
				lines := fold(words, width)
				for _, line := range lines {
					if w := plain.Width(line); w > width+0.01 && utf8.RuneCountInString(line) > 1 {
						t.Errorf("%s(%q, %.0f): %q is %.1f wide", name, words, width, line, w)
					}
				}
				if got, want := squeeze(strings.Join(lines, "")), squeeze(Printable(words)); got != want {
					t.Errorf("%s(%q, %.0f) lost words: %q", name, words, width, got)
				}
			}
			if short := plain.Shorten(words, width); plain.Width(short) > width {
				t.Errorf("Shorten(%q, %.0f) = %q", words, width, short)
			}
		}
	}
}

// squeeze takes the spaces out.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestLinesReadWell(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		width       float64
		want        []string
	}{
		{"short", "Change it.", 100, []string{"Change it."}},
		{"two", "Open the settings page of it.", 90, []string{"Open the settings", "page of it."}},
		{"a small word goes on", "Открыть дверь в дом легко", 80, []string{"Открыть дверь", "в дом легко"}},
		{"no word alone at the end", "One line of some length and one.", 150, []string{"One line of some length", "and one."}},
		{"a sign stays with the word before", "Settings > Network > Wi-Fi", 80, []string{"Settings >", "Network > Wi-Fi"}},
		{"an address is divided at a sign", "http://192.168.100.200/settings", 100, []string{"http://", "192.168.100.200/", "settings"}},
	} {
		if got := plain.Wrap(tt.words, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := plain.Balance("Nothing to fix so far here", 100); len(got) != 2 || math.Abs(plain.Width(got[0])-plain.Width(got[1])) > 30 {
		t.Errorf("not balanced: %q", got)
	}
}

func TestWhatTheFontLacksIsSeen(t *testing.T) {
	for in, want := range map[string]string{
		"Router": "Router", "Привет, ёж": "Привет, ёж", "e\u0301cole": "école", "и\u0306": "й", "a\u0316": "a",
		"客厅": "\ufffd\ufffd", "كاميرا": "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd", "👨‍👩": "\ufffd\ufffd", "❤️": "\ufffd",
		"a\u00a0b\tc": "a\u00a0b c", "\u202eabc\x1b\x00": "abc", "x\xffy": "x\ufffdy",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("Open the page > Settings", 50.0)
	f.Add("\u202e客厅\x00e\u0301 "+strings.Repeat("x", 300), 10.0)
	f.Fuzz(func(t *testing.T, words string, width float64) {
		if !(width > 1 && width < 1000) || len(words) > 2000 {
			return
		}
		for _, line := range plain.Wrap(words, width) {
			if plain.Width(line) > width+0.01 && utf8.RuneCountInString(line) > 1 {
				t.Errorf("%q is too wide for %g", line, width)
			}
		}
	})
}

// layout puts pieces on pages of 100 points and tells what stands where.
func layout(add func(f *Flow, piece func(name string, height float64, keep bool) Piece)) []string {
	d := NewDocument(Size{100, 120})
	f := Flow{Doc: d, Top: 10, Bottom: 10}
	var out []string
	add(&f, func(name string, height float64, keep bool) Piece {
		return Piece{Height: height, Keep: keep, Draw: func(s *Sheet, y float64) { out = append(out, fmt.Sprintf("%d:%s@%.0f", s.Number(), name, y)) }}
	})
	f.End()
	return out
}

func TestPiecesStayTogether(t *testing.T) {
	type maker = func(name string, height float64, keep bool) Piece
	for _, tt := range []struct {
		name string
		add  func(f *Flow, piece maker)
		want []string
	}{
		{"one after the other", func(f *Flow, piece maker) {
			f.Add(piece("a", 40, false))
			f.Add(piece("b", 40, false))
			f.Add(piece("c", 40, false))
		}, []string{"1:a@10", "1:b@50", "2:c@10"}},
		{"a heading goes with what follows", func(f *Flow, piece maker) {
			f.Add(piece("a", 70, false))
			f.Add(piece("heading", 20, true))
			f.Add(piece("b", 20, false))
		}, []string{"1:a@10", "2:heading@10", "2:b@30"}},
		{"a group that fits on a page is not divided", func(f *Flow, piece maker) {
			f.Add(piece("a", 50, false))
			f.Add(piece("b", 30, false), piece("c", 30, false))
		}, []string{"1:a@10", "2:b@10", "2:c@40"}},
		{"a group that does not is", func(f *Flow, piece maker) {
			f.Add(piece("a", 30, false))
			f.Add(piece("b", 60, true), piece("c", 30, false), piece("d", 30, false))
		}, []string{"1:a@10", "2:b@10", "2:c@70", "3:d@10"}},
		{"space goes at the top of a page", func(f *Flow, piece maker) {
			f.Add(Space(20), piece("a", 90, false))
			f.Add(Space(20), piece("b", 10, false))
		}, []string{"1:a@10", "2:b@10"}},
		{"a table begins again", func(f *Flow, piece maker) {
			f.Add(piece("a", 50, false))
			f.Again = []Piece{piece("head", 10, true)}
			f.Add(piece("b", 60, false))
			f.Again = nil
			f.Add(piece("c", 40, false))
		}, []string{"1:a@10", "2:head@10", "2:b@20", "3:c@10"}},
		{"a new page, once", func(f *Flow, piece maker) {
			f.Page()
			f.Page()
			f.Add(piece("a", 10, false))
			f.Page()
			f.Add(piece("b", 10, false))
		}, []string{"1:a@10", "2:b@10"}},
		{"what is too long comes all the same", func(f *Flow, piece maker) {
			f.Add(piece("a", 10, false))
			f.Add(piece("b", 150, false))
			f.Add(piece("c", 10, false))
		}, []string{"1:a@10", "2:b@10", "3:c@10"}},
	} {
		if got := layout(tt.add); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEveryIconIsRead(t *testing.T) {
	names, err := fs.Glob(assets.Icons, "icons/*.svg")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d icons, %v", len(names), err)
	}
	for _, name := range names {
		raw, err := assets.Icons.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := readIcon(raw)
		if err != nil || len(parts) == 0 {
			t.Errorf("%s: %d parts, %v", path.Base(name), len(parts), err)
		}
		for _, p := range parts {
			left, top, right, bottom := p.path.bounds()
			if left < -1 || top < -1 || right > iconSide+1 || bottom > iconSide+1 {
				t.Errorf("%s: from %.1f, %.1f to %.1f, %.1f", path.Base(name), left, top, right, bottom)
			}
		}
	}
	if got, want := iconNamed("no-such-icon"), iconNamed("kind-unknown"); len(got) != len(want) {
		t.Error("an icon that is not there is not the one for unknown")
	}
}

func TestArcsAreRound(t *testing.T) {
	for _, d := range []string{"M0 5A5 5 0 1 1 10 5A5 5 0 1 1 0 5Z", "M0 5A5 5 0 0 1 5 0A5 5 0 0 1 10 5A5 5 0 0 1 5 10A5 5 0 0 1 0 5Z", "M10 5A5 5 0 1 0 0 5A5 5 0 1 0 10 5"} {
		p, err := readPath(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range p.flat() {
			for _, pt := range part {
				if r := math.Hypot(pt[0]-5, pt[1]-5); math.Abs(r-5) > 0.02 {
					t.Errorf("%s: %v is %.3f from the middle", d, pt, r)
				}
			}
		}
	}
	for _, d := range []string{"M0", "Q1 1 2 2", "M0 0L1", "A5 5 0 0 1 x 0", "M0 0 C1 1"} {
		if _, err := readPath(d); err == nil {
			t.Errorf("%q was read", d)
		}
	}
}

// sample is a document with a bit of everything.
func sample() *Document {
	d := NewDocument(A4)
	d.Title, d.Language, d.Creator, d.Created = `Home <of> & "Ёж"`, "ru", "Porchlight 1", time.Date(2026, 11, 12, 18, 30, 0, 0, time.UTC)
	for i := range 2 {
		s := d.Add()
		sect := d.Body.Add("Sect")
		s.Bookmark(1, 50, fmt.Sprintf("Глава %d", i+1))
		s.Bookmark(2, 80, "Part")
		s.Text(sect.Add("H1"), Style{Face: Bold, Size: 20, Color: 0x2b2520}, 50, 80, "Привет AV To")
		s.Lines(sect.Add("P"), plain, 50, 100, []string{"one", "two"})
		s.Fill(nil, 0xff0000, Box(50, 200, 100, 50, 8))
		s.Stroke(nil, 0x0000ff, 4, Straight(50, 300, 150, 300))
		fig := sect.Add("Figure")
		fig.Alt = "A router"
		s.Icon(fig, "kind-router", 0x008000, 50, 400, 48)
	}
	table := d.Body.Add("Table").Add("TR").Add("TH")
	d.Sheets[0].Text(table, plain, 50, 500, "Head")
	d.Sheets[1].Text(table, plain, 50, 500, "goes on")
	return d
}

func TestFilesHoldTogether(t *testing.T) {
	var b bytes.Buffer
	if err := sample().PDF(&b); err != nil {
		t.Fatal(err)
	}
	file := b.String()
	at := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindStringSubmatch(file)
	if at == nil {
		t.Fatal("nothing says where the table is")
	}
	start, _ := strconv.Atoi(at[1])
	rows := strings.Split(file[start:strings.Index(file, "trailer")], "\n")
	if rows[0] != "xref" {
		t.Fatalf("the table is not at %d", start)
	}
	for i, row := range rows[3 : len(rows)-1] {
		offset, err := strconv.Atoi(strings.TrimLeft(row[:10], "0"))
		if err != nil || !strings.HasPrefix(file[offset:], fmt.Sprintf("%d 0 obj\n", i+1)) {
			t.Errorf("object %d is not at %q", i+1, row)
		}
	}
	for _, want := range []string{
		"/Type /Catalog", "/Lang (ru)", "/Marked true", "/StructTreeRoot", "/Tabs /S", "/Scope /Column", "/Alt (A router)", "/MCID", "/Count 4",
		"<pdfuaid:part>1</pdfuaid:part>", "Home &lt;of&gt; &amp; &#34;Ёж&#34;", "NotoSans-Bold", "/FontFile2",
	} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in the file", want)
		}
	}
	// Each reference leads to an object.
	for _, ref := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(file, -1) {
		if !strings.Contains(file, "\n"+ref[1]+" 0 obj\n") {
			t.Errorf("there is no object %s", ref[1])
		}
	}
	var again bytes.Buffer
	if err := sample().PDF(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same document gives another file, %v", err)
	}
}

func TestPicturesArePainted(t *testing.T) {
	p := sample().Sheets[0].Picture(72)
	if p.Rect.Dx() != 595 || p.Rect.Dy() != 842 {
		t.Errorf("the picture is %v", p.Rect)
	}
	for _, tt := range []struct {
		name string
		x, y int
		want color.RGBA
	}{
		{"paper", 10, 10, color.RGBA{0xff, 0xff, 0xff, 0xff}},
		{"box", 100, 225, color.RGBA{0xff, 0, 0, 0xff}},
		{"the round corner of the box", 50, 200, color.RGBA{0xff, 0xff, 0xff, 0xff}},
		{"line", 100, 300, color.RGBA{0, 0, 0xff, 0xff}},
		{"the round end of the line", 49, 300, color.RGBA{0, 0, 0xff, 0xff}},
		{"icon", 74, 426, color.RGBA{0, 0x80, 0, 0xff}},
	} {
		if got := p.RGBAAt(tt.x, tt.y); got != tt.want {
			t.Errorf("%s at %d, %d: got %v, want %v", tt.name, tt.x, tt.y, got, tt.want)
		}
	}
	dark := 0
	for x := 50; x < 200; x++ {
		for y := 60; y < 85; y++ {
			if p.RGBAAt(x, y).R < 0x80 {
				dark++
			}
		}
	}
	if dark < 200 {
		t.Errorf("the words have %d dark dots", dark)
	}
}

func TestPaperIsThatOfTheCountry(t *testing.T) {
	for _, tt := range []struct {
		languages []string
		want      Size
	}{
		{nil, A4},
		{[]string{"en"}, A4},
		{[]string{"en-US"}, Letter},
		{[]string{"en_GB.UTF-8"}, A4},
		{[]string{"es_MX.UTF-8"}, Letter},
		{[]string{"pt-BR", "en-US"}, A4},
		{[]string{"fr", "en-CA"}, Letter},
		{[]string{"C", "es-CO"}, Letter},
		{[]string{"ru-RU"}, A4},
	} {
		if got := Usual(tt.languages...); got != tt.want {
			t.Errorf("%q: got %v", tt.languages, got)
		}
	}
}

func BenchmarkWrap(b *testing.B) {
	words := strings.Repeat("Your router lets anybody on the internet knock on this door. ", 10)
	b.ReportAllocs()
	for b.Loop() {
		plain.Wrap(words, 300)
	}
}

func BenchmarkPicture(b *testing.B) {
	s := sample().Sheets[0]
	for b.Loop() {
		s.Picture(96)
	}
}

func TestNoLineEndsAtANoBreakSpace(t *testing.T) {
	style := Style{Size: 10}
	for _, space := range []string{"\u00a0", "\u202f"} {
		words := strings.TrimSpace(strings.Repeat("Maison"+space+": ", 40))
		for width := 40.0; width < 300; width += 7 {
			for _, line := range style.Wrap(words, width) {
				if strings.HasPrefix(line, ":") || strings.ContainsAny(line, "\u202f\ufffd") {
					t.Errorf("at %g points: a line begins with a colon, or lacks a space: %q", width, line)
				}
			}
		}
	}
}
