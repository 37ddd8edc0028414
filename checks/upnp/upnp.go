// Package upnp finds routers in which programs may open doors from the internet by themselves: by
// UPnP (InternetGatewayDevice), NAT-PMP (RFC 6886) or PCP (RFC 6887). It opens none.
package upnp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/ssdp"
)

// Kind is what this check finds.
const Kind checks.Kind = "upnp-on"

// factMapping is the version of NAT-PMP or PCP that the router speaks.
const factMapping discovery.FactKey = "pcp.version"

// port is that of NAT-PMP and PCP (RFC 6886, section 3.1; RFC 6887, section 19.1).
const port = 5351

// askNATPMP asks for the router's address on the internet: version 0, opcode 0 (RFC 6886, section 3.2).
const askNATPMP = "\x00\x00"

// askPCP is ANNOUNCE, which opens nothing (RFC 6887, section 14.1): version 2, opcode 0, lifetime
// 0. The address of whoever asks is left out, so the router may say that it does not fit: an answer too.
var askPCP = "\x02\x00" + strings.Repeat("\x00", bytesPCP-2)

// maxDescription is how much of a description is read.
const maxDescription = 256 << 10

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "upnp", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	return ssdp.Gateway(&d) || d.Fact(discovery.FactGateway) != ""
}

// Run implements checks.Check. A router that has never answered to any of the three is none that
// this is about: most say nothing where there is nothing.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	at, upnp, unsure := gateway(ctx, t)
	mapping, err := ask(ctx, t)
	switch {
	case upnp || mapping.on():
		return []checks.Finding{finding(t, at, upnp, mapping)}, nil
	case unsure != nil:
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: unsure}
	case err == nil, checks.Closed(err):
		return nil, nil
	case len(t.Before) == 0 && errors.Is(err, lan.ErrNoAnswer):
		return nil, checks.ErrNotApplicable
	case len(t.Before) > 0 && before(t, factMapping) == "": // before it was UPnP alone, and that is off
		return nil, nil
	}
	return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: err}
}

// ask asks by NAT-PMP, and by PCP where only that is spoken. A PCP server answers to the old question
// that it does not know it (RFC 6887, appendix A).
func ask(ctx context.Context, t checks.Target) (mapping, error) {
	b, err := t.Exchange(ctx, port, []byte(askNATPMP), "nat-pmp external address")
	if err != nil {
		return mapping{}, err
	}
	a, err := parseAnswer(b)
	if err == nil && a.version == versionNATPMP && a.result != resultVersion {
		return mapping{a, true}, nil
	}
	if b, err = t.Exchange(ctx, port, []byte(askPCP), "pcp ANNOUNCE"); err != nil {
		return mapping{}, err
	}
	if a, err = parseAnswer(b); err != nil {
		return mapping{}, err
	}
	return mapping{a, a.version == versionPCP}, nil
}

// A mapping is how NAT-PMP and PCP were answered.
type mapping struct {
	answer
	spoken bool // one of them is
}

func (m mapping) on() bool { return m.spoken && m.answer.on() }

// gateway tells whether the router is a UPnP gateway and where it describes itself. What was heard in
// this round is enough, unless it was found before: then the device is asked itself, because the round may
// be over. That it is switched off takes two clear refusals, or one and searches of this round
// that were answered otherwise, as in checks/portforward.
func gateway(ctx context.Context, t checks.Target) (at string, on bool, err error) {
	heard := ssdp.Gateway(&t.Device)
	at = cmp.Or(t.Device.Fact(ssdp.FactGatewayLocation), before(t, ssdp.FactGatewayLocation))
	if at == "" && before(t, discovery.FactSSDPTarget) == "" || len(t.Before) == 0 {
		return at, heard, nil
	}
	refused := false
	if at != "" {
		if err = describes(ctx, t, at); !checks.Closed(err) {
			return at, err == nil, err
		}
		refused = true
	}
	at, err = ssdp.AskGateway(ctx, t.Exchange, t.Device.Addr())
	switch {
	case err == nil:
		return at, true, nil
	case checks.Closed(err) && (refused || !heard), errors.Is(err, lan.ErrNoAnswer) && ssdp.Answered(&t.Device) && !heard:
		return "", false, nil
	}
	return "", false, err
}

// describes reads the description, to see whether it is still there and of a gateway.
func describes(ctx context.Context, t checks.Target, at string) error {
	req, err := http.NewRequestWithContext(lan.OwnLink(ctx), http.MethodGet, at, nil)
	if err != nil {
		return fmt.Errorf("ask for %q: %w", at, err)
	}
	resp, err := t.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("ask for the description: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxDescription)) //nolint:forbidigo // limited
	if err != nil {
		return fmt.Errorf("read the description: %w", err)
	}
	facts, err := ssdp.DescriptionFacts(b)
	if err != nil {
		return fmt.Errorf("read the description: %w", err)
	}
	if resp.StatusCode != http.StatusOK || !ssdp.Gateway(&discovery.Device{Facts: facts}) {
		return fmt.Errorf("the description, status %d, is of no gateway: %w", resp.StatusCode, errOdd)
	}
	return nil
}

// before gives what an earlier finding rested on.
func before(t checks.Target, key discovery.FactKey) string {
	for _, f := range t.Before {
		for _, e := range f.Evidence {
			if e.Key == key {
				return e.Value
			}
		}
	}
	return ""
}

func finding(t checks.Target, at string, upnp bool, m mapping) checks.Finding {
	f := checks.Finding{
		ID: checks.FindingID(t.Device.ID, Kind, 0, ""), Kind: Kind, Severity: checks.Good, Confidence: discovery.Saw, Args: map[string]string{},
	}
	if slices.ContainsFunc(t.Others, func(d discovery.Device) bool { return d.Kind == discovery.KindConsole }) {
		f.Severity = checks.Inform // it is there for games
	}
	var ways []string
	if upnp {
		ways = append(ways, "UPnP")
		e := discovery.Fact{Key: ssdp.FactGatewayLocation, Value: at}
		if at == "" { // it only answered the search
			e = discovery.Fact{Key: discovery.FactSSDPTarget, Value: t.Device.Fact(discovery.FactSSDPTarget)}
		}
		f.Evidence = append(f.Evidence, e)
	}
	if m.on() {
		ways = append(ways, map[byte]string{versionNATPMP: "NAT-PMP", versionPCP: "PCP"}[m.version])
		f.Evidence = append(f.Evidence, discovery.Fact{Key: factMapping, Value: strconv.Itoa(int(m.version))})
		if behind := checks.Behind(m.external); behind != "" {
			f.Args[checks.ArgOutside] = behind
		}
	}
	f.Args["ways"] = strings.Join(ways, ", ")
	return f
}
