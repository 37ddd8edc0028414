package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
	"porchlight/ui/program"
	"porchlight/ui/system"
	"porchlight/ui/system/systemtest"
	"porchlight/ui/watch"
)

// hostile is what a device calls itself.
const hostile = "<b>$(calc)</b>"

// A shown is a note that the desktop of the test was given.
type shown struct {
	title, body string
	actions     []string
}

// A desktop shows notes: Desktop Notifications Specification 1.2.
type desktop struct{ notes chan shown }

func (desktop) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

func (d desktop) Notify(_ string, _ uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	d.notes <- shown{title, body, actions}
	return noteID, nil
}

const (
	noteID    = 7
	notesName = "org.freedesktop.Notifications"
	notesPath = "/org/freedesktop/Notifications"
)

// session starts a bus of the test's own, and a desktop on it.
func session(t *testing.T, dir string) (*dbus.Conn, desktop) {
	t.Helper()
	systemtest.Bus(t, dir)
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	d := desktop{make(chan shown, 9)}
	if err := conn.Export(d, notesPath, notesName); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(notesName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn, d
}

// watched makes a history in which something is to be fixed today that nobody was told of, and gives its ID.
func watched(t *testing.T, dir string) string {
	t.Helper()
	ctx, at := t.Context(), time.Now().UTC().Add(-48*time.Hour)
	st, err := store.Open(ctx, filepath.Join(dir, "history.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	home, err := st.Home(ctx, rounds.GatewayKey+"02:00:00:00:00:01", "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.AgreeHome(ctx, home.ID, "", at); err != nil {
		t.Fatal(err)
	}
	d := discovery.Device{ID: "d-1", Name: hostile, Kind: discovery.KindCamera, Present: true, FirstSeen: at, LastSeen: at}
	f := checks.Finding{
		ID: checks.FindingID(d.ID, "telnet-open", 23, ""), Kind: "telnet-open", Check: "telnet", Device: d.ID, Port: 23, Severity: checks.Today, Confidence: discovery.Saw,
	}
	saved, _, err := st.SaveRound(ctx, rounds.Snapshot{
		Home: home, Started: at, Finished: at, Complete: true, Devices: []discovery.Device{d},
		Outcomes: []checks.Outcome{{Check: "telnet", Device: d.ID, Result: checks.Found, Findings: []checks.Finding{f}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(watch.Told{NoTray: true, Homes: map[rounds.HomeID]*watch.HomeTold{home.ID: {Since: at.Add(-time.Hour), Round: saved.Round}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.SaveSetting(ctx, "watch", string(told)); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

// TestADesktopStartsTheWatchAndAClickOpensTheCard switches "start with this computer" on, starts the watch by the file of
// the desktop, waits for what it tells, and clicks on it. It ends before the watch asks in which network it is.
func TestADesktopStartsTheWatchAndAClickOpensTheCard(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]string{
		asProgram: "1", "HOME": dir, "XDG_CONFIG_HOME": dir, "XDG_RUNTIME_DIR": dir, "APPIMAGE": "", "DISPLAY": ":none",
	} {
		t.Setenv(name, value)
	}
	conn, d := session(t, dir)
	finding := watched(t, dir)
	p, err := program.Open(t.Context(), program.Options{Dir: dir, Languages: []string{"en"}, Still: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	// The watch begins at once, and stays the only one.
	if err := p.StartAtLogin(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { system.Ask(context.Background(), dir, system.SeatWatch, system.AskQuit) })
	var note shown
	select {
	case note = <-d.notes:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing is told")
	}
	entry := filepath.Join(dir, "autostart", system.ID+".desktop")
	line := commandOf(t, entry)
	started := time.Now()
	second := exec.CommandContext(t.Context(), "sh", "-c", "exec "+line)
	if out, err := second.CombinedOutput(); err != nil || time.Since(started) > 10*time.Second {
		t.Errorf("a second watch: %v: %s", err, out)
	}

	// What it tells names the device, and nothing of that is more than words.
	if want := "&lt;b&gt;$(calc)&lt;/b&gt;"; !strings.Contains(note.body, want) || strings.Contains(note.body, "<") || note.title != "Fix today" {
		t.Errorf("got %+v, want %q in it", note, want)
	}
	seat, err := system.Take(dir, system.SeatWindow)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = seat.Leave() }()
	if err := conn.Emit(notesPath, notesName+".ActionInvoked", uint32(noteID), system.ActionShow); err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	go seat.Listen(ctx, system.Soon, func(what string) { asked <- what })
	select {
	case card := <-asked:
		if card != finding {
			t.Errorf("a click shows %q, want %q", card, finding)
		}
	case <-ctx.Done():
		t.Error("a click opened nothing")
	}

	// It ends when the user wants that, and the desktop starts it again at the next login: with nothing more to tell.
	quit(t, dir)
	next := exec.CommandContext(t.Context(), "sh", "-c", "exec "+line)
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the watch of the file is there", func() bool { return system.Ask(t.Context(), dir, system.SeatWatch, "are you there?") })
	quit(t, dir)
	if err := next.Wait(); err != nil {
		t.Errorf("asked to end: %v", err)
	}
	if len(d.notes) > 0 {
		t.Errorf("told again: %+v", <-d.notes)
	}
	if err := p.StartAtLogin(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(entry); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it still starts at login: %v", err)
	}
}

// commandOf checks the file of the desktop and gives its command line. For a plain path a shell reads it as a desktop does.
func commandOf(t *testing.T, entry string) string {
	t.Helper()
	if validate, err := exec.LookPath("desktop-file-validate"); err == nil {
		if out, err := exec.CommandContext(t.Context(), validate, entry).CombinedOutput(); err != nil {
			t.Errorf("the file is not valid: %s", out)
		}
	}
	b, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(b), "\nExec=")
	line, _, _ = strings.Cut(line, "\n")
	return line
}

// taken reports whether a watch is there.
func taken(dir string) bool {
	seat, err := system.Take(dir, system.SeatWatch)
	if err != nil {
		return errors.Is(err, system.ErrTaken)
	}
	_ = seat.Leave()
	return false
}

func quit(t *testing.T, dir string) {
	t.Helper()
	if !system.Ask(t.Context(), dir, system.SeatWatch, system.AskQuit) {
		t.Error("the watch hears nothing")
	}
	until(t, "the watch has ended", func() bool { return !taken(dir) })
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
