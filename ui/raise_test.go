package ui

import (
	"testing"

	"fyne.io/fyne/v2/theme"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// TestWhoIsAskedComesToTheFrontWithTheCard asks the window, as a second start and a notice do.
func TestWhoIsAskedComesToTheFrontWithTheCard(t *testing.T) {
	p := &fake{}
	p.feed.Set(rounds.Snapshot{
		Home: rounds.Home{ID: 1}, Phase: rounds.Done, Complete: true, Started: evening, Finished: evening,
		Devices:  []discovery.Device{{ID: "d-1", Name: "Hall", Present: true, LastSeen: evening}},
		Findings: []checks.Finding{{ID: "f-1", Device: "d-1", Kind: "telnet-open", Severity: checks.Week, First: evening}},
	})
	b := openIn(t, "en", p, true, theme.VariantLight)
	raise := func(card string) string {
		t.Helper()
		b.Raise(card)
		b.until(func() bool { return len(b.queue) == 0 })
		return b.page.key()
	}
	for _, tt := range []struct{ card, want string }{
		{"", "home"}, {"f-1", "todo"}, {"d-1", "device"}, {"f-2", "device"}, {"\x1b<b>$(calc)", "device"}, {"f-1", "todo"},
	} {
		if got := raise(tt.card); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.card, got, tt.want)
		}
	}
	if b.todo.chosen != "f-1" || b.device.id != "d-1" {
		t.Errorf("got %q and %q", b.todo.chosen, b.device.id)
	}
	b.tell("Something went wrong.")
	if got := raise("d-1"); got != "todo" {
		t.Errorf("a question is open: got %s", got)
	}
	b.answer()
	b.greet()
	b.Raise("d-1")
	b.until(func() bool { return len(b.queue) == 0 })
	if b.page != nil {
		t.Error("the welcome went away")
	}
}
