package camera

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

const (
	firstPath  = "/Streaming/Channels/101"
	secondPath = "/live"
	snapshot   = "/snap.jpg"
	service    = "/onvif/device_service"
)

var check = Check{Catalog: &makers.Catalog{Makers: []makers.Maker{
	{Name: "Acme", Streams: []makers.Stream{{RTSP: []string{firstPath, secondPath}, Picture: snapshot, Sure: true}}},
}}}

// A fake is one camera: what it answers at each of its doors. nil has no such door.
type fake struct {
	rtsp testhome.Talk
	web  testhome.Web
}

// run starts it and gives it as a target, whose kind the device says itself in a field made for it or not.
func (f fake) run(t *testing.T, sure discovery.Strength, facts ...discovery.Fact) (checks.Target, *testhome.Device) {
	t.Helper()
	d := &testhome.Device{Name: "camera", Addr: netip.MustParseAddr("127.0.0.1")}
	if f.rtsp != nil {
		d.Doors = append(d.Doors, testhome.Door{Protocol: "rtsp", Talk: f.rtsp})
	}
	if f.web != nil {
		d.Doors = append(d.Doors, testhome.Door{Protocol: "http", Web: f.web})
	}
	testhome.Run(t, d)
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	is := discovery.Device{
		ID: "d-1", Vendor: "Acme", Kind: discovery.KindCamera, Addrs: []netip.Addr{d.Addr},
		Evidence: []discovery.Evidence{{Field: "kind", Source: "upnp.model_name", Value: "camera", Strength: sure}},
	}
	for _, door := range d.Doors {
		is.Services = append(is.Services, discovery.Service{Port: door.Port, Transport: "tcp", Protocol: door.Protocol})
		for _, f := range facts {
			if door.Protocol == "http" {
				is.Facts = append(is.Facts, discovery.Fact{Key: f.Key, Value: strings.ReplaceAll(f.Value, "{port}", fmt.Sprint(door.Port))})
			}
		}
	}
	return checks.Target{Device: is, Way: way.To(home, d.Addr, lan.Sturdy)}, d
}

// rtsp answers each DESCRIBE by its path; "" is any other.
func rtsp(answers map[string]string) testhome.Talk {
	return func(_ context.Context, _ *testhome.Device, c net.Conn) {
		in := textproto.NewReader(bufio.NewReader(c))
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		if _, err := in.ReadMIMEHeader(); err != nil {
			return
		}
		_, path, _ := strings.Cut(strings.TrimPrefix(line, "DESCRIBE rtsp://"), "/")
		path, _, _ = strings.Cut("/"+path, " ")
		answer, ok := answers[path]
		if !ok {
			answer = answers[""]
		}
		_, _ = io.WriteString(c, answer)
	}
}

const (
	rtspNo      = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\n\r\n"
	rtspUnknown = "RTSP/1.0 404 Stream Not Found\r\nCSeq: 1\r\n\r\n"
	sdp         = "v=0\r\no=- 1 1 IN IP4 192.0.2.4\r\ns=live\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
	soundOnly   = "v=0\r\ns=live\r\nm=audio 0 RTP/AVP 0\r\n"

	answerSOAP = `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><SOAP-ENV:Body><tds:GetDeviceInformationResponse>` +
		`<tds:Manufacturer>Acme` + "\u202e" + `</tds:Manufacturer><tds:Model>Eye 3</tds:Model><tds:FirmwareVersion>1.2.3</tds:FirmwareVersion><tds:SerialNumber>0123456789</tds:SerialNumber></tds:GetDeviceInformationResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>`
	faultSOAP = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>` +
		`<s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`
)

func ok(body string) string {
	return fmt.Sprintf("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

var (
	open1   = rtsp(map[string]string{firstPath: ok(sdp), "": rtspUnknown})
	open2   = rtsp(map[string]string{secondPath: ok(sdp), "": rtspUnknown})
	closed  = rtsp(map[string]string{"": rtspNo})
	unknown = rtsp(map[string]string{"": rtspUnknown})

	// xaddr is where a camera says that it answers to ONVIF.
	xaddr = discovery.Fact{Key: factWSDAddress, Value: "http://127.0.0.1:{port}" + service}
)

// web answers for a picture and for ONVIF; nil is "not found".
func web(picture, control testhome.Web) testhome.Web {
	pages := map[string]testhome.Web{}
	if picture != nil {
		pages[snapshot] = picture
	}
	if control != nil {
		pages[service] = control
	}
	return testhome.Paths(pages)
}

func answer(status int, typ, body string) testhome.Web {
	return func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", typ)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var (
	photo   = answer(200, "image/jpeg", "\xff\xd8\xff\xe0\x00\x10JFIF"+strings.Repeat("secret", 1<<10))
	no      = testhome.Refused(`Digest realm="x", nonce="1"`)
	says    = answer(200, "application/soap+xml; charset=utf-8", answerSOAP)
	refuses = answer(400, "application/soap+xml; charset=utf-8", faultSOAP)
)

func TestWhatACameraShowsToStrangers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		fake     fake
		sure     discovery.Strength
		onvif    bool
		way      string // "" is clear
		severity checks.Severity
		conf     discovery.Strength
		unknown  bool
	}{
		{name: "a stream", fake: fake{rtsp: open1}, sure: discovery.Saw, way: "stream", severity: checks.Today, conf: discovery.Saw},
		{name: "the second stream", fake: fake{rtsp: open2}, sure: discovery.Saw, way: "stream", severity: checks.Today, conf: discovery.Saw},
		{name: "a stream of what may be a camera", fake: fake{rtsp: open1}, sure: discovery.Likely, way: "stream", severity: checks.Week, conf: discovery.Likely},
		{name: "stream and control", fake: fake{open1, web(nil, says)}, sure: discovery.Likely, onvif: true, way: "stream", severity: checks.Today, conf: discovery.Saw},
		{name: "stream and picture", fake: fake{open1, web(photo, nil)}, sure: discovery.Likely, way: "stream", severity: checks.Today, conf: discovery.Saw},
		{name: "a picture", fake: fake{closed, web(photo, nil)}, sure: discovery.Saw, way: "picture", severity: checks.Today, conf: discovery.Saw},
		{name: "a picture of what may be a camera", fake: fake{closed, web(photo, nil)}, sure: discovery.Likely, way: "picture", severity: checks.Week, conf: discovery.Likely},
		{name: "only what it is", fake: fake{closed, web(no, says)}, sure: discovery.Saw, onvif: true, way: "control", severity: checks.Good, conf: discovery.Likely},
		{name: "a password", fake: fake{closed, web(no, refuses)}, sure: discovery.Saw, onvif: true},
		{name: "a password, no picture page", fake: fake{closed, web(nil, no)}, sure: discovery.Saw, onvif: true},
		{name: "no such stream", fake: fake{rtsp: unknown}, sure: discovery.Saw, unknown: true},
		{name: "no such stream, a password elsewhere", fake: fake{unknown, web(no, refuses)}, sure: discovery.Saw, onvif: true, unknown: true},
		{name: "sound only", fake: fake{rtsp: rtsp(map[string]string{"": ok(soundOnly)})}, sure: discovery.Saw, unknown: true},
		{name: "a page instead of a picture", fake: fake{nil, web(answer(200, "text/html", "<title>Login</title>"), nil)}, sure: discovery.Saw, unknown: true},
		{name: "a page that says it is a picture", fake: fake{nil, web(answer(200, "image/jpeg", "<html>"), nil)}, sure: discovery.Saw, unknown: true},
		{name: "a logo", fake: fake{nil, web(answer(200, "image/png", "\x89PNG"), nil)}, sure: discovery.Saw, unknown: true},
		{name: "the picture leads elsewhere", fake: fake{nil, web(testhome.RedirectTo("http://192.0.2.99/snap.jpg"), nil)}, sure: discovery.Saw, unknown: true},
		{name: "the picture leads on", fake: fake{nil, web(testhome.RedirectTo("/"), nil)}, sure: discovery.Saw, unknown: true},
		{name: "an endless picture", fake: fake{nil, web(testhome.EndlessBody(), nil)}, sure: discovery.Saw, unknown: true},
		{name: "endless words", fake: fake{nil, web(no, testhome.EndlessBody())}, sure: discovery.Saw, onvif: true},
		{name: "nonsense", fake: fake{rtsp: rtsp(map[string]string{"": "HTTP/1.0 200 OK\r\n\r\n"})}, sure: discovery.Saw, unknown: true},
		{name: "a status that is none", fake: fake{rtsp: rtsp(map[string]string{"": "RTSP/1.0 2000 OK\r\n\r\n"})}, sure: discovery.Saw, unknown: true},
		{name: "it hangs up", fake: fake{rtsp: rtsp(map[string]string{"": ""})}, sure: discovery.Saw, unknown: true},
		{name: "a length that is a lie", fake: fake{rtsp: rtsp(map[string]string{"": strings.Replace(ok(sdp), "Content-Length: ", "Content-Length: 9", 1)})}, sure: discovery.Saw, unknown: true},
		{name: "no length", fake: fake{rtsp: rtsp(map[string]string{"": strings.Replace(ok(sdp), "Content-Length", "X-Length", 1)})}, sure: discovery.Saw, unknown: true},
		{name: "a negative length", fake: fake{rtsp: rtsp(map[string]string{"": strings.Replace(ok(sdp), "Content-Length: ", "Content-Length: -", 1)})}, sure: discovery.Saw, unknown: true},
		{name: "an endless head", fake: fake{rtsp: endless("RTSP/1.0 200 OK\r\n", "X-Trap: 1\r\n")}, sure: discovery.Saw, unknown: true},
		{name: "an endless line", fake: fake{rtsp: endless("", "R")}, sure: discovery.Saw, unknown: true},
		{name: "TLS", fake: fake{rtsp: rtsp(map[string]string{"": "\x15\x03\x01\x00\x02\x02\x50"})}, sure: discovery.Saw, unknown: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var facts []discovery.Fact
			if tt.onvif {
				facts = append(facts, xaddr)
			}
			at, device := tt.fake.run(t, tt.sure, facts...)
			if !check.Applies(at.Device) {
				t.Fatal("it does not apply")
			}
			found, err := check.Run(t.Context(), at)
			if (err != nil) != tt.unknown || (len(found) == 1) != (tt.way != "") {
				t.Fatalf("got %+v, %v", found, err)
			}
			if tt.way != "" {
				f := found[0]
				if f.Args["way"] != tt.way || f.Severity != tt.severity || f.Confidence != tt.conf || f.Port != 0 || f.Kind != Kind {
					t.Errorf("got %+v", f)
				}
				for _, e := range f.Evidence {
					if e.Value != discovery.Clean(e.Value) || strings.Contains(e.Value, "secret") || strings.Contains(e.Value, "0123456789") {
						t.Errorf("kept %q", e)
					}
				}
			}
			for m := range device.Counts().Methods() {
				if m != http.MethodGet && m != http.MethodPost && m != "DESCRIBE" {
					t.Errorf("it was asked by %s", m)
				}
			}
		})
	}
}

func TestAPathThatIsNotSureIsNeverRed(t *testing.T) {
	t.Parallel()
	unsure := Check{Catalog: &makers.Catalog{Makers: []makers.Maker{{Name: "Acme", Streams: []makers.Stream{{RTSP: []string{firstPath}, Picture: snapshot}}}}}}
	at, _ := fake{open1, web(photo, nil)}.run(t, discovery.Saw)
	found, err := unsure.Run(t.Context(), at)
	if err != nil || len(found) != 1 || found[0].Severity != checks.Week || found[0].Confidence != discovery.Likely {
		t.Errorf("got %+v, %v", found, err)
	}
}

// endless answers with the same piece again and again.
func endless(begin, piece string) testhome.Talk {
	return func(_ context.Context, _ *testhome.Device, c net.Conn) {
		for _, err := io.WriteString(c, begin); err == nil; {
			_, err = io.WriteString(c, strings.Repeat(piece, 100))
		}
	}
}

func TestASlowCameraEndsInTime(t *testing.T) {
	t.Parallel()
	slow := func(ctx context.Context, _ *testhome.Device, c net.Conn) {
		for _, b := range []byte("RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n") {
			select {
			case <-ctx.Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
			if _, err := c.Write([]byte{b}); err != nil {
				return
			}
		}
	}
	at, _ := fake{rtsp: slow}.run(t, discovery.Saw)
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	start := time.Now()
	if found, err := check.Run(ctx, at); err == nil {
		t.Errorf("got %+v", found)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestWhatItSaysIsEvidence(t *testing.T) {
	t.Parallel()
	at, _ := fake{open1, web(photo, says)}.run(t, discovery.Saw, xaddr)
	found, err := check.Run(t.Context(), at)
	if err != nil || len(found) != 1 {
		t.Fatalf("got %+v, %v", found, err)
	}
	var keys []string
	for _, e := range found[0].Evidence {
		keys = append(keys, string(e.Key))
	}
	want := []string{"rtsp.describe", "rtsp.video", "http.picture", "onvif.url", "onvif.manufacturer", "onvif.model", "onvif.firmware"}
	if !slices.Equal(keys, want) {
		t.Errorf("got %q, want %q", keys, want)
	}
}

func TestItIsFixedWhenItSaysNoAndUnknownWhenItIsSilent(t *testing.T) {
	t.Parallel()
	silent := func(ctx context.Context, _ *testhome.Device, _ net.Conn) { <-ctx.Done() }
	for _, tt := range []struct {
		name    string
		rtsp    testhome.Talk
		port    uint16 // instead of its own
		vendor  string
		unknown bool
		found   bool
	}{
		{name: "still open", rtsp: open1, vendor: "Acme", found: true},
		{name: "still open, and nobody knows whose it is", rtsp: open1, found: true},
		{name: "a password", rtsp: closed, vendor: "Acme"},
		{name: "a password, and nobody knows whose it is", rtsp: closed},
		{name: "nobody listens any more", rtsp: closed, port: 1},
		{name: "silence", rtsp: silent, vendor: "Acme", unknown: true},
	} {
		at, device := fake{rtsp: tt.rtsp}.run(t, discovery.Saw)
		port := device.Doors[0].Port
		if tt.port != 0 {
			port, at.Device.Services = tt.port, nil
		}
		at.Device.Vendor = tt.vendor
		at.Before = []checks.Finding{{Kind: Kind, Evidence: []discovery.Fact{{Key: factStream, Value: fmt.Sprintf("rtsp://127.0.0.1:%d%s", port, firstPath)}}}}
		patience := 10 * time.Second
		if tt.unknown {
			patience = 700 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		found, err := check.Run(ctx, at)
		cancel()
		if (err != nil) != tt.unknown || (len(found) == 1) != tt.found {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
	}
	at, _ := fake{}.run(t, discovery.Saw)
	at.Before = []checks.Finding{{Kind: Kind, Evidence: []discovery.Fact{{Key: factStream, Value: "rtsp://127.0.0.1:0/"}, {Key: factPicture, Value: ":"}, {Key: factControl, Value: "http://127.0.0.1"}}}}
	if found, err := check.Run(t.Context(), at); err == nil {
		t.Errorf("nowhere to ask: got %+v", found)
	}
}

func TestOnlyCamerasAreAsked(t *testing.T) {
	t.Parallel()
	rtspDoor := discovery.Service{Port: 554, Transport: "tcp", Protocol: "rtsp"}
	for name, d := range map[string]discovery.Device{
		"a speaker of that maker":  {Vendor: "Acme", Kind: discovery.KindSpeaker, Services: []discovery.Service{rtspDoor}},
		"a camera of nobody":       {Kind: discovery.KindCamera, Services: []discovery.Service{rtspDoor}},
		"a camera without a door":  {Vendor: "Acme", Kind: discovery.KindCamera},
		"a printer that says WSD":  {Facts: []discovery.Fact{{Key: factWSDAddress, Value: "http://127.0.0.1:5357/wsd"}}},
		"a camera of other makers": {Vendor: "Other", Kind: discovery.KindCamera, Services: []discovery.Service{rtspDoor}},
	} {
		if check.Applies(d) {
			t.Errorf("%s is asked", name)
		}
	}
}

func TestPathsAndTheListOfRequestsAgree(t *testing.T) {
	t.Parallel()
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, m := range c.Makers {
		for _, s := range m.Streams {
			for _, p := range s.RTSP {
				asked["tcp RTSP DESCRIBE "+p] = true
				if !lan.Listed("tcp", "RTSP DESCRIBE "+p) {
					t.Errorf("%s: %s is not listed", m.Name, p)
				}
			}
			if s.Picture != "" && !lan.Listed("tcp", "GET "+s.Picture) {
				t.Errorf("%s: %s is not listed", m.Name, s.Picture)
			}
		}
	}
	for _, line := range lan.Requests() {
		if strings.Contains(line, " DESCRIBE ") && !asked[line] && !strings.HasSuffix(line, lan.WithLogin) {
			t.Errorf("%q is listed, and nobody asks", line)
		}
	}
}
