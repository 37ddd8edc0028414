package snmp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gosnmp/gosnmp"

	"porchlight/discovery"
)

// maxAnswer is the longest answer that is read, in bytes: three short values need a few
// hundred.
const maxAnswer = 4 << 10

// ErrOdd means that an answer breaks the rules of its protocol.
var ErrOdd = errors.New("breaks the rules of SNMP")

// community is what everybody may read with (RFC 3584, section 5.2.1, names none; "public"
// is what makers ship). No other one is ever tried.
const community = "public"

// wanted are the values that say what a device is (RFC 3418, section 2, system group), with
// their type and the name of their fact. The order is that of the question.
var wanted = []struct {
	oid  string
	kind gosnmp.Asn1BER
	key  discovery.FactKey
}{
	{".1.3.6.1.2.1.1.1.0", gosnmp.OctetString, discovery.FactSNMP + "sysdescr"},
	{".1.3.6.1.2.1.1.2.0", gosnmp.ObjectIdentifier, discovery.FactSNMP + "sysobjectid"},
	{".1.3.6.1.2.1.1.5.0", gosnmp.OctetString, discovery.FactSNMP + "sysname"},
}

// question writes the one question that is asked: GET, version 2c.
func question(id uint32) ([]byte, error) {
	g := gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: community}
	g.SetRequestID(id - 1) // the next one is used
	var pdus []gosnmp.SnmpPDU
	for _, w := range wanted {
		pdus = append(pdus, gosnmp.SnmpPDU{Name: w.oid, Type: gosnmp.Null})
	}
	b, err := g.SnmpEncodePacket(gosnmp.GetRequest, pdus, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("write the question: %w", err)
	}
	return b, nil
}

// parseAnswer reads the answer to question id. A device that answers without the values
// has no facts.
func parseAnswer(b []byte, id uint32) (facts []discovery.Fact, err error) {
	if len(b) > maxAnswer || !isVersion2c(b) {
		return nil, fmt.Errorf("%d bytes of another version: %w", len(b), ErrOdd)
	}
	// The decoder is not ours; whatever it does with hostile bytes ends here.
	defer func() {
		if recover() != nil {
			facts, err = nil, fmt.Errorf("read answer: %w", ErrOdd)
		}
	}()
	p, err := (&gosnmp.GoSNMP{Version: gosnmp.Version2c}).SnmpDecodePacket(b)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w: %w", ErrOdd, err)
	}
	if p.Version != gosnmp.Version2c || p.PDUType != gosnmp.GetResponse || p.RequestID != id || p.Community != community || len(p.Variables) > len(wanted) {
		return nil, fmt.Errorf("answer to another question: %w", ErrOdd)
	}
	for _, w := range wanted {
		for _, v := range p.Variables {
			if v.Name != w.oid {
				continue
			}
			if v.Type == w.kind {
				facts = discovery.AddFact(facts, w.key, text(v), discovery.MaxFacts)
			}
			break
		}
	}
	return facts, nil
}

// text gives a value as people write it; "" for what is neither text nor an identifier.
func text(v gosnmp.SnmpPDU) string {
	switch s := v.Value.(type) {
	case []byte:
		return string(s)
	case string:
		return strings.TrimPrefix(s, ".")
	}
	return ""
}

// isVersion2c looks at the version, the first value of every message (RFC 3416, section 3;
// 1 is version 2c): the decoder would take the other ones too.
func isVersion2c(b []byte) bool {
	if len(b) < 2 || b[0] != 0x30 {
		return false
	}
	at := 2
	if b[1] >= 0x80 { // the length has that many bytes of its own (BER, long form)
		at += int(b[1] & 0x7f)
	}
	return len(b) > at+3 && string(b[at:at+3]) == "\x02\x01\x01"
}
