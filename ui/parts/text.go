package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Text is plain text without the margin that labels carry, so that things align by
// their letters. It wraps unless told otherwise. Nothing in it is ever read as markup.
type Text struct{ widget.Label }

func newText(s string, size fyne.ThemeSizeName, bold bool, importance widget.Importance) *Text {
	t := &Text{}
	t.Text, t.SizeName, t.Importance = s, size, importance
	t.TextStyle.Bold = bold
	t.Wrapping = fyne.TextWrapWord
	t.ExtendBaseWidget(t)
	return t
}

// Heading is the one big sentence of a page.
func Heading(s string) *Text {
	return newText(s, theme.SizeNameHeadingText, true, widget.MediumImportance)
}

// Title is the head of a card or a section that stands alone.
func Title(s string) *Text {
	return newText(s, theme.SizeNameSubHeadingText, true, widget.MediumImportance)
}

// Strong is the head of a paragraph or a row.
func Strong(s string) *Text { return newText(s, theme.SizeNameText, true, widget.MediumImportance) }

// Body is text to read.
func Body(s string) *Text { return newText(s, theme.SizeNameText, false, widget.MediumImportance) }

// Muted is text in the second voice.
func Muted(s string) *Text { return newText(s, theme.SizeNameText, false, widget.LowImportance) }

// Small is small print.
func Small(s string) *Text { return newText(s, theme.SizeNameCaptionText, false, widget.LowImportance) }

// OneLine cuts the text where its line ends, with an ellipsis.
func (t *Text) OneLine() *Text {
	t.Wrapping, t.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
	return t
}

// Short never wraps and is as wide as its words.
func (t *Text) Short() *Text {
	t.Wrapping = fyne.TextWrapOff
	return t
}

// Centered puts the text in the middle.
func (t *Text) Centered() *Text {
	t.Alignment = fyne.TextAlignCenter
	return t
}

// Set shows s.
func (t *Text) Set(s string) {
	if t.Text != s {
		t.SetText(s)
	}
}

// MinSize implements fyne.Widget.
func (t *Text) MinSize() fyne.Size {
	return t.Label.MinSize().SubtractWidthHeight(2*innerPadding, 2*innerPadding)
}

// Resize implements fyne.CanvasObject.
func (t *Text) Resize(s fyne.Size) {
	t.Label.Resize(s.AddWidthHeight(2*innerPadding, 2*innerPadding))
}

// Move implements fyne.CanvasObject.
func (t *Text) Move(p fyne.Position) { t.Label.Move(p.SubtractXY(innerPadding, innerPadding)) }
