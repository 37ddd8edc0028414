package parts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// maxSaid is how many rows of a list a screen reader is told; nobody listens to more at once.
const maxSaid = 40

// Says gives what can be read in o, in the order in which it stands there, for screen readers. The toolkit (2.8.1) looks
// into plain containers only: not into what scrolls, and not into widgets.
func Says(o fyne.CanvasObject) string {
	var said []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *fyne.Container:
			for _, inner := range o.Objects {
				walk(inner)
			}
		case *container.Scroll:
			walk(o.Content)
		case *Box:
			walk(o.Content)
		case fyne.Accessible:
			said = append(said, o.AccessibilityLabel())
		}
	}
	walk(o)
	var out []string
	for _, s := range said {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

// A Reader lies over something, unseen, and tells a screen reader what can be read there.
type Reader struct {
	widget.BaseWidget
	of fyne.CanvasObject
}

// NewReader makes a reader of o.
func NewReader(o fyne.CanvasObject) *Reader {
	r := &Reader{of: o}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *Reader) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// AccessibilityLabel implements fyne.Accessible.
func (r *Reader) AccessibilityLabel() string { return Says(r.of) }

// AccessibilityRole implements fyne.Accessible.
func (r *Reader) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible.
func (b *Box) AccessibilityLabel() string { return Says(b.Content) }

// AccessibilityRole implements fyne.Accessible.
func (b *Box) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible. A button without words says its Label.
func (b *Button) AccessibilityLabel() string {
	if b.Text == "" {
		return b.Label
	}
	return b.Text
}

// AccessibilityLabel implements fyne.Accessible: what the line is for, and what stands there, unless that is a secret.
func (e *Entry) AccessibilityLabel() string {
	switch {
	case e.Text == "" || e.Password:
		return e.Label
	case e.Label == "":
		return e.Text
	}
	return e.Label + ": " + e.Text
}

// AccessibilityRole implements fyne.Accessible. The toolkit knows no role for a line to write in.
func (e *Entry) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible: its words, after a tick if it is ticked.
func (c *Check) AccessibilityLabel() string {
	if c.Checked {
		return "✓ " + c.Text
	}
	return c.Text
}

// AccessibilityRole implements fyne.Accessible.
func (c *Check) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible: nothing, for the line round it says it.
func (k *knob) AccessibilityLabel() string { return "" }

// AccessibilityRole implements fyne.Accessible. Readers pass over containers.
func (k *knob) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// AccessibilityLabel implements fyne.Accessible: the rows, one on each line.
func (l *List) AccessibilityLabel() string {
	var said []string
	row := l.CreateItem()
	for i := range min(maxSaid, l.Length()) {
		l.UpdateItem(i, row)
		if a, ok := row.(fyne.Accessible); ok {
			said = append(said, a.AccessibilityLabel())
		}
	}
	return strings.Join(said, "\n")
}

// AccessibilityRole implements fyne.Accessible.
func (l *List) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible: its Label, or nothing for a picture that only adorns words beside it.
func (p *Pic) AccessibilityLabel() string { return p.Label }

// AccessibilityRole implements fyne.Accessible. Readers pass over containers.
func (p *Pic) AccessibilityRole() fyne.AccessibleRole {
	if p.Label == "" {
		return fyne.AccessibleRoleContainer
	}
	return fyne.AccessibleRoleText
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Bar) AccessibilityLabel() string { return b.Label }

// AccessibilityRole implements fyne.Accessible.
func (b *Bar) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible.
func (r *optionRow) AccessibilityLabel() string { return r.words.Text }

// AccessibilityRole implements fyne.Accessible.
func (r *optionRow) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
