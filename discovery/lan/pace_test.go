package lan

import (
	"testing"

	"porchlight/discovery"
)

func TestAWordOfTheUserMakesNothingFaster(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    discovery.Device
		word discovery.Kind
		want Pace
	}{
		{"recognised", discovery.Device{Kind: discovery.KindRouter}, "", Sturdy},
		{"nobody knows it, the user calls it a router", discovery.Device{}, discovery.KindRouter, Gentle},
		{"a plug that the user calls a computer", discovery.Device{Kind: discovery.KindPlug}, discovery.KindComputer, Gentle},
		{"a chip that restarts", discovery.Device{Kind: discovery.KindCamera, Tiny: true}, discovery.KindRouter, Gentle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.d.Correct(discovery.Correction{Kind: tt.word})
			if got := PaceOf(tt.d); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
