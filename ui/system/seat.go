package system

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"porchlight/discovery"
)

// How often whoever has a seat looks whether it was asked something: fast enough for the eye, or often enough for what
// nobody waits for.
const (
	Soon       = 250 * time.Millisecond
	NowAndThen = 3 * time.Second
)

const (
	// patience is how long somebody who asks waits to be heard. Windows of a busy computer take a moment.
	patience = 5 * time.Second
	// longestAsk is how long a question may be, in bytes.
	longestAsk = 200
)

// The seats that there are, and what may be asked of the watch. The window is asked for the card that it is to show.
const (
	SeatWindow = "window"
	SeatWatch  = "watch"
	AskQuit    = "quit"
	AskShow    = "show" // the card of the latest note
)

// ErrTaken means that another process has the seat.
var ErrTaken = errors.New("another process has it")

// A Seat is what one process of the user has at a time: the window, or the watch. Others can ask it something. It is
// a lock that ends with the process, and a file for what is asked, in a folder that only the user can reach.
type Seat struct {
	lock *flock.Flock
	ask  string // the file with what is asked
}

func askFile(dir, seat string) string { return filepath.Join(dir, seat+".ask") }

// Take takes a seat in dir. ErrTaken means that another process has it.
func Take(dir, seat string) (*Seat, error) {
	lock := flock.New(filepath.Join(dir, seat+".lock"), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = ErrTaken
	}
	if err != nil {
		return nil, fmt.Errorf("take the seat of the %s: %w", seat, err)
	}
	s := &Seat{lock: lock, ask: askFile(dir, seat)}
	s.Asked() // what an earlier process did not hear
	return s, nil
}

// Leave gives the seat up.
func (s *Seat) Leave() error { return s.lock.Close() }

// Asked tells what another process has asked since the last time.
func (s *Seat) Asked() (what string, asked bool) {
	f, err := os.Open(s.ask)
	if err != nil {
		return "", false
	}
	b, err := io.ReadAll(io.LimitReader(f, longestAsk)) //nolint:forbidigo // it is the limit
	_ = f.Close()
	// Removed, it is heard. Who asks next writes another file.
	return discovery.Clean(string(b)), errors.Join(err, os.Remove(s.ask)) == nil
}

// Listen calls heard for everything that other processes ask, until ctx ends. It looks for it every so often.
func (s *Seat) Listen(ctx context.Context, every time.Duration, heard func(what string)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if what, ok := s.Asked(); ok {
				heard(what)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Ask asks whoever has a seat in dir, and reports whether it was heard.
func Ask(ctx context.Context, dir, seat, what string) bool {
	path := askFile(dir, seat)
	if err := Save(path, []byte(what)); err != nil {
		return false
	}
	for wait := time.Now().Add(patience); time.Now().Before(wait) && ctx.Err() == nil; time.Sleep(Soon / 10) {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return true
		}
	}
	_ = os.Remove(path)
	return false
}
