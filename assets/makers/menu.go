package makers

import (
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
)

var places = []Place{
	PlacePassword, PlaceUpdate, PlaceServices, PlaceUPnP, PlacePorts, PlaceRemote, PlaceWPS, PlaceWiFi, PlaceDNS, PlaceSharing, PlaceStream,
}

// A Menu says where on the settings pages of some products things are, in the maker's own
// words, such as "Advanced > Administration > Set Password".
type Menu struct {
	// Kinds narrow down whose pages these are; empty: those of every product of the maker.
	Kinds  []discovery.Kind `toml:"kinds"`
	Places map[Place]string `toml:"places"`
}

func (m *Menu) check() error {
	for _, k := range m.Kinds {
		if !slices.Contains(discovery.Kinds(), k) {
			return fmt.Errorf("no such kind: %q", k)
		}
	}
	for place, path := range m.Places {
		if !slices.Contains(places, place) || discovery.Line(path) != path || path == "" {
			return fmt.Errorf("no such place: %s = %q", place, path)
		}
	}
	return nil
}

// Menu says where a place is on the settings pages of a product of this vendor and kind; ""
// if it is not known.
func (c *Catalog) Menu(vendor string, kind discovery.Kind, place Place) string {
	for _, m := range c.Makers {
		if m.Name != vendor || vendor == "" {
			continue
		}
		for _, menu := range m.Menus {
			if path := menu.Places[place]; path != "" && (len(menu.Kinds) == 0 || slices.Contains(menu.Kinds, kind)) {
				return path
			}
		}
	}
	return ""
}
