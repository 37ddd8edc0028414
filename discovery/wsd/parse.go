package wsd

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Facts of this source. wsd.scope. is followed by the name of an ONVIF scope, such as
// "name", "hardware" or "location" (ONVIF Core Specification, section 7.3.2.2).
const (
	factType     discovery.FactKey = "wsd.type"
	factScope    discovery.FactKey = "wsd.scope" // any other scope
	factXAddr    discovery.FactKey = "wsd.xaddr"
	factEndpoint                   = discovery.FactWSDEndpoint // "urn:uuid:" and a UUID, in lower case: an identity
)

// Limits on one answer, against XML bombs. Real ones hold one match, 20 scopes and 10
// levels.
const (
	maxDepth   = 32
	maxTokens  = 3000
	maxMatches = 8
	maxSpaces  = 64
	maxTypes   = 16
	maxScopes  = 48
	maxXAddrs  = 16
	maxText    = 8 << 10 // of one element
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of WS-Discovery")

// The namespaces of what is read. Of the second dialect (OASIS, 2009) only few devices
// speak; it is not asked.
const (
	nsSOAP       = "http://www.w3.org/2003/05/soap-envelope"
	nsAddressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
	nsDiscovery  = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
	nsProfile    = "http://schemas.xmlsoap.org/ws/2006/02/devprof"
	nsMetadata   = "http://schemas.xmlsoap.org/ws/2004/09/mex"
	nsPublish    = "http://schemas.microsoft.com/windows/pub/2005/07"
)

// prefixes are the usual short names of the namespaces of types, whatever a device calls
// them.
var prefixes = map[string]string{
	nsProfile: "wsdp",
	nsPublish: "pub",
	"http://www.onvif.org/ver10/network/wsdl":                   "dn",
	"http://www.onvif.org/ver10/device/wsdl":                    "tds",
	"http://schemas.microsoft.com/windows/2006/08/wdp/print":    "wprt",
	"http://schemas.microsoft.com/windows/2006/08/wdp/scan":     "wscn",
	"http://schemas.microsoft.com/windows/2006/01/wdp/network/": "wnt",
}

// A match is one device in an answer.
type match struct {
	endpoint string   // "urn:uuid:..." in lower case, or ""
	types    []string // with the usual prefixes
	scopes   []string
	xaddrs   []string
}

// uuidPattern finds a UUID (RFC 4122, section 3) at the end of an address or identifier.
// Devices write "urn:uuid:", "uuid:" or nothing before it.
var uuidPattern = regexp.MustCompile(`(?i)^(?:urn:)?(?:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)

// uuid reads a UUID; "" if s is none.
func uuid(s string) string {
	if m := uuidPattern.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// parseMatches reads the answer to the probe or the resolve with that message UUID
// (WS-Discovery, sections 5.3 and 6.3).
func parseMatches(b []byte, asked string) ([]match, error) {
	var out []match
	related := false
	spaces := map[string]string{}
	err := walk(b, func(path []xml.Name, start *xml.StartElement, text string) error {
		for _, a := range attributes(start) {
			switch {
			case len(spaces) == maxSpaces:
			case a.Name.Space == "xmlns":
				spaces[a.Name.Local] = a.Value
			case a.Name.Space == "" && a.Name.Local == "xmlns":
				spaces[""] = a.Value
			}
		}
		isMatch := len(path) >= 4 && path[2].Space == nsDiscovery && path[3].Space == nsDiscovery &&
			(path[2].Local == "ProbeMatches" && path[3].Local == "ProbeMatch" || path[2].Local == "ResolveMatches" && path[3].Local == "ResolveMatch")
		switch {
		case start != nil && isMatch && len(path) == 4:
			if len(out) == maxMatches {
				return fmt.Errorf("too many matches: %w", errOdd)
			}
			out = append(out, match{})
		case start != nil:
			return nil
		case len(path) == 3 && path[2] == xml.Name{Space: nsAddressing, Local: "RelatesTo"}:
			related = uuid(text) == asked
		case isMatch && len(path) > 4:
			m := &out[len(out)-1]
			switch path[len(path)-1] {
			case xml.Name{Space: nsAddressing, Local: "Address"}:
				if id := uuid(text); id != "" && m.endpoint == "" {
					m.endpoint = "urn:uuid:" + id
				}
			case xml.Name{Space: nsDiscovery, Local: "Types"}:
				m.types = nil
				for _, t := range fields(text, maxTypes) {
					m.types = append(m.types, usual(t, spaces))
				}
			case xml.Name{Space: nsDiscovery, Local: "Scopes"}:
				m.scopes = fields(text, maxScopes)
			case xml.Name{Space: nsDiscovery, Local: "XAddrs"}:
				m.xaddrs = fields(text, maxXAddrs)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !related:
		return nil, fmt.Errorf("answer to another question: %w", errOdd)
	case len(out) == 0:
		return nil, fmt.Errorf("no match in it: %w", errOdd)
	}
	return out, nil
}

// usual gives a type its usual prefix. One of an unknown namespace keeps its own.
func usual(t string, spaces map[string]string) string {
	prefix, local, ok := strings.Cut(t, ":")
	if !ok {
		prefix, local = "", t
	}
	if p, ok := prefixes[spaces[prefix]]; ok {
		return p + ":" + local
	}
	return t
}

// is reports whether the match has that type.
func (m match) is(typ string) bool { return slices.Contains(m.types, typ) }

// camera reports whether it speaks ONVIF.
func (m match) camera() bool {
	return slices.ContainsFunc(m.types, func(t string) bool { return strings.HasPrefix(t, "dn:") || strings.HasPrefix(t, "tds:") }) ||
		slices.ContainsFunc(m.scopes, func(s string) bool { return strings.HasPrefix(strings.ToLower(s), onvifScope) })
}

// describes reports whether it says by WS-Transfer what it is: devices of the profile
// (DPWS), printers and scanners do, cameras do not.
func (m match) describes() bool {
	return m.endpoint != "" && !m.camera() && (m.is("wsdp:Device") || slices.ContainsFunc(m.types, func(t string) bool {
		return strings.HasPrefix(t, "wprt:") || strings.HasPrefix(t, "wscn:")
	}))
}

// onvifScope begins the scopes that name a camera (ONVIF Core Specification, section 7.3.2.2).
const onvifScope = "onvif://www.onvif.org/"

// scopeName is what a scope may be called in a fact.
var scopeName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// facts keeps what a match says. Addresses that lead away from the device are left out;
// services are the doors that the others name.
func (m match) facts(from netip.Addr) (facts []discovery.Fact, services []discovery.Service, urls []*url.URL) {
	add := func(key discovery.FactKey, value string) {
		facts = discovery.AddFact(facts, key, value, discovery.MaxFacts)
	}
	add(factEndpoint, m.endpoint)
	for _, t := range m.types {
		add(factType, t)
	}
	for _, s := range m.scopes {
		rest := ""
		if len(s) > len(onvifScope) && strings.EqualFold(s[:len(onvifScope)], onvifScope) {
			rest = s[len(onvifScope):]
		}
		name, value, _ := strings.Cut(rest, "/")
		if name = strings.ToLower(name); !scopeName.MatchString(name) || value == "" {
			add(factScope, s)
			continue
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		add(factScope+"."+discovery.FactKey(name), strings.TrimSuffix(value, "/"))
	}
	for _, s := range m.xaddrs {
		u, port, err := xaddr(s, from)
		if err != nil {
			continue
		}
		add(factXAddr, u.String())
		urls = append(urls, u)
		services = append(services, discovery.Service{Port: port, Transport: "tcp", Protocol: "http", TLS: u.Scheme == "https"})
	}
	if len(urls) == 0 && slices.ContainsFunc(m.xaddrs, func(s string) bool { u, err := url.Parse(s); return err != nil || lan.Away(u, from) }) {
		add(discovery.FactOdd, string(discovery.OddAway))
	}
	return facts, services, urls
}

// xaddr checks where a transport address points: a web page on the very host that sent it.
func xaddr(s string, from netip.Addr) (*url.URL, uint16, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, 0, fmt.Errorf("address %q: %w", s, errOdd)
	}
	host, err := netip.ParseAddr(u.Hostname())
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || host.Unmap().WithZone("") != from.WithZone("") {
		return nil, 0, fmt.Errorf("address %q of %s: %w", s, from, errOdd)
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]), 10, 16)
	if err != nil || port == 0 {
		return nil, 0, fmt.Errorf("port of %q: %w", s, errOdd)
	}
	u.Fragment = ""
	return u, uint16(port), nil
}

// elements are those of a device's metadata that are kept (DPWS 2006, sections 5.1 and
// 5.2), with the name of their fact.
var elements = map[string]discovery.FactKey{
	"Manufacturer": "wsd.manufacturer", "ModelName": "wsd.model_name", "ModelNumber": "wsd.model_number",
	"FriendlyName": "wsd.friendly_name", "FirmwareVersion": "wsd.firmware_version", "SerialNumber": "wsd.serial_number",
}

// parseMetadata reads what a device says about itself when it is asked by WS-Transfer.
// Windows puts the computer's name beside it.
func parseMetadata(b []byte) ([]discovery.Fact, error) {
	var out []discovery.Fact
	seen := map[discovery.FactKey]bool{}
	sections := 0
	err := walk(b, func(path []xml.Name, start *xml.StartElement, text string) error {
		if start != nil {
			if len(path) == 4 && path[3] == (xml.Name{Space: nsMetadata, Local: "MetadataSection"}) {
				sections++
			}
			return nil
		}
		last := path[len(path)-1]
		key, kept := elements[last.Local]
		switch {
		case last == xml.Name{Space: nsPublish, Local: "Computer"}:
			key = "wsd.computer"
		case !kept || len(path) != 6 || last.Space != nsProfile || (path[4].Local != "ThisModel" && path[4].Local != "ThisDevice"):
			return nil
		}
		if text = discovery.Clean(text); text != "" && !seen[key] { // the first language is enough
			seen[key] = true
			out = append(out, discovery.Fact{Key: key, Value: text})
		}
		return nil
	})
	if err == nil && sections == 0 {
		err = fmt.Errorf("no metadata in it: %w", errOdd)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// walk reads a SOAP envelope. It calls see when an element starts, and when one ends that
// holds nothing but text. Sloppy XML is forgiven, hostile XML is not: no DOCTYPE, maxDepth,
// maxTokens.
func walk(b []byte, see func(path []xml.Name, start *xml.StartElement, text string) error) error {
	dec := xml.NewDecoder(bytes.NewReader(b))
	dec.Strict = false
	dec.CharsetReader = charset.NewReaderLabel
	var path []xml.Name
	var text []byte
	leaf, envelopes := false, 0
	for tokens := 0; ; tokens++ {
		if tokens > maxTokens || len(path) > maxDepth || len(text) > maxText {
			return fmt.Errorf("too big: %w", errOdd)
		}
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read XML: %w: %w", errOdd, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return fmt.Errorf("DOCTYPE: %w", errOdd)
		case xml.StartElement:
			if len(path) == 0 {
				if envelopes++; envelopes > 1 || t.Name != (xml.Name{Space: nsSOAP, Local: "Envelope"}) {
					return fmt.Errorf("no envelope: %w", errOdd)
				}
			}
			path = append(path, t.Name)
			text, leaf = text[:0], true
			if err := see(path, &t, ""); err != nil {
				return err
			}
		case xml.EndElement:
			if leaf && len(path) > 0 {
				if err := see(path, nil, string(text)); err != nil {
					return err
				}
			}
			path, leaf = path[:max(0, len(path)-1)], false
		case xml.CharData:
			text = append(text, t...)
		}
	}
	if envelopes == 0 {
		return fmt.Errorf("no envelope: %w", errOdd)
	}
	return nil
}

func attributes(start *xml.StartElement) []xml.Attr {
	if start == nil {
		return nil
	}
	return start.Attr
}

// fields cuts text at its white space, into at most most words.
func fields(s string, most int) []string {
	words := strings.Fields(s)
	return words[:min(len(words), most)]
}
