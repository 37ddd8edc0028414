// Package resolver finds routers whose name server sends people elsewhere than the rest of the world does, to
// sign in. It compares what it says with two public name servers, which leaves the home: it
// does so only if the user switched it on.
package resolver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "dns-changed"

// names are where people sign in. The routers that were turned in 2026 lied about the first two and
// nothing else, so one name is not enough. All of them take a detour by another name of
// their owner, which tells them apart from an address that was put in their place.
var names = []string{
	"outlook.live.com", "outlook.office365.com", "login.microsoftonline.com", "appleid.apple.com", "www.paypal.com", "login.yahoo.com",
}

// invented cannot exist: nobody may have a name below example.com (RFC 6761, section 6.5). Some name
// servers lead even that somewhere.
const invented = "no-such-name-7f3a.example.com"

// The two that are asked besides: far from the home, run by different people, and reached by their
// address, so that no name server is needed to find them.
const (
	first  = "https://1.1.1.1/dns-query" // Cloudflare
	second = "https://9.9.9.9/dns-query" // Quad9
)

// An Outside asks a public name server by DNS over HTTPS; line is its name in lan's list of requests.
type Outside func(ctx context.Context, url string, question []byte, line string) ([]byte, error)

// Check implements checks.Check.
type Check struct {
	Outside Outside // nil: the user has not switched it on, and nothing leaves the home
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "resolver", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool {
	return c.Outside != nil && d.Fact(discovery.FactGateway) != ""
}

// Run implements checks.Check. One name that leads elsewhere is one sign; two that lead to the same
// place, or one that leads where a name leads that does not exist, are two.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	if c.Outside == nil {
		return nil, &checks.NotChecked{Reason: checks.ReasonSwitchedOff}
	}
	router, err := c.ask(ctx, t, "", append(slices.Clip(names), invented))
	if err != nil {
		return nil, err
	}
	a, err := c.ask(ctx, t, first, names)
	if err != nil {
		return nil, err
	}
	b, err := c.ask(ctx, t, second, names)
	if err != nil {
		return nil, err
	}
	got := compare(names, invented, router, a, b)
	if got.compared == 0 || len(got.strange) == got.compared && got.together && len(global(router[invented].addrs)) > 0 {
		// Nothing to compare; or every name leads to one place, as before one has signed in to a Wi-Fi.
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("the name server answers nothing that can be compared")}
	}
	if len(got.strange) == 0 {
		return nil, nil
	}
	f := checks.Finding{
		ID: checks.FindingID(t.Device.ID, Kind, 0, ""), Kind: Kind, Severity: checks.Week, Confidence: discovery.Likely,
		Args: map[string]string{"names": strings.Join(got.strange, ", ")},
	}
	if got.together {
		f.Severity, f.Confidence = checks.Today, discovery.Saw
	}
	for i, name := range got.strange {
		f.Evidence = append(f.Evidence, discovery.Fact{Key: "dns.answer", Value: name + " " + got.where[i].String()})
	}
	return []checks.Finding{f}, nil
}

// ask asks one name server about names; url "" is that of the router. One that says nothing about one of
// them cannot be compared.
func (c Check) ask(ctx context.Context, t checks.Target, url string, names []string) (map[string]answer, error) {
	out := map[string]answer{}
	for _, name := range names {
		line := "dns A " + name
		var b []byte
		var err error
		if url == "" {
			b, err = t.Resolver(ctx, question(name), line)
		} else {
			b, err = c.Outside(ctx, url, question(name), line)
			t.NoteOutside(url, line, len(question(name)), len(b))
		}
		if err != nil {
			return nil, fmt.Errorf("ask for %s: %w", name, err)
		}
		if out[name], err = parseAnswer(b, name); err != nil {
			return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf("ask for %s: %w", name, err)}
		}
	}
	return out, nil
}
