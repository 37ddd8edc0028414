package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
)

// A toldElsewhere is what became of the last telling of one target.
type toldElsewhere struct {
	Name    string                     `json:"name"` // of the target
	At      time.Time                  `json:"at,omitzero"`
	Trouble string                     `json:"trouble,omitempty"`
	Topics  map[rounds.HomeID][]string `json:"topics,omitempty"` // that may hold something
}

// readKept reads what is kept under a name; into stays as it is if that is nothing.
func (p *Program) readKept(ctx context.Context, name string, into any) error {
	value, err := p.store.Setting(ctx, name)
	if err == nil && value != "" {
		_ = json.Unmarshal([]byte(value), into) // what nobody can read is nothing
	}
	return err
}

func (p *Program) keep(ctx context.Context, name string, what any) error {
	value, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("keep a setting: %w", err)
	}
	return p.store.SaveSetting(ctx, name, string(value))
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
// another place was told before is taken back, if that can be reached.
func (p *Program) SetElsewhere(ctx context.Context, target elsewhere.Target) error {
	before, told, err := p.elsewhere(ctx)
	if err != nil {
		return err
	}
	if target, err = target.Over(before).Check(); err != nil {
		return err
	}
	if target.Name = ""; target.Way != elsewhere.Off {
		target.Name = elsewhere.NewName()
	}
	if err := p.keep(ctx, elsewhereTarget, target); err != nil {
		return err
	}
	p.takeBack(ctx, before, slices.Concat(slices.Collect(maps.Values(told.Topics))...))
	return nil
}

// forgetElsewhere takes back what was told of a home that is not kept any more.
func (p *Program) forgetElsewhere(ctx context.Context, home rounds.HomeID) {
	p.turn.Lock()
	defer p.turn.Unlock()
	target, told, err := p.elsewhere(ctx)
	if topics := told.Topics[home]; err == nil && len(topics) > 0 {
		delete(told.Topics, home)
		if err = p.keep(ctx, elsewhereTold, told); err == nil {
			p.takeBack(ctx, target, topics)
		}
	}
	if err != nil {
		p.Log.WarnContext(ctx, "what was told elsewhere stays there", "err", err)
	}
}

// takeBack lets a place forget what it was told, off the way of whoever waits.
func (p *Program) takeBack(ctx context.Context, target elsewhere.Target, topics []string) {
	if len(topics) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	p.telling.Go(func() {
		p.turn.Lock()
		defer p.turn.Unlock()
		if err := p.teller().Forget(ctx, target, topics); err != nil {
			p.Log.WarnContext(ctx, "what was told elsewhere stays there", "err", err)
		}
	})
}

func (p *Program) teller() *elsewhere.Teller { return &elsewhere.Teller{Version: p.Version} }

// TellElsewhere tells the place that the user named how the current home stands, now. It does nothing if there is none.
func (p *Program) TellElsewhere(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()
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
		return ctx.Err()
	}
	told.At, told.Trouble = time.Now().UTC(), elsewhere.Trouble(err)
	if told.Topics == nil {
		told.Topics = map[rounds.HomeID][]string{}
	}
	told.Topics[s.Home.ID] = topics
	return errors.Join(err, p.keep(ctx, elsewhereTold, told))
}

// tellSoon is TellElsewhere while everything else goes on. What it begins ends before Close does, by its own limits.
func (p *Program) tellSoon(ctx context.Context) {
	if p.TellLater || p.waits.Swap(true) {
		return // somebody tells it, or is about to
	}
	ctx = context.WithoutCancel(ctx)
	p.telling.Go(func() {
		p.waits.Store(false)
		if err := p.TellElsewhere(ctx); err != nil && !errors.Is(err, ErrNothingToTell) {
			p.Log.WarnContext(ctx, "not told elsewhere", "err", err)
		}
	})
}
