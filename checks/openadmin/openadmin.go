// Package openadmin finds pages of settings, and hubs, that let everybody in because nobody has
// set a password. Which products, and what proves it, stands in the maker files. It reads what
// they show to strangers, and signs in nowhere.
package openadmin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/lan"
)

// Kinds of what this check finds.
const (
	Kind    checks.Kind = "open-admin"
	KindHub checks.Kind = "hub-open"
)

const (
	// maxDoors is how many web pages of a device are asked, if it is not known which is the product's:
	// a small one has not many connections to spare.
	maxDoors = 2
	// askTimeout is how long one page may take in all.
	askTimeout = 8 * time.Second
	// signsForRed is how many independent signs it takes to say more than "likely".
	signsForRed = 2
)

// Arguments of a finding.
const (
	argRow     = "row" // the row of the maker files, to look again
	argProduct = "product"
	argWhere   = "where" // its password is set
	argURL     = "url"
)

// Check implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "open-admin", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind, KindHub}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool {
	return slices.ContainsFunc(c.rows(d, nil), func(r row) bool { return len(r.doors) > 0 })
}

// A row is one product that a device shows itself as.
type row struct {
	makers.Open
	by    []discovery.Fact // what it shows itself by
	doors []discovery.Service
}

// rows lists what a device is asked: as the products that it shows itself as, and as those that
// were found before.
func (c Check) rows(d discovery.Device, before []checks.Finding) []row {
	var out []row
	for _, o := range c.Catalog.Opens() {
		r := row{Open: o, by: o.ShownBy(d.Facts)}
		for i := range before {
			if before[i].Args[argRow] == o.ID {
				r.doors = append(r.doors, discovery.Service{Port: before[i].Port, TLS: strings.HasPrefix(before[i].Args[argURL], "https:")})
			}
		}
		if len(r.by) > 0 {
			r.doors = append(r.doors, doors(d, o)...)
		}
		if len(r.by) > 0 || len(r.doors) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// doors gives where a product may be asked: at its own port, if it has one there, or at the first
// web pages of the device.
func doors(d discovery.Device, o makers.Open) []discovery.Service {
	var web []discovery.Service
	for _, s := range d.Services {
		switch {
		case s.Transport != "tcp" || s.Port == lan.IPPPort || (s.Protocol != "http" && s.Port != o.Port):
		case s.Port == o.Port:
			return []discovery.Service{{Port: s.Port, TLS: s.TLS || o.TLS}}
		default:
			web = append(web, s)
		}
	}
	if len(web) == 0 && o.Port != 0 {
		return []discovery.Service{{Port: o.Port, TLS: o.TLS}}
	}
	return web[:min(len(web), maxDoors)]
}

// Run implements checks.Check. One product that stays unclear hides nothing about the others.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	var found []checks.Finding
	var locked []string
	var unclear error
	rows := c.rows(t.Device, t.Before)
	for i := range t.Before {
		if id := t.Before[i].Args[argRow]; !slices.ContainsFunc(rows, func(r row) bool { return r.ID == id }) {
			unclear = checks.Unclear(fmt.Errorf("no row %q", id))
		}
	}
	for _, r := range rows {
		f, err := look(ctx, t, r)
		switch {
		case ctx.Err() != nil:
			return nil, err
		case err != nil:
			unclear = err
		case f != nil:
			found = append(found, *f)
		default:
			locked = append(locked, r.ID)
		}
	}
	return t.Partly(found, func(f *checks.Finding) bool { return slices.Contains(locked, f.Args[argRow]) }, unclear)
}

// look asks one product at its doors, until one of them lets everybody in. A door that knows no
// such page does not matter if another one asks for a password.
func look(ctx context.Context, t checks.Target, r row) (*checks.Finding, error) {
	locked := false
	var err error
	var tried []uint16
	for _, s := range r.doors {
		if slices.Contains(tried, s.Port) {
			continue
		}
		tried = append(tried, s.Port)
		v, evidence, aerr := prove(ctx, t, r, s)
		switch {
		case aerr != nil:
			return nil, aerr
		case v == open:
			return finding(t, r, s, evidence), nil
		case v == shut:
			locked = true
		default:
			err = checks.Unclear(fmt.Errorf("the answer at door %d says neither yes nor no", s.Port))
			if slices.ContainsFunc(t.Before, func(f checks.Finding) bool { return f.Args[argRow] == r.ID && f.Port == s.Port }) {
				return nil, err // no other door can tell what became of this one
			}
		}
	}
	if locked {
		err = nil
	}
	return nil, err
}

// prove asks for all pages of a row at one door.
func prove(ctx context.Context, t checks.Target, r row, s discovery.Service) (verdict, []discovery.Fact, error) {
	var evidence []discovery.Fact
	for _, p := range r.Proofs {
		v, facts, err := ask(ctx, t.HTTP, lan.URL(s, t.Device.Addr(), p.Path), p)
		if checks.Closed(err) {
			return shut, nil, nil // nobody is there any more
		}
		if err != nil || v != open {
			return v, nil, err
		}
		evidence = append(evidence, kept(p, facts)...)
	}
	return open, evidence, nil
}

// kept is what of an answer may be kept: its status, and the fields that prove it.
func kept(p makers.Proof, facts []discovery.Fact) []discovery.Fact {
	out := []discovery.Fact{{Key: factStatus, Value: discovery.Clean(facts[0].Value + " " + p.Path)}}
	for _, f := range facts {
		if strings.HasPrefix(string(f.Key), string(discovery.FactJSON)) && slices.ContainsFunc(p.Open, func(c makers.Condition) bool { return c.Fact == f.Key }) {
			out = append(out, f)
		}
	}
	return out
}

// ask asks for one page and weighs the answer. The first of the facts is its status.
func ask(ctx context.Context, client *http.Client, url string, p makers.Proof) (verdict, []discovery.Fact, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return unclear, nil, fmt.Errorf("ask for %s: %w", url, err)
	}
	resp, err := client.Do(req)
	if errors.Is(err, lan.ErrOffDevice) { // somebody else may be there to ask for a password
		return unclear, nil, checks.Unclear(err)
	}
	if err != nil {
		return unclear, nil, fmt.Errorf("ask for %s: %w", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.Request.URL.Path != req.URL.Path {
		return redirected(resp.Request.URL), nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage)) //nolint:forbidigo // limited
	if err != nil {
		return unclear, nil, fmt.Errorf("read %s: %w", url, err)
	}
	facts := answer(p.Path, resp.StatusCode, resp.Header, body)
	return judge(p, resp.StatusCode, facts), facts, nil
}

// finding weighs what was seen. Each page is a sign, and so is what the device showed itself by, if that was
// not read from one of these pages. A row that is not sure proves nothing for sure.
func finding(t checks.Target, r row, s discovery.Service, evidence []discovery.Fact) *checks.Finding {
	var severity checks.Severity
	if err := severity.UnmarshalText([]byte(r.Severity)); err != nil {
		severity = checks.Good // the catalogue refuses others
	}
	signs := len(r.Proofs)
	if i := slices.IndexFunc(r.by, func(f discovery.Fact) bool { return independent(f, r.Proofs) }); i >= 0 {
		signs++
		evidence = append([]discovery.Fact{r.by[i]}, evidence...)
	}
	sure := discovery.Saw
	if signs < signsForRed || !r.Sure {
		severity, sure = min(severity, checks.Week), discovery.Likely
	}
	f := t.Found(checks.Kind(r.Kind), s.Port, severity, sure)
	f.ID = checks.FindingID(t.Device.ID, f.Kind, s.Port, r.ID)
	f.Args = map[string]string{argRow: r.ID, argProduct: r.Product, argWhere: r.Where, argURL: lan.URL(s, t.Device.Addr(), "/")}
	f.Evidence = evidence
	return f
}

// independent reports whether a fact was read elsewhere than from the pages that prove it.
func independent(f discovery.Fact, proofs []makers.Proof) bool {
	return !slices.ContainsFunc(proofs, func(p makers.Proof) bool {
		return strings.HasPrefix(string(f.Key), string(fields.Under(p.Path))+".") || (p.Path == "/" && strings.HasPrefix(string(f.Key), "http."))
	})
}
