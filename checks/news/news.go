// Package news asks sources on the internet what is new: the newest version of a product line, and the holes
// that criminals are known to use. Each source is off until the user switches it on by its name, is asked only
// if a product of its maker is in this home, and is told nothing but the model, where it cannot answer
// otherwise: never a serial number, an address or an inventory.
package news

import (
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

// A Source is one place on the internet that says what is new.
type Source interface {
	// Name is the switch, such as "mikrotik". It is stored, so it never changes.
	Name() string
	// Host is the only one that is asked, by HTTPS.
	Host() string
	// Requests lists what is asked in a home with these products; none if nothing there concerns it.
	Requests(home []Product) []Request
	// Parse reads the answer to one request. It is pure, and fails on what it does not know.
	Parse(r Request, body []byte) (Answer, error)
}

// A Request is one GET.
type Request struct {
	Path  string // with its query; it also stands in lan's list of requests
	Limit int    // bytes of the answer that are read; 0 for maxAnswer
	Model string // what the answer is about; "" if it says so itself
}

// A Product is what a source may know of a device.
type Product struct {
	Maker  string // as in assets/makers
	Model  string
	Family string
}

// Products lists the products among devices that are there, each once. What the user says about a device
// is left out: it may lead to nothing being sent.
func Products(devices []discovery.Device) []Product {
	var out []Product
	for _, d := range devices {
		own := d.Uncorrected()
		p := Product{Maker: own.Vendor, Model: own.Model, Family: own.Family}
		if d.Present && !d.LeaveAlone && p.Maker != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// News is one newest version.
type News struct {
	Maker   string    `json:"maker"`
	Model   string    `json:"model,omitempty"`  // "": all models of the maker
	Family  string    `json:"family,omitempty"` // "": all product lines of the maker
	Line    string    `json:"line,omitempty"`   // only for who runs this line, such as "23.05" of "23.05.3"; "" for all
	Version string    `json:"version"`
	Date    time.Time `json:"date,omitzero"` // of the version; zero if it is not said
	Page    string    `json:"page"`          // where it is said
	Seen    time.Time `json:"seen"`          // when it was said last
}

// about reports whether n is about a product.
func (n News) about(p Product) bool {
	return strings.EqualFold(n.Maker, p.Maker) && (n.Model == "" || strings.EqualFold(n.Model, p.Model)) && (n.Family == "" || n.Family == p.Family)
}

// A Hole is one that criminals are known to use.
type Hole struct {
	CVE        string    `json:"cve"`
	Maker      string    `json:"maker"` // as the catalogue calls it
	Product    string    `json:"product"`
	Added      time.Time `json:"added"`
	Ransomware bool      `json:"ransomware,omitempty"`
}

// An Answer is what a source says.
type Answer struct {
	Dated   time.Time `json:"dated,omitzero"`    // by the source; zero if it does not say
	Version int       `json:"version,omitempty"` // of a signed file
	News    []News    `json:"news,omitempty"`
	Holes   []Hole    `json:"holes,omitempty"`
}

// All lists the sources, in the order in which they are shown.
//
// Some that one may look for are missing: AVM answers without encryption only and wants a serial number, QNAP's
// list has no documented form, and Shelly's newer products have a certificate that nobody but Shelly
// vouches for. The others have nothing but pages for people.
func All() []Source {
	return []Source{
		kev{},
		mikrotik{},
		homeAssistant{},
		openWrt{},
		hue{},
		shelly{},
		synology{},
		ubiquiti{},
		netgear{},
		releases{name: "wled", maker: "WLED", repository: "wled/WLED"},
		releases{name: "tasmota", maker: "Tasmota", repository: "arendst/Tasmota"},
		releases{name: "esphome", maker: "ESPHome", repository: "esphome/esphome"},
		releases{name: "zigbee2mqtt", maker: "Zigbee2MQTT", repository: "Koenkk/zigbee2mqtt"},
	}
}

// Names lists the switches.
func Names() []string {
	var out []string
	for _, s := range All() {
		out = append(out, s.Name())
	}
	return out
}

// has reports whether a home has a product of a maker.
func has(home []Product, maker string) bool {
	return slices.ContainsFunc(home, func(p Product) bool { return p.Maker == maker })
}
