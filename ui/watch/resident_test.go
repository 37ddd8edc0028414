package watch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/ui/system"
)

// resident is one without a desktop.
func resident(t *testing.T, w *world) (r *Resident, opened *[]string) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	var cards []string
	r = &Resident{
		Watcher: w.watcher(t),
		ChangeSettings: func(_ context.Context, change func(*rounds.Settings)) (rounds.Settings, error) {
			change(&w.set)
			return w.set, nil
		},
		Open: func(card string) error { cards = append(cards, card); return nil },
	}
	r.wake = make(chan bool, 1)
	r.quit = func() {}
	r.menu(t.Context())
	return r, &cards
}

func TestTheTraySaysHowThingsStand(t *testing.T) {
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}}
	r, _ := resident(t, w)
	for _, tt := range []struct {
		s     Status
		lines [3]string // the result, what comes next, and the pause
	}{
		{Status{}, [3]string{"Nobody has looked around yet.", "No look around is planned.", "Pause until tomorrow"}},
		{Status{Result: "All good.", Last: noon, Next: noon}, [3]string{"All good. Last look around", "Next look around: 1 June 2026", "Pause until tomorrow"}},
		{Status{Result: "All good.", Last: noon, Next: noon, Paused: true}, [3]string{"All good.", "Paused until 1 June 2026", "Go on"}},
		{Status{Result: "All good.", Last: noon, Next: noon, Hold: HoldBattery}, [3]string{"All good.", "Waiting: this computer runs on its battery.", "Pause until tomorrow"}},
		{Status{Result: "All good.", Last: noon, Walking: true}, [3]string{"All good.", "Looking around now.", "Pause until tomorrow"}},
	} {
		r.show(tt.s)
		for i, item := range []*system.Item{r.result, r.next, r.pause} {
			if !strings.HasPrefix(item.Title, tt.lines[i]) {
				t.Errorf("%+v: got %q, want %q", tt.s, item.Title, tt.lines[i])
			}
		}
	}
}

func TestTheTraySpeaksTheLanguageThatWasChosen(t *testing.T) {
	w := &world{now: noon, set: rounds.Settings{Language: "pt-BR"}}
	r, _ := resident(t, w)
	r.Speak = func(language string) (*text.Catalog, error) { return text.Open(language) }
	r.Show = r.show
	if err := r.Tick(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for item, want := range map[*system.Item]string{r.result: "Ninguém deu uma olhada ainda.", r.look: "Dar uma olhada", r.stop: "Sair"} {
		if item.Title != want {
			t.Errorf("got %q, want %q", item.Title, want)
		}
	}
}

func TestWhatTheUserDoesInTheTrayAndOnANotice(t *testing.T) {
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}}
	r, opened := resident(t, w)
	r.look.Do()
	if look := <-r.wake; !look {
		t.Error("nobody looks around")
	}
	r.pause.Do()
	<-r.wake
	if at := w.set.Paused; time.Until(at) <= 0 || time.Until(at) > 48*time.Hour || at.Hour() != 10 {
		t.Errorf("paused until %s", at)
	}
	r.show(Status{Paused: true})
	r.pause.Do()
	<-r.wake
	if !w.set.Paused.IsZero() {
		t.Errorf("paused until %s", w.set.Paused)
	}
	r.opens, r.mutes = "f-1", rounds.NoticeToday
	r.open.Do() // as good as a click on the notice, once
	r.open.Do()
	r.opens = "d-1"
	r.acted(t.Context(), system.ActionShow)
	if !slices.Equal(*opened, []string{"f-1", "", "d-1"}) {
		t.Errorf("opened %q", *opened)
	}
	r.acted(t.Context(), "nonsense")
	r.acted(t.Context(), system.ActionMute)
	r.acted(t.Context(), system.ActionMute)
	if !slices.Equal(w.set.Mute, []string{rounds.NoticeToday}) {
		t.Errorf("switched off: %q", w.set.Mute)
	}
}

func TestTheWatchEndsWhenItIsAsked(t *testing.T) {
	w := &world{now: noon}
	r, opened := resident(t, w)
	r.opens = "f-1"
	asked := make(chan string, 3)
	r.Asked = func(ctx context.Context, _ time.Duration, heard func(string)) {
		for {
			select {
			case what := <-asked:
				heard(what)
			case <-ctx.Done():
				return
			}
		}
	}
	asked <- "nonsense"
	asked <- system.AskShow // a click on a notice, where the system tells of it by another process
	asked <- system.AskQuit
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if !slices.Equal(*opened, []string{"f-1"}) {
		t.Errorf("opened %q", *opened)
	}
}
