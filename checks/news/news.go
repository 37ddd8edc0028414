// Package news asks sources on the internet what is new: the newest version of a product line, and the holes
// that criminals are known to use. Each source is off until the user switches it on by its name, is asked only
// if a product of its maker is in this home, and is told nothing but the model, where it cannot answer
// otherwise: never a serial number, an address or an inventory.
package news

import (
	"net/url"
	"slices"
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
	Model string // what the answer is about: a model or a hole; "" if it says so itself
	Typed bool   // by the user, as an address: it stands on no list
}

// part is under which the answer is kept. A signed file is the same from wherever it comes.
func (r Request) part() string {
	if r.Typed {
		return ""
	}
	return r.Path
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

// Source names who says so.
func (n News) Source() string {
	if u, err := url.Parse(n.Page); err == nil && u.Host != "" {
		return u.Host
	}
	return n.Page
}

// A Hole is one that criminals are known to use, as the list of CISA says.
type Hole struct {
	CVE     string    `json:"cve"`
	Maker   string    `json:"maker"` // as the catalogue calls it
	Product string    `json:"product"`
	Added   time.Time `json:"added"` // to the list
	Said    time.Time `json:"-"`     // when the list was read last
	Record  *Record   `json:"-"`     // in which versions it is; nil if nobody was asked
}

// A Support is how long a maker repairs some products. Only a signed file has any. Models, Revisions and Regions are
// as in assets/makers, but each model is whole; Ends is a day, a month, a year or "ended".
type Support struct {
	Maker     string   `json:"maker"`
	Family    string   `json:"family,omitempty"`
	Models    []string `json:"models,omitempty"`
	Revisions []string `json:"revisions,omitempty"`
	Regions   []string `json:"regions,omitempty"`
	Ends      string   `json:"ends"`
	Still     string   `json:"still,omitempty"` // what comes all the same: "security", "local" or nothing
	Source    string   `json:"source"`
	Date      string   `json:"date"` // the day on which the source said so
	Sure      bool     `json:"sure,omitempty"`
}

// An Answer is what a source says.
type Answer struct {
	Dated   time.Time `json:"dated,omitzero"`    // by the source; zero if it does not say
	Version int       `json:"version,omitempty"` // of a signed file
	News    []News    `json:"news,omitempty"`
	Holes   []Hole    `json:"holes,omitempty"`
	Support []Support `json:"support,omitempty"` // of a signed file
	Records []Record  `json:"records,omitempty"`
	Program Release   `json:"porchlight,omitzero"` // of a signed file
}

// A Release is the newest version of Porchlight itself, such as "1.2.0", and the page where it is to be had.
type Release struct {
	Version string `json:"version"`
	Page    string `json:"page"`
}

// All lists the sources, in the order in which they are shown.
//
// Some that one may look for are missing: AVM answers without encryption only and wants a serial number, QNAP's
// list has no documented form, and Shelly's newer products have a certificate that nobody but Shelly
// vouches for. The others have nothing but pages for people.
func All() []Source {
	all := []Source{
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
	return append(all, Records(nil, nil, time.Time{})...)
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
