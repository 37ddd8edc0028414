package store

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// long reports whether tests may take as long as they need: PORCHLIGHT_LONG=1.
func long() bool { return os.Getenv("PORCHLIGHT_LONG") != "" }

const (
	// maxYears is how large five years of hourly rounds may become.
	maxYears = 60 << 20
	// maxQuery is how long what one page asks may take.
	maxQuery = 50 * time.Millisecond
)

// A life is a made-up home of 40 devices: people with phones, some computers, and things that are always there.
type life struct {
	home    rounds.Home
	dice    *rand.Rand
	devices []discovery.Device
	faults  map[int]bool // devices that have their weakness
	n       int
}

func newLife(home rounds.Home) *life {
	l := &life{home: home, dice: rand.New(rand.NewPCG(7, 7)), faults: map[int]bool{}}
	for n := range 40 {
		d := device(n)
		for f := range 12 {
			d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactKey(fmt.Sprintf("upnp.%d", f)), Value: fmt.Sprintf("A value such as devices tell, %d of device %d", f, n)})
		}
		l.devices = append(l.devices, d)
	}
	return l
}

// chance is true once in so many hours.
func (l *life) chance(hours int) bool { return l.dice.IntN(hours) == 0 }

// hour gives the next round.
func (l *life) hour() rounds.Snapshot {
	for i := range l.devices {
		d := &l.devices[i]
		switch {
		case i < 8: // phones: out and in again, twice a day
			if l.chance(6) {
				d.Present = !d.Present
			}
		case i < 12: // computers
			if l.chance(12) {
				d.Present = !d.Present
			}
		case !d.Present, l.chance(24 * 60): // what stands in the house is missed by a round now and then
			d.Present = !d.Present
		}
		if l.chance(24 * 90) { // the router gave it another address
			d.Addrs = []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 1, byte(50 + l.dice.IntN(200))})}
		}
		if l.chance(24 * 180) {
			d.Firmware = fmt.Sprintf("v3.0.0.%d", l.n)
		}
		if l.chance(24 * 200) {
			l.faults[i] = !l.faults[i]
		}
	}
	var here []discovery.Device
	for i, d := range l.devices {
		if d.Present {
			d.HeardAfter = time.Duration(l.n*i%997) * time.Millisecond
			here = append(here, d)
		}
	}
	snap := round(l.home, l.n, here...)
	snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{}
	for i, d := range here {
		result := checks.Clear
		if n := int(d.MAC[5]); l.faults[n] {
			result = checks.Found
		}
		snap.Outcomes = append(snap.Outcomes, loginEnded(d, result))
		t := discovery.Traffic{Connections: 9, BytesSent: 2140, BytesReceived: 30211}
		for r := range 25 {
			t.Requests = append(t.Requests, discovery.Request{At: snap.Started, Addr: "192.168.1.30", Port: uint16(80 + i), Transport: "tcp", Line: "GET /some/page", Sent: 90 + r, Received: 1200})
		}
		snap.ByDevice[d.ID] = t
	}
	l.n++
	return snap
}

// count asks for one number.
func count(t testing.TB, s *Store, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.reader.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Five years take a quarter of an hour: PORCHLIGHT_LONG=1 go test -tags ci -run TestYears -v -timeout 60m ./store
func TestYearsOfRoundsTakeSpaceForChangesOnly(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	unsynced(t, s)
	l, hours := newLife(home), 24*5
	switch {
	case long():
		hours = 5 * 365 * 24
	case underRace():
		hours = 24 * 3
	}
	var sizes, changes []int64
	for n := range hours {
		saved(t, s, l.hour())
		if (n+1)%(hours/4) == 0 {
			sizes, changes = append(sizes, fileSize(t, s)), append(changes, count(t, s, `SELECT count(*) FROM changes`))
		}
	}
	rows, walked := count(t, s, `SELECT count(*) FROM rounds`), count(t, s, `SELECT sum(walked) FROM rounds`)
	first, last := (sizes[1]-sizes[0])/(changes[1]-changes[0]), (sizes[3]-sizes[2])/(changes[3]-changes[2])
	t.Logf("%d rounds in %d rows, %d changes, %.1f MB; a change takes %d bytes in the second quarter and %d in the last", walked, rows, changes[3], float64(sizes[3])/(1<<20), first, last)
	if walked != int64(hours) {
		t.Errorf("%d rounds are kept, want %d", walked, hours)
	}
	if rows > changes[3]+newest {
		t.Errorf("%d rows for %d changes, want none for rounds without one", rows, changes[3])
	}
	if limit := max(maxYears*int64(hours)/(5*365*24), 12<<20); sizes[3] > limit {
		t.Errorf("the file has %d bytes, want at most %d", sizes[3], limit)
	}
	if long() && last > first*3/2 {
		t.Errorf("a change takes %d bytes, and took %d at first", last, first)
	}
	pagesAreQuick(t, s, home, changes[3])

	for n := range newest + 1 { // until nothing but rounds that see the same is there
		saved(t, s, sameHour(l, n))
	}
	size, rows := fileSize(t, s), count(t, s, `SELECT count(*) FROM rounds`)
	for n := range 60 {
		saved(t, s, sameHour(l, n))
	}
	if more := fileSize(t, s) - size; more > 8<<10 {
		t.Errorf("60 rounds without news take %d bytes", more)
	}
	if now := count(t, s, `SELECT count(*) FROM rounds`); now != rows {
		t.Errorf("60 rounds without news make %d rows of %d", now, rows)
	}
}

// sameHour is a round in which nothing is new.
func sameHour(l *life, n int) rounds.Snapshot {
	var here []discovery.Device
	for _, d := range l.devices {
		d.Present = true
		here = append(here, d)
	}
	snap := round(l.home, l.n, here...)
	for _, d := range here {
		snap.Outcomes = append(snap.Outcomes, loginEnded(d, checks.Clear))
	}
	l.n++
	return snap
}

// pagesAreQuick asks all that pages ask, and looks at the clock.
func pagesAreQuick(t *testing.T, s *Store, home rounds.Home, changes int64) {
	t.Helper()
	ctx := t.Context()
	oldestAt, newestAt := time.UnixMilli(count(t, s, `SELECT min(at) FROM changes`)), time.UnixMilli(count(t, s, `SELECT max(at) FROM changes`))
	middle := oldestAt.Add(newestAt.Sub(oldestAt) / 2)
	years := func(f rounds.Filter, from rounds.Mark) func() error {
		return func() error { _, err := s.Timeline(ctx, home.ID, f, from, 50); return err }
	}
	levels := func(days int) func() error {
		return func() error {
			_, err := s.Levels(ctx, home.ID, rounds.Midnights(oldestAt, newestAt, days))
			return err
		}
	}
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"what is known now", func() error { _, err := s.Latest(ctx, home.ID); return err }},
		{"the homes", func() error { _, err := s.Homes(ctx); return err }},
		{"first page", years(rounds.Filter{}, rounds.Mark{})},
		{"a page in the middle", years(rounds.Filter{}, rounds.Mark{At: middle, ID: changes / 2})},
		{"the oldest page", years(rounds.Filter{}, rounds.Mark{At: oldestAt.Add(time.Hour), ID: 100})},
		{"of one device", years(rounds.Filter{Device: "d-03"}, rounds.Mark{})},
		{"of a device that changes rarely", years(rounds.Filter{Device: "d-30"}, rounds.Mark{})},
		{"of a rare sort", years(rounds.Filter{What: []string{rounds.FirmwareChanged}}, rounds.Mark{})},
		{"of a rare sort of one device", years(rounds.Filter{Device: "d-03", What: []string{rounds.FindingBack}}, rounds.Mark{})},
		{"of a sort that never was", years(rounds.Filter{What: []string{rounds.FindingAccepted}}, rounds.Mark{})},
		{"since a day in the middle", years(rounds.Filter{Since: middle, Until: middle.AddDate(0, 0, 7)}, rounds.Mark{})},
		{"of one finding", years(rounds.Filter{Finding: finding(device(3)).ID}, rounds.Mark{})},
		{"a chart by day", levels(1)},
		{"a chart by week", levels(7)},
	} {
		var took []time.Duration
		for range 5 {
			begin := time.Now()
			if err := q.ask(); err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			took = append(took, time.Since(begin))
		}
		slices.Sort(took)
		t.Logf("%s: mostly %v, at worst %v", q.name, took[2].Round(10*time.Microsecond), took[4].Round(10*time.Microsecond))
		if took[0] > maxQuery && !underRace() { // the quickest: others may keep this computer busy
			t.Errorf("%s takes %v, want at most %v", q.name, took[0], maxQuery)
		}
	}
}

// A million rows: PORCHLIGHT_LONG=1 go test -tags ci -run TestAVeryLongHistory -v ./store
func TestAVeryLongHistoryOpensAtOnce(t *testing.T) {
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	home := homeOf(t, s)
	unsynced(t, s)
	l := newLife(home)
	for range newest {
		saved(t, s, l.hour())
	}
	more := 50_000
	if long() {
		more = 1_000_000
	}
	// Each tenth row is a run of rounds, the others are changes, back from the first round.
	for _, query := range []string{
		`INSERT INTO changes (home, round, at, what, device, finding, old, new)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 * 9 / 10)
			SELECT ?1, 0, ?3 - (?2 - i) * 60000, (CASE i % 50 WHEN 0 THEN 'firmware-changed' WHEN 1 THEN 'address-changed' ELSE iif(i % 2, 'device-gone', 'device-back') END),
				format('d-%02d', i % 12), '', iif(i % 50 < 2, 'v3.0.0.' || i, ''), iif(i % 50 < 2, 'v3.0.0.' || (i + 1), '') FROM n`,
		`INSERT INTO rounds (home, started, finished, complete, devices, open, packets, connections, bytes_sent, bytes_received, login_attempts, login_failures, last, walked, origin)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 / 10)
			SELECT ?1, ?3 - (?2 - i * 10) * 60000, ?3 - (?2 - i * 10) * 60000 + 20000, 1, 30 + i % 10, i % 5, 900, 300, 20000, 90000, 0, 0, i, 1, 'elsewhere' FROM n`,
	} {
		if _, err := s.writer.Exec(query, home.ID, more, start.UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%.1f MB", float64(fileSize(t, s))/(1<<20))
	pagesAreQuick(t, s, home, int64(more))
	begin := time.Now()
	saved(t, s, l.hour())
	t.Logf("a round is saved in %v", time.Since(begin))

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 3 {
		begin := time.Now()
		s, err := Open(t.Context(), path, quiet)
		if err != nil {
			t.Fatal(err)
		}
		opened := time.Since(begin)
		if _, err := s.Latest(t.Context(), home.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Timeline(t.Context(), home.ID, rounds.Filter{}, rounds.Mark{}, 50); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(begin))
		t.Logf("open in %v, with the first page in %v", opened, time.Since(begin))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if best > time.Second && !underRace() {
		t.Errorf("the first page is there after %v, want within a second", best)
	}
}
