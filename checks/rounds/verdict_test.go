package rounds

import (
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// found is a finding of a device.
func found(kind checks.Kind, device discovery.DeviceID, port uint16, s checks.Severity) checks.Finding {
	return checks.Finding{Kind: kind, Check: checks.ID(kind), Device: device, Port: port, Severity: s, Confidence: discovery.Saw}
}

// doorTo is a door of the router to a device.
func doorTo(inner discovery.DeviceID, port uint16, outside string) checks.Finding {
	f := found("port-forward", "d-router", port, checks.Week)
	f.Args = map[string]string{checks.ArgInnerDevice: string(inner), checks.ArgOutside: outside}
	return f
}

func TestAFindingWeighsAsFarAsTheInternetReaches(t *testing.T) {
	likely := found("camera-open", "d-nas", 21, checks.Week)
	likely.Confidence = discovery.Likely
	oneSign := found("telnet-open", "d-cam", 23, checks.Today)
	oneSign.Confidence = discovery.Likely
	for _, tt := range []struct {
		name   string
		door   checks.Finding
		f      checks.Finding
		want   checks.Severity
		raised string
		lower  string
	}{
		{name: "a door leads there", door: doorTo("d-nas", 21, ""), f: found("ftp-anonymous", "d-nas", 21, checks.Week), want: checks.Today, raised: checks.RaisedMapped},
		{name: "about the whole device", door: doorTo("d-nas", 21, ""), f: found("known-exploited", "d-nas", 0, checks.Good), want: checks.Week, raised: checks.RaisedMapped},
		{name: "not more than today", door: doorTo("d-nas", 21, ""), f: found("ftp-anonymous", "d-nas", 21, checks.Today), want: checks.Today},
		{name: "another door of it", door: doorTo("d-nas", 80, ""), f: found("ftp-anonymous", "d-nas", 21, checks.Week), want: checks.Week},
		{name: "another device", door: doorTo("d-cam", 21, ""), f: found("ftp-anonymous", "d-nas", 21, checks.Week), want: checks.Week},
		{name: "nobody knows to whom", door: doorTo("", 21, ""), f: found("ftp-anonymous", "d-nas", 21, checks.Week), want: checks.Week},
		{name: "the internet does not come so far", door: doorTo("d-nas", 21, checks.BehindCarrier), f: found("ftp-anonymous", "d-nas", 21, checks.Week), want: checks.Week},
		{name: "one sign is not enough for red", door: doorTo("d-nas", 21, ""), f: likely, want: checks.Week},
		{name: "red by one sign", door: doorTo("d-nas", 21, ""), f: oneSign, want: checks.Week, lower: checks.LoweredOneSign},
		{name: "it is no matter of the internet", door: doorTo("d-nas", 21, ""), f: found("new-device", "d-nas", 0, checks.Good), want: checks.Good},
		{name: "the door itself", door: doorTo("d-router", 80, ""), f: found("remote-admin", "d-router", 80, checks.Week), want: checks.Week},
		{name: "a door behind the carrier", door: doorTo("d-nas", 21, checks.BehindCarrier), f: doorTo("d-nas", 21, checks.BehindCarrier), want: checks.Good, lower: checks.BehindCarrier},
		{name: "UPnP behind another router", door: doorTo("d-nas", 21, checks.BehindRouter), f: found("upnp-on", "d-router", 0, checks.Good), want: checks.Inform, lower: checks.BehindRouter},
		{name: "nothing is less than nothing", door: doorTo("d-nas", 21, checks.BehindRouter), f: found("upnp-on", "d-router", 0, checks.Inform), want: checks.Inform},
		{name: "inside the home it stays what it is", door: doorTo("d-nas", 21, checks.BehindCarrier), f: found("telnet-open", "d-router", 23, checks.Today), want: checks.Today},
	} {
		got := reachOf(nil, []checks.Outcome{{Check: "port-forward", Device: "d-router", Result: checks.Found, Findings: []checks.Finding{tt.door}}}).judge(tt.f)
		if got.Severity != tt.want || got.Args[checks.ArgRaised] != tt.raised || got.Args[checks.ArgLowered] != tt.lower {
			t.Errorf("%s: got %v %v", tt.name, got.Severity, got.Args)
		}
	}
}

func TestDoorsFromEarlierCountUntilTheyAreLookedForAgain(t *testing.T) {
	open, fixed := doorTo("d-nas", 21, ""), doorTo("d-nas", 21, "")
	fixed.Fixed = time.Now()
	ftp := found("ftp-anonymous", "d-nas", 21, checks.Week)
	for _, tt := range []struct {
		name   string
		known  checks.Finding
		result checks.Result
		want   checks.Severity
	}{
		{"could not be read", open, checks.Unknown, checks.Today},
		{"not looked for", open, checks.NotApplicable, checks.Today},
		{"is gone", open, checks.Clear, checks.Week},
		{"was gone before", fixed, checks.Unknown, checks.Week},
	} {
		before := []checks.Outcome{
			{Check: "port-forward", Device: "d-router", Result: tt.result},
			{Check: "ftp-anonymous", Device: "d-nas", Result: checks.Found, Findings: []checks.Finding{ftp}},
		}
		after := judged([]checks.Finding{tt.known}, before)
		if got := after[1].Findings[0].Severity; got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if f := before[1].Findings[0]; f.Severity != checks.Week || f.Args != nil {
			t.Errorf("%s: what was handed out has changed: %+v", tt.name, f)
		}
	}
}
