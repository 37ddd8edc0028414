package system

import (
	"io/fs"
	"path"
	"strings"
)

// onBattery reads from /sys/class/power_supply whether a computer runs on its battery: Linux,
// Documentation/ABI/testing/sysfs-class-power. One without a battery, or on which nothing can be read, does not.
func onBattery(supplies fs.FS) bool {
	entries, err := fs.ReadDir(supplies, ".")
	if err != nil {
		return false
	}
	discharging := false
	for _, e := range entries {
		said := func(what string) string {
			b, _ := fs.ReadFile(supplies, path.Join(e.Name(), what))
			return strings.TrimSpace(string(b))
		}
		if said("scope") == "Device" { // of a mouse
			continue
		}
		if said("type") == "Battery" {
			discharging = discharging || said("status") == "Discharging"
		} else if said("online") == "1" { // Mains, USB, Wireless
			return false
		}
	}
	return discharging
}

// pmsetBattery reads from "pmset -g batt" whether a Mac runs on its battery.
func pmsetBattery(said string) bool { return strings.Contains(said, "'Battery Power'") }

// costMetered reads what Windows says of the connection: a NetworkCostType.
func costMetered(said string) bool {
	t := strings.TrimSpace(said)
	return t == "Fixed" || t == "Variable"
}
