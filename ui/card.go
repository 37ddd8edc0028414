package ui

import (
	"context"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// A look is what became of the latest Check again of one finding.
type look struct {
	working bool
	done    bool
	fixed   time.Time // zero if it is still there
	trouble string
}

// card shows one finding, or what could not be checked for one reason. What was found, how
// sure, why it matters, what to do, how long, what may stop, what if not, what was sent.
type card struct {
	t       *todoPage
	content *fyne.Container
	scroll  *container.Scroll
	body    *fyne.Container
	bar     *parts.Box
	note    *fyne.Container // how the latest look went; hidden while there is nothing to say
	again   *parts.Button
	accept  *parts.Button
	remind  *parts.Button
	status  *parts.Text
	busy    *widget.Activity

	looks  map[string]look
	proofs map[string][]rounds.Proof
	asked  map[string]time.Time // the latest look at a finding whose proofs were asked for
	agreed map[discovery.DeviceID]bool
	played map[string]bool // findings of the practice home that were put right there
	open   bool            // the ledger is unfolded
	shown  cardState
}

// cardState is what the card shows, so that it is not built again for nothing.
type cardState struct {
	id      string
	finding checks.Finding
	state   parts.State
	nudge   string // why it is put before the user now
	device  discovery.Device
	at      discovery.Device // where it is put right
	traffic discovery.Traffic
	proofs  []rounds.Proof
	gap     rounds.Gap
	names   []string
	agreed  int
	open    bool
	offer   bool // to put it right in the practice home
	played  bool // that was done
	still   bool // Check again has just found it again
}

func newCard(t *todoPage) *card {
	c := &card{
		t: t, body: parts.Stack(22), status: parts.Muted(""), busy: widget.NewActivity(),
	}
	c.forget()
	c.again = parts.MainButton(t.w.words.say("action.again"), "", func() { t.again(t.chosen) })
	c.accept, c.remind = parts.NewButton("", "", nil), parts.NewButton("", "", nil)
	c.busy.Hide()
	c.scroll = container.NewVScroll(parts.Column(660, parts.Pad(36, 30, c.body)))
	c.note = parts.Beside(10, c.busy, nil, c.status)
	c.bar = parts.NewBox(parts.ColorSide, "", 0, 36, 12, parts.Stack(10, c.note, parts.Flow(10, c.accept, c.remind, c.again)))
	c.content = parts.Edge(nil, c.bar, nil, c.scroll)
	return c
}

// forget drops what belongs to one home.
func (c *card) forget() {
	c.looks, c.proofs = map[string]look{}, map[string][]rounds.Proof{}
	c.asked, c.agreed, c.played = map[string]time.Time{}, map[discovery.DeviceID]bool{}, map[string]bool{}
}

// keep takes over what another card knows.
func (c *card) keep(o *card) {
	c.looks, c.proofs, c.asked, c.agreed, c.played, c.open = o.looks, o.proofs, o.asked, o.agreed, o.played, o.open
}

// show shows the row that is chosen.
func (c *card) show(p *picture) {
	now := cardState{id: c.t.chosen, open: c.open}
	for _, f := range p.Findings {
		if f.ID == now.id {
			now.finding, now.state, now.nudge = f, p.standing(&f), c.t.w.words.nudge(&f, p.now)
			c.t.w.tells(&f)
		}
	}
	for _, g := range p.Gaps() {
		if gapRow(&g) == now.id {
			now.gap = g
			for _, id := range g.Devices() {
				now.names = append(now.names, c.t.w.words.DeviceName(p.device[id]))
				if c.agreed[id] {
					now.agreed++
				}
			}
		}
	}
	if d := p.device[now.finding.About()]; d != nil {
		now.device, now.traffic = *d, p.ByDevice[now.finding.Device]
	}
	if at := text.At(&now.finding, p.Devices); at != nil {
		now.at = *at
	}
	now.proofs = c.proofs[now.id]
	if l := c.looks[now.id]; l.done && l.fixed.IsZero() && now.finding.Fixed.IsZero() {
		now.still = true
	}
	now.offer, now.played = c.offers(p, &now.finding), c.played[now.id]
	c.showBar(&now, p)
	if reflect.DeepEqual(now, c.shown) { //nolint:govet // errors in it are the same or not, whatever they say
		return
	}
	other := now.id != c.shown.id || now.still != c.shown.still || now.finding.Fixed != c.shown.finding.Fixed
	c.shown = now
	switch {
	case now.finding.ID != "":
		parts.Refill(c.body, c.finding(&now)...)
		c.ask(&now.finding)
	case len(now.gap.Outcomes) > 0:
		parts.Refill(c.body, c.unchecked(&now, p)...)
	default:
		parts.Refill(c.body)
	}
	c.scroll.Refresh()
	if other {
		c.scroll.ScrollToTop()
	}
}

// ask fetches the earlier looks at a finding, once after each.
func (c *card) ask(f *checks.Finding) {
	id, latest := f.ID, f.Last
	if f.Fixed.After(latest) {
		latest = f.Fixed
	}
	if at, asked := c.asked[id]; asked && at.Equal(latest) {
		return
	}
	c.asked[id] = latest
	c.t.w.live.run(func(ctx context.Context) func() {
		proofs, err := c.t.w.program.Proofs(ctx, id)
		return func() {
			if err == nil && len(proofs) > len(c.proofs[id]) { // they only grow: fewer are an older answer
				c.proofs[id] = proofs
				c.show(c.t.w.now)
			}
		}
	})
}

// showBar shows what can be done about the finding, and how that went.
func (c *card) showBar(now *cardState, p *picture) {
	words, f, l := c.t.w.words, now.finding, c.looks[now.id]
	c.bar.Hidden = f.ID == ""
	status := ""
	switch {
	case l.working:
		status = words.say("again.working")
	case l.trouble != "":
		status = l.trouble
	case l.done && l.fixed.IsZero():
		status = words.say("again.still")
	case l.done:
		status = words.T("again.fixed", text.Args{"date": words.Date(l.fixed)})
	}
	c.status.Set(status)
	c.note.Hidden = status == ""
	if l.working != c.busy.Visible() {
		c.busy.Hidden = !l.working
		if l.working {
			c.busy.Start()
		} else {
			c.busy.Stop()
		}
	}
	if busy := c.working() || p.walking; busy != c.again.Disabled() { // one look at a time
		if busy {
			c.again.Disable()
		} else {
			c.again.Enable()
		}
	}
	c.accept.Hidden = !f.Fixed.IsZero()
	c.accept.Text, c.accept.OnTapped = words.say("action.accept"), func() { c.t.accept(now.id) }
	if f.Accepted != "" {
		c.accept.Text, c.accept.OnTapped = words.say("action.unaccept"), func() { c.t.keep(now.id, "") }
	}
	c.accept.Refresh()
	c.remind.Hidden = !f.Open()
	c.remind.Text, c.remind.OnTapped = words.say("action.remind"), func() { c.t.remind(now.id) }
	if now.state == parts.Later {
		c.remind.Text, c.remind.OnTapped = words.say("action.unremind"), func() { c.t.keepReminder(now.id, time.Time{}) }
	}
	c.remind.Refresh()
	c.bar.Content.Refresh()
	c.content.Refresh()
}

// working reports whether some finding is being looked at again.
func (c *card) working() bool {
	for _, l := range c.looks {
		if l.working {
			return true
		}
	}
	return false
}

// finding is the card of one finding.
func (c *card) finding(now *cardState) []fyne.CanvasObject {
	words, f := c.t.w.words, &now.finding
	var dev, at *discovery.Device
	if now.device.ID != "" {
		dev = &now.device
	}
	if now.at.ID != "" {
		at = &now.at
	}
	a := words.advice(f, dev, at)
	head := parts.Stack(12, parts.Row(0, parts.Badge(now.state, words.say(now.state.Key))), parts.Title(words.title(f, dev)),
		parts.Beside(8, parts.NewPic("eye", parts.ColorMuted, 18), nil, parts.Muted(a.Sure+c.since(f))))
	if a.Urgency != "" {
		head.Add(parts.Muted(a.Urgency))
	}
	if f.Waits(c.t.w.now.now) > 0 {
		head.Add(parts.Beside(8, parts.NewPic("clock", parts.ColorMuted, 18), nil, parts.Muted(now.nudge+" "+words.say("todo.waits.help"))))
	}
	objects := append([]fyne.CanvasObject{head}, c.stamps(now)...)
	if !f.Fixed.IsZero() { // there is nothing to do: the proof comes first
		objects = append(append(objects, c.looked(f.Kind, now.proofs)...), c.why(&a)...)
		return append(objects, c.sent(now), c.helper(f))
	}
	u := ownPage(dev, f.Args["url"])
	if u == nil {
		u = ownPage(at, a.Page)
	}
	if now.offer {
		objects = append(objects, c.practice(now))
	}
	objects = append(append(objects, c.why(&a)...), c.steps(&a, u, c.provider(f, at))...)
	objects = append(objects, c.maker(f, dev)...)
	objects = append(objects, c.looked(f.Kind, now.proofs)...)
	return append(objects, c.sent(now), c.helper(f))
}

// why says why it matters and who profits.
func (c *card) why(a *text.Advice) []fyne.CanvasObject {
	words := c.t.w.words
	if a.Meaning == "" {
		return nil
	}
	why := parts.Stack(8, parts.Strong(words.say("card.why")), parts.Body(a.Meaning))
	if a.Who != "" {
		why.Add(parts.Body(a.Who))
		why.Add(parts.Small(words.T("card.source", text.Args{"source": a.Source})))
	}
	return []fyne.CanvasObject{why}
}

// steps say what to do, how long that takes and so on. u is the page where it is done; nil if it
// is not known. help stands below what to do if it cannot be done; nil for nothing.
func (c *card) steps(a *text.Advice, u *url.URL, help fyne.CanvasObject) []fyne.CanvasObject {
	words := c.t.w.words
	var objects []fyne.CanvasObject
	if len(a.Steps) > 0 {
		steps := parts.Stack(12, parts.Strong(words.say("card.steps")))
		for i, s := range a.Steps {
			number := parts.NewBox(parts.ColorChosen, "", 13, 0, 0, container.NewCenter(parts.Small(strconv.Itoa(i+1)).Short()))
			steps.Add(parts.BesideTop(14, container.NewGridWrap(fyne.NewSquareSize(26), number), nil, parts.Pad(0, 2, parts.Body(s))))
		}
		if u != nil {
			steps.Add(parts.Row(0, parts.NewButton(words.say("card.page"), "open", func() { c.t.w.browse(u) })))
		}
		objects = append(objects, steps)
	}
	facts := parts.Stack(14)
	for _, fact := range []struct{ icon, key, words string }{{"clock", "card.time", a.Time}, {"pause", "card.pause", a.Pause}, {"help", "card.cannot", a.Cannot}} {
		if fact.words == "" {
			continue
		}
		said := parts.Stack(2, parts.Strong(words.say(fact.key)), parts.Body(fact.words))
		if help != nil && fact.key == "card.cannot" {
			said.Add(parts.Pad(0, 6, help))
		}
		facts.Add(parts.BesideTop(14, parts.NewPic(fact.icon, parts.ColorMuted, 22), nil, said))
	}
	if len(facts.Objects) > 0 {
		objects = append(objects, parts.NewBox(parts.ColorSide, "", parts.Radius, 18, 16, facts))
	}
	return objects
}

// stamps say what became of a finding, the latest first.
func (c *card) stamps(now *cardState) []fyne.CanvasObject {
	words, f := c.t.w.words, &now.finding
	var all []fyne.CanvasObject
	switch {
	case !f.Fixed.IsZero():
		return append(all, stamp(parts.ColorAllGood, "state-allgood", words.T("again.fixed", text.Args{"date": words.Date(f.Fixed)})))
	case now.still:
		all = append(all, stamp(parts.ColorWeek, "state-week", words.say("again.still.stamp")))
	case f.Accepted != "":
		all = append(all, stamp(parts.ColorMuted, parts.Accepted.Icon, words.T("accept.stamp", text.Args{"reason": discovery.Line(f.Accepted)})))
	case now.state == parts.Later:
		all = append(all, stamp(parts.ColorMuted, "clock", words.T("remind.stamp", text.Args{"date": words.Date(f.Remind)})))
	case !f.Remind.IsZero():
		all = append(all, stamp(parts.ColorWeek, "clock", now.nudge))
	}
	if !f.CameBack.IsZero() {
		all = append(all, stamp(parts.ColorWeek, "look", words.T("todo.back", text.Args{"date": words.Date(f.CameBack)})))
	}
	return all
}

// since says since when a finding is known.
func (c *card) since(f *checks.Finding) string {
	if f.First.IsZero() {
		return ""
	}
	return " " + c.t.w.words.T("todo.since", text.Args{"date": c.t.w.words.Date(f.First)})
}

// stamp is a mark that something is settled.
func stamp(c fyne.ThemeColorName, icon, words string) fyne.CanvasObject {
	return parts.NewBox(parts.Tint(c), c, parts.Radius, 18, 12, parts.Beside(14, parts.NewPic(icon, c, 28), nil, parts.Strong(words)))
}

// maxProofs is how many earlier looks a card shows.
const maxProofs = 5

// looked shows the earlier looks: before and after.
func (c *card) looked(kind checks.Kind, proofs []rounds.Proof) []fyne.CanvasObject {
	words := c.t.w.words
	if len(proofs) == 0 {
		return nil
	}
	list := parts.Stack(8, parts.Strong(words.say("proof.title")))
	for _, p := range proofs[:min(maxProofs, len(proofs))] {
		state := parts.Fixed
		if p.After {
			state = parts.Week
		}
		list.Add(parts.Beside(12, parts.NewPic(state.Icon, state.Color, 20), nil, parts.Body(words.T("proof.line",
			text.Args{"time": words.Time(p.At), "what": words.Proof(kind, p.Before, p.After)}))))
	}
	return []fyne.CanvasObject{list}
}

// sent unfolds to exactly what was sent.
func (c *card) sent(now *cardState) fyne.CanvasObject {
	words := c.t.w.words
	icon := "next"
	if c.open {
		icon = "down"
	}
	fold := parts.NewTap(words.say("card.sent"), "", parts.ColorLine, 10, 14, 10,
		parts.Beside(12, parts.NewPic("sent", parts.ColorMuted, 20), parts.NewPic(icon, parts.ColorMuted, 16), parts.Body(words.say("card.sent"))), func() {
			c.open = !c.open
			c.show(c.t.w.now)
		})
	if !c.open {
		return fold
	}
	return parts.Stack(14, fold, c.t.w.ledger(now.traffic))
}

// unchecked is the card of everything that could not be checked for one reason.
func (c *card) unchecked(now *cardState, p *picture) []fyne.CanvasObject {
	words, g := c.t.w.words, &now.gap
	objects := []fyne.CanvasObject{parts.Stack(12, parts.Row(0, parts.Badge(parts.Unchecked, words.say(parts.Unchecked.Key))),
		parts.Title(words.Reason(g.Reason).Title), parts.Body(words.Reason(g.Reason).Why), parts.Muted(words.say("unchecked.meaning"))), reasonHelp(words, g.Reason)}
	list := parts.Stack(10)
	for i, id := range g.Devices() {
		var what []string
		for _, o := range g.Outcomes {
			if o.Device == id && words.check(o.Check) != "" {
				what = append(what, words.check(o.Check))
			}
		}
		open := parts.QuietButton("", "next", func() { c.t.w.openDevice(id) })
		open.Label = now.names[i]
		var right fyne.CanvasObject = open
		if g.Reason == checks.ReasonNoConsent {
			right = parts.NewButton(words.say("consent.try"), "", func() { c.t.agree(id) })
			if c.agreed[id] {
				right = parts.Row(8, parts.NewPic("check", parts.ColorAllGood, 18), parts.Body(words.say("consent.given")).Short())
			}
		}
		kind := discovery.KindUnknown
		if d := p.device[id]; d != nil {
			kind = d.Kind
		}
		list.Add(parts.NewBox(parts.ColorCard, parts.ColorLine, parts.Radius, 16, 12, parts.Beside(14,
			parts.NewDisc(parts.KindIcon(kind), parts.ColorMuted, 38), right,
			parts.Stack(1, parts.Strong(now.names[i]).OneLine(), parts.Muted(strings.Join(what, ", ")).OneLine()))))
	}
	objects = append(objects, list)
	if now.agreed > 0 {
		objects = append(objects, parts.NewBox(parts.Tint(parts.ColorAllGood), "", parts.Radius, 18, 14, parts.Beside(16, nil,
			parts.MainButton(words.say("action.look"), "look", c.t.w.look), parts.Body(words.say("consent.next")))))
	}
	return objects
}
