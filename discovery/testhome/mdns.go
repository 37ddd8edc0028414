package testhome

import (
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// An Announcement is one service that a device announces by mDNS (RFC 6763).
type Announcement struct {
	Instance string // "Brother HL-L2350DW series"
	Service  string // "_ipp._tcp"
	Port     uint16
	TXT      []string // "ty=Brother HL-L2350DW series"
}

var mdnsGroup = netip.AddrPortFrom(netip.AddrFrom4([4]byte{224, 0, 0, 251}), 5353)

const (
	mdnsTTL      = 255  // IP time to live; RFC 6762, section 11
	hostSeconds  = 120  // for records with a host in them; RFC 6762, section 10
	otherSeconds = 4500 // for all others
	legacyMost   = 10   // for askers that are no mDNS programs; RFC 6762, section 6.7
	topBit       = 1 << 15
	metaService  = "_services._dns-sd._udp.local."
)

func (h *Home) startMDNS() error {
	var speakers []*Device
	for _, d := range h.devices {
		if len(d.MDNS) > 0 {
			speakers = append(speakers, d)
		}
	}
	return h.startUDP(mdnsGroup, mdnsTTL, speakers, h.question)
}

// question answers one mDNS packet that the devices heard: by multicast, each device for
// itself, one packet for each announcement with all its records; or directly, if asked to.
func (h *Home) question(heard []talker, from netip.AddrPort, b []byte) {
	var q dns.Msg
	if err := q.Unpack(b); err != nil || q.Response || q.Opcode != dns.OpcodeQuery {
		return
	}
	legacy := from.Port() != mdnsGroup.Port()
	for _, t := range heard {
		t.device.note(func(c *Counts) { c.Datagrams[mdnsGroup.Port()]++ })
		for _, question := range q.Question {
			to := mdnsGroup
			if legacy || question.Qclass&topBit != 0 { // the top bit asks for a direct answer; RFC 6762, section 5.4
				to = from
			}
			if to == from && !h.mayAnswer(from) {
				continue
			}
			question.Qclass &^= topBit
			for _, m := range t.device.mdnsAnswers(question) {
				if legacy {
					m.Id, m.Question = q.Id, []dns.Question{question}
				}
				polish(m, legacy)
				if out, err := m.Pack(); err == nil {
					_, _ = t.conn.WriteToUDPAddrPort(out, to)
				}
			}
		}
	}
}

// mdnsAnswers gives the packets that answer one question, none if it is not for this device.
func (d *Device) mdnsAnswers(q dns.Question) []*dns.Msg {
	if q.Qclass != dns.ClassINET && q.Qclass != dns.ClassANY {
		return nil
	}
	asks := func(name string, types ...uint16) bool {
		if !strings.EqualFold(q.Name, name) {
			return false
		}
		for _, t := range types {
			if q.Qtype == t || q.Qtype == dns.TypeANY {
				return true
			}
		}
		return false
	}
	host := canonical(label(d.Host) + ".local.")
	var out []*dns.Msg
	var addrs []dns.RR
	for _, a := range d.addrs() {
		if a.Is4() {
			addrs = append(addrs, &dns.A{Hdr: header(host, dns.TypeA, hostSeconds), A: net.IP(a.AsSlice())})
		} else {
			addrs = append(addrs, &dns.AAAA{Hdr: header(host, dns.TypeAAAA, hostSeconds), AAAA: net.IP(a.AsSlice())})
		}
	}
	if asks(host, dns.TypeA, dns.TypeAAAA) {
		out = append(out, reply(addrs, nil))
	}
	var types []dns.RR
	for _, a := range d.MDNS {
		service := a.Service + ".local."
		instance := canonical(label(a.Instance) + "." + service)
		ptr := &dns.PTR{Hdr: header(service, dns.TypePTR, otherSeconds), Ptr: instance}
		srv := &dns.SRV{Hdr: header(instance, dns.TypeSRV, hostSeconds), Port: a.Port, Target: host}
		txt := &dns.TXT{Hdr: header(instance, dns.TypeTXT, otherSeconds), Txt: []string{""}}
		if len(a.TXT) > 0 {
			txt.Txt = nil
			for _, s := range a.TXT {
				txt.Txt = append(txt.Txt, strings.ReplaceAll(d.fill(s), `\`, `\\`))
			}
		}
		switch {
		case asks(metaService, dns.TypePTR):
			types = append(types, &dns.PTR{Hdr: header(metaService, dns.TypePTR, otherSeconds), Ptr: service})
		case asks(service, dns.TypePTR):
			out = append(out, reply([]dns.RR{ptr}, append([]dns.RR{srv, txt}, addrs...)))
		case asks(instance, dns.TypeSRV, dns.TypeTXT):
			out = append(out, reply([]dns.RR{srv, txt}, addrs))
		}
	}
	if len(types) > 0 {
		out = append(out, reply(types, nil))
	}
	return out
}

func header(name string, kind uint16, seconds uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: seconds}
}

func reply(answer, extra []dns.RR) *dns.Msg {
	return &dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}, Answer: answer, Extra: extra}
}

// polish marks the records that only one device has (RFC 6762, section 10.2), and for
// legacy askers shortens their life instead.
func polish(m *dns.Msg, legacy bool) {
	m.Compress = true
	for _, section := range [][]dns.RR{m.Answer, m.Extra} {
		for i, rr := range section {
			section[i] = dns.Copy(rr)
			hdr := section[i].Header()
			switch {
			case legacy:
				hdr.Ttl = min(hdr.Ttl, legacyMost)
			case hdr.Rrtype != dns.TypePTR:
				hdr.Class |= topBit
			}
		}
	}
}

// label writes one label, such as a name with dots, the way names are written.
func label(s string) string { return strings.NewReplacer(`\`, `\\`, `.`, `\.`).Replace(s) }

// canonical writes a name as it will look when it was sent and read again.
func canonical(name string) string {
	buf := make([]byte, 256)
	n, err := dns.PackDomainName(name, buf, 0, nil, false)
	if err != nil {
		return name
	}
	got, _, err := dns.UnpackDomainName(buf[:n], 0)
	if err != nil {
		return name
	}
	return got
}
