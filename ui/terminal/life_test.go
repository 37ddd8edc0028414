package terminal

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
)

// A history is a home that was walked before, with one camera in it.
type history struct {
	*store.Store
	t      *testing.T
	dir    string
	home   rounds.HomeID
	camera discovery.Device
}

func newHistory(t *testing.T) *history {
	t.Helper()
	dir := knownHome(t)
	s, err := store.Open(t.Context(), filepath.Join(dir, "history.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	homes, err := s.Homes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Latest(t.Context(), homes[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	camera, _ := now.Device("d-3")
	return &history{s, t, dir, homes[0].ID, camera}
}

// telnet is what is found on the camera.
func (h *history) telnet() checks.Finding {
	return checks.Finding{
		ID: checks.FindingID("d-3", "telnet-open", 23, ""), Kind: "telnet-open", Check: "telnet", Device: "d-3", Port: 23,
		Severity: checks.Today, Confidence: discovery.Saw,
	}
}

// walk keeps a round of some days ago, in which the camera had that weakness or not.
func (h *history) walk(days int, found bool) {
	h.t.Helper()
	at := time.Now().UTC().AddDate(0, 0, -days)
	o := checks.Outcome{Check: "telnet", Device: "d-3", Result: checks.Clear}
	if found {
		o.Result, o.Findings = checks.Found, []checks.Finding{h.telnet()}
	}
	d := h.camera
	d.LastSeen = at
	_, _, err := h.SaveRound(h.t.Context(), rounds.Snapshot{
		Home: rounds.Home{ID: h.home}, Started: at, Finished: at, Complete: true, Devices: []discovery.Device{d}, Outcomes: []checks.Outcome{o},
	})
	h.ok(err)
}

func (h *history) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// says runs a command and looks for words in what it says, and for words that must not be there.
func (h *history) says(name string, status int, want, never []string, args ...string) {
	h.t.Helper()
	got, out, errOut := command(h.t, strings.NewReader(""), h.dir, args...)
	if got != status {
		h.t.Errorf("%s: got status %d, want %d", name, got, status)
	}
	for _, w := range want {
		if !strings.Contains(out+errOut, w) {
			h.t.Errorf("%s: no %q in\n%s%s", name, w, out, errOut)
		}
	}
	for _, n := range never {
		if strings.Contains(out+errOut, n) {
			h.t.Errorf("%s: %q in\n%s%s", name, n, out, errOut)
		}
	}
}

// day writes the day so many days from now.
func day(t *testing.T, days int) string {
	t.Helper()
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	return words.Date(checks.InDays(time.Now(), days))
}

func TestAFindingIsPutOff(t *testing.T) {
	h := newHistory(t)
	h.walk(0, true)
	id := h.telnet().ID
	h.says("before", ExitDone, []string{"1 thing to do, 1 today.", "porchlight remind " + id}, []string{"Later:"}, "todo")
	h.says("three days", ExitDone, []string{"We remind you on " + day(t, 3), "remote access"}, nil, "remind", id)
	h.says("it steps back", ExitDone, []string{"Nothing to do right now. 1 thing is for later.", "Later:", "Until " + day(t, 3), "remind " + id + " --undo"}, []string{"1. Fix today"}, "todo")
	h.says("the device too", ExitDone, []string{"Later"}, []string{"Fix today"}, "devices")
	h.says("another day", ExitDone, []string{day(t, 10)}, nil, "remind", id, "--days=10")
	h.says("back again", ExitDone, []string{"Back on your list: IPC-1234"}, nil, "remind", id, "--undo")
	h.says("it is to be done", ExitDone, []string{"1 thing to do, 1 today."}, []string{"Later:", "You wanted"}, "todo")
	h.ok(h.Remind(t.Context(), h.home, id, checks.InDays(time.Now(), 0)))
	h.says("on its day", ExitDone, []string{"1 thing to do, 1 today.", "You wanted to be reminded."}, []string{"Later:"}, "todo")

	h.says("in no days", ExitUsage, []string{"1 to 365"}, nil, "remind", id, "--days=0")
	h.says("in too many days", ExitUsage, []string{"1 to 365"}, nil, "remind", id, "--days=366")
	h.says("no such finding", ExitCannot, []string{"There is no such thing to do."}, nil, "remind", "f-none")
	h.ok(h.Accept(t.Context(), h.home, id, "so be it"))
	h.says("accepted", ExitCannot, []string{"There is nothing left to do about it."}, nil, "remind", id)
}

func TestThatAFindingWaitsIsSaidOnOneDay(t *testing.T) {
	h := newHistory(t)
	h.walk(3, true)
	h.walk(0, true)
	h.says("after three days", ExitDone, []string{"Seen 3 days ago."}, nil, "todo")
	h.says("all that day", ExitDone, []string{"Seen 3 days ago."}, nil, "todo")
	now, err := h.Latest(t.Context(), h.home)
	h.ok(err)
	if time.Since(now.Findings[0].Told) > time.Minute {
		t.Errorf("told at %v, want now", now.Findings[0].Told)
	}
	h.ok(h.Told(t.Context(), h.home, now.Findings[0].ID, time.Now().AddDate(0, 0, -1)))
	h.says("the day after", ExitDone, []string{"1 thing to do"}, []string{"Seen"}, "todo")
}

func TestWhatWasFixedAndWhatCameBackIsSaid(t *testing.T) {
	h := newHistory(t)
	h.walk(5, true)
	h.walk(2, false)
	fixed := []string{"Fixed:", "IPC-1234: Old remote access – fixed on " + day(t, -2), "Before and after:", "Before: the door was open. Now: it is closed."}
	h.says("fixed by a round", ExitDone, fixed, []string{"1. Fix today", "came back"}, "todo")
	h.walk(1, true)
	back := []string{"It was fixed before and came back on " + day(t, -1), "Before: the door was open. Now: it is closed.", "Before: the door was closed. Now: it is open again."}
	h.says("came back", ExitDone, back, []string{"Fixed:"}, "todo")
}

func TestTheAnswerOfCheckAgain(t *testing.T) {
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 12, 18, 30, 0, 0, time.Local)
	s := rounds.Snapshot{Devices: []discovery.Device{{ID: "d-3", Name: "Hall camera"}}}
	proofs := []rounds.Proof{{At: at, Before: true}, {At: at.Add(-time.Hour), Before: true, After: true}}
	for _, tt := range []struct {
		name string
		f    checks.Finding
		want string
	}{
		{"fixed", checks.Finding{Fixed: at}, "Hall camera: Old remote access – fixed on 12 November 2026"},
		{"still there", checks.Finding{}, "Still there: Hall camera "},
		{"came back", checks.Finding{CameBack: at}, "It was fixed before and came back on 12 November 2026."},
	} {
		tt.f.Kind, tt.f.Check, tt.f.Device = "telnet-open", "telnet", "d-3"
		var b bytes.Buffer
		w := &Writer{W: &b, Words: words, Now: at, Proofs: func(string) []rounds.Proof { return proofs }}
		w.Again(s, tt.f)
		for _, want := range []string{tt.want, "12 November 2026, 18:30. Before: the door was open. Now: it is closed.", "12 November 2026, 17:30. Before: the door was open. Now: it still is."} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, b.String())
			}
		}
	}
}

func TestTheJSONMarksWhatTheUserDecided(t *testing.T) {
	find := func(id string) checks.Finding { return checks.Finding{ID: id, Kind: "telnet-open", Device: "d-1"} }
	lives, waits, open := find("f-1"), find("f-2"), find("f-3")
	lives.Accepted, waits.Remind = "my secret reason", time.Date(2026, 11, 15, 0, 0, 0, 0, time.Local)
	var b bytes.Buffer
	s := rounds.Snapshot{Devices: []discovery.Device{{ID: "d-1", Present: true}}, Findings: []checks.Finding{lives, waits, open}}
	if err := JSON(&b, s, "1.2.3", nobodyKnows); err != nil {
		t.Fatal(err)
	}
	fitsSchema(t, b.Bytes())
	if strings.Contains(b.String(), "secret") {
		t.Error("the reason of the user is in the JSON, which may be passed on")
	}
	var got scanJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range []findingJSON{{Accepted: true}, {Remind: "2026-11-15"}, {}} {
		if f := got.Devices[0].Findings[i]; f.Accepted != want.Accepted || f.Remind != want.Remind {
			t.Errorf("%s: accepted %t, reminder %q; want %t, %q", f.ID, f.Accepted, f.Remind, want.Accepted, want.Remind)
		}
	}
}
