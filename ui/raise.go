package ui

import (
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Raise brings the window before all others and shows a card: see Card. It may be called from any goroutine, once the
// window is shown.
func (w *Window) Raise(card string) {
	w.live.do(func() {
		if w.live.ctx.Err() != nil {
			return
		}
		w.win.Show()
		w.win.RequestFocus()
		w.Card(card)
	})
}

// Card shows the card of a finding, or what is known of a device, by its ID. Where there is none of that name, or while
// something is asked, everything stays as it is.
func (w *Window) Card(id string) {
	if w.page == nil || w.ask != nil {
		return
	}
	if slices.ContainsFunc(w.now.Findings, func(f checks.Finding) bool { return f.ID == id }) {
		w.openFinding(id)
	} else if _, ok := w.now.Device(discovery.DeviceID(id)); ok {
		w.openDevice(discovery.DeviceID(id))
	}
}
