// Package ssh tells of remote consoles on devices that are no computers. A modern one is a good
// lock; it is one more door all the same, and few people need it. Nothing is tried there, and
// old versions are not judged: makers repair old ones without changing what they say.
package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "ssh-open"

// line is what the ledger calls it.
const line = "connect, read greeting"

const factBanner = discovery.FactBanner + "ssh"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "ssh-open", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool {
	_, ok := severity(d.Kind)
	return ok && slices.ContainsFunc(d.Services, meant)
}

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "ssh" }

// severity tells how much it says that a kind of device has a remote console; false if it says
// nothing, because it may be a computer. On what their owners set up themselves, it was mostly
// them who switched it on.
func severity(k discovery.Kind) (checks.Severity, bool) {
	switch k {
	case discovery.KindUnknown, discovery.KindOther, discovery.KindComputer, discovery.KindPhone:
		return checks.Inform, false
	case discovery.KindRouter, discovery.KindAccessPoint, discovery.KindModem, discovery.KindNAS, discovery.KindHub,
		discovery.KindSwitch, discovery.Kind3DPrinter, discovery.KindMediaPlayer:
		return checks.Inform, true
	default:
		return checks.Good, true
	}
}

// Run implements checks.Check. What greeted during discovery is not asked again, unless it has
// to be seen whether it is still there.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	s, ok := severity(t.Device.Kind)
	if !ok {
		return nil, nil // it turned out to be something else
	}
	finding := func(port uint16, words string) *checks.Finding {
		f := t.Found(Kind, port, s, discovery.Saw)
		if words != "" {
			f.Evidence = []discovery.Fact{{Key: factBanner, Value: words}}
		}
		return f
	}
	doors := t.Doors(meant)
	if words := t.Device.Fact(factBanner); len(t.Before) == 0 && len(doors) == 1 && words != "" {
		return []checks.Finding{*finding(doors[0], words)}, nil
	}
	return t.AtDoors(ctx, doors, line, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		words, err := greeting(c)
		if err != nil {
			return nil, err
		}
		return finding(port, words), nil
	})
}

// greeting reads what the console calls itself.
func greeting(c net.Conn) (string, error) {
	b, buf := []byte(nil), make([]byte, maxGreeting)
	for {
		n, err := c.Read(buf[:maxGreeting-len(b)])
		b = append(b, buf[:n]...)
		words, perr := parseGreeting(b)
		switch {
		case perr == nil:
			return words, nil
		case !errors.Is(perr, errMore) || len(b) == maxGreeting:
			return "", checks.Unclear(perr)
		case err != nil:
			return "", checks.Unclear(fmt.Errorf("read the greeting: %w", err))
		}
	}
}
