package program

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"porchlight/checks/rounds"
	"porchlight/ui/report"
)

// carriedEnd ends the names of files with a home.
const carriedEnd = "porchlight"

// ExportFile writes a home to a new file, so that only who knows the passphrase can read it. Half a file is removed.
func (p *Program) ExportFile(ctx context.Context, id rounds.HomeID, passphrase, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(p.ExportHome(ctx, id, passphrase, f), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// CarryHome writes a home to a file in a folder, and gives its path. What has that name already stays: then the new one has
// a number.
func (p *Program) CarryHome(ctx context.Context, id rounds.HomeID, passphrase, folder, name string) (string, error) {
	path, err := vacant(folder, report.FileName(name), carriedEnd)
	if err != nil {
		return "", &NotSaved{folder, err}
	}
	err = p.ExportFile(ctx, id, passphrase, path)
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		err = &NotSaved{folder, err}
	}
	return path, err
}

// BringHome reads a file with a home, as ImportHome does.
func (p *Program) BringHome(ctx context.Context, path, passphrase string) (rounds.Carried, error) {
	f, err := os.Open(path)
	if err != nil {
		return rounds.Carried{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return p.ImportHome(ctx, f, passphrase)
}

// CarriedFiles lists the files with a home where people keep what they save, newest first.
func (p *Program) CarriedFiles(ctx context.Context) []rounds.CarriedFile {
	var out []rounds.CarriedFile
	for _, dir := range p.Folders(ctx) {
		entries, _ := os.ReadDir(dir) // where nobody may look there is none
		for _, e := range entries {
			if name := e.Name(); strings.EqualFold(filepath.Ext(name), "."+carriedEnd) && !strings.HasPrefix(name, ".") {
				if f, err := p.CarriedFile(filepath.Join(dir, name)); err == nil {
					out = append(out, f)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rounds.CarriedFile) int { return b.At.Compare(a.At) })
	return out
}

// CarriedFile finds the file of which somebody typed or pasted the path, as people and file managers write it.
func (*Program) CarriedFile(typed string) (rounds.CarriedFile, error) {
	path := pathOf(typed)
	if !filepath.IsAbs(path) {
		return rounds.CarriedFile{}, fs.ErrNotExist
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return rounds.CarriedFile{}, err
	}
	return rounds.CarriedFile{Path: path, At: info.ModTime(), Size: info.Size()}, nil
}

// pathOf reads a path that may stand in quotes, be the address of a file, or begin at home.
func pathOf(typed string) string {
	path := strings.Trim(strings.TrimSpace(typed), `"'`)
	if u, err := url.Parse(path); err == nil && u.Scheme == "file" {
		path = u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/") // before the drive
		}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(xdg.Home, rest)
	}
	return filepath.Clean(filepath.FromSlash(path))
}
