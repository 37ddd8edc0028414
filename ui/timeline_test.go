package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// A story is what the fake says about the past.
type story struct {
	changes []rounds.Change // newest first
	level   func(at time.Time) rounds.Level
	fail    error
	asked   []rounds.Filter
	pages   int // how many were asked for
}

func (f *fake) Timeline(_ context.Context, want rounds.Filter, from rounds.Mark, most int) (rounds.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.story.asked = append(f.story.asked, want)
	f.story.pages++
	if f.story.fail != nil {
		return rounds.Page{}, f.story.fail
	}
	var page rounds.Page
	for i, c := range f.story.changes {
		at := rounds.Mark{At: c.At, ID: int64(len(f.story.changes) - i)}
		switch {
		case want.Device != "" && c.Device != want.Device, want.What != nil && !slices.Contains(want.What, c.What),
			c.At.Before(want.Since), !want.Until.IsZero() && !c.At.Before(want.Until), from.ID != 0 && at.ID >= from.ID:
		case len(page.Changes) == most:
			page.More = true
			return page, nil
		default:
			page.Changes, page.Next = append(page.Changes, c), at
		}
	}
	return page, nil
}

func (f *fake) Levels(_ context.Context, moments []time.Time) ([]rounds.Level, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []rounds.Level
	for _, m := range moments {
		if f.story.level != nil {
			out = append(out, f.story.level(m))
		}
	}
	return out, f.story.fail
}

// chronicle is what happened in the family's home.
func chronicle() story {
	at := func(days int, clock string) time.Time {
		t, _ := time.Parse("15:04", clock)
		return evening.Truncate(24*time.Hour).AddDate(0, 0, -days).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	return story{
		changes: []rounds.Change{
			{At: at(0, "18:30"), What: rounds.FindingNew, Device: "box", Finding: "f-2"},
			{At: at(0, "18:30"), What: rounds.FindingNew, Device: "router", Finding: "f-3"},
			{At: at(0, "18:29"), What: rounds.DeviceNew, Device: "box"},
			{At: at(1, "20:04"), What: rounds.FindingFixed, Device: "nas", Finding: "f-5"},
			{At: at(1, "19:40"), What: rounds.FirmwareChanged, Device: "nas", Old: "DSM 7.2.1-69057", New: "DSM 7.2.2-72806"},
			{At: at(2, "18:31"), What: rounds.DeviceGone, Device: "phone"},
			{At: at(5, "18:30"), What: rounds.AddressChanged, Device: "printer", Old: "192.168.1.9", New: "192.168.1.12"},
			{At: at(6, "18:30"), What: rounds.DeviceBack, Device: "speaker"},
			{At: at(7, "08:12"), What: rounds.DeviceGone, Device: "speaker"},
			{At: at(8, "18:45"), What: rounds.FindingAccepted, Device: "tv", Finding: "f-4", New: "It is replaced in May"},
			{At: at(9, "18:30"), What: rounds.FindingBack, Device: "cam", Finding: "f-1"},
			{At: at(9, "18:30"), What: rounds.FindingNew, Device: "tv", Finding: "f-4"},
			{At: at(9, "18:30"), What: rounds.DeviceNew, Device: "cam"},
			{At: at(40, "18:30"), What: rounds.FindingFixed, Device: "cam", Finding: "f-1"},
			{At: at(41, "18:30"), What: rounds.FindingNew, Device: "cam", Finding: "f-1"},
			{At: at(300, "18:30"), What: rounds.FindingNew, Device: "thrown-away", Finding: "f-gone"},
			{At: at(300, "18:30"), What: rounds.DeviceNew, Device: "thrown-away"},
		},
		level: func(m time.Time) rounds.Level {
			days := int(evening.Sub(m).Hours() / 24)
			l := rounds.Level{At: m, Seen: m.Add(-4 * time.Hour), Devices: 12 - days/60 - days%3/2, Open: 3 + days/90 - days%50/30}
			switch {
			case days > 320: // before the first round
				return rounds.Level{At: m}
			case days > 120 && days < 170, days > 15 && days < 22: // a summer away, and an autumn week
				l.Seen = m.AddDate(0, 0, -12)
			}
			return l
		},
	}
}

// remembering is a home with a past.
func remembering() *fake {
	p := &fake{story: chronicle()}
	s := family()
	for i := range s.Devices {
		if s.Devices[i].ID == "router" {
			s.Devices[i].FirstSeen = evening.AddDate(-2, -1, 0)
		}
	}
	p.feed.Set(s)
	return p
}

// openTimeline opens the timeline and waits until it is read.
func (b *bench) openTimeline() {
	b.t.Helper()
	b.open(b.timeline)
	b.reads()
}

// reads waits until nothing is being read.
func (b *bench) reads() {
	b.t.Helper()
	b.until(func() bool { return b.timeline.known && !b.timeline.asking })
}

// wants waits for what was asked by a control of the timeline.
func (b *bench) wants(kind, device, when int) {
	b.t.Helper()
	b.timeline.device.Choose(device)
	b.timeline.when.Choose(when)
	b.timeline.kinds.Pick(kind)
	b.timeline.again()
	b.reads()
}

func TestTheTimelineLooksLikeThis(t *testing.T) {
	young := remembering()
	young.story = story{}
	young.feed.Set(rounds.Snapshot{Home: rounds.Home{ID: 1, Name: "Our home"}})
	broken := remembering()
	broken.story.fail = errors.New("disk")
	usual := func(b *bench) { b.openTimeline() }
	cam := func(b *bench) int { return slices.Index(b.timeline.ids, discovery.DeviceID("cam")) }
	for _, tt := range []struct {
		name string
		p    *fake
		lang string
		dark bool
		size fyne.Size // windowSize, if it is zero
		do   func(*bench)
	}{
		{name: "timeline", p: remembering(), do: usual},
		{name: "timeline-dark", p: remembering(), dark: true, do: usual},
		{name: "timeline-ru", p: remembering(), lang: "ru", do: usual},
		{name: "timeline-small", p: remembering(), size: fyne.NewSize(900, 600), do: usual},
		{name: "timeline-month", p: remembering(), do: func(b *bench) { usual(b); b.wants(0, 0, 0) }},
		{name: "timeline-all", p: remembering(), do: func(b *bench) { usual(b); b.wants(0, 0, 2) }},
		{name: "timeline-device", p: remembering(), do: func(b *bench) { usual(b); b.wants(0, cam(b), 1) }},
		{name: "timeline-none", p: remembering(), do: func(b *bench) { usual(b); b.wants(3, cam(b), 0) }},
		{name: "timeline-first", p: young, do: usual},
		{name: "timeline-loading", p: remembering(), do: func(b *bench) { b.open(b.timeline) }},
		{name: "timeline-walking", p: young, do: func(b *bench) { usual(b); b.stop = func() {}; b.refresh() }},
		{name: "timeline-error", p: broken, do: usual},
		{name: "device-history", p: remembering(), do: func(b *bench) {
			b.openDevice("cam")
			b.until(func() bool { return b.device.past.id == "cam" })
			b.settle()
			b.device.content.ScrollToBottom()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			variant := theme.VariantLight
			if tt.dark {
				variant = theme.VariantDark
			}
			b := openIn(t, max(tt.lang, "en"), tt.p, true, variant)
			tt.do(b)
			if tt.size.IsZero() {
				tt.size = windowSize
			}
			b.shotOf(tt.name, tt.size)
		})
	}
}

func TestTheTimelineOpensWhatALineIsAbout(t *testing.T) {
	b := open(t, remembering(), true, theme.VariantLight)
	b.openTimeline()
	at := func(what string) int {
		return slices.IndexFunc(b.timeline.rows, func(r timelineRow) bool { return r.change >= 0 && b.timeline.changes[r.change].What == what })
	}
	b.timeline.list.Select(at(rounds.FindingNew))
	if b.page != page(b.todo) || b.todo.chosen != "f-2" {
		t.Errorf("a finding opened %s %s", b.page.key(), b.todo.chosen)
	}
	b.openTimeline()
	b.timeline.list.Select(at(rounds.DeviceGone))
	if b.page != page(b.device) || b.device.id != "phone" {
		t.Errorf("a device opened %s %s", b.page.key(), b.device.id)
	}
	test.Tap(b.button("Timeline"))
	if b.page != page(b.timeline) {
		t.Errorf("the way back led to %s", b.page.key())
	}
	b.reads()
	b.timeline.list.Select(0) // the head of the day
	if b.page != page(b.todo) {
		t.Errorf("the head of a day opened %s", b.page.key())
	}
}

func TestTheTimelineAsksForWhatTheUserWants(t *testing.T) {
	p := remembering()
	b := open(t, p, true, theme.VariantLight)
	b.openTimeline()
	last := func() rounds.Filter { return p.story.asked[len(p.story.asked)-1] }
	if f := last(); f.Device != "" || f.What != nil || !f.Since.Equal(time.Date(2025, 11, 12, 0, 0, 0, 0, time.UTC)) || !f.Until.IsZero() {
		t.Errorf("at first it asks for %+v", f)
	}
	var years []string
	for _, s := range b.timeline.spans[3:] {
		years = append(years, s.words)
	}
	if got := strings.Join(years, " "); got != "2026 2025 2024" {
		t.Errorf("it offers the years %s", got)
	}
	b.wants(2, slices.Index(b.timeline.ids, discovery.DeviceID("phone")), 4)
	want := rounds.Filter{
		Device: "phone", What: []string{rounds.DeviceGone, rounds.DeviceBack},
		Since: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if f := last(); fmt.Sprint(f) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", f, want)
	}
	b.settle()
	test.Tap(b.button("Show everything"))
	b.reads()
	b.settle()
	b.timeline.list.ScrollToBottom()
	b.says("Found: A device from earlier")
	for _, s := range b.timeline.spans {
		if n := len(rounds.Midnights(s.since, evening, s.days)); s.since.IsZero() == (n < rounds.MaxLevels) {
			t.Errorf("%s: %d moments", s.words, n)
		}
	}
}

func TestSeeAllShowsThePastOfTheDevice(t *testing.T) {
	p := remembering()
	b := open(t, p, true, theme.VariantLight)
	b.openDevice("cam")
	b.until(func() bool { return b.device.past.id == "cam" })
	b.settle()
	b.says("Hall camera is new.")
	test.Tap(b.button("See all"))
	b.reads()
	if f := p.story.asked[len(p.story.asked)-1]; f.Device != "cam" || !f.Since.IsZero() {
		t.Errorf("See all asks for %+v", f)
	}
}

func TestTheTimelineReadsOnWhileTheUserScrolls(t *testing.T) {
	p := remembering()
	p.story.changes = nil
	for i := range 5000 {
		p.story.changes = append(p.story.changes, rounds.Change{
			At: evening.Add(-time.Duration(i) * time.Hour), What: []string{rounds.DeviceGone, rounds.DeviceBack}[i%2], Device: "phone",
		})
	}
	b := open(t, p, true, theme.VariantLight)
	b.openTimeline()
	b.wants(0, 0, 2)
	b.settle()
	if n := len(b.timeline.changes); n > 3*pageOfChanges {
		t.Errorf("%d changes are read before anybody scrolls", n)
	}
	for len(b.timeline.changes) < 500 {
		had := len(b.timeline.changes)
		b.timeline.list.ScrollToBottom()
		b.until(func() bool { return len(b.timeline.changes) > had })
		b.reads()
	}
	for i, c := range b.timeline.changes {
		if c != p.story.changes[i] {
			t.Fatalf("change %d is %+v, want %+v", i, c, p.story.changes[i])
		}
	}

	p.mu.Lock()
	p.story.fail = errors.New("disk")
	p.mu.Unlock()
	for b.timeline.trouble == "" {
		b.timeline.list.ScrollToBottom()
		b.until(func() bool { return !b.timeline.asking })
		b.timeline.older()
		b.until(func() bool { return !b.timeline.asking })
	}
	b.timeline.list.ScrollToBottom()
	b.settle()
	b.says("Try again")
	had := len(b.timeline.changes)
	p.mu.Lock()
	p.story.fail = nil
	p.mu.Unlock()
	b.timeline.list.Select(len(b.timeline.rows) - 1)
	b.until(func() bool { return len(b.timeline.changes) > had })
}

func TestARoundBringsTheTimelineUpToDate(t *testing.T) {
	p := remembering()
	b := open(t, p, true, theme.VariantLight)
	b.openTimeline()
	p.mu.Lock()
	p.story.changes = append([]rounds.Change{{At: evening.Add(time.Minute), What: rounds.DeviceBack, Device: "phone"}}, p.story.changes...)
	p.mu.Unlock()
	s := p.feed.Latest()
	b.take(s)
	if b.timeline.asking {
		t.Error("the same picture is read anew")
	}
	s.Round, s.Finished = 4, evening.Add(time.Minute)
	b.take(s)
	b.reads()
	b.settle()
	b.says("Mia's phone is back.")
}

func TestTheTimelineNeverShowsThePastOfAnotherHome(t *testing.T) {
	p := remembering()
	b := open(t, p, true, theme.VariantLight)
	b.openTimeline()
	b.wants(5, 2, 0)
	b.timeline.read(pageOfChanges) // on its way while the home changes
	whole := func() int {          // how often all was asked for
		p.mu.Lock()
		defer p.mu.Unlock()
		n := 0
		for _, f := range p.story.asked {
			if f.Device == "" && f.What == nil {
				n++
			}
		}
		return n
	}
	before := whole()
	s := p.feed.Latest()
	s.Home.ID, s.Devices, s.Findings = 2, nil, nil
	b.take(s)
	if len(b.timeline.rows) > 0 {
		t.Errorf("%d lines of the other home are shown", len(b.timeline.rows))
	}
	b.says("One moment…")
	b.reads()
	if whole() == before {
		t.Errorf("the new home is asked for %+v", p.story.asked)
	}
}

func TestEveryChangeHasWordsAndAFace(t *testing.T) {
	b := open(t, remembering(), true, theme.VariantLight)
	seen := map[string]string{}
	for _, what := range rounds.Whats() {
		c := &rounds.Change{What: what, Device: "cam", Finding: "f-1", Old: "1", New: "2"}
		icon, _ := b.now.face(c)
		if other := seen[icon]; other != "" {
			t.Errorf("%s looks like %s", what, other)
		}
		seen[icon] = what
		if said := b.words.Change(what, "", "", "", ""); missing.MatchString(said) || said == "" {
			t.Errorf("%s: %q", what, said)
		}
		if !slices.ContainsFunc(shows, func(s struct {
			key  string
			what []string
		},
		) bool {
			return slices.Contains(s.what, what)
		}) {
			t.Errorf("no word picks %s", what)
		}
	}
}

var (
	_ fyne.Accessible = (*parts.Chart)(nil)
	_ fresher         = (*timelinePage)(nil)
	_ fresher         = (*devicePage)(nil)
)

// Years of history have to be as quick to scroll as a day.
func BenchmarkScrollAYearOfTimeline(b *testing.B) {
	p := remembering()
	for i := range 20_000 {
		p.story.changes = append(p.story.changes, rounds.Change{At: evening.Add(-time.Duration(i) * time.Hour), What: rounds.FindingNew, Device: "cam", Finding: "f-1"})
	}
	app := test.NewTempApp(b)
	app.Settings().SetTheme(look2{})
	catalog, err := text.Open("en")
	if err != nil {
		b.Fatal(err)
	}
	w := newWindow(app, p, catalog, rounds.Settings{}, true, func(func()) {}, p.clock) // no answer comes
	b.Cleanup(w.win.Close)
	w.take(p.feed.Latest())
	w.open(w.timeline)
	w.win.Resize(windowSize)
	t := w.timeline
	t.changes, t.rows = p.story.changes, nil
	t.build()
	b.Run("scroll", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			t.list.ScrollToOffset(float32(i%20_000) * 40)
		}
	})
	b.Run("read on", func(b *testing.B) {
		for b.Loop() {
			t.rows = t.rows[:len(t.rows)-pageOfChanges]
			t.build()
		}
	})
}
