// Package names asks what a device is called: the device itself by mDNS and by LLMNR, and the
// name server of the router, which knows what each device called itself when it came.
package names

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// portMDNS is where devices answer questions about themselves (RFC 6762, section 3).
const portMDNS = 5353

// groupLLMNR is where computers hear questions (RFC 4795, section 2); llmnrWait is for their
// answer, which is due within 100 ms (section 7).
var groupLLMNR = netip.MustParseAddrPort("224.0.0.252:5355")

const llmnrWait = 500 * time.Millisecond

// Prober asks one device, and the router about it.
type Prober struct {
	Home *lan.Home
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "names" }

// Probe implements discovery.Prober. A device that has told its name itself is not asked again;
// the router is asked about every device, once.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	a := d.Addr()
	if !a.Is4() || a == p.Home.Network.Addr {
		return nil
	}
	for _, ask := range []func(context.Context, discovery.Device) ([]discovery.Fact, error){p.mdns, p.llmnr, p.router} {
		facts, err := ask(ctx, now())
		switch {
		case errors.Is(err, lan.ErrNoAnswer), errors.Is(err, lan.ErrBudget):
		case ctx.Err() != nil:
			return nil //nolint:nilerr // what was heard stays
		case err != nil:
			return fmt.Errorf("names: %w", err)
		case len(facts) > 0:
			report(discovery.Observation{Source: "names", At: time.Now().UTC(), Addr: a, Facts: facts})
		}
	}
	return nil
}

// mdns asks the device for its host name. A question from any other port than that of mDNS is
// answered to whoever asked (RFC 6762, section 6.7).
func (p Prober) mdns(ctx context.Context, d discovery.Device) ([]discovery.Fact, error) {
	if d.Fact(discovery.FactMDNSHost) != "" {
		return nil, nil
	}
	id := uint16(lan.QueryID() & 0xffff)
	b, err := p.Home.Exchange(ctx, netip.AddrPortFrom(d.Addr(), portMDNS), question(id, d.Addr(), false), "mdns reverse PTR "+reverse(d.Addr()))
	if err != nil {
		return nil, err
	}
	name, err := parseAnswer(b, id, d.Addr())
	if err != nil {
		return []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}, nil //nolint:nilerr // what was wrong is said as a fact
	}
	return fact(discovery.FactMDNSHost, mdnsHost(name)), nil
}

// llmnr asks for the name of a computer that has told none yet. The question goes to everybody,
// since no other is heard (RFC 4795, section 2.4); only the answer of that computer counts.
func (p Prober) llmnr(ctx context.Context, d discovery.Device) ([]discovery.Fact, error) {
	if !computer(d) || len(told(d)) > 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, llmnrWait)
	defer cancel()
	id := uint16(lan.QueryID() & 0xffff)
	q := lan.Question{To: groupLLMNR, Payload: question(id, d.Addr(), false), Line: "llmnr PTR " + reverse(d.Addr())}
	var facts []discovery.Fact
	err := p.Home.Ask(ctx, q, func(from netip.AddrPort, b []byte) {
		if from.Addr() != d.Addr() {
			return
		}
		name, err := parseAnswer(b, id, d.Addr())
		facts = fact(factLLMNR, short(name, d.Addr()))
		if err != nil {
			facts = []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}
		}
		cancel()
	})
	return facts, err
}

// router asks the router's name server. What the device has told itself is no news, and would
// count twice.
func (p Prober) router(ctx context.Context, d discovery.Device) ([]discovery.Fact, error) {
	if !p.Home.Allowed(p.Home.Network.Gateway) { // there is none, or it is to be left alone
		return nil, nil
	}
	id := uint16(lan.QueryID() & 0xffff)
	b, err := p.Home.AskResolver(ctx, question(id, d.Addr(), true), "dns PTR "+reverse(d.Addr()))
	if err != nil {
		return nil, err
	}
	name, err := parseAnswer(b, id, d.Addr())
	if err != nil {
		return nil, nil //nolint:nilerr // a fault of the router, which says nothing about the device
	}
	name = short(name, d.Addr())
	if slices.ContainsFunc(told(d), func(s string) bool { return strings.EqualFold(s, name) }) {
		return nil, nil
	}
	return fact(factDNS, name), nil
}

// told lists the names that a device has told itself, without their domain.
func told(d discovery.Device) []string {
	var out []string
	for _, f := range d.Facts {
		switch f.Key {
		case discovery.FactMDNSHost, factLLMNR, factNetBIOS:
			name, _, _ := strings.Cut(f.Value, ".")
			out = append(out, name)
		}
	}
	return out
}

// computer reports whether a device is a computer, or may be one: nobody has recognised it, and
// it shares files, speaks a language of Windows, or shows no door at all, as Windows does behind its
// firewall. Nothing small is bothered by that question: only computers listen to its group.
func computer(d discovery.Device) bool {
	if d.Kind != discovery.KindUnknown {
		return d.Kind == discovery.KindComputer
	}
	return len(d.Services) == 0 || d.Fact(discovery.FactWSDEndpoint) != "" || slices.ContainsFunc(d.Services, func(s discovery.Service) bool {
		return s.Protocol == "smb" || s.Protocol == "netbios"
	})
}

func fact(key discovery.FactKey, value string) []discovery.Fact {
	if value == "" {
		return nil
	}
	return []discovery.Fact{{Key: key, Value: value}}
}
