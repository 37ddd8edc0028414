package defaultlogin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery/lan"
)

// tryForm sends a sign-in page as the product wants it, and signs out again.
func tryForm(ctx context.Context, w checks.Way, d *door) (bool, error) {
	groups := makers.Values{}
	d.page.groups("page.", d.l.Page.Match, groups)
	if len(groups) > 0 || len(d.page.cookies) > 0 { // they belong to one session
		p, err := get(ctx, w.HTTP, d.url(pagePath(d.l)))
		if err != nil {
			return false, err
		}
		if !p.is(d.l) {
			return false, errNotAsked
		}
		d.page = p
	}
	req, err := formRequest(ctx, d)
	if err != nil {
		return false, err
	}
	return send(ctx, w.HTTP, req, d)
}

// formRequest fills in what a row sends.
func formRequest(ctx context.Context, d *door) (*http.Request, error) {
	f, values := d.l.Form, d.values()
	var errs []error
	fill := func(t string) string {
		s, err := makers.Fill(t, values)
		errs = append(errs, err)
		return s
	}
	method, body := cmp.Or(f.Method, http.MethodPost), fill(f.Body)
	req, err := http.NewRequestWithContext(lan.CarryLogin(ctx), method, d.url(fill(d.l.Path)), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("fill in the form of %s: no address", d.l.ID) // its words would hold what is typed
	}
	if method == http.MethodGet {
		req.Body = nil
	} else {
		req.Header.Set("Content-Type", cmp.Or(f.Type, "application/x-www-form-urlencoded"))
	}
	for name, value := range f.Headers {
		req.Header.Set(name, fill(value))
	}
	if f.Cookie != "" {
		req.Header.Set("Cookie", fill(f.Cookie))
	}
	return req, errors.Join(errs...)
}
