package program

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// ErrSeveralHomes means that a person's word for a home fits more than one.
var ErrSeveralHomes = errors.New("several homes are called that")

// ownFolder keeps others of this computer out of the folder that the program has for itself. If that fails, the files
// in it are private all the same.
func ownFolder(dir string) {
	if info, err := os.Stat(dir); err == nil && info.IsDir() && info.Mode().Perm()&0o077 != 0 {
		_ = os.Chmod(dir, 0o700) //nolint:gosec // a folder has to be entered
	}
}

// Homes lists the real homes, the one walked last first.
func (p *Program) Homes(ctx context.Context) ([]rounds.HomeSummary, error) {
	return p.store.Summaries(ctx)
}

// Home finds a home by what the user calls it, or by its number; "" means the one walked last.
func (p *Program) Home(ctx context.Context, called string) (rounds.HomeSummary, error) {
	list, err := p.store.Summaries(ctx)
	if err != nil {
		return rounds.HomeSummary{}, err
	}
	if called = strings.TrimSpace(called); called != "" {
		list = slices.DeleteFunc(list, func(h rounds.HomeSummary) bool {
			return !strings.EqualFold(h.Name, called) && strconv.FormatInt(int64(h.ID), 10) != called
		})
	}
	switch {
	case len(list) == 0 && called == "":
		return rounds.HomeSummary{}, ErrNoRound
	case len(list) == 0:
		return rounds.HomeSummary{}, rounds.ErrNoSuchHome
	case len(list) > 1 && called != "":
		return rounds.HomeSummary{}, ErrSeveralHomes
	}
	return list[0], nil
}

// Whereabouts tells in which home this computer is now. To know it again it may knock at the router, by one empty
// datagram; nothing else is sent.
func (p *Program) Whereabouts(ctx context.Context) (rounds.Whereabouts, error) {
	var w rounds.Whereabouts
	var err error
	if _, w.Network, err = p.here(ctx); err != nil {
		return w, err
	}
	if w.Home, w.Known, err = p.store.FindHome(ctx, w.Network.Key, false); err != nil || w.Known || w.Network.Name == "" {
		return w, err
	}
	list, err := p.store.Summaries(ctx)
	for _, h := range list {
		if slices.ContainsFunc(h.Networks, func(n rounds.HomeNetwork) bool { return n.Name == w.Network.Name }) {
			w.Maybe = append(w.Maybe, h.Home)
		}
	}
	return w, err
}

// SwitchHome shows another home, without sending anything. A round in it needs this computer on its network.
func (p *Program) SwitchHome(ctx context.Context, id rounds.HomeID) error {
	home, err := p.store.HomeByID(ctx, id)
	if err != nil {
		return err
	}
	return p.use(ctx, home)
}

// JoinHome keeps that the network which this computer is on is that of a home, and shows it: its router was replaced.
// A network that looks public is refused as by Enter.
func (p *Program) JoinHome(ctx context.Context, id rounds.HomeID, insisted string) error {
	h, n, err := p.here(ctx)
	if err != nil {
		return err
	}
	return p.join(ctx, id, h.Network, n, insisted)
}

func (p *Program) join(ctx context.Context, id rounds.HomeID, at discovery.Network, n rounds.HomeNetwork, insisted string) error {
	if err := p.admit(ctx, at, n.Key, insisted); err != nil {
		return err
	}
	if err := p.store.AddNetwork(ctx, id, n); err != nil {
		return err
	}
	return p.SwitchHome(ctx, id)
}

// RenameHome keeps what the user calls a home.
func (p *Program) RenameHome(ctx context.Context, id rounds.HomeID, name string) error {
	if err := p.store.RenameHome(ctx, id, discovery.Line(name)); err != nil {
		return err
	}
	return p.again(ctx, id)
}

// DeleteHome forgets a home with all that is known of it. Backups hold it until newer ones have taken their place.
func (p *Program) DeleteHome(ctx context.Context, id rounds.HomeID) error {
	if err := p.store.DeleteHome(ctx, id); err != nil {
		return err
	}
	err := p.again(ctx, id)
	p.forgetElsewhere(ctx, id)
	return err
}

// ExportHome writes a home to w, so that only who knows the passphrase can read it.
func (p *Program) ExportHome(ctx context.Context, id rounds.HomeID, passphrase string, w io.Writer) error {
	return p.store.Export(ctx, id, passphrase, w)
}

// ImportHome reads what ExportHome wrote, on any computer, and merges it with what is known here. A home that was not
// known is not walked until the user agrees to that.
func (p *Program) ImportHome(ctx context.Context, r io.Reader, passphrase string) (rounds.Carried, error) {
	carried, err := p.store.Import(ctx, r, passphrase)
	if err != nil {
		return carried, err
	}
	return carried, p.again(ctx, carried.Home.ID)
}

// again shows the current home anew if it is that one, or if id is 0. If it is gone, there is none.
func (p *Program) again(ctx context.Context, id rounds.HomeID) error {
	w, err := p.current()
	if err != nil || id != 0 && w.Home.ID != id {
		return nil //nolint:nilerr // there is nothing to show anew
	}
	home, err := p.store.HomeByID(ctx, w.Home.ID)
	if errors.Is(err, rounds.ErrNoSuchHome) {
		p.mu.Lock()
		p.walker = nil
		p.mu.Unlock()
		p.feed.Set(rounds.Snapshot{})
		return nil
	}
	if s := p.feed.Latest(); err != nil || s.Walking() { // the round shows it when it is done
		return err
	}
	return p.use(ctx, home)
}
