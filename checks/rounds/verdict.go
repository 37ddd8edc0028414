package rounds

import (
	"maps"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// outside reports whether a finding matters only to whoever is outside. Its check weighs it for a
// router that the internet reaches.
func outside(f *checks.Finding) bool { return f.Door() || f.Kind == "upnp-on" }

// localKinds are about the home itself, or only tell something: no door from the internet makes them worse.
var localKinds = []checks.Kind{"upnp-on", "wps-on", "weak-wifi", "dns-changed", "second-dhcp", "new-device", "firmware-unknown", "maker-silent"}

// A reach says what of a home can be reached from the internet, as far as routers told.
type reach struct {
	doors  map[discovery.DeviceID][]uint16 // open to the internet, by the device that they lead to
	behind map[discovery.DeviceID]string   // of a router: checks.ArgOutside
}

// reachOf reads the doors out of what was found, and out of what is known from earlier where no
// outcome tells.
func reachOf(known []checks.Finding, outcomes []checks.Outcome) reach {
	var all []checks.Finding
	for i := range outcomes {
		all = append(all, outcomes[i].Findings...)
	}
	for i := range known {
		f := &known[i]
		if f.Fixed.IsZero() && !slices.ContainsFunc(outcomes, func(o checks.Outcome) bool { return o.Tells(f) }) {
			all = append(all, *f)
		}
	}
	r := reach{doors: map[discovery.DeviceID][]uint16{}, behind: map[discovery.DeviceID]string{}}
	for _, f := range all {
		behind := f.Args[checks.ArgOutside]
		if behind != "" {
			r.behind[f.Device] = behind
		}
		if inner := discovery.DeviceID(f.Args[checks.ArgInnerDevice]); inner != "" && behind == "" && f.Door() {
			r.doors[inner] = append(r.doors[inner], f.Port)
		}
	}
	return r
}

// mapped reports whether a door from the internet leads to where a finding was made: to its port or,
// if it is about the whole device, to any.
func (r reach) mapped(f *checks.Finding) bool {
	doors := r.doors[f.Device]
	return slices.Contains(doors, f.Port) || (f.Port == 0 && len(doors) > 0)
}

// judge gives a finding as it weighs in this home: one step more if a door from the internet leads
// there, one less if it is about the internet and that does not come so far. Red takes two signs.
// Its arguments say why.
func (r reach) judge(f checks.Finding) checks.Finding {
	was, args := f.Severity, maps.Clone(f.Args)
	if args == nil {
		args = map[string]string{}
	}
	behind := r.behind[f.Device]
	raised := r.mapped(&f) && !f.Door() && !slices.Contains(localKinds, f.Kind)
	lowered := behind != "" && outside(&f)
	switch {
	case raised:
		f.Severity = min(f.Severity+1, checks.Today)
	case lowered && f.Severity > checks.Inform:
		f.Severity--
	}
	if f.Severity == checks.Today && f.Confidence != discovery.Saw {
		f.Severity, behind = checks.Week, checks.LoweredOneSign
	}
	switch {
	case f.Severity > was:
		args[checks.ArgRaised] = checks.RaisedMapped
	case f.Severity < was:
		args[checks.ArgLowered] = behind
	}
	f.Args = args
	return f
}

// judged gives the outcomes with their findings as they weigh in this home, whose earlier findings
// are known. What was handed out before stays as it was.
func judged(known []checks.Finding, outcomes []checks.Outcome) []checks.Outcome {
	r := reachOf(known, outcomes)
	out := slices.Clone(outcomes)
	for i := range out {
		out[i].Findings = slices.Clone(out[i].Findings)
		for j, f := range out[i].Findings {
			out[i].Findings[j] = r.judge(f)
		}
	}
	return out
}
