package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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
	File   string    `json:"file,omitempty"`   // its name there
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
	value, err := p.store.Setting(ctx, setting)
	if err == nil && value != "" {
		_ = json.Unmarshal([]byte(value), &last) // what nobody can read is no report
	}
	return last, err
}

// Reported keeps that a report was made of these facts: the next one tells what changed since.
func (p *Program) Reported(ctx context.Context, f report.Facts) error {
	return p.noteReport(ctx, reportedSetting(f.Snapshot.Home.ID), f, "", "")
}

func (p *Program) noteReport(ctx context.Context, setting string, f report.Facts, folder, file string) error {
	s := &f.Snapshot
	last, err := p.lastReport(ctx, setting)
	if err != nil || last.Round == s.Round && last.Folder == folder && last.File == file {
		return err
	}
	before := last.At
	if last.Round == s.Round {
		before = last.Before
	}
	value, err := json.Marshal(reported{Round: s.Round, At: s.Finished.UTC(), Before: before, Folder: folder, File: file})
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return p.store.SaveSetting(ctx, setting, string(value))
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
	err := o.Write(&b, f)
	if err == nil {
		err = os.MkdirAll(folder, 0o700)
	}
	if err != nil {
		return "", &NotSaved{folder, err}
	}
	path, err := vacant(folder, report.FileName(name), o.Format)
	if err == nil {
		err = system.Save(path, b.Bytes())
	}
	if err != nil {
		return "", &NotSaved{folder, err}
	}
	p.toldReport(ctx, f, o)
	return path, nil
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

// Folders lists where people keep what they save, the usual place first.
func (*Program) Folders() []string {
	var out []string
	for _, dir := range []string{xdg.UserDirs.Documents, xdg.UserDirs.Desktop, xdg.UserDirs.Download} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if runtime.GOOS == "windows" { // sticks, and folders of other computers
		for drive := 'D'; drive <= 'Z'; drive++ {
			if _, err := os.Stat(string(drive) + `:\`); err == nil {
				out = append(out, string(drive)+`:\`)
			}
		}
	}
	if len(out) == 0 {
		out = append(out, xdg.Home)
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
