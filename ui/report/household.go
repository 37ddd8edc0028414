package report

import (
	"fmt"
	"strconv"
	"strings"

	"porchlight/ui/report/paper"
)

// Margins of the household report, in points.
const (
	margin  = 54
	head    = 46
	bottom  = 56
	indent  = 28 // of a job, behind its box
	between = 17 // sections
)

// coverJobs is how many jobs the cover names.
const coverJobs = 7

// A press lays out one report.
type press struct {
	*Report
	doc   *paper.Document
	flow  paper.Flow
	width float64
	pages map[int]int // of each job
}

func (r *Report) document(size paper.Size) *paper.Document {
	d := paper.NewDocument(size)
	d.Title, d.Language, d.Creator, d.Created = r.Title, r.Language, r.Program, r.Made
	return d
}

// Household lays out the household report on paper of that size, to be written as PDF or shown as pictures.
func (r *Report) Household(size paper.Size) *paper.Document {
	p := &press{Report: r, doc: r.document(size), width: size.Width - 2*margin, pages: map[int]int{}}
	p.flow = paper.Flow{Doc: p.doc, Top: head, Bottom: bottom}
	cover, front := p.doc.Add(), p.doc.Body.Add("Sect")
	p.todo()
	p.devices()
	p.changes()
	p.unchecked()
	p.sources(p.how())
	p.flow.End()
	p.cover(cover, front) // last, because it names the pages of the jobs
	for _, s := range p.doc.Sheets[1:] {
		p.footer(s)
	}
	return p.doc
}

// footer says on which page one is, and of which home.
func (p *press) footer(s *paper.Sheet) {
	y := s.Height - bottom + 12 // printers leave the last quarter of an inch white
	s.Stroke(nil, hair, 0.7, paper.Straight(margin, y, s.Width-margin, y))
	page := p.Page(s.Number(), len(p.doc.Sheets))
	right := small.Width(page)
	s.Text(nil, small, s.Width-margin-right, y+14, page)
	s.Text(nil, small, margin, y+14, small.Shorten(p.Home+" · "+p.MadeOn, p.width-right-20))
}

// cover fills the first page.
func (p *press) cover(s *paper.Sheet, front *paper.Element) {
	s.Bookmark(1, 0, p.Home)
	s.Icon(nil, "app", ink, margin, margin-4, 30)
	s.Text(nil, sized(strong, 14), margin+40, margin+16, "Porchlight")

	y := margin + 78.0
	put := func(b block, after float64) {
		b.draw(s, margin, y)
		y += b.height + after
	}
	if p.Practice != "" {
		words := lines(front.Add("P"), sized(strong, 10), p.Practice, p.width-28)
		s.Fill(nil, banner, paper.Box(margin, y, p.width, words.height+14, 7))
		words.draw(s, margin+14, y+7)
		y += words.height + 14 + 22
	}
	put(lines(front.Add("P"), in(sized(strong, 12), accent), p.Kind, p.width), 2)
	h1 := front.Add("H1")
	home := paper.Style{Face: paper.Bold, Size: 34, Color: ink}
	folded := home.Balance(p.Home, p.width)
	for len(folded) > 2 && home.Size > 22 {
		home.Size -= 2
		folded = home.Balance(p.Home, p.width)
	}
	s.Lines(h1, home, margin, y, folded)
	y += float64(len(folded))*home.Line() + 4
	put(lines(front.Add("P"), in(body, muted), join(" ", p.Looked, p.MadeOn), p.width), 26)

	p.verdict(s, front.Add("P"), &y)
	p.figures(s, front, &y)
	if len(p.Todo.Groups) > 0 {
		p.glance(s, front, &y)
	} else {
		p.lookedAt(s, front, &y)
	}
	private := lines(front.Add("P"), small, p.Private, p.width)
	private.draw(s, margin, s.Height-bottom+26-private.height)
}

// verdict puts the one sentence that matters into a box of its own.
func (p *press) verdict(s *paper.Sheet, of *paper.Element, y *float64) {
	const pad, picture = 20, 30
	style := paper.Style{Face: paper.Bold, Size: 19, Color: ink}
	inner := p.width - 3*pad - picture
	folded := style.Balance(p.Verdict.Words, inner)
	if len(folded) > 3 {
		style.Size = 15
		folded = style.Balance(p.Verdict.Words, inner)
	}
	h := float64(len(folded))*style.Line() + 2*pad
	s.Fill(nil, tint, paper.Box(margin, *y, p.width, h, 12))
	s.Fill(nil, lamp, paper.Box(margin, *y, 6, h, 3))
	s.Icon(nil, p.Verdict.Icon, ink, margin+pad+2, *y+(h-picture)/2, picture)
	s.Lines(of, style, margin+2*pad+picture, *y+pad, folded)
	*y += h + 24
}

// figures puts the numbers side by side.
func (p *press) figures(s *paper.Sheet, front *paper.Element, y *float64) {
	number := paper.Style{Face: paper.Bold, Size: 26, Color: ink}
	column := p.width / float64(len(p.Figures))
	highest := 0.0
	for i, f := range p.Figures {
		x := margin + float64(i)*column
		if i > 0 {
			s.Stroke(nil, hair, 0.7, paper.Straight(x, *y+4, x, *y+56))
			x += 18
		}
		of := front.Add("P")
		s.Text(of, number, x, *y+28, strconv.Itoa(f.N)+" ")
		words := lines(of, in(sized(body, 10), muted), f.Words, column-30)
		words.draw(s, x, *y+36)
		highest = max(highest, words.height)
	}
	*y += 36 + highest + 26
}

// glance lists the first jobs with their pages.
func (p *press) glance(s *paper.Sheet, front *paper.Element, y *float64) {
	lines(front.Add("H2"), section, p.Todo.Title, p.width).draw(s, margin, *y)
	*y += section.Line() + 6
	list := front.Add("L")
	more := 0
	for _, g := range p.Todo.Groups {
		for _, j := range g.Jobs {
			if j.Number > coverJobs || *y+3*body.Line() > s.Height-bottom-40 {
				more++
				continue
			}
			item := list.Add("LI").Add("LBody")
			when := join(" · ", g.Words, p.See(p.pages[j.Number]))
			right := small.Width(when)
			words := lines(item.Add("P"), body, j.Title, p.width-indent-right-16)
			s.Stroke(nil, hair, 0.7, paper.Straight(margin, *y, s.Width-margin, *y))
			*y += 6
			tick(s, margin, *y+1.5, 11.5)
			words.draw(s, margin+indent-6, *y)
			lines(item.Add("P"), small, when, right+1).draw(s, s.Width-margin-right, *y+1)
			*y += words.height + 6
		}
	}
	if more > 0 {
		lines(front.Add("P"), small, p.More(more), p.width).draw(s, margin+indent-6, *y+2)
	}
}

// lookedAt lists what was looked at, where there is nothing to do.
func (p *press) lookedAt(s *paper.Sheet, front *paper.Element, y *float64) {
	if len(p.LookedAt.Lines) == 0 {
		return
	}
	lines(front.Add("H2"), section, p.LookedAt.Title, p.width).draw(s, margin, *y)
	*y += section.Line() + 8
	list := front.Add("L")
	column := p.width / 2
	for i, l := range p.LookedAt.Lines {
		x := margin + float64(i%2)*column
		item := list.Add("LI").Add("LBody")
		words := stack(0, lines(item.Add("P"), body, l.Name, column-40), lines(item.Add("P"), small, l.Words, column-40))
		if *y+words.height > s.Height-bottom-40 {
			return
		}
		s.Icon(nil, "check", accent, x, *y+1, 13)
		words.draw(s, x+22, *y)
		if i%2 == 1 || i == len(p.LookedAt.Lines)-1 {
			*y += words.height + 8
		}
	}
}

// chapter begins a part of the report with its heading, and what is said before anything else.
func (p *press) chapter(words string, said ...string) *paper.Element {
	sect := p.doc.Body.Add("Sect")
	head := lines(sect.Add("H1"), heading, words, p.width)
	pieces := []paper.Piece{paper.Space(between), {Height: head.height, Keep: true, Draw: func(s *paper.Sheet, y float64) {
		s.Bookmark(1, y-10, words)
		head.draw(s, margin, y)
	}}}
	for _, sentence := range said {
		if sentence != "" {
			pieces = append(pieces, paper.Space(2), lines(sect.Add("P"), in(body, muted), sentence, p.width).piece(margin, true))
		}
	}
	p.flow.Add(append(pieces, paper.Space(10))...)
	return sect
}

func (p *press) todo() {
	if len(p.Todo.Groups)+len(p.Todo.Rest) == 0 {
		return
	}
	help := p.Todo.Help
	if len(p.Todo.Groups) == 0 {
		help = ""
	}
	sect := p.chapter(p.Todo.Title, help)
	for _, g := range p.Todo.Groups {
		p.group(sect, g)
		for i, j := range g.Jobs {
			p.job(sect, j, i > 0)
		}
	}
	if len(p.Todo.Rest) > 0 {
		p.rest(sect)
	}
}

// group puts the heading of jobs of the same urgency.
func (p *press) group(sect *paper.Element, g Group) {
	words := lines(sect.Add("H2"), section, g.Words, p.width-indent)
	p.flow.Add(paper.Space(10), paper.Piece{Height: words.height, Keep: true, Draw: func(s *paper.Sheet, y float64) {
		s.Bookmark(2, y-6, g.Words)
		s.Icon(nil, g.Icon, ink, margin-1, y+(section.Line()-18)/2, 18)
		words.draw(s, margin+indent, y)
	}}, paper.Space(6))
}

// sideShare is how much of a job's width is for what is beside the steps.
const sideShare = 0.38

// Of no job stays more than this, however long the names in it are: it has to fit on a page.
const (
	maxTitle   = 4 // lines
	maxMeaning = 8
	maxStep    = 4
	maxSide    = 7
)

// job puts one thing to do: the steps, and beside them how long it takes and what else to know.
func (p *press) job(sect *paper.Element, j Job, line bool) {
	const gutter, pad, before = 16, 10, 7
	of, x, width := sect.Add("Sect"), float64(margin+indent), p.width-indent
	side := width*sideShare - 2*pad
	top := stack(1, clipped(of.Add("H3"), title, j.Title, width, maxTitle),
		beside(j.Icon, 13, 6, small.Line(), clipped(of.Add("P"), small, join(" · ", j.About, j.Sure), width-19, 3)))
	left := p.steps(of, j, width*(1-sideShare)-gutter)
	right := p.side(of, j, side)
	pieces := []paper.Piece{paper.Space(4)}
	if line {
		pieces = append(pieces, paper.Space(6), paper.Piece{Height: 14, Keep: true, Draw: func(s *paper.Sheet, y float64) {
			s.Stroke(nil, hair, 0.7, paper.Straight(x, y, x+width, y))
		}})
	}
	tall := func(steps []block) float64 { return max(stack(stepGap, steps...).height, right.height+2*pad) }
	first := func(steps []block) block {
		return block{top.height + before + tall(steps), func(s *paper.Sheet, _, y float64) {
			p.pages[j.Number] = s.Number()
			s.Bookmark(3, y-6, j.Title)
			tick(s, margin, y+1, 15)
			top.draw(s, x, y)
			y += top.height + before
			stack(stepGap, steps...).draw(s, x, y)
			s.Fill(nil, tint, paper.Box(x+width-side-2*pad, y, side+2*pad, right.height+2*pad, 8))
			right.draw(s, x+width-side-pad, y+pad)
		}}
	}
	sign := block{24, func(s *paper.Sheet, _, y float64) { p.signature(s, x, x+width, y+19) }}
	whole := stack(0, first(left), sign)
	room := p.flow.Left() - 24
	if n := p.part(left, room-top.height-before, right.height+2*pad); whole.height > room && n > 0 {
		again := clipped(nil, sized(caption, 9), j.Title, width, 1)
		rest := stack(stepGap, append([]block{again, {height: 2}}, left[n:]...)...)
		p.flow.Add(append(pieces, first(left[:n]).piece(margin, false))...)
		p.flow.Page()
		p.flow.Add(rest.piece(x, true), sign.piece(margin, false))
		return
	}
	p.flow.Add(append(pieces, whole.piece(margin, false))...)
}

// part gives how many of the blocks of a job stay on this page when it goes on on the next; 0 for none. That is better than a page that
// is nearly half empty, but two steps at least are together on each side.
func (p *press) part(steps []block, room, side float64) int {
	const together = 2
	if p.flow.Left() < p.flow.Whole()/3 || side > room {
		return 0
	}
	n := len(steps) - together
	for n > 0 && stack(stepGap, steps[:n]...).height > room {
		n--
	}
	if n < aboveSteps+together {
		return 0
	}
	return n
}

const (
	stepGap    = 3
	aboveSteps = 2 // blocks that come before the steps
)

// steps is what to do, after why.
func (p *press) steps(of *paper.Element, j Job, width float64) []block {
	blocks := []block{clipped(of.Add("P"), body, j.Meaning, width, maxMeaning), {height: 2}}
	list := of.Add("L")
	for i, step := range j.Steps {
		item := list.Add("LI")
		label, words := item.Add("Lbl"), clipped(item.Add("LBody"), body, step, width-20, maxStep)
		number := strconv.Itoa(i+1) + "."
		blocks = append(blocks, block{words.height, func(s *paper.Sheet, x, y float64) {
			lines(label, in(strong, accent), number, 20).draw(s, x, y)
			words.draw(s, x+20, y)
		}})
	}
	return blocks
}

// side is what to know besides the steps.
func (p *press) side(of *paper.Element, j Job, width float64) block {
	said := func(label, words string) block {
		if words == "" {
			return block{}
		}
		head := block{}
		if label != "" {
			head = lines(of.Add("P"), sized(strong, 9), label, width)
		}
		return stack(1, head, clipped(of.Add("P"), small, words, width, maxSide))
	}
	return stack(6, beside("clock", 12, 6, small.Line(), clipped(of.Add("P"), small, j.Time, width-18, maxSide)),
		said(p.Todo.Labels.Pause, j.Pause), said(p.Todo.Labels.Cannot, j.Cannot), said(p.Todo.Labels.Why, j.Who+reference(j.Source)))
}

// reference points at a source.
func reference(source int) string {
	if source == 0 {
		return ""
	}
	return fmt.Sprintf(" [%d]", source)
}

// labelled puts bold words before others, in the same lines.
func labelled(of *paper.Element, style paper.Style, label, words string, width float64) block {
	bold := style
	bold.Face = paper.Bold
	offset := bold.Width(label)
	if offset > width/2 {
		return stack(0, lines(of, bold, label, width), lines(of, style, words, width))
	}
	first := style.Wrap(words, width-offset)
	if len(first) == 0 {
		return block{}
	}
	rest := style.Wrap(strings.Join(first[1:], " "), width)
	return block{float64(1+len(rest)) * style.Line(), func(s *paper.Sheet, x, y float64) {
		s.Lines(of, bold, x, y, []string{label})
		if len(rest) > 0 {
			s.Lines(of, style, x+offset, y, []string{first[0] + " "})
		} else {
			s.Lines(of, style, x+offset, y, first)
		}
		s.Lines(of, style, x, y+style.Line(), rest)
	}}
}

// signature is room to write when it was done, and by whom.
func (p *press) signature(s *paper.Sheet, x, right, y float64) {
	middle := x + (right-x)*0.55
	s.Text(nil, small, x, y, p.Todo.Done)
	rule(s, x+small.Width(p.Todo.Done)+8, middle-12, y+1)
	s.Text(nil, small, middle, y, p.Todo.By)
	rule(s, middle+small.Width(p.Todo.By)+8, right, y+1)
}

// rest lists what is not for now.
func (p *press) rest(sect *paper.Element) {
	words := lines(sect.Add("H2"), section, p.Todo.Also, p.width)
	p.flow.Add(paper.Space(18), paper.Piece{Height: words.height, Keep: true, Draw: func(s *paper.Sheet, y float64) {
		s.Bookmark(2, y-6, p.Todo.Also)
		words.draw(s, margin, y)
	}}, paper.Space(6))
	list := sect.Add("L")
	for i, a := range p.Todo.Rest {
		of := list.Add("LI").Add("LBody")
		both := stack(0, lines(of.Add("P"), body, a.Title, p.width-indent), lines(of.Add("P"), small, a.Words, p.width-indent))
		p.flow.Add(beside(a.Icon, 15, indent-15, body.Line(), both).piece(margin, true), paper.Piece{Height: 6, Keep: i < 4})
	}
}

func (p *press) changes() {
	if len(p.Changes.Lines) == 0 {
		p.chapter(p.Changes.Title, join(" ", p.Changes.Since, p.Changes.None))
		p.flow.Add(paper.Piece{Height: 1})
		return
	}
	sect := p.chapter(p.Changes.Title, p.Changes.Since)
	list := sect.Add("L")
	for _, c := range p.Changes.Lines {
		of := list.Add("LI").Add("LBody")
		date := small.Width(c.Date)
		words, day := lines(of.Add("P"), body, c.Words, p.width-indent-date-14), lines(of.Add("P"), small, c.Date, date+1)
		both := block{words.height, func(s *paper.Sheet, x, y float64) {
			words.draw(s, x, y)
			day.draw(s, margin+p.width-date, y+0.8)
		}}
		p.flow.Add(beside(c.Icon, 15, indent-15, body.Line(), both).piece(margin, true), paper.Piece{Height: 5})
	}
	if p.Changes.More != "" {
		p.flow.Add(lines(sect.Add("P"), small, p.Changes.More, p.width).piece(margin+indent, false))
	}
}

func (p *press) unchecked() {
	u := p.Unchecked
	if len(u.Gaps)+len(u.Troubles) == 0 {
		p.chapter(u.Title, u.None)
		p.flow.Add(paper.Piece{Height: 1})
		return
	}
	sect := p.chapter(u.Title, u.Meaning)
	for _, t := range u.Troubles {
		p.flow.Add(lines(sect.Add("P"), body, t, p.width).piece(margin, true), paper.Piece{Height: 6})
	}
	for _, g := range u.Gaps {
		head := lines(sect.Add("H2"), title, g.Title, p.width)
		why := lines(sect.Add("P"), body, join(" ", g.Why, g.Do), p.width)
		p.flow.Add(head.piece(margin, true), why.piece(margin, true), paper.Space(3))
		list := sect.Add("L")
		for i, d := range g.Devices {
			item := labelled(list.Add("LI").Add("LBody"), sized(body, 9.5), d.Name+p.Colon+" ", d.Words, p.width-14)
			p.flow.Add(block{item.height, func(s *paper.Sheet, x, y float64) {
				s.Fill(nil, accent, paper.Box(x+1, y+5, 3.6, 3.6, 1.8))
				item.draw(s, x+14, y)
			}}.piece(margin, i == 0 && len(g.Devices) > 1))
		}
		p.flow.Add(paper.Piece{Height: 7})
	}
}

func (p *press) how() *paper.Element {
	sect := p.chapter(p.How.Title)
	for _, words := range p.How.Paragraphs {
		p.flow.Add(lines(sect.Add("P"), body, words, p.width).piece(margin, true), paper.Space(4))
	}
	const pad = 10
	column := (p.width - pad) / float64(len(p.How.Sums))
	sums := make([]block, len(p.How.Sums))
	highest := 0.0
	words := sect.Add("P")
	for i, l := range p.How.Sums {
		sums[i] = lines(words, small, l.Name, column-pad)
		highest = max(highest, sums[i].height)
	}
	box := block{highest + strong.Line() + 2*pad, func(s *paper.Sheet, x, y float64) {
		s.Fill(nil, tint, paper.Box(x, y, p.width, highest+strong.Line()+2*pad-4, 9))
		for i, l := range p.How.Sums {
			at := x + pad + float64(i)*column
			sums[i].draw(s, at, y+pad+highest-sums[i].height)
			s.Text(words, strong, at, y+pad+highest+13, strong.Shorten(l.Words, column-pad)+" ")
		}
	}}
	p.flow.Add(lines(sect.Add("H2"), title, p.How.Sent, p.width).piece(margin, true), paper.Space(4), box.piece(margin, false))
	return sect
}

// sources lists where facts come from, below how we looked.
func (p *press) sources(sect *paper.Element) {
	if len(p.Sources.Lines) == 0 {
		return
	}
	head := lines(sect.Add("H2"), title, p.Sources.Title, p.width)
	p.flow.Add(paper.Space(14), paper.Piece{Height: head.height, Keep: true, Draw: func(s *paper.Sheet, y float64) {
		s.Bookmark(2, y-6, p.Sources.Title)
		head.draw(s, margin, y)
	}}, paper.Space(2))
	list := sect.Add("L")
	for i, words := range p.Sources.Lines {
		item := list.Add("LI")
		label, text := item.Add("Lbl"), lines(item.Add("LBody"), small, words, p.width-indent)
		number := fmt.Sprintf("[%d]", i+1)
		p.flow.Add(block{text.height, func(s *paper.Sheet, x, y float64) {
			lines(label, small, number, indent).draw(s, x, y)
			text.draw(s, x+indent, y)
		}}.piece(margin, true), paper.Piece{Height: 1})
	}
}
