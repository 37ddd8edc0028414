// Package program puts the parts together into the one program that the window and the
// terminal share: which home, which network, and what may be done there.
package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/adrg/xdg"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/all"
	"porchlight/checks/defaultlogin"
	"porchlight/checks/doh"
	"porchlight/checks/news"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/sources"
	"porchlight/discovery/testhome"
	"porchlight/store"
	"porchlight/ui/elsewhere"
	"porchlight/ui/system"
)

// practiceKey is the network of the practice home in the history.
const practiceKey = "practice"

// ErrSetAside means that the history was damaged: it was kept aside, and a new one begins
// with the next start.
var ErrSetAside = errors.New("the history was damaged and kept aside")

// ErrNotAgreed means that nobody has said yet: this is my home, or I may act for its owner.
var ErrNotAgreed = errors.New("nobody has agreed to look around this home")

// ErrNoRound means that there is no picture of a home yet.
var ErrNoRound = errors.New("no round has been walked yet")

// ErrNothingToTell means that nothing is known yet that could be told elsewhere.
var ErrNothingToTell = errors.New("nothing to tell yet")

// ErrNoSuchDevice and ErrSeveralDevices mean that a person's word for a device fits none, or
// more than one.
var (
	ErrNoSuchDevice   = errors.New("no such device")
	ErrSeveralDevices = errors.New("several devices are called that")
)

// ErrNoLetter means that a finding is nothing for its maker, or for the internet provider, to put right.
var ErrNoLetter = errors.New("nothing to write about")

// Options say where and how the program runs.
type Options struct {
	Dir       string // for the history; "" for the usual place of the system
	Version   string
	Languages []string // that the user reads, best first; empty asks the system
	Want      lan.Want // which network; zero lets the program choose
	Log       *slog.Logger
	// Passwords and Ask say whether factory passwords may be tried in the real home, as in
	// rounds.Walker. In the practice home they always may: nothing is at stake.
	Passwords rounds.Passwords
	Ask       func(ctx context.Context, d discovery.Device) rounds.Consent
	// AskOutside and AskDHCP switch on the checks that ask public name servers, and everybody in
	// the real home. The practice home has neither.
	AskOutside, AskDHCP bool
	// Still keeps the program small: it has no catalogue of makers, and walks no rounds.
	Still bool
	// TellLater leaves it to another process to tell the place elsewhere that the user named.
	TellLater bool
	// News names the sources on the internet that rounds ask what is new; nil for those that the
	// user switched on for good. The practice home asks none.
	News []string
}

// A Program holds one home at a time. Its methods are safe for concurrent use.
type Program struct {
	Options
	Words    *text.Catalog // of the language at the start; see Speak
	SetAside string        // where a damaged history was kept; "" if it was fine
	Upgraded bool          // the history was of an older version; a backup of it was kept

	store   *store.Store
	loading sync.WaitGroup // of the catalogue of makers
	feed    rounds.Feed
	news    news.Keeper
	told    atomic.Pointer[told]         // by sources of news; nil for nothing
	spoken  atomic.Pointer[text.Catalog] // the words that the user chose since; nil for Words
	walks   atomic.Int32                 // rounds that this process walks; see share

	telling sync.WaitGroup // whoever tells the place elsewhere
	turn    sync.Mutex     // of those who do
	waits   atomic.Bool    // one is about to

	mu       sync.Mutex // guards following
	walker   *rounds.Walker
	practice *testhome.Home
}

// Open opens the history and the catalogues. Nothing is sent.
func Open(ctx context.Context, o Options) (*Program, error) {
	words, err := text.Open(o.Languages...)
	if err != nil {
		return nil, err
	}
	p := &Program{Options: o, Words: words}
	p.inform(words)
	if p.Dir == "" {
		p.Dir = filepath.Join(xdg.DataHome, "porchlight")
		ownFolder(p.Dir)
	}
	if p.store, err = store.Open(ctx, filepath.Join(p.Dir, "history.db"), o.Log); err != nil {
		return p, err
	}
	p.SetAside, p.Upgraded = p.store.SetAside, p.store.Upgraded
	if set := p.set(ctx); set.Language != "" {
		if p.Words, err = p.catalogOf(set.Language); err != nil {
			return p, err
		}
	}
	p.news = news.Keeper{Client: &news.Client{Version: p.Version}, Shelf: p.store, Sources: news.All(), Log: p.Log}
	return p, nil
}

// Close ends the practice home and closes the history. It may be called on what Open gave
// together with an error.
func (p *Program) Close() error {
	p.loading.Wait()
	p.telling.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	if p.practice != nil {
		errs = append(errs, p.practice.Close())
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	return errors.Join(errs...)
}

// catalog gives the catalogue of makers, loaded when somebody needs it; nil for a small program.
func (p *Program) catalog() *makers.Catalog {
	if p.Still {
		return nil
	}
	c, err := makers.All()
	if err != nil {
		panic(err) // a file in the program is broken, which a test excludes
	}
	return c
}

// Feed gives the latest picture of the current home.
func (p *Program) Feed() *rounds.Feed { return &p.feed }

// Resume enters the home that was walked last, without sending anything. false means that
// there is none yet: the user has to agree first.
func (p *Program) Resume(ctx context.Context) (bool, error) {
	homes, err := p.store.Homes(ctx)
	if err != nil {
		return false, err
	}
	for _, h := range homes {
		if !h.Practice && !h.Consented.IsZero() {
			return true, p.use(ctx, h)
		}
	}
	return false, nil
}

// Enter chooses the practice home, or the real home that this computer is in. For a real
// one it keeps that the user answers for it. To know the home again it may knock at the
// router, by one empty datagram; nothing else is sent. A network that looks public is refused by a
// rounds.PublicNetwork, unless the user has insisted on it: insisted is the key of that.
func (p *Program) Enter(ctx context.Context, name string, practice bool, insisted string) error {
	if practice {
		return p.enterPractice(ctx)
	}
	h, n, err := p.here(ctx)
	if err != nil {
		return err
	}
	return p.agree(ctx, name, h.Network, n.Key, insisted)
}

// agree keeps that the user answers for the home of a network, made if there is none, and shows it.
func (p *Program) agree(ctx context.Context, name string, n discovery.Network, key, insisted string) error {
	if err := p.admit(ctx, n, key, insisted); err != nil {
		return err
	}
	home, err := p.store.Home(ctx, key, p.words().T("home.name", nil), false)
	if err != nil {
		return err
	}
	if err := p.store.AgreeHome(ctx, home.ID, name, time.Now().UTC()); err != nil {
		return err
	}
	home.Consented = time.Now().UTC()
	if name != "" {
		home.Name = name
	}
	return p.use(ctx, home)
}

// EnterAgreed chooses the real home that this computer is in, if the user answered for it
// before: ErrNotAgreed if not.
func (p *Program) EnterAgreed(ctx context.Context) error {
	_, n, err := p.here(ctx)
	if err != nil {
		return err
	}
	home, found, err := p.store.FindHome(ctx, n.Key, false)
	if err != nil {
		return err
	}
	if !found || home.Consented.IsZero() {
		return ErrNotAgreed
	}
	return p.use(ctx, home)
}

// here gives the way into the network that this computer is on, and by what that is known.
func (p *Program) here(ctx context.Context) (*lan.Home, rounds.HomeNetwork, error) {
	n, err := p.network(ctx)
	if err != nil {
		return nil, rounds.HomeNetwork{}, err
	}
	h := lan.Open(n, p.Version, p.Log)
	return h, rounds.HomeNetwork{Key: p.key(ctx, h), Name: discovery.Line(n.WiFi.Name)}, nil
}

// key names a network: by the hardware address of its router, else by its prefix and the name of its Wi-Fi.
func (p *Program) key(ctx context.Context, h *lan.Home) string {
	if mac := h.GatewayMAC(ctx); !mac.IsZero() {
		return rounds.GatewayKey + mac.String()
	}
	return strings.TrimSpace(rounds.PrefixKey + h.Network.Prefix.String() + " " + discovery.Line(h.Network.WiFi.Name))
}

func (p *Program) enterPractice(ctx context.Context) error {
	if err := p.startPractice(ctx); err != nil {
		return err
	}
	return p.ShowPractice(ctx)
}

// ShowPractice shows what is known of the practice home. Its devices start when they are spoken to: another process may
// have them.
func (p *Program) ShowPractice(ctx context.Context) error {
	home, err := p.store.Home(ctx, practiceKey, p.words().T("practice.name", nil), true)
	if err != nil {
		return err
	}
	if err := p.store.AgreeHome(ctx, home.ID, "", time.Now().UTC()); err != nil {
		return err
	}
	return p.use(ctx, home)
}

// startPractice starts the simulated devices, unless they run. They live until the program ends, longer than the button's
// context.
func (p *Program) startPractice(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.practice != nil {
		return nil
	}
	lo, err := testhome.Loopback()
	if err != nil {
		return err
	}
	h, err := testhome.Start(context.WithoutCancel(ctx), lo, testhome.Practice()...)
	if err != nil {
		return err
	}
	p.practice = h
	return nil
}

// use makes a home the current one and shows what is known of it. The catalogue loads beside that: checks need it, and
// whoever says where a device has its settings.
func (p *Program) use(ctx context.Context, home rounds.Home) error {
	if !p.Still {
		p.loading.Go(func() { _ = p.catalog() })
	}
	return p.send(ctx, &rounds.Walker{Home: home}).Load(ctx)
}

// renew makes the walker of a home the current one, as the user has set things by now.
func (p *Program) renew(ctx context.Context, home rounds.Home) *rounds.Walker {
	return p.send(ctx, &rounds.Walker{Home: home, Checks: p.checks(ctx, home), Catalog: p.catalog()})
}

// send makes a walker the current one, and gives it what else it needs.
func (p *Program) send(ctx context.Context, w *rounds.Walker) *rounds.Walker {
	p.readNews(ctx) // another process may have asked
	home := w.Home
	w.Feed, w.History, w.Log = &p.feed, history{p.store, p.shown}, p.Log
	w.Sources = func(h *lan.Home) []discovery.Source { return sources.All(h, p.Log) }
	w.Probers = func(h *lan.Home) []discovery.Prober { return sources.Probers(h, p.catalog()) }
	w.Open = func(ctx context.Context) (*lan.Home, error) { return p.open(ctx, home) }
	w.Passwords, w.Ask, w.WiFi = p.Passwords, p.Ask, system.WiFi
	if home.Practice {
		w.Passwords = rounds.PasswordsAll
	} else {
		w.News = p.askNews
	}
	p.mu.Lock()
	p.walker = w
	p.mu.Unlock()
	return w
}

// checks lists what is looked for in a home.
func (p *Program) checks(ctx context.Context, home rounds.Home) []checks.Check {
	set := p.set(ctx)
	dhcp, dns := p.AskDHCP || slices.Contains(set.Also, rounds.AlsoDHCP), p.AskOutside || slices.Contains(set.Also, rounds.AlsoDNS)
	also := all.Also{DHCP: dhcp && !home.Practice, Book: p.book}
	if dns && !home.Practice {
		also.Outside = doh.Asker{}.Ask
	}
	return all.With(p.catalog(), also)
}

// open gives the way into a home's network, if this computer is on it and the user answers for it.
func (p *Program) open(ctx context.Context, home rounds.Home) (*lan.Home, error) {
	if home.Practice {
		if err := p.startPractice(ctx); err != nil {
			return nil, err
		}
		n, err := lan.PracticeNetwork()
		if err != nil {
			return nil, err
		}
		return lan.Open(n, p.Version, p.Log), nil
	}
	if home.Consented.IsZero() { // it came in a file
		return nil, ErrNotAgreed
	}
	h, n, err := p.here(ctx)
	if err != nil {
		return nil, err
	}
	here, found, err := p.store.FindHome(ctx, n.Key, false)
	if err != nil {
		return nil, err
	}
	if !found || here.ID != home.ID {
		return nil, fmt.Errorf("open the network of %q: %w", home.Name, rounds.ErrOtherNetwork)
	}
	return h, p.store.AddNetwork(ctx, home.ID, n) // the name of its Wi-Fi may be news
}

func (p *Program) current() (*rounds.Walker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.walker == nil {
		return nil, ErrNotAgreed
	}
	return p.walker, nil
}

// ready gives the walker of the current home, with all that it checks.
func (p *Program) ready(ctx context.Context) (*rounds.Walker, error) {
	w, err := p.current()
	if err == nil && w.Catalog == nil {
		w = p.renew(ctx, w.Home)
	}
	return w, err
}

// Walk does one round in the current home. What it shows on the way is in the Feed.
func (p *Program) Walk(ctx context.Context) error {
	w, err := p.ready(ctx)
	if err != nil {
		return err
	}
	if s := p.feed.Latest(); !s.Walking() {
		w = p.renew(ctx, w.Home)
	}
	err = p.share(ctx, func(ctx context.Context) error {
		_, err := w.Walk(ctx)
		return err
	})
	if err == nil {
		p.tellSoon(ctx)
		p.tend(ctx)
	}
	return err
}

// CheckAgain looks for one finding of the current home again.
func (p *Program) CheckAgain(ctx context.Context, finding string) (checks.Finding, error) {
	w, err := p.ready(ctx)
	if err != nil {
		return checks.Finding{}, err
	}
	f, err := w.CheckAgain(ctx, finding)
	if err == nil {
		p.tellSoon(ctx)
	}
	return f, err
}

// Proofs gives the looks at one finding of the current home, newest first.
func (p *Program) Proofs(ctx context.Context, finding string) ([]rounds.Proof, error) {
	w, err := p.current()
	if err != nil {
		return nil, err
	}
	return p.store.Proofs(ctx, w.Home.ID, finding)
}

// Login shows what would be typed on a device whose factory login is tried: name and
// password, as its maker documents them, or the community of SNMP; "" if nothing would. Of several
// logins the one that is next comes first: the user's word counts for the others too, on another day.
func (p *Program) Login(ctx context.Context, d discovery.Device) string {
	rows := defaultlogin.Rows(p.catalog(), d)
	past, err := p.store.Tries(ctx, rounds.TriedAs(d), time.Time{})
	if err != nil {
		past = nil // the order may be another one
	}
	var out []string
	for _, l := range append(defaultlogin.Queue(rows, past, nil, time.Now()), rows...) {
		if t := typed(l); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, ", ")
}

// typed writes a login as it is typed; what is left empty shows as such.
func typed(l makers.Login) string {
	shown := func(s string) string {
		if s == "" {
			return `""`
		}
		return s
	}
	if l.Protocol == makers.SNMP {
		return l.Password
	}
	return shown(l.User) + " / " + shown(l.Password)
}

// Consent keeps what the user said about trying factory passwords on a device.
func (p *Program) Consent(ctx context.Context, device discovery.DeviceID, c rounds.Consent) error {
	return p.say(func(w *rounds.Walker) error { return w.Consent(ctx, device, c) })
}

// Accept keeps the user's reason for living with a finding; "" takes it back.
func (p *Program) Accept(ctx context.Context, finding, reason string) error {
	return p.sayAll(ctx, func(w *rounds.Walker) error { return w.Accept(ctx, finding, reason) })
}

// Remind keeps when the day begins on which the user wants to be reminded of a finding; the zero
// time takes it back.
func (p *Program) Remind(ctx context.Context, finding string, day time.Time) error {
	return p.sayAll(ctx, func(w *rounds.Walker) error { return w.Remind(ctx, finding, day) })
}

// Told keeps that the user was told now that a finding waits.
func (p *Program) Told(ctx context.Context, finding string) error {
	return p.say(func(w *rounds.Walker) error { return w.Told(ctx, finding) })
}

// LeaveAlone keeps whether a device is to be left alone.
func (p *Program) LeaveAlone(ctx context.Context, device discovery.DeviceID, yes bool) error {
	return p.sayAll(ctx, func(w *rounds.Walker) error { return w.LeaveAlone(ctx, device, yes) })
}

// Device finds a device of the current home by what a person calls it: its ID, one of its
// addresses, or its name. Of several, the one that is here now is meant.
func (p *Program) Device(called string) (discovery.Device, error) {
	var exact, named []discovery.Device
	called = strings.ToLower(strings.TrimSpace(called))
	for _, d := range p.feed.Latest().Devices {
		switch {
		case called == "":
		case called == string(d.ID), called == d.MAC.String(),
			slices.ContainsFunc(d.Addrs, func(a netip.Addr) bool { return called == a.WithZone("").String() || called == a.String() }):
			exact = append(exact, d)
		case called == strings.ToLower(p.words().DeviceName(&d)):
			named = append(named, d)
		}
	}
	found := exact
	if len(found) == 0 {
		found = named
	}
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(d discovery.Device) bool { return !d.Present })
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(exact)+len(named) > 0:
		return discovery.Device{}, ErrSeveralDevices
	}
	return discovery.Device{}, ErrNoSuchDevice
}

// Correct keeps the user's own words about a device; the zero Correction takes them back.
func (p *Program) Correct(ctx context.Context, device discovery.DeviceID, c discovery.Correction) error {
	return p.sayAll(ctx, func(w *rounds.Walker) error { return w.Correct(ctx, device, c.Clean()) })
}

// Forget removes devices with all that is known of them. One that is heard again comes back as new.
func (p *Program) Forget(ctx context.Context, devices ...discovery.DeviceID) error {
	return p.sayAll(ctx, func(w *rounds.Walker) error { return w.Forget(ctx, devices...) })
}

// say tells the walker of the current home what the user says.
func (p *Program) say(tell func(*rounds.Walker) error) error {
	w, err := p.current()
	if err != nil {
		return err
	}
	return tell(w)
}

// sayAll is say for what the place elsewhere is told too.
func (p *Program) sayAll(ctx context.Context, tell func(*rounds.Walker) error) error {
	err := p.say(tell)
	if err == nil {
		p.tellSoon(ctx)
	}
	return err
}

// sentences maps what may go wrong to its words, the special before the general.
var sentences = []struct {
	err error
	key string
}{
	{lan.ErrNoNetwork, "error.no-network"},
	{lan.ErrSeveralNetworks, "error.several-networks"},
	{lan.ErrVPN, "error.vpn"},
	{lan.ErrTooWide, "error.too-wide"},
	{lan.ErrPublicAddress, "error.public-address"},
	{lan.ErrNotOnLink, "error.not-on-link"},
	{lan.ErrNoInterface, "error.no-interface"},
	{lan.ErrLost, "error.network-lost"},
	{rounds.ErrOtherNetwork, "error.other-network"},
	{rounds.ErrNoSuchFinding, "error.no-such-finding"},
	{rounds.ErrNoSuchHome, "error.no-such-home"},
	{ErrSeveralHomes, "error.several-homes"},
	{rounds.ErrNotOpen, "error.not-open"},
	{ErrNoSuchNews, "error.no-such-news"},
	{news.ErrNotSigned, "error.news-not-signed"},
	{news.ErrNotNewer, "error.news-not-newer"},
	{news.ErrNotAddress, "error.news-not-address"},
	{ErrNoAddress, "error.news-no-address"},
	{ErrNoSuchDevice, "error.no-such-device"},
	{ErrNoLetter, "error.no-letter"},
	{ErrSeveralDevices, "error.several-devices"},
	{ErrNothingToTell, "elsewhere.trouble.nothing"},
	{elsewhere.ErrAddress, "elsewhere.trouble.address"},
	{elsewhere.ErrPlain, "elsewhere.trouble.plain"},
	{elsewhere.ErrCertificate, "elsewhere.trouble.certificate"},
	{elsewhere.ErrRefused, "elsewhere.trouble.refused"},
	{elsewhere.ErrOdd, "elsewhere.trouble.odd"},
	{elsewhere.ErrSlow, "elsewhere.trouble.slow"},
	{elsewhere.ErrUnreachable, "elsewhere.trouble.unreachable"},
	{testhome.ErrNoLoopbackAddrs, "error.no-practice"},
	{syscall.EADDRINUSE, "error.practice-taken"},
	{ErrSetAside, "error.store-corrupt"},
	{ErrNotAgreed, "cli.agree-needed"},
	{ErrNoRound, "cli.no-round"},
	{store.ErrPassphrase, "error.passphrase"},
	{store.ErrShort, "error.passphrase-short"},
	{store.ErrDamagedFile, "error.home-damaged"},
	{store.ErrNewerFile, "error.home-newer"},
	{store.ErrPracticeHome, "error.home-practice"},
	{store.ErrNoBackup, "error.no-backup"},
	{store.ErrCorrupt, "error.store-damaged"},
	{store.ErrReadOnly, "error.store-read-only"},
	{store.ErrNewer, "error.store-newer"},
	{store.ErrLocked, "error.store-locked"},
	{store.ErrFull, "error.store-full"},
	{store.ErrNotFile, "error.store-not-file"},
	{store.ErrMoved, "error.store-moved"},
	{system.ErrNoPrinter, "error.no-printer"},
	{os.ErrPermission, "error.store-read-only"},
}

// Sentence says in a person's words what went wrong and what to do about it.
func (p *Program) Sentence(err error) string {
	args := text.Args{"names": ""}
	if r, ok := errors.AsType[*lan.Refusal](err); ok {
		args["names"] = r.Names
	} else if errors.Is(err, ErrSetAside) {
		args["names"] = p.SetAside
	} else if errors.Is(err, store.ErrReadOnly) || errors.Is(err, os.ErrPermission) {
		args["names"] = p.Dir
	}
	if ns, ok := errors.AsType[*NotSaved](err); ok {
		key := "report.failed"
		if errors.Is(err, errNotKept) {
			key = "report.failed.kept"
		}
		return p.words().T(key, text.Args{"file": discovery.Line(ns.Folder)})
	}
	if nc, ok := errors.AsType[*checks.NotChecked](err); ok {
		return p.words().T("reason."+nc.Reason, nil)
	}
	if lan.Starved(err) {
		return p.words().T("error.no-files", nil)
	}
	if _, ok := errors.AsType[*rounds.PublicNetwork](err); ok {
		return p.words().T("cli.public-needed", nil)
	}
	for _, s := range sentences {
		if errors.Is(err, s.err) {
			return p.words().T(s.key, args)
		}
	}
	return p.words().T("error.unknown", nil)
}
