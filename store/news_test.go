package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks/news"
)

func TestSettingsAreKept(t *testing.T) {
	s, _ := newStore(t)
	if v, err := s.Setting(t.Context(), "news"); v != "" || err != nil {
		t.Errorf("nothing was set, got %q, %v", v, err)
	}
	for _, want := range []string{"kev", "kev,mikrotik", ""} {
		if err := s.SaveSetting(t.Context(), "news", want); err != nil {
			t.Fatal(err)
		}
		if v, err := s.Setting(t.Context(), "news"); v != want || err != nil {
			t.Errorf("got %q, %v, want %q", v, err, want)
		}
	}
}

func TestNewsIsKept(t *testing.T) {
	s, _ := newStore(t)
	one := news.State{Source: "mikrotik", Asked: start, Parts: map[string]news.Part{"/7": {Answered: start, Answer: news.Answer{
		News: []news.News{{Maker: "MikroTik", Family: "routeros", Line: "7", Version: "7.99.1", Date: start.Add(-time.Hour), Page: "https://example.invalid", Seen: start}},
	}}}}
	two := news.State{Source: "kev", Asked: start, Trouble: news.Slow, Since: start}
	for _, n := range []news.State{one, two} {
		if err := s.SaveNews(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	one.Trouble, one.Since, one.Asked = news.Odd, start.Add(time.Hour), start.Add(time.Hour)
	if err := s.SaveNews(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	got, err := s.News(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]news.State{two, one}, got, cmp.AllowUnexported(news.Part{})); diff != "" {
		t.Error(diff)
	}
	if got[1].Known() != 1 || !got[1].Answered().Equal(start) {
		t.Errorf("got %d known, answered %v", got[1].Known(), got[1].Answered())
	}
}
