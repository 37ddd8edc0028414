package discovery

import (
	"slices"
	"strings"
)

// An Oddity is one way in which a device behaved oddly: what it did was cut off, refused or made
// no sense. It is no weakness. Real devices are odd too, so each is told calmly, and only where
// hardly any does it by mistake.
type Oddity string

// Oddities, in the order in which people are told of them.
const (
	OddTooMuch   Oddity = "too-much"     // it said far more than anybody needs
	OddTooSlow   Oddity = "too-slow"     // it dragged an answer out
	OddAway      Oddity = "leads-away"   // it pointed to another address, or in circles
	OddNonsense  Oddity = "nonsense"     // it broke the rules of a protocol
	OddBreaksOff Oddity = "breaks-off"   // it opened doors, and then broke off or fell silent
	OddManyDoors Oddity = "many-doors"   // it has more open doors than a device can need
	OddManyNames Oddity = "many-names"   // it goes by many names or addresses, or by that of another device
	OddHidden    Oddity = "hidden-signs" // it put signs into a text that deceive the eye
)

// Oddities lists all of them.
func Oddities() []Oddity {
	return []Oddity{OddTooMuch, OddTooSlow, OddAway, OddNonsense, OddBreaksOff, OddManyDoors, OddManyNames, OddHidden}
}

// OddFact is how a parser says that a device behaved oddly.
func OddFact(o Oddity) Fact { return Fact{Key: FactOdd, Value: string(o)} }

const (
	// maxSelves is how many names of its own a device may give in one round: a computer with a few
	// media servers has up to six.
	maxSelves = 12
	// maxOwnAddrs is how many IPv4 addresses one device may have: an extender of the Wi-Fi shows the
	// devices behind it under its own hardware address.
	maxOwnAddrs = 32
	// maxSaid is how long one text of a device may be before it is odd: a picture in JSON has some kB.
	maxSaid = 32 << 10
)

// Odd lists what is odd about a device by what is known of it in this round.
func (d *Device) Odd() []Oddity {
	var out []Oddity
	selves, addrs := 0, 0
	for _, f := range d.Facts {
		switch f.Key {
		case FactOdd:
			out = append(out, Oddity(f.Value))
		case FactDecoy:
			out = append(out, OddManyDoors)
		case FactUPnPUDN, FactMDNSHost, FactWSDEndpoint:
			selves++
		}
	}
	for _, a := range d.Addrs {
		if a.Is4() {
			addrs++
		}
	}
	if selves > maxSelves || addrs > maxOwnAddrs {
		out = append(out, OddManyNames)
	}
	if len(d.Facts) >= MaxFacts {
		out = append(out, OddTooMuch)
	}
	return InOrder(out)
}

// AddFact adds what a stranger said, cleaned, while there are fewer than most; nothing if nothing is
// left of it. A text that deceives the eye is an oddity too.
func AddFact(facts []Fact, key FactKey, value string, most int) []Fact {
	clean := Clean(value)
	if clean == "" || len(facts) >= most {
		return facts
	}
	facts = append(facts, Fact{Key: key, Value: clean})
	if len(value) > maxSaid && len(facts) < most {
		facts = append(facts, OddFact(OddTooMuch))
	}
	if Deceives(value) && len(facts) < most {
		facts = append(facts, OddFact(OddHidden))
	}
	return facts
}

// InOrder gives each oddity once, in the order in which people are told of them. What is none is
// left out.
func InOrder(all []Oddity) []Oddity {
	var out []Oddity
	for _, o := range Oddities() {
		if slices.Contains(all, o) {
			out = append(out, o)
		}
	}
	return out
}

// Deceives reports whether a stranger's text holds signs that deceive the eye: an escape sequence,
// one that turns the direction of writing round, or an end in the middle. Clean takes them out.
func Deceives(s string) bool {
	return strings.ContainsRune(strings.TrimRight(s, "\x00"), 0) ||
		strings.ContainsFunc(s, func(r rune) bool {
			return r == 0x1b || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
		})
}
