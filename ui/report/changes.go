package report

import (
	"slices"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
)

// changeIcons are the icons of what changes, and say what is told at all: new addresses are not.
var changeIcons = map[string]string{
	rounds.DeviceNew: "devices", rounds.DeviceGone: "state-offline", rounds.DeviceBack: "devices", rounds.FirmwareChanged: "down",
	rounds.FindingNew: "todo", rounds.FindingFixed: "state-allgood", rounds.FindingBack: "state-week",
}

func (b *builder) changes() Changes {
	out := Changes{Title: b.say("report.changes"), None: b.say("report.changes.none")}
	switch {
	case b.Since.IsZero():
		out.None = b.say("report.changes.first")
		return out
	case b.Reported:
		out.Since = b.T("report.changes.report", text.Args{"date": b.Words.Date(b.Since)})
	default:
		out.Since = b.T("report.changes.round", text.Args{"date": b.Words.Date(b.Since)})
	}
	more := 0
	for _, c := range settled(b.Changes) {
		words := b.changed(&c)
		switch {
		case words == "":
		case len(out.Lines) == maxChanges:
			more++
		default:
			out.Lines = append(out.Lines, Change{changeIcons[c.What], b.Words.Date(c.At), words})
		}
	}
	if more > 0 {
		out.More = b.T("report.more", text.Args{"n": more})
	}
	return out
}

// changed says one change in a sentence; "" for one that is not told.
func (b *builder) changed(c *rounds.Change) string {
	if changeIcons[c.What] == "" {
		return ""
	}
	args := text.Args{}
	if c.Finding != "" {
		at := slices.IndexFunc(b.Snapshot.Findings, func(f checks.Finding) bool { return f.ID == c.Finding })
		if at < 0 {
			return ""
		}
		f := &b.Snapshot.Findings[at]
		if args["title"] = b.advice(f).Title; c.What == rounds.FindingFixed {
			args["title"] = b.Words.Settled(f, b.device[f.About()])
		}
	} else {
		d := b.device[c.Device]
		if d == nil {
			return ""
		}
		args["device"], args["new"] = b.Words.DeviceName(d), b.name(c.New)
	}
	return b.T("report.changed."+c.What, args)
}

// settled leaves of all that happened to one thing what came of it, newest first: a phone that left and is back did not change.
func settled(changes []rounds.Change) []rounds.Change {
	type thing struct{ what, id string }
	of := func(c *rounds.Change) thing {
		switch c.What {
		case rounds.DeviceNew, rounds.DeviceGone, rounds.DeviceBack:
			return thing{"here", string(c.Device)}
		case rounds.FindingNew, rounds.FindingFixed, rounds.FindingBack:
			return thing{"found", c.Finding}
		}
		return thing{c.What, string(c.Device)}
	}
	first := map[thing]string{} // what happened first
	for i := range changes {
		first[of(&changes[i])] = changes[i].What
	}
	var out []rounds.Change
	told := map[thing]bool{}
	for i := range changes {
		c := changes[i]
		t := of(&c)
		if told[t] {
			continue
		}
		told[t] = true
		switch {
		case first[t] == rounds.DeviceNew && c.What == rounds.DeviceBack:
			c.What = rounds.DeviceNew
		case first[t] == rounds.DeviceGone && c.What == rounds.DeviceBack, c.What == rounds.DeviceGone && first[t] != rounds.DeviceGone:
			continue
		}
		out = append(out, c)
	}
	return out
}
