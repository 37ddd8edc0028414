package testhome

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An IGD is the internet side of a simulated router: UPnP IGD:1, WANIPConnection:1. It
// answers what may be asked. Whatever would change something it refuses and counts.
type IGD struct {
	External netip.Addr // its address on the internet
	Mappings []Mapping
}

// A Mapping is one door from the internet to a device.
type Mapping struct {
	Protocol    string // "TCP" or "UDP"
	Outer       uint16 // port on the internet
	Client      netip.Addr
	Inner       uint16 // port of Client
	Enabled     bool
	Description string
	Lease       time.Duration // 0: for ever
}

// RemoveMapping closes a door from the internet, as the owner would in the settings. It
// reports whether there was one.
func (d *Device) RemoveMapping(protocol string, outer uint16) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.IGD == nil {
		return false
	}
	before := len(d.IGD.Mappings)
	d.IGD.Mappings = slices.DeleteFunc(slices.Clone(d.IGD.Mappings), func(m Mapping) bool { return m.Protocol == protocol && m.Outer == outer })
	return len(d.IGD.Mappings) < before
}

const (
	wanIP        = "urn:schemas-upnp-org:service:WANIPConnection:1"
	maxSOAPBytes = 64 << 10
)

// Faults of UPnP Device Architecture 1.0, section 3.2.2, and WANIPConnection:1, section 2.4.18.4.
const (
	faultInvalidAction = 401
	faultInvalidArgs   = 402
	faultIndexInvalid  = 713
)

// envelope is as much of a SOAP request as the reading actions need.
type envelope struct {
	Body struct {
		Action struct {
			XMLName xml.Name
			Index   string `xml:"NewPortMappingIndex"`
		} `xml:",any"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
}

// control answers SOAP requests for the device's IGD.
func control(d *Device, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "405 Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	var env envelope
	bodyErr := xml.NewDecoder(io.LimitReader(r.Body, maxSOAPBytes)).Decode(&env)
	_, action, _ := strings.Cut(strings.Trim(r.Header.Get("SOAPAction"), `"`), "#")
	if action == "" {
		action = env.Body.Action.XMLName.Local
	}
	d.note(func(c *Counts) { c.Actions[action]++ })
	args, fault := d.act(action, env.Body.Action.Index)
	if bodyErr != nil {
		fault = faultInvalidArgs
	}
	w.Header().Set("Content-Type", `text/xml; charset="utf-8"`)
	w.Header().Set("EXT", "")
	const open, shut = `<?xml version="1.0"?>` + "\n" + `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>`, `</s:Body></s:Envelope>`
	if fault != 0 {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `%s<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>%d</errorCode><errorDescription>fault</errorDescription></UPnPError></detail></s:Fault>%s`, open, fault, shut)
		return
	}
	var b strings.Builder
	for _, a := range args {
		b.WriteString(element(a))
	}
	_, _ = fmt.Fprintf(w, `%s<u:%sResponse xmlns:u=%q>%s</u:%sResponse>%s`, open, action, wanIP, b.String(), action, shut)
}

// act carries out a reading action; fault is 0 if it went well.
func (d *Device) act(action, index string) (out []Element, fault int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.IGD == nil {
		return nil, faultInvalidAction
	}
	switch action {
	case "GetExternalIPAddress":
		return []Element{{"NewExternalIPAddress", d.IGD.External.String()}}, 0
	case "GetStatusInfo":
		return []Element{{"NewConnectionStatus", "Connected"}, {"NewLastConnectionError", "ERROR_NONE"}, {"NewUptime", "86400"}}, 0
	case "GetGenericPortMappingEntry":
		i, err := strconv.ParseUint(index, 10, 16)
		if err != nil {
			return nil, faultInvalidArgs
		}
		if int(i) >= len(d.IGD.Mappings) {
			return nil, faultIndexInvalid
		}
		m := d.IGD.Mappings[i]
		enabled := "0"
		if m.Enabled {
			enabled = "1"
		}
		return []Element{
			{"NewRemoteHost", ""},
			{"NewExternalPort", strconv.Itoa(int(m.Outer))},
			{"NewProtocol", m.Protocol},
			{"NewInternalPort", strconv.Itoa(int(m.Inner))},
			{"NewInternalClient", m.Client.String()},
			{"NewEnabled", enabled},
			{"NewPortMappingDescription", m.Description},
			{"NewLeaseDuration", strconv.Itoa(int(m.Lease / time.Second))},
		}, 0
	default:
		return nil, faultInvalidAction
	}
}
