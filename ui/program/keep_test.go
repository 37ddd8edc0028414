package program

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
)

// A lived is a home in which rounds are walked, one each day.
type lived struct {
	*Program
	t       *testing.T
	home    rounds.Home
	day     int
	devices []discovery.Device
}

func newLived(t *testing.T) *lived {
	t.Helper()
	p := opened(t, Options{Dir: t.TempDir(), Version: "1.2.3", Languages: []string{"en-US"}})
	home, err := p.store.Home(t.Context(), "network 192.168.1.0/24", "Lime Street 12", false)
	if err != nil {
		t.Fatal(err)
	}
	return &lived{Program: p, t: t, home: home}
}

// round walks one, in which a device is new; "" for none.
func (l *lived) round(newcomer discovery.DeviceID) {
	l.t.Helper()
	l.day++
	at := time.Date(2026, time.November, l.day, 18, 0, 0, 0, time.UTC)
	if newcomer != "" {
		l.devices = append(l.devices, discovery.Device{ID: newcomer, Name: string(newcomer), FirstSeen: at, Present: true})
	}
	for i := range l.devices {
		l.devices[i].LastSeen = at
	}
	s := rounds.Snapshot{Home: l.home, Started: at.Add(-time.Minute), Finished: at, Complete: true, Devices: slices.Clone(l.devices)}
	if _, _, err := l.store.SaveRound(l.t.Context(), s); err != nil {
		l.t.Fatal(err)
	}
	if err := l.use(l.t.Context(), l.home); err != nil {
		l.t.Fatal(err)
	}
}

// keeps chooses a folder, and gives what is in it after a report was to be kept.
func (l *lived) keeps(folder string) []string {
	l.t.Helper()
	if _, err := l.ChangeSettings(l.t.Context(), func(s *rounds.Settings) { s.Reports = folder }); err != nil {
		l.t.Fatal(err)
	}
	l.KeepReport(l.t.Context())
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	return files
}

func TestAReportIsKeptWhenSomethingChanged(t *testing.T) {
	l := newLived(t)
	folder := filepath.Join(t.TempDir(), "Porchlight")
	if got := l.keeps(folder); len(got) > 0 {
		t.Errorf("without a round there is %q", got)
	}
	l.round("router")
	l.keeps("")
	if _, err := os.Stat(folder); err == nil {
		t.Error("nobody wants reports, and there is a folder for them")
	}
	got := l.keeps(folder)
	if len(got) != 1 || !strings.HasPrefix(filepath.Base(got[0]), "Household report Lime Street 12 20") || !strings.HasSuffix(got[0], ".pdf") {
		t.Fatalf("got %q", got)
	}
	info, err := os.Stat(got[0])
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	pdf, err := os.ReadFile(got[0])
	if err != nil || !strings.HasPrefix(string(pdf), "%PDF-") || !strings.Contains(string(pdf), "612.0 792.0") {
		t.Errorf("%v: no PDF on the paper of the country", err)
	}
	if err := os.Remove(got[0]); err != nil {
		t.Fatal(err)
	}
	l.round("")
	if got := l.keeps(folder); len(got) > 0 {
		t.Errorf("nothing changed, and there is %q", got)
	}
	l.round("camera")
	if got := l.keeps(folder); len(got) != 1 {
		t.Errorf("a device is new, and there is %q", got)
	}
	f, err := l.Facts(t.Context())
	if err != nil || f.Reported {
		t.Errorf("%v: what is kept by itself is no report that a person made: %t", err, f.Reported)
	}
	other := t.TempDir()
	l.round("")
	if got := l.keeps(other); len(got) != 1 {
		t.Errorf("in another folder there is %q", got)
	}
}

func TestAFolderThatFailsIsSaidOnce(t *testing.T) {
	l := newLived(t)
	gone := filepath.Join(t.TempDir(), "stick", "reports")
	l.round("router")
	untold := func(want bool) {
		t.Helper()
		err := l.Untold(t.Context())
		if (err != nil) != want {
			t.Errorf("untold: %v", err)
		}
		if err != nil && !strings.Contains(l.Sentence(err), gone) {
			t.Errorf("it says %q", l.Sentence(err))
		}
	}
	untold(false)
	l.keeps(gone)
	untold(true)
	untold(false)
	l.round("camera")
	l.keeps(gone) // it still fails
	untold(false)
	if err := os.Mkdir(filepath.Dir(gone), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := l.keeps(gone); len(got) != 1 {
		t.Errorf("the stick is back, and there is %q", got)
	}
	if err := os.RemoveAll(filepath.Dir(gone)); err != nil {
		t.Fatal(err)
	}
	l.round("printer")
	l.keeps(gone) // anew
	untold(true)
	l.round("plug")
	l.keeps(gone + "2")
	l.keeps("")
	untold(false) // nobody wants reports any more
}

func TestAFolderThatHangsIsNotWaitedFor(t *testing.T) {
	hangs := make(chan struct{})
	defer close(hangs)
	if err := within(t.Context(), 10*time.Millisecond, func() error { <-hangs; return nil }); !errors.Is(err, errSlow) {
		t.Errorf("got %v", err)
	}
}

func TestFoldersThatHangAreLeftOut(t *testing.T) {
	hangs := make(chan struct{})
	defer close(hangs)
	began := time.Now()
	got := those(t.Context(), time.Second, []string{"a", "Z:", "gone", "b", "a"}, func(dir string) bool {
		if dir == "Z:" {
			<-hangs
		}
		return dir != "gone"
	})
	if took := time.Since(began); took > 10*time.Second || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q after %s", got, took)
	}
}

func TestWhatLiesInAFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "A", ".x", "$y"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	names, above, err := new(Program).Inside(t.Context(), dir)
	if err != nil || above != filepath.Dir(dir) || !slices.Equal(names, []string{"A", "b"}) {
		t.Errorf("got %q below %q, %v", names, above, err)
	}
	if _, _, err := new(Program).Inside(t.Context(), filepath.Join(dir, "gone")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestASavedReportTakesNobodysPlace(t *testing.T) {
	l := newLived(t)
	if _, err := l.Facts(t.Context()); !errors.Is(err, ErrNoRound) {
		t.Errorf("without a round: %v", err)
	}
	l.round("router")
	f, err := l.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder, o := filepath.Join(t.TempDir(), "new"), report.Order{Format: report.FormatHTML, Paper: paper.A4}
	for i, want := range []string{"a b.html", "a b (2).html", "a b (3).html"} {
		path, err := l.SaveReport(t.Context(), f, o, folder, "../a/b")
		if err != nil || path != filepath.Join(folder, want) {
			t.Errorf("%d: got %q, %v", i, path, err)
		}
	}
	if f, err = l.Facts(t.Context()); err != nil || f.Reported {
		t.Errorf("%v: another report about the same round tells the same: %t", err, f.Reported)
	}
	l.round("camera")
	if f, err = l.Facts(t.Context()); err != nil || !f.Reported {
		t.Errorf("%v: a report was saved, and the next one does not tell what changed since: %t", err, f.Reported)
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.SaveReport(t.Context(), f, o, file, "x"); err == nil || !strings.Contains(l.Sentence(err), file) {
		t.Errorf("into what is no folder: %v", err)
	}
}

func TestAKeptReportTakesNobodysPlace(t *testing.T) {
	l := newLived(t)
	l.round("router")
	folder := t.TempDir()
	kept := l.keeps(folder)
	if len(kept) != 1 {
		t.Fatalf("got %q", kept)
	}
	theirs, mine := kept[0], strings.TrimSuffix(kept[0], ".pdf")+" (2).pdf"
	l.keeps("")
	if err := l.store.SaveSetting(t.Context(), keptSetting(l.home.ID), ""); err != nil { // now somebody else has put it there
		t.Fatal(err)
	}
	if err := os.WriteFile(theirs, []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, newcomer := range []discovery.DeviceID{"camera", "printer"} {
		l.round(newcomer)
		got := l.keeps(folder)
		if want := []string{mine, theirs}; !slices.Equal(got, want) {
			t.Errorf("%s: there are %q, want %q", newcomer, got, want)
		}
		if b, err := os.ReadFile(theirs); err != nil || string(b) != "by hand" {
			t.Errorf("%s: what was there holds %d bytes, %v", newcomer, len(b), err)
		}
	}
	// The home of the neighbours has the same name.
	before, err := os.ReadFile(mine)
	if err != nil {
		t.Fatal(err)
	}
	if l.home, err = l.store.Home(t.Context(), "network 192.168.2.0/24", "Lime Street 12", false); err != nil {
		t.Fatal(err)
	}
	l.round("plug")
	if got := l.keeps(folder); len(got) != 3 {
		t.Errorf("there are %q", got)
	}
	if after, err := os.ReadFile(mine); err != nil || string(after) != string(before) {
		t.Errorf("the report of the other home is another one, %v", err)
	}
}
