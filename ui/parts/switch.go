package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Switch is a line of a form that is on or off. The whole line can be pressed.
type Switch struct {
	Tap
	On        bool
	OnChanged func(bool) // what happens when the user switches

	name string
	said [2]string // off and on, for screen readers
	knob *knob
}

// NewSwitch makes a line that is on or off. small says more in small print; "" for nothing. off and on are what a screen
// reader says.
func NewSwitch(name, small, off, on string, is bool, onChanged func(bool)) *Switch {
	s := &Switch{name: name, said: [2]string{off, on}, knob: newKnob(), OnChanged: onChanged}
	text := Stack(1, Body(name))
	if small != "" {
		text.Add(Small(small))
	}
	s.Radius, s.padX, s.padY = 10, 10, 8
	s.Content = Beside(20, nil, s.knob, text)
	s.onTap = func() {
		s.Set(!s.On)
		s.OnChanged(s.On)
	}
	s.ExtendBaseWidget(s)
	s.Set(is)
	return s
}

// Set shows that it is on or off.
func (s *Switch) Set(on bool) {
	s.On, s.knob.on = on, on
	s.label = s.name + ": " + s.said[0]
	if on {
		s.label = s.name + ": " + s.said[1]
	}
	s.knob.Refresh()
}

// A knob is the picture of a switch: right and with a tick for on, left and hollow for off.
type knob struct {
	widget.BaseWidget
	on bool
}

func newKnob() *knob {
	k := &knob{}
	k.ExtendBaseWidget(k)
	return k
}

// The measures of a knob, for the usual size of text.
const knobWidth, knobHeight, knobRim = 42, 24, 4

// CreateRenderer implements fyne.Widget.
func (k *knob) CreateRenderer() fyne.WidgetRenderer {
	r := &knobRenderer{
		k: k, track: canvas.NewRectangle(color.Transparent), dot: canvas.NewCircle(color.Transparent),
		tick: canvas.NewImageFromResource(nil),
	}
	r.tick.FillMode = canvas.ImageFillContain
	r.paint()
	return r
}

type knobRenderer struct {
	k     *knob
	track *canvas.Rectangle
	dot   *canvas.Circle
	tick  *canvas.Image
}

func (r *knobRenderer) paint() {
	line := theme.Color(theme.ColorNameInputBorder)
	r.track.FillColor, r.track.StrokeColor, r.track.StrokeWidth = theme.Color(theme.ColorNameInputBackground), line, 1.5
	r.dot.FillColor = line
	r.tick.Hidden = !r.k.on
	if r.k.on {
		r.track.FillColor, r.track.StrokeWidth = theme.Color(theme.ColorNamePrimary), 0
		r.dot.FillColor = theme.Color(theme.ColorNameForegroundOnPrimary)
		r.tick.Resource = Icon("check", theme.ColorNamePrimary)
	}
}

func (r *knobRenderer) Layout(size fyne.Size) {
	whole := r.MinSize()
	top := (size.Height - whole.Height) / 2
	line := r.track.StrokeWidth // it is drawn round the area
	r.track.Resize(whole.SubtractWidthHeight(line, line))
	r.track.Move(fyne.NewPos(line/2, top+line/2))
	r.track.CornerRadius = (whole.Height - line) / 2
	rim := Scaled(knobRim)
	side, x := whole.Height-2*rim, rim
	if r.k.on {
		x = whole.Width - whole.Height + rim
	}
	r.dot.Resize(fyne.NewSquareSize(side))
	r.dot.Move(fyne.NewPos(x, top+rim))
	r.tick.Resize(fyne.NewSquareSize(side - 4))
	r.tick.Move(fyne.NewPos(x+2, top+rim+2))
}

func (r *knobRenderer) MinSize() fyne.Size {
	return fyne.NewSize(Scaled(knobWidth), Scaled(knobHeight))
}

func (r *knobRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.track, r.dot, r.tick}
}

func (r *knobRenderer) Destroy() {}

func (r *knobRenderer) Refresh() {
	r.paint()
	r.Layout(r.k.Size())
	r.track.Refresh()
	r.dot.Refresh()
	r.tick.Refresh()
}
