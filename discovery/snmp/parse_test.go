package snmp

import (
	"errors"
	"slices"
	"testing"

	"porchlight/discovery"
)

// tlv writes one BER value.
func tlv(tag byte, parts ...[]byte) []byte {
	v := slices.Concat(parts...)
	if len(v) < 128 {
		return append([]byte{tag, byte(len(v))}, v...)
	}
	return append([]byte{tag, 0x82, byte(len(v) >> 8), byte(len(v))}, v...)
}

var (
	oidDescr  = []byte{0x2b, 6, 1, 2, 1, 1, 1, 0}
	oidObject = []byte{0x2b, 6, 1, 2, 1, 1, 2, 0}
	oidName   = []byte{0x2b, 6, 1, 2, 1, 1, 5, 0}
	brother   = []byte{0x2b, 6, 1, 4, 1, 0x93, 3, 2, 3, 9, 1} // 1.3.6.1.4.1.2435.2.3.9.1
)

const id = 0x01020304

// message writes a whole answer.
func message(version byte, name string, pdu byte, request []byte, bindings ...[]byte) []byte {
	return tlv(0x30, tlv(2, []byte{version}), tlv(4, []byte(name)),
		tlv(pdu, tlv(2, request), tlv(2, []byte{0}), tlv(2, []byte{0}), tlv(0x30, bindings...)))
}

func bind(oid []byte, tag byte, value []byte) []byte { return tlv(0x30, tlv(6, oid), tlv(tag, value)) }

var (
	ourID = []byte{1, 2, 3, 4}
	good  = message(1, "public", 0xa2, ourID,
		bind(oidDescr, 4, []byte("Brother NC-8800w, Firmware Ver.1.63  ,MID 8CE-F01")), bind(oidObject, 6, brother), bind(oidName, 4, []byte("BRW3C2AF4000014")))
)

func TestTheQuestionReadsThreeValues(t *testing.T) {
	got, err := question(id)
	want := tlv(0x30, tlv(2, []byte{1}), tlv(4, []byte("public")),
		tlv(0xa0, tlv(2, ourID), tlv(2, []byte{0}), tlv(2, []byte{0}), tlv(0x30, bind(oidDescr, 5, nil), bind(oidObject, 5, nil), bind(oidName, 5, nil))))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got  %x, %v\nwant %x", got, err, want)
	}
	if a, b := newID(), newID(); a == b || a == 0 || a > 0x7fffffff {
		t.Errorf("got identifiers %d and %d", a, b)
	}
}

func TestAnAnswerSaysWhatItIs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer []byte
		want   []discovery.Fact
	}{
		{"a printer", good, []discovery.Fact{
			{Key: "snmp.sysdescr", Value: "Brother NC-8800w, Firmware Ver.1.63 ,MID 8CE-F01"},
			{Key: "snmp.sysobjectid", Value: "1.3.6.1.4.1.2435.2.3.9.1"},
			{Key: "snmp.sysname", Value: "BRW3C2AF4000014"},
		}},
		{"in another order", message(1, "public", 0xa2, ourID, bind(oidName, 4, []byte("b")), bind(oidDescr, 4, []byte("a"))), []discovery.Fact{
			{Key: "snmp.sysdescr", Value: "a"}, {Key: "snmp.sysname", Value: "b"},
		}},
		{"without the values", message(1, "public", 0xa2, ourID, bind(oidDescr, 0x80, nil), bind(oidObject, 0x81, nil)), nil},
		{"empty values", message(1, "public", 0xa2, ourID, bind(oidDescr, 4, nil), bind(oidName, 4, []byte("  \x00\x1b"))), nil},
		{"a number for a name", message(1, "public", 0xa2, ourID, bind(oidName, 2, []byte{7})), nil},
		{"another value", message(1, "public", 0xa2, ourID, bind([]byte{0x2b, 6, 1, 2, 1, 1, 4, 0}, 4, []byte("somebody@example.org"))), nil},
		{"nothing", message(1, "public", 0xa2, ourID), nil},
	} {
		if got, err := parseAnswer(tt.answer, id); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	lying := slices.Clone(good)
	lying[len(lying)-16] = 0x7f // the length of the last value
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"cut off":           good[:len(good)-5],
		"header only":       good[:4],
		"lying length":      lying,
		"2 GB":              {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 1},
		"length of 127":     {0x30, 0xff, 2, 1, 1},
		"another question":  message(1, "public", 0xa2, []byte{1, 2, 3, 5}),
		"another community": message(1, "private", 0xa2, ourID),
		"version 1":         message(0, "public", 0xa2, ourID),
		"version 3":         message(3, "public", 0xa2, ourID),
		"a question":        message(1, "public", 0xa0, ourID, bind(oidDescr, 5, nil)),
		"a trap":            message(1, "public", 0xa7, ourID, bind(oidDescr, 4, []byte("x"))),
		"too many values":   message(1, "public", 0xa2, ourID, slices.Repeat([][]byte{bind(oidDescr, 4, []byte("x"))}, 50)...),
		"endless":           message(1, "public", 0xa2, ourID, bind(oidDescr, 4, make([]byte, maxAnswer))),
		"text":              []byte("HTTP/1.1 200 OK\r\n\r\n"),
	} {
		if got, err := parseAnswer(b, id); !errors.Is(err, ErrOdd) || got != nil {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestOnlyThoseWorthAskingAreAsked(t *testing.T) {
	web := []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}
	prints := []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_ipp._tcp"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"printer", discovery.Device{Kind: discovery.KindPrinter}, true},
		{"router", discovery.Device{Kind: discovery.KindRouter}, true},
		{"NAS", discovery.Device{Kind: discovery.KindNAS}, true},
		{"unknown", discovery.Device{}, false},
		{"unknown with a page", discovery.Device{Services: web}, true},
		{"unknown that prints", discovery.Device{Facts: prints}, true},
		{"tiny switch", discovery.Device{Kind: discovery.KindSwitch, Tiny: true}, false},
		{"tiny and unknown, with a page", discovery.Device{Tiny: true, Services: web}, false},
		{"plug with a page", discovery.Device{Kind: discovery.KindPlug, Services: web}, false},
		{"phone", discovery.Device{Kind: discovery.KindPhone}, false},
		{"camera", discovery.Device{Kind: discovery.KindCamera, Services: web}, false},
		{"computer that prints", discovery.Device{Kind: discovery.KindComputer, Facts: prints}, true},
	} {
		if got := speaks(tt.d); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(good)
	f.Add(good[:len(good)-5])
	f.Add(message(1, "public", 0xa2, ourID, bind(oidDescr, 4, []byte("\x1b[0m\xff")), bind(oidObject, 6, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})))
	f.Add(message(1, "public", 0xa2, ourID, bind(oidDescr, 0x44, []byte{0x9f, 0x78, 4, 1, 2, 3, 4})))
	f.Add([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, err := parseAnswer(b, id)
		if err != nil {
			if facts != nil || !errors.Is(err, ErrOdd) {
				t.Errorf("got %+v with %v", facts, err)
			}
			return
		}
		total, seen := 0, map[discovery.FactKey]bool{}
		for _, f := range facts {
			if f.Key == discovery.FactOdd { // what was odd about a value stands beside it
				continue
			}
			if f.Value == "" || f.Value != discovery.Clean(f.Value) || seen[f.Key] {
				t.Errorf("not clean: %q", facts)
			}
			seen[f.Key] = true
			total += len(f.Value)
			if f.Key == "snmp.sysobjectid" { // a byte may be four characters: "127."
				total -= len(f.Value) * 3 / 4
			}
		}
		if len(seen) > len(wanted) || total > len(b) {
			t.Errorf("%d bytes of values in %d", total, len(b))
		}
	})
}
