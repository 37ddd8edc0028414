package text

import (
	"strings"

	"porchlight/discovery"
)

// Change says one change of the history in a sentence. what is a word of the history, such as "device-gone". device is
// the name of the device and title what was found, both as they are said now; "" for what is forgotten.
func (c *Catalog) Change(what, device, title, before, now string) string {
	if device == "" {
		device = c.T("change.forgotten", nil)
	}
	if title == "" {
		title = device
	}
	return strings.TrimSpace(c.T("change."+what, Args{
		"device": device, "title": title, "old": discovery.Line(before), "new": discovery.Line(now),
	}))
}
