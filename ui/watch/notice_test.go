package watch

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// noon is when the tests begin.
var noon = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

// made is a hardware address that a phone makes up, burnt one that a device has for ever.
var made, burnt = discovery.MAC{0xda, 1, 2, 3, 4, 5}, discovery.MAC{0, 1, 2, 3, 4, 5}

// old is a device that was there from the beginning.
func old(id discovery.DeviceID) discovery.Device {
	return discovery.Device{ID: id, Name: string(id), MAC: burnt, FirstSeen: noon.AddDate(0, -1, 0), Present: true}
}

// came is a device that announced itself and was first seen at a moment.
func came(id discovery.DeviceID, at time.Time) discovery.Device {
	return discovery.Device{ID: id, Name: string(id), MAC: burnt, FirstSeen: at, Present: true, FoundBy: []string{"mdns", "neighbors"}}
}

// found is a finding of a severity.
func found(id string, s checks.Severity) checks.Finding {
	return checks.Finding{ID: id, Device: "d-old", Kind: "telnet-open", Severity: s, First: noon.Add(-time.Hour)}
}

// picture is of a home that was known for a month.
func pictureOf(round int64, at time.Time, devices []discovery.Device, findings ...checks.Finding) rounds.Snapshot {
	return rounds.Snapshot{
		Home: rounds.Home{ID: 1}, Round: round, Started: at.Add(-time.Minute), Finished: at, Complete: true, Phase: rounds.Done,
		Devices: append([]discovery.Device{old("d-old")}, devices...), Findings: findings,
	}
}

// told is after the first look at a home in which nothing is to be told.
func toldOf(findings ...checks.Finding) Told {
	return Decide(Case{Picture: pictureOf(1, noon, nil, findings...), Now: noon}).Told
}

// sorts gives what a notice is about, such as "today f-1".
func sorts(n Notice) string {
	var out []string
	for _, i := range n.Items {
		out = append(out, i.key())
	}
	return strings.Join(out, ", ")
}

// TestWhatIsTold changes one thing at a time in a home that is known.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	next := noon.Add(24 * time.Hour)
	phone := discovery.Device{ID: "d-phone", Name: "Pixel", MAC: made, FirstSeen: noon.AddDate(0, -1, 0)}
	phoneNow := came("d-phone2", next)
	phoneNow.Name, phoneNow.MAC = "Pixel", discovery.MAC{0xde, 9, 9, 9, 9, 9}
	silent := came("d-new", next.Add(-time.Minute))
	silent.FoundBy = []string{"neighbors", "names"}
	gone := came("d-new", next)
	gone.Present = false
	named := came("d-new", next)
	named.Correction.Name = "Lamp"
	router := came("d-new", next)
	router.Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
	fixed, back := found("f-1", checks.Week), found("f-1", checks.Week)
	fixed.Fixed = noon.Add(-time.Minute)
	back.CameBack = next
	accepted, later, due := found("f-2", checks.Today), found("f-2", checks.Today), found("f-1", checks.Good)
	accepted.Accepted = "mine"
	later.Remind = next.AddDate(0, 0, 3)
	due.Remind = next.Add(-time.Hour)
	dueInform := found("f-1", checks.Inform)
	dueInform.Remind = next.Add(-time.Hour)
	for _, tt := range []struct {
		name     string
		before   []checks.Finding
		devices  []discovery.Device
		findings []checks.Finding
		settings rounds.Settings
		others   bool // somebody else walked the round
		broken   bool // it did not go all the way
		last     time.Time
		failing  time.Duration
		want     string
		again    time.Time
	}{
		{name: "nothing"},
		{name: "a new device that announced itself", devices: []discovery.Device{came("d-new", next)}, want: "new d-new"},
		{name: "one that says nothing", devices: []discovery.Device{silent}, again: next.Add(9 * time.Minute)},
		{name: "one that left", devices: []discovery.Device{gone}},
		{name: "one that the user has named", devices: []discovery.Device{named}},
		{name: "a new router", devices: []discovery.Device{router}},
		{name: "a phone with another address", devices: []discovery.Device{phone, phoneNow}},
		{name: "fix today", findings: []checks.Finding{found("f-1", checks.Today)}, want: "today f-1"},
		{name: "fix this week", findings: []checks.Finding{found("f-1", checks.Week)}},
		{name: "it was to be fixed today before", before: []checks.Finding{found("f-1", checks.Today)}, findings: []checks.Finding{found("f-1", checks.Today)}},
		{name: "it is more urgent now", before: []checks.Finding{found("f-1", checks.Week)}, findings: []checks.Finding{found("f-1", checks.Today)}, want: "today f-1"},
		{name: "it came back", before: []checks.Finding{fixed}, findings: []checks.Finding{back}, want: "back f-1"},
		{name: "accepted", findings: []checks.Finding{accepted}},
		{name: "put off", findings: []checks.Finding{later}},
		{name: "a reminder", findings: []checks.Finding{due}, want: "remind f-1"},
		{name: "a reminder of what is only good to know", findings: []checks.Finding{dueInform}, want: "remind f-1"},
		{
			name: "all at once, the most urgent first", devices: []discovery.Device{came("d-new", next)}, failing: 8 * 24 * time.Hour,
			before: []checks.Finding{fixed}, findings: []checks.Finding{back, found("f-2", checks.Today), found("f-3", checks.Good)}, want: "today f-2, back f-1, new d-new, failed",
		},
		{name: "somebody else looked around", others: true, devices: []discovery.Device{came("d-new", next)}, findings: []checks.Finding{found("f-1", checks.Today)}},
		{name: "and stopped in the middle", others: true, broken: true, findings: []checks.Finding{found("f-1", checks.Today)}, want: "today f-1"},
		{
			name: "switched off", settings: rounds.Settings{Mute: []string{rounds.NoticeToday}}, devices: []discovery.Device{came("d-new", next)},
			findings: []checks.Finding{found("f-1", checks.Today)}, want: "new d-new",
		},
		{name: "quiet hours", settings: rounds.Settings{QuietFrom: 11 * 60, QuietUntil: 13 * 60}, findings: []checks.Finding{found("f-1", checks.Today)}},
		{name: "just told something", last: next.Add(-59 * time.Minute), findings: []checks.Finding{found("f-1", checks.Today)}},
		{name: "told something an hour ago", last: next.Add(-time.Hour), findings: []checks.Finding{found("f-1", checks.Today)}, want: "today f-1"},
		{name: "told something, by a clock that was wrong", last: next.AddDate(1, 0, 0), findings: []checks.Finding{found("f-1", checks.Today)}, want: "today f-1"},
		{name: "rounds fail for six days", failing: 6 * 24 * time.Hour},
		{name: "rounds fail for a week", failing: 7 * 24 * time.Hour, want: "failed"},
	} {
		told := toldOf(tt.before...)
		told.Last = tt.last
		if tt.failing > 0 {
			told.Failing = next.Add(-tt.failing)
		}
		before, _ := json.Marshal(told)
		p := pictureOf(2, next, tt.devices, tt.findings...)
		p.Complete = !tt.broken
		a := Decide(Case{Told: told, Picture: p, Mine: !tt.others, Looked: p.Finished, Settings: tt.settings, Now: next})
		if got := sorts(a.Notice); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if !a.Again.Equal(tt.again) {
			t.Errorf("%s: look again at %s, want %s", tt.name, a.Again, tt.again)
		}
		if after, _ := json.Marshal(told); string(after) != string(before) {
			t.Errorf("%s: what was told before changed:\n%s\n%s", tt.name, before, after)
		}
	}
}

// TestNothingIsToldTwice goes on after each notice: also over a restart, and when the user has read it elsewhere.
func TestNothingIsToldTwice(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	f := found("f-1", checks.Today)
	told := toldOf()
	round := int64(1)
	// step decides on a day, after the memory went to disk and back.
	step := func(what string, n int, want string, mine bool, set rounds.Settings, devices []discovery.Device, findings ...checks.Finding) {
		t.Helper()
		round++
		for range 2 { // once in that round, and once more a while after
			b, err := json.Marshal(told)
			if err != nil {
				t.Fatal(err)
			}
			told = Told{}
			if err := json.Unmarshal(b, &told); err != nil {
				t.Fatal(err)
			}
			p := pictureOf(round, day(n), devices, findings...)
			a := Decide(Case{Told: told, Picture: p, Mine: mine, Looked: p.Finished, Settings: set, Now: day(n)})
			if got := sorts(a.Notice); got != want {
				t.Errorf("%s: got %q, want %q", what, got, want)
			}
			told, want = a.Told, ""
		}
	}
	lamp := came("d-lamp", day(1))
	on := rounds.Settings{}
	step("a lamp and something to fix", 1, "today f-1, new d-lamp", true, on, []discovery.Device{lamp}, f)
	away := lamp
	away.Present = false
	step("the lamp is away", 2, "", true, on, []discovery.Device{away}, f)
	step("the lamp is back", 3, "", true, on, []discovery.Device{lamp}, f)
	f.Fixed = day(4)
	step("it is fixed", 4, "", true, on, []discovery.Device{lamp}, f)
	f.Fixed, f.CameBack = time.Time{}, day(5)
	step("it came back", 5, "back f-1", true, on, []discovery.Device{lamp}, f)
	f.Remind = day(7)
	step("it is put off", 6, "", true, on, []discovery.Device{lamp}, f)
	step("the day has come", 7, "remind f-1", true, on, []discovery.Device{lamp}, f)
	step("the day after", 8, "", true, on, []discovery.Device{lamp}, f)
	f.Remind = day(10)
	step("it is put off again", 9, "", true, on, []discovery.Device{lamp}, f)
	step("the day has come again", 10, "remind f-1", true, on, []discovery.Device{lamp}, f)
	f.Fixed, f.Remind = day(11), time.Time{}
	step("it is fixed again", 11, "", true, on, []discovery.Device{lamp}, f)
	f.Fixed, f.CameBack = time.Time{}, day(12)
	step("it came back while that is switched off", 12, "", true, rounds.Settings{Mute: []string{rounds.NoticeBack}}, []discovery.Device{lamp}, f)
	step("that is switched on", 13, "", true, on, []discovery.Device{lamp}, f)
	night := rounds.Settings{QuietFrom: 0, QuietUntil: 23 * 60}
	plug := came("d-plug", day(14))
	step("a plug, in quiet hours", 14, "", true, night, []discovery.Device{lamp, plug}, f)
	step("the next morning", 15, "new d-plug", true, on, []discovery.Device{lamp, plug}, f)
	g := found("f-2", checks.Today)
	step("somebody looked in the window", 16, "", false, on, []discovery.Device{lamp, plug}, f, g)
	step("after that", 17, "", true, on, []discovery.Device{lamp, plug}, f, g)
	if n := len(told.Homes[1].Said); n > 8 {
		t.Errorf("%d things are remembered", n)
	}
	step("all are forgotten", 18, "", true, on, nil)
	if n := len(told.Homes[1].Said); n > 1 { // d-old is known
		t.Errorf("%d things are remembered of what is not known any more", n)
	}
}

func TestADeviceThatSaysNothingIsToldWhenItStayed(t *testing.T) {
	t.Parallel()
	at := noon.Add(24 * time.Hour)
	d := came("d-new", at)
	d.FoundBy = []string{"neighbors"}
	p := pictureOf(2, at, []discovery.Device{d})
	c := Case{Told: toldOf(), Picture: p, Mine: true, Looked: at, Now: at}
	a := Decide(c)
	if len(a.Notice.Items) > 0 || !a.Again.Equal(at.Add(10*time.Minute)) {
		t.Errorf("it has just come: got %+v", a)
	}
	c.Told, c.Mine = a.Told, false // it is the same round, some time later
	c.Now, c.Looked = at.Add(10*time.Minute), at.Add(10*time.Minute)
	if got := sorts(Decide(c).Notice); got != "new d-new" {
		t.Errorf("it stayed: got %q", got)
	}
	c.Picture.Devices = slices.Clone(p.Devices)
	c.Picture.Devices[1].Present = false
	if a := Decide(c); len(a.Notice.Items) > 0 || !a.Again.IsZero() {
		t.Errorf("it left: got %+v", a)
	}
}

func TestAtFirstNothingIsNews(t *testing.T) {
	t.Parallel()
	p := pictureOf(9, noon, []discovery.Device{came("d-new", noon)}, found("f-1", checks.Today))
	a := Decide(Case{Picture: p, Mine: true, Looked: noon, Now: noon})
	if len(a.Notice.Items) > 0 {
		t.Errorf("the watch begins: got %q", sorts(a.Notice))
	}
	// The second home begins anew, and the first day of a home is never told.
	p.Home.ID = 2
	if a = Decide(Case{Told: a.Told, Picture: p, Mine: true, Now: noon}); len(a.Notice.Items) > 0 {
		t.Errorf("another home: got %q", sorts(a.Notice))
	}
	young := rounds.Snapshot{Home: rounds.Home{ID: 3}, Round: 1, Complete: true, Devices: []discovery.Device{came("d-a", noon)}}
	told := Decide(Case{Picture: young, Mine: true, Now: noon}).Told
	young.Round, young.Devices = 2, append(young.Devices, came("d-b", noon.Add(23*time.Hour)))
	if a = Decide(Case{Told: told, Picture: young, Mine: true, Looked: noon.Add(23 * time.Hour), Now: noon.Add(23 * time.Hour)}); len(a.Notice.Items) > 0 {
		t.Errorf("the first day: got %q", sorts(a.Notice))
	}
}

func TestANoticeInWords(t *testing.T) {
	t.Parallel()
	lamp := came("d-lamp", noon)
	lamp.Name = "<b>$(calc)</b>"
	p := pictureOf(1, noon, []discovery.Device{lamp}, found("f-1", checks.Today), found("f-2", checks.Week), found("f-3", checks.Week))
	items := []Item{
		{Sort: rounds.NoticeToday, Device: "d-old", Finding: "f-1"},
		{Sort: rounds.NoticeBack, Device: "d-old", Finding: "f-2"},
		{Sort: rounds.NoticeRemind, Device: "d-old", Finding: "f-3"},
		{Sort: rounds.NoticeNew, Device: "d-lamp"},
		{Sort: rounds.NoticeFailed},
	}
	for _, tag := range text.Languages() {
		words, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			title, body := Notice{Items: []Item{i}}.Say(words, &p)
			name := map[string]string{rounds.NoticeNew: "<b>$(calc)</b>", rounds.NoticeFailed: ""}
			want, ok := name[i.Sort]
			if !ok {
				want = "d-old"
			}
			if title == "" || len(body) != 1 || !strings.Contains(body[0], want) || strings.Contains(title+body[0], "[") {
				t.Errorf("%s: %s: got %q, %q", tag, i.Sort, title, body)
			}
		}
		title, body := Notice{Items: items}.Say(words, &p)
		if !strings.Contains(title, "5") || len(body) != 5 || !strings.Contains(body[4], "1") || strings.Contains(title+strings.Join(body, ""), "[") {
			t.Errorf("%s: got %q, %q", tag, title, body)
		}
		for _, hold := range []Hold{HoldWalking, HoldElsewhere, HoldBattery, HoldMetered, HoldComing} {
			s := Status{Result: "x", Last: noon, Next: noon, Hold: hold}
			if _, next := s.Lines(words); strings.Contains(next, "[") {
				t.Errorf("%s: got %q", tag, next)
			}
		}
	}
	if got := (Notice{Items: items[:1]}).Opens(); got != "f-1" {
		t.Errorf("got %q", got)
	}
	if got := (Notice{Items: items[3:4]}).Opens(); got != "d-lamp" {
		t.Errorf("got %q", got)
	}
	if got := (Notice{Items: items}).Opens(); got != "" {
		t.Errorf("several: got %q", got)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	at := func(h, m int) time.Time { return time.Date(2026, 6, 1, h, m, 0, 0, time.UTC) }
	for _, tt := range []struct {
		from, until int
		now         time.Time
		want        bool
	}{
		{0, 0, at(0, 0), false},
		{600, 600, at(10, 0), false},
		{22 * 60, 7 * 60, at(21, 59), false},
		{22 * 60, 7 * 60, at(22, 0), true},
		{22 * 60, 7 * 60, at(3, 0), true},
		{22 * 60, 7 * 60, at(7, 0), false},
		{13 * 60, 14 * 60, at(13, 30), true},
		{13 * 60, 14 * 60, at(14, 0), false},
		{13 * 60, 24 * 60, at(23, 59), true},
		{-60, 60, at(23, 30), true},
	} {
		s := rounds.Settings{QuietFrom: tt.from, QuietUntil: tt.until}
		if got := s.Quiet(tt.now); got != tt.want {
			t.Errorf("%d to %d at %s: got %t", tt.from, tt.until, tt.now.Format("15:04"), got)
		}
	}
}

func TestWhoIsAStranger(t *testing.T) {
	t.Parallel()
	quiet, fixed := came("d-3", noon), came("d-4", noon)
	quiet.MAC, quiet.FoundBy = made, []string{"neighbors"}
	fixed.FoundBy = []string{"neighbors"}
	private := came("d-5", noon)
	private.MAC = made
	away := old("d-6")
	away.Present = false
	got := SightOf([]discovery.Device{old("d-1"), away, quiet, fixed, private}, noon)
	if !slices.Equal(got.Present, []discovery.DeviceID{"d-1"}) || got.Strangers != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestAtFirstEverySortOfNoticeIsOn(t *testing.T) {
	t.Parallel()
	for _, sort := range rounds.Notices() {
		if new(rounds.Settings).Muted(sort) {
			t.Errorf("%s is off", sort)
		}
	}
}
