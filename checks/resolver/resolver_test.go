package resolver

import (
	"context"
	"errors"
	"maps"
	"os"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// A server says of each name what a simulated name server would; what it does not know does not exist.
type server map[string]said

type said struct {
	aliases, addrs []string
	refused        bool
}

// world is what everybody says, by where they are.
func world(place string) server {
	return server{
		"outlook.live.com":          {aliases: []string{"olc-g2.tm-4.office.com"}, addrs: []string{place + ".1.1"}},
		"outlook.office365.com":     {aliases: []string{"outlook." + "place" + ".office365.com", "ooc-g2.tm-4.office.com"}, addrs: []string{place + ".1.2"}},
		"login.microsoftonline.com": {aliases: []string{"login.mso.msidentity.com"}, addrs: []string{place + ".1.3"}},
		"appleid.apple.com":         {aliases: []string{"appleid-world.apple.com.akadns.net"}, addrs: []string{place + ".2.1"}},
		"www.paypal.com":            {aliases: []string{"www.glb.paypal.com"}, addrs: []string{place + ".3.1"}},
		"login.yahoo.com":           {aliases: []string{"ds-ats.member.g02.yahoodns.net"}, addrs: []string{place + ".4.1"}},
	}
}

// with changes what a server says.
func (s server) with(changes server) server {
	out := maps.Clone(s)
	maps.Copy(out, changes)
	return out
}

// each changes what a server says about every name.
func (s server) each(change func(said) said) server {
	out := server{}
	for name, what := range s {
		out[name] = change(what)
	}
	return out
}

func (s server) answer(t *testing.T, name string) []byte {
	t.Helper()
	what, ok := s[name]
	switch {
	case what.refused:
		return reply(t, name, dnsmessage.RCodeServerFailure, nil)
	case !ok:
		return reply(t, name, dnsmessage.RCodeNameError, nil)
	}
	return reply(t, name, dnsmessage.RCodeSuccess, what.aliases, what.addrs...)
}

// run looks at a home whose router answers as router does.
func run(t *testing.T, router server) ([]checks.Finding, error) {
	t.Helper()
	target := checks.Target{Device: discovery.Device{ID: "d-router"}}
	asked := 0
	target.Resolver = func(_ context.Context, payload []byte, line string) ([]byte, error) {
		if !lan.Listed("udp", line) {
			t.Errorf("%q is not listed", line)
		}
		if router == nil {
			return nil, lan.ErrNoAnswer
		}
		return router.answer(t, asks(t, payload)), nil
	}
	noted := 0
	target.NoteOutside = func(string, string, int, int) { noted++ }
	c := Check{Outside: func(_ context.Context, url string, q []byte, line string) ([]byte, error) {
		asked++
		if !lan.Listed("https", line) {
			t.Errorf("%q is not listed", line)
		}
		return map[string]server{first: world("198.51"), second: world("192.0")}[url].answer(t, asks(t, q)), nil
	}}
	found, err := c.Run(t.Context(), target)
	if noted != asked {
		t.Errorf("%d questions left the home, %d are in the ledger", asked, noted)
	}
	return found, err
}

func asks(t *testing.T, b []byte) string {
	t.Helper()
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil {
		t.Fatal(err)
	}
	name := m.Questions[0].Name.String()
	return name[:len(name)-1]
}

func TestOnlyALieAboutWherePeopleSignInIsFound(t *testing.T) {
	proxy, elsewhere := said{addrs: []string{"203.0.113.66"}}, said{addrs: []string{"100.200.3.4"}}
	for _, tt := range []struct {
		name    string
		router  server
		want    checks.Severity // Inform: nothing
		names   string
		unknown bool
	}{
		{name: "the same", router: world("198.51")},
		{name: "from another place", router: world("203.0")},
		{name: "of 2026: two names, one place", router: world("203.0").with(server{"outlook.live.com": proxy, "outlook.office365.com": proxy}), want: checks.Today, names: "outlook.live.com, outlook.office365.com"},
		{name: "one name", router: world("198.51").with(server{"www.paypal.com": proxy}), want: checks.Week, names: "www.paypal.com"},
		{name: "two names, two places", router: world("198.51").with(server{"www.paypal.com": proxy, "login.yahoo.com": elsewhere}), want: checks.Week, names: "www.paypal.com, login.yahoo.com"},
		{name: "one name, and one that does not exist", router: world("198.51").with(server{"www.paypal.com": proxy, invented: proxy}), want: checks.Today, names: "www.paypal.com"},
		{name: "adverts for names that do not exist", router: world("203.0").with(server{invented: proxy})},
		{name: "another alias, of somebody else", router: world("198.51").with(server{"www.paypal.com": {aliases: []string{"www.example.net"}, addrs: []string{"203.0.113.66"}}}), want: checks.Week, names: "www.paypal.com"},
		{name: "blocked by zeros", router: world("203.0").with(server{"www.paypal.com": {addrs: []string{"0.0.0.0"}}})},
		{name: "blocked, at home", router: world("203.0").with(server{"www.paypal.com": {addrs: []string{"192.168.1.2"}}})},
		{name: "blocked: does not exist", router: func() server {
			s := world("203.0")
			delete(s, "www.paypal.com")
			return s
		}()},
		{name: "leaves out aliases", router: world("198.51").each(func(s said) said { return said{addrs: s.addrs} }).with(server{"login.yahoo.com": {addrs: []string{"203.0.113.9"}}})},
		{name: "before one has signed in to the Wi-Fi", router: world("203.0").each(func(said) said { return proxy }).with(server{invented: proxy}), unknown: true},
		{name: "the same at an address of its own", router: world("203.0").each(func(said) said { return said{addrs: []string{"192.168.1.1"}} }), unknown: true},
		{name: "knows nothing", router: server{}, unknown: true},
		{name: "refuses", router: world("203.0").with(server{"login.yahoo.com": {refused: true}}), unknown: true},
		{name: "silent", unknown: true},
	} {
		got, err := run(t, tt.router)
		if (err != nil) != tt.unknown || (len(got) == 1) != (tt.want != checks.Inform) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
			continue
		}
		if len(got) == 1 && (got[0].Severity != tt.want || got[0].Args["names"] != tt.names || (got[0].Severity == checks.Today) != (got[0].Confidence == discovery.Saw)) {
			t.Errorf("%s: got %+v", tt.name, got[0])
		}
	}
}

func TestNothingLeavesTheHomeUnlessSwitchedOn(t *testing.T) {
	router := discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}}
	if (Check{}).Applies(router) {
		t.Error("it applies although nobody switched it on")
	}
	// A finding from before makes it run all the same: a Resolver that is nil would panic.
	_, err := Check{}.Run(t.Context(), checks.Target{Before: []checks.Finding{{Kind: Kind}}})
	if nc, ok := errors.AsType[*checks.NotChecked](err); !ok || nc.Reason != checks.ReasonSwitchedOff {
		t.Errorf("got %v", err)
	}
	on := Check{Outside: func(context.Context, string, []byte, string) ([]byte, error) { return nil, os.ErrDeadlineExceeded }}
	if !on.Applies(router) || on.Applies(discovery.Device{Kind: discovery.KindRouter}) {
		t.Error("it is about the router of this home and about no other")
	}
	target := checks.Target{Device: router, NoteOutside: func(string, string, int, int) {}}
	target.Resolver = func(_ context.Context, payload []byte, _ string) ([]byte, error) {
		return world("203.0").answer(t, asks(t, payload)), nil
	}
	if found, err := on.Run(t.Context(), target); err == nil {
		t.Errorf("nobody outside answers: got %+v", found)
	}
}
