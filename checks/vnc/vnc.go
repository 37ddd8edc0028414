// Package vnc finds devices that show their screen, mouse and keyboard to everybody. It reads
// which locks a device has for that and hangs up before it chooses one.
package vnc

import (
	"context"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "vnc-open"

// line is what the ledger calls it.
const line = "vnc ProtocolVersion"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "vnc-open", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "vnc" }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), line, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		types, err := ask(c)
		if err != nil {
			return nil, err
		}
		return finding(&t, port, types)
	})
}

// ask reads the version, answers with the same, and reads the security types (RFC 6143,
// sections 7.1.1 and 7.1.2).
func ask(c net.Conn) ([]byte, error) {
	b, err := checks.ReadExactly(c, versionBytes, versionBytes)
	if err != nil {
		return nil, err
	}
	answer, listed, err := parseVersion(b)
	if err != nil {
		return nil, checks.Unclear(err)
	}
	if _, err := c.Write([]byte(answer)); err != nil {
		return nil, checks.Unclear(fmt.Errorf("answer the version: %w", err))
	}
	if !listed { // the device chooses, in four bytes
		if b, err = checks.ReadExactly(c, 4, 4); err != nil {
			return nil, err
		}
		return []byte{chosen(b)}, nil
	}
	if b, err = checks.ReadExactly(c, 1, 1); err != nil {
		return nil, err
	}
	return checks.ReadExactly(c, int(b[0]), maxTypes)
}

// finding weighs the types. That no password is offered is one sign. Where one that needs a
// password is offered beside it, somebody set one, and it is not clear which counts; where there
// is none, that is the other sign.
func finding(t *checks.Target, port uint16, types []byte) (*checks.Finding, error) {
	none, password, unknown := weigh(types)
	switch {
	case none && password:
		return t.Found(Kind, port, checks.Week, discovery.Likely), nil
	case none:
		return t.Found(Kind, port, checks.Today, discovery.Saw), nil
	case password:
		return nil, nil
	case unknown:
		return nil, checks.Unclear(fmt.Errorf("what its security types %v ask for comes later", types))
	}
	return nil, checks.Unclear(fmt.Errorf("it let nobody choose: types %v", types)) // it says why, such as too many tries
}
