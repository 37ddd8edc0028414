// Package portforward finds doors from the internet that UPnP opened in the router
// (WANIPConnection:1, section 2.4.18). It reads the list and changes nothing.
package portforward

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"

	"github.com/huin/goupnp"
	"github.com/huin/goupnp/dcps/internetgateway2"
	"github.com/huin/goupnp/soap"
	"golang.org/x/net/html/charset"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/ssdp"
)

// Kind is what this check finds.
const Kind checks.Kind = "port-forward"

// maxMappings is how many doors are read from one router. Real ones have a handful.
const maxMappings = 64

// The router's word for "no more entries" (WANIPConnection:1, section 2.4.18.4) and, of
// some, for an empty list.
const (
	errIndexInvalid = 713
	errNoSuchEntry  = 714
)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "port-forward", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return d.Fact(ssdp.FactGatewayLocation) != "" }

// A gateway is what is asked of a router; the library has it for each of its services.
type gateway interface {
	GetExternalIPAddressCtx(ctx context.Context) (string, error)
	GetGenericPortMappingEntryCtx(ctx context.Context, index uint16) (remote string, outer uint16, protocol string, inner uint16, client string, enabled bool, description string, lease uint32, err error)
}

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	at := t.Device.Fact(ssdp.FactGatewayLocation)
	silent := at == "" // doors were found before, but nobody answers to UPnP searches now
	if silent {
		at = before(t)
	}
	gateways, err := open(ctx, t.HTTP, at)
	if silent && errors.Is(err, syscall.ECONNREFUSED) {
		return nil, nil // two signs: UPnP is switched off
	}
	if err != nil {
		return nil, err
	}
	if len(gateways) == 0 {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: errors.New("no connection service in the description")}
	}
	var found []checks.Finding
	var refused error
	answered := false
	for _, g := range gateways {
		doors, err := read(ctx, g)
		if _, fault := errors.AsType[*soap.SOAPFaultError](err); fault { // a service that is not in use
			refused = err
			continue
		}
		if err != nil { // half a list is no list
			return nil, fmt.Errorf("read the list of doors: %w", err)
		}
		answered = true
		outside, _ := g.GetExternalIPAddressCtx(ctx)
		for _, d := range doors {
			found = append(found, finding(t, at, d, outside))
		}
	}
	if !answered {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: refused}
	}
	return found, nil
}

// before gives where the description was when the doors were found.
func before(t checks.Target) string {
	for _, f := range t.Before {
		for _, e := range f.Evidence {
			if e.Key == ssdp.FactGatewayLocation {
				return e.Value
			}
		}
	}
	return ""
}

// open reads the description and gives the services that know the doors. Their addresses
// come from the router's own description; the client reaches nothing but the router.
func open(ctx context.Context, client *http.Client, at string) ([]gateway, error) {
	loc, err := url.Parse(at)
	if err != nil {
		return nil, fmt.Errorf("address of the description %q: %w", at, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, loc.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the description: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for the description: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for the description: status %d", resp.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 256<<10)) //nolint:forbidigo // limited
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	if _, err := ssdp.DescriptionFacts(raw); err != nil { // its caps against hostile XML hold here too
		return nil, fmt.Errorf("read the description: %w", err)
	}
	dec := xml.NewDecoder(bytes.NewReader(raw))
	dec.Strict = false
	dec.CharsetReader = charset.NewReaderLabel
	var root goupnp.RootDevice
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	root.SetURLBase(loc) // whatever base the router claims, it is this one

	var out []gateway
	add := func(g gateway, s *goupnp.ServiceClient) {
		s.SOAPClient.HTTPClient = *client
		out = append(out, g)
	}
	ip1, _ := internetgateway2.NewWANIPConnection1ClientsFromRootDevice(&root, loc)
	for _, c := range ip1 {
		add(c, &c.ServiceClient)
	}
	ip2, _ := internetgateway2.NewWANIPConnection2ClientsFromRootDevice(&root, loc)
	for _, c := range ip2 {
		add(c, &c.ServiceClient)
	}
	ppp, _ := internetgateway2.NewWANPPPConnection1ClientsFromRootDevice(&root, loc)
	for _, c := range ppp {
		add(c, &c.ServiceClient)
	}
	return out, nil
}

// A door is one mapping of the router.
type door struct {
	outer, inner uint16
	protocol     string
	client       netip.Addr
	description  string
}

// read lists the doors that are open now.
func read(ctx context.Context, g gateway) ([]door, error) {
	var doors []door
	for i := range uint16(maxMappings) {
		_, outer, protocol, inner, client, enabled, description, _, err := g.GetGenericPortMappingEntryCtx(ctx, i)
		if ended(err) {
			return doors, nil
		}
		if err != nil {
			return nil, err
		}
		a, err := netip.ParseAddr(client)
		if !enabled || err != nil || outer == 0 || (protocol != "TCP" && protocol != "UDP") {
			continue
		}
		doors = append(doors, door{outer, inner, protocol, a, discovery.Clean(description)})
	}
	return nil, &checks.NotChecked{Reason: checks.ReasonOdd, Err: fmt.Errorf("more than %d doors", maxMappings)}
}

func ended(err error) bool {
	fault, ok := errors.AsType[*soap.SOAPFaultError](err)
	if !ok {
		return false
	}
	code := fault.Detail.UPnPError.Errorcode
	return code == errIndexInvalid || code == errNoSuchEntry
}

func finding(t checks.Target, at string, d door, outside string) checks.Finding {
	inner := discovery.Device{Addrs: []netip.Addr{d.client}}
	for _, o := range t.Others {
		for _, a := range o.Addrs {
			if a == d.client {
				inner = o
			}
		}
	}
	f := checks.Finding{
		Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: at}},
		Kind:     Kind, Port: d.inner, Severity: severity(inner.Kind, outside), Confidence: discovery.Saw,
		ID: checks.FindingID(t.Device.ID, Kind, d.outer, d.protocol+" "+d.client.String()),
		Args: map[string]string{
			"inner": d.client.String(), "inner_device": string(inner.ID), "inner_port": strconv.Itoa(int(d.inner)),
			"outer_port": strconv.Itoa(int(d.outer)), "protocol": d.protocol,
		},
	}
	if d.description != "" {
		f.Evidence = append(f.Evidence, discovery.Fact{Key: "igd.description", Value: d.description})
	}
	return f
}

// severity depends on who is behind the door. Behind a carrier's own translation nobody
// outside reaches it now, so it counts one step less (RFC 6598, and double NAT).
func severity(k discovery.Kind, outside string) checks.Severity {
	s := checks.Week
	switch k {
	case discovery.KindCamera, discovery.KindNVR, discovery.KindNAS, discovery.KindDoorbell:
		s = checks.Today
	case discovery.KindConsole:
		s = checks.Good
	default:
	}
	carrier := netip.MustParsePrefix("100.64.0.0/10")
	if a, err := netip.ParseAddr(outside); err == nil && (a.IsPrivate() || carrier.Contains(a)) && s > checks.Inform {
		s--
	}
	return s
}
