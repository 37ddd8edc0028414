//go:build !windows

package system

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"time"
)

const (
	// printTimeout is how long the print service may take to copy a file.
	printTimeout = 20 * time.Second
	// openPatience is how long a program that opens files has to say that it cannot.
	openPatience = 2 * time.Second
)

// printFile gives a file to CUPS, or shows it. keep means that somebody still reads the file.
func printFile(ctx context.Context, name, file string) (printed, keep bool, err error) {
	for _, command := range [][]string{{"lp", "-t", name, file}, {"lpr", "-T", name, file}} {
		if queue(ctx, command) == nil {
			return true, false, nil // the print service has a copy
		}
		if ctx.Err() != nil {
			return false, false, ctx.Err()
		}
	}
	return false, true, show(ctx, file)
}

// queue runs a command of CUPS, which fails where there is no printer.
func queue(ctx context.Context, command []string) error {
	ctx, cancel := context.WithTimeout(ctx, printTimeout)
	defer cancel()
	return exec.CommandContext(ctx, command[0], command[1:]...).Run() //nolint:gosec // one of ours
}

// show opens a file in the program that the user has for such files.
func show(ctx context.Context, file string) error {
	opener := "xdg-open"
	if runtime.GOOS == "darwin" {
		opener = "open"
	}
	cmd := exec.Command(opener, file) //nolint:gosec,noctx // one of ours, and what it opens outlives us
	cmd.SysProcAttr = apart()
	if cmd.Start() != nil {
		return ErrNoPrinter
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // some stay as long as the program that they have opened
	select {
	case err := <-ended:
		if err != nil {
			return errors.Join(ErrNoPrinter, err)
		}
		return nil
	case <-time.After(openPatience):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
