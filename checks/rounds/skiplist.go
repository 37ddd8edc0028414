package rounds

import (
	"regexp"
	"slices"
	"sync"

	"porchlight/assets/oui"
	"porchlight/discovery"
)

// The skip list: devices that are shown and otherwise left alone, because a mistake would hurt a
// person or stop something that a home depends on. Nothing is sent to them by a check, and no
// login is ever tried. What is on it follows from what the devices say themselves and from their
// network cards; no word of the user takes a device off it.
//
// Sources: the damage reports behind it are those of inverters that ask for a PUK after wrong
// codes (SMA, manual STPxxx60), of a solar charge controller that locks (Huawei SUN2000, user
// manual, page 84), of control systems that stop when they are scanned (NIST SP 800-82r3, section
// 6.2.1; runzero.com, "Active scanning of ICS"), and of KNX installations that were locked for
// good (CVE-2023-4346). Names of makers are those of the registries of the IEEE (assets/oui) and
// of assets/makers. It is made when it is first needed: the window does without it when it starts.
var skipList = sync.OnceValue(func() []skip {
	return []skip{
		{
			why: "medical",
			makers: named(`resmed|(?:philips )?respironics|philips (?:medical|healthcare|patient)|dexcom|medtronic|insulet|tandem diabetes|abbott|omron healthcare|withings|masimo|owlet|` +
				`fresenius|ge (?:healthcare|medical)|draeger|hill-?rom|baxter|sonova|phonak|gn (?:hearing|resound)|starkey|oticon|demant|cochlear|roche diag|lifescan|nonin|` +
				`welch allyn|mindray|b\.?\s?braun|ypsomed|biotronik|nihon kohden|livongo|ihealth|qardio|beurer|l[oö]wenstein`),
		},
		{
			why: "alarm panels and life safety",
			makers: named(`paradox|honeywell (?:fire|life safety|security|safety|analytics)|securite communications|risco (?:group|ltd)|dsc\b|digital security controls|texecom|ajax systems|visonic|` +
				`pyronix|satel sp|jablotron|interlogix|napco|qolsys|kidde|first alert|brk brands|ei electronics|hochiki|notifier|alarm\.com|tecnoalarm|telealarm|` +
				`cocoon alarm|arrowhead alarm|ismart ?alarm|multi alarm|nordic alarm|apollo fire|autronica|carrier fire|fireangel|advanced fire|schneider electric fire|crow electronic|inim|eldes|abus security|abode|` +
				`konnected|simplisafe`),
		},
		{
			why:   "energy",
			kinds: []discovery.Kind{discovery.KindSolar, discovery.KindEVCharger},
			makers: named(`sma (?:solar|regelsysteme)|^sma$|solaredge|enphase|fronius|growatt|goodwe|sungrow|ginlong|solis|deye|sofar|kostal|victron|sonnen|byd (?:company|auto|lithium)|tesla,?\s?inc|` +
				`pylontech|e3/?dc|senec gmbh|fenecon|wallbox|go-e|keba|zaptec|easee|alfen|chargepoint|viessmann|vaillant|nibe|stiebel|carel|ochsner|varta|rct power|solarwatt|alpha ess|` +
				`huawei digital power|solarman|weishaupt|buderus`),
		},
		{
			why:      "industry",
			ports:    []uint16{102, 502, 3671, 44818, 47808}, // S7, Modbus, KNX, EtherNet/IP, BACnet
			announce: regexp.MustCompile(`(?i)^_(?:modbus|knx|knxip|bacnet|opcua-tcp)\.`),
			makers: named(`siemens$|siemens (?:ag|building|energy|as\b|industr)|weinzierl|beckhoff|wago|phoenix contact|schneider electric|rockwell|allen-?bradley|omron corp|b ?& ?r industrial|moxa|advantech|pilz|weidm[uü]ller|lenze|` +
				`yokogawa|echelon|johnson controls|fr\. ?sauter|loytec|tridium|kieback|hirschmann automation|keba industrial|emerson (?:energy|climate)|abb\b`),
		},
		{
			why:   "telephones: nobody can see from outside whether a call is on",
			kinds: []discovery.Kind{discovery.KindVoIP},
		},
		{
			why:   "phones and tablets, of guests too",
			kinds: []discovery.Kind{discovery.KindPhone},
		},
	}
})

// A skip is one group of the list. One of its signs is enough.
type skip struct {
	why      string
	kinds    []discovery.Kind
	makers   *regexp.Regexp // of the brand, or of who made the network card
	ports    []uint16       // that are open
	announce *regexp.Regexp // of a service that it announces
}

// named finds makers whose name begins so.
func named(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)^(?:` + pattern + `)`) }

// skipped gives the group of the skip list that a device belongs to; "" if it is on none.
func skipped(d discovery.Device) string {
	plain := d.Uncorrected()
	names := []string{plain.Vendor, oui.Vendor(plain.MAC)}
	for _, s := range skipList() {
		switch {
		case slices.Contains(s.kinds, plain.Kind),
			s.makers != nil && slices.ContainsFunc(names, s.makers.MatchString),
			slices.ContainsFunc(plain.Services, func(v discovery.Service) bool { return slices.Contains(s.ports, v.Port) }),
			s.announce != nil && slices.ContainsFunc(plain.Facts, func(f discovery.Fact) bool {
				return f.Key == discovery.FactMDNSService && s.announce.MatchString(f.Value)
			}):
			return s.why
		}
	}
	return ""
}

// delicate reports whether a hardware address, or what is known of the device that has it, speaks against connecting
// to it without need: it may restart, it is on the skip list, or the user wants it left alone. A card that the table does
// not know may be such a one.
func delicate(m discovery.MAC, known []discovery.Device) bool {
	if oui.Tiny(m) || skipped(discovery.Device{MAC: m}) != "" || (!m.Private() && oui.Vendor(m) == "") {
		return true
	}
	return slices.ContainsFunc(known, func(d discovery.Device) bool { return d.MAC == m && (d.LeaveAlone || d.Tiny || skipped(d) != "") })
}
