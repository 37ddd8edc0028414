package names

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"porchlight/discovery"
)

// Facts of this prober, besides discovery.FactMDNSHost.
const (
	factLLMNR discovery.FactKey = "llmnr.name"
	factDNS   discovery.FactKey = "dns.name" // by the name server of the router

	factNetBIOS discovery.FactKey = "netbios.name" // of discovery/netbios
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of DNS")

const (
	maxRecords = 32
	// cacheFlush is a flag of mDNS in the class of a record (RFC 6762, section 10.2).
	cacheFlush = 0x8000
)

// reverse is the name under which an IPv4 address has its own name (RFC 1035, section 3.5).
func reverse(a netip.Addr) string {
	b := a.As4()
	return fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa", b[3], b[2], b[1], b[0])
}

// question asks for the name of an address. recurse asks a name server to ask others if it
// does not know: old ones answer nothing else.
func question(id uint16, a netip.Addr, recurse bool) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: recurse},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(reverse(a) + "."), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}},
	}
	b, _ := m.Pack() // a name of this form always fits
	return b
}

// parseAnswer reads the answer to question id about an address and gives the first name in
// it, without the final dot. "" means that the address has none.
func parseAnswer(b []byte, id uint16, a netip.Addr) (string, error) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil || h.ID != id || !h.Response {
		return "", fmt.Errorf("no answer to the question: %w", errOdd)
	}
	about := func(n dnsmessage.Name) bool { return strings.EqualFold(n.String(), reverse(a)+".") }
	for range maxRecords {
		q, err := p.Question()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil || !about(q.Name) || q.Type != dnsmessage.TypePTR {
			return "", fmt.Errorf("an answer to another question: %w", errOdd)
		}
	}
	if h.RCode != dnsmessage.RCodeSuccess {
		return "", nil
	}
	for range maxRecords {
		rh, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("cut off: %w", errOdd)
		}
		if rh.Type != dnsmessage.TypePTR || rh.Class&^cacheFlush != dnsmessage.ClassINET || !about(rh.Name) {
			if p.SkipAnswer() != nil {
				return "", fmt.Errorf("cut off: %w", errOdd)
			}
			continue
		}
		r, err := p.PTRResource()
		if err != nil {
			return "", fmt.Errorf("no name in the answer: %w", errOdd)
		}
		return discovery.Clean(strings.TrimSuffix(r.PTR.String(), ".")), nil
	}
	return "", fmt.Errorf("more than %d records: %w", maxRecords, errOdd)
}

// mdnsHost gives a name as discovery/mdns keeps host names; "" if it is none of mDNS. It is
// an identity, so a name of the DNS does not do.
func mdnsHost(name string) string {
	if rest, ok := strings.CutSuffix(strings.ToLower(name), ".local"); !ok || rest == "" {
		return ""
	}
	return name
}

// nobody are names that routers and systems give to whom they do not know.
var nobody = []string{"unknown", "localhost", "_gateway"}

// short gives the first label of a name: behind it stands the domain of the home, such as
// fritz.box, lan or home.arpa. "" if it names nobody, or only spells out the address.
func short(name string, a netip.Addr) string {
	first, _, _ := strings.Cut(name, ".")
	first = discovery.Clean(first)
	if spelledOut(name, a) || slices.Contains(nobody, strings.ToLower(first)) {
		return ""
	}
	return first
}

var numbers = regexp.MustCompile(`[0-9]+`)

// spelledOut reports whether a name is made of the address, such as ip-192-168-1-5, in either
// direction.
func spelledOut(name string, a netip.Addr) bool {
	in := strings.Join(numbers.FindAllString(name, -1), ".")
	backward, _ := strings.CutSuffix(reverse(a), ".in-addr.arpa")
	return strings.Contains(in, a.String()) || strings.Contains(in, backward)
}
