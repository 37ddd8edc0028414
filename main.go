// Porchlight is the desktop app with which a household checks its own devices.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/jeandeaual/go-locale"
	"golang.org/x/term"

	"porchlight/ui"
	"porchlight/ui/program"
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
		Window:      window,
	}
	return t.Run(ctx, os.Args[1:])
}

// window shows the window until it is closed.
func window(ctx context.Context, p *program.Program) int {
	known, err := p.Resume(ctx) // nothing is sent; without a history it begins with Welcome
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, p.Sentence(err))
		return terminal.ExitCannot
	}
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Porchlight", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	ui.NewWindow(app.NewWithID(appID), p, p.Words, known).ShowAndRun(ctx)
	return terminal.ExitDone
}
