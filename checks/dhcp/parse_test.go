package dhcp

import (
	"net/netip"
	"testing"
)

func TestOffersAreRead(t *testing.T) {
	good := says(typeOffer, other, self)
	if got, err := parseOffer(good); err != nil || got != (offer{server: netip.MustParseAddr(other), router: netip.MustParseAddr(self)}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, b := range map[string][]byte{
		"empty":           nil,
		"no cookie":       good[:header],
		"another cookie":  append(append([]byte(nil), good[:header]...), "BOOTP..."...),
		"cut off":         good[:header+len(cookie)+3],
		"names no server": says(typeOffer, "", self),
		"a question":      says(1, other, self),
		"no options":      good[:header+len(cookie)],
	} {
		if got, err := parseOffer(b); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(says(typeOffer, other, self))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseOffer(b)
		if err != nil && o != (offer{}) || err == nil && !o.server.Is4() {
			t.Errorf("got %+v, %v", o, err)
		}
	})
}
