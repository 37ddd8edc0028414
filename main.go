// Porchlight is the desktop app with which a household checks its own devices.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/jeandeaual/go-locale"
	"golang.org/x/term"

	"porchlight/ui"
	"porchlight/ui/program"
	"porchlight/ui/system"
	"porchlight/ui/terminal"
)

// version is set by the release build.
var version = "0.1.0-dev"

// appID names the program to the desktop.
const appID = "app.porchlight.Porchlight"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	languages, _ := locale.GetLocales() // none is fine: English
	t := terminal.Terminal{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Version: version, Languages: languages,
		Interactive: term.IsTerminal(int(os.Stdin.Fd())),
		Secret:      secret,
		Window:      window,
	}
	return t.Run(ctx, os.Args[1:])
}

// secret asks a question in the terminal, and does not show the answer.
func secret(question string) (string, error) {
	_, _ = fmt.Fprint(os.Stderr, question)
	answer, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = fmt.Fprintln(os.Stderr)
	return string(answer), err
}

// window shows the window until it is closed, on a card at first; "" for none. Where there is a window already, that one
// comes to the front. A damaged history was kept aside and a new one begun; anything else that is wrong is all that there
// is to show.
func window(ctx context.Context, p *program.Program, card string, trouble error) int {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		_, _ = fmt.Fprintln(os.Stderr, p.Words.T("error.no-screen", nil))
		return terminal.ExitCannot
	}
	seat, err := system.Take(p.Dir, system.SeatWindow)
	if errors.Is(err, system.ErrTaken) {
		if system.Ask(ctx, p.Dir, system.SeatWindow, card) {
			return terminal.ExitDone
		}
		seat, _ = system.Take(p.Dir, system.SeatWindow) // it was about to close
	}
	if seat != nil { // without one, there may be two windows: better than none
		defer func() { _ = seat.Leave() }()
	}
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700) // the toolkit makes one level only, and complains
	}
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Porchlight", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	a := app.NewWithID(appID)
	known := false
	if trouble == nil || errors.Is(trouble, program.ErrSetAside) {
		var err error
		if known, err = p.Resume(ctx); err != nil { // nothing is sent; without a history it begins with Welcome
			trouble = err
		}
	}
	if trouble != nil && !errors.Is(trouble, program.ErrSetAside) {
		sentence := p.Sentence(trouble)
		_, _ = fmt.Fprintln(os.Stderr, sentence)
		ui.ShowTrouble(ctx, a, p.Words, sentence)
		return terminal.ExitCannot
	}
	set, err := p.Settings(ctx)
	if err != nil && trouble == nil {
		trouble = err // the window shows itself as if nothing was set
	}
	w := ui.NewWindow(a, p, p.Words, set, known)
	if trouble != nil {
		w.Tell(p.Sentence(trouble))
	} else if p.Upgraded {
		w.Upgraded()
	}
	w.Card(card)
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { p.Follow(ctx) })
	if seat != nil {
		work.Go(func() { seat.Listen(ctx, system.Soon, w.Raise) })
	}
	w.ShowAndRun(ctx)
	stop()
	work.Wait()
	return terminal.ExitDone
}
