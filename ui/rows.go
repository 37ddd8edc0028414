package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"porchlight/ui/parts"
)

// A headedRow is a row of a list that stands in groups: the head of a group, or a line of it. A head covers
// the mark of the mouse, for it is nothing to press. Who embeds one extends it.
type headedRow struct {
	widget.BaseWidget
	head        *parts.Text
	cover       *canvas.Rectangle
	title, line *fyne.Container
	says        func() string // the line in words
}

// build makes a row that is x wide of the edges, with the line given.
func (r *headedRow) build(x float32, line *fyne.Container, says func() string) {
	r.head, r.cover, r.line, r.says = parts.Small("").OneLine(), canvas.NewRectangle(color.Transparent), line, says
	r.head.TextStyle.Bold = true
	r.title = container.NewStack(r.cover, container.NewBorder(nil, parts.Pad(x, 6, r.head), nil, nil))
}

// CreateRenderer implements fyne.Widget.
func (r *headedRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.title, r.line))
}

// AccessibilityLabel implements fyne.Accessible.
func (r *headedRow) AccessibilityLabel() string {
	if r.line.Hidden {
		return r.head.Text
	}
	return r.says()
}

// AccessibilityRole implements fyne.Accessible. A head is nothing to press.
func (r *headedRow) AccessibilityRole() fyne.AccessibleRole {
	if r.line.Hidden {
		return fyne.AccessibleRoleText
	}
	return fyne.AccessibleRoleButton
}

// turn makes the row a head or a line. Rows are shown often, so nothing is drawn anew that stays.
func (r *headedRow) turn(head bool) {
	if c := theme.Color(theme.ColorNameBackground); r.cover.FillColor != c {
		r.cover.FillColor = c
		r.cover.Refresh()
	}
	if r.title.Hidden == head || r.line.Hidden != head {
		r.title.Hidden, r.line.Hidden = !head, head
		r.Refresh()
	}
}
