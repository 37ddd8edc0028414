package journey

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
	"porchlight/ui/system/systemtest"
)

// What we allow ourselves beside an empty window of the toolkit.
const (
	maxStart = 1.5
	maxIdle  = 1.3
	// maxLong is how long the window may take with a history of a million rows.
	maxLong = time.Second
)

// measuring skips a test of the clock, unless nothing else runs beside it: make measure.
func measuring(t *testing.T) {
	t.Helper()
	if os.Getenv("PORCHLIGHT_MEASURE") == "" {
		t.Skip("make measure runs it, with nothing beside it")
	}
}

// shown starts a program, and gives how long it took until its window was all there.
func (s *screen) shown(dir, path string) (*program, time.Duration) {
	s.t.Helper()
	before, begin := s.raw(), time.Now()
	p := s.start(dir, path)
	s.until("nothing is shown", func() bool { return differ(before, s.raw()) })
	return p, s.still(1500 * time.Millisecond).Sub(begin)
}

// closed ends a program as if its window was closed.
func (s *screen) closed(p *program) {
	s.t.Helper()
	_ = p.Process.Kill()
	_ = p.ends()
	s.still(calm)
}

// starts gives how long programs take until their windows are all there, each the middle one of several times, taken in turn.
func (s *screen) starts(times int, dirs, paths []string) []time.Duration {
	s.t.Helper()
	took := make([][]time.Duration, len(paths))
	for range times {
		for i, path := range paths {
			p, d := s.shown(dirs[i], path)
			s.closed(p)
			took[i] = append(took[i], d)
		}
	}
	out := make([]time.Duration, len(paths))
	for i := range paths {
		slices.Sort(took[i])
		s.t.Logf("%s: %v", filepath.Base(paths[i]), took[i])
		out[i] = took[i][len(took[i])/2]
	}
	return out
}

// idle gives the memory of a window that nobody touches, and the part of a core that it takes.
func (s *screen) idle(p *program, for_ time.Duration) (megabytes, core float64) {
	s.t.Helper()
	time.Sleep(8 * time.Second) // until the rest of the start is done
	_, before := systemtest.Usage(s.t, p.Process.Pid)
	time.Sleep(for_)
	kilobytes, after := systemtest.Usage(s.t, p.Process.Pid)
	return float64(kilobytes) / 1024, float64(after-before) / float64(for_)
}

func TestTheWindowStartsAsQuicklyAsAnEmptyOne(t *testing.T) {
	measuring(t)
	s := newScreen(t)
	empty, ours := build(t, "./ui/journey/testdata/empty", "empty"), build(t, ".", "porchlight")
	nothing, practice, years := t.TempDir(), t.TempDir(), t.TempDir()
	rows := longHistory(t, filepath.Join(years, "data", "porchlight"))

	got := s.starts(5, []string{nothing, practice, years}, []string{empty, ours, ours})
	ratio, long := float64(got[1])/float64(got[0]), float64(got[2])/float64(got[0])
	t.Logf("until the window is all there: empty %v, ours %v (%.2f times), with %d rows of history %v (%.2f times)", got[0], got[1], ratio, rows, got[2], long)
	if ratio > maxStart {
		t.Errorf("it starts %.2f times as slowly as an empty window, want at most %.1f", ratio, maxStart)
	}
	if got[2] > max(maxLong, time.Duration(maxStart*float64(got[0]))) {
		t.Errorf("with %d rows it starts in %v, want at most %v", rows, got[2], maxLong)
	}
}

// idleFor is how long nobody touches a window.
const idleFor = 40 * time.Second

func TestTheWindowIsAsIdleAsAnEmptyOne(t *testing.T) {
	measuring(t)
	s := newScreen(t)
	empty, ours := build(t, "./ui/journey/testdata/empty", "empty"), build(t, ".", "porchlight")
	nothing, practice := t.TempDir(), t.TempDir()
	p := s.start(nothing, empty)
	s.window("Empty")
	mb, core := s.idle(p, idleFor)
	s.closed(p)
	p = s.start(practice, ours)
	s.window("Porchlight")
	s.press("shift+Tab", "Return", "Tab") // into the practice home
	s.tool("key", "Return")
	s.until("no round was kept", func() bool { return happened(p)["finding-new"] > 0 })
	s.still(calm)
	s.closed(p)
	p = s.start(practice, ours)
	s.window("Porchlight")
	s.press("shift+Tab", "Return")
	ourMB, ourCore := s.idle(p, idleFor)
	s.closed(p)
	t.Logf("idle for %v: empty %.0f MB and %.2f%% of a core, ours %.0f MB (%.2f times) and %.2f%%", idleFor, mb, 100*core, ourMB, ourMB/mb, 100*ourCore)
	if ourMB > maxIdle*mb {
		t.Errorf("it has %.2f times the memory of an empty window, want at most %.1f", ourMB/mb, maxIdle)
	}
	if ourCore > max(maxIdle*core, 0.01) { // of a hundredth of a core the clock knows little
		t.Errorf("idle it takes %.2f%% of a core, an empty window %.2f%%", 100*ourCore, 100*core)
	}
}

// longHistory makes a history of a home with 40 devices and as many changes as in many years, and gives how many rows it has.
func longHistory(t *testing.T, dir string) int {
	t.Helper()
	const more = 1_000_000
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path, now := filepath.Join(dir, "history.db"), time.Now().UTC()
	s, err := store.Open(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	home, err := s.Home(t.Context(), rounds.GatewayKey+"02:00:00:00:00:01", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AgreeHome(t.Context(), home.ID, "", now); err != nil {
		t.Fatal(err)
	}
	snap := rounds.Snapshot{Home: home, Phase: rounds.Done, Started: now.Add(-time.Hour), Finished: now.Add(-time.Hour), Complete: true}
	for n := range 40 {
		snap.Devices = append(snap.Devices, discovery.Device{
			ID: discovery.DeviceID(fmt.Sprintf("d-%02d", n)), Present: true, Name: fmt.Sprintf("Camera %d", n), Vendor: "Reolink", Model: "RLC-410W",
			Kind: discovery.KindCamera, MAC: discovery.MAC{0xec, 0x71, 0xdb, 0, 0, byte(n)}, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 1, byte(n + 2)})},
			FirstSeen: now.AddDate(-5, 0, 0), LastSeen: now,
		})
	}
	if _, _, err := s.SaveRound(t.Context(), snap); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	// As in store's test of a very long history: each tenth row is a run of rounds, the others are changes.
	for _, query := range []string{
		`INSERT INTO changes (home, round, at, what, device, finding, old, new)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 * 9 / 10)
			SELECT ?1, 0, ?3 - (?2 - i) * 60000, iif(i % 2, 'device-gone', 'device-back'), format('d-%02d', i % 12), '', '', '' FROM n`,
		`INSERT INTO rounds (home, started, finished, complete, devices, open, packets, connections, bytes_sent, bytes_received, login_attempts, login_failures, last, walked, origin)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 / 10)
			SELECT ?1, ?3 - (?2 - i * 10) * 60000, ?3 - (?2 - i * 10) * 60000 + 20000, 1, 30 + i % 10, i % 5, 900, 300, 20000, 90000, 0, 0, i, 1, 'elsewhere' FROM n`,
	} {
		if _, err := db.Exec(query, home.ID, more, now.Add(-2*time.Hour).UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	return more
}
