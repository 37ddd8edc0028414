// Package defaultlogin finds devices whose settings page still opens with the factory
// login that their maker documents. Only a recognised product is tried, only with its own
// login, once.
package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Kind is what this check finds.
const Kind checks.Kind = "default-login"

// protocolBasic is the one way to log in that is known so far: RFC 7617.
const protocolBasic = "http-basic"

// Check implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "default-login", Contact: checks.ContactLogin, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool {
	_, ok := c.row(d)
	return ok
}

// row gives the documented login of a recognised device that asks for one.
func (c Check) row(d discovery.Device) (makers.Login, bool) {
	_, web := d.Service("http")
	for _, l := range c.Catalog.LoginsFor(d.Family) {
		if web && l.Protocol == protocolBasic && l.RealmMatch.MatchString(d.Fact(discovery.FactHTTPRealm)) {
			return l, true
		}
	}
	return makers.Login{}, false
}

// Run implements checks.Check. A success is proven twice: the page opens with the login,
// and still asks for one without it.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	l, ok := c.row(t.Device)
	if !ok { // it was found before, and the device no longer shows itself as that product
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear}
	}
	s, url, realm, err := door(ctx, t, l)
	if err != nil {
		return nil, err
	}
	opened, err := t.Login(ctx, func(client *http.Client) (bool, error) {
		got, err := visit(ctx, client, url, &l)
		if err != nil {
			return false, err
		}
		return accepted(got)
	})
	if err != nil {
		return nil, err
	}
	if !opened {
		return nil, nil // it has a password of its own
	}
	again, err := visit(ctx, t.HTTP, url, nil)
	if err != nil {
		return nil, err
	}
	if !asks(again, l.RealmMatch) {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("the page opens without a login too")}
	}
	return []checks.Finding{{
		ID: checks.FindingID(t.Device.ID, Kind, s.Port, l.Protocol), Kind: Kind, Port: s.Port, Severity: checks.Today, Confidence: discovery.Saw,
		Args:     map[string]string{"user": l.User, "url": url},
		Evidence: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: realm}},
	}}, nil
}

// maxDoors is how many web pages of a device are asked which of them wants the login.
const maxDoors = 4

// door finds the page that asks for the login of the product.
func door(ctx context.Context, t checks.Target, l makers.Login) (s discovery.Service, url, realm string, err error) {
	asked := 0
	for _, s := range t.Device.Services {
		if s.Protocol != "http" || asked == maxDoors {
			continue
		}
		asked++
		url := lan.URL(s, t.Device.Addr(), l.Path)
		p, verr := visit(ctx, t.HTTP, url, nil)
		if verr != nil {
			err = verr
			continue
		}
		if asks(p, l.RealmMatch) {
			return s, url, p.realm, nil
		}
	}
	if err == nil {
		err = &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("no page asks for a login")}
	}
	return discovery.Service{}, "", "", err
}

// A page is what matters of an answer.
type page struct {
	status     int
	realm      string
	retryAfter bool
}

func visit(ctx context.Context, client *http.Client, url string, l *makers.Login) (page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return page{}, fmt.Errorf("ask for %q: %w", url, err)
	}
	if l != nil {
		req.SetBasicAuth(l.User, l.Password)
	}
	resp, err := client.Do(req)
	if err != nil {
		return page{}, fmt.Errorf("ask for the settings page: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body) // capped; an endless page ends in an error that does not matter here
	p := page{status: resp.StatusCode, retryAfter: resp.Header.Get("Retry-After") != ""}
	if m := realmPattern.FindStringSubmatch(resp.Header.Get("Www-Authenticate")); m != nil {
		p.realm = discovery.Clean(m[1])
	}
	return p, nil
}

var realmPattern = regexp.MustCompile(`(?i)^basic realm="([^"]{0,300})"`)

// asks reports whether a page asks for the login of that product.
func asks(p page, realm *regexp.Regexp) bool {
	return p.status == http.StatusUnauthorized && realm.MatchString(p.realm)
}

// accepted tells yes, no and "leave me alone" apart.
func accepted(p page) (bool, error) {
	switch {
	case p.status >= 200 && p.status < 300:
		return true, nil
	case p.status == http.StatusTooManyRequests, p.status == http.StatusServiceUnavailable, p.retryAfter:
		return false, &checks.NotChecked{Reason: checks.ReasonTriedToday, Err: fmt.Errorf("status %d", p.status)}
	case p.status == http.StatusUnauthorized:
		return false, nil
	}
	return false, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf("status %d", p.status)}
}
