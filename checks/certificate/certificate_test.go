package certificate

import (
	"testing"
	"testing/synctest"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOnlyLongExpiredCertificatesAreFound(t *testing.T) {
	now := time.Now()
	day := 24 * time.Hour
	for _, tt := range []struct {
		name          string
		before, after time.Duration // from now
		issuer        string
		found         bool
		severity      checks.Severity
	}{
		{name: "good", before: -100 * day, after: 100 * day, issuer: "R11"},
		{name: "a little late", before: -100 * day, after: -29 * day, issuer: "R11"},
		{name: "long over", before: -400 * day, after: -31 * day, issuer: "R11", found: true, severity: checks.Good},
		{name: "long over, its own", before: -400 * day, after: -31 * day, issuer: "router", found: true, severity: checks.Inform},
		{name: "long over, nobody's", before: -400 * day, after: -31 * day, found: true, severity: checks.Inform},
		{name: "not yet", before: 31 * day, after: 400 * day, issuer: "router", found: true, severity: checks.Inform},
		{name: "not quite yet", before: 2 * day, after: 400 * day, issuer: "router"},
	} {
		d := discovery.Device{
			ID: "d-1", Services: []discovery.Service{{Port: 80}, {Port: 443, TLS: true}},
			Facts: []discovery.Fact{
				{Key: discovery.FactTLSName, Value: "router"},
				{Key: discovery.FactTLSNotBefore, Value: now.Add(tt.before).UTC().Format(time.RFC3339)},
				{Key: discovery.FactTLSNotAfter, Value: now.Add(tt.after).UTC().Format(time.RFC3339)},
			},
		}
		if tt.issuer != "" {
			d.Facts = append(d.Facts, discovery.Fact{Key: discovery.FactTLSIssuer, Value: tt.issuer})
		}
		got, err := Check{}.Run(t.Context(), checks.Target{Device: d})
		if err != nil || (len(got) == 1) != tt.found || (tt.found && (got[0].Severity != tt.severity || got[0].Port != 443)) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}

func TestWithoutATimeNothingIsSaid(t *testing.T) {
	for name, facts := range map[string][]discovery.Fact{
		"nothing seen": nil,
		"no time":      {{Key: discovery.FactTLSNotAfter, Value: "tomorrow\u202e"}},
	} {
		got, err := Check{}.Run(t.Context(), checks.Target{Device: discovery.Device{Facts: facts}, Before: []checks.Finding{{Kind: Kind}}})
		if err == nil || len(got) > 0 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	synctest.Test(t, func(t *testing.T) { // where it is the year 2000
		d := discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactTLSNotAfter, Value: "1999-01-01T00:00:00Z"}}}
		if got, err := (Check{}).Run(t.Context(), checks.Target{Device: d}); err == nil || len(got) > 0 {
			t.Errorf("with a wrong clock: got %+v, %v", got, err)
		}
	})
}
