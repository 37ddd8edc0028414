package lan

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"

	"porchlight/discovery"
)

var (
	wlanapi        = windows.NewLazySystemDLL("wlanapi.dll")
	procWlanOpen   = wlanapi.NewProc("WlanOpenHandle")
	procWlanClose  = wlanapi.NewProc("WlanCloseHandle")
	procWlanQuery  = wlanapi.NewProc("WlanQueryInterface")
	procWlanFree   = wlanapi.NewProc("WlanFreeMemory")
	errNotJoined   = windows.Errno(5023) // ERROR_INVALID_STATE
	errNoInterface = windows.Errno(1168) // ERROR_NOT_FOUND
)

// wlanConnection is WLAN_CONNECTION_ATTRIBUTES (wlanapi.h).
type wlanConnection struct {
	State, Mode uint32
	Profile     [256]uint16
	SSIDLength  uint32
	SSID        [32]byte
	BSSType     uint32
	BSSID       [6]byte
	PHYType     uint32
	PHYIndex    uint32
	Quality     uint32
	RxRate      uint32
	TxRate      uint32
	Secured     int32
	OneX        int32
	Auth        uint32 // DOT11_AUTH_ALGORITHM
	Cipher      uint32 // DOT11_CIPHER_ALGORITHM
}

// wifi asks the system for the Wi-Fi that an interface is joined to. It sends nothing. Since Windows 11
// 24H2 only programs that may know the location are told.
func wifi(index int) discovery.WiFi {
	const level = 0                                         // MibIfEntryNormal
	row := windows.MibIfRow2{InterfaceIndex: uint32(index)} //nolint:gosec // the system's own number
	if err := windows.GetIfEntry2Ex(level, &row); err != nil {
		return discovery.WiFi{Hidden: true}
	}
	if row.Type != windows.IF_TYPE_IEEE80211 {
		return discovery.WiFi{} // a cable
	}
	if wlanapi.Load() != nil {
		return discovery.WiFi{Hidden: true}
	}
	const version = 2 // of the interface, since Windows Vista
	var negotiated uint32
	var handle windows.Handle
	if rc, _, _ := procWlanOpen.Call(version, 0, uintptr(unsafe.Pointer(&negotiated)), uintptr(unsafe.Pointer(&handle))); rc != 0 {
		return discovery.WiFi{Hidden: true}
	}
	defer func() { _, _, _ = procWlanClose.Call(uintptr(handle), 0) }()
	const currentConnection = 7 // wlan_intf_opcode_current_connection
	var size uint32
	var c *wlanConnection
	rc, _, _ := procWlanQuery.Call(uintptr(handle), uintptr(unsafe.Pointer(&row.InterfaceGuid)), currentConnection, 0,
		uintptr(unsafe.Pointer(&size)), uintptr(unsafe.Pointer(&c)), 0)
	if err := windows.Errno(rc); errors.Is(err, errNotJoined) || errors.Is(err, errNoInterface) {
		return discovery.WiFi{}
	}
	if rc != 0 || c == nil {
		return discovery.WiFi{Hidden: true}
	}
	defer func() { _, _, _ = procWlanFree.Call(uintptr(unsafe.Pointer(c))) }()
	if uintptr(size) < unsafe.Sizeof(*c) {
		return discovery.WiFi{Hidden: true}
	}
	return algorithms(string(c.SSID[:min(c.SSIDLength, uint32(len(c.SSID)))]), c.Secured != 0, c.Auth, c.Cipher)
}
