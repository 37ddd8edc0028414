// Package doh asks public name servers for the address of a name, by DNS over HTTPS (RFC 8484). It is
// used only if the user switched that on, and tells nothing but the name.
package doh

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"porchlight/discovery/lan"
)

// errOdd means that a server answered otherwise than RFC 8484 says.
var errOdd = errors.New("not an answer to a DNS question")

const (
	timeout    = 5 * time.Second
	maxAnswer  = 4 << 10
	maxHeaders = 16 << 10

	// message is the type of DNS messages (RFC 8484, section 6).
	message = "application/dns-message"
)

// Asker asks by DNS over HTTPS (RFC 8484), so that nobody on the way can change the answer. Their
// certificates are checked against those that the system trusts.
type Asker struct {
	// client is for tests; nil is one of our own.
	client *http.Client
}

// Ask sends a DNS question to the server at url. line is its name in lan's list of requests.
func (a Asker) Ask(ctx context.Context, url string, question []byte, line string) ([]byte, error) {
	if !lan.Listed("https", line) {
		return nil, fmt.Errorf("%q to %s: %w", line, url, lan.ErrNotListed)
	}
	client := a.client
	if client == nil {
		client = own()
		defer client.CloseIdleConnections()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(question))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	req.Header.Set("Content-Type", message)
	req.Header.Set("Accept", message)
	req.Header.Set("User-Agent", "") // it is nobody's business which program asks
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != message {
		return nil, fmt.Errorf("ask %s: status %d: %w", url, resp.StatusCode, errOdd)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1)) //nolint:forbidigo // limited
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", url, err)
	}
	if len(b) > maxAnswer {
		return nil, fmt.Errorf("ask %s: too long: %w", url, errOdd)
	}
	return b, nil
}

// own makes a client that goes nowhere but where it is sent.
func own() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: nil, MaxResponseHeaderBytes: maxHeaders, ForceAttemptHTTP2: true, DisableCompression: true,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
