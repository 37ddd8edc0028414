package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Schema names the form of the JSON. Fields may be added within it, never renamed or removed.
const Schema = "porchlight.scan/1"

// A RoundJSON is one round, in the documented schema.
type RoundJSON struct {
	Schema     string            `json:"schema"`
	Porchlight string            `json:"porchlight"`
	Home       string            `json:"home"`
	Network    NetworkJSON       `json:"network"`
	Started    time.Time         `json:"started"`
	Finished   time.Time         `json:"finished"`
	Complete   bool              `json:"complete"`
	Devices    []DeviceJSON      `json:"devices"`
	NotChecked []NotCheckedJSON  `json:"not_checked"`
	Ledger     discovery.Traffic `json:"ledger"`
}

// A NetworkJSON is the network of the home.
type NetworkJSON struct {
	Interface string `json:"interface"`
	CIDR      string `json:"cidr"`
	Gateway   string `json:"gateway"`
}

// A DeviceJSON is one device.
type DeviceJSON struct {
	ID             discovery.DeviceID   `json:"id"`
	Name           string               `json:"name"`
	Kind           discovery.Kind       `json:"kind"`
	Vendor         string               `json:"vendor"`
	Model          string               `json:"model"`
	Room           string               `json:"room"`        // by the user
	PasswordOn     string               `json:"password_on"` // where its own one stands: "bottom", "back", "papers"; "" if nobody knows
	Firmware       string               `json:"firmware"`
	FirmwareNewest string               `json:"firmware_newest"`        // "" if the device runs a newer one
	NewestDate     string               `json:"firmware_newest_date"`   // when that came out
	NewestSource   string               `json:"firmware_newest_source"` // who says so
	NewestSaid     string               `json:"firmware_newest_said"`   // and on which day last
	SupportEnds    string               `json:"support_ends"`           // a day, a month, a year or "ended"
	SupportSource  string               `json:"support_source"`
	SupportSaid    string               `json:"support_said"`
	MakerUpdates   string               `json:"maker_updates"`  // a page of the maker
	MakerSecurity  string               `json:"maker_security"` // another one
	MAC            discovery.MAC        `json:"mac"`
	Addresses      []string             `json:"addresses"`
	FirstSeen      time.Time            `json:"first_seen"`
	LastSeen       time.Time            `json:"last_seen"`
	FoundBy        []string             `json:"found_by"`
	HeardAfter     int64                `json:"heard_after_ms"`
	State          string               `json:"state"` // how it stands, by rounds.State
	Services       []discovery.Service  `json:"services"`
	Evidence       []discovery.Evidence `json:"evidence"`
	Findings       []FindingJSON        `json:"findings"`
	Ledger         discovery.Traffic    `json:"ledger"`
}

// A FindingJSON is one thing that a person should know or do.
type FindingJSON struct {
	ID         string             `json:"id"`
	Kind       checks.Kind        `json:"kind"`
	Severity   checks.Severity    `json:"severity"`
	Confidence discovery.Strength `json:"confidence"`
	Port       uint16             `json:"port"`
	Args       map[string]string  `json:"args"`
	Accepted   bool               `json:"accepted"` // the user lives with it; why is nobody else's business
	Remind     string             `json:"remind"`   // the day on which the user wants to be reminded
}

// A NotCheckedJSON is a check that has no result.
type NotCheckedJSON struct {
	Device discovery.DeviceID `json:"device"`
	Check  checks.ID          `json:"check"`
	Reason string             `json:"reason"`
}

// JSON writes the latest round in the documented schema: the devices that were present, and the findings that are not fixed.
func JSON(w io.Writer, f Facts) error {
	out, err := Round(f)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// Round gives the latest round as JSON writes it.
func Round(f Facts) (RoundJSON, error) {
	s := f.Snapshot
	if !f.MACs {
		s = withoutMACs(s)
	}
	out := RoundJSON{
		Schema: Schema, Porchlight: f.Version, Home: s.Home.Name, Started: s.Started, Finished: s.Finished, Complete: s.Complete,
		Network: NetworkJSON{Interface: s.Network.Interface, CIDR: s.Network.Prefix.String()},
		Devices: []DeviceJSON{}, NotChecked: []NotCheckedJSON{}, Ledger: s.Traffic,
	}
	if s.Network.Gateway.IsValid() {
		out.Network.Gateway = s.Network.Gateway.String()
	}
	catalog, err := makers.All()
	if err != nil {
		return out, fmt.Errorf("write JSON: %w", err)
	}
	stands := s.Standings(f.Now)
	for _, d := range s.Devices {
		if d.Present {
			j := toJSON(s, d)
			j.State, j.PasswordOn = stands[d.ID].State.String(), catalog.OnLabel(d)
			k := f.known(d)
			j.FirmwareNewest, j.NewestDate, j.NewestSource, j.NewestSaid = k.Newest, k.NewestDate, k.NewestSaid.Source, k.NewestSaid.Day
			j.SupportEnds, j.SupportSource, j.SupportSaid = k.Ends, k.EndsSaid.Source, k.EndsSaid.Day
			a := catalog.About(d.Vendor)
			j.MakerUpdates, j.MakerSecurity = a.Updates, a.Security
			out.Devices = append(out.Devices, j)
		}
	}
	for _, o := range s.Unchecked() {
		out.NotChecked = append(out.NotChecked, NotCheckedJSON{Device: o.Device, Check: o.Check, Reason: o.Reason})
	}
	return out, nil
}

func toJSON(s rounds.Snapshot, d discovery.Device) DeviceJSON {
	out := DeviceJSON{
		ID: d.ID, Name: d.Name, Kind: d.Kind, Vendor: d.Vendor, Model: d.Model, Room: d.Correction.Room, Firmware: d.Firmware, MAC: d.MAC,
		FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, FoundBy: list(d.FoundBy), HeardAfter: d.HeardAfter.Milliseconds(),
		Services: list(d.Services), Evidence: list(d.Evidence), Addresses: []string{}, Findings: []FindingJSON{}, Ledger: s.ByDevice[d.ID],
	}
	for _, a := range d.Addrs {
		out.Addresses = append(out.Addresses, a.WithZone("").String())
	}
	for _, f := range s.Findings {
		if f.Device == d.ID && f.Fixed.IsZero() {
			j := FindingJSON{
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

// withoutMACs gives the same picture without the half of each hardware address that names one device.
func withoutMACs(s rounds.Snapshot) rounds.Snapshot {
	s.Devices = slices.Clone(s.Devices)
	for i := range s.Devices {
		d := &s.Devices[i]
		d.MAC = discovery.MAC{}
		d.Name, d.Vendor, d.Model, d.Firmware = hideMACs(d.Name), hideMACs(d.Vendor), hideMACs(d.Model), hideMACs(d.Firmware)
		d.Evidence = slices.Clone(d.Evidence)
		for k := range d.Evidence {
			d.Evidence[k].Value = hideMACs(d.Evidence[k].Value)
		}
	}
	s.Findings = slices.Clone(s.Findings)
	for i := range s.Findings {
		args := maps.Clone(s.Findings[i].Args)
		for k := range args {
			if k != checks.ArgInnerDevice { // an ID
				args[k] = hideMACs(args[k])
			}
		}
		s.Findings[i].Args = args
	}
	return s
}
