package lan

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

const (
	printerQuestion  = "\x02\x00\x00\x0b\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x03"
	metadataQuestion = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:To>urn:uuid:1</a:To><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action></s:Header><s:Body/></s:Envelope>`
)

func TestOnlyQuestionsThatReadArePosted(t *testing.T) {
	put := strings.Replace(metadataQuestion, "transfer/Get", "transfer/Put", 1)
	soap := "application/soap+xml; charset=utf-8"
	for _, tt := range []struct {
		name, url, typ, body string
		header               http.Header
		want                 error
	}{
		{name: "a printer's attributes", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion},
		{name: "the same by TLS", url: "https://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion},
		{name: "another port", url: "http://127.0.0.1:80/ipp/print", typ: "application/ipp", body: printerQuestion, want: ErrNotReading},
		{name: "Print-Job", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: strings.Replace(printerQuestion, "\x00\x0b", "\x00\x02", 1), want: ErrNotReading},
		{name: "with a document", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion + "%!PS", want: ErrNotReading},
		{name: "header only", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion[:8], want: ErrNotReading},
		{name: "nothing", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", want: ErrNotReading},
		{name: "too long", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion[:8] + strings.Repeat("a", maxAskBytes) + "\x03", want: ErrNotReading},
		{name: "another type", url: "http://127.0.0.1:631/ipp/print", typ: "application/octet-stream", body: printerQuestion, want: ErrForbiddenPort},
		{name: "two types", url: "http://127.0.0.1:631/ipp/print", body: printerQuestion, header: http.Header{"Content-Type": {"application/ipp", "text/plain"}}, want: ErrForbiddenPort},
		{name: "with a login", url: "http://127.0.0.1:631/ipp/print", typ: "application/ipp", body: printerQuestion, header: http.Header{"Authorization": {"Basic YTpi"}}, want: ErrForbiddenPort},
		{name: "a UPnP action at a printer", url: "http://127.0.0.1:631/", typ: "text/xml", body: "<x/>", header: http.Header{"Soapaction": {`"urn:schemas-upnp-org:service:WANIPConnection:1#GetStatusInfo"`}}, want: ErrForbiddenPort},

		{name: "metadata", url: "http://127.0.0.1:5357/x", typ: soap, body: metadataQuestion},
		{name: "metadata, action named twice", url: "http://127.0.0.1:5357/x", typ: soap + `; action="` + transferGet + `"`, body: metadataQuestion},
		{name: "another action in the type", url: "http://127.0.0.1:5357/x", typ: soap + `; action="http://example.org/Reboot"`, body: metadataQuestion, want: ErrNotReading},
		{name: "another action", url: "http://127.0.0.1:5357/x", typ: soap, body: put, want: ErrNotReading},
		{name: "no action", url: "http://127.0.0.1:5357/x", typ: soap, body: strings.Replace(metadataQuestion, "Action", "Axtion", 2), want: ErrNotReading},
		{name: "two actions", url: "http://127.0.0.1:5357/x", typ: soap, body: strings.Replace(metadataQuestion, "<a:To>", "<a:Action>http://example.org/Reboot</a:Action><a:To>", 1), want: ErrNotReading},
		{name: "an action elsewhere", url: "http://127.0.0.1:5357/x", typ: soap, body: strings.Replace(metadataQuestion, "http://schemas.xmlsoap.org/ws/2004/08/addressing", "http://example.org/", 1), want: ErrNotReading},
		{name: "something in the body", url: "http://127.0.0.1:5357/x", typ: soap, body: strings.Replace(metadataQuestion, "<s:Body/>", "<s:Body><SystemReboot/></s:Body>", 1), want: ErrNotReading},
		{name: "two bodies", url: "http://127.0.0.1:5357/x", typ: soap, body: strings.Replace(metadataQuestion, "<s:Body/>", "<s:Body/><s:Body/>", 1), want: ErrNotReading},
		{name: "no SOAP", url: "http://127.0.0.1:5357/x", typ: soap, body: "reboot", want: ErrNotReading},
		{name: "a second UPnP action", url: "http://127.0.0.1:5357/x", typ: soap, body: put, header: http.Header{"Soapaction": {`"urn:schemas-upnp-org:service:WANIPConnection:1#ForceTermination"`}}, want: ErrNotReading},
		{name: "metadata at a printer", url: "http://127.0.0.1:631/x", typ: soap, body: metadataQuestion, want: ErrForbiddenPort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tt.url, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{}
			if tt.typ != "" {
				req.Header.Set("Content-Type", tt.typ)
			}
			maps.Copy(req.Header, tt.header)
			q, err := (&transport{login: true}).reads(req)
			if !errors.Is(err, tt.want) || (err == nil && string(q.body) != tt.body) {
				t.Errorf("got %q, %v, want %v", q.body, err, tt.want)
			}
		})
	}
}

func TestPagesOfAPrintersDoorAreNotRead(t *testing.T) {
	_, err := get(t, open().HTTP(practice.Addr, Gentle), http.MethodGet, "http://127.0.0.1:631/", nil)
	if !errors.Is(err, ErrForbiddenPort) {
		t.Errorf("got %v, want %v", err, ErrForbiddenPort)
	}
}

func TestWhatWasLookedAtIsWhatIsSent(t *testing.T) {
	var got atomic.Value
	at := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got.Store(string(b) + r.Header.Get("Content-Type"))
	})
	h := open()
	resp, err := post(t, h.HTTP(at.Addr(), Gentle), "http://"+at.String()+"/x", metadataQuestion)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got.Load() != metadataQuestion+"application/soap+xml" {
		t.Errorf("got %q", got.Load())
	}
}

func TestARedirectedQuestionStaysOnTheDevice(t *testing.T) {
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.9:5357/", http.StatusTemporaryRedirect)
	})
	_, err := post(t, open().HTTP(at.Addr(), Gentle), "http://"+at.String()+"/x", metadataQuestion)
	if !errors.Is(err, ErrOffDevice) {
		t.Errorf("got %v, want %v", err, ErrOffDevice)
	}
}

func post(t *testing.T, c *http.Client, url, body string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/soap+xml")
	return c.Do(req)
}

func FuzzQuestions(f *testing.F) {
	f.Add([]byte(printerQuestion))
	f.Add([]byte(metadataQuestion))
	f.Add([]byte(strings.Replace(metadataQuestion, "<s:Body/>", "<s:Body><x/></s:Body>", 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if asksPrinter(b) && (b[2] != 0 || b[3] != 11 || b[len(b)-1] != 3) {
			t.Errorf("not Get-Printer-Attributes: %q", b)
		}
		if !asksMetadata(b) {
			return
		}
		// A device may read it by other means and must see the same.
		var seen struct {
			Actions []string `xml:"Header>Action"`
			Body    []struct {
				Inner string `xml:",innerxml"`
			} `xml:"Body"`
		}
		if err := xml.Unmarshal(b, &seen); err != nil || len(seen.Actions) != 1 || strings.TrimSpace(seen.Actions[0]) != transferGet || len(seen.Body) != 1 {
			t.Fatalf("seen as %+v, %v: %q", seen, err, b)
		}
		if elements.MatchString(markup.ReplaceAllString(seen.Body[0].Inner, "")) {
			t.Errorf("the body holds %q", seen.Body[0].Inner)
		}
	})
}

var (
	elements = regexp.MustCompile(`<[A-Za-z_:]`)
	markup   = regexp.MustCompile(`(?s)<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>`)
)
