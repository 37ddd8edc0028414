package identify

import (
	"cmp"
	"testing"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

// The login check goes by the family alone. So no word of the user may give one to a device
// or take it away.
func TestNoWordOfTheUserMakesADeviceAnotherProduct(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	var words []discovery.Correction
	for _, m := range c.Makers {
		for _, l := range m.Logins {
			words = append(words, discovery.Correction{Vendor: cmp.Or(m.Name, "General"), Model: cmp.Or(l.Family, l.ID), Name: cmp.Or(l.Realm, l.ID), Kind: discovery.KindRouter})
		}
	}
	if len(words) == 0 {
		t.Fatal("no maker has a login")
	}
	silent := discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: "My box"}}}
	devices := []discovery.Device{silent}
	for _, of := range samples(t) {
		for _, s := range of {
			devices = append(devices, s.device(t))
		}
	}
	for i, d := range devices {
		Apply(c, &d)
		w := words[i%len(words)]
		said := d
		said.Correction = w
		Apply(c, &said)
		if said.Family != d.Family || said.Firmware != d.Firmware || said.Tiny != d.Tiny {
			t.Errorf("%v: the words %+v made family %q of %q, software %q of %q", d.Facts, w, said.Family, d.Family, said.Firmware, d.Firmware)
		}
		if said.Vendor != w.Vendor || said.Model != w.Model || said.Name != w.Name || said.Kind != w.Kind {
			t.Errorf("%v: got %+v, want the user's words", d.Facts, said)
		}
	}
}

func TestTheUsersWordIsTheEvidence(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	d := discovery.Device{
		Facts:      []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: "TP-LINK Wireless N Router WR841N"}},
		Correction: discovery.Correction{Vendor: "My provider", Room: "Hall"},
	}
	for range 2 { // the same however often a device speaks
		Apply(c, &d)
		if e := d.Evidence[0]; e != (discovery.Evidence{Field: "vendor", Source: discovery.FactUser, Value: "My provider", Strength: discovery.Corrected}) {
			t.Errorf("got %+v", e)
		}
		if d.Vendor != "My provider" || d.Signs.Vendor != "TP-Link" || d.Model != "WR841N" {
			t.Errorf("got %q, by its signs %q, model %q", d.Vendor, d.Signs.Vendor, d.Model)
		}
	}
	if plain := d.Uncorrected(); !Recognised(plain) || !Recognised(d) {
		t.Error("a word of the user made a recognised device unknown")
	}
	silent := discovery.Device{Correction: discovery.Correction{Vendor: "TP-Link"}}
	if Apply(c, &silent); Recognised(silent) || silent.Vendor != "TP-Link" {
		t.Errorf("the user's word alone is a sign: %+v", silent)
	}
}
