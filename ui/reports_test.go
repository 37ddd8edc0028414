package ui

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

// openReports opens the page, and waits until the sheets that are seen are painted.
func (b *bench) openReports() {
	b.t.Helper()
	b.open(b.reports)
	b.painted()
}

// painted waits until nothing is made or painted any more.
func (b *bench) painted() {
	b.t.Helper()
	b.settle()
	b.until(func() bool {
		return !b.reports.making && b.reports.busy == nil && (b.reports.doc == nil || b.reports.sheets.Painted())
	})
}

func TestReportsLookLikeThis(t *testing.T) {
	walking := family()
	walking.Round, walking.Phase, walking.Finished, walking.Findings, walking.Outcomes = 3, rounds.Checking, time.Time{}, nil, nil
	first := walking
	first.Round = 0
	fresh := rounds.Snapshot{Home: rounds.Home{ID: 1, Name: "Our home"}}
	fridge := func(b *bench) { b.reports.which.Pick(1); b.reports.make() }
	for _, tt := range []struct {
		name, lang string
		s          rounds.Snapshot
		dark       bool
		change     func(*fake)
		do         func(*bench)
	}{
		{name: "reports", s: family()},
		{name: "reports-dark", s: family(), dark: true},
		{name: "reports-ru", lang: "ru", s: family()},
		{name: "reports-de-fridge", lang: "de", s: family(), do: fridge},
		{name: "reports-fridge", s: family(), do: fridge},
		{name: "reports-fridge-calm", s: calmHome(), dark: true, do: fridge},
		{name: "reports-letter", s: family(), change: func(p *fake) { p.own.set.Paper = rounds.PaperLetter }, do: func(b *bench) { b.reports.sheets.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) }},
		{name: "reports-focus", s: family(), do: func(b *bench) { b.win.Canvas().Focus(b.reports.sheets) }},
		{name: "reports-empty", s: fresh},
		{name: "reports-first", s: first},
		{name: "reports-walking", s: walking},
		{name: "reports-failed", s: family(), change: func(p *fake) { p.own.fail = worded("Something went wrong that we did not expect. Please try again.") }},
		{name: "reports-printed", s: family(), do: func(b *bench) { test.Tap(b.button("Print")) }},
		{name: "reports-opened", s: family(), dark: true, change: func(p *fake) { p.opens = true }, do: func(b *bench) { test.Tap(b.button("Print")) }},
		{name: "reports-save", s: family(), do: func(b *bench) { b.saves("Save as PDF") }},
		{name: "reports-save-dark", s: family(), dark: true, do: func(b *bench) { b.saves("Save as PDF") }},
		{name: "reports-save-other", s: family(), do: func(b *bench) { b.saves("Save as web page"); b.otherFolder() }},
		{name: "reports-save-closed", s: family(), dark: true, do: func(b *bench) { b.saves("Save as web page"); b.otherFolder(); b.closedFolder() }},
		{name: "reports-saved", s: family(), do: func(b *bench) { b.saves("Save as PDF"); test.Tap(b.button("Save")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{}
			p.feed.Set(tt.s)
			if tt.change != nil {
				tt.change(p)
			}
			lang, variant := "en", theme.VariantLight
			if tt.lang != "" {
				lang = tt.lang
			}
			if tt.dark {
				variant = theme.VariantDark
			}
			b := openIn(t, lang, p, true, variant)
			b.settings.keep(b.settings)
			b.openReports()
			if tt.do != nil {
				tt.do(b)
				b.painted()
			}
			b.shot(tt.name)
		})
	}
}

// saves presses a button that saves, and waits for the question.
func (b *bench) saves(button string) {
	b.t.Helper()
	test.Tap(b.button(button))
	b.until(func() bool { return b.ask != nil })
}

// otherFolder looks for another folder.
func (b *bench) otherFolder() {
	b.t.Helper()
	b.answer()
	b.findFolder("/home/mia/Documents", nil, func(string) {})
	b.settle()
	b.until(func() bool { return strings.Contains(strings.Join(b.texts(), " "), "Letters") })
}

// closedFolder tries to open a folder that belongs to somebody else.
func (b *bench) closedFolder() {
	b.t.Helper()
	list, _ := b.win.Canvas().Focused().(*parts.List)
	if list == nil {
		b.t.Fatal("the folders do not have the keyboard")
	}
	list.OnSelected(1) // the first leads up
	b.until(func() bool { return strings.Contains(strings.Join(b.texts(), " "), "does not open") })
}

func TestAFolderThatIsGoneLeadsToTheOneAbove(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	var got string
	b.findFolder("/home/mia/Bank", nil, func(folder string) { got = folder })
	b.until(func() bool { return strings.Contains(strings.Join(b.texts(), " "), "Letters") })
	b.says("Bank · does not open")
	test.Tap(b.button("Take this folder"))
	if got != "/home/mia" {
		t.Errorf("got %q", got)
	}
}

func TestAFolderThatOpensAfterAllIsOpen(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	f := &folderSheet{w: b.Window, closed: map[string]bool{}, path: parts.Small(""), list: parts.NewList(func() int { return 0 }, nil, nil)}
	f.enter("/home/mia/Bank")
	b.until(func() bool { return f.closed["/home/mia/Bank"] })
	f.show("/home/mia/Bank", nil, "/home/mia", nil)
	if f.closed["/home/mia/Bank"] {
		t.Error("it still counts as closed")
	}
}

func TestWhatIsSeenIsPrintedAndSaved(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openReports()
	test.Tap(b.button("Print"))
	b.painted()
	if !p.called("print pdf fridge false false") {
		t.Errorf("got calls %q", p.calls)
	}
	b.says("It is on its way to your printer.")
	b.reports.which.Pick(1)
	b.reports.make()
	b.painted()
	if b.find("Everything (JSON)") != nil {
		t.Error("the sheet for the fridge is offered as JSON")
	}
	b.saves("Save as web page")
	b.says("For the fridge Our home 2026-11-12") // an entry
	test.Tap(b.button("Save"))
	b.painted()
	if !p.called("save html fridge true /home/mia/Documents For the fridge Our home 2026-11-12") {
		t.Errorf("got calls %q", p.calls)
	}
	b.says("Saved: For the fridge Our home 2026-11-12.html")
	if b.find("Open folder") == nil {
		t.Error("there is no way to the folder")
	}
	p.own.fail = errors.New("the disk is full")
	test.Tap(b.button("Print"))
	b.until(func() bool { return b.ask != nil })
	if b.reports.did.title != "" {
		t.Error("it says that it went well")
	}
}

func TestAReportIsMadeAnewWhenTheHomeIsAnother(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openReports()
	before := b.reports.doc
	walking := family()
	walking.Round, walking.Phase, walking.Finished = 3, rounds.Checking, time.Time{}
	p.feed.Set(walking)
	b.take(walking)
	b.painted()
	if b.reports.doc != before {
		t.Error("the report is made anew in the middle of a round")
	}
	b.says("We are looking around right now.")
	calm := calmHome()
	p.feed.Set(calm)
	b.take(calm)
	b.painted()
	if said := b.reports.sheets.AccessibilityLabel(); b.reports.doc == before || !strings.Contains(said, "All good") || !strings.Contains(said, "Page 1 of") {
		t.Errorf("after the round it says %q", said)
	}
	b.rebuild()
	b.painted()
	if b.page != page(b.reports) || b.reports.doc == nil {
		t.Error("after a change of the look the page is gone")
	}
}

func TestHostileNamesArePrintedAsTheyAre(t *testing.T) {
	p, s := &fake{}, family()
	names := []string{"<script>alert(1)</script>", "\x1b[31mred\x1b[0m", "abc\u202egnp.exe", strings.Repeat("x", 500), "👨‍👩‍👧‍👦 🏠", "كاميرا الباب"}
	for i := range s.Devices {
		s.Devices[i].Name = names[i%len(names)]
	}
	s.Home.Name = "../" + strings.Join(names, "/")
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	b.openReports()
	b.shot("hostile-reports")
	for i := range b.reports.doc.Sheets {
		if said := b.reports.words(i); strings.ContainsAny(said, "\x1b\u202e") || len(said) == 0 {
			t.Errorf("sheet %d says %q", i+1, said)
		}
	}
	b.saves("Save as PDF")
	for _, said := range b.texts() {
		if strings.ContainsAny(said, "\x1b\u202e") || len([]rune(said)) > 400 {
			t.Errorf("%q reached the screen", said)
		}
	}
	test.Tap(b.button("Save"))
	b.painted()
	for _, call := range p.calls {
		if name, ok := strings.CutPrefix(call, "save pdf fridge false /home/mia/Documents "); ok && (strings.ContainsAny(name, "/<>\x1b\u202e") || len(name) > 200) {
			t.Errorf("the file is called %q", name)
		}
	}
}

func TestTroubleInTheBackgroundIsSaidOnce(t *testing.T) {
	p := &fake{untold: errors.New("no stick")}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.Show()
	b.until(func() bool { return b.ask != nil })
	b.says("No home network was found.") // what the fake says of every error
}

func TestEverySheetIsReachedByKeyboard(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openReports()
	reached := false
	for range 40 {
		b.win.Canvas().FocusNext()
		reached = reached || b.win.Canvas().Focused() == fyne.Focusable(b.reports.sheets)
	}
	if !reached {
		t.Error("the tab key never reaches the sheets")
	}
	n := len(b.reports.doc.Sheets)
	if n < 3 {
		t.Fatalf("the report has %d sheets", n)
	}
	press := func(k fyne.KeyName) int {
		b.reports.sheets.TypedKey(&fyne.KeyEvent{Name: k})
		b.painted()
		return b.reports.sheets.At()
	}
	if at := press(fyne.KeyRight); at != 1 {
		t.Errorf("right leads to sheet %d", at+1)
	}
	if at := press(fyne.KeyLeft); at != 0 {
		t.Errorf("left leads to sheet %d", at+1)
	}
	if at := press(fyne.KeyEnd); at != n-1 {
		t.Errorf("end leads to sheet %d of %d", at+1, n)
	}
	if held := b.reports.sheets.Held(); held > 5 {
		t.Errorf("%d pictures are held", held)
	}
	if at := press(fyne.KeyHome); at != 0 {
		t.Errorf("home leads to sheet %d", at+1)
	}
	for range 3 {
		press(fyne.KeySpace)
	}
	if at := press(fyne.KeyPageUp); at < 1 {
		t.Errorf("after three pages down and one up: sheet %d", at+1)
	}
}

func TestReportsByThemselvesGoWhereTheUserWants(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.set = p.own.set
	b.openSettings("data")
	keep := b.settings.first["settings.reports.keep"].(*parts.Switch)
	test.Tap(keep)
	b.keeps(p, func(s rounds.Settings) bool { return s.Reports == filepath.Join("/home/mia/Documents", "Porchlight") })
	b.says("/home/mia/Documents/Porchlight")
	folder := b.settings.first["settings.reports.folder"].(*parts.Choice)
	folder.OnChosen(2)
	b.keeps(p, func(s rounds.Settings) bool { return s.Reports == "/home/mia/Desktop" })
	folder.OnChosen(4)
	b.until(func() bool {
		b.settle()
		return b.ask != nil && strings.Contains(strings.Join(b.texts(), " "), "Letters")
	})
	test.Tap(b.button("Take this folder"))
	b.keeps(p, func(s rounds.Settings) bool { return s.Reports == "/home/mia/Desktop" })
	test.Tap(b.settings.first["settings.reports.keep"].(*parts.Switch))
	b.keeps(p, func(s rounds.Settings) bool { return s.Reports == "" })
}
