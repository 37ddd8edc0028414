//go:build !linux && !windows && !darwin

package system

import "context"

// OnBattery reports whether this computer runs on its battery. This system does not tell.
func OnBattery(context.Context) bool { return false }

// Metered reports whether the internet connection costs by volume. This system does not tell.
func Metered(context.Context) bool { return false }

// TrayHost reports whether the desktop shows trays.
func TrayHost(context.Context) bool { return false }

// Notes shows notes. This system has none.
type Notes struct {
	Icon  []byte
	Acted func(action string)
	Click []string
}

// Show shows a note.
func (*Notes) Show(context.Context, Note) error { return ErrNoNotes }

// Close takes back what is shown.
func (*Notes) Close() {}
