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
	args := make(map[string]string, len(f.Args)+5)
	for k, v := range f.Args {
		args[k] = discovery.Line(c.day(v))
		if word.MatchString(v) {
			args[k+"_"+v] = v
		}
	}
	args["device"] = c.DeviceName(about)
	if inner := f.Args["inner"]; inner != "" && f.Args[checks.ArgInnerDevice] == "" {
		args["device"] = args["inner"]
	}
	page := settingsPage(at)
	args["at"], args["page"], args["maker"], args["menu"] = args["device"], page, "", ""
	if at != nil {
		args["at"], args["maker"] = c.DeviceName(at), discovery.Line(at.Vendor)
		if c.Makers != nil {
			args["menu"] = c.Makers.Menu(at.Vendor, at.Kind, PlaceOf(f.Kind))
		}
	}
	var is discovery.Kind
	if about != nil {
		is = about.Kind
	}
	a := c.Advice(f.Kind, is, args)
	a.Page = page
	return a
}

// day writes a day or a month, such as 2021-06, as people of the language do; anything else stays.
func (c *Catalog) day(v string) string {
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

// settingsPage gives the address of the settings page of a device, for a browser; "" if it
// shows none. It leads nowhere but to that device.
func settingsPage(d *discovery.Device) string {
	if d == nil || !d.Addr().IsValid() || d.Addr().Zone() != "" {
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
