//go:build !linux

package system

import "runtime/debug"

// GiveBack gives memory back that was only needed to begin.
func GiveBack() { debug.FreeOSMemory() }
