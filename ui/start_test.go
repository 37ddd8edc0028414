package ui

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
)

var errBarred = errors.New("barred")

func TestTheFirstStartSaysWhereThisComputerIs(t *testing.T) {
	for _, tt := range []struct {
		name, lang string
		dark       bool
		all        []rounds.Connection
		hurdle     rounds.HurdleKind
		says       []string
		barred     bool
	}{
		{name: "welcome-place", all: []rounds.Connection{byWiFi}, says: []string{"This computer is on: Wi-Fi Lighthouse"}},
		{name: "welcome-network", hurdle: rounds.HurdleNetwork, says: []string{"No home network", "Try again"}, barred: true},
		{name: "welcome-vpn", dark: true, hurdle: rounds.HurdleVPN, says: []string{"A VPN is switched on", "(tun0)"}, barred: true},
		{name: "welcome-vpn-ru", lang: "ru", hurdle: rounds.HurdleVPN, barred: true},
		{name: "welcome-several", all: []rounds.Connection{{Interface: "eth0"}, byCable}, says: []string{"Choose the network"}, barred: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{homely: homely{connections: tt.all, hurdle: rounds.Hurdle{Kind: tt.hurdle, Names: "tun0"}}}
			if tt.hurdle != "" {
				p.homely.lost = errBarred
			}
			variant := theme.VariantLight
			if tt.dark {
				variant = theme.VariantDark
			}
			b := openIn(t, cmp.Or(tt.lang, "en"), p, false, variant)
			b.until(func() bool { return b.welcome.place.Visible() })
			b.shot(tt.name)
			for _, s := range tt.says {
				b.says(s)
			}
			b.welcome.mine.SetChecked(true)
			if b.welcome.start.Disabled() != tt.barred {
				t.Errorf("Start can be pressed: %t", tt.barred)
			}
			if tt.barred && tt.all == nil {
				p.change(func() { p.homely.lost, p.homely.connections = nil, []rounds.Connection{byWiFi} })
				test.Tap(b.button(b.words.say("start.again")))
				b.until(func() bool { return !b.welcome.start.Disabled() })
			}
		})
	}
}

func TestAPublicNetworkIsEnteredOnlyIfTheUserInsists(t *testing.T) {
	p := &fake{homely: homely{connections: []rounds.Connection{byCafe}, public: &rounds.PublicNetwork{Looks: rounds.PublicOpen, Key: "network 10.1.0.0/22"}}}
	b := open(t, p, false, theme.VariantLight)
	b.until(func() bool { return b.welcome.place.Visible() })
	b.welcome.mine.SetChecked(true)
	asked := func() bool { return b.find("Yes, it is") != nil }
	test.Tap(b.welcome.start)
	b.until(asked)
	b.says("This Wi-Fi has no password.")
	test.Tap(b.button("Cancel"))
	if p.called("enter Our home false") || b.welcome.start.Disabled() {
		t.Error("it was entered, or cannot be any more")
	}
	test.Tap(b.welcome.start)
	b.until(asked)
	test.Tap(b.button("Yes, it is"))
	b.until(func() bool { return b.page != nil })
}

func TestOneOfSeveralNetworksIsChosen(t *testing.T) {
	p := &fake{homely: homely{connections: []rounds.Connection{{Interface: "eth0"}, byCable}}}
	b := open(t, p, false, theme.VariantLight)
	b.until(func() bool { return b.welcome.place.Visible() })
	test.Tap(b.button("Choose the network"))
	b.until(func() bool { return b.ask != nil })
	b.win.Canvas().FocusNext() // the second line
	p.change(func() { p.homely.connections = []rounds.Connection{byWiFi, byCable} })
	b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until(func() bool {
		return p.called("use Ethernet 2") && b.find("Choose the network") != nil && !b.welcome.barred
	})
}

// TestWhatKeepsARoundFromBeingWalkedIsAScreen shows each with its one next step.
func TestWhatKeepsARoundFromBeingWalkedIsAScreen(t *testing.T) {
	fresh := rounds.Snapshot{Home: rounds.Home{ID: 1, Name: "Our home"}}
	silence := family()
	silence.Devices, silence.Findings, silence.Outcomes = nil, nil, nil
	for _, tt := range []struct {
		name, lang, system string
		s                  rounds.Snapshot
		kind               rounds.HurdleKind
		says, next         string
	}{
		{name: "hurdle-network", s: fresh, kind: rounds.HurdleNetwork, says: "plug in the cable", next: "Try again"},
		{name: "hurdle-several", s: fresh, kind: rounds.HurdleSeveral, says: "Only you know", next: "Choose the network"},
		{name: "hurdle-vpn", s: family(), kind: rounds.HurdleVPN, says: "(tun0)", next: "Try again"},
		{name: "hurdle-wide", s: fresh, kind: rounds.HurdleWide, says: "a company or a hotel", next: "Try again"},
		{name: "hurdle-public", s: fresh, kind: rounds.HurdlePublic, says: "directly on the internet", next: "Try again"},
		{name: "hurdle-elsewhere", s: family(), kind: rounds.HurdleElsewhere, says: "what we know of Our home", next: "Homes"},
		{name: "hurdle-agree", s: fresh, kind: rounds.HurdleAgree, says: "came in a file", next: "I may look around here"},
		{name: "hurdle-permission-mac", system: "darwin", s: silence, says: "System Settings, Privacy & Security, Local Network", next: "Try again"},
		{name: "hurdle-permission-windows-de", system: "windows", lang: "de", s: silence, next: "Noch einmal versuchen"},
		{name: "hurdle-permission", system: "freebsd", s: silence, says: "a firewall on this computer", next: "Try again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &fake{homely: homely{hurdle: rounds.Hurdle{Kind: tt.kind, Names: "tun0"}}}
			if tt.kind != "" {
				tt.s.Err = errBarred
			}
			p.feed.Set(tt.s)
			b := openIn(t, cmp.Or(tt.lang, "en"), p, true, theme.VariantLight)
			b.system = tt.system
			b.pages[0].(*homePage).shown = ""
			b.refresh()
			b.shot(tt.name)
			b.says(tt.says)
			b.button(tt.next)
		})
	}
}

func TestHomeSaysThatThisComputerIsElsewhere(t *testing.T) {
	p := helper()
	p.homely.where = rounds.Whereabouts{Network: rounds.HomeNetwork{Key: "network 10.1.0.0/22"}}
	b := open(t, p, true, theme.VariantLight)
	b.locate()
	b.until(func() bool { return b.homes.asked.sought })
	b.says("Where are you?")
	b.shot("home-elsewhere")
	b.button("Homes").OnTapped()
	if b.page != page(b.homes) {
		t.Error("it leads nowhere")
	}
}

// TestOneOtherDeviceIsSomebody: only a round that heard nobody at all makes one think of a firewall.
func TestOneOtherDeviceIsSomebody(t *testing.T) {
	s := family()
	s.Devices = s.Devices[:1]
	if p := newPicture(s, evening); p.nobody() {
		t.Error("the router is somebody")
	}
	s.Network.Own = s.Devices[0].Addrs
	if p := newPicture(s, evening); !p.nobody() {
		t.Error("this computer is nobody")
	}
	s.Complete = false
	if p := newPicture(s, evening); p.nobody() {
		t.Error("a round that was stopped says nothing")
	}
}

func TestTheUpgradeIsSaid(t *testing.T) {
	p := &fake{}
	p.feed.Set(family())
	b := open(t, p, true, theme.VariantLight)
	b.Upgraded()
	b.says("A copy from before is in Settings")
	b.shot("start-upgraded")
	b.answer()
}

func TestLeavingThePracticeHomeGoesToTheRealOne(t *testing.T) {
	p := helper()
	s := family()
	s.Home = rounds.Home{ID: 2, Name: "Practice home", Practice: true}
	p.feed.Set(s)
	b := open(t, p, true, theme.VariantLight)
	test.Tap(b.button("Use my real home"))
	b.until(func() bool { return p.called("switch 1") && b.now.Home.ID == 1 })
	p.change(func() { p.homely.list = nil })
	b.leave()
	b.until(func() bool { return b.page == nil })
}

// TestEveryHurdleHasItsWords in all languages.
func TestEveryHurdleHasItsWords(t *testing.T) {
	for _, tag := range text.Languages() {
		catalog, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		for kind := range hurdleIcons {
			keys := []string{"title", "text"}
			if kind == rounds.HurdlePermission {
				keys = []string{"title", "darwin", "windows", "linux"}
			}
			for _, k := range keys {
				if said := catalog.T("hurdle."+string(kind)+"."+k, text.Args{"names": "", "home": ""}); strings.HasPrefix(said, "[") || said == "" {
					t.Errorf("%s: no words for %s %s", tag, kind, k)
				}
			}
		}
	}
}

func TestTheFootOfTheNavigationShowsThatItIsOpen(t *testing.T) {
	p := helper()
	b := open(t, p, true, theme.VariantLight)
	b.openHomes()
	if b.frame.homes.Fill == "" {
		t.Error("the foot is not marked while it is open")
	}
	if b.open(b.pages[0]); b.frame.homes.Fill != "" {
		t.Error("the foot stays marked")
	}
	view := slices.IndexFunc(b.win.MainMenu().Items, func(m *fyne.Menu) bool { return m.Label == "View" })
	if !slices.ContainsFunc(b.win.MainMenu().Items[view].Items, func(i *fyne.MenuItem) bool { return i.Label == "Homes" && i.Shortcut != nil }) {
		t.Error("the menu has no homes")
	}
}
