package rounds

import (
	"fmt"
	"net/netip"
	"time"

	"porchlight/discovery"
)

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

// A CarriedFile is a file with a home, as far as anybody can tell without its passphrase.
type CarriedFile struct {
	Path string
	At   time.Time // when it was written
	Size int64     // bytes
}

// Carried is what a file with a home brought.
type Carried struct {
	Home    Home
	New     bool // it was not known before
	Devices int  // that were not known before
	Changes int  // that were not known before
}

// A Connection is one network that this computer is on and that can be a home's, as the system tells.
type Connection struct {
	Interface string       // the network card of this computer
	Prefix    netip.Prefix // its addresses
	Gateway   netip.Addr   // its router; zero if there is none
	WiFi      discovery.WiFi
	Chosen    bool // the one in which rounds are walked
}

// Public is a sign that a network is not a home's. It is no proof: only the user knows.
type Public string

// PublicOpen is Wi-Fi without a password, and PublicSystem what the system itself calls public.
const (
	PublicOpen   Public = "open"
	PublicSystem Public = "system"
)

// A PublicNetwork is the error of a network that looks like that of a café or a hotel, while the user has not insisted on it.
type PublicNetwork struct {
	Looks Public
	Key   string // of the network: what the user insists on is this one, and no other
}

func (e *PublicNetwork) Error() string {
	return fmt.Sprintf("the network looks public (%s), and nobody insists that it is a home's", e.Looks)
}

// A Hurdle is what keeps rounds from being walked and the user can do something about. The zero Hurdle is none.
type Hurdle struct {
	Kind  HurdleKind
	Names string // of the networks or the cards that it is about; "" for none
}

// HurdleKind is a kind of Hurdle. The words for each are "hurdle.<kind>.title" and "hurdle.<kind>.text".
type HurdleKind string

// Kinds of hurdles.
const (
	HurdleNetwork    HurdleKind = "network"    // this computer is on none
	HurdleSeveral    HurdleKind = "several"    // it is on several, and nobody has said which one is meant
	HurdleVPN        HurdleKind = "vpn"        // its way out goes through a VPN
	HurdleWide       HurdleKind = "wide"       // its network is far larger than a home's
	HurdlePublic     HurdleKind = "public"     // its address is one of the internet
	HurdleElsewhere  HurdleKind = "elsewhere"  // it is not on the network of the home
	HurdleAgree      HurdleKind = "agree"      // nobody has answered for the home yet
	HurdlePermission HurdleKind = "permission" // perhaps the system does not let it into the network
)
