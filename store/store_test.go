package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// start is when the first round of every test begins.
var start = time.Date(2026, 11, 25, 18, 0, 0, 123_000_000, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

// needSQLite skips a test in a build that has no SQLite.
func needSQLite(t testing.TB) {
	t.Helper()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err != nil {
		t.Skipf("no SQLite in this build: %v", err)
	}
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newStore returns an empty history and a home in it.
func newStore(t *testing.T) (*Store, rounds.Home) {
	t.Helper()
	needSQLite(t)
	s := openAt(t, filepath.Join(t.TempDir(), "history.db"))
	return s, homeOf(t, s)
}

func homeOf(t *testing.T, s *Store) rounds.Home {
	t.Helper()
	home, err := s.Home(t.Context(), "02:00:00:00:00:01", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// round returns the n-th complete round of a home, an hour after the one before.
func round(home rounds.Home, n int, devices ...discovery.Device) rounds.Snapshot {
	at := start.Add(time.Duration(n) * time.Hour)
	for i := range devices {
		devices[i].LastSeen = at
	}
	return rounds.Snapshot{Home: home, Phase: rounds.Done, Started: at, Finished: at.Add(21 * time.Second), Complete: true, Devices: devices}
}

// device returns a device as a round sees it.
func device(n int) discovery.Device {
	return discovery.Device{
		ID: discovery.DeviceID(fmt.Sprintf("d-%02d", n)), Present: true,
		Name: fmt.Sprintf("Camera %d", n), Vendor: "Reolink", Model: "RLC-410W", Firmware: "v3.0.0.136",
		Kind: discovery.KindCamera, Family: "reolink",
		MAC:      discovery.MAC{0xec, 0x71, 0xdb, 0, 0, byte(n)},
		Addrs:    []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 1, byte(n)}), netip.MustParseAddr("fe80::1%eth0")},
		Keys:     []string{fmt.Sprintf("mac:%02d", n), fmt.Sprintf("upnp:%02d", n)},
		Services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http", Product: "nginx 1.14"}, {Port: 443, Transport: "tcp", TLS: true}},
		Facts:    []discovery.Fact{{Key: discovery.FactUPnPName, Value: "Hall 'camera' \u65e5\u672c"}, {Key: discovery.FactHTTPTitle, Value: "Sign in"}},
		Evidence: []discovery.Evidence{
			{Field: "model", Source: discovery.FactUPnPName, Value: "RLC-410W", Strength: discovery.Saw},
			{Field: "vendor", Source: discovery.FactHTTPTitle, Value: "Reolink", Strength: discovery.Saw},
			{Field: "firmware", Source: discovery.FactHTTPTitle, Value: "v3", Strength: discovery.Saw},
			{Field: "name", Source: discovery.FactMDNSHost, Value: "camera", Strength: discovery.Likely},
			{Field: "kind", Source: discovery.FactMDNSHost, Value: "camera", Strength: discovery.Likely},
		},
		FoundBy: []string{"mdns", "ssdp"}, HeardAfter: 240*time.Millisecond + time.Duration(n)*time.Microsecond,
	}
}

const (
	login    checks.ID   = "default-login"
	loginYes checks.Kind = "default-login"
)

// finding returns what the login check finds on a device.
func finding(d discovery.Device) checks.Finding {
	return checks.Finding{
		ID: checks.FindingID(d.ID, loginYes, 80, ""), Kind: loginYes, Check: login, Device: d.ID, Port: 80,
		Severity: checks.Today, Confidence: discovery.Saw, Args: map[string]string{"user": "admin"},
		Evidence: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: "cam"}},
	}
}

// loginEnded returns the outcome of the login check on a device.
func loginEnded(d discovery.Device, result checks.Result) checks.Outcome {
	o := checks.Outcome{Check: login, Device: d.ID, Result: result, Took: 30 * time.Millisecond}
	if result == checks.Found {
		o.Findings = []checks.Finding{finding(d)}
	}
	if result == checks.Unknown {
		o.Reason, o.Err = checks.ReasonUnreachable, errors.New("no answer")
	}
	return o
}

func saved(t *testing.T, s *Store, snap rounds.Snapshot) (rounds.Snapshot, []rounds.Change) {
	t.Helper()
	out, changes, err := s.SaveRound(t.Context(), snap)
	if err != nil {
		t.Fatal(err)
	}
	return out, changes
}

func latest(t *testing.T, s *Store, home rounds.HomeID) rounds.Snapshot {
	t.Helper()
	snap, err := s.Latest(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// whats lists what changes are about.
func whats(changes []rounds.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.What)
	}
	return list
}

func diff(t *testing.T, what string, got, want any) {
	t.Helper()
	compare := []cmp.Option{
		cmpopts.EquateEmpty(), cmpopts.EquateErrors(), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	}
	if d := cmp.Diff(want, got, compare...); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestWhatWasSavedIsReadBack(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	one, two := device(1), device(2)
	snap := round(home, 0, one, two)
	snap.Network = discovery.Network{
		Interface: "eth0", Index: 2, Prefix: netip.MustParsePrefix("192.168.1.0/24"),
		Prefixes6: []netip.Prefix{netip.MustParsePrefix("fe80::/64")},
		Addr:      netip.MustParseAddr("192.168.1.5"), Gateway: netip.MustParseAddr("192.168.1.1"),
	}
	snap.Outcomes = []checks.Outcome{loginEnded(one, checks.Found), loginEnded(two, checks.Unknown)}
	snap.Traffic = discovery.Traffic{
		Packets: 812, Connections: 140, BytesSent: 41200, BytesReceived: 512000, LoginAttempts: 2, LoginFailures: 1,
		Requests: []discovery.Request{{At: start, Port: 5353, Transport: "udp", Line: "mdns PTR _ipp._tcp.local", Sent: 40}},
	}
	snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{
		one.ID: {Connections: 9, Requests: []discovery.Request{{At: start, Addr: "192.168.1.1", Port: 80, Transport: "tcp", Line: "GET /", Sent: 90, Received: 1200}}},
		two.ID: {Packets: 12},
	}
	snap.Troubles = []rounds.Trouble{{Source: "ssdp", Err: discovery.ErrUnavailable}}
	snap.Checked, snap.ToCheck = 2, 2
	out, changes := saved(t, s, snap)

	want := snap
	want.Round = 1
	for i := range want.Devices {
		want.Devices[i].FirstSeen = want.Devices[i].LastSeen
	}
	f := finding(one)
	f.First, f.Last = snap.Finished, snap.Finished
	want.Findings = []checks.Finding{f}
	diff(t, "returned picture", out, want)
	diff(t, "changes", changes, []rounds.Change{
		{Round: 1, At: snap.Finished, What: rounds.DeviceNew, Device: one.ID},
		{Round: 1, At: snap.Finished, What: rounds.DeviceNew, Device: two.ID},
		{Round: 1, At: snap.Finished, What: rounds.FindingNew, Device: one.ID, Finding: f.ID},
	})

	// What only the round itself could know is not in the history.
	want.Phase, want.Checked, want.ToCheck, want.Troubles = rounds.Idle, 0, 0, nil
	want.Outcomes = []checks.Outcome{loginEnded(one, checks.Found), loginEnded(two, checks.Unknown)}
	want.Outcomes[0].Findings, want.Outcomes[1].Err = nil, nil
	diff(t, "latest", latest(t, s, home.ID), want)
	again := openAt(t, s.path)
	diff(t, "latest after opening again", latest(t, again, home.ID), want)

	var read []rounds.Change
	for c, err := range again.Changes(t.Context(), home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		read = append([]rounds.Change{c}, read...)
	}
	diff(t, "changes, newest first", read, changes)
	for sum, err := range again.Rounds(t.Context(), home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "summary", sum, rounds.Summary{Round: 1, Started: snap.Started, Finished: snap.Finished, Complete: true, Devices: 2, Open: 1, Rounds: 1})
	}
}

func TestAFindingLives(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	id := finding(d).ID
	end := func(n int) time.Time { return round(home, n).Finished }
	accept := func(reason string) func() error {
		return func() error { return s.Accept(t.Context(), home.ID, id, reason) }
	}
	stopped := func(snap *rounds.Snapshot) { snap.Complete = false }
	away := func(snap *rounds.Snapshot) { snap.Devices = nil }
	for n, step := range []struct {
		name    string
		before  func() error
		result  checks.Result
		alter   func(*rounds.Snapshot)
		want    func(*checks.Finding)
		changes []string
	}{
		{
			name: "found", result: checks.Found, changes: []string{rounds.DeviceNew, rounds.FindingNew},
			want: func(f *checks.Finding) { *f = finding(d); f.First, f.Last = end(0), end(0) },
		},
		{name: "still there", result: checks.Found, want: func(f *checks.Finding) { f.Last = end(1) }},
		{name: "could not be checked", result: checks.Unknown},
		{name: "does not apply", result: checks.NotApplicable},
		{name: "clear, but not of a device that was there", result: checks.Clear, alter: away, changes: []string{rounds.DeviceGone}},
		{
			name: "device back, check not carried out", result: checks.Clear, changes: []string{rounds.DeviceBack},
			alter: func(snap *rounds.Snapshot) { snap.Outcomes = nil },
		},
		{name: "another check is clear", result: checks.Clear, alter: func(snap *rounds.Snapshot) { snap.Outcomes[0].Check = "telnet" }},
		{name: "another one is gone", result: checks.Unknown, alter: func(snap *rounds.Snapshot) { snap.Outcomes[0].Gone = []string{"f-other"} }},
		{
			name: "accepted", before: accept("moving out"), result: checks.Found,
			want: func(f *checks.Finding) { f.Last, f.Accepted = end(8), "moving out" },
		},
		{name: "not accepted any more", before: accept(""), result: checks.Unknown, want: func(f *checks.Finding) { f.Accepted = "" }},
		{
			name: "fixed, in a round that was stopped later", result: checks.Clear, alter: stopped,
			changes: []string{rounds.FindingFixed}, want: func(f *checks.Finding) { f.Fixed = end(10) },
		},
		{name: "still fixed", result: checks.Clear},
		{
			name: "came back, and the rest could not be looked at", result: checks.Unknown, changes: []string{rounds.FindingBack},
			alter: func(snap *rounds.Snapshot) { snap.Outcomes[0].Findings = []checks.Finding{finding(d)} },
			want:  func(f *checks.Finding) { f.Last, f.Fixed, f.CameBack = end(12), time.Time{}, end(12) },
		},
		{
			name: "gone, and the rest could not be looked at", result: checks.Unknown, changes: []string{rounds.FindingFixed},
			alter: func(snap *rounds.Snapshot) { snap.Outcomes[0].Gone = []string{id} },
			want:  func(f *checks.Finding) { f.Fixed = end(13) },
		},
		{
			name: "came back", result: checks.Found, changes: []string{rounds.FindingBack},
			want: func(f *checks.Finding) { f.Last, f.Fixed, f.CameBack = end(14), time.Time{}, end(14) },
		},
		{
			name: "the check found something else", result: checks.Found, changes: []string{rounds.FindingFixed},
			alter: func(snap *rounds.Snapshot) { snap.Outcomes[0].Findings = nil },
			want:  func(f *checks.Finding) { f.Fixed = end(15) },
		},
		{
			name: "back as a finding of the picture, more mildly", result: checks.Found, changes: []string{rounds.FindingBack},
			alter: func(snap *rounds.Snapshot) {
				snap.Findings, snap.Outcomes[0].Findings = snap.Outcomes[0].Findings, nil
				snap.Findings[0].Severity = checks.Week
			},
			want: func(f *checks.Finding) {
				f.Last, f.Fixed, f.CameBack, f.Severity = end(16), time.Time{}, end(16), checks.Week
			},
		},
		{
			name: "a picture that carries the history along finds nothing", result: checks.Clear, changes: []string{rounds.FindingFixed},
			alter: func(snap *rounds.Snapshot) { snap.Findings = latest(t, s, home.ID).Findings },
			want:  func(f *checks.Finding) { f.Fixed = end(17) },
		},
	} {
		// Each step begins where the one before ended, so they share one body.
		if step.before != nil {
			if err := step.before(); err != nil {
				t.Fatal(err)
			}
		}
		var want checks.Finding
		if n > 0 {
			want = latest(t, s, home.ID).Findings[0]
		}
		if step.want != nil {
			step.want(&want)
		}
		snap := round(home, n, d)
		snap.Outcomes = []checks.Outcome{loginEnded(d, step.result)}
		if step.alter != nil {
			step.alter(&snap)
		}
		out, changes := saved(t, s, snap)
		diff(t, step.name, out.Findings, []checks.Finding{want})
		diff(t, step.name+": changes", whats(changes), step.changes)
	}
}

func TestARoundThatWasStoppedMarksNothingGone(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	one, two, three := device(1), device(2), device(3)
	first := round(home, 0, one, two)
	first.Outcomes = []checks.Outcome{loginEnded(one, checks.Found), loginEnded(two, checks.Found)}
	saved(t, s, first)

	snap := round(home, 1, one, three)
	snap.Complete = false
	snap.Outcomes = []checks.Outcome{loginEnded(one, checks.Clear)}
	out, changes := saved(t, s, snap)
	diff(t, "changes", whats(changes), []string{rounds.DeviceNew, rounds.FindingFixed})
	if len(out.Devices) != 3 || !out.Devices[1].Present || !out.Devices[1].LastSeen.Equal(first.Started) {
		t.Errorf("devices are %+v, want three, the second as it was", out.Devices)
	}
	diff(t, "open", out.Open()[0].Device, two.ID)
	if out.Complete {
		t.Error("the round is complete, want not")
	}
}

func TestADeviceStaysItselfAtANewAddress(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	saved(t, s, round(home, 0, d))
	if err := s.LeaveAlone(t.Context(), home.ID, d.ID, true); err != nil {
		t.Fatal(err)
	}
	moved := device(1)
	moved.Addrs = []netip.Addr{netip.MustParseAddr("192.168.1.77")}
	moved.Firmware = "v3.0.0.2356"
	moved.Keys = []string{"tls:01"}
	moved.FirstSeen = start.Add(time.Hour)
	out, changes := saved(t, s, round(home, 1, moved))
	at := out.Finished
	diff(t, "changes", changes, []rounds.Change{
		{Round: 2, At: at, What: rounds.AddressChanged, Device: d.ID, Old: "192.168.1.1", New: "192.168.1.77"},
		{Round: 2, At: at, What: rounds.FirmwareChanged, Device: d.ID, Old: "v3.0.0.136", New: "v3.0.0.2356"},
	})
	want := moved
	want.FirstSeen, want.LastSeen, want.LeaveAlone = start, start.Add(time.Hour), true
	diff(t, "devices", out.Devices, []discovery.Device{want})

	out, changes = saved(t, s, round(home, 2))
	want.Present, want.FoundBy, want.HeardAfter = false, nil, 0
	diff(t, "absent device", out.Devices, []discovery.Device{want})
	diff(t, "changes", whats(changes), []string{rounds.DeviceGone})

	quietly := discovery.Device{ID: d.ID, Present: true, Addrs: []netip.Addr{netip.MustParseAddr("fe80::2")}}
	out, changes = saved(t, s, round(home, 3, quietly))
	diff(t, "changes", whats(changes), []string{rounds.DeviceBack})
	want.Present, want.Addrs, want.LastSeen = true, quietly.Addrs, start.Add(3*time.Hour)
	want.MAC, want.Keys, want.Services, want.Facts = discovery.MAC{}, nil, nil, nil
	diff(t, "device that said little", out.Devices, []discovery.Device{want})

	unclear := quietly
	unclear.Facts = []discovery.Fact{{Key: d.Evidence[0].Source, Value: "something that is no model"}}
	out, _ = saved(t, s, round(home, 4, unclear))
	if got := out.Devices[0]; got.Model != "" || got.Vendor != "Reolink" {
		t.Errorf("got %q %q, want the maker but no model: the fact that it rested on is another now", got.Vendor, got.Model)
	}

	other := discovery.Device{ID: d.ID, Present: true, Vendor: "TP-Link"}
	out, _ = saved(t, s, round(home, 5, other))
	if got := out.Devices[0]; got.Vendor != "TP-Link" || got.Model != "" || got.Firmware != "" {
		t.Errorf("got %q %q %q, want nothing of the old maker", got.Vendor, got.Model, got.Firmware)
	}
}

func TestAFurtherAddressIsNoChange(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(9)
	saved(t, s, round(home, 0, d))
	for n, addrs := range [][]string{{"192.168.1.2", "192.168.1.9"}, {"192.168.1.2", "fe80::9"}, {"fe80::9"}, {"fd00::9"}} {
		d.Addrs = nil
		for _, a := range addrs {
			d.Addrs = append(d.Addrs, netip.MustParseAddr(a))
		}
		if out, changes := saved(t, s, round(home, n+1, d)); len(changes) > 0 || len(out.Devices[0].Addrs) != len(addrs) {
			t.Errorf("with %v: changes are %v and addresses %v, want no change and all of them", addrs, changes, out.Devices[0].Addrs)
		}
	}
}

func TestTwoDevicesThatTurnOutToBeOneAreMerged(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	one, two, away := device(1), device(2), device(3)
	snap := round(home, 0, one, two, away)
	snap.Outcomes = []checks.Outcome{loginEnded(two, checks.Found)}
	saved(t, s, snap)
	if err := s.LeaveAlone(t.Context(), home.ID, two.ID, true); err != nil {
		t.Fatal(err)
	}

	away.Present = false
	one.Was = []discovery.DeviceID{two.ID}
	one.LeaveAlone = true // as scan says of the two
	for n := range 2 {
		out, changes := saved(t, s, round(home, n+1, one, away))
		if len(out.Devices) != 2 || out.Devices[0].ID != one.ID || !out.Devices[0].LeaveAlone || out.Devices[1].ID != away.ID {
			t.Fatalf("devices are %+v, want the first, left alone, and the absent one", out.Devices)
		}
		if open := out.Open(); len(open) != 1 || open[0].Device != one.ID {
			t.Errorf("open are %+v, want the finding, now of the first device", open)
		}
		var want []string
		if n == 0 {
			want = []string{rounds.DeviceGone} // the third
		}
		diff(t, "changes", whats(changes), want)
	}
}

func TestHomesAreListedTheOneWalkedLastFirst(t *testing.T) {
	t.Parallel()
	s, first := newStore(t)
	var homes []rounds.Home
	for _, key := range []string{"second", "third"} {
		h, err := s.Home(t.Context(), key, key, false)
		if err != nil {
			t.Fatal(err)
		}
		homes = append(homes, h)
	}
	saved(t, s, round(homes[0], 0))
	saved(t, s, round(first, 1))
	got, err := s.Homes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "homes", got, []rounds.Home{first, homes[0], homes[1]})
}

func TestFindingsAreSortedByUrgency(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d, e := device(1), device(2)
	f := func(dev discovery.Device, kind checks.Kind, port uint16, sev checks.Severity) checks.Finding {
		return checks.Finding{ID: checks.FindingID(dev.ID, kind, port, ""), Kind: kind, Check: checks.ID(kind), Device: dev.ID, Port: port, Severity: sev}
	}
	want := []checks.Finding{
		f(d, "b", 23, checks.Today), f(d, "b", 80, checks.Today), f(e, "a", 1, checks.Today), f(d, "z", 1, checks.Inform),
		f(e, "y", 1, checks.Today), // accepted
		f(e, "x", 1, checks.Today), // fixed
	}
	snap := round(home, 0, d, e)
	for _, i := range []int{5, 1, 4, 3, 0, 2} {
		snap.Findings = append(snap.Findings, want[i])
	}
	saved(t, s, snap)
	if err := s.Accept(t.Context(), home.ID, want[4].ID, "fine"); err != nil {
		t.Fatal(err)
	}
	next := round(home, 1, d, e)
	next.Outcomes = []checks.Outcome{{Check: "x", Device: e.ID, Result: checks.Clear}}
	out, _ := saved(t, s, next)
	var got []string
	var ids []string
	for i := range want {
		got, ids = append(got, out.Findings[i].ID), append(ids, want[i].ID)
	}
	diff(t, "order", got, ids)
	for sum, err := range s.Rounds(t.Context(), home.ID) {
		if err != nil || sum.Open != len(out.Open()) || sum.Open != 3 {
			t.Errorf("got %d open, %v, want 3", sum.Open, err)
		}
		break
	}
}

func TestOneLookAtAFinding(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	snap := round(home, 0, d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
	sibling := finding(d)
	sibling.ID, sibling.Port = checks.FindingID(d.ID, loginYes, 8080, ""), 8080
	snap.Outcomes[0].Findings = append(snap.Outcomes[0].Findings, sibling)
	saved(t, s, snap)
	id, at := finding(d).ID, snap.Finished
	for _, step := range []struct {
		name   string
		result checks.Result
		fixed  bool
		proofs int
	}{
		{"still there", checks.Found, false, 1},
		{"no answer", checks.Unknown, false, 1},
		{"does not apply", checks.NotApplicable, false, 1},
		{"fixed", checks.Clear, true, 2},
		{"no answer, still fixed", checks.Unknown, true, 2},
		{"came back", checks.Found, false, 3},
	} {
		at = at.Add(time.Minute)
		f, err := s.SaveCheck(t.Context(), home.ID, id, loginEnded(d, step.result), at)
		if err != nil {
			t.Fatal(err)
		}
		if fixed := !f.Fixed.IsZero(); fixed != step.fixed {
			t.Errorf("%s: fixed is %v, want %v", step.name, fixed, step.fixed)
		}
		proofs, err := s.Proofs(t.Context(), home.ID, id)
		if err != nil || len(proofs) != step.proofs {
			t.Errorf("%s: got %d proofs, %v, want %d", step.name, len(proofs), err, step.proofs)
		}
	}
	proofs, _ := s.Proofs(t.Context(), home.ID, id)
	diff(t, "proofs", proofs, []rounds.Proof{
		{At: at, Before: false, After: true},
		{At: at.Add(-2 * time.Minute), Before: true, After: false},
		{At: at.Add(-5 * time.Minute), Before: true, After: true},
	})
	now := latest(t, s, home.ID)
	if f := now.Findings[0]; f.ID != id || !f.CameBack.Equal(at) || !f.Last.Equal(at) {
		t.Errorf("got %+v, want it back at %s", f, at)
	}
	if f := now.Findings[1]; !f.Fixed.IsZero() || !f.CameBack.IsZero() {
		t.Errorf("the other finding is %+v, want it untouched", f)
	}
	if _, err := s.SaveCheck(t.Context(), home.ID, "f-none", checks.Outcome{}, at); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
	if _, err := s.SaveCheck(t.Context(), home.ID, id, checks.Outcome{Check: "telnet", Device: d.ID, Result: checks.Clear}, at); err == nil {
		t.Error("the outcome of another check was taken")
	}
	if err := s.Accept(t.Context(), home.ID+1, id, "why not"); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
}

func TestACheckAgainReplacesTheOutcomeOfTheRound(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	snap := round(home, 0, d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
	saved(t, s, snap)
	snap = round(home, 1, d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Unknown)}
	saved(t, s, snap)
	if _, err := s.SaveCheck(t.Context(), home.ID, finding(d).ID, loginEnded(d, checks.Clear), snap.Finished); err != nil {
		t.Fatal(err)
	}
	now := latest(t, s, home.ID)
	if left := now.Unchecked(); len(left) > 0 {
		t.Errorf("still not checked: %+v", left)
	}
}

func TestHomesNeverMix(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	practice, err := s.Home(t.Context(), "02:00:00:00:00:01", "Practice", true)
	if err != nil {
		t.Fatal(err)
	}
	if practice.ID == home.ID || !practice.Practice {
		t.Fatalf("practice home is %+v, the real one %+v", practice, home)
	}
	again, err := s.Home(t.Context(), "02:00:00:00:00:01", "Another name", false)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "home found again", again, home)

	d := device(1)
	for n, h := range []rounds.Home{home, practice} {
		snap := round(h, n, d)
		snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
		saved(t, s, snap)
	}
	snap := round(practice, 2)
	saved(t, s, snap)
	clear := round(practice, 3, d)
	clear.Outcomes = []checks.Outcome{loginEnded(d, checks.Clear)}
	saved(t, s, clear)
	now := latest(t, s, home.ID)
	if len(now.Open()) != 1 || !now.Devices[0].Present || now.Round != 1 {
		t.Errorf("the real home is %+v, want it untouched", now)
	}

	if err := s.AgreeHome(t.Context(), home.ID, "Flat 3", start); err != nil {
		t.Fatal(err)
	}
	diff(t, "home", latest(t, s, home.ID).Home, rounds.Home{ID: home.ID, Name: "Flat 3", Consented: start})
	for _, err := range []error{
		s.AgreeHome(t.Context(), 99, "", start),
		func() error { _, err := s.Latest(t.Context(), 99); return err }(),
		func() error { _, _, err := s.SaveRound(t.Context(), round(rounds.Home{ID: 99}, 0)); return err }(),
		func() error { _, err := s.Home(t.Context(), "", "", false); return err }(),
		s.LeaveAlone(t.Context(), 99, d.ID, true),
		s.Correct(t.Context(), 99, d.ID, discovery.Correction{Name: "x"}),
	} {
		if err == nil {
			t.Error("a home that does not exist was taken")
		}
	}
}

func TestALoginTryIsFoundByAnyNameOfTheDevice(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	ctx := t.Context()
	names := []string{"ec:71:db:00:00:01", "192.168.1.30", "", "192.168.1.30"}
	for _, at := range []time.Time{start.Add(-25 * time.Hour), start, start.Add(time.Hour)} {
		if err := s.SaveTry(ctx, names, "D001", at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.TryAccepted(ctx, names[1:2], start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, by := range [][]string{names, names[:1], {"192.168.1.30", "192.168.1.99"}} {
		tries, err := s.Tries(ctx, by, start)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, fmt.Sprintf("tries by %q", by), tries, []checks.Try{{At: start.Add(time.Hour), Row: "D001"}, {At: start, Row: "D001", Failed: true}})
	}
	if tries, err := s.Tries(ctx, []string{"192.168.1.99"}, time.Time{}); err != nil || len(tries) > 0 {
		t.Errorf("got %v, %v, want no try", tries, err)
	}
	if err := s.SaveTry(ctx, []string{""}, "D001", start); err == nil {
		t.Error("a try on a device without a name was taken; it cannot be counted")
	}
	if err := s.TryAccepted(ctx, names, start.Add(time.Minute)); err == nil {
		t.Error("a try that was never made was accepted")
	}
	if err := s.TryTakenBack(ctx, names, start.Add(time.Hour)); err == nil {
		t.Error("a login that worked was taken back")
	}
	if err := s.TryTakenBack(ctx, names[:1], start.Add(-25*time.Hour)); err != nil {
		t.Error(err)
	}
	if tries, err := s.Tries(ctx, names, time.Time{}); err != nil || len(tries) != 2 {
		t.Errorf("after one was taken back: got %v, %v", tries, err)
	}
	if err := s.SaveTry(ctx, names, "D001", start.Add(keptTries)); err != nil {
		t.Fatal(err)
	}
	if tries, err := s.Tries(ctx, names, time.Time{}); err != nil || len(tries) != 3 {
		t.Errorf("got %d tries, %v, want 3: the oldest is forgotten", len(tries), err)
	}
}

func TestWhatTheUserSaidIsKept(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, d := t.Context(), device(1)
	for _, want := range []rounds.Consent{rounds.ConsentUnknown, rounds.ConsentGiven, rounds.ConsentRefused} {
		if want != rounds.ConsentUnknown {
			if err := s.SaveConsent(ctx, home.ID, d.ID, want); err != nil { // no round has saved it yet
				t.Fatal(err)
			}
		}
		if got, err := s.Consent(ctx, home.ID, d.ID); err != nil || got != want {
			t.Errorf("consent is %d, %v, want %d", got, err, want)
		}
	}
	for n, want := range []bool{true, false, true} {
		if err := s.LeaveAlone(ctx, home.ID, d.ID, want); err != nil {
			t.Fatal(err)
		}
		seen := device(1)
		seen.LeaveAlone = !want && n > 0 // the round began before the user spoke
		if out, _ := saved(t, s, round(home, n, seen)); out.Devices[0].LeaveAlone != want {
			t.Errorf("round %d: leave alone is %v, want %v", n, !want, want)
		}
	}
	if got, err := s.Consent(ctx, home.ID, d.ID); err != nil || got != rounds.ConsentRefused {
		t.Errorf("consent is %d, %v, want it untouched", got, err)
	}
}

func TestOldLedgersAreForgotten(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	other, err := s.Home(t.Context(), "other", "Other", false)
	if err != nil {
		t.Fatal(err)
	}
	ledger := map[discovery.DeviceID]discovery.Traffic{"d-1": {Connections: 1}, "d-2": {Connections: 2}}
	for n := range keptLedgers + 3 {
		snap := round(home, n)
		snap.ByDevice, snap.Traffic.Packets = ledger, n
		if n == 0 {
			snap.Home = other
		}
		saved(t, s, snap)
	}
	count := func(home rounds.HomeID) (n int) {
		t.Helper()
		if err := s.reader.QueryRow(`SELECT count(DISTINCT round) FROM ledgers WHERE home = ?`, home).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(home.ID); n != keptLedgers {
		t.Errorf("ledgers of %d rounds are kept, want %d", n, keptLedgers)
	}
	if n := count(other.ID); n != 1 {
		t.Errorf("ledgers of %d rounds of the other home are kept, want 1", n)
	}
	now := latest(t, s, home.ID)
	diff(t, "latest ledger", now.ByDevice, ledger)
	diff(t, "latest total", now.Traffic.Packets, keptLedgers+2)
}

// manyDevices is a home of 40. Facts and evidence are left out: they take time, not space.
func manyDevices() ([]discovery.Device, map[discovery.DeviceID]discovery.Traffic) {
	var all []discovery.Device
	ledger := make(map[discovery.DeviceID]discovery.Traffic)
	for n := range 40 {
		d := device(n)
		d.Facts, d.Evidence = nil, nil
		all = append(all, d)
		ledger[d.ID] = discovery.Traffic{Connections: 9, BytesSent: 2140, BytesReceived: 30211}
	}
	return all, ledger
}

// sameAgain is a round in which only the times differ from the round before.
func sameAgain(home rounds.Home, n int, all []discovery.Device, ledger map[discovery.DeviceID]discovery.Traffic) rounds.Snapshot {
	for i := range all {
		all[i].HeardAfter = time.Duration(n*i) * time.Millisecond
	}
	snap := round(home, n, all...)
	for i := range all {
		result := checks.Clear
		if i%4 == 0 {
			result = checks.Found
		}
		snap.Outcomes = append(snap.Outcomes, loginEnded(all[i], result))
	}
	snap.ByDevice = ledger
	return snap
}

func TestARoundWithoutNewsCostsAlmostNothing(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	unsynced(t, s)
	all, ledger := manyDevices()
	for range keptLedgers { // from then on each round's ledger takes the place of an old one
		saved(t, s, rounds.Snapshot{Home: home, ByDevice: ledger})
	}
	saved(t, s, sameAgain(home, 0, all, ledger))
	more := 200
	if underRace() {
		more = 20 // nothing here runs at once, and it is slow
	}
	before := fileSize(t, s)
	for n := range more {
		if _, changes := saved(t, s, sameAgain(home, n+1, all, ledger)); len(changes) > 0 {
			t.Fatalf("round %d: changes are %v, want none", n, changes)
		}
	}
	perRound := (fileSize(t, s) - before) / int64(more)
	t.Logf("%d bytes in the file, %d more for each round without news", before, perRound)
	if perRound >= 1024 {
		t.Errorf("a round without news takes %d bytes, want less than 1024", perRound)
	}
}

func BenchmarkRoundAfterAYear(b *testing.B) {
	needSQLite(b)
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "history.db"), quiet)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	unsynced(b, s)
	home, err := s.Home(b.Context(), "home", "Home", false)
	if err != nil {
		b.Fatal(err)
	}
	all, ledger := manyDevices()
	n := 0
	save := func() {
		if _, _, err := s.SaveRound(b.Context(), sameAgain(home, n, all, ledger)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	for n < 365 {
		save()
	}
	for b.Loop() {
		save()
	}
}

// underRace reports whether the test was built with -race.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// unsynced does without waiting for the disk, where a test saves hundreds of rounds.
func unsynced(t testing.TB, s *Store) {
	t.Helper()
	if _, err := s.writer.Exec("PRAGMA synchronous = OFF"); err != nil {
		t.Fatal(err)
	}
}

// fileSize moves everything from the log into the file, and returns the size of that.
func fileSize(t *testing.T, s *Store) int64 {
	t.Helper()
	if _, err := s.writer.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestAReaderSeesWholeRoundsWhileOthersAreSaved(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	other := openAt(t, s.path)
	one, two := device(1), device(2)
	save := func(n int) error {
		snap := round(home, n, one, two)
		snap.Outcomes = []checks.Outcome{loginEnded(one, checks.Found)}
		_, _, err := s.SaveRound(t.Context(), snap)
		return err
	}
	if err := save(0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	done, stop := context.WithCancel(t.Context())
	for _, from := range []*Store{s, other} {
		wg.Go(func() {
			for done.Err() == nil {
				now, err := from.Latest(t.Context(), home.ID)
				if err != nil {
					t.Error(err)
					return
				}
				if len(now.Devices) != 2 || !now.Devices[0].LastSeen.Equal(now.Started) || !now.Findings[0].Last.Equal(now.Finished) {
					t.Errorf("round %d is half there: %+v", now.Round, now)
					return
				}
				for c, err := range from.Changes(t.Context(), home.ID) {
					if err != nil {
						t.Error(err)
					}
					if _, err := from.Proofs(t.Context(), home.ID, c.Finding); err != nil { // asked while the list is open
						t.Error(err)
					}
				}
			}
		})
	}
	for n := range 20 {
		if err := save(n + 1); err != nil {
			t.Error(err)
		}
	}
	stop()
}

func TestACancelledSaveKeepsNothing(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.SaveRound(ctx, round(home, 0, device(1))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if now := latest(t, s, home.ID); now.Round != 0 || len(now.Devices) > 0 {
		t.Errorf("got %+v, want an empty home", now)
	}
	for _, err := range s.Rounds(ctx, home.ID) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	}
}

func TestTheFileIsPrivateAndSafe(t *testing.T) {
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "new folder", "what? 100% #1.db")
	s := openAt(t, path)
	homeOf(t, s)
	for name, want := range map[string]fs.FileMode{filepath.Dir(path): fs.ModeDir | 0o700, path: 0o600, path + "-wal": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%q has mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	for _, db := range []*sql.DB{s.writer, s.reader} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000"} {
			var got string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %q, %v, want %q", pragma, got, err, want)
			}
		}
	}
	var full int
	if err := s.writer.QueryRow("PRAGMA synchronous").Scan(&full); err != nil || full != 2 {
		t.Errorf("synchronous is %d, %v, want 2 (FULL)", full, err)
	}
	if _, err := s.reader.Exec("DELETE FROM homes"); !errors.Is(mapped(err), ErrReadOnly) {
		t.Errorf("a reader deleted: got %v, want %v", err, ErrReadOnly)
	}
}

func TestTheUsersCorrectionWinsOverEveryRound(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, d := t.Context(), device(1)
	word := discovery.Correction{Name: "Hall camera", Kind: discovery.KindDoorbell, Vendor: "Maker", Model: "M 1", Room: "Hall", Owner: "Ana", Notes: "two\nlines"}
	correct := func(c discovery.Correction) {
		t.Helper()
		if err := s.Correct(ctx, home.ID, d.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	correct(word) // no round has saved it yet
	want := device(1)
	want.FirstSeen, want.LastSeen = start, start
	want.Correct(word)
	out, _ := saved(t, s, round(home, 0, device(1)))
	diff(t, "corrected before the round was saved", out.Devices, []discovery.Device{want})

	moved := device(1)
	moved.Addrs = []netip.Addr{netip.MustParseAddr("192.168.1.77")}
	moved.Vendor, moved.Family = "TP-Link", "tapo"
	moved.Correct(discovery.Correction{Name: "Older word"}) // the round began before the user spoke
	want = device(1)
	want.Addrs, want.Vendor, want.Family, want.FirstSeen, want.LastSeen = moved.Addrs, "TP-Link", "tapo", start, start.Add(time.Hour)
	signs := want
	want.Correct(word)
	out, _ = saved(t, s, round(home, 1, moved))
	diff(t, "at a new address, and of another maker by its signs", out.Devices, []discovery.Device{want})
	diff(t, "after opening again", latest(t, openAt(t, s.path), home.ID).Devices, []discovery.Device{want})

	quiet := discovery.Device{ID: d.ID, Present: true, Addrs: moved.Addrs, Correction: word}
	quiet.Correct(word)
	out, _ = saved(t, s, round(home, 2, quiet))
	if got := out.Devices[0]; got.Name != word.Name || got.Signs.Vendor != "TP-Link" || got.Family != "tapo" {
		t.Errorf("a silent device is %+v, want what its signs said, under the user's words", got)
	}

	other := discovery.Device{ID: d.ID, Present: true, Vendor: "Netgear"}
	other.Correct(word)
	out, _ = saved(t, s, round(home, 3, other))
	if got := out.Devices[0]; got.Vendor != word.Vendor || got.Family != "" || got.Firmware != "" {
		t.Errorf("got %+v, want nothing of the old maker: the user's word must not keep its family alive", got)
	}

	out, _ = saved(t, s, round(home, 4, moved))
	correct(discovery.Correction{Room: "Hall"})
	signs.Correction, signs.LastSeen = discovery.Correction{Room: "Hall"}, out.Devices[0].LastSeen
	diff(t, "taken back, but for the room", latest(t, s, home.ID).Devices, []discovery.Device{signs})
	correct(discovery.Correction{})
	signs.Correction = discovery.Correction{}
	diff(t, "taken back", latest(t, s, home.ID).Devices, []discovery.Device{signs})

	late := device(1)
	late.Correct(word) // the round began before the user took it back
	out, _ = saved(t, s, round(home, 5, late))
	if got := out.Devices[0].Correction; got != (discovery.Correction{}) {
		t.Errorf("a round brought back %+v", got)
	}

	if err := s.Correct(ctx, home.ID, "d-new", word); err != nil { // of a device that is new in the round
		t.Fatal(err)
	}
	heir := device(2)
	heir.Was = []discovery.DeviceID{"d-new"}
	out, _ = saved(t, s, round(home, 6, heir))
	if got := out.Devices[1].Correction; got != word {
		t.Errorf("the heir has %+v, want %+v", got, word)
	}
}

func TestCorrectionsOfMergedDevicesAreKept(t *testing.T) {
	t.Parallel()
	lamp, light := discovery.Correction{Name: "Lamp", Room: "Hall"}, discovery.Correction{Name: "Light", Owner: "Ana"}
	for _, tt := range []struct {
		name          string
		elder, joined discovery.Correction
		want          discovery.Correction
	}{
		{name: "of the elder", elder: lamp, want: lamp},
		{name: "of the one that is no more", joined: lamp, want: lamp},
		{name: "of both", elder: lamp, joined: light, want: discovery.Correction{Name: "Lamp", Room: "Hall", Owner: "Ana"}},
		{name: "of none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, home := newStore(t)
			one, two := device(1), device(2)
			saved(t, s, round(home, 0, one, two))
			for id, c := range map[discovery.DeviceID]discovery.Correction{one.ID: tt.elder, two.ID: tt.joined} {
				if err := s.Correct(t.Context(), home.ID, id, c); err != nil {
					t.Fatal(err)
				}
			}
			one.Was = []discovery.DeviceID{two.ID}
			for n := range 2 {
				out, _ := saved(t, s, round(home, n+1, one))
				if len(out.Devices) != 1 || out.Devices[0].Correction != tt.want {
					t.Errorf("devices are %+v, want one with %+v", out.Devices, tt.want)
				}
			}
		})
	}
}

func TestAHistoryOfTheFirstVersionIsBroughtUp(t *testing.T) {
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, time.Second, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps, _, err := migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"INSERT INTO homes (id, key, practice, name) VALUES (1, 'x', 0, 'Our home')",
		"INSERT INTO devices (home, id, first_seen, name, vendor, model, firmware, kind, family, mac, details) VALUES (1, 'd-01', 1, 'Camera', '', '', '', '', '', '', '')",
		"INSERT INTO choices (home, device, consent, leave_alone) VALUES (1, 'd-01', 1, 1)",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	if got := latest(t, s, 1).Devices; len(got) != 1 || got[0].Name != "Camera" || !got[0].LeaveAlone || got[0].Correction != (discovery.Correction{}) {
		t.Errorf("got %+v", got)
	}
	if err := s.Correct(t.Context(), 1, "d-01", discovery.Correction{Name: "Lamp"}); err != nil {
		t.Fatal(err)
	}
	if got := latest(t, s, 1).Devices[0]; got.Name != "Lamp" || !got.LeaveAlone {
		t.Errorf("got %+v, want it corrected and left alone", got)
	}
	if got, err := s.Consent(t.Context(), 1, "d-01"); err != nil || got != rounds.ConsentGiven {
		t.Errorf("consent is %d, %v, want it untouched", got, err)
	}
}
