package watch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

const (
	// stay is how long a device that says nothing of itself has to be there until it is told of. Who passes by with a
	// phone is no news.
	stay = 10 * time.Minute
	// settled is how long it takes until a home is known: what shows up within a day of the first round was only asleep
	// or out.
	settled = 24 * time.Hour
	// gap is how long after one notice there is none. What comes meanwhile is told together.
	gap = time.Hour
	// giveUp is for how long rounds have to fail until that is told.
	giveUp = 7 * 24 * time.Hour
)

// urgency orders the sorts of notices, the most urgent first.
var urgency = []string{rounds.NoticeToday, rounds.NoticeBack, rounds.NoticeRemind, rounds.NoticeNew, rounds.NoticeFailed}

// A Notice is what the user is told: everything that there is to tell, at once. The zero Notice tells nothing.
type Notice struct {
	Items []Item
}

// An Item is one thing to tell.
type Item struct {
	Sort    string
	Device  discovery.DeviceID
	Finding string // its ID; "" if it is about a device, or about rounds
}

// key names an item among what was told.
func (i Item) key() string { return strings.TrimSpace(i.Sort + " " + i.Finding + string(i.about())) }

func (i Item) about() discovery.DeviceID {
	if i.Finding != "" {
		return ""
	}
	return i.Device
}

// Opens names the card that shows what a notice is about: a finding or a device; "" if that is more than one.
func (n Notice) Opens() string {
	if len(n.Items) != 1 {
		return ""
	}
	return n.Items[0].Finding + string(n.Items[0].about())
}

// Told is what the user was told, or has seen, in all homes. It is stored as JSON.
type Told struct {
	Last    time.Time                   `json:"last,omitzero"`    // when something was told
	Failing time.Time                   `json:"failing,omitzero"` // since when every round failed; zero if the last one did not
	NoTray  bool                        `json:"no_tray,omitempty"`
	Homes   map[rounds.HomeID]*HomeTold `json:"homes,omitempty"`
}

// HomeTold is what was told of one home.
type HomeTold struct {
	Since time.Time            `json:"since"` // when the watch over it began: what is older is no news
	Round int64                `json:"round"` // the newest that was taken notice of
	Said  map[string]time.Time `json:"said"`  // by the keys of items
}

// A Case is what a decision depends on: what was told and what was seen before, and what is known now.
type Case struct {
	Told     Told
	Picture  rounds.Snapshot
	Mine     bool      // the watcher walked the round of the picture; if not, somebody has seen what it found
	Looked   time.Time // when the devices of the picture were last looked for
	Settings rounds.Settings
	Now      time.Time
}

// An Answer is what is to be done: at most one notice, and what counts as told from now on.
type Answer struct {
	Notice Notice
	Told   Told
	Again  time.Time // when to look whether a new device stayed; zero if there is none
}

// Decide decides what the user is told. It does no I/O and changes nothing that it is given.
func Decide(c Case) Answer {
	told := c.Told.copied()
	home := told.Homes[c.Picture.Home.ID]
	seen := home != nil && c.Picture.Round != home.Round && c.Picture.Complete && !c.Mine
	if home == nil {
		home, seen = &HomeTold{Since: c.Now, Said: map[string]time.Time{}}, true
		told.Homes[c.Picture.Home.ID] = home
	}
	home.Round = c.Picture.Round
	home.prune(&c.Picture)
	a := Answer{Told: told}
	var items []Item
	if !told.Failing.IsZero() && c.Now.Sub(told.Failing) >= giveUp && home.Said[rounds.NoticeFailed].Before(told.Failing) {
		items = append(items, Item{Sort: rounds.NoticeFailed})
	}
	news, again := home.news(&c)
	items = append(items, news...)
	a.Again = again
	say := func(i Item) { home.say(i, &c) }
	if seen {
		for _, i := range items {
			if i.Sort != rounds.NoticeFailed {
				say(i)
			}
		}
		home.know(&c)
		return a
	}
	items = slices.DeleteFunc(items, func(i Item) bool {
		muted := c.Settings.Muted(i.Sort)
		if muted {
			say(i)
		}
		return muted
	})
	since := c.Now.Sub(told.Last)
	if len(items) == 0 || c.Settings.Quiet(c.Now) || (since >= 0 && since < gap) {
		return a
	}
	slices.SortStableFunc(items, func(a, b Item) int { return slices.Index(urgency, a.Sort) - slices.Index(urgency, b.Sort) })
	for _, i := range items {
		say(i)
	}
	a.Told.Last = c.Now
	a.Notice.Items = items
	return a
}

// news lists what is new in a picture and was not told, and when to look again for a device that has just come.
func (h *HomeTold) news(c *Case) (items []Item, again time.Time) {
	for i := range c.Picture.Findings {
		f := &c.Picture.Findings[i]
		if sort := h.sort(f, c.Now); sort != "" {
			items = append(items, Item{Sort: sort, Device: f.About(), Finding: f.ID})
		}
	}
	began := c.Now
	for i := range c.Picture.Devices {
		if first := c.Picture.Devices[i].FirstSeen; first.Before(began) {
			began = first
		}
	}
	for i := range c.Picture.Devices {
		d := &c.Picture.Devices[i]
		item := Item{Sort: rounds.NoticeNew, Device: d.ID}
		_, said := h.Said[item.key()]
		if said || !d.FirstSeen.After(h.Since) || d.FirstSeen.Sub(began) <= settled || !stranger(d) || !d.Present || recognised(d, c.Picture.Devices) {
			continue
		}
		if stayed := d.FirstSeen.Add(stay); !announced(d) && c.Looked.Before(stayed) {
			if again.IsZero() || stayed.Before(again) {
				again = stayed
			}
			continue
		}
		items = append(items, item)
	}
	return items, again
}

// sort says as what a finding is to be told; "" if not.
func (h *HomeTold) sort(f *checks.Finding, now time.Time) string {
	fresh := func(sort string, since time.Time) bool {
		at, said := h.Said[Item{Sort: sort, Finding: f.ID}.key()]
		return !said || at.Before(since)
	}
	switch {
	case !f.Open() || f.Later(now):
		return ""
	case f.Due(now) && fresh(rounds.NoticeRemind, f.Remind):
		return rounds.NoticeRemind
	case f.Severity == checks.Inform:
		return ""
	case f.CameBack.After(h.Since) && fresh(rounds.NoticeBack, f.CameBack):
		return rounds.NoticeBack
	case f.Severity == checks.Today && fresh(rounds.NoticeToday, time.Time{}):
		return rounds.NoticeToday
	}
	return ""
}

// say notes that an item was told, and with it whatever else there was to say of the same finding.
func (h *HomeTold) say(i Item, c *Case) {
	h.Said[i.key()] = c.Now
	for _, f := range c.Picture.Findings {
		if f.ID != i.Finding {
			continue
		}
		h.Said[Item{Sort: rounds.NoticeBack, Finding: f.ID}.key()] = c.Now
		if f.Severity == checks.Today {
			h.Said[Item{Sort: rounds.NoticeToday, Finding: f.ID}.key()] = c.Now
		}
	}
}

// know notes everything in a picture as seen, also what may become news later.
func (h *HomeTold) know(c *Case) {
	for i := range c.Picture.Devices {
		if d := &c.Picture.Devices[i]; d.Present {
			h.Said[Item{Sort: rounds.NoticeNew, Device: d.ID}.key()] = c.Now
		}
	}
}

// prune forgets what was told of devices and findings that are not known any more.
func (h *HomeTold) prune(s *rounds.Snapshot) {
	known := map[string]bool{rounds.NoticeFailed: true}
	for i := range s.Devices {
		known[Item{Sort: rounds.NoticeNew, Device: s.Devices[i].ID}.key()] = true
	}
	for i := range s.Findings {
		for _, sort := range []string{rounds.NoticeToday, rounds.NoticeBack, rounds.NoticeRemind} {
			known[Item{Sort: sort, Finding: s.Findings[i].ID}.key()] = true
		}
	}
	maps.DeleteFunc(h.Said, func(key string, _ time.Time) bool { return !known[key] })
}

func (t Told) copied() Told {
	homes := make(map[rounds.HomeID]*HomeTold, len(t.Homes))
	for id, h := range t.Homes {
		said := maps.Clone(h.Said)
		if said == nil {
			said = map[string]time.Time{}
		}
		homes[id] = &HomeTold{Since: h.Since, Round: h.Round, Said: said}
	}
	t.Homes = homes
	return t
}

// stranger reports whether nobody has said anything of a device, and it is not the router.
func stranger(d *discovery.Device) bool {
	return d.Correction == discovery.Correction{} && !d.LeaveAlone && d.Fact(discovery.FactGateway) == ""
}

// announced reports whether a device said of itself that it is there: others than the neighbour table, and what asks
// devices that were found, heard it.
func announced(d *discovery.Device) bool {
	return slices.ContainsFunc(d.FoundBy, func(source string) bool { return source == "mdns" || source == "ssdp" || source == "wsd" })
}

// recognised reports whether a device is one that was there before under another made-up address, as phones have them:
// it has the same name, or the same maker and model, and that one is away.
func recognised(d *discovery.Device, all []discovery.Device) bool {
	if !d.MAC.Private() {
		return false
	}
	return slices.ContainsFunc(all, func(o discovery.Device) bool {
		return o.ID != d.ID && !o.Present && o.MAC.Private() && o.FirstSeen.Before(d.FirstSeen) && alike(d, &o)
	})
}

func alike(a, b *discovery.Device) bool {
	a, b = new(a.Uncorrected()), new(b.Uncorrected())
	if a.Name != "" || b.Name != "" {
		return a.Name == b.Name
	}
	return a.Kind == b.Kind && a.Model != "" && a.Model == b.Model && a.Vendor == b.Vendor
}

// SightOf gives what a light look saw, which began at a moment: those devices are not known that were never seen before
// it. Who says nothing and has a made-up address may be a phone that was there before.
func SightOf(devices []discovery.Device, began time.Time) Sight {
	var s Sight
	for i := range devices {
		d := &devices[i]
		switch {
		case !d.Present:
		case d.FirstSeen.Before(began):
			s.Present = append(s.Present, d.ID)
		case announced(d) || !d.MAC.Private():
			s.Strangers++
		}
	}
	return s
}
