package program

import (
	"errors"
	"log/slog"
	"os"
	"runtime"
	"testing"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

func TestInThePracticeHomeLookingAgainProvesWhatWasPutRight(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	p, err := Open(t.Context(), Options{Dir: t.TempDir(), Languages: []string{"en"}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	if err := p.Enter(t.Context(), "", true, ""); err != nil {
		t.Fatal(err)
	}
	if err := p.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := map[checks.Kind]bool{}
	for _, f := range p.feed.Latest().Findings {
		if !p.Pretends(f.Kind) {
			if err := p.Pretend(t.Context(), f.ID); !errors.Is(err, rounds.ErrNoSuchFinding) {
				t.Errorf("%s: got %v, want %v", f.Kind, err, rounds.ErrNoSuchFinding)
			}
			continue
		}
		if again, err := p.CheckAgain(t.Context(), f.ID); err != nil || !again.Fixed.IsZero() {
			t.Errorf("%s is fixed though nobody did anything: %+v, %v", f.Kind, again, err)
		}
		if err := p.Pretend(t.Context(), f.ID); err != nil {
			t.Errorf("%s: %v", f.Kind, err)
		}
		if again, err := p.CheckAgain(t.Context(), f.ID); err != nil || again.Fixed.IsZero() {
			t.Errorf("%s is not proved to be fixed: %+v, %v", f.Kind, again, err)
		}
		done[f.Kind] = true
	}
	for _, kind := range []checks.Kind{"port-forward", "known-exploited", "default-login", "telnet-open"} {
		if !done[kind] {
			t.Errorf("the practice home had no %s", kind)
		}
	}
	if s := p.feed.Latest(); !s.Home.Practice {
		t.Error("the window left the practice home")
	}
}

func TestNobodyPretendsInARealHome(t *testing.T) {
	p, err := Open(t.Context(), Options{Dir: t.TempDir(), Languages: []string{"en"}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	p.feed.Set(rounds.Snapshot{Home: rounds.Home{ID: 1}, Findings: []checks.Finding{{ID: "f-1", Kind: "telnet-open"}}})
	if err := p.Pretend(t.Context(), "f-1"); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
}
