package lan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// IPPPort is the door of printers (RFC 8010, section 4). Nothing but the question what a
// printer is goes there.
const IPPPort = 631

// The questions that are asked by POST and change nothing, by their names in the ledger.
const (
	askPrinter  = "Get-Printer-Attributes"
	askMetadata = "WS-Transfer Get"
)

// A question is a request body that was looked at.
type question struct {
	name  string
	body  []byte // nil: it is no question
	login bool   // it carries one
}

// readQuestion takes the body out of a request that says that it is a question. One that
// says so and is none is refused.
func readQuestion(req *http.Request) (question, error) {
	var q question
	var is func([]byte) bool
	typ, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	switch {
	case err != nil || len(req.Header["Content-Type"]) != 1:
		return question{}, nil //nolint:nilerr // something else
	case typ == "application/ipp":
		q.name, is = askPrinter, asksPrinter
	case typ == "application/soap+xml" && soapAction(req) == "":
		if action, ok := params["action"]; ok && action != transferGet { // SOAP 1.2, part 2, section 6.5.3
			return question{}, ErrNotReading
		}
		q.name, is = askMetadata, asksMetadata
	default:
		return question{}, nil
	}
	q.body, err = io.ReadAll(io.LimitReader(req.Body, maxAskBytes+1)) //nolint:forbidigo // limited
	_ = req.Body.Close()
	if err != nil {
		return question{}, fmt.Errorf("take the body: %w", err)
	}
	if len(q.body) > maxAskBytes {
		return question{}, ErrNotReading
	}
	if name, login := asksCamera(q.body); name != "" && q.name == askMetadata {
		q.name, q.login = name, login
		return q, nil
	}
	if !is(q.body) {
		return question{}, ErrNotReading
	}
	return q, nil
}

// formTypes are the types in which settings pages take a sign-in.
var formTypes = []string{"application/x-www-form-urlencoded", "application/json", "text/plain", "application/xml"}

// readForm takes the body out of a sign-in request.
func readForm(req *http.Request) (question, error) {
	typ, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(formTypes, typ) || req.Body == nil {
		return question{}, ErrNotReading
	}
	b, err := io.ReadAll(io.LimitReader(req.Body, maxAskBytes+1)) //nolint:forbidigo // limited
	_ = req.Body.Close()
	if err != nil {
		return question{}, fmt.Errorf("take the body: %w", err)
	}
	if len(b) > maxAskBytes {
		return question{}, ErrNotReading
	}
	return question{body: b}, nil
}

// asksPrinter reports whether an IPP request is Get-Printer-Attributes: 0x000b after the two
// bytes of the version (RFC 8010, section 3.1.1; RFC 8011, section 5.4.15), and nothing after
// the tag that ends its attributes.
func asksPrinter(b []byte) bool {
	const getPrinterAttributes, endOfAttributes, header = "\x00\x0b", 0x03, 8
	return len(b) > header && string(b[2:4]) == getPrinterAttributes && b[len(b)-1] == endOfAttributes
}

const (
	soapEnvelope = "http://www.w3.org/2003/05/soap-envelope"
	addressing   = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
	transferGet  = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
)

// asksMetadata reports whether a SOAP request is WS-Transfer Get: one action in its header,
// that one, and an empty body.
func asksMetadata(b []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(b))
	var path []xml.Name
	action := ""
	actions, bodies := 0, 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return actions == 1 && bodies == 1 && strings.TrimSpace(action) == transferGet
		}
		if err != nil {
			return false
		}
		switch t := tok.(type) {
		case xml.Directive:
			return false
		case xml.StartElement:
			path = append(path, t.Name)
			switch {
			case len(path) == 1 && t.Name != xml.Name{Space: soapEnvelope, Local: "Envelope"}:
				return false
			case len(path) == 2 && t.Name == xml.Name{Space: soapEnvelope, Local: "Body"}:
				bodies++
			case len(path) == 2 && t.Name != xml.Name{Space: soapEnvelope, Local: "Header"}:
				return false
			case len(path) > 2 && path[1].Local == "Body":
				return false // it carries something
			case t.Name.Local == "Action":
				if len(path) != 3 || t.Name.Space != addressing {
					return false
				}
				actions++
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) == 3 && path[2].Local == "Action" {
				action += string(t)
			}
		}
	}
}
