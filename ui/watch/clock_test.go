package watch

import (
	"testing"
	"time"

	"porchlight/checks/rounds"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDue(t *testing.T) {
	t.Parallel()
	berlin := place(t, "Europe/Berlin")
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, berlin)
	}
	daily, weekly := rounds.Settings{Every: rounds.Daily, Hour: 10}, rounds.Settings{Every: rounds.Weekly, Hour: 10}
	paused := daily
	paused.Paused = at(6, 4, 0, 0)
	for _, tt := range []struct {
		name      string
		s         rounds.Settings
		last, now time.Time
		want      time.Time // the hour; the spread comes on top
	}{
		{"never", rounds.Settings{}, at(6, 1, 10, 5), at(6, 2, 12, 0), time.Time{}},
		{"tomorrow", daily, at(6, 1, 11, 0), at(6, 1, 12, 0), at(6, 2, 10, 0)},
		{"today", daily, at(6, 1, 3, 0), at(6, 1, 9, 30), at(6, 1, 10, 0)},
		{"a late one just before counts", daily, at(6, 1, 6, 0), at(6, 1, 9, 30), at(6, 2, 10, 0)},
		{"missed for days, once", daily, at(6, 1, 11, 0), at(6, 20, 12, 0), at(6, 2, 10, 0)},
		{"next week", weekly, at(6, 1, 11, 0), at(6, 1, 12, 0), at(6, 8, 10, 0)},
		{"paused", paused, at(6, 1, 11, 0), at(6, 2, 12, 0), at(6, 4, 0, 0)},
		{"a clock that was set back a little", daily, at(6, 1, 12, 5), at(6, 1, 12, 0), at(6, 2, 10, 0)},
		{"summer time begins", rounds.Settings{Every: rounds.Daily, Hour: 2}, at(3, 28, 12, 0), at(3, 28, 13, 0), at(3, 29, 3, 0)},
		{"summer time ends", rounds.Settings{Every: rounds.Daily, Hour: 2}, at(10, 24, 12, 0), at(10, 24, 13, 0), at(10, 25, 2, 0)},
	} {
		got := Due(tt.s, tt.last, tt.now, "home")
		if late := got.Sub(tt.want); late < 0 || late >= spread {
			t.Errorf("%s: got %s, want %s and at most %s more", tt.name, got, tt.want, spread)
		}
	}
	if got := Due(daily, time.Time{}, at(6, 1, 12, 0), "home"); !got.Before(at(6, 1, 12, 0)) {
		t.Errorf("a home that was never looked at: got %s", got)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s    rounds.Settings
		c    Conditions
		want Hold
	}{
		{rounds.Settings{}, Conditions{Home: true}, Go},
		{rounds.Settings{}, Conditions{}, HoldElsewhere},
		{rounds.Settings{}, Conditions{Home: true, Walking: true}, HoldWalking},
		{rounds.Settings{}, Conditions{Home: true, Battery: true}, HoldBattery},
		{rounds.Settings{OnBattery: true}, Conditions{Home: true, Battery: true}, Go},
		{rounds.Settings{}, Conditions{Home: true, Metered: true}, HoldMetered},
		{rounds.Settings{OnMetered: true}, Conditions{Home: true, Metered: true}, Go},
	} {
		if got := Held(tt.s, tt.c); got != tt.want {
			t.Errorf("%+v %+v: got %q, want %q", tt.s, tt.c, got, tt.want)
		}
	}
}

// TestAYear lets a computer live through a year minute by minute: it sleeps, leaves the home, runs on
// its battery, and summer time comes and goes. No round is missed that should have run, and none runs that
// should not: each due one ran in the first minute in which it could, or a late one just before counts for it.
func TestAYear(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		for _, hour := range []int{2, 10, 23} {
			where := place(t, name)
			begin := time.Date(2026, 1, 1, 12, 0, 0, 0, where)
			end := begin.AddDate(1, 0, 0)
			s := rounds.Settings{Every: rounds.Daily, Hour: hour}
			last, walked := begin, []time.Time{begin}
			for now := begin; now.Before(end); now = now.Add(time.Minute) {
				if !Due(s, last, now, "home").After(now) && may(s, now) {
					last = now
					walked = append(walked, now)
				}
			}
			for i := range walked[1:] {
				if gap := walked[i+1].Sub(walked[i]); gap < rest {
					t.Errorf("%s at %d: rounds at %s and %s", name, hour, walked[i], walked[i+1])
				}
			}
			for y, m, d := 2026, time.January, 2; ; d++ {
				due := time.Date(y, m, d, hour, 0, 0, 0, where)
				first := due.Add(jitter("home", due)).Truncate(time.Minute).Add(time.Minute)
				for first.Before(end) && !may(s, first) {
					first = first.Add(time.Minute)
				}
				if !first.Before(end) {
					break
				}
				if !ran(walked, due.Add(-rest), first) {
					t.Errorf("%s at %d: no round for %s, which could have begun at %s", name, hour, due, first)
				}
			}
		}
	}
}

// may tells whether the computer of the test is awake, and lets a round begin.
func may(s rounds.Settings, now time.Time) bool {
	day := now.YearDay()
	asleep := day%9 == 3 || (day%5 == 1 && now.Hour() < 8) || now.Hour() == 4
	c := Conditions{Home: day%30 < 26, Battery: day%11 == 4 && now.Hour() < 20, Metered: day%13 == 6}
	return !asleep && Held(s, c) == Go
}

func ran(walked []time.Time, from, to time.Time) bool {
	for _, w := range walked {
		if !w.Before(from) && !w.After(to) {
			return true
		}
	}
	return false
}

// TestAWrongClock lets the clock of a round run three years ahead: the next one does not wait for that.
func TestAWrongClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	if due := Due(rounds.Settings{Every: rounds.Daily, Hour: 10}, now.AddDate(3, 0, 0), now, "home"); due.After(now) {
		t.Errorf("due at %s", due)
	}
}
