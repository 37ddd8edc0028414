package camera

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"porchlight/discovery"
)

// Caps on what is read of one answer. Real descriptions of a stream have 1 kB, real answers of
// ONVIF 2 kB and 6 levels.
const (
	maxHead   = 16 << 10
	maxSDP    = 16 << 10
	maxSOAP   = 64 << 10
	maxDepth  = 16
	maxTokens = 500
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of its protocol")

// A description is the answer to RTSP DESCRIBE.
type description struct {
	status int
	video  bool   // there is a picture in it
	codec  string // of the picture, such as "H264"; "" if it is not said
}

// parseDescribe reads the answer to RTSP DESCRIBE (RFC 2326, section 10.2).
func parseDescribe(r io.Reader) (description, error) {
	in := bufio.NewReader(io.LimitReader(r, maxHead+maxSDP))
	tp := textproto.NewReader(in)
	line, err := tp.ReadLine()
	if err != nil {
		return description{}, fmt.Errorf("read the status: %w", err)
	}
	rest, ok := strings.CutPrefix(line, "RTSP/1.0 ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !ok || err != nil || len(code) != 3 {
		return description{}, fmt.Errorf("status %.40q: %w", line, errOdd)
	}
	d := description{status: status}
	if status != http.StatusOK { // the rest does not matter
		return d, nil
	}
	head, err := tp.ReadMIMEHeader()
	if err != nil {
		return description{}, fmt.Errorf("read the header: %w: %w", errOdd, err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(head.Get("Content-Length")))
	if err != nil || n < 0 || n > maxSDP {
		return description{}, fmt.Errorf("length %.20q: %w", head.Get("Content-Length"), errOdd)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		return description{}, fmt.Errorf("read the description: %w", err)
	}
	if strings.HasPrefix(strings.ToLower(head.Get("Content-Type")), "application/sdp") {
		d.video, d.codec = parseSDP(body)
	}
	return d, nil
}

// parseSDP looks for a picture in a description (RFC 8866, sections 5.14 and 6.6).
func parseSDP(b []byte) (video bool, codec string) {
	if !bytes.HasPrefix(b, []byte("v=0")) {
		return false, ""
	}
	in := false // the part that describes the picture
	for line := range bytes.Lines(b) {
		text := strings.TrimSpace(string(line))
		switch {
		case strings.HasPrefix(text, "m="):
			in = strings.HasPrefix(text, "m=video ")
			video = video || in
		case in && codec == "" && strings.HasPrefix(text, "a=rtpmap:"):
			_, name, _ := strings.Cut(text, " ")
			name, _, _ = strings.Cut(name, "/")
			codec = discovery.Clean(name)
		}
	}
	return video, codec
}

// A verdict is what one answer means.
type verdict uint8

// Verdicts. The zero value says nothing.
const (
	unclear verdict = iota
	shut            // it asks for a password, or nobody is there
	open            // everybody gets an answer
)

func (d description) verdict() verdict {
	switch {
	case d.status == http.StatusUnauthorized || d.status == http.StatusForbidden:
		return shut
	case d.video:
		return open
	}
	return unclear
}

// jpeg begins every JPEG picture.
const jpeg = "\xff\xd8\xff"

// judgePicture weighs the answer for a live picture by its head and its first bytes.
func judgePicture(status int, header http.Header, first []byte) verdict {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return shut
	case status == http.StatusOK && strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "image/jp") && string(first) == jpeg:
		return open
	}
	return unclear
}

// The namespaces of what ONVIF answers.
const (
	nsEnvelope = "http://www.w3.org/2003/05/soap-envelope"
	nsDevice   = "http://www.onvif.org/ver10/device/wsdl"
)

// information are the elements of an answer that are kept (ONVIF Core Specification, section
// 8.3.6), with the name of their fact. The serial number is nobody's business.
var information = map[string]discovery.FactKey{"Manufacturer": "onvif.manufacturer", "Model": "onvif.model", "FirmwareVersion": "onvif.firmware"}

// parseInformation reads the answer to GetDeviceInformation, or why there is none: denied means that it asks for
// a login (section 5.9.2.2).
func parseInformation(b []byte) (facts []discovery.Fact, denied bool, err error) {
	if len(b) > maxSOAP {
		return nil, false, fmt.Errorf("too long: %w", errOdd)
	}
	dec := xml.NewDecoder(bytes.NewReader(b))
	var path []xml.Name
	var text []byte
	envelopes := 0
	for tokens := 0; ; tokens++ {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || tokens > maxTokens || len(path) > maxDepth {
			return nil, false, fmt.Errorf("read XML: %w: %w", errOdd, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, false, fmt.Errorf("DOCTYPE: %w", errOdd)
		case xml.StartElement:
			if len(path) == 0 && t.Name == (xml.Name{Space: nsEnvelope, Local: "Envelope"}) {
				envelopes++
			}
			path, text = append(path, t.Name), text[:0]
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			value := discovery.Clean(string(text))
			if key, ok := information[t.Name.Local]; ok && value != "" && answers(path) {
				facts = append(facts, discovery.Fact{Key: key, Value: value})
			}
			denied = denied || (t.Name == xml.Name{Space: nsEnvelope, Local: "Value"} && strings.HasSuffix(strings.TrimSpace(string(text)), ":NotAuthorized"))
			path, text = path[:len(path)-1], text[:0]
		}
	}
	if envelopes != 1 {
		return nil, false, fmt.Errorf("no envelope: %w", errOdd)
	}
	return facts, denied && len(facts) == 0, nil
}

// answers reports whether an element stands where the answer has it.
func answers(path []xml.Name) bool {
	return len(path) == 4 && path[1] == xml.Name{Space: nsEnvelope, Local: "Body"} &&
		path[2] == xml.Name{Space: nsDevice, Local: "GetDeviceInformationResponse"} && path[3].Space == nsDevice
}
