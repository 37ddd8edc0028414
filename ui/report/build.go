package report

import (
	"cmp"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Limits on what one report says, so that no home fills a library.
const (
	fridgeJobs = 3
	maxChanges = 16
	maxRest    = 24
	nameRunes  = 60 // of a name, on paper
)

// A builder puts the words together.
type builder struct {
	Facts
	device  map[discovery.DeviceID]*discovery.Device
	sources []string
}

// New says what is known of a home.
func New(f Facts) *Report {
	b := builder{Facts: f, device: map[discovery.DeviceID]*discovery.Device{}}
	onPaper := *f.Words
	onPaper.Again = "" // no steps of a terminal
	b.Words = &onPaper
	b.plain()
	s := &b.Snapshot
	home := b.name(s.Home.Name)
	r := &Report{
		Language: f.Words.Tag.String(), Program: "Porchlight " + f.Version, Made: f.Now,
		Kind: b.say("report.kind"), Home: home, MadeOn: b.T("report.made", text.Args{"date": b.Words.Date(f.Now)}),
		Verdict: b.verdict(), Private: b.say("report.private"), Contents: b.say("report.contents"), Colon: b.say("format.colon"),
		Page: func(page, pages int) string { return b.T("report.page", text.Args{"page": page, "pages": pages}) },
		See:  func(page int) string { return b.T("report.see", text.Args{"page": page}) },
		More: func(n int) string { return b.T("report.more", text.Args{"n": n}) },
	}
	r.Title = b.T("report.title", text.Args{"kind": r.Kind, "home": home})
	if s.Home.Practice {
		r.Practice = b.say("practice.window")
	}
	if !s.Finished.IsZero() {
		r.Looked = b.T("home.last", text.Args{"time": b.Words.Time(s.Finished)})
		if !s.Complete {
			r.Looked += " " + b.say("home.stopped")
		}
	}
	r.Todo = b.todo()
	r.LookedAt = b.lookedAt()
	r.Figures = b.figures()
	r.Devices = b.devices()
	r.Changes = b.changes()
	r.Unchecked = b.unchecked()
	r.How = b.how()
	r.Fridge = b.fridge(r)
	r.Sources = Sources{Title: b.say("report.sources"), Lines: b.sources}
	return r
}

// T gives words with arguments.
func (b *builder) T(key string, args text.Args) string { return b.Words.T(key, args) }

func (b *builder) say(key string) string { return b.Words.T(key, nil) }

// plain shortens the names in the snapshot and hides hardware addresses in them, before any sentence is made of them.
func (b *builder) plain() {
	b.Snapshot.Devices = slices.Clone(b.Snapshot.Devices)
	for i := range b.Snapshot.Devices {
		d := &b.Snapshot.Devices[i]
		d.Name, d.Vendor, d.Model, d.Firmware = b.name(d.Name), b.name(d.Vendor), b.name(d.Model), b.name(d.Firmware)
		d.Correction.Room = b.name(d.Correction.Room)
		b.device[d.ID] = d
	}
}

// name gives a name as it stands on paper.
func (b *builder) name(s string) string {
	s = discovery.Line(s)
	if !b.MACs {
		s = hideMACs(s)
	}
	if runes := []rune(s); len(runes) > nameRunes {
		s = strings.TrimSpace(string(runes[:nameRunes-1])) + "…"
	}
	return s
}

// mac finds hardware addresses in text: that of the network card may be part of a name.
var mac = regexp.MustCompile(`(?i)\b[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}\b`)

// hideMACs cuts off the half of a hardware address that names one device. Twelve digits alone are a date or a version.
func hideMACs(s string) string {
	return mac.ReplaceAllStringFunc(s, func(found string) string {
		if !strings.ContainsAny(strings.ToLower(found), ":-abcdef") {
			return found
		}
		return found[:len(found)/2] + "…"
	})
}

// urgent gives how urgent what is left to do is, at most.
func urgent(todo []checks.Finding) checks.Severity {
	worst := checks.Inform
	for _, f := range todo {
		worst = max(worst, f.Severity)
	}
	return worst
}

// verdict is the one sentence that matters.
func (b *builder) verdict() Said {
	todo, _ := b.Snapshot.Todo(b.Now)
	said := Said{Icon: "state-unchecked", Words: Verdict(b.Words, &b.Snapshot, b.Now)}
	switch {
	case len(todo) > 0:
		said.Icon = "state-" + urgent(todo).String()
	case b.Snapshot.AllGood():
		said.Icon = "state-allgood"
	}
	return said
}

// Verdict is the one sentence that matters about a home.
func Verdict(words *text.Catalog, s *rounds.Snapshot, now time.Time) string {
	todo, later := s.Todo(now)
	n, _ := s.Looked(checks.Clear, checks.Found)
	switch {
	case len(todo) > 0:
	case s.AllGood():
		return words.T("verdict.allgood", text.Args{"n": n})
	case len(later) > 0:
		return words.T("verdict.later", text.Args{"n": len(later)})
	case present(s) == 0:
		return words.T("verdict.none", nil)
	case n == 0:
		return words.T("verdict.unlooked", nil)
	default:
		return words.T("verdict.partly", text.Args{"n": n})
	}
	today := 0
	for _, f := range todo {
		if f.Severity == checks.Today {
			today++
		}
	}
	sentence := words.T("findings.count", text.Args{"n": len(todo)})
	if today > 0 {
		sentence += ", " + words.T("findings.today", text.Args{"n": today})
	}
	return sentence + "."
}

func present(s *rounds.Snapshot) int {
	n := 0
	for _, d := range s.Devices {
		if d.Present {
			n++
		}
	}
	return n
}

// lookedAt counts the devices by what was looked at.
func (b *builder) lookedAt() Looked {
	out := Looked{Title: b.say("home.looked")}
	_, count := b.Snapshot.Looked(checks.Clear, checks.Found)
	ids := slices.SortedFunc(maps.Keys(count), func(a, c checks.ID) int { return cmp.Or(cmp.Compare(count[c], count[a]), cmp.Compare(a, c)) })
	for _, id := range ids {
		out.Lines = append(out.Lines, Line{b.say("check." + string(id)), b.T("devices.count", text.Args{"n": count[id]})})
	}
	return out
}

func (b *builder) figures() []Figure {
	todo, _ := b.Snapshot.Todo(b.Now)
	gaps := map[discovery.DeviceID]bool{}
	for _, o := range b.Snapshot.Unchecked() {
		gaps[o.Device] = true
	}
	figure := func(key string, n int) Figure { return Figure{n, b.T(key, text.Args{"n": n})} }
	return []Figure{
		figure("report.figure.devices", len(b.Snapshot.Devices)),
		figure("report.figure.todo", len(todo)),
		figure("report.figure.unchecked", len(gaps)),
	}
}

func (b *builder) todo() Todo {
	t := Todo{
		Title: b.say("card.steps"), Help: b.say("report.todo.help"), Also: b.say("report.also"),
		Done: b.say("report.done"), By: b.say("report.done.by"),
		Labels: JobWords{Cannot: b.say("card.cannot"), Pause: b.say("card.pause"), Why: b.say("card.why")},
	}
	todo, later := b.Snapshot.Todo(b.Now)
	for i := range todo {
		f := &todo[i]
		words := b.say("severity." + f.Severity.String())
		if n := len(t.Groups); n == 0 || t.Groups[n-1].Words != words {
			t.Groups = append(t.Groups, Group{Said: Said{"state-" + f.Severity.String(), words}})
		}
		g := &t.Groups[len(t.Groups)-1]
		g.Jobs = append(g.Jobs, b.job(i+1, f))
	}
	aside := func(f *checks.Finding, icon, words string) {
		if len(t.Rest) < maxRest {
			t.Rest = append(t.Rest, Aside{Said{icon, words}, b.advice(f).Title})
		}
	}
	for i := range later {
		aside(&later[i], "clock", b.T("remind.until", text.Args{"date": b.Words.Date(later[i].Remind)}))
	}
	for i := range b.Snapshot.Findings {
		if f := &b.Snapshot.Findings[i]; f.Fixed.IsZero() && f.Accepted != "" {
			aside(f, "state-accepted", b.T("accept.stamp", text.Args{"reason": b.name(f.Accepted)}))
		}
	}
	know := b.Snapshot.Know(b.Now)
	for i := range know {
		aside(&know[i], "state-info", b.say("severity.info"))
	}
	return t
}

// about gives the device that a finding is about, and the one at which it is put right; nil if they are not known.
func (b *builder) about(f *checks.Finding) (about, at *discovery.Device) {
	return b.device[f.About()], text.At(f, b.Snapshot.Devices)
}

// advice gives the words for a finding. No hardware address comes with its arguments.
func (b *builder) advice(f *checks.Finding) text.Advice {
	about, at := b.about(f)
	own := *f
	own.Args = make(map[string]string, len(f.Args))
	for k, v := range f.Args {
		switch {
		case k == "url" && !leadsTo(v, about, at):
		case k == checks.ArgInnerDevice, b.MACs: // the first is an ID, and not said
			own.Args[k] = v
		default:
			own.Args[k] = hideMACs(v)
		}
	}
	return b.Words.Finding(&own, about, at)
}

// leadsTo reports whether the address of a web page is one of these devices: nobody is sent anywhere else.
func leadsTo(raw string, devices ...*discovery.Device) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	at, err := netip.ParseAddr(u.Hostname())
	return err == nil && slices.ContainsFunc(devices, func(d *discovery.Device) bool { return d != nil && slices.Contains(d.Addrs, at) })
}

func (b *builder) job(number int, f *checks.Finding) Job {
	about, at := b.about(f)
	a := b.advice(f)
	j := Job{
		Number: number, Icon: "kind-unknown", Title: a.Title, Sure: b.sure(f, &a), Meaning: a.Meaning, Who: a.Who, Source: b.source(a.Source),
		Time: a.Time, Pause: a.Pause, Cannot: a.Cannot, Sticker: b.sticker(cmp.Or(at, about)),
	}
	for _, step := range a.Steps {
		j.Steps = append(j.Steps, strings.ReplaceAll(step, b.say("step.again"), b.say("report.again")))
	}
	if about != nil {
		j.Icon, j.About = icon(about.Kind), b.where(about)
	}
	j.Line = Said{j.Icon, a.Job}
	if at != nil && strings.HasPrefix(a.Job, b.Words.DeviceName(at)) {
		j.Line.Icon = icon(at.Kind)
	}
	return j
}

// sure says how sure we are, since when it is known, and what makes it more or less urgent.
func (b *builder) sure(f *checks.Finding, a *text.Advice) string {
	said := []string{a.Sure}
	if !f.CameBack.IsZero() {
		said = append(said, b.T("todo.back", text.Args{"date": b.Words.Date(f.CameBack)}))
	} else if !f.First.IsZero() {
		said = append(said, b.T("todo.since", text.Args{"date": b.Words.Date(f.First)}))
	}
	if a.Urgency != "" {
		said = append(said, a.Urgency)
	}
	return strings.Join(said, " ")
}

// where says what a device is, in which room and at which address.
func (b *builder) where(d *discovery.Device) string {
	said := []string{b.Words.Kind(d.Kind), d.Correction.Room}
	if d.Addr().IsValid() {
		said = append(said, d.Addr().WithZone("").String())
	}
	return join(" · ", said...)
}

// join puts what is not empty together.
func join(sep string, words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), sep)
}

// icon names the picture of a kind of device.
func icon(k discovery.Kind) string {
	if k == discovery.KindUnknown {
		return "kind-unknown"
	}
	return "kind-" + string(k)
}

// stickers are the kinds of device whose sticker has a place of its own.
var stickers = map[discovery.Kind]string{
	discovery.KindRouter: ".router", discovery.KindModem: ".router", discovery.KindCamera: ".camera", discovery.KindDoorbell: ".camera",
	discovery.KindPrinter: ".printer",
}

func (b *builder) sticker(d *discovery.Device) string {
	if d == nil {
		return ""
	}
	if own := b.Words.Sticker(d); own != "" {
		return own
	}
	return b.say("fridge.sticker" + stickers[d.Kind])
}

// source gives the number of a source; 0 for none.
func (b *builder) source(words string) int {
	if words == "" {
		return 0
	}
	at := slices.Index(b.sources, words)
	if at < 0 {
		at, b.sources = len(b.sources), append(b.sources, words)
	}
	return at + 1
}

func (b *builder) devices() Devices {
	out := Devices{
		Title: b.say("report.devices"), Help: b.say("report.devices.help"), Device: b.say("report.column.device"),
		Software: b.say("device.firmware"), Updates: b.say("report.column.support"), State: b.say("device.work"),
	}
	stands := b.Snapshot.Standings(b.Now)
	rooms := map[string][]discovery.Device{}
	for _, d := range b.Snapshot.Devices {
		rooms[d.Correction.Room] = append(rooms[d.Correction.Room], d)
	}
	names := make([]string, 0, len(rooms))
	for name := range rooms {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, c string) int { // those without a room last
		return cmp.Or(cmp.Compare(lastIf(a == ""), lastIf(c == "")), strings.Compare(strings.ToLower(a), strings.ToLower(c)))
	})
	for _, name := range names {
		room := Room{Name: name}
		if name == "" && len(names) > 1 {
			room.Name = b.say("report.room.none")
		}
		list := rooms[name]
		slices.SortStableFunc(list, func(a, c discovery.Device) int {
			return cmp.Or(cmp.Compare(lastIf(!a.Present), lastIf(!c.Present)), cmp.Compare(place(a.Kind), place(c.Kind)), a.Addr().Compare(c.Addr()))
		})
		for i := range list {
			room.Devices = append(room.Devices, b.line(&list[i], stands[list[i].ID]))
		}
		out.Rooms = append(out.Rooms, room)
	}
	return out
}

func lastIf(last bool) int {
	if last {
		return 1
	}
	return 0
}

// place gives where a kind stands among the others.
func place(k discovery.Kind) int {
	if at := slices.Index(discovery.Kinds(), k); at >= 0 {
		return at
	}
	return len(discovery.Kinds())
}

// line says in one line what is known of a device.
func (b *builder) line(d *discovery.Device, st rounds.Standing) Device {
	name := b.Words.DeviceName(d)
	out := Device{Icon: icon(d.Kind), Name: name, Software: d.Firmware, State: Said{stateIcons[st.State], b.say(st.State.Key())}}
	var what []string
	for _, s := range []string{b.Words.Kind(d.Kind), text.Product(d)} {
		if s != name {
			what = append(what, s)
		}
	}
	out.What = join(" · ", what...)
	if d.Addr().IsValid() {
		out.Place = d.Addr().WithZone("").String()
	}
	if b.MACs {
		out.Place = join(" · ", out.Place, d.MAC.String())
	}
	if st.Away {
		out.Seen = b.T("state.away", text.Args{"date": b.Words.Date(d.LastSeen)})
	}
	b.support(d, &out)
	return out
}

// support says which software there is for a device, and until when it gets updates.
func (b *builder) support(d *discovery.Device, out *Device) {
	k := b.known(*d)
	if k.Newest != "" && k.Newest != d.Firmware {
		out.Newest = b.T("report.newest", text.Args{"version": b.name(k.Newest)})
	}
	switch ends := k.Ends; {
	case ends == "":
		return
	case ends == makers.Ended:
		out.Updates = b.say("report.support.over")
	case ends < b.Now.Format(time.DateOnly)[:min(len(ends), len(time.DateOnly))]: // a day, a month or a year
		out.Updates = b.T("report.support.ended", text.Args{"date": b.Words.Day(ends)})
	default:
		out.Updates = b.T("report.support.until", text.Args{"date": b.Words.Day(ends)})
	}
	if k.EndsSaid.Source != "" {
		out.Source = b.source(b.T("report.source.support", text.Args{
			"device": join(" ", text.Product(d)), "source": k.EndsSaid.Source, "date": b.Words.Day(k.EndsSaid.Day),
		}))
	}
}

// stateIcons are the pictures of how a device stands.
var stateIcons = map[rounds.State]string{
	rounds.StateNotYet: "state-notyet", rounds.StateNothing: "state-nothing", rounds.StateInform: "state-info", rounds.StateAllGood: "state-allgood",
	rounds.StateAccepted: "state-accepted", rounds.StateLater: "clock", rounds.StateUnchecked: "state-unchecked", rounds.StateOffline: "state-offline",
	rounds.StateAlone: "never", rounds.StateGood: "state-good", rounds.StateWeek: "state-week", rounds.StateToday: "state-today",
}

func (b *builder) unchecked() Unchecked {
	out := Unchecked{Title: b.say("report.unchecked"), Meaning: b.say("unchecked.meaning"), None: b.say("report.unchecked.none")}
	for _, t := range b.Snapshot.Troubles {
		out.Troubles = append(out.Troubles, b.T("trouble.source", text.Args{"source": t.Source}))
	}
	for _, g := range b.Snapshot.Gaps() {
		why := b.Words.Reason(g.Reason)
		gap := Gap{Title: why.Title, Why: why.Why, Do: why.Do}
		for _, o := range g.Outcomes {
			name, check := b.Words.DeviceName(b.device[o.Device]), b.say("check."+string(o.Check))
			if at := slices.IndexFunc(gap.Devices, func(l Line) bool { return l.Name == name }); at >= 0 {
				gap.Devices[at].Words += ", " + check
			} else {
				gap.Devices = append(gap.Devices, Line{name, check})
			}
		}
		out.Gaps = append(out.Gaps, gap)
	}
	return out
}

func (b *builder) how() How {
	s := &b.Snapshot
	logins := b.say("report.how.no-login")
	if n := s.Traffic.LoginAttempts; n > 0 {
		logins = b.T("sent.logins", text.Args{"n": n})
	}
	outside := b.say("report.how.inside")
	if hosts := b.outside(); len(hosts) > 0 {
		outside = b.T("report.how.outside", text.Args{"hosts": strings.Join(hosts, ", ")})
	}
	seconds := int(s.Finished.Sub(s.Started).Round(time.Second) / time.Second)
	return How{
		Title: b.say("report.how"), Sent: b.say("report.sent"),
		Paragraphs: []string{b.say("report.how.look"), join(" ", b.say("report.how.never"), logins, outside, b.say("report.how.more"))},
		Sums: []Line{
			{b.say("report.sent.time"), b.T("report.seconds", text.Args{"n": max(seconds, 0)})},
			{b.say("report.sent.connections"), strconv.Itoa(s.Traffic.Connections)},
			{b.say("report.sent.packets"), strconv.Itoa(s.Traffic.Packets)},
			{b.say("report.sent.out"), b.bytes(s.Traffic.BytesSent)},
			{b.say("report.sent.back"), b.bytes(s.Traffic.BytesReceived)},
		},
	}
}

// outside lists who was asked outside of the home.
func (b *builder) outside() []string {
	var hosts []string
	for _, r := range b.Snapshot.Traffic.Requests {
		if host, _, _ := strings.Cut(strings.TrimPrefix(r.Addr, "https://"), "/"); r.Transport == "https" && host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return hosts
}

// bytes says how much n bytes are.
func (b *builder) bytes(n int) string {
	if n < 1000 {
		return b.T("size.bytes", text.Args{"n": n})
	}
	return b.T("size.kilobytes", text.Args{"size": (n + 500) / 1000})
}

func (b *builder) fridge(r *Report) Fridge {
	out := Fridge{
		Kind: b.say("fridge.kind"), Date: b.Words.Date(b.Snapshot.Finished), Who: b.say("fridge.who"), When: b.say("fridge.when"), Steps: b.say("fridge.steps"),
		Keep: b.say("fridge.keep"), Stuck: b.say("fridge.stuck"), Phone: b.say("fridge.phone"), Never: b.say("fridge.never"),
	}
	for _, key := range []string{"look", "new", "update"} {
		out.Habits = append(out.Habits, b.say("fridge.keep."+key))
	}
	all := 0
	for _, g := range r.Todo.Groups {
		for _, j := range g.Jobs {
			if all++; all <= fridgeJobs {
				out.Jobs = append(out.Jobs, task{j.Number, j.Line.Icon, j.Line.Words, j.Sticker, j.Time})
			}
		}
	}
	switch more := all - len(out.Jobs); {
	case all == 0:
		out.Title = r.Verdict.Words
	case more == 0:
		out.Title = b.T("findings.count", text.Args{"n": all})
	default:
		out.Title = b.T("fridge.first", text.Args{"n": len(out.Jobs)})
		out.More = b.T("fridge.more", text.Args{"n": more})
	}
	return out
}
