package program

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"porchlight/checks/news"
)

func opened(t *testing.T, o Options) *Program {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	p, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func on(t *testing.T, p *Program) []string {
	t.Helper()
	sources, err := p.News(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range sources {
		if s.Host == "" {
			t.Errorf("%s does not say who is asked", s.Name)
		}
		if s.On {
			out = append(out, s.Name)
		}
	}
	return out
}

func TestNewsIsOffUntilItIsSwitchedOn(t *testing.T) {
	dir := t.TempDir()
	p := opened(t, Options{Dir: dir})
	if got := on(t, p); got != nil {
		t.Errorf("on without a word: %v", got)
	}
	for _, tt := range []struct{ on, off, want []string }{
		{[]string{"mikrotik", "kev"}, nil, []string{"kev", "mikrotik"}},
		{[]string{"kev"}, []string{"mikrotik"}, []string{"kev"}},
		{news.Names(), nil, news.Names()},
		{nil, news.Names(), nil},
		{[]string{"kev"}, nil, []string{"kev"}},
	} {
		if err := p.SwitchNews(t.Context(), tt.on, tt.off); err != nil {
			t.Fatal(err)
		}
		if got := on(t, p); !slices.Equal(got, tt.want) {
			t.Errorf("got %v, want %v", got, tt.want)
		}
	}
	if err := p.SwitchNews(t.Context(), []string{"rumours"}, nil); !errors.Is(err, ErrNoSuchNews) {
		t.Errorf("got %v", err)
	}
	_ = p.Close()
	// What is said for one run counts for that run.
	if got := on(t, opened(t, Options{Dir: dir, News: []string{}})); got != nil {
		t.Errorf("none was said, got %v", got)
	}
	if got := on(t, opened(t, Options{Dir: dir, News: []string{"wled"}})); !slices.Equal(got, []string{"wled"}) {
		t.Errorf("wled was said, got %v", got)
	}
	if got := on(t, opened(t, Options{Dir: dir})); !slices.Equal(got, []string{"kev"}) {
		t.Errorf("kev was kept, got %v", got)
	}
}

func TestThePracticeHomeAsksNobody(t *testing.T) {
	p := opened(t, Options{Dir: t.TempDir(), News: news.Names()})
	for _, practice := range []bool{true, false} {
		home, err := p.store.Home(t.Context(), "key", "Home", practice)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.use(t.Context(), home); err != nil {
			t.Fatal(err)
		}
		if asks := p.walker.News != nil; asks == practice {
			t.Errorf("practice home: %v; asks for news: %v", practice, asks)
		}
	}
}

func TestANewerPorchlightIsSaid(t *testing.T) {
	for version, want := range map[string]bool{"1.1.9": true, "1.2.0": false, "1.3.0": false, "dev": false, "": false} {
		p := opened(t, Options{Dir: t.TempDir(), Version: version})
		if _, ok := p.Newer(); ok {
			t.Errorf("%q: nobody said anything", version)
		}
		said := news.Answer{Version: 1, Dated: time.Now().UTC(), Program: news.Release{Version: "1.2.0", Page: "https://example.invalid/get"}}
		kept := news.State{Source: news.Signed, Parts: map[string]news.Part{"": {Answered: time.Now().UTC(), Answer: said}}}
		if err := p.store.SaveNews(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
		p.readNews(t.Context())
		if got, ok := p.Newer(); ok != want || (ok && got.Version != "1.2.0") {
			t.Errorf("%q: got %+v, %t", version, got, ok)
		}
	}
}

func TestKnowledgeOfThePublisherIsOffUntilSwitchedOn(t *testing.T) {
	news.Home = "https://example.invalid/knowledge.json"
	t.Cleanup(func() { news.Home = "" })
	p := opened(t, Options{Dir: t.TempDir()})
	if got := on(t, p); len(got) > 0 {
		t.Errorf("on: %q", got)
	}
	if err := p.SwitchNews(t.Context(), []string{news.Signed}, nil); err != nil {
		t.Fatal(err)
	}
	if got := on(t, p); !slices.Equal(got, []string{news.Signed}) {
		t.Errorf("on: %q", got)
	}
	if err := p.NewsFrom(t.Context(), "https://example.org/mine.json"); err != nil {
		t.Fatal(err)
	}
	sources, err := p.News(t.Context())
	if err != nil || sources[len(sources)-1].Host != "example.org" {
		t.Errorf("got %+v, %v", sources, err)
	}
}
