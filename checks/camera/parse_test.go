package camera

import (
	"errors"
	"strings"
	"testing"

	"porchlight/discovery"
)

func TestADescriptionIsReadToItsPicture(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, sdp, codec string
		video            bool
	}{
		{"picture and sound", sdp, "H264", true},
		{"sound only", soundOnly, "", false},
		{"no name for it", "v=0\r\nm=video 0 RTP/AVP 26\r\n", "", true},
		{"a name that is none", "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 \x1b[31mH265\u202e/90000\n", "[31mH265", true},
		{"not one", "m=video 0 RTP/AVP 96", "", false},
		{"the word elsewhere", "v=0\r\ni=m=video 1\r\n", "", false},
		{"empty", "", "", false},
	} {
		video, codec := parseSDP([]byte(tt.sdp))
		if video != tt.video || codec != tt.codec {
			t.Errorf("%s: got %v %q", tt.name, video, codec)
		}
	}
}

func TestHostileSOAPIsRefused(t *testing.T) {
	t.Parallel()
	const begin, end = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>`, `</s:Body></s:Envelope>`
	for _, tt := range []struct {
		name, text string
		odd        bool
	}{
		{"a page", "<html><body>Login</body></html>", true},
		{"no XML", "hello", true},
		{"nothing", "", true},
		{"DOCTYPE", `<!DOCTYPE x [<!ENTITY a "b">]>` + begin + end, true},
		{"deep", begin + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + end, true},
		{"wide", begin + strings.Repeat("<a/>", 1000) + end, true},
		{"two envelopes", begin + end + begin + end, true},
		{"cut off", answerSOAP[:300], true},
		{"elsewhere", begin + "<tds:Manufacturer>Acme</tds:Manufacturer>" + end, false},
		{"another answer", begin + "<tds:GetUsersResponse><tds:Manufacturer>Acme</tds:Manufacturer></tds:GetUsersResponse>" + end, false},
		{"empty", begin + "<tds:GetDeviceInformationResponse/>" + end, false},
	} {
		facts, denied, err := parseInformation([]byte(tt.text))
		if len(facts) != 0 || denied || errors.Is(err, errOdd) != tt.odd {
			t.Errorf("%s: got %v, %v, %v", tt.name, facts, denied, err)
		}
	}
}

func FuzzParseDescribe(f *testing.F) {
	f.Add(ok(sdp))
	f.Add(rtspNo)
	f.Add("RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDescribe(strings.NewReader(s))
		if err != nil && d != (description{}) {
			t.Errorf("got %+v with %v", d, err)
		}
		if d.codec != discovery.Clean(d.codec) {
			t.Errorf("not clean: %q", d.codec)
		}
	})
}

func FuzzParseInformation(f *testing.F) {
	f.Add(answerSOAP)
	f.Add(faultSOAP)
	f.Fuzz(func(t *testing.T, s string) {
		facts, denied, err := parseInformation([]byte(s))
		if (err != nil || denied) && len(facts) > 0 {
			t.Errorf("got %v with %v, %v", facts, denied, err)
		}
		for _, fact := range facts {
			if fact.Value == "" || fact.Value != discovery.Clean(fact.Value) {
				t.Errorf("not clean: %q", fact)
			}
		}
	})
}
