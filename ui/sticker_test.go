package ui

import (
	"testing"

	"fyne.io/fyne/v2/theme"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Where a device has its own password on a sticker, its page says so, and so does a card whose first
// step is to open its settings.
func TestWhereTheOwnPasswordStandsIsSaid(t *testing.T) {
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	box := device("box", "Box", discovery.KindRouter, "AVM", "FRITZ!Box 7590", "192.168.1.1")
	box.Family, box.Services = "fritzos", []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	f := checks.Finding{ID: "f-1", Kind: "upnp-on", Check: "upnp", Device: "box", Severity: checks.Good, Confidence: discovery.Saw}
	p := &fake{}
	p.feed.Set(rounds.Snapshot{Home: rounds.Home{ID: 1}, Round: 1, Started: evening, Finished: evening, Complete: true, Devices: []discovery.Device{box}, Findings: []checks.Finding{f}})
	b := open(t, p, true, theme.VariantLight)
	b.words.Makers = catalog
	const said = "Its own password is on the sticker underneath."
	b.openDevice("box")
	b.says(said)
	b.openFinding("f-1")
	b.says(said)
}
