package testhome

import (
	"maps"
	"net"
	"slices"
	"strings"
)

// Counts is what a device counted itself, from its first start on.
type Counts struct {
	Connections   map[uint16]int // accepted, by TCP port
	Received      map[uint16]int // payload bytes read, by TCP port
	Datagrams     map[uint16]int // questions heard, by UDP port; those to everybody too
	Requests      []Request      // in the order in which they came
	LoginAttempts int            // requests that carried a login
	LoginFailures int            // those that were refused, also because of a lock
	Actions       map[string]int // SOAP actions by name, refused ones too
}

// A Request is one thing that a device was asked by HTTP or RTSP, or by what a Talk of a test
// speaks (Heard).
type Request struct {
	Port uint16
	Line string // "GET /igd.xml", "DESCRIBE rtsp://127.0.0.12:8554/"
}

// Heard notes what a device was asked over a connection, for a Talk that speaks a protocol of its own.
func (d *Device) Heard(c net.Conn, line string) { d.request(portOf(c), line) }

// Methods counts the requests by their first word, such as "GET" or "DESCRIBE".
func (c Counts) Methods() map[string]int {
	out := map[string]int{}
	for _, r := range c.Requests {
		method, _, _ := strings.Cut(r.Line, " ")
		out[method]++
	}
	return out
}

// Counts gives what the device has counted so far.
func (d *Device) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.counts
	c.Connections, c.Received, c.Datagrams = maps.Clone(c.Connections), maps.Clone(c.Received), maps.Clone(c.Datagrams)
	c.Requests, c.Actions = slices.Clone(c.Requests), maps.Clone(c.Actions)
	return c
}

// Since gives what was counted after an earlier count.
func (c Counts) Since(before Counts) Counts {
	less := func(now, was map[uint16]int) map[uint16]int {
		out := map[uint16]int{}
		for k, n := range now {
			if n != was[k] {
				out[k] = n - was[k]
			}
		}
		return out
	}
	out := Counts{
		Connections: less(c.Connections, before.Connections), Received: less(c.Received, before.Received), Datagrams: less(c.Datagrams, before.Datagrams),
		Requests: c.Requests[len(before.Requests):], Actions: map[string]int{},
		LoginAttempts: c.LoginAttempts - before.LoginAttempts, LoginFailures: c.LoginFailures - before.LoginFailures,
	}
	for k, n := range c.Actions {
		if n != before.Actions[k] {
			out.Actions[k] = n - before.Actions[k]
		}
	}
	return out
}

func (d *Device) note(add func(c *Counts)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts.Connections == nil {
		d.counts.Connections, d.counts.Received, d.counts.Datagrams = map[uint16]int{}, map[uint16]int{}, map[uint16]int{}
		d.counts.Actions = map[string]int{}
	}
	add(&d.counts)
}

func (d *Device) request(port uint16, line string) {
	d.note(func(c *Counts) { c.Requests = append(c.Requests, Request{Port: port, Line: line}) })
}
