package ui

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
	"porchlight/ui/report"
)

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
		w.askPlace(report.FileName(h.Name), func(folder, name string) { p.export(h, phrase, folder, name) })
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
	w.sheet(500, w.words.T("homes.carry.title", text.Args{"home": discovery.Line(h.Name)}), []string{say("homes.carry.text")},
		parts.Stack(12, w.words.line("homes.phrase", first), w.words.line("homes.phrase.again", second), said), first,
		parts.NewButton(say("action.cancel"), "", w.answer), ok)
}

// export writes a home to a file.
func (p *homesPage) export(h rounds.Home, phrase, folder, name string) {
	w, path := p.w, ""
	w.work("homes.carry.working", func(ctx context.Context) (err error) {
		path, err = w.program.CarryHome(ctx, h.ID, phrase, folder, name)
		return err
	}, func(err error) {
		if err != nil {
			w.tell(w.sentence(err))
			return
		}
		say, file := w.words.say, discovery.Line(filepath.Base(path))
		ok := parts.MainButton(say("action.ok"), "", w.answer)
		w.sheet(500, say("homes.carry.done"), []string{w.words.T("homes.exported", text.Args{"home": discovery.Line(h.Name), "file": file}), say("homes.carry.then")},
			parts.Small(discovery.Line(folder)), ok, parts.NewButton(say("about.folder.open"), "folder", func() { w.browse(folderURL(folder)) }), ok)
	})
}

// bring asks for a file with a home.
func (p *homesPage) bring() {
	w := p.w
	var files []rounds.CarriedFile
	w.call(func(ctx context.Context) error { files = w.program.CarriedFiles(ctx); return nil }, func(string) {
		if w.ask == nil {
			p.askFile(files)
		}
	})
}

// askFile asks which file to read: one of those that were found, or one of which the user knows the path.
func (p *homesPage) askFile(files []rounds.CarriedFile) {
	w, say := p.w, p.w.words.say
	path, wrong := parts.NewEntry(), parts.Body(say("homes.bring.nofile"))
	path.Label = say("homes.bring.path")
	wrong.Importance, wrong.Hidden = widget.DangerImportance, true
	next := parts.MainButton(say("settings.erase.next"), "", func() {
		typed, mine := path.Text, w.ask
		var file rounds.CarriedFile
		w.call(func(context.Context) (err error) { file, err = w.program.CarriedFile(typed); return err }, func(trouble string) {
			switch {
			case w.ask != mine: // the user has thought better of it
			case trouble == "":
				w.answer()
				p.askPhrase(file.Path, "")
			default:
				wrong.Show()
				w.win.Canvas().Focus(path)
			}
		})
	})
	next.Disable()
	path.OnChanged = func(s string) { wrong.Hide(); able(strings.TrimSpace(s) != "", next) }
	path.OnSubmitted = func(s string) {
		if strings.TrimSpace(s) != "" {
			next.OnTapped()
		}
	}
	body, focus := parts.Stack(14), fyne.Focusable(path)
	if len(files) > 0 {
		list := p.fileList(files)
		body.Add(w.words.line("homes.bring.found", listBox(list, fileRow(w.words, files[0]), float32(min(len(files), fileRows)))))
		focus = list
	} else {
		body.Add(parts.Body(say("homes.bring.none")))
	}
	body.Add(parts.Stack(4, parts.Small(say("homes.bring.path")), path, wrong))
	w.sheet(540, say("homes.bring"), nil, body, focus, parts.NewButton(say("action.cancel"), "", w.answer), next)
}

// fileList lists files with a home. The one that is chosen is asked for its passphrase.
func (p *homesPage) fileList(files []rounds.CarriedFile) *parts.List {
	w := p.w
	list := parts.NewList(func() int { return len(files) }, func() fyne.CanvasObject { return fileRow(w.words, files[0]) },
		func(i int, o fyne.CanvasObject) { o.(*pathRow).showFile(w.words, files[i]) })
	list.OnSelected = func(i int) {
		w.answer()
		p.askPhrase(files[i].Path, "")
	}
	return list
}

func fileRow(words words, f rounds.CarriedFile) *pathRow {
	r := newPathRow()
	r.showFile(words, f)
	return r
}

// showFile shows a file with a home: its name, where it lies, when it was written, and how large it is.
func (r *pathRow) showFile(words words, f rounds.CarriedFile) {
	folder, name := filepath.Split(f.Path)
	r.show("home", discovery.Line(name), strings.Join([]string{folderName(filepath.Clean(folder)), words.Time(f.At), words.bytes(int(f.Size))}, " · "))
}

// askPhrase asks for the passphrase of a file, and reads it. trouble says what was wrong the last time.
func (p *homesPage) askPhrase(path, trouble string) {
	w, say := p.w, p.w.words.say
	phrase, wrong := secret(), parts.Body(trouble)
	wrong.Importance, wrong.Hidden = widget.DangerImportance, trouble == ""
	read := func() {
		said := phrase.Text
		w.answer()
		var carried rounds.Carried
		w.work("homes.bring.working", func(ctx context.Context) (err error) {
			carried, err = w.program.BringHome(ctx, path, said)
			return err
		}, func(err error) {
			if trouble := w.fileTrouble(err); trouble != "" {
				p.askPhrase(path, trouble)
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
	w.sheet(500, say("homes.bring"), []string{w.words.T("homes.bring.text", text.Args{"file": discovery.Line(filepath.Base(path))})},
		parts.Stack(10, wrong, w.words.line("homes.phrase", phrase)), phrase, parts.NewButton(say("action.cancel"), "", w.answer), ok)
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

// fileTrouble says in words why a file could not be read; "" for none, and for what the user stopped.
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
