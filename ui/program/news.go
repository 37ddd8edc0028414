package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"porchlight/checks/news"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// newsSetting has the names of the sources that are switched on.
const newsSetting = "news"

// ErrNoSuchNews means that no source of news has that name.
var ErrNoSuchNews = errors.New("no such source of news")

// A NewsSource is one source of news, as the user sees it.
type NewsSource struct {
	Name, Host string
	On         bool
	State      news.State // what is kept of it
}

// News lists the sources of news.
func (p *Program) News(ctx context.Context) ([]NewsSource, error) {
	on, err := p.switchedOn(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := p.store.News(ctx)
	if err != nil {
		return nil, err
	}
	var out []NewsSource
	for _, s := range news.All() {
		n := NewsSource{Name: s.Name(), Host: s.Host(), On: slices.Contains(on, s.Name())}
		if i := slices.IndexFunc(kept, func(k news.State) bool { return k.Source == s.Name() }); i >= 0 {
			n.State = kept[i]
		}
		out = append(out, n)
	}
	return out, nil
}

// SwitchNews switches sources of news on and off, for good. It asks nobody.
func (p *Program) SwitchNews(ctx context.Context, on, off []string) error {
	for _, name := range slices.Concat(on, off) {
		if !slices.Contains(news.Names(), name) {
			return ErrNoSuchNews
		}
	}
	kept, err := p.kept(ctx)
	if err != nil {
		return err
	}
	var next []string
	for _, name := range news.Names() {
		if slices.Contains(on, name) || slices.Contains(kept, name) && !slices.Contains(off, name) {
			next = append(next, name)
		}
	}
	return p.store.SaveSetting(ctx, newsSetting, strings.Join(next, ","))
}

// kept names the sources that are switched on for good.
func (p *Program) kept(ctx context.Context) ([]string, error) {
	value, err := p.store.Setting(ctx, newsSetting)
	if value == "" {
		return nil, err
	}
	return strings.Split(value, ","), err
}

// switchedOn names the sources that may be asked now.
func (p *Program) switchedOn(ctx context.Context) ([]string, error) {
	if p.Options.News != nil {
		return p.Options.News, nil
	}
	return p.kept(ctx)
}

// askNews asks the sources that are switched on. Without news a round goes on all the same.
func (p *Program) askNews(ctx context.Context, h *lan.Home, devices []discovery.Device) {
	on, err := p.switchedOn(ctx)
	if err == nil && len(on) > 0 {
		k := news.Keeper{Client: &news.Client{Version: p.Version}, Shelf: p.store, Sources: news.All(), Log: p.Log}
		err = k.Ask(ctx, on, news.Products(devices), h.NoteOutside)
	}
	if err != nil {
		p.Log.WarnContext(ctx, "no news", "err", err)
	}
}

// LoadNews loads a signed file of knowledge. A file that is not ours, or not newer than the one before, changes nothing.
func (p *Program) LoadNews(ctx context.Context, file string) error {
	keys, err := news.Keys()
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("load news: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, news.MaxSigned+1)) //nolint:forbidigo // limited
	if err != nil {
		return fmt.Errorf("load news: %w", err)
	}
	was, err := p.SignedNews(ctx)
	if err != nil {
		return err
	}
	state, err := news.Load(keys, b, was, time.Now().UTC())
	if err != nil {
		return err
	}
	return p.store.SaveNews(ctx, state)
}

// SignedNews gives what is kept of signed files.
func (p *Program) SignedNews(ctx context.Context) (news.State, error) {
	kept, err := p.store.News(ctx)
	if i := slices.IndexFunc(kept, func(k news.State) bool { return k.Source == news.Signed }); i >= 0 {
		return kept[i], err
	}
	return news.State{}, err
}

// Book gives all that sources of news said, whenever that was.
func (p *Program) Book(ctx context.Context) (*news.Book, error) {
	states, err := p.store.News(ctx)
	return news.NewBook(states, p.catalog.Canonical), err
}
