package firmware

import (
	"testing"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

func TestVersionsCompareRight(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
		ok   bool
	}{
		{"6.41", "6.42.1", -1, true},
		{"6.42", "6.42.1", -1, true},
		{"6.42.1", "6.42.1", 0, true},
		{"6.42.0", "6.42", 0, true},
		{"6.49.10", "6.49.9", 1, true},
		{"7.1", "6.99", 1, true},
		{"06.42.01", "6.42.1", 0, true},
		{"", "6.42.1", 0, false},
		{"6.42rc27", "6.42.1", 0, false},
		{"6..1", "6.42.1", 0, false},
		{"six", "6.42.1", 0, false},
		{"99999999999999999999.1", "6.42.1", 0, false},
		{"1.2.3.4.5.6.7.8.9", "1", 0, false},
		{"-1", "0", 0, false},
	} {
		got, ok := Compare("dotted", tt.a, tt.b)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%q and %q: got %d, %v, want %d, %v", tt.a, tt.b, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := Compare("no such scheme", "1", "2"); ok {
		t.Error("versions of an unknown scheme were compared")
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("6.41", "6.42.1")
	f.Add("6.42rc27", "")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, ok := Compare("dotted", a, b)
		y, back := Compare("dotted", b, a)
		if ok != back || x != -y {
			t.Errorf("%q and %q: %d, %v; the other way round %d, %v", a, b, x, ok, y, back)
		}
	})
}

func TestOldIsFoundAndUnknownIsNotFine(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		version string
		found   bool
		unknown bool
	}{{version: "6.41", found: true}, {version: "6.42.1"}, {version: "7.15.3"}, {version: "", unknown: true}, {version: "6.42rc1", unknown: true}} {
		d := discovery.Device{ID: "d-1", Family: "routeros", Firmware: tt.version}
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: d})
		if (len(got) == 1) != tt.found || (err != nil) != tt.unknown {
			t.Errorf("%q: got %+v, %v", tt.version, got, err)
		}
		if tt.found && got[0].Confidence != discovery.Likely {
			t.Errorf("%q: the table is not sure, the finding is: %v", tt.version, got[0].Confidence)
		}
	}
	if (Check{Catalog: c}).Applies(discovery.Device{Family: "", Firmware: "6.41"}) {
		t.Error("an unrecognised device was compared")
	}
}
