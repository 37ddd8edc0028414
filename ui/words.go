package ui

import (
	"maps"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// A picture is one snapshot, with what several pages ask of it worked out once. It is
// never changed after it was made.
type picture struct {
	rounds.Snapshot
	walking   bool   // a round is under way, or was just asked for
	trouble   string // why the latest round went wrong, in words
	barred    rounds.Hurdle
	now       time.Time
	open      []checks.Finding // what is to be done by now
	later     []checks.Finding // of which the user wants to be reminded on a day to come
	know      []checks.Finding // what is only good to know
	unchecked []checks.Outcome
	rooms     bool // the user has said where some device stands
	device    map[discovery.DeviceID]*discovery.Device
	stands    map[discovery.DeviceID]rounds.Standing
	state     map[discovery.DeviceID]parts.State // as it is shown
}

func newPicture(s rounds.Snapshot, now time.Time) *picture {
	p := &picture{
		Snapshot: s, now: now, know: s.Know(now), unchecked: s.Unchecked(), stands: s.Standings(now),
		device: make(map[discovery.DeviceID]*discovery.Device, len(s.Devices)),
		state:  make(map[discovery.DeviceID]parts.State, len(s.Devices)),
	}
	p.open, p.later = s.Todo(now)
	for i := range s.Devices {
		d := &s.Devices[i]
		p.device[d.ID] = d
		p.state[d.ID] = faces[p.stands[d.ID].State]
		p.rooms = p.rooms || d.Correction.Room != ""
	}
	return p
}

// faces gives the icon and the colour of each state of a device.
var faces = map[rounds.State]parts.State{
	rounds.StateNotYet: parts.NotYet, rounds.StateNothing: parts.Nothing, rounds.StateInform: parts.Info, rounds.StateAllGood: parts.AllGood,
	rounds.StateAccepted: parts.Accepted, rounds.StateLater: parts.Later, rounds.StateUnchecked: parts.Unchecked, rounds.StateOffline: parts.Offline,
	rounds.StateAlone: parts.Alone, rounds.StateGood: parts.Good, rounds.StateWeek: parts.Week, rounds.StateToday: parts.Today,
}

// count gives how many devices stand like that.
func (p *picture) count(state rounds.State) int {
	n := 0
	for _, st := range p.stands {
		if st.State == state {
			n++
		}
	}
	return n
}

// accepted gives what the user lives with.
func (p *picture) accepted() []checks.Finding {
	var all []checks.Finding
	for _, f := range p.Findings {
		if f.Accepted != "" && f.Fixed.IsZero() {
			all = append(all, f)
		}
	}
	return all
}

// unlooked is the key of what is said of a device of which no check tells anything.
func (p *picture) unlooked(id discovery.DeviceID) string {
	switch st := p.stands[id]; {
	case st.Away:
		return "device.unlooked.offline"
	case st.State == rounds.StateNothing:
		return "device.unlooked.nothing"
	}
	return "device.unlooked"
}

// standing gives how a finding stands.
func (p *picture) standing(f *checks.Finding) parts.State {
	switch {
	case !f.Fixed.IsZero():
		return parts.Fixed
	case f.Accepted != "":
		return parts.Accepted
	case f.Later(p.now):
		return parts.Later
	}
	return parts.StateOf(f.Severity)
}

// practice reports whether the devices are simulated.
func (p *picture) practice() bool { return p.Home.Practice || p.Network.Practice }

// words says things in the person's language.
type words struct{ *text.Catalog }

func (w words) say(key string) string { return w.T(key, nil) }

func (w words) count(key string, n int) string { return w.T(key, text.Args{"n": n}) }

// what says kind and product in one line; what is unknown stays away.
func (w words) what(d *discovery.Device) string {
	var said []string
	for _, s := range []string{w.Kind(d.Kind), text.Product(d)} {
		if s != "" && s != w.DeviceName(d) {
			said = append(said, s)
		}
	}
	return strings.Join(said, " · ")
}

// check gives the word for a check; blank if there is none.
func (w words) check(id checks.ID) string {
	if key := "check." + string(id); w.Has(key) {
		return w.say(key)
	}
	return ""
}

// service says what a door is for.
func (w words) service(s discovery.Service) string {
	key := "service." + s.Protocol
	if s.Protocol == "http" && s.TLS {
		key = "service.https"
	}
	if s.Protocol != "" && w.Has(key) {
		return w.say(key)
	}
	return w.T("service.unknown", text.Args{"port": s.Port})
}

// advice gives the words for a finding about a device, which is put right at another one or
// the same. It leads a browser nowhere but to these.
func (w words) advice(f *checks.Finding, about, at *discovery.Device) text.Advice {
	if raw := f.Args["url"]; raw != "" && about != nil && ownPage(about, raw) == nil {
		own := *f
		own.Args = maps.Clone(f.Args)
		own.Args["url"] = about.Addr().String()
		f = &own
	}
	return w.Finding(f, about, at)
}

// title says what was found in one sentence.
func (w words) title(f *checks.Finding, about *discovery.Device) string {
	if a := w.advice(f, about, nil); a.Title != "" {
		return a.Title
	}
	return w.check(f.Check)
}

// nudge says why a finding is put before the user now: that was asked for, or it waits. "" is
// for most.
func (w words) nudge(f *checks.Finding, now time.Time) string {
	if f.Due(now) {
		return w.say("remind.due")
	}
	if n := f.Waits(now); n > 0 {
		return w.count("todo.waits", n)
	}
	return ""
}

// bytes says how much n bytes are.
func (w words) bytes(n int) string {
	if n < 1000 {
		return w.T("size.bytes", text.Args{"n": n})
	}
	if n >= 1_000_000 {
		return w.T("size.megabytes", text.Args{"size": (n + 500_000) / 1_000_000})
	}
	return w.T("size.kilobytes", text.Args{"size": (n + 500) / 1000})
}

// ownPage reads an address of a web page and returns it only if it is one of the device
// itself: nothing that a device says may lead a browser anywhere else.
func ownPage(d *discovery.Device, raw string) *url.URL {
	u, err := url.Parse(raw)
	if d == nil || err != nil || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	at, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil
	}
	for _, own := range d.Addrs {
		if own.Unmap() == at.Unmap() {
			return u
		}
	}
	return nil
}

// doorPage gives the address of the page behind a door; nil if it is no web page.
func doorPage(d *discovery.Device, s discovery.Service) *url.URL {
	at := d.Addr()
	if !at.IsValid() || at.Zone() != "" || (s.Protocol != "http" && s.Protocol != "https") {
		return nil
	}
	scheme := "http"
	if s.TLS || s.Protocol == "https" {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: netip.AddrPortFrom(at, s.Port).String(), Path: "/"}
}

// line is something to fill in, below its name. Screen readers hear what a line to write in is for.
func (w words) line(key string, o fyne.CanvasObject) fyne.CanvasObject {
	if e, ok := o.(*parts.Entry); ok {
		e.Label = w.say(key)
	}
	return parts.Stack(4, parts.Small(w.say(key)), o)
}
