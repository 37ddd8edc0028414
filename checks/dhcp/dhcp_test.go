package dhcp

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

// says writes a message of a DHCP server.
func says(kind byte, server, router string) []byte {
	b := []byte(strings.Repeat("\x00", header) + cookie)
	b = append(b, optionPad, optionType, 1, kind)
	for option, a := range map[byte]string{optionServer: server, optionRouter: router} {
		if a != "" {
			four := netip.MustParseAddr(a).As4()
			b = append(append(b, option, 4), four[:]...)
		}
	}
	return append(b, 12, 6, 0x1b, '[', '3', '1', 'm', 'x', optionEnd, 1, 2, 3)
}

const self, other = "192.168.1.1", "192.168.1.7"

func target(offers [][]byte, err error) checks.Target {
	router := discovery.Device{ID: "d-router", Addrs: []netip.Addr{netip.MustParseAddr(self)}}
	return checks.Target{
		Device: router, Others: []discovery.Device{router, {ID: "d-box", Addrs: []netip.Addr{netip.MustParseAddr(other)}}},
		AskDHCP: func(context.Context) ([][]byte, error) { return offers, err },
	}
}

func TestASecondServerIsFound(t *testing.T) {
	own, odd := says(typeOffer, self, self), []byte("\x02")
	for _, tt := range []struct {
		name     string
		offers   [][]byte
		err      error
		found    bool
		severity checks.Severity
		reason   string
	}{
		{name: "the router alone, twice", offers: [][]byte{own, own}},
		{name: "a second that leads past it", offers: [][]byte{own, says(typeOffer, other, other)}, found: true, severity: checks.Week},
		{name: "a second that leads to it", offers: [][]byte{own, says(typeOffer, other, self)}, found: true, severity: checks.Good},
		{name: "another in its place", offers: [][]byte{says(typeOffer, other, self)}, found: true, severity: checks.Inform},
		{name: "another that names no way out", offers: [][]byte{says(typeOffer, other, "")}, found: true, severity: checks.Inform},
		{name: "another in its place that leads past it", offers: [][]byte{says(typeOffer, other, other)}, found: true, severity: checks.Week},
		{name: "nobody", reason: checks.ReasonUnclear},
		{name: "nonsense", offers: [][]byte{own, odd}, reason: checks.ReasonOdd},
		{name: "no offer but an acknowledgement", offers: [][]byte{own, says(5, other, other)}, reason: checks.ReasonOdd},
		{name: "the port is not to be had", err: discovery.ErrUnavailable, reason: checks.ReasonNotTold},
		{name: "stopped", err: context.Canceled, reason: checks.ReasonStopped},
	} {
		got, err := Check{On: true}.Run(t.Context(), target(tt.offers, tt.err))
		if (err != nil) != (tt.reason != "") || (err != nil && checks.Reason(err) != tt.reason) || (len(got) == 1) != tt.found {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
			continue
		}
		if tt.found && (got[0].Severity != tt.severity || got[0].About() != "d-box" || got[0].Args["inner"] != other) {
			t.Errorf("%s: got %+v", tt.name, got[0])
		}
	}
}

func TestNobodyIsAskedUnlessSwitchedOn(t *testing.T) {
	router := discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}}
	if (Check{}).Applies(router) || !(Check{On: true}).Applies(router) {
		t.Error("it goes by something else than the switch")
	}
	_, err := Check{}.Run(t.Context(), checks.Target{Before: []checks.Finding{{Kind: Kind}}})
	if nc, ok := errors.AsType[*checks.NotChecked](err); !ok || nc.Reason != checks.ReasonSwitchedOff {
		t.Errorf("got %v", err)
	}
}
