package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestConsentsAreListedAndTakenBack(t *testing.T) {
	s, _ := newStore(t)
	home, err := s.Home(t.Context(), "k", "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Home(t.Context(), "k2", "Another", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		home    rounds.HomeID
		device  discovery.DeviceID
		consent rounds.Consent
	}{
		{home.ID, "cam", rounds.ConsentGiven},
		{home.ID, "nas", rounds.ConsentRefused},
		{other.ID, "tv", rounds.ConsentGiven},
		{home.ID, "box", rounds.ConsentGiven},
		{home.ID, "box", rounds.ConsentUnknown},
	} {
		if err := s.SaveConsent(t.Context(), x.home, x.device, x.consent); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Consents(t.Context(), home.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := map[discovery.DeviceID]rounds.Consent{"cam": rounds.ConsentGiven, "nas": rounds.ConsentRefused}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("consents (-want +got):\n%s", diff)
	}
}
