package ipp

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/OpenPrinting/goipp"

	"porchlight/discovery"
)

// factPrefix begins the facts; the name of the attribute follows. The path in it is the
// usual one whatever the printer's is, as in the recorded answers (package recorded).
const factPrefix = discovery.FactJSON + "/ipp/print get-printer-attributes."

// maxAnswer is the longest answer that is read, in bytes. All attributes of a large printer
// take about 100 KB.
const maxAnswer = 256 << 10

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of IPP")

// wanted are the attributes that say what a printer is (PWG 5100.13 and 5100.14, and the
// registry of IANA for the names of the firmware). The order is that of the question and of
// the facts. How long it has been running is left out: it is new in every round.
var wanted = []string{
	"printer-make-and-model", "printer-info", "printer-name", "printer-dns-sd-name", "printer-kind", "printer-device-id", "printer-uuid",
	"printer-firmware-name", "printer-firmware-string-version", "printer-firmware-patches", "printer-more-info", "ipp-versions-supported",
}

// makeAndModel is the attribute for which it is all done.
const makeAndModel = "printer-make-and-model"

// question writes Get-Printer-Attributes (RFC 8011, section 4.2.5) for a printer's URI. Some
// printers answer only to all, which asks in the oldest version for all attributes.
func question(uri string, id uint32, all bool) ([]byte, error) {
	version := goipp.MakeVersion(2, 0)
	if all {
		version = goipp.MakeVersion(1, 1)
	}
	m := goipp.NewRequest(version, goipp.OpGetPrinterAttributes, id)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(uri)))
	names := wanted
	if all {
		names = []string{"all"}
	}
	requested := goipp.Attribute{Name: "requested-attributes"}
	for _, n := range names {
		requested.Values.Add(goipp.TagKeyword, goipp.String(n))
	}
	m.Operation.Add(requested)
	b, err := m.EncodeBytes()
	if err != nil {
		return nil, fmt.Errorf("write the question: %w", err)
	}
	return b, nil
}

// parseAnswer reads the answer to question id. model reports whether it says what the printer
// is; a refusal has no facts.
func parseAnswer(b []byte, id uint32) (facts []discovery.Fact, model bool, err error) {
	if len(b) > maxAnswer {
		return nil, false, fmt.Errorf("%d bytes: %w", len(b), errOdd)
	}
	// The decoder is not ours; whatever it does with hostile bytes ends here.
	defer func() {
		if recover() != nil {
			facts, model, err = nil, false, fmt.Errorf("read answer: %w", errOdd)
		}
	}()
	var m goipp.Message
	// Pantum writes collections wrongly; none is kept, but the rest comes after them.
	if err := m.DecodeEx(bytes.NewReader(b), goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
		return nil, false, fmt.Errorf("read answer: %w: %w", errOdd, err)
	}
	if m.RequestID != id || m.Version.Major() == 0 || m.Version.Major() > 2 {
		return nil, false, fmt.Errorf("answer to another question: %w", errOdd)
	}
	const errorStatus = 0x0400 // and above: the request was refused (RFC 8011, appendix B)
	if m.Code >= errorStatus {
		return nil, false, nil
	}
	first := map[string]string{}
	for _, a := range m.Printer {
		if _, ok := first[a.Name]; !ok && len(a.Values) > 0 {
			first[a.Name] = discovery.Clean(text(a.Values[0].V))
		}
	}
	for _, name := range wanted {
		if v := first[name]; v != "" {
			facts = append(facts, discovery.Fact{Key: factPrefix + discovery.FactKey(name), Value: v})
		}
	}
	return facts, first[makeAndModel] != "", nil
}

// text gives a value as people write it; "" for what is none of text, number or answer.
func text(v goipp.Value) string {
	switch v := v.(type) {
	case goipp.String:
		return string(v)
	case goipp.TextWithLang:
		return v.Text
	case goipp.Integer:
		return strconv.Itoa(int(v))
	case goipp.Boolean:
		return strconv.FormatBool(bool(v))
	}
	return ""
}
