package program

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
	"porchlight/ui/elsewhere"
	"porchlight/ui/system"
)

// walked gives a home with one round in which there was a device.
func walked(t *testing.T, p *Program, key, name string, days int) rounds.Home {
	t.Helper()
	home, err := p.store.Home(t.Context(), key, name, false)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().AddDate(0, 0, -days)
	if err := p.store.AgreeHome(t.Context(), home.ID, "", at); err != nil {
		t.Fatal(err)
	}
	d := discovery.Device{ID: discovery.DeviceID("d-" + name), Name: "Lamp", Present: true, MAC: discovery.MAC{2, 0, 0, 0, 0, byte(days)}, FirstSeen: at, LastSeen: at}
	_, _, err = p.store.SaveRound(t.Context(), rounds.Snapshot{Home: home, Started: at, Finished: at, Complete: true, Devices: []discovery.Device{d}})
	if err != nil {
		t.Fatal(err)
	}
	return home
}

func shown(p *Program) string {
	s := p.Feed().Latest()
	if len(s.Devices) == 0 {
		return s.Home.Name
	}
	return s.Home.Name + " " + s.Devices[0].Name
}

func TestHomesAreSwitchedRenamedAndDeleted(t *testing.T) {
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	flat, cabin := walked(t, p, rounds.GatewayKey+"1", "Flat", 2), walked(t, p, rounds.GatewayKey+"2", "Cabin", 1)
	if _, err := p.store.Home(ctx, rounds.GatewayKey+"3", "Nobody's", false); err != nil { // nobody agreed, nobody was there
		t.Fatal(err)
	}
	homes, err := p.Homes(ctx)
	if err != nil || len(homes) != 2 || homes[0].Name != "Cabin" || homes[0].Devices != 1 || homes[0].Networks[0].Key != rounds.GatewayKey+"2" || homes[0].Walked.IsZero() {
		t.Errorf("got %+v, %v", homes, err)
	}
	if ok, err := p.Resume(ctx); !ok || err != nil || shown(p) != "Cabin Lamp" {
		t.Errorf("resumed %q, %v, %v", shown(p), ok, err)
	}
	if err := p.SwitchHome(ctx, flat.ID); err != nil || shown(p) != "Flat Lamp" {
		t.Errorf("switched to %q, %v", shown(p), err)
	}
	if page, err := p.Timeline(ctx, rounds.Filter{}, rounds.Mark{}, 10); err != nil || len(page.Changes) != 1 || page.Changes[0].Device != "d-Flat" {
		t.Errorf("timeline is %+v, %v", page, err)
	}
	if levels, err := p.Levels(ctx, rounds.Midnights(time.Now().AddDate(0, 0, -7), time.Now(), 1)); err != nil || len(levels) != 8 || levels[0].Devices != 0 || levels[7].Devices != 1 {
		t.Errorf("levels are %+v, %v", levels, err)
	}
	if err := p.RenameHome(ctx, flat.ID, "Flat\t3"); err != nil || shown(p) != "Flat 3 Lamp" {
		t.Errorf("renamed to %q, %v", shown(p), err)
	}
	if err := p.RenameHome(ctx, cabin.ID, "Hut"); err != nil || shown(p) != "Flat 3 Lamp" {
		t.Errorf("renamed another, shown is %q, %v", shown(p), err)
	}
	for called, want := range map[string]error{"hut": nil, " Flat 3 ": nil, "": nil, "Cabin": rounds.ErrNoSuchHome} {
		if _, err := p.Home(ctx, called); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", called, err, want)
		}
	}
	if err := p.RenameHome(ctx, cabin.ID, "flat 3"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Home(ctx, "flat 3"); !errors.Is(err, ErrSeveralHomes) {
		t.Errorf("got %v, want %v", err, ErrSeveralHomes)
	}
	if h, err := p.Home(ctx, "2"); err != nil || h.ID != cabin.ID {
		t.Errorf("by number: got %+v, %v", h, err)
	}
	for _, err := range []error{p.RenameHome(ctx, flat.ID, " "), p.RenameHome(ctx, 99, "x"), p.SwitchHome(ctx, 99), p.DeleteHome(ctx, 99)} {
		if err == nil {
			t.Error("got no error")
		}
	}
	if err := p.DeleteHome(ctx, cabin.ID); err != nil || shown(p) != "Flat 3 Lamp" {
		t.Errorf("deleted another, shown is %q, %v", shown(p), err)
	}
	if err := p.DeleteHome(ctx, flat.ID); err != nil || shown(p) != "" {
		t.Errorf("deleted, shown is %q, %v", shown(p), err)
	}
	if _, err := p.Timeline(ctx, rounds.Filter{}, rounds.Mark{}, 10); !errors.Is(err, ErrNotAgreed) {
		t.Errorf("got %v, want %v", err, ErrNotAgreed)
	}
}

func TestAnImportedHomeIsNotWalkedUntilTheUserAgrees(t *testing.T) {
	from, to, ctx := opened(t, Options{Dir: t.TempDir()}), opened(t, Options{Dir: t.TempDir()}), t.Context()
	home := walked(t, from, rounds.GatewayKey+"1", "Flat", 2)
	var file bytes.Buffer
	if err := from.ExportHome(ctx, home.ID, "four words of mine", &file); err != nil {
		t.Fatal(err)
	}
	carried, err := to.ImportHome(ctx, bytes.NewReader(file.Bytes()), "four words of mine")
	if err != nil || !carried.New {
		t.Fatalf("got %+v, %v", carried, err)
	}
	if ok, err := to.Resume(ctx); ok || err != nil {
		t.Errorf("resumed by itself: %v, %v", ok, err)
	}
	if err := to.SwitchHome(ctx, carried.Home.ID); err != nil || shown(to) != "Flat Lamp" {
		t.Errorf("shown is %q, %v", shown(to), err)
	}
	if err := to.Walk(ctx); !errors.Is(err, ErrNotAgreed) {
		t.Errorf("walked it: got %v, want %v", err, ErrNotAgreed)
	}
	// What the other side says now comes into the picture that is shown.
	if err := from.SwitchHome(ctx, home.ID); err != nil {
		t.Fatal(err)
	}
	if err := from.Correct(ctx, "d-Flat", discovery.Correction{Name: "Hall lamp"}); err != nil {
		t.Fatal(err)
	}
	file.Reset()
	if err := from.ExportHome(ctx, home.ID, "four words of mine", &file); err != nil {
		t.Fatal(err)
	}
	if _, err := to.ImportHome(ctx, &file, "four words of mine"); err != nil || shown(to) != "Flat Hall lamp" {
		t.Errorf("shown is %q, %v", shown(to), err)
	}
}

// ownPrints puts pages that are printed into a folder of the test.
func ownPrints(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir) // on Windows
}

func TestTheWholeHistoryIsRestoredAndErased(t *testing.T) {
	ownPrints(t)
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 400)
	if err := p.SwitchHome(ctx, home.ID); err != nil {
		t.Fatal(err)
	}
	b, err := p.BackUp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.RenameHome(ctx, home.ID, "A mistake"); err != nil {
		t.Fatal(err)
	}
	if err := p.Restore(ctx, b.Name); err != nil || shown(p) != "Flat Lamp" {
		t.Errorf("restored, shown is %q, %v", shown(p), err)
	}
	if list, err := p.Backups(); err != nil || len(list) != 2 {
		t.Errorf("backups are %+v, %v", list, err)
	}
	if err := p.Thin(ctx); err != nil {
		t.Fatal(err)
	}
	if page, err := p.Timeline(ctx, rounds.Filter{}, rounds.Mark{}, 10); err != nil || len(page.Changes) != 1 {
		t.Errorf("for ever: got %+v, %v", page, err)
	}
	if set, err := p.ChangeSettings(ctx, func(s *rounds.Settings) { s.Keep = 12 }); err != nil || set.Keep != 12 {
		t.Fatal(set, err)
	}
	if err := p.Thin(ctx); err != nil {
		t.Fatal(err)
	}
	if page, err := p.Timeline(ctx, rounds.Filter{}, rounds.Mark{}, 10); err != nil || len(page.Changes) != 0 || shown(p) != "Flat Lamp" {
		t.Errorf("for a year: got %+v, %v, shown is %q", page, err, shown(p))
	}
	part := filepath.Join(p.Dir, system.Unfinished+"1")
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Erase(ctx); err != nil || shown(p) != "" {
		t.Errorf("erased, shown is %q, %v", shown(p), err)
	}
	if _, err := os.Stat(part); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a part of a file stays: %v", err)
	}
	if ok, err := p.Resume(ctx); ok || err != nil {
		t.Errorf("resumed after that: %v, %v", ok, err)
	}
	if set, err := p.Settings(ctx); err != nil || set.Keep != 0 {
		t.Errorf("settings are %+v, %v", set, err)
	}
}

func TestWhatCannotBeErasedNowIsStillTold(t *testing.T) {
	ownPrints(t)
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	page := filepath.Join(os.TempDir(), "porchlight-print-1")
	if err := errors.Join(
		os.Mkdir(page, 0o700),
		p.SetElsewhere(ctx, elsewhere.Target{Way: elsewhere.Webhook, Address: "https://192.0.2.1/hook"}),
	); err != nil {
		t.Fatal(err)
	}
	release, err := p.store.LockRound(ctx)
	if err != nil {
		t.Fatal(err)
	}
	way := func() string {
		t.Helper()
		state, err := p.Elsewhere(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return state.Target.Way
	}
	if err := p.Erase(ctx); !errors.Is(err, store.ErrLocked) || way() != elsewhere.Webhook {
		t.Errorf("during a round: %v, and told is %q", err, way())
	}
	release()
	if err := p.Erase(ctx); err != nil || way() != elsewhere.Off {
		t.Errorf("erased: %v, and told is %q", err, way())
	}
	if _, err := os.Stat(page); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a page that was to be printed is still there: %v", err)
	}
}

func TestTheFolderOfTheProgramIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "porchlight")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ownFolder(dir)
	ownFolder(dir + "-that-is-not-there")
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
