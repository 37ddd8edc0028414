package makers

import (
	"errors"
	"fmt"
	"slices"

	"porchlight/discovery"
)

// A Place is one thing that people change on a settings page.
type Place string

// Places that advice leads to.
const (
	PlacePassword Place = "password" // the password of the settings page
	PlaceUpdate   Place = "update"   // new firmware
	PlaceServices Place = "services" // telnet, SSH, SNMP and the like
	PlaceUPnP     Place = "upnp"
	PlacePorts    Place = "ports"  // doors from the internet
	PlaceRemote   Place = "remote" // the settings page from the internet
	PlaceWPS      Place = "wps"
	PlaceWiFi     Place = "wifi" // password and encryption
	PlaceDNS      Place = "dns"
	PlaceSharing  Place = "sharing" // files
	PlaceStream   Place = "stream"  // pictures of a camera: RTSP, ONVIF
	PlaceReset    Place = "reset"   // back to how it came from the shop
)

var places = []Place{
	PlacePassword, PlaceUpdate, PlaceServices, PlaceUPnP, PlacePorts, PlaceRemote, PlaceWPS, PlaceWiFi, PlaceDNS, PlaceSharing, PlaceStream,
	PlaceReset,
}

// A Menu says where on the settings pages of some products things are, in the maker's own
// words, such as "Advanced > Administration > Set Password".
type Menu struct {
	// Kinds narrow down whose pages these are; empty: those of every product of the maker.
	Kinds []discovery.Kind `toml:"kinds"`
	// Families are product lines that the signs name, and Models products, as in Products, with their Revisions
	// and those that are not meant. Firmware is RE2 and names products by their version. A menu without any of
	// these is for all products that no other one names.
	Families  []string `toml:"families"`
	Models    []string `toml:"models"`
	Revisions []string `toml:"revisions"`
	Except    []string `toml:"except"`
	Firmware  string   `toml:"firmware"`
	// Older marks the pages of older products: people are told of both if nobody can say which pages they have.
	Older bool `toml:"older"`
	// App is the app in which the places are, of products without such pages.
	App    string           `toml:"app"`
	Places map[Place]string `toml:"places"`
	Source string           `toml:"source"`
	// Sure is false for what nobody has compared with the maker's words. Of every path people are told that their
	// model may name it differently.
	Sure bool `toml:"sure"`

	version Pattern
}

func (m *Menu) compile() error {
	for _, k := range m.Kinds {
		if !slices.Contains(discovery.Kinds(), k) {
			return fmt.Errorf("no such kind: %q", k)
		}
	}
	switch {
	case m.Source == "" || len(m.Places) == 0:
		return errors.New("a source and places are needed")
	case len(m.Models) == 0 && len(m.Revisions)+len(m.Except) > 0:
		return errors.New("a revision is of models")
	case m.Older && m.general():
		return errors.New("which products are the older ones?")
	}
	for place, path := range m.Places {
		if !slices.Contains(places, place) || discovery.Line(path) != path || path == "" {
			return fmt.Errorf("no such place: %s = %q", place, path)
		}
	}
	if m.Firmware == "" {
		return nil
	}
	p, err := newPattern(m.Firmware)
	m.version = p
	return err
}

// general reports whether a menu names no products of its own.
func (m *Menu) general() bool { return len(m.Families)+len(m.Models) == 0 && m.Firmware == "" }

// How much a menu is for a device.
const (
	isNot  = iota
	maybe  // the device does not tell which product it is,
	nearly // or tells it without what matters, such as its revision
	is
)

// isFor compares a menu with a device of its maker.
func (m *Menu) isFor(h Hardware, version string) int {
	if len(m.Kinds) > 0 && !slices.Contains(m.Kinds, h.Kind) {
		return isNot
	}
	return min(m.isProduct(h), m.isVersion(version))
}

// isProduct compares a device with the product lines and models.
func (m *Menu) isProduct(h Hardware) int {
	named := func(model string) bool { return sameShape(without(token(model), h.Vendor), h.Model) }
	switch {
	case len(m.Families)+len(m.Models) == 0, slices.Contains(m.Families, h.Family):
		return is
	case h.Model == "":
		return maybe
	case !slices.ContainsFunc(m.Models, named):
		return isNot
	}
	switch fit, ok := (&Products{Models: m.Models, Revisions: m.Revisions, Except: m.Except}).fits(h); {
	case !ok:
		return isNot
	case fit.Open != "" || (len(m.Except) > 0 && h.Revision == ""):
		return nearly
	}
	return is
}

func (m *Menu) isVersion(version string) int {
	switch {
	case m.version.Fits(version):
		return is
	case version == "":
		return maybe
	}
	return isNot
}

// A Path is where one place is, such as "Advanced > Administration > Set Password". Older is where it is on the
// pages of older products, if nobody can say which ones a device has; "" otherwise.
type Path struct{ Path, Older string }

// A Guide says where things are on the settings pages of one device.
type Guide struct {
	App   string // the app in which the places are, instead of pages; "" for most
	Paths map[Place]Path
}

// Guide says what is known of the settings pages of a device. A menu that names it goes before the general ones,
// and of two that say the same the first counts.
func (c *Catalog) Guide(d *discovery.Device) Guide {
	var by [is + 1][]*Menu
	var now, older []*Menu
	h := c.HardwareOf(d)
	for i := range c.Makers {
		if c.Makers[i].Name != h.Vendor || h.Vendor == "" {
			continue
		}
		for j := range c.Makers[i].Menus {
			m := &c.Makers[i].Menus[j]
			switch fit := m.isFor(h, d.Firmware); {
			case fit == is && m.general():
				now = append(now, m)
			default:
				by[fit] = append(by[fit], m)
			}
		}
	}
	isOlder := func(m *Menu) bool { return m.Older }
	switch {
	case len(by[is]) > 0:
		now = by[is]
	case len(by[nearly]) > 0:
		older = by[nearly]
		if newer := slices.DeleteFunc(slices.Clone(older), isOlder); len(newer) > 0 {
			now = newer
		}
	default:
		older = by[maybe]
	}
	g := Guide{Paths: map[Place]Path{}}
	for _, m := range now {
		if g.App == "" {
			g.App = m.App
		}
		g.add(m, false)
	}
	for _, m := range older {
		if m.Older {
			g.add(m, true)
		}
	}
	return g
}

// add adds what a menu says of places of which nothing is known.
func (g *Guide) add(m *Menu, older bool) {
	for place, path := range m.Places {
		p := g.Paths[place]
		switch {
		case p.Path == "":
			p.Path = path
		case older && p.Older == "" && p.Path != path:
			p.Older = path
		}
		g.Paths[place] = p
	}
}
