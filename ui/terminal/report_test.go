package terminal

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"porchlight/assets/text"
	"porchlight/ui/program"
)

// pagesOf counts the pages of a PDF.
func pagesOf(pdf []byte) int { return len(regexp.MustCompile(`/Type /Page\b`).FindAll(pdf, -1)) }

func TestReportsOfThePracticeHome(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	report := func(args ...string) (string, []byte) {
		t.Helper()
		status, out, errOut := command(t, strings.NewReader(""), dir, append([]string{"report", "--demo", "-o"}, args...)...)
		if status != ExitDone {
			t.Fatalf("report %q: got status %d and %q", args, status, errOut)
		}
		if args[0] == "-" {
			return errOut, []byte(out)
		}
		info, err := os.Stat(args[0])
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", args[0], info.Mode(), err)
		}
		return errOut, content(t, args[0])
	}
	// Nobody has looked around it yet: that comes first, once.
	said, pdf := report(at("home.pdf"))
	if !strings.Contains(said, "Looking around") || !bytes.HasPrefix(pdf, []byte("%PDF-1.7")) || pagesOf(pdf) < 4 || pagesOf(pdf) > 6 {
		t.Errorf("it says %q, and the report has %d pages", said, pagesOf(pdf))
	}
	for _, language := range text.Languages() {
		for paper, box := range map[string]string{"a4": "595.28 841.89", "letter": "612.0 792.0"} {
			said, pdf := report(at("home.pdf"), "--lang", language.String(), "--paper", paper)
			if said != "" || !bytes.Contains(pdf, []byte(box)) || !bytes.Contains(pdf, []byte("/Lang ("+language.String()+")")) || pagesOf(pdf) > 7 {
				t.Errorf("%s, %s: it says %q, and has %d pages", language, paper, said, pagesOf(pdf))
			}
		}
	}
	if _, pdf := report("-", "--format=pdf", "--fridge"); pagesOf(pdf) != 1 {
		t.Errorf("the sheet for the fridge has %d pages", pagesOf(pdf))
	}
	if _, page := report(at("home.html")); !bytes.Contains(page, []byte("6 things to do, 4 today.")) || !bytes.Contains(page, []byte("first look around")) {
		t.Errorf("the web page:\n%.3000s", page)
	}
	if _, page := report(at("fridge.htm"), "--fridge"); bytes.Count(page, []byte("<article")) != 3 {
		t.Errorf("the sheet for the fridge:\n%s", page)
	}
	_, table := report(at("home.csv"))
	if lines := bytes.Split(bytes.TrimSpace(table), []byte("\r\n")); len(lines) != 11 || !bytes.HasPrefix(lines[0], []byte("\ufeffName,")) {
		t.Errorf("the table:\n%s", table)
	}
	_, raw := report(at("home.json"))
	fitsSchema(t, raw)
	mac := regexp.MustCompile(`([0-9a-f]{2}:){5}[0-9a-f]{2}`)
	for _, name := range []string{"home.html", "home.csv", "home.json"} {
		if found := mac.Find(content(t, at(name))); found != nil {
			t.Errorf("%s tells %s", name, found)
		}
	}
	status, _, errOut := command(t, strings.NewReader(""), dir, "report", "--demo", "-o", filepath.Join(dir, "no", "such", "folder.pdf"))
	if status != ExitCannot || !strings.Contains(errOut, "Choose another place") {
		t.Errorf("into no folder: got status %d and %q", status, errOut)
	}
	left, err := filepath.Glob(at(".porchlight-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestAReportIsWrittenWholeOrNotAtAll(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report.pdf")
	write(t, name, "the one of before")
	err := output(nil, name, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return program.ErrNoRound
	})
	if err == nil {
		t.Error("half a report is none")
	}
	if got := content(t, name); string(got) != "the one of before" {
		t.Errorf("got %q", got)
	}
}
