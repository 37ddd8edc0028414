package neighbors

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

var began = time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC)

// near is a neighbour with the hardware address n. ago is when it last answered, before the round;
// the system is sure of it.
func near(addr string, n byte, ago time.Duration) lan.Neighbor {
	return lan.Neighbor{Addr: netip.MustParseAddr(addr), MAC: discovery.MAC{0, 0x11, 0x22, 0, 0, n}, Sure: true, Confirmed: began.Add(-ago)}
}

func unsure(n lan.Neighbor) lan.Neighbor {
	n.Sure = false
	return n
}

func untold(n lan.Neighbor) lan.Neighbor {
	n.Confirmed = time.Time{}
	return n
}

const since = -time.Second // answered a second after the round began

func TestWhoIsThereAnsweredInThisRound(t *testing.T) {
	const a, b, six = "192.168.1.5", "192.168.1.6", "fe80::5%eth0"
	for _, tt := range []struct {
		name          string
		before, after []lan.Neighbor
		heard         []lan.Neighbor // who answers a knock
		there         []string       // whoever is reported while it is waited
		doubtful      bool           // the system is still asking
		end           []string       // whoever is reported at the end; ? marks one that nobody heard
	}{
		{"it answers the system", nil, []lan.Neighbor{near(a, 1, since)}, nil, []string{a}, false, nil},
		{
			"the system asked again",
			[]lan.Neighbor{unsure(near(a, 1, time.Hour))},
			[]lan.Neighbor{near(a, 1, since)},
			nil,
			[]string{a},
			false, nil,
		},
		{
			"the system is still asking",
			[]lan.Neighbor{unsure(near(a, 1, time.Hour))},
			[]lan.Neighbor{unsure(near(a, 1, time.Hour))},
			nil, nil, true, nil,
		},
		{
			"it refuses a knock",
			[]lan.Neighbor{unsure(near(a, 1, time.Hour))},
			[]lan.Neighbor{unsure(near(a, 1, time.Hour))},
			[]lan.Neighbor{near(a, 1, 0)},
			[]string{a},
			false, nil,
		},
		{
			"silent, heard before the round",
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			nil, nil, false,
			[]string{a + "?"},
		},
		{
			"heard before the round and refuses a knock",
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			[]lan.Neighbor{near(a, 1, 0)},
			[]string{a},
			false, nil,
		},
		{
			"gone before the round, and the system notices", []lan.Neighbor{near(a, 1, 44*time.Second)}, nil, nil, nil, false, nil,
		},
		{
			"moved",
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			[]lan.Neighbor{near(a, 1, 20*time.Second), near(b, 1, since)},
			nil,
			[]string{b},
			false, nil,
		},
		{
			"another one took its address",
			[]lan.Neighbor{near(a, 1, 20*time.Second)},
			[]lan.Neighbor{near(a, 2, since)},
			[]lan.Neighbor{near(a, 1, 0)},
			[]string{a},
			false, nil,
		},
		{
			"its IPv6 address by its IPv4 address", nil,
			[]lan.Neighbor{near(a, 1, since), unsure(near(six, 1, time.Hour))},
			nil,
			[]string{a, six},
			false, nil,
		},
		{
			"its IPv6 address waits for that", nil,
			[]lan.Neighbor{unsure(near(a, 1, time.Hour)), near(six, 1, since)},
			nil, nil, true,
			[]string{six},
		},
		{
			"the router, asked when the home was entered",
			[]lan.Neighbor{near("192.168.1.1", 1, 4*time.Second)},
			[]lan.Neighbor{near("192.168.1.1", 1, 4*time.Second)},
			nil,
			[]string{"192.168.1.1"},
			false, nil,
		},
		{
			"a system that tells no times",
			[]lan.Neighbor{untold(near(a, 1, 0))},
			[]lan.Neighbor{untold(near(a, 1, 0))},
			nil, nil, false,
			[]string{a},
		},
		{
			"moved, and the system tells no times",
			[]lan.Neighbor{untold(near(a, 1, 0))},
			[]lan.Neighbor{untold(near(a, 1, 0)), untold(near(b, 1, 0))},
			nil,
			[]string{b},
			false, nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			w := &watch{
				gateway: netip.MustParseAddr("192.168.1.1"), began: began, wake: make(chan struct{}, 1),
				report: func(o discovery.Observation) {
					said := o.Addr.String()
					if o.Unsure {
						said += "?"
					}
					got = append(got, said)
				},
			}
			w.remember(tt.before)
			for _, n := range tt.heard {
				w.heard(n)
			}
			for range 2 { // each is reported once
				if doubtful := w.read(tt.after); doubtful != tt.doubtful {
					t.Errorf("doubtful: %v, want %v", doubtful, tt.doubtful)
				}
			}
			if !slices.Equal(got, tt.there) {
				t.Errorf("reported %v, want %v", got, tt.there)
			}
			got = nil
			w.remembered(tt.after)
			if !slices.Equal(got, tt.end) {
				t.Errorf("reported %v at the end, want %v", got, tt.end)
			}
		})
	}
}

func TestWhoIsSparedIsNotConnectedTo(t *testing.T) {
	n := near("127.9.61.9", 1, 0)
	home := lan.Open(discovery.Network{Practice: true, Addr: netip.MustParseAddr("127.0.0.1"), Prefix: netip.MustParsePrefix("127.9.61.0/27")}, "test", nil)
	for _, tt := range []struct {
		name  string
		spare func(discovery.MAC) bool
		n     lan.Neighbor
		asked bool
	}{
		{"nobody said who is to be spared", nil, n, false},
		{"spared", func(m discovery.MAC) bool { return m == n.MAC }, n, false},
		{"the system asks by itself", func(discovery.MAC) bool { return false }, unsure(n), false},
		{"not spared", func(discovery.MAC) bool { return false }, n, true},
	} {
		home.Spare = tt.spare
		_, before := home.Traffic()
		opens := (Source{Home: home}).opens(t.Context(), tt.n)
		byAddr, now := home.Traffic()
		if asked := byAddr[n.Addr].Connections+now.Connections > before.Connections; opens != tt.asked || asked != tt.asked {
			t.Errorf("%s: answers %v, asked %v, want %v", tt.name, opens, asked, tt.asked)
		}
	}
}
