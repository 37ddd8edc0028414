package names

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"porchlight/discovery"
)

const id = 0xbeef

var addr = netip.MustParseAddr("192.168.1.5")

// A record is one PTR record of an answer, or one of another type.
type record struct {
	name, target string
	class        dnsmessage.Class
	text         bool // a TXT record
}

// message writes an answer with one question, if about is not "".
func message(t testing.TB, h dnsmessage.Header, about string, records ...record) []byte {
	t.Helper()
	m := dnsmessage.Message{Header: h}
	if about != "" {
		m.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName(about), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}}
	}
	for _, r := range records {
		if r.class == 0 {
			r.class = dnsmessage.ClassINET
		}
		rr := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(r.name), Class: r.class, TTL: 10}}
		if r.text {
			rr.Body = &dnsmessage.TXTResource{TXT: []string{r.target}}
		} else {
			rr.Body = &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(r.target)}
		}
		m.Answers = append(m.Answers, rr)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const about = "5.1.168.192.in-addr.arpa."

var good = dnsmessage.Header{ID: id, Response: true, Authoritative: true}

func TestTheQuestionIsAboutTheReversedAddress(t *testing.T) {
	name := "0135" + "0131" + "03313638" + "03313932" + hex.EncodeToString([]byte("\x07in-addr\x04arpa\x00"))
	for recurse, flags := range map[bool]string{false: "0000", true: "0100"} {
		want := "beef" + flags + "0001000000000000" + name + "000c0001"
		if got := hex.EncodeToString(question(id, addr, recurse)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTheNameIsThatOfTheAddress(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer []byte
		want   string
	}{
		{"plain", message(t, good, about, record{name: about, target: "attic-pc.local."}), "attic-pc.local"},
		{"the question left out", message(t, good, "", record{name: about, target: "attic-pc.local."}), "attic-pc.local"},
		{"capitals", message(t, good, strings.ToUpper(about), record{name: strings.ToUpper(about), target: "Attic-PC.fritz.box."}), "Attic-PC.fritz.box"},
		{"with the flag of mDNS", message(t, good, about, record{name: about, target: "attic-pc.local.", class: dnsmessage.ClassINET | cacheFlush}), "attic-pc.local"},
		{"something else first", message(t, good, about, record{name: about, target: "x=y", text: true}, record{name: about, target: "attic-pc.local."}), "attic-pc.local"},
		{"letters of the world", message(t, good, about, record{name: about, target: "Büro.local."}), "Büro.local"},
		{"control characters", message(t, good, about, record{name: about, target: "a\x1b[2Jb\u202e.local."}), "a[2Jb.local"},
		{"no name", message(t, good, about), ""},
		{"not known", message(t, dnsmessage.Header{ID: id, Response: true, RCode: dnsmessage.RCodeNameError}, about), ""},
		{"refused, with a name", message(t, dnsmessage.Header{ID: id, Response: true, RCode: dnsmessage.RCodeRefused}, about, record{name: about, target: "x.local."}), ""},
		{"only about another address", message(t, good, about, record{name: "6.1.168.192.in-addr.arpa.", target: "other.local."}), ""},
		{"the root", message(t, good, about, record{name: about, target: "."}), ""},
		{"another class", message(t, good, about, record{name: about, target: "x.local.", class: dnsmessage.ClassCHAOS}), ""},
	} {
		if got, err := parseAnswer(tt.answer, id, addr); err != nil || got != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	whole := message(t, good, about, record{name: about, target: "attic-pc.local."})
	var many []record
	for range maxRecords + 1 {
		many = append(many, record{name: about, target: "x", text: true})
	}
	loop := append(message(t, good, about), 0xc0, byte(len(message(t, good, about))))
	loop[7] = 1 // one answer, whose name points to itself
	for name, b := range map[string][]byte{
		"nothing":                     nil,
		"text":                        []byte("HTTP/1.1 200 OK\r\n\r\n"),
		"the question":                question(id, addr, false),
		"another number":              message(t, dnsmessage.Header{ID: id + 1, Response: true}, about, record{name: about, target: "x.local."}),
		"another question":            message(t, good, "6.1.168.192.in-addr.arpa.", record{name: about, target: "x.local."}),
		"cut off":                     whole[:len(whole)-3],
		"cut in the question":         whole[:20],
		"an endless name":             loop,
		"a name that promises a name": append(message(t, good, "")[:7], 1, 0, 0, 0, 0, 0x3f),
		"very many":                   message(t, good, about, many...),
	} {
		if got, err := parseAnswer(b, id, addr); !errors.Is(err, errOdd) || got != "" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestOnlyNamesOfMulticastDNSAreAnIdentity(t *testing.T) {
	for name, want := range map[string]string{
		"Attic-PC.local": "Attic-PC.local", "attic-pc.LOCAL": "attic-pc.LOCAL",
		"attic-pc.fritz.box": "", "attic-pc": "", "local": "", ".local": "", "": "", "x.local.evil.example": "", "notlocal": "",
	} {
		if got := mdnsHost(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestNamesLoseTheirDomain(t *testing.T) {
	for name, want := range map[string]string{
		"Attic-PC.fritz.box": "Attic-PC", "nas.home.arpa": "nas", "nas.lan": "nas", "nas": "nas", "tv-2019.home": "tv-2019", "nas.example.org": "nas",
		"192-168-1-5.lan": "", "ip-192-168-1-5": "", "PC-192-168-1-5.fritz.box": "", "192.168.1.5": "", "5-1-168-192.dyn.example.net": "",
		"5.1.168.192.in-addr.arpa": "", "unknown": "", "Unknown.lan": "", "den .lan": "den", "localhost.localdomain": "", "_gateway": "", "": "", ".lan": "",
		"host-192-168-1": "host-192-168-1",
	} {
		if got := short(name, addr); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestOnlyComputersAreAskedByLLMNR(t *testing.T) {
	smb := []discovery.Service{{Port: 445, Transport: "tcp", Protocol: "smb"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"computer", discovery.Device{Kind: discovery.KindComputer}, true},
		{"NAS", discovery.Device{Kind: discovery.KindNAS, Services: smb}, false},
		{"unknown, with no open door", discovery.Device{}, true},
		{"unknown, with a page", discovery.Device{Services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}}, false},
		{"unknown, shares", discovery.Device{Services: smb}, true},
		{"unknown, NetBIOS", discovery.Device{Services: []discovery.Service{{Port: 137, Transport: "udp", Protocol: "netbios"}}}, true},
		{"unknown, WS-Discovery", discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactWSDEndpoint, Value: "urn:uuid:x"}}}, true},
		{"phone", discovery.Device{Kind: discovery.KindPhone}, false},
	} {
		if got := computer(tt.d); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(message(f, good, about, record{name: about, target: "attic-pc.local."}))
	f.Add(message(f, good, "", record{name: about, target: "a\x1bb.fritz.box."}))
	f.Add(message(f, dnsmessage.Header{ID: id, Response: true, RCode: dnsmessage.RCodeNameError}, about))
	f.Add(question(id, addr, true))
	f.Fuzz(func(t *testing.T, b []byte) {
		name, err := parseAnswer(b, id, addr)
		if err != nil && (name != "" || !errors.Is(err, errOdd)) {
			t.Errorf("got %q with %v", name, err)
		}
		for _, s := range []string{name, mdnsHost(name), short(name, addr)} {
			if s != discovery.Clean(s) || len(s) > 255 {
				t.Errorf("not clean: %q", s)
			}
		}
	})
}
