package program

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/adrg/xdg"

	"porchlight/checks/rounds"
	"porchlight/store"
)

// inFolders makes folders of the test the usual ones.
func inFolders(t *testing.T) (documents, downloads string) {
	t.Helper()
	was := xdg.UserDirs
	t.Cleanup(func() { xdg.UserDirs = was })
	documents, downloads = t.TempDir(), t.TempDir()
	xdg.UserDirs.Documents, xdg.UserDirs.Desktop, xdg.UserDirs.Download = documents, documents, downloads
	return documents, downloads
}

func TestAHomeIsCarriedToANewFileAndFoundAgain(t *testing.T) {
	documents, downloads := inFolders(t)
	from, to, ctx := opened(t, Options{Dir: t.TempDir()}), opened(t, Options{Dir: t.TempDir()}), t.Context()
	home := walked(t, from, rounds.GatewayKey+"1", "Flat", 2)
	carry := func(folder, name, want string) string {
		t.Helper()
		path, err := from.CarryHome(ctx, home.ID, "four words of mine", folder, name)
		if err != nil || path != filepath.Join(folder, want) {
			t.Fatalf("%q: got %q, %v", name, path, err)
		}
		return path
	}
	first := carry(documents, "../Flat", "Flat.porchlight")
	second := carry(documents, "Flat.porchlight", "Flat (2).porchlight")
	third := carry(downloads, "con", "Porchlight con.porchlight")
	for i, path := range []string{second, third, first} {
		at := time.Date(2026, time.November, 20-i, 12, 0, 0, 0, time.UTC)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []string{"notes.txt", ".porchlight", ".porchlight-123"} {
		if err := os.WriteFile(filepath.Join(documents, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(downloads, "folder.porchlight"), 0o700); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range to.CarriedFiles(t.Context()) {
		if f.Size == 0 || f.At.IsZero() {
			t.Errorf("%+v", f)
		}
		got = append(got, f.Path)
	}
	if want := []string{second, third, first}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if carried, err := to.BringHome(ctx, first, "four words of mine"); err != nil || !carried.New {
		t.Errorf("got %+v, %v", carried, err)
	}
	if _, err := to.BringHome(ctx, first, "four other words"); !errors.Is(err, store.ErrPassphrase) {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsLeftOfAHomeThatCannotBeCarried(t *testing.T) {
	p, ctx, folder := opened(t, Options{Dir: t.TempDir()}), t.Context(), t.TempDir()
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 2)
	if _, err := p.CarryHome(ctx, home.ID, "short", folder, "Flat"); !errors.Is(err, store.ErrShort) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left is %v, %v", left, err)
	}
	gone := filepath.Join(folder, "gone")
	_, err := p.CarryHome(ctx, home.ID, "four words of mine", gone, "Flat")
	if ns, ok := errors.AsType[*NotSaved](err); !ok || ns.Folder != gone {
		t.Errorf("got %v", err)
	}
}

func TestAFileIsFoundHoweverItsPathIsWritten(t *testing.T) {
	p, dir := &Program{}, t.TempDir()
	path := filepath.Join(dir, "Дом у моря.porchlight")
	if err := os.WriteFile(path, []byte("sealed"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{path, " " + path + "\n", `"` + path + `"`, "'" + path + "'", (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()} {
		if f, err := p.CarriedFile(typed); err != nil || f.Path != path || f.Size != 6 {
			t.Errorf("%q: got %+v, %v", typed, f, err)
		}
	}
	for _, typed := range []string{"", dir, path + "x", "Дом у моря.porchlight", "https://example.invalid/x.porchlight", "\x00"} {
		if f, err := p.CarriedFile(typed); err == nil {
			t.Errorf("%q: got %+v", typed, f)
		}
	}
	if _, err := p.CarriedFile(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder: got %v", err)
	}
}
