// Package portforward finds doors from the internet that UPnP opened in the router
// (WANIPConnection:1, section 2.4.18), to devices and to the router's own settings page. It
// reads the list and changes nothing.
package portforward

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"github.com/huin/goupnp"
	"github.com/huin/goupnp/dcps/internetgateway2"
	"github.com/huin/goupnp/soap"
	"golang.org/x/net/html/charset"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/ssdp"
)

// Kinds that this check finds: a door to a device, and one to the settings page of the router.
const (
	Kind      checks.Kind = "port-forward"
	KindAdmin checks.Kind = "remote-admin"
)

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
	return checks.Info{ID: "port-forward", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind, KindAdmin}}
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
	at, gateways, err := find(ctx, t)
	if err != nil || at == "" {
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
		external, _ := g.GetExternalIPAddressCtx(ctx)
		for _, d := range doors {
			found = append(found, finding(t, at, d, external))
		}
	}
	if !answered {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: refused}
	}
	gone := slices.ContainsFunc(t.Before, func(b checks.Finding) bool {
		return !slices.ContainsFunc(found, func(f checks.Finding) bool { return f.ID == b.ID })
	})
	if refused != nil && gone { // the service that refused may be the one that knows it
		return t.Partly(found, func(*checks.Finding) bool { return false }, checks.Unclear(refused))
	}
	return found, nil
}

// find reads the description, and gives where it is. "" means that UPnP is switched off. That takes
// two clear refusals, where it was and at the door of searches; or one, and answers to
// searches of this round that name no gateway. Silence may be a lost packet, and the description moves
// to another port when some routers restart.
func find(ctx context.Context, t checks.Target) (at string, gateways []gateway, err error) {
	at = cmp.Or(t.Device.Fact(ssdp.FactGatewayLocation), before(t))
	if gateways, err = open(ctx, t.HTTP, at); !checks.Closed(err) {
		return at, gateways, err
	}
	at, err = ssdp.AskGateway(ctx, t.Exchange, t.Device.Addr())
	switch {
	case err == nil:
		gateways, err = open(ctx, t.HTTP, at)
		return at, gateways, err
	case len(t.Before) > 0 && (checks.Closed(err) || (ssdp.Answered(&t.Device) && !ssdp.Gateway(&t.Device))):
		return "", nil, nil
	}
	return "", nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: err}
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
	req, err := http.NewRequestWithContext(lan.OwnLink(ctx), http.MethodGet, loc.String(), nil)
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

func finding(t checks.Target, at string, d door, external string) checks.Finding {
	inner := discovery.Device{Addrs: []netip.Addr{d.client}}
	for _, o := range t.Others {
		if slices.Contains(o.Addrs, d.client) {
			inner = o
		}
	}
	f := checks.Finding{
		Evidence: []discovery.Fact{{Key: ssdp.FactGatewayLocation, Value: at}},
		Kind:     Kind, Port: d.inner, Severity: severity(inner.Kind), Confidence: discovery.Saw,
		Args: map[string]string{
			"inner": d.client.String(), checks.ArgInnerDevice: string(inner.ID), "inner_port": strconv.Itoa(int(d.inner)),
			"outer_port": strconv.Itoa(int(d.outer)), "protocol": d.protocol,
		},
	}
	if settings(t.Device, d) {
		f.Kind, f.Severity, f.Confidence = KindAdmin, checks.Week, discovery.Likely
		if page(t.Device, d.inner) {
			f.Severity, f.Confidence = checks.Today, discovery.Saw // the door leads there, and a page answers: two signs
		}
	}
	f.ID = checks.FindingID(t.Device.ID, f.Kind, d.outer, d.protocol+" "+d.client.String())
	if a, err := netip.ParseAddr(external); err == nil {
		if behind := checks.Behind(a); behind != "" {
			f.Args[checks.ArgOutside] = behind
		}
	}
	if d.description != "" {
		f.Evidence = append(f.Evidence, discovery.Fact{Key: "igd.description", Value: d.description})
	}
	return f
}

// settings reports whether a door leads to where a router has its settings page.
func settings(router discovery.Device, d door) bool {
	return d.protocol == "TCP" && slices.Contains(router.Addrs, d.client) && slices.Contains([]uint16{80, 443, 8080, 8443}, d.inner)
}

// page reports whether a web page was seen behind a port.
func page(router discovery.Device, port uint16) bool {
	return slices.ContainsFunc(router.Services, func(s discovery.Service) bool { return s.Port == port && s.Protocol == "http" })
}

// severity depends on who is behind the door.
func severity(k discovery.Kind) checks.Severity {
	switch k {
	case discovery.KindCamera, discovery.KindNVR, discovery.KindNAS, discovery.KindDoorbell:
		return checks.Today
	case discovery.KindConsole:
		return checks.Good
	default:
		return checks.Week
	}
}
