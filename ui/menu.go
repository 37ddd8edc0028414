package ui

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"porchlight/ui/parts"
)

// keys sets up the menu and its shortcuts. The toolkit looks for them in the menu first, whatever has the keyboard; the
// canvas has them too for systems without that.
func (w *Window) keys() {
	item := func(key string, k fyne.KeyName, m fyne.KeyModifier, f func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(w.words.say(key), f)
		if k == "" {
			return i
		}
		s := &desktop.CustomShortcut{KeyName: k, Modifier: m}
		i.Shortcut = s
		if m != 0 {
			w.win.Canvas().AddShortcut(s, func(fyne.Shortcut) { f() })
		}
		return i
	}
	quit := item("menu.quit", fyne.KeyQ, fyne.KeyModifierShortcutDefault, w.win.Close)
	quit.IsQuit = true
	file := fyne.NewMenu(w.words.say("menu.file"),
		item("menu.settings", fyne.KeyComma, fyne.KeyModifierShortcutDefault, func() { w.visit(w.settings) }),
		fyne.NewMenuItemSeparator(), quit)
	edit := fyne.NewMenu(w.words.say("menu.edit"), item("menu.undo", "", 0, w.undoKey))
	edit.Items[0].Shortcut = &fyne.ShortcutUndo{} // the toolkit's own name for this key
	w.win.Canvas().AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { w.undoKey() })
	home := fyne.NewMenu(w.words.say("menu.home"),
		item("action.look", fyne.KeyR, fyne.KeyModifierShortcutDefault, w.look),
		item("action.stop", fyne.KeyEscape, 0, w.halt))
	places := fyne.NewMenu(w.words.say("menu.view"))
	for i, p := range append(slices.Clone(w.pages), w.homes) {
		number := fyne.KeyName(strconv.Itoa(i + 1))
		places.Items = append(places.Items, item("nav."+p.key(), number, fyne.KeyModifierShortcutDefault, func() { w.visit(p) }))
	}
	help := fyne.NewMenu(w.words.say("menu.help"),
		item("menu.help.page", fyne.KeyF1, 0, w.help),
		item("menu.about", "", 0, func() { w.visit(w.about) }))
	w.win.SetMainMenu(fyne.NewMainMenu(file, edit, home, places, help))
	w.win.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		switch ev.Name {
		case fyne.KeyEscape:
			if w.ask != nil {
				w.answer()
			} else {
				w.halt()
			}
		case fyne.KeyF1:
			w.help()
		default:
			if w.page != nil {
				parts.Turn(w.page.view(), ev.Name)
			}
		}
	})
}

// visit opens a page by the menu or a shortcut: not while a question is open, and not before there is a home.
func (w *Window) visit(p page) {
	if w.page != nil && w.ask == nil {
		w.open(p)
	}
}

// help says what the open page is for, in three sentences.
func (w *Window) help() {
	if w.ask != nil {
		return
	}
	key := "help.welcome"
	if w.page != nil {
		key = "help." + w.page.key()
	}
	w.question(w.words.say("help.title"), []string{w.words.say(key)}, nil, w.words.say("action.ok"), nil)
}
