package parts

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets"
	"porchlight/checks"
	"porchlight/discovery"
)

// AppIcon is the porch lamp, as the system wants it for windows.
func AppIcon() fyne.Resource {
	raw, _ := assets.Icons.ReadFile("icons/app.png")
	return fyne.NewStaticResource("app.png", raw)
}

// lamp is the porch lamp in its own colours, for any size.
func lamp() fyne.Resource { return fyne.NewStaticResource("app.svg", picture("app")) }

// Icon is one of our line icons in a colour of the theme. The toolkit's own themed
// resource recolours areas but not lines, hence this one.
func Icon(name string, c fyne.ThemeColorName) fyne.Resource { return icon{name, c} }

type icon struct {
	name  string
	color fyne.ThemeColorName
}

// Name implements fyne.Resource. The toolkit keeps drawn icons by it, so it tells colours apart.
func (i icon) Name() string { return i.name + "-" + i.hex()[1:] + ".svg" }

// Content implements fyne.Resource.
func (i icon) Content() []byte {
	return bytes.ReplaceAll(picture(i.name), []byte("currentColor"), []byte(i.hex()))
}

func (i icon) hex() string {
	r, g, b, _ := theme.Color(i.color).RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// picture reads one of our icons; the one for "unknown" if there is none of that name.
func picture(name string) []byte {
	raw, err := assets.Icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		raw, _ = assets.Icons.ReadFile("icons/kind-unknown.svg")
	}
	return raw
}

// KindIcon names the icon of a kind of device.
func KindIcon(k discovery.Kind) string {
	if k == discovery.KindUnknown {
		return "kind-unknown"
	}
	return "kind-" + string(k)
}

// A State is how a device or a finding stands, as icon, colour and word: never as colour
// alone. The zero State says nothing.
type State struct {
	Icon  string
	Color fyne.ThemeColorName
	Key   string // of its word in the catalogue
	Rank  int    // the higher, the sooner to be looked at
}

// States.
var (
	Today     = State{"state-today", ColorToday, "severity.today", 11}
	Week      = State{"state-week", ColorWeek, "severity.week", 10}
	Good      = State{"state-good", ColorGood, "severity.good", 9}
	Unchecked = State{"state-unchecked", ColorMuted, "severity.unchecked", 8}
	Later     = State{"clock", ColorMuted, "state.later", 7}
	Accepted  = State{"state-accepted", ColorMuted, "state.accepted", 6}
	NotYet    = State{"state-notyet", ColorMuted, "state.not-yet", 5}
	Nothing   = State{"state-nothing", ColorMuted, "state.nothing", 4}
	Info      = State{"state-info", ColorGood, "severity.info", 3}
	AllGood   = State{"state-allgood", ColorAllGood, "severity.allgood", 2}
	Offline   = State{"state-offline", ColorMuted, "state.offline", 1}
	Alone     = State{"never", ColorMuted, "state.alone", 0}
	Fixed     = State{"state-allgood", ColorAllGood, "state.fixed", 0}
)

// StateOf gives the state of a severity.
func StateOf(s checks.Severity) State {
	switch s {
	case checks.Today:
		return Today
	case checks.Week:
		return Week
	case checks.Good:
		return Good
	default:
		return Info
	}
}

// A Pic shows an icon, on a disc if Disc is set.
type Pic struct {
	widget.BaseWidget
	Label       string // what a screen reader says; "" where words beside it say the same
	name        string
	color, disc fyne.ThemeColorName
	size        float32
}

// NewPic shows an icon of that colour in a square of that size, which grows with the text.
func NewPic(name string, c fyne.ThemeColorName, size float32) *Pic {
	p := &Pic{name: name, color: c, size: size}
	p.ExtendBaseWidget(p)
	return p
}

// NewDisc shows an icon of that colour on a disc of that size, in the faint version of
// its colour.
func NewDisc(name string, c fyne.ThemeColorName, size float32) *Pic {
	p := NewPic(name, c, size)
	p.disc = Tint(c)
	return p
}

// Set shows another icon.
func (p *Pic) Set(name string, c fyne.ThemeColorName) {
	if p.name == name && p.color == c {
		return
	}
	p.name, p.color = name, c
	if p.disc != "" {
		p.disc = Tint(c)
	}
	p.Refresh()
}

// MinSize implements fyne.Widget.
func (p *Pic) MinSize() fyne.Size { return fyne.NewSquareSize(Scaled(p.size)) }

// CreateRenderer implements fyne.Widget.
func (p *Pic) CreateRenderer() fyne.WidgetRenderer {
	r := &picRenderer{p: p, disc: canvas.NewCircle(color.Transparent), image: canvas.NewImageFromResource(nil)}
	r.image.FillMode = canvas.ImageFillContain
	r.paint()
	return r
}

type picRenderer struct {
	p     *Pic
	disc  *canvas.Circle
	image *canvas.Image
}

func (r *picRenderer) paint() {
	r.disc.Hidden = r.p.disc == ""
	if !r.disc.Hidden {
		r.disc.FillColor = theme.Color(r.p.disc)
	}
	r.image.Resource = Icon(r.p.name, r.p.color)
	if r.p.name == "app" {
		r.image.Resource = lamp()
	}
}

func (r *picRenderer) Layout(size fyne.Size) {
	side := min(Scaled(r.p.size), size.Width, size.Height)
	mid := fyne.NewPos((size.Width-side)/2, (size.Height-side)/2)
	r.disc.Resize(fyne.NewSquareSize(side))
	r.disc.Move(mid)
	in := float32(0)
	if r.p.disc != "" {
		in = side * 0.24
	}
	r.image.Resize(fyne.NewSquareSize(side - 2*in))
	r.image.Move(mid.AddXY(in, in))
}

func (r *picRenderer) MinSize() fyne.Size { return r.p.MinSize() }

func (r *picRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.disc, r.image} }

func (r *picRenderer) Destroy() {}

func (r *picRenderer) Refresh() {
	r.paint()
	r.disc.Refresh()
	r.image.Refresh()
}
