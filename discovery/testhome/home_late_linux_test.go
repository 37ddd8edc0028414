package testhome_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"

	"porchlight/discovery"
	"porchlight/discovery/testhome"
)

// latePort is the door that waker names late.
const latePort = 4711

// wakesAfter is when: its visit is over by then, while others are still visited.
const wakesAfter = 12 * time.Second

// waker is heard at once, by UPnP, and has nothing else to show. When its visit is over it announces
// by mDNS that it has a web page.
func waker() *member {
	return &member{
		host: hostWaker, want: want{who: "Late riser", services: []string{fmt.Sprintf("%d http", latePort), "49152 http"}, foundBy: []string{"ssdp", "mdns", "ports"}},
		sim: &testhome.Device{
			Name: "Late riser", Addr: hostAddr(hostWaker), Doors: []testhome.Door{{Port: latePort, Protocol: "http", Web: testhome.Page("Late pages", "")}},
			UPnP: &testhome.UPnP{Port: 49152, Path: "/desc.xml", Server: "Riser/1.0 UPnP/1.0", UUID: "8e2a0000-0000-4000-8000-00112233001f", Type: "urn:x:device:Riser:1"},
		},
	}
}

// shut answers ARP and nothing else: not even that nobody listens.
func shut() *member {
	return &member{
		host: hostShut, needs: []string{"nft"}, want: want{who: "Shut box", foundBy: []string{"neighbors"}},
		script: `nft -f - <<'END'
table ip filter { chain input { type filter hook input priority 0; policy drop; }; }
END`,
	}
}

// wake lets waker announce its page in the round that begins now. stop calls it off.
func (h *household) wake(t *testing.T) (stop func()) {
	m, done := h.at(hostWaker), make(chan struct{})
	if m == nil {
		return func() {}
	}
	timer := time.AfterFunc(wakesAfter, func() {
		defer close(done)
		if err := m.announce("_http._tcp.local.", latePort); err != nil {
			t.Errorf("%s does not announce itself: %v", m.who(), err)
		}
	})
	return func() {
		if !timer.Stop() {
			<-done
		}
	}
}

// announce says by multicast what the member has, without being asked (RFC 6762, section 8.3).
func (m *member) announce(service string, port uint16) error {
	head := func(name string, kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: 120}
	}
	host, instance := "riser.local.", `Late\ pages.`+service
	b, err := (&dns.Msg{
		MsgHdr: dns.MsgHdr{Response: true, Authoritative: true},
		Answer: []dns.RR{
			&dns.PTR{Hdr: head(service, dns.TypePTR), Ptr: instance},
			&dns.SRV{Hdr: head(instance, dns.TypeSRV), Port: port, Target: host},
			&dns.TXT{Hdr: head(instance, dns.TypeTXT), Txt: []string{""}},
			&dns.A{Hdr: head(host, dns.TypeA), A: m.addr().AsSlice()},
		},
	}).Pack()
	if err != nil {
		return err
	}
	return inside(m.ns(), func() error {
		eth, err := net.InterfaceByName("eth0")
		if err != nil {
			return err
		}
		group := &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: m.addr().AsSlice(), Port: group.Port})
		if err != nil {
			return err
		}
		defer c.Close()
		if err := ipv4.NewPacketConn(c).SetMulticastInterface(eth); err != nil {
			return err
		}
		_, err = c.WriteTo(b, group)
		return err
	})
}

// late looks at when the page was asked for that was announced late.
func (r *walked) late(t *testing.T) {
	d := r.device(t, r.at(hostWaker))
	var visit, page time.Time
	for _, q := range r.snapshot.ByDevice[d.ID].Requests {
		switch {
		case q.Transport != "tcp":
		case q.Port == latePort:
			page = q.At
		case page.IsZero():
			visit = q.At
		}
	}
	if page.IsZero() || page.Before(visit) {
		t.Errorf("the page was asked for at %v, the doors before at %v", page, visit)
	}
	if d.Fact(discovery.FactHTTPTitle) != "Late pages" {
		t.Errorf("got %v", d.Facts)
	}
}
