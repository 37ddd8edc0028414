package discovery_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"porchlight/discovery"
)

func TestWhatIsOddAboutADevice(t *testing.T) {
	facts := func(n int, key discovery.FactKey) (out []discovery.Fact) {
		for i := range n {
			out = append(out, discovery.Fact{Key: key, Value: fmt.Sprint(i)})
		}
		return out
	}
	var addrs []netip.Addr
	for i := range 40 {
		addrs = append(addrs, netip.AddrFrom4([4]byte{192, 168, 7, byte(i + 1)}))
	}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want []discovery.Oddity
	}{
		{"nothing", discovery.Device{Facts: facts(20, discovery.FactMDNSService), Addrs: addrs[:12]}, nil},
		{"in order and once", discovery.Device{Facts: []discovery.Fact{
			discovery.OddFact(discovery.OddNonsense), discovery.OddFact(discovery.OddTooMuch), discovery.OddFact(discovery.OddNonsense), discovery.OddFact("of another version"),
		}}, []discovery.Oddity{discovery.OddTooMuch, discovery.OddNonsense}},
		{"a decoy", discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactDecoy, Value: "many-doors"}}}, []discovery.Oddity{discovery.OddManyDoors}},
		{"a computer with six servers", discovery.Device{Facts: facts(6, discovery.FactUPnPUDN)}, nil},
		{"another self each second", discovery.Device{Facts: facts(20, discovery.FactUPnPUDN)}, []discovery.Oddity{discovery.OddManyNames}},
		{"many addresses", discovery.Device{Addrs: addrs}, []discovery.Oddity{discovery.OddManyNames}},
		{"more to say than is kept", discovery.Device{Facts: facts(discovery.MaxFacts, "mdns.txt.x")}, []discovery.Oddity{discovery.OddTooMuch}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.d.Odd(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSignsThatDeceiveTheEyeAreSeen(t *testing.T) {
	for s, want := range map[string]bool{
		"\x1b[2J": true, "photo\u202egpj.exe": true, "\u2066x": true, "Front\x00door": true,
		"": false, "Küche": false, "padded\x00\x00": false, "two\tlines\r\n": false, "مطبخ\u200f": false, "👩\u200d💻": false,
	} {
		if got := discovery.Deceives(s); got != want {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	}
}
