// Package camera finds cameras whose picture is for everybody, and those that were never set up.
// It asks whether there would be a picture, and never looks at one.
package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Kind is what Check finds.
const Kind checks.Kind = "camera-open"

const (
	// askTimeout is how long one question may take in all.
	askTimeout = 8 * time.Second
	// maxStreamDoors is how many doors of one camera are asked for a stream.
	maxStreamDoors = 2
	// signsForRed is how many independent signs it takes to say more than "likely".
	signsForRed = 2
)

// Facts of what was asked and answered. The first three hold the address, to look again.
const (
	factStream  discovery.FactKey = "rtsp.describe"
	factPicture discovery.FactKey = "http.picture"
	factControl discovery.FactKey = "onvif.url"
	factVideo   discovery.FactKey = "rtsp.video"
)

// Facts of discovery/wsd: where a camera answers to ONVIF, and that it is one.
const (
	factWSDAddress discovery.FactKey = "wsd.xaddr"
	factWSDType    discovery.FactKey = "wsd.type"
	onvifCamera                      = "dn:NetworkVideoTransmitter"
)

// A view is one way in which a camera may show something to strangers.
type view string

// Views, the one that shows most first; they are arguments of the finding.
const (
	stream  view = "stream"
	picture view = "picture"
	control view = "control" // it says what it is
)

// Check looks for cameras that are open. It implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "camera-open", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool { return len(c.places(d, nil)) > 0 }

// A place is where a camera is asked.
type place struct {
	view view
	port uint16
	tls  bool
	path string // with its query
}

// cameras are the kinds of device that have one.
var cameras = []discovery.Kind{discovery.KindCamera, discovery.KindNVR, discovery.KindDoorbell}

// places lists where a device is asked: those where it was found open before, those that its maker
// documents, and where it says itself that it answers to ONVIF.
func (c Check) places(d discovery.Device, before []checks.Finding) []place {
	var out []place
	add := func(p place) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for i := range before {
		for _, f := range before[i].Evidence {
			if v, ok := map[discovery.FactKey]view{factStream: stream, factPicture: picture, factControl: control}[f.Key]; ok {
				if p, ok := at(v, f.Value); ok {
					add(p)
				}
			}
		}
	}
	if s, ok := c.Catalog.StreamFor(d.Vendor, d.Kind, d.Facts); ok && slices.Contains(cameras, d.Kind) {
		for _, port := range rtspDoors(d) {
			for _, path := range s.RTSP {
				add(place{view: stream, port: port, path: path})
			}
		}
		if web, ok := webDoor(d); ok && s.Picture != "" {
			add(place{view: picture, port: web.Port, tls: web.TLS, path: s.Picture})
		}
	}
	for _, f := range d.Facts {
		if f.Key == factWSDAddress && strings.Contains(strings.ToLower(f.Value), "onvif") {
			if p, ok := at(control, f.Value); ok {
				add(p)
				break // one address is enough
			}
		}
	}
	return out
}

// at reads an address. The host does not matter: a check reaches its device only.
func at(v view, address string) (place, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return place{}, false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "rtsp": "554"}[u.Scheme]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return place{}, false
	}
	return place{view: v, port: uint16(n), tls: u.Scheme == "https", path: u.RequestURI()}, true
}

func rtspDoors(d discovery.Device) []uint16 {
	var out []uint16
	for _, s := range d.Services {
		if s.Protocol == "rtsp" && s.Transport == "tcp" && !s.TLS && len(out) < maxStreamDoors {
			out = append(out, s.Port)
		}
	}
	return out
}

// webDoor finds the first web page, the unencrypted one if there is one.
func webDoor(d discovery.Device) (discovery.Service, bool) {
	var found discovery.Service
	for _, s := range d.Services {
		if s.Protocol == "http" && s.Port != lan.IPPPort && (found.Port == 0 || (found.TLS && !s.TLS)) {
			found = s
		}
	}
	return found, found.Port != 0
}

// Run implements checks.Check. All is well only if the view that shows most says no.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	places := c.places(t.Device, t.Before)
	if len(places) == 0 {
		return nil, checks.Unclear(errors.New("it no longer shows itself as that camera"))
	}
	type door struct {
		view view
		port uint16
	}
	said := map[door]verdict{} // one clear answer of a door is enough
	var views []view
	var evidence []discovery.Fact
	var failed error
	for _, p := range places {
		d := door{p.view, p.port}
		if said[d] != unclear {
			continue
		}
		v, facts, err := ask(ctx, t, p)
		switch {
		case checks.Closed(err):
			v = shut
		case ctx.Err() != nil:
			return nil, err
		case err != nil:
			failed = err
		}
		said[d] = v
		if v == open {
			views, evidence = append(views, p.view), append(evidence, facts...)
		}
	}
	if len(views) > 0 {
		return []checks.Finding{c.finding(t, views, evidence)}, nil
	}
	shutUp := failed == nil // every door of the first way
	for d, v := range said {
		shutUp = shutUp && (d.view != places[0].view || v == shut)
	}
	if shutUp {
		return nil, nil
	}
	if failed == nil {
		failed = checks.Unclear(errors.New("no answer says yes or no"))
	}
	return nil, failed
}

// ask asks one question.
func ask(ctx context.Context, t checks.Target, p place) (verdict, []discovery.Fact, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	switch p.view {
	case stream:
		return describe(ctx, t, p)
	case picture:
		return look(ctx, t, p)
	case control:
		return inform(ctx, t, p)
	}
	return unclear, nil, nil
}

// describe asks what a stream would show. It is neither set up nor played.
func describe(ctx context.Context, t checks.Target, p place) (verdict, []discovery.Fact, error) {
	address := "rtsp://" + net.JoinHostPort(t.Device.Addr().WithZone("").String(), strconv.Itoa(int(p.port))) + p.path
	c, err := t.Dial(ctx, p.port, "RTSP DESCRIBE "+p.path)
	if err != nil {
		return unclear, nil, fmt.Errorf("ask for a stream: %w", err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "DESCRIBE "+address+" RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\nUser-Agent: Porchlight\r\n\r\n"); err != nil {
		return unclear, nil, fmt.Errorf("ask for a stream: %w", err)
	}
	d, err := parseDescribe(c)
	if errors.Is(err, errOdd) {
		return unclear, nil, checks.Odd(err)
	}
	if err != nil {
		return unclear, nil, err
	}
	facts := []discovery.Fact{{Key: factStream, Value: discovery.Clean(address)}}
	if d.codec != "" {
		facts = append(facts, discovery.Fact{Key: factVideo, Value: d.codec})
	}
	return d.verdict(), facts, nil
}

// look asks for one picture, and reads no more of it than shows that it is one.
func look(ctx context.Context, t checks.Target, p place) (verdict, []discovery.Fact, error) {
	address := p.url(t)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return unclear, nil, fmt.Errorf("ask for a picture: %w", err)
	}
	resp, err := only(t.HTTP).Do(req)
	if err != nil {
		return unclear, nil, fmt.Errorf("ask for a picture: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	first := make([]byte, len(jpeg))
	if _, err := io.ReadFull(resp.Body, first); err != nil {
		first = nil
	}
	return judgePicture(resp.StatusCode, resp.Header, first), []discovery.Fact{{Key: factPicture, Value: discovery.Clean(address)}}, nil
}

// question is GetDeviceInformation without a login (ONVIF Core Specification, section 8.3.6). Who has set
// a password gets no answer to it.
const question = `<?xml version="1.0" encoding="utf-8"?>` +
	`<s:Envelope xmlns:s="` + nsEnvelope + `"><s:Body><tds:GetDeviceInformation xmlns:tds="` + nsDevice + `"/></s:Body></s:Envelope>`

// inform asks by ONVIF what the camera is.
func inform(ctx context.Context, t checks.Target, p place) (verdict, []discovery.Fact, error) {
	address := p.url(t)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(question))
	if err != nil {
		return unclear, nil, fmt.Errorf("ask what it is: %w", err)
	}
	req.Header.Set("Content-Type", "application/soap+xml")
	resp, err := only(t.HTTP).Do(req)
	if err != nil {
		return unclear, nil, fmt.Errorf("ask what it is: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return shut, nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSOAP)) //nolint:forbidigo // limited
	if err != nil {
		return unclear, nil, fmt.Errorf("read what it is: %w", err)
	}
	facts, denied, err := parseInformation(body)
	switch {
	case err != nil: // many a camera answers with a page for people
		return unclear, nil, nil
	case denied:
		return shut, nil, nil
	case resp.StatusCode != http.StatusOK || len(facts) == 0:
		return unclear, nil, nil
	}
	return open, append([]discovery.Fact{{Key: factControl, Value: discovery.Clean(address)}}, facts...), nil
}

// only is a client that follows no redirect.
func only(c *http.Client) *http.Client {
	still := *c
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &still
}

func (p place) url(t checks.Target) string {
	return lan.URL(discovery.Service{Port: p.port, TLS: p.tls}, t.Device.Addr(), p.path)
}

// finding weighs what was seen. A picture is sure if there are two views of it, or if the device shows itself as a camera, and if the paths of its maker
// are sure; that it only says what it is proves no picture.
func (c Check) finding(t checks.Target, views []view, evidence []discovery.Fact) checks.Finding {
	slices.SortFunc(views, func(a, b view) int { return slices.Index(order, a) - slices.Index(order, b) })
	views = slices.Compact(views)
	signs := len(views)
	if ownSign(t.Device) {
		signs++
	}
	row, _ := c.Catalog.StreamFor(t.Device.Vendor, t.Device.Kind, t.Device.Facts)
	severity, sure := checks.Today, discovery.Saw
	switch {
	case views[0] == control:
		severity, sure = checks.Good, discovery.Likely
	case signs < signsForRed || !row.Sure:
		severity, sure = checks.Week, discovery.Likely
	}
	f := t.Found(Kind, 0, severity, sure)
	f.Args = map[string]string{"way": string(views[0])}
	f.Evidence = evidence
	return *f
}

// order is that of the views.
var order = []view{stream, picture, control}

// ownSign reports whether a device shows itself as a camera, in a field made for that.
func ownSign(d discovery.Device) bool {
	return slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool { return f.Key == factWSDType && f.Value == onvifCamera }) ||
		slices.ContainsFunc(d.Evidence, func(e discovery.Evidence) bool {
			return e.Field == "kind" && e.Strength == discovery.Saw && slices.Contains(cameras, discovery.Kind(e.Value))
		})
}
