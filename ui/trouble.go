package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"

	"porchlight/assets/text"
	"porchlight/ui/parts"
)

// Tell puts a sentence before the user that cannot wait, such as that a damaged history
// was kept aside. Call it before Show.
func (w *Window) Tell(sentence string) { w.tell(sentence) }

// ShowTrouble shows why the program cannot start, and nothing else, until the window is
// closed or ctx ends.
func ShowTrouble(ctx context.Context, app fyne.App, catalog *text.Catalog, sentence string) {
	app.Settings().SetTheme(parts.Theme{})
	win := troubleWindow(app, catalog, sentence)
	stop := context.AfterFunc(ctx, func() { fyne.Do(win.Close) })
	defer stop()
	win.ShowAndRun()
}

func troubleWindow(app fyne.App, catalog *text.Catalog, sentence string) fyne.Window {
	app.SetIcon(parts.AppIcon())
	win := app.NewWindow(catalog.T("app.name", nil))
	win.SetPadded(false)
	win.SetMaster()
	ok := parts.MainButton(catalog.T("action.ok", nil), "", win.Close)
	body := parts.Body(sentence)
	body.Wrapping = fyne.TextWrapWord
	win.SetContent(parts.Pad(32, 28, parts.Stack(16,
		parts.Beside(20, parts.NewPic("app", "", 48), nil, parts.Title(catalog.T("trouble.start", nil))),
		body, parts.Beside(0, nil, ok, layout.NewSpacer()))))
	win.Resize(fyne.NewSize(520, 220))
	win.SetFixedSize(true)
	win.Canvas().Focus(ok)
	return win
}
