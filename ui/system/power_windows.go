package system

import (
	"context"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procGetSystemPowerStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetSystemPowerStatus")

// systemPowerStatus is SYSTEM_POWER_STATUS (winbase.h).
type systemPowerStatus struct {
	ACLineStatus        byte // 0: no, 1: yes, 255: not known
	BatteryFlag         byte
	BatteryLifePercent  byte
	SystemStatusFlag    byte
	BatteryLifeTime     uint32
	BatteryFullLifeTime uint32
}

// OnBattery reports whether this computer runs on its battery, as far as its system tells.
func OnBattery(context.Context) bool {
	var s systemPowerStatus
	ok, _, _ := procGetSystemPowerStatus.Call(uintptr(unsafe.Pointer(&s)))
	return ok != 0 && s.ACLineStatus == 0
}

// costScript asks Windows whether the internet connection costs by volume. It is a constant; nothing is put into it.
const costScript = `$ErrorActionPreference = 'Stop'
[void][Windows.Networking.Connectivity.NetworkInformation, Windows.Networking.Connectivity, ContentType = WindowsRuntime]
$p = [Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile()
if ($p) { [string]$p.GetConnectionCost().NetworkCostType }`

// Metered reports whether the internet connection costs by volume, as far as Windows tells.
func Metered(ctx context.Context) bool {
	out, err := powershell(ctx, costScript)
	return err == nil && costMetered(string(out))
}

// TrayHost reports whether the desktop shows trays.
func TrayHost(context.Context) bool { return true }
