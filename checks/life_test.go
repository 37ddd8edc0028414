package checks_test

import (
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// noon is in the middle of a day, and night nearly at its end.
var (
	noon  = time.Date(2026, time.November, 12, 12, 0, 0, 0, time.Local)
	night = time.Date(2026, time.November, 12, 23, 59, 0, 0, time.Local)
)

func TestAReminderEndsWithItsDay(t *testing.T) {
	for _, tt := range []struct {
		name       string
		f          checks.Finding
		now        time.Time
		later, due bool
	}{
		{"nobody asked", checks.Finding{}, noon, false, false},
		{"the evening before", checks.Finding{Remind: checks.InDays(noon, 1)}, night, true, false},
		{"as its day begins", checks.Finding{Remind: checks.InDays(noon, 1)}, night.Add(time.Minute), false, true},
		{"long after", checks.Finding{Remind: checks.InDays(noon, 1)}, noon.AddDate(0, 1, 0), false, true},
		{"fixed", checks.Finding{Remind: checks.InDays(noon, 1), Fixed: noon}, noon, false, false},
		{"accepted", checks.Finding{Remind: checks.InDays(noon, -1), Accepted: "so be it"}, noon, false, false},
	} {
		if later, due := tt.f.Later(tt.now), tt.f.Due(tt.now); later != tt.later || due != tt.due {
			t.Errorf("%s: got later %t, due %t", tt.name, later, due)
		}
	}
	if got, want := checks.InDays(night, 3), time.Date(2026, time.November, 15, 0, 0, 0, 0, time.Local); !got.Equal(want) {
		t.Errorf("in three days is %v, want %v", got, want)
	}
}

func TestThatAFindingWaitsIsSaidOnce(t *testing.T) {
	ago := func(days int) time.Time { return night.AddDate(0, 0, -days) }
	for _, tt := range []struct {
		name string
		f    checks.Finding
		want int
	}{
		{"new", checks.Finding{First: noon, Severity: checks.Week}, 0},
		{"not yet", checks.Finding{First: ago(2), Severity: checks.Week}, 0},
		{"on the third day", checks.Finding{First: ago(3), Severity: checks.Week}, 3},
		{"when the user comes by", checks.Finding{First: ago(40), Severity: checks.Good}, 40},
		{"all that day", checks.Finding{First: ago(3), Severity: checks.Week, Told: noon.Add(-11 * time.Hour)}, 3},
		{"told on another day", checks.Finding{First: ago(9), Severity: checks.Week, Told: ago(1)}, 0},
		{"came back yesterday", checks.Finding{First: ago(9), CameBack: ago(1), Severity: checks.Week}, 0},
		{"came back long ago", checks.Finding{First: ago(9), CameBack: ago(4), Severity: checks.Week}, 4},
		{"put off", checks.Finding{First: ago(9), Remind: ago(-1), Severity: checks.Week}, 0},
		{"fixed", checks.Finding{First: ago(9), Fixed: noon, Severity: checks.Week}, 0},
		{"accepted", checks.Finding{First: ago(9), Accepted: "so be it", Severity: checks.Week}, 0},
		{"nothing to do about it", checks.Finding{First: ago(9)}, 0},
		{"never seen", checks.Finding{Severity: checks.Week}, 0},
	} {
		if got := tt.f.Waits(noon); got != tt.want {
			t.Errorf("%s: got %d days, want %d", tt.name, got, tt.want)
		}
	}
}

func TestAFindingMovesToAnotherDevice(t *testing.T) {
	find := func(d discovery.DeviceID, port uint16, detail string) checks.Finding {
		return checks.Finding{ID: checks.FindingID(d, "port-forward", port, detail), Device: d}
	}
	ids := map[string]bool{}
	for _, detail := range []string{"", "TCP 192.168.1.5", "UDP 192.168.1.5"} {
		for _, port := range []uint16{0, 80} {
			f := find("d-1", port, detail)
			f.MoveTo("d-2")
			if want := find("d-2", port, detail); f.ID != want.ID || f.Device != want.Device {
				t.Errorf("got %+v, want %+v", f, want)
			}
			ids[f.ID] = true
		}
	}
	if len(ids) != 6 {
		t.Errorf("six findings have the IDs %v", ids)
	}
	old := checks.Finding{ID: "f-0123456789ab", Device: "d-1"} // from a history of before
	if old.MoveTo("d-2"); old.ID != "f-0123456789ab" || old.Device != "d-2" {
		t.Errorf("got %+v", old)
	}
}
