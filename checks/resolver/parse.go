package resolver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// errOdd means that an answer breaks the rules of DNS.
var errOdd = errors.New("breaks the rules of DNS")

// maxRecords is how many records of one answer are read.
const maxRecords = 64

// question asks for the IPv4 addresses of a name. Its ID is 0, as DNS over HTTPS wants (RFC 8484,
// section 4.1).
func question(name string) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name + "."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	b, _ := m.Pack() // our own names always fit
	return b
}

// An answer is what a name server says of one name.
type answer struct {
	known   bool // the name exists
	aliases []string
	addrs   []netip.Addr
}

// parseAnswer reads the answer to the question about a name.
func parseAnswer(b []byte, name string) (answer, error) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil || h.ID != 0 || !h.Response {
		return answer{}, fmt.Errorf("no answer to the question: %w", errOdd)
	}
	q, err := p.Question()
	if err != nil || !strings.EqualFold(q.Name.String(), name+".") || q.Type != dnsmessage.TypeA {
		return answer{}, fmt.Errorf("an answer to another question: %w", errOdd)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return answer{}, fmt.Errorf("cut off: %w", errOdd)
	}
	switch h.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return answer{}, nil
	default:
		return answer{}, fmt.Errorf("status %d: %w", h.RCode, errOdd)
	}
	out := answer{known: true}
	for range maxRecords {
		rh, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return out, nil
		}
		if err != nil {
			return answer{}, fmt.Errorf("cut off: %w", errOdd)
		}
		switch rh.Type {
		case dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return answer{}, fmt.Errorf("no address in the answer: %w", errOdd)
			}
			out.addrs = append(out.addrs, netip.AddrFrom4(r.A))
		case dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return answer{}, fmt.Errorf("no name in the answer: %w", errOdd)
			}
			out.aliases = append(out.aliases, strings.ToLower(strings.TrimSuffix(r.CNAME.String(), ".")))
		default:
			if err := p.SkipAnswer(); err != nil {
				return answer{}, fmt.Errorf("cut off: %w", errOdd)
			}
		}
	}
	return answer{}, fmt.Errorf("more than %d records: %w", maxRecords, errOdd)
}
