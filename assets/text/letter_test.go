package text_test

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/all"
	"porchlight/discovery"
)

// known gives the catalogues of all languages, with the real makers.
func known(t *testing.T) []*text.Catalog {
	t.Helper()
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	out := catalogs(t)
	for _, c := range out {
		c.Makers = m
	}
	return out
}

// lentRouter is one that tells more of itself than others need to know.
func lentRouter() *discovery.Device {
	return &discovery.Device{
		ID: "d-1", Name: "Annas Router", Vendor: "Netgear", Model: "R7000", Firmware: "V1.0.9.42", Kind: discovery.KindRouter,
		MAC: discovery.MAC{0xa0, 0x40, 0xa0, 0x12, 0x34, 0x56}, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.1")},
		Facts:      []discovery.Fact{{Key: "upnp.serial_number", Value: "4W215AX7F0001"}},
		Correction: discovery.Correction{Room: "Hall", Owner: "Anna", Notes: "secret"},
	}
}

// kinds lists all that any check finds.
func kinds(t *testing.T) []checks.Kind {
	t.Helper()
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	var out []checks.Kind
	for _, c := range all.With(m, all.Also{DHCP: true}) {
		out = append(out, c.Info().Kinds...)
	}
	return out
}

// hole finds what a text must not have.
var hole = regexp.MustCompile(`<no value>|\{\{|\[[a-z]+\.|  | [.,]|\(\)|: ?\.`)

func TestEveryFindingOfALentDeviceHasWordsForTheProvider(t *testing.T) {
	for _, c := range known(t) {
		for _, kind := range kinds(t) {
			f := &checks.Finding{Kind: kind, Args: map[string]string{"hole": "CVE-2026-1234", "newest": "V1.0.11.148", "outer_port": "8080", "url": "http://192.168.1.1/", "user": "admin"}}
			for _, d := range []*discovery.Device{lentRouter(), {Kind: discovery.KindModem}, {Kind: discovery.KindAccessPoint, Vendor: "TP-Link"}, {Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}}} {
				l, ok := c.ToProvider(f, d)
				if !ok || l.Mail != "" || hole.MatchString(l.Body) || !strings.Contains(l.Body, c.T("letter.found."+string(kind), text.Args{"hole": "CVE-2026-1234", "newest": "V1.0.11.148", "outer_port": "8080", "ends": ""})) {
					t.Errorf("%s: %s at a %s: %v %q", c.Tag, kind, d.Kind, ok, l.Body)
				}
				for _, told := range []string{d.Model, d.Firmware} {
					if !strings.Contains(l.Body, told) {
						t.Errorf("%s: %s: %q is not in %q", c.Tag, kind, told, l.Body)
					}
				}
			}
			for _, d := range []*discovery.Device{nil, {Kind: discovery.KindCamera}, {Kind: discovery.KindNAS, Vendor: "QNAP"}} {
				if l, ok := c.ToProvider(f, d); ok {
					t.Errorf("%s: %s: no provider lends that: %q", c.Tag, kind, l.Body)
				}
			}
		}
	}
}

// atHome are the kinds that only how a home is set up can change.
var atHome = []checks.Kind{"port-forward", "weak-wifi", "new-device", "dns-changed", "second-dhcp"}

func TestALetterToTheMakerSaysModelAndVersionAndNothingElse(t *testing.T) {
	for _, c := range known(t) {
		for _, kind := range kinds(t) {
			d := lentRouter()
			f := &checks.Finding{Kind: kind, Args: map[string]string{"url": "http://192.168.1.1/", "user": "admin", "folder": "Photos of Anna", "device": "Annas Router"}}
			l, ok := c.ToMaker(f, d)
			if want := !slices.Contains(atHome, kind); ok != want {
				t.Errorf("%s: %s is a matter of the maker: %v, want %v", c.Tag, kind, ok, want)
			}
			if !ok {
				continue
			}
			if hole.MatchString(l.Body) || !strings.Contains(l.Body, "Netgear R7000") || !strings.Contains(l.Body, "V1.0.9.42") || !strings.Contains(l.Subject, "Netgear R7000") {
				t.Errorf("%s: %s: %q", c.Tag, kind, l.Body)
			}
			if n := len(l.Body); n > 1500 {
				t.Errorf("%s: %s: %d bytes are not short", c.Tag, kind, n)
			}
			if english := strings.Contains(l.Body, "This is about a device of yours"); !english || strings.Count(l.Body, "V1.0.9.42") != map[bool]int{true: 1, false: 2}[c.Tag.String() == "en"] {
				t.Errorf("%s: %s: not once in English, and once in another language: %q", c.Tag, kind, l.Body)
			}
			if l.Page == "" || !strings.HasPrefix(l.Page, "https://www.netgear.com/") {
				t.Errorf("%s: to be sent to %q", c.Tag, l.Page)
			}
			for _, secret := range []string{"Anna", "192.168", "a0:40", "123456", "4W215AX7F0001", "Hall", "secret", "admin", "Photos"} {
				if strings.Contains(l.Body+l.Subject, secret) {
					t.Errorf("%s: %s: tells %q: %q", c.Tag, kind, secret, l.Body)
				}
			}
		}
		for name, d := range map[string]*discovery.Device{"nobody": nil, "no maker": {Model: "R7000"}} {
			if l, ok := c.ToMaker(&checks.Finding{Kind: "telnet-open"}, d); ok {
				t.Errorf("%s: %q", name, l.Body)
			}
		}
		if l, ok := c.ToMaker(&checks.Finding{Kind: "no-such-kind"}, lentRouter()); ok {
			t.Errorf("nothing was found: %q", l.Body)
		}
	}
}

// A device may put its own number, or somebody's page, where its model or its version belongs.
func TestALetterDoesNotSayWhichOneItIs(t *testing.T) {
	c := known(t)[0]
	for _, told := range []string{
		"R7000-123456", "R7000 a040a0123456", "R7000 A0-40-A0-12-34-56", "R7000 A0:40:A0:12:34:56", "R7000 at 192.168.1.1", "4W215AX7F0001", "R7000 4w215-ax7f-0001",
		"R7000 https://evil.example.com", "R7000 www.evil.example", "R7000 a@b.example", "00112233445566", "00:11:22:33:44:55",
	} {
		for _, put := range []func(*discovery.Device){func(d *discovery.Device) { d.Model = told }, func(d *discovery.Device) { d.Firmware = told }} {
			d := lentRouter()
			put(d)
			l, ok := c.ToMaker(&checks.Finding{Kind: "telnet-open"}, d)
			if !ok || strings.Contains(l.Body+l.Subject, told) || !strings.Contains(l.Body, "Netgear") || hole.MatchString(l.Body) {
				t.Errorf("%q: got %q", told, l.Body)
			}
		}
	}
	d := lentRouter()
	d.Model, d.Firmware = "{{.user}}\n\nBcc: all\x1b[31m", strings.Repeat("9.", 4000)
	l, _ := c.ToMaker(&checks.Finding{Kind: "telnet-open"}, d)
	if strings.Contains(l.Subject, "\n") || strings.ContainsAny(l.Body, "\x1b\r") || len(l.Body) > 1500 || !strings.Contains(l.Body, "{{.user}}") {
		t.Errorf("got %q, %q", l.Subject, l.Body)
	}
}

func TestAMailIsEscaped(t *testing.T) {
	l := text.Letter{Subject: "Ä & b = c?d#e+f", Body: "one\n\n&bcc=all@example.org\r\n%0A", Mail: "security@tp-link.com"}
	u := l.Mailto()
	raw := u.String()
	if !strings.HasPrefix(raw, "mailto:security@tp-link.com?subject=%C3%84%20%26%20b%20%3D%20c%3Fd%23e%2Bf&body=one%0D%0A%0D%0A%26bcc%3Dall%40example.org") {
		t.Errorf("got %q", raw)
	}
	if strings.ContainsAny(raw, "+ \n\r#") || strings.Count(raw, "?") != 1 || strings.Count(raw, "&") != 1 {
		t.Errorf("got %q", raw)
	}
	back, err := url.Parse(raw)
	if err != nil || back.Opaque != l.Mail || back.Query().Get("subject") != l.Subject || len(back.Query()) != 2 {
		t.Errorf("got %+v, %v", back, err)
	}
	l.Mail = ""
	if l.Mailto() != nil {
		t.Error("nobody to write to")
	}
}

func TestTheLinksOfAMakerComeFromTheCatalogue(t *testing.T) {
	c := known(t)[0]
	m := c.Maker(&discovery.Device{Vendor: "Netgear", Model: "https://evil.example.com/"})
	if m.Name != "Netgear" || m.Security == "" || m.Updates == "" || !slices.Equal(m.Hosts(), []string{"www.netgear.com"}) {
		t.Errorf("got %+v", m)
	}
	for name, d := range map[string]*discovery.Device{
		"nobody": nil, "no maker": {}, "an unknown maker": {Vendor: "https://evil.example.com/"},
	} {
		if m := c.Maker(d); m.Updates != "" || m.Security != "" || m.Hosts() != nil {
			t.Errorf("%s: got %+v", name, m)
		}
	}
	c.Makers = nil
	if m := c.Maker(&discovery.Device{Vendor: "Netgear"}); m != (text.Maker{}) {
		t.Errorf("without a catalogue: %+v", m)
	}
}
