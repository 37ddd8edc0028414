package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// words is the passphrase of all tests, and quickly a work factor with which they do not take forever.
const (
	words   = "four words of mine"
	quickly = 1
)

const gateway = rounds.GatewayKey + "02:00:00:00:00:01"

// another gives the history of another computer in the same home.
func another(t *testing.T) (*Store, rounds.Home) {
	t.Helper()
	needSQLite(t)
	s := openAt(t, filepath.Join(t.TempDir(), "history.db"))
	home, err := s.Home(t.Context(), gateway, "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	return s, home
}

func exported(t *testing.T, s *Store, home rounds.HomeID) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.export(t.Context(), home, words, &b, quickly); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func imported(t *testing.T, s *Store, file []byte) rounds.Carried {
	t.Helper()
	out, err := s.Import(t.Context(), bytes.NewReader(file), words)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sealedLines gives a file with lines of the test's choice.
func sealedLines(t *testing.T, work int, lines ...string) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient(words)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(work)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, recipient)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dump gives all that a history holds, to see whether anything was changed.
func dump(t *testing.T, s *Store) string {
	t.Helper()
	var out strings.Builder
	tables, err := all(t.Context(), s.reader, func(rows *sql.Rows, name *string) error { return rows.Scan(name) },
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		dumpTable(t, s, &out, table)
	}
	return out.String()
}

func dumpTable(t *testing.T, s *Store, out io.Writer, table string) {
	t.Helper()
	rows, err := s.reader.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(out, "%s %v\n", table, values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// lived gives a history in which much has happened.
func lived(t *testing.T) (*Store, rounds.Home) {
	t.Helper()
	s, home := another(t)
	ctx, one, two := t.Context(), device(1), device(2)
	for n, result := range []checks.Result{checks.Found, checks.Found, checks.Clear, checks.Found} {
		snap := round(home, n, one, two)
		snap.Network = discovery.Network{Prefix: netip.MustParsePrefix("192.168.1.0/24"), Gateway: netip.MustParseAddr("192.168.1.1"), Interface: "eth0"}
		snap.Outcomes = []checks.Outcome{loginEnded(one, result), loginEnded(two, checks.Unknown)}
		if n == 3 {
			snap.Devices = snap.Devices[:1]
			snap.Outcomes = snap.Outcomes[:1]
		}
		snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{one.ID: {Requests: []discovery.Request{{Line: "GET /what-was-said"}}}}
		saved(t, s, snap)
	}
	yes := true
	for _, err := range []error{
		s.AgreeHome(ctx, home.ID, "The flat", start),
		s.AddNetwork(ctx, home.ID, rounds.HomeNetwork{Key: gateway, Name: "FlatNet"}),
		s.Correct(ctx, home.ID, one.ID, discovery.Correction{Name: "Hall", Kind: discovery.KindDoorbell, Room: "Hall", Notes: "bought in May\nbehind the door"}),
		s.LeaveAlone(ctx, home.ID, two.ID, yes),
		s.SaveConsent(ctx, home.ID, one.ID, rounds.ConsentGiven),
		s.SaveConsent(ctx, home.ID, two.ID, rounds.ConsentRefused),
		s.Accept(ctx, home.ID, finding(one).ID, "it hangs outside"),
		s.SaveTry(ctx, []string{"mac:" + one.MAC.String(), "addr:192.168.1.1"}, "D001", start),
		s.SaveTry(ctx, []string{"mac:02:00:00:00:00:99"}, "D002", start), // of another home
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, home
}

func TestAHomeIsCarriedToAnotherComputer(t *testing.T) {
	t.Parallel()
	from, home := lived(t)
	to := openAt(t, filepath.Join(t.TempDir(), "history.db"))
	file := exported(t, from, home.ID)
	for _, plain := range []string{"porchlight", "Hall", "FlatNet", "192.168", "camera"} {
		if bytes.Contains(file, []byte(plain)) {
			t.Errorf("%q can be read in the file", plain)
		}
	}
	out := imported(t, to, file)
	if !out.New || out.Devices != 2 || out.Home.Name != "The flat" || !out.Home.Consented.IsZero() {
		t.Errorf("got %+v, want a new home of two devices, for which nobody has agreed", out)
	}
	ctx, there := t.Context(), latest(t, to, out.Home.ID)
	want := latest(t, from, home.ID)
	want.Home, want.Round, want.ByDevice, want.Traffic = out.Home, there.Round, nil, discovery.Traffic{}
	want.Network = discovery.Network{Prefix: want.Network.Prefix, Gateway: want.Network.Gateway}
	for i := range want.Devices {
		want.Devices[i].FoundBy, want.Devices[i].HeardAfter = nil, 0 // of one round on one computer
	}
	diff(t, "what is known there", there, want)
	changes := func(s *Store, home rounds.HomeID) []rounds.Change {
		page, err := s.Timeline(ctx, home, rounds.Filter{}, rounds.Mark{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Changes {
			page.Changes[i].Round = 0
		}
		return page.Changes
	}
	diff(t, "timeline", changes(to, out.Home.ID), changes(from, home.ID))
	proofs, err := from.Proofs(ctx, home.ID, finding(device(1)).ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := to.Proofs(ctx, out.Home.ID, finding(device(1)).ID)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "proofs", got, proofs)
	ends := rounds.Midnights(start.AddDate(0, 0, -1), start.AddDate(0, 0, 2), 1)
	levels, err := from.Levels(ctx, home.ID, ends)
	if err != nil {
		t.Fatal(err)
	}
	carried, err := to.Levels(ctx, out.Home.ID, ends)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "levels", carried, levels)

	for device, want := range map[discovery.DeviceID]rounds.Consent{"d-01": rounds.ConsentUnknown, "d-02": rounds.ConsentRefused} {
		if c, err := to.Consent(ctx, out.Home.ID, device); err != nil || c != want {
			t.Errorf("consent for %s is %d, %v, want %d: to try passwords is said of one computer", device, c, err, want)
		}
	}
	if tries, err := to.Tries(ctx, []string{"addr:192.168.1.1"}, time.Time{}); err != nil || len(tries) != 1 {
		t.Errorf("tries are %v, %v, want the one that was made", tries, err)
	}
	if tries, err := to.Tries(ctx, []string{"mac:02:00:00:00:00:99"}, time.Time{}); err != nil || len(tries) != 0 {
		t.Errorf("a try of another home was carried: %v, %v", tries, err)
	}
	if h, found, err := to.FindHome(ctx, gateway, false); err != nil || !found || h.ID != out.Home.ID {
		t.Errorf("at its router the home is %+v, %v, %v", h, found, err)
	}
	if text := dump(t, to); strings.Contains(text, "what-was-said") {
		t.Error("what was said to the devices was carried")
	}

	before := dump(t, to)
	again := imported(t, to, file)
	if again.New || again.Devices+again.Changes > 0 {
		t.Errorf("the second time it brought %+v", again)
	}
	diff(t, "after a second time", dump(t, to), before)
	back := imported(t, from, exported(t, to, out.Home.ID))
	if back.New || back.Devices+back.Changes > 0 || back.Home.ID != home.ID {
		t.Errorf("carried back it brought %+v", back)
	}
	if n := count(t, from, `SELECT sum(walked) FROM rounds`); n != 4 {
		t.Errorf("after it came back there are %d rounds, want 4", n)
	}
	if c, err := from.Consent(ctx, home.ID, "d-01"); err != nil || c != rounds.ConsentGiven {
		t.Errorf("consent that was given here is %d, %v", c, err)
	}
}

func TestTwoSidesAreMerged(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	mine, home := lived(t)
	theirs, other := another(t)
	// The other computer gave the devices names of its own, knows one more, and saw the first one fixed, back and fixed.
	one, more := device(1), device(5)
	one.ID, one.Firmware, one.Keys = "d-b1", "v4.0.0", []string{"mdns:hall.local", "mac:01"}
	more.ID = "d-b5"
	when := func(n int) rounds.Snapshot { return round(other, n, one, more) }
	for _, r := range []struct {
		hour   int
		result checks.Result
	}{{-2, checks.Found}, {1, checks.Found}, {5, checks.Clear}} {
		snap := when(r.hour)
		snap.Outcomes = []checks.Outcome{loginEnded(one, r.result), loginEnded(more, checks.Found)}
		saved(t, theirs, snap)
	}
	for _, err := range []error{
		theirs.Correct(ctx, other.ID, one.ID, discovery.Correction{Name: "Door cam", Owner: "Ana", Notes: "behind the door\npays Ben"}),
		theirs.Correct(ctx, other.ID, more.ID, discovery.Correction{Room: "Attic"}),
		theirs.Accept(ctx, other.ID, finding(more).ID, "fine up there"),
		theirs.SaveConsent(ctx, other.ID, one.ID, rounds.ConsentRefused),
		theirs.LeaveAlone(ctx, other.ID, one.ID, false),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	out := imported(t, mine, exported(t, theirs, other.ID))
	if out.New || out.Home.ID != home.ID || out.Home.Name != "The flat" || out.Home.Consented.IsZero() || out.Devices != 1 {
		t.Errorf("got %+v, want one device more in the home with the same router", out)
	}
	now := latest(t, mine, home.ID)
	var ids []discovery.DeviceID
	for _, d := range now.Devices {
		ids = append(ids, d.ID)
	}
	diff(t, "devices", ids, []discovery.DeviceID{"d-01", "d-02", "d-b5"})
	hall := now.Devices[0]
	if hall.Firmware != "v4.0.0" || !hall.FirstSeen.Equal(when(-2).Started) || !hall.LastSeen.Equal(when(5).Started) || !hall.Present || !slices.Contains(hall.Keys, "upnp:01") {
		t.Errorf("the one that both know is %+v, want what was seen last, and since when it was known to either", hall)
	}
	diff(t, "words", hall.Correction, discovery.Correction{
		Name: "Hall", Kind: discovery.KindDoorbell, Room: "Hall", Owner: "Ana", Notes: "bought in May\nbehind the door\npays Ben\nDoor cam",
	})
	if got := now.Devices[2]; got.Correction.Room != "Attic" || got.LeaveAlone {
		t.Errorf("the new one is %+v", got)
	}
	if c, err := mine.Consent(ctx, home.ID, "d-01"); err != nil || c != rounds.ConsentRefused {
		t.Errorf("consent is %d, %v, want that nobody may: one side said no", c, err)
	}
	moved := finding(one)
	moved.MoveTo("d-01")
	for _, f := range now.Findings {
		switch f.ID {
		case moved.ID:
			if !f.First.Equal(when(-2).Finished) || !f.Fixed.Equal(when(5).Finished) || f.Accepted != "it hangs outside" || f.CameBack.IsZero() {
				t.Errorf("the finding of both is %+v, want it fixed at last, accepted, and with the days of both", f)
			}
		case finding(more).ID:
			if f.Accepted != "fine up there" || f.Device != "d-b5" {
				t.Errorf("the finding of the other side is %+v", f)
			}
		default:
			t.Errorf("a finding too many: %+v", f)
		}
	}
	page, err := mine.Timeline(ctx, home.ID, rounds.Filter{Finding: moved.ID}, rounds.Mark{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "life of the finding", whats(page.Changes), []string{
		rounds.FindingAccepted, rounds.FindingFixed, rounds.FindingBack, rounds.FindingFixed, rounds.FindingNew, rounds.FindingNew,
	})

	// Both are merged the other way round too, and then again, and nothing grows any more.
	for range 3 {
		imported(t, theirs, exported(t, mine, home.ID))
		imported(t, mine, exported(t, theirs, other.ID))
	}
	before := dump(t, mine)
	imported(t, theirs, exported(t, mine, home.ID))
	imported(t, mine, exported(t, theirs, other.ID))
	diff(t, "after one more time", dump(t, mine), before)
	if a, b := len(latest(t, mine, home.ID).Devices), len(latest(t, theirs, other.ID).Devices); a != 3 || b != 3 {
		t.Errorf("there are %d and %d devices, want 3 and 3", a, b)
	}
}

func TestTwoDevicesOfTheFileAreOneHere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	mine, home := another(t)
	box := device(1)
	box.Keys = []string{"mdns:box.local", "udn:box"}
	saved(t, mine, round(home, 0, box))
	theirs, other := another(t)
	cable, wifi := device(2), device(3)
	cable.MAC, wifi.MAC = discovery.MAC{}, discovery.MAC{}
	cable.Keys, wifi.Keys = []string{"mdns:box.local"}, []string{"udn:box", "udn:more"}
	snap := round(other, 5, cable, wifi)
	snap.Outcomes = []checks.Outcome{loginEnded(cable, checks.Found), loginEnded(wifi, checks.Found)}
	saved(t, theirs, snap)
	for device, c := range map[discovery.DeviceID]discovery.Correction{cable.ID: {Name: "Box"}, wifi.ID: {Room: "Hall"}} {
		if err := theirs.Correct(ctx, other.ID, device, c); err != nil {
			t.Fatal(err)
		}
	}
	for id, reason := range map[string]string{finding(cable).ID: "one", finding(wifi).ID: "two"} {
		if err := theirs.Accept(ctx, other.ID, id, reason); err != nil {
			t.Fatal(err)
		}
	}
	imported(t, mine, exported(t, theirs, other.ID))
	now := latest(t, mine, home.ID)
	if len(now.Devices) != 1 || len(now.Findings) != 1 {
		t.Fatalf("got %d devices and %d findings, want one each", len(now.Devices), len(now.Findings))
	}
	d, f := now.Devices[0], now.Findings[0]
	diff(t, "keys", d.Keys, []string{"mdns:box.local", "udn:box", "udn:more"})
	if d.Correction != (discovery.Correction{Name: "Box", Room: "Hall"}) || !strings.Contains(f.Accepted, "one") || !strings.Contains(f.Accepted, "two") || f.Device != box.ID {
		t.Errorf("got %+v and %+v, want the words about both", d.Correction, f)
	}
}

func TestWhatWasTakenBackHereStaysSo(t *testing.T) {
	t.Parallel()
	mine, home := lived(t)
	file := exported(t, mine, home.ID)
	id := finding(device(1)).ID
	time.Sleep(2 * time.Millisecond) // times are kept in milliseconds
	if err := mine.Accept(t.Context(), home.ID, id, ""); err != nil {
		t.Fatal(err)
	}
	imported(t, mine, file)
	if f := latest(t, mine, home.ID).Findings[0]; f.Accepted != "" {
		t.Errorf("an old file brought back %q", f.Accepted)
	}
}

func TestAnImportSilencesNothingThatIsOpenHere(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), device(1)
	mine, home := another(t)
	theirs, other := another(t)
	for n, side := range []struct {
		s *Store
		h rounds.Home
	}{{mine, home}, {theirs, other}} {
		snap := round(side.h, n, d)
		snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
		saved(t, side.s, snap)
	}
	id := finding(d).ID
	if err := mine.Correct(ctx, home.ID, d.ID, discovery.Correction{Notes: "bought in May"}); err != nil {
		t.Fatal(err)
	}
	for _, said := range []func() error{
		func() error { return theirs.Remind(ctx, other.ID, id, start.AddDate(5, 0, 0)) },
		func() error { return theirs.Accept(ctx, other.ID, id, "all is well") },
		func() error {
			_, err := theirs.writer.Exec(`UPDATE findings SET args = json_set(args, '$.within', 'telnet-open'), told = ?`, start.UnixMilli())
			return err
		},
	} {
		if err := said(); err != nil {
			t.Fatal(err)
		}
		imported(t, mine, exported(t, theirs, other.ID))
		now := latest(t, mine, home.ID)
		if f := now.Findings[0]; !f.Open() || !f.Remind.IsZero() || !f.Told.IsZero() {
			t.Errorf("it is %+v, want it open", f)
		}
	}
	now := latest(t, mine, home.ID)
	diff(t, "notes", now.Devices[0].Correction.Notes, "bought in May\nall is well")
	page, err := mine.Timeline(ctx, home.ID, rounds.Filter{Finding: id}, rounds.Mark{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "life of the finding", whats(page.Changes), []string{rounds.FindingNew})
}

func TestTimesToComeAreFromAClockThatWasWrong(t *testing.T) {
	t.Parallel()
	d, hours := device(1), int(time.Since(start).Hours())+24*365
	mine, home := another(t)
	theirs, other := another(t)
	snap := round(home, 0, d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found)}
	saved(t, mine, snap)
	ahead := d
	ahead.Firmware = "v9"
	for n, result := range []checks.Result{checks.Found, checks.Clear} {
		snap := round(other, hours+n, ahead, device(2))
		snap.Outcomes = []checks.Outcome{loginEnded(d, result), loginEnded(device(2), checks.Found)}
		saved(t, theirs, snap)
	}
	file := exported(t, theirs, other.ID)
	imported(t, mine, file)
	now := latest(t, mine, home.ID)
	for _, d := range now.Devices {
		if d.Firmware == "v9" && d.ID == ahead.ID || d.LastSeen.After(time.Now()) || d.FirstSeen.After(time.Now()) {
			t.Errorf("device %+v", d)
		}
	}
	for _, f := range now.Findings {
		if f.Device == d.ID && !f.Open() || f.First.After(time.Now()) || f.Last.After(time.Now()) {
			t.Errorf("finding %+v", f)
		}
	}
	if len(now.Devices) != 2 || len(now.Findings) != 2 {
		t.Errorf("got %d devices and %d findings, want 2 each", len(now.Devices), len(now.Findings))
	}
	for _, table := range []string{`rounds WHERE started > ?`, `changes WHERE at > ?`, `proofs WHERE at > ?`} {
		if n := count(t, mine, `SELECT count(*) FROM `+table, time.Now().UnixMilli()); n > 0 {
			t.Errorf("%d are still to come: %s", n, table)
		}
	}
	changes := func() int64 { return count(t, mine, `SELECT count(*) FROM changes`) }
	before := changes()
	if imported(t, mine, file); changes() != before {
		t.Errorf("the second time it brought %d changes more", changes()-before)
	}
}

func TestOnlyTheHomeThatItIsIsMerged(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	to := openAt(t, filepath.Join(t.TempDir(), "history.db"))
	// Thousands of homes have that network.
	here, err := to.Home(ctx, rounds.PrefixKey+"192.168.1.0/24", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	from := openAt(t, filepath.Join(t.TempDir(), "history.db"))
	theirs, err := from.Home(ctx, rounds.PrefixKey+"192.168.1.0/24", "Our home", false)
	if err != nil {
		t.Fatal(err)
	}
	saved(t, from, round(theirs, 0, device(1)))
	file := exported(t, from, theirs.ID)
	out := imported(t, to, file)
	if !out.New || out.Home.ID == here.ID || out.Home.Name != "Our home 2" {
		t.Errorf("got %+v, want another home with another name", out)
	}
	if again := imported(t, to, file); again.Home.ID != out.Home.ID {
		t.Errorf("got %+v the second time, want the same home", again)
	}
	if h, found, err := to.FindHome(ctx, rounds.PrefixKey+"192.168.1.0/24", false); err != nil || !found || h.ID != here.ID {
		t.Errorf("the network is now that of %+v, %v, %v", h, found, err)
	}
	practice, err := from.Home(ctx, "practice", "Practice", true)
	if err != nil {
		t.Fatal(err)
	}
	if err := from.export(ctx, practice.ID, words, io.Discard, quickly); !errors.Is(err, ErrPracticeHome) {
		t.Errorf("got %v, want %v", err, ErrPracticeHome)
	}
	if err := from.export(ctx, 99, words, io.Discard, quickly); err == nil {
		t.Error("a home that does not exist was exported")
	}
	if err := from.Export(ctx, theirs.ID, "1234567", io.Discard); !errors.Is(err, ErrShort) {
		t.Errorf("got %v, want %v", err, ErrShort)
	}
}

// head gives a first line as Export writes it, but for what change makes of it.
func head(t *testing.T, change func(h map[string]any)) string {
	t.Helper()
	h := map[string]any{
		"format": carryFormat, "version": carryVersion, "key": "k", "name": "Theirs", "networks": []any{map[string]any{"key": gateway, "name": ""}},
		"prefix": "192.168.1.0/24", "gateway": "192.168.1.1", "latest": start, "origins": map[string]int{"o": 1},
	}
	if change != nil {
		change(h)
	}
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestABadFileChangesNothing(t *testing.T) {
	t.Parallel()
	s, home := lived(t)
	good := exported(t, s, home.ID)
	cut := func(n int) []byte { return good[:n] }
	flip := func(n int) []byte {
		b := bytes.Clone(good)
		b[n] ^= 1
		return b
	}
	// The head's second line is "-> scrypt SALT WORK", the salt in base64.
	salt := bytes.Index(good, []byte("-> scrypt ")) + len("-> scrypt ")
	inSalt := func(letter byte) []byte {
		b := bytes.Clone(good)
		if b[salt] == letter {
			letter++
		}
		b[salt] = letter
		return b
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var forAKey bytes.Buffer
	w, err := age.Encrypt(&forAKey, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, head(t, nil)+"\n")
	_ = w.Close()
	bomb := strings.Replace(string(sealedLines(t, quickly, head(t, nil))), " 1\n", " 30\n", 1)
	plain := head(t, nil)
	dev := `{"device":{"id":"d-1","first_seen":"2026-01-01T00:00:00Z","last_seen":"2026-01-01T00:00:00Z","present":true,"mac":""}}`
	find := `{"finding":{"id":"%s","kind":"k","check":"c","device":"d-1","severity":"today","confidence":"saw","first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z"}}`
	id := checks.FindingID("d-1", "k", 0, "")
	before := dump(t, s)
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":             {nil, ErrDamagedFile},
		"a letter":            {[]byte("Dear Ana, all is well."), ErrDamagedFile},
		"cut in the head":     {cut(50), ErrDamagedFile},
		"cut after the head":  {cut(250), ErrDamagedFile},
		"cut near the end":    {cut(len(good) - 1), ErrDamagedFile},
		"more behind it":      {append(bytes.Clone(good), "more"...), ErrDamagedFile},
		"another salt":        {inSalt('A'), ErrPassphrase},
		"no salt":             {inSalt('['), ErrDamagedFile},
		"flipped later":       {flip(len(good) / 2), ErrDamagedFile},
		"flipped at the end":  {flip(len(good) - 1), ErrDamagedFile},
		"for a key":           {forAKey.Bytes(), ErrPassphrase},
		"years of work":       {[]byte(bomb), ErrDamagedFile},
		"empty":               {sealedLines(t, quickly), ErrDamagedFile},
		"no lines":            {sealedLines(t, quickly, ""), ErrDamagedFile},
		"another format":      {sealedLines(t, quickly, `{"format":"x","version":1}`), ErrDamagedFile},
		"version 0":           {sealedLines(t, quickly, head(t, func(h map[string]any) { h["version"] = 0 })), ErrDamagedFile},
		"a newer version":     {sealedLines(t, quickly, head(t, func(h map[string]any) { h["version"], h["new"] = 2, "thing" })), ErrNewerFile},
		"an odd key":          {sealedLines(t, quickly, head(t, func(h map[string]any) { h["key"] = strings.Repeat("k", 100) })), ErrDamagedFile},
		"a member more":       {sealedLines(t, quickly, head(t, func(h map[string]any) { h["more"] = 1 })), ErrDamagedFile},
		"deep":                {sealedLines(t, quickly, plain, strings.Repeat(`{"device":`, 100_000)), ErrDamagedFile},
		"deep in a value":     {sealedLines(t, quickly, plain, `{"device":{"addrs":`+strings.Repeat("[", 200_000)), ErrDamagedFile},
		"a long line":         {sealedLines(t, quickly, plain, dev, `{"change":{"old":"`+strings.Repeat("x", 2<<20)+`"}}`), ErrDamagedFile},
		"not JSON":            {sealedLines(t, quickly, plain, "device"), ErrDamagedFile},
		"an empty line":       {sealedLines(t, quickly, plain, dev, ""), ErrDamagedFile},
		"two in a line":       {sealedLines(t, quickly, plain, dev+dev), ErrDamagedFile},
		"nothing in a line":   {sealedLines(t, quickly, plain, "{}"), ErrDamagedFile},
		"an unknown line":     {sealedLines(t, quickly, plain, `{"song":{}}`), ErrDamagedFile},
		"an unknown change":   {sealedLines(t, quickly, plain, `{"change":{"at":"2026-01-01T00:00:00Z","what":"device-sold","device":"d-1"}}`), ErrDamagedFile},
		"a time far away":     {sealedLines(t, quickly, plain, `{"change":{"at":"9999-01-01T00:00:00Z","what":"device-new","device":"d-1"}}`), ErrDamagedFile},
		"an ID with a space":  {sealedLines(t, quickly, plain, strings.Replace(dev, "d-1", "d 1", 1)), ErrDamagedFile},
		"a foreign ID":        {sealedLines(t, quickly, plain, dev, fmt.Sprintf(find, "f-0123456701234567")), ErrDamagedFile},
		"one kind as another": {sealedLines(t, quickly, plain, strings.ReplaceAll(dev, "d-1", "d-01"), fmt.Sprintf(strings.ReplaceAll(find, "d-1", "d-01"), finding(device(1)).ID)), ErrDamagedFile},
		"an odd severity":     {sealedLines(t, quickly, plain, dev, strings.Replace(fmt.Sprintf(find, id), "today", "never", 1)), ErrDamagedFile},
		"tries of everybody":  {sealedLines(t, quickly, plain, `{"try":{"at":"2026-01-01T00:00:00Z","login":"","failed":true,"names":["*"]}}`), ErrDamagedFile},
		"good until the end":  {sealedLines(t, quickly, plain, dev, fmt.Sprintf(find, id), "{"), ErrDamagedFile},
	} {
		if _, err := s.Import(t.Context(), bytes.NewReader(c.file), words); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	for _, wrong := range []string{"", "four words of mind", words + " "} {
		if _, err := s.Import(t.Context(), bytes.NewReader(good), wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("passphrase %q: got %v, want %v", wrong, err, ErrPassphrase)
		}
	}
	if _, err := s.Import(t.Context(), io.MultiReader(bytes.NewReader(good[:len(good)/2]), broken{}), words); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a disk that fails: got %v", err)
	}
	diff(t, "history", dump(t, s), before)
	imported(t, s, sealedLines(t, quickly, plain, dev, fmt.Sprintf(find, id)))
}

// broken is a disk that fails.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAFileWithoutEndIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	if _, err := s.Import(t.Context(), zeros{}, words); !errors.Is(err, ErrDamagedFile) {
		t.Errorf("got %v, want %v", err, ErrDamagedFile)
	}
	if !long() {
		return // the other takes a gigabyte of memory
	}
	good := sealedLines(t, quickly, head(t, nil))
	if _, err := s.Import(t.Context(), io.MultiReader(bytes.NewReader(good), zeros{}), words); !errors.Is(err, ErrDamagedFile) {
		t.Errorf("got %v, want %v", err, ErrDamagedFile)
	}
}

func TestNothingIsImportedDuringARound(t *testing.T) {
	t.Parallel()
	s, home := lived(t)
	file := exported(t, s, home.ID)
	release, err := openAt(t, s.path).LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), bytes.NewReader(file), words); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want %v", err, ErrLocked)
	}
	release()
	imported(t, s, file)
}

func TestARealPassphraseTakesWork(t *testing.T) {
	t.Parallel()
	if underRace() {
		t.Skip("a quarter of a gigabyte, slowly")
	}
	s, home := lived(t)
	var b bytes.Buffer
	if err := s.Export(t.Context(), home.ID, words, &b); err != nil {
		t.Fatal(err)
	}
	if header, _, _ := strings.Cut(b.String(), "\n---"); !strings.HasPrefix(header, "age-encryption.org/v1\n-> scrypt ") || !strings.Contains(header, " 18\n") {
		t.Errorf("the file begins with %q", header)
	}
	imported(t, s, b.Bytes())
}
