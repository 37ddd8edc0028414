package program

import (
	"testing"

	"porchlight/checks/rounds"
)

// TestOnlyAHomeForWhichTheUserAnswersIsWatched has a café in which nobody said "this is my home", a home that came in a file,
// and the practice home.
func TestOnlyAHomeForWhichTheUserAnswersIsWatched(t *testing.T) {
	p, ctx := opened(t, Options{Dir: t.TempDir(), Still: true}), t.Context()
	if _, known, err := p.LastHome(ctx); known || err != nil {
		t.Errorf("no home at all: got %t, %v", known, err)
	}
	if _, err := p.store.Home(ctx, rounds.GatewayKey+"02:00:00:00:00:09", "Café", false); err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.Home(ctx, practiceKey, "Practice", true); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", practiceKey, rounds.GatewayKey + "02:00:00:00:00:09", rounds.GatewayKey + "02:00:00:00:00:08", rounds.PrefixKey + "192.168.1.0/24"} {
		if home, known, err := p.HomeOn(ctx, key); known || err != nil {
			t.Errorf("%q: got %+v, %v", key, home, err)
		}
	}
	if _, known, err := p.LastHome(ctx); known || err != nil {
		t.Errorf("nobody answers for any: got %t, %v", known, err)
	}
	flat := walked(t, p, rounds.GatewayKey+"02:00:00:00:00:01", "Flat", 1)
	if home, known, err := p.HomeOn(ctx, rounds.GatewayKey+"02:00:00:00:00:01"); !known || home.ID != flat.ID || err != nil {
		t.Errorf("got %+v, %t, %v", home, known, err)
	}
}
