//go:build !linux && !windows

package lan

import "porchlight/discovery"

// wifi cannot be read on this system. macOS tells it by CoreWLAN, which needs the C parts of the system
// and, since macOS 14, the user's leave to know the location; or by a program, which takes seconds: see ui/system.
func wifi(int) discovery.WiFi { return discovery.WiFi{Hidden: true} }
