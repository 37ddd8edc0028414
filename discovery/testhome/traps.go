package testhome

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// HostileName holds what no screen may ever show as it is: an escape sequence, a right to
// left override, a zero-width space and HTML.
const HostileName = "\x1b[31mCam\x1b[0m \u202egpj.\u200b<b>x</b>"

// Single is a device with one web door on a free port of 127.0.0.1, which every system
// has. It announces nothing.
func Single(name string, w Web) *Device {
	return &Device{Name: name, Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Doors: []Door{{Protocol: "http", Web: w}}}
}

// TB is as much of testing.TB as Run needs.
type TB interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// Run starts devices on loopback for one test and stops them when it ends.
func Run(t TB, devices ...*Device) *Home {
	t.Helper()
	ifi, err := Loopback()
	if err != nil {
		t.Fatalf("find loopback: %v", err)
	}
	h, err := Start(context.WithoutCancel(t.Context()), ifi, devices...)
	if err != nil {
		t.Fatalf("start devices: %v", err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// RedirectTo sends every request to another address.
func RedirectTo(url string) Web {
	return func(_ *Device, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, url, http.StatusFound) }
}

// EndlessBody answers with a body that never ends, as fast as it can.
func EndlessBody() Web { return SlowBody(strings.Repeat("A", 32<<10), 0) }

// SlowBody answers with the same piece again and again, with a wait after each, and never ends.
func SlowBody(piece string, wait time.Duration) Web {
	return func(_ *Device, w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write([]byte(piece)); err != nil {
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil || !sleep(r.Context(), wait) {
				return
			}
		}
	}
}

// ManyHeaders answers with n headers.
func ManyHeaders(n int) Web {
	return func(_ *Device, w http.ResponseWriter, _ *http.Request) {
		for i := range n {
			w.Header().Set(fmt.Sprintf("X-Trap-%d", i), strings.Repeat("h", 40))
		}
	}
}

// DeepXML answers with a device description whose elements lie n levels deep.
func DeepXML(n int) Web {
	return Text("text/xml", `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">`+
		strings.Repeat("<device>", n)+strings.Repeat("</device>", n)+"</root>")
}

// DoctypeXML answers with a device description that defines entities, one of which is a
// file of the reader's computer.
func DoctypeXML() Web {
	return Text("text/xml", `<?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`+
		`<root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>&b;&f;</friendlyName></device></root>`)
}

// SlowTalk sends one byte of a text after each wait, and goes on with what it reads when done.
func SlowTalk(text string, wait time.Duration) Talk {
	return func(ctx context.Context, _ *Device, c net.Conn) {
		for i := range len(text) {
			if _, err := c.Write([]byte{text[i]}); err != nil || !sleep(ctx, wait) {
				return
			}
		}
		drain(c)
	}
}
