package rounds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/scan"
)

const (
	// checkTimeout bounds one check of one device.
	checkTimeout = 30 * time.Second
	// devicesAtOnce is how many devices are checked in parallel.
	devicesAtOnce = 16
	// saveTimeout is how long saving may take after the user stopped the round.
	saveTimeout = 10 * time.Second
)

// A Walker walks rounds through one home and keeps its Feed up to date.
type Walker struct {
	Home    Home
	Feed    *Feed
	History History
	Checks  []checks.Check
	Catalog *makers.Catalog
	// Open finds the network and gives the way into it, anew for each round.
	Open    func(ctx context.Context) (*lan.Home, error)
	Sources func(*lan.Home) []discovery.Source
	Probers func(*lan.Home) []discovery.Prober
	// Passwords says whether factory passwords may be tried; zero needs consent for each device.
	Passwords Passwords
	// Ask asks the user for consent, one device at a time, where the history has no answer.
	// The answer is kept. nil asks nobody.
	Ask func(ctx context.Context, d discovery.Device) Consent
	// News asks the internet what is new for the devices that a round found, before they are checked;
	// nil asks nobody.
	News func(ctx context.Context, h *lan.Home, devices []discovery.Device)
	// WiFi asks for the Wi-Fi that an interface is joined to, where the system does not tell at once; nil asks nobody.
	WiFi func(ctx context.Context, interfaceName string) discovery.WiFi
	Log  *slog.Logger

	asking sync.Mutex

	telling sync.Mutex // guards following, and keeps the words of the user and the pictures in step
	said    []word     // by the user, since the latest round began
	under   *lan.Home  // the way of the round under way; nil if there is none
}

// Walk does one round: discover, check, save, tell. The end of ctx stops it within a
// second; what was seen is saved all the same. A round that could not begin or be saved
// gives an error, and leaves the Feed with the last good picture and that error. One that could not go
// on, because the network or the system left it in the lurch, gives what it saw and an error.
func (w *Walker) Walk(ctx context.Context) (Snapshot, error) {
	good := w.Feed.Latest()
	s, err := w.walk(ctx)
	if err != nil && s.Err == nil {
		s = good
		s.Phase, s.Err = Done, err
		if s.Started.IsZero() {
			s.Phase = Idle
		}
		s.Home = w.Home
	}
	w.tell(s)
	w.walks(nil)
	return s, err
}

func (w *Walker) walk(ctx context.Context) (Snapshot, error) {
	release, err := w.History.LockRound(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	defer release()
	w.forget()
	before, err := w.History.Latest(ctx, w.Home.ID)
	if err != nil {
		return Snapshot{}, err
	}
	home, err := w.enter(ctx, before.Devices)
	if err != nil {
		return Snapshot{}, err
	}
	w.walks(home)
	ctx, unwatch := whileHere(ctx, home)
	defer unwatch(nil)
	w.Log.InfoContext(ctx, "round begins", "network", home.Network.Prefix.String())
	s := Snapshot{Home: w.Home, Network: home.Network, Phase: Discovering, Started: time.Now().UTC(), Devices: before.Devices, Findings: before.Findings}
	w.tell(s)
	var clock countdown
	was := expected(before.Devices, home.Network.Prefix)
	s.Devices, s.Troubles = w.scanner(home).Run(ctx, before.Devices, func(devices []discovery.Device, ahead scan.Ahead) {
		live, now := s, time.Now()
		live.Devices, live.Findings = devices, moved(s.Findings, devices)
		here, missing := heardOf(devices, was)
		live.Left = clock.left(now, findingLeft(now.Sub(s.Started), ahead, here, missing))
		w.tell(live)
	})
	if err := starved(s.Troubles); err != nil {
		unwatch(err)
	}
	s.Findings = moved(s.Findings, s.Devices)
	s.Phase, s.Left = Checking, clock.told
	s = w.heard(s)
	w.tell(s)
	if w.News != nil {
		w.News(ctx, home, s.Devices)
	}
	w.check(ctx, home, &s, &clock)
	s.Devices = slices.Clone(s.Devices) // they have been handed out
	elsewhere(s.Devices, before.Devices, home.Network.Prefix)
	s.Complete = ctx.Err() == nil
	s.Phase, s.Left, s.Finished = Saving, 0, time.Now().UTC()
	s.Traffic, s.ByDevice = traffic(home, s.Devices, s.Outcomes)
	w.tell(s)

	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	saved, changes, err := w.History.SaveRound(save, s)
	if err != nil {
		return Snapshot{}, err
	}
	w.Log.InfoContext(ctx, "round ended", "devices", len(saved.Devices), "changes", len(changes), "took", s.Finished.Sub(s.Started))
	saved.Phase = Done
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, ctx.Err()) {
		saved.Err = cause
	}
	return saved, saved.Err
}

// enter gives the way into the home, with what has to be known of its devices before the first byte is sent.
func (w *Walker) enter(ctx context.Context, known []discovery.Device) (*lan.Home, error) {
	home, err := w.Open(ctx)
	if err != nil {
		return nil, err
	}
	home.LeaveAlone(alone(known))
	home.Spare = func(m discovery.MAC) bool { return delicate(m, known) }
	return home, nil
}

func (w *Walker) scanner(home *lan.Home) scan.Scanner {
	return scan.Scanner{Sources: w.Sources(home), Probers: w.Probers(home), Catalog: w.Catalog, Addrs: len(home.Hosts()), Log: w.Log}
}

// elsewhere leaves as they were the devices that the round could not reach: when it looked at a
// part of the home only, the rest is not gone.
func elsewhere(devices, before []discovery.Device, looked netip.Prefix) {
	for i := range devices {
		d := &devices[i]
		at := slices.IndexFunc(before, func(b discovery.Device) bool { return b.ID == d.ID })
		if d.Present || at < 0 || !before[at].Present {
			continue
		}
		was := before[at].Addr() // IPv4 comes first
		d.Present = was.Is4() && !looked.Contains(was)
	}
}

// A job is one check of one device.
type job struct {
	check  checks.Check
	before []checks.Finding
}

// jobs lists the checks that a device is due for: those that apply, and those that found
// something before.
func (w *Walker) jobs(d discovery.Device, findings []checks.Finding) []job {
	var out []job
	for _, c := range w.Checks {
		j := job{check: c, before: openOf(findings, c.Info().ID, d.ID)}
		if c.Applies(seenBy(c, d)) || len(j.before) > 0 {
			out = append(out, j)
		}
	}
	return out
}

// seenBy gives a device as a check sees it. One that touches it sees its own signs alone: no
// word of the user may lead to anything being sent.
func seenBy(c checks.Check, d discovery.Device) discovery.Device {
	if c.Info().Contact == checks.ContactNone {
		return d
	}
	return d.Uncorrected()
}

func openOf(findings []checks.Finding, check checks.ID, device discovery.DeviceID) []checks.Finding {
	var out []checks.Finding
	for _, f := range findings {
		if f.Check == check && f.Device == device && f.Fixed.IsZero() {
			out = append(out, f)
		}
	}
	return out
}

// check runs all checks, the devices in parallel, the checks of one device in turn.
func (w *Walker) check(ctx context.Context, home *lan.Home, s *Snapshot, clock *countdown) {
	var mu sync.Mutex // guards s.Outcomes, s.Checked, live, queues and clock
	slots := make(chan struct{}, devicesAtOnce)
	var wg sync.WaitGroup
	due, queues := make([][]job, len(s.Devices)), make([]time.Duration, len(s.Devices))
	for i, d := range s.Devices {
		if d.Present {
			due[i] = w.jobs(d, s.Findings)
			s.ToCheck += len(due[i])
			queues[i] = taken(due[i], lan.PaceOf(d))
		}
	}
	live := *s
	tell := func() { // the caller holds mu
		live.Left = clock.left(time.Now(), checkingLeft(queues))
		w.tell(live)
	}
	over := make(chan struct{})
	var ticker sync.WaitGroup
	ticker.Go(func() { everySecond(over, func() { mu.Lock(); defer mu.Unlock(); tell() }) })
	for i, d := range s.Devices {
		if len(due[i]) == 0 {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			g := &gate{walker: w, home: home, device: d}
			for n, j := range due[i] {
				o := w.run(ctx, g, j, s.Devices)
				mu.Lock()
				s.Outcomes = append(s.Outcomes, o)
				s.Checked++
				live.Outcomes, live.Checked = slices.Clone(s.Outcomes), s.Checked
				queues[i] = taken(due[i][n+1:], lan.PaceOf(d))
				tell()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	close(over)
	ticker.Wait()
	s.Outcomes = judged(s.Findings, s.Outcomes)
	slices.SortStableFunc(s.Outcomes, func(a, b checks.Outcome) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Check, b.Check))
	})
}

// run carries out one check of one device. Whatever goes wrong becomes Unknown.
func (w *Walker) run(ctx context.Context, g *gate, j job, others []discovery.Device) (out checks.Outcome) {
	info, start := j.check.Info(), time.Now()
	out = checks.Outcome{Check: info.ID, Device: g.device.ID}
	defer func() {
		if p := recover(); p != nil {
			w.Log.ErrorContext(ctx, "check panicked", "check", string(info.ID), "err", p, "stack", string(debug.Stack()))
			out.Result, out.Findings, out.Gone, out.Err = checks.Unknown, nil, nil, fmt.Errorf("check %s: panic: %v", info.ID, p)
			out.Reason = checks.ReasonUnclear
		}
		out.Took = time.Since(start)
	}()
	err := g.admit(ctx, info)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		out.Findings, err = j.check.Run(ctx, g.target(j, others))
	}
	if err == nil && ctx.Err() != nil { // what it saw counts; what it did not see may be there
		err = &checks.Partly{Err: ctx.Err()}
	}
	if partly, ok := errors.AsType[*checks.Partly](err); ok && ctx.Err() == nil {
		out.Gone = partly.Gone
	} else if !ok && err != nil {
		out.Findings = nil
	}
	for i := range out.Findings {
		out.Findings[i].Check, out.Findings[i].Device = info.ID, g.device.ID
	}
	switch {
	case errors.Is(err, checks.ErrNotApplicable):
		out.Result = checks.NotApplicable
	case err != nil:
		out.Err, out.Reason = err, checks.Reason(err)
		if g.alone() && info.Contact != checks.ContactNone {
			out.Reason = checks.ReasonLeaveAlone
		}
		if ctx.Err() != nil {
			out.Reason = checks.ReasonStopped
		}
		w.Log.DebugContext(ctx, "not checked", "check", string(info.ID), "device", string(g.device.ID), "err", err)
	case len(out.Findings) > 0:
		out.Result = checks.Found
	default:
		out.Result = checks.Clear
	}
	return out
}

// CheckAgain looks for one finding again, and for nothing else. It takes seconds and keeps
// what it saw before and after.
func (w *Walker) CheckAgain(ctx context.Context, finding string) (checks.Finding, error) {
	release, err := w.History.LockRound(ctx)
	if err != nil {
		return checks.Finding{}, err
	}
	defer release()
	before, err := w.History.Latest(ctx, w.Home.ID)
	if err != nil {
		return checks.Finding{}, err
	}
	i := slices.IndexFunc(before.Findings, func(f checks.Finding) bool { return f.ID == finding })
	if i < 0 {
		return checks.Finding{}, fmt.Errorf("look again for %q: %w", finding, ErrNoSuchFinding)
	}
	f := before.Findings[i]
	at := slices.IndexFunc(w.Checks, func(c checks.Check) bool { return c.Info().ID == f.Check })
	d, ok := before.Device(f.Device)
	if at < 0 || !ok {
		return checks.Finding{}, fmt.Errorf("look again for %q: %w", finding, ErrNoSuchFinding)
	}
	home, err := w.enter(ctx, before.Devices)
	if err != nil {
		return checks.Finding{}, err
	}
	w.walks(home)
	defer w.walks(nil)
	if d, err = w.locate(ctx, home, d); err != nil {
		return checks.Finding{}, err
	}
	j := job{check: w.Checks[at], before: []checks.Finding{f}}
	others := before.Devices
	if j.check.Info().Contact == checks.ContactNone {
		// It decides from what discovery saw, so look afresh, and ask this device alone.
		look := w.scanner(home)
		look.Only = d.ID
		var troubles []scan.Trouble
		others, troubles = look.Run(ctx, before.Devices, nil)
		if err := starved(troubles); err != nil {
			return checks.Finding{}, err
		}
		fresh, ok := (&Snapshot{Devices: others}).Device(d.ID)
		if !ok || !fresh.Present {
			return checks.Finding{}, &checks.NotChecked{Reason: checks.ReasonUnreachable}
		}
		d = fresh
	}
	out := w.run(ctx, &gate{walker: w, home: home, device: d}, j, others)
	if ctx.Err() != nil {
		return checks.Finding{}, ctx.Err()
	}
	out = judged(before.Findings, []checks.Outcome{out})[0]
	told := out.Tells(&f)
	f, err = w.History.SaveCheck(ctx, w.Home.ID, finding, out, time.Now().UTC())
	if err != nil {
		return checks.Finding{}, err
	}
	w.refresh(ctx)
	if out.Result == checks.Unknown && !told {
		return f, &checks.NotChecked{Reason: out.Reason, Err: out.Err}
	}
	return f, nil
}

// locate finds where a device is now, by its hardware address: another may live where it
// was. On networks without hardware addresses it is believed to be where it was.
func (w *Walker) locate(ctx context.Context, home *lan.Home, d discovery.Device) (discovery.Device, error) {
	if d.MAC.IsZero() || d.LeaveAlone {
		return d, nil
	}
	addrs, err := home.Locate(ctx, d.MAC, d.Addrs)
	if errors.Is(err, discovery.ErrUnavailable) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	if len(addrs) == 0 {
		return d, &checks.NotChecked{Reason: checks.ReasonUnreachable, Err: errors.New("it is not where it was")}
	}
	d.Addrs = addrs
	return d, nil
}

// alone lists where the devices were that the user wants left alone.
func alone(devices []discovery.Device) []netip.Addr {
	var out []netip.Addr
	for _, d := range devices {
		if d.LeaveAlone {
			out = append(out, d.Addrs...)
		}
	}
	return out
}

// Load puts what the history knows of the home into the Feed.
func (w *Walker) Load(ctx context.Context) error {
	w.telling.Lock()
	defer w.telling.Unlock()
	s, err := w.History.Latest(ctx, w.Home.ID)
	if err != nil {
		return err
	}
	s.Home = w.Home
	if !s.Started.IsZero() {
		s.Phase = Done
	}
	if now := w.Feed.Latest(); now.Home.ID == s.Home.ID && now.Round == s.Round {
		s.Troubles = now.Troubles // only the round itself knows them
	}
	w.show(s)
	return nil
}

// refresh tells the Feed what has changed in the history; if that cannot be read, the old
// picture stays until the next round.
func (w *Walker) refresh(ctx context.Context) {
	if err := w.Load(ctx); err != nil && !errors.Is(err, context.Canceled) {
		w.Log.WarnContext(ctx, "history not read", "err", err)
	}
}

// traffic puts the ledger together by device: what was said, and what was odd, for lan, for discovery
// and for the checks.
func traffic(home *lan.Home, devices []discovery.Device, outcomes []checks.Outcome) (discovery.Traffic, map[discovery.DeviceID]discovery.Traffic) {
	byAddr, everyone := home.Traffic()
	byDevice := map[discovery.DeviceID]discovery.Traffic{}
	total := everyone
	for _, d := range devices {
		if !d.Present {
			continue
		}
		t := byDevice[d.ID]
		for _, a := range d.Addrs {
			t.Add(byAddr[a])
			delete(byAddr, a)
		}
		t.Add(discovery.Traffic{Odd: d.Odd()})
		byDevice[d.ID] = t
	}
	for _, o := range outcomes {
		if t, ok := byDevice[o.Device]; ok && o.Reason == checks.ReasonOdd && !slices.Contains(t.Odd, discovery.OddManyDoors) { // of a decoy nothing was asked
			t.Add(discovery.Traffic{Odd: []discovery.Oddity{discovery.OddNonsense}})
			byDevice[o.Device] = t
		}
	}
	for _, t := range byDevice {
		t.Requests, t.Odd = nil, nil // the sums are enough for the whole
		total.Add(t)
	}
	for _, t := range byAddr { // addresses where nobody turned out to live
		t.Requests, t.Odd = nil, nil
		total.Add(t)
	}
	return total, byDevice
}
