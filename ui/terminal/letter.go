package terminal

import (
	"slices"
	"strings"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/ui/program"
)

type letterCmd struct {
	Finding string `arg:"" help:"Its name, from porchlight todo."`
	To      string `help:"To whom: the maker of the device, or your internet provider." enum:"maker,provider" default:"maker"`
	Demo    bool   `help:"Of the practice home."`
}

// Help says what is in it.
func (letterCmd) Help() string {
	return "Nothing is sent. The words have the model, its software and what was found, and nothing else about your home."
}

// Run writes the words.
func (c *letterCmd) Run(r *run) error {
	defer r.close()
	s, err := r.show(c.Demo, program.Options{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Findings, func(f checks.Finding) bool { return f.ID == c.Finding })
	if i < 0 {
		return rounds.ErrNoSuchFinding
	}
	w, f := r.writer(), s.Findings[i]
	l, ok := w.Words.ToMaker(&f, about(s, f))
	if c.To == "provider" {
		l, ok = w.Words.ToProvider(&f, text.At(&f, s.Devices))
	}
	if !ok {
		return program.ErrNoLetter
	}
	w.Letter(l)
	return w.Err()
}

// Letter writes a letter as it can be copied.
func (w *Writer) Letter(l text.Letter) {
	switch {
	case l.Mail != "":
		w.line(w.Words.T("letter.to", text.Args{"mail": l.Mail}))
	case l.Page != "":
		w.line(w.Words.T("letter.page", text.Args{"page": l.Page}))
	}
	w.line(w.Words.T("letter.subject", text.Args{"subject": l.Subject}))
	w.line("")
	for line := range strings.SplitSeq(l.Body, "\n") {
		w.line(line)
	}
}

// help writes where help is: the pages of the maker, and the words for the maker and for the internet provider. id names
// the finding for a command.
func (w *Writer) help(indent string, s rounds.Snapshot, f checks.Finding, id string) {
	dev := about(s, f)
	m := w.Words.Maker(dev)
	if m.Updates != "" {
		w.line(indent + w.Words.T("todo.updates", text.Args{"maker": m.Name, "page": m.Updates}))
	}
	if m.Security != "" {
		w.line(indent + w.Words.T("todo.security", text.Args{"maker": m.Name, "page": m.Security}))
	}
	if _, ok := w.Words.ToMaker(&f, dev); ok {
		w.line(indent + w.Words.T("todo.maker", text.Args{"id": id}))
	}
	if _, ok := w.Words.ToProvider(&f, text.At(&f, s.Devices)); ok {
		w.line(indent + w.Words.T("todo.provider", text.Args{"id": id}))
	}
}
