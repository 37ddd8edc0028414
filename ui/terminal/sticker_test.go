package terminal

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestWhereTheOwnPasswordOfADeviceStandsIsSaid(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	words.Makers = catalog
	box := discovery.Device{ID: "d-1", Vendor: "AVM", Family: "fritzos", Present: true}
	other := discovery.Device{ID: "d-2", Vendor: "TP-Link", Family: "tplink-green", Present: true}
	for d, want := range map[*discovery.Device]bool{&box: true, &other: false} {
		var b strings.Builder
		w := Writer{W: &b, Words: words}
		if w.Device(*d); w.Err() != nil || strings.Contains(b.String(), "sticker underneath") != want {
			t.Errorf("%s: got %q, %v", d.Vendor, b.String(), w.Err())
		}
	}
	var b bytes.Buffer
	if err := JSON(&b, rounds.Snapshot{Devices: []discovery.Device{box, other}}, "1.2.3", nobodyKnows); err != nil {
		t.Fatal(err)
	}
	fitsSchema(t, b.Bytes())
	var got scanJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Devices[0].PasswordOn != makers.LabelBottom || got.Devices[1].PasswordOn != "" {
		t.Errorf("got %q and %q", got.Devices[0].PasswordOn, got.Devices[1].PasswordOn)
	}
}
