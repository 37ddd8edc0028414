package lan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// What a camera may be asked by ONVIF: its clock, which everybody may read, and what it is
// (ONVIF Core Specification, sections 8.3.5 and 8.3.6, and 5.9.1 for who may ask).
var askCamera = []string{"GetSystemDateAndTime", "GetDeviceInformation"}

const (
	onvifDevice = "http://www.onvif.org/ver10/device/wsdl"
	// wsSecurity is where a SOAP request carries a login (OASIS WS-Security UsernameToken Profile 1.0).
	wsSecurity = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)

// asksCamera names the question of an ONVIF request: one empty element in the body, and
// nothing in the header but the login, if there is one. "" means that it is something else.
func asksCamera(b []byte) (question string, login bool) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	var path []xml.Name
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return question, login
		}
		if err != nil {
			return "", false
		}
		switch t := tok.(type) {
		case xml.Directive:
			return "", false
		case xml.StartElement:
			path = append(path, t.Name)
			switch {
			case len(path) == 1 && t.Name == xml.Name{Space: soapEnvelope, Local: "Envelope"}:
			case len(path) == 2 && (t.Name == xml.Name{Space: soapEnvelope, Local: "Header"} || t.Name == xml.Name{Space: soapEnvelope, Local: "Body"}):
			case len(path) == 3 && path[1].Local == "Header" && !login && t.Name == xml.Name{Space: wsSecurity, Local: "Security"}:
				login = true
			case len(path) > 3 && path[1].Local == "Header":
			case len(path) == 3 && path[1].Local == "Body" && question == "" && t.Name.Space == onvifDevice && slices.Contains(askCamera, t.Name.Local):
				question = t.Name.Local
			default:
				return "", false
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" && (len(path) < 4 || path[1].Local != "Header") {
				return "", false
			}
		}
	}
}
