package wifi

import (
	"context"
	"errors"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOnlyWeakProtectionIsFound(t *testing.T) {
	const (
		open, owe, wep, wpa    = discovery.ProtectionOpen, discovery.ProtectionOWE, discovery.ProtectionWEP, discovery.ProtectionWPA
		tkip, wpa2, wpa3, name = discovery.ProtectionTKIP, discovery.ProtectionWPA2, discovery.ProtectionWPA3, discovery.ProtectionLogin
	)
	before := []checks.Finding{{Kind: Kind}}
	for _, tt := range []struct {
		name     string
		w        discovery.WiFi
		before   []checks.Finding
		want     checks.Severity // Inform: nothing
		unknown  bool
		notAbout bool
	}{
		{name: "open", w: discovery.WiFi{Protection: []discovery.Protection{open}}, want: checks.Today},
		{name: "WEP", w: discovery.WiFi{Protection: []discovery.Protection{wep}}, want: checks.Today},
		{name: "the first WPA", w: discovery.WiFi{Protection: []discovery.Protection{wpa, tkip}}, want: checks.Week},
		{name: "old and new", w: discovery.WiFi{Protection: []discovery.Protection{wpa2, wpa}}, want: checks.Week},
		{name: "the old cipher", w: discovery.WiFi{Protection: []discovery.Protection{wpa2, tkip}}, want: checks.Week},
		{name: "WPA2", w: discovery.WiFi{Protection: []discovery.Protection{wpa2}}},
		{name: "WPA2 and WPA3", w: discovery.WiFi{Protection: []discovery.Protection{wpa2, wpa3}}, before: before},
		{name: "encrypted without a password", w: discovery.WiFi{Protection: []discovery.Protection{owe}}},
		{name: "with names", w: discovery.WiFi{Protection: []discovery.Protection{name}}},
		{name: "cable", notAbout: true},
		{name: "cable, after a weak one", before: before, unknown: true},
		{name: "another one, after a weak one", w: discovery.WiFi{Name: "Guests", Protection: []discovery.Protection{wpa2}}, before: before, unknown: true},
		{name: "the system does not tell", w: discovery.WiFi{Hidden: true}, unknown: true},
	} {
		joined := func(context.Context) discovery.WiFi { return tt.w }
		got, err := Check{}.Run(t.Context(), checks.Target{Device: discovery.Device{ID: "d-1"}, WiFi: joined, Before: tt.before})
		_, unknown := errors.AsType[*checks.NotChecked](err)
		if unknown != tt.unknown || errors.Is(err, checks.ErrNotApplicable) != tt.notAbout || (len(got) == 1) != (tt.want != checks.Inform) || (len(got) == 1 && got[0].Severity != tt.want) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
	if (Check{}).Applies(discovery.Device{Kind: discovery.KindRouter}) {
		t.Error("a router that is not ours was blamed")
	}
}
