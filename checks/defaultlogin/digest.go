package defaultlogin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/icholy/digest"

	"porchlight/checks"
)

// tryDigest opens a page with the login (RFC 7616). The challenge is asked for anew: it may
// belong to one session.
func tryDigest(ctx context.Context, w checks.Way, d *door) (bool, error) {
	p, err := get(ctx, w.HTTP, d.url(d.l.Path))
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url(d.l.Path), nil)
	if err != nil {
		return false, fmt.Errorf("ask for the settings page: %w", err)
	}
	said, err := answerDigest(p.challenges, http.MethodGet, req.URL.RequestURI(), d)
	if err != nil {
		return false, err
	}
	req.Header.Set("Authorization", said)
	return send(ctx, w.HTTP, req, d)
}

// answerDigest answers the Digest challenge among those of a device, once.
func answerDigest(challenges []string, method, uri string, d *door) (string, error) {
	challenge, err := digest.FindChallenge(http.Header{"Www-Authenticate": challenges})
	if err != nil || !d.l.RealmMatch.Fits(challenge.Realm) {
		return "", errNotAsked
	}
	said, err := digest.Digest(challenge, digest.Options{Method: method, URI: uri, Username: d.l.User, Password: d.l.Password, Count: 1})
	if err != nil {
		return "", unclear("answer the challenge: %w", err)
	}
	return said.String(), nil
}
