package rounds

import (
	"context"

	"porchlight/discovery"
	"porchlight/discovery/scan"
)

// Look is a light look: who is in the home now. Nobody is asked for more, nothing is checked, and nothing is kept. It
// gives all devices that are known, and those that are not: they were first seen since it began.
func (w *Walker) Look(ctx context.Context) ([]discovery.Device, error) {
	release, err := w.History.LockRound(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	before, err := w.History.Latest(ctx, w.Home.ID)
	if err != nil {
		return nil, err
	}
	home, err := w.enter(ctx, before.Devices)
	if err != nil {
		return nil, err
	}
	home.Spare = nil // everybody
	look := scan.Scanner{Sources: w.Sources(home), Catalog: w.Catalog, Log: w.Log}
	devices, _ := look.Run(ctx, before.Devices, nil)
	elsewhere(devices, before.Devices, home.Network.Prefix)
	t, _ := traffic(home, devices, nil)
	w.Log.InfoContext(ctx, "looked who is there", "devices", len(devices), "packets", t.Packets)
	return devices, ctx.Err()
}

// Follow shows a picture of the round that another process walks; first says that it is the first one of that round.
func (w *Walker) Follow(s Snapshot, first bool) {
	if first {
		w.forget() // what was said before is in the history, from which that round began
	}
	w.tell(s)
}
