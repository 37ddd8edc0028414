package sources_test

import (
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/scan"
	"porchlight/discovery/sources"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// want is what the catalogue knows of the practice home, by the last number of the address.
var want = map[string]discovery.Device{
	"127.0.0.10": {Vendor: "TP-Link", Model: "WR841N", Kind: discovery.KindRouter, Name: "Wireless N Router WR841N"},
	"127.0.0.11": {Vendor: "Reolink", Model: "RLC-520A", Kind: discovery.KindCamera, Name: "Front door camera"},
	"127.0.0.12": {Vendor: "Swann", Model: "NVR8-7300", Kind: discovery.KindNVR, Name: "Garage recorder"},
	"127.0.0.13": {Vendor: "MikroTik", Kind: discovery.KindAccessPoint, Firmware: "6.41", Name: "MikroTik Router"},
	"127.0.0.14": {Vendor: "Brother", Model: "HL-L2350DW", Kind: discovery.KindPrinter, Name: "Brother HL-L2350DW series"},
	"127.0.0.15": {Vendor: "Samsung", Model: "UE43TU7090", Kind: discovery.KindTV, Name: "Living room TV"},
	"127.0.0.16": {Vendor: "Sonos", Model: "Sonos One", Kind: discovery.KindSpeaker, Firmware: "80.1-58210", Name: "Sonos One"},
	"127.0.0.17": {Vendor: "Synology", Model: "DS220+", Kind: discovery.KindNAS, Firmware: "7.2-72806", Name: "DiskStation"},
	"127.0.0.18": {Vendor: "Shelly", Model: "PlusPlugS", Kind: discovery.KindPlug, Firmware: "1.4.4", Name: "shellyplusplugs-b0b21c000018"},
	"127.0.0.19": {},
}

func TestThePracticeHomeIsFoundAndNamed(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	fakes := testhome.Practice()
	testhome.Run(t, fakes...)
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	home := lan.Open(n, "test", log)
	var first time.Duration
	start := time.Now()
	got, troubles := scan.Scanner{Sources: sources.All(home, log), Probers: sources.Probers(home, catalog), Catalog: catalog, Log: log}.Run(
		t.Context(), nil, func(d []discovery.Device, _ scan.Ahead) {
			if first == 0 && len(d) > 0 {
				first = time.Since(start)
			}
		})
	if len(troubles) > 0 || len(got) != len(want) {
		t.Errorf("got %d devices and troubles %v", len(got), troubles)
	}
	if first > time.Second {
		t.Errorf("the first device was shown after %v", first)
	}
	for _, d := range got {
		w, ok := want[d.Addr().String()]
		if !ok || d.Vendor != w.Vendor || d.Kind != w.Kind || d.Firmware != w.Firmware || d.Name != w.Name || (w.Model != "" && d.Model != w.Model) {
			t.Errorf("%s: got %q %q %q, %q %q", d.Addr(), d.Name, d.Vendor, d.Model, d.Kind, d.Firmware)
		}
		for _, f := range d.Facts {
			if f.Value != discovery.Clean(f.Value) {
				t.Errorf("%s: not clean: %q", d.Addr(), f)
			}
		}
	}
	for _, f := range fakes {
		c := f.Counts()
		if c.LoginAttempts > 0 || c.Received[9100] > 0 || c.Connections[9100] > 0 {
			t.Errorf("%s counted %+v", f.Name, c)
		}
		for _, r := range c.Requests {
			if method, _, _ := strings.Cut(r.Line, " "); !slices.Contains([]string{"GET", "OPTIONS"}, method) {
				t.Errorf("%s got %q", f.Name, r.Line)
			}
		}
	}
}
