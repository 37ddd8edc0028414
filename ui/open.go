package ui

import (
	"net/url"
	"path/filepath"

	"fyne.io/fyne/v2"

	"porchlight/ui/parts"
)

// browse opens a page of a device or of its maker in the browser, a folder of ours, or a mail. The caller has checked that
// it is one. What does not open is said, with the address to copy.
func (w *Window) browse(u *url.URL) {
	if w.app.OpenURL(u) != nil {
		w.byHand(u)
	}
}

// byHand gives an address that did not open, to be opened by hand.
func (w *Window) byHand(u *url.URL) {
	say := w.words.say
	how, address := "open.page", u.String()
	switch u.Scheme {
	case "file":
		how, address = "open.folder", filePath(u)
	case "mailto":
		how, address = "open.mail", u.Opaque
	}
	said := parts.Strong(address)
	said.Wrapping = fyne.TextWrapBreak
	take := w.copier("open.copy", address)
	w.sheet(460, say("open.title"), []string{say(how)}, said, take, parts.NewButton(say("letter.close"), "", w.answer), take)
}

// copier is a button that copies words, and says so.
func (w *Window) copier(key, words string) *parts.Button {
	var take *parts.Button
	take = parts.MainButton(w.words.say(key), "copy", func() {
		w.app.Clipboard().SetContent(words)
		take.SetText(w.words.say("letter.copied"))
	})
	return take
}

// filePath gives the path that folderURL made an address of.
func filePath(u *url.URL) string {
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' { // a drive of Windows
		path = path[1:]
	}
	return filepath.FromSlash(path)
}
