package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/program"
)

// HistorySchema names the form of the JSON. Fields may be added within it, never renamed or removed.
const HistorySchema = "porchlight.history/1"

// pageSize is how many changes are read at once.
const pageSize = 500

type historyCmd struct {
	Device string `help:"Only what is about this device: its name or its address, from porchlight devices." placeholder:"DEVICE"`
	Since  string `help:"Only from this day on, such as 2026-11-25." placeholder:"DATE"`
	Most   int    `help:"At most so many, the newest; 0 for all." default:"50"`
	JSON   bool   `help:"Write JSON."`
	Demo   bool   `help:"Of the practice home."`
}

// Run writes what changed.
func (c *historyCmd) Run(r *run) error {
	var f rounds.Filter
	if c.Since != "" {
		day, err := time.ParseInLocation(time.DateOnly, c.Since, time.Local)
		if err != nil {
			return fmt.Errorf("%w: --since wants a day such as 2026-11-25, not %q", errUsage, c.Since)
		}
		f.Since = day
	}
	if c.Most < 0 {
		return fmt.Errorf("%w: --most wants a number, not %d", errUsage, c.Most)
	}
	defer r.close()
	s, err := r.show(c.Demo, program.Options{})
	if err != nil {
		return err
	}
	if c.Device != "" {
		d, err := r.program.Device(c.Device)
		if err != nil {
			return err
		}
		f.Device = d.ID
	}
	changes, err := r.changes(f, c.Most)
	if err != nil {
		return err
	}
	if c.JSON {
		return HistoryJSON(r.Out, s, changes, r.Version)
	}
	w := r.writer()
	w.History(s, changes)
	return w.Err()
}

// changes reads the newest changes, or all if most is 0.
func (r *run) changes(f rounds.Filter, most int) ([]rounds.Change, error) {
	var out []rounds.Change
	var from rounds.Mark
	for {
		n := pageSize
		if most > 0 {
			n = min(n, most-len(out))
		}
		page, err := r.program.Timeline(r.ctx, f, from, n)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Changes...)
		if from = page.Next; !page.More || most > 0 && len(out) >= most {
			return out, nil
		}
	}
}

// History writes what changed, one line each.
func (w *Writer) History(s rounds.Snapshot, changes []rounds.Change) {
	if len(changes) == 0 {
		w.line(w.Words.T("history.none", nil))
		return
	}
	t := tabwriter.NewWriter(w.W, 0, 0, 2, ' ', 0)
	for _, c := range changes {
		if w.err == nil {
			_, w.err = fmt.Fprintln(t, w.Words.Time(c.At)+"\t"+w.Change(s, c))
		}
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

// Change says one change in a sentence.
func (w *Writer) Change(s rounds.Snapshot, c rounds.Change) string {
	title := ""
	if f, ok := findingOf(s, c.Finding); ok {
		if title = w.title(s, f); c.What == rounds.FindingFixed {
			title = w.Words.Settled(&f, about(s, f))
		}
	}
	return w.Words.Change(c.What, w.deviceName(s, c.Device), title, c.Old, c.New)
}

func (w *Writer) deviceName(s rounds.Snapshot, id discovery.DeviceID) string {
	d, _ := s.Device(id)
	return w.Words.DeviceName(&d)
}

func findingOf(s rounds.Snapshot, id string) (checks.Finding, bool) {
	for _, f := range s.Findings {
		if f.ID == id {
			return f, true
		}
	}
	return checks.Finding{}, false
}

type historyJSON struct {
	Schema     string       `json:"schema"`
	Porchlight string       `json:"porchlight"`
	Home       string       `json:"home"`
	Changes    []changeJSON `json:"changes"` // newest first
}

type changeJSON struct {
	At         time.Time          `json:"at"`
	What       string             `json:"what"`
	Device     discovery.DeviceID `json:"device"`
	DeviceName string             `json:"device_name"` // as it is called now; "" if it is forgotten
	Finding    string             `json:"finding"`     // "" if it is about the device
	Kind       checks.Kind        `json:"kind"`        // of the finding
	Old        string             `json:"old"`
	New        string             `json:"new"`
}

// HistoryJSON writes what changed in a home in the documented schema.
func HistoryJSON(w io.Writer, s rounds.Snapshot, changes []rounds.Change, version string) error {
	out := historyJSON{Schema: HistorySchema, Porchlight: version, Home: s.Home.Name, Changes: []changeJSON{}}
	for _, c := range changes {
		d, _ := s.Device(c.Device)
		f, _ := findingOf(s, c.Finding)
		j := changeJSON{At: c.At, What: c.What, Device: c.Device, DeviceName: d.Name, Finding: c.Finding, Kind: f.Kind, Old: c.Old, New: c.New}
		if c.What == rounds.FindingAccepted {
			j.New = "" // why is nobody else's business
		}
		out.Changes = append(out.Changes, j)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
