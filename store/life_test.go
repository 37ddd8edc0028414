package store

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// lookedAt saves the n-th round, in which the login check of a device ended so.
func lookedAt(t *testing.T, s *Store, home rounds.Home, n int, d discovery.Device, result checks.Result) checks.Finding {
	t.Helper()
	snap := round(home, n, d)
	snap.Outcomes = []checks.Outcome{loginEnded(d, result)}
	out, _ := saved(t, s, snap)
	return out.Findings[0]
}

func TestAReminderIsKeptUntilItIsSettled(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, d, day := t.Context(), device(1), start.AddDate(0, 0, 3)
	id := finding(d).ID
	remind := func(day time.Time) {
		t.Helper()
		if err := s.Remind(ctx, home.ID, id, day); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when string, f checks.Finding, day time.Time) {
		t.Helper()
		if !f.Remind.Equal(day) {
			t.Errorf("%s: the reminder is for %v, want %v", when, f.Remind, day)
		}
	}
	lookedAt(t, s, home, 0, d, checks.Found)
	remind(day)
	want("kept", latest(t, openAt(t, s.path), home.ID).Findings[0], day)
	want("found again", lookedAt(t, s, home, 1, d, checks.Found), day)
	want("not checked", lookedAt(t, s, home, 2, d, checks.Unknown), day)
	remind(time.Time{})
	want("taken back", latest(t, s, home.ID).Findings[0], time.Time{})
	remind(day)
	want("fixed", lookedAt(t, s, home, 3, d, checks.Clear), time.Time{})
	if err := s.Remind(ctx, home.ID, id, day); !errors.Is(err, rounds.ErrNotOpen) {
		t.Errorf("fixed: got %v, want %v", err, rounds.ErrNotOpen)
	}
	want("came back", lookedAt(t, s, home, 4, d, checks.Found), time.Time{})

	remind(day)
	mild := finding(d)
	mild.Severity = checks.Week
	snap := round(home, 5, d)
	snap.Outcomes = []checks.Outcome{{Check: login, Device: d.ID, Result: checks.Found, Findings: []checks.Finding{mild}}}
	out, _ := saved(t, s, snap)
	want("less urgent", out.Findings[0], day)
	want("more urgent than the user knew", lookedAt(t, s, home, 6, d, checks.Found), time.Time{})

	remind(day)
	if err := s.Accept(ctx, home.ID, id, "so be it"); err != nil {
		t.Fatal(err)
	}
	want("accepted", latest(t, s, home.ID).Findings[0], time.Time{})
	if err := s.Remind(ctx, home.ID, id, day); !errors.Is(err, rounds.ErrNotOpen) {
		t.Errorf("accepted: got %v, want %v", err, rounds.ErrNotOpen)
	}
	if err := s.Remind(ctx, home.ID, "f-none", day); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
}

func TestThatTheUserWasToldIsKeptUntilItComesBack(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d, at := device(1), start.AddDate(0, 0, 3)
	told := func(when string, f checks.Finding, at time.Time) {
		t.Helper()
		if !f.Told.Equal(at) {
			t.Errorf("%s: told at %v, want %v", when, f.Told, at)
		}
	}
	id := lookedAt(t, s, home, 0, d, checks.Found).ID
	if err := s.Told(t.Context(), home.ID, id, at); err != nil {
		t.Fatal(err)
	}
	told("found again", lookedAt(t, s, home, 1, d, checks.Found), at)
	told("fixed", lookedAt(t, s, home, 2, d, checks.Clear), at)
	told("came back", lookedAt(t, s, home, 3, d, checks.Found), time.Time{})
	f, err := s.SaveCheck(t.Context(), home.ID, id, loginEnded(d, checks.Found), at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	told("looked at again by the user, and still there", f, at.Add(time.Hour))
}

func TestARoundProvesWhatChanged(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	id := finding(d).ID
	for n, result := range []checks.Result{checks.Found, checks.Found, checks.Clear, checks.Clear, checks.Unknown, checks.Found} {
		lookedAt(t, s, home, n, d, result)
	}
	got, err := s.Proofs(t.Context(), home.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "proofs", got, []rounds.Proof{
		{At: round(home, 5).Finished, Before: false, After: true},
		{At: round(home, 2).Finished, Before: true, After: false},
	})
	if f := latest(t, s, home.ID).Findings[0]; !f.CameBack.Equal(round(home, 5).Finished) {
		t.Errorf("it came back at %v, want when the last round ended", f.CameBack)
	}
}

func TestAFindingKeepsItsLifeWhenItsDeviceTurnsOutToBeAnother(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	ctx, elder, younger, router, day := t.Context(), device(1), device(2), device(3), start.AddDate(0, 0, 3)
	inner := finding(router)
	inner.Args = map[string]string{checks.ArgInnerDevice: string(younger.ID)}
	snap := round(home, 0, elder, younger, router)
	snap.Outcomes = []checks.Outcome{
		loginEnded(elder, checks.Clear), loginEnded(younger, checks.Found),
		{Check: login, Device: router.ID, Result: checks.Found, Findings: []checks.Finding{inner}},
	}
	saved(t, s, snap)
	old := finding(younger)
	if _, err := s.SaveCheck(ctx, home.ID, old.ID, loginEnded(younger, checks.Found), snap.Finished.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{s.Remind(ctx, home.ID, old.ID, day), s.Told(ctx, home.ID, old.ID, start), s.Accept(ctx, home.ID, inner.ID, "needed")} {
		if err != nil {
			t.Fatal(err)
		}
	}

	elder.Was = []discovery.DeviceID{younger.ID}
	next := round(home, 1, elder, router)
	next.Outcomes = []checks.Outcome{loginEnded(elder, checks.Found)}
	out, changes := saved(t, s, next)
	want := finding(elder)
	want.First, want.Last, want.Remind, want.Told = snap.Finished, next.Finished, day, start
	inner.Args[checks.ArgInnerDevice] = string(elder.ID)
	inner.First, inner.Last, inner.Accepted = snap.Finished, snap.Finished, "needed"
	diff(t, "findings", out.Findings, []checks.Finding{want, inner})
	if len(changes) > 0 {
		t.Errorf("changes are %v, want none: it is no news", changes)
	}
	proofs, err := s.Proofs(ctx, home.ID, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "proofs", proofs, []rounds.Proof{{At: snap.Finished.Add(time.Minute), Before: true, After: true}})
	about := map[string]discovery.DeviceID{}
	for c, err := range s.Changes(ctx, home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		about[c.Finding] = c.Device
	}
	if about[want.ID] != elder.ID || about[old.ID] != "" {
		t.Errorf("the changes are about %v, want none of the younger device", about)
	}
}

func TestTwoFindingsThatTurnOutToBeOneHaveOneLife(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		elder, younger checks.Result // in the second round
		open           bool
	}{
		{"both open", checks.Found, checks.Found, true},
		{"the elder's is fixed", checks.Clear, checks.Found, true},
		{"the younger's is fixed", checks.Found, checks.Clear, true},
		{"both fixed", checks.Clear, checks.Clear, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, home := newStore(t)
			elder, younger := device(1), device(2)
			first := round(home, 0, elder, younger)
			first.Outcomes = []checks.Outcome{loginEnded(younger, checks.Found)}
			saved(t, s, first)
			second := round(home, 1, elder, younger)
			second.Outcomes = []checks.Outcome{loginEnded(elder, checks.Found), loginEnded(younger, checks.Found)}
			saved(t, s, second)
			third := round(home, 2, elder, younger)
			third.Outcomes = []checks.Outcome{loginEnded(elder, tt.elder), loginEnded(younger, tt.younger)}
			saved(t, s, third)
			if err := s.Accept(t.Context(), home.ID, finding(younger).ID, "of the younger"); err != nil {
				t.Fatal(err)
			}
			elder.Was = []discovery.DeviceID{younger.ID}
			out, _ := saved(t, s, round(home, 3, elder))
			if len(out.Findings) != 1 {
				t.Fatalf("got %+v, want one finding", out.Findings)
			}
			f := out.Findings[0]
			if f.ID != finding(elder).ID || f.Device != elder.ID || !f.First.Equal(first.Finished) || f.Accepted != "of the younger" || f.Fixed.IsZero() != tt.open {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestOfTwoWordsAboutOneDeviceTheMoreCarefulWins(t *testing.T) {
	t.Parallel()
	const given, refused = rounds.ConsentGiven, rounds.ConsentRefused
	yes, no := true, false
	for _, tt := range []struct {
		name           string
		elder, younger rounds.Consent
		want           rounds.Consent
		alone, too     *bool // nil: the user never said
		left           bool
	}{
		{"nothing was said", 0, 0, 0, nil, nil, false},
		{"of the younger alone", 0, given, given, nil, &yes, true},
		{"of the elder alone", given, 0, given, &yes, nil, true},
		{"the younger is off limits", given, refused, refused, &no, &yes, true},
		{"the elder is off limits", refused, given, refused, &yes, &no, true},
		{"neither is", given, given, given, &no, &no, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, home := newStore(t)
			elder, younger := device(1), device(2)
			saved(t, s, round(home, 0, elder))
			for id, said := range map[discovery.DeviceID]struct {
				consent rounds.Consent
				alone   *bool
			}{elder.ID: {tt.elder, tt.alone}, younger.ID: {tt.younger, tt.too}} {
				if said.consent != rounds.ConsentUnknown {
					if err := s.SaveConsent(t.Context(), home.ID, id, said.consent); err != nil {
						t.Fatal(err)
					}
				}
				if said.alone != nil {
					if err := s.LeaveAlone(t.Context(), home.ID, id, *said.alone); err != nil {
						t.Fatal(err)
					}
				}
			}
			elder.Was = []discovery.DeviceID{younger.ID} // which was new in this round
			out, _ := saved(t, s, round(home, 1, elder))
			if got, err := s.Consent(t.Context(), home.ID, elder.ID); err != nil || got != tt.want {
				t.Errorf("consent is %d, %v, want %d", got, err, tt.want)
			}
			if got := out.Devices[0].LeaveAlone; got != tt.left {
				t.Errorf("left alone: %t, want %t", got, tt.left)
			}
		})
	}
}

func TestWhenAFindingCameBackIsTakenOverFromTheChanges(t *testing.T) {
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, time.Second, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	steps, _, err := migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO homes (id, key, practice, name) VALUES (1, 'x', 0, 'Our home')`,
		`INSERT INTO findings SELECT 1, column1, 1000, 9000, 0, column2, '', 'k', 'c', 'd-1', 0, 'week', 'saw', '', ''
			FROM (VALUES ('f-1', 0), ('f-2', 1), ('f-3', 1))`,
		`INSERT INTO changes (home, round, at, what, device, finding, old, new) VALUES
			(1, 1, 5000, 'finding-back', 'd-1', 'f-2', '', ''), (1, 1, 7000, 'finding-back', 'd-1', 'f-2', '', ''), (1, 1, 8000, 'finding-new', 'd-1', 'f-2', '', '')`,
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"f-1": 0, "f-2": 7000, "f-3": 9000} // of the third nobody knows more than when it was last seen
	for _, f := range latest(t, openAt(t, path), 1).Findings {
		if got, _ := (millis{&f.CameBack}).Value(); got != want[f.ID] || !f.Remind.IsZero() || !f.Told.IsZero() {
			t.Errorf("%s: came back at %v, want %d; %+v", f.ID, got, want[f.ID], f)
		}
	}
}

func TestWhatStandsWithinAnotherFindingComesOutWhenThatIsFixed(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	made := func(kind, within checks.Kind) checks.Finding {
		f := checks.Finding{
			ID: checks.FindingID(d.ID, kind, 0, ""), Kind: kind, Check: "firmware", Device: d.ID, Severity: checks.Week, Confidence: discovery.Saw,
			Args: map[string]string{"version": "1.0"},
		}
		if within != "" {
			f.Args[checks.ArgWithin] = string(within)
		}
		return f
	}
	walked := func(n int, found ...checks.Finding) (rounds.Snapshot, []rounds.Change) {
		t.Helper()
		snap := round(home, n, d)
		snap.Outcomes = []checks.Outcome{{Check: "firmware", Device: d.ID, Result: checks.Found, Findings: found}}
		return saved(t, s, snap)
	}
	hole := made("known-exploited", "")
	walked(0, made("support-ended", ""))
	snap, changes := walked(1, hole, made("support-ended", hole.Kind))
	if open := snap.Open(); len(open) != 1 || open[0].ID != hole.ID || len(changes) != 1 || changes[0].What != rounds.FindingNew {
		t.Errorf("got %+v, %+v", open, changes)
	}
	if _, err := s.SaveCheck(t.Context(), home.ID, hole.ID, checks.Outcome{Check: "firmware", Device: d.ID, Result: checks.Clear}, start.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	now := latest(t, s, home.ID)
	open := now.Open()
	if len(open) != 1 || open[0].Kind != "support-ended" || open[0].Args["version"] != "1.0" || !open[0].First.Before(snap.Finished) {
		t.Errorf("the hole is closed: got %+v", open)
	}
}

func TestTheWorseFindingThatSaysAnAskedOneTooIsSeen(t *testing.T) {
	t.Parallel()
	s, home := newStore(t)
	d := device(1)
	made := func(kind, within checks.Kind) checks.Finding {
		f := finding(d)
		f.ID, f.Kind, f.Args = checks.FindingID(d.ID, kind, 0, ""), kind, map[string]string{}
		if within != "" {
			f.Args[checks.ArgWithin] = string(within)
		}
		return f
	}
	worse, asked := made("known-exploited", ""), made("support-ended", "")
	found := func(list ...checks.Finding) checks.Outcome {
		return checks.Outcome{Check: login, Device: d.ID, Result: checks.Found, Findings: list}
	}
	snap := round(home, 0, d)
	snap.Outcomes = []checks.Outcome{found(asked)}
	saved(t, s, snap)
	o := found(worse, made(asked.Kind, worse.Kind), made("beside", ""))
	f, err := s.SaveCheck(t.Context(), home.ID, asked.ID, o, snap.Finished.Add(time.Minute))
	if err != nil || f.ID != asked.ID || !f.Fixed.IsZero() {
		t.Errorf("got %+v, %v, want the one that was asked for", f, err)
	}
	now := latest(t, s, home.ID)
	if open := now.Open(); len(open) != 1 || open[0].ID != worse.ID || len(now.Findings) != 2 {
		t.Errorf("open is %+v of %+v, want the worse one", open, now.Findings)
	}
}
