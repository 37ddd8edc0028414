package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/ui/report/paper"
)

// tool finds a program that tests look at files with; packaging/debian-deps.sh installs it. With CI=true it has to be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("there is no %s: packaging/debian-deps.sh test", name)
	}
	if err != nil {
		t.Skipf("NOT TESTED: there is no %s. On Debian: packaging/debian-deps.sh test", name)
	}
	return path
}

// run runs a program and gives what it prints. What it complains of is an error.
func run(t *testing.T, path string, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &complaints, time.Second
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%s %q: %v, %.500s", filepath.Base(path), args, err, complaints.String())
	}
	return out.String()
}

// pdf writes a document into a file.
func pdf(t *testing.T, d *paper.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.PDF(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFilesAreSoundAndUseOnlyEmbeddedFonts(t *testing.T) {
	qpdf, pdffonts := tool(t, "qpdf"), tool(t, "pdffonts")
	each(t, func(t *testing.T, home string, d *paper.Document) {
		if home == "calm" || home == "hostile" && d.Language != "en" {
			return // starting programs takes its time
		}
		file := pdf(t, d)
		if out := run(t, qpdf, "--check", file); !strings.Contains(out, "No syntax or stream encoding errors found") {
			t.Error(out)
		}
		lines := strings.Split(strings.TrimSpace(run(t, pdffonts, file)), "\n")[2:]
		if len(lines) != 2 {
			t.Errorf("got %d fonts", len(lines))
		}
		for _, line := range lines {
			if f := strings.Fields(line); len(f) < 7 || !strings.Contains(f[0], "+NotoSans-") || !slices.Equal(f[len(f)-5:len(f)-2], []string{"yes", "yes", "yes"}) {
				t.Errorf("not embedded, not a part, or without letters: %s", line)
			}
		}
	})
}

func TestFilesSayWhatTheyAre(t *testing.T) {
	d := New(facts(t, family(), "pt-BR")).Household(paper.Letter)
	file := pdf(t, d)
	info := run(t, tool(t, "pdfinfo"), file)
	for _, want := range []string{"Relatório da casa: Lime Street 12", "Porchlight 1.2.3", "Tagged:          yes", "612 x 792 pts (letter)", "JavaScript:      no"} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q in\n%s", want, info)
		}
	}
	raw := run(t, tool(t, "qpdf"), "--json", "--json-key=qpdf", "--json-key=outlines", file)
	for _, want := range []string{`"/Lang": "u:pt-BR"`, `"/DisplayDocTitle": true`, `"/Marked": true`, `"title": "Hall camera ainda usa a senha de fábrica"`} {
		if !strings.Contains(raw, want) {
			t.Errorf("no %s in the file", want)
		}
	}
}

// order finds wanted words one after the other.
func order(t *testing.T, in string, want ...string) {
	t.Helper()
	in = strings.Join(strings.Fields(in), " ")
	for _, w := range want {
		_, after, found := strings.Cut(in, w)
		if !found {
			t.Fatalf("%q does not come, or too early; what is left: %.300q", w, in)
		}
		in = after
	}
}

// inOrder are words of the family's report, in the order in which they are read.
var inOrder = []string{
	"Lime Street 12", "4 things to do, 2 today.", "12", "devices", "What to do", "Router may need an update", "It holds no passwords.",
	"What to do", "Fix today", "Hall camera still has its factory password", "Everybody can look this password up.", "1.", "Open http://192.168.1.23/", "6.",
	"Open Porchlight and press Check again.", "About 5 minutes.", "If you cannot do it", "Why it matters", "[1]",
	"The internet can reach Photos", "Fix this week", "Good to do", "Not for now", "Living room TV needs an update",
	"Your devices", "Bathroom", "Hall", "Router", "TP-Link Archer C7", "No room noted",
	"What changed", "New on the list", "What we could not check", "Waiting for your yes", "Brother HL-L2350DW: Factory password",
	"How we looked", "What was sent", "40 seconds", "Sources", "[1]", "South Korean police",
}

func TestWordsComeInTheOrderInWhichTheyAreRead(t *testing.T) {
	file := pdf(t, New(facts(t, family(), "en")).Household(paper.A4))
	order(t, run(t, tool(t, "pdftotext"), "-raw", file, "-"), inOrder...)
	// What a screen reader walks: roles, with their words.
	tree := run(t, tool(t, "pdfinfo"), "-struct-text", file)
	order(t, tree, "Document", "Sect", "H1", "Lime Street 12", "H2", "What to do", "L", "LI", "LBody", "H1", "What to do", "H2", "Fix today", "H3",
		"Hall camera still has its factory password", "Lbl", "1.", "LBody", "Open http://192.168.1.23/", "Table", "TR", "TH", "Bathroom", "TD", "Speaker")
	for _, never := range []string{"Page 2 of", "Made on 12 November 2026 with Porchlight. Page"} {
		if strings.Contains(tree, never) {
			t.Errorf("%q is read aloud on every page", never)
		}
	}
	order(t, run(t, tool(t, "pdftotext"), "-raw", pdf(t, New(facts(t, family(), "ru")).FridgeSheet(paper.A4)), "-"),
		"Lime Street 12", "Начните с этих 3", "Hall camera: придумать новый пароль", "Наклейка", "Кто сделает", "Router: навести порядок", "Не получается? Звоните", "Никогда не пишите пароли")
}

// rendered gives the pages of a file as poppler draws them.
func rendered(t *testing.T, file string, dpi int) []image.Image {
	t.Helper()
	dir := t.TempDir()
	pdftoppm := tool(t, "pdftoppm")
	cmd := exec.CommandContext(t.Context(), pdftoppm, "-q", "-png", "-r", fmt.Sprint(dpi), file, filepath.Join(dir, "page"))
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []image.Image
	for _, name := range names { // Glob sorts them
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		page, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}

// darkness gives how dark a page is, in squares of that many dots, from 0 to 255. How each program draws the edge of a letter does not matter then.
func darkness(page image.Image, side int) []float64 {
	size := page.Bounds().Size().Div(side)
	out := make([]float64, size.X*size.Y)
	for y := range size.Y * side {
		for x := range size.X * side {
			gray := color.GrayModel.Convert(page.At(page.Bounds().Min.X+x, page.Bounds().Min.Y+y)).(color.Gray)
			out[y/side*size.X+x/side] += float64(255-gray.Y) / float64(side*side)
		}
	}
	return out
}

// alike compares pages that two programs drew.
func alike(t *testing.T, name string, a, b image.Image, bound float64) {
	t.Helper()
	const side = 6
	if d := a.Bounds().Size().Sub(b.Bounds().Size()); d.X < -1 || d.X > 1 || d.Y < -1 || d.Y > 1 {
		t.Fatalf("%s: %v and %v are not one size", name, a.Bounds(), b.Bounds())
	}
	one, other := darkness(a, side), darkness(b, side)
	sum, most := 0.0, 0.0
	for i := range min(len(one), len(other)) {
		d := math.Abs(one[i] - other[i])
		sum, most = sum+d, max(most, d)
	}
	if mean := sum / float64(len(one)); mean > bound || most > 20*bound {
		t.Errorf("%s: the pages differ by %.2f, at one place by %.1f", name, mean, most)
	}
}

func TestPicturesShowWhatIsPrinted(t *testing.T) {
	const dpi = 60
	tool(t, "pdftoppm")
	for home, d := range map[string]*paper.Document{
		"family": New(facts(t, family(), "ru")).Household(paper.A4), "hostile": New(facts(t, hostile(), "en")).FridgeSheet(paper.Letter),
	} {
		pages := rendered(t, pdf(t, d), dpi)
		if len(pages) != len(d.Sheets) {
			t.Fatalf("%s: %d pages are printed, %d shown", home, len(pages), len(d.Sheets))
		}
		for i, s := range d.Sheets {
			alike(t, fmt.Sprintf("%s, page %d", home, i+1), s.Picture(dpi), pages[i], 3)
		}
	}
}
