package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Schema names the form of the JSON. Fields may be added within it, never renamed or removed.
const Schema = "porchlight.scan/1"

type scanJSON struct {
	Schema     string            `json:"schema"`
	Porchlight string            `json:"porchlight"`
	Home       string            `json:"home"`
	Network    networkJSON       `json:"network"`
	Started    time.Time         `json:"started"`
	Finished   time.Time         `json:"finished"`
	Complete   bool              `json:"complete"`
	Devices    []deviceJSON      `json:"devices"`
	NotChecked []notCheckedJSON  `json:"not_checked"`
	Ledger     discovery.Traffic `json:"ledger"`
}

type networkJSON struct {
	Interface string `json:"interface"`
	CIDR      string `json:"cidr"`
	Gateway   string `json:"gateway"`
}

type deviceJSON struct {
	ID             discovery.DeviceID   `json:"id"`
	Name           string               `json:"name"`
	Kind           discovery.Kind       `json:"kind"`
	Vendor         string               `json:"vendor"`
	Model          string               `json:"model"`
	Room           string               `json:"room"` // by the user
	Firmware       string               `json:"firmware"`
	FirmwareNewest string               `json:"firmware_newest"` // "" if the device runs a newer one
	SupportEnds    string               `json:"support_ends"`    // a day, a month, a year or "ended"
	MAC            discovery.MAC        `json:"mac"`
	Addresses      []string             `json:"addresses"`
	FirstSeen      time.Time            `json:"first_seen"`
	LastSeen       time.Time            `json:"last_seen"`
	FoundBy        []string             `json:"found_by"`
	HeardAfter     int64                `json:"heard_after_ms"`
	Services       []discovery.Service  `json:"services"`
	Evidence       []discovery.Evidence `json:"evidence"`
	Findings       []findingJSON        `json:"findings"`
	Ledger         discovery.Traffic    `json:"ledger"`
}

type findingJSON struct {
	ID         string             `json:"id"`
	Kind       checks.Kind        `json:"kind"`
	Severity   checks.Severity    `json:"severity"`
	Confidence discovery.Strength `json:"confidence"`
	Port       uint16             `json:"port"`
	Args       map[string]string  `json:"args"`
	Accepted   bool               `json:"accepted"` // the user lives with it; why is nobody else's business
	Remind     string             `json:"remind"`   // the day on which the user wants to be reminded
}

type notCheckedJSON struct {
	Device discovery.DeviceID `json:"device"`
	Check  checks.ID          `json:"check"`
	Reason string             `json:"reason"`
}

// JSON writes a round in the documented schema: the devices that were present, and the
// findings that are not fixed.
func JSON(w io.Writer, s rounds.Snapshot, version string) error {
	out := scanJSON{
		Schema: Schema, Porchlight: version, Home: s.Home.Name, Started: s.Started, Finished: s.Finished, Complete: s.Complete,
		Network: networkJSON{Interface: s.Network.Interface, CIDR: s.Network.Prefix.String()},
		Devices: []deviceJSON{}, NotChecked: []notCheckedJSON{}, Ledger: s.Traffic,
	}
	if s.Network.Gateway.IsValid() {
		out.Network.Gateway = s.Network.Gateway.String()
	}
	catalog, err := makers.All()
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	for _, d := range s.Devices {
		if d.Present {
			j := device(s, d)
			j.FirmwareNewest, j.SupportEnds = firmware.Known(catalog, d)
			out.Devices = append(out.Devices, j)
		}
	}
	for _, o := range s.Unchecked() {
		out.NotChecked = append(out.NotChecked, notCheckedJSON{Device: o.Device, Check: o.Check, Reason: o.Reason})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func device(s rounds.Snapshot, d discovery.Device) deviceJSON {
	out := deviceJSON{
		ID: d.ID, Name: d.Name, Kind: d.Kind, Vendor: d.Vendor, Model: d.Model, Room: d.Correction.Room, Firmware: d.Firmware, MAC: d.MAC,
		FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, FoundBy: list(d.FoundBy), HeardAfter: d.HeardAfter.Milliseconds(),
		Services: list(d.Services), Evidence: list(d.Evidence), Addresses: []string{}, Findings: []findingJSON{}, Ledger: s.ByDevice[d.ID],
	}
	for _, a := range d.Addrs {
		out.Addresses = append(out.Addresses, a.WithZone("").String())
	}
	for _, f := range s.Findings {
		if f.Device == d.ID && f.Fixed.IsZero() {
			j := findingJSON{
				ID: f.ID, Kind: f.Kind, Severity: f.Severity, Confidence: f.Confidence, Port: f.Port, Args: f.Args, Accepted: f.Accepted != "",
			}
			if j.Args == nil {
				j.Args = map[string]string{}
			}
			if !f.Remind.IsZero() {
				j.Remind = f.Remind.Local().Format(time.DateOnly)
			}
			out.Findings = append(out.Findings, j)
		}
	}
	return out
}

// list makes an unknown list an empty one.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
