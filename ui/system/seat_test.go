package system

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestOnlyOneHasTheSeat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := Take(dir, "window")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(dir, "window"); !errors.Is(err, ErrTaken) {
		t.Errorf("a second one: got %v", err)
	}
	other, err := Take(dir, "watch")
	if err != nil {
		t.Errorf("another seat: %v", err)
	} else if err := other.Leave(); err != nil {
		t.Error(err)
	}
	if err := first.Leave(); err != nil {
		t.Error(err)
	}
	again, err := Take(dir, "window")
	if err != nil {
		t.Fatalf("after it was left: %v", err)
	}
	if err := again.Leave(); err != nil {
		t.Error(err)
	}
	if _, err := Take(filepath.Join(dir, "missing"), "window"); err == nil || errors.Is(err, ErrTaken) {
		t.Errorf("no such folder: got %v", err)
	}
}

func TestWhoHasTheSeatHearsWhatIsAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Take(dir, "window")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	heard, ended := make(chan string, 2), make(chan struct{})
	go func() {
		defer close(ended)
		s.Listen(ctx, Soon, func(what string) { heard <- what })
	}()
	for _, ask := range []string{"f-12345678", ""} {
		if !Ask(t.Context(), dir, "window", ask) {
			t.Errorf("%q was not heard", ask)
		}
		if got := <-heard; got != ask {
			t.Errorf("heard %q, want %q", got, ask)
		}
	}
	stop()
	<-ended
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if Ask(ctx, dir, "window", "f-1") {
		t.Error("heard by nobody, and said to be heard")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := s.Leave(); err != nil {
		t.Error(err)
	}
}

func TestAQuestionIsShortPlainAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(askFile(dir, "window"), []byte("left by one that died"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Take(dir, "window")
	if err != nil {
		t.Fatal(err)
	}
	if what, asked := s.Asked(); asked {
		t.Errorf("an old question: got %q", what)
	}
	if err := Save(s.ask, []byte("f-\x1b[31m\u202e"+strings.Repeat("x", 4000))); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.ask); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("others can read it: %v, %v", info, err)
	}
	what, asked := s.Asked()
	if !asked || len(what) > longestAsk || !strings.HasPrefix(what, "f-[31mx") {
		t.Errorf("got %q, %t", what, asked)
	}
	if err := s.Leave(); err != nil {
		t.Error(err)
	}
}
