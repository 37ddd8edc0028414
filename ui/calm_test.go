//go:build !race

package ui

// racing says that the race detector is on, with which drawing takes ten times as long.
const racing = false
