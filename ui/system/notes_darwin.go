package system

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// osascriptTimeout is how long osascript may take.
const osascriptTimeout = 10 * time.Second

// Notes shows notes, one at a time.
type Notes struct {
	Icon  []byte              // not used here: macOS shows that of the program
	Acted func(action string) // never called: macOS does not tell a script what becomes of a note
	Click []string            // not used here
}

// Show shows a note.
func (*Notes) Show(ctx context.Context, note Note) error {
	ctx, cancel := context.WithTimeout(ctx, osascriptTimeout)
	defer cancel()
	if err := exec.CommandContext(ctx, "/usr/bin/osascript", banner(note.clean())...).Run(); err != nil { //nolint:gosec // the script is a constant
		return fmt.Errorf("show a note: %w", err)
	}
	return nil
}

// Close does nothing: what is shown stays.
func (*Notes) Close() {}
