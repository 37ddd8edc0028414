package elsewhere

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"

	"porchlight/checks"
	"porchlight/ui/report"
)

const (
	// maxHeaders and maxAnswer are how much of an answer is read; only its status counts.
	maxHeaders = 16 << 10
	maxAnswer  = 4 << 10
)

// post sends the latest round to the webhook, in the schema of assets/schema/scan.v1.json.
func (l *Teller) post(ctx context.Context, t Target, f *report.Facts) error {
	u, err := t.url()
	if err != nil {
		return err
	}
	body, err := roundOf(f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return ErrAddress
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Porchlight/"+l.Version)
	client := http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dial(ctx, network, address, u.Scheme == "https")
			},
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: l.Roots},
			TLSHandshakeTimeout: knock, ForceAttemptHTTP2: true, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeaders,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the user named this place, and no other
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("post: %w", unwrap(err))
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return ErrRefused
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return fmt.Errorf("status %d: %w", resp.StatusCode, ErrOdd)
	}
	return nil
}

// unwrap takes the address out of an error of the HTTP client: it is a secret.
func unwrap(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// roundOf writes the latest round, without anything about passwords but that there is something to do.
func roundOf(f *report.Facts) ([]byte, error) {
	g := *f
	g.MACs = false
	g.Snapshot.Findings = withoutLogins(f.Snapshot.Findings)
	out, err := report.Round(g)
	if err != nil {
		return nil, err
	}
	for i := range out.Devices {
		out.Devices[i].PasswordOn = ""
	}
	return json.Marshal(out)
}

// secretArgs are the arguments of findings that tell of a login which name and which password it is.
var secretArgs = []string{"user", "login", "password", "community"}

func withoutLogins(findings []checks.Finding) []checks.Finding {
	findings = slices.Clone(findings)
	for i := range findings {
		f := &findings[i]
		f.Args = maps.Clone(f.Args)
		for _, name := range secretArgs {
			delete(f.Args, name)
		}
		f.Evidence = nil
	}
	return findings
}
