package lan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"porchlight/discovery"
)

// Why a web request was not made.
var (
	ErrOffDevice  = errors.New("leads away from the device")
	ErrNotReading = errors.New("only requests that read are allowed")
)

// readingActions are the only SOAP actions that may be sent: they change nothing
// (UPnP IGD:1, WANIPConnection:1, sections 2.4.2, 2.4.9, 2.4.18).
var readingActions = []string{"GetExternalIPAddress", "GetGenericPortMappingEntry", "GetStatusInfo"}

// HTTP gives a client that reaches one device only. It reads: GET, HEAD, OPTIONS, the
// reading SOAP actions and the questions of reading.go. Bodies are capped, redirects stay on the device, and no login can be carried.
func (h *Home) HTTP(a netip.Addr, p Pace) *http.Client { return h.client(a, p, false) }

// LoginHTTP is HTTP for one documented login: a request may carry it, as may a form that is
// listed, and the cookies that the device gives for it are kept until the client is forgotten.
func (h *Home) LoginHTTP(a netip.Addr, p Pace) *http.Client { return h.client(a, p, true) }

// A call carries a request's own context and its line in the ledger to where it is
// dialled: net/http hands over a context that outlives the request.
type call struct {
	ctx     context.Context //nolint:containedctx // it is the request's, and goes with it
	line    string
	printer bool // it is the question to a printer
}

type callKey struct{}

func (h *Home) client(a netip.Addr, p Pace, login bool) *http.Client {
	base := &http.Transport{
		Proxy:                  nil, // never through anybody
		DisableKeepAlives:      true,
		DisableCompression:     true, // no bombs of a few bytes
		MaxResponseHeaderBytes: maxHeaderBytes,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  readTimeout,
		TLSClientConfig:        deviceTLS(),
		DialContext: func(ctx context.Context, _, hostport string) (net.Conn, error) {
			to, err := netip.ParseAddrPort(hostport)
			if err != nil || to.Addr().WithZone("") != a.WithZone("") {
				return nil, fmt.Errorf("connect to %q: %w", hostport, ErrOffDevice)
			}
			c, ok := ctx.Value(callKey{}).(call)
			if !ok {
				c.ctx = ctx
			}
			dial := h.Dial
			if c.printer {
				dial = h.connect
			}
			conn, err := dial(c.ctx, netip.AddrPortFrom(a, to.Port()), p, c.line) //nolint:contextcheck // see call
			if err == nil {
				h.lane(a).carries(c.line) // net/http may write when the caller has gone
			}
			return conn, err
		},
	}
	var jar http.CookieJar
	if login {
		jar, _ = cookiejar.New(nil) // for the one session; never fails
	}
	return &http.Client{
		Timeout:   totalTimeout + readTimeout, // the connection ends before, and notes why
		Jar:       jar,
		Transport: &transport{base: base, addr: a, lane: h.lane(a), login: login, agent: h.UserAgent()},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if login { // it would carry the login on
				return http.ErrUseLastResponse
			}
			if !sameHost(req.URL.Hostname(), a) {
				if Away(req.URL, a) {
					h.lane(a).odd(discovery.OddAway)
				}
				return fmt.Errorf("redirect to %q: %w", req.URL.Host, ErrOffDevice)
			}
			if len(via) > maxRedirects {
				h.lane(a).odd(discovery.OddAway)
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// UserAgent is how the program names itself to devices, so that their logs explain it.
func (h *Home) UserAgent() string {
	return "Porchlight/" + h.version + " (home device check by the owner)"
}

// deviceTLS is for looking at devices only: they sign their own certificates, so nothing
// is believed because of one.
func deviceTLS() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10} //nolint:gosec // see above
}

// TLS says hello to a device over a connection and gives the encrypted one.
func TLS(ctx context.Context, c net.Conn) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, tlsTimeout)
	defer cancel()
	t := tls.Client(c, deviceTLS())
	if err := t.HandshakeContext(ctx); err != nil {
		if o, ok := c.(*conn); ok {
			o.lane.odd(oddOf(err))
			if errors.Is(ctx.Err(), context.DeadlineExceeded) && o.got.Load() > 0 {
				o.lane.odd(discovery.OddTooSlow)
			}
		}
		return nil, fmt.Errorf("TLS hello: %w", err)
	}
	return t, nil
}

type transport struct {
	base    *http.Transport
	addr    netip.Addr
	lane    *lane
	login   bool
	carried atomic.Int64 // requests with the login or its session
	agent   string
}

// WithLogin ends the line of a request that carries a documented login or its session.
const WithLogin = " with a login"

type carryKey struct{}

// CarryLogin marks a request whose address holds a login, or that ends its session: only the
// client of a login may send it, and the ledger does not show what is typed.
func CarryLogin(ctx context.Context) context.Context { return context.WithValue(ctx, carryKey{}, true) }

// carries reports whether a request says who asks.
func carries(req *http.Request) bool {
	return req.Header.Get("Authorization") != "" || req.Header.Get("Cookie") != "" || req.URL.User != nil || req.Context().Value(carryKey{}) != nil
}

// RoundTrip refuses what may not be sent, and caps what comes back.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if Away(req.URL, t.addr) && !t.login {
		t.lane.odd(discovery.OddAway)
	}
	if !sameHost(req.URL.Hostname(), t.addr) {
		return nil, fmt.Errorf("ask %q: %w", req.URL.Host, ErrOffDevice)
	}
	q, err := t.reads(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	line := req.Method + " " + target(req)
	action := cmp.Or(soapAction(req), q.name)
	if action != "" {
		line += " " + action
	}
	if carries(req) || q.login || (t.login && req.Method == http.MethodPost && action == "") {
		if line, err = loginLine(req, cmp.Or(action, string(q.body))); err != nil {
			return nil, err
		}
		if t.carried.Add(1) > maxLoginRequests {
			return nil, fmt.Errorf("%s: %w", line, ErrBudget)
		}
	}
	req = req.Clone(context.WithValue(req.Context(), callKey{}, call{req.Context(), line, q.name == askPrinter}))
	req.Header.Set("User-Agent", t.agent)
	if q.body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(q.body)), int64(len(q.body))
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		t.lane.odd(oddOf(err))
		return nil, cmp.Or(req.Context().Err(), err)
	}
	resp.Body = &cappedBody{ReadCloser: resp.Body, lane: t.lane, left: maxBodyBytes, began: time.Now()}
	return resp, nil
}

// loginHeaders are all that a request with a login says in its header, besides who we are.
var loginHeaders = []string{"Authorization", "Content-Type", "Cookie", "Referer"}

// loginLine gives the line of requests.txt for a request that carries a login. It has the whole
// query and body, with names in place of what is typed, and so has the ledger. what is the body, or
// the name of a question.
func loginLine(req *http.Request, what string) (string, error) {
	for name := range req.Header {
		if !slices.Contains(loginHeaders, name) {
			return "", fmt.Errorf("header %q with a login: %w", name, ErrNotReading)
		}
	}
	said := req.Method + " " + req.URL.RequestURI()
	if what != "" {
		said += " " + what
	}
	line, ok := strings.CutPrefix(ListedAs("tcp", said+WithLogin), "tcp ")
	if !ok { // an error never holds the query or the body
		return "", fmt.Errorf("%s %s with a login: %w", req.Method, req.URL.EscapedPath(), ErrNotListed)
	}
	return line, nil
}

type ownLinkKey struct{}

// OwnLink marks a request for a page that the device itself pointed to. Any page may be read
// so; one that we think of ourselves has to stand in requests.txt.
func OwnLink(ctx context.Context) context.Context { return context.WithValue(ctx, ownLinkKey{}, true) }

// target names what is asked for: the path with its query as it stands in requests.txt; of a
// link only the path, because a query may hold a secret.
func target(req *http.Request) string {
	if req.Context().Value(ownLinkKey{}) != nil || req.Response != nil { // Response: a redirect led here
		return req.URL.EscapedPath() + " (its own link)"
	}
	if req.Method == http.MethodPost {
		return req.URL.EscapedPath()
	}
	return req.URL.RequestURI()
}

// reads reports whether a request only reads. The body of a question is taken out of the
// request, so that what was looked at is what is sent.
func (t *transport) reads(req *http.Request) (question, error) {
	carries := carries(req)
	printing := req.URL.Port() == strconv.Itoa(IPPPort)
	switch {
	case carries && !t.login:
		return question{}, fmt.Errorf("send a login to %s: %w", req.URL.Path, ErrNotReading)
	case req.Method == http.MethodPost && !carries && req.Body != nil:
		q, err := readQuestion(req)
		if err != nil {
			return question{}, fmt.Errorf("POST %s: %w", req.URL.Path, err)
		}
		if q.login && !t.login {
			return question{}, fmt.Errorf("send a login to %s: %w", req.URL.Path, ErrNotReading)
		}
		if q.body != nil && printing == (q.name == askPrinter) {
			return q, nil
		}
	}
	switch {
	case printing:
		return question{}, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, ErrForbiddenPort)
	case req.Method == http.MethodGet, req.Method == http.MethodHead, req.Method == http.MethodOptions:
		if req.Body != nil && req.Body != http.NoBody {
			return question{}, fmt.Errorf("%s %s with a body: %w", req.Method, req.URL.Path, ErrNotReading)
		}
		return question{}, nil
	case req.Method == http.MethodPost && slices.Contains(readingActions, soapAction(req)):
		return question{}, nil
	case req.Method == http.MethodPost && t.login && soapAction(req) == "": // the sign-in form; its line must be listed
		return readForm(req)
	}
	return question{}, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, ErrNotReading)
}

// soapAction names the action of a SOAP request; "" if there is none. The header must be
// the whole action, so that no other one hides behind it.
func soapAction(req *http.Request) string {
	var value string
	for k, v := range req.Header { // goupnp writes the name in capitals
		if strings.EqualFold(k, "SOAPAction") && len(v) == 1 {
			value = v[0]
		}
	}
	service, action, ok := strings.Cut(strings.Trim(value, `"`), "#")
	if !ok || !strings.HasPrefix(service, "urn:schemas-upnp-org:service:WAN") {
		return ""
	}
	return action
}

func sameHost(host string, a netip.Addr) bool {
	got, err := netip.ParseAddr(host)
	return err == nil && got.Unmap().WithZone("") == a.Unmap().WithZone("")
}

// A cappedBody ends with ErrTooMuch after left bytes.
type cappedBody struct {
	io.ReadCloser
	lane  *lane
	left  int
	began time.Time
}

// Read implements io.Reader.
func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.lane.odd(discovery.OddTooMuch)
		return 0, ErrTooMuch
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil && timedOut(err) && time.Since(b.began) > readTimeout { // whoever asked has a patience of his own
		b.lane.odd(discovery.OddTooSlow)
	}
	return n, err
}

// URL writes the address of a page on a device.
func URL(s discovery.Service, a netip.Addr, path string) string {
	scheme := "http"
	if s.TLS {
		scheme = "https"
	}
	host := net.JoinHostPort(a.WithZone("").String(), strconv.Itoa(int(s.Port)))
	if (s.TLS && s.Port == 443) || (!s.TLS && s.Port == 80) {
		host = strings.TrimSuffix(host, ":"+strconv.Itoa(int(s.Port)))
	}
	return scheme + "://" + host + path
}
