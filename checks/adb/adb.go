// Package adb finds devices on which Android debugging is switched on: over it anybody can
// install programs. It says hello and hangs up; the device runs nothing.
package adb

import (
	"context"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kinds of what this check finds.
const (
	Kind   checks.Kind = "adb-open" // everybody gets in
	KindOn checks.Kind = "adb-on"   // it is switched on, and asks its owner first
)

// line is what the ledger calls it.
const line = "adb CNXN"

// hello is a CNXN message of protocol version 1 with the name of a host that can do nothing
// (AOSP, packages/modules/adb/protocol.txt). The zero after the name is for old devices. It opens
// no stream: what a device does on its own begins with OPEN, which is never sent. A device that
// asks its owner does so only when it is given a key.
var hello = []byte("CNXN\x00\x00\x00\x01\x00\x10\x00\x00\x07\x00\x00\x00\x32\x02\x00\x00\xbc\xb1\xa7\xb1host::\x00")

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "adb-open", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind, KindOn}}
}

// never are kinds of device that do not run Android. Something else is behind their door 5555,
// which had better not hear what it does not understand.
var never = []discovery.Kind{
	discovery.KindPrinter, discovery.Kind3DPrinter, discovery.KindSolar, discovery.KindEVCharger, discovery.KindNAS,
	discovery.KindLight, discovery.KindPlug, discovery.KindSwitch, discovery.KindSensor,
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	return slices.ContainsFunc(d.Services, meant) && !d.Tiny && !slices.Contains(never, d.Uncorrected().Kind)
}

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "adb" }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), line, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		a, err := ask(c)
		if err != nil {
			return nil, err
		}
		return finding(&t, port, a), nil
	})
}

// ask says hello and reads the one message that comes back.
func ask(c net.Conn) (answer, error) {
	if _, err := c.Write(hello); err != nil {
		return answer{}, checks.Unclear(fmt.Errorf("say hello: %w", err))
	}
	b, err := checks.ReadExactly(c, headerBytes, headerBytes)
	if err != nil {
		return answer{}, err
	}
	h, err := parseHeader(b)
	if err != nil {
		return answer{}, checks.Unclear(err)
	}
	if b, err = checks.ReadExactly(c, h.length, maxPayload); err != nil {
		return answer{}, err
	}
	a, err := parsePayload(h, b)
	if err != nil {
		return answer{}, checks.Unclear(err)
	}
	return a, nil
}

// finding weighs an answer. That the device is connected without a key is one sign, that it
// introduces itself as an Android device another.
func finding(t *checks.Target, port uint16, a answer) *checks.Finding {
	f := t.Found(Kind, port, checks.Today, discovery.Saw)
	switch {
	case a.asks:
		f = t.Found(KindOn, port, checks.Good, discovery.Saw)
	case !a.android:
		f.Severity, f.Confidence = checks.Week, discovery.Likely
	}
	if a.model != "" {
		f.Evidence = []discovery.Fact{{Key: "adb.model", Value: a.model}}
	}
	return f
}
