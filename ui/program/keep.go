package program

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/report"
	"porchlight/ui/system"
)

// keepTimeout is how long a folder may take to take a report: it may lie on a computer that is gone.
const keepTimeout = 20 * time.Second

// errSlow means that a folder did not answer in time, and errNotKept that no report could be kept in the background.
var (
	errSlow    = errors.New("the folder does not answer")
	errNotKept = errors.New("no report could be kept")
)

// notKeptSetting is the name under which it is kept that reports in the background fail.
const notKeptSetting = "reports.failed"

// A notKept says in which folder no report could be kept, and whether a window has said so.
type notKept struct {
	Folder string `json:"folder"`
	Said   bool   `json:"said,omitempty"`
}

// KeepReport writes the household report into the folder that the user has chosen, after a round in the background, if something
// changed since the last one that is there. It is one file for each day, and none is ever deleted: what somebody else has put there
// stays. What goes wrong breaks nothing: the next window says it, see Untold.
func (p *Program) KeepReport(ctx context.Context) {
	folder := p.set(ctx).Reports
	s := p.feed.Latest()
	if folder == "" || s.Round == 0 || s.Walking() || !s.Complete || s.Home.Practice {
		return
	}
	err := p.keepReport(ctx, folder, s)
	if err != nil {
		p.Log.WarnContext(ctx, "report not kept", "err", err)
	}
	if ctx.Err() == nil {
		p.noteKept(ctx, folder, err)
	}
}

func (p *Program) keepReport(ctx context.Context, folder string, s rounds.Snapshot) error {
	setting := keptSetting(s.Home.ID)
	last, err := p.lastReport(ctx, setting)
	if err != nil {
		return err
	}
	f, err := p.factsSince(ctx, s, last)
	if err != nil {
		return err
	}
	if len(f.Changes) == 0 && last.Folder == folder {
		return nil
	}
	o := report.Order{Format: report.FormatPDF, Paper: p.Paper(p.set(ctx))}
	var pdf bytes.Buffer
	if err := o.Write(&pdf, f); err != nil {
		return err
	}
	name, ours := o.Name(f), ""
	if last.Folder == folder && strings.HasPrefix(last.File, name) { // which ends with the day
		ours = last.File
	}
	err = within(ctx, keepTimeout, func() (err error) {
		ours, err = keepIn(folder, name, ours, pdf.Bytes())
		return err
	})
	if err != nil {
		return err
	}
	return p.noteReport(ctx, setting, f, folder, ours)
}

// keepIn puts a report into a folder, in the place of ours, and gives the name of its file. "" is none of ours: then it takes
// nobody's place.
func keepIn(folder, name, ours string, data []byte) (file string, err error) {
	// Only the last part of a folder is made: where a stick is not plugged in, nothing takes its place.
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	path := filepath.Join(folder, ours)
	if ours == "" {
		if path, err = vacant(folder, name, report.FormatPDF); err != nil {
			return "", err
		}
	}
	return filepath.Base(path), system.Save(path, data)
}

// within runs what may hang, and waits for it no longer than that.
func within(ctx context.Context, d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }() // nothing ends what waits for a disk; the process does
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errSlow
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noteKept keeps whether a report could be kept. It is said once until it goes well again, or in another folder.
func (p *Program) noteKept(ctx context.Context, folder string, failed error) {
	was, err := p.notKept(ctx)
	var now notKept
	switch {
	case err != nil || failed == nil && was.Folder == "" || failed != nil && was.Folder == folder:
		return
	case failed != nil:
		now.Folder = folder
	}
	if err := p.keep(ctx, notKeptSetting, now); err != nil {
		p.Log.WarnContext(ctx, "trouble not noted", "err", err)
	}
}

func (p *Program) notKept(ctx context.Context) (notKept, error) {
	var n notKept
	err := p.readKept(ctx, notKeptSetting, &n)
	return n, err
}

// Untold gives what went wrong in the background and no window has said yet, once; nil for nothing.
func (p *Program) Untold(ctx context.Context) error {
	n, err := p.notKept(ctx)
	if err != nil || n.Folder == "" || n.Said || n.Folder != p.set(ctx).Reports {
		return err
	}
	n.Said = true
	if err := p.keep(ctx, notKeptSetting, n); err != nil {
		return err
	}
	return &NotSaved{n.Folder, errNotKept}
}
