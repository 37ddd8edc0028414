package text

import (
	"slices"
	"strings"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// Details are what somebody who helps needs to know of one device. Nothing of it tells where it is, or whose, unless the
// user wants that.
type Details struct {
	Device   discovery.Device
	Findings []checks.Finding // about it, those that are not fixed
	Outcomes []checks.Outcome // of it
	Version  string           // of Porchlight
	At       time.Time        // when that was known

	Names     bool // also what the device is called
	Addresses bool // also its addresses, those of its network card too
}

// Details writes them down, to be copied.
func (c *Catalog) Details(x Details) string {
	d := &x.Device
	lines := []string{c.T("details.head", Args{"version": x.Version, "time": c.Time(x.At)}), ""}
	say := func(key, value string) {
		if value != "" {
			lines = append(lines, c.T("details.line", Args{"what": c.T(key, nil), "value": value}))
		}
	}
	if x.Names {
		say("device.name", discovery.Line(d.Name))
	}
	say("device.kind", c.Kind(d.Kind))
	say("device.vendor", x.told(d.Vendor))
	say("device.model", x.told(d.Model))
	say("device.firmware", x.told(d.Firmware))
	if x.Addresses {
		var addrs []string
		for _, a := range d.Addrs {
			addrs = append(addrs, a.String())
		}
		say("device.address", strings.Join(addrs, ", "))
		if !d.MAC.IsZero() {
			say("device.mac", d.MAC.String())
		}
	}
	lines = append(lines, "", c.T("device.doors", nil))
	for _, s := range d.Services {
		lines = append(lines, "- "+c.door(&x, s))
	}
	if len(d.Services) == 0 {
		lines = append(lines, "- "+c.T("device.doors.none", nil))
	}
	lines = append(append(lines, "", c.T("device.work", nil)), c.stands(&x)...)
	return strings.Join(lines, "\n") + "\n"
}

// door says what is behind a door.
func (c *Catalog) door(x *Details, s discovery.Service) string {
	said := []string{c.T("service.unknown", Args{"port": s.Port})}
	if s.Transport != "" {
		said[0] += " (" + strings.ToUpper(discovery.Line(s.Transport)) + ")"
	}
	key := "service." + s.Protocol
	if s.Protocol == "http" && s.TLS {
		key = "service.https"
	}
	if s.Protocol != "" && c.Has(key) {
		said = append(said, c.T(key, nil))
	}
	if product := x.told(s.Product); product != "" {
		said = append(said, product)
	}
	return strings.Join(said, ", ")
}

// stands says what was found, and what could not be checked.
func (c *Catalog) stands(x *Details) []string {
	var lines []string
	for _, f := range x.Findings {
		found := c.T("check."+string(f.Check), nil)
		if key := "letter.found." + string(f.Kind); c.Has(key) {
			found = c.T(key, c.letterArgs(&f, &x.Device))
		}
		line := c.T("details.found", Args{"urgency": c.T("severity."+f.Severity.String(), nil), "found": found, "kind": string(f.Kind), "date": c.Date(f.First)})
		lines = append(lines, "- "+line)
	}
	for _, o := range x.Outcomes {
		if o.Result != checks.Unknown || !c.Has("check."+string(o.Check)) {
			continue
		}
		line := "- " + c.T("device.check", Args{"check": c.T("check."+string(o.Check), nil), "result": c.Reason(o.Reason).Why})
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		lines = append(lines, "- "+c.T("details.nothing", nil))
	}
	return lines
}

// told gives a value of the device if it may be told.
func (x *Details) told(value string) string {
	d := x.Device
	if x.Addresses { // its serial number is told to nobody all the same
		d.Addrs, d.MAC = nil, discovery.MAC{}
	}
	value = public(&d, value)
	product := strings.ToLower(Product(&x.Device))
	for _, own := range []string{x.Device.Name, x.Device.Signs.Name, x.Device.Correction.Owner, x.Device.Correction.Room} {
		own = strings.ToLower(discovery.Line(own))
		// A name that only says the product tells nothing.
		if !x.Names && own != "" && !strings.Contains(product, own) && strings.Contains(strings.ToLower(value), own) {
			return ""
		}
	}
	return value
}
