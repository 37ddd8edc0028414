package text

import (
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// Settled names a finding that is fixed, by its device and its check: its title would say that it still stands. about is
// the device that Finding.About names; nil if it is not known.
func (c *Catalog) Settled(f *checks.Finding, about *discovery.Device) string {
	device := c.deviceOf(f, about)
	key := "check." + string(f.Check)
	switch {
	case !c.Has(key):
		return device
	case device == "":
		return c.T(key, nil)
	}
	return c.T("change.settled", Args{"device": device, "check": c.T(key, nil)})
}

// Change says one change of the history in a sentence. what is a word of the history, such as "device-gone". device is
// the name of the device and title what was found, for what is fixed as Settled names it, both as they are said now; "" for what is forgotten.
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
