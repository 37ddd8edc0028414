package store

import (
	"os"
	"slices"
	"strings"
	"testing"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestAForgottenDeviceLeavesNothingAndComesBackAsNew(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, d, stays := t.Context(), device(1), device(2)
	d.Name = "Secret-Name-4711"
	snap := round(home, 0, d, stays)
	door := finding(stays) // a door in another device that leads to it
	door.ID, door.Args = "f-0123456789abcdef01", map[string]string{checks.ArgInnerDevice: string(d.ID)}
	own := finding(d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, checks.Found), {Check: login, Device: stays.ID, Result: checks.Found, Findings: []checks.Finding{finding(stays), door}}}
	snap.ByDevice = map[discovery.DeviceID]discovery.Traffic{d.ID: {Connections: 3}, stays.ID: {Connections: 4}}
	saved(t, s, snap)
	for _, err := range []error{
		s.Accept(ctx, home.ID, own.ID, "Secret-Reason"), s.Accept(ctx, home.ID, door.ID, "for the game"),
		s.LeaveAlone(ctx, home.ID, d.ID, true), s.SaveConsent(ctx, home.ID, d.ID, rounds.ConsentGiven),
		s.Correct(ctx, home.ID, d.ID, discovery.Correction{Notes: "Secret-Notes"}), s.LeaveAlone(ctx, home.ID, stays.ID, true),
		s.SaveTry(ctx, []string{"mac"}, "row", start),
		s.Forget(ctx, home.ID, d.ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for when, at := range map[string]*Store{"now": s, "after a restart": openAt(t, s.path)} {
		got := latest(t, at, home.ID)
		if len(got.Devices) != 1 || got.Devices[0].ID != stays.ID || !got.Devices[0].LeaveAlone {
			t.Errorf("%s: devices %+v, want the other one, left alone", when, got.Devices)
		}
		if len(got.Findings) != 2 || len(got.Outcomes) != 1 || len(got.ByDevice) != 1 {
			t.Errorf("%s: findings %+v, outcomes %+v, ledger %+v", when, got.Findings, got.Outcomes, got.ByDevice)
		}
		for _, f := range got.Findings {
			if f.Device != stays.ID || f.About() != stays.ID || !f.Fixed.IsZero() || (f.ID == door.ID) != (f.Accepted == "for the game") {
				t.Errorf("%s: got %+v, want what the other device has, as it was", when, f)
			}
		}
		for c, err := range at.Changes(ctx, home.ID) {
			if err != nil || c.Device == d.ID || c.Finding == own.ID {
				t.Errorf("%s: the timeline says %+v, %v", when, c, err)
			}
		}
	}
	if proofs, err := s.Proofs(ctx, home.ID, own.ID); err != nil || len(proofs) > 0 {
		t.Errorf("proofs %+v, %v", proofs, err)
	}
	if c, err := s.Consent(ctx, home.ID, d.ID); err != nil || c != rounds.ConsentUnknown {
		t.Errorf("consent %v, %v", c, err)
	}
	if tries, err := s.Tries(ctx, []string{"mac"}, start); err != nil || len(tries) != 1 {
		t.Errorf("tries %+v, %v, want one: they protect devices", tries, err)
	}
	if err := s.emptyLog(ctx); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(s.path)
	if err != nil || strings.Contains(string(raw), "Secret-") {
		t.Errorf("the file still holds its words (%v)", err)
	}

	back, changes := saved(t, s, round(home, 1, device(1), stays))
	at := slices.IndexFunc(back.Devices, func(b discovery.Device) bool { return b.ID == d.ID })
	if at < 0 || back.Devices[at].LeaveAlone || back.Devices[at].Correction != (discovery.Correction{}) {
		t.Errorf("it came back as %+v", back.Devices)
	}
	if !slices.ContainsFunc(changes, func(c rounds.Change) bool { return c.What == rounds.DeviceNew && c.Device == d.ID }) {
		t.Errorf("the round after says %+v, want that it is new", changes)
	}
}

func TestForgettingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	saved(t, s, round(home, 0, device(1), device(2)))
	if _, err := s.writer.ExecContext(t.Context(), `CREATE TEMP TRIGGER no BEFORE DELETE ON devices WHEN old.id = '`+string(device(2).ID)+`'
		BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(t.Context(), home.ID, device(1).ID, device(2).ID); err == nil {
		t.Fatal("the second could not be forgotten, and nobody said so")
	}
	if got := latest(t, s, home.ID); len(got.Devices) != 2 {
		t.Errorf("%d devices are left, want both", len(got.Devices))
	}
}

func TestWhatIsSaidOfSeveralDevicesStays(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, word := t.Context(), discovery.Correction{Room: "Hall", Owner: "Mia"}
	devices := []discovery.Device{device(1), device(2), device(3)}
	saved(t, s, round(home, 0, devices...))
	for _, d := range devices {
		for _, err := range []error{
			s.Correct(ctx, home.ID, d.ID, word), s.LeaveAlone(ctx, home.ID, d.ID, true), s.SaveConsent(ctx, home.ID, d.ID, rounds.ConsentRefused),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	saved(t, s, round(home, 1, devices...))
	again := openAt(t, s.path)
	for _, d := range latest(t, again, home.ID).Devices {
		if d.Correction != word || !d.LeaveAlone {
			t.Errorf("after a round and a restart: %+v, left alone %t", d.Correction, d.LeaveAlone)
		}
	}
	if said, err := again.Consents(ctx, home.ID); err != nil || len(said) != len(devices) {
		t.Errorf("consents %v, %v", said, err)
	}
}
