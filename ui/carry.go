package ui

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// carriedEnd ends the names of files with a home.
const carriedEnd = ".porchlight"

// saveFile asks where to write a file. then gets nil if the user has thought better of it.
func (w *Window) saveFile(name string, then func(fyne.URIWriteCloser, error)) {
	d := dialog.NewFileSave(then, w.win)
	d.SetFileName(name)
	d.Resize(windowSize)
	d.Show()
}

// loadFile asks which file to read. then gets nil if the user has thought better of it.
func (w *Window) loadFile(then func(fyne.URIReadCloser, error)) {
	d := dialog.NewFileOpen(then, w.win)
	d.Resize(windowSize)
	d.Show()
}

// A grade is how hard a passphrase is to guess. Its words are "homes.phrase.<grade>".
type grade string

const (
	gradeNone   grade = "none" // there is none yet
	gradeShort  grade = "short"
	gradeWeak   grade = "weak"
	gradeFair   grade = "fair"
	gradeStrong grade = "strong"
)

// minPhrase is how many characters a passphrase has at least.
const minPhrase = 8

// gradeOf weighs a passphrase by its length, and by how many different words and characters it has. It knows no lists of
// words, so it never says more than that.
func gradeOf(phrase string) grade {
	n, chars, words := utf8.RuneCountInString(phrase), map[rune]bool{}, map[string]bool{}
	digits := true
	for _, r := range phrase {
		chars[unicode.ToLower(r)] = true
		digits = digits && (unicode.IsDigit(r) || unicode.IsSpace(r))
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(phrase), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(word) > 2 {
			words[word] = true
		}
	}
	const few, some, many = 5, 8, 10 // different characters
	switch {
	case n == 0:
		return gradeNone
	case n < minPhrase:
		return gradeShort
	case digits, len(chars) < few, n < 12 && len(words) < 2:
		return gradeWeak
	case len(words) >= 4 && len(chars) >= some, n >= 20 && len(chars) >= many:
		return gradeStrong
	}
	return gradeFair
}

// secret is a line for a passphrase.
func secret() *parts.Entry {
	e := parts.NewEntry()
	e.Password = true
	return e
}

// carry asks for a passphrase, twice, and for a place, and writes a home there.
func (p *homesPage) carry(h rounds.Home) {
	w, say := p.w, p.w.words.say
	first, second, said := secret(), secret(), parts.Small(say("homes.phrase.none"))
	ok := parts.MainButton(say("homes.carry.next"), "", func() {
		phrase := first.Text
		w.answer()
		p.save(fileName(h.Name), func(to fyne.URIWriteCloser, err error) { p.export(h, phrase, to, err) })
	})
	ok.Disable()
	judge := func(string) {
		g := gradeOf(first.Text)
		said.Set(say("homes.phrase." + string(g)))
		same := first.Text == second.Text
		if g != gradeNone && g != gradeShort && second.Text != "" && !same {
			said.Set(say("homes.phrase.differs"))
		}
		able(same && g != gradeNone && g != gradeShort, ok)
	}
	first.OnChanged, second.OnChanged = judge, judge
	line := func(key string, e *parts.Entry) fyne.CanvasObject { return parts.Stack(4, parts.Small(say(key)), e) }
	w.sheet(500, w.words.T("homes.carry.title", text.Args{"home": discovery.Line(h.Name)}), []string{say("homes.carry.text")},
		parts.Stack(12, line("homes.phrase", first), line("homes.phrase.again", second), said), first,
		parts.NewButton(say("action.cancel"), "", w.answer), ok)
}

// fileName is what the file with a home is called at first.
func fileName(home string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' || r == '-' {
			return r
		}
		return -1
	}, discovery.Line(home))
	const most = 60
	if r := []rune(name); len(r) > most {
		name = string(r[:most])
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "Porchlight"
	}
	return name + carriedEnd
}

// export writes a home to a file. Half a file is removed.
func (p *homesPage) export(h rounds.Home, phrase string, to fyne.URIWriteCloser, err error) {
	w := p.w
	if err != nil || to == nil {
		w.tell(w.fileTrouble(err))
		return
	}
	file := to.URI()
	w.work("homes.carry.working", func(ctx context.Context) error {
		err := errors.Join(w.program.ExportHome(ctx, h.ID, phrase, to), to.Close())
		if err != nil {
			_ = storage.Delete(file) // err says more
		}
		return err
	}, func(err error) {
		if err != nil {
			w.tell(w.fileTrouble(err))
			return
		}
		say := w.words.say
		w.question(say("homes.carry.done"), []string{
			w.words.T("homes.exported", text.Args{"home": discovery.Line(h.Name), "file": file.Name()}), say("homes.carry.then"),
		}, nil, say("action.ok"), nil)
	})
}

// bring asks for a file with a home.
func (p *homesPage) bring() {
	p.load(func(from fyne.URIReadCloser, err error) {
		if err != nil || from == nil {
			p.w.tell(p.w.fileTrouble(err))
			return
		}
		file := from.URI()
		_ = from.Close() // nothing was read yet
		p.askPhrase(file, "")
	})
}

// askPhrase asks for the passphrase of a file, and reads it. trouble says what was wrong the last time.
func (p *homesPage) askPhrase(file fyne.URI, trouble string) {
	w, say := p.w, p.w.words.say
	phrase, wrong := secret(), parts.Body(trouble)
	wrong.Importance, wrong.Hidden = widget.DangerImportance, trouble == ""
	read := func() {
		said := phrase.Text
		w.answer()
		var carried rounds.Carried
		w.work("homes.bring.working", func(ctx context.Context) error {
			from, err := storage.Reader(file)
			if err != nil {
				return err
			}
			carried, err = w.program.ImportHome(ctx, from, said)
			return errors.Join(err, from.Close())
		}, func(err error) {
			if trouble := w.fileTrouble(err); trouble != "" {
				p.askPhrase(file, trouble)
			} else if err == nil {
				p.brought(carried)
			}
		})
	}
	ok := parts.MainButton(say("homes.bring.yes"), "", read)
	ok.Disable()
	phrase.OnChanged = func(s string) { able(s != "", ok) }
	phrase.OnSubmitted = func(s string) {
		if s != "" {
			read()
		}
	}
	w.sheet(500, say("homes.bring"), []string{w.words.T("homes.bring.text", text.Args{"file": file.Name()})},
		parts.Stack(10, wrong, parts.Small(say("homes.phrase")), phrase), phrase, parts.NewButton(say("action.cancel"), "", w.answer), ok)
}

// brought says what a file brought.
func (p *homesPage) brought(c rounds.Carried) {
	words, w := p.w.words, p.w
	w.homes.fresh()
	w.now = newPicture(w.program.Feed().Latest(), w.clock())
	w.refresh()
	lines := []string{words.T("homes.imported", text.Args{
		"home": discovery.Line(c.Home.Name), "devices": words.count("homes.devices", c.Devices), "changes": words.count("homes.changes", c.Changes),
	})}
	if c.New {
		lines = append(lines, words.say("homes.imported-new"))
	} else {
		lines = append(lines, words.say("homes.bring.notes"))
	}
	if c.Home.ID == w.now.Home.ID || w.now.walking {
		w.question(words.say("homes.bring.done"), lines, nil, words.say("action.ok"), nil)
		return
	}
	show := parts.MainButton(words.say("homes.show"), "", func() { w.answer(); w.switchTo(c.Home.ID) })
	w.sheet(460, words.say("homes.bring.done"), lines, nil, show, parts.NewButton(words.say("letter.close"), "", w.answer), show)
}

// fileTrouble says in words why a file could not be read or written; "" for none, and for what the user stopped.
func (w *Window) fileTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return w.words.say("homes.no-permission")
	case errors.Is(err, fs.ErrNotExist):
		return w.words.say("homes.no-file")
	}
	return w.sentence(err)
}

// work says that something is under way that the user can stop, does it, and then done.
func (w *Window) work(key string, do func(context.Context) error, done func(error)) {
	ctx, cancel := context.WithCancel(w.live.ctx)
	stop := parts.NewButton(w.words.say("action.stop"), "stop", w.answer)
	w.sheet(420, w.words.say(key), nil, nil, stop, stop)
	mine := w.ask
	w.working, w.cancel = mine, cancel
	w.live.run(func(context.Context) func() {
		err := do(ctx)
		return func() {
			if w.ask == mine {
				w.answer()
			}
			cancel()
			done(err)
		}
	})
}
