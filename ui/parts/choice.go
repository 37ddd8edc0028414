package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// An Option is one thing that a Choice offers; Icon may be "".
type Option struct{ Icon, Words string }

// A Choice is a line of a form that holds one of many options. Pressed, it shows them in a list
// of its own, which is never longer than the eye can take in.
type Choice struct {
	Tap
	Chosen   int       // place in the options
	OnChosen func(int) // what happens when the user chooses; nil for nothing

	name    string
	options []Option
	pic     *Pic
	words   *Text
}

// NewChoice makes a line with that option chosen. name is what the line is about, for screen
// readers.
func NewChoice(name string, options []Option, chosen int) *Choice {
	c := &Choice{name: name, options: options, pic: NewPic("", ColorMuted, 18), words: Body("").OneLine()}
	c.Fill, c.Line, c.Radius = theme.ColorNameInputBackground, theme.ColorNameInputBorder, theme.Size(theme.SizeNameInputRadius)
	c.padX, c.padY = innerPadding, innerPadding-0.5
	c.Content = Beside(9, c.pic, NewPic("down", theme.ColorNameForeground, 14), c.words)
	c.onTap = c.unfold
	c.ExtendBaseWidget(c)
	c.Choose(chosen)
	return c
}

// Offer offers other options, with one of them chosen.
func (c *Choice) Offer(options []Option, chosen int) {
	c.options = options
	c.Choose(chosen)
}

// Choose chooses an option by its place.
func (c *Choice) Choose(i int) {
	o := c.options[i]
	c.Chosen = i
	c.label = c.name + ": " + o.Words
	c.pic.Set(o.Icon, ColorMuted)
	c.pic.Hidden = o.Icon == ""
	c.words.Set(o.Words)
}

const (
	// choiceHeight is how high the list of options is at most: seven and a half of them, so that
	// one sees that there are more.
	choiceHeight = 312
	// choiceEdge is the room round the list.
	choiceEdge = 6
)

// unfold shows the options, the chosen one marked.
func (c *Choice) unfold() {
	win := fyne.CurrentApp().Driver().CanvasForObject(c)
	if win == nil {
		return
	}
	list := NewList(func() int { return len(c.options) }, func() fyne.CanvasObject { return newOptionRow() },
		func(i int, o fyne.CanvasObject) { o.(*optionRow).show(c.options[i], i == c.Chosen) })
	pop := widget.NewPopUp(Pad(choiceEdge, choiceEdge, list), win)
	list.onEscape = func() {
		pop.Hide()
		win.Focus(c)
	}
	list.OnSelected = func(i int) {
		pop.Hide()
		win.Focus(c)
		c.Choose(i)
		if c.OnChosen != nil {
			c.OnChosen(i)
		}
	}
	row := newOptionRow().MinSize().Height + theme.Padding() // the list keeps that between them
	height := min(Scaled(choiceHeight), row*float32(len(c.options))) + 2*choiceEdge
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(c).AddXY(0, c.Size().Height+4)
	pop.Resize(fyne.NewSize(c.Size().Width, height))
	pop.ShowAtPosition(fyne.NewPos(at.X, max(0, min(at.Y, win.Size().Height-height-8))))
	win.Focus(list)
	list.Highlight(c.Chosen)
}

// An optionRow is one line of the list of options.
type optionRow struct {
	widget.BaseWidget
	pic, mark *Pic
	words     *Text
	content   fyne.CanvasObject
}

func newOptionRow() *optionRow {
	r := &optionRow{pic: NewPic("", ColorMuted, 20), mark: NewPic("check", theme.ColorNamePrimary, 16), words: Body("").OneLine()}
	r.content = Pad(9, 9, Beside(12, r.pic, r.mark, r.words))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *optionRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }

func (r *optionRow) show(o Option, chosen bool) {
	r.pic.Set(o.Icon, ColorMuted)
	r.pic.Hidden = o.Icon == ""
	r.words.Set(o.Words)
	r.mark.Hidden = !chosen
	r.content.Refresh()
}
