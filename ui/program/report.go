package program

import (
	"bytes"
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

	"porchlight/checks/rounds"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
	"porchlight/ui/system"
)

// A reported is what is kept of the last report of a home. Two reports about one round tell the same.
type reported struct {
	Round  int64     `json:"round"`
	At     time.Time `json:"at"`               // when that round ended
	Before time.Time `json:"before"`           // when the round of the report before ended; zero for none
	Folder string    `json:"folder,omitempty"` // in which it is kept, if it was written by itself
}

// Names under which the last report of a home is kept: that of a person, and that which was written by itself.
func reportedSetting(home rounds.HomeID) string { return fmt.Sprintf("reported.%d", home) }
func keptSetting(home rounds.HomeID) string     { return fmt.Sprintf("kept.%d", home) }

// Facts gives what a report about the current home is made of: what is known since the last round that is over, and what
// changed since the last report, or since the round before if there was none. Without a round: ErrNoRound.
func (p *Program) Facts(ctx context.Context) (report.Facts, error) {
	s := p.feed.Latest()
	if s.Walking() {
		var err error
		if s, err = p.store.Latest(ctx, s.Home.ID); err != nil {
			return report.Facts{}, err
		}
	}
	if s.Round == 0 {
		return report.Facts{}, ErrNoRound
	}
	last, err := p.lastReport(ctx, reportedSetting(s.Home.ID))
	if err != nil {
		return report.Facts{}, err
	}
	return p.factsSince(ctx, s, last)
}

// factsSince gives what a report about a home is made of, if last was the last one.
func (p *Program) factsSince(ctx context.Context, s rounds.Snapshot, last reported) (report.Facts, error) {
	f := report.Facts{Snapshot: s, Words: p.words(), Version: p.Version, Now: time.Now(), Known: p.Firmware}
	f.Since, f.Reported = last.At, !last.At.IsZero()
	if last.Round == s.Round {
		f.Since, f.Reported = last.Before, !last.Before.IsZero()
	}
	if !f.Reported {
		var err error
		if f.Since, err = p.roundBefore(ctx, &s); err != nil {
			return f, err
		}
	}
	if f.Since.IsZero() {
		return f, nil
	}
	for c, err := range p.store.Changes(ctx, s.Home.ID) {
		if err != nil {
			return f, err
		}
		if !c.At.After(f.Since) {
			break
		}
		f.Changes = append(f.Changes, c)
	}
	return f, nil
}

// roundBefore gives when the round before the latest ended; zero if there was none.
func (p *Program) roundBefore(ctx context.Context, s *rounds.Snapshot) (time.Time, error) {
	for r, err := range p.store.Rounds(ctx, s.Home.ID) {
		if err != nil {
			return time.Time{}, err
		}
		if r.Round < s.Round {
			return r.Finished, nil
		}
	}
	return time.Time{}, nil
}

func (p *Program) lastReport(ctx context.Context, setting string) (reported, error) {
	var last reported
	err := p.readKept(ctx, setting, &last)
	return last, err
}

// Reported keeps that a report was made of these facts: the next one tells what changed since.
func (p *Program) Reported(ctx context.Context, f report.Facts) error {
	return p.noteReport(ctx, reportedSetting(f.Snapshot.Home.ID), f, "")
}

func (p *Program) noteReport(ctx context.Context, setting string, f report.Facts, folder string) error {
	s := &f.Snapshot
	last, err := p.lastReport(ctx, setting)
	if err != nil || last.Round == s.Round && last.Folder == folder {
		return err
	}
	return p.keep(ctx, setting, reported{Round: s.Round, At: s.Finished.UTC(), Before: last.At, Folder: folder})
}

// Paper gives the paper that the user has chosen, or that of the country.
func (p *Program) Paper(set rounds.Settings) paper.Size {
	switch set.Paper {
	case rounds.PaperA4:
		return paper.A4
	case rounds.PaperLetter:
		return paper.Letter
	}
	return paper.Usual(p.Languages...)
}

// PrintReport prints sheets of paper. false means that no printer took them, and that they are open in the program that
// shows such files.
func (p *Program) PrintReport(ctx context.Context, f report.Facts, o report.Order) (printed bool, err error) {
	o.Format = report.FormatPDF
	var pdf bytes.Buffer
	if err := o.Write(&pdf, f); err != nil {
		return false, err
	}
	if printed, err = system.Print(ctx, o.Name(f), pdf.Bytes()); err != nil {
		return false, err
	}
	p.toldReport(ctx, f, o)
	return printed, nil
}

// SaveReport writes a file into a folder and gives its path. What has that name already stays: then the new one has a number.
func (p *Program) SaveReport(ctx context.Context, f report.Facts, o report.Order, folder, name string) (string, error) {
	var b bytes.Buffer
	var path string
	err := o.Write(&b, f)
	if err == nil {
		err = within(ctx, keepTimeout, func() (err error) {
			path, err = saveNew(folder, report.FileName(name), o.Format, b.Bytes())
			return err
		})
	}
	if err != nil {
		return "", &NotSaved{folder, err}
	}
	p.toldReport(ctx, f, o)
	return path, nil
}

// saveNew writes a file into a folder, which is made if there is none, and gives its path.
func saveNew(folder, name, end string, data []byte) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	path, err := vacant(folder, name, end)
	if err != nil {
		return "", err
	}
	return path, system.Save(path, data)
}

// toldReport keeps that a report was made, if it tells what changed.
func (p *Program) toldReport(ctx context.Context, f report.Facts, o report.Order) {
	if !o.Tells() {
		return
	}
	if err := p.Reported(ctx, f); err != nil { // the next one tells more than it must
		p.Log.WarnContext(ctx, "report not noted", "err", err)
	}
}

// NotSaved says why a report is not in a folder.
type NotSaved struct {
	Folder string
	Err    error
}

// Error implements error.
func (n *NotSaved) Error() string { return fmt.Sprintf("save a report in %q: %v", n.Folder, n.Err) }

// Unwrap gives the reason.
func (n *NotSaved) Unwrap() error { return n.Err }

// maxSameName is how many files of one name are tried.
const maxSameName = 99

// vacant gives a path in a folder at which there is nothing.
func vacant(folder, name, end string) (string, error) {
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
	if runtime.GOOS == "windows" { // sticks, and folders of other computers
		for drive := 'D'; drive <= 'Z'; drive++ {
			list = append(list, string(drive)+`:\`)
		}
	}
	out := those(ctx, lookTimeout, list, isFolder)
	if len(out) == 0 {
		out = append(out, xdg.Home)
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
