// Package parts holds the theme and the small widgets that the pages of the window share.
package parts

import (
	"image/color"
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

// Theme is the look of Porchlight: calm neutrals and the warm light of a porch lamp, in
// light and dark. The zero Theme is ready to use.
type Theme struct{}

// Color implements fyne.Theme.
func (Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	dark := 0
	if variant == theme.VariantDark {
		dark = 1
	}
	if c, ok := palette[name]; ok {
		return c[dark]
	}
	if base, ok := strings.CutSuffix(string(name), tint); ok {
		return mix(palette[ColorCard][dark], palette[fyne.ThemeColorName(base)][dark], 0.13)
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Size implements fyne.Theme.
func (Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

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
