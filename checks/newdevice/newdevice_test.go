package newdevice

import (
	"errors"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOnlyWhatCameLaterIsNew(t *testing.T) {
	now := time.Now().UTC()
	const day = 24 * time.Hour
	private := discovery.MAC{0xda, 1, 2, 3, 4, 5}
	fixed := discovery.MAC{0, 1, 2, 3, 4, 5}
	for _, tt := range []struct {
		name        string
		home, seen  time.Duration // ago
		d           discovery.Device
		found, none bool
		severity    checks.Severity
	}{
		{name: "the first round", home: time.Minute, seen: 0, none: true},
		{name: "was out on the first day", home: day, seen: time.Hour, none: true},
		{name: "new", home: 30 * day, seen: time.Hour, d: discovery.Device{MAC: fixed}, found: true, severity: checks.Inform},
		{name: "new for six days", home: 30 * day, seen: 6 * day, d: discovery.Device{MAC: fixed}, found: true, severity: checks.Inform},
		{name: "new for eight days", home: 30 * day, seen: 8 * day, d: discovery.Device{MAC: fixed}, found: true, severity: checks.Week},
		{name: "new for eight days, made-up address", home: 30 * day, seen: 8 * day, d: discovery.Device{MAC: private}, found: true, severity: checks.Good},
		{name: "new for eight days, of the first day", home: 9 * day, seen: 8 * day, none: true},
		{name: "named", home: 30 * day, seen: 8 * day, d: discovery.Device{MAC: fixed, Correction: discovery.Correction{Name: "Lamp"}}},
		{name: "somebody's", home: 30 * day, seen: 8 * day, d: discovery.Device{Correction: discovery.Correction{Owner: "Ana"}}},
		{name: "left alone", home: 30 * day, seen: 8 * day, d: discovery.Device{LeaveAlone: true}},
		{name: "router", home: 30 * day, seen: 8 * day, d: discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}}},
	} {
		d := tt.d
		d.ID, d.FirstSeen = "d-1", now.Add(-tt.seen)
		got, err := Check{}.Run(t.Context(), checks.Target{Device: d, Others: []discovery.Device{d, {FirstSeen: now.Add(-tt.home)}, {}}})
		if errors.Is(err, checks.ErrNotApplicable) != tt.none || (err != nil && !tt.none) || (len(got) == 1) != tt.found || (tt.found && got[0].Severity != tt.severity) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
		if tt.found && (got[0].Args["private"] != "") != d.MAC.Private() {
			t.Errorf("%s: got %+v", tt.name, got[0].Args)
		}
	}
}
