// Knowledge compares what the maker files know of holes and of the end of support with the tables that it was
// taken from: the holes and the ended products that the maintainer gathers, and the list of known exploited
// vulnerabilities of CISA (https://www.cisa.gov/known-exploited-vulnerabilities-catalog, CC0). It writes a line for
// each difference, and nothing else: rows are written by hand, because models, revisions and versions are.
//
//	go run ./packaging/knowledge -vulns vulns.csv -eol eol.csv -kev known_exploited_vulnerabilities.json
package main

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

//go:embed leftout.csv
var leftOut string

func main() {
	var s sources
	flag.StringVar(&s.vulns, "vulns", "", "table of holes: cve, vendor, fix_verified_here")
	flag.StringVar(&s.eol, "eol", "", "table of ended products: vendor, model, confidence")
	flag.StringVar(&s.kev, "kev", "", "list of known exploited vulnerabilities, in JSON")
	flag.StringVar(&s.since, "since", makers.HolesUntil, "report entries of that list that were added after this day")
	flag.Parse()
	if err := run(os.Stdout, s); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "knowledge:", err)
		os.Exit(1)
	}
}

// sources are the files to compare with, and the day from which on news is reported.
type sources struct{ vulns, eol, kev, since string }

var errDiffers = errors.New("the maker files differ from their sources")

func run(w io.Writer, s sources) error {
	catalog, err := makers.All()
	if err != nil {
		return err
	}
	t := tables{catalog: catalog, holes: map[string][]*makers.Firmware{}, out: map[string]string{}, used: map[string]bool{}}
	if err := t.gather(); err != nil {
		return err
	}
	for _, step := range []struct {
		file string
		run  func(io.Reader) error
	}{
		{s.vulns, t.vulns},
		{s.eol, t.eol},
		{s.kev, func(r io.Reader) error { return t.kev(r, s.since) }},
	} {
		if err := t.open(step.file, step.run); err != nil {
			return err
		}
	}
	for key := range t.out {
		if !t.used[key] {
			t.say("%s is left out, and no source has it", key)
		}
	}
	slices.Sort(t.found)
	for _, line := range t.found {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	if len(t.found) > 0 {
		return fmt.Errorf("%d lines: %w", len(t.found), errDiffers)
	}
	return nil
}

// tables are what the maker files know, and what is different.
type tables struct {
	catalog *makers.Catalog
	holes   map[string][]*makers.Firmware // by CVE
	out     map[string]string             // what is left out on purpose -> why
	used    map[string]bool               // what of it a source has
	found   []string
}

func (t *tables) say(format string, args ...any) {
	t.found = append(t.found, fmt.Sprintf(format, args...))
}

// gather reads the maker files and the list of what is left out: what, and why. A reason that begins with "as" says
// how the maker files call it: a maker, and its models.
func (t *tables) gather() error {
	for i := range t.catalog.Makers {
		m := &t.catalog.Makers[i]
		for j := range m.Firmware {
			for cve := range m.Firmware[j].Holes {
				t.holes[cve] = append(t.holes[cve], &m.Firmware[j])
			}
		}
	}
	r := csv.NewReader(strings.NewReader(leftOut))
	r.FieldsPerRecord = 2
	rows, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("read what is left out: %w", err)
	}
	for _, row := range rows {
		t.out[row[0]] = row[1]
	}
	return nil
}

// leftOut says why something is left out on purpose; "" if it is not.
func (t *tables) leftOut(key string) string {
	t.used[key] = true
	return t.out[key]
}

func (t *tables) open(file string, read func(io.Reader) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := read(f); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

// table gives the rows of a table, by the names of its columns.
func table(r io.Reader, columns ...string) ([]map[string]string, error) {
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("no rows")
	}
	for _, c := range columns {
		if !slices.Contains(all[0], c) {
			return nil, fmt.Errorf("no column %q", c)
		}
	}
	out := make([]map[string]string, 0, len(all))
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out, nil
}

// vulns compares the holes. Only what was verified may be sure.
func (t *tables) vulns(r io.Reader) error {
	rows, err := table(r, "cve", "vendor", "fix_verified_here")
	if err != nil {
		return err
	}
	verified := map[string]bool{}
	for _, row := range rows {
		cve := row["cve"]
		verified[cve] = verified[cve] || strings.HasPrefix(row["fix_verified_here"], "yes")
		switch out := t.leftOut(cve) != ""; {
		case out && t.holes[cve] != nil:
			t.say("%s (%s) is left out, and there is a row", cve, row["vendor"])
		case !out && t.holes[cve] == nil:
			t.say("%s (%s) is missing", cve, row["vendor"])
		}
	}
	for cve, list := range t.holes {
		for _, f := range list {
			known, sure := false, false
			for other := range f.Holes {
				yes, ok := verified[other]
				known, sure = known || ok, sure || yes
			}
			if f.Sure && known && !sure {
				t.say("%s is sure, and nobody has verified it", cve)
			}
		}
	}
	return nil
}

// eol compares the ended products. What is only remembered may not be sure.
func (t *tables) eol(r io.Reader) error {
	rows, err := table(r, "vendor", "model", "confidence")
	if err != nil {
		return err
	}
	for _, row := range rows {
		for model := range strings.SplitSeq(row["model"], " / ") {
			name := row["vendor"] + " " + model
			vendor, models := t.catalog.Canonical(row["vendor"]), model
			why := t.leftOut(name)
			as, ok := strings.CutPrefix(why, "as ")
			if ok {
				vendor, models, _ = strings.Cut(as, "|")
			}
			for m := range strings.SplitSeq(models, ";") {
				switch found, sure := t.supported(vendor, m); {
				case why != "" && !ok && found:
					t.say("%s is left out, and there is a row", name)
				case (why == "" || ok) && !found:
					t.say("%s is missing (%s %s)", name, vendor, m)
				case sure && !ok && row["confidence"] == "C":
					t.say("%s is sure, and the source is not", name)
				}
			}
		}
	}
	return nil
}

// supported reports whether there is a row about the support of a model, and a sure one.
func (t *tables) supported(vendor, model string) (found, sure bool) {
	d := discovery.Device{Vendor: vendor, Model: model}
	if model == "" {
		d.Kind = discovery.KindNAS
	}
	t.catalog.SupportFor(t.catalog.HardwareOf(&d), func(s *makers.Support, fit makers.Fit) {
		found, sure = found || fit.Open == "", sure || s.Sure
	})
	return found, sure
}

// kev compares the days, and lists what is new.
func (t *tables) kev(r io.Reader, since string) error {
	var list struct {
		Released        string `json:"dateReleased"`
		Vulnerabilities []struct {
			CVE     string `json:"cveID"`
			Vendor  string `json:"vendorProject"`
			Product string `json:"product"`
			Added   string `json:"dateAdded"`
		} `json:"vulnerabilities"`
	}
	if err := json.NewDecoder(r).Decode(&list); err != nil {
		return err
	}
	if len(list.Vulnerabilities) == 0 {
		return errors.New("no entries")
	}
	ours := map[string]bool{}
	for _, m := range t.catalog.Makers {
		ours[m.Name] = true
	}
	days := map[string]string{}
	for _, v := range list.Vulnerabilities {
		days[v.CVE] = v.Added
		if v.Added > since && ours[t.catalog.Canonical(v.Vendor)] && t.holes[v.CVE] == nil && t.leftOut(v.CVE) == "" {
			t.say("%s is new: %s, %s, added on %s", v.CVE, v.Vendor, v.Product, v.Added)
		}
	}
	for cve, rows := range t.holes {
		for _, f := range rows {
			day := f.Holes[cve]
			switch {
			case len(day) == len(time.DateOnly) && day != days[cve] && day <= list.Released: // a copy may be older than a row
				t.say("%s is used since %s, and on the list since %q", cve, day, days[cve])
			case len(day) < len(time.DateOnly) && days[cve] != "":
				t.say("%s is on the list since %s", cve, days[cve])
			}
		}
	}
	return nil
}
