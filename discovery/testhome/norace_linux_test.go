//go:build !race

package testhome_test

const (
	raceDetector = false
	slower       = 1
)
