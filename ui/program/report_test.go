package program

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestAReportTellsWhatChangedSinceTheLastOne(t *testing.T) {
	ctx := t.Context()
	p, err := Open(ctx, Options{Dir: t.TempDir(), Version: "1.2.3", Languages: []string{"en"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	home, err := p.store.Home(ctx, "network 192.168.1.0/24", "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2026, time.November, n, 18, 0, 0, 0, time.UTC) }
	var devices []discovery.Device
	round := func(n int, newcomer discovery.DeviceID) {
		t.Helper()
		devices = append(devices, discovery.Device{ID: newcomer, Name: string(newcomer), FirstSeen: day(n), Present: true})
		for i := range devices {
			devices[i].LastSeen = day(n)
		}
		s := rounds.Snapshot{Home: home, Started: day(n).Add(-time.Minute), Finished: day(n), Complete: true, Devices: slices.Clone(devices)}
		if _, _, err := p.store.SaveRound(ctx, s); err != nil {
			t.Fatal(err)
		}
		if err := p.use(ctx, home); err != nil {
			t.Fatal(err)
		}
	}
	// facts looks at what a report would tell, and notes that it was made if asked.
	facts := func(note bool, since time.Time, reported bool, changed ...discovery.DeviceID) {
		t.Helper()
		f, err := p.Facts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []discovery.DeviceID
		for _, c := range f.Changes {
			if c.What == rounds.DeviceNew {
				got = append(got, c.Device)
			}
		}
		if !f.Since.Equal(since) || f.Reported != reported || !slices.Equal(got, changed) {
			t.Errorf("got since %v (reported: %t) %q, want since %v (%t) %q", f.Since, f.Reported, got, since, reported, changed)
		}
		if note {
			if err := p.Reported(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
	}
	round(1, "router")
	facts(false, time.Time{}, false) // nothing to compare with
	round(2, "camera")
	facts(true, day(1), false, "camera") // since the round before
	facts(true, day(1), false, "camera") // another one about the same round tells the same
	round(3, "printer")
	facts(false, day(2), true, "printer")
	round(4, "lamp")
	facts(true, day(2), true, "lamp", "printer") // since the last report, over two rounds
	facts(true, day(2), true, "lamp", "printer")
	round(5, "plug")
	facts(false, day(4), true, "plug")
}
