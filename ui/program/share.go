package program

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/system"
)

const (
	// shareEvery is how often a process that walks shows how far it is, and another one looks.
	shareEvery = time.Second
	// shareFresh is how old a shared picture may be: whoever walks writes it every second, and takes it away at the end.
	shareFresh = 6 * time.Second
	// slept is how much time has to be missing in a round for the computer to have slept.
	slept = 30 * time.Second
	// maxShared is how long a shared picture may be, in bytes: far more than a thousand devices make.
	maxShared = 64 << 20
)

// shared is the file with the picture of the round under way, which other processes show. It is as private as the history
// beside it.
func (p *Program) shared() string { return filepath.Join(p.Dir, "round.json") }

// share runs walk, and shows meanwhile to other processes how far the round is.
func (p *Program) share(ctx context.Context, walk func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	over, done := make(chan struct{}), make(chan struct{})
	p.walks.Add(1)
	defer p.walks.Add(-1)
	began := time.Now().UTC()
	go func() {
		defer close(done)
		p.shareUntil(ctx, began, over, end)
	}()
	err := walk(ctx)
	close(over)
	<-done
	return err
}

// shareUntil shows the round that this process has begun since, until over is closed. It ends the round if the computer
// has slept meanwhile: who did not answer then is not gone.
func (p *Program) shareUntil(ctx context.Context, began time.Time, over <-chan struct{}, end context.CancelFunc) {
	wrote := false
	defer func() {
		if wrote {
			_ = os.Remove(p.shared()) // if it stays, it is soon too old
		}
	}()
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	for last := began; ; {
		select {
		case <-tick.C:
		case <-over:
			return
		}
		now := time.Now().Round(0) // by the clock on the wall: the other one stops in sleep
		if now.Sub(last) > slept {
			end()
		}
		last = now
		// A round that began before is another process's, and then this one may not walk at all.
		if s := p.feed.Latest(); s.Walking() && !s.Home.Practice && !s.Started.Before(began) {
			wrote = true
			if err := write(p.shared(), portable(s)); err != nil {
				p.Log.DebugContext(ctx, "round not shown to others", "err", err)
			}
		}
	}
}

// portable gives a picture without what cannot be written.
func portable(s rounds.Snapshot) rounds.Snapshot {
	s.Err = nil
	s.Troubles, s.Outcomes = slices.Clone(s.Troubles), slices.Clone(s.Outcomes)
	for i := range s.Troubles {
		s.Troubles[i].Err = nil
	}
	for i := range s.Outcomes {
		s.Outcomes[i].Err = nil
	}
	return s
}

// write puts a picture into a file, for this user alone.
func write(path string, s rounds.Snapshot) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return system.SaveForNow(path, b)
}

// Walking reports whether a round is under way, here or in another process.
func (p *Program) Walking() bool {
	return p.walks.Load() > 0 || p.shown()
}

// shown reports whether some process shows a round that is under way.
func (p *Program) shown() bool {
	info, err := os.Stat(p.shared())
	return err == nil && fresh(info)
}

func fresh(info os.FileInfo) bool {
	age := time.Since(info.ModTime())
	return age < shareFresh && age > -shareFresh
}

// othersRound reads what another process shows of its round; false if none walks.
func (p *Program) othersRound() (s rounds.Snapshot, ok bool) {
	f, err := os.Open(p.shared())
	if err != nil {
		return s, false
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !fresh(info) || info.Size() > maxShared {
		return s, false
	}
	err = json.NewDecoder(io.LimitReader(f, maxShared)).Decode(&s)
	return s, err == nil && s.Walking()
}

// Follow keeps the Feed up to date with what other processes walk in the current home, until ctx ends: live, and at the
// end as it was saved. It sends nothing.
func (p *Program) Follow(ctx context.Context) {
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	var home rounds.HomeID
	var round int64 // the newest that the Feed knows
	for showing := false; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if p.walks.Load() > 0 { // the round of this process is the one to see
			showing = false
			continue
		}
		w, err := p.current()
		if err != nil || w.Home.Practice {
			continue
		}
		if s, ok := p.othersRound(); ok && s.Home.ID == w.Home.ID {
			w.Follow(s, !showing)
			showing = true
			continue
		}
		newest, _, err := p.LastRounds(ctx, w.Home.ID)
		if err != nil {
			continue
		}
		if showing || home == w.Home.ID && round != newest.Round {
			if err := w.Load(ctx); err != nil {
				continue // it is tried again
			}
		}
		showing, home, round = false, w.Home.ID, newest.Round
	}
}
