package testhome

import (
	"context"
	"io"
	"net"
)

// telnetHello is what BusyBox telnetd says first: DO ECHO, DO NAWS, WILL ECHO, WILL
// SUPPRESS GO AHEAD (RFC 854, RFC 857, RFC 858, RFC 1073).
const telnetHello = "\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03"

// Telnet greets with option negotiation and a text such as "login: ", then only counts
// what it is sent.
func Telnet(greeting string) Talk { return Greets(telnetHello + greeting) }

// Greets says a text to whoever connects, then only counts what it is sent.
func Greets(text string) Talk {
	return func(_ context.Context, d *Device, c net.Conn) {
		if _, err := io.WriteString(c, d.fill(text)); err == nil {
			drain(c)
		}
	}
}

func drain(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
