package testhome

import (
	"encoding/xml"
	"fmt"
	"net/netip"
	"strings"
)

// A WSD is how a device answers WS-Discovery (OASIS/Microsoft, April 2005, section 5.3), as
// cameras with ONVIF do.
type WSD struct {
	UUID   string   // without "urn:uuid:"
	Types  string   // with the prefixes dn, tds and wsdp, such as "dn:NetworkVideoTransmitter"
	Scopes []string // "onvif://www.onvif.org/name/Hall"
	XAddr  string   // "http://{addr}/onvif/device_service"
}

var wsdGroup = netip.AddrPortFrom(ssdpGroup.Addr(), 3702)

func (h *Home) startWSD() error {
	var speakers []*Device
	for _, d := range h.devices {
		if d.WSD != nil {
			speakers = append(speakers, d)
		}
	}
	return h.startUDP(wsdGroup, ssdpTTL, speakers, h.probe)
}

// probe answers one Probe that the devices heard, if it asks for what they are or for anybody.
func (h *Home) probe(heard []talker, from netip.AddrPort, b []byte) {
	for _, t := range heard {
		t.device.note(func(c *Counts) { c.Datagrams[wsdGroup.Port()]++ })
	}
	var env struct {
		MessageID string `xml:"Header>MessageID"`
		Probe     *struct {
			Types string `xml:"Types"`
		} `xml:"Body>Probe"`
	}
	if xml.Unmarshal(b, &env) != nil || env.Probe == nil || !h.mayAnswer(from) {
		return
	}
	_, asked, _ := strings.Cut(strings.TrimSpace(env.Probe.Types), ":")
	for _, t := range heard {
		if strings.Contains(t.device.WSD.Types, asked) {
			_, _ = t.conn.WriteToUDPAddrPort([]byte(t.device.wsdMatch(strings.TrimSpace(env.MessageID))), from)
		}
	}
}

// wsdMatch writes the answer to the Probe of that name.
func (d *Device) wsdMatch(probe string) string {
	w := d.WSD
	return d.fill(fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>`+
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"`+
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"`+
		` xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">`+
		`<s:Header><a:MessageID>urn:uuid:%[1]s</a:MessageID><a:RelatesTo>%[2]s</a:RelatesTo>`+
		`<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>`+
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header>`+
		`<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:%[1]s</a:Address></a:EndpointReference>`+
		`<d:Types>%[3]s</d:Types><d:Scopes>%[4]s</d:Scopes><d:XAddrs>%[5]s</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>`+
		`</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`,
		w.UUID, probe, w.Types, strings.Join(w.Scopes, " "), w.XAddr))
}
