package program

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/adrg/xdg"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/store"
	"porchlight/ui/system"
)

// memory is the name under which the history keeps what the watch has told.
const memory = "watch"

// Command gives a command line of this program, without its name, for the history that is open.
func (p *Program) Command(words ...string) []string {
	if p.Dir != standard() {
		words = append(words, "--data="+p.Dir)
	}
	return words
}

// standard is the usual folder for the history.
func standard() string { return filepath.Join(xdg.DataHome, "porchlight") }

// login is what starts when the user signs in.
func (p *Program) login() (system.Login, error) {
	exe, err := system.Self()
	return system.Login{Exe: exe, Args: p.Command("watch")}, err
}

// StartsAtLogin tells whether the watch starts when the user signs in.
func (p *Program) StartsAtLogin(context.Context) (bool, error) {
	l, err := p.login()
	if err != nil {
		return false, err
	}
	s, err := l.State()
	return s == system.LoginOn, err
}

// StartAtLogin sees to it that the watch starts when the user signs in, or that it does not, and keeps that the user
// was asked. The watch begins or ends at once, too.
func (p *Program) StartAtLogin(ctx context.Context, yes bool) error {
	l, err := p.login()
	if err != nil {
		return err
	}
	word := "no"
	if yes {
		word = "yes"
		err = l.Enable()
	} else {
		err = l.Disable()
	}
	if err != nil {
		return err
	}
	if _, err := p.store.ChangeSettings(ctx, func(s *rounds.Settings) { s.StartAtLogin = word }); err != nil {
		return err
	}
	if yes {
		return system.Start(l.Args...) // one that runs already stays the only one
	}
	if seat, err := system.Take(p.Dir, system.SeatWatch); err == nil { // none runs
		return seat.Leave()
	}
	system.Ask(ctx, p.Dir, system.SeatWatch, system.AskQuit)
	return nil
}

// AsksStartAtLogin tells whether the user is to be asked now, once, whether the watch is to start at login: a whole round
// of a home was walked, and nobody has asked before.
func (p *Program) AsksStartAtLogin(ctx context.Context) (bool, error) {
	set, err := p.store.Settings(ctx)
	if err != nil || set.StartAtLogin != "" {
		return false, err
	}
	on, err := p.StartsAtLogin(ctx)
	s := p.feed.Latest()
	return err == nil && !on && s.Complete && !s.Home.Practice && !s.Walking(), err
}

// Network names the network that this computer is on; "" for none that could be a home. It sends nothing.
func (p *Program) Network() string {
	n, err := p.network(context.Background())
	if err != nil {
		return ""
	}
	return fmt.Sprint(n.Interface, " ", n.Prefix, " ", n.Gateway, " ", n.WiFi.Name)
}

// HomeOn gives the home of a network, by its key, if the user answers for it.
func (p *Program) HomeOn(ctx context.Context, key string) (rounds.Home, bool, error) {
	h, found, err := p.store.FindHome(ctx, key, false)
	return h, found && !h.Consented.IsZero(), err
}

// LastHome gives the home for which the user answers that was walked last.
func (p *Program) LastHome(ctx context.Context) (rounds.Home, bool, error) {
	homes, err := p.store.Homes(ctx)
	for _, h := range homes {
		if !h.Practice && !h.Consented.IsZero() {
			return h, true, nil
		}
	}
	return rounds.Home{}, false, err
}

// maxBefore is how many rounds before the newest are looked at for a whole one.
const maxBefore = 100

// LastRounds gives the newest round of a home, and the newest that went all the way; zero if there is none.
func (p *Program) LastRounds(ctx context.Context, home rounds.HomeID) (newest, whole rounds.Summary, err error) {
	n := 0
	for s, err := range p.store.Rounds(ctx, home) {
		if err != nil {
			return newest, whole, err
		}
		if n == 0 {
			newest = s
		}
		if s.Complete {
			return newest, s, nil
		}
		if n++; n == maxBefore {
			break
		}
	}
	return newest, whole, nil
}

// Picture gives what is known of a home.
func (p *Program) Picture(ctx context.Context, home rounds.HomeID) (rounds.Snapshot, error) {
	return p.store.Latest(ctx, home)
}

// Look looks who is in the current home, and asks for nothing more: rounds.Walker.Look.
func (p *Program) Look(ctx context.Context) ([]discovery.Device, error) {
	w, err := p.ready(ctx)
	if err != nil {
		return nil, err
	}
	return w.Look(ctx)
}

// Remembered gives what Remember kept last; "" for nothing.
func (p *Program) Remembered(ctx context.Context) (string, error) {
	return p.store.Setting(ctx, memory)
}

// Remember keeps what the watch has to know after its next start.
func (p *Program) Remember(ctx context.Context, s string) error {
	return p.store.SaveSetting(ctx, memory, s)
}

// Elsewhere reports whether an error means that this computer is in none of the homes for which the user answers.
func Elsewhere(err error) bool {
	_, refused := errors.AsType[*lan.Refusal](err)
	return refused || errors.Is(err, rounds.ErrOtherNetwork) || errors.Is(err, ErrNotAgreed)
}

// Busy reports whether an error means that another process walks a round.
func Busy(err error) bool { return errors.Is(err, store.ErrLocked) }

// Lost reports whether an error means that the history is not where it was when it was opened.
func Lost(err error) bool { return errors.Is(err, store.ErrMoved) }
