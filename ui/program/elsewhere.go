package program

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/elsewhere"
	"porchlight/ui/report"
)

// The names under which the history keeps where the user is told, which only the user changes, and how that went.
const (
	elsewhereTarget = "elsewhere"
	elsewhereTold   = "elsewhere.told"
	elsewhereLeft   = "elsewhere.left"
)

// leftFor is how long a place that cannot be reached is asked to forget what it was told.
const leftFor = 7 * 24 * time.Hour

// A toldElsewhere is what became of the last telling of one target.
type toldElsewhere struct {
	Name    string                     `json:"name"` // of the target
	At      time.Time                  `json:"at,omitzero"`
	Trouble string                     `json:"trouble,omitempty"`
	Topics  map[rounds.HomeID][]string `json:"topics,omitempty"` // that may hold something
}

// A leftElsewhere is what a place may still hold that is not told there any more.
type leftElsewhere struct {
	Target elsewhere.Target `json:"target"`
	Topics []string         `json:"topics"`
	Since  time.Time        `json:"since"`
}

// elsewhere gives the target with its secrets, and how it went.
func (p *Program) elsewhere(ctx context.Context) (elsewhere.Target, toldElsewhere, error) {
	var target elsewhere.Target
	var told toldElsewhere
	err := errors.Join(p.readKept(ctx, elsewhereTarget, &target), p.readKept(ctx, elsewhereTold, &told))
	if told.Name != target.Name {
		told = toldElsewhere{Name: target.Name}
	}
	return target, told, err
}

// Elsewhere says where the user wants to be told how the home stands, besides here. It asks nobody.
func (p *Program) Elsewhere(ctx context.Context) (elsewhere.State, error) {
	target, told, err := p.elsewhere(ctx)
	out := elsewhere.State{Target: target, Where: target.Where(), Locked: target.Password != "", At: told.At, Trouble: told.Trouble}
	out.Target.Password, out.Target.Address = "", ""
	return out, err
}

// SetElsewhere keeps where the user wants to be told; the zero Target tells nobody. Secrets that are left empty stay. What
// another place was told before is taken back, as soon as that can be reached.
func (p *Program) SetElsewhere(ctx context.Context, target elsewhere.Target) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if err := p.setElsewhere(ctx, target); err != nil {
		return err
	}
	p.takeBack(ctx)
	return nil
}

// setElsewhere is SetElsewhere for who has the turn, and takes nothing back.
func (p *Program) setElsewhere(ctx context.Context, target elsewhere.Target) error {
	before, told, err := p.elsewhere(ctx)
	if err != nil {
		return err
	}
	if target, err = target.Over(before).Check(); err != nil {
		return err
	}
	switch {
	case target.Same(before):
		target.Name = before.Name // by which its things are known there
	case target.Way != elsewhere.Off:
		target.Name = elsewhere.NewName()
	}
	if target.Name != before.Name {
		if err := p.leave(ctx, before, slices.Concat(slices.Collect(maps.Values(told.Topics))...)); err != nil {
			return err
		}
	}
	return p.keep(ctx, elsewhereTarget, target)
}

// forgetElsewhere takes back what was told of a home that is not kept any more, off the way of whoever waits.
func (p *Program) forgetElsewhere(ctx context.Context, home rounds.HomeID) {
	ctx = context.WithoutCancel(ctx)
	p.telling.Go(func() {
		p.turn.Lock()
		defer p.turn.Unlock()
		target, told, err := p.elsewhere(ctx)
		if topics := told.Topics[home]; err == nil && len(topics) > 0 {
			delete(told.Topics, home)
			err = errors.Join(p.leave(ctx, target, topics), p.keep(ctx, elsewhereTold, told))
		}
		if err != nil {
			p.Log.WarnContext(ctx, "what was told elsewhere stays there", "err", err)
		}
		p.takeBack(ctx)
	})
}

// leave keeps what is to be taken back from a place. Like all that keeps, it is for who has the turn.
func (p *Program) leave(ctx context.Context, target elsewhere.Target, topics []string) error {
	if target.Way != elsewhere.MQTT || len(topics) == 0 {
		return nil
	}
	var left []leftElsewhere
	if err := p.readKept(ctx, elsewhereLeft, &left); err != nil {
		return err
	}
	return p.keep(ctx, elsewhereLeft, append(left, leftElsewhere{target, topics, time.Now().UTC()}))
}

// takeBack lets places forget what is left there, off the way of whoever waits. What was not taken back is tried again.
func (p *Program) takeBack(ctx context.Context) {
	var left []leftElsewhere
	if err := p.readKept(ctx, elsewhereLeft, &left); err == nil {
		p.takeAllBack(ctx, left)
	}
}

// allLeft is what places may still hold, that of now too.
func (p *Program) allLeft(ctx context.Context) ([]leftElsewhere, error) {
	var left []leftElsewhere
	target, told, err := p.elsewhere(ctx)
	err = errors.Join(err, p.readKept(ctx, elsewhereLeft, &left))
	if topics := slices.Concat(slices.Collect(maps.Values(told.Topics))...); target.Way == elsewhere.MQTT && len(topics) > 0 {
		left = append(left, leftElsewhere{target, topics, time.Now().UTC()})
	}
	return left, err
}

func (p *Program) takeAllBack(ctx context.Context, left []leftElsewhere) {
	if len(left) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	p.telling.Go(func() { // without the turn: nobody tells these topics any more
		for _, l := range left {
			err := p.teller().Forget(ctx, l.Target, l.Topics)
			if err == nil || time.Since(l.Since) > leftFor {
				err = errors.Join(err, p.takenBack(ctx, l))
			}
			if err != nil {
				p.Log.WarnContext(ctx, "what was told elsewhere stays there", "err", err)
			}
		}
	})
}

// takenBack keeps that nothing is to be taken back any more of what was left.
func (p *Program) takenBack(ctx context.Context, done leftElsewhere) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	var left []leftElsewhere
	if err := p.readKept(ctx, elsewhereLeft, &left); err != nil {
		return err
	}
	still := slices.DeleteFunc(slices.Clone(left), func(l leftElsewhere) bool {
		return l.Target == done.Target && slices.Equal(l.Topics, done.Topics)
	})
	if len(still) == len(left) { // the history was erased meanwhile
		return nil
	}
	return p.keep(ctx, elsewhereLeft, still)
}

func (p *Program) teller() *elsewhere.Teller { return &elsewhere.Teller{Version: p.Version} }

// TellElsewhere tells the place that the user named how the current home stands, now. It does nothing if there is none.
func (p *Program) TellElsewhere(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	return p.tell(ctx)
}

// tell is TellElsewhere for who has the turn.
func (p *Program) tell(ctx context.Context) error {
	defer p.takeBack(ctx)
	target, told, err := p.elsewhere(ctx)
	if err != nil || target.Way == elsewhere.Off {
		return err
	}
	s := p.feed.Latest()
	if s.Home.Practice || s.Finished.IsZero() {
		return ErrNothingToTell
	}
	f := report.Facts{Snapshot: s, Words: p.words(), Version: p.Version, Now: time.Now(), Known: p.Firmware}
	topics, err := p.teller().Tell(ctx, target, f, elsewhere.Every(p.set(ctx)), told.Topics[s.Home.ID])
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return errors.Join(err, p.noteTold(context.WithoutCancel(ctx), target, s.Home.ID, topics, err))
}

// noteTold keeps what a place may hold now of a home, and how that went, unless nobody waited for the end.
func (p *Program) noteTold(ctx context.Context, target elsewhere.Target, home rounds.HomeID, topics []string, failed error) error {
	now, told, err := p.elsewhere(ctx)
	switch {
	case err != nil:
		return err
	case now.Name != target.Name: // another process chose another place meanwhile, or erased all
		return p.teller().Forget(ctx, target, topics)
	case !errors.Is(failed, context.Canceled):
		told.At, told.Trouble = time.Now().UTC(), elsewhere.Trouble(failed)
	}
	if told.Topics == nil {
		told.Topics = map[rounds.HomeID][]string{}
	}
	told.Topics[home] = topics
	return p.keep(ctx, elsewhereTold, told)
}

// tellSoon is TellElsewhere while everything else goes on. However often it is called, one waits at most. What it begins
// ends before Close does, by its own limits.
func (p *Program) tellSoon(ctx context.Context) {
	if p.TellLater || p.waits.Swap(true) {
		return // somebody tells it, or is about to
	}
	ctx = context.WithoutCancel(ctx)
	p.telling.Go(func() {
		p.turn.Lock()
		defer p.turn.Unlock()
		p.waits.Store(false)
		if err := p.tell(ctx); err != nil && !errors.Is(err, ErrNothingToTell) {
			p.Log.WarnContext(ctx, "not told elsewhere", "err", err)
		}
	})
}
