package rounds

import "time"

// What the key of a network begins with. Only the first kind belongs to one home alone.
const (
	GatewayKey = "gateway " // the MAC of its router follows
	PrefixKey  = "network " // where that is not known: its prefix, and the name of its Wi-Fi
)

// A HomeNetwork is a network by which a home is known again.
type HomeNetwork struct {
	Key  string `json:"key"`  // the MAC of its gateway, or its prefix
	Name string `json:"name"` // of its Wi-Fi; "" for a cable or if unknown
}

// A HomeSummary is a home in a list of homes.
type HomeSummary struct {
	Home
	Networks      []HomeNetwork
	Walked        time.Time // when the latest round ended; zero if there was none
	Devices, Open int       // as in Summary
}

// Whereabouts say in which home this computer is now.
type Whereabouts struct {
	Network HomeNetwork
	Home    Home
	Known   bool   // the network is that of Home
	Maybe   []Home // homes with a Wi-Fi of that name and another router: perhaps it was replaced
}

// A Backup is a copy of the whole history as it was.
type Backup struct {
	Name string // of its file
	At   time.Time
	Size int64 // bytes
}

// Carried is what a file with a home brought.
type Carried struct {
	Home    Home
	New     bool // it was not known before
	Devices int  // that were not known before
	Changes int  // that were not known before
}
