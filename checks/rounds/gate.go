package rounds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"porchlight/checks"
	"porchlight/checks/way"
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
	if g.alone() {
		return &checks.NotChecked{Reason: checks.ReasonLeaveAlone}
	}
	for _, d := range append([]discovery.Device{g.device}, g.maybe()...) {
		if why := skipped(d); why != "" {
			return &checks.NotChecked{Reason: checks.ReasonSkipList, Err: errors.New(why)}
		}
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

// alone reports whether the user wants the device left alone, by now, or one that it may turn out to be.
func (g *gate) alone() bool {
	s := g.walker.Feed.Latest()
	d, _ := s.Device(g.device.ID)
	return g.device.LeaveAlone || d.LeaveAlone || slices.ContainsFunc(g.maybe(), func(d discovery.Device) bool { return d.LeaveAlone })
}

// maybe gives the devices that this one may turn out to be.
func (g *gate) maybe() []discovery.Device {
	s := g.walker.Feed.Latest()
	var out []discovery.Device
	for _, id := range g.device.Maybe {
		if d, ok := s.Device(id); ok {
			out = append(out, d)
		}
	}
	return out
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
	c, err := g.answer(ctx)
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

// answer gives what the user has said about the device, under any of the names that it has had.
func (g *gate) answer(ctx context.Context) (Consent, error) {
	c := ConsentUnknown
	for _, id := range append([]discovery.DeviceID{g.device.ID}, g.device.Was...) {
		said, err := g.walker.History.Consent(ctx, g.walker.Home.ID, id)
		if err != nil {
			return ConsentUnknown, err
		}
		c = max(c, said)
	}
	return c, nil
}

func (g *gate) target(j job, others []discovery.Device) checks.Target {
	t := checks.Target{Device: seenBy(j.check, g.device), Way: way.To(g.home, g.device.Addr(), lan.PaceOf(g.device)), Before: j.before, Others: others, WiFi: g.wifi, Log: g.walker.Log, Tries: g.tried}
	t.Resolver, t.AskDHCP, t.NoteOutside = g.home.AskResolver, g.home.AskDHCP, g.home.NoteOutside
	t.Login = func(context.Context, string, func(checks.Way) (bool, error)) (bool, error) {
		return false, &checks.NotChecked{Reason: checks.ReasonNoConsent}
	}
	if j.check.Info().Contact == checks.ContactLogin {
		t.Login = g.login
	}
	return t
}

// wifi gives the Wi-Fi of this computer, asked anew where the system did not tell at once.
func (g *gate) wifi(ctx context.Context) discovery.WiFi {
	n := g.home.Network
	if n.WiFi.Hidden && g.walker.WiFi != nil {
		return g.walker.WiFi(ctx, n.Interface)
	}
	return n.WiFi
}

// day is over which the limits on failed logins are counted.
const day = 24 * time.Hour

// tried lists the logins that the device has seen, as far back as they are kept.
func (g *gate) tried(ctx context.Context) ([]checks.Try, error) {
	return g.walker.History.Tries(ctx, TriedAs(g.device), time.Time{})
}

// login makes one login try, if the limits leave room. The try is on disk as failed
// before a byte is sent, so that no crash and no restart can make room for another; it is taken back
// if the ways to the device carried none.
func (g *gate) login(ctx context.Context, row string, try func(checks.Way) (bool, error)) (bool, error) {
	if g.failed >= lan.MaxFailedTriesPerRound || g.tries >= lan.MaxTriesPerRound {
		return false, &checks.NotChecked{Reason: checks.ReasonTriedToday}
	}
	pace := lan.PaceOf(g.device)
	if left := g.home.Left(g.device.Addr(), pace); left < lan.ConnsPerLogin {
		return false, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf("log in with %d connections left: %w", left, lan.ErrBudget)}
	}
	history, names, now := g.walker.History, TriedAs(g.device), time.Now().UTC()
	past, err := history.Tries(ctx, names, now.Add(-day))
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
	if err := history.SaveTry(ctx, names, row, now); err != nil {
		return false, err
	}
	told := g.home.CarriedLogin(g.device.Addr())
	accepted, err := try(way.WithLogin(g.home, g.device.Addr(), pace))
	if g.home.CarriedLogin(g.device.Addr()) == told { // it ended before a byte of it left, whatever try says
		return false, errors.Join(history.TryTakenBack(context.WithoutCancel(ctx), names, now), untold(err))
	}
	g.tries++
	g.home.NoteLogin(g.device.Addr(), !accepted)
	if !accepted {
		g.failed++
		if checks.Reason(err) == checks.ReasonTriedToday { // it said wait: nothing more until tomorrow
			for i := range lan.MaxFailedTriesPerDay {
				if serr := history.SaveTry(context.WithoutCancel(ctx), names, row, now.Add(time.Duration(i+1)*time.Millisecond)); serr != nil {
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

// untold says why a device was not told a login. That it was tried today is no reason: it was not.
func untold(err error) error {
	if err == nil || checks.Reason(err) == checks.ReasonTriedToday {
		return &checks.NotChecked{Reason: checks.ReasonUnclear, Err: err}
	}
	return err
}

// TriedAs gives the names under which the logins tried on a device are kept: its hardware
// address and its IP addresses, so that neither a new address nor a new home makes room.
func TriedAs(d discovery.Device) []string {
	var out []string
	if !d.MAC.IsZero() {
		out = append(out, "mac:"+d.MAC.String())
	}
	for _, a := range d.Addrs {
		out = append(out, "addr:"+a.String())
	}
	return out
}
