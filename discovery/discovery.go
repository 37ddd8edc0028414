// Package discovery holds the nouns of finding things: devices, their services and
// facts, and the sources that learn them. It does no I/O and imports nothing of ours.
package discovery

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// ErrUnavailable means that a source cannot work on this network or system. It is no
// fault: the round goes on without that source and says so.
var ErrUnavailable = errors.New("not available on this network")

// A Source finds devices by one protocol.
type Source interface {
	// Name is stable and lower case, such as "mdns". It is stored in history.
	Name() string
	// Discover reports observations until it has asked all it wants to ask or ctx
	// ends. It may call report from several goroutines; all of them have ended when
	// Discover returns. ErrUnavailable means that this network cannot do it: no fault.
	Discover(ctx context.Context, report func(Observation)) error
}

// A Prober asks one device that a Source has found for more about itself.
type Prober interface {
	// Name is stable and lower case, such as "ports". It is stored in history.
	Name() string
	// Probe reports what the device answers until it has asked all it wants to ask or ctx
	// ends. now gives the device as it is known at that moment: what is reported counts at once.
	Probe(ctx context.Context, now func() Device, report func(Observation)) error
}

// A Listener is a Source that also hears what devices say by themselves.
type Listener interface {
	Source
	// Listen reports what it hears until ctx ends, which is when there is nothing left to do for
	// anybody else. It says nothing itself.
	Listen(ctx context.Context, report func(Observation)) error
}

// A Returner is a Prober that comes back to a device which has named more doors since it was asked.
type Returner interface {
	Prober
	// Return is Probe, for what there is to ask now and was not before. before is the device as it
	// was when this prober had last asked it.
	Return(ctx context.Context, before Device, now func() Device, report func(Observation)) error
}

// An Observation is what one source learned at one moment.
type Observation struct {
	Source   string
	At       time.Time  // when the packet arrived, UTC
	Addr     netip.Addr // with its zone if link-local
	MAC      MAC        // zero if unknown
	Services []Service
	Facts    []Fact // at most MaxFacts
	// Unsure says that this was known before the round, and that nobody answered since. It is no
	// sign of life of a device that answered in earlier rounds.
	Unsure bool
}

// A FactKey names what a fact is about: protocol, then field, such as "ssdp.server".
type FactKey string

// Facts that more than one package reads. A source may report others.
const (
	FactMDNSHost     FactKey = "mdns.host"     // host name, without the final dot
	FactMDNSInstance FactKey = "mdns.instance" // the name of one announced service
	FactMDNSService  FactKey = "mdns.service"  // announced service type, such as "_ipp._tcp"
	FactMDNSTXT      FactKey = "mdns.txt."     // prefix; the TXT key in lower case follows
	FactSSDPServer   FactKey = "ssdp.server"
	FactSSDPTarget   FactKey = "ssdp.target" // the ST of an answer
	FactSSDPLocation FactKey = "ssdp.location"
	FactUPnP         FactKey = "upnp." // prefix; the element of the description follows
	FactUPnPUDN      FactKey = "upnp.udn"
	FactUPnPName     FactKey = "upnp.friendly_name"
	FactHTTPTitle    FactKey = "http.title"
	FactHTTPServer   FactKey = "http.server"
	FactHTTPRealm    FactKey = "http.realm"
	FactBanner       FactKey = "banner." // prefix; the protocol follows
	FactRTSPServer   FactKey = "rtsp.server"
	FactHTTPSignIn   FactKey = "http.sign_in" // the page has a field for a password
	FactTLSName      FactKey = "tls.name"     // common name of the certificate
	FactTLSIssuer    FactKey = "tls.issuer"   // common name of whoever signed it
	FactTLSNotBefore FactKey = "tls.not_before"
	FactTLSNotAfter  FactKey = "tls.not_after" // how long it is good: RFC 3339, UTC
	FactHTTPBody     FactKey = "http.body"     // places of a page or of another text that a sign looks for
	FactHTTPHeader   FactKey = "http.header."  // prefix; the name in lower case follows
	FactJSON         FactKey = "json."         // prefix; what was asked, a dot and the field follow
	FactSNMP         FactKey = "snmp."         // prefix; "sysdescr" or "sysobjectid"
	FactMACVendor    FactKey = "mac.vendor"    // who made the network card, by the registry
	FactWSDEndpoint  FactKey = "wsd.endpoint"  // the UUID of a WS-Discovery device
	FactGateway      FactKey = "lan.gateway"
	FactDecoy        FactKey = "lan.decoy" // too many open ports to be true
	FactOdd          FactKey = "lan.odd"   // behaved oddly; the value is an Oddity
	FactUser         FactKey = "user"      // no device says it: the user's own word, as evidence
)

// A Fact is one thing a device said about itself. Value comes from Clean: valid
// UTF-8, printable, at most MaxValueBytes. It is still a stranger's word.
type Fact struct {
	Key   FactKey `json:"key"` // protocol, then field: "ssdp.server", "mdns.txt.model"
	Value string  `json:"value"`
}

// A Service is one open door on a device.
type Service struct {
	Port      uint16 `json:"port"`
	Transport string `json:"transport"` // "tcp" or "udp"
	Protocol  string `json:"protocol"`  // "http", "rtsp"; "" while nobody has asked
	TLS       bool   `json:"tls"`
	Product   string `json:"product"` // what answers there, such as "nginx 1.14"; "" if unknown
}

// A DeviceID names a device for ever. It survives a change of address.
type DeviceID string

// A Kind says what a device is, by one of the words of the scan schema.
type Kind string

// Kinds of device, as in the scan schema. The zero value is "not known".
const (
	KindUnknown     Kind = ""
	KindRouter      Kind = "router"
	KindAccessPoint Kind = "access-point"
	KindModem       Kind = "modem"
	KindCamera      Kind = "camera"
	KindNVR         Kind = "nvr"
	KindPrinter     Kind = "printer"
	KindNAS         Kind = "nas"
	KindTV          Kind = "tv"
	KindMediaPlayer Kind = "media-player"
	KindSpeaker     Kind = "speaker"
	KindHub         Kind = "hub"
	KindLight       Kind = "light"
	KindPlug        Kind = "plug"
	KindSwitch      Kind = "switch"
	KindSensor      Kind = "sensor"
	KindThermostat  Kind = "thermostat"
	KindVacuum      Kind = "vacuum"
	KindDoorbell    Kind = "doorbell"
	KindLock        Kind = "lock"
	KindVR          Kind = "vr"
	KindConsole     Kind = "console"
	KindAppliance   Kind = "appliance"
	KindSolar       Kind = "solar"
	KindEVCharger   Kind = "ev-charger"
	Kind3DPrinter   Kind = "3d-printer"
	KindVoIP        Kind = "voip"
	KindComputer    Kind = "computer"
	KindPhone       Kind = "phone"
	KindOther       Kind = "other"
)

// Kinds lists every kind but the unknown one, in the order in which people are shown them.
func Kinds() []Kind {
	return []Kind{
		KindRouter, KindAccessPoint, KindModem, KindCamera, KindNVR, KindDoorbell, KindPrinter, KindNAS,
		KindTV, KindMediaPlayer, KindSpeaker, KindHub, KindLight, KindPlug, KindSwitch, KindSensor,
		KindThermostat, KindVacuum, KindLock, KindVR, KindConsole, KindAppliance, KindSolar, KindEVCharger,
		Kind3DPrinter, KindVoIP, KindComputer, KindPhone, KindOther,
	}
}

// A Strength says how good a piece of evidence is.
type Strength string

// Strengths of evidence, strongest first. Corrected is the user's own word.
const (
	Corrected Strength = "corrected"
	Saw       Strength = "saw"    // the device says so in a field made for it
	Likely    Strength = "likely" // deduced, such as from a host name
)

// Evidence is why one field of a device holds what it holds.
type Evidence struct {
	Field    string   `json:"field"` // "vendor", "model", "kind", "firmware", "name"
	Source   FactKey  `json:"source"`
	Value    string   `json:"value"`
	Strength Strength `json:"strength"`
}

// A Device is the merged picture of everything observed about one machine.
type Device struct {
	ID                            DeviceID
	Was                           []DeviceID // devices that turned out to be this one in this round
	Maybe                         []DeviceID // devices that it may turn out to be: it gave their names in this round
	Name, Vendor, Model, Firmware string     // "" if unknown; Evidence says why they are believed
	Kind                          Kind
	Family                        string // the catalogue's product line, such as "tplink-classic"; "" if unrecognised
	MAC                           MAC
	Addrs                         []netip.Addr // sorted, IPv4 first
	Keys                          []string     // identities that survive a change of address, sorted
	Services                      []Service    // sorted by port
	Facts                         []Fact       // sorted, without doubles
	Evidence                      []Evidence
	Correction                    Correction    // the user's own word; Correct has put it into the fields above
	Signs                         Identity      // what the signs say, while a correction stands in their place
	FoundBy                       []string      // names of the sources that saw it in this round
	HeardAfter                    time.Duration // from the start of the round to its first sign; 0 if unseen
	FirstSeen, LastSeen           time.Time     // UTC
	Present                       bool          // seen in the latest round
	LeaveAlone                    bool          // the user wants no checks of it
	Tiny                          bool          // built on a chip that restarts when it is asked fast
}

// Fact returns the first value of key, or "".
func (d *Device) Fact(key FactKey) string {
	for _, f := range d.Facts {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// Service returns the device's first service with that protocol.
func (d *Device) Service(protocol string) (Service, bool) {
	for _, s := range d.Services {
		if s.Protocol == protocol {
			return s, true
		}
	}
	return Service{}, false
}

// Addr returns the address to speak to the device by: its first IPv4 one, else its
// first. It is the zero Addr if the device has none.
func (d *Device) Addr() netip.Addr {
	if len(d.Addrs) == 0 {
		return netip.Addr{}
	}
	return d.Addrs[0]
}
