package testhome_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"porchlight/checks/rounds"
)

// A said is how long a round still takes, as it is told at one moment of it.
type said struct{ after, left time.Duration }

// countdown listens to what is told of the time left, from now on. judge stops it: what is told may
// not rise, and is written down beside what the round really took.
func countdown(t *testing.T, feed *rounds.Feed) (judge func()) {
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	var all []said
	var wg sync.WaitGroup
	wg.Go(func() {
		feed.Watch(ctx, func(s rounds.Snapshot) {
			if s.Walking() && s.Left > 0 {
				all = append(all, said{time.Since(began), s.Left})
			}
		})
	})
	return func() {
		took := time.Since(began)
		cancel()
		wg.Wait()
		var told []string
		worst, next := time.Duration(0), time.Duration(0)
		for i, s := range all {
			if i > 0 && s.left > all[i-1].left {
				t.Errorf("the time left rises from %v to %v after %v", all[i-1].left, s.left, s.after)
			}
			wrong := s.left - (took - s.after)
			if wrong.Abs() > worst.Abs() {
				worst = wrong
			}
			if s.after >= next {
				told = append(told, fmt.Sprintf("%.0fs: %.0fs", s.after.Seconds(), s.left.Seconds()))
				next = s.after + 5*time.Second
			}
		}
		if len(all) == 0 {
			t.Error("nobody was told how long the round takes")
		}
		t.Logf("time left: after %s; it took %.0fs; wrong by %.0fs at most", strings.Join(told, ", "), took.Seconds(), worst.Seconds())
	}
}
