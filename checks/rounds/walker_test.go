package rounds_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/all"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/sources"
	"porchlight/discovery/testhome"
	"porchlight/store"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// A home of simulated devices on a loopback prefix of its own, its history, and a walker.
type home struct {
	*rounds.Walker
	store   *store.Store
	devices map[string]*testhome.Device
}

// begin starts a home. Each test takes another third number.
func begin(t *testing.T, prefix string, devices ...*testhome.Device) *home {
	t.Helper()
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	p := netip.MustParsePrefix(prefix)
	if devices == nil {
		devices = testhome.Plan{Prefix: p}.Devices()
	}
	testhome.Run(t, devices...)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	h, err := st.Home(t.Context(), "test", "Test", true)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	lo, err := testhome.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	a := p.Masked().Addr()
	for range 10 {
		a = a.Next()
	}
	network := discovery.Network{
		Interface: lo.Name, Index: lo.Index, Practice: true, Gateway: a, Addr: netip.MustParseAddr("127.0.0.1"),
		Prefix: netip.PrefixFrom(p.Addr(), 27),
	}
	out := &home{store: st, devices: map[string]*testhome.Device{}}
	for _, d := range devices {
		out.devices[d.Name] = d
	}
	out.Walker = &rounds.Walker{
		Home: h, Feed: &rounds.Feed{}, History: st, Checks: all.All(catalog), Catalog: catalog, Log: log,
		Open:      func(context.Context) (*lan.Home, error) { return lan.Open(network, "test", log), nil },
		Sources:   func(h *lan.Home) []discovery.Source { return sources.All(h, log) },
		Probers:   func(h *lan.Home) []discovery.Prober { return sources.Probers(h, catalog) },
		Passwords: rounds.PasswordsAll,
	}
	return out
}

// recognised leaves discovery out: the simulated router is known at once, for tests that
// are about checks and walk many rounds.
func (h *home) recognised(name string) {
	d := h.devices[name]
	h.Probers = func(*lan.Home) []discovery.Prober { return nil }
	h.Sources = func(*lan.Home) []discovery.Source {
		return []discovery.Source{known{discovery.Observation{
			Source: "known", Addr: d.Addr, Services: []discovery.Service{{Port: 8080, Transport: "tcp", Protocol: "http"}},
			Facts: []discovery.Fact{{Key: discovery.FactHTTPRealm, Value: d.Login.Realm}, {Key: discovery.FactMDNSHost, Value: "router.local"}},
		}}}
	}
}

type known struct{ o discovery.Observation }

func (known) Name() string { return "known" }

func (k known) Discover(_ context.Context, report func(discovery.Observation)) error {
	k.o.At = time.Now().UTC()
	report(k.o)
	return nil
}

func (h *home) walk(t *testing.T) rounds.Snapshot {
	t.Helper()
	s, err := h.Walk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func kinds(s rounds.Snapshot) []string {
	var out []string
	for _, f := range s.Open() {
		out = append(out, string(f.Kind))
	}
	slices.Sort(out)
	return out
}

func TestOneWholeRound(t *testing.T) {
	h := begin(t, "127.9.1.0/24")
	live := make(chan int, 1000)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go h.Feed.Watch(ctx, func(s rounds.Snapshot) {
		if s.Walking() {
			live <- len(s.Devices)
		}
	})
	s := h.walk(t)
	if len(s.Devices) != len(h.devices) {
		t.Errorf("got %d devices, want %d", len(s.Devices), len(h.devices))
	}
	if got, want := kinds(s), []string{"default-login", "http-only-admin", "known-exploited", "port-forward", "telnet-open", "upnp-on"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, o := range s.Unchecked() { // some do not tell their version; all else is looked at
		if o.Check != "firmware" || o.Reason != checks.ReasonNoVersion {
			t.Errorf("not checked: %+v", o)
		}
	}
	if len(s.Troubles) > 0 || !s.Complete {
		t.Errorf("troubles %v, complete %v", s.Troubles, s.Complete)
	}
	if len(live) < 3 {
		t.Errorf("the picture changed %d times while walking", len(live))
	}
	h.politeness(t, s)

	again := h.walk(t)
	for i := range again.Findings {
		if again.Findings[i].ID != s.Findings[i].ID || !again.Findings[i].First.Equal(s.Findings[i].First) {
			t.Errorf("the second round took %v for new", again.Findings[i].Kind)
		}
	}
	if len(again.Devices) != len(s.Devices) {
		t.Errorf("the second round has %d devices, the first %d", len(again.Devices), len(s.Devices))
	}
}

// politeness compares the ledger with what the devices counted themselves.
func (h *home) politeness(t *testing.T, s rounds.Snapshot) {
	t.Helper()
	for _, d := range s.Devices {
		var fake *testhome.Device
		for _, f := range h.devices {
			if f.Addr == d.Addr() {
				fake = f
			}
		}
		if fake == nil {
			t.Errorf("nobody lives at %v", d.Addr())
			continue
		}
		c, ledger := fake.Counts(), s.ByDevice[d.ID]
		conns, received := 0, 0
		for _, n := range c.Connections {
			conns += n
		}
		for _, n := range c.Received {
			received += n
		}
		refused := 0 // knocks at closed doors: the device did not see a connection
		sent := 0    // over connections; a datagram to a closed port reaches nobody who counts
		for _, r := range ledger.Requests {
			if !lan.Listed(r.Transport, r.Line) {
				t.Errorf("%s was sent %q", fake.Name, r.Line)
			}
			if r.Transport == "tcp" {
				sent += r.Sent
			}
			if r.Sent == 0 && r.Received == 0 && r.Transport == "tcp" {
				refused++
			}
		}
		if conns > ledger.Connections || conns < ledger.Connections-refused {
			t.Errorf("%s: the ledger has %d connections (%d refused), the device counted %d", fake.Name, ledger.Connections, refused, conns)
		}
		if received != sent {
			t.Errorf("%s: the ledger has %d bytes sent, the device received %d", fake.Name, sent, received)
		}
		if c.LoginAttempts != ledger.LoginAttempts || c.LoginAttempts > lan.MaxTriesPerRound || c.LoginFailures > lan.MaxFailedTriesPerRound {
			t.Errorf("%s: the ledger has %d logins, the device counted %d, %d failed", fake.Name, ledger.LoginAttempts, c.LoginAttempts, c.LoginFailures)
		}
		for action := range c.Actions {
			if !slices.Contains([]string{"GetExternalIPAddress", "GetGenericPortMappingEntry", "GetStatusInfo"}, action) {
				t.Errorf("%s was asked for %s", fake.Name, action)
			}
		}
		for _, r := range c.Requests {
			method, _, _ := strings.Cut(r.Line, " ")
			if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, "DESCRIBE"}, method) {
				t.Errorf("%s got %q", fake.Name, r.Line)
			}
		}
	}
}

func find(t *testing.T, s rounds.Snapshot, kind checks.Kind) checks.Finding {
	t.Helper()
	for _, f := range s.Findings {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("no %s in %v", kind, kinds(s))
	return checks.Finding{}
}

func TestCheckAgainProvesWhatWasFixed(t *testing.T) {
	h := begin(t, "127.9.2.0/24")
	s := h.walk(t)
	if err := h.devices["Garage recorder"].SetTelnet(false); err != nil {
		t.Fatal(err)
	}
	h.devices["Router"].SetPassword("four words of my own")
	if !h.devices["Router"].RemoveMapping("TCP", 8554) {
		t.Fatal("no such door")
	}
	for _, kind := range []checks.Kind{"telnet-open", "default-login", "port-forward"} {
		start := time.Now()
		f, err := h.CheckAgain(t.Context(), find(t, s, kind).ID)
		if err != nil || f.Fixed.IsZero() {
			t.Errorf("%s: got %+v, %v", kind, f, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", kind, took)
		}
		proofs, err := h.store.Proofs(t.Context(), s.Home.ID, f.ID)
		if err != nil || len(proofs) == 0 || !proofs[0].Before || proofs[0].After {
			t.Errorf("%s: got proofs %+v, %v", kind, proofs, err)
		}
	}
	if f, err := h.CheckAgain(t.Context(), find(t, s, "known-exploited").ID); err != nil || !f.Fixed.IsZero() {
		t.Errorf("old firmware was not updated: got %+v, %v", f, err)
	}
	if got := kinds(h.Feed.Latest()); !slices.Equal(got, []string{"http-only-admin", "known-exploited", "upnp-on"}) {
		t.Errorf("the window still shows %v", got)
	}
	// It comes back.
	if err := h.devices["Garage recorder"].SetTelnet(true); err != nil {
		t.Fatal(err)
	}
	if f, err := h.CheckAgain(t.Context(), find(t, s, "telnet-open").ID); err != nil || f.CameBack.IsZero() || !f.Fixed.IsZero() {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := h.CheckAgain(t.Context(), "f-nonsense"); !errors.Is(err, rounds.ErrNoSuchFinding) {
		t.Errorf("got %v, want %v", err, rounds.ErrNoSuchFinding)
	}
}

// locking is a recognised router with a password of its own that locks after three failures.
func locking(prefix string) *testhome.Device {
	d := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	d.Login.Password, d.Login.LockAfter = "four words of my own", 3
	return d
}

func TestADeviceIsNeverLocked(t *testing.T) {
	const prefix = "127.9.3.0/24"
	t.Parallel()
	h := begin(t, prefix, locking(prefix))
	h.recognised("Router")
	for round := range 10 {
		s := h.walk(t)
		c := h.devices["Router"].Counts()
		if want := min(round+1, lan.MaxFailedTriesPerDay); c.LoginFailures != want || c.LoginAttempts != want {
			t.Fatalf("round %d: the router counted %d logins, %d failed, want %d", round+1, c.LoginAttempts, c.LoginFailures, want)
		}
		if slices.Contains(kinds(s), "default-login") {
			t.Fatal("a router with a password of its own was found")
		}
		if round >= lan.MaxFailedTriesPerDay && !slices.ContainsFunc(s.Unchecked(), func(o checks.Outcome) bool { return o.Reason == checks.ReasonTriedToday }) {
			t.Errorf("round %d: what was not tried is not said: %+v", round+1, s.Outcomes)
		}
	}
}

func TestADeviceThatSaysWaitIsLeftUntilTomorrow(t *testing.T) {
	const prefix = "127.9.7.0/24"
	t.Parallel()
	d := locking(prefix)
	var logins atomic.Int64
	d.Doors[0].Web = func(_ *testhome.Device, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			logins.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="`+d.Login.Realm+`"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	h := begin(t, prefix, d)
	h.recognised("Router")
	for range 4 {
		s := h.walk(t)
		if un := s.Unchecked(); len(un) != 1 || un[0].Reason != checks.ReasonTriedToday {
			t.Errorf("got %+v", un)
		}
	}
	if n := logins.Load(); n != 1 {
		t.Errorf("the router was tried %d times", n)
	}
}

// failing is a history that cannot save.
type failing struct{ rounds.History }

func (failing) SaveRound(context.Context, rounds.Snapshot) (rounds.Snapshot, []rounds.Change, error) {
	return rounds.Snapshot{}, nil, store.ErrFull
}

func TestARoundThatCouldNotBeSavedIsNotShownAsDone(t *testing.T) {
	const prefix = "127.9.8.0/24"
	t.Parallel()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.recognised("Router")
	h.History = failing{h.store}
	if _, err := h.Walk(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Fatalf("got %v", err)
	}
	if s := h.Feed.Latest(); s.AllGood() || s.Complete || len(s.Outcomes) > 0 || !errors.Is(s.Err, store.ErrFull) {
		t.Errorf("got %+v", s)
	}
}

func TestWithoutConsentNothingIsTried(t *testing.T) {
	const prefix = "127.9.4.0/24"
	router := testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0]
	t.Parallel()
	h := begin(t, prefix, router)
	h.recognised("Router")
	h.Passwords = rounds.PasswordsAsk // as the window: the history knows
	s := h.walk(t)
	if c := router.Counts(); c.LoginAttempts != 0 {
		t.Errorf("%d logins were tried", c.LoginAttempts)
	}
	if un := s.Unchecked(); len(un) != 1 || un[0].Reason != checks.ReasonNoConsent {
		t.Errorf("got %+v", un)
	}
	if err := h.store.SaveConsent(t.Context(), h.Home.ID, s.Devices[0].ID, rounds.ConsentGiven); err != nil {
		t.Fatal(err)
	}
	if got := kinds(h.walk(t)); !slices.Contains(got, "default-login") {
		t.Errorf("with consent: got %v", got)
	}
	if err := h.store.LeaveAlone(t.Context(), h.Home.ID, s.Devices[0].ID, true); err != nil {
		t.Fatal(err)
	}
	before := router.Counts()
	s = h.walk(t)
	after := router.Counts()
	if after.LoginAttempts != before.LoginAttempts || len(after.Requests) != len(before.Requests) {
		t.Errorf("a device that is to be left alone was checked: %+v, then %+v", before, after)
	}
	for _, o := range s.Outcomes {
		if o.Result == checks.Clear {
			t.Errorf("%s is shown as clear", o.Check)
		}
	}
}

func TestCancellingKeepsWhatWasSeen(t *testing.T) {
	h := begin(t, "127.9.5.0/24")
	before := stacks()
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 900 * time.Millisecond, 2500 * time.Millisecond, 7 * time.Second} {
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled time.Time
		timer := time.AfterFunc(after, func() { cancelled = time.Now(); cancel() })
		s, err := h.Walk(ctx)
		took := time.Since(cancelled)
		timer.Stop()
		cancel()
		if took > time.Second {
			t.Errorf("cancelled after %v: returned %v later", after, took)
		}
		if errors.Is(err, context.Canceled) && after == 0 {
			continue // nothing had begun
		}
		if err != nil || s.Complete || (after > time.Second && len(s.Devices) == 0) {
			t.Errorf("cancelled after %v: got %d devices, complete %v, %v", after, len(s.Devices), s.Complete, err)
		}
	}
	for end := time.Now().Add(time.Second); stacks() > before && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := stacks(); n > before {
		buf := make([]byte, 1<<20)
		t.Errorf("%d goroutines are left, there were %d:\n%s", n, before, buf[:runtime.Stack(buf, true)])
	}
}

// stacks counts the goroutines that are ours or our libraries'.
func stacks() int {
	buf := make([]byte, 4<<20)
	n := 0
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "porchlight/discovery/") && !strings.Contains(g, "testhome.") || strings.Contains(g, "zeroconf") || strings.Contains(g, "goupnp") || strings.Contains(g, "porchlight/checks") && !strings.Contains(g, "_test.") {
			n++
		}
	}
	return n
}

func TestACheckThatPanicsIsUnknown(t *testing.T) {
	const prefix = "127.9.6.0/24"
	t.Parallel()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.recognised("Router")
	h.Checks = []checks.Check{panicking{}, unset{}}
	s := h.walk(t)
	if len(s.Outcomes) != 2 {
		t.Fatalf("got %+v", s.Outcomes)
	}
	for _, o := range s.Outcomes {
		if o.Result != checks.Unknown || o.Reason == "" {
			t.Errorf("got %+v", o)
		}
	}
}

// TestACheckMayTellAPartOnly looks at two things, of which one does not answer in the second round.
func TestACheckMayTellAPartOnly(t *testing.T) {
	const prefix = "127.9.30.0/24"
	t.Parallel()
	h := begin(t, prefix, testhome.Plan{Prefix: netip.MustParsePrefix(prefix)}.Devices()[0])
	h.recognised("Router")
	p := &partial{open: []uint16{1, 2, 3}}
	h.Checks = []checks.Check{p}
	if s := h.walk(t); len(s.Open()) != 3 {
		t.Fatalf("got %+v", s.Open())
	}
	p.open, p.silent = []uint16{1}, 2
	s := h.walk(t)
	var open []uint16
	for _, f := range s.Open() {
		open = append(open, f.Port)
	}
	if slices.Sort(open); !slices.Equal(open, []uint16{1, 2}) || len(s.Unchecked()) != 1 || s.Unchecked()[0].Reason != checks.ReasonUnclear {
		t.Errorf("open are %v, unchecked %+v", open, s.Unchecked())
	}
}

// A partial check finds its doors open, but tells nothing of the silent one.
type partial struct {
	open   []uint16
	silent uint16
}

func (*partial) Info() checks.Info             { return checks.Info{ID: "partial", Contact: checks.ContactPolite} }
func (*partial) Applies(discovery.Device) bool { return true }
func (p *partial) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	var found []checks.Finding
	for _, port := range p.open {
		found = append(found, *t.Found("partial", port, checks.Week, discovery.Saw))
	}
	if p.silent == 0 {
		return found, nil
	}
	return t.Partly(found, func(f *checks.Finding) bool { return f.Port != p.silent }, checks.Unclear(errors.New("silent")))
}

type panicking struct{}

func (panicking) Info() checks.Info             { return checks.Info{ID: "panicking", Contact: checks.ContactNone} }
func (panicking) Applies(discovery.Device) bool { return true }
func (panicking) Run(context.Context, checks.Target) ([]checks.Finding, error) {
	panic("as a test does")
}

type unset struct{ panicking }

func (unset) Info() checks.Info { return checks.Info{ID: "unset"} }

func TestNobodyIsConnectedToByALightLook(t *testing.T) {
	h := begin(t, "127.9.16.0/24", &testhome.Device{Name: "nobody", Addr: netip.MustParseAddr("127.9.16.10")})
	var home *lan.Home
	h.Sources = func(h *lan.Home) []discovery.Source { home = h; return nil }
	h.Probers = func(*lan.Home) []discovery.Prober { return nil }
	espressif, philips := discovery.MAC{0x24, 0x0a, 0xc4, 1, 2, 3}, discovery.MAC{0x00, 0x17, 0x88, 1, 2, 3}
	if _, err := h.Look(t.Context()); err != nil || home.Spare != nil {
		t.Errorf("a light look connects to some: %v", err)
	}
	if h.walk(t); !home.Spare(espressif) || home.Spare(philips) {
		t.Errorf("a round spares the small one: %v, and the others: %v", home.Spare(espressif), home.Spare(philips))
	}
}
