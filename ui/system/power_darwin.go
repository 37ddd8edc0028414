package system

import (
	"context"
	"os/exec"
	"time"
)

// pmsetTimeout is how long pmset may take to answer.
const pmsetTimeout = 5 * time.Second

// OnBattery reports whether this computer runs on its battery, as far as its system tells.
func OnBattery(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, pmsetTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/pmset", "-g", "batt").Output()
	return err == nil && pmsetBattery(string(out))
}

// Metered reports whether the internet connection costs by volume. macOS does not tell.
func Metered(context.Context) bool { return false }

// TrayHost reports whether the desktop shows trays.
func TrayHost(context.Context) bool { return true }
