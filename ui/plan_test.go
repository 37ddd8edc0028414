package ui

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
)

// usual are the measures for the usual size of text.
func usual(width float32) measures {
	return measures{width: width, tile: fyne.NewSize(100, 88), hub: fyne.NewSize(180, 110), head: 26, pad: 12, gap: 18}
}

// overlap reports whether two areas have more than their edges in common.
func overlap(a, b area) bool {
	const hair = 0.01
	return a.at.X+a.size.Width > b.at.X+hair && b.at.X+b.size.Width > a.at.X+hair &&
		a.at.Y+a.size.Height > b.at.Y+hair && b.at.Y+b.size.Height > a.at.Y+hair
}

// inside reports whether in lies in of.
func inside(in, of area) bool {
	const hair = 0.01
	return in.at.X >= of.at.X-hair && in.at.Y >= of.at.Y-hair && in.at.X+in.size.Width <= of.at.X+of.size.Width+hair &&
		in.at.Y+in.size.Height <= of.at.Y+of.size.Height+hair
}

func TestNothingOverlapsOnTheMapAndAllIsInside(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 11))
	for range 2000 {
		m := usual(130 + random.Float32()*1600)
		devices := make([]int, random.IntN(26))
		for i := range devices {
			devices[i] = 1 + random.IntN(48)
		}
		p := newPlan(m, devices)
		if again := newPlan(m, devices); !reflect.DeepEqual(p, again) {
			t.Fatalf("%v: the same home looks different", devices)
		}
		whole := area{size: fyne.NewSize(max(m.width, m.hub.Width), p.height)}
		all := []area{p.hub}
		for i, r := range p.rooms {
			if len(r.tiles) != devices[i] {
				t.Fatalf("%d of %d devices have a place", len(r.tiles), devices[i])
			}
			if !inside(r.area, whole) {
				t.Fatalf("%v, %v wide: room %d at %v is not inside of %v", devices, m.width, i, r.area, whole)
			}
			for j, tile := range r.tiles {
				if !inside(tile, r.area) {
					t.Fatalf("%v: device %d of room %d at %v is not inside of %v", devices, j, i, tile, r.area)
				}
				for _, other := range r.tiles[:j] {
					if overlap(tile, other) {
						t.Fatalf("%v: devices overlap in room %d", devices, i)
					}
				}
			}
			all = append(all, r.area)
		}
		for i, a := range all {
			for _, b := range all[:i] {
				if overlap(a, b) {
					t.Fatalf("%v, %v wide: %v and %v overlap", devices, m.width, a, b)
				}
			}
		}
	}
}

func TestTheRouterIsInTheMiddle(t *testing.T) {
	for _, devices := range [][]int{{3, 2}, {1, 1, 1}, {2, 3, 1, 4, 2}, {8, 8, 8, 8, 8, 8, 8}} {
		m := usual(808)
		p := newPlan(m, devices)
		above, below := 0, 0
		for _, r := range p.rooms {
			if r.at.Y < p.hub.at.Y {
				above++
			} else {
				below++
			}
		}
		if above == 0 || below == 0 {
			t.Errorf("%v: %d rooms above, %d below", devices, above, below)
		}
		if mid := p.hub.at.X + p.hub.size.Width/2; mid != m.width/2 {
			t.Errorf("%v: the router is at %v", devices, mid)
		}
	}
	if p := newPlan(usual(808), []int{5}); p.hub.at.Y != 0 || p.rooms[0].at.Y < p.hub.size.Height {
		t.Errorf("one room: the router is at %v, the room at %v", p.hub.at, p.rooms[0].at)
	}
}
