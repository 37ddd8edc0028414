package system

import (
	"context"
	"os"
)

// OnBattery reports whether this computer runs on its battery, as far as its system tells.
func OnBattery(context.Context) bool { return onBattery(os.DirFS("/sys/class/power_supply")) }

// What NetworkManager says of the whole connection: NMMetered in its reference manual.
const (
	meteredYes      = 1
	meteredGuessYes = 3
)

// Metered reports whether the internet connection costs by volume, as far as NetworkManager tells.
func Metered(ctx context.Context) bool {
	conn, err := systemBus(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	v, err := conn.Object("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager").
		GetProperty("org.freedesktop.NetworkManager.Metered")
	if err != nil {
		return false
	}
	n, _ := v.Value().(uint32)
	return n == meteredYes || n == meteredGuessYes
}
