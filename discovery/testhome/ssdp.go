package testhome

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A UPnP is how a device speaks SSDP and describes itself (UPnP Device Architecture 1.0).
type UPnP struct {
	Port     uint16    // of the description; 0: any free one. Start opens it if no Door has it
	Path     string    // of the description
	Control  string    // path of SOAP control, for an IGD
	Server   string    // SERVER of SSDP and of the description
	UUID     string    // without "uuid:"
	Type     string    // its device type, which it answers to besides upnp:rootdevice
	Targets  []string  // what else it answers to
	Headers  []string  // further lines of its SSDP answers, such as "X-RINCON-BOOTSEQ: 14"
	Elements []Element // of the description, in order; deviceType and UDN come by themselves
	Location string    // says this instead of where its description is; for tests
	Flood    int       // so many further answers to each search; for tests
}

// An Element is one XML element that holds text only.
type Element struct{ Name, Value string }

var ssdpGroup = netip.AddrPortFrom(netip.AddrFrom4([4]byte{239, 255, 255, 250}), 1900)

const (
	ssdpMaxAge = 1800                   // seconds; UPnP asks for at least 1800
	ssdpTTL    = 4                      // UPnP Device Architecture 1.0, section 1.1.2
	ssdpSpread = 200 * time.Millisecond // all devices have answered a search by then
	ssdpGap    = 15 * time.Millisecond  // at most, between two devices
	// maxSearches is how many searches are answered at a time; more are lost, as in a real home.
	maxSearches = 16
)

func (h *Home) startSSDP() error {
	var speakers []*Device
	for _, d := range h.devices {
		if d.UPnP != nil {
			speakers = append(speakers, d)
		}
	}
	return h.startUDP(ssdpGroup, ssdpTTL, speakers, h.search)
}

// search answers one M-SEARCH that the devices heard.
func (h *Home) search(heard []talker, from netip.AddrPort, b []byte) {
	for _, t := range heard {
		t.device.note(func(c *Counts) { c.Datagrams[ssdpGroup.Port()]++ })
	}
	st, ok := searchTarget(b)
	if !ok || !h.mayAnswer(from) {
		return
	}
	select {
	case h.searches <- struct{}{}:
	default:
		return
	}
	h.run(func() {
		defer func() { <-h.searches }()
		gap := min(ssdpGap, ssdpSpread/time.Duration(len(heard)))
		for _, t := range heard {
			if !sleep(h.ctx, gap) {
				return
			}
			for _, answer := range t.device.ssdpAnswers(st) {
				_, _ = t.conn.WriteToUDPAddrPort([]byte(answer), from)
			}
		}
	})
}

// searchTarget reads the ST of an M-SEARCH request.
func searchTarget(b []byte) (string, bool) {
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
	if err != nil || req.Method != "M-SEARCH" || req.Header.Get("Man") != `"ssdp:discover"` {
		return "", false
	}
	return req.Header.Get("St"), true
}

// ssdpAnswers gives the datagrams that answer a search, one for each target that fits.
func (d *Device) ssdpAnswers(st string) []string {
	u := d.UPnP
	targets := append([]string{"upnp:rootdevice", "uuid:" + u.UUID, u.Type}, u.Targets...)
	if st != "ssdp:all" {
		targets = slices.DeleteFunc(targets, func(t string) bool { return t != st })
	}
	if len(targets) == 0 {
		return nil
	}
	location := u.Location
	if location == "" {
		location = "http://" + netip.AddrPortFrom(d.Addr, u.Port).String() + u.Path
	}
	answer := func(target, uuid string) string {
		usn := "uuid:" + uuid
		if target != usn {
			usn += "::" + target
		}
		lines := append([]string{
			"HTTP/1.1 200 OK", fmt.Sprintf("CACHE-CONTROL: max-age=%d", ssdpMaxAge), "EXT:",
			"LOCATION: " + location, "SERVER: " + u.Server, "ST: " + target, "USN: " + usn,
		}, u.Headers...)
		return d.fill(strings.Join(lines, "\r\n") + "\r\n\r\n")
	}
	var out []string
	for _, t := range targets {
		out = append(out, answer(t, u.UUID))
	}
	for i := range u.Flood {
		out = append(out, answer(targets[0], fmt.Sprintf("%s-%d", u.UUID, i)))
	}
	return out
}

// UPnPPages serves the description of a device and the SOAP control of its IGD.
func UPnPPages() Web {
	return func(d *Device, w http.ResponseWriter, r *http.Request) {
		switch u := d.UPnP; {
		case u != nil && r.URL.Path == u.Path:
			Text(`text/xml; charset="utf-8"`, d.description())(d, w, r)
		case u != nil && d.IGD != nil && r.URL.Path == u.Control:
			control(d, w, r)
		default:
			http.NotFound(w, r)
		}
	}
}

// description writes the device description.
func (d *Device) description() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?>` + "\n" + `<root xmlns="urn:schemas-upnp-org:device-1-0">` +
		"<specVersion><major>1</major><minor>0</minor></specVersion><device>" + element(Element{"deviceType", d.UPnP.Type}))
	for _, e := range d.UPnP.Elements {
		b.WriteString(element(e))
	}
	b.WriteString(element(Element{"UDN", "uuid:" + d.UPnP.UUID}))
	if d.IGD != nil {
		for _, kind := range []string{"WANDevice", "WANConnectionDevice"} {
			b.WriteString("<deviceList><device>" + element(Element{"deviceType", "urn:schemas-upnp-org:device:" + kind + ":1"}) +
				element(Element{"friendlyName", kind}) + element(Element{"UDN", "uuid:" + d.UPnP.UUID + "-" + kind}))
		}
		b.WriteString("<serviceList><service>" + element(Element{"serviceType", wanIP}) +
			element(Element{"serviceId", "urn:upnp-org:serviceId:WANIPConn1"}) + element(Element{"SCPDURL", "/wanip.xml"}) +
			element(Element{"controlURL", d.UPnP.Control}) + element(Element{"eventSubURL", d.UPnP.Control}) + "</service></serviceList>")
		b.WriteString(strings.Repeat("</device></deviceList>", 2))
	}
	b.WriteString("</device></root>\n")
	return b.String()
}

func element(e Element) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(e.Value)) // a Builder takes everything
	return "<" + e.Name + ">" + b.String() + "</" + e.Name + ">"
}

// sleep waits for d; false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
