//go:build !linux

package testhome

// Isolated runs the tests of a package. Only Linux can give them a network of their own.
func Isolated(run func() int) int { return run() }
