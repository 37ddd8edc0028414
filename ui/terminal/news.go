package terminal

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"porchlight/assets/text"
	"porchlight/checks/news"
	"porchlight/ui/program"
)

// sourcesOf reads a list of sources of news, where one word stands for all and one for none.
func sourcesOf(option string, said []string) ([]string, error) {
	names := program.NewsNames()
	out := []string{} // not nil: something was said
	for _, s := range said {
		switch {
		case s == "all" && len(said) == 1:
			return names, nil
		case s == "none" && len(said) == 1:
		case slices.Contains(names, s):
			out = append(out, s)
		default:
			return nil, fmt.Errorf("%w: %s wants all, none, or some of %s, not %q", errUsage, option, strings.Join(names, ","), strings.Join(said, ","))
		}
	}
	return out, nil
}

type newsCmd struct {
	On   []string `help:"Switch these on, for all rounds to come." placeholder:"NAME"`
	Off  []string `help:"Switch these off." placeholder:"NAME"`
	Load string   `help:"Load a file with newer knowledge that the makers of Porchlight signed." placeholder:"FILE" type:"path"`
	From *string  `help:"Ask this address for such a file, too. None is built in. An empty one is forgotten." placeholder:"URL"`
}

// Help says what being asked means.
func (newsCmd) Help() string {
	return "All are off until you switch them on. Each is asked at most once a day, during a round, and only if a product of that maker is in your home. " +
		"--on=all and --off=all mean every one. Those named nvd and cve are asked about holes that kev names for a device of yours. " +
		"The one named signed is the address that you gave with --from."
}

// Run switches, and lists all sources. Nobody is asked.
func (c *newsCmd) Run(r *run) error {
	on, err := sourcesOf("--on", c.On)
	if err != nil {
		return err
	}
	off, err := sourcesOf("--off", c.Off)
	if err != nil {
		return err
	}
	for _, name := range on {
		if slices.Contains(off, name) {
			return fmt.Errorf("%w: %s cannot be switched on and off", errUsage, name)
		}
	}
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	if c.From != nil {
		if err := r.program.NewsFrom(r.ctx, *c.From); err != nil {
			return err
		}
	}
	if len(on)+len(off) > 0 {
		if err := r.program.SwitchNews(r.ctx, on, off); err != nil {
			return err
		}
	}
	if c.Load != "" {
		if err := r.program.LoadNews(r.ctx, c.Load); err != nil {
			return err
		}
	}
	sources, err := r.program.News(r.ctx)
	if err != nil {
		return err
	}
	signed, err := r.program.SignedNews(r.ctx)
	if err != nil {
		return err
	}
	w := r.writer()
	w.News(sources)
	w.SilentNews(program.Silent(w.Words, sources, w.Now))
	w.NVD(sources)
	if a := signed.Answer(); !a.Dated.IsZero() {
		w.line("")
		w.paragraph("", w.Words.T("news.signed", text.Args{"date": w.Words.Date(a.Dated), "version": a.Version}))
	}
	if n, ok := r.program.Newer(); ok {
		w.line("")
		w.paragraph("", w.Words.T("about.newer", text.Args{"version": n.Version})+" "+n.Page)
	}
	return w.Err()
}

// NVD writes the notice that the NVD wants where it is asked.
func (w *Writer) NVD(sources []program.NewsSource) {
	if slices.ContainsFunc(sources, func(s program.NewsSource) bool { return s.Name == news.NVD && (s.On || s.State.Known() > 0) }) {
		w.line("")
		w.paragraph("", w.Words.T("news.nvd", nil))
	}
}

// News writes a table of the sources of news.
func (w *Writer) News(sources []program.NewsSource) {
	w.paragraph("", w.Words.T("news.title", nil))
	w.line("")
	t := tabwriter.NewWriter(w.W, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		if w.err == nil {
			_, w.err = fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), " \t"))
		}
	}
	row(w.Words.T("column.source", nil), w.Words.T("column.state", nil), w.Words.T("column.host", nil), w.Words.T("column.asked", nil), w.Words.T("column.known", nil))
	for _, s := range sources {
		state, asked, known := "news.off", w.Words.T("news.never", nil), ""
		if s.On {
			state = "news.on"
		}
		if !s.State.Asked.IsZero() {
			asked = w.Words.Time(s.State.Asked)
		}
		if at := s.State.Answered(); !at.IsZero() {
			known = w.Words.T("news.known", text.Args{"n": s.State.Known(), "age": w.age(at)})
		}
		row(s.Name, w.Words.T(state, nil), s.Host, asked, known)
	}
	if err := t.Flush(); w.err == nil {
		w.err = err
	}
}

// SilentNews writes which sources gave nothing the last time, why, since when, and how old is what is known of them.
func (w *Writer) SilentNews(silent []string) {
	for _, said := range silent {
		w.line("")
		w.paragraph("", said)
	}
}

// age says how long ago something was.
func (w *Writer) age(at time.Time) string {
	return w.Words.T("news.age", text.Args{"n": program.DaysSince(at, w.Now)})
}
