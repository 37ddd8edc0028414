//go:build race

package testhome_test

// The race detector makes the program slower, so floods are as much smaller.
const (
	raceDetector = true
	slower       = 5
)
