package camera

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// KindNotActivated is what Activation finds.
const KindNotActivated checks.Kind = "camera-not-activated"

// Activation looks for cameras on which nobody has set a password yet: whoever comes first owns
// them. It decides from what they said in discovery. It implements checks.Check.
type Activation struct{}

// Info implements checks.Check.
func (Activation) Info() checks.Info {
	return checks.Info{ID: "camera-not-activated", Contact: checks.ContactNone, Kinds: []checks.Kind{KindNotActivated}}
}

// Applies implements checks.Check.
func (Activation) Applies(d discovery.Device) bool {
	_, said := activated(d)
	return said != nil && slices.Contains(cameras, d.Uncorrected().Kind)
}

// Run implements checks.Check. What the camera says in a field made for it is one sign, that it shows
// itself as a camera another.
func (Activation) Run(_ context.Context, t checks.Target) ([]checks.Finding, error) {
	on, said := activated(t.Device)
	if said == nil {
		return nil, checks.Unclear(errors.New("it does not say whether it was set up"))
	}
	if on {
		return nil, nil
	}
	severity, sure := checks.Today, discovery.Saw
	if !ownSign(t.Device) {
		severity, sure = checks.Week, discovery.Likely
	}
	f := t.Found(KindNotActivated, 0, severity, sure)
	f.Evidence = []discovery.Fact{*said}
	return []checks.Finding{*f}, nil
}

// activatedPage is how cameras of Hikvision say it to everybody (ISAPI, /SDK/activateStatus).
var activatedPage = regexp.MustCompile(`(?i)<Activated>(true|false)</Activated>`)

// activated gives whether a camera was set up, and the fact that says so; nil if it does not say.
func activated(d discovery.Device) (on bool, said *discovery.Fact) {
	for i := range d.Facts {
		f := &d.Facts[i]
		switch f.Key {
		case discovery.FactHTTPBody:
			if m := activatedPage.FindStringSubmatch(f.Value); m != nil {
				return strings.EqualFold(m[1], "true"), f
			}
		case "json.dhip.params.deviceInfo.Init":
			// The two lowest bits: 1 is not set up, 2 is; 0 are those that know no set-up (Dahua NetSDK, byInitStatus).
			const bits, isNot, is = 3, 1, 2
			if n, err := strconv.ParseUint(f.Value, 10, 32); err == nil && (n&bits == isNot || n&bits == is) {
				return n&bits == is, f
			}
		case "json.tdp-discovery.factory_default":
			if f.Value == "true" || f.Value == "false" {
				return f.Value == "false", f
			}
		default:
		}
	}
	return false, nil
}
