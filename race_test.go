//go:build race

package main

// larger is how much more memory a program takes that the race detector watches: five to ten times for what it
// allocates, by the documents of Go; twice for one that allocates little.
const larger = 2
