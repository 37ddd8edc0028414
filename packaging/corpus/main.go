// Command corpus keeps what fuzzing found: of all inputs in Go's cache it takes a few small ones that reach what the
// seeds, and those kept before, do not, and writes them where "go test" tries them each time. What is reached counts in
// the package alone.
//
//	go run ./packaging/corpus [-cache DIR] FOLDER...
//
// FOLDER is that of a package with fuzz tests, such as discovery/mdns. Where a fuzz test takes other arguments than
// before, "go clean -fuzzcache" comes first.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// An input is one of the cache, with the parts of the code that it reaches.
type input struct {
	name    string
	bytes   int64
	reaches map[string]bool
}

func main() {
	cache := flag.String("cache", "", "the folder of the cache; empty is that of Go")
	flag.Parse()
	if err := run(context.Background(), *cache, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cache string, folders []string, say io.Writer) error {
	if cache == "" {
		dir, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
		if err != nil {
			return err
		}
		cache = filepath.Join(strings.TrimSpace(string(dir)), "fuzz", "porchlight")
	}
	for _, folder := range folders {
		if !filepath.IsLocal(folder) {
			return fmt.Errorf("%s is not a folder of the project", folder)
		}
		if err := keep(ctx, cache, folder, say); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
	}
	return nil
}

// keep keeps what was found of all fuzz tests of a package.
func keep(ctx context.Context, cache, folder string, say io.Writer) error {
	work, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	tests := filepath.Join(work, "tests")
	if _, err := command(ctx, folder, "go", "test", "-tags", "ci", "-c", "-cover", "-covermode", "set", "-o", tests, "."); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS(filepath.Join(folder, "testdata"))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	list, err := command(ctx, work, tests, "-test.list", "^Fuzz")
	if err != nil {
		return err
	}
	for target := range strings.FieldsSeq(list) {
		found := filepath.Join(cache, folder, target)
		all, err := os.ReadDir(found)
		if errors.Is(err, os.ErrNotExist) {
			continue // nobody has fuzzed it
		}
		if err != nil {
			return err
		}
		kept := filepath.Join(folder, "testdata", "fuzz", target)
		few, err := fewest(ctx, work, tests, target, found, all)
		if err != nil {
			return err
		}
		if len(few) > 0 {
			if err := os.MkdirAll(kept, 0o755); err != nil { //nolint:gosec // a folder of the project
				return err
			}
		}
		for _, in := range few {
			b, err := os.ReadFile(filepath.Join(found, in.name))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(kept, in.name), b, 0o644); err != nil { //nolint:gosec // a file of the project
				return err
			}
		}
		_, _ = fmt.Fprintf(say, "%s %s: %d of %d\n", folder, target, len(few), len(all))
	}
	return nil
}

// fewest picks the inputs that reach what the seeds, and those that are kept already, do not.
func fewest(ctx context.Context, work, tests, target, found string, all []os.DirEntry) ([]input, error) {
	known, err := reach(ctx, work, tests, "^"+target+"$")
	if err != nil {
		return nil, err
	}
	at := filepath.Join(work, "testdata", "fuzz", target)
	if err := os.RemoveAll(at); err != nil {
		return nil, err
	}
	if err := os.CopyFS(at, os.DirFS(found)); err != nil {
		return nil, err
	}
	var left []input
	for _, f := range all {
		info, err := f.Info()
		if err != nil {
			return nil, err
		}
		in := input{name: f.Name(), bytes: info.Size()}
		if in.reaches, err = reach(ctx, work, tests, "^"+target+"$/^"+f.Name()+"$"); err != nil {
			return nil, err
		}
		left = append(left, in)
	}
	slices.SortFunc(left, func(a, b input) int { return int(a.bytes - b.bytes) })
	var few []input
	for {
		best, most := -1, 0
		for i, in := range left {
			n := 0
			for place := range in.reaches {
				if !known[place] {
					n++
				}
			}
			if n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			return few, nil
		}
		for place := range left[best].reaches {
			known[place] = true
		}
		few = append(few, left[best])
		left = slices.Delete(left, best, best+1)
	}
}

// reach runs a part of the tests, and gives the places in the code that it came to.
func reach(ctx context.Context, work, tests, part string) (map[string]bool, error) {
	profile := filepath.Join(work, "profile")
	if _, err := command(ctx, work, tests, "-test.run", part, "-test.coverprofile", profile); err != nil {
		return nil, err
	}
	f, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	out := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if place, ok := strings.CutSuffix(lines.Text(), " 1"); ok {
			out[place] = true
		}
	}
	return out, lines.Err()
}

func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...) //nolint:gosec // Go, and the tests that it built
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
