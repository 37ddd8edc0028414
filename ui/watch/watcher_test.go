package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// A world is a computer in a home, with a clock of its own.
type world struct {
	now      time.Time
	set      rounds.Settings
	network  func(time.Time) string // "home", "work", or ""
	battery  func(time.Time) bool
	metered  func(time.Time) bool
	others   bool  // somebody else walks
	fails    error // why rounds fail
	takes    time.Duration
	memory   string
	devices  []discovery.Device
	findings []checks.Finding
	sight    Sight

	walked  []rounds.Summary
	lights  []time.Time
	asked   int // Whereabouts
	tellErr error
	told    []string
	opens   []string
	shown   []Status
	metersd int // how often Metered was asked
}

func (w *world) Settings(context.Context) (rounds.Settings, error) { return w.set, nil }

func (w *world) Network() string {
	if w.network == nil {
		return "home"
	}
	return w.network(w.now)
}

func (w *world) Whereabouts(context.Context) (rounds.Whereabouts, error) {
	w.asked++
	return rounds.Whereabouts{Network: rounds.HomeNetwork{Key: "key of " + w.Network()}}, nil
}

var home = rounds.Home{ID: 1, Name: "Home", Consented: noon}

func (w *world) HomeOn(_ context.Context, key string) (rounds.Home, bool, error) {
	return home, key == "key of home", nil
}

func (w *world) LastHome(context.Context) (rounds.Home, bool, error) { return home, true, nil }

func (w *world) LastRounds(context.Context, rounds.HomeID) (newest, whole rounds.Summary, err error) {
	for _, s := range slices.Backward(w.walked) {
		if newest.Round == 0 {
			newest = s
		}
		if s.Complete {
			return newest, s, nil
		}
	}
	return newest, whole, nil
}

func (w *world) Picture(context.Context, rounds.HomeID) (rounds.Snapshot, error) {
	s := rounds.Snapshot{Home: home, Devices: slices.Clone(w.devices), Findings: slices.Clone(w.findings)}
	if n := len(w.walked); n > 0 {
		last := w.walked[n-1]
		s.Round, s.Started, s.Finished, s.Complete = last.Round, last.Started, last.Finished, last.Complete
	}
	return s, nil
}

func (w *world) Walking() bool { return w.others }

func (w *world) Remembered(context.Context) (string, error) { return w.memory, nil }

func (w *world) Remember(_ context.Context, memory string) error {
	w.memory = memory
	return nil
}

// walk walks a round.
func (w *world) walk(complete bool) {
	begin := w.now
	w.now = w.now.Add(w.takes)
	w.walked = append(w.walked, rounds.Summary{Round: int64(len(w.walked) + 1), Started: begin, Finished: w.now, Complete: complete})
}

// watcher is one that lives in the world.
func (w *world) watcher(t *testing.T) *Watcher {
	t.Helper()
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	never := func(time.Time) bool { return false }
	if w.battery == nil {
		w.battery = never
	}
	if w.metered == nil {
		w.metered = never
	}
	return &Watcher{
		Program: w, Words: words, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
		Battery: func(context.Context) bool { return w.battery(w.now) },
		Metered: func(context.Context) bool { w.metersd++; return w.metered(w.now) },
		Walk: func(context.Context) error {
			if w.fails != nil {
				return w.fails
			}
			w.walk(true)
			return nil
		},
		Look: func(context.Context) (Sight, error) {
			w.lights = append(w.lights, w.now)
			return w.sight, nil
		},
		Tell: func(_ context.Context, title string, body []string, opens, _ string) error {
			if w.tellErr == nil {
				w.told = append(w.told, title+": "+strings.Join(body, " / "))
				w.opens = append(w.opens, opens)
			}
			return w.tellErr
		},
		Show: func(s Status) { w.shown = append(w.shown, s) },
	}
}

// live lets time go by, a look at the clock every half minute.
func (w *world) live(t *testing.T, watch *Watcher, d time.Duration) {
	t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(poll) {
		_ = watch.Tick(t.Context(), false)
	}
}

// TestAYearOfWatching lets a computer live through a year: it sleeps, stands open in other places, runs on its battery
// or by telephone, is switched off and on, somebody sets its clock back and forth, summer time comes and goes, and the
// user pauses. No round is missed that should have run, and none runs that should not.
func TestAYearOfWatching(t *testing.T) {
	t.Parallel()
	const step = time.Minute // a look at the clock may be that late
	for _, tt := range []struct {
		zone  string
		every string
		hour  int
	}{{"Europe/Berlin", rounds.Daily, 2}, {"Australia/Lord_Howe", rounds.Weekly, 10}} {
		begin := time.Date(2026, 1, 1, 12, 0, 0, 0, place(t, tt.zone))
		var w *world
		day := func(at time.Time) int { return at.YearDay() }
		asleep := func(at time.Time) bool {
			return day(at)%9 == 3 || at.Hour() >= 19 || at.Hour() < 1 || day(at)%5 == 1 && at.Hour() < 16 || at.Hour() == 4
		}
		w = &world{
			now: begin, set: rounds.Settings{Every: tt.every, Hour: tt.hour}, takes: 40 * time.Second,
			network: func(at time.Time) string {
				switch {
				case day(at)%30 > 26, at.Hour() == 11:
					return "work"
				case at.Hour() == 15 && at.Minute() < 2:
					return ""
				}
				return "home"
			},
			battery: func(at time.Time) bool { return day(at)%11 == 4 && at.Hour() < 17 },
			metered: func(at time.Time) bool { return day(at)%13 == 6 },
		}
		w.walk(true)
		watch := w.watcher(t)
		var could time.Time // since when everything has been as it has to be, without a break
		var set bool        // the clock was set, and all that is known of earlier times with it
		for w.now.Before(begin.AddDate(1, 0, 0)) {
			if asleep(w.now) {
				w.now = w.now.Add(10 * time.Minute)
				could = time.Time{}
				continue
			}
			switch at := w.now; {
			case at.Hour() == 13 && at.Minute() == 7 && day(at)%17 == 8:
				watch = w.watcher(t) // it was switched off and on
				could = time.Time{}
			case at.Hour() == 14 && at.Minute() == 7 && day(at)%40 == 5 && !set:
				w.now = at.Add(-3 * time.Hour) // somebody sets the clock back
				could, set = time.Time{}, true
				continue
			case at.Hour() == 17:
				set = false
			}
			if day(w.now)%50 == 20 && w.now.Hour() == 9 {
				w.set.Paused = tomorrow(w.now, tt.hour)
			}
			fine := w.network(w.now) == "home" && !w.battery(w.now) && !w.metered(w.now)
			if !fine {
				could = time.Time{}
			} else if could.IsZero() {
				could = w.now
			}
			last := w.walked[len(w.walked)-1].Started
			due := Due(w.set, last, w.now, fmt.Sprint(home.ID, home.Consented.UnixMilli()))
			n, at := len(w.walked), w.now
			_ = watch.Tick(t.Context(), false)
			switch ran := len(w.walked) > n; {
			case ran && !fine:
				t.Errorf("%s: a round at %s, where none may be", tt.zone, at)
			case ran && due.After(at):
				t.Errorf("%s: a round at %s, which is due at %s", tt.zone, at, due)
			case ran && at.Sub(last) < rest && !last.After(at):
				t.Errorf("%s: a round at %s, and one at %s", tt.zone, at, last)
			case !ran && !due.After(at) && fine && at.Sub(could) > calm+step && at.Sub(watch.metered.at) > askAgain:
				t.Errorf("%s: no round at %s, due at %s", tt.zone, at, due)
			case !ran && !due.After(at) && fine && at.Sub(could) > askAgain+calm+step:
				t.Errorf("%s: no round at %s, due at %s: it waits for what is over", tt.zone, at, due)
			}
			w.now = w.now.Add(step)
		}
		least := 330
		if tt.every == rounds.Weekly {
			least = 50
		}
		if len(w.walked) < least*8/10 {
			t.Errorf("%s: only %d rounds", tt.zone, len(w.walked))
		}
		if len(w.told) > 0 {
			t.Errorf("%s: told %q", tt.zone, w.told)
		}
	}
}

func TestAfterSleepTheNetworkHasToStandForAMinute(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, time.Hour)
	w.now = w.now.Add(30 * time.Hour) // asleep
	wake := w.now
	w.live(t, watch, 5*time.Minute)
	if len(w.walked) != 2 {
		t.Fatalf("%d rounds", len(w.walked))
	}
	if since := w.walked[1].Started.Sub(wake); since < calm || since > calm+poll {
		t.Errorf("a round %s after it woke", since)
	}
}

func TestNeverTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}, others: true}
	watch := w.watcher(t)
	w.live(t, watch, 10*time.Minute)
	if last := w.shown[len(w.shown)-1]; len(w.walked) > 0 || last.Hold != HoldWalking {
		t.Errorf("%d rounds, %+v", len(w.walked), last)
	}
	w.others, w.fails = false, &Waiting{HoldWalking} // the other one was faster
	w.live(t, watch, 10*time.Minute)
	w.fails = nil
	w.live(t, watch, time.Minute)
	if len(w.walked) != 1 || watch.fails > 0 || !watch.told.Failing.IsZero() {
		t.Errorf("%d rounds, %d failed", len(w.walked), watch.fails)
	}
}

func TestNothingHappensElsewhereAndNobodyIsAskedAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily}, network: func(time.Time) string { return "café" }}
	watch := w.watcher(t)
	w.live(t, watch, 24*time.Hour)
	if len(w.walked)+len(w.lights) > 0 || w.asked != 1 {
		t.Errorf("%d rounds, %d light looks, asked where it is %d times", len(w.walked), len(w.lights), w.asked)
	}
	if last := w.shown[len(w.shown)-1]; last.Hold != HoldElsewhere {
		t.Errorf("got %+v", last)
	}
	w.network = nil
	w.metered = func(time.Time) bool { return true }
	w.live(t, watch, 3*time.Hour)
	if len(w.walked) > 0 || w.metersd > 7 {
		t.Errorf("%d rounds where it costs, asked %d times", len(w.walked), w.metersd)
	}
}

func TestWhoComesHomeLooksWhoIsThere(t *testing.T) {
	t.Parallel()
	at := "home"
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Weekly, Hour: 10}, network: func(time.Time) string { return at }}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, time.Hour)
	at = ""
	w.live(t, watch, time.Hour)
	at = "home"
	w.live(t, watch, time.Hour)
	if len(w.lights) > 0 {
		t.Errorf("a light look without another network in between: %s", w.lights)
	}
	at = "work"
	w.live(t, watch, time.Hour)
	at = "home"
	came := w.now
	w.live(t, watch, time.Hour)
	if len(w.lights) != 1 || w.lights[0].Sub(came) < calm || len(w.walked) != 1 {
		t.Errorf("light looks at %s, home at %s, %d rounds", w.lights, came, len(w.walked))
	}
	at = "work"
	w.live(t, watch, time.Hour)
	at, w.sight.Strangers = "home", 1
	w.live(t, watch, time.Hour)
	if len(w.lights) != 2 || len(w.walked) != 2 {
		t.Errorf("a stranger: %d light looks, %d rounds", len(w.lights), len(w.walked))
	}
	for range 10 { // to and fro
		at = "work"
		w.live(t, watch, 5*time.Minute)
		at = "home"
		w.live(t, watch, 5*time.Minute)
	}
	if n := len(w.lights); n > 6 || len(w.walked) > 4 {
		t.Errorf("to and fro for 100 minutes: %d light looks, %d rounds", n, len(w.walked))
	}
	w.set.Every = ""
	n := len(w.lights)
	at = "work"
	w.live(t, watch, time.Hour)
	at = "home"
	w.live(t, watch, time.Hour)
	if len(w.lights) != n {
		t.Error("a light look, and the user wants none")
	}
}

func TestASilentDeviceIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}}
	w.devices = []discovery.Device{old("d-old")}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, 2*time.Minute)
	w.now = time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC)
	lamp := came("d-lamp", time.Date(2026, 6, 2, 10, 5, 0, 0, time.UTC))
	lamp.FoundBy = []string{"neighbors"}
	watch.Walk = func(context.Context) error {
		lamp.FirstSeen = w.now
		w.devices = append(w.devices, lamp)
		w.walk(true)
		return nil
	}
	w.sight.Present = []discovery.DeviceID{"d-old", "d-lamp"}
	w.live(t, watch, 90*time.Minute)
	w.live(t, watch, 30*time.Minute)
	if len(w.walked) != 2 || len(w.lights) != 1 || len(w.told) != 1 || !strings.Contains(w.told[0], "d-lamp") || w.opens[0] != "d-lamp" {
		t.Errorf("light looks at %s, told %q", w.lights, w.told)
	}
	if since := w.lights[0].Sub(lamp.FirstSeen); since < stay || since > stay+time.Minute {
		t.Errorf("looked again after %s", since)
	}
}

func TestFailingRoundsAreTriedLessAndLessAndToldAfterAWeek(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}, devices: []discovery.Device{old("d-old")}}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, 2*time.Minute)
	tries := 0
	watch.Walk = func(context.Context) error {
		tries++
		return &Failed{"No room."}
	}
	w.live(t, watch, 7*24*time.Hour)
	if tries < 24 || tries > 40 || len(w.told) > 0 {
		t.Errorf("%d tries in a week, told %q", tries, w.told)
	}
	again := w.watcher(t) // after a restart
	again.Walk = watch.Walk
	w.live(t, again, 2*24*time.Hour)
	if len(w.told) != 1 || !strings.Contains(w.told[0], "week") {
		t.Errorf("told %q", w.told)
	}
	again.Walk = func(context.Context) error { w.walk(true); return nil }
	w.live(t, again, 24*time.Hour)
	if !again.told.Failing.IsZero() || len(w.told) != 1 {
		t.Errorf("it works again: failing since %s, told %q", again.told.Failing, w.told)
	}
}

func TestARoundThatSomebodyStoppedIsNotBegunAgainAtOnce(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}}
	watch := w.watcher(t)
	w.walk(false)
	w.live(t, watch, 55*time.Minute)
	if len(w.walked) != 1 {
		t.Error("it began again")
	}
	w.live(t, watch, 10*time.Minute)
	if len(w.walked) != 2 {
		t.Error("it never began again")
	}
}

func TestTheUserLooksAroundPausesAndGoesOn(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}, battery: func(time.Time) bool { return true }, devices: []discovery.Device{old("d-old")}}
	watch := w.watcher(t)
	w.live(t, watch, 2*time.Minute)
	if len(w.walked) > 0 || w.shown[len(w.shown)-1].Hold != HoldBattery {
		t.Errorf("%d rounds, %+v", len(w.walked), w.shown)
	}
	_ = watch.Tick(t.Context(), true)
	if len(w.walked) != 1 || len(w.told) != 1 || !strings.HasPrefix(w.told[0], "We looked around: Nothing to fix so far.") {
		t.Errorf("%d rounds, told %q", len(w.walked), w.told)
	}
	watch.Walk = func(context.Context) error { return &Failed{"No room."} }
	_ = watch.Tick(t.Context(), true)
	watch.Walk = func(context.Context) error { return errors.New("killed") }
	_ = watch.Tick(t.Context(), true)
	watch.Walk = func(context.Context) error { return &Waiting{HoldWalking} } // it began just now
	_ = watch.Tick(t.Context(), true)
	w.others = true
	_ = watch.Tick(t.Context(), true)
	if got := strings.Join(w.told[1:], "\n"); !strings.Contains(got, "No room.") || len(w.told) != 5 || !strings.Contains(w.told[3], "Another Porchlight") || w.told[4] != w.told[3] {
		t.Errorf("told %q", w.told)
	}
	w.others, w.battery = false, func(time.Time) bool { return false }
	w.set.Paused = tomorrow(w.now, w.set.Hour)
	w.live(t, watch, 20*time.Hour)
	last := w.shown[len(w.shown)-1]
	if len(w.walked) != 1 || !last.Paused || !last.Next.Equal(time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)) && last.Next.Before(w.set.Paused) {
		t.Errorf("%d rounds, %+v", len(w.walked), last)
	}
	if result, next := last.Lines(watch.Words); !strings.Contains(result, "Last look around") || !strings.HasPrefix(next, "Paused until 2 June 2026") {
		t.Errorf("got %q, %q", result, next)
	}
}

func TestANoticeThatCouldNotBeShownIsShownLater(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}, devices: []discovery.Device{old("d-old")}}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, 2*time.Minute)
	watch.Walk = func(context.Context) error {
		w.findings = []checks.Finding{found("f-1", checks.Today)}
		w.walk(true)
		return nil
	}
	w.tellErr = errors.New("nothing shows notes here")
	w.live(t, watch, 24*time.Hour)
	if len(w.walked) != 2 || len(w.told) > 0 {
		t.Fatalf("%d rounds, told %q", len(w.walked), w.told)
	}
	w.tellErr = nil
	w.live(t, watch, 20*time.Minute)
	if len(w.told) != 1 || w.opens[0] != "f-1" {
		t.Errorf("told %q", w.told)
	}
	w.live(t, watch, 24*time.Hour)
	if len(w.told) != 1 {
		t.Errorf("told %q", w.told)
	}
}

func TestWhatTheUserDidMeanwhileCounts(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10, QuietFrom: 9 * 60, QuietUntil: 14 * 60}, devices: []discovery.Device{old("d-old")}}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, 2*time.Minute)
	watch.Walk = func(context.Context) error {
		w.findings = []checks.Finding{found("f-1", checks.Today)}
		w.devices = append(w.devices, came("d-new", w.now), came("d-other", w.now))
		w.walk(true)
		return nil
	}
	w.live(t, watch, 24*time.Hour)
	if len(w.walked) != 2 || len(w.told) > 0 {
		t.Fatalf("%d rounds, told %q", len(w.walked), w.told)
	}
	w.findings[0].Accepted = "mine"
	w.devices[1].Correction.Name = "Lamp"
	w.live(t, watch, 3*time.Hour)
	if len(w.told) != 1 || !strings.Contains(w.told[0], "d-other") || w.opens[0] != "d-other" {
		t.Errorf("told %q", w.told)
	}
}

func TestAMissingTrayIsSaidOnce(t *testing.T) {
	t.Parallel()
	w := &world{now: noon}
	asked := 0
	for range 2 {
		watch := w.watcher(t)
		watch.HasTray = func(context.Context) bool { asked++; return false }
		w.live(t, watch, time.Hour)
	}
	if len(w.told) != 1 || asked != 1 {
		t.Errorf("told %q, asked %d times", w.told, asked)
	}
}

func TestWhoErasesTheHistoryErasesWhatWasTold(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, set: rounds.Settings{Every: rounds.Daily, Hour: 10}, devices: []discovery.Device{old("d-old")}, findings: []checks.Finding{found("f-1", checks.Today)}}
	w.walk(true)
	watch := w.watcher(t)
	w.live(t, watch, time.Hour)
	if !strings.Contains(w.memory, "f-1") {
		t.Fatalf("remembered %s", w.memory)
	}
	w.memory, w.devices, w.findings, w.walked = "", nil, nil, nil
	w.live(t, watch, time.Hour)
	if strings.Contains(w.memory, "f-1") || strings.Contains(w.memory, "d-old") {
		t.Errorf("remembered %s", w.memory)
	}
}

// TestTheWatchEndsWhenTheHistoryIsLost lets the history fail for a while, and then be gone.
func TestTheWatchEndsWhenTheHistoryIsLost(t *testing.T) {
	t.Parallel()
	w := &world{now: noon}
	watch := w.watcher(t)
	busy, gone := errors.New("busy"), errors.New("gone")
	broken := &failing{world: w, errs: []error{busy, busy, gone}}
	watch.Program = broken
	watch.Lost = func(err error) bool { return errors.Is(err, gone) }
	wake := make(chan bool, 5)
	for range cap(wake) {
		wake <- false
	}
	if err := watch.Run(t.Context(), wake); !errors.Is(err, gone) || len(broken.errs) > 0 {
		t.Errorf("got %v, %d errors left", err, len(broken.errs))
	}
}

// failing is a program whose history fails, in one way after the other.
type failing struct {
	*world
	errs []error
}

func (f *failing) Remembered(context.Context) (string, error) {
	err := f.errs[0]
	f.errs = f.errs[1:]
	return "", err
}
