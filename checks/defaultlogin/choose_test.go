package defaultlogin

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
)

// A counter counts what a device was given.
type counter struct{ atomic.Int64 }

func TestTheNextLoginIsTheOneTriedLeastRecently(t *testing.T) {
	now := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	ago := func(hours int, row string, failed bool) checks.Try {
		return checks.Try{At: now.Add(-time.Duration(hours) * time.Hour), Row: row, Failed: failed}
	}
	rows := []makers.Login{{ID: "a", Password: "1"}, {ID: "b", Password: "2"}, {ID: "c", Password: "3"}}
	for _, tt := range []struct {
		name   string
		past   []checks.Try
		before []checks.Finding
		want   []string
	}{
		{"nothing tried", nil, nil, []string{"a", "b", "c"}},
		{"one failed an hour ago", []checks.Try{ago(1, "a", true)}, nil, []string{"a"}},
		{"one failed a day and an hour ago", []checks.Try{ago(25, "a", true)}, nil, []string{"b", "c", "a"}},
		{"all failed, days ago", []checks.Try{ago(30, "b", true), ago(60, "a", true), ago(90, "c", true)}, nil, []string{"c", "a", "b"}},
		{"one of another product failed today", []checks.Try{ago(1, "x", true)}, nil, nil},
		{"one failed today, another worked before", []checks.Try{ago(1, "b", true), ago(2, "a", false)}, nil, []string{"a", "b"}},
		{"one worked and failed since", []checks.Try{ago(1, "a", true), ago(2, "a", false)}, nil, []string{"a"}},
		{"what was found comes first", nil, []checks.Finding{{Args: map[string]string{"login": "c"}}}, []string{"c", "a", "b"}},
	} {
		var got []string
		for _, l := range Queue(rows, tt.past, tt.before, now) {
			got = append(got, l.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A product with two documented pairs sees one a day, and is clear only after both.
func TestTwoPairsTakeTwoDays(t *testing.T) {
	rows := []makers.Login{row(t, "D020"), row(t, "D020-2")}
	f := &fake{e: examples(t)["D020"], l: rows[0], password: own}
	tt, count := start(t, f)
	now := time.Now()
	if found, err := run(t.Context(), tt, rows); len(found) > 0 || checks.Reason(err) != checks.ReasonTriedToday || f.logins != 1 {
		t.Errorf("the first day: got %+v, %v, %d logins", found, err, f.logins)
	}
	count.past = []checks.Try{{At: now.Add(-time.Hour), Row: rows[0].ID, Failed: true}}
	for range 3 {
		if found, err := run(t.Context(), tt, rows); len(found) > 0 || checks.Reason(err) != checks.ReasonTriedToday {
			t.Errorf("the same day: got %+v, %v", found, err)
		}
	}
	count.past = []checks.Try{{At: now.Add(-25 * time.Hour), Row: rows[0].ID, Failed: true}}
	f.logins = 0
	if found, err := run(t.Context(), tt, rows); err != nil || len(found) > 0 || f.logins != 1 {
		t.Errorf("the second day: got %+v, %v, %d logins", found, err, f.logins)
	}
}
