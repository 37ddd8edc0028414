package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/checks/rounds"
	"porchlight/ui/elsewhere"
	"porchlight/ui/parts"
)

// broker lets somebody tell a broker.
func broker(p *fake) {
	p.own.elsewhere = elsewhere.State{
		Target: elsewhere.Target{Way: elsewhere.MQTT, Host: "homeassistant.local", Port: 1883, User: "porchlight"},
		Where:  "homeassistant.local:1883", Locked: true, At: evening,
	}
}

// write types into a line of the settings.
func (b *bench) write(key, words string) {
	b.t.Helper()
	e, ok := b.settings.first[key].(*parts.Entry)
	if !ok {
		b.t.Fatalf("there is no line %s", key)
	}
	e.SetText(words)
}

func TestSomebodyTellsABroker(t *testing.T) {
	p := owner()
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("notices")
	b.choose("settings.elsewhere.way", 1)
	b.write("settings.elsewhere.host", "10.0.0.5")
	b.write("settings.elsewhere.user", "ana")
	b.write("settings.elsewhere.password", "four words of mine")
	b.rebuild() // such as for another language
	test.Tap(b.button("Save and try it now"))
	if !b.button("Trying…").Disabled() {
		t.Error("it can be tried twice at once")
	}
	b.until(func() bool {
		return p.called("elsewhere mqtt 10.0.0.5:0 ana four words of mine ") && !b.settings.trying
	})
	b.until(func() bool { return b.settings.asked.elsewhere.Locked })
	b.says("Told last: ")
	for _, said := range b.texts() {
		if strings.Contains(said, "four words") {
			t.Errorf("the password is shown: %q", said)
		}
	}
	if b.settings.typed.Password != "" {
		t.Error("the window still holds the password")
	}
	b.choose("settings.elsewhere.way", 0)
	b.until(func() bool { return p.called("elsewhere  :0   ") })
}

func TestABrokerThatCannotBeToldIsSaid(t *testing.T) {
	p := owner()
	p.own.fail = errors.New("nobody there")
	b := open(t, p, true, theme.VariantLight)
	b.openSettings("notices")
	b.choose("settings.elsewhere.way", 2)
	b.write("settings.elsewhere.address", "http://10.0.0.5/hook")
	test.Tap(b.button("Save and try it now"))
	b.until(func() bool { return b.ask != nil })
	b.answer()
	if b.settings.trying || b.settings.typed.Address != "http://10.0.0.5/hook" {
		t.Errorf("what was typed is lost: %+v", string(b.settings.typed.Address))
	}
}

func TestHomeAsksOnceWhetherToKeepWatch(t *testing.T) {
	for _, tt := range []struct {
		lang, answer, name string
		want               string
		dark               bool
	}{
		{"en", "Yes, keep watch", "home-login", "login true", false},
		{"ru", "Нет, спасибо", "home-login-ru", "login false", true},
	} {
		p := owner()
		p.own.set, p.own.asks = rounds.Settings{}, true
		variant := theme.VariantLight
		if tt.dark {
			variant = theme.VariantDark
		}
		b := openIn(t, tt.lang, p, true, variant)
		b.set = p.own.set
		b.open(b.pages[0])
		b.until(func() bool { return b.asks })
		b.shot(tt.name)
		p.mu.Lock()
		p.own.asks = false
		p.mu.Unlock()
		test.Tap(b.button(tt.answer))
		b.until(func() bool { return p.called(tt.want) })
		if b.find(tt.answer) != nil || b.asks {
			t.Error("it still asks")
		}
		if yes := tt.want == "login true"; yes != (b.set.Every == rounds.Weekly) || yes != (b.set.Hour == noon) {
			t.Errorf("rounds %q at %d", b.set.Every, b.set.Hour)
		}
	}
}

func TestAScheduleStartsWithTheComputer(t *testing.T) {
	p := owner()
	p.own.set = rounds.Settings{}
	b := open(t, p, true, theme.VariantLight)
	b.set = p.own.set
	b.openSettings("look")
	b.choose("settings.every", 1)
	b.until(func() bool { return p.called("login true") })
	if !b.flip("Start with this computer").On {
		t.Error("nothing would walk these rounds")
	}
	test.Tap(b.flip("Start with this computer"))
	b.until(func() bool { return p.called("login false") })
	b.says("For this, switch on “Start with this computer”.")
}

func TestARoundThatHasToWaitSaysSo(t *testing.T) {
	p := owner()
	end := make(chan struct{})
	p.walk = func(context.Context) error { <-end; return nil }
	b := open(t, p, true, theme.VariantLight)
	b.look()
	b.says("One moment…")
	b.shot("home-waits")
	close(end)
	b.until(func() bool { return b.stop == nil })
}
