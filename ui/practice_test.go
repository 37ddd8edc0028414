package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks"
	"porchlight/checks/rounds"
)

func (f *fake) Pretend(_ context.Context, id string) error {
	f.note("pretend %s", id)
	return nil
}

func (f *fake) Pretends(kind checks.Kind) bool { return kind != "telnet-open" }

// practice is the family as a practice home.
func practice() rounds.Snapshot {
	s := family()
	s.Home = rounds.Home{ID: 2, Name: "Practice home", Practice: true}
	return s
}

func TestInThePracticeHomeOneCanPretend(t *testing.T) {
	for _, tt := range []struct {
		suffix, lang string
		variant      fyne.ThemeVariant
	}{{"", "en", theme.VariantLight}, {"-dark", "en", theme.VariantDark}, {"-de", "de", theme.VariantLight}, {"-ru", "ru", theme.VariantLight}} {
		p := &fake{}
		p.feed.Set(practice())
		b := openIn(t, tt.lang, p, true, tt.variant)
		b.openFinding("f-1")
		b.shot("practice-card" + tt.suffix)
		b.press(b.words.say("practice.pretend"))
		b.until(func() bool { return p.called("pretend f-1") && b.todo.card.played["f-1"] })
		if got := b.win.Canvas().Focused(); got != fyne.Focusable(b.todo.card.again) {
			t.Errorf("after pretending the keyboard is at %T", got)
		}
		b.shot("practice-card-done" + tt.suffix)
	}
}

// press comes to a button by the tab key, and presses return.
func (b *bench) press(words string) {
	b.t.Helper()
	b.settle()
	want := b.button(words)
	for range 60 {
		if b.win.Canvas().Focused() == fyne.Focusable(want) {
			want.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			return
		}
		b.win.Canvas().FocusNext()
	}
	b.t.Fatalf("the tab key never reaches %q", words)
}

func TestOnlyThePracticeHomeOffersToPretend(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	if b.find("Pretend that I did it") != nil {
		t.Error("a real home offers to pretend")
	}
	b.take(practice())
	if b.find("Pretend that I did it") == nil {
		t.Error("the practice home does not offer to pretend")
	}
	b.openFinding("f-2") // the program cannot put that right
	if b.find("Pretend that I did it") != nil {
		t.Error("it is offered where the program cannot do it")
	}
	b.openFinding("f-5") // fixed
	if b.find("Pretend that I did it") != nil {
		t.Error("it is offered for what is fixed")
	}
	test.Tap(b.button("Use my real home"))
}
