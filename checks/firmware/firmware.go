// Package firmware compares the version that a device runs with what is known of its
// product line.
package firmware

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "firmware-outdated"

// Check implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "firmware", Contact: checks.ContactNone, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool {
	_, ok := c.Catalog.FirmwareFor(d.Family)
	return ok
}

// Run implements checks.Check.
func (c Check) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	known, ok := c.Catalog.FirmwareFor(t.Device.Family)
	if !ok || t.Device.Firmware == "" {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf("version of family %q is not known", t.Device.Family)}
	}
	order, ok := Compare(known.Scheme, t.Device.Firmware, known.Safe)
	if !ok {
		return nil, &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf("version %q cannot be compared", t.Device.Firmware)}
	}
	if order >= 0 {
		return nil, nil
	}
	f := checks.Finding{
		ID: checks.FindingID(t.Device.ID, Kind, 0, ""), Kind: Kind, Severity: checks.Week, Confidence: discovery.Likely,
		Args: map[string]string{"version": t.Device.Firmware, "newest": known.Safe, "hole": known.Hole, "source": known.Source},
	}
	if known.Sure {
		f.Confidence = discovery.Saw
	}
	for _, e := range t.Device.Evidence {
		if e.Field == "firmware" {
			f.Evidence = append(f.Evidence, discovery.Fact{Key: e.Source, Value: e.Value})
		}
	}
	return []checks.Finding{f}, nil
}

// Compare tells whether version a is older (-1), the same (0) or newer (1) than b, by the
// scheme of a product line. false means that they cannot be compared, which is neither
// "older" nor "fine". "dotted" is numbers with dots between; missing ones count as zero.
func Compare(scheme, a, b string) (int, bool) {
	if scheme != "dotted" {
		return 0, false
	}
	x, okX := numbers(a)
	y, okY := numbers(b)
	if !okX || !okY {
		return 0, false
	}
	for i := range max(len(x), len(y)) {
		var m, n uint64
		if i < len(x) {
			m = x[i]
		}
		if i < len(y) {
			n = y[i]
		}
		if m != n {
			if m < n {
				return -1, true
			}
			return 1, true
		}
	}
	return 0, true
}

func numbers(v string) ([]uint64, bool) {
	parts := strings.Split(v, ".")
	if len(parts) > 8 {
		return nil, false
	}
	out := make([]uint64, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}
