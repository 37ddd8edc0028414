// Package parts holds the theme and the small widgets that the pages of the window share.
package parts

import (
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of ours, besides those of the toolkit. The main button wears the toolkit's
// warning colour, so that the primary colour, which also draws thin marks, may be darker.
const (
	ColorSide     fyne.ThemeColorName = "side"     // behind the navigation and quiet areas
	ColorCard     fyne.ThemeColorName = "card"     // behind what belongs together
	ColorLine     fyne.ThemeColorName = "line"     // decoration only: round cards, between rows
	ColorEdge     fyne.ThemeColorName = "edge"     // round areas that only their colour tells apart; seen with high contrast
	ColorPractice fyne.ThemeColorName = "practice" // behind the banner of the practice home
	ColorChosen   fyne.ThemeColorName = "chosen"   // behind the page one is on
	ColorToday    fyne.ThemeColorName = "today"
	ColorWeek     fyne.ThemeColorName = "week"
	ColorGood     fyne.ThemeColorName = "good"
	ColorAllGood  fyne.ThemeColorName = "allgood"
	ColorMuted                        = theme.ColorNameDisabled // second voice, still well readable
)

// tint is the suffix of a colour's faint version, for the area round an icon of that colour.
const tint = ".tint"

// Tint names the faint version of one of the colours.
func Tint(c fyne.ThemeColorName) fyne.ThemeColorName { return c + tint }

// palette holds every colour twice: for light and for dark.
var palette = map[fyne.ThemeColorName][2]color.NRGBA{
	theme.ColorNameBackground:          {rgb(0xfbf8f3), rgb(0x1b1815)},
	ColorSide:                          {rgb(0xf3ede3), rgb(0x151310)},
	ColorCard:                          {rgb(0xffffff), rgb(0x26221d)},
	ColorLine:                          {rgb(0xe6ddcf), rgb(0x3b352d)},
	ColorEdge:                          {rgba(0, 0), rgba(0, 0)},
	ColorPractice:                      {rgb(0xfde3a7), rgb(0x4d3a14)},
	ColorChosen:                        {rgb(0xe8ddca), rgb(0x322c25)},
	theme.ColorNameForeground:          {rgb(0x2b2520), rgb(0xf2ece2)},
	theme.ColorNameDisabled:            {rgb(0x6b5d4d), rgb(0xbdae99)},
	theme.ColorNamePlaceHolder:         {rgb(0x6b5d4d), rgb(0xbdae99)},
	theme.ColorNamePrimary:             {rgb(0xb06c00), rgb(0xf4b740)},
	theme.ColorNameForegroundOnPrimary: {rgb(0xffffff), rgb(0x241c10)},
	theme.ColorNameHyperlink:           {rgb(0x8a5200), rgb(0xf4b740)},
	theme.ColorNameWarning:             {rgb(0xf4b740), rgb(0xf4b740)},
	theme.ColorNameForegroundOnWarning: {rgb(0x2b2520), rgb(0x241c10)},
	theme.ColorNameError:               {rgb(0xb3261e), rgb(0xff9c8f)},
	theme.ColorNameForegroundOnError:   {rgb(0xffffff), rgb(0x3a0a06)},
	theme.ColorNameSuccess:             {rgb(0x2b7a4b), rgb(0x8ad6a4)},
	theme.ColorNameForegroundOnSuccess: {rgb(0xffffff), rgb(0x0b2a17)},
	ColorToday:                         {rgb(0xb3261e), rgb(0xff9c8f)},
	ColorWeek:                          {rgb(0x9a5600), rgb(0xf4b740)},
	ColorGood:                          {rgb(0x1d6a8a), rgb(0x8cc8e8)},
	ColorAllGood:                       {rgb(0x2b7a4b), rgb(0x8ad6a4)},
	ColorMuted + tint:                  {rgb(0xefe6d8), rgb(0x3b352d)}, // a tenth of a near-grey looks dirty
	theme.ColorNameButton:              {rgb(0xe8ddca), rgb(0x3b352d)},
	theme.ColorNameDisabledButton:      {rgb(0xece3d5), rgb(0x2c2722)},
	theme.ColorNameInputBackground:     {rgb(0xffffff), rgb(0x1b1815)},
	theme.ColorNameInputBorder:         {rgb(0x8b8072), rgb(0x938878)},
	theme.ColorNameMenuBackground:      {rgb(0xffffff), rgb(0x26221d)},
	theme.ColorNameOverlayBackground:   {rgb(0xffffff), rgb(0x26221d)},
	theme.ColorNameHeaderBackground:    {rgb(0xf3ede3), rgb(0x151310)},
	theme.ColorNameSeparator:           {rgb(0xe6ddcf), rgb(0x3b352d)},
	theme.ColorNameHover:               {rgba(0x2b2520, 0x0f), rgba(0xf2ece2, 0x12)},
	theme.ColorNamePressed:             {rgba(0x2b2520, 0x20), rgba(0xf2ece2, 0x24)},
	theme.ColorNameFocus:               {rgba(0xf4b740, 0x50), rgba(0xf4b740, 0x50)},
	theme.ColorNameSelection:           {rgba(0xf4b740, 0x48), rgba(0xf4b740, 0x30)},
	theme.ColorNameScrollBar:           {rgba(0x2b2520, 0x48), rgba(0xf2ece2, 0x48)},
	theme.ColorNameShadow:              {rgba(0x2b2520, 0x1e), rgba(0x000000, 0x60)},
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            15,
	theme.SizeNameCaptionText:     13,
	theme.SizeNameSubHeadingText:  21,
	theme.SizeNameHeadingText:     28,
	theme.SizeNameLineSpacing:     5,
	theme.SizeNameInnerPadding:    innerPadding,
	theme.SizeNamePadding:         4,
	theme.SizeNameButtonRadius:    10,
	theme.SizeNameInputRadius:     10,
	theme.SizeNameSelectionRadius: 10,
	theme.SizeNameCardRadius:      Radius,
	theme.SizeNameDialogRadius:    18,
	theme.SizeNamePopupRadius:     12,
	theme.SizeNameMenuRadius:      10,
	theme.SizeNameScrollBar:       10,
}

const innerPadding = 9

// Radius is how round the corners of a card are.
const Radius = 14

// Brightness is which of the two sides of the theme the user wants.
type Brightness string

// Sides of the theme. Unset follows the system.
const (
	AsSystem Brightness = ""
	Light    Brightness = "light"
	Dark     Brightness = "dark"
)

// Theme is the look of Porchlight: calm neutrals and the warm light of a porch lamp, in
// light and dark. The zero Theme is ready to use.
type Theme struct {
	Brightness Brightness
	Sharp      bool    // black on white or white on black, and strong lines, for tired eyes
	Scale      float32 // of all text; 0 for the usual size
}

// sharp holds the colours that differ with high contrast; coloured marks become darker or lighter.
var sharp = map[fyne.ThemeColorName][2]color.NRGBA{
	theme.ColorNameBackground:        {rgb(0xffffff), rgb(0x000000)},
	ColorSide:                        {rgb(0xffffff), rgb(0x000000)},
	ColorCard:                        {rgb(0xffffff), rgb(0x000000)},
	ColorLine:                        {rgb(0x000000), rgb(0xffffff)},
	ColorEdge:                        {rgb(0x000000), rgb(0xffffff)},
	ColorChosen:                      {rgb(0xf0e2c4), rgb(0x463c20)},
	theme.ColorNameForeground:        {rgb(0x000000), rgb(0xffffff)},
	theme.ColorNameDisabled:          {rgb(0x2b2520), rgb(0xf2ece2)},
	theme.ColorNamePlaceHolder:       {rgb(0x2b2520), rgb(0xf2ece2)},
	theme.ColorNamePrimary:           {rgb(0x6e4300), rgb(0xffd166)},
	theme.ColorNameHyperlink:         {rgb(0x5c3700), rgb(0xffd166)},
	ColorToday:                       {rgb(0x8a0f0a), rgb(0xffb4a9)},
	ColorWeek:                        {rgb(0x6b3b00), rgb(0xffd166)},
	ColorGood:                        {rgb(0x0a4660), rgb(0xa8dcf5)},
	ColorAllGood:                     {rgb(0x14532d), rgb(0xa6e9bd)},
	ColorMuted + tint:                {rgb(0xf0e8da), rgb(0x2c2722)},
	theme.ColorNameInputBackground:   {rgb(0xffffff), rgb(0x000000)},
	theme.ColorNameInputBorder:       {rgb(0x000000), rgb(0xffffff)},
	theme.ColorNameMenuBackground:    {rgb(0xffffff), rgb(0x000000)},
	theme.ColorNameOverlayBackground: {rgb(0xffffff), rgb(0x000000)},
	theme.ColorNameSeparator:         {rgb(0x000000), rgb(0xffffff)},
	theme.ColorNameScrollBar:         {rgba(0x000000, 0xb0), rgba(0xffffff, 0xb0)},
}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.Brightness {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	case AsSystem:
	}
	if c, ok := t.own(name, variant); ok {
		return c
	}
	if base, ok := strings.CutSuffix(string(name), tint); ok {
		card, _ := t.own(ColorCard, variant)
		c, _ := t.own(fyne.ThemeColorName(base), variant)
		return mix(card, c, 0.13)
	}
	return theme.DefaultTheme().Color(name, variant)
}

// own gives a colour that is not the toolkit's.
func (t Theme) own(name fyne.ThemeColorName, variant fyne.ThemeVariant) (color.NRGBA, bool) {
	dark := 0
	if variant == theme.VariantDark {
		dark = 1
	}
	if c, ok := sharp[name]; ok && t.Sharp {
		return c[dark], true
	}
	c, ok := palette[name]
	return c[dark], ok
}

// Size implements fyne.Theme.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	s, ok := sizes[name]
	if !ok {
		s = theme.DefaultTheme().Size(name)
	}
	if slices.Contains(written, name) && t.Scale > 0 {
		s *= t.Scale
	}
	return s
}

// written are the sizes that the size of text changes.
var written = []fyne.ThemeSizeName{
	theme.SizeNameText, theme.SizeNameCaptionText, theme.SizeNameSubHeadingText, theme.SizeNameHeadingText, theme.SizeNameLineSpacing, theme.SizeNameInlineIcon,
}

// Scaled gives a length that was chosen for the usual size of text, for the size that it has now.
func Scaled(length float32) float32 {
	return length * theme.Size(theme.SizeNameText) / sizes[theme.SizeNameText]
}

// Grown is like Scaled, but grows half as much: for columns that had room to spare, so that the others keep some.
func Grown(length float32) float32 { return (length + Scaled(length)) / 2 }

// Font implements fyne.Theme.
func (Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

func rgb(v uint32) color.NRGBA { return rgba(v, 0xff) }

func rgba(v uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16 & 0xff), G: uint8(v >> 8 & 0xff), B: uint8(v & 0xff), A: alpha}
}

// mix lays share of b over a.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	at := func(x, y uint8) uint8 { return uint8(float64(x)*(1-share) + float64(y)*share + 0.5) }
	return color.NRGBA{R: at(a.R, b.R), G: at(a.G, b.G), B: at(a.B, b.B), A: 0xff}
}
