package ssdp

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/net/html/charset"

	"porchlight/discovery"
)

// FactGatewayLocation is where the description of an internet gateway was read.
const FactGatewayLocation discovery.FactKey = "upnp.gateway.location"

// FactDeviceType is the type of the root device or of one embedded in it.
const FactDeviceType discovery.FactKey = "upnp.device_type"

// Limits on a description, against XML bombs. Real ones need up to 64 KB and 8 levels.
const (
	maxDepth   = 64
	maxTokens  = 5000
	maxDevices = 16 // of one description, embedded ones too
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of UPnP")

// An answer is what a device says to a search.
type answer struct {
	server, target, usn, location string
}

// parseAnswer reads the answer to a search: an HTTP response without a body.
func parseAnswer(b []byte) (answer, error) {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), &http.Request{Method: http.MethodHead})
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w: %w", errOdd, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("status %d: %w", resp.StatusCode, errOdd)
	}
	return answer{
		server: resp.Header.Get("Server"), target: resp.Header.Get("St"), usn: resp.Header.Get("Usn"), location: discovery.Clean(resp.Header.Get("Location")),
	}, nil
}

// AnswerFacts keeps what an answer says about the device: its SERVER, the target that it
// answers for, and the unique name of the device within its USN (section 1.3.3).
func AnswerFacts(server, target, usn string) []discovery.Fact {
	udn, _, _ := strings.Cut(usn, "::")
	if !strings.HasPrefix(udn, "uuid:") {
		udn = ""
	}
	var out []discovery.Fact
	for _, f := range []discovery.Fact{
		{Key: discovery.FactSSDPServer, Value: server}, {Key: discovery.FactSSDPTarget, Value: target}, {Key: discovery.FactUPnPUDN, Value: udn},
	} {
		out = discovery.AddFact(out, f.Key, f.Value, discovery.MaxFacts)
	}
	return out
}

// DescriptionFacts reads what a device description says about the root device and which
// types of device are in it.
func DescriptionFacts(b []byte) ([]discovery.Fact, error) {
	d, err := parseDescription(b)
	if err != nil {
		return nil, err
	}
	return d.facts(), nil
}

// A description is what a UPnP device says about itself.
type description struct {
	root    []discovery.Fact // of the root device
	types   []string         // of the root and the embedded devices
	gateway bool             // one of them is an internet gateway
}

func (d description) facts() []discovery.Fact {
	out := d.root
	for _, t := range d.types {
		out = append(out, discovery.Fact{Key: FactDeviceType, Value: t})
	}
	return out
}

// elements are those of the root device that are kept, with the name of their fact. The
// last ones are the vendors' own: Sonos, AVM and Belkin tell their version there.
var elements = map[string]discovery.FactKey{
	"friendlyName": discovery.FactUPnPName, "manufacturer": "upnp.manufacturer", "manufacturerURL": "upnp.manufacturer_url",
	"modelName": "upnp.model_name", "modelNumber": "upnp.model_number", "modelDescription": "upnp.model_description",
	"modelURL": "upnp.model_url", "serialNumber": "upnp.serial_number", "UDN": discovery.FactUPnPUDN,
	"softwareVersion": "upnp.software_version", "displayVersion": "upnp.display_version",
	"hardwareVersion": "upnp.hardware_version", "firmwareVersion": "upnp.firmware_version", "Display": "upnp.system_version",
}

// parseDescription reads a device description. Sloppy XML is forgiven, hostile XML is not:
// no DOCTYPE, maxDepth, maxTokens.
func parseDescription(b []byte) (description, error) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	dec.Strict = false
	dec.AutoClose = xml.HTMLAutoClose
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = charset.NewReaderLabel
	var d description
	var path []string
	devices := 0
	seen := map[discovery.FactKey]bool{}
	for tokens := 0; ; tokens++ {
		if tokens > maxTokens || len(path) > maxDepth || devices > maxDevices {
			return description{}, fmt.Errorf("too big: %w", errOdd)
		}
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return description{}, fmt.Errorf("read XML: %w: %w", errOdd, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return description{}, fmt.Errorf("DOCTYPE: %w", errOdd)
		case xml.StartElement:
			path = append(path, t.Name.Local)
			if t.Name.Local == "device" {
				devices++
			}
		case xml.EndElement:
			path = path[:max(0, len(path)-1)]
		case xml.CharData:
			if len(path) == 0 {
				continue
			}
			name, value := path[len(path)-1], discovery.Clean(string(t))
			if value == "" {
				continue
			}
			if name == "deviceType" {
				d.types = append(d.types, value)
				d.gateway = d.gateway || strings.Contains(value, gatewayType)
				continue
			}
			// Only the first device is the root; embedded ones come later.
			if key, ok := elements[name]; ok && !seen[key] && devices <= 1 {
				seen[key] = true
				d.root = discovery.AddFact(d.root, key, string(t), discovery.MaxFacts)
			}
		}
	}
	if devices == 0 {
		return description{}, fmt.Errorf("no device in it: %w", errOdd)
	}
	return d, nil
}
