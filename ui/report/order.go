package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"porchlight/ui/report/paper"
)

// Formats of files, as their names end.
const (
	FormatPDF  = "pdf"
	FormatHTML = "html"
	FormatCSV  = "csv"
	FormatJSON = "json"
)

// An Order is what is to be made of facts.
type Order struct {
	Format string
	Fridge bool // the sheet for the fridge, as PDF or HTML, and not the household report
	Paper  paper.Size
}

// Tells reports whether people read what is made: then the next report tells what changed since.
func (o Order) Tells() bool { return !o.Fridge && (o.Format == FormatPDF || o.Format == FormatHTML) }

// Pages lays out the sheets of paper.
func (o Order) Pages(r *Report) *paper.Document {
	if o.Fridge {
		return r.FridgeSheet(o.Paper)
	}
	return r.Household(o.Paper)
}

// Write writes the file.
func (o Order) Write(w io.Writer, f Facts) error {
	switch o.Format {
	case FormatCSV:
		return CSV(w, f)
	case FormatJSON:
		return JSON(w, f)
	case FormatPDF:
		return o.Pages(New(f)).PDF(w)
	}
	if o.Fridge {
		return New(f).FridgeHTML(w)
	}
	return New(f).HTML(w)
}

// Name gives the file a name: what it is, of which home, and the day.
func (o Order) Name(f Facts) string {
	kind := "report.kind"
	if o.Fridge {
		kind = "fridge.kind"
	}
	return FileName(fmt.Sprintf("%s %s %s", f.Words.T(kind, nil), short(FileName(f.Snapshot.Home.Name), homeRunes), f.Now.Format(time.DateOnly)))
}

const (
	nameLength = 80 // of a file without its end, in characters
	nameBytes  = 200
	homeRunes  = 40 // of the name of the home
)

// reserved are names that Windows keeps for itself, with or without an end ("Naming Files, Paths, and Namespaces").
var reserved = []string{
	"con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// FileName makes words a name that every system takes for a file: letters and numbers of all languages, and a few signs. It leads
// into no other folder and is no name that means something else.
func FileName(words string) string {
	var b strings.Builder
	for _, r := range words {
		switch {
		case unicode.In(r, unicode.L, unicode.M, unicode.N), strings.ContainsRune("-_.,'()", r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	name := strings.Trim(short(strings.Join(strings.Fields(b.String()), " "), nameLength), " .-")
	for len(name) > nameBytes {
		runes := []rune(name)
		name = strings.Trim(string(runes[:len(runes)-1]), " .-")
	}
	first, _, _ := strings.Cut(strings.ToLower(name), ".")
	if name == "" || slices.Contains(reserved, strings.TrimSpace(first)) {
		name = strings.TrimSpace("Porchlight " + name)
	}
	return name
}

// short cuts words to so many characters.
func short(words string, most int) string {
	if runes := []rune(words); len(runes) > most {
		return strings.TrimSpace(string(runes[:most]))
	}
	return words
}
