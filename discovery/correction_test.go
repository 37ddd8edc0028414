package discovery_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
)

// plug is a device as its signs tell.
func plug() discovery.Device {
	return discovery.Device{
		Name: "shelly-1234", Vendor: "Shelly", Model: "Plug S", Kind: discovery.KindPlug, Family: "shelly-gen1", Firmware: "1.14",
		Evidence: []discovery.Evidence{
			{Field: "vendor", Source: "json./shelly.type", Value: "Shelly", Strength: discovery.Saw},
			{Field: "kind", Source: discovery.FactMDNSHost, Value: "plug", Strength: discovery.Likely},
		},
	}
}

func TestTheUsersWordStandsBeforeThatOfTheDevice(t *testing.T) {
	d := plug()
	d.Correct(discovery.Correction{Name: "Lamp", Kind: discovery.KindLight, Room: "Hall"})
	want := plug()
	want.Name, want.Kind, want.Correction = "Lamp", discovery.KindLight, discovery.Correction{Name: "Lamp", Kind: discovery.KindLight, Room: "Hall"}
	want.Signs = discovery.Identity{Name: "shelly-1234", Vendor: "Shelly", Model: "Plug S", Kind: discovery.KindPlug}
	want.Evidence = append([]discovery.Evidence{
		{Field: "name", Source: discovery.FactUser, Value: "Lamp", Strength: discovery.Corrected},
		{Field: "kind", Source: discovery.FactUser, Value: "light", Strength: discovery.Corrected},
	}, plug().Evidence...)
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestACorrectionCanBeTakenBack(t *testing.T) {
	for _, tt := range []struct {
		name  string
		words []discovery.Correction
		want  discovery.Correction
	}{
		{"the same twice", []discovery.Correction{{Vendor: "Shelly Group"}, {Vendor: "Shelly Group"}}, discovery.Correction{Vendor: "Shelly Group"}},
		{"another instead", []discovery.Correction{{Vendor: "A", Name: "B"}, {Model: "C"}}, discovery.Correction{Model: "C"}},
		{"nothing any more", []discovery.Correction{{Name: "A", Vendor: "B", Model: "C", Kind: discovery.KindTV, Notes: "D"}, {}}, discovery.Correction{}},
		{"only what no sign tells", []discovery.Correction{{Room: "Hall", Owner: "Ana"}}, discovery.Correction{Room: "Hall", Owner: "Ana"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, want := plug(), plug()
			for _, c := range tt.words {
				got.Correct(c)
			}
			want.Correct(tt.want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(plug(), got.Uncorrected()); diff != "" {
				t.Errorf("by its own signs (-want +got):\n%s", diff)
			}
			if got.Correction != tt.want {
				t.Errorf("asking for its own signs changed the device: %+v", got.Correction)
			}
		})
	}
}

func TestOfTwoCorrectionsTheFirstIsFilledUp(t *testing.T) {
	got := discovery.Correction{Name: "Lamp", Room: "Hall"}.Or(discovery.Correction{Name: "Light", Owner: "Ana", Kind: discovery.KindLight})
	if want := (discovery.Correction{Name: "Lamp", Room: "Hall", Owner: "Ana", Kind: discovery.KindLight}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatPeoplePasteIsCleaned(t *testing.T) {
	got := discovery.Correction{
		Name: "  Hall\n\x1b[31m camera\u202e ", Kind: "toaster", Room: strings.Repeat("r", 1000), Notes: "\r\n one\t \r\n\n two\x00 \n\n",
	}.Clean()
	want := discovery.Correction{Name: "Hall [31m camera", Room: strings.Repeat("r", discovery.MaxNameRunes-1) + "…", Notes: "one\n\ntwo"}
	if got != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	if again := got.Clean(); again != got {
		t.Errorf("cleaned twice: got %+q, want %+q", again, got)
	}
	if n := len(discovery.Correction{Notes: strings.Repeat(strings.Repeat("n", 1000)+"\n", 1000)}.Clean().Notes); n > 40*513 {
		t.Errorf("%d bytes of notes are kept", n)
	}
}
