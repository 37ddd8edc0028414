// Package all lists the checks.
package all

import (
	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/defaultlogin"
	"porchlight/checks/firmware"
	"porchlight/checks/portforward"
	"porchlight/checks/telnet"
)

// All lists every check, in the order in which a device is checked: what reads before
// what logs in.
func All(c *makers.Catalog) []checks.Check {
	return []checks.Check{
		firmware.Check{Catalog: c},
		telnet.Check{},
		portforward.Check{},
		defaultlogin.Check{Catalog: c},
	}
}
