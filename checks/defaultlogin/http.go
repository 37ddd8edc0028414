package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/lan"
)

// ask sends one request and reads what matters of the answer. An error never names the
// address: its query may hold what was typed.
func ask(client *http.Client, req *http.Request) (page, error) {
	resp, err := client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return page{}, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxPage)) //nolint:forbidigo // limited; half a page tells enough
	p := readPage(resp.StatusCode, resp.Header, body)
	p.at = resp.Request.URL
	return p, nil
}

// found keeps a page that asks for the login. Where it was led on to another door of the
// device, such as from HTTP to HTTPS, the login goes there.
func (d *door) found(p page, says discovery.Fact) error {
	port := p.at.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[p.at.Scheme]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return errNotAsked
	}
	secure := p.at.Scheme == "https"
	// A redirect may lead to the encrypted page of the same product, and nowhere else.
	if same := uint16(n) == d.s.Port && secure == d.s.TLS; !same && (!secure || d.s.TLS || d.l.Port != 0) {
		return errNotAsked
	}
	d.page, d.says, d.s.Port, d.s.TLS = p, says, uint16(n), secure
	return nil
}

// get reads a page without a login.
func get(ctx context.Context, client *http.Client, url string) (page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return page{}, fmt.Errorf("ask for %s: %w", url, err)
	}
	return ask(client, req)
}

// challenged looks whether a page asks for the login of the product by HTTP Basic or Digest. What
// asks there has to be the product itself: by its realm, or by all signs of the row at that very door.
func challenged(ctx context.Context, w checks.Way, d *door) error {
	p, err := get(ctx, w.HTTP, d.url(d.l.Path))
	if err != nil {
		return err
	}
	realm, ok := p.challenge(schemes[d.l.Protocol])
	if p.status != http.StatusUnauthorized || !ok || !d.l.RealmMatch.Fits(realm) {
		return errNotAsked
	}
	if d.l.Realm == "" {
		if err := d.proves(ctx, w, p); err != nil {
			return err
		}
	}
	return d.found(p, discovery.Fact{Key: discovery.FactHTTPRealm, Value: discovery.Clean(realm)})
}

// proves looks whether a door shows the signs of a row itself, on the page that asks and, if that
// is not enough, on the first one.
func (d *door) proves(ctx context.Context, w checks.Way, asks page) error {
	facts := asks.facts
	if makers.Hold(d.l.With, facts) {
		return nil
	}
	client := *w.HTTP
	stays := client.CheckRedirect
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		facts = append(facts, fields.Page(req.Response.Header, nil, nil)...) // the way it sends people is a sign too
		if stays == nil {
			return nil
		}
		return stays(req, via)
	}
	first, err := get(ctx, &client, d.url("/"))
	if err != nil {
		return err
	}
	if first.at.Host != asks.at.Host || !makers.Hold(d.l.With, append(facts, first.facts...)) {
		return errNotAsked
	}
	return nil
}

// schemes are how the challenges of HTTP begin, by the protocol of a row.
var schemes = map[string]string{makers.HTTPBasic: "Basic", makers.HTTPDigest: "Digest"}

// tryBasic opens a page with the login (RFC 7617).
func tryBasic(ctx context.Context, w checks.Way, d *door) (bool, error) {
	if len(d.page.cookies) > 0 { // it wants its cookie back with the login
		if _, err := get(ctx, w.HTTP, d.url(d.l.Path)); err != nil {
			return false, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url(d.l.Path), nil)
	if err != nil {
		return false, fmt.Errorf("ask for the settings page: %w", err)
	}
	req.SetBasicAuth(d.l.User, d.l.Password)
	return send(ctx, w.HTTP, req, d)
}

// send sends the request with the login, tells yes, no and "leave me alone" apart, and signs out.
func send(ctx context.Context, client *http.Client, req *http.Request, d *door) (bool, error) {
	p, err := ask(client, req)
	if err != nil {
		return false, broken(err)
	}
	accepted, err := judge(d.l, d.page, p)
	if accepted && d.l.Logout.Path != "" {
		signOut(ctx, client, req.Header, p, d)
	}
	return accepted, err
}

// signOut ends the session that a login opened. If that goes wrong the device ends it itself,
// after some minutes.
func signOut(ctx context.Context, client *http.Client, header http.Header, answer page, d *door) {
	values := d.values()
	for _, a := range d.l.Success {
		answer.groups("answer.", a.BodyMatch, values)
	}
	path, err := makers.Fill(d.l.Logout.Path, values)
	body, berr := makers.Fill(d.l.Logout.Body, values)
	if err != nil || berr != nil {
		return // the answer had no such group
	}
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(lan.CarryLogin(ctx), method, d.url(path), strings.NewReader(body))
	if err != nil {
		return
	}
	req.Header = header.Clone()
	if body == "" {
		req.Body = nil
		req.Header.Del("Content-Type")
	}
	_, _ = ask(client, req)
}

// values are those of the placeholders of the row.
func (d *door) values() makers.Values {
	v := makers.Values{"user": d.l.User, "password": d.l.Password, "origin": strings.TrimSuffix(d.url("/"), "/")}
	d.page.groups("page.", d.l.Page.Match, v)
	for _, c := range d.page.cookies {
		name, value, _ := strings.Cut(c, "=")
		v["cookie."+strings.ToLower(name)] = value
	}
	return v
}

// broken tells a connection that was broken off after a login from other trouble: the device
// wants to be left alone.
func broken(err error) error {
	if checks.HungUp(err) || errors.Is(err, io.ErrUnexpectedEOF) {
		return later("it hung up: %w", err)
	}
	return err
}

// titleOf gives what a page calls itself, as evidence; else its server, or the realm that it asks for.
func titleOf(p page) discovery.Fact {
	if title := discovery.Clean(strings.TrimSpace(fields.Title([]byte(p.body)))); title != "" {
		return discovery.Fact{Key: discovery.FactHTTPTitle, Value: title}
	}
	if p.server != "" {
		return discovery.Fact{Key: discovery.FactHTTPServer, Value: discovery.Clean(p.server)}
	}
	return discovery.Fact{Key: discovery.FactHTTPRealm, Value: discovery.Clean(p.anyRealm())}
}

// shows looks whether the sign-in page of the product shows.
func shows(ctx context.Context, w checks.Way, d *door) error {
	p, err := get(ctx, w.HTTP, d.url(pagePath(d.l)))
	if err != nil {
		return err
	}
	if !p.is(d.l) {
		return errNotAsked
	}
	return d.found(p, titleOf(p))
}

// pagePath is where the sign-in page stands.
func pagePath(l makers.Login) string {
	if l.Page.Path == "" {
		return "/"
	}
	return l.Page.Path
}
