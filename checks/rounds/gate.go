package rounds

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// A gate is the way to one device in one round. It holds the limits on logins.
type gate struct {
	walker *Walker
	home   *lan.Home
	device discovery.Device

	tries, failed int // logins in this round
}

// admit refuses what may not be done to the device at all.
func (g *gate) admit(ctx context.Context, info checks.Info) error {
	if info.Contact == checks.ContactNone {
		return nil
	}
	if g.device.LeaveAlone {
		return &checks.NotChecked{Reason: checks.ReasonLeaveAlone}
	}
	if g.device.Fact(discovery.FactDecoy) != "" {
		return &checks.NotChecked{Reason: checks.ReasonOdd}
	}
	if info.Contact == checks.ContactUnset {
		return &checks.NotChecked{Reason: checks.ReasonUnclear}
	}
	if info.Contact == checks.ContactLogin && g.consent(ctx) != ConsentGiven {
		return &checks.NotChecked{Reason: checks.ReasonNoConsent}
	}
	return nil
}

// consent tells whether the user agreed to a password try on the device, and asks if nobody
// has answered yet. Whatever goes wrong means that nobody is known to have agreed.
func (g *gate) consent(ctx context.Context) Consent {
	w := g.walker
	switch w.Passwords {
	case PasswordsAll:
		return ConsentGiven
	case PasswordsNone:
		return ConsentRefused
	case PasswordsAsk:
	}
	w.asking.Lock() // one question at a time
	defer w.asking.Unlock()
	c, err := w.History.Consent(ctx, w.Home.ID, g.device.ID)
	if err != nil || c != ConsentUnknown || w.Ask == nil {
		return c
	}
	if c = w.Ask(ctx, g.device); c == ConsentUnknown {
		return c
	}
	if err := w.History.SaveConsent(ctx, w.Home.ID, g.device.ID, c); err != nil {
		return ConsentUnknown
	}
	return c
}

func (g *gate) target(j job, others []discovery.Device) checks.Target {
	a, pace := g.device.Addr(), lan.PaceOf(g.device)
	t := checks.Target{
		Device: g.device, Before: j.before, Others: others, Log: g.walker.Log,
		Dial: func(ctx context.Context, port uint16) (net.Conn, error) {
			return g.home.Dial(ctx, netip.AddrPortFrom(a, port), pace, "connect, check "+string(j.check.Info().ID))
		},
		HTTP: g.home.HTTP(a, pace),
	}
	t.Login = func(context.Context, func(*http.Client) (bool, error)) (bool, error) {
		return false, &checks.NotChecked{Reason: checks.ReasonNoConsent}
	}
	if j.check.Info().Contact == checks.ContactLogin {
		t.Login = func(ctx context.Context, try func(*http.Client) (bool, error)) (bool, error) {
			return g.login(ctx, a, try)
		}
	}
	return t
}

// login makes one login try, if the limits leave room. The try is on disk as failed
// before a byte is sent, so that no crash and no restart can make room for another.
func (g *gate) login(ctx context.Context, a netip.Addr, try func(*http.Client) (bool, error)) (bool, error) {
	if g.failed >= lan.MaxFailedTriesPerRound || g.tries >= lan.MaxTriesPerRound {
		return false, &checks.NotChecked{Reason: checks.ReasonTriedToday}
	}
	history, names, now := g.walker.History, g.names(), time.Now().UTC()
	past, err := history.Tries(ctx, names, now.Add(-24*time.Hour))
	if err != nil {
		return false, err
	}
	failed := 0
	for _, p := range past {
		if p.Failed {
			failed++
		}
	}
	if failed >= lan.MaxFailedTriesPerDay {
		return false, &checks.NotChecked{Reason: checks.ReasonTriedToday}
	}
	if err := history.SaveTry(ctx, names, now); err != nil {
		return false, err
	}
	g.tries++
	accepted, err := try(g.home.LoginHTTP(a, lan.PaceOf(g.device)))
	g.home.NoteLogin(a, !accepted)
	if !accepted {
		g.failed++
		if checks.Reason(err) == checks.ReasonTriedToday { // it said wait: nothing more until tomorrow
			for i := range lan.MaxFailedTriesPerDay {
				if serr := history.SaveTry(context.WithoutCancel(ctx), names, now.Add(time.Duration(i+1)*time.Millisecond)); serr != nil {
					return false, errors.Join(err, serr)
				}
			}
		}
		return false, err
	}
	if err := history.TryAccepted(context.WithoutCancel(ctx), names, now); err != nil {
		return true, err
	}
	return true, err
}

// names are those under which the tries on a device are kept: its hardware address and
// its IP addresses, so that neither a new address nor a new home makes room.
func (g *gate) names() []string {
	var out []string
	if !g.device.MAC.IsZero() {
		out = append(out, "mac:"+g.device.MAC.String())
	}
	for _, a := range g.device.Addrs {
		out = append(out, "addr:"+a.String())
	}
	return out
}
