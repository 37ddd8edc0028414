package mdns

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestRareTypesFitAndAreAskedOnce(t *testing.T) {
	const frame = 1472 // what is left of 1,500 bytes for the payload of UDP
	for types := range slices.Chunk(rareTypes, typesInPacket) {
		b, err := question(types)
		if err != nil {
			t.Fatal(err)
		}
		var m dns.Msg
		if err := m.Unpack(b); err != nil || len(b) > frame || len(m.Question) != len(types) || m.Response {
			t.Errorf("%d bytes, %v: %v", len(b), err, m)
		}
	}
	seen := slices.Clone(fixedTypes)
	for _, typ := range rareTypes {
		if slices.Contains(seen, typ) || strings.ToLower(typ) != typ || !strings.HasSuffix(typ, "._tcp") && !strings.HasSuffix(typ, "._udp") {
			t.Errorf("%s stands twice, or is no type", typ)
		}
		seen = append(seen, typ)
	}
}
