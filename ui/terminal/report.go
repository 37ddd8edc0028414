package terminal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"porchlight/assets/text"
	"porchlight/ui/program"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
	"porchlight/ui/system"
)

type reportCmd struct {
	Format string `help:"pdf, html, csv or json. Without it, the name of the file says so." enum:"pdf,html,csv,json," default:"" placeholder:"FORMAT"`
	Fridge bool   `help:"Only the sheet for the fridge: the first three things to do, in large print."`
	Paper  string `help:"a4 or letter. Without it, as is usual in your country." enum:"a4,letter," default:"" placeholder:"PAPER"`
	MAC    bool   `name:"mac" help:"Show whole hardware addresses."`
	Output string `short:"o" required:"" help:"Write to this file, or to standard output for -." placeholder:"FILE"`
	Demo   bool   `help:"Of the practice home. It is looked around first, if that was never done."`
}

// formats are the ends of file names that say what is meant.
var formats = []string{report.FormatPDF, report.FormatHTML, report.FormatCSV, report.FormatJSON}

// Help says what is in a report.
func (reportCmd) Help() string {
	return "The household report is about the last look around: what to do, all devices, what changed, and what could not be checked. " +
		"It holds no passwords. csv and json hold the devices for other programs. " +
		"The window prints too, and its settings (Your data) let Porchlight keep a report in a folder after each look around in the background."
}

// Run writes a report of the home that was walked last.
func (c *reportCmd) Run(r *run) error {
	if err := c.settle(); err != nil {
		return err
	}
	defer r.close()
	s, err := r.show(c.Demo, program.Options{})
	if err != nil {
		return err
	}
	if s.Round == 0 {
		if !c.Demo {
			return program.ErrNoRound
		}
		_, _ = fmt.Fprintln(r.Err, r.program.Words.T("cli.looking", nil))
		if err := r.program.Walk(r.ctx); err != nil {
			return err
		}
	}
	facts, err := r.program.Facts(r.ctx)
	if err != nil {
		return err
	}
	facts.MACs = c.MAC
	order := report.Order{Format: c.Format, Fridge: c.Fridge, Paper: c.size(r)}
	if err := output(r.Out, c.Output, func(w io.Writer) error { return order.Write(w, facts) }); err != nil {
		_, _ = fmt.Fprintln(r.Err, r.program.Words.T("report.failed", text.Args{"file": c.Output}))
		if r.commands.Verbose {
			_, _ = fmt.Fprintf(r.Err, "(%v)\n", err)
		}
		r.status = ExitCannot
		return nil
	}
	if !order.Tells() {
		return nil
	}
	return r.program.Reported(r.ctx, facts)
}

// settle completes what was said by the name of the file.
func (c *reportCmd) settle() error {
	if c.Format == "" {
		c.Format = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.Output)), ".")
		if c.Format == "htm" {
			c.Format = "html"
		}
	}
	switch {
	case !slices.Contains(formats, c.Format):
		return fmt.Errorf("%w: say what to write with --format, which wants one of %s", errUsage, strings.Join(formats, ", "))
	case c.Fridge && (c.Format == "csv" || c.Format == "json"):
		return fmt.Errorf("%w: the sheet for the fridge is pdf or html, not %s", errUsage, c.Format)
	}
	return nil
}

// size gives the paper.
func (c *reportCmd) size(r *run) paper.Size {
	switch c.Paper {
	case "a4":
		return paper.A4
	case "letter":
		return paper.Letter
	}
	return paper.Usual(r.system...)
}

// output writes a file whole or not at all. What is no ordinary file, such as a pipe, is written to as it is.
func output(out io.Writer, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if name == "-" {
		_, err := out.Write(b.Bytes())
		return err
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, b.Bytes(), 0o600)
	}
	return system.Save(name, b.Bytes())
}
