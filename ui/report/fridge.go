package report

import "porchlight/ui/report/paper"

// Measures of the sheet for the fridge, in points.
const (
	edge      = 45
	panel     = 96 // the box at the foot
	boxSide   = 40 // to tick
	fridgeGap = 14
)

// Styles of the sheet: large enough to be read while standing.
var (
	fridgeTitle = paper.Style{Face: paper.Bold, Size: 30, Color: ink}
	fridgeHome  = paper.Style{Face: paper.Bold, Size: 17, Color: ink}
	fridgeJob   = paper.Style{Face: paper.Bold, Size: 22, Color: ink}
	fridgeBody  = paper.Style{Size: 13, Color: ink}
)

// FridgeSheet lays out the sheet for the fridge on paper of that size.
func (r *Report) FridgeSheet(size paper.Size) *paper.Document {
	d := r.document(size)
	d.Title = r.Fridge.Kind + r.Colon + " " + r.Home
	s, of := d.Add(), d.Body.Add("Sect")
	width := size.Width - 2*edge
	y := r.fridgeHead(s, of, width)
	foot := size.Height - edge - panel
	if len(r.Fridge.Jobs) == 0 {
		r.habits(s, of, width, y, foot)
	}
	room := (foot - y) / float64(max(len(r.Fridge.Jobs), 2))
	for _, j := range r.Fridge.Jobs {
		r.card(s, of.Add("Sect"), j, y, width, room-fridgeGap)
		y += room
	}
	r.fridgeFoot(s, of, width, foot)
	return d
}

// fridgeHead puts whose sheet it is and how much there is to do, and gives where the rest begins.
func (r *Report) fridgeHead(s *paper.Sheet, of *paper.Element, width float64) float64 {
	y := float64(edge)
	s.Icon(nil, "app", ink, edge, y, 34)
	kind := sized(in(fridgeBody, muted), 11)
	words := join(" · ", r.Fridge.Kind, r.Fridge.Date)
	right := kind.Width(words)
	s.Text(of.Add("P"), fridgeHome, edge+46, y+23, fridgeHome.Shorten(r.Home, width-46-right-16)+" ")
	s.Text(of.Add("P"), kind, edge+width-right, y+21, words+" ")
	y += 34 + 14
	if r.Practice != "" {
		words := lines(of.Add("P"), sized(strong, 11), r.Practice, width)
		words.draw(s, edge, y)
		y += words.height + 6
	}
	style := fridgeTitle
	folded := style.Balance(r.Fridge.Title, width)
	for len(folded) > 2 && style.Size > 20 {
		style.Size -= 2
		folded = style.Balance(r.Fridge.Title, width)
	}
	s.Bookmark(1, 0, r.Fridge.Title)
	s.Lines(of.Add("H1"), style, edge, y, folded)
	return y + float64(len(folded))*style.Line() + 12
}

// card is one job: a box to tick, what it is, and who does it.
func (r *Report) card(s *paper.Sheet, of *paper.Element, j task, y, width, height float64) {
	const pad = 16
	s.Stroke(nil, ink, 1.6, paper.Box(edge, y, width, height, 14))
	tick(s, edge+pad, y+pad, boxSide)
	s.Icon(nil, j.Icon, muted, edge+pad+4, y+height-pad-30, boxSide-8)
	x, inner := float64(edge+2*pad+boxSide), width-3*pad-boxSide
	room := height - 2*pad - 22
	head, style := fridgeJob, fridgeBody
	h2 := of.Add("H2")
	said := func(icon, words string) block {
		if words == "" {
			return block{}
		}
		return beside(icon, 15, 8, style.Line(), lines(of.Add("P"), style, words, inner-23))
	}
	var title, part block
	for {
		of.Kids = of.Kids[:1]
		title = clipped(h2, head, j.Line, inner, 3)
		part = stack(5, said("sticker", j.Sticker), said("clock", j.Time))
		fits := title.height+5+part.height <= room
		switch long := title.height > 2*head.Line(); {
		case head.Size > 19 && (!fits || long), head.Size > 15 && style.Size <= 12 && (!fits || long):
			head.Size--
			continue
		case style.Size > 12 && !fits, style.Size > 10 && head.Size <= 15 && !fits:
			style.Size--
			continue
		}
		break
	}
	text := stack(5, title, part)
	text.draw(s, x, y+pad-3)
	base := y + height - pad
	middle := x + inner*0.58
	who, when := of.Add("P"), of.Add("P")
	s.Text(who, strongFridge, x, base, r.Fridge.Who+" ")
	rule(s, x+strongFridge.Width(r.Fridge.Who)+8, middle-12, base+2)
	s.Text(when, strongFridge, middle, base, r.Fridge.When+" ")
	rule(s, middle+strongFridge.Width(r.Fridge.When)+8, x+inner, base+2)
}

var strongFridge = paper.Style{Face: paper.Bold, Size: 13, Color: ink}

// habits fills the sheet of a home in which there is nothing to do.
func (r *Report) habits(s *paper.Sheet, of *paper.Element, width, y, foot float64) {
	const lampSize = 120
	s.Icon(nil, r.Verdict.Icon, accent, edge+(width-lampSize)/2, y+16, lampSize)
	y += lampSize + 48
	head := lines(of.Add("H2"), fridgeJob, r.Fridge.Keep, width)
	head.draw(s, edge, y)
	y += head.height + 12
	list := of.Add("L")
	style := sized(fridgeBody, 16)
	for _, h := range r.Fridge.Habits {
		words := lines(list.Add("LI").Add("LBody"), style, h, width-46)
		if y+words.height > foot-16 {
			return
		}
		tick(s, edge, y, 26)
		words.draw(s, edge+46, y+2)
		y += max(words.height, 26) + 20
	}
}

// fridgeFoot is whom to call, and what never to write here.
func (r *Report) fridgeFoot(s *paper.Sheet, of *paper.Element, width, y float64) {
	const pad = 16
	s.Fill(nil, tint, paper.Box(edge, y, width, panel, 14))
	s.Fill(nil, lamp, paper.Box(edge, y, 6, panel, 3))
	x, right := float64(edge+pad+4), edge+width-pad
	style := sized(strongFridge, 15)
	base := y + pad + 14
	stuck, phone := style.Width(r.Fridge.Stuck)+8, style.Width(r.Fridge.Phone)+8
	middle := x + stuck + (right-x-stuck-phone)*0.55
	s.Text(of.Add("P"), style, x, base, r.Fridge.Stuck+" ")
	rule(s, x+stuck, middle-14, base+3)
	s.Text(of.Add("P"), style, middle, base, r.Fridge.Phone+" ")
	rule(s, middle+phone, right, base+3)
	steps := r.Fridge.Steps
	if len(r.Fridge.Jobs) == 0 {
		steps = ""
	}
	note := stack(2, lines(of.Add("P"), sized(in(fridgeBody, muted), 11), join(" ", steps, r.Fridge.More), right-x),
		lines(of.Add("P"), sized(strongFridge, 11), r.Fridge.Never, right-x))
	note.draw(s, x, base+14)
}
