package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// menus are those of the router and of the camera.
var menus = &makers.Catalog{Makers: []makers.Maker{
	{Name: "TP-Link", Menus: []makers.Menu{{Places: map[makers.Place]string{makers.PlacePorts: "Advanced > NAT Forwarding > Port Forwarding"}}}},
	{Name: "Reolink", Menus: []makers.Menu{{Places: map[makers.Place]string{makers.PlacePassword: "Settings > System > User Management"}}}},
}}

// advised is a home with one thing to do.
func advised(f checks.Finding) rounds.Snapshot {
	s := family()
	s.Devices[0].Services = []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	f.ID, f.Confidence, f.First, f.Last = "f-9", discovery.Saw, evening, evening
	s.Findings = []checks.Finding{f}
	return s
}

func TestCardsNameTheMenusOfTheMaker(t *testing.T) {
	p := &fake{}
	p.feed.Set(advised(checks.Finding{Kind: "port-forward", Check: "port-forward", Device: "router", Severity: checks.Week, Args: map[string]string{
		"inner": "192.168.1.5", checks.ArgInnerDevice: "nas", "inner_port": "5000", "outer_port": "5000",
		checks.ArgOutside: checks.BehindCarrier, checks.ArgLowered: checks.BehindCarrier,
	}}))
	b := open(t, p, true, theme.VariantLight)
	b.words.Makers = menus
	b.openFinding("f-9")
	b.shot("todo-menu")
}

// TestTheLongestAdviceFits shows it in the smallest window that the pages are made for.
func TestTheLongestAdviceFits(t *testing.T) {
	p := &fake{}
	p.feed.Set(advised(checks.Finding{Kind: "default-login", Check: "default-login", Device: "cam", Severity: checks.Today, Args: map[string]string{
		"url": "http://192.168.1.23/", "user": "admin", checks.ArgRaised: checks.RaisedMapped,
	}}))
	b := open(t, p, true, theme.VariantLight)
	b.words.Makers = menus
	b.openFinding("f-9")
	for _, end := range []struct {
		name string
		down bool
	}{{name: "todo-narrow"}, {name: "todo-narrow-end", down: true}} {
		for range 2 {
			b.win.Resize(fyne.NewSize(901, 601))
			b.win.Resize(fyne.NewSize(900, 600))
		}
		if end.down {
			b.todo.card.scroll.ScrollToBottom()
		}
		b.picture(end.name)
		b.texts()
	}
}
