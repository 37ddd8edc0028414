package terminal

import (
	"io"
	"time"

	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report"
)

// JSON writes a round in the documented schema: the devices that were present, and the
// findings that are not fixed. known tells of the firmware of a device.
func JSON(w io.Writer, s rounds.Snapshot, version string, known func(discovery.Device) firmware.Known) error {
	return report.JSON(w, report.Facts{Snapshot: s, Version: version, Now: time.Now(), Known: known, MACs: true})
}
