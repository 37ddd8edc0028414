package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/ui/system"
)

// maxChoices is how many choices between networks are remembered.
const maxChoices = 8

// Connections lists the networks of this computer that can be a home's, as the system tells. Nothing is sent.
func (p *Program) Connections(ctx context.Context) ([]rounds.Connection, error) {
	chosen, err := p.network(ctx)
	if err != nil && !errors.Is(err, lan.ErrSeveralNetworks) {
		return nil, err
	}
	all := []discovery.Network{chosen}
	if p.Want == (lan.Want{}) {
		if all, err = lan.Networks(); err != nil {
			return nil, err
		}
	}
	return connections(all, chosen), nil
}

// connections describes networks, each router once: by cable and by Wi-Fi it is the same home.
func connections(all []discovery.Network, chosen discovery.Network) []rounds.Connection {
	var out []rounds.Connection
	for _, n := range all {
		if n.Prefix.Bits() < lan.MaxPrefixBits || slices.ContainsFunc(out, func(c rounds.Connection) bool {
			return n.Gateway.IsValid() && c.Gateway == n.Gateway && c.Prefix == n.Prefix
		}) {
			continue
		}
		out = append(out, rounds.Connection{Interface: n.Interface, Prefix: n.Prefix, Gateway: n.Gateway, WiFi: n.WiFi, Chosen: called(n) == called(chosen)})
	}
	return out
}

// admit refuses a network that looks like that of a café or a hotel, unless the user insists on this very one, or has answered
// for its home before.
func (p *Program) admit(ctx context.Context, n discovery.Network, key, insisted string) error {
	home, found, err := p.store.FindHome(ctx, key, false)
	if err != nil || insisted == key || found && !home.Consented.IsZero() {
		return err
	}
	if public := looks(ctx, n, system.WiFi); public != "" {
		return &rounds.PublicNetwork{Looks: public, Key: key}
	}
	return nil
}

// looks tells why a network may be no home's; "" if nothing says so. ask gives the Wi-Fi where the system does not tell it at once.
func looks(ctx context.Context, n discovery.Network, ask func(ctx context.Context, interfaceName string) discovery.WiFi) rounds.Public {
	wifi := n.WiFi
	if wifi.Hidden {
		wifi = ask(ctx, n.Interface)
	}
	switch {
	case slices.Contains(wifi.Protection, discovery.ProtectionOpen), slices.Contains(wifi.Protection, discovery.ProtectionOWE):
		return rounds.PublicOpen
	case lan.CallsPublic(n):
		return rounds.PublicSystem
	}
	return ""
}

// UseConnection keeps which network is meant where this computer is on several.
func (p *Program) UseConnection(ctx context.Context, c rounds.Connection) error {
	name := called(discovery.Network{Interface: c.Interface, Prefix: c.Prefix, Gateway: c.Gateway})
	_, err := p.store.ChangeSettings(ctx, func(s *rounds.Settings) {
		others := slices.DeleteFunc(slices.Clone(s.Networks), func(n string) bool { return n == name })
		s.Networks = append([]string{name}, others[:min(len(others), maxChoices-1)]...)
	})
	return err
}

// called names a network among those of this computer.
func called(n discovery.Network) string {
	return fmt.Sprint(n.Interface, " ", n.Prefix, " ", n.Gateway)
}

// network chooses the home network of this computer: of several, the one that the user chose last.
func (p *Program) network(ctx context.Context) (discovery.Network, error) {
	n, err := lan.FindNetwork(p.Want)
	if p.Want != (lan.Want{}) {
		return n, err
	}
	choices := p.set(ctx).Networks
	if len(choices) == 0 {
		return n, err
	}
	all, errAll := lan.Networks()
	if errAll != nil {
		return n, err
	}
	if meant, ok := remembered(choices, all); ok {
		return meant, nil
	}
	return n, err
}

// remembered gives the network that the user chose last, of those that there are.
func remembered(choices []string, all []discovery.Network) (discovery.Network, bool) {
	if len(all) < 2 {
		return discovery.Network{}, false
	}
	for _, choice := range choices {
		i := slices.IndexFunc(all, func(n discovery.Network) bool { return called(n) == choice })
		if i >= 0 && all[i].Prefix.Bits() >= lan.MaxPrefixBits {
			return all[i], true
		}
	}
	return discovery.Network{}, false
}

// hurdles maps what may go wrong to what keeps rounds from being walked.
var hurdles = []struct {
	err  error
	kind rounds.HurdleKind
}{
	{lan.ErrNoNetwork, rounds.HurdleNetwork},
	{lan.ErrNotOnLink, rounds.HurdleNetwork},
	{lan.ErrNoInterface, rounds.HurdleNetwork},
	{lan.ErrSeveralNetworks, rounds.HurdleSeveral},
	{lan.ErrVPN, rounds.HurdleVPN},
	{lan.ErrTooWide, rounds.HurdleWide},
	{lan.ErrPublicAddress, rounds.HurdlePublic},
	{rounds.ErrOtherNetwork, rounds.HurdleElsewhere},
	{ErrNotAgreed, rounds.HurdleAgree},
}

// Hurdle says what keeps a round from being walked, if the user can do something about an error; none for all others. It
// does not block.
func (p *Program) Hurdle(err error) rounds.Hurdle {
	for _, h := range hurdles {
		if errors.Is(err, h.err) {
			out := rounds.Hurdle{Kind: h.kind}
			if r, ok := errors.AsType[*lan.Refusal](err); ok {
				out.Names = r.Names
			}
			return out
		}
	}
	if refused(err, runtime.GOOS) {
		return rounds.Hurdle{Kind: rounds.HurdlePermission}
	}
	return rounds.Hurdle{}
}

// wsaEACCES is what the firewall of Windows makes of a connection that it does not allow.
const wsaEACCES = syscall.Errno(10013)

// refused reports whether a system did not let the program into the network. macOS says then that there is no way.
func refused(err error, system string) bool {
	number, ok := errors.AsType[syscall.Errno](err)
	_, file := errors.AsType[*os.PathError](err)
	if !ok || file {
		return false
	}
	switch system {
	case "darwin":
		return number == syscall.EHOSTUNREACH || number == syscall.EPERM
	case "windows":
		return number == wsaEACCES
	}
	return number == syscall.EPERM || number == syscall.EACCES
}
