package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// planted stands everywhere where somebody may have said something.
const planted = "PLANTED"

// plant gives a history with that word in every table, in its log, in backups and in what was set aside.
func plant(t *testing.T) (*Store, rounds.Home) {
	t.Helper()
	s, home := newStore(t)
	ctx := t.Context()
	d, gone := device(1), device(2)
	for _, p := range []*discovery.Device{&d, &gone} {
		p.Name, p.Facts, p.Keys, p.Firmware = planted, []discovery.Fact{{Key: "http.title", Value: planted}}, []string{planted}, planted+"1"
		p.ID = discovery.DeviceID(planted + string(p.ID))
	}
	f := checks.Finding{ID: checks.FindingID(d.ID, loginYes, 80, ""), Kind: loginYes, Check: login, Device: d.ID, Port: 80, Severity: checks.Today, Confidence: discovery.Saw, Args: map[string]string{"user": planted}}
	for n := range 60 {
		snap := round(home, n, d, gone)
		if n%2 == 0 {
			snap.Devices = snap.Devices[:1]
		}
		d.Firmware = planted + string(rune('a'+n%20))
		snap.Outcomes = []checks.Outcome{{Check: login, Device: d.ID, Result: checks.Clear, Reason: planted}}
		if n%3 == 0 {
			snap.Outcomes[0].Result, snap.Outcomes[0].Findings = checks.Found, []checks.Finding{f}
		}
		snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{d.ID: {Requests: []discovery.Request{{Line: planted}}}}
		saved(t, s, snap)
		if n == 30 {
			backUp(t, s, start)
		}
	}
	for _, err := range []error{
		s.RenameHome(ctx, home.ID, planted),
		s.AddNetwork(ctx, home.ID, rounds.HomeNetwork{Key: planted, Name: planted}),
		s.Correct(ctx, home.ID, d.ID, discovery.Correction{Notes: planted}),
		s.Accept(ctx, home.ID, f.ID, planted),
		s.SaveTry(ctx, []string{planted, "mac:x"}, planted, time.Now().Add(-30*time.Hour)),
		s.SaveTry(ctx, []string{planted, "mac:x"}, planted, time.Now().Add(-time.Hour)),
		s.SaveSetting(ctx, "news", planted),
		s.SaveNews(ctx, news.State{Source: planted, Trouble: news.Trouble(planted)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.computer(ctx); err != nil {
		t.Fatal(err)
	}
	backUp(t, s, start.Add(time.Hour))
	write(t, s.path+damagedEnd+"20260101-000000", []byte(planted))
	write(t, s.path+damagedEnd+"20260101-000000-wal", []byte(planted))
	write(t, s.inBackups(chosenName), []byte(planted))
	return s, home
}

// holding lists the files in a folder that hold a word.
func holding(t *testing.T, dir, word string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(word)) {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestErasedIsErased(t *testing.T) {
	t.Parallel()
	s, home := plant(t)
	ctx, dir := t.Context(), filepath.Dir(s.path)
	if names := holding(t, dir, planted); len(names) < 6 {
		t.Fatalf("before, only %v hold the word", names)
	}
	for _, table := range []string{"homes", "rounds", "devices", "choices", "findings", "ledgers", "changes", "proofs", "tries", "try_names", "settings", "news", "networks"} {
		if count(t, s, `SELECT count(*) FROM `+table) == 0 {
			t.Errorf("%s is empty before", table)
		}
	}
	other := openAt(t, s.path)
	if _, err := other.Latest(ctx, home.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ctx); err != nil {
		t.Fatal(err)
	}
	if names := holding(t, dir, planted); len(names) > 0 {
		t.Errorf("%v still hold the word", names)
	}
	for _, word := range []string{"Reolink", "192.168", "ec:71:db", "Our home", "GET"} {
		if names := holding(t, dir, word); len(names) > 0 {
			t.Errorf("%v still hold %q", names, word)
		}
	}
	kept := []string{}
	for l := range strings.Lines(dump(t, s)) {
		if !strings.HasPrefix(l, "goose_db_version") {
			kept = append(kept, strings.Fields(l)[0])
		}
	}
	diff(t, "tables that hold something", kept, []string{"tries", "try_names"})
	if tries, err := s.Tries(ctx, []string{"mac:anything"}, time.Now().Add(-24*time.Hour)); err != nil || len(tries) != 1 || !tries[0].Failed {
		t.Errorf("got %v, %v, want the one try of the last day, now of every device", tries, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && strings.HasSuffix(f.Name(), "-wal") && info.Size() > 0 {
			t.Errorf("%s has %d bytes", f.Name(), info.Size())
		}
	}
	next, err := other.Home(ctx, "02:00:00:00:00:01", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID <= home.ID {
		t.Errorf("the next home has number %d, which another process may know", next.ID)
	}
	if _, _, err := other.SaveRound(ctx, round(home, 99)); err == nil {
		t.Error("a round of an erased home was saved")
	}
	saved(t, other, round(next, 0, device(1)))
	private(t, dir)
}

func TestNothingIsErasedDuringARound(t *testing.T) {
	t.Parallel()
	s, home := lived(t)
	release, err := openAt(t, s.path).LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	before := dump(t, s)
	for _, err := range []error{s.Erase(t.Context()), s.DeleteHome(t.Context(), home.ID)} {
		if !errors.Is(err, ErrLocked) {
			t.Errorf("got %v, want %v", err, ErrLocked)
		}
	}
	diff(t, "history", dump(t, s), before)
}

func TestADeletedHomeLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s, home := plant(t)
	other, err := s.Home(t.Context(), "other", "Mine", false)
	if err != nil {
		t.Fatal(err)
	}
	saved(t, s, round(other, 0, device(7)))
	if err := s.DeleteHome(t.Context(), home.ID); err != nil {
		t.Fatal(err)
	}
	for l := range strings.SplitSeq(dump(t, s), "\n") {
		if strings.Contains(l, planted) && !strings.HasPrefix(l, "tr") && !strings.HasPrefix(l, "settings") && !strings.HasPrefix(l, "news") {
			t.Errorf("left: %s", l)
		}
	}
	if names := holding(t, filepath.Dir(s.path), "Hall 'camera'"); len(names) == 0 {
		t.Error("the other home is gone, too")
	}
	if names := holding(t, filepath.Dir(s.path), "GET"); len(names) > 0 {
		t.Errorf("%v hold what was said", names)
	}
	if now := latest(t, s, other.ID); len(now.Devices) != 1 {
		t.Errorf("the other home is %+v", now)
	}
	if err := s.DeleteHome(t.Context(), home.ID); err == nil {
		t.Error("it was deleted twice")
	}
}

func TestWhatIsOldIsThinnedOut(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, stays, left, noted, faulty := t.Context(), device(1), device(2), device(3), device(4)
	day := func(n int, devices ...discovery.Device) rounds.Snapshot {
		snap := round(home, 24*n, devices...)
		for _, d := range snap.Devices {
			if d.ID == faulty.ID {
				snap.Outcomes = append(snap.Outcomes, loginEnded(faulty, map[bool]checks.Result{true: checks.Found, false: checks.Clear}[n == 0]))
			}
		}
		return snap
	}
	saved(t, s, day(0, stays, left, noted, faulty))
	saved(t, s, day(1, stays, left, noted, faulty))
	saved(t, s, day(2, stays))
	for n := range 60 {
		saved(t, s, day(400+n, stays))
	}
	if err := s.Correct(ctx, home.ID, noted.ID, discovery.Correction{Notes: "Grandma's"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Thin(ctx, start.AddDate(0, 0, 300)); err != nil {
		t.Fatal(err)
	}
	now := latest(t, s, home.ID)
	var ids []discovery.DeviceID
	for _, d := range now.Devices {
		ids = append(ids, d.ID)
	}
	diff(t, "devices", ids, []discovery.DeviceID{stays.ID, noted.ID, faulty.ID})
	f := now.Findings[0]
	if !f.First.Equal(day(0).Finished) || !f.Fixed.Equal(day(1).Finished) {
		t.Errorf("the finding is %+v, want it with its whole life", f)
	}
	page, err := s.Timeline(ctx, home.ID, rounds.Filter{}, rounds.Mark{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "changes", whats(page.Changes), []string{rounds.FindingFixed, rounds.FindingNew})
	proofs, err := s.Proofs(ctx, home.ID, f.ID)
	if err != nil || len(proofs) != 1 {
		t.Errorf("proofs are %v, %v", proofs, err)
	}
	for sum, err := range s.Rounds(ctx, home.ID) {
		if err != nil || sum.Started.Before(day(400).Started) {
			t.Errorf("a round of long ago is left: %+v, %v", sum, err)
		}
	}
	// However old it is, what is known now stays.
	if err := s.Thin(ctx, start.AddDate(10, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if again := latest(t, s, home.ID); again.Round != now.Round || !again.Devices[0].Present {
		t.Errorf("what is known now is %+v", again)
	}
}

func TestTheHistoryIsKeptForAsLongAsTheUserWants(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx := t.Context()
	roundsLeft := func() int64 { return count(t, s, `SELECT count(*) FROM rounds`) }
	for n := range 20 {
		saved(t, s, round(home, 24*30*n, device(1)))
	}
	now := start.AddDate(0, 0, 30*19+1)
	if err := s.Tend(ctx, now); err != nil || roundsLeft() != 20 {
		t.Errorf("for ever: %d rounds are left, %v, want all", roundsLeft(), err)
	}
	if _, err := s.ChangeSettings(ctx, func(set *rounds.Settings) { set.Keep = 12 }); err != nil {
		t.Fatal(err)
	}
	saved(t, s, round(home, 24*30*19+24*360, device(1)))
	if err := s.Tend(ctx, now.AddDate(1, 0, 0)); err != nil || roundsLeft() != 21 {
		t.Errorf("with a clock that leapt ahead: %d rounds are left, %v, want all", roundsLeft(), err)
	}
	if err := s.Tend(ctx, now); err != nil || roundsLeft() != 14 {
		t.Errorf("for a year: %d rounds are left, %v, want 14", roundsLeft(), err)
	}
}

func TestAClockThatRanAheadForTwoRoundsCostsNoHistory(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, day, years := t.Context(), 24, 24*365*5
	left := func() int64 { return count(t, s, `SELECT count(*) FROM rounds`) }
	if _, err := s.ChangeSettings(ctx, func(set *rounds.Settings) { set.Keep = 12 }); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		saved(t, s, round(home, n*day, device(1)))
	}
	for n := range 2 {
		snap := round(home, years+n*day, device(1))
		saved(t, s, snap)
		if err := s.Tend(ctx, snap.Finished); err != nil || left() != int64(4+n) {
			t.Errorf("%d rounds five years ahead: %d rounds are left, %v", n+1, left(), err)
		}
	}
	for n := range 3 { // then five years have passed indeed
		snap := round(home, years+(2+n)*day, device(1))
		saved(t, s, snap)
		if err := s.Tend(ctx, snap.Finished); err != nil {
			t.Fatal(err)
		}
	}
	if left() != 5 {
		t.Errorf("%d rounds are left, want those of the last days", left())
	}
}

func TestSettingsAreChangedTogether(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	ctx := t.Context()
	if set, err := s.Settings(ctx); err != nil {
		t.Error(err)
	} else {
		diff(t, "at first", set, rounds.Settings{})
	}
	want := rounds.Settings{Language: "pt-BR", TextSize: 130, Every: "weekly", Hour: 3, Paused: start, Mute: []string{"new-device"}, QuietFrom: 22 * 60, QuietUntil: 7 * 60, Keep: 24}
	if _, err := s.ChangeSettings(ctx, func(set *rounds.Settings) { *set = want }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.Exec(`UPDATE settings SET value = json_set(value, '$.of_tomorrow', 'x') WHERE name = ?`, settingsName); err != nil {
		t.Fatal(err)
	}
	got, err := openAt(t, s.path).ChangeSettings(ctx, func(set *rounds.Settings) { set.Hour, set.Mute = 0, nil })
	if err != nil {
		t.Fatal(err)
	}
	want.Hour, want.Mute = 0, nil
	diff(t, "returned", got, want)
	if got, err = s.Settings(ctx); err != nil {
		t.Fatal(err)
	}
	diff(t, "kept", got, want)
	if value, err := s.Setting(ctx, settingsName); err != nil || !strings.Contains(value, "of_tomorrow") {
		t.Errorf("stored is %s, %v, want what a newer version set, too", value, err)
	}
}
