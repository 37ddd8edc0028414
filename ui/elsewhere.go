package ui

import (
	"context"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"porchlight/ui/elsewhere"
	"porchlight/ui/parts"
)

// ways are whom the user may want to be told how the home stands, in the order in which they are shown.
var ways = []string{elsewhere.Off, elsewhere.MQTT, elsewhere.Webhook}

// elsewhere says whom else we tell how the home stands.
func (s *settingsPage) elsewhere() fyne.CanvasObject {
	words := s.w.words
	options := []string{words.say("settings.elsewhere.off"), words.say("settings.elsewhere.mqtt"), words.say("settings.elsewhere.webhook")}
	list := make([]parts.Option, len(options))
	for i, o := range options {
		list[i] = parts.Option{Words: o}
	}
	way := parts.NewChoice(words.say("settings.elsewhere.way"), list, max(0, slices.Index(ways, s.typed.Way)))
	way.OnChosen = func(i int) {
		s.typed.Way = ways[i]
		s.fill()
		s.focus("settings.elsewhere.way")
		if s.typed.Way == elsewhere.Off {
			s.w.inTurn(func(ctx context.Context) error { return s.w.program.SetElsewhere(ctx, elsewhere.Target{}) }, s.failed)
		}
	}
	s.first["settings.elsewhere.way"] = way
	body := []fyne.CanvasObject{s.line("settings.elsewhere.way", way)}
	switch s.typed.Way {
	case elsewhere.Off:
		return s.card("settings.elsewhere", body...)
	case elsewhere.MQTT:
		body = append(body, s.broker())
	default:
		address := s.entry(string(s.typed.Address), s.before(elsewhere.Webhook, s.asked.elsewhere.Where, "http://homeassistant.local:8123/api/webhook/…"),
			func(said string) { s.typed.Address = elsewhere.Secret(said) })
		body = append(body, s.field("settings.elsewhere.address", address))
	}
	body = append(body, parts.Muted(words.say("settings.elsewhere.what")), s.howItWent(), parts.Pad(0, 4, parts.Row(0, s.tryButton())))
	return s.card("settings.elsewhere", body...)
}

// broker are the lines about an MQTT broker.
func (s *settingsPage) broker() fyne.CanvasObject {
	t := &s.typed
	usual := func() string {
		if t.TLS {
			return strconv.Itoa(elsewhere.PortTLS)
		}
		return strconv.Itoa(elsewhere.PortPlain)
	}
	given := ""
	if t.Port != 0 {
		given = strconv.Itoa(int(t.Port))
	}
	host := s.entry(t.Host, "homeassistant.local", func(said string) { t.Host = said })
	port := s.entry(given, usual(), func(said string) {
		n, _ := strconv.ParseUint(said, 10, 16) // what is no number is the usual one
		t.Port = uint16(n)
	})
	user := s.entry(t.User, "", func(said string) { t.User = said })
	kept := ""
	if s.asked.elsewhere.Locked {
		kept = s.w.words.say("settings.elsewhere.kept")
	}
	password := s.entry(string(t.Password), s.before(elsewhere.MQTT, kept, ""), func(said string) { t.Password = elsewhere.Secret(said) })
	password.Password = true
	tls := s.flip("settings.elsewhere.tls", t.TLS, func(on bool) {
		t.TLS = on
		port.SetPlaceHolder(usual())
	})
	return parts.Stack(10,
		parts.Grid(2, 12,
			s.field("settings.elsewhere.host", host), s.field("settings.elsewhere.port", port),
			s.field("settings.elsewhere.user", user), s.field("settings.elsewhere.password", password)),
		flips(tls))
}

// before gives what stands in an empty line: what is kept there, if it is for this way, else an example.
func (s *settingsPage) before(way, kept, example string) string {
	if s.asked.elsewhere.Target.Way == way && kept != "" {
		return kept
	}
	return example
}

// entry is a line to write in.
func (s *settingsPage) entry(now, otherwise string, said func(string)) *parts.Entry {
	e := parts.NewEntry()
	e.SetText(now)
	e.SetPlaceHolder(otherwise)
	e.OnChanged = said
	e.OnSubmitted = func(string) { s.try() }
	return e
}

// field is a line to write in, below its name.
func (s *settingsPage) field(key string, e *parts.Entry) fyne.CanvasObject {
	s.first[key] = e
	return s.w.words.line(key, e)
}

// howItWent says when somebody was told last, and what went wrong then.
func (s *settingsPage) howItWent() fyne.CanvasObject {
	state := s.asked.elsewhere
	said := state.Said(s.w.words.Catalog)
	if said == "" || state.Target.Way != s.typed.Way {
		return parts.Stack(0)
	}
	icon, colour := "state-allgood", parts.ColorAllGood
	if state.Trouble != "" {
		icon, colour = "state-unchecked", parts.ColorMuted
	}
	return parts.Beside(10, parts.NewPic(icon, colour, 20), nil, parts.Body(said))
}

func (s *settingsPage) tryButton() *parts.Button {
	b := parts.NewButton(s.w.words.say("settings.elsewhere.try"), "", s.try)
	if s.trying {
		b.SetText(s.w.words.say("settings.elsewhere.trying"))
		b.Disable()
	}
	return b
}

// try keeps what was typed, and tells at once.
func (s *settingsPage) try() {
	if s.trying {
		return
	}
	w, target := s.w, s.typed
	s.trying = true
	s.fill()
	w.call(func(ctx context.Context) error {
		if err := w.program.SetElsewhere(ctx, target); err != nil {
			return err
		}
		return w.program.TellElsewhere(ctx)
	}, func(trouble string) {
		s := w.settings
		s.trying = false
		if trouble == "" {
			s.typed.Password, s.typed.Address = "", "" // they are kept, and shown to nobody
		}
		s.fill()
		s.fresh() // which says how it went
		if s.asked.elsewhere.Target.Way != target.Way {
			w.tell(trouble)
		}
	})
}
