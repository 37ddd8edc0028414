package terminal

import (
	"bytes"
	"strings"
	"testing"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestTheMakerAndTheProviderAreTold(t *testing.T) {
	h := newHistory(t)
	h.camera.Vendor, h.camera.Model, h.camera.Firmware, h.camera.Kind = "TP-Link", "Archer C7", "1.1.1", discovery.KindRouter
	h.walk(0, true)
	id := h.telnet().ID
	h.says("links", ExitDone, []string{
		"from TP-Link: https://www.tp-link.com/", "page of TP-Link: https://www.tp-link.com/", "porchlight letter " + id, "porchlight letter --to=provider " + id,
	}, nil, "todo")
	h.says("to the maker", ExitDone, []string{
		"To: security@tp-link.com\nSubject: Security of TP-Link Archer C7\n\nHello,\n", "TP-Link Archer C7, software version 1.1.1.\nIts Telnet console is open.\n",
	}, []string{"192.168", "IPC-1234", "In English"}, "letter", id)
	h.says("in another language", ExitDone, []string{"Em inglês:", "Its Telnet console is open."}, nil, "--lang=pt-BR", "letter", id)
	h.says("to the provider", ExitDone, []string{"Subject: ", "the router that I have from you: TP-Link Archer C7", "Its Telnet console is open."}, []string{"To: ", "192.168", "IPC-1234"}, "letter", "--to=provider", id)
	h.says("to nobody else", ExitUsage, []string{"--to"}, nil, "letter", "--to=everybody", id)
	h.says("no such finding", ExitCannot, []string{"There is no such thing to do."}, nil, "letter", "f-none")
}

func TestNoLetterIsOfferedWhereNobodyCouldHelp(t *testing.T) {
	h := newHistory(t)
	h.camera.Kind = discovery.KindCamera
	h.walk(0, true)
	id := h.telnet().ID
	h.says("no words for a provider", ExitDone, []string{"porchlight letter " + id}, []string{"--to=provider"}, "todo")
	h.says("no provider lends a camera", ExitCannot, []string{"no such text"}, nil, "letter", "--to=provider", id)
}

// What a device says of itself is no link.
func TestOnlyPagesOfTheCatalogueAreWritten(t *testing.T) {
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	words.Makers = m
	f := checks.Finding{ID: "f-1", Kind: "telnet-open", Device: "d-1"}
	for vendor, want := range map[string]int{"Netgear": 2, "https://evil.example.com/": 0, "": 0} {
		var b bytes.Buffer
		w := &Writer{W: &b, Words: words}
		w.help("", rounds.Snapshot{Devices: []discovery.Device{{ID: "d-1", Vendor: vendor, Model: "https://evil.example.com/"}}}, f, f.ID)
		if got := strings.Count(b.String(), "https://"); got != want || strings.Contains(b.String(), "evil") {
			t.Errorf("%q: got\n%s", vendor, b.String())
		}
	}
}
