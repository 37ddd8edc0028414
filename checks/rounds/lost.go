package rounds

import (
	"context"
	"sync"
	"time"

	"porchlight/discovery/lan"
	"porchlight/discovery/scan"
)

// lookEvery is how often a round looks whether its network is still there. Gone twice in turn is gone:
// Wi-Fi may stumble.
const lookEvery = 500 * time.Millisecond

// whileHere gives a context that ends when the network of the home is lost, with that as its cause.
// Whoever is not heard from then on is not gone. stop ends it for another reason, and the watching; nil
// is none.
func whileHere(ctx context.Context, home *lan.Home) (here context.Context, stop context.CancelCauseFunc) {
	here, end := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		gone := false
		for {
			select {
			case <-tick.C:
			case <-here.Done():
				return
			}
			err := home.Still()
			if err != nil && gone {
				end(err)
			}
			gone = err != nil
		}
	})
	return here, func(cause error) {
		end(cause)
		wg.Wait()
	}
}

// starved gives the trouble that the system gave a source no more sockets; nil if it gave all.
func starved(troubles []scan.Trouble) error {
	for _, t := range troubles {
		if lan.Starved(t.Err) {
			return t.Err
		}
	}
	return nil
}
