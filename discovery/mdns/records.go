package mdns

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/grandcat/zeroconf"
	"github.com/miekg/dns"

	"porchlight/discovery"
)

// maxInstances is how many announced services, and how many host names, one home may have.
const maxInstances = 500

// records puts together what the packets of a home say. The library wants all records of an
// announcement in one packet, but a responder leaves out what it said a moment ago, whoever
// asked for it, above all its own address (RFC 6762, section 7.4).
type records struct {
	instances map[string]*instance // by name, in lower case
	hosts     map[string][]net.IP  // likewise
	allowed   func(netip.Addr) bool
}

// An instance is one announced service, as far as it was heard.
type instance struct {
	entry   *zeroconf.ServiceEntry
	from    netip.Addr // who announced it
	located bool       // its port and host were heard
}

func newRecords(allowed func(netip.Addr) bool) *records {
	return &records{allowed: allowed, instances: map[string]*instance{}, hosts: map[string][]net.IP{}}
}

// parseRecords reads one packet and gives what is known now of the devices that it is
// about. Packets that are no answers give nothing; one that makes no sense is odd.
func (r *records) parseRecords(from netip.Addr, b []byte) []discovery.Observation {
	var m dns.Msg
	if err := m.Unpack(b); err != nil {
		return []discovery.Observation{{Source: "mdns", Addr: from, Facts: []discovery.Fact{discovery.OddFact(discovery.OddNonsense)}}}
	}
	if !m.Response {
		return nil
	}
	var changed []*instance
	touch := func(name string, f func(*instance)) {
		if i := r.instance(name, from); i != nil {
			f(i)
			if !slices.Contains(changed, i) {
				changed = append(changed, i)
			}
		}
	}
	for _, rr := range slices.Concat(m.Answer, m.Ns, m.Extra) {
		if rr.Header().Ttl == 0 { // a goodbye (RFC 6762, section 10.1)
			continue
		}
		name := rr.Header().Name
		switch x := rr.(type) {
		case *dns.SRV:
			touch(name, func(i *instance) { i.entry.HostName, i.entry.Port, i.located = x.Target, int(x.Port), true })
		case *dns.TXT:
			touch(name, func(i *instance) { i.entry.Text = x.Txt })
		case *dns.A:
			r.host(name, x.A)
		case *dns.AAAA:
			r.host(name, x.AAAA)
		}
	}
	var out []discovery.Observation
	for _, i := range changed {
		if i.located {
			out = append(out, r.observe(i)...)
		}
	}
	return out
}

// observe reports an instance at the addresses of its host, or where it was heard from.
func (r *records) observe(i *instance) []discovery.Observation {
	e := *i.entry
	e.AddrIPv4, e.AddrIPv6 = nil, nil
	for _, ip := range r.hosts[strings.ToLower(e.HostName)] {
		if ip.To4() != nil {
			e.AddrIPv4 = append(e.AddrIPv4, ip)
		} else {
			e.AddrIPv6 = append(e.AddrIPv6, ip)
		}
	}
	if len(e.AddrIPv4) == 0 && i.from.Is4() {
		e.AddrIPv4 = []net.IP{i.from.AsSlice()}
	}
	return parseEntry(&e, r.allowed)
}

func (r *records) host(name string, ip net.IP) {
	name = strings.ToLower(name)
	known, ok := r.hosts[name]
	if (ok || len(r.hosts) < maxInstances) && len(known) < maxAddrs && !slices.ContainsFunc(known, ip.Equal) {
		r.hosts[name] = append(known, ip)
	}
}

// instance gives the announcement of that name, such as "Study printer._ipp._tcp.local.";
// nil if it is none, or one too many.
func (r *records) instance(name string, from netip.Addr) *instance {
	full, ok := strings.CutSuffix(name, ".local.")
	labels := dns.Split(full + ".")
	if !ok || len(labels) < 3 {
		return nil
	}
	at := labels[len(labels)-2]
	if !typePattern.MatchString(full[at:]) {
		return nil
	}
	key := strings.ToLower(full)
	i := r.instances[key]
	if i == nil {
		if len(r.instances) >= maxInstances {
			return nil
		}
		i = &instance{entry: zeroconf.NewServiceEntry(full[:at-1], full[at:], "local.")}
		r.instances[key] = i
	}
	i.from = from
	return i
}
