package oui

import (
	"testing"

	"porchlight/discovery"
)

func TestCardsAreKnownByTheirMakers(t *testing.T) {
	for in, want := range map[string]string{
		"00:17:88:24:76:ff": "Philips Lighting BV", // 24 bits
		"00:55:da:b1:23:45": "Interaxon Inc",       // 28 bits
		"da:a1:19:00:00:01": "",                    // made up
		"":                  "",
	} {
		var m discovery.MAC
		if in != "" {
			var err error
			if m, err = discovery.ParseMAC(in); err != nil {
				t.Fatal(err)
			}
		}
		if got := Vendor(m); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	if n := len(load().lines); n < 40_000 {
		t.Errorf("the table has %d lines", n)
	}
}

func TestChipsThatRestartAreKnownByTheirCards(t *testing.T) {
	for _, tt := range []struct {
		m    discovery.MAC
		tiny bool
	}{
		{discovery.MAC{0x24, 0x0a, 0xc4, 1, 2, 3}, true}, // Espressif
		{discovery.MAC{0x00, 0x17, 0x88, 1, 2, 3}, false},
		{discovery.MAC{}, false},
	} {
		if got := Tiny(tt.m); got != tt.tiny {
			t.Errorf("%v (%s): got %v", tt.m, Vendor(tt.m), got)
		}
	}
}

func BenchmarkVendor(b *testing.B) {
	m := discovery.MAC{0x00, 0x17, 0x88, 1, 2, 3}
	for b.Loop() {
		Vendor(m)
	}
}
