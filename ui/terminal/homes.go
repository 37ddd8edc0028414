package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/ui/program"
)

type homesCmd struct {
	List   homesListCmd   `cmd:"" default:"1" help:"List the homes. This is what happens without another word."`
	Export homesExportCmd `cmd:"" help:"Write a home to a file that only a passphrase opens."`
	Import homesImportCmd `cmd:"" help:"Read such a file, and add to a home what it knows."`
	Rename homesRenameCmd `cmd:"" help:"Call a home by another name."`
}

type homesListCmd struct{}

// Run lists the homes.
func (homesListCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	return homesListCmd{}.list(r)
}

func (homesListCmd) list(r *run) error {
	homes, err := r.program.Homes(r.ctx)
	if err != nil {
		return err
	}
	w := r.writer()
	w.Homes(homes)
	return w.Err()
}

// Homes writes a table of the homes.
func (w *Writer) Homes(homes []rounds.HomeSummary) {
	if len(homes) == 0 {
		w.line(w.Words.T("homes.none", nil))
		return
	}
	t := tabwriter.NewWriter(w.W, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		if w.err == nil {
			_, w.err = fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), " \t"))
		}
	}
	row(w.Words.T("column.number", nil), w.Words.T("column.name", nil), w.Words.T("column.devices", nil), w.Words.T("column.todo", nil), w.Words.T("column.walked", nil), w.Words.T("column.wifi", nil))
	for _, h := range homes {
		walked := w.Words.T("homes.never", nil)
		if !h.Walked.IsZero() {
			walked = w.Words.Time(h.Walked)
		}
		var wifi []string
		for _, n := range h.Networks {
			if n.Name != "" {
				wifi = append(wifi, n.Name)
			}
		}
		row(strconv.FormatInt(int64(h.ID), 10), short(h.Name, column), strconv.Itoa(h.Devices), strconv.Itoa(h.Open), walked, short(strings.Join(wifi, ", "), column))
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

// Passphrase says where the passphrase of a file comes from.
type Passphrase struct {
	PassphraseFile string `help:"Read the passphrase from the first line of this file, or of standard input for -." placeholder:"FILE"`
}

// read gives the passphrase. A new one is asked for twice: who mistypes it would never see the home again.
func (p Passphrase) read(r *run, fresh bool) (string, error) {
	phrase, err := r.secret("passphrase", p.PassphraseFile, r.program.Words.T("homes.passphrase", nil)+" ")
	if err != nil || !fresh || p.PassphraseFile != "" {
		return phrase, err
	}
	again, err := r.secret("passphrase", "", r.program.Words.T("homes.passphrase-again", nil)+" ")
	if err == nil && again != phrase {
		err = errTwoPassphrases
	}
	return phrase, err
}

// errTwoPassphrases means that the passphrase was not the same the second time.
var errTwoPassphrases = errors.New("two passphrases")

type homesExportCmd struct {
	Passphrase `embed:""`

	File string `arg:"" help:"The file to write; it must not be there yet." type:"path"`
	Home string `help:"The name of the home, or its number. Without it, the one looked around last." placeholder:"NAME"`
}

// Help says what the file is.
func (homesExportCmd) Help() string {
	return "The file holds all that is known of the home, encrypted by age (age-encryption.org). Nobody can read it without the passphrase, and nobody can find that out for you. " +
		"What was said to the devices, and that factory passwords may be tried, is not in it."
}

// Run writes the file. Half a file is removed.
func (c *homesExportCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	home, err := r.program.Home(r.ctx, c.Home)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil {
		return r.say(fs.ErrExist)
	}
	phrase, err := c.read(r, true)
	if err != nil {
		return r.say(err)
	}
	if err := r.program.ExportFile(r.ctx, home.ID, phrase, c.File); err != nil {
		return r.say(err)
	}
	w := r.writer()
	w.paragraph("", w.Words.T("homes.exported", text.Args{"home": home.Name, "file": c.File}))
	return w.Err()
}

// say turns an error about files and passphrases into one that the user understands. Others it leaves.
func (r *run) say(err error) error {
	key := ""
	switch {
	case errors.Is(err, errTwoPassphrases):
		key = "homes.passphrase-differs"
	case errors.Is(err, fs.ErrExist):
		key = "homes.file-there"
	case errors.Is(err, fs.ErrNotExist):
		key = "homes.no-file"
	case errors.Is(err, fs.ErrPermission):
		key = "homes.no-permission"
	default:
		return err
	}
	_, _ = fmt.Fprintln(r.Err, r.program.Words.T(key, nil))
	r.status = ExitCannot
	return nil
}

type homesImportCmd struct {
	Passphrase `embed:""`

	File string `arg:"" help:"The file to read." type:"path"`
}

// Run reads the file, and says what was new in it.
func (c *homesImportCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return r.say(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	phrase, err := c.read(r, false)
	if err != nil {
		return r.say(err)
	}
	carried, err := r.program.ImportHome(r.ctx, f, phrase)
	if err != nil {
		return err
	}
	w := r.writer()
	w.paragraph("", w.Words.T("homes.imported", text.Args{
		"home": carried.Home.Name, "devices": w.Words.T("homes.devices", text.Args{"n": carried.Devices}),
		"changes": w.Words.T("homes.changes", text.Args{"n": carried.Changes}),
	}))
	if carried.New {
		w.paragraph("", w.Words.T("homes.imported-new", nil))
	}
	return w.Err()
}

type homesRenameCmd struct {
	Home string `arg:"" help:"Its name now, or its number."`
	Name string `arg:"" help:"Its new name."`
}

// Run renames a home.
func (c *homesRenameCmd) Run(r *run) error {
	if strings.TrimSpace(c.Home) == "" || strings.TrimSpace(c.Name) == "" {
		return fmt.Errorf("%w: a home needs a name", errUsage)
	}
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	home, err := r.program.Home(r.ctx, c.Home)
	if err != nil {
		return err
	}
	if err := r.program.RenameHome(r.ctx, home.ID, c.Name); err != nil {
		return err
	}
	return homesListCmd{}.list(r)
}
