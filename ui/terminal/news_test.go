package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/discovery"
	"porchlight/ui/program"
)

// nobodyKnows is a program without knowledge of firmware.
func nobodyKnows(discovery.Device) firmware.Known { return firmware.Known{} }

func TestNewsIsSwitchedAndListed(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		args   []string
		status int
		out    string
	}{
		{[]string{"news"}, ExitDone, "off    raw.githubusercontent.com"},
		{[]string{"news", "--on", "kev,mikrotik"}, ExitDone, "on     upgrade.mikrotik.com"},
		{[]string{"news", "--off=mikrotik"}, ExitDone, "off    upgrade.mikrotik.com"},
		{[]string{"news"}, ExitDone, "on     raw.githubusercontent.com"},
		{[]string{"news", "--on=kev", "--off=kev"}, ExitUsage, "kev cannot be"},
		{[]string{"news", "--on=rumours"}, ExitUsage, "mikrotik"},
		{[]string{"scan", "--news=all,kev"}, ExitUsage, "--news"},
		{[]string{"scan", "--news=rumours"}, ExitUsage, "--news"},
		{[]string{"news", "--off=all"}, ExitDone, "off    raw.githubusercontent.com"},
	} {
		status, out, errOut := command(t, strings.NewReader(""), dir, tt.args...)
		if status != tt.status || !strings.Contains(out+errOut, tt.out) {
			t.Errorf("%v: got status %d and %q, %q, want %q in it", tt.args, status, out, errOut, tt.out)
		}
		for _, name := range news.Names() {
			if status == ExitDone && strings.Count(out, "\n"+name+" ") != 1 {
				t.Errorf("%v: %s is not listed once in\n%s", tt.args, name, out)
			}
		}
	}
}

func TestItIsSaidWhichSourceFailedAndSinceWhen(t *testing.T) {
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	part := map[string]news.Part{"/": {Answered: now.Add(-9 * 24 * time.Hour), Answer: news.Answer{News: make([]news.News, 3)}}}
	troubles := []news.Trouble{news.Unreachable, news.Slow, news.Certificate, news.Refused, news.Odd, news.TooBig, news.Older}
	for _, tag := range text.Languages() {
		words, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, trouble := range troubles {
			var b bytes.Buffer
			w := &Writer{W: &b, Words: words, Now: now}
			sources := []program.NewsSource{
				{Name: "kev", Host: "raw.githubusercontent.com", On: true, State: news.State{Asked: now, Trouble: trouble, Since: now.Add(-8 * 24 * time.Hour), Parts: part}},
				{Name: "wled", Host: "api.github.com", State: news.State{Asked: now, Trouble: trouble, Since: now}},
			}
			w.News(sources)
			w.SilentNews(program.Silent(words, sources, now))
			out := b.String()
			if w.Err() != nil || !strings.Contains(out, "(raw.githubusercontent.com)") || !strings.Contains(flat(out), words.Time(now.Add(-8*24*time.Hour))) {
				t.Errorf("%s: got %v and\n%s", tag, w.Err(), out)
			}
			for _, never := range []string{"[", "{{", "<no value>", "(api.github.com)", "news."} {
				if strings.Contains(out, never) {
					t.Errorf("%s: %q in\n%s", tag, never, out)
				}
			}
			if tag.String() == "en" && (!strings.Contains(out, "9 days old") || !strings.Contains(out, "3 entries")) {
				t.Errorf("got\n%s", out)
			}
		}
	}
}

func TestAnAddressOfKnowledgeIsASwitchOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	const row = "\nsigned "
	for _, tt := range []struct {
		args     []string
		status   int
		out, not string
	}{
		{[]string{"news"}, ExitDone, "kev", row},
		{[]string{"news", "--on=signed"}, ExitCannot, "First say where", row},
		{[]string{"news", "--from=http://example.org/k.json"}, ExitCannot, "https://", row},
		{[]string{"news", "--on=all"}, ExitDone, "on     api.github.com", row},
		{[]string{"news", "--from=https://example.org/k.json?a=b"}, ExitDone, row + "         on     example.org", "k.json"},
		{[]string{"news", "--off=signed"}, ExitDone, row + "         off    example.org", "k.json"},
		{[]string{"news", "--on=signed"}, ExitDone, row + "         on     example.org", "k.json"},
		{[]string{"news", "--off=all"}, ExitDone, row + "         off    example.org", "endorsed"},
		{[]string{"news", "--on=nvd"}, ExitDone, "This product uses the NVD API but is not endorsed or certified by the NVD.", "k.json"},
		{[]string{"news", "--from="}, ExitDone, "kev", row},
	} {
		status, out, errOut := command(t, strings.NewReader(""), dir, tt.args...)
		if status != tt.status || !strings.Contains(out+errOut, tt.out) || strings.Contains(out, tt.not) {
			t.Errorf("%v: got status %d and\n%s%s", tt.args, status, out, errOut)
		}
	}
}

func TestOnlyASignedFileIsLoaded(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "knowledge.json")
	if err := os.WriteFile(file, []byte(`{"knowledge": "e30=", "signature": ""}`), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errOut := command(t, strings.NewReader(""), dir, "news", "--load", file)
	if status != ExitCannot || out != "" || !strings.Contains(errOut, "not signed") {
		t.Errorf("got status %d, %q, %q", status, out, errOut)
	}
	if status, _, errOut = command(t, strings.NewReader(""), dir, "news", "--load", file+".none"); status != ExitCannot || errOut == "" {
		t.Errorf("no such file: got status %d, %q", status, errOut)
	}
}
