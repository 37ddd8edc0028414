package program

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

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

// Folders lists where people keep what they save, the usual place first.
func (*Program) Folders() []string {
	var out []string
	for _, dir := range []string{xdg.UserDirs.Documents, xdg.UserDirs.Desktop, xdg.UserDirs.Download} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	out = append(out, drives()...)
	if len(out) == 0 {
		out = append(out, xdg.Home)
	}
	return out
}

// drives lists the sticks and disks that are plugged in.
func drives() (out []string) {
	if runtime.GOOS == "windows" { // folders of other computers too
		for drive := 'D'; drive <= 'Z'; drive++ {
			if _, err := os.Stat(string(drive) + `:\`); err == nil {
				out = append(out, string(drive)+`:\`)
			}
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

// Inside lists the folders in a folder, and gives the one above it, "" if there is none. Hidden ones are left out.
func (*Program) Inside(folder string) (names []string, above string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, "", err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "$") {
			continue
		}
		if info, err := os.Stat(filepath.Join(folder, e.Name())); err == nil && info.IsDir() { // it may lead elsewhere
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	if above = filepath.Dir(folder); above == folder {
		above = ""
	}
	return names, above, nil
}
