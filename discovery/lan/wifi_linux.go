package lan

import (
	"errors"
	"os"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"porchlight/discovery"
)

// wifi asks the kernel (nl80211) for the access point that an interface is joined to. It sends
// nothing: the kernel remembers what it heard when it joined.
func wifi(index int) discovery.WiFi {
	c, err := genetlink.Dial(nil)
	if err != nil {
		return discovery.WiFi{Hidden: true}
	}
	defer func() { _ = c.Close() }()
	return joined(c, index)
}

// joined is wifi over one connection to the kernel.
func joined(c *genetlink.Conn, index int) discovery.WiFi {
	family, err := c.GetFamily(unix.NL80211_GENL_NAME)
	if errors.Is(err, os.ErrNotExist) {
		return discovery.WiFi{} // no Wi-Fi in this computer
	}
	if err != nil {
		return discovery.WiFi{Hidden: true}
	}
	ae := netlink.NewAttributeEncoder()
	ae.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(index)) //nolint:gosec // the kernel's own number
	which, err := ae.Encode()
	if err != nil {
		return discovery.WiFi{Hidden: true}
	}
	ask := func(command uint8, flags netlink.HeaderFlags) ([]genetlink.Message, error) {
		return c.Execute(genetlink.Message{Header: genetlink.Header{Command: command, Version: family.Version}, Data: which}, family.ID, netlink.Request|flags)
	}
	if _, err := ask(unix.NL80211_CMD_GET_INTERFACE, 0); errors.Is(err, unix.ENODEV) {
		return discovery.WiFi{} // a cable
	}
	all, err := ask(unix.NL80211_CMD_GET_SCAN, netlink.Dump)
	if err != nil {
		return discovery.WiFi{Hidden: true}
	}
	for _, m := range all {
		if w, ok := parseScan(m.Data); ok && len(w.Protection) > 0 {
			return w
		}
	}
	return discovery.WiFi{Hidden: true}
}

// parseScan reads one access point out of the kernel's list; false if it is not the one that is joined.
func parseScan(b []byte) (w discovery.WiFi, joined bool) {
	ad, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return w, false
	}
	for ad.Next() {
		if ad.Type() == unix.NL80211_ATTR_BSS {
			ad.Nested(func(bss *netlink.AttributeDecoder) error {
				w, joined = parseBSS(bss)
				return nil
			})
		}
	}
	return w, joined && ad.Err() == nil
}

func parseBSS(ad *netlink.AttributeDecoder) (w discovery.WiFi, joined bool) {
	var capabilities uint16
	var elements, beacon []byte
	for ad.Next() {
		switch ad.Type() {
		case unix.NL80211_BSS_STATUS:
			joined = ad.Uint32() == unix.NL80211_BSS_STATUS_ASSOCIATED
		case unix.NL80211_BSS_CAPABILITY:
			capabilities = ad.Uint16()
		case unix.NL80211_BSS_INFORMATION_ELEMENTS:
			elements = ad.Bytes()
		case unix.NL80211_BSS_BEACON_IES:
			beacon = ad.Bytes()
		}
	}
	if len(elements) == 0 {
		elements = beacon
	}
	return parseWiFi(capabilities, elements), joined
}
