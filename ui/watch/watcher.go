package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report"
)

const (
	// poll is how often the clock on the wall is looked at. A timer until the next round would be late by every sleep, and
	// wrong when somebody sets the clock.
	poll = 30 * time.Second
	// calm is how long the network has to stand before anything is sent: after sleep, addresses and routers come late.
	calm = time.Minute
	// lookRest is how long after one light look there is none: a laptop that goes to and fro between two networks.
	lookRest = 30 * time.Minute
	// strangersRest is how long after a round strangers are no reason for another.
	strangersRest = time.Hour
	// stopRest is how long after a round that somebody stopped none begins by itself.
	stopRest = time.Hour
	// firstRetry is how long after a round that failed the next one waits; twice as long each time, up to lastRetry.
	firstRetry, lastRetry = 15 * time.Minute, 6 * time.Hour
	// askAgain is how often something that costs time is asked anew: an unknown network, or whether one costs money.
	askAgain = 30 * time.Minute
	// trayPatience is how long after the start nothing is said of a missing tray: at login the desktop may come later.
	trayPatience = 3 * time.Minute
	// decideEvery is how often it is decided what to tell, while nothing new is known: a day begins, quiet hours end, or a
	// notice could not be shown.
	decideEvery = 10 * time.Minute
)

// Program is what the watcher asks of the rest of the program. None of it sends anything but Whereabouts, which may
// knock at the router.
type Program interface {
	Settings(ctx context.Context) (rounds.Settings, error)
	// Network names the network that this computer is on; "" for none that could be a home.
	Network() string
	// Whereabouts tells in which home this computer is.
	Whereabouts(ctx context.Context) (rounds.Whereabouts, error)
	// HomeOn gives the home of a network, by the key that Whereabouts gave, if the user answers for it.
	HomeOn(ctx context.Context, key string) (rounds.Home, bool, error)
	// LastHome gives the home for which the user answers that was walked last.
	LastHome(ctx context.Context) (rounds.Home, bool, error)
	// LastRounds gives the newest round of a home, and the newest that went all the way; zero if there is none.
	LastRounds(ctx context.Context, home rounds.HomeID) (newest, whole rounds.Summary, err error)
	// Picture gives what is known of a home.
	Picture(ctx context.Context, home rounds.HomeID) (rounds.Snapshot, error)
	// Walking reports whether any process walks a round.
	Walking() bool
	// Remembered gives what Remember kept last.
	Remembered(ctx context.Context) (string, error)
	Remember(ctx context.Context, memory string) error
}

// A Sight is what a light look saw.
type Sight struct {
	Present   []discovery.DeviceID `json:"present"`   // of the devices that are known
	Strangers int                  `json:"strangers"` // devices that are not, and are no phones that pass by
}

// Waiting says why a round could not begin, where that is no failure.
type Waiting struct{ Hold Hold }

// Error implements error.
func (w *Waiting) Error() string { return "the round waits: " + string(w.Hold) }

// Failed says why a round failed.
type Failed struct{ Sentence string } // in a person's words

// Error implements error.
func (f *Failed) Error() string { return "the round failed: " + f.Sentence }

// A Status is how things stand, for the tray.
type Status struct {
	Result  string    // how the home stands, in one sentence; "" if no round was walked yet
	Last    time.Time // when the last round ended
	Next    time.Time // when the next one is due; zero for never
	Paused  bool      // until Next
	Hold    Hold      // why the one that is due does not begin
	Walking bool
}

// A Watcher keeps watch. The caller fills in its fields.
type Watcher struct {
	Program Program
	Words   *text.Catalog
	Log     *slog.Logger
	Now     func() time.Time
	// Walk does one round in the home that this computer is in, and Look a light look: who is there. Both may give
	// Waiting or Failed.
	Walk func(ctx context.Context) error
	Look func(ctx context.Context) (Sight, error)
	// Battery and Metered say how this computer runs.
	Battery, Metered func(ctx context.Context) bool
	// Tell shows a notice. opens is the card that it is about; mutes is the sort that can be switched off. "" for none.
	Tell func(ctx context.Context, title string, body []string, opens, mutes string) error
	// Show is called when the status has changed; nil shows it nowhere.
	Show func(Status)
	// HasTray reports whether the desktop shows trays; nil says nothing of that.
	HasTray func(ctx context.Context) bool
	// Speak gives the words of a language that the user has chosen meanwhile; nil leaves them as they are.
	Speak func(language string) (*text.Catalog, error)
	// Lost reports whether an error means that the history is not where it was any more; nil never does. Then Run ends.
	Lost func(error) bool
	// Hasty lets a network count at once, and not only when it has stood for a minute.
	Hasty bool

	clock   time.Time // when the clock was last looked at
	network string
	before  string    // the network before, if it was another
	since   time.Time // since when the network stands
	key     string    // of the network; "" if it is not known
	asked   time.Time // when it was asked
	here    bool      // this computer is in home
	home    rounds.Home
	metered struct {
		at   time.Time
		does bool
	}

	picture rounds.Snapshot
	newest  rounds.Summary // round of home
	whole   rounds.Summary // the newest that went all the way
	mine    bool           // the watcher walked the newest
	looked  time.Time      // when devices were last looked for
	light   time.Time      // the last light look
	again   time.Time      // when to look for a device that has just come
	failed  time.Time      // the last round that failed
	fails   int            // how many did, one after the other
	decided time.Time      // when it was last decided what to tell

	began    time.Time // when the watch began
	tray     bool      // nothing more is to be said of it
	language string

	told   Told
	memory string // told, as it is kept
	known  bool   // it was read
	status Status
	shown  Status
	unsaid bool // in words that the user has chosen since
}

// Run keeps watch until ctx ends, or the history is lost. Each value of wake lets it look at the clock at once; true means
// that the user wants a round now.
func (w *Watcher) Run(ctx context.Context, wake <-chan bool) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for look := false; ; {
		if err := w.Tick(ctx, look); err != nil && w.Lost != nil && w.Lost(err) {
			return err
		}
		select {
		case <-tick.C:
			look = false
		case look = <-wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// Tick looks at the clock once, and does what is due. look means that the user wants a round now. After an error the watch
// can go on.
func (w *Watcher) Tick(ctx context.Context, look bool) error {
	err := w.tick(ctx, look)
	if ctx.Err() != nil {
		err = nil
	}
	if err != nil {
		w.Log.WarnContext(ctx, "watch goes on", "err", err)
	}
	w.clock = w.Now()
	return err
}

func (w *Watcher) tick(ctx context.Context, look bool) error {
	if err := w.recall(ctx); err != nil {
		return err
	}
	set, err := w.Program.Settings(ctx)
	if err != nil {
		return err
	}
	now := w.Now()
	w.speak(ctx, set)
	w.settle(now)
	if err := w.locate(ctx, now); err != nil {
		return err
	}
	if err := w.refresh(ctx, set, false); err != nil {
		return err
	}
	due := w.due(set, now)
	w.status.Next, w.status.Paused, w.status.Hold = due, set.Paused.After(now), Go
	switch {
	case look:
		err = w.walk(ctx, set, true)
	case due.IsZero(), w.status.Paused:
	case !due.After(now):
		err = w.walk(ctx, set, false)
	case w.wantsLook(now):
		err = w.lookAround(ctx, set)
	}
	if now = w.Now(); err == nil {
		w.status.Next = w.due(set, now)
		if passed(w.decided, decideEvery, now) {
			err = w.decide(ctx, set)
		}
		err = errors.Join(err, w.missTray(ctx, set))
	}
	w.show()
	return err
}

// passed reports whether some time has passed since a moment. A moment that lies ahead is from a clock that was wrong.
func passed(since time.Time, d time.Duration, now time.Time) bool {
	e := now.Sub(since)
	return e < 0 || e >= d
}

// settle notes since when the network stands. Time that is missing was sleep, or somebody set the clock.
func (w *Watcher) settle(now time.Time) {
	network := w.Program.Network()
	if slept := passed(w.clock, 3*poll, now); network == w.network && !slept {
		return
	}
	if network != w.network {
		if w.network != "" {
			w.before = w.network
		}
		w.network, w.key, w.asked = network, "", time.Time{}
		w.metered.at = time.Time{}
	}
	w.since = now
}

// still reports whether the network has stood long enough.
func (w *Watcher) still(now time.Time) bool { return w.Hasty || passed(w.since, calm, now) }

// speak changes the language when the user has.
func (w *Watcher) speak(ctx context.Context, set rounds.Settings) {
	if w.Speak == nil || set.Language == w.language {
		return
	}
	w.language = set.Language
	words, err := w.Speak(set.Language)
	if err != nil {
		w.Log.WarnContext(ctx, "language not changed", "err", err)
		return
	}
	w.Words = words
	w.decided, w.unsaid = time.Time{}, true
}

// locate finds out in which home this computer is. In none, it is the one that was walked last that people hear of.
func (w *Watcher) locate(ctx context.Context, now time.Time) error {
	home, some, err := w.Program.LastHome(ctx)
	if err != nil {
		return err
	}
	here := false
	if some && w.network != "" && w.still(now) {
		if w.key == "" && passed(w.asked, askAgain, now) {
			w.asked = now
			at, err := w.Program.Whereabouts(ctx)
			if err != nil {
				return err
			}
			w.key = at.Network.Key
		}
		if this, known, err := w.Program.HomeOn(ctx, w.key); err != nil {
			return err
		} else if known {
			home, here = this, true
		}
	}
	if home.ID != w.home.ID {
		w.picture, w.newest, w.whole, w.again = rounds.Snapshot{}, rounds.Summary{}, rounds.Summary{}, time.Time{}
		w.status.Result = ""
	}
	w.home, w.here = home, here
	return nil
}

// refresh takes notice of rounds that were walked since, here or elsewhere. mine says that the watcher walked the last.
func (w *Watcher) refresh(ctx context.Context, set rounds.Settings, mine bool) error {
	if w.home.ID == 0 {
		return nil
	}
	newest, whole, err := w.Program.LastRounds(ctx, w.home.ID)
	if err != nil {
		return err
	}
	if newest.Round == w.newest.Round && newest.Finished.Equal(w.newest.Finished) {
		return nil
	}
	if w.picture, err = w.Program.Picture(ctx, w.home.ID); err != nil {
		return err
	}
	w.newest, w.whole, w.mine = newest, whole, mine
	w.looked = w.picture.Finished
	if newest.Complete && newest.Started.After(w.told.Failing) {
		w.fails, w.told.Failing = 0, time.Time{}
	}
	return w.decide(ctx, set)
}

// due gives when the next round is due; zero for never.
func (w *Watcher) due(set rounds.Settings, now time.Time) time.Time {
	if w.home.ID == 0 {
		return time.Time{}
	}
	due := Due(set, w.whole.Started, now, fmt.Sprint(w.home.ID, w.home.Consented.UnixMilli()))
	if due.IsZero() {
		return due
	}
	if !w.newest.Complete && !passed(w.newest.Started, stopRest, now) {
		due = later(due, w.newest.Started.Add(stopRest))
	}
	if wait := min(firstRetry<<min(max(w.fails-1, 0), 10), lastRetry); w.fails > 0 && !passed(w.failed, wait, now) {
		due = later(due, w.failed.Add(wait))
	}
	return due
}

// held tells why nothing may be sent now. What the user wants now waits only for what cannot be helped.
func (w *Watcher) held(ctx context.Context, set rounds.Settings, wanted bool) Hold {
	now := w.Now()
	c := Conditions{Walking: w.Program.Walking(), Home: w.here}
	if h := Held(set, c); h == HoldElsewhere && w.network != "" && !w.still(now) {
		return HoldComing
	} else if h != Go || wanted {
		return h
	}
	c.Battery = w.Battery(ctx)
	if h := Held(set, c); h != Go || set.OnMetered {
		return h
	}
	if passed(w.metered.at, askAgain, now) { // asking starts a program on some systems
		w.metered.at, w.metered.does = now, w.Metered(ctx)
	}
	c.Metered = w.metered.does
	return Held(set, c)
}

// walk walks one round, if nothing speaks against it. wanted means that the user has asked for it.
func (w *Watcher) walk(ctx context.Context, set rounds.Settings, wanted bool) error {
	if h := w.held(ctx, set, wanted); h != Go {
		return w.waits(ctx, h, wanted)
	}
	w.status.Walking = true
	w.show()
	err := w.Walk(ctx)
	w.status.Walking = false
	w.before = ""
	if waiting, ok := errors.AsType[*Waiting](err); ok {
		if waiting.Hold == HoldElsewhere {
			w.key = "" // it was asked too early, or the network is another now
		}
		return w.waits(ctx, waiting.Hold, wanted)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return w.failing(ctx, err, wanted)
	}
	if err := w.refresh(ctx, set, true); err != nil || !wanted {
		return err
	}
	return w.answer(ctx, "notice.done", report.Verdict(w.Words, &w.picture, w.Now()))
}

// waits notes why a round does not begin.
func (w *Watcher) waits(ctx context.Context, h Hold, wanted bool) error {
	if w.status.Hold = h; !wanted {
		return nil
	}
	return w.answer(ctx, "notice.waits", w.Words.T("tray.hold."+string(h), nil))
}

// failing notes that a round failed.
func (w *Watcher) failing(ctx context.Context, err error, wanted bool) error {
	w.failed, w.fails = w.Now(), w.fails+1
	if w.told.Failing.IsZero() || w.told.Failing.After(w.failed) {
		w.told.Failing = w.failed
	}
	w.Log.WarnContext(ctx, "round failed", "fails", w.fails, "err", err)
	if !wanted {
		return nil
	}
	sentence := w.Words.T("error.unknown", nil)
	if f, ok := errors.AsType[*Failed](err); ok {
		sentence = f.Sentence
	}
	return w.answer(ctx, "notice.undone", sentence)
}

// answer tells the user what became of the wish to look around.
func (w *Watcher) answer(ctx context.Context, title, line string) error {
	return w.Tell(ctx, w.Words.T(title, nil), []string{line}, "", "")
}

// wantsLook reports whether it is time for a light look: this computer came home from another network, or a device has
// just come, and nobody knows yet whether it stays.
func (w *Watcher) wantsLook(now time.Time) bool {
	came := w.before != "" && w.before != w.network && passed(w.light, lookRest, now)
	stays := !w.again.IsZero() && !now.Before(w.again) && passed(w.light, stay/2, now)
	return w.here && (came || stays)
}

// lookAround looks who is there. Strangers are a reason for a whole round.
func (w *Watcher) lookAround(ctx context.Context, set rounds.Settings) error {
	if w.held(ctx, set, false) != Go {
		return nil // nothing is overdue
	}
	w.light = w.Now()
	sight, err := w.Look(ctx)
	if _, waits := errors.AsType[*Waiting](err); waits {
		return nil
	}
	if err != nil {
		return err
	}
	w.before = ""
	w.looked = w.Now()
	w.picture.Devices = slices.Clone(w.picture.Devices)
	for i := range w.picture.Devices {
		d := &w.picture.Devices[i]
		d.Present = slices.Contains(sight.Present, d.ID)
	}
	if sight.Strangers > 0 && passed(w.newest.Started, strangersRest, w.looked) {
		return w.walk(ctx, set, false)
	}
	return w.decide(ctx, set)
}

// decide tells the user what there is to tell.
func (w *Watcher) decide(ctx context.Context, set rounds.Settings) error {
	if w.home.ID == 0 {
		return nil
	}
	now := w.Now()
	w.decided = now
	w.status.Result = ""
	if !w.picture.Started.IsZero() {
		w.status.Result = report.Verdict(w.Words, &w.picture, now)
	}
	c := Case{Told: w.told, Picture: w.picture, Mine: w.mine, Looked: w.looked, Settings: set, Now: now}
	c.Picture.Home = w.home
	a := Decide(c)
	if len(a.Notice.Items) > 0 {
		// The user may have done something meanwhile: accepted it, or named the device.
		fresh, err := w.Program.Picture(ctx, w.home.ID)
		if err != nil {
			return err
		}
		c.Picture.Findings = fresh.Findings
		c.Picture.Devices = said(w.picture.Devices, fresh.Devices)
		a = Decide(c)
	}
	w.again = a.Again
	if len(a.Notice.Items) > 0 {
		title, body := a.Notice.Say(w.Words, &c.Picture)
		mutes := a.Notice.Items[0].Sort
		if len(a.Notice.Items) > 1 {
			mutes = ""
		}
		if err := w.Tell(ctx, title, body, a.Notice.Opens(), mutes); err != nil {
			return err
		}
	}
	w.told = a.Told
	return w.keep(ctx)
}

// missTray says once, and never again, that the desktop shows no trays.
func (w *Watcher) missTray(ctx context.Context, set rounds.Settings) error {
	now := w.Now()
	if w.began.IsZero() {
		w.began = now
	}
	if w.HasTray == nil || w.tray || w.told.NoTray || set.Quiet(now) || !passed(w.began, trayPatience, now) {
		return nil
	}
	if w.tray = true; w.HasTray(ctx) {
		return nil
	}
	if err := w.Tell(ctx, w.Words.T("notice.no-tray", nil), []string{w.Words.T("notice.no-tray.text", nil)}, "", ""); err != nil {
		return nil //nolint:nilerr // such a desktop may show no notices either
	}
	w.told.NoTray = true
	return w.keep(ctx)
}

// said gives devices with what the user has said of them since.
func said(devices, fresh []discovery.Device) []discovery.Device {
	out := slices.Clone(devices)
	for i := range out {
		at := slices.IndexFunc(fresh, func(d discovery.Device) bool { return d.ID == out[i].ID })
		if at >= 0 {
			out[i].Correct(fresh[at].Correction)
			out[i].LeaveAlone = fresh[at].LeaveAlone
		}
	}
	return out
}

// recall reads what was told before: at the start, and when somebody has erased or restored the history.
func (w *Watcher) recall(ctx context.Context) error {
	memory, err := w.Program.Remembered(ctx)
	if err != nil || (w.known && memory == w.memory) {
		return err
	}
	w.known, w.memory, w.told = true, memory, Told{}
	if json.Unmarshal([]byte(memory), &w.told) != nil {
		w.told = Told{} // the watch begins anew: what is there now is no news
	}
	return nil
}

// keep keeps what was told, if that has changed.
func (w *Watcher) keep(ctx context.Context) error {
	b, err := json.Marshal(w.told)
	if err != nil || bytes.Equal(b, []byte(w.memory)) {
		return err
	}
	if err := w.Program.Remember(ctx, string(b)); err != nil {
		return err
	}
	w.memory = string(b)
	return nil
}

// show hands out the status, if it has changed.
func (w *Watcher) show() {
	w.status.Last = w.newest.Finished
	if w.Show != nil && (w.unsaid || w.status != w.shown) {
		w.Show(w.status)
	}
	w.shown, w.unsaid = w.status, false
}
