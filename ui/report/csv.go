package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

// CSV writes the devices as a table for spreadsheets, a line each, with what is to be done about it (RFC 4180). It begins with a mark
// that says UTF-8: without it, Excel takes other letters for rubbish.
func CSV(w io.Writer, f Facts) error {
	b := builder{Facts: f, device: map[discovery.DeviceID]*discovery.Device{}}
	b.Snapshot.Devices = slices.Clone(f.Snapshot.Devices)
	for i := range b.Snapshot.Devices {
		d := &b.Snapshot.Devices[i]
		b.device[d.ID] = d
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_, err := io.WriteString(w, "\ufeff")
	rows := b.rows()
	for i := 0; i < len(rows) && err == nil; i++ {
		for k := range rows[i] {
			rows[i][k] = harmless(rows[i][k])
		}
		err = out.Write(rows[i])
	}
	out.Flush()
	if err = cmp.Or(err, out.Error()); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// rows gives the table with its heading.
func (b *builder) rows() [][]string {
	head := []string{
		b.say("device.name"), b.say("device.kind"), b.say("device.vendor"), b.say("device.model"), b.say("device.room"), b.say("device.owner"),
		b.say("device.firmware"), b.say("report.csv.newest"), b.say("report.csv.support"), b.say("device.address"),
		b.say("device.first"), b.say("device.last"), b.say("device.work"), b.say("nav.todo"),
	}
	if b.MACs {
		head = append(head, b.say("device.mac"))
	}
	rows := [][]string{head}
	stands := b.Snapshot.Standings(b.Now)
	todo := b.titles()
	devices := slices.SortedStableFunc(slices.Values(b.Snapshot.Devices), func(a, c discovery.Device) int {
		return cmp.Or(cmp.Compare(lastIf(!a.Present), lastIf(!c.Present)), a.Addr().Compare(c.Addr()))
	})
	for i := range devices {
		d := &devices[i]
		k := b.known(*d)
		row := []string{
			b.Words.DeviceName(d), b.Words.Kind(d.Kind), discovery.Line(d.Vendor), discovery.Line(d.Model), d.Correction.Room, d.Correction.Owner,
			discovery.Line(d.Firmware), k.Newest, k.Ends, addresses(d), stamp(d.FirstSeen), stamp(d.LastSeen), b.say(stands[d.ID].State.Key()), strings.Join(todo[d.ID], "; "),
		}
		if b.MACs {
			row = append(row, d.MAC.String())
		} else {
			for k := range row {
				row[k] = hideMACs(row[k])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// titles gives what is to be done about each device.
func (b *builder) titles() map[discovery.DeviceID][]string {
	out := map[discovery.DeviceID][]string{}
	todo, _ := b.Snapshot.Todo(b.Now)
	for i := range todo {
		id := todo[i].About()
		out[id] = append(out[id], b.advice(&todo[i]).Title)
	}
	return out
}

func addresses(d *discovery.Device) string {
	var all []string
	for _, a := range d.Addrs {
		all = append(all, a.WithZone("").String())
	}
	return strings.Join(all, " ")
}

// stamp writes a moment in the form that spreadsheets sort right.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// harmless keeps a spreadsheet from taking a cell for a formula: by its first character, and, in countries where a semicolon parts
// cells, by the first one after that.
func harmless(cell string) string {
	var out strings.Builder
	first := true
	for _, r := range cell {
		if first && strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) {
			out.WriteByte('\'')
		}
		out.WriteRune(r)
		first = r == ';' || r == '\t' || (first && (r == ' ' || r == '"'))
	}
	return out.String()
}
