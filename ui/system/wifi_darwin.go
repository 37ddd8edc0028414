package system

import (
	"context"
	"io"
	"os/exec"
	"time"

	"porchlight/discovery"
)

const (
	// profilerTimeout is how long system_profiler may take: it also lists what else is in the air.
	profilerTimeout = 15 * time.Second
	// maxProfile is how much of what it says is read; it is some 50 KB where many live.
	maxProfile = 1 << 20
)

// WiFi asks the system for the Wi-Fi that an interface is joined to. It takes some seconds.
func WiFi(ctx context.Context, interfaceName string) discovery.WiFi {
	ctx, cancel := context.WithTimeout(ctx, profilerTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/sbin/system_profiler", "-json", "-detailLevel", "basic", "SPAirPortDataType")
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return discovery.WiFi{Hidden: true}
	}
	b, err := io.ReadAll(io.LimitReader(out, maxProfile)) //nolint:forbidigo // limited
	_, _ = io.Copy(io.Discard, out)                       // or it would wait for us
	if cmd.Wait() != nil || err != nil {
		return discovery.WiFi{Hidden: true}
	}
	return parseProfile(b, interfaceName)
}
