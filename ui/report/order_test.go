package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"porchlight/ui/report/paper"
)

func TestFilesHaveNamesThatEverySystemTakes(t *testing.T) {
	for words, want := range map[string]string{
		"Household report Lime Street 12": "Household report Lime Street 12", "../../etc/passwd": "etc passwd", `C:\Windows\x`: "C Windows x",
		"": "Porchlight", "...": "Porchlight", "nul": "Porchlight nul", "COM1.txt": "Porchlight COM1.txt", "con .pdf": "Porchlight con .pdf",
		"a\x00b\x1b[31m": "a b 31m", "abc\u202egnp.exe": "abc gnp.exe", "🏠 Haus 🔥": "Haus", "-rf x": "rf x", "Отчёт: дом?": "Отчёт дом",
		"كاميرا الباب": "كاميرا الباب", "a\n\nb": "a b", "<b>|*\"": "b",
	} {
		if got := FileName(words); got != want {
			t.Errorf("FileName(%q) = %q, want %q", words, got, want)
		}
	}
	for _, d := range hostile().Devices {
		for _, words := range []string{d.Name, strings.Repeat(d.Name, 9), strings.Repeat("客", 300)} {
			name := FileName(words)
			if name == "" || len(name) > nameBytes+len("Porchlight ") || !utf8.ValidString(name) || filepath.Base(name) != name || strings.ContainsAny(name, "\x1b\u202e<>:\"/\\|?*") {
				t.Errorf("FileName(%q) = %q", words, name)
			}
		}
	}
	f := facts(t, hostile(), "en")
	if name := (Order{Format: FormatPDF}).Name(f); !strings.HasPrefix(name, "Household report ") || !strings.HasSuffix(name, " 2026-11-12") {
		t.Errorf("a hostile home makes %q", name)
	}
	f = facts(t, family(), "en")
	if name := (Order{Fridge: true}).Name(f); name != "For the fridge Lime Street 12 2026-11-12" {
		t.Errorf("got %q", name)
	}
}

func TestAnOrderMakesWhatItSays(t *testing.T) {
	f := facts(t, family(), "en")
	for begin, o := range map[string]Order{
		"%PDF-1.7": {Format: FormatPDF, Paper: paper.A4}, "%PDF-": {Format: FormatPDF, Fridge: true, Paper: paper.Letter},
		"<!DOCTYPE html>\n<html": {Format: FormatHTML}, "<!DOCTYPE html>": {Format: FormatHTML, Fridge: true}, "{": {Format: FormatJSON},
	} {
		var b bytes.Buffer
		if err := o.Write(&b, f); err != nil || !strings.HasPrefix(b.String(), begin) {
			t.Errorf("%+v: %v, %.40q", o, err, b.String())
		}
		if o.Tells() != (o.Format != FormatJSON && !o.Fridge) {
			t.Errorf("%+v: tells %t", o, o.Tells())
		}
	}
}
