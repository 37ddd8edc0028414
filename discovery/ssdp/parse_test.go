package ssdp

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"porchlight/discovery"
)

const routerAnswer = "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: upnp:rootdevice\r\nUSN: uuid:75802409-bccb-40e7-8e6c-fa095ecce13e::upnp:rootdevice\r\nEXT:\r\nSERVER: FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.29\r\nLOCATION: http://192.168.178.1:49000/igddesc.xml\r\n\r\n"

const routerDescription = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>Our router</friendlyName><manufacturer>AVM Berlin</manufacturer><modelName>FRITZ!Box 7590</modelName>
<UDN>uuid:75802409-bccb-40e7-8e6c-fa095ecce13e</UDN>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><friendlyName>inner</friendlyName>
<modelName>inner model</modelName></device></deviceList></device></root>`

func TestAnAnswerIsRead(t *testing.T) {
	a, err := parseAnswer([]byte(routerAnswer))
	want := answer{
		server: "FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.29", target: "upnp:rootdevice",
		usn: "uuid:75802409-bccb-40e7-8e6c-fa095ecce13e::upnp:rootdevice", location: "http://192.168.178.1:49000/igddesc.xml",
	}
	if err != nil || a != want {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestALocationMustBeOnTheDevice(t *testing.T) {
	from := netip.MustParseAddr("192.168.1.7")
	for in, ok := range map[string]bool{
		"http://192.168.1.7:49152/d.xml": true, "http://192.168.1.7/d.xml": true,
		"http://192.168.1.8/d.xml": false, "http://localhost/d.xml": false, "http://127.0.0.1/d.xml": false, "http://8.8.8.8/d.xml": false,
		"http://169.254.169.254/latest/": false, "https://192.168.1.7/d.xml": false, "file:///etc/passwd": false, "http://router.local/d.xml": false,
		"http://a:b@192.168.1.7/d.xml": false, "http://192.168.1.7@8.8.8.8/": false, "": false, "::": false, "http://0xc0a80107/": false,
	} {
		if _, err := location(in, from); (err == nil) != ok {
			t.Errorf("%q: got %v, want ok %v", in, err, ok)
		}
	}
}

func TestADescriptionIsRead(t *testing.T) {
	d, err := parseDescription([]byte(routerDescription))
	if err != nil || !d.gateway {
		t.Fatalf("got %+v, %v", d, err)
	}
	got := map[discovery.FactKey]string{}
	for _, f := range d.root {
		got[f.Key] = f.Value
	}
	for key, want := range map[discovery.FactKey]string{"upnp.friendly_name": "Our router", "upnp.manufacturer": "AVM Berlin", "upnp.model_name": "FRITZ!Box 7590"} {
		if got[key] != want {
			t.Errorf("%s: got %q, want %q", key, got[key], want)
		}
	}
	if len(d.types) != 2 {
		t.Errorf("got types %v", d.types)
	}
}

func TestSloppyDescriptionsAreForgiven(t *testing.T) {
	for _, tt := range []struct{ name, xml, want string }{
		{"bare ampersand", `<root><device><friendlyName>Tom & Ana</friendlyName></device></root>`, "Tom & Ana"},
		{"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><root><device><friendlyName>K\xfcche</friendlyName></device></root>", "Küche"},
	} {
		d, err := parseDescription([]byte(tt.xml))
		if err != nil || len(d.root) != 1 || d.root[0].Value != tt.want {
			t.Errorf("%s: got %+v, %v", tt.name, d, err)
		}
	}
}

func TestHostileDescriptionsAreRefused(t *testing.T) {
	for name, x := range map[string]string{
		"DOCTYPE":      `<!DOCTYPE lolz [<!ENTITY lol "lol">]><root><device><friendlyName>&lol;</friendlyName></device></root>`,
		"100 levels":   strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"many tokens":  "<root><device>" + strings.Repeat("<b/>", 4000) + "</device></root>",
		"many devices": "<root>" + strings.Repeat("<device></device>", 100) + "</root>",
		"no device":    "<root></root>",
		"no XML":       "\x00\x01\x02",
		"HTML":         "<html><body>Hello</body></html>",
	} {
		if d, err := parseDescription([]byte(x)); !errors.Is(err, errOdd) {
			t.Errorf("%s: got %+v, %v", name, d, err)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(routerAnswer))
	f.Add([]byte("HTTP/1.1 200 OK\r\nLocation: \x1b[0m\r\n\r\n"))
	f.Add([]byte("NOTIFY * HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseAnswer(b)
		if err != nil {
			if a != (answer{}) || !errors.Is(err, errOdd) {
				t.Errorf("got %+v with %v", a, err)
			}
			return
		}
		for _, fact := range AnswerFacts(a.server, a.target, a.usn) {
			if fact.Value == "" || fact.Value != discovery.Clean(fact.Value) {
				t.Errorf("not clean: %q", fact)
			}
		}
		if u, err := location(a.location, netip.MustParseAddr("192.168.1.7")); err == nil && u.Hostname() != "192.168.1.7" {
			t.Errorf("%q leads to %q", a.location, u.Host)
		}
	})
}

func FuzzParseDescription(f *testing.F) {
	f.Add([]byte(routerDescription))
	f.Add([]byte(`<!DOCTYPE a><device/>`))
	f.Add([]byte("<device><friendlyName>\xff\x1b</friendlyName></device>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseDescription(b)
		if err != nil {
			if len(d.root) > 0 || !errors.Is(err, errOdd) {
				t.Errorf("got %+v with %v", d, err)
			}
			return
		}
		if len(d.root) > len(elements) || len(d.types) > maxTokens {
			t.Errorf("got %d facts and %d types", len(d.root), len(d.types))
		}
		for _, fact := range d.facts() {
			if fact.Value == "" || fact.Value != discovery.Clean(fact.Value) {
				t.Errorf("not clean: %q", fact)
			}
		}
	})
}
