// Package questions reads the one page on which a recognised product says more about itself,
// such as its version. Which page that is stands in the maker files.
package questions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/identify"
	"porchlight/discovery/lan"
)

const (
	// maxQuestions is how many pages one device is asked for in a round: a small one has not
	// many connections to spare.
	maxQuestions = 3
	maxPage      = 64 << 10
)

// Prober asks one device.
type Prober struct {
	Home    *lan.Home
	Catalog *makers.Catalog
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "questions" }

// Probe implements discovery.Prober. Nothing is asked of a device that gave no sign of its
// maker itself, or whose model and version are known already.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	return p.ask(ctx, nil, now, report)
}

// Return implements discovery.Returner: it asks for the pages that nobody could ask for before.
func (p Prober) Return(ctx context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	var asked []string
	for _, q := range p.open(before) {
		asked = append(asked, q.Path)
	}
	return p.ask(ctx, asked, now, report)
}

// ask asks for pages, but for those that were asked for.
func (p Prober) ask(ctx context.Context, asked []string, now func() discovery.Device, report func(discovery.Observation)) error {
	for len(asked) < maxQuestions {
		d := now()
		open := p.open(d)
		i := slices.IndexFunc(open, func(q makers.Question) bool { return !slices.Contains(asked, q.Path) })
		if i < 0 {
			return nil
		}
		q := open[i]
		asked = append(asked, q.Path)
		o, err := p.get(ctx, d, q)
		switch {
		case ctx.Err() != nil || errors.Is(err, lan.ErrBudget):
			return nil //nolint:nilerr // what was seen stays
		case errors.Is(err, lan.ErrNotListed):
			return err // a mistake of ours
		case err == nil && len(o.Facts) > 0:
			report(o)
		}
	}
	return nil
}

// open lists the questions that are left for a device.
func (p Prober) open(d discovery.Device) []makers.Question {
	if (d.Model != "" && d.Firmware != "") || !identify.Recognised(d) || !d.Addr().IsValid() {
		return nil
	}
	return slices.DeleteFunc(p.Catalog.QuestionsFor(d.Vendor, d.Kind, d.Facts), func(q makers.Question) bool {
		_, ok := door(d, q)
		return !ok
	})
}

// door finds where a question is asked: at its own port, or at the first web page of the
// device, the unencrypted one if there is one.
func door(d discovery.Device, q makers.Question) (discovery.Service, bool) {
	if q.Port != 0 {
		return discovery.Service{Port: q.Port, TLS: q.TLS}, true
	}
	var found discovery.Service
	for _, s := range d.Services {
		if s.Protocol == "http" && s.Port != lan.IPPPort && (found.Port == 0 || (found.TLS && !s.TLS)) {
			found = s
		}
	}
	return found, found.Port != 0
}

func (p Prober) get(ctx context.Context, d discovery.Device, q makers.Question) (discovery.Observation, error) {
	at, _ := door(d, q)
	u := lan.URL(at, d.Addr(), q.Path)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("ask for %s: %w", u, err)
	}
	resp, err := p.Home.HTTP(d.Addr(), lan.PaceOf(d)).Do(req)
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("ask for %s: %w", u, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != req.URL.Path { // it knows no such page
		return discovery.Observation{}, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage)) //nolint:forbidigo // limited
	if err != nil {
		return discovery.Observation{}, fmt.Errorf("read %s: %w", u, err)
	}
	return observation(d.Addr(), q.Path, resp.Header, body, func(page string) []string { return p.Catalog.Excerpts(discovery.FactHTTPBody, page) }), nil
}

// observation takes the facts out of an answer.
func observation(a netip.Addr, path string, header http.Header, body []byte, excerpts func(string) []string) discovery.Observation {
	facts := fields.Page(header, body, excerpts)
	if more, err := fields.JSON(fields.Under(path), body); err == nil {
		facts = append(facts, more...)
	}
	return discovery.Observation{Source: "questions", At: time.Now().UTC(), Addr: a, Facts: facts[:min(len(facts), discovery.MaxFacts)]}
}
