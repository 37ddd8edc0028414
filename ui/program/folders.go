package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/adrg/xdg"
)

// NotSaved says why a file is not in a folder.
type NotSaved struct {
	Folder string
	Err    error
}

// Error implements error.
func (n *NotSaved) Error() string { return fmt.Sprintf("save a file in %q: %v", n.Folder, n.Err) }

// Unwrap gives the reason.
func (n *NotSaved) Unwrap() error { return n.Err }

// maxSameName is how many files of one name are tried.
const maxSameName = 99

// vacant gives a path in a folder at which there is nothing.
func vacant(folder, name, end string) (string, error) {
	name = strings.TrimSuffix(name, "."+end) // somebody may have written it
	for n := 1; n <= maxSameName; n++ {
		path := filepath.Join(folder, name+"."+end)
		if n > 1 {
			path = filepath.Join(folder, fmt.Sprintf("%s (%d).%s", name, n, end))
		}
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", os.ErrExist
}

// lookTimeout is how long a look into folders may take: some lie on a computer that is gone.
const lookTimeout = 5 * time.Second

// Folders lists where people keep what they save, the usual place first.
func (*Program) Folders(ctx context.Context) []string {
	list := []string{xdg.UserDirs.Documents, xdg.UserDirs.Desktop, xdg.UserDirs.Download}
	out := those(ctx, lookTimeout, append(list, drives()...), isFolder)
	if len(out) == 0 {
		out = append(out, xdg.Home)
	}
	return out
}

// drives lists where sticks and disks may be plugged in.
func drives() (out []string) {
	if runtime.GOOS == "windows" { // folders of other computers too
		for drive := 'D'; drive <= 'Z'; drive++ {
			out = append(out, string(drive)+`:\`)
		}
		return out
	}
	user := filepath.Base(xdg.Home)
	for _, dir := range []string{"/Volumes", filepath.Join("/run/media", user), filepath.Join("/media", user)} {
		entries, _ := os.ReadDir(dir) // each system has one of them
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
	}
	return out
}

func isFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// those gives the folders that are there, each once. All are asked at the same time, and who is silent for long is not there.
func those(ctx context.Context, wait time.Duration, list []string, there func(dir string) bool) []string {
	found := make([]atomic.Bool, len(list))
	_ = within(ctx, wait, func() error {
		var all sync.WaitGroup
		for i, dir := range list {
			all.Go(func() { found[i].Store(there(dir)) })
		}
		all.Wait()
		return nil
	})
	var out []string
	for i, dir := range list {
		if found[i].Load() && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// Inside lists the folders in a folder, and gives the one above it, "" if there is none. Hidden ones are left out.
func (*Program) Inside(ctx context.Context, folder string) (names []string, above string, err error) {
	var found []string
	if err := within(ctx, lookTimeout, func() (err error) { found, err = foldersIn(folder); return err }); err != nil {
		return nil, "", err
	}
	if above = filepath.Dir(folder); above == folder {
		above = ""
	}
	return found, above, nil
}

// foldersIn lists the folders in a folder that people see there.
func foldersIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if hidden := strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "$"); !hidden && isFolder(filepath.Join(folder, e.Name())) { // it may lead elsewhere
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names, nil
}
