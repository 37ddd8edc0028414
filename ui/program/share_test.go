package program

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// slow is a source that reports one device, and ends when the test says so.
type slow struct{ end chan struct{} }

func (slow) Name() string { return "slow" }

func (s slow) Discover(ctx context.Context, report func(discovery.Observation)) error {
	report(discovery.Observation{Source: "slow", At: time.Now().UTC(), Addr: netip.MustParseAddr("127.9.44.11"), Facts: []discovery.Fact{{Key: discovery.FactMDNSHost, Value: "one.local"}}})
	select {
	case <-s.end:
	case <-ctx.Done():
	}
	return nil
}

// until waits for something that has to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Errorf("never: %s", what)
}

// TestAnotherProcessShowsTheRoundLive walks a round in one program, while another one of the same history looks on.
func TestAnotherProcessShowsTheRoundLive(t *testing.T) {
	a := homeOf(t)
	b := opened(t, Options{Dir: a.Dir, Languages: []string{"en"}})
	if known, err := b.Resume(t.Context()); err != nil || !known {
		t.Fatal(known, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		b.Follow(ctx)
	}()
	src := slow{make(chan struct{})}
	a.walker.Sources = func(*lan.Home) []discovery.Source { return []discovery.Source{src} }
	walked := make(chan error, 1)
	go func() {
		walked <- a.share(t.Context(), func(ctx context.Context) error {
			_, err := a.walker.Walk(ctx)
			return err
		})
	}()
	until(t, "the other one shows the device that was heard", func() bool {
		s := b.Feed().Latest()
		return s.Walking() && len(s.Devices) == 1 && s.Devices[0].Name == "one"
	})
	if !b.Walking() || !a.Walking() {
		t.Error("nobody walks")
	}
	if info, err := os.Stat(a.shared()); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("others of this computer can read it: %v, %v", info, err)
	}
	// The second may not walk, and what it says of that does not end what it shows.
	if err := b.Walk(t.Context()); !Busy(err) {
		t.Errorf("two at once: got %v", err)
	}
	until(t, "it is shown again", func() bool { s := b.Feed().Latest(); return s.Walking() })
	// A word of the user counts in the pictures of the other process, too.
	id := b.Feed().Latest().Devices[0].ID
	if err := b.Correct(t.Context(), id, discovery.Correction{Name: "Mine"}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * shareEvery)
	if s := b.Feed().Latest(); !s.Walking() || s.Devices[0].Name != "Mine" {
		t.Errorf("got %+v", s.Devices)
	}
	close(src.end)
	if err := <-walked; err != nil {
		t.Fatal(err)
	}
	until(t, "the other one shows what was saved", func() bool {
		s := b.Feed().Latest()
		return s.Phase == rounds.Done && s.Round > 0 && len(s.Devices) == 1 && s.Devices[0].Name == "Mine" && s.Err == nil
	})
	if _, err := os.Stat(a.shared()); !os.IsNotExist(err) {
		t.Errorf("the picture is left behind: %v", err)
	}
	if a.Walking() || b.Walking() {
		t.Error("somebody still walks")
	}
	stop()
	<-followed
}

func TestASharedPictureThatIsOldOrBrokenIsNotShown(t *testing.T) {
	p := homeOf(t)
	good := rounds.Snapshot{
		Home: p.walker.Home, Phase: rounds.Checking, Started: time.Now().UTC(), Troubles: []rounds.Trouble{{Source: "x", Err: os.ErrClosed}},
		Outcomes: []checks.Outcome{{Check: "telnet", Err: os.ErrClosed}}, Err: os.ErrClosed,
		Devices: []discovery.Device{{ID: "d-1", MAC: discovery.MAC{0, 2, 3, 4, 5, 6}, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("fe80::1%eth0")}}},
	}
	if err := write(p.shared(), portable(good)); err != nil {
		t.Fatal(err)
	}
	s, ok := p.othersRound()
	if !ok || s.Devices[0].MAC != good.Devices[0].MAC || len(s.Devices[0].Addrs) != 2 || s.Home.ID != good.Home.ID || s.Phase != rounds.Checking {
		t.Errorf("got %+v, %t", s, ok)
	}
	for _, age := range []time.Duration{-time.Hour, time.Hour} {
		at := time.Now().Add(age)
		if err := os.Chtimes(p.shared(), at, at); err != nil {
			t.Fatal(err)
		}
		if _, ok := p.othersRound(); ok || p.Walking() {
			t.Errorf("one from %s is shown", age)
		}
	}
	for _, broken := range []string{"", "{", `{"Phase": 4}`, `[]`} {
		if err := os.WriteFile(p.shared(), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := p.othersRound(); ok {
			t.Errorf("%q is shown", broken)
		}
	}
}

func TestARoundInAnotherProcessIsLoadedWhenItIsDone(t *testing.T) {
	a := homeOf(t)
	b := opened(t, Options{Dir: a.Dir, Languages: []string{"en"}, Still: true})
	home, known, err := b.LastHome(t.Context())
	if err != nil || !known {
		t.Fatal(known, err)
	}
	if newest, whole, err := b.LastRounds(t.Context(), home.ID); err != nil || newest.Round != 0 || whole.Round != 0 {
		t.Errorf("no round yet: got %+v, %+v, %v", newest, whole, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx      context.Context
		complete bool
	}{{t.Context(), true}, {ctx, false}} {
		if _, err := a.walker.Walk(t.Context()); tt.complete && err != nil {
			t.Fatal(err)
		}
	}
	newest, whole, err := b.LastRounds(t.Context(), home.ID)
	if err != nil || !newest.Complete || whole.Round != newest.Round || newest.Round == 0 {
		t.Errorf("got %+v, %+v, %v", newest, whole, err)
	}
	if s, err := b.Picture(t.Context(), home.ID); err != nil || len(s.Devices) != 2 {
		t.Errorf("got %+v, %v", s.Devices, err)
	}
	devices, err := a.walker.Look(t.Context())
	if err != nil || len(devices) != 2 || !devices[0].Present {
		t.Errorf("a light look: got %+v, %v", devices, err)
	}
	if again, _, err := b.LastRounds(t.Context(), home.ID); err != nil || again.Round != newest.Round {
		t.Errorf("a light look was kept: %+v, %v", again, err)
	}
}

// TestARoundWaitsForALightLook has another process that only looks who is there: it holds the lock and shows no round.
func TestARoundWaitsForALightLook(t *testing.T) {
	a := homeOf(t)
	b := opened(t, Options{Dir: a.Dir, Languages: []string{"en"}})
	release, err := a.store.LockRound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := history{b.store, b.shown}
	ctx, stop := context.WithTimeout(t.Context(), 3*lookAgain)
	defer stop()
	if _, err := h.LockRound(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it is still looked: got %v", err)
	}
	time.AfterFunc(2*lookAgain, release)
	began := time.Now()
	again, err := h.LockRound(t.Context())
	if took := time.Since(began); err != nil || took < lookAgain || took > 5*time.Second {
		t.Fatalf("got %v after %s", err, took)
	}
	again()
}
