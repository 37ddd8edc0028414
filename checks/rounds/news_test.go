package rounds_test

import (
	"context"
	"net/netip"
	"sync/atomic"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestNewsIsAskedBetweenFindingAndChecking(t *testing.T) {
	const prefix = "127.9.29.0/24"
	t.Parallel()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.recognised("Router")
	var checked atomic.Bool
	h.Checks = []checks.Check{finding{id: "first", does: func(checks.Target) { checked.Store(true) }}}
	asked := 0
	h.News = func(_ context.Context, way *lan.Home, devices []discovery.Device) {
		asked++
		if way == nil || len(devices) != 1 || !devices[0].Present || checked.Load() {
			t.Errorf("asked about %+v; checked already: %v", devices, checked.Load())
		}
	}
	if h.walk(t); asked != 1 || !checked.Load() {
		t.Errorf("asked %d times; checked: %v", asked, checked.Load())
	}
}
