package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// inOwnMounts runs do in a process of its own that may mount: chmod does not stop root, a
// read-only mount does. The mounts vanish with the process. It skips where that is forbidden.
func inOwnMounts(t *testing.T, do func(t *testing.T, dir string)) {
	t.Helper()
	if dir := os.Getenv(childPath); dir != "" {
		do(t, dir)
		return
	}
	t.Parallel()
	needSQLite(t)
	child := childOf(t, t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var out strings.Builder
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Skipf("no namespaces here: %v", err)
	}
	if err := child.Wait(); err != nil {
		t.Errorf("in its own mounts: %v\n%s", err, out.String())
	}
	if strings.Contains(out.String(), "--- SKIP") {
		t.Skipf("in its own mounts:\n%s", out.String())
	}
}

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		t.Skipf("mount %s: %v", target, err)
	}
}

func TestAHistoryThatCannotBeWrittenIsTold(t *testing.T) {
	inOwnMounts(t, func(t *testing.T, dir string) {
		path := filepath.Join(dir, "history.db")
		s, err := Open(t.Context(), path, quiet)
		if err != nil {
			t.Fatal(err)
		}
		saved(t, s, round(homeOf(t, s), 0))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		before := read(t, path)
		for _, readOnly := range []struct {
			mount string
			open  []string
		}{
			{path, []string{path}}, // the file alone
			{dir, []string{path, filepath.Join(dir, "other.db"), filepath.Join(dir, "new", "history.db")}},
		} {
			mount(t, readOnly.mount, readOnly.mount, "", syscall.MS_BIND, "")
			mount(t, "", readOnly.mount, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")
			for _, p := range readOnly.open {
				if _, err := Open(t.Context(), p, quiet); !errors.Is(err, ErrReadOnly) {
					t.Errorf("%q with %q read-only: got %v, want %v", p, readOnly.mount, err, ErrReadOnly)
				}
			}
		}
		if string(read(t, path)) != string(before) {
			t.Error("the file was changed")
		}
	})
}

func TestADiskThatFillsUpLosesOnlyThatRound(t *testing.T) {
	inOwnMounts(t, func(t *testing.T, dir string) {
		mount(t, "tmpfs", dir, "tmpfs", 0, "size=1m")
		s := openAt(t, filepath.Join(dir, "history.db"))
		home := homeOf(t, s)
		big := round(home, 0)
		big.ByDevice = map[discovery.DeviceID]discovery.Traffic{"d": {Requests: make([]discovery.Request, 500)}}
		last, full := int64(0), false
		for n := 0; n < 100 && !full; n++ {
			out, _, err := s.SaveRound(t.Context(), big)
			if full = errors.Is(err, ErrFull); !full && err != nil {
				t.Fatalf("got %v, want %v", err, ErrFull)
			}
			last = max(last, out.Round)
		}
		if !full {
			t.Fatal("the disk never filled up")
		}
		if now := latest(t, s, home.ID); now.Round != last {
			t.Errorf("the latest round is %d, want %d", now.Round, last)
		}
		if _, err := Open(t.Context(), filepath.Join(dir, "other.db"), quiet); err == nil {
			t.Error("a new history was opened on the full disk")
		} else if !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want %v", err, ErrFull)
		}
		mount(t, "", dir, "", syscall.MS_REMOUNT, "size=4m")
		if _, _, err := s.SaveRound(t.Context(), round(rounds.Home{ID: home.ID}, 1)); err != nil {
			t.Errorf("save when there is room again: %v", err)
		}
	})
}

func TestOnlyAWholeBackupCounts(t *testing.T) {
	inOwnMounts(t, func(t *testing.T, dir string) {
		mount(t, "tmpfs", dir, "tmpfs", 0, "size=3m")
		s := openAt(t, filepath.Join(dir, "history.db"))
		home := homeOf(t, s)
		big := round(home, 0)
		big.ByDevice = map[discovery.DeviceID]discovery.Traffic{"d": {Requests: make([]discovery.Request, 15_000)}}
		saved(t, s, big)
		before := dump(t, s)
		if _, err := s.BackUp(t.Context(), start); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want %v", err, ErrFull)
		}
		if names := backups(t, s); len(names) > 0 {
			t.Errorf("half a backup counts: %v", names)
		}
		if left, err := filepath.Glob(s.inBackups("part*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		mount(t, "", dir, "", syscall.MS_REMOUNT, "size=12m")
		b := backUp(t, s, start)
		mount(t, "", dir, "", syscall.MS_REMOUNT, "size=6m")
		if err := s.Restore(t.Context(), b.Name, start.Add(time.Hour)); !errors.Is(err, ErrFull) {
			t.Errorf("restore: got %v, want %v", err, ErrFull)
		}
		diff(t, "history", dump(t, s), before)
		diff(t, "backups", backups(t, s), []string{b.Name})
		mount(t, "", dir, "", syscall.MS_REMOUNT, "size=20m")
		if err := s.Restore(t.Context(), b.Name, start.Add(time.Hour)); err != nil {
			t.Errorf("restore when there is room again: %v", err)
		}
	})
}

func TestAnImportThatFillsTheDiskChangesNothing(t *testing.T) {
	inOwnMounts(t, func(t *testing.T, dir string) {
		from := openAt(t, olderHistory(t, 6, 20_000))
		file := exported(t, from, 1)
		mount(t, "tmpfs", dir, "tmpfs", 0, "size=2m")
		s := openAt(t, filepath.Join(dir, "history.db"))
		saved(t, s, look(homeOf(t, s), 1))
		before := dump(t, s)
		if _, err := s.Import(t.Context(), bytes.NewReader(file), words); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want %v", err, ErrFull)
		}
		if after := withoutSettings(dump(t, s)); after != withoutSettings(before) {
			t.Error("something was changed")
		}
		mount(t, "", dir, "", syscall.MS_REMOUNT, "size=40m")
		if out := imported(t, s, file); out.Changes != 20_000 {
			t.Errorf("when there is room again: %+v", out)
		}
	})
}

// withoutSettings leaves out the name of this computer, which an import makes.
func withoutSettings(dump string) string {
	var out []string
	for l := range strings.Lines(dump) {
		if !strings.HasPrefix(l, "settings") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}
