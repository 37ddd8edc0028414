//go:build race

package firmware

// slower is how much the race detector slows down what is timed.
const slower = 12
