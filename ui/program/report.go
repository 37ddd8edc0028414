package program

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

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
	err := p.readKept(ctx, setting, &last)
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
	return p.keep(ctx, setting, reported{Round: s.Round, At: s.Finished.UTC(), Before: before, Folder: folder, File: file})
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
