package openadmin

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/fields"
)

// factStatus is a fact of an answer that its conditions can read, besides those of discovery/fields.
const factStatus discovery.FactKey = "http.status"

// maxPage is how much of an answer is looked at.
const maxPage = 64 << 10

// A verdict is what one answer means.
type verdict uint8

// Verdicts. The zero value says nothing.
const (
	unclear verdict = iota
	shut            // it asks for a password, or nobody is there
	open            // everybody gets in
)

// judge weighs an answer by the conditions of its row.
func judge(p makers.Proof, status int, facts []discovery.Fact) verdict {
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		return shut
	}
	for _, c := range p.Closed {
		if makers.Hold([]makers.Condition{c}, facts) {
			return shut
		}
	}
	if makers.Hold(p.Open, facts) && (status == http.StatusOK || slices.ContainsFunc(p.Open, func(c makers.Condition) bool { return c.Fact == factStatus })) {
		return open
	}
	return unclear
}

// answer makes facts of an answer. The whole body is among them; it is matched, and never kept.
func answer(path string, status int, header http.Header, body []byte) []discovery.Fact {
	body = plain(header, body)
	facts := []discovery.Fact{{Key: factStatus, Value: strconv.Itoa(status)}, {Key: discovery.FactHTTPBody, Value: string(body)}}
	facts = append(facts, fields.Page(header, body, nil)...)
	if more, err := fields.JSON(fields.Under(path), body); err == nil {
		facts = append(facts, more...)
	}
	return facts
}

// plain unpacks a body that a small device packed without being asked.
func plain(header http.Header, body []byte) []byte {
	if header.Get("Content-Encoding") != "gzip" {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(z, maxPage)) //nolint:forbidigo // limited
	if err != nil && len(out) == 0 {
		return nil
	}
	return out
}

// signIn are words in the address of a page for signing in.
var signIn = regexp.MustCompile(`(?i)log[-_]?[io]n|sign[-_]?in|auth|password`)

// redirected weighs an answer that came from another page than the one asked for.
func redirected(to *url.URL) verdict {
	if signIn.MatchString(to.RequestURI()) {
		return shut
	}
	return unclear
}
