package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// standing is a home in which each device stands otherwise.
func standing() rounds.Snapshot {
	now := time.Now().UTC()
	device := func(n byte, name string) discovery.Device {
		return discovery.Device{
			ID: discovery.DeviceID(fmt.Sprint("d-", n)), Name: name, Present: true, LastSeen: now, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 1, n})},
		}
	}
	phone := device(6, "Phone")
	phone.Present, phone.LastSeen = false, time.Date(2026, 11, 12, 18, 30, 0, 0, time.Local)
	lock := device(7, "Lock")
	lock.LeaveAlone = true
	find := func(id string, kind checks.Kind, device discovery.DeviceID, s checks.Severity) checks.Finding {
		return checks.Finding{ID: id, Kind: kind, Device: device, Severity: s, Confidence: discovery.Saw}
	}
	return rounds.Snapshot{
		Started: now.Add(-time.Minute), Finished: now, Complete: true, Phase: rounds.Done,
		Devices: []discovery.Device{device(1, "Router"), device(2, "Printer"), device(3, "Lamp"), device(4, "Plug"), device(5, "Speaker"), phone, lock, device(8, "Scale")},
		Findings: []checks.Finding{
			find("f-1", "telnet-open", "d-1", checks.Week), find("f-2", "firmware-unknown", "d-2", checks.Inform),
			find("f-3", "raw-print", "d-2", checks.Inform), find("f-4", "new-device", "d-5", checks.Inform),
		},
		Outcomes: []checks.Outcome{
			{Check: "telnet", Device: "d-2", Result: checks.Clear},
			{Check: "telnet", Device: "d-3", Result: checks.Clear},
			{Check: "telnet", Device: "d-4", Reason: checks.ReasonUnreachable},
			{Check: "default-login", Device: "d-4", Reason: checks.ReasonNoConsent},
		},
	}
}

// written gives what a writer in that language writes.
func written(t *testing.T, lang string, write func(*Writer)) string {
	t.Helper()
	words, err := text.Open(lang)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := &Writer{W: &b, Words: words, Now: time.Now()}
	write(w)
	if w.Err() != nil {
		t.Fatal(w.Err())
	}
	if strings.Contains(b.String(), "[") || strings.Contains(b.String(), "<no value>") {
		t.Errorf("%s: words are missing in\n%s", lang, b.String())
	}
	return b.String()
}

func TestTheTableSaysHowEveryDeviceStands(t *testing.T) {
	out := written(t, "en", func(w *Writer) { w.Devices(standing()) })
	for name, state := range map[string]string{
		"Router": "Fix this week", "Printer": "All good · Good to know: 2", "Lamp": "All good", "Plug": "Could not check", "Speaker": "Good to know · New",
		"Phone": "Last seen 12 November 2026", "Lock": "Left alone", "Scale": "Nothing to check",
	} {
		if !slices.ContainsFunc(strings.Split(out, "\n"), func(l string) bool { return strings.HasPrefix(l, name+" ") && strings.HasSuffix(l, "  "+state) }) {
			t.Errorf("%s is not said to stand as %q in\n%s", name, state, out)
		}
	}
	for _, tag := range text.Languages() {
		if strings.Contains(written(t, tag.String(), func(w *Writer) { w.Devices(standing()) }), "…") {
			t.Errorf("%s: the table cuts a word", tag)
		}
	}
}

func TestWhatIsGoodToKnowIsToldInShortAfterTheJobs(t *testing.T) {
	s := standing()
	todo := func(most int, all bool) string {
		return written(t, "en", func(w *Writer) { w.Todo(s, most, all) })
	}
	out := todo(0, false)
	rest := out
	for _, part := range []string{
		"1 thing to do.", "1. Fix this week: Router", "Could not check:", "You have not agreed to try the factory password on this device.", "    Plug: Factory password",
		"    Plug: ", "Good to know:", "  We do not know which software Printer runs\n", "  Anyone on your Wi-Fi can print on Printer\n", "  In full with: porchlight todo --all\n",
	} {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Fatalf("%q does not stand where it should in\n%s", part, out)
		}
		rest = after
	}
	if n := strings.Count(out, "check-again f-"); n != 1 {
		t.Errorf("%d things are told in full, want one:\n%s", n, out)
	}
	if out = todo(0, true); strings.Count(out, "check-again f-") != 4 || !strings.Contains(out, "2. Good to know: We do not know which software Printer runs") {
		t.Errorf("not all is told in full:\n%s", out)
	}
	if out = todo(2, false); !strings.Contains(out, "  And 1 more.\n") {
		t.Errorf("a round tells too much:\n%s", out)
	}
	s.Home.Practice = true
	if out = todo(0, false); !strings.Contains(out, "porchlight todo --all --demo") {
		t.Errorf("the practice home is not named:\n%s", out)
	}
	s.Findings = s.Findings[:1]
	if out = todo(0, false); strings.Contains(out, "Good to know") {
		t.Errorf("nothing is good to know:\n%s", out)
	}
}

func TestEveryReasonIsToldWithWhatToDo(t *testing.T) {
	for _, tag := range text.Languages() {
		for _, reason := range []string{checks.ReasonSwitchedOff, checks.ReasonSkipList, "unheard-of"} {
			s := standing()
			s.Outcomes = []checks.Outcome{{Check: "telnet", Device: "d-4", Reason: reason}}
			out := written(t, tag.String(), func(w *Writer) { w.Todo(s, 0, true) })
			words, err := text.Open(tag.String())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(flat(out), flat(words.Reason(reason).Do)) {
				t.Errorf("%s: %s is told as\n%s", tag, reason, out)
			}
		}
	}
}

// flat gives words as they are without the ends of lines.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTheJSONSaysHowADeviceStands(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, standing(), "1.2.3", nobodyKnows); err != nil {
		t.Fatal(err)
	}
	fitsSchema(t, b.Bytes())
	var got scanJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, d := range got.Devices {
		states = append(states, d.State)
	}
	if want := []string{"week", "all-good", "all-good", "unchecked", "info", "alone", "nothing"}; !slices.Equal(states, want) {
		t.Errorf("got %q, want %q", states, want)
	}
}

func TestOnlyAWholeRoundWithoutGapsIsAllGood(t *testing.T) {
	s := standing()
	s.Devices, s.Findings, s.Outcomes = s.Devices[1:3], s.Findings[1:3], s.Outcomes[:2]
	says := func(want string) {
		t.Helper()
		if out := written(t, "en", func(w *Writer) { w.Todo(s, 0, false) }); !strings.HasPrefix(out, want) {
			t.Errorf("no %q at the top of\n%s", want, out)
		}
	}
	says("All good. We looked at 2 devices and found nothing to do.")
	s.Findings[0].Remind = checks.InDays(time.Now(), 3)
	says("All good.")
	s.Outcomes = append(s.Outcomes, checks.Outcome{Check: "default-login", Device: "d-2", Reason: checks.ReasonNoConsent})
	says("Nothing to do right now. 1 thing is for later.")
	s.Findings = nil
	says("Nothing to fix so far. We looked at 2 devices, but could not check everything.")
}
