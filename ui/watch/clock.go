// Package watch keeps watch in the background: it walks rounds when they are due, and speaks only
// when something matters. It has a tray, and never starts the toolkit.
package watch

import (
	"hash/fnv"
	"strconv"
	"time"

	"porchlight/checks/rounds"
)

const (
	// spread is over which time after the hour homes begin: not all of them at once.
	spread = 40 * time.Minute
	// rest is how long after a round none is due: one that was late counts for the next one soon after.
	rest = 6 * time.Hour
)

// Due gives when the next round is due, after the last one that was walked; the zero time if never. seed
// tells homes apart. A round that was missed is due at once: Due is then in the past. A last round that lies
// far in the future is from a clock that was wrong, and does not count.
func Due(s rounds.Settings, last, now time.Time, seed string) time.Time {
	if s.Every != rounds.Daily && s.Every != rounds.Weekly {
		return time.Time{}
	}
	if last.Sub(now) > rest {
		last = time.Time{}
	}
	y, m, d := last.In(now.Location()).Date()
	if s.Every == rounds.Weekly {
		d += 7
	}
	for ; ; d++ {
		day := time.Date(y, m, d, s.Hour, 0, 0, 0, now.Location())
		if due := day.Add(jitter(seed, day)); due.After(last.Add(rest)) {
			return later(due, s.Paused)
		}
	}
}

// jitter spreads the rounds of one day over the homes, the same way whenever it is asked.
func jitter(seed string, day time.Time) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed + strconv.Itoa(day.Year()*400+day.YearDay())))
	return time.Duration(h.Sum64() % uint64(spread))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// tomorrow is until when a pause lasts: the hour of the next day from which rounds are due.
func tomorrow(now time.Time, hour int) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+1, hour, 0, 0, 0, now.Location())
}

// Conditions are how things stand on this computer, as far as its system tells.
type Conditions struct {
	Home    bool // it is in the network of the home
	Battery bool
	Metered bool
	Walking bool // a round is under way, here or in the window
}

// A Hold is why a round that is due does not begin; "" if it does. Its words are in the catalogue under "tray.hold.".
type Hold string

// Why a round waits.
const (
	Go            Hold = ""
	HoldWalking   Hold = "walking"
	HoldElsewhere Hold = "elsewhere"
	HoldBattery   Hold = "battery"
	HoldMetered   Hold = "metered"
	HoldComing    Hold = "coming" // the network has only just come
)

// Held tells whether a round that is due may begin.
func Held(s rounds.Settings, c Conditions) Hold {
	switch {
	case c.Walking:
		return HoldWalking
	case !c.Home:
		return HoldElsewhere
	case c.Battery && !s.OnBattery:
		return HoldBattery
	case c.Metered && !s.OnMetered:
		return HoldMetered
	}
	return Go
}
