// Package terminal writes what Porchlight knows as plain text and as JSON, for people who
// work in a terminal, for screen readers and for other programs.
package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

const (
	topJobs = 3  // how many things to do are told at once; the rest is counted
	width   = 78 // of a paragraph
	column  = 34 // of one column of the table
)

// A Writer writes in one language. The first error of the writer below it ends it.
type Writer struct {
	W     io.Writer
	Words *text.Catalog
	err   error
}

// Err is the first error that happened while writing.
func (w *Writer) Err() error { return w.err }

func (w *Writer) line(s string) {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.W, s)
	}
}

// Devices writes a table of the devices.
func (w *Writer) Devices(s rounds.Snapshot) {
	if w.err != nil {
		return
	}
	t := tabwriter.NewWriter(w.W, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i, c := range cells {
			cells[i] = short(c, column)
		}
		if w.err == nil {
			_, w.err = fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), " \t"))
		}
	}
	row(w.Words.T("column.name", nil), w.Words.T("column.what", nil), w.Words.T("column.maker", nil),
		w.Words.T("column.firmware", nil), w.Words.T("column.address", nil), w.Words.T("column.state", nil))
	for _, d := range byAddress(s.Devices) {
		address := ""
		if d.Addr().IsValid() {
			address = d.Addr().String()
		}
		row(w.Words.DeviceName(&d), w.Words.Kind(d.Kind), text.Product(&d), d.Firmware, address, w.state(s, d))
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

// byAddress sorts the devices, those that are away last.
func byAddress(devices []discovery.Device) []discovery.Device {
	return slices.SortedStableFunc(slices.Values(devices), func(a, b discovery.Device) int {
		if a.Present != b.Present {
			if a.Present {
				return -1
			}
			return 1
		}
		return a.Addr().Compare(b.Addr())
	})
}

// state says the worst about a device in a word; blank if nothing was checked.
func (w *Writer) state(s rounds.Snapshot, d discovery.Device) string {
	if !d.Present {
		return w.Words.T("state.away", text.Args{"date": w.Words.Date(d.LastSeen)})
	}
	for _, f := range s.Open() { // the worst first
		if f.About() == d.ID {
			return w.Words.T("severity."+f.Severity.String(), nil)
		}
	}
	state := ""
	for _, o := range s.Outcomes {
		switch {
		case o.Device == d.ID && o.Result == checks.Unknown:
			return w.Words.T("severity.unchecked", nil)
		case o.Device == d.ID && o.Result == checks.Clear:
			state = w.Words.T("state.nothing", nil)
		}
	}
	return state
}

// Todo writes what to do, the most urgent first. most limits how many things are told in
// full; 0 tells all.
func (w *Writer) Todo(s rounds.Snapshot, most int) {
	open := s.Open()
	w.line(w.verdict(s, open))
	for i, f := range open {
		if most > 0 && i == most {
			w.line("")
			w.line(w.Words.T("todo.more", text.Args{"n": len(open) - most}))
			break
		}
		w.card(s, i+1, f)
	}
	if un := s.Unchecked(); len(un) > 0 {
		w.line("")
		w.line(w.Words.T("severity.unchecked", nil) + ":")
		for _, o := range un {
			d, _ := s.Device(o.Device)
			w.line("  " + w.Words.DeviceName(&d) + ", " + w.Words.T("check."+string(o.Check), nil) + ": " + w.Words.T("reason."+o.Reason, nil))
		}
	}
}

// verdict is the one sentence that matters.
func (w *Writer) verdict(s rounds.Snapshot, open []checks.Finding) string {
	switch n := present(s); {
	case len(open) > 0:
	case n == 0:
		return w.Words.T("verdict.none", nil)
	case s.AllGood():
		return w.Words.T("verdict.allgood", text.Args{"n": n})
	default:
		return w.Words.T("verdict.partly", text.Args{"n": n})
	}
	today := 0
	for _, f := range open {
		if f.Severity == checks.Today {
			today++
		}
	}
	sentence := w.Words.T("findings.count", text.Args{"n": len(open)})
	if today > 0 {
		sentence += ", " + w.Words.T("findings.today", text.Args{"n": today})
	}
	return sentence + "."
}

// about finds the device that a finding is about; nil if it is not known.
func about(s rounds.Snapshot, f checks.Finding) *discovery.Device {
	if d, ok := s.Device(f.About()); ok {
		return &d
	}
	return nil
}

func present(s rounds.Snapshot) int {
	n := 0
	for _, d := range s.Devices {
		if d.Present {
			n++
		}
	}
	return n
}

func (w *Writer) card(s rounds.Snapshot, n int, f checks.Finding) {
	a := w.Words.Finding(&f, about(s, f))
	w.line("")
	w.line(fmt.Sprintf("%d. %s: %s", n, w.Words.T("severity."+f.Severity.String(), nil), a.Title))
	w.paragraph("   ", w.Words.T("sure."+string(f.Confidence), nil)+" "+a.Meaning)
	if a.Who != "" {
		w.paragraph("   ", a.Who+" ("+a.Source+")")
	}
	for i, step := range a.Steps {
		w.paragraph("      ", fmt.Sprintf("%d) %s", i+1, step))
	}
	w.paragraph("   ", strings.TrimSpace(a.Time+" "+a.Pause))
	w.paragraph("   ", a.Cannot)
	w.line("   " + w.Words.T("todo.again", text.Args{"id": f.ID}))
}

// Round writes a whole round: devices, things to do, and what was sent.
func (w *Writer) Round(s rounds.Snapshot) {
	if s.Home.Practice {
		w.line(w.Words.T("practice.banner", nil))
		w.line("")
	}
	w.Devices(s)
	w.line("")
	w.Todo(s, topJobs)
	w.line("")
	w.line(w.Words.T("ledger.sum", text.Args{
		"n": present(s), "seconds": int(s.Finished.Sub(s.Started).Round(time.Second) / time.Second),
		"connections": s.Traffic.Connections, "packets": s.Traffic.Packets, "kilobytes": (s.Traffic.BytesSent + 512) / 1024,
	}))
	for _, t := range s.Troubles {
		w.line(w.Words.T("trouble.source", text.Args{"source": t.Source}))
	}
	if !s.Complete {
		w.line(w.Words.T("round.stopped", nil))
	}
}

// paragraph writes words folded at width, each line behind indent.
func (w *Writer) paragraph(indent, s string) {
	var line strings.Builder
	for word := range strings.FieldsSeq(s) {
		if line.Len() > 0 && utf8.RuneCountInString(indent)+utf8.RuneCountInString(line.String())+1+utf8.RuneCountInString(word) > width {
			w.line(indent + line.String())
			line.Reset()
			indent = strings.Repeat(" ", len(indent))
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(word)
	}
	if line.Len() > 0 {
		w.line(indent + line.String())
	}
}

// short cuts a cell to n characters.
func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " ") + "…"
}
