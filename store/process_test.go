package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
)

// childPath tells a test that it runs in a process of its own, and on which history. childDoes says what it does there.
const (
	childPath = "PORCHLIGHT_STORE_TEST"
	childDoes = "PORCHLIGHT_STORE_TEST_DOES"
)

// childOf returns a command that runs the same test in a process of its own.
func childOf(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childPath+"="+path)
	return cmd
}

// A work is what a process does until it is killed. After ready it is worth killing; each thing that it has finished
// it tells by a line.
type work struct {
	name string
	// wait is the longest time from ready to the kill.
	wait time.Duration
	// again prepares the next process; nil leaves all as the one before did.
	again func(t *testing.T, path string)
	do    func(ctx context.Context, path string) error
	check func(t *testing.T, s *Store, last int64)
}

func works() []work {
	return []work{
		{name: "rounds", wait: 40 * time.Millisecond, do: saveForever, check: allRounds},
		{name: "backups", wait: 60 * time.Millisecond, do: backUpForever, check: func(t *testing.T, s *Store, last int64) { allRounds(t, s, last) }},
		{name: "restoring", wait: 80 * time.Millisecond, do: restoreForever, check: whatWasBackedUp},
		{name: "migrations", wait: 150 * time.Millisecond, again: olderAgain, do: migrateOnce, check: allMigrated},
		{name: "imports", wait: 350 * time.Millisecond, again: carriedAgain, do: importForever, check: allOrNothing},
	}
}

// walking opens a history and its home.
func walking(ctx context.Context, path string) (*Store, rounds.Home, error) {
	s, err := Open(ctx, path, quiet)
	if err != nil {
		return nil, rounds.Home{}, err
	}
	home, err := s.Home(ctx, gateway, "Home", false)
	return s, home, err
}

func ready() { fmt.Println("ready") }

// saveForever saves rounds, and prints the number of each that was saved.
func saveForever(ctx context.Context, path string) error {
	s, home, err := walking(ctx, path)
	if err != nil {
		return err
	}
	if _, err = s.LockRound(ctx); err != nil {
		return err
	}
	ready()
	for n := 0; ; n++ {
		out, _, err := s.SaveRound(ctx, look(home, n))
		if err != nil {
			return err
		}
		fmt.Printf("done %d\n", out.Round)
	}
}

// backUpForever does the same, and makes a backup after each round.
func backUpForever(ctx context.Context, path string) error {
	s, home, err := walking(ctx, path)
	if err != nil {
		return err
	}
	ready()
	for n := 0; ; n++ {
		out, _, err := s.SaveRound(ctx, look(home, n))
		if err != nil {
			return err
		}
		fmt.Printf("done %d\n", out.Round)
		if _, err := s.BackUp(ctx, time.Now()); err != nil {
			return err
		}
	}
}

// restoreForever saves a round that nobody wants, and goes back to the one before.
func restoreForever(ctx context.Context, path string) error {
	s, home, err := walking(ctx, path)
	if err != nil {
		return err
	}
	for n := range 3 {
		if _, _, err := s.SaveRound(ctx, look(home, n)); err != nil {
			return err
		}
	}
	if err := s.RenameHome(ctx, home.ID, "As it was"); err != nil {
		return err
	}
	b, err := s.BackUp(ctx, time.Now())
	if err != nil {
		return err
	}
	kept := filepath.Join(filepath.Dir(path), "kept.db") // a restore makes backups, which push this one out
	if err := errors.Join(removeDatabase(kept), copyFile(s.inBackups(b.Name), kept)); err != nil {
		return err
	}
	ready()
	for n := 3; ; n++ {
		if _, _, err := s.SaveRound(ctx, look(home, n)); err != nil {
			return err
		}
		if err := s.RenameHome(ctx, home.ID, "Unwanted"); err != nil {
			return err
		}
		name := time.Now().UTC().Format(backupForm)
		if err := copyFile(kept, s.inBackups(name)); err != nil {
			return err
		}
		if err := errors.Join(s.Restore(ctx, name, time.Now()), os.Remove(s.inBackups(name))); err != nil {
			return err
		}
		fmt.Println("done 1")
	}
}

// migrateOnce brings a history of an earlier version up.
func migrateOnce(ctx context.Context, path string) error {
	ready()
	if _, err := Open(ctx, path, quiet); err != nil {
		return err
	}
	fmt.Println("done 1")
	select {}
}

// importForever brings a home in, and deletes it.
func importForever(ctx context.Context, path string) error {
	s, err := Open(ctx, path, quiet)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(filepath.Join(filepath.Dir(path), "carried.age"))
	if err != nil {
		return err
	}
	ready()
	for {
		out, err := s.Import(ctx, bytes.NewReader(file), words)
		if err != nil {
			return err
		}
		fmt.Println("done 1")
		if err := s.DeleteHome(ctx, out.Home.ID); err != nil {
			return err
		}
	}
}

// manyChanges is how much there is to migrate and to import.
const manyChanges = 5000

// olderAgain puts the history of an earlier version at path.
func olderAgain(t *testing.T, path string) {
	t.Helper()
	for _, old := range []string{path, filepath.Join(filepath.Dir(path), "backups")} {
		for _, end := range companions {
			if err := os.RemoveAll(old + end); err != nil {
				t.Fatal(err)
			}
		}
	}
	older := filepath.Join(filepath.Dir(path), "older")
	if _, err := os.Stat(older); err != nil {
		write(t, older, read(t, olderHistory(t, 6, 4*manyChanges)))
	}
	write(t, path, read(t, older))
}

// carriedAgain puts a history with one round, and a file with another home, at path; once.
func carriedAgain(t *testing.T, path string) {
	t.Helper()
	file := filepath.Join(filepath.Dir(path), "carried.age")
	if _, err := os.Stat(file); err == nil {
		return
	}
	from := openAt(t, olderHistory(t, 6, manyChanges))
	write(t, file, exported(t, from, 1))
	s, home, err := walking(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddNetwork(t.Context(), home.ID, rounds.HomeNetwork{Key: rounds.GatewayKey + "mine"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.Exec(`DELETE FROM networks WHERE key = ?`, gateway); err != nil { // that of the other
		t.Fatal(err)
	}
	saved(t, s, look(home, 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// allRounds looks whether no round up to the last one that was told is missing.
func allRounds(t *testing.T, s *Store, last int64) {
	t.Helper()
	home, err := s.Home(t.Context(), gateway, "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	want := latest(t, s, home.ID).Round
	if last > 0 && want != last && want != last+1 { // the last one may have been kept without being told
		t.Errorf("the latest round is %d, want %d or the one after", want, last)
	}
	for sum, err := range s.Rounds(t.Context(), home.ID) {
		if err != nil || sum.Round != want {
			t.Fatalf("got round %d, %v, want %d", sum.Round, err, want)
		}
		want -= int64(sum.Rounds)
	}
	if want != 0 {
		t.Errorf("the oldest round is %d, want 1", want+1)
	}
}

// whatWasBackedUp looks whether there is the one or the other, and nothing of both.
func whatWasBackedUp(t *testing.T, s *Store, _ int64) {
	t.Helper()
	home, err := s.Home(t.Context(), gateway, "Home", false)
	if err != nil {
		t.Fatal(err)
	}
	now := latest(t, s, home.ID)
	if n := count(t, s, `SELECT sum(walked) FROM rounds`); n < 3 || now.Round == 0 || len(now.Devices) == 0 {
		t.Errorf("there are %d rounds, and the latest is %+v", n, now)
	}
}

func allMigrated(t *testing.T, s *Store, _ int64) {
	t.Helper()
	now := latest(t, s, 1)
	if n := count(t, s, `SELECT count(*) FROM changes`); now.Round != 100 || n != 4*manyChanges {
		t.Errorf("the latest round is %d and there are %d changes, want 100 and %d", now.Round, n, 4*manyChanges)
	}
	if len(backups(t, s)) == 0 {
		t.Error("there is no backup of before")
	}
}

func allOrNothing(t *testing.T, s *Store, _ int64) {
	t.Helper()
	homes, err := s.Homes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(homes, func(h rounds.Home) bool { return h.Name == "Home" })
	if i < 0 || latest(t, s, homes[i].ID).Round != 1 {
		t.Fatalf("homes are %+v, want the one that was there with its round", homes)
	}
	if n := count(t, s, `SELECT count(*) FROM changes WHERE home <> ?`, homes[i].ID); n != int64(len(homes)-1)*manyChanges {
		t.Errorf("%d homes have %d changes, want all of it or nothing", len(homes)-1, n)
	}
	for _, h := range homes {
		if h.Name != "Home" {
			if err := s.DeleteHome(t.Context(), h.ID); err != nil {
				t.Error(err)
			}
		}
	}
}

// All 200: PORCHLIGHT_LONG=1 go test -tags ci -run TestAKill -v -timeout 30m ./store
func TestAKillLosesAtMostWhatWasUnderWay(t *testing.T) {
	if path := os.Getenv(childPath); path != "" {
		for _, w := range works() {
			if w.name == os.Getenv(childDoes) {
				t.Fatal(w.do(t.Context(), path))
			}
		}
		t.Fatal("nothing to do")
	}
	t.Parallel()
	needSQLite(t)
	kills := 10
	if long() {
		kills = 200
	}
	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) // another place each time
	left, early, dirs := map[string]int{}, map[string]int{}, map[string]string{}
	for n := range kills {
		w := works()[n%len(works())]
		if dirs[w.name] == "" {
			dirs[w.name] = t.TempDir()
		}
		path := filepath.Join(dirs[w.name], "history.db")
		if w.again != nil {
			w.again(t, path)
		}
		last := killed(t, w, path, time.Duration(dice.Int64N(int64(w.wait))))
		if last == 0 {
			early[w.name]++
		}
		left[w.name] += checkAfterKill(t, w, path, last)
		if t.Failed() {
			t.Fatalf("after kill %d, during %s", n+1, w.name)
		}
	}
	t.Logf("%d kills; so many came before anything was finished: %v, and so many left a log behind: %v", kills, early, left)
}

// killed runs a process and kills it some time after it is ready. It gives the number of the last thing that it told.
func killed(t *testing.T, w work, path string, wait time.Duration) (last int64) {
	t.Helper()
	child := childOf(t, path)
	child.Env = append(child.Env, childDoes+"="+w.name)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() && lines.Text() != "ready" {
		said = append(said, lines.Text())
	}
	time.AfterFunc(wait, func() { _ = child.Process.Kill() })
	for lines.Scan() {
		said = append(said, lines.Text())
		if number, ok := strings.CutPrefix(lines.Text(), "done "); ok {
			last, _ = strconv.ParseInt(number, 10, 64)
		}
	}
	_ = child.Wait() // killed, as we know
	if child.ProcessState.Exited() {
		t.Fatalf("it ended by itself during %s:\n%s", w.name, strings.Join(said, "\n"))
	}
	return last
}

// checkAfterKill opens the history and looks whether it is sound and whole. It returns 1 if the kill left a log.
func checkAfterKill(t *testing.T, w work, path string, last int64) (left int) {
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
	if err := check(t.Context(), s.writer, "integrity_check"); err != nil {
		t.Fatal(err)
	}
	if n, err := all(t.Context(), s.reader, func(rows *sql.Rows, table *string) error {
		var row, parent, key any
		return rows.Scan(table, &row, &parent, &key)
	}, "PRAGMA foreign_key_check"); err != nil || len(n) > 0 {
		t.Errorf("rows without their home: %v, %v", n, err)
	}
	release, err := s.LockRound(t.Context())
	if err != nil {
		t.Fatalf("the dead still walks: %v", err)
	}
	release()
	w.check(t, s, last)
	list, err := s.Backups()
	replaced, err2 := s.backups(replacedForm)
	if err := errors.Join(err, err2); err != nil || len(list)-len(replaced) > keptBackups+2 || len(replaced) > keptBackups+1 { // one that was just made, and one that the test copied
		t.Errorf("backups are %v, %v", list, err)
	}
	for _, b := range list {
		db, err := sql.Open("sqlite3", s.inBackups(b.Name))
		if err != nil {
			t.Fatal(err)
		}
		if err := check(t.Context(), db, "integrity_check"); err != nil && w.name != "restoring" { // there the test copies
			t.Errorf("backup %s: %v", b.Name, err)
		}
		db.Close()
	}
	private(t, filepath.Dir(path))
	return left
}
