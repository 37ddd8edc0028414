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

	"porchlight/assets/text"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/checks/versions"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// newsSetting has the names of the sources that are switched on, and fromSetting the address of a signed file.
const (
	newsSetting = "news"
	fromSetting = "news-from"
)

// ErrNoSuchNews means that no source of news has that name.
var ErrNoSuchNews = errors.New("no such source of news")

// ErrNoAddress means that a signed file cannot be switched on: nobody has said where it is.
var ErrNoAddress = errors.New("no address of a signed file")

// A NewsSource is one source of news, as the user sees it.
type NewsSource = news.Switch

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
	from, err := p.from(ctx)
	if err != nil {
		return nil, err
	}
	var out []NewsSource
	for _, s := range append(news.All(), from...) {
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
	names := NewsNames()
	for _, name := range slices.Concat(on, off) {
		if !slices.Contains(names, name) {
			return ErrNoSuchNews
		}
	}
	from, errFrom := p.from(ctx)
	kept, errKept := p.kept(ctx)
	if err := errors.Join(errFrom, errKept); err != nil {
		return err
	}
	if len(from) == 0 { // all means those that there are
		if slices.Equal(on, []string{news.Signed}) {
			return ErrNoAddress
		}
		names = news.Names()
	}
	var next []string
	for _, name := range names {
		if slices.Contains(on, name) || slices.Contains(kept, name) && !slices.Contains(off, name) {
			next = append(next, name)
		}
	}
	if err := p.store.SaveSetting(ctx, newsSetting, strings.Join(next, ",")); err != nil {
		return err
	}
	p.readNews(ctx)
	return nil
}

// NewsNames lists the switches: of the sources in the program, and of the signed file whose address the user typed.
func NewsNames() []string { return append(news.Names(), news.Signed) }

// NewsFrom keeps the address from which newer knowledge may be loaded, and switches it on; "" forgets it. It asks nobody.
func (p *Program) NewsFrom(ctx context.Context, address string) error {
	if address != "" {
		if _, err := news.From(nil, address); err != nil {
			return err
		}
	}
	state, err := p.SignedNews(ctx)
	if err != nil {
		return err
	}
	if state.Source != "" { // what was loaded stays
		if err := p.store.SaveNews(ctx, state.Moved()); err != nil {
			return err
		}
	}
	if err := p.store.SaveSetting(ctx, fromSetting, address); err != nil {
		return err
	}
	if address == "" {
		return p.SwitchNews(ctx, nil, []string{news.Signed})
	}
	return p.SwitchNews(ctx, []string{news.Signed}, nil)
}

// from gives the source of a signed file, if the user typed an address or the program was built with one.
func (p *Program) from(ctx context.Context) ([]news.Source, error) {
	address, err := p.store.Setting(ctx, fromSetting)
	if address == "" {
		address = news.Home
	}
	if address == "" || err != nil {
		return nil, err
	}
	keys, err := news.Keys()
	if err != nil {
		return nil, err
	}
	source, err := news.From(keys, address)
	return []news.Source{source}, err
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
		err = p.ask(ctx, on, devices, h.NoteOutside)
	}
	if err != nil {
		p.Log.WarnContext(ctx, "no news", "err", err)
	}
}

// ask asks all, and then for the records of the holes that were said of these devices.
func (p *Program) ask(ctx context.Context, on []string, devices []discovery.Device, note func(url, line string, sent, received int)) error {
	from, err := p.from(ctx)
	if err != nil {
		return err
	}
	home, k := news.Products(devices), p.news
	k.Sources = slices.Concat(p.news.Sources, from)
	err = k.Ask(ctx, on, home, note)
	p.readNews(ctx)
	if err != nil {
		return err
	}
	kept, err := p.store.News(ctx)
	if err != nil {
		return err
	}
	k.Sources = news.Records(p.firmware().Wanted(devices), kept, time.Now())
	err = k.Ask(ctx, on, home, note)
	p.readNews(ctx)
	return err
}

// told is all that sources of news said, as it was read last.
type told struct {
	book    *news.Book
	sources []NewsSource
	program news.Release // the newest Porchlight
}

// readNews reads again what is kept of sources of news. What was read before stays if that fails.
func (p *Program) readNews(ctx context.Context) {
	sources, err := p.News(ctx)
	states, errStates := p.store.News(ctx)
	if err := errors.Join(err, errStates); err != nil {
		p.Log.WarnContext(ctx, "news not read", "err", err)
		return
	}
	t := &told{book: news.NewBook(states, func(name string) string { return p.catalog().Canonical(name) }), sources: sources}
	if i := slices.IndexFunc(states, func(s news.State) bool { return s.Source == news.Signed }); i >= 0 {
		t.program = states[i].Answer().Program
	}
	p.told.Store(t)
}

// Newer gives the newest Porchlight, as a signed file says, if this one is older. Nothing is ever installed. It does
// not block.
func (p *Program) Newer() (news.Release, bool) {
	t := p.told.Load()
	if t == nil {
		return news.Release{}, false
	}
	order, ok := versions.Compare("semver", p.Version, t.program.Version)
	return t.program, ok && order < 0
}

// book gives all that sources of news said, whenever that was.
func (p *Program) book() *news.Book {
	if t := p.told.Load(); t != nil {
		return t.book
	}
	return nil
}

// Firmware gives what is known of the firmware of a device. It does not block.
func (p *Program) Firmware(d discovery.Device) firmware.Known { return p.firmware().Known(d) }

func (p *Program) firmware() firmware.Check {
	return firmware.Check{Catalog: p.catalog(), Book: p.book}
}

// SilentNews lists the sources of news, of those that are on, that gave nothing the last time. It does not block.
func (p *Program) SilentNews() []news.State {
	var out []news.State
	for _, s := range p.sourcesTold() {
		if s.On && s.State.Trouble != "" {
			s.State.Source = s.Name
			out = append(out, s.State)
		}
	}
	return out
}

// SaysSilent says the same in words.
func (p *Program) SaysSilent() []string { return Silent(p.words(), p.sourcesTold(), time.Now()) }

// sourcesTold are the sources of news as they were when the latest round asked them.
func (p *Program) sourcesTold() []NewsSource {
	if t := p.told.Load(); t != nil {
		return t.sources
	}
	return nil
}

// Silent says which sources of news, of those that are on, gave nothing the last time, why, since when, and how old is
// what is known of them.
func Silent(words *text.Catalog, sources []NewsSource, now time.Time) []string {
	var out []string
	for _, s := range sources {
		if s.State.Trouble == "" || !s.On {
			continue
		}
		said := words.T("news.failed", text.Args{
			"source": s.Name, "where": s.Host, "since": words.Time(s.State.Since), "why": words.T("news.trouble."+string(s.State.Trouble), nil),
		})
		if at := s.State.Answered(); !at.IsZero() {
			said += " " + words.T("news.old", text.Args{"age": words.T("news.age", text.Args{"n": DaysSince(at, now)})})
		}
		out = append(out, said)
	}
	return out
}

// DaysSince gives how many days ago something was.
func DaysSince(at, now time.Time) int { return max(0, int(now.Sub(at)/(24*time.Hour))) }

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
	if err := p.store.SaveNews(ctx, state); err != nil {
		return err
	}
	p.readNews(ctx)
	return nil
}

// SignedNews gives what is kept of signed files.
func (p *Program) SignedNews(ctx context.Context) (news.State, error) {
	kept, err := p.store.News(ctx)
	if i := slices.IndexFunc(kept, func(k news.State) bool { return k.Source == news.Signed }); i >= 0 {
		return kept[i], err
	}
	return news.State{}, err
}
