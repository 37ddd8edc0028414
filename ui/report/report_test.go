package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report/paper"
)

// said gives every string of a report.
func said(r *Report) []string {
	var out []string
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			out = append(out, v.String())
		case reflect.Pointer:
			walk(v.Elem())
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for _, field := range v.Fields() {
				walk(field)
			}
		}
	}
	walk(reflect.ValueOf(r))
	return append(out, r.Page(2, 5), r.See(3), r.More(4))
}

func TestAllWordsAreThere(t *testing.T) {
	missing := regexp.MustCompile(`\[[a-z]+\.[a-z.-]*\]|<no value>|%!`)
	for home, s := range map[string]rounds.Snapshot{"family": family(), "calm": calm(), "nothing": {}} {
		for _, language := range text.Languages() {
			for _, words := range said(New(facts(t, s, language.String()))) {
				if missing.MatchString(words) {
					t.Errorf("%s in %s: words are missing: %q", home, language, words)
				}
			}
		}
	}
}

func TestJobsComeByUrgencyAndTheFirstThreeGoToTheFridge(t *testing.T) {
	r := New(facts(t, family(), "en"))
	var got []string
	for _, g := range r.Todo.Groups {
		for _, j := range g.Jobs {
			got = append(got, fmt.Sprintf("%s %d %s", g.Words, j.Number, j.Title))
			if len(j.Steps) == 0 || j.Time == "" || j.Meaning == "" || j.Sticker == "" {
				t.Errorf("job %d is not whole: %+v", j.Number, j)
			}
		}
	}
	want := []string{
		"Fix today 1 Hall camera still has its factory password", "Fix today 2 The internet can reach Photos",
		"Fix this week 3 Old TV box has an old, unprotected door for remote access", "Good to do 4 Router may need an update",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if r.Verdict.Words != "4 things to do, 2 today." || r.Verdict.Icon != "state-today" {
		t.Errorf("the verdict is %+v", r.Verdict)
	}
	if len(r.Fridge.Jobs) != 3 || r.Fridge.Jobs[2].Number != 3 || !strings.Contains(r.Fridge.More, "1 more") {
		t.Errorf("the fridge has %d jobs, and says %q", len(r.Fridge.Jobs), r.Fridge.More)
	}
	if camera := r.Fridge.Jobs[0].Sticker; !strings.Contains(camera, "camera") {
		t.Errorf("the sticker of the camera: %q", camera)
	}
	if door := r.Fridge.Jobs[1].Sticker; !strings.Contains(door, "router") {
		t.Errorf("a door is closed in the router, but the sticker is %q", door)
	}
}

func TestTheFridgeTellsVisitorsNothing(t *testing.T) {
	for _, language := range text.Languages() {
		r := New(facts(t, family(), language.String()))
		var told strings.Builder
		if err := r.FridgeHTML(&told); err != nil {
			t.Fatal(err)
		}
		for _, w := range r.FridgeSheet(paper.A4).Sheets[0].Words() {
			told.WriteString(w.Words)
		}
		for _, g := range r.Todo.Groups {
			for _, j := range g.Jobs {
				if j.Line.Words == "" || strings.Contains(told.String(), j.Title) || strings.Contains(told.String(), j.Meaning) {
					t.Errorf("%s: the fridge tells of %q", language, j.Title)
				}
			}
		}
	}
	if got := New(facts(t, family(), "en")).Fridge.Jobs[0].Line; got != "Hall camera: choose a new password" {
		t.Errorf("got %q", got)
	}
	if got := New(facts(t, family(), "en")).Fridge.Jobs[1]; got.Line != "Router: tidy up the port settings" || got.Icon != "kind-router" {
		t.Errorf("a door is closed in the router, but the job is %+v", got)
	}
}

func TestStepsOnPaperLeadToTheProgram(t *testing.T) {
	for _, language := range text.Languages() {
		w := words(t, language.String())
		here, there := w.T("step.again", nil), w.T("report.again", nil)
		for _, g := range New(facts(t, family(), language.String())).Todo.Groups {
			for _, j := range g.Jobs {
				last := j.Steps[len(j.Steps)-1]
				if strings.Contains(last, here) || !strings.Contains(last, there) {
					t.Errorf("%s: %q ends with %q", language, j.Title, last)
				}
			}
		}
	}
}

func TestNothingUncheckedLooksGood(t *testing.T) {
	s := calm()
	if r := New(facts(t, s, "en")); r.Verdict.Icon != "state-allgood" || !strings.HasPrefix(r.Verdict.Words, "All good.") {
		t.Errorf("a calm home: %+v", r.Verdict)
	}
	s.Outcomes[3].Result, s.Outcomes[3].Reason = checks.Unknown, checks.ReasonUnreachable
	r := New(facts(t, s, "en"))
	if r.Verdict.Icon != "state-unchecked" || strings.Contains(r.Verdict.Words, "All good") || r.Figures[2].N != 1 || len(r.Unchecked.Gaps) != 1 {
		t.Errorf("with a gap: %+v, %+v, %+v", r.Verdict, r.Figures, r.Unchecked)
	}
	if r := New(facts(t, rounds.Snapshot{}, "en")); r.Verdict.Icon != "state-unchecked" || len(r.Devices.Rooms) != 0 {
		t.Errorf("nothing known: %+v", r.Verdict)
	}
}

func TestDevicesComeByRoom(t *testing.T) {
	r := New(facts(t, family(), "en"))
	var got []string
	for _, room := range r.Devices.Rooms {
		got = append(got, fmt.Sprintf("%s %d", room.Name, len(room.Devices)))
	}
	if want := []string{"Bathroom 1", "Hall 3", "Kitchen 2", "Living room 2", "Office 2", "No room noted 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if hall := r.Devices.Rooms[1].Devices; hall[0].Name != "Router" || hall[2].State.Words != "Left alone" {
		t.Errorf("the hall: %+v", hall)
	}
	if last := r.Devices.Rooms[5].Devices[1]; last.Name != "Mia's phone" || !strings.Contains(last.Seen, "10 November 2026") {
		t.Errorf("who is away comes last, with the day: %+v", last)
	}
	s := family()
	for i := range s.Devices {
		s.Devices[i].Correction.Room = ""
	}
	if rooms := New(facts(t, s, "en")).Devices.Rooms; len(rooms) != 1 || rooms[0].Name != "" {
		t.Errorf("without rooms there are %+v", rooms)
	}
}

func TestUpdatesAreSaidWithTheirSource(t *testing.T) {
	for _, tt := range []struct{ ends, want string }{
		{"2027-05-01", "until 1 May 2027"},
		{"2026-11-12", "until 12 November 2026"}, // the last day with repairs
		{"2026-11-11", "ended 11 November 2026"},
		{"2026-11", "until November 2026"},
		{"2026-10", "ended October 2026"},
		{"2026", "until 2026"},
		{"2025", "ended 2025"},
		{"ended", "have ended"},
		{"", ""},
	} {
		f := facts(t, family(), "en")
		f.Known = func(d discovery.Device) firmware.Known {
			if d.ID != "tv" {
				return firmware.Known{}
			}
			return firmware.Known{Newest: "4.0", Ends: tt.ends, EndsSaid: firmware.Said{Source: "lg.example/updates", Day: "2026-08-01"}}
		}
		r := New(f)
		tv := r.Devices.Rooms[3].Devices[0]
		if tv.Name != "Living room TV" || tv.Updates != tt.want || tv.Newest != "Newest: 4.0" {
			t.Errorf("%q: got %+v", tt.ends, tv)
		}
		if tt.ends != "" && r.Sources.Lines[tv.Source-1] != "Updates for LG OLED55: lg.example/updates, 1 August 2026" {
			t.Errorf("%q: the source is %q", tt.ends, r.Sources.Lines)
		}
	}
}

func TestOnlyWhatStayedChangedIsTold(t *testing.T) {
	var got []string
	c := New(facts(t, family(), "en")).Changes
	for _, l := range c.Lines {
		got = append(got, l.Date+" "+l.Words)
	}
	want := []string{
		"12 November 2026 New on the list: Old TV box has an old, unprotected door for remote access",
		"12 November 2026 192.168.1.77 is new.",
		"12 November 2026 Photos runs other software now: DSM 7.2.1-69057.",
		"11 November 2026 Router: Doors programs can open – fixed",
		"10 November 2026 Mia's phone is gone.",
	}
	if !slices.Equal(got, want) || !strings.Contains(c.Since, "last report, of 7 November 2026") {
		t.Errorf("got %q, %q", c.Since, got)
	}
	f := facts(t, family(), "en")
	f.Reported = false
	if c := New(f).Changes; !strings.Contains(c.Since, "look around of 7 November 2026") {
		t.Errorf("without a report: %q", c.Since)
	}
	f.Since, f.Changes = time.Time{}, nil
	if c := New(f).Changes; c.Since != "" || len(c.Lines) > 0 || !strings.Contains(c.None, "first look around") {
		t.Errorf("the first time: %+v", c)
	}
	f = facts(t, family(), "en")
	f.Changes = nil
	for range 2 * maxChanges {
		f.Changes = append(f.Changes, happened()...)
		for i := range f.Changes {
			f.Changes[i].Device = f.Snapshot.Devices[i%len(f.Snapshot.Devices)].ID
		}
	}
	if c := New(f).Changes; len(c.Lines) > maxChanges {
		t.Errorf("%d changes are told", len(c.Lines))
	}
}

// whole gives everything that people get to read about a home.
func whole(t *testing.T, f Facts) string {
	t.Helper()
	var b bytes.Buffer
	r := New(f)
	for _, write := range []func() error{
		func() error { return r.HTML(&b) }, func() error { return r.FridgeHTML(&b) }, func() error { return CSV(&b, f) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []*paper.Document{r.Household(paper.A4), r.FridgeSheet(paper.Letter)} {
		for _, s := range d.Sheets {
			for _, w := range s.Words() {
				b.WriteString(w.Words + "\n")
			}
		}
	}
	return b.String()
}

func TestHardwareAddressesStayHalf(t *testing.T) {
	s := family()
	s.Devices[1].Name = "cam-3C846A112233"
	s.Devices[2].Model = "Lock 3c-84-6a-11-22-33"
	s.Devices[3].Firmware = "build 202604011200"
	s.Devices[3].Evidence = []discovery.Evidence{{Field: "name", Source: "mdns.host", Value: "nas 3c:84:6a:11:22:33", Strength: discovery.Saw}}
	s.Findings[0].Args["product"] = "3c:84:6a:11:22:33"
	f := facts(t, s, "en")
	all := regexp.MustCompile(`(?i)3c[:-]?84[:-]?6a[:-]?11[:-]?22`)
	var raw bytes.Buffer
	if err := JSON(&raw, f); err != nil {
		t.Fatal(err)
	}
	out := whole(t, f) + raw.String()
	if found := all.FindString(out); found != "" {
		t.Errorf("%q is told", found)
	}
	for _, want := range []string{"cam-3C846A…", "build 202604011200", "192.168.1.23"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not told", want)
		}
	}
	f.MACs = true
	if out := whole(t, f); !strings.Contains(out, "3c:84:6a:11:22:33") {
		t.Error("nobody tells them, though that was asked for")
	}
}

func TestNoReportLeadsToSomebodyElse(t *testing.T) {
	for _, url := range []string{"javascript:alert(1)", "http://203.0.113.9/", "http://user:word@192.168.1.23/", "//203.0.113.9"} {
		s := family()
		s.Findings[0].Args["url"] = url
		for _, macs := range []bool{false, true} {
			f := facts(t, s, "en")
			f.MACs = macs
			steps := strings.Join(New(f).Todo.Groups[0].Jobs[0].Steps, " ")
			if strings.Contains(whole(t, f), url) || !strings.Contains(steps, "192.168.1.23") {
				t.Errorf("%s is told, or the steps are wrong: %q", url, steps)
			}
		}
	}
}

func TestCSVIsHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"Router": "Router", "=1+1": "'=1+1", "+49": "'+49", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=x": "'\t'=x", "\r=x": "'\r=x", " =x": " '=x",
		"a;=x": "a;'=x", "a; =x": "a; '=x", "a=b-c": "a=b-c", "＝x": "'＝x", `"=x`: `"'=x`, "": "",
	} {
		if got := harmless(in); got != want {
			t.Errorf("harmless(%q) = %q, want %q", in, got, want)
		}
	}
	var b bytes.Buffer
	f := facts(t, hostile(), "en")
	if err := CSV(&b, f); err != nil {
		t.Fatal(err)
	}
	raw, ok := bytes.CutPrefix(b.Bytes(), []byte("\ufeff"))
	if !ok {
		t.Error("it does not say UTF-8")
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != 1+len(f.Snapshot.Devices) {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell begins with %q", cell)
			}
		}
	}
	if head := rows[0]; head[0] != "Name" || head[len(head)-1] != "To do" {
		t.Errorf("the heading is %q", head)
	}
}

func TestJSONOfAReportIsTheDocumentedOne(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, facts(t, family(), "ru")); err != nil {
		t.Fatal(err)
	}
	var got RoundJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != Schema || got.Porchlight != "1.2.3" || len(got.Devices) != 11 || !got.Devices[0].MAC.IsZero() || got.Devices[1].Findings[0].ID != "f-1" {
		t.Errorf("got %+v", got)
	}
}

func TestTheSameFactsGiveTheSameFile(t *testing.T) {
	var a, b bytes.Buffer
	f := facts(t, family(), "es")
	if err := New(f).Household(paper.A4).PDF(&a); err != nil {
		t.Fatal(err)
	}
	if err := New(f).Household(paper.A4).PDF(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files differ")
	}
}
