package text

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// DeviceName gives the shortest thing that people would call a device by: its own name,
// its maker and model, what it is, or where it is.
func (c *Catalog) DeviceName(d *discovery.Device) string {
	switch {
	case d == nil:
		return ""
	case d.Name != "":
		return discovery.Line(d.Name)
	case d.Model != "":
		return Product(d)
	case d.Kind != discovery.KindUnknown:
		return c.Kind(d.Kind)
	case d.Addr().IsValid():
		return d.Addr().String()
	}
	return d.MAC.String()
}

// Kind gives the word for a kind of device; blank if it is not known.
func (c *Catalog) Kind(k discovery.Kind) string {
	if key := "kind." + string(k); k != discovery.KindUnknown && c.Has(key) {
		return c.T(key, nil)
	}
	return ""
}

// Product gives maker and model, without saying the maker twice.
func Product(d *discovery.Device) string {
	maker, model := discovery.Line(d.Vendor), discovery.Line(d.Model)
	if maker == "" || strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		return model
	}
	return strings.TrimSpace(maker + " " + model)
}

// places are what the advice for a kind changes on a settings page.
var places = map[checks.Kind]makers.Place{
	"default-login":     makers.PlacePassword,
	"open-admin":        makers.PlacePassword,
	"hub-open":          makers.PlacePassword,
	"telnet-open":       makers.PlaceServices,
	"ssh-open":          makers.PlaceServices,
	"snmp-public":       makers.PlaceServices,
	"raw-print":         makers.PlaceServices,
	"adb-open":          makers.PlaceServices,
	"adb-on":            makers.PlaceServices,
	"port-forward":      makers.PlacePorts,
	"upnp-on":           makers.PlaceUPnP,
	"remote-admin":      makers.PlaceRemote,
	"wps-on":            makers.PlaceWPS,
	"weak-wifi":         makers.PlaceWiFi,
	"new-device":        makers.PlaceWiFi,
	"dns-changed":       makers.PlaceDNS,
	"ftp-anonymous":     makers.PlaceSharing,
	"smb-guest":         makers.PlaceSharing,
	"smb1":              makers.PlaceSharing,
	"camera-open":       makers.PlaceStream,
	"tls-expired":       makers.PlaceUpdate,
	"firmware-outdated": makers.PlaceUpdate,
	"known-exploited":   makers.PlaceUpdate,
	"firmware-unknown":  makers.PlaceUpdate,
}

// PlaceOf gives what the advice for a kind changes on a settings page; "" if that is nothing.
func PlaceOf(k checks.Kind) makers.Place { return places[k] }

// atRouter are the kinds that are put right in the router, whatever device they are about.
var atRouter = []checks.Kind{"new-device", "weak-wifi"}

// At picks the device on whose settings pages a finding is put right: of a door from the
// internet that is the router. nil if it is not among the devices.
func At(f *checks.Finding, devices []discovery.Device) *discovery.Device {
	if slices.Contains(atRouter, f.Kind) {
		return pick(devices, func(d *discovery.Device) bool { return d.Fact(discovery.FactGateway) != "" })
	}
	id := f.Device
	if f.Kind == "second-dhcp" { // asked of the router, put right in the other box
		id = f.About()
	}
	return pick(devices, func(d *discovery.Device) bool { return d.ID == id })
}

func pick(devices []discovery.Device, is func(*discovery.Device) bool) *discovery.Device {
	for i := range devices {
		if is(&devices[i]) {
			return &devices[i]
		}
	}
	return nil
}

// word is a value such as a check chooses out of a few. Sentences may depend on it: whether the
// argument way is "control" is asked by {{if .way_control}}.
var word = regexp.MustCompile(`^[a-z]{1,20}$`)

// Finding gives the words for a finding. about is the device that Finding.About names, at the
// one that At picks; nil if they are not known. What came from the network is cut to a line, and
// days and months are written as people write them.
func (c *Catalog) Finding(f *checks.Finding, about, at *discovery.Device) Advice {
	args := make(map[string]string, len(f.Args)+16)
	for k, v := range f.Args {
		args[k] = discovery.Line(c.Day(v))
		if word.MatchString(v) {
			args[k+"_"+v] = v
		}
	}
	if args["newest"] != args["safe"] {
		args["beyond"] = args["newest"]
	}
	args["device"] = c.deviceOf(f, about)
	page := settingsPage(at)
	args["at"], args["maker"], args["menu"], args["command"] = args["device"], "", "", c.Again
	if at != nil {
		args["at"], args["maker"], args["sticker"] = c.DeviceName(at), discovery.Line(at.Vendor), c.Sticker(at)
		guide := c.guide(at)
		for place, path := range guide.Paths {
			args["menu_"+string(place)] = c.path(path)
		}
		args["menu"] = args["menu_"+string(PlaceOf(f.Kind))]
		switch {
		case guide.App != "": // such devices have no page, or one without what is needed
			page, args["app"] = "", guide.App
		case page != "" || args["menu"] != "":
			args["app"] = "" // its menus are those of the page
		}
	}
	args["page"] = page
	if strings.HasPrefix(page, "https:") {
		args["warns"] = "yes" // browsers do, of nearly every page at home
	}
	var is discovery.Kind
	if about != nil {
		is = about.Kind
		if at != nil && at.ID != about.ID {
			args["own_upnp"] = c.path(c.guide(about).Paths[makers.PlaceUPnP])
		}
	}
	a := c.Advice(f.Kind, is, args)
	a.Page, a.Sure = page, c.sure(f)
	return a
}

// sure says how sure we are of a finding. That a version could not be read is nothing that anybody saw.
func (c *Catalog) sure(f *checks.Finding) string {
	switch {
	case f.Kind == "firmware-unknown":
		return c.T("sure.unknown", nil)
	case f.Confidence == discovery.Saw:
		return c.T("sure.saw", nil)
	}
	return c.T("sure.likely", nil)
}

// deviceOf names the device that a finding is about; one that only the router knows goes by its address.
func (c *Catalog) deviceOf(f *checks.Finding, about *discovery.Device) string {
	if inner := f.Args["inner"]; inner != "" && f.Args[checks.ArgInnerDevice] == "" {
		return discovery.Line(inner)
	}
	return c.DeviceName(about)
}

// Sticker says where the password stands that a device has from the factory for itself alone; "" if it
// has none, or nobody knows.
func (c *Catalog) Sticker(d *discovery.Device) string {
	if c.Makers == nil {
		return ""
	}
	place := c.Makers.OnLabel(*d)
	if place == "" {
		return ""
	}
	return c.T("password."+place, nil)
}

// guide says what is known of the settings pages of a device.
func (c *Catalog) guide(d *discovery.Device) makers.Guide {
	if c.Makers == nil {
		return makers.Guide{}
	}
	return c.Makers.Guide(d)
}

// path writes where a place is, and where it is on older products if they cannot be told apart.
func (c *Catalog) path(p makers.Path) string {
	if p.Older == "" {
		return p.Path
	}
	return c.T("step.older", Args{"path": p.Path, "older": p.Older})
}

// proofs are the kinds whose looks of before and after have words of their own, by what can be seen: a door, a
// factory password, or that a password is asked for.
var proofs = map[checks.Kind]string{
	"telnet-open": "door", "ssh-open": "door", "adb-open": "door", "adb-on": "door", "port-forward": "door", "remote-admin": "door", "raw-print": "door",
	"default-login": "login",
	"open-admin":    "asks", "hub-open": "asks", "camera-open": "asks", "ftp-anonymous": "asks", "smb-guest": "asks", "mqtt-anonymous": "asks",
	"vnc-open": "asks",
}

// Proof says in two sentences how it was before a look at a finding, and what the look saw.
func (c *Catalog) Proof(kind checks.Kind, before, after bool) string {
	change := "gone"
	switch {
	case before && after:
		change = "still"
	case before:
		change = "fixed"
	case after:
		change = "back"
	}
	if key := "proof." + proofs[kind] + "." + change; c.Has(key) {
		return c.T(key, nil)
	}
	return c.T("proof."+change, nil)
}

// Day writes a day or a month, such as 2021-06, as people of the language do; anything else stays.
func (c *Catalog) Day(v string) string {
	if day, err := time.ParseInLocation(time.DateOnly, v, time.Local); err == nil {
		return c.Date(day)
	}
	if month, err := time.ParseInLocation("2006-01", v, time.Local); err == nil {
		return month.Format(c.T("format.month", nil))
	}
	return v
}

// pagePorts are where settings pages are, the usual ones first; the last two are those of storage.
var pagePorts = []uint16{80, 443, 8080, 8443, 5000, 5001}

// onScreen are the kinds of device that have their settings on their own screen, whatever they serve to programs.
var onScreen = []discovery.Kind{discovery.KindTV, discovery.KindConsole, discovery.KindPhone, discovery.KindVR}

// settingsPage gives the address of the settings page of a device, for a browser; "" if it
// shows none. It leads nowhere but to that device.
func settingsPage(d *discovery.Device) string {
	if d == nil || !d.Addr().IsValid() || d.Addr().Zone() != "" || slices.Contains(onScreen, d.Kind) {
		return ""
	}
	for _, port := range pagePorts {
		for _, s := range d.Services {
			if s.Port != port || (s.Protocol != "http" && s.Protocol != "https") {
				continue
			}
			u := url.URL{Scheme: "http", Host: netip.AddrPortFrom(d.Addr(), port).String()}
			if s.TLS || s.Protocol == "https" {
				u.Scheme = "https"
			}
			if port == 80 || port == 443 {
				u.Host = strings.TrimSuffix(strings.TrimSuffix(u.Host, ":80"), ":443")
			}
			return u.String()
		}
	}
	return ""
}
