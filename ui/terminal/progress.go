package terminal

import (
	"context"
	"fmt"
	"sync"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
)

// follow tells a person on standard error how far a round is, until stop is called: a line whenever
// there are other words for about how long it still takes. Nothing is written over, or it would be
// read aloud again and again. Once checks begin it is silent: they may ask questions there.
func (r *run) follow() (stop func()) {
	if !r.Interactive {
		return func() {}
	}
	ctx, cancel := context.WithCancel(r.ctx)
	var wg sync.WaitGroup
	feed, words, said := r.program.Feed(), r.program.Words, ""
	wg.Go(func() {
		feed.Watch(ctx, func(s rounds.Snapshot) {
			r.telling.Lock()
			defer r.telling.Unlock()
			left := words.Left(s.Left)
			if left == "" || left == said || feed.Latest().Phase != rounds.Discovering {
				return
			}
			said = left
			_, _ = fmt.Fprintln(r.Err, words.T("home.found", text.Args{"n": present(s)}), left)
		})
	})
	return func() {
		cancel()
		wg.Wait()
	}
}
