package store

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func backUp(t *testing.T, s *Store, at time.Time) rounds.Backup {
	t.Helper()
	b, err := s.BackUp(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func backups(t *testing.T, s *Store) []string {
	t.Helper()
	list, err := s.Backups()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range list {
		names = append(names, b.Name)
	}
	return names
}

// private looks at every file and folder beside a history: nobody else may read it.
func private(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABackupIsRestored(t *testing.T) {
	t.Parallel()
	s, home := lived(t)
	ctx, now := t.Context(), start.AddDate(0, 0, 7)
	want := dump(t, s)
	b := backUp(t, s, now)
	if b.Size == 0 || !b.At.Equal(now) {
		t.Errorf("got %+v", b)
	}
	other := openAt(t, s.path) // as another process has it
	snap := round(home, 100, device(1), device(9))
	saved(t, s, snap)
	late, err := s.Home(ctx, rounds.GatewayKey+"late", "Made later", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveTry(ctx, []string{"mac:late"}, "D003", now); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(ctx, b.Name, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, from := range []*Store{s, other, openAt(t, s.path)} {
		got := dump(t, from)
		if diffs := strings.Count(got, "tries ["); diffs != 3 {
			t.Errorf("%d logins are known to be tried, want all 3: that must not be forgotten", diffs)
		}
		diff(t, "what is back", withoutTries(got), withoutTries(want))
	}
	again, err := other.Home(ctx, rounds.GatewayKey+"next", "Next", false)
	if err != nil {
		t.Fatal(err)
	}
	if again.ID <= late.ID {
		t.Errorf("the home has number %d, which another process may know as that of %q", again.ID, late.Name)
	}
	out, _ := saved(t, other, round(home, 101, device(1)))
	if out.Round <= 5 {
		t.Errorf("the next round has number %d, which was given before", out.Round)
	}
	names := backups(t, s)
	if len(names) != 2 {
		t.Fatalf("backups are %v, want what was replaced, too", names)
	}
	if err := s.Restore(ctx, names[0], now.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if h, found, err := s.FindHome(ctx, rounds.GatewayKey+"late", false); err != nil || !found || h.ID != late.ID {
		t.Errorf("what was replaced cannot be brought back: %+v, %v, %v", h, found, err)
	}
	private(t, filepath.Dir(s.path))
}

func withoutTries(dump string) string {
	var out []string
	for l := range strings.Lines(dump) {
		if !strings.HasPrefix(l, "tr") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}

func TestThreeBackupsAreKept(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	var made []string
	for day := range 5 {
		made = append(made, backUp(t, s, start.AddDate(0, 0, day)).Name)
	}
	diff(t, "backups", backups(t, s), []string{made[4], made[3], made[2]})
	ahead := backUp(t, s, start.AddDate(5, 0, 0)).Name // with a clock that was wrong
	made = append(made, backUp(t, s, start.AddDate(0, 0, 5)).Name)
	diff(t, "backups", backups(t, s), []string{made[5], made[4], made[3]})
	if _, err := os.Stat(s.inBackups(ahead)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the one of the wrong clock pushed out a good one: %v", err)
	}
}

func TestABackupThatIsNotGoodIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	ctx := t.Context()
	good := read(t, s.inBackups(backUp(t, s, start).Name))
	before := dump(t, s)
	newer := filepath.Join(t.TempDir(), "newer.db")
	write(t, newer, good)
	db, err := sql.Open("sqlite3", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(good)
	copy(damaged[len(damaged)/2:], bytes.Repeat([]byte{0xaa}, 5000))
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"damaged":    {damaged, ErrCorrupt},
		"cut off":    {good[:len(good)/2], ErrCorrupt},
		"a letter":   {[]byte(strings.Repeat("dear diary ", 1000)), ErrCorrupt},
		"empty":      {nil, ErrCorrupt},
		"from later": {read(t, newer), ErrNewer},
	} {
		b := backUp(t, s, start.Add(time.Hour))
		write(t, s.inBackups(b.Name), c.file)
		if err := s.Restore(ctx, b.Name, start.Add(2*time.Hour)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if err := os.Remove(s.inBackups(b.Name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"", "nothing.db", "../history.db", "history-20260101-000000.000.db"} {
		if err := s.Restore(ctx, name, start); !errors.Is(err, ErrNoBackup) {
			t.Errorf("%q: got %v, want %v", name, err, ErrNoBackup)
		}
	}
	diff(t, "history", dump(t, s), before)
	if left, err := filepath.Glob(s.inBackups("chosen*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestBackupsAreMadeOneAtATime(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	b := backUp(t, s, start)
	write(t, s.inBackups(partName), []byte("left behind when the power went"))
	write(t, s.inBackups(partName)+"-journal", []byte("and so was this"))
	lock := flock.New(s.inBackups(lockName))
	if ok, err := lock.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := s.BackUp(t.Context(), start); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want %v", err, ErrLocked)
	}
	if err := s.Restore(t.Context(), b.Name, start); !errors.Is(err, ErrLocked) {
		t.Errorf("restore: got %v, want %v", err, ErrLocked)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	backUp(t, s, start.Add(time.Hour))
	if left, err := filepath.Glob(s.inBackups("part*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	release, err := openAt(t, s.path).LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := s.Restore(t.Context(), b.Name, start); !errors.Is(err, ErrLocked) {
		t.Errorf("restore during a round: got %v, want %v", err, ErrLocked)
	}
	backUp(t, s, start.Add(2*time.Hour)) // which a round does not hinder
}

// olderHistory gives a history as an earlier version left it, with that many changes in it.
func olderHistory(t testing.TB, version int64, changes int) string {
	t.Helper()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, time.Second, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	steps, _, err := migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA journal_mode = WAL"); err != nil {
		t.Fatal(err)
	}
	if _, err := steps.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO homes (id, key, practice, name) VALUES (1, 'gateway 02:00:00:00:00:01', 0, 'Our home')`,
		`INSERT INTO rounds (home, started, finished, complete, devices, open, packets, connections, bytes_sent, bytes_received, login_attempts, login_failures)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT 1, i * 3600000, i * 3600000 + 21000, 1, 2, 0, 0, 0, 0, 0, 0, 0 FROM n`,
		`INSERT INTO changes (home, round, at, what, device, finding, old, new)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
			SELECT 1, i % 100 + 1, i * 1000, 'device-back', format('d-%016x', i % 40), '', '', '' FROM n`,
	} {
		if _, err := db.Exec(query, changes); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnOlderHistoryIsBackedUpBeforeItIsBroughtUp(t *testing.T) {
	t.Parallel()
	path := olderHistory(t, 6, 1000)
	s := openAt(t, path)
	if !s.Upgraded {
		t.Error("nobody is told that it was brought up")
	}
	home := latest(t, s, 1)
	if home.Round != 100 || home.Home.Name != "Our home" {
		t.Errorf("brought up it is %+v", home)
	}
	if h, found, err := s.FindHome(t.Context(), gateway, false); err != nil || !found || h.ID != 1 {
		t.Errorf("the home is not known again: %+v, %v, %v", h, found, err)
	}
	page, err := s.Timeline(t.Context(), 1, rounds.Filter{}, rounds.Mark{}, 10)
	if err != nil || len(page.Changes) != 10 || !page.More {
		t.Errorf("timeline is %+v, %v", page, err)
	}
	names := backups(t, s)
	if len(names) != 1 {
		t.Fatalf("backups are %v, want the one of before", names)
	}
	db, err := sql.Open("sqlite3", s.inBackups(names[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if v, err := version(t.Context(), db); err != nil || v != 6 {
		t.Errorf("the backup is of version %d, %v, want 6", v, err)
	}
	saved(t, s, round(rounds.Home{ID: 1}, 1, device(1)))
	if err := s.Restore(t.Context(), names[0], time.Now()); err != nil { // it is brought up on the way
		t.Fatal(err)
	}
	if now := latest(t, s, 1); now.Round != 100 {
		t.Errorf("restored it is %+v", now)
	}
	if again := openAt(t, path); len(backups(t, again)) != 2 || again.Upgraded {
		t.Errorf("backups are %v, want no more for a history that is up to date", backups(t, again))
	}
}

func TestSignsOfDamageMakeTheNextStartLookAtAll(t *testing.T) {
	t.Parallel()
	path := olderHistory(t, 6, 50_000)
	s, err := Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := read(t, path)
	for at := len(b) / 4; at < len(b)*3/4; at += 4096 {
		copy(b[at/4096*4096:], bytes.Repeat([]byte{0xaa}, 100))
	}
	write(t, path, b)
	s, err = open(t.Context(), path, quiet, busyTimeout)
	if err != nil {
		t.Fatal(err)
	}
	if s.SetAside == "" { // it may see it at once, or not in the time that it takes
		if _, err := s.BackUp(t.Context(), start); !errors.Is(err, ErrCorrupt) {
			t.Errorf("got %v, want %v", err, ErrCorrupt)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(t.Context(), path, quiet); err != nil {
			t.Fatal(err)
		}
	}
	if s.SetAside == "" {
		t.Error("the damage was never found")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path+suspectEnd, nil)
	if s = openAt(t, path); s.SetAside != "" {
		t.Errorf("a sound history was set aside as %q", s.SetAside)
	}
	if _, err := os.Stat(path + suspectEnd); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the sign is still there: %v", err)
	}
}

func TestAWeekIsBackedUp(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	for _, day := range []int{0, 1, 6, 7, 8, 14, 30} {
		now := start.AddDate(0, 0, day)
		snap := round(home, 24*day, device(1))
		snap.Outcomes = []checks.Outcome{loginEnded(device(1), checks.Found)}
		saved(t, s, snap)
		if err := s.Tend(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	var days []string
	for _, name := range backups(t, s) {
		days = append(days, name[len("history-"):len("history-")+8])
	}
	diff(t, "backups", days, []string{"20261225", "20261209", "20261202"})
	private(t, filepath.Dir(s.path))
}

// TestWhatMakesCarefulSurvivesRestoring says some words, makes a backup, and says others.
func TestWhatMakesCarefulSurvivesRestoring(t *testing.T) {
	t.Parallel()
	s, home := lived(t) // consent for the first device; none for the second, which is left alone
	ctx, one, two, three := t.Context(), device(1), device(2), device(3)
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	b := backUp(t, s, start.AddDate(0, 0, 7))
	saved(t, s, round(home, 200, one, two, three))
	later, err := s.Home(ctx, rounds.GatewayKey+"02:00:00:00:00:77", "Later", false)
	must(err)
	four := device(4)
	saved(t, s, round(later, 201, four))
	_, err = s.ChangeSettings(ctx, func(set *rounds.Settings) { set.Passwords, set.Keep = rounds.PasswordsNever, 0 })
	must(
		err,
		s.SaveConsent(ctx, home.ID, one.ID, rounds.ConsentRefused),
		s.LeaveAlone(ctx, home.ID, two.ID, false), // the newer word
		s.LeaveAlone(ctx, home.ID, three.ID, true),
		s.LeaveAlone(ctx, later.ID, four.ID, true),
		s.Restore(ctx, b.Name, start.AddDate(0, 0, 9)),
	)
	now := latest(t, s, home.ID)
	alone := map[discovery.DeviceID]bool{}
	for _, d := range now.Devices {
		alone[d.ID] = d.LeaveAlone
	}
	diff(t, "left alone", alone, map[discovery.DeviceID]bool{one.ID: false, two.ID: false, three.ID: true})
	said, err := s.Consents(ctx, home.ID)
	must(err)
	diff(t, "consents", said, map[discovery.DeviceID]rounds.Consent{one.ID: rounds.ConsentRefused, two.ID: rounds.ConsentRefused})
	if set, err := s.Settings(ctx); err != nil || set.Passwords != rounds.PasswordsNever {
		t.Errorf("settings are %+v, %v", set, err)
	}
	again, found, err := s.FindHome(ctx, rounds.GatewayKey+"02:00:00:00:00:77", false)
	if err != nil || !found || !again.Consented.IsZero() {
		t.Fatalf("the home of a device to leave alone: %+v, %v, %v", again, found, err)
	}
	if d := latest(t, s, again.ID).Devices; len(d) != 1 || !d[0].LeaveAlone || d[0].Present {
		t.Errorf("in it are %+v", d)
	}
}

// TestWordsSaidAfterDamageSurviveRestoring has a history of before under other numbers.
func TestWordsSaidAfterDamageSurviveRestoring(t *testing.T) {
	t.Parallel()
	before, _ := lived(t)
	b := backUp(t, before, start)
	s, home := newStore(t)
	ctx, one, two := t.Context(), device(1), device(2)
	one.ID, two.ID = "d-new1", "d-new2"
	saved(t, s, round(home, 0, one, two))
	_, err := s.ChangeSettings(ctx, func(set *rounds.Settings) { set.Passwords = rounds.PasswordsNever })
	if err := errors.Join(
		err, s.AddNetwork(ctx, home.ID, rounds.HomeNetwork{Key: gateway}),
		s.LeaveAlone(ctx, home.ID, one.ID, true), s.SaveConsent(ctx, home.ID, two.ID, rounds.ConsentUnknown),
		os.MkdirAll(s.backupDir(), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	write(t, s.inBackups(b.Name), read(t, before.inBackups(b.Name)))
	if err := s.Restore(ctx, b.Name, start.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	h, found, err := s.FindHome(ctx, gateway, false)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	devices := latest(t, s, h.ID).Devices
	if len(devices) != 2 {
		t.Errorf("devices are %+v", devices)
	}
	for _, d := range devices {
		if !d.LeaveAlone || (d.ID != device(1).ID && d.ID != device(2).ID) {
			t.Errorf("got %s, left alone %v: one was said, the other stood in the backup", d.ID, d.LeaveAlone)
		}
	}
	if c, err := s.Consent(ctx, h.ID, device(2).ID); err != nil || c != rounds.ConsentRefused {
		t.Errorf("a refusal of before became %v, %v", c, err)
	}
	if set, err := s.Settings(ctx); err != nil || set.Passwords != rounds.PasswordsNever {
		t.Errorf("settings are %+v, %v", set, err)
	}
}

func TestGoingBackPushesNoGoodBackupOut(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	var made []string
	for day := range keptBackups {
		made = append(made, backUp(t, s, start.AddDate(0, 0, day)).Name)
	}
	for hour := range 5 {
		if err := s.Restore(t.Context(), made[0], start.AddDate(0, 0, 10).Add(time.Duration(hour)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	names := backups(t, s)
	diff(t, "good backups", names[keptBackups:], []string{made[2], made[1], made[0]})
	if fresh, err := s.backedUp(start.AddDate(0, 0, 11)); err != nil || fresh {
		t.Errorf("what was replaced counts as the weekly backup: %v, %v", fresh, err)
	}
}

func TestWhatWasReplacedAgesOutWithTheGoodBackups(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	first := backUp(t, s, start)
	if err := s.Restore(t.Context(), first.Name, start.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	replaced := backups(t, s)[0]
	for day := range keptBackups {
		if now := backups(t, s); !slices.Contains(now, replaced) {
			t.Fatalf("before day %d there are %v, want what was replaced, too", day, now)
		}
		backUp(t, s, start.AddDate(0, 0, 2+day))
	}
	if now := backups(t, s); len(now) != keptBackups || slices.Contains(now, replaced) {
		t.Errorf("there are %v: newer ones have taken its place", now)
	}
}

// TestSettingsSurviveRestoringAnOlderBackup brings a backup up from before homes had keys of their own.
func TestSettingsSurviveRestoringAnOlderBackup(t *testing.T) {
	t.Parallel()
	path := olderHistory(t, 6, 0)
	db, err := connect(path, time.Second, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO devices (home, id, first_seen, last_seen, name, vendor, model, firmware, kind, family, mac, details)
		VALUES (1, 'd-1', 1000, 1000, '', '', '', '', '', '', '', '')`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	_, err = s.ChangeSettings(t.Context(), func(set *rounds.Settings) { set.Keep = 24 })
	if err := errors.Join(err, s.Restore(t.Context(), backups(t, s)[0], time.Now())); err != nil {
		t.Fatal(err)
	}
	if set, err := s.Settings(t.Context()); err != nil || set.Keep != 24 {
		t.Errorf("settings are %+v, %v, want those of now", set, err)
	}
}
