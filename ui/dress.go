package ui

import (
	"porchlight/checks/rounds"
	"porchlight/ui/parts"
)

// textSizes are those that the user may choose, in percent of the usual one.
var textSizes = []int{100, 115, 130, 150}

// dress gives the theme that the user has set.
func dress(set rounds.Settings) parts.Theme {
	t := parts.Theme{Brightness: parts.Brightness(set.Theme), Sharp: set.Contrast}
	if set.TextSize > 0 {
		t.Scale = float32(set.TextSize) / 100
	}
	return t
}

// wear shows the window as the user has set it by now.
func (w *Window) wear() {
	w.app.Settings().SetTheme(dress(w.set))
	w.rebuild()
}
