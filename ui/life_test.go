package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

func (f *fake) clock() time.Time {
	if f.now.IsZero() {
		return evening
	}
	return f.now
}

func (f *fake) Remind(_ context.Context, id string, day time.Time) error {
	f.alter(id, func(f *checks.Finding) { f.Remind = day })
	f.note("remind %s %s", id, day.Format(time.DateOnly)) // last: whoever waits for it looks at the feed next
	return nil
}

func (f *fake) Told(_ context.Context, id string) error {
	f.alter(id, func(x *checks.Finding) { x.Told = f.clock() })
	f.note("told %s", id)
	return nil
}

// alter changes one finding in the feed.
func (f *fake) alter(id string, change func(*checks.Finding)) {
	s := f.feed.Latest()
	s.Findings = slices.Clone(s.Findings)
	for i := range s.Findings {
		if s.Findings[i].ID == id {
			change(&s.Findings[i])
		}
	}
	f.feed.Set(s)
}

// living is the family with one finding as the test wants it.
func living(id string, change func(*checks.Finding)) rounds.Snapshot {
	p := &fake{}
	p.feed.Set(family())
	p.alter(id, change)
	return p.feed.Latest()
}

func TestTheLifeOfAFindingLooksLikeThis(t *testing.T) {
	later := living("f-1", func(f *checks.Finding) { f.Remind = checks.InDays(evening, 3) })
	onlyLater := calmHome()
	onlyLater.Findings = later.Findings[:1]
	due := living("f-1", func(f *checks.Finding) { f.Remind = checks.InDays(evening, 0) })
	waits := living("f-1", func(f *checks.Finding) { f.First, f.Told = evening.AddDate(0, 0, -3), time.Time{} })
	back := living("f-2", func(f *checks.Finding) {
		f.First, f.CameBack, f.Told = evening.AddDate(0, 0, -30), evening.AddDate(0, 0, -1), evening
	})
	backProofs := []rounds.Proof{
		{At: evening.AddDate(0, 0, -1), After: true},
		{At: evening.AddDate(0, 0, -20), Before: true},
		{At: evening.AddDate(0, 0, -21), Before: true, After: true},
	}
	card := func(id string) func(*bench) { return func(b *bench) { b.openFinding(id) } }
	for _, tt := range []struct {
		name   string
		s      rounds.Snapshot
		proofs []rounds.Proof
		dark   bool
		down   bool // the end of the card
		do     func(*bench)
		says   []string
	}{
		{name: "life-later", s: later, do: card("f-1"), says: []string{"We remind you on 15 November 2026.", "Until 15 November 2026", "Put it back on the list"}},
		{name: "life-later-dark", s: later, dark: true, do: card("f-1")},
		{name: "life-later-ask", s: family(), do: func(b *bench) { b.openFinding("f-1"); test.Tap(b.button("Remind me")) }, says: []string{"In 3 days, 15 November 2026"}},
		{name: "life-due", s: due, do: card("f-1"), says: []string{"You wanted to be reminded."}},
		{name: "life-waits", s: waits, do: card("f-1"), says: []string{"Seen 3 days ago. No time now? Press Remind me."}},
		{name: "life-back", s: back, proofs: backProofs, do: card("f-2"), says: []string{"It was fixed before and came back on 11 November 2026."}},
		{name: "life-back-proof", s: back, proofs: backProofs, down: true, do: card("f-2")},
		{
			name: "life-fixed", s: family(), proofs: []rounds.Proof{{At: evening.AddDate(0, 0, -1), Before: true}}, do: card("f-5"),
			says: []string{"Fixed on 11 November 2026"},
		},
		{name: "life-home-later", s: later, do: func(*bench) {}, says: []string{"2 things to do", "1 thing is for later"}},
		{name: "life-home-only-later", s: onlyLater, do: func(*bench) {}, says: []string{"Nothing to do right now", "1 thing is for later"}},
		{name: "life-home-due", s: due, do: func(*bench) {}, says: []string{"Fix today · You wanted to be reminded."}},
		{name: "life-home-waits", s: waits, do: func(*bench) {}, says: []string{"Fix today · Seen 3 days ago."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{proofs: tt.proofs}
			p.feed.Set(tt.s)
			variant := theme.VariantLight
			if tt.dark {
				variant = theme.VariantDark
			}
			b := open(t, p, true, variant)
			tt.do(b)
			if tt.proofs != nil {
				b.shown("Before and after")
			}
			if b.settle(); tt.down {
				b.todo.card.scroll.ScrollToBottom()
			}
			b.shot(tt.name)
			for _, want := range tt.says {
				b.says(want)
			}
		})
	}
}

// shown waits until the window says something.
func (b *bench) shown(want string) {
	b.t.Helper()
	b.until(func() bool {
		return slices.ContainsFunc(b.texts(), func(s string) bool { return strings.Contains(s, want) })
	})
}

func TestAFindingIsPutOffAndTakenBack(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	test.Tap(b.button("Remind me"))
	test.Tap(b.button("Cancel"))
	if len(p.calls) != 0 {
		t.Fatalf("cancel called %q", p.calls)
	}
	b.todo.remind("f-1")
	keys := func(names ...fyne.KeyName) { // by the keyboard alone: the day is where it begins
		for _, k := range names {
			b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
		}
	}
	keys(fyne.KeySpace, fyne.KeyDown, fyne.KeyReturn)
	test.Tap(b.button("Remind me")) // that of the question, which lies over the card's
	b.until(func() bool { return p.called("remind f-1 2026-11-19") })
	b.take(p.feed.Latest())
	if len(b.now.open) != 2 || len(b.now.later) != 1 || b.now.state["cam"] != parts.Later {
		t.Errorf("%d things are to be done, %d later, and the camera stands %+v; want 2, 1 and later", len(b.now.open), len(b.now.later), b.now.state["cam"])
	}
	at := func(name string) int {
		return slices.IndexFunc(b.todo.rows, func(r todoRow) bool { return r.name == name && r.id == "" })
	}
	if at("Later") < at("Could not check") || at("Later") > at("Accepted by you") || at("Fix today") >= 0 {
		t.Errorf("the list is %+v, want the camera under Later, after what is to be done", b.todo.rows)
	}
	test.Tap(b.button("Put it back on the list"))
	b.until(func() bool { return p.called("remind f-1 0001-01-01") })
	b.take(p.feed.Latest())
	if len(b.now.open) != 3 || len(b.now.later) != 0 {
		t.Errorf("%d things are to be done, %d later; want 3 and none", len(b.now.open), len(b.now.later))
	}
}

func TestAReminderComesWithItsDay(t *testing.T) {
	p := &fake{now: evening}
	p.feed.Set(living("f-1", func(f *checks.Finding) { f.Remind = checks.InDays(evening, 1) }))
	b := open(t, p, true, theme.VariantLight)
	b.says("2 things to do")
	p.now = evening.Add(time.Hour)
	b.turn()
	b.says("2 things to do")
	p.now = checks.InDays(evening, 1)
	b.turn()
	b.says("3 things to do")
	b.says("You wanted to be reminded.")
}

func TestThatAFindingWaitsIsToldOnOneDay(t *testing.T) {
	p := &fake{now: evening}
	p.feed.Set(living("f-1", func(f *checks.Finding) { f.Told = time.Time{} }))
	b := open(t, p, true, theme.VariantLight)
	b.says("Seen 9 days ago.")
	b.until(func() bool { return p.called("told f-1") })
	b.take(p.feed.Latest())
	b.openFinding("f-1")
	b.says("Seen 9 days ago.")
	p.now = evening.AddDate(0, 0, 1)
	b.turn()
	for _, s := range b.texts() {
		if strings.Contains(s, "days ago") {
			t.Errorf("the day after, the window still says %q", s)
		}
	}
	if n := len(p.calls); n != 1 {
		t.Errorf("got calls %q, want one", p.calls)
	}
}

func TestOneLookAtATime(t *testing.T) {
	p := &fake{}
	walking := family()
	walking.Phase = rounds.Checking
	p.feed.Set(walking)
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	if !b.button("Check again").Disabled() {
		t.Error("Check again can be pressed during a round")
	}
	b.take(family())
	if b.button("Check again").Disabled() {
		t.Error("Check again cannot be pressed after the round")
	}
	looked, goOn := make(chan struct{}), make(chan struct{})
	p.again = func(string) (checks.Finding, error) { close(looked); <-goOn; return family().Findings[0], nil }
	test.Tap(b.button("Check again"))
	<-looked
	b.openFinding("f-2")
	if !b.button("Check again").Disabled() {
		t.Error("two findings can be looked at at once")
	}
	b.look() // it waits
	if p.called("walk") {
		t.Error("a round began during a look at one finding")
	}
	close(goOn)
	b.until(func() bool { return b.stop == nil })
	if !p.called("walk") {
		t.Error("the round did not begin after the look")
	}
}

func TestAfterARoundTheCardShowsItsProof(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	p.mu.Lock()
	p.proofs = []rounds.Proof{{At: evening.Add(time.Hour), Before: true}}
	p.mu.Unlock()
	b.take(living("f-1", func(f *checks.Finding) { f.Fixed = evening.Add(time.Hour) }))
	b.shown("12 November 2026, 19:30. Before: the factory password worked. Now: it does not.")
	b.says("Fixed on 12 November 2026")
}

func TestTheCardFitsASmallWindow(t *testing.T) {
	p := &fake{}
	p.feed.Set(living("f-1", func(f *checks.Finding) { f.Remind = checks.InDays(evening, 3) }))
	b := open(t, p, true, theme.VariantLight)
	b.openFinding("f-1")
	if got := b.win.Canvas().Content().MinSize(); got.Width > 900 {
		t.Errorf("the window wants to be %v wide", got.Width)
	}
}
