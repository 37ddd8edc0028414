package news

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"porchlight/discovery/lan"
)

// What may go wrong with a source besides that it cannot be reached.
var (
	errTooBig  = errors.New("the answer is too big")
	errRefused = errors.New("the source does not answer")
	errHome    = errors.New("the name of the source leads into a home")
)

const (
	timeout    = 20 * time.Second // for one request, with its answer
	maxAnswer  = 1 << 20          // where a source needs no more
	maxHeaders = 16 << 10
	maxTag     = 256
	// maxRatio is how much bigger an answer may get by unpacking. The catalogue of holes gets 9 times as big.
	maxRatio = 100
)

// A Client asks sources on the internet. Each certificate has to be one that the system trusts. The proxy of
// the system is used.
type Client struct {
	Version string // of the program, which says its name and nothing else
	// Dial and Roots are for tests, whose servers are on loopback and have a certificate of their own. nil for outside
	// of the home, and for those that the system trusts.
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Roots *x509.CertPool
}

// A tag is how a source calls one answer, so that the same one is not sent again.
type tag struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"` // Last-Modified, as it was said
}

// get asks once. same means that the answer still is the one with tag t.
func (c *Client) get(ctx context.Context, host string, r Request, t tag) (body []byte, next tag, same bool, err error) {
	path, _, _ := strings.Cut(r.Path, "?")
	if !r.Typed && !lan.Listed("https", "GET "+host+" "+r.Path) {
		return nil, t, false, fmt.Errorf("%s of %s: %w", path, host, lan.ErrNotListed)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+r.Path, http.NoBody)
	if err != nil {
		return nil, t, false, fmt.Errorf("ask %s: %w", host, err)
	}
	req.Header.Set("User-Agent", "Porchlight/"+c.Version)
	req.Header.Set("Accept-Encoding", "gzip")
	if t.ETag != "" {
		req.Header.Set("If-None-Match", t.ETag)
	}
	if t.Modified != "" {
		req.Header.Set("If-Modified-Since", t.Modified)
	}
	client := c.client(host)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return nil, t, false, fmt.Errorf("ask %s: %w", host, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusNotModified && t != tag{}:
		return nil, t, true, nil
	case resp.StatusCode != http.StatusOK:
		return nil, t, false, fmt.Errorf("ask %s: status %d: %w", host, resp.StatusCode, errRefused)
	}
	limit := r.Limit
	if limit == 0 {
		limit = maxAnswer
	}
	if body, err = read(resp, limit); err != nil {
		return nil, t, false, fmt.Errorf("read the answer of %s: %w", host, err)
	}
	return body, tag{short(resp.Header.Get("ETag")), short(resp.Header.Get("Last-Modified"))}, false, nil
}

// short leaves out a tag that is longer than any honest one.
func short(s string) string {
	if len(s) > maxTag {
		return ""
	}
	return s
}

// read unpacks a body up to limit.
func read(resp *http.Response, limit int) ([]byte, error) {
	packed := &counter{r: io.LimitReader(resp.Body, int64(limit)+1)}
	var plain io.Reader = packed
	zipped := strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip")
	if zipped {
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, odd("packed answer", err)
		}
		plain = z
	}
	var out []byte
	piece := make([]byte, 32<<10)
	for {
		n, err := plain.Read(piece)
		out = append(out, piece[:n]...)
		if len(out) > limit || zipped && len(out) > maxRatio*(packed.n+1) {
			return nil, errTooBig
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// A counter counts what is read.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// maxRedirects is how often a source may lead to another page of its own.
const maxRedirects = 3

// client makes one that goes to host, or to the proxy of the system, and nowhere else.
func (c *Client) client(host string) *http.Client {
	var proxies sync.Map // addresses
	dial := c.Dial
	if dial == nil {
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if _, ok := proxies.Load(address); ok {
				return connect(ctx, network, address, nil)
			}
			return connect(ctx, network, address, outsideOnly) // asked after the name was looked up
		}
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) {
				u, err := http.ProxyFromEnvironment(r)
				if u != nil {
					proxies.Store(address(u), true)
				}
				return u, err
			},
			DialContext: dial, MaxResponseHeaderBytes: maxHeaders, ForceAttemptHTTP2: true, DisableCompression: true, DisableKeepAlives: true,
			TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Scheme != "https" || !strings.EqualFold(r.URL.Host, host) || len(via) > maxRedirects {
				return http.ErrUseLastResponse // its status says that it is no answer
			}
			return nil
		},
	}
}

// connect goes to the internet; refuse is asked about each address that a name has.
//
//nolint:forbidigo // the other way than all else: discovery/lan refuses what is not in the home, and this what is
func connect(ctx context.Context, network, address string, refuse func(network, address string, c syscall.RawConn) error) (net.Conn, error) {
	return (&net.Dialer{Timeout: timeout, Control: refuse}).DialContext(ctx, network, address)
}

// address is where a proxy is dialled.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// outsideOnly refuses to connect to an address that may be somebody's home, or this computer: a source must not be
// led there.
func outsideOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr().Unmap()) {
		return fmt.Errorf("%s: %w", address, errHome)
	}
	return nil
}

// notPublic are the addresses besides the private ones that no source has (RFC 6890), and those that carry an IPv4
// address inside.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	if nat64 := netip.MustParsePrefix("64:ff9b::/96"); nat64.Contains(a) { // RFC 6052: the IPv4 address is at the end
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return !a.Is6() || netip.MustParsePrefix("2000::/3").Contains(a)
}
