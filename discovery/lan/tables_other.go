//go:build !linux && !darwin && !windows

package lan

import "porchlight/discovery"

// defaultRoutes cannot be read on this system.
func defaultRoutes() ([]Route, error) { return nil, nil }

// neighborTable cannot be read on this system.
func neighborTable(int) ([]Neighbor, error) { return nil, discovery.ErrUnavailable }
