package rounds

import (
	"slices"
	"time"

	"porchlight/discovery"
)

// A Filter says which changes are wanted. The zero Filter wants all.
type Filter struct {
	Device  discovery.DeviceID // "" for all, and for what is about no device
	Finding string             // its ID; "" for all
	What    []string           // nil for all
	Since   time.Time          // zero for no limit
	Until   time.Time          // not wanted itself; zero for no limit
}

// A Mark is a place in a timeline. The zero Mark is its newest end.
type Mark struct {
	At time.Time
	ID int64 // tells apart what changed at the same time
}

// A Page is a piece of a timeline, newest first.
type Page struct {
	Changes []Change
	More    bool // there is something older, from Next on
	Next    Mark
}

// A Level is how a home stood at one moment.
type Level struct {
	At            time.Time // the moment
	Seen          time.Time // when the last round before it ended, or that moment in the midst of a round; zero if there was none
	Devices, Open int       // as in Summary
}

// Midnights lists the ends of days, where the user lives, or of every so many days: after from and up to the one
// after to. It lists at most MaxLevels, the latest.
func Midnights(from, to time.Time, days int) []time.Time {
	var out []time.Time
	y, m, d := to.Local().Date()
	for end := d + 1; len(out) < MaxLevels; end -= max(days, 1) {
		at := time.Date(y, m, end, 0, 0, 0, 0, time.Local)
		if !at.After(from) {
			break
		}
		out = append(out, at)
	}
	slices.Reverse(out)
	return out
}

// MaxLevels is how many moments may be asked for at once: six years of days.
const MaxLevels = 2200
