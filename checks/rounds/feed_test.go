package rounds

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestASlowWatcherNeverMissesTheLastPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Feed
		ctx, cancel := context.WithCancel(t.Context())
		var shown []int
		go f.Watch(ctx, func(s Snapshot) {
			shown = append(shown, s.Checked)
			time.Sleep(time.Minute)
		})
		for i := 1; i <= 600; i++ {
			f.Set(Snapshot{Checked: i})
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Minute)
		cancel()
		synctest.Wait()
		if n := len(shown); n > 13 || shown[n-1] != 600 || f.Latest().Checked != 600 {
			t.Errorf("got %d pictures, the last is %d", n, shown[n-1])
		}
	})
}

func TestWatchersSeeWhatIsThereAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Feed
		f.Set(Snapshot{Checked: 7})
		ctx, cancel := context.WithCancel(t.Context())
		seen := [2]int{}
		for i := range seen {
			go f.Watch(ctx, func(s Snapshot) { seen[i] = s.Checked })
		}
		synctest.Wait()
		f.Set(Snapshot{Checked: 8})
		synctest.Wait()
		cancel()
		synctest.Wait()
		if seen != [2]int{8, 8} {
			t.Errorf("got %v", seen)
		}
	})
}
