package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
)

// childPath tells a test that it runs in a process of its own, and on which history.
const childPath = "PORCHLIGHT_STORE_TEST"

// childOf returns a command that runs the same test in a process of its own.
func childOf(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childPath+"="+path)
	return cmd
}

// saveForever saves rounds until it is killed, and prints the number of each that was saved.
func saveForever(path string) error {
	s, err := Open(context.Background(), path, quiet)
	if err != nil {
		return err
	}
	if _, err = s.LockRound(context.Background()); err != nil {
		return err
	}
	home, err := s.Home(context.Background(), "home", "Home", false)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		out, _, err := s.SaveRound(context.Background(), look(home, n))
		if err != nil {
			return err
		}
		fmt.Printf("saved %d\n", out.Round)
	}
}

func TestAKillInTheMiddleOfARoundLosesOnlyThatRound(t *testing.T) {
	if path := os.Getenv(childPath); path != "" {
		t.Fatal(saveForever(path))
	}
	t.Parallel()
	needSQLite(t)
	path := filepath.Join(t.TempDir(), "history.db")
	unfinished := 0
	for n := range 10 {
		child := childOf(t, path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		last := int64(0)
		for seen := 0; seen < 2+n%3 && lines.Scan(); {
			if number, ok := strings.CutPrefix(lines.Text(), "saved "); ok {
				last, _ = strconv.ParseInt(number, 10, 64)
				seen++
			}
		}
		<-time.After(time.Duration(n) * 300 * time.Microsecond) // a different place in the round each time
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it saved before it died
			if number, ok := strings.CutPrefix(lines.Text(), "saved "); ok {
				last, _ = strconv.ParseInt(number, 10, 64)
			}
		}
		_ = child.Wait() // killed, as we know
		if last == 0 {
			t.Fatal("the child saved nothing")
		}
		unfinished += checkAfterKill(t, path, last)
	}
	t.Logf("%d of 10 kills left a log behind", unfinished)
}

// checkAfterKill opens the history and looks whether all rounds up to last are in it. It
// returns 1 if the kill left a log.
func checkAfterKill(t *testing.T, path string, last int64) (left int) {
	t.Helper()
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		left = 1
	}
	s, err := Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.SetAside != "" {
		t.Fatalf("set aside as %q", s.SetAside)
	}
	release, err := s.LockRound(t.Context())
	if err != nil {
		t.Fatalf("the dead still walks: %v", err)
	}
	release()
	home, err := s.Home(t.Context(), "home", "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	now := latest(t, s, home.ID)
	want := now.Round
	if want != last && want != last+1 { // the last one may have been kept without being told
		t.Errorf("the latest round is %d, want %d or the one after", want, last)
	}
	for sum, err := range s.Rounds(t.Context(), home.ID) {
		if err != nil || sum.Round != want {
			t.Fatalf("got round %d, %v, want %d", sum.Round, err, want)
		}
		want--
	}
	if want != 0 {
		t.Errorf("the oldest round is %d, want 1", want+1)
	}
	if _, _, err := s.SaveRound(t.Context(), look(rounds.Home{ID: home.ID}, 1)); err != nil {
		t.Errorf("save after the kill: %v", err)
	}
	return left
}
