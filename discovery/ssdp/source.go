// Package ssdp finds devices that answer UPnP searches (UPnP Device Architecture 1.1,
// section 1) and reads the descriptions that they point to (section 2).
package ssdp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	goupnp "github.com/huin/goupnp/ssdp"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

const (
	// window is how long answers are awaited. The library tells devices to answer within
	// the whole seconds of it (MX), less one for the way.
	window = 3100 * time.Millisecond
	// sends and gap: UDP is lossy, so each search is sent more than once (section 1.3.2).
	sends = 2
	gap   = 300 * time.Millisecond
	// maxLocations is how many descriptions of one device are read.
	maxLocations = 3
)

var group = netip.MustParseAddrPort("239.255.255.250:1900")

// Source searches one home network.
type Source struct {
	Home *lan.Home
	Log  *slog.Logger
}

// Name implements discovery.Source.
func (Source) Name() string { return "ssdp" }

// Discover implements discovery.Source.
func (s Source) Discover(ctx context.Context, report func(discovery.Observation)) error {
	w := &walk{Source: s, report: report, asked: map[string]bool{}, perDevice: map[netip.Addr]int{}}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, target := range []string{goupnp.SSDPAll, goupnp.UPNPRootDevice} {
		wg.Go(func() {
			search, cancel := context.WithTimeout(ctx, window)
			defer cancel()
			_, errs[i] = goupnp.RawSearch( //nolint:bodyclose // there are none, see client
				search, client{ctx: ctx, walk: w}, target, sends)
		})
	}
	wg.Wait()
	w.fetches.Wait()
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// A walk is one search of one home.
type walk struct {
	Source
	report  func(discovery.Observation)
	fetches sync.WaitGroup

	mu        sync.Mutex // guards following
	asked     map[string]bool
	perDevice map[netip.Addr]int
}

// A client sends the library's requests by our own socket. The library's would not stay on
// one interface, forgets who answered, and grows without limit.
type client struct {
	ctx  context.Context //nolint:containedctx // the round's, for descriptions: they take longer than the search
	walk *walk
}

// DoWithContext implements httpu.ClientInterfaceCtx. Answers are used as they come; the
// library gets none back.
func (c client) DoWithContext(req *http.Request, numSends int) ([]*http.Response, error) {
	q := lan.Question{
		To: group, Payload: message(req), Sends: numSends, Gap: gap,
		Line: "ssdp M-SEARCH " + req.Header["ST"][0], //nolint:staticcheck // the library writes it in capitals
	}
	return nil, c.walk.Home.Ask(req.Context(), q, func(from netip.AddrPort, b []byte) { //nolint:contextcheck // descriptions take longer than the search
		a, err := parseAnswer(b)
		if err != nil {
			c.walk.Log.DebugContext(req.Context(), "answer to a search makes no sense", "addr", from.Addr().String(), "err", err)
			c.walk.odd(from.Addr())
			return
		}
		c.walk.heard(c.ctx, from.Addr(), a)
	})
}

// message writes a search as it goes over the wire.
func message(req *http.Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s * HTTP/1.1\r\n", req.Method)
	for _, k := range []string{"HOST", "MAN", "MX", "ST"} {
		fmt.Fprintf(&b, "%s: %s\r\n", k, req.Header[k][0])
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// heard reports one answer, and reads the description that it points to, once.
func (w *walk) heard(ctx context.Context, from netip.Addr, a answer) {
	o := discovery.Observation{Source: "ssdp", At: time.Now().UTC(), Addr: from, Facts: AnswerFacts(a.server, a.target, a.usn)}
	loc, _ := location(a.location, from) // where it leads away, nobody goes
	if u, bad := url.Parse(a.location); a.location != "" && (bad != nil || lan.Away(u, from)) {
		o.Facts = append(o.Facts, discovery.OddFact(discovery.OddAway))
	}
	w.report(o)
	if loc == nil || !w.first(from, loc.String()) {
		return
	}
	w.fetches.Go(func() {
		o, err := w.describe(ctx, from, loc)
		if err != nil {
			w.Log.DebugContext(ctx, "description not read", "addr", from.String(), "err", err)
			if errors.Is(err, errOdd) {
				w.odd(from)
			}
			return
		}
		w.report(o)
	})
}

// odd reports that a device said what makes no sense.
func (w *walk) odd(from netip.Addr) {
	w.report(discovery.Observation{Source: "ssdp", At: time.Now().UTC(), Addr: from, Facts: []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}})
}

// first reports whether a description is to be read: each once, few for one device.
func (w *walk) first(from netip.Addr, loc string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked[loc] || w.perDevice[from] >= maxLocations {
		return false
	}
	w.asked[loc] = true
	w.perDevice[from]++
	return true
}

// location checks where an answer points: http, on the very host that sent it.
func location(s string, from netip.Addr) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("location %q: %w", s, errOdd)
	}
	host, err := netip.ParseAddr(u.Hostname())
	if err != nil || u.Scheme != "http" || u.User != nil || host.Unmap() != from.WithZone("") {
		return nil, fmt.Errorf("location %q of %s: %w", s, from, errOdd)
	}
	u.Fragment = ""
	return u, nil
}

func (w *walk) describe(ctx context.Context, from netip.Addr, loc *url.URL) (discovery.Observation, error) {
	req, err := http.NewRequestWithContext(lan.OwnLink(ctx), http.MethodGet, loc.String(), nil)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("ask for %q: %w", loc, err)
	}
	resp, err := w.Home.HTTP(from, lan.Gentle).Do(req)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("ask for %q: %w", loc, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return discovery.Observation{}, fmt.Errorf("ask for %q: status %d", loc, resp.StatusCode)
	}
	body, err := io.ReadAll(resp.Body) //nolint:forbidigo // lan caps every body
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("read %q: %w", loc, err)
	}
	d, err := parseDescription(body)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("read %q: %w", loc, err)
	}
	o := discovery.Observation{Source: "ssdp", At: time.Now().UTC(), Addr: from, Facts: d.facts()}
	if d.gateway {
		o.Facts = append(o.Facts, discovery.Fact{Key: FactGatewayLocation, Value: discovery.Clean(loc.String())})
	}
	port, err := strconv.ParseUint(cmp.Or(loc.Port(), "80"), 10, 16)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("port of %q: %w", loc, errOdd)
	}
	o.Services = []discovery.Service{{Port: uint16(port), Transport: "tcp", Protocol: "http"}}
	return o, nil
}
