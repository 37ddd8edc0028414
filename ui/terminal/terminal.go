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
	"porchlight/ui/report"
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
	Now   time.Time // what is for later depends on it
	// Proofs gives the looks at one finding, newest first; nil leaves them away.
	Proofs func(finding string) []rounds.Proof
	err    error
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
	rooms := slices.ContainsFunc(s.Devices, func(d discovery.Device) bool { return d.Correction.Room != "" })
	cells := func(name, room string, rest ...string) {
		if rooms { // only who says rooms needs the column
			rest = append([]string{room}, rest...)
		}
		row(append([]string{name}, rest...)...)
	}
	stands := s.Standings(w.Now)
	cells(w.Words.T("column.name", nil), w.Words.T("column.room", nil), w.Words.T("column.what", nil), w.Words.T("column.maker", nil),
		w.Words.T("column.firmware", nil), w.Words.T("column.address", nil), w.Words.T("column.state", nil))
	for _, d := range byAddress(s.Devices) {
		address := ""
		if d.Addr().IsValid() {
			address = d.Addr().String()
		}
		cells(w.Words.DeviceName(&d), d.Correction.Room, w.Words.Kind(d.Kind), text.Product(&d), d.Firmware, address, w.state(stands[d.ID], d))
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

// Device writes what is known of one device, and why it is believed.
func (w *Writer) Device(d discovery.Device) {
	if w.err != nil {
		return
	}
	t := tabwriter.NewWriter(w.W, 0, 0, 2, ' ', 0)
	for _, f := range []struct{ field, value string }{
		{"name", w.Words.DeviceName(&d)},
		{"kind", w.Words.Kind(d.Kind)},
		{"vendor", discovery.Line(d.Vendor)},
		{"model", discovery.Line(d.Model)},
		{"firmware", discovery.Line(d.Firmware)},
		{"password", w.Words.Sticker(&d)},
		{"room", d.Correction.Room},
		{"owner", d.Correction.Owner},
		{"notes", strings.ReplaceAll(d.Correction.Notes, "\n", " / ")},
	} {
		if f.value == "" || w.err != nil {
			continue
		}
		why := ""
		if i := slices.IndexFunc(d.Evidence, func(e discovery.Evidence) bool { return e.Field == f.field }); i >= 0 {
			why = w.Words.T("evidence."+string(d.Evidence[i].Strength), nil)
		}
		_, w.err = fmt.Fprintln(t, strings.TrimRight(w.Words.T("device."+f.field, nil)+":\t"+f.value+"\t"+why, " \t"))
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

// state says how a device stands, and what is told beside it.
func (w *Writer) state(st rounds.Standing, d discovery.Device) string {
	if st.State == rounds.StateOffline {
		return w.Words.T("state.away", text.Args{"date": w.Words.Date(d.LastSeen)})
	}
	said := []string{w.Words.T(st.State.Key(), nil)}
	if st.Away {
		said = append(said, w.Words.T(rounds.StateOffline.Key(), nil))
	}
	if st.New {
		said = append(said, w.Words.T("devices.new", nil))
	} else if n := st.Aside(); n > 0 {
		said = append(said, w.Words.T("state.know", text.Args{"count": n}))
	}
	return strings.Join(said, " · ")
}

// Todo writes what to do, the most urgent first. most limits how many things are told in
// full; 0 tells all. all tells also in full what is only good to know.
func (w *Writer) Todo(s rounds.Snapshot, most int, all bool) {
	todo, _ := s.Todo(w.Now)
	w.line(report.Verdict(w.Words, &s, w.Now))
	for i, f := range todo {
		if most > 0 && i == most {
			w.line("")
			w.line(w.Words.T("todo.more", text.Args{"n": len(todo) - most}))
			break
		}
		w.card(s, i+1, f)
	}
	w.gaps(s)
	if all {
		for i, f := range s.Know(w.Now) {
			w.card(s, len(todo)+i+1, f)
		}
	} else {
		w.know(s, most)
	}
	w.later(s)
}

// gaps writes what could not be checked, and what a person can do about it.
func (w *Writer) gaps(s rounds.Snapshot) {
	gaps := s.Gaps()
	if len(gaps) == 0 {
		return
	}
	w.line("")
	w.line(w.Words.T("severity.unchecked", nil) + ":")
	for _, g := range gaps {
		why := w.Words.Reason(g.Reason)
		w.paragraph("  ", why.Why+" "+why.Do)
		for _, o := range g.Outcomes {
			d, _ := s.Device(o.Device)
			w.line("    " + w.Words.DeviceName(&d) + ": " + w.Words.T("check."+string(o.Check), nil))
		}
	}
}

// know writes what is only good to know, a line each, most of them unless that is 0.
func (w *Writer) know(s rounds.Snapshot, most int) {
	know := s.Know(w.Now)
	if len(know) == 0 {
		return
	}
	w.line("")
	w.line(w.Words.T("severity.info", nil) + ":")
	for i, f := range know {
		if most > 0 && i == most {
			w.line("  " + w.Words.T("todo.know.more", text.Args{"count": len(know) - most}))
			break
		}
		w.line("  " + w.title(s, f))
	}
	demo := ""
	if s.Home.Practice {
		demo = " --demo"
	}
	w.line("  " + w.Words.T("todo.know", text.Args{"demo": demo}))
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
	id := f.ID
	if s.Home.Practice {
		id += " --demo"
	}
	words := *w.Words
	words.Again = "porchlight check-again " + id
	a := words.Finding(&f, about(s, f), text.At(&f, s.Devices))
	w.line("")
	w.line(fmt.Sprintf("%d. %s: %s", n, w.Words.T("severity."+f.Severity.String(), nil), a.Title))
	w.paragraph("   ", w.life(f))
	w.paragraph("   ", a.Sure+" "+strings.TrimSpace(a.Urgency+" "+a.Meaning))
	if a.Who != "" {
		w.paragraph("   ", a.Who+" ("+a.Source+")")
	}
	for i, step := range a.Steps {
		w.paragraph("      ", fmt.Sprintf("%d) %s", i+1, step))
	}
	w.paragraph("   ", strings.TrimSpace(a.Time+" "+a.Pause))
	w.paragraph("   ", a.Cannot)
	w.help("   ", s, f, id)
	w.looked("   ", f)
	if !slices.ContainsFunc(a.Steps, func(step string) bool { return strings.Contains(step, words.Again) }) {
		w.line("   " + w.Words.T("todo.again", text.Args{"id": id}))
	}
	w.line("   " + w.Words.T("todo.remind", text.Args{"id": id}))
}

// life says what became of a finding since it was first seen; "" for nothing.
func (w *Writer) life(f checks.Finding) string {
	var said []string
	if !f.CameBack.IsZero() {
		said = append(said, w.Words.T("todo.back", text.Args{"date": w.Words.Date(f.CameBack)}))
	}
	if f.Due(w.Now) {
		said = append(said, w.Words.T("remind.due", nil))
	}
	if n := f.Waits(w.Now); n > 0 {
		said = append(said, w.Words.T("todo.waits", text.Args{"n": n}))
	}
	return strings.Join(said, " ")
}

// maxProofs is how many looks at one finding are told.
const maxProofs = 5

// looked writes the earlier looks at a finding: before and after.
func (w *Writer) looked(indent string, f checks.Finding) {
	if w.Proofs == nil {
		return
	}
	proofs := w.Proofs(f.ID)
	if len(proofs) == 0 {
		return
	}
	w.line(indent + w.Words.T("proof.title", nil) + ":")
	for _, p := range proofs[:min(maxProofs, len(proofs))] {
		w.line(indent + "  " + w.Words.T("proof.line", text.Args{"time": w.Words.Time(p.At), "what": w.Words.Proof(f.Kind, p.Before, p.After)}))
	}
}

// later writes what the user wants to be reminded of on a day to come.
func (w *Writer) later(s rounds.Snapshot) {
	_, later := s.Todo(w.Now)
	if len(later) == 0 {
		return
	}
	w.line("")
	w.line(w.Words.T("state.later", nil) + ":")
	for _, f := range later {
		w.line("  " + w.Words.T("remind.until", text.Args{"date": w.Words.Date(f.Remind)}) + ": " + w.title(s, f))
		w.line("    " + w.Words.T("todo.later", text.Args{"id": f.ID}))
	}
}

// maxFixed is how many findings that were fixed are told.
const maxFixed = 5

// Fixed writes what was fixed, the latest first.
func (w *Writer) Fixed(s rounds.Snapshot) {
	fixed := slices.DeleteFunc(slices.Clone(s.Findings), func(f checks.Finding) bool { return f.Fixed.IsZero() })
	slices.SortStableFunc(fixed, func(a, b checks.Finding) int { return b.Fixed.Compare(a.Fixed) })
	if len(fixed) == 0 {
		return
	}
	w.line("")
	w.line(w.Words.T("state.fixed", nil) + ":")
	for _, f := range fixed[:min(maxFixed, len(fixed))] {
		w.paragraph("  ", w.fixed(s, f))
		w.looked("    ", f)
	}
}

// Again writes what one look at a finding saw, and those before it.
func (w *Writer) Again(s rounds.Snapshot, f checks.Finding) {
	if f.Fixed.IsZero() {
		w.line(w.Words.T("cli.still", text.Args{"title": w.title(s, f)}))
		if !f.CameBack.IsZero() {
			w.line(w.Words.T("todo.back", text.Args{"date": w.Words.Date(f.CameBack)}))
		}
	} else {
		w.line(w.fixed(s, f))
	}
	w.looked("", f)
}

// fixed says when something was fixed.
func (w *Writer) fixed(s rounds.Snapshot, f checks.Finding) string {
	return w.Words.T("cli.fixed", text.Args{"date": w.Words.Date(f.Fixed), "title": w.Words.Settled(&f, about(s, f))})
}

// title says what was found in one sentence.
func (w *Writer) title(s rounds.Snapshot, f checks.Finding) string {
	return w.Words.Finding(&f, about(s, f), text.At(&f, s.Devices)).Title
}

// Round writes a whole round: devices, things to do, and what was sent.
func (w *Writer) Round(s rounds.Snapshot) {
	if s.Home.Practice {
		w.line(w.Words.T("practice.banner", nil))
		w.line("")
	}
	w.Devices(s)
	w.line("")
	w.Todo(s, topJobs, false)
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
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\n' }) {
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
