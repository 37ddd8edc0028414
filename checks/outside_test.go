package checks_test

import (
	"net/netip"
	"testing"

	"porchlight/checks"
)

func TestSharedAndPrivateAddressesAreNotReachedFromOutside(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.77": "", "100.63.255.255": "", "100.128.0.0": "", "0.0.0.0": "", "169.254.1.2": "", "2001:db8::1": "",
		"100.64.0.1": checks.BehindCarrier, "100.127.255.254": checks.BehindCarrier, "192.0.0.2": checks.BehindCarrier, "::ffff:100.64.0.1": checks.BehindCarrier,
		"10.0.0.1": checks.BehindRouter, "172.31.1.1": checks.BehindRouter, "192.168.100.2": checks.BehindRouter,
	} {
		if got := checks.Behind(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %q, want %q", addr, got, want)
		}
	}
	if got := checks.Behind(netip.Addr{}); got != "" {
		t.Errorf("no address: got %q", got)
	}
}
