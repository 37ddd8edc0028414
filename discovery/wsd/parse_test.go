package wsd

import (
	"encoding/xml"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
)

const (
	asked  = "0a1b2c3d-0000-4000-8000-00000000000a"
	ours   = "http://192.168.1.64/onvif/device_service http://[fe80::1]/onvif/device_service"
	camera = `<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:wsadis="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:net="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">
<env:Header><wsadis:MessageID>urn:uuid:ffff</wsadis:MessageID><wsadis:RelatesTo>uuid:0A1B2C3D-0000-4000-8000-00000000000a</wsadis:RelatesTo><d:AppSequence InstanceId="1" MessageNumber="7"/></env:Header>
<env:Body><d:ProbeMatches><d:ProbeMatch><wsadis:EndpointReference><wsadis:Address>urn:uuid:E5B10000-1DD2-11B2-83F4-44190000AABB</wsadis:Address></wsadis:EndpointReference>
<d:Types>net:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2042WD-I ONVIF://www.onvif.org/name/HIKVISION%20DS-2CD2042WD-I onvif://www.onvif.org/location/city/hangzhou onvif://www.onvif.org/Profile/Streaming http://example.org/other</d:Scopes>
<d:XAddrs>` + ours + `</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>`
	printer = `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<soap:Header><wsa:RelatesTo>urn:uuid:` + asked + `</wsa:RelatesTo></soap:Header><soap:Body><wsd:ProbeMatches><wsd:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:16a65700-007c-1000-bb49-30055ce13be2</wsa:Address></wsa:EndpointReference>
<wsd:Types xmlns:a="http://schemas.xmlsoap.org/ws/2006/02/devprof" xmlns:b="http://schemas.microsoft.com/windows/2006/08/wdp/print" xmlns:x="http://example.org/">a:Device b:PrintDeviceType x:Own</wsd:Types>
<wsd:XAddrs>http://192.168.1.64:5358/WSDPrinter</wsd:XAddrs></wsd:ProbeMatch></wsd:ProbeMatches></soap:Body></soap:Envelope>`
	metadata = `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsx="http://schemas.xmlsoap.org/ws/2004/09/mex" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof" xmlns:pub="http://schemas.microsoft.com/windows/pub/2005/07"><soap:Header/><soap:Body><wsx:Metadata>
<wsx:MetadataSection Dialect="http://schemas.xmlsoap.org/ws/2006/02/devprof/ThisDevice"><wsdp:ThisDevice><wsdp:FriendlyName xml:lang="en">Brother MFC-J5320DW [30055ce13be2]</wsdp:FriendlyName><wsdp:FriendlyName xml:lang="de">Drucker</wsdp:FriendlyName><wsdp:FirmwareVersion>1.20</wsdp:FirmwareVersion><wsdp:SerialNumber>BROJ4F123456</wsdp:SerialNumber></wsdp:ThisDevice></wsx:MetadataSection>
<wsx:MetadataSection Dialect="http://schemas.xmlsoap.org/ws/2006/02/devprof/ThisModel"><wsdp:ThisModel><wsdp:Manufacturer>Brother</wsdp:Manufacturer><wsdp:ModelName>MFC-J5320DW</wsdp:ModelName><wsdp:ModelNumber>MFC-J5320DW</wsdp:ModelNumber></wsdp:ThisModel></wsx:MetadataSection>
<wsx:MetadataSection Dialect="http://schemas.xmlsoap.org/ws/2006/02/devprof/Relationship"><wsdp:Relationship><wsdp:Host><wsdp:FriendlyName>not this</wsdp:FriendlyName><pub:Computer>ATTIC/Workgroup:WORKGROUP</pub:Computer></wsdp:Host></wsdp:Relationship></wsx:MetadataSection></wsx:Metadata></soap:Body></soap:Envelope>`
)

var from = netip.MustParseAddr("192.168.1.64")

func lines(facts []discovery.Fact) []string {
	var out []string
	for _, f := range facts {
		out = append(out, string(f.Key)+"="+f.Value)
	}
	return out
}

func TestAMatchSaysWhatItIs(t *testing.T) {
	resolved := strings.NewReplacer("ProbeMatch", "ResolveMatch").Replace(printer)
	for _, tt := range []struct {
		name, answer string
		facts        []string
		services     []discovery.Service
		describes    bool
	}{
		{
			name: "camera", answer: camera,
			facts: []string{
				"wsd.endpoint=urn:uuid:e5b10000-1dd2-11b2-83f4-44190000aabb", "wsd.type=dn:NetworkVideoTransmitter", "wsd.type=tds:Device",
				"wsd.scope.type=video_encoder", "wsd.scope.hardware=DS-2CD2042WD-I", "wsd.scope.name=HIKVISION DS-2CD2042WD-I",
				"wsd.scope.location=city/hangzhou", "wsd.scope.profile=Streaming", "wsd.scope=http://example.org/other",
				"wsd.xaddr=http://192.168.1.64/onvif/device_service",
			},
			services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}},
		},
		{
			name: "printer", answer: printer, describes: true,
			facts: []string{
				"wsd.endpoint=urn:uuid:16a65700-007c-1000-bb49-30055ce13be2", "wsd.type=wsdp:Device", "wsd.type=wprt:PrintDeviceType", "wsd.type=x:Own",
				"wsd.xaddr=http://192.168.1.64:5358/WSDPrinter",
			},
			services: []discovery.Service{{Port: 5358, Transport: "tcp", Protocol: "http"}},
		},
		{
			name: "printer that was asked for its address", answer: resolved, describes: true,
			facts: []string{
				"wsd.endpoint=urn:uuid:16a65700-007c-1000-bb49-30055ce13be2", "wsd.type=wsdp:Device", "wsd.type=wprt:PrintDeviceType", "wsd.type=x:Own",
				"wsd.xaddr=http://192.168.1.64:5358/WSDPrinter",
			},
			services: []discovery.Service{{Port: 5358, Transport: "tcp", Protocol: "http"}},
		},
		{
			name: "printer that points elsewhere", answer: strings.Replace(printer, "192.168.1.64", "192.168.1.1", 1), describes: true,
			facts: []string{
				"wsd.endpoint=urn:uuid:16a65700-007c-1000-bb49-30055ce13be2", "wsd.type=wsdp:Device", "wsd.type=wprt:PrintDeviceType", "wsd.type=x:Own",
				"lan.odd=leads-away",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			matches, err := parseMatches([]byte(tt.answer), asked)
			if err != nil || len(matches) != 1 {
				t.Fatalf("got %+v, %v", matches, err)
			}
			facts, services, _ := matches[0].facts(from)
			if diff := cmp.Diff(tt.facts, lines(facts)); diff != "" {
				t.Error(diff)
			}
			if !slices.Equal(services, tt.services) || matches[0].describes() != tt.describes {
				t.Errorf("got %+v, describes %v", services, matches[0].describes())
			}
		})
	}
}

func TestMetadataIsRead(t *testing.T) {
	got, err := parseMetadata([]byte(metadata))
	want := []string{
		"wsd.friendly_name=Brother MFC-J5320DW [30055ce13be2]", "wsd.firmware_version=1.20", "wsd.serial_number=BROJ4F123456",
		"wsd.manufacturer=Brother", "wsd.model_name=MFC-J5320DW", "wsd.model_number=MFC-J5320DW", "wsd.computer=ATTIC/Workgroup:WORKGROUP",
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAnAddressMustBeOnTheDevice(t *testing.T) {
	for in, want := range map[string]uint16{
		"http://192.168.1.64/x": 80, "https://192.168.1.64/x": 443, "http://192.168.1.64:5357/": 5357, "https://192.168.1.64:8443/": 8443,
		"http://192.168.1.1/": 0, "http://localhost/": 0, "http://127.0.0.1/": 0, "http://8.8.8.8/": 0, "http://169.254.169.254/": 0,
		"file:///etc/passwd": 0, "http://printer.local/": 0, "http://a:b@192.168.1.64/": 0, "http://192.168.1.64@8.8.8.8/": 0,
		"http://192.168.1.64:0/": 0, "http://192.168.1.64:99999/": 0, "soap.udp://192.168.1.64:3702/": 0, "": 0, "::": 0,
	} {
		if u, got, err := xaddr(in, from); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: got %v, %d, %v", in, u, got, err)
		}
	}
	if _, port, err := xaddr("http://[fe80::1]:5357/", netip.MustParseAddr("fe80::1%eth0")); port != 5357 || err != nil {
		t.Errorf("got %d, %v", port, err)
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	one := printer[strings.Index(printer, "<wsd:ProbeMatch>"):strings.Index(printer, "</wsd:ProbeMatches>")]
	for name, x := range map[string]string{
		"another question":  strings.Replace(printer, asked, "0a1b2c3d-0000-4000-8000-00000000000b", 1),
		"no question":       strings.Replace(printer, "RelatesTo>", "Related>", 2),
		"cut off":           printer[:len(printer)-40],
		"DOCTYPE":           `<!DOCTYPE a [<!ENTITY b "c">]>` + strings.TrimPrefix(printer, `<?xml version="1.0"?>`),
		"many matches":      strings.Replace(printer, one, strings.Repeat(one, 100), 1),
		"100 levels":        strings.Replace(printer, one, strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100), 1),
		"many elements":     strings.Replace(printer, one, one+strings.Repeat("<a/>", maxTokens), 1),
		"endless text":      strings.Replace(printer, "a:Device", strings.Repeat("a:Device ", maxText), 1),
		"no match":          strings.Replace(printer, one, "", 1),
		"two envelopes":     printer + strings.TrimPrefix(printer, `<?xml version="1.0"?>`),
		"another namespace": strings.Replace(printer, "2003/05/soap-envelope", "2003/05/soap", 1),
		"HTML":              "<html><body>Hello</body></html>",
		"nothing":           "",
		"bytes":             "\x00\x01\x02",
	} {
		if m, err := parseMatches([]byte(x), asked); !errors.Is(err, errOdd) || m != nil {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
	}
	for name, x := range map[string]string{
		"cut off": metadata[:len(metadata)-40], "no metadata": printer, "nothing": "",
		"endless text": strings.Replace(metadata, "Brother", strings.Repeat("Brother", maxText), 1),
	} {
		if m, err := parseMetadata([]byte(x)); !errors.Is(err, errOdd) || m != nil {
			t.Errorf("metadata, %s: got %+v, %v", name, m, err)
		}
	}
}

func TestQuestionsAreWellFormed(t *testing.T) {
	id := newID()
	if uuid(id) != id || newID() == id {
		t.Errorf("got identifier %q", id)
	}
	for _, b := range []string{string(probe(probes[0].types, id)), string(probe(probes[1].types, id)), string(probe(probes[2].types, id)), string(resolve("urn:uuid:"+id, id)), get("urn:uuid:"+id, id)} {
		if err := xml.Unmarshal([]byte(b), new(struct{})); err != nil || !strings.Contains(b, id) {
			t.Errorf("got %v for %s", err, b)
		}
	}
}

func clean(t *testing.T, facts []discovery.Fact) {
	t.Helper()
	for _, f := range facts {
		if f.Value == "" || f.Value != discovery.Clean(f.Value) || string(f.Key) != discovery.Clean(string(f.Key)) {
			t.Errorf("not clean: %q", f)
		}
	}
}

func FuzzParseMatches(f *testing.F) {
	f.Add([]byte(camera))
	f.Add([]byte(printer))
	f.Add([]byte(printer[:len(printer)-40]))
	f.Add([]byte("\xff<a>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		matches, err := parseMatches(b, asked)
		if err != nil {
			if matches != nil || !errors.Is(err, errOdd) {
				t.Errorf("got %+v with %v", matches, err)
			}
			return
		}
		if !strings.Contains(strings.ToLower(string(b)), asked[:8]) && !strings.Contains(string(b), "&") && !strings.Contains(string(b), "encoding") {
			t.Error("an answer without our identifier was taken")
		}
		if len(matches) > maxMatches {
			t.Errorf("%d matches", len(matches))
		}
		for _, m := range matches {
			facts, services, urls := m.facts(from)
			clean(t, facts)
			if len(facts) > 2+maxTypes+maxScopes+maxXAddrs || len(services) != len(urls) {
				t.Errorf("%d facts, %d services, %d addresses", len(facts), len(services), len(urls))
			}
			for _, u := range urls {
				if u.Hostname() != from.String() {
					t.Errorf("leads to %q", u)
				}
			}
			if m.endpoint != "" && uuid(m.endpoint) != strings.TrimPrefix(m.endpoint, "urn:uuid:") {
				t.Errorf("got endpoint %q", m.endpoint)
			}
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(metadata))
	f.Add([]byte(printer))
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, err := parseMetadata(b)
		if err != nil && (facts != nil || !errors.Is(err, errOdd)) {
			t.Errorf("got %+v with %v", facts, err)
		}
		clean(t, facts)
		seen := map[discovery.FactKey]bool{}
		for _, f := range facts {
			if seen[f.Key] {
				t.Errorf("%s twice", f.Key)
			}
			seen[f.Key] = true
		}
	})
}
