package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Picks is a line of words of which one is picked, each with how many things it stands for. What has
// no room goes to a further line.
type Picks struct {
	*fyne.Container
	Picked int // place of the word

	name  string
	picks []*pick
}

// A pick is one of the words.
type pick struct {
	*Tap
	word  string
	mark  *Pic
	text  *Text
	count *Text
}

// NewPicks makes a line with the first word picked. name is what the words are about, for screen
// readers. onPick is told the place of another word.
func NewPicks(name string, words []string, onPick func(int)) *Picks {
	p := &Picks{Container: FlowLeft(8), name: name}
	for i, word := range words {
		o := &pick{word: word, mark: NewPic("check", theme.ColorNamePrimary, 14), text: Body(word).Short(), count: Muted("").Short()}
		o.Tap = NewTap("", "", ColorLine, 19, 14, 8, Row(7, o.mark, o.text, o.count), func() {
			p.Pick(i)
			onPick(i)
		})
		p.picks = append(p.picks, o)
		p.Add(o.Tap)
		p.Count(i, 0)
	}
	p.Pick(0)
	return p
}

// InOneLine keeps all words beside each other: for a few short ones.
func (p *Picks) InOneLine() *Picks {
	p.Layout = row{8}
	return p
}

// Pick picks the word at that place.
func (p *Picks) Pick(at int) {
	p.Picked = at
	for i, o := range p.picks {
		o.mark.Hidden = i != at
		o.text.TextStyle.Bold = i == at
		o.Fill = ""
		if i == at {
			o.Fill = ColorChosen
		}
		o.text.Refresh()
		o.Refresh()
	}
	p.Refresh()
}

// Count shows how many things the word at that place stands for; nothing for none.
func (p *Picks) Count(at, n int) {
	o, said := p.picks[at], ""
	o.label = p.name + ": " + o.word
	if n > 0 {
		said = strconv.Itoa(n)
		o.label += ", " + said
	}
	if o.count.Text == said && o.count.Hidden == (said == "") {
		return
	}
	o.count.Hidden = said == ""
	o.count.Set(said)
	o.Refresh()
	p.Refresh()
}
