package ui

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// letterRows is how much of a letter is seen at once.
const letterRows = 11

// maxMail is how long the address of a mail may be on Windows, which opens none that is longer than 2,083 bytes.
const maxMail = 2000

// letter shows words that the user may copy or send, and can change, and to whom they go. page is where they can be sent;
// nil for nowhere.
func (w *Window) letter(title, help string, l text.Letter, page *url.URL) {
	say := w.words.say
	said := parts.NewEntry()
	said.Label = title
	said.MultiLine, said.Wrapping = true, fyne.TextWrapWord
	said.SetMinRowsVisible(letterRows)
	said.SetText(l.Body)
	said.CursorRow, said.CursorColumn = 0, 0

	body := parts.Stack(4)
	switch {
	case l.Mail != "":
		body.Add(w.addressee(w.words.T("letter.to", text.Args{"mail": l.Mail}), l.Mail))
	case page != nil:
		body.Add(w.addressee(w.words.T("letter.page", text.Args{"page": page.Host}), page.String()))
	}
	long := parts.Small(say("letter.long"))
	long.Hide()
	body.Objects = append(body.Objects, parts.Small(say("letter.text")), said, long)

	var buttons []fyne.CanvasObject
	if page != nil && l.Mail == "" {
		buttons = append(buttons, parts.NewButton(say("maker.security"), "open", func() { w.browse(page) }))
	}
	if l.Mail != "" {
		buttons = append(buttons, parts.NewButton(say("letter.mail"), "open", func() {
			l.Body = said.Text
			if w.system == "windows" && len(l.Mailto().String()) > maxMail {
				w.app.Clipboard().SetContent(l.Body)
				l.Body = say("letter.paste")
				long.Show()
				body.Refresh()
			}
			w.browse(l.Mailto())
		}))
	}
	var take *parts.Button
	take = parts.MainButton(say("letter.copy"), "", func() {
		w.app.Clipboard().SetContent(said.Text)
		take.SetText(say("letter.copied"))
	})
	w.sheet(540, title, []string{help}, body, take,
		append([]fyne.CanvasObject{parts.NewButton(say("letter.close"), "", w.answer)}, append(buttons, take)...)...)
}

// addressee says to whom something goes, with a way to copy the address.
func (w *Window) addressee(said, address string) fyne.CanvasObject {
	take := parts.QuietButton("", "copy", func() { w.app.Clipboard().SetContent(address) })
	take.Label = w.words.say("open.copy")
	return parts.Row(6, parts.Strong(said).Short(), take)
}

// maker leads to the maker of a device, and helps to write to it. It opens no pages but those of the catalogue of makers.
func (c *card) maker(f *checks.Finding, dev *discovery.Device) []fyne.CanvasObject {
	words, w := c.t.w.words, c.t.w
	m := words.Maker(dev)
	if m.Name == "" {
		return nil
	}
	row := parts.FlowLeft(10)
	for _, link := range []struct{ key, page string }{{"maker.updates", m.Updates}, {"maker.security", m.Security}} {
		if u := makerPage(link.page); u != nil {
			row.Add(parts.NewButton(words.say(link.key), "open", func() { w.browse(u) }))
		}
	}
	if l, ok := words.ToMaker(f, dev); ok {
		row.Add(parts.NewButton(words.say("maker.tell"), "edit", func() {
			w.letter(words.T("letter.maker.title", text.Args{"maker": m.Name}), words.say("letter.maker.help"), l, makerPage(l.Page))
		}))
	}
	if len(row.Objects) == 0 {
		return nil
	}
	part := parts.Stack(8, parts.Strong(words.T("maker.title", text.Args{"maker": m.Name})), row)
	if hosts := m.Hosts(); len(hosts) > 0 {
		part.Add(parts.Small(words.T("maker.hosts", text.Args{"hosts": strings.Join(hosts, ", ")})))
	}
	return []fyne.CanvasObject{part}
}

// provider is the button with the words for the internet provider; nil if a finding is not put right at a device that may
// be the provider's.
func (c *card) provider(f *checks.Finding, at *discovery.Device) fyne.CanvasObject {
	words := c.t.w.words
	l, ok := words.ToProvider(f, at)
	if !ok {
		return nil
	}
	title := words.say("letter.provider.title")
	return parts.Row(0, parts.NewButton(title, "help", func() { c.t.w.letter(title, words.say("letter.provider.help"), l, nil) }))
}

// makerPage reads the address of a page in the catalogue of makers; nil if there is none.
func makerPage(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil
	}
	return u
}
