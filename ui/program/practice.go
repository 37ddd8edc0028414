package program

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/testhome"
)

// practised is the password that the simulated router gets.
const practised = "four words of my own"

// A trick puts a finding right on the simulated device, as its owner would in the settings.
type trick func(p *Program, at *testhome.Device, d discovery.Device, f checks.Finding) error

// tricks are those that we know, by the kind of the finding. The others would need doors that a user may not open.
var tricks = map[checks.Kind]trick{
	"default-login": func(_ *Program, at *testhome.Device, _ discovery.Device, _ checks.Finding) error {
		at.SetPassword(practised)
		return nil
	},
	"telnet-open": func(_ *Program, at *testhome.Device, _ discovery.Device, _ checks.Finding) error {
		return at.SetTelnet(false)
	},
	"port-forward": func(_ *Program, at *testhome.Device, _ discovery.Device, f checks.Finding) error {
		outer, err := strconv.ParseUint(f.Args["outer_port"], 10, 16)
		at.RemoveMapping(f.Args["protocol"], uint16(outer))
		return err
	},
	"known-exploited": update, "firmware-outdated": update,
}

// update gives a device its newest firmware.
func update(p *Program, at *testhome.Device, d discovery.Device, _ checks.Finding) error {
	at.SetFirmware(p.Firmware(d).Newest)
	return nil
}

// Pretends tells whether Pretend can put a kind of finding right. It does not block.
func (p *Program) Pretends(kind checks.Kind) bool { return tricks[kind] != nil }

// Pretend puts a finding of the practice home right on the simulated device, as its owner would. Nothing is said to have
// been fixed by that: only looking again proves it.
func (p *Program) Pretend(_ context.Context, finding string) error {
	s := p.feed.Latest()
	i := slices.IndexFunc(s.Findings, func(f checks.Finding) bool { return f.ID == finding })
	p.mu.Lock()
	home := p.practice
	p.mu.Unlock()
	if i < 0 || home == nil || !s.Home.Practice {
		return fmt.Errorf("pretend to fix %q: %w", finding, rounds.ErrNoSuchFinding)
	}
	f := s.Findings[i]
	d, _ := s.Device(f.Device)
	at, do := home.At(d.Addr()), tricks[f.Kind]
	if at == nil || do == nil {
		return fmt.Errorf("pretend to fix %q: %w", finding, rounds.ErrNoSuchFinding)
	}
	return do(p, at, d, f)
}
