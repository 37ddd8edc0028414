//go:build darwin && !cgo

package system

import "context"

// A Tray is a picture with a menu. On macOS it takes Apple's compiler, without which this was built.
type Tray struct {
	Icon []byte
	Menu []*Item
}

// Run waits until ctx ends.
func (*Tray) Run(ctx context.Context) { <-ctx.Done() }

// Say does nothing.
func (*Tray) Say(*Item, string) {}

// Tip does nothing.
func (*Tray) Tip(string) {}
