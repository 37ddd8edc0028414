package lan

import (
	"testing"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/genetlink/genltest"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"porchlight/discovery"
)

// accessPoint writes one line of the kernel's list.
func accessPoint(t *testing.T, joined bool, elements string) genetlink.Message {
	t.Helper()
	ae := netlink.NewAttributeEncoder()
	ae.Nested(unix.NL80211_ATTR_BSS, func(bss *netlink.AttributeEncoder) error {
		bss.Uint16(unix.NL80211_BSS_CAPABILITY, 0x0431)
		bss.Bytes(unix.NL80211_BSS_INFORMATION_ELEMENTS, []byte(elements))
		if joined {
			bss.Uint32(unix.NL80211_BSS_STATUS, unix.NL80211_BSS_STATUS_ASSOCIATED)
		}
		return nil
	})
	b, err := ae.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return genetlink.Message{Data: b}
}

func TestTheKernelTellsWhichWiFiIsJoined(t *testing.T) {
	weak := accessPoint(t, false, ssid+rates)
	own := accessPoint(t, true, ssid+rsn(ccmp, []string{ccmp}, []string{psk}))
	for _, tt := range []struct {
		name  string
		wired bool
		list  []genetlink.Message
		err   error
		want  discovery.Protection
		w     discovery.WiFi // if it tells nothing
	}{
		{name: "joined", list: []genetlink.Message{weak, own}, want: discovery.ProtectionWPA2},
		{name: "a cable", wired: true},
		{name: "not joined", list: []genetlink.Message{weak}, w: discovery.WiFi{Hidden: true}},
		{name: "may not know", err: genltest.Error(int(unix.EPERM)), w: discovery.WiFi{Hidden: true}},
		{name: "nonsense", list: []genetlink.Message{{Data: []byte{0xff, 0xff, 1}}}, w: discovery.WiFi{Hidden: true}},
	} {
		family := genetlink.Family{ID: 30, Version: 1, Name: unix.NL80211_GENL_NAME}
		c := genltest.Dial(genltest.ServeFamily(family, func(gm genetlink.Message, nm netlink.Message) ([]genetlink.Message, error) {
			switch {
			case gm.Header.Command == unix.NL80211_CMD_GET_INTERFACE && tt.wired:
				return nil, genltest.Error(int(unix.ENODEV))
			case gm.Header.Command == unix.NL80211_CMD_GET_INTERFACE:
				return []genetlink.Message{{}}, nil
			case gm.Header.Command == unix.NL80211_CMD_GET_SCAN && nm.Header.Flags&netlink.Dump == netlink.Dump:
				return tt.list, tt.err
			}
			t.Errorf("%s: the kernel was asked for %d", tt.name, gm.Header.Command)
			return nil, genltest.Error(int(unix.EINVAL))
		}))
		got := joined(c, 3)
		_ = c.Close()
		if tt.want != "" && (len(got.Protection) != 1 || got.Protection[0] != tt.want || got.Hidden) || tt.want == "" && (got.Hidden != tt.w.Hidden || len(got.Protection) > 0) {
			t.Errorf("%s: got %+v", tt.name, got)
		}
	}
}

func TestLoopbackIsNoWiFi(t *testing.T) {
	if got := wifi(1); len(got.Protection) > 0 || got.Name != "" {
		t.Errorf("got %+v", got)
	}
}
