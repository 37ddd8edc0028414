//go:build !race

package makers

const slower = 1
