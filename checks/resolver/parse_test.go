package resolver

import (
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// reply writes the answer of a name server: a name, its aliases, its addresses.
func reply(t testing.TB, name string, code dnsmessage.RCode, aliases []string, addrs ...string) []byte {
	t.Helper()
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{Response: true, RecursionAvailable: true, RCode: code},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name + "."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	owner := name
	for _, alias := range aliases {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(owner + "."), Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(alias + ".")},
		})
		owner = alias
	}
	for _, a := range addrs {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(owner + "."), Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
		})
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnswersAreRead(t *testing.T) {
	good := reply(t, "a.example", dnsmessage.RCodeSuccess, []string{"B.example.net"}, "203.0.113.7", "203.0.113.8")
	got, err := parseAnswer(good, "a.example")
	if err != nil || !got.known || len(got.addrs) != 2 || got.aliases[0] != "b.example.net" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := parseAnswer(reply(t, "a.example", dnsmessage.RCodeNameError, nil), "a.example"); err != nil || got.known {
		t.Errorf("a name that does not exist: got %+v, %v", got, err)
	}
	many := make([]string, maxRecords+1)
	for i := range many {
		many[i] = "203.0.113.7"
	}
	for name, b := range map[string][]byte{
		"empty":            nil,
		"the question":     question("a.example"),
		"another question": reply(t, "b.example", dnsmessage.RCodeSuccess, nil, "203.0.113.7"),
		"refused":          reply(t, "a.example", dnsmessage.RCodeRefused, nil),
		"cut off":          good[:len(good)-3],
		"endless":          reply(t, "a.example", dnsmessage.RCodeSuccess, nil, many...),
		"text":             []byte("\x1b[31mHTTP/1.1 200 OK\r\n\r\n"),
	} {
		if got, err := parseAnswer(b, "a.example"); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(reply(f, "a.example", dnsmessage.RCodeSuccess, []string{"b.example"}, "203.0.113.7"))
	f.Add(question("a.example"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseAnswer(b, "a.example")
		if err != nil && (got.known || len(got.addrs) > 0) || len(got.addrs) > maxRecords {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
