package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/system"
)

// Timeline gives the changes of the current home that fit, newest first, from a mark on, and at most so many.
func (p *Program) Timeline(ctx context.Context, f rounds.Filter, from rounds.Mark, most int) (rounds.Page, error) {
	w, err := p.current()
	if err != nil {
		return rounds.Page{}, err
	}
	return p.store.Timeline(ctx, w.Home.ID, f, from, most)
}

// Levels gives how the current home stood at each of some moments, such as rounds.Midnights.
func (p *Program) Levels(ctx context.Context, moments []time.Time) ([]rounds.Level, error) {
	w, err := p.current()
	if err != nil {
		return nil, err
	}
	return p.store.Levels(ctx, w.Home.ID, moments)
}

// Settings gives what the user has set for the whole program.
func (p *Program) Settings(ctx context.Context) (rounds.Settings, error) {
	return p.store.Settings(ctx)
}

// ChangeSettings keeps what change makes of the settings, and gives them.
func (p *Program) ChangeSettings(ctx context.Context, change func(*rounds.Settings)) (rounds.Settings, error) {
	return p.store.ChangeSettings(ctx, change)
}

// readKept reads what is kept under a name; into stays as it is if that is nothing.
func (p *Program) readKept(ctx context.Context, name string, into any) error {
	value, err := p.store.Setting(ctx, name)
	if err == nil && value != "" {
		_ = json.Unmarshal([]byte(value), into) // what nobody can read is nothing
	}
	return err
}

// keep keeps something under a name.
func (p *Program) keep(ctx context.Context, name string, what any) error {
	value, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("keep a setting: %w", err)
	}
	return p.store.SaveSetting(ctx, name, string(value))
}

// tend thins out the history as the user wants, and backs it up, when that is due. A round does not fail by it.
func (p *Program) tend(ctx context.Context) {
	if ctx.Err() != nil {
		return // the user is in a hurry; after the next round will do
	}
	system.SweepPrints()
	if err := p.store.Tend(ctx, time.Now().UTC()); err != nil {
		p.Log.WarnContext(ctx, "history not backed up", "err", err)
	}
}

// Thin forgets at once what is older than the user wants to keep.
func (p *Program) Thin(ctx context.Context) error {
	set, err := p.store.Settings(ctx)
	if err != nil || set.Keep == 0 {
		return err
	}
	if err := p.store.Thin(ctx, time.Now().UTC().AddDate(0, -set.Keep, 0)); err != nil {
		return err
	}
	return p.again(ctx, 0)
}

// Backups lists the copies of the history, newest first.
func (p *Program) Backups() ([]rounds.Backup, error) { return p.store.Backups() }

// BackUp copies the whole history as it is now.
func (p *Program) BackUp(ctx context.Context) (rounds.Backup, error) {
	return p.store.BackUp(ctx, time.Now().UTC())
}

// Restore puts a backup in the place of the history. What it replaces is a backup then.
func (p *Program) Restore(ctx context.Context, name string) error {
	if err := p.store.Restore(ctx, name, time.Now().UTC()); err != nil {
		return err
	}
	return p.again(ctx, 0)
}

// Erase forgets everything, backups too, and leaves no trace of it in the files. Files with a home that the user has
// saved elsewhere stay.
func (p *Program) Erase(ctx context.Context) error {
	if err := p.eraseStore(ctx); err != nil {
		return err
	}
	system.ErasePrints()
	if err := p.sweep(); err != nil {
		return err
	}
	return p.again(ctx, 0)
}

// sweep removes what a process left that was ended in the midst of a round.
func (p *Program) sweep() error {
	files, err := os.ReadDir(p.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(p.Dir, f.Name())
		if path != p.shared() && !strings.HasPrefix(f.Name(), system.Unfinished) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// eraseStore erases the history while nobody tells a place elsewhere, who would write into it afterwards. What was told there
// is taken back.
func (p *Program) eraseStore(ctx context.Context) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	left, err := p.allLeft(ctx) // while it is known where
	if err != nil {
		p.Log.WarnContext(ctx, "what was told elsewhere stays there", "err", err)
	}
	if err := p.store.Erase(ctx); err != nil {
		return err
	}
	p.takeAllBack(ctx, left)
	return nil
}
