package ui

import (
	"context"
	"image"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
	"porchlight/ui/report"
	"porchlight/ui/report/paper"
)

// reportsPage shows what can be printed, as it will look on paper, and prints or saves it.
type reportsPage struct {
	w       *Window
	content fyne.CanvasObject
	which   *parts.Picks // the household report, or the sheet for the fridge
	pages   *parts.Text  // how many
	body    *fyne.Container
	work    fyne.CanvasObject // the sheets, and what can be done with them
	sheets  *parts.Sheets
	note    *fyne.Container
	paper   *parts.Picks
	macs    *parts.Switch
	whole   *fyne.Container // what only the household report has
	buttons []*doing

	facts   report.Facts
	doc     *paper.Document // nil while there is none
	of      rounds.HomeID
	making  bool
	again   bool // what is being made is old already
	trouble string
	offset  float32 // to be shown when the sheets are there
	busy    *doing  // what is being done
	did     did
}

// A doing is a button that prints or saves, with its words while it does and else.
type doing struct {
	*parts.Button
	idle, working string
}

// A did is what came of the last one.
type did struct {
	icon, title, text string
	folder            string // in which it lies; "" for none
}

const (
	reportsWidth = 1240
	reportsSide  = 264
)

// papers are what can be chosen, in the order of the words. Their words are "reports.paper.<key>".
var papers = []string{rounds.PaperA4, rounds.PaperLetter}

func newReportsPage(w *Window) *reportsPage {
	p := &reportsPage{w: w, pages: parts.Muted("").Short(), body: container.NewStack(), sheets: parts.NewSheets(), note: container.NewStack()}
	say := w.words.say
	p.sheets.Paint, p.sheets.Words, p.sheets.Canvas = p.paint, p.words, w.win.Canvas()
	p.which = parts.NewPicks(say("reports.which"), []string{say("report.kind"), say("reports.fridge")}, func(int) {
		p.offset = 0
		p.make()
	})
	p.paper = parts.NewPicks(say("reports.paper"), []string{say("reports.paper.a4"), say("reports.paper.letter")}, func(i int) {
		w.settings.change(func(s *rounds.Settings) { s.Paper = papers[i] })
		p.make()
	})
	if w.program.Paper(w.set) == paper.Letter {
		p.paper.Pick(1)
	}
	p.macs = parts.NewSwitch(say("reports.macs"), say("reports.macs.text"), say("news.off"), say("news.on"), false, func(bool) { p.make() })
	p.work = container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 18, 0), parts.Wide(reportsSide, p.side())), p.sheets)
	head := parts.Column(reportsWidth, container.New(layout.NewCustomPaddedLayout(32, 18, 20, 20),
		parts.Stack(16, parts.Heading(say("nav.reports")), parts.Beside(12, nil, p.pages, p.which.Container))))
	p.content = parts.Edge(head, nil, nil, parts.Column(reportsWidth, container.New(layout.NewCustomPaddedLayout(0, 20, 20, 20), p.body)))
	return p
}

// side is what can be done.
func (p *reportsPage) side() fyne.CanvasObject {
	say := p.w.words.say
	save := func(key, format string, quiet bool) *doing {
		b := &doing{idle: say(key), working: say("reports.save.working")}
		button := parts.NewButton
		if quiet {
			button = parts.QuietButton
		}
		b.Button = button(b.idle, "", func() { p.save(b, format) })
		p.buttons = append(p.buttons, b)
		return b
	}
	press := &doing{idle: say("reports.print"), working: say("reports.print.working")}
	press.Button = parts.MainButton(press.idle, "print", func() { p.print(press) })
	p.buttons = append(p.buttons, press)
	files := parts.Stack(8, press.Button, save("reports.pdf", report.FormatPDF, false).Button, save("reports.html", report.FormatHTML, false).Button)
	export := parts.Stack(2, parts.Small(say("reports.export")))
	for _, b := range []*doing{save("reports.csv", report.FormatCSV, true), save("reports.json", report.FormatJSON, true)} {
		b.Alignment = 1 // leading
		export.Add(outdent(9, b.Button))
	}
	p.whole = parts.Stack(16, flips(p.macs), export)
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(2, 8, 2, 12), parts.Stack(20, files,
		parts.Stack(6, parts.Small(say("reports.paper")), p.paper.Container), p.whole)))
}

func (p *reportsPage) key() string { return "reports" }

func (p *reportsPage) view() fyne.CanvasObject { return p.content }

// keep takes over what another one shows.
func (p *reportsPage) keep(o *reportsPage) {
	p.which.Pick(o.which.Picked)
	p.macs.Set(o.macs.On)
	p.offset = o.sheets.Offset()
}

// show makes the report anew when something may have changed. While a round is walked, the one of before stays.
func (p *reportsPage) show(pic *picture) {
	if p.of != pic.Home.ID {
		p.of, p.doc, p.did = pic.Home.ID, nil, did{}
	}
	if !pic.walking || p.doc == nil && p.trouble == "" {
		p.make()
	}
	p.arrange()
}

// order is what the page shows, as a file.
func (p *reportsPage) order(format string) report.Order {
	o := report.Order{Format: format, Fridge: p.which.Picked == 1, Paper: paper.A4}
	if p.paper.Picked == 1 {
		o.Paper = paper.Letter
	}
	return o
}

// make makes the report that is chosen, as the home stands.
func (p *reportsPage) make() {
	if p.again = p.making; p.making {
		return
	}
	p.making = true
	order, macs, w := p.order(report.FormatPDF), p.macs.On, p.w
	w.live.run(func(ctx context.Context) func() {
		facts, err := w.program.Facts(ctx)
		var doc *paper.Document
		if err == nil {
			facts.MACs = macs
			doc = order.Pages(report.New(facts))
		}
		return func() { p.take(facts, doc, w.sentence(err)) }
	})
	p.arrange()
}

// take shows what was made.
func (p *reportsPage) take(facts report.Facts, doc *paper.Document, trouble string) {
	p.making, p.trouble = false, trouble
	if p.again {
		p.make()
		return
	}
	if doc == nil {
		p.doc = nil
		p.arrange()
		return
	}
	first := p.doc == nil
	p.facts, p.doc = facts, doc
	p.sheets.Lay(len(doc.Sheets), doc.Size.Width, doc.Size.Height)
	p.arrange()
	if p.offset > 0 || first {
		p.sheets.ScrollTo(p.offset)
		p.offset = 0
	}
}

// paint makes the picture of a sheet.
func (p *reportsPage) paint(sheet, dots int, done func(image.Image)) {
	doc := p.doc
	p.w.live.run(func(context.Context) func() {
		picture := doc.Sheets[sheet].Picture(float64(dots) * 72 / doc.Size.Width)
		return func() { done(picture) }
	})
}

// words gives what stands on a sheet.
func (p *reportsPage) words(sheet int) string {
	if p.doc == nil || sheet >= len(p.doc.Sheets) {
		return ""
	}
	said := []string{p.w.words.say("reports.preview"), p.w.words.T("report.page", text.Args{"page": sheet + 1, "pages": len(p.doc.Sheets)})}
	for _, line := range p.doc.Sheets[sheet].Words() {
		said = append(said, strings.TrimSpace(line.Words))
	}
	return strings.Join(said, "\n")
}

// arrange shows what there is to show.
func (p *reportsPage) arrange() {
	w, say := p.w, p.w.words.say
	pages := ""
	var shown fyne.CanvasObject
	switch {
	case p.doc != nil:
		pages = w.words.count("reports.pages", len(p.doc.Sheets))
		p.notes()
		shown = parts.Edge(p.note, nil, nil, p.work)
	case w.now.walking && w.now.Round == 0:
		shown = p.message("look", parts.ColorMuted, "reports.first", say("reports.first.text"), parts.NewButton(say("nav.home"), "home", func() { w.open(w.pages[0]) }))
	case p.making:
		shown = p.message("reports", parts.ColorMuted, "reports.making", "", nil)
	case w.now.Round == 0 && w.now.Finished.IsZero():
		shown = p.message("reports", parts.ColorMuted, "reports.none", say("reports.none.text"), parts.MainButton(say("action.look"), "look", w.look))
	default:
		shown = p.message("state-today", parts.ColorToday, "reports.trouble", p.trouble, parts.NewButton(say("reports.again"), "", p.make))
	}
	p.pages.Set(pages)
	p.whole.Hidden = p.which.Picked == 1
	for _, b := range p.buttons {
		words := b.idle
		if b == p.busy {
			words = b.working
		}
		if b.Text != words {
			b.SetText(words)
		}
		if busy := p.busy != nil; b.Disabled() != busy {
			if busy {
				b.Disable()
			} else {
				b.Enable()
			}
		}
	}
	if p.doc == nil || len(p.body.Objects) == 0 || p.body.Objects[0] != shown {
		p.body.Objects = []fyne.CanvasObject{shown}
	}
	p.content.Refresh()
}

// message is what there is to say while there is no report.
func (p *reportsPage) message(icon string, c fyne.ThemeColorName, title, line string, button fyne.CanvasObject) fyne.CanvasObject {
	words := parts.Stack(8, parts.Title(p.w.words.say(title)))
	if line != "" {
		words.Add(parts.Muted(line))
	}
	if button != nil {
		words.Add(parts.Pad(0, 6, parts.Row(0, button)))
	}
	return parts.Edge(parts.Column(640, parts.Pad(0, 24, parts.NewBox(parts.ColorCard, parts.ColorLine, parts.Radius, 28, 26,
		parts.BesideTop(24, parts.NewDisc(icon, c, 64), nil, words)))), nil, nil, layout.NewSpacer())
}

// notes says what was done, and that the report is one of before.
func (p *reportsPage) notes() {
	w := p.w
	var list []fyne.CanvasObject
	if w.now.walking {
		list = append(list, parts.Beside(10, parts.NewPic("clock", parts.ColorMuted, 18), nil,
			parts.Muted(w.words.T("reports.walking", text.Args{"time": w.words.Time(p.facts.Snapshot.Finished)}))))
	}
	if p.did.title != "" {
		said := parts.Stack(1, parts.Strong(p.did.title))
		if p.did.text != "" {
			said.Add(parts.Small(p.did.text))
		}
		var open fyne.CanvasObject
		if folder := p.did.folder; folder != "" {
			open = parts.NewButton(w.words.say("about.folder.open"), "folder", func() { w.browse(folderURL(folder)) })
		}
		list = append(list, parts.NewBox(parts.Tint(parts.ColorAllGood), "", parts.Radius, 16, 10,
			parts.Beside(14, parts.NewPic(p.did.icon, parts.ColorAllGood, 22), open, said)))
	}
	p.note.Objects = nil
	if len(list) > 0 {
		p.note.Objects = []fyne.CanvasObject{container.New(layout.NewCustomPaddedLayout(0, 14, 0, 0), parts.Stack(10, list...))}
	}
}

// begin shows that something is being done; false if something else is.
func (p *reportsPage) begin(b *doing) bool {
	if p.busy != nil || p.doc == nil {
		return false
	}
	p.busy, p.did = b, did{}
	p.arrange()
	return true
}

// end shows what came of it.
func (p *reportsPage) end(came did, trouble string) {
	p.busy = nil
	if trouble == "" {
		p.did = came
	}
	p.arrange()
	p.w.tell(trouble)
}

// print prints what the page shows.
func (p *reportsPage) print(b *doing) {
	if !p.begin(b) {
		return
	}
	w, facts, order := p.w, p.facts, p.order(report.FormatPDF)
	w.live.run(func(ctx context.Context) func() {
		printed, err := w.program.PrintReport(ctx, facts, order)
		return func() {
			came := did{icon: "print", title: w.words.say("reports.printed")}
			if !printed {
				came = did{icon: "open", title: w.words.say("reports.opened")}
			}
			p.end(came, w.sentence(err))
		}
	})
}

// save asks where, and saves what the page shows.
func (p *reportsPage) save(b *doing, format string) {
	if p.busy != nil || p.doc == nil || p.w.ask != nil {
		return
	}
	order := p.order(format)
	p.w.askPlace(order.Name(p.facts), func(folder, name string) { p.saveIn(b, order, folder, name) })
}

func (p *reportsPage) saveIn(b *doing, order report.Order, folder, name string) {
	if !p.begin(b) {
		return
	}
	w, facts := p.w, p.facts
	w.live.run(func(ctx context.Context) func() {
		path, err := w.program.SaveReport(ctx, facts, order, folder, name)
		return func() {
			folder, file := filepath.Split(path)
			p.end(did{icon: "state-allgood", title: w.words.say("reports.saved") + w.words.say("format.colon") + " " + discovery.Line(file), text: discovery.Line(filepath.Clean(folder)), folder: folder},
				w.sentence(err))
		}
	})
}
