//go:build !race

package firmware

const slower = 1
