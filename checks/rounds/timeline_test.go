package rounds

import (
	"testing"
	"time"
)

func TestDaysEndAtMidnightWhereTheUserLives(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 30, 0, 0, time.Local) }
	midnight := func(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, time.Local) }
	for _, tt := range []struct {
		name     string
		from, to time.Time
		days     int
		want     []time.Time
	}{
		{"three days", at(24, 5), at(26, 7), 1, []time.Time{midnight(25), midnight(26), midnight(27)}}, // one of them has 25 hours in Europe
		{"one day", at(24, 5), at(24, 7), 1, []time.Time{midnight(25)}},
		{"weeks", at(1, 5), at(20, 7), 7, []time.Time{midnight(7), midnight(14), midnight(21)}},
		{"the wrong way round", at(24, 5), at(20, 7), 1, nil},
	} {
		got := Midnights(tt.from, tt.to, tt.days)
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			if !got[i].Equal(tt.want[i]) {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			}
		}
	}
	if n := len(Midnights(time.Time{}, at(1, 1), 0)); n != MaxLevels {
		t.Errorf("since ever: got %d days, want %d", n, MaxLevels)
	}
}
