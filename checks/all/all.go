// Package all lists the checks.
package all

import (
	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/adb"
	"porchlight/checks/camera"
	"porchlight/checks/certificate"
	"porchlight/checks/defaultlogin"
	"porchlight/checks/dhcp"
	"porchlight/checks/firmware"
	"porchlight/checks/ftp"
	"porchlight/checks/mqtt"
	"porchlight/checks/newdevice"
	"porchlight/checks/news"
	"porchlight/checks/openadmin"
	"porchlight/checks/plainlogin"
	"porchlight/checks/portforward"
	"porchlight/checks/rawprint"
	"porchlight/checks/resolver"
	"porchlight/checks/smb"
	"porchlight/checks/snmp"
	"porchlight/checks/ssh"
	"porchlight/checks/telnet"
	"porchlight/checks/upnp"
	"porchlight/checks/vnc"
	"porchlight/checks/wifi"
	"porchlight/checks/wps"
)

// Also is what the user has to switch on: it asks outside of the home, or everybody in it.
type Also struct {
	Outside resolver.Outside // nil: nothing leaves the home
	DHCP    bool
	Book    func() *news.Book // what sources of news said; nil: nothing
}

// All lists every check, in the order in which a device is checked: what reads before
// what logs in. What the user has to switch on is there, and off.
func All(c *makers.Catalog) []checks.Check { return With(c, Also{}) }

// With is All with what the user has switched on.
func With(c *makers.Catalog, also Also) []checks.Check {
	return []checks.Check{
		newdevice.Check{},
		wifi.Check{},
		wps.Check{},
		certificate.Check{},
		firmware.Check{Catalog: c, Book: also.Book},
		rawprint.Check{},
		telnet.Check{},
		ssh.Check{},
		adb.Check{},
		vnc.Check{},
		ftp.Check{},
		mqtt.Check{},
		snmp.Check{},
		smb.Version1{},
		smb.Guest{},
		camera.Activation{},
		camera.Check{Catalog: c},
		openadmin.Check{Catalog: c},
		portforward.Check{},
		upnp.Check{},
		plainlogin.Check{},
		resolver.Check{Outside: also.Outside},
		dhcp.Check{On: also.DHCP},
		defaultlogin.Check{Catalog: c},
	}
}
