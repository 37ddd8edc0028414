//go:build unix

package system

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// commands puts scripts into a folder that is all that can be found, and gives where they write what they were told.
func commands(t *testing.T, scripts map[string]string) (log func() []string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("TMPDIR", t.TempDir())
	said := filepath.Join(dir, "said")
	for name, script := range scripts {
		body := "#!/bin/sh\nprintf '%s\\n' \"" + name + " $*\" >>'" + said + "'\n" + script + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return func() []string {
		raw, _ := os.ReadFile(said)
		return strings.Split(strings.TrimSpace(string(raw)), "\n")
	}
}

// left lists the files that lie to be printed.
func left(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.TempDir(), printFolder+"*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestPrintAsksThePrinterFirst(t *testing.T) {
	for _, tt := range []struct {
		name    string
		scripts map[string]string
		asked   []string
		printed bool
		left    int
		err     error
	}{
		{"lp", map[string]string{"lp": `test "$(cat "$3")" = page`, "xdg-open": "", "open": ""}, []string{"lp -t"}, true, 0, nil},
		{"lpr", map[string]string{"lp": "exit 1", "lpr": ""}, []string{"lp -t", "lpr -T"}, true, 0, nil},
		{"viewer", map[string]string{"lp": "exit 1", "lpr": "exit 1", "xdg-open": "", "open": ""}, []string{"lp -t", "lpr -T", "open"}, false, 1, nil},
		{"nothing", map[string]string{"xdg-open": "exit 3", "open": "exit 3"}, []string{"open"}, false, 0, ErrNoPrinter},
		{"bare", nil, []string{""}, false, 0, ErrNoPrinter},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, script := range tt.scripts {
				tt.scripts[name] = strings.Replace(script, "cat", "/bin/cat", 1)
			}
			log := commands(t, tt.scripts)
			printed, err := Print(t.Context(), `Report; $(touch x) "y" 'z'`, []byte("page"))
			if printed != tt.printed || !errors.Is(err, tt.err) {
				t.Errorf("got %t, %v", printed, err)
			}
			got := log()
			if !slices.EqualFunc(got, tt.asked, func(line, want string) bool { return strings.Contains(line, want) }) {
				t.Errorf("asked %q", got)
			}
			files := left(t)
			if len(files) != tt.left {
				t.Fatalf("what is left: %q", files)
			}
			for _, f := range files {
				file, err := os.Stat(f)
				if err != nil || file.Mode().Perm() != 0o600 {
					t.Errorf("%v, %v: others may read it", file.Mode(), err)
				}
				if dir, err := os.Stat(filepath.Dir(f)); err != nil || dir.Mode().Perm() != 0o700 {
					t.Errorf("%v, %v: others may look into the folder", dir.Mode(), err)
				}
			}
		})
	}
}

func TestPagesThatNobodyReadsAnyMoreGo(t *testing.T) {
	commands(t, map[string]string{"xdg-open": "", "open": ""})
	if _, err := Print(t.Context(), "old", []byte("page")); err != nil {
		t.Fatal(err)
	}
	old := filepath.Dir(left(t)[0])
	yesterday := time.Now().Add(-2 * printStays)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if _, err := Print(t.Context(), "new", []byte("page")); err != nil {
		t.Fatal(err)
	}
	if files := left(t); len(files) != 1 || filepath.Base(files[0]) != "new.pdf" {
		t.Errorf("got %q", files)
	}
}

func TestAllPagesGoWhenEverythingIsErased(t *testing.T) {
	commands(t, map[string]string{"xdg-open": "", "open": ""})
	for _, name := range []string{"one", "two"} {
		if _, err := Print(t.Context(), name, []byte("page")); err != nil {
			t.Fatal(err)
		}
	}
	tomorrow := time.Now().Add(24 * time.Hour) // by a clock that was wrong
	if err := os.Chtimes(filepath.Dir(left(t)[0]), tomorrow, tomorrow); err != nil {
		t.Fatal(err)
	}
	if ErasePrints(); len(left(t)) > 0 {
		t.Errorf("got %q", left(t))
	}
}
