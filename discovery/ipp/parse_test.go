package ipp

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"
	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
)

const id = 7

// attribute writes one value as it goes over the wire (RFC 8010, section 3.1.4).
func attribute(tag byte, name, value string) string {
	return string([]byte{tag, byte(len(name) >> 8), byte(len(name))}) + name + string([]byte{byte(len(value) >> 8), byte(len(value))}) + value
}

const (
	text41, name42, keyword44, uri45 = 0x41, 0x42, 0x44, 0x45
	operation                        = "\x01"
	printer                          = "\x04"
	end                              = "\x03"
)

func message(version, status string, request byte, attributes ...string) []byte {
	return []byte(version + status + "\x00\x00\x00" + string([]byte{request}) + operation +
		attribute(0x47, "attributes-charset", "utf-8") + attribute(0x48, "attributes-natural-language", "en") + strings.Join(attributes, "") + end)
}

var brother = message("\x02\x00", "\x00\x00", id, printer,
	attribute(keyword44, "ipp-versions-supported", "1.0"), attribute(keyword44, "", "1.1"), attribute(keyword44, "", "2.0"),
	attribute(name42, "printer-name", "brother-printer"), attribute(text41, "printer-info", "Brother MFC-J5320DW"),
	attribute(text41, makeAndModel, "Brother MFC-J5320DW"), attribute(uri45, "printer-uuid", "urn:uuid:e3248000-80ce-11db-8000-30055ce13be2"),
	attribute(0x35, "printer-firmware-string-version", "\x00\x02en\x00\x041.20"), attribute(0x30, "printer-firmware-version", "\x00\x01\x14"),
	attribute(0x21, "printer-up-time", "\x00\x00\x10\x00"), attribute(0x13, "printer-device-id", ""), attribute(text41, "printer-location", "attic"))

var brotherFacts = []discovery.Fact{
	{Key: "json./ipp/print get-printer-attributes.printer-make-and-model", Value: "Brother MFC-J5320DW"},
	{Key: "json./ipp/print get-printer-attributes.printer-info", Value: "Brother MFC-J5320DW"},
	{Key: "json./ipp/print get-printer-attributes.printer-name", Value: "brother-printer"},
	{Key: "json./ipp/print get-printer-attributes.printer-uuid", Value: "urn:uuid:e3248000-80ce-11db-8000-30055ce13be2"},
	{Key: "json./ipp/print get-printer-attributes.printer-firmware-string-version", Value: "1.20"},
	{Key: "json./ipp/print get-printer-attributes.ipp-versions-supported", Value: "1.0"},
}

func TestTheQuestionIsGetPrinterAttributes(t *testing.T) {
	for _, all := range []bool{false, true} {
		b, err := question("ipp://127.0.0.14:631/ipp/print", id, all)
		if err != nil {
			t.Fatal(err)
		}
		var m goipp.Message
		if err := m.DecodeBytes(b); err != nil || goipp.Op(m.Code) != goipp.OpGetPrinterAttributes || m.RequestID != id {
			t.Errorf("got %+v, %v", m, err)
		}
		if len(m.Groups) != 1 || bytes.Contains(b, []byte("\x00\x03all")) != all || bytes.Contains(b, []byte(makeAndModel)) == all {
			t.Errorf("got %q", b)
		}
	}
}

func TestAnAnswerSaysWhatItIs(t *testing.T) {
	collection := attribute(0x34, "media-col-default", "") + attribute(0x4a, "", "media-type") + attribute(keyword44, "", "stationery") + attribute(0x37, "", "")
	for _, tt := range []struct {
		name   string
		answer []byte
		want   []discovery.Fact
		model  bool
	}{
		{"a printer", brother, brotherFacts, true},
		{"one with collections", message("\x01\x01", "\x00\x01", id, printer, collection, attribute(text41, makeAndModel, "x")), []discovery.Fact{{Key: factPrefix + makeAndModel, Value: "x"}}, true},
		{"no model", message("\x01\x01", "\x00\x00", id, printer, attribute(text41, "printer-info", "y")), []discovery.Fact{{Key: factPrefix + "printer-info", Value: "y"}}, false},
		{"unknown there", message("\x02\x00", "\x00\x00", id, printer, attribute(0x12, makeAndModel, "")), nil, false},
		{"a refusal", message("\x01\x01", "\x05\x03", id, printer, attribute(text41, makeAndModel, "x")), nil, false},
		{"another group", message("\x02\x00", "\x00\x00", id, attribute(text41, makeAndModel, "x")), nil, false},
	} {
		got, model, err := parseAnswer(tt.answer, id)
		if diff := cmp.Diff(tt.want, got); diff != "" || model != tt.model || err != nil {
			t.Errorf("%s: %s, %v, %v", tt.name, diff, model, err)
		}
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	nested := strings.Repeat(attribute(0x4a, "", "a")+attribute(0x34, "", ""), 20000)
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"header only":       brother[:8],
		"cut off":           brother[:len(brother)-1],
		"cut in a value":    brother[:len(brother)-4],
		"lying length":      bytes.Replace(brother, []byte("\x00\x06attic"), []byte("\xff\xffattic"), 1)[:len(brother)-3],
		"another question":  message("\x02\x00", "\x00\x00", id+1, printer, attribute(text41, makeAndModel, "x")),
		"version 0":         message("\x00\x00", "\x00\x00", id, printer),
		"version 72":        []byte("HTTP/1.1 200 OK\r\n\r\n<html></html>"),
		"no end":            []byte(strings.TrimSuffix(string(brother), end)),
		"deep collections":  message("\x02\x00", "\x00\x00", id, printer, attribute(0x34, "a", ""), nested),
		"endless":           message("\x02\x00", "\x00\x00", id, printer, strings.Repeat(attribute(text41, "printer-info", strings.Repeat("a", 1000)), 300)),
		"value of no group": []byte("\x02\x00\x00\x00\x00\x00\x00\x07" + attribute(text41, makeAndModel, "x") + end),
		"value of no name":  []byte("\x02\x00\x00\x00\x00\x00\x00\x07\x04" + attribute(text41, "", "x") + end),
	} {
		if got, _, err := parseAnswer(b, id); !errors.Is(err, errOdd) || got != nil {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestThePathComesFromTheAnnouncement(t *testing.T) {
	for rp, want := range map[string]string{
		"ipp/print": "ipp/print", "/ipp/print": "ipp/print", "ipp/port1": "ipp/port1", "printers/Office Laser": "printers/Office Laser", "Stylus_NX410": "Stylus_NX410",
		"": usualPath, "..": usualPath, "../admin": usualPath, "a/../../b": usualPath, "a//b": usualPath, "x?reboot=1": usualPath, "a#b": usualPath,
		"a%2e%2e": usualPath, "http://127.0.0.1/": usualPath, "a\r\nb": usualPath, strings.Repeat("a", 400): usualPath, "ä": usualPath,
	} {
		if got := queue(rp); got != want {
			t.Errorf("%q: got %q, want %q", rp, got, want)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(brother)
	f.Add(brother[:len(brother)-4])
	f.Add(message("\x02\x00", "\x00\x00", id, printer, attribute(0x34, "a", "")+attribute(0x4a, "", "b")+attribute(0x34, "", "")))
	f.Add(message("\x02\x00", "\x00\x00", id, printer, attribute(0x7f, makeAndModel, "\x00\x00\x00\x41x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, model, err := parseAnswer(b, id)
		if err != nil {
			if facts != nil || model || !errors.Is(err, errOdd) {
				t.Errorf("got %+v, %v with %v", facts, model, err)
			}
			return
		}
		if len(facts) > len(wanted) || model != slices.ContainsFunc(facts, func(f discovery.Fact) bool { return f.Key == factPrefix+makeAndModel }) {
			t.Errorf("got %+v, %v", facts, model)
		}
		for i, f := range facts {
			if f.Value == "" || f.Value != discovery.Clean(f.Value) || (i > 0 && facts[i-1].Key == f.Key) {
				t.Errorf("not clean: %q", facts)
			}
		}
	})
}

func FuzzQueue(f *testing.F) {
	f.Add("ipp/print")
	f.Add("../x?y#z")
	f.Fuzz(func(t *testing.T, rp string) {
		got := queue(rp)
		if got == "" || strings.ContainsAny(got, "?#%:\\\r\n\x00") || strings.Contains("/"+got+"/", "/../") || strings.HasPrefix(got, "/") {
			t.Errorf("%q became %q", rp, got)
		}
	})
}
