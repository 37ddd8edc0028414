//go:build !darwin

package system

import (
	"context"

	"porchlight/discovery"
)

// WiFi has nobody to ask on this system: what it tells of Wi-Fi it tells at once.
func WiFi(context.Context, string) discovery.WiFi { return discovery.WiFi{Hidden: true} }
