package rounds

import (
	"net/netip"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/scan"
)

// How long the parts of a round take, as measured in simulated homes of 2 to 52 devices
// (ARCHITECTURE.md). They have to be about right, no more.
const (
	// sourcesTake is how long devices are listened to, if nobody has to be visited.
	sourcesTake = 6 * time.Second
	// visitTakes is one visit: a dozen doors at the gentle pace, or more at the sturdy one, and a few
	// questions after them.
	visitTakes = 10 * time.Second
	// checksTake is for the checks of one device, of which nobody knows yet which ones are due.
	checksTake = 2 * time.Second
	saveTakes  = time.Second
	// Connections of one check, on average: many need none.
	connsPolite = 2
	connsLogin  = 6
)

// settled is how long nobody can say how many devices there are: all addresses of a usual home were
// asked by then.
const settled = 2500 * time.Millisecond

// findingLeft guesses how long a round still takes, while devices are found and visited. walked is how
// long it has taken so far, here how many devices were heard, missing how many of the last round were
// not yet. 0 means that nobody can say.
func findingLeft(walked time.Duration, ahead scan.Ahead, here, missing int) time.Duration {
	if walked > sourcesTake { // whoever was not heard by now is not there
		missing = 0
	}
	if walked < settled && missing == 0 {
		return 0
	}
	left := max(0, sourcesTake-walked)
	next := visitTakes // until there is room for one more
	for _, under := range ahead.Under {
		left = max(left, visitTakes-under)
		next = min(next, max(0, visitTakes-under))
	}
	waiting := ahead.Waiting + missing
	if len(ahead.Under) < scan.VisitsAtOnce {
		next = 0
	}
	if waiting > 0 {
		left = max(left, next+turns(waiting)*visitTakes)
	}
	return left + turns(here+missing)*checksTake + saveTakes
}

// turns is how often all that goes on at once has to go on for so many devices.
func turns(devices int) time.Duration {
	return time.Duration((devices + scan.VisitsAtOnce - 1) / scan.VisitsAtOnce)
}

// checkingLeft guesses how long a round still takes, while devices are checked. queues is for each device
// what its checks take.
func checkingLeft(queues []time.Duration) time.Duration {
	var longest, all time.Duration
	for _, q := range queues {
		longest = max(longest, q)
		all += q
	}
	return max(longest, all/devicesAtOnce) + saveTakes
}

// taken is how long checks of a device take at its pace, if it answers.
func taken(jobs []job, p lan.Pace) time.Duration {
	connections := 0
	for _, j := range jobs {
		switch j.check.Info().Contact {
		case checks.ContactPolite:
			connections += connsPolite
		case checks.ContactLogin:
			connections += connsLogin
		default:
		}
	}
	return time.Duration(connections) * p.Gap()
}

// calmly turns guesses into what a person is told. It never rises: where a guess says more than
// before, what is told goes down at half the speed of the clock until the guess is right again. told
// is what was told last, passed the time since then.
func calmly(told, passed, guess time.Duration) time.Duration {
	switch {
	case guess == 0:
		return told
	case told == 0:
		return guess
	}
	return max(time.Second, min(guess, told-passed/2))
}

// A countdown tells calmly how long a round still takes.
type countdown struct {
	told time.Duration // 0 while nobody can say
	at   time.Time     // when
}

// left is what to tell now.
func (c *countdown) left(now time.Time, guess time.Duration) time.Duration {
	c.told, c.at = calmly(c.told, now.Sub(c.at), guess), now
	return c.told
}

// expected is the set of devices that were there, in the part of the home that is looked at.
func expected(before []discovery.Device, looked netip.Prefix) map[discovery.DeviceID]bool {
	out := map[discovery.DeviceID]bool{}
	for _, d := range before {
		out[d.ID] = d.Present && (!d.Addr().Is4() || looked.Contains(d.Addr()))
	}
	return out
}

// heardOf counts the devices that are here, and those that were and have not been heard in this round.
func heardOf(devices []discovery.Device, was map[discovery.DeviceID]bool) (here, missing int) {
	for _, d := range devices {
		switch {
		case d.Present:
			here++
		case was[d.ID]:
			missing++
		}
	}
	return here, missing
}

// everySecond runs f each second, until it is over.
func everySecond(over <-chan struct{}, f func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f()
		case <-over:
			return
		}
	}
}
