// Package sources lists the ways in which devices are found.
package sources

import (
	"log/slog"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/ipp"
	"porchlight/discovery/lan"
	"porchlight/discovery/mdns"
	"porchlight/discovery/names"
	"porchlight/discovery/neighbors"
	"porchlight/discovery/netbios"
	"porchlight/discovery/ports"
	"porchlight/discovery/questions"
	"porchlight/discovery/snmp"
	"porchlight/discovery/ssdp"
	"porchlight/discovery/vendorudp"
	"porchlight/discovery/wsd"
)

// All lists every source, for one home.
func All(h *lan.Home, log *slog.Logger) []discovery.Source {
	return []discovery.Source{
		mdns.Source{Home: h, Log: log},
		ssdp.Source{Home: h, Log: log},
		wsd.Source{Home: h, Log: log},
		neighbors.Source{Home: h},
		vendorudp.Source{Home: h, Log: log},
	}
}

// Probers lists every way to ask a device that was found, in their order.
func Probers(h *lan.Home, c *makers.Catalog) []discovery.Prober {
	return []discovery.Prober{
		ports.Prober{Home: h, Excerpts: func(page string) []string { return c.Excerpts(discovery.FactHTTPBody, page) }},
		vendorudp.Prober{Home: h}, // before the pages: some are only read of who said what it is
		questions.Prober{Home: h, Catalog: c},
		ipp.Prober{Home: h},
		snmp.Prober{Home: h},
		netbios.Prober{Home: h},
		names.Prober{Home: h},
	}
}
