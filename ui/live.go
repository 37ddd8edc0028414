package ui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"porchlight/checks/rounds"
)

// live owns every goroutine of the window and is the only way from them to the toolkit.
type live struct {
	ctx    context.Context //nolint:containedctx // it ends when the window closes
	cancel context.CancelFunc
	work   sync.WaitGroup
	turn   chan struct{} // closed when the work in turn that was begun last has ended; nil for none
	do     func(func())  // queues a function for the toolkit's goroutine
}

// newLive makes a live whose functions run by do; fyne.Do if it is nil.
func newLive(do func(func())) *live {
	if do == nil {
		do = fyne.Do
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &live{ctx: ctx, cancel: cancel, do: do}
}

// early holds what is to run on the toolkit's goroutine until the window is shown, so that its first picture has it.
type early struct {
	mu      sync.Mutex
	waiting []func()
	shown   bool
}

// do keeps a function until show, and later leaves it to the toolkit.
func (e *early) do(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.shown {
		fyne.Do(f)
		return
	}
	e.waiting = append(e.waiting, f)
}

// show runs what waits. It is called on the toolkit's goroutine.
func (e *early) show() {
	e.mu.Lock()
	waiting := e.waiting
	e.waiting, e.shown = nil, true
	e.mu.Unlock()
	for _, f := range waiting {
		f()
	}
}

// show runs f on the toolkit's goroutine and waits for it. It is fyne.DoAndWait with a way
// out: when the window closes, the toolkit's loop may never come round to f again.
func (l *live) show(f func()) {
	done := make(chan struct{})
	l.do(func() {
		defer close(done)
		if l.ctx.Err() == nil {
			f()
		}
	})
	select {
	case <-done:
	case <-l.ctx.Done():
	}
}

// watch shows every new picture of the feed until the window closes. A slow show skips
// pictures, it does not queue them.
func (l *live) watch(feed *rounds.Feed, show func(rounds.Snapshot)) {
	l.work.Go(func() {
		feed.Watch(l.ctx, func(s rounds.Snapshot) {
			l.show(func() { show(s) })
		})
	})
}

// every runs f on the toolkit's goroutine again and again until the window closes.
func (l *live) every(wait time.Duration, f func()) {
	l.work.Go(func() {
		tick := time.NewTicker(wait)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.show(f)
			case <-l.ctx.Done():
				return
			}
		}
	})
}

// run does work away from the toolkit's goroutine, then on it what work returned.
func (l *live) run(work func(context.Context) func()) {
	l.work.Go(func() { l.show(work(l.ctx)) })
}

// inTurn is run for work that has to be done in the order in which it was asked for. It is called on the toolkit's
// goroutine.
func (l *live) inTurn(work func(context.Context) func()) {
	before, done := l.turn, make(chan struct{})
	l.turn = done
	l.run(func(ctx context.Context) func() {
		defer close(done)
		if before != nil {
			<-before
		}
		return work(ctx)
	})
}

// close ends all work; wait returns when none is left.
func (l *live) close() { l.cancel() }

func (l *live) wait() { l.work.Wait() }
