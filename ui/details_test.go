package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestDetailsForAHelperAreCopied(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openDevice("cam")
	test.Tap(b.button("Copy details for a helper"))
	b.shot("details")
	copied := func() string {
		test.Tap(b.find("Copy"))
		return b.app.Clipboard().Content()
	}
	if got := copied(); !strings.Contains(got, "RLC-510A") || strings.Contains(got, "Hall camera") || strings.Contains(got, "192.168") || strings.Contains(got, "3c:84") {
		t.Errorf("copied %q", got)
	}
	test.Tap(b.flip("With its name"))
	test.Tap(b.flip("With its addresses"))
	if got := copied(); !strings.Contains(got, "Hall camera") || !strings.Contains(got, "192.168.1.23") || !strings.Contains(got, "3c:84:6a:11:22:33") {
		t.Errorf("copied %q", got)
	}
	b.shot("details-all")
	b.answer()
	b.openFinding("f-2")
	test.Tap(b.button("Copy details for a helper"))
	if got := copied(); !strings.Contains(got, "telnet-open") || strings.Contains(got, "Old TV box") {
		t.Errorf("copied %q", got)
	}
}
