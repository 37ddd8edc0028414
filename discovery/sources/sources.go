// Package sources lists the ways in which devices are found.
package sources

import (
	"log/slog"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/mdns"
	"porchlight/discovery/neighbors"
	"porchlight/discovery/ports"
	"porchlight/discovery/ssdp"
)

// All lists every source, for one home.
func All(h *lan.Home, log *slog.Logger) []discovery.Source {
	return []discovery.Source{
		mdns.Source{Home: h},
		ssdp.Source{Home: h, Log: log},
		neighbors.Source{Home: h},
	}
}

// Probers lists every way to ask a device that was found, in their order.
func Probers(h *lan.Home) []discovery.Prober {
	return []discovery.Prober{ports.Prober{Home: h}}
}
