// Package mqtt finds brokers that accept connections without a name and a password. It says
// hello and goodbye; it asks for no messages and sends none.
package mqtt

import (
	"context"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Kind is what this check finds.
const Kind checks.Kind = "mqtt-anonymous"

// What the ledger calls it, by the version of the protocol.
const (
	line  = "mqtt CONNECT 3.1.1 without a name, DISCONNECT"
	line5 = "mqtt CONNECT 5 without a name, DISCONNECT"
)

// portTLS is where brokers speak encrypted (registered at IANA as secure-mqtt).
const portTLS = 8883

// The messages that are sent: who we are, no user, a clean session and five seconds of life
// (MQTT 3.1.1, section 3.1; MQTT 5, section 3.1, has a length of properties before the name), and
// goodbye (section 3.14 of both).
const (
	connect    = "\x10\x16\x00\x04MQTT\x04\x02\x00\x05\x00\x0aporchlight"
	connect5   = "\x10\x17\x00\x04MQTT\x05\x02\x00\x05\x00\x00\x0aporchlight"
	disconnect = "\xe0\x00"
)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "mqtt-anonymous", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "mqtt" }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), line, func(ctx context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		tls := port == portTLS || slices.ContainsFunc(t.Device.Services, func(s discovery.Service) bool { return s.Port == port && s.TLS })
		code, err := greet(ctx, c, tls, connect)
		if err == nil && wants5(code) {
			_ = c.Close() // one connection at a time
			if c, err = t.Dial(ctx, port, line5); err != nil {
				return nil, fmt.Errorf("knock at door %d again: %w", port, err)
			}
			defer func() { _ = c.Close() }()
			code, err = greet(ctx, c, tls, connect5)
		}
		switch {
		case err != nil:
			return nil, err
		case code == accepted:
			return finding(&t, port), nil
		case slices.Contains(refusals, code):
			return nil, nil
		}
		return nil, checks.Unclear(fmt.Errorf("answer %d to a hello", code))
	})
}

// greet says hello, reads whether we are welcome, and says goodbye if so.
func greet(ctx context.Context, c net.Conn, tls bool, hello string) (code byte, err error) {
	if tls {
		t, err := lan.TLS(ctx, c)
		if err != nil {
			return 0, checks.Unclear(err)
		}
		c = t
	}
	if _, err := c.Write([]byte(hello)); err != nil {
		return 0, checks.Unclear(fmt.Errorf("say hello: %w", err))
	}
	b, err := checks.ReadExactly(c, answerBytes, answerBytes)
	if err != nil {
		return 0, err
	}
	if code, err = parseAnswer(b); err != nil {
		return 0, checks.Odd(err)
	}
	if code == accepted {
		_, _ = c.Write([]byte(disconnect))
	}
	return code, nil
}

// finding says that a connection was accepted, which is all that was seen: some brokers then
// keep their messages from those without a name. It is urgent where a lock may listen to it: the
// home has one, and the broker is the one that the home looks for by mDNS.
func finding(t *checks.Target, port uint16) *checks.Finding {
	f := t.Found(Kind, port, checks.Week, discovery.Saw)
	lock := slices.ContainsFunc(t.Others, func(d discovery.Device) bool { return d.Kind == discovery.KindLock && d.Present })
	announced := slices.ContainsFunc(t.Device.Facts, func(f discovery.Fact) bool {
		return f.Key == discovery.FactMDNSService && (f.Value == "_mqtt._tcp" || f.Value == "_secure-mqtt._tcp")
	})
	if lock && announced {
		f.Severity = checks.Today
	}
	return f
}
