package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"porchlight/assets/text"
	"porchlight/checks/firmware"
	"porchlight/checks/news"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// updates says which version is the newest that is known, how long the device gets repairs, and who says so.
func (d *devicePage) updates(k firmware.Known) []fyne.CanvasObject {
	words := d.w.words
	var rows []fyne.CanvasObject
	if k.Newest != "" {
		value := discovery.Line(k.Newest)
		if k.NewestDate != "" {
			value = words.T("device.newest.of", text.Args{"version": value, "date": words.Day(k.NewestDate)})
		}
		rows = append(rows, d.row("device.newest", value, words.said(k.NewestSaid, d.w.now.now)))
	}
	if k.Ends != "" {
		value := words.Day(k.Ends)
		if k.Over() {
			value = words.say("device.support.ended")
		}
		rows = append(rows, d.row("device.support", value, words.said(k.EndsSaid, d.w.now.now)))
	}
	return rows
}

// said names who said something, when, and how long ago that was.
func (w words) said(s firmware.Said, now time.Time) string {
	day, err := time.ParseInLocation(time.DateOnly, s.Day, time.Local)
	if err != nil {
		return discovery.Line(s.Source)
	}
	ago := max(0, int(now.Sub(day)/(24*time.Hour)))
	return w.T("device.said", text.Args{"source": discovery.Line(s.Source), "date": w.Date(day), "n": ago})
}

// mostSilent is how many silent sources of news Home names.
const mostSilent = 2

// silent says which sources of news gave nothing the last time, and leads to where they are switched; nil for none.
func (h *homePage) silent(sources []news.State) fyne.CanvasObject {
	if len(sources) == 0 {
		return nil
	}
	words := h.w.words
	list := parts.Stack(3, parts.Strong(words.say("home.news.title")))
	for _, s := range sources[:min(mostSilent, len(sources))] {
		list.Add(parts.Small(words.T("home.news.silent", text.Args{
			"source": words.say("news.name." + s.Source), "since": words.Date(s.Since), "why": words.say("news.trouble." + string(s.Trouble)),
		})))
	}
	if more := len(sources) - mostSilent; more > 0 {
		list.Add(parts.Small(words.count("home.news.more", more)))
	}
	open := parts.NewButton(words.say("home.news.open"), "", func() { h.w.settingsAt("internet") })
	return parts.Note(parts.ColorSide, parts.NewPic("state-unchecked", parts.ColorMuted, 24), open, list)
}

// newer says that a newer Porchlight is out, and leads to where that is told; nil if none is.
func (h *homePage) newer(version string) fyne.CanvasObject {
	if version == "" {
		return nil
	}
	words := h.w.words
	open := parts.NewButton(words.say("menu.about"), "", func() { h.w.open(h.w.about) })
	return parts.Note(parts.ColorSide, parts.NewPic("app", "", 24), open, parts.Body(words.T("about.newer", text.Args{"version": version})))
}
