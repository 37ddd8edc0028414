// Package wsd finds devices that answer WS-Discovery (April 2005): cameras that speak
// ONVIF, printers, scanners and Windows computers. Those that follow the Devices Profile
// for Web Services are asked once what they are.
package wsd

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

const (
	// window is how long answers are awaited: devices may take half a second (APP_MAX_DELAY,
	// section 3.1.3), and cheap cameras take two.
	window = 2500 * time.Millisecond
	// sends and gap: each probe goes out twice with the same identifier
	// (SOAP-over-UDP, section 3.2, MULTICAST_UDP_REPEAT).
	sends = 2
	gap   = 250 * time.Millisecond
	// resolveWindow and maxResolves: Windows and wsdd leave their address out of the match; they
	// are asked for it (section 6), so many of a home.
	resolveWindow = 1200 * time.Millisecond
	maxResolves   = 16
)

var group = netip.MustParseAddrPort("239.255.255.250:3702")

// probes are the three questions: whoever is there, cameras, and devices of the profile.
// Some cameras answer only to the question for their own type; wsdd 0.7 only to
// "wsdp:Device", written like that.
var probes = []struct{ line, types string }{
	{"wsd Probe", `<wsd:Types/>`},
	{"wsd Probe NetworkVideoTransmitter", `<wsd:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</wsd:Types>`},
	{"wsd Probe Device", `<wsd:Types xmlns:wsdp="` + nsProfile + `">wsdp:Device</wsd:Types>`},
}

// The prefixes are those of Windows: some answerers read them as plain text.

// probe writes a question for everybody (section 5.2). Only the identifier in it changes.
func probe(types, id string) []byte { return message("Probe", id, `<wsd:Probe>`+types+`</wsd:Probe>`) }

// resolve writes the question where a device is (section 6.2). endpoint is a checked UUID.
func resolve(endpoint, id string) []byte {
	return message("Resolve", id, `<wsd:Resolve><wsa:EndpointReference><wsa:Address>`+endpoint+`</wsa:Address></wsa:EndpointReference></wsd:Resolve>`)
}

func message(action, id, body string) []byte {
	return []byte(`<?xml version="1.0" encoding="utf-8"?>` +
		`<soap:Envelope xmlns:soap="` + nsSOAP + `" xmlns:wsa="` + nsAddressing + `" xmlns:wsd="` + nsDiscovery + `"><soap:Header>` +
		`<wsa:Action>` + nsDiscovery + `/` + action + `</wsa:Action><wsa:MessageID>urn:uuid:` + id + `</wsa:MessageID>` +
		`<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To></soap:Header><soap:Body>` + body + `</soap:Body></soap:Envelope>`)
}

// get writes the question what a device is (WS-Transfer, section 3.1). endpoint is a
// checked UUID.
func get(endpoint, id string) string {
	return `<?xml version="1.0" encoding="utf-8"?>` +
		`<soap:Envelope xmlns:soap="` + nsSOAP + `" xmlns:wsa="` + nsAddressing + `"><soap:Header>` +
		`<wsa:To>` + endpoint + `</wsa:To><wsa:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</wsa:Action>` +
		`<wsa:MessageID>urn:uuid:` + id + `</wsa:MessageID><wsa:ReplyTo><wsa:Address>` + nsAddressing + `/role/anonymous</wsa:Address></wsa:ReplyTo>` +
		`</soap:Header><soap:Body/></soap:Envelope>`
}

// newID makes a random UUID (RFC 4122, section 4.4).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Source probes one home network.
type Source struct {
	Home *lan.Home
	Log  *slog.Logger
}

// Name implements discovery.Source.
func (Source) Name() string { return "wsd" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	w := &search{Source: s, report: report, todo: map[netip.Addr]question{}}
	errs := make([]error, len(probes))
	var wg sync.WaitGroup
	for i, p := range probes {
		wg.Go(func() {
			id := newID()
			errs[i] = s.multicast(ctx, window, p.line, probe(p.types, id), func(from netip.Addr, b []byte) { w.heard(from, id, b) })
		})
	}
	wg.Wait()
	w.resolve(ctx)
	w.ask(ctx)
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

func (s Source) multicast(ctx context.Context, wait time.Duration, line string, payload []byte, answer func(from netip.Addr, b []byte)) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	q := lan.Question{To: group, Payload: payload, Sends: sends, Gap: gap, Line: line}
	return s.Home.Ask(ctx, q, func(from netip.AddrPort, b []byte) { answer(from.Addr(), b) })
}

// A search is one walk of one home.
type search struct {
	Source
	report func(discovery.Observation)

	mu   sync.Mutex              // guards following
	todo map[netip.Addr]question // one for each device
}

// A question is one device that will be asked what it is.
type question struct {
	endpoint string
	at       *url.URL // nil while nobody knows
}

// heard reports the matches of one answer.
func (w *search) heard(from netip.Addr, id string, b []byte) {
	matches, err := parseMatches(b, id)
	if err != nil {
		w.Log.Debug("answer to a probe makes no sense", "addr", from.String(), "err", err)
		w.report(discovery.Observation{Source: "wsd", At: time.Now().UTC(), Addr: from, Facts: []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}})
		return
	}
	for _, m := range matches {
		o := discovery.Observation{Source: "wsd", At: time.Now().UTC(), Addr: from}
		var urls []*url.URL
		o.Facts, o.Services, urls = m.facts(from)
		w.report(o)
		q := question{endpoint: m.endpoint}
		if len(urls) > 0 {
			q.at = urls[0]
		}
		if m.describes() && (q.at != nil || len(m.xaddrs) == 0) {
			w.remember(from, q)
		}
	}
}

// remember keeps the first question for a device, or the first one that says where.
func (w *search) remember(from netip.Addr, q question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old, ok := w.todo[from]; !ok || (old.at == nil && q.at != nil) {
		w.todo[from] = q
	}
}

// resolve asks where those are that did not say it.
func (w *search) resolve(ctx context.Context) {
	var wg sync.WaitGroup
	asked := 0
	for from, q := range w.open() {
		if q.at != nil || asked == maxResolves {
			continue
		}
		asked++
		wg.Go(func() {
			id := newID()
			err := w.multicast(ctx, resolveWindow, "wsd Resolve", resolve(q.endpoint, id), func(a netip.Addr, b []byte) {
				if a == from { // nobody else speaks for it
					w.heard(from, id, b)
				}
			})
			if err != nil {
				w.Log.DebugContext(ctx, "device not resolved", "addr", from.String(), "err", err)
			}
		})
	}
	wg.Wait()
}

// open gives the questions so far.
func (w *search) open() map[netip.Addr]question {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.todo)
}

// ask puts the questions, all devices at once; lan keeps each and all of them calm.
func (w *search) ask(ctx context.Context) {
	var wg sync.WaitGroup
	for from, q := range w.open() {
		if q.at == nil {
			continue
		}
		wg.Go(func() {
			facts, err := w.describe(ctx, from, q)
			if err != nil {
				w.Log.DebugContext(ctx, "metadata not read", "addr", from.String(), "err", err)
				if !errors.Is(err, errOdd) {
					return
				}
				facts = []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
			}
			if len(facts) > 0 {
				w.report(discovery.Observation{Source: "wsd", At: time.Now().UTC(), Addr: from, Facts: facts})
			}
		})
	}
	wg.Wait()
}

func (w *search) describe(ctx context.Context, from netip.Addr, q question) ([]discovery.Fact, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.at.String(), strings.NewReader(get(q.endpoint, newID())))
	if err != nil {
		return nil, fmt.Errorf("ask %q: %w", q.at, err)
	}
	req.Header.Set("Content-Type", "application/soap+xml") // as Windows does: wsdd2 wants no charset
	client := w.Home.HTTP(from, lan.Gentle)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %q: %w", q.at, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask %q: status %d", q.at, resp.StatusCode)
	}
	body, err := io.ReadAll(resp.Body) //nolint:forbidigo // lan caps every body
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", q.at, err)
	}
	facts, err := parseMetadata(body)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", q.at, err)
	}
	return facts, nil
}
