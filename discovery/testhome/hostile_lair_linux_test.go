package testhome_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"

	"porchlight/discovery/testhome"
)

// A lair is where a villain sends datagrams from: its own network namespace.
type lair struct {
	ctx  context.Context
	addr netip.Addr
	eth  *net.Interface
}

// The groups in which devices find each other.
var (
	groupMDNS = netip.MustParseAddrPort("224.0.0.251:5353")
	groupSSDP = netip.MustParseAddrPort("239.255.255.250:1900")
	groupWSD  = netip.MustParseAddrPort("239.255.255.250:3702")
)

// open opens a UDP port of the villain.
func (l *lair) open(port uint16) (*net.UDPConn, error) {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(l.addr, port)))
	if err != nil {
		return nil, err
	}
	p := ipv4.NewPacketConn(c)
	context.AfterFunc(l.ctx, func() { _ = c.Close() })
	return c, errors.Join(p.SetMulticastInterface(l.eth), p.SetMulticastTTL(255))
}

// hears calls heard for what is said to a group; say answers whoever said it.
func (l *lair) hears(group netip.AddrPort, heard func(say func(b []byte), b []byte)) error {
	out, err := l.open(0)
	if err != nil {
		return err
	}
	in, err := net.ListenMulticastUDP("udp4", l.eth, net.UDPAddrFromAddrPort(group))
	if err != nil {
		return err
	}
	context.AfterFunc(l.ctx, func() { _ = in.Close() })
	go each(in, func(from netip.AddrPort, b []byte) {
		heard(func(b []byte) { _, _ = out.WriteToUDPAddrPort(b, from) }, b)
	})
	return nil
}

// answers answers each datagram that the villain alone gets at a port.
func (l *lair) answers(port uint16, answer func(ask []byte) []byte) error {
	c, err := l.open(port)
	if err != nil {
		return err
	}
	go each(c, func(from netip.AddrPort, b []byte) { _, _ = c.WriteToUDPAddrPort(answer(b), from) })
	return nil
}

func each(c *net.UDPConn, heard func(from netip.AddrPort, b []byte)) {
	buf := make([]byte, 9000)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			heard(from, buf[:n])
		}
	}
}

// announces says something to everybody by mDNS, again and again.
func (l *lair) announces(every time.Duration, packet func(n int) []byte) error {
	c, err := l.open(groupMDNS.Port())
	if err != nil {
		return err
	}
	go func() {
		for n := 0; l.ctx.Err() == nil; n++ {
			_, _ = c.WriteToUDPAddrPort(packet(n), groupMDNS)
			time.Sleep(every)
		}
	}()
	return nil
}

// floods says something so many times in a second while it lasts, when it first hears a search.
func (l *lair) floods(group netip.AddrPort, perSecond int, lasts time.Duration, packet func(n int) []byte) error {
	var mu sync.Mutex
	var askers []func([]byte)
	var once sync.Once
	return l.hears(group, func(say func([]byte), b []byte) {
		if !bytes.HasPrefix(b, []byte("M-SEARCH")) { // others announce themselves
			return
		}
		mu.Lock()
		askers = append(askers[max(0, len(askers)-1):], say) // the two that asked last
		mu.Unlock()
		once.Do(func() {
			go func() {
				const tick = 5 * time.Millisecond
				end, n := time.Now().Add(lasts), 0
				for due := time.Now(); due.Before(end) && l.ctx.Err() == nil; due = due.Add(tick) {
					time.Sleep(time.Until(due))
					mu.Lock()
					all := askers
					mu.Unlock()
					for range perSecond / int(time.Second/tick) {
						all[n%len(all)](packet(n))
						n++
					}
				}
			}()
		})
	})
}

// announcement is a whole packet of mDNS, for a service of a host.
func announcement(addr netip.Addr, instance, service, host string, txt ...string) []byte {
	head := func(name string, kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: 120}
	}
	service, host = service+".local.", host+".local."
	name := instance + "." + service
	b, err := (&dns.Msg{
		MsgHdr: dns.MsgHdr{Response: true, Authoritative: true},
		Answer: []dns.RR{
			&dns.PTR{Hdr: head(service, dns.TypePTR), Ptr: name},
			&dns.SRV{Hdr: head(name, dns.TypeSRV), Port: 80, Target: host},
			&dns.TXT{Hdr: head(name, dns.TypeTXT), Txt: append([]string{"v=1"}, txt...)},
			&dns.A{Hdr: head(host, dns.TypeA), A: addr.AsSlice()},
		},
	}).Pack()
	if err != nil {
		panic(err) // all of it is ours
	}
	return b
}

// ssdpAnswer is an answer to a search of UPnP.
func ssdpAnswer(server, location, usn string) []byte {
	return []byte("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: " + location + "\r\nSERVER: " + server +
		"\r\nST: upnp:rootdevice\r\nUSN: " + usn + "\r\n\r\n")
}

// noise is so many bytes that mean nothing, the same every time.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(b)
	return string(b)
}

// The talks of villains.

// endlessly says a text again and again.
func endlessly(text string) testhome.Talk {
	return func(ctx context.Context, _ *testhome.Device, c net.Conn) {
		for ctx.Err() == nil {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

// answering says a text when it hears something, and then ends, in peace or by a reset.
func answering(text string, reset bool) testhome.Talk {
	return func(_ context.Context, _ *testhome.Device, c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
		if reset {
			time.Sleep(20 * time.Millisecond) // or what was said is lost too
			breakOff(c)
		}
	}
}

// resets breaks off at once.
func resets(_ context.Context, _ *testhome.Device, c net.Conn) { breakOff(c) }

func breakOff(c net.Conn) {
	type raw interface{ NetConn() net.Conn }
	if r, ok := c.(raw); ok {
		c = r.NetConn()
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// stalls says the beginning of an answer when it hears something, and then nothing.
func stalls(text string) testhome.Talk {
	return func(ctx context.Context, _ *testhome.Device, c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
		<-ctx.Done()
	}
}

// drips says a text byte by byte, each after a second, and never ends.
func drips(text string) testhome.Talk {
	return func(ctx context.Context, _ *testhome.Device, c net.Conn) {
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := c.Write([]byte{text[i%len(text)]}); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
}

// chained shows certificates of so many bytes in all.
func chained(bytes int) testhome.Talk {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // it never fails
	}
	const each = 8 << 10
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		Subject: pkix.Name{CommonName: "chain", OrganizationalUnit: []string{strings.Repeat("x", each)}},
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		panic(err) // all of it is ours
	}
	chain := tls.Certificate{PrivateKey: key}
	for range bytes / each {
		chain.Certificate = append(chain.Certificate, signed)
	}
	return func(ctx context.Context, _ *testhome.Device, c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{chain}}).HandshakeContext(ctx)
	}
}

// doors gives ports the same talk.
func doors(talk testhome.Talk, ports ...uint16) []testhome.Door {
	var out []testhome.Door
	for _, p := range ports {
		out = append(out, testhome.Door{Port: p, Talk: talk})
	}
	return out
}

// sends gives a web page that is nothing but a link elsewhere, as it stands. {self} is the device.
func sends(to string) testhome.Talk {
	return func(ctx context.Context, d *testhome.Device, c net.Conn) {
		to := strings.ReplaceAll(to, "{self}", d.Addr.String())
		answering(fmt.Sprintf("HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", to), false)(ctx, d, c)
	}
}
