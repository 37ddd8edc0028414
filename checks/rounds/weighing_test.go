package rounds_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/testhome"
)

// told is a check that finds what it is told to.
type told struct {
	id checks.ID
	f  *checks.Finding
}

func (s *told) Info() checks.Info {
	return checks.Info{ID: s.id, Contact: checks.ContactPolite, Kinds: []checks.Kind{checks.Kind(s.id)}}
}

func (s *told) Applies(discovery.Device) bool { return true }

func (s *told) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	if s.f == nil {
		return nil, checks.ErrNotApplicable
	}
	f := *s.f
	f.Kind, f.Confidence = checks.Kind(s.id), discovery.Saw
	f.ID = checks.FindingID(t.Device.ID, f.Kind, f.Port, "")
	if s.id == "port-forward" {
		f.Args = map[string]string{checks.ArgInnerDevice: string(t.Device.ID)}
	}
	return []checks.Finding{f}, nil
}

func TestLookingAgainWeighsAsTheRoundDid(t *testing.T) {
	const prefix = "127.9.13.0/24"
	t.Parallel()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.recognised("Router")
	h.Checks = []checks.Check{
		&told{"ftp-anonymous", &checks.Finding{Port: 21, Severity: checks.Week}},
		&told{"port-forward", &checks.Finding{Port: 21, Severity: checks.Week}},
		&told{"nothing-to-say", nil},
	}
	s := h.walk(t)
	f := find(t, s, "ftp-anonymous")
	if f.Severity != checks.Today || f.Args[checks.ArgRaised] != checks.RaisedMapped {
		t.Fatalf("a door from the internet leads there: got %+v", f)
	}
	if slices.ContainsFunc(s.Outcomes, func(o checks.Outcome) bool {
		return o.Check == "nothing-to-say" && (o.Result != checks.NotApplicable || o.Reason != "")
	}) || len(s.Unchecked()) > 0 {
		t.Errorf("got %+v", s.Outcomes)
	}
	again, err := h.CheckAgain(t.Context(), f.ID)
	if err != nil || again.Severity != checks.Today || again.Args[checks.ArgRaised] != checks.RaisedMapped {
		t.Errorf("looked at again: got %+v, %v", again, err)
	}
	if door, err := h.CheckAgain(t.Context(), find(t, s, "port-forward").ID); err != nil || door.Severity != checks.Week {
		t.Errorf("the door looked at again: got %+v, %v", door, err)
	}
}
