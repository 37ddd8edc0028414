package ui

import (
	"cmp"
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/parts"
)

// hurdleIcons are the pictures of what keeps a round from being walked.
var hurdleIcons = map[rounds.HurdleKind]string{
	rounds.HurdleNetwork: "state-offline", rounds.HurdleSeveral: "kind-router", rounds.HurdleVPN: "kind-lock", rounds.HurdleWide: "never",
	rounds.HurdlePublic: "never", rounds.HurdleElsewhere: "home", rounds.HurdleAgree: "question", rounds.HurdlePermission: "state-offline",
}

// A hurdle is what keeps a round from being walked, in words, with the one next step.
type hurdle struct {
	icon, title, said, step string
	do                      func()
}

// hurdle puts into words what keeps a round from being walked. again tries once more.
func (w *Window) hurdle(h rounds.Hurdle, again func()) hurdle {
	words, key := w.words, "hurdle."+string(h.Kind)
	said := key + ".text"
	if h.Kind == rounds.HurdlePermission {
		said = key + "." + w.system
		if !words.Has(said) {
			said = key + ".linux"
		}
	}
	step, do := "start.again", again
	switch h.Kind {
	case rounds.HurdleSeveral:
		step, do = "start.choose", func() { w.chooseNetwork(again) }
	case rounds.HurdleElsewhere:
		step, do = "nav.homes", func() { w.open(w.homes) }
	case rounds.HurdleAgree:
		step, do = "homes.agree", func() { w.askAgree(w.now.Home) }
	default:
	}
	return hurdle{
		icon: hurdleIcons[h.Kind], title: words.say(key + ".title"), step: words.say(step), do: do,
		said: words.T(said, text.Args{"names": discovery.Line(h.Names), "home": discovery.Line(w.now.Home.Name)}),
	}
}

// card shows it above others. button makes its button.
func (h hurdle) card(button func(words, icon string, onTap func()) *parts.Button) fyne.CanvasObject {
	return parts.Card(parts.BesideTop(20, parts.NewDisc(h.icon, parts.ColorMuted, 56), nil, parts.Stack(10,
		parts.Title(h.title), parts.Body(h.said), parts.Pad(0, 4, parts.Row(0, button(h.step, "", h.do))))))
}

// screen shows it where there is nothing else.
func (h hurdle) screen() fyne.CanvasObject {
	return parts.Pad(60, 100, parts.Stack(18, container.NewCenter(parts.NewDisc(h.icon, parts.ColorMuted, 96)),
		parts.Heading(h.title).Centered(), parts.Body(h.said).Centered(), container.NewCenter(parts.AtLeast(220, parts.MainButton(h.step, "", h.do)))))
}

// nobody reports whether a whole round heard nobody but this computer.
func (p *picture) nobody() bool {
	for i := range p.Devices {
		if d := &p.Devices[i]; d.Present && !p.own(d) {
			return false
		}
	}
	return p.Complete && !p.practice() && !p.Started.IsZero()
}

// own reports whether a device is this computer.
func (p *picture) own(d *discovery.Device) bool {
	for _, mine := range p.Network.Own {
		for _, a := range d.Addrs {
			if a.WithZone("") == mine {
				return true
			}
		}
	}
	return false
}

// connection says in plain words what a network is, and by what to tell it from others.
func (w words) connection(c rounds.Connection) (what, which string) {
	what = w.say("start.cable")
	switch name := discovery.Line(c.WiFi.Name); {
	case name != "":
		what = w.T("start.wifi", text.Args{"name": name})
	case len(c.WiFi.Protection) > 0:
		what = w.say("start.wifi.unnamed")
	case c.WiFi.Hidden:
		what = w.say("start.either")
	}
	if !c.Gateway.IsValid() {
		return what, w.T("start.norouter", text.Args{"card": discovery.Line(c.Interface)})
	}
	return what, w.T("start.router", text.Args{"router": c.Gateway.String(), "card": discovery.Line(c.Interface)})
}

// on says on which network this computer is; nil if that is not clear.
func (w *Window) on(all []rounds.Connection) fyne.CanvasObject {
	c := chosen(all)
	if c == nil {
		return nil
	}
	what, which := w.words.connection(*c)
	said := parts.Stack(1, parts.Body(w.words.T("start.on", text.Args{"network": what})), parts.Small(which))
	var other fyne.CanvasObject
	if len(all) > 1 {
		other = parts.NewButton(w.words.say("start.choose"), "", func() { w.chooseNetwork(w.locate) })
	}
	return parts.Beside(14, parts.NewPic("kind-router", parts.ColorMuted, 22), other, said)
}

// chosen gives the network in which rounds are walked; nil if nobody has chosen one of several.
func chosen(all []rounds.Connection) *rounds.Connection {
	for i := range all {
		if all[i].Chosen || len(all) == 1 {
			return &all[i]
		}
	}
	return nil
}

// chooseNetwork asks which of several networks is the one at home, keeps the answer, and then does something.
func (w *Window) chooseNetwork(then func()) {
	w.live.run(func(ctx context.Context) func() {
		all, err := w.program.Connections(ctx)
		return func() {
			if err != nil || len(all) == 0 {
				w.tell(cmp.Or(w.sentence(err), w.words.say("hurdle.network.text")))
				return
			}
			w.offerNetworks(all, then)
		}
	})
}

func (w *Window) offerNetworks(all []rounds.Connection, then func()) {
	say := w.words.say
	list := parts.Stack(10)
	var first fyne.Focusable
	for _, c := range all {
		what, which := w.words.connection(c)
		tap := parts.NewTap(what+", "+which, parts.ColorSide, "", parts.Radius, 18, 14, parts.Beside(14,
			parts.NewPic("kind-router", parts.ColorMuted, 26), parts.NewPic("next", parts.ColorMuted, 16),
			parts.Stack(2, parts.Strong(what), parts.Muted(which))), func() {
			w.answer()
			w.inTurn(func(ctx context.Context) error { return w.program.UseConnection(ctx, c) }, func(trouble string) {
				if trouble != "" {
					w.tell(trouble)
					return
				}
				then()
			})
		})
		if first == nil || c.Chosen {
			first = tap
		}
		list.Add(tap)
	}
	w.sheet(520, say("start.choose.title"), []string{say("start.choose.text")}, list, first, parts.NewButton(say("action.cancel"), "", w.answer))
}

// sure asks once more if an error says that the network looks like that of a café or a hotel; false if it says something else.
// again tries once more, with the user's word for that network.
func (w *Window) sure(err error, again func(insisted string)) bool {
	public, ok := errors.AsType[*rounds.PublicNetwork](err)
	if ok {
		say := w.words.say
		w.question(say("start.public.title"), []string{say("start.public." + string(public.Looks)), say("start.public.text")}, nil,
			say("start.public.yes"), func() { again(public.Key) })
	}
	return ok
}

// enter does what enters the network that this computer is on, and shows the home there.
func (w *Window) enter(into func(ctx context.Context, insisted string) error, insisted string) {
	w.live.run(func(ctx context.Context) func() {
		err := into(ctx, insisted)
		return func() {
			if !w.sure(err, func(insisted string) { w.enter(into, insisted) }) {
				w.arrive(w.sentence(err))
			}
		}
	})
}

// Upgraded says, once, that the history of an older Porchlight was taken over. Call it before Show.
func (w *Window) Upgraded() {
	w.question(w.words.say("upgrade.title"), []string{w.words.say("upgrade.text")}, nil, w.words.say("action.ok"), nil)
}
