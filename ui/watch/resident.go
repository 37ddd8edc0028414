package watch

import (
	"context"
	"sync"
	"time"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/ui/system"
)

// beginning is how long it takes until all is read that is only needed once.
const beginning = 10 * time.Second

// A Resident is the watcher with its place on the desktop: a tray, and notices.
type Resident struct {
	*Watcher
	// ChangeSettings keeps what the user chooses in the tray, or on a notice.
	ChangeSettings func(ctx context.Context, change func(*rounds.Settings)) (rounds.Settings, error)
	// Open opens the window on a card; "" for the window alone.
	Open func(card string) error
	// Click is the command line of this program that a click on a notice starts, where the system tells of clicks in no other
	// way. It is to ask this watch by AskShow.
	Click []string
	// Asked tells what other processes ask; it is called until ctx ends.
	Asked func(ctx context.Context, every time.Duration, heard func(what string))
	wake  chan bool
	quit  context.CancelFunc

	mu     sync.Mutex // guards following
	opens  string     // the card of the latest notice
	mutes  string     // the sort of it
	paused bool

	tray                                  system.Tray
	result, next, look, pause, open, stop *system.Item
	notes                                 system.Notes
}

// Run keeps watch until ctx ends, or the user or another process wants that it ends. An error means that the history was
// lost. Call it from the main goroutine.
func (r *Resident) Run(ctx context.Context) (err error) {
	ctx, r.quit = context.WithCancel(ctx)
	defer r.quit()
	r.wake = make(chan bool, 1)
	r.menu(ctx)
	r.notes = system.Notes{Click: r.Click, Acted: func(action string) { r.acted(ctx, action) }}
	defer r.notes.Close()
	r.Show, r.Tell = r.show, r.tell
	var work sync.WaitGroup
	work.Go(func() {
		defer r.quit()
		err = r.Watcher.Run(ctx, r.wake)
	})
	work.Go(func() {
		r.Asked(ctx, system.NowAndThen, func(what string) {
			switch what {
			case system.AskQuit:
				r.quit()
			case system.AskShow:
				r.opened(ctx)
			}
		})
	})
	work.Go(func() { stayLean(ctx) })
	r.tray.Run(ctx)
	work.Wait()
	return err
}

// stayLean gives memory back that is needed now and then only: for the beginning, and for what is told.
func stayLean(ctx context.Context) {
	for wait := beginning; ; wait = time.Hour {
		select {
		case <-time.After(wait):
			system.GiveBack()
		case <-ctx.Done():
			return
		}
	}
}

// menu makes the lines of the tray.
func (r *Resident) menu(ctx context.Context) {
	say := func(key string) string { return r.Words.T(key, nil) }
	r.result = &system.Item{Title: say("tray.first")}
	r.next = &system.Item{Title: say("tray.never")}
	r.look = &system.Item{Title: say("action.look"), Do: func() { r.nudge(true) }}
	r.pause = &system.Item{Title: say("tray.pause"), Do: func() { r.pauses(ctx) }}
	r.open = &system.Item{Title: say("tray.open"), Do: func() { r.opened(ctx) }}
	r.stop = &system.Item{Title: say("tray.quit"), Do: r.quit}
	line := &system.Item{}
	r.tray = system.Tray{Icon: icon, Menu: []*system.Item{r.result, r.next, line, r.look, r.pause, line, r.open, r.stop}}
}

// nudge lets the watcher look at the clock at once. look means that the user wants a round.
func (r *Resident) nudge(look bool) {
	select {
	case r.wake <- look:
	default: // it does so anyway
	}
}

// pauses pauses until tomorrow, or goes on.
func (r *Resident) pauses(ctx context.Context) {
	r.mu.Lock()
	paused := r.paused
	r.mu.Unlock()
	_, err := r.ChangeSettings(ctx, func(s *rounds.Settings) {
		if s.Paused = (time.Time{}); !paused {
			s.Paused = tomorrow(time.Now(), s.Hour)
		}
	})
	if err != nil {
		r.Log.WarnContext(ctx, "pause not kept", "err", err)
	}
	r.nudge(false)
}

// opened opens the window, on the card of a notice if that is new: not all systems tell of a click on it.
func (r *Resident) opened(ctx context.Context) {
	r.mu.Lock()
	opens := r.opens
	r.opens = ""
	r.mu.Unlock()
	if err := r.Open(opens); err != nil {
		r.Log.WarnContext(ctx, "window not opened", "err", err)
	}
}

// acted does what the user wants of the latest notice.
func (r *Resident) acted(ctx context.Context, action string) {
	switch action {
	case system.ActionShow:
		r.opened(ctx)
	case system.ActionMute:
		r.mu.Lock()
		sort := r.mutes
		r.mu.Unlock()
		if _, err := r.ChangeSettings(ctx, func(s *rounds.Settings) { s.SetMuted(sort, true) }); err != nil {
			r.Log.WarnContext(ctx, "notices not switched off", "err", err)
		}
	}
}

// tell shows a notice.
func (r *Resident) tell(ctx context.Context, title string, body []string, opens, mutes string) error {
	n := system.Note{Title: title, Body: body, Show: r.Words.T("notice.show", nil)}
	if mutes != "" {
		n.Mute = r.Words.T("notice.mute", nil)
	}
	err := r.notes.Show(ctx, n)
	if err == nil {
		r.mu.Lock()
		r.opens, r.mutes = opens, mutes
		r.mu.Unlock()
	}
	return err
}

// show writes the status into the tray.
func (r *Resident) show(s Status) {
	result, next := s.Lines(r.Words)
	r.tray.Say(r.result, result)
	r.tray.Say(r.next, next)
	pause := "tray.pause"
	if s.Paused {
		pause = "tray.resume"
	}
	r.tray.Say(r.pause, r.Words.T(pause, nil))
	for item, key := range map[*system.Item]string{r.look: "action.look", r.open: "tray.open", r.stop: "tray.quit"} {
		r.tray.Say(item, r.Words.T(key, nil)) // the language may be another one
	}
	r.tray.Tip(r.Words.T("app.name", nil) + ": " + result)
	r.mu.Lock()
	r.paused = s.Paused
	r.mu.Unlock()
}

// Lines say how the home stands and what comes next.
func (s Status) Lines(words *text.Catalog) (result, next string) {
	at := func(key string, t time.Time) string { return words.T(key, text.Args{"time": words.Time(t)}) }
	result = s.Result
	if result == "" {
		result = words.T("tray.first", nil)
	} else {
		result += " " + at("home.last", s.Last)
	}
	switch {
	case s.Walking:
		next = words.T("tray.walking", nil)
	case s.Paused:
		next = at("tray.paused", s.Next)
	case s.Next.IsZero():
		next = words.T("tray.never", nil)
	case s.Hold != Go:
		next = words.T("tray.hold."+string(s.Hold), nil)
	default:
		next = at("tray.next", s.Next)
	}
	return result, next
}
