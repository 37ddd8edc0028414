package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// timeline reads page by page, so many changes at once.
func timeline(t *testing.T, s *Store, home rounds.HomeID, f rounds.Filter, at int) []rounds.Change {
	t.Helper()
	var out []rounds.Change
	page := rounds.Page{More: true}
	for page.More {
		var err error
		if page, err = s.Timeline(t.Context(), home, f, page.Next, at); err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) > at || page.More && len(page.Changes) < at {
			t.Fatalf("a page of %d has %d changes, more: %v", at, len(page.Changes), page.More)
		}
		out = append(out, page.Changes...)
	}
	return out
}

func TestTheTimelineIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	other, err := s.Home(t.Context(), "other", "Other", false)
	if err != nil {
		t.Fatal(err)
	}
	unsynced(t, s)
	l, elsewhere := newLife(home), newLife(other)
	var want []rounds.Change
	for range 30 {
		here, there := l.hour(), elsewhere.hour()
		here.ByDevice, there.ByDevice = nil, nil // which takes time
		_, changes := saved(t, s, here)
		want = append(want, changes...)
		saved(t, s, there)
	}
	slices.Reverse(want)
	for _, at := range []int{1, 7, 50, 10_000} {
		diff(t, fmt.Sprintf("in pages of %d", at), timeline(t, s, home.ID, rounds.Filter{}, at), want)
	}
	only := func(keep func(rounds.Change) bool) []rounds.Change {
		return slices.DeleteFunc(slices.Clone(want), func(c rounds.Change) bool { return !keep(c) })
	}
	since, until := start.Add(5*time.Hour), start.Add(20*time.Hour)
	phone, id := discovery.DeviceID("d-02"), finding(device(3)).ID
	for _, tt := range []struct {
		name string
		f    rounds.Filter
		want []rounds.Change
	}{
		{"of a device", rounds.Filter{Device: phone}, only(func(c rounds.Change) bool { return c.Device == phone })},
		{"of two sorts", rounds.Filter{What: []string{rounds.DeviceGone, rounds.DeviceBack}}, only(func(c rounds.Change) bool { return c.What == rounds.DeviceGone || c.What == rounds.DeviceBack })},
		{"of no sort", rounds.Filter{What: []string{}}, nil},
		{"of a sort of a device", rounds.Filter{Device: phone, What: []string{rounds.DeviceGone}}, only(func(c rounds.Change) bool { return c.Device == phone && c.What == rounds.DeviceGone })},
		{"of some hours", rounds.Filter{Since: since, Until: until}, only(func(c rounds.Change) bool { return !c.At.Before(since) && c.At.Before(until) })},
		{"of some hours of a device", rounds.Filter{Device: phone, Since: since, Until: until}, only(func(c rounds.Change) bool { return c.Device == phone && !c.At.Before(since) && c.At.Before(until) })},
		{"of a finding", rounds.Filter{Finding: id}, only(func(c rounds.Change) bool { return c.Finding == id })},
		{"of a finding of another device", rounds.Filter{Finding: id, Device: phone}, nil},
		{"of nothing", rounds.Filter{Device: "d-none"}, nil},
	} {
		diff(t, tt.name, timeline(t, s, home.ID, tt.f, 3), tt.want)
	}
	var all []rounds.Change
	for c, err := range s.Changes(t.Context(), home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	diff(t, "all changes", all, want)
}

func TestWhatTheUserAcceptsIsInTheTimeline(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	id := lookedAt(t, s, home, 0, device(1), checks.Found).ID
	for _, reason := range []string{"for now", "for now", "for ever", "", ""} {
		time.Sleep(2 * time.Millisecond) // times are kept in milliseconds
		if err := s.Accept(t.Context(), home.ID, id, reason); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, c := range timeline(t, s, home.ID, rounds.Filter{Finding: id}, 50) {
		got = append(got, c.What+" "+c.New)
	}
	slices.Sort(got) // the round is of another day than today
	diff(t, "changes", got, []string{rounds.FindingAccepted + " for ever", rounds.FindingAccepted + " for now", rounds.FindingNew + " ", rounds.FindingReopened + " "})
}

func TestRoundsThatSawTheSameShareARow(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	unsynced(t, s)
	var all []discovery.Device
	for n := range 4 {
		all = append(all, device(n))
	}
	hour := 0
	walk := func(rounds, devices int) {
		for range rounds {
			snap := round(home, hour, all[:devices]...)
			snap.Traffic.Packets = 7
			saved(t, s, snap)
			hour++
		}
	}
	walk(10, 3)
	walk(5, 4)
	walk(3, 3)
	hour += 24 * 20 // away for the summer
	walk(4, 3)
	hour-- // the clock was set back
	walk(2, 3)
	stopped := round(home, hour, all[:3]...)
	stopped.Complete = false
	saved(t, s, stopped)
	hour++
	walk(newest, 2)
	type row struct {
		Last, Rounds, Devices int
		Complete              bool
	}
	var old []row
	single := 0
	for sum, err := range s.Rounds(t.Context(), home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if single++; single <= newest {
			if sum.Rounds != 1 || int(sum.Round) != 25+newest+1-single {
				t.Errorf("one of the newest is %+v", sum)
			}
			continue
		}
		old = append(old, row{int(sum.Round), sum.Rounds, sum.Devices, sum.Complete})
	}
	diff(t, "rows of long ago", old, []row{{25, 1, 3, false}, {24, 2, 3, true}, {22, 4, 3, true}, {18, 3, 3, true}, {15, 5, 4, true}, {10, 10, 3, true}})
	if n := count(t, s, `SELECT sum(packets) FROM rounds`); n != int64(7*(24+newest)) {
		t.Errorf("they sent %d packets, want all that were sent", n)
	}

	at := func(hour int) time.Time { return start.Add(time.Duration(hour)*time.Hour + 30*time.Minute) }
	levels, err := s.Levels(t.Context(), home.ID, []time.Time{at(-1), at(4), at(12), at(16), at(100), at(18 + 24*20)})
	if err != nil {
		t.Fatal(err)
	}
	end := func(hour int) time.Time { return round(home, hour).Finished }
	diff(t, "levels", levels, []rounds.Level{
		{At: at(-1)},
		{At: at(4), Seen: at(4), Devices: 3}, // in the midst of a row
		{At: at(12), Seen: at(12), Devices: 4},
		{At: at(16), Seen: at(16), Devices: 3},
		{At: at(100), Seen: end(17), Devices: 3}, // nobody looked since
		{At: at(18 + 24*20), Seen: at(18 + 24*20), Devices: 3},
	})
	if _, err := s.Levels(t.Context(), home.ID, make([]time.Time, rounds.MaxLevels+1)); err == nil {
		t.Error("any number of moments can be asked for")
	}
}

func TestAHomeIsKnownByItsNetworks(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx := t.Context()
	other, err := s.Home(ctx, "other", "Other", false)
	if err != nil {
		t.Fatal(err)
	}
	find := func(key string, practice bool) rounds.HomeID {
		t.Helper()
		h, found, err := s.FindHome(ctx, key, practice)
		if err != nil || found != (h.ID != 0) {
			t.Fatal(h, found, err)
		}
		return h.ID
	}
	if find("02:00:00:00:00:01", false) != home.ID || find("02:00:00:00:00:01", true) != 0 || find("new router", false) != 0 {
		t.Error("a home is not known by its router, or one is by another")
	}
	for _, n := range []rounds.HomeNetwork{{Key: "new router", Name: "Net"}, {Key: "new router"}, {Key: "other", Name: "Net"}} {
		if err := s.AddNetwork(ctx, home.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if find("new router", false) != home.ID || find("other", false) != home.ID {
		t.Error("the home is not known by its new router")
	}
	networks, err := s.Networks(ctx, home.ID)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "networks", networks, []rounds.HomeNetwork{{Key: "02:00:00:00:00:01"}, {Key: "new router", Name: "Net"}, {Key: "other", Name: "Net"}})
	if err := s.DeleteHome(ctx, home.ID); err != nil {
		t.Fatal(err)
	}
	again, err := s.Home(ctx, "other", "Third", false)
	if err != nil || again.ID == home.ID || again.ID == other.ID {
		t.Errorf("got %+v, %v, want a new home", again, err)
	}
	for _, err := range []error{s.AddNetwork(ctx, 99, rounds.HomeNetwork{Key: "x"}), s.RenameHome(ctx, other.ID, ""), s.RenameHome(ctx, 99, "x")} {
		if err == nil {
			t.Error("got no error")
		}
	}
}
