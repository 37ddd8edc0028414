package rounds

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/scan"
)

// under gives so many visits that have all taken as long.
func under(n int, d time.Duration) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = d
	}
	return out
}

func TestTheTimeLeftFollowsThePlan(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name          string
		walked        time.Duration
		ahead         scan.Ahead
		here, missing int
		want          time.Duration
	}{
		{"nobody knows how many there are", s, scan.Ahead{Under: under(3, 0)}, 3, 0, 0},
		{"as many as last time, of whom one was heard", s, scan.Ahead{Waiting: 1}, 1, 9, 10*s + 2*s + s},
		{"nobody is there", 3 * s, scan.Ahead{}, 0, 0, 3*s + s},
		{"one device, heard and visited", 3 * s, scan.Ahead{Under: under(1, 2*s)}, 1, 0, 8*s + 2*s + s},
		{"all at once", 3 * s, scan.Ahead{Under: under(16, 2*s)}, 16, 0, 8*s + 2*s + s},
		{"one too many for that", 3 * s, scan.Ahead{Waiting: 1, Under: under(16, 2*s)}, 17, 0, 8*s + 10*s + 2*2*s + s},
		{"three turns", 3 * s, scan.Ahead{Waiting: 36, Under: under(16, 2*s)}, 52, 0, 8*s + 3*10*s + 4*2*s + s},
		{"the last one takes long", 30 * s, scan.Ahead{Under: under(1, 14*s)}, 20, 0, 2*2*s + s},
		{"some of last time are not there", 10 * s, scan.Ahead{}, 5, 40, 2*s + s},
	} {
		if got := findingLeft(tt.walked, tt.ahead, tt.here, tt.missing); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A contact is a check that touches a device as much as it says.
type contact struct {
	checks.Check
	much checks.Contact
}

func (c contact) Info() checks.Info { return checks.Info{ID: "x", Contact: c.much} }

func TestChecksTakeAsLongAsTheirPace(t *testing.T) {
	polite, login, none := job{check: contact{much: checks.ContactPolite}}, job{check: contact{much: checks.ContactLogin}}, job{check: contact{much: checks.ContactNone}}
	for _, tt := range []struct {
		name string
		jobs []job
		pace lan.Pace
		want time.Duration
	}{
		{"nothing is sent", []job{none, none}, lan.Gentle, 0},
		{"a tiny device", []job{polite, none, login}, lan.Gentle, 4 * time.Second},
		{"a sturdy one", []job{polite, none, login}, lan.Sturdy, 1200 * time.Millisecond},
	} {
		if got := taken(tt.jobs, tt.pace); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := checkingLeft(under(32, 2*time.Second)); got != 5*time.Second {
		t.Errorf("32 devices take %v, want 5s", got)
	}
	if got := checkingLeft([]time.Duration{0, 7 * time.Second, time.Second}); got != 8*time.Second {
		t.Errorf("the longest takes 7s, all take %v", got)
	}
}

func TestTheTimeLeftNeverRises(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name                string
		told, passed, guess time.Duration
		want                time.Duration
	}{
		{"the first guess", 0, s, 40 * s, 40 * s},
		{"as the clock", 40 * s, s, 39 * s, 39 * s},
		{"faster than thought", 40 * s, s, 20 * s, 20 * s},
		{"slower than thought", 40 * s, 2 * s, 60 * s, 39 * s},
		{"much slower", s, 10 * s, 60 * s, s},
		{"nobody can say any more", 40 * s, s, 0, 40 * s},
	} {
		if got := calmly(tt.told, tt.passed, tt.guess); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestTheTimeLeftIsAboutRight walks rounds on paper: visits of 7 to 13 seconds, as they were measured,
// and checks of one to four.
func TestTheTimeLeftIsAboutRight(t *testing.T) {
	for _, devices := range []int{1, 5, 10, 16, 22, 35, 52, 90} {
		t.Run(fmt.Sprint(devices), func(t *testing.T) {
			const step = 100 * time.Millisecond
			visit := func(i int) time.Duration { return 7*time.Second + time.Duration(i*i%7)*time.Second }
			begun, ended := map[int]time.Duration{}, map[int]bool{}
			var told []time.Duration // at each step
			var clock countdown
			start := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
			at := time.Duration(0)
			for ; len(ended) < devices || at < sourcesTake; at += step {
				var ahead scan.Ahead
				for i := range devices {
					if b, ok := begun[i]; ok && at-b >= visit(i) {
						ended[i] = true
					}
				}
				for i := range devices {
					if _, ok := begun[i]; !ok && at > time.Second && len(begun)-len(ended) < scan.VisitsAtOnce {
						begun[i] = at
					}
					switch b, ok := begun[i]; {
					case !ok:
						ahead.Waiting++
					case !ended[i]:
						ahead.Under = append(ahead.Under, at-b)
					}
				}
				told = append(told, clock.left(start.Add(at), findingLeft(at, ahead, devices, 0)))
			}
			queues := make([]time.Duration, devices)
			for i := range queues {
				queues[i] = time.Duration(1+i%4) * time.Second
			}
			for left := checkingLeft(queues); left > 0; left -= step {
				told = append(told, clock.left(start.Add(at), left))
				at += step
			}
			for i, got := range told {
				passed := time.Duration(i) * step
				if i > 0 && told[i-1] > 0 && got > told[i-1] {
					t.Fatalf("after %v it rises from %v to %v", passed, told[i-1], got)
				}
				really := at - passed
				if wrong := (got - really).Abs(); got > 0 && wrong > 4*time.Second && wrong > really/3 {
					t.Errorf("after %v of %v it says %v, and takes %v", passed, at, got, really)
				}
			}
			if told[len(told)-1] > 2*time.Second {
				t.Errorf("at the end it says %v", told[len(told)-1])
			}
		})
	}
}

func TestWhoIsHereAndWhoIsMissing(t *testing.T) {
	at := func(a string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(a)} }
	was := expected([]discovery.Device{
		{ID: "a", Present: true, Addrs: at("192.168.1.5")},
		{ID: "b", Present: true, Addrs: at("192.168.1.6")},
		{ID: "c", Addrs: at("192.168.1.7")},
		{ID: "elsewhere", Present: true, Addrs: at("192.168.1.205")},
	}, netip.MustParsePrefix("192.168.1.0/25"))
	here, missing := heardOf([]discovery.Device{{ID: "a", Present: true}, {ID: "b"}, {ID: "c"}, {ID: "elsewhere"}, {ID: "d", Present: true}}, was)
	if here != 2 || missing != 1 {
		t.Errorf("got %d and %d, want 2 and 1", here, missing)
	}
}
