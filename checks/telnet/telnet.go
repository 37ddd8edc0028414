// Package telnet finds devices whose old remote console is open. It reads the greeting and
// says nothing.
package telnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/ports"
)

// Kind is what this check finds.
const Kind checks.Kind = "telnet-open"

const (
	// line is what the ledger calls it.
	line = "connect, read greeting"
	// maxGreeting is how much of a greeting is read, in bytes.
	maxGreeting = 4 << 10

	factBanner = discovery.FactBanner + "telnet"
)

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "telnet", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	return slices.ContainsFunc(d.Services, meant) || silent(d)
}

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "telnet" }

// silent reports whether the usual door of telnet is open, and nobody has said anything
// there that tells what it is. Amplifiers are silent there until they are steered.
func silent(d discovery.Device) bool {
	return d.Fact(discovery.FactBanner+"unknown") == "" && !steered(d) && slices.ContainsFunc(d.Services, func(s discovery.Service) bool {
		return s.Transport == "tcp" && s.Protocol == "" && (s.Port == 23 || s.Port == 2323)
	})
}

// steeringMakers let their amplifiers, screens and lamps be steered through port 23, in words of
// their own: the AVR control protocol of Denon and Marantz, the IP control of Pioneer, Integration
// Protocol of Lutron, SIS of Extron, and the consoles of Crestron and AMX.
var steeringMakers = []string{"Denon", "Marantz", "Pioneer", "Lutron", "Extron", "Crestron", "AMX"}

// steered reports whether the door is there to steer the device.
func steered(d discovery.Device) bool { return slices.Contains(steeringMakers, d.Vendor) }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	doors := t.Doors(meant)
	if len(doors) == 0 {
		return nil, checks.Unclear(errors.New("the door of telnet is open and silent"))
	}
	return t.AtDoors(ctx, doors, line, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		greeting := make([]byte, maxGreeting)
		n, err := c.Read(greeting)
		if n == 0 {
			return nil, checks.Unclear(fmt.Errorf("read the greeting: %w", err))
		}
		negotiates, asks := ports.Telnet(greeting[:n])
		greeted := greetedBefore(t.Device, port)
		switch {
		case negotiates || asks:
			return finding(&t, port, greeted || (negotiates && asks)), nil
		case greeted || len(t.Before) > 0: // such as "too many users"
			return nil, checks.Unclear(errors.New("it greets in another way now"))
		}
		return nil, nil // something else has this port
	})
}

// greetedBefore reports whether a console greeted at that door during discovery; a device may
// also only announce one.
func greetedBefore(d discovery.Device, port uint16) bool {
	announced := slices.ContainsFunc(d.Facts, func(f discovery.Fact) bool { return f.Key == discovery.FactMDNSService && f.Value == "_telnet._tcp" })
	return !announced && slices.ContainsFunc(d.Services, func(s discovery.Service) bool { return s.Port == port && meant(s) })
}

// finding weighs an open console. That it greets is one sign. The other is that it greeted during
// discovery too, or that it did both things that consoles do: negotiate and ask who is there.
func finding(t *checks.Target, port uint16, sure bool) *checks.Finding {
	f := t.Found(Kind, port, severity(t.Device), discovery.Saw)
	if !sure {
		f.Severity, f.Confidence = min(f.Severity, checks.Week), discovery.Likely
	}
	if banner := t.Device.Fact(factBanner); banner != "" {
		f.Evidence = []discovery.Fact{{Key: factBanner, Value: banner}}
	}
	return f
}

// severity depends on what the device is. Attackers look for routers, cameras and boxes that
// nobody knows. Printers, network switches and what is steered have a console for settings
// there, and computers one that their owners set up.
func severity(d discovery.Device) checks.Severity {
	switch {
	case steered(d), d.Kind == discovery.KindPrinter, d.Kind == discovery.KindSwitch:
		return checks.Good
	case d.Kind == discovery.KindComputer, d.Kind == discovery.KindOther:
		return checks.Week
	}
	return checks.Today
}
