package checks

import "net/netip"

// Arguments of findings that people are told about beside the words of the kind, and by which the
// findings of a whole home are weighed (checks/rounds).
const (
	// ArgOutside says what stands between the router and the internet: BehindCarrier,
	// BehindRouter, or "" for nothing that is known.
	ArgOutside = "outside"
	// ArgInnerDevice is the device behind a door of the router, by its ID.
	ArgInnerDevice = "inner_device"
	// ArgRaised and ArgLowered say why a finding is more or less urgent than its check said:
	// RaisedMapped; BehindCarrier, BehindRouter or LoweredOneSign.
	ArgRaised  = "raised"
	ArgLowered = "lowered"
	// ArgWithin is the kind of another finding of the same check on the same device, which says this one too: it still
	// stands, and people read of it there.
	ArgWithin = "within"
)

// Values of these arguments.
const (
	BehindCarrier  = "carrier"  // the provider shares one address among many homes
	BehindRouter   = "router"   // another router, which has a private network of its own
	RaisedMapped   = "mapped"   // a door from the internet leads there
	LoweredOneSign = "one-sign" // red needs two
)

// Door reports whether a finding is a door from the internet in the router.
func (f *Finding) Door() bool { return f.Kind == "port-forward" || f.Kind == "remote-admin" }

// shared are the addresses that providers give to homes that share one: RFC 6598, and RFC 6333,
// section 5.7.
var shared = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/29")}

// Behind tells from the address that a router has towards the internet what stands between them.
// Nobody outside can then reach the router unless that lets them.
func Behind(external netip.Addr) string {
	external = external.Unmap()
	for _, p := range shared {
		if p.Contains(external) {
			return BehindCarrier
		}
	}
	if external.IsPrivate() {
		return BehindRouter
	}
	return ""
}
