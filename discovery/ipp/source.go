// Package ipp asks a printer by IPP what it is. It never prints.
package ipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

const (
	// port is the only one that is asked (RFC 8010, section 4), whatever is announced.
	port = lan.IPPPort
	// usualPath is where most printers print (PWG 5100.14, section 4.2).
	usualPath = "ipp/print"
)

// Prober asks one printer.
type Prober struct {
	Home *lan.Home
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "ipp" }

// Probe implements discovery.Prober. It asks once; a printer that refuses, or that says
// nothing of its model, is asked once more, for everything.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	a := d.Addr()
	at, uri, ok := where(d)
	if !ok {
		return nil
	}
	client := p.Home.HTTP(a, lan.PaceOf(d))
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	facts, model, err := ask(ctx, client, at, uri, false)
	if err == nil && !model {
		var more []discovery.Fact
		if more, _, err = ask(ctx, client, at, uri, true); len(more) > 0 {
			facts = more
		}
	}
	if ctx.Err() == nil && errors.Is(err, errOdd) {
		facts = append(facts, discovery.OddFact(discovery.OddNonsense))
	}
	if len(facts) > 0 {
		report(discovery.Observation{Source: "ipp", At: time.Now().UTC(), Addr: a, Facts: facts})
	}
	return nil // a printer may be off, busy or closed to us: no fault
}

// Return implements discovery.Returner: a printer that only now said so is asked.
func (p Prober) Return(ctx context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	if _, _, asked := where(before); asked {
		return nil
	}
	return p.Probe(ctx, now, report)
}

// ask puts one question to a printer. It opens one connection.
func ask(ctx context.Context, client *http.Client, at, uri string, all bool) (facts []discovery.Fact, model bool, err error) {
	id := newID()
	body, err := question(uri, id, all)
	if err != nil {
		return nil, false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return nil, false, fmt.Errorf("ask %q: %w", at, err)
	}
	req.Header.Set("Content-Type", "application/ipp")
	resp, err := client.Do(req)
	if err != nil {
		return nil, false, fmt.Errorf("ask %q: %w", at, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, false, fmt.Errorf("ask %q: status %d", at, resp.StatusCode)
	}
	b, err := io.ReadAll(resp.Body) //nolint:forbidigo // lan caps every body
	if err != nil {
		return nil, false, fmt.Errorf("read %q: %w", at, err)
	}
	return parseAnswer(b, id)
}

// where tells at which address, and about which printer, a device is asked; false if it does
// not announce by mDNS that it prints by IPP at port 631. TLS only if there is nothing else.
func where(d discovery.Device) (at, uri string, ok bool) {
	a := d.Addr()
	announces := func(service string) bool {
		return slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool {
			return f.Key == discovery.FactMDNSService && strings.EqualFold(f.Value, service)
		})
	}
	open := slices.ContainsFunc(d.Services, func(s discovery.Service) bool { return s.Port == port && s.Transport == "tcp" })
	service, scheme, printer := "_ipp._tcp", "http", "ipp"
	if !announces(service) {
		service, scheme, printer = "_ipps._tcp", "https", "ipps"
	}
	if !a.IsValid() || !open || !announces(service) {
		return "", "", false
	}
	path := queue(d.Fact(discovery.FactMDNSTXT + discovery.FactKey(service+".rp")))
	host := net.JoinHostPort(a.WithZone("").String(), strconv.Itoa(port))
	u := url.URL{Scheme: scheme, Host: host, Path: "/" + path}
	asked := url.URL{Scheme: printer, Host: host, Path: "/" + path}
	return u.String(), asked.String(), true
}

// plainPath is a path of usual characters. Queues of print servers have names such as
// "printers/Office_Laser".
var plainPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_.,@+=~ -]{1,63}(?:/[A-Za-z0-9_.,@+=~ -]{1,63}){0,5}$`)
})

// queue reads the path from a printer's TXT record ("rp" of Bonjour Printing 1.2.1, section
// 9.2.1), or gives the usual one if that makes no sense.
func queue(rp string) string {
	rp = strings.Trim(rp, "/")
	for part := range strings.SplitSeq(rp, "/") {
		if part == "." || part == ".." {
			return usualPath
		}
	}
	if !plainPath().MatchString(rp) {
		return usualPath
	}
	return rp
}

// newID makes a random identifier of a question, 1 to 2,147,483,647 (RFC 8011, section 4.1.1).
func newID() uint32 {
	return max(1, lan.QueryID()&0x7fffffff)
}
