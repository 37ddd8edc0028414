package text_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"porchlight/assets"
	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/all"
	"porchlight/discovery"
)

func catalogs(t *testing.T) []*text.Catalog {
	t.Helper()
	var out []*text.Catalog
	for _, tag := range text.Languages() {
		c, err := text.Open(tag.String())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// Every argument that any finding has, so that no sentence is left with a hole.
var args = map[string]string{
	"device": "Hall camera", "at": "Router", "page": "http://192.168.1.1", "maker": "Reolink", "menu": "System > Password",
	"user": "admin", "url": "http://192.168.1.5/", "inner": "192.168.1.5", "inner_port": "80",
	"outer_port": "8080", "protocol": "TCP", "version": "1.0", "newest": "2.0", "ends": "1 May 2027", "date": "3 May 2026", "private": "yes",
	"product": "Node-RED", "where": "Settings > Security", "ways": "UPnP, PCP", "names": "www.example.com", "router": "192.168.1.9",
	"network": "Home", "folder": "Photos", "outside": "carrier", "way_control": "control", "protection_open": "open", "protection_wep": "wep",
	"beyond": "2.1", "newest_date": "1 April 2026", "newest_source": "updates.example.com", "newest_said": "3 May 2026", "newest_news_yes": "yes",
	"ends_source": "example.com", "ends_said": "3 May 2026", "listed_yes": "yes", "since": "2 May 2026",
	"safe": "2.0", "hole": "CVE-2023-1389", "sure_yes": "yes", "built": "1 June 2020", "revisions": "A", "app": "Tether", "sticker": "Its own password is on the sticker underneath.",
}

// always are the arguments that their findings always have.
var always = []string{"device", "at", "inner", "inner_port", "outer_port"}

// adviceKeys are the kinds of finding that have advice, with all their keys.
func adviceKeys(t *testing.T) map[checks.Kind][]string {
	t.Helper()
	out := map[checks.Kind][]string{}
	for key := range words(t, "en") {
		if rest, ok := strings.CutPrefix(key, "advice."); ok {
			kind, _, _ := strings.Cut(rest, ".")
			out[checks.Kind(kind)] = append(out[checks.Kind(kind)], key)
		}
	}
	return out
}

// words gives the catalogue of a language as it stands in its file.
func words(t *testing.T, tag string) map[string]any {
	t.Helper()
	raw, err := assets.Lang.ReadFile("lang/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryCheckHasWords(t *testing.T) {
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	kinds := adviceKeys(t)
	for _, check := range all.All(m) {
		for _, kind := range check.Info().Kinds {
			if kinds[kind] == nil {
				t.Errorf("no advice for %s", kind)
			}
		}
		for _, c := range catalogs(t) {
			if !c.Has("check." + string(check.Info().ID)) {
				t.Errorf("%s: check %s has no name", c.Tag, check.Info().ID)
			}
		}
	}
}

func TestAdviceIsWhole(t *testing.T) {
	kinds := adviceKeys(t)
	few := map[string]string{} // what may be missing is missing
	for k, v := range args {
		few[k] = ""
		if slices.Contains(always, k) {
			few[k] = v
		}
	}
	lent := maps.Clone(args) // by the internet provider
	lent["provider_yes"] = "yes"
	for _, c := range catalogs(t) {
		for kind := range kinds {
			for _, is := range []discovery.Kind{"", "router", "camera", "nas", "printer"} {
				for _, args := range []map[string]string{args, few, lent} {
					a := c.Advice(kind, is, args)
					if a.Title == "" || a.Job == "" || a.Meaning == "" || len(a.Steps) < 3 || a.Time == "" || a.Cannot == "" {
						t.Errorf("%s: advice for %s is not whole: %+v", c.Tag, kind, a)
					}
					if (a.Who == "") != (a.Source == "") {
						t.Errorf("%s: %s of %q says who profits without a source, or the other way round", c.Tag, kind, is)
					}
					if a.Source != "" && !regexp.MustCompile(`\b20[0-9]{2}\b`).MatchString(a.Source) {
						t.Errorf("%s: the source of %s has no date: %q", c.Tag, kind, a.Source)
					}
					for _, s := range append([]string{a.Title, a.Job, a.Meaning, a.Who, a.Time, a.Pause, a.Cannot}, a.Steps...) {
						if regexp.MustCompile(`<no value>|\{\{|  | [.,]|\(\)`).MatchString(s) {
							t.Errorf("%s: %s has a hole: %q", c.Tag, kind, s)
						}
					}
				}
			}
		}
	}
}

func TestEveryWordOfAdviceIsShown(t *testing.T) {
	field := regexp.MustCompile(`^advice\.[a-z0-9-]+\.(title|meaning|who|source|step[1-6]|time|pause|cannot)(\.(router|camera|nas|printer))?$`)
	for kind, keys := range adviceKeys(t) {
		for _, key := range keys {
			if !field.MatchString(key) {
				t.Errorf("%s: %s is never shown", kind, key)
			}
			if group := field.FindStringSubmatch(key); group != nil && group[2] != "" {
				if general := strings.TrimSuffix(key, group[2]); !slices.Contains(keys, general) && group[1] != "pause" {
					t.Errorf("%s stands without %s", key, general)
				}
			}
		}
	}
}

func TestMenusAreNamedWhereThereIsOne(t *testing.T) {
	for _, tag := range text.Languages() {
		lang := words(t, tag.String())
		for kind := range adviceKeys(t) {
			named := false
			for i := 1; i <= 6; i++ {
				step, _ := lang[fmt.Sprintf("advice.%s.step%d", kind, i)].(string)
				named = named || strings.Contains(step, "{{.menu}}")
			}
			if has := text.PlaceOf(kind) != ""; named != has {
				t.Errorf("%s: %s has a place on settings pages: %v; a step names it: %v", tag, kind, has, named)
			}
		}
	}
}

func TestAdviceLeadsToThePageAndMenuOfTheRightDevice(t *testing.T) {
	m := &makers.Catalog{Makers: []makers.Maker{
		{Name: "AVM", Menus: []makers.Menu{{Places: map[makers.Place]string{makers.PlacePorts: "Internet > Permit Access", makers.PlaceWiFi: "Wi-Fi > Security"}}}},
		{Name: "Reolink", Menus: []makers.Menu{
			{Kinds: []discovery.Kind{discovery.KindNVR}, Places: map[makers.Place]string{makers.PlaceStream: "wrong"}},
			{Places: map[makers.Place]string{makers.PlacePorts: "wrong", makers.PlaceWiFi: "wrong"}},
		}},
	}}
	router := discovery.Device{
		ID: "d-1", Name: "FRITZ!Box", Vendor: "AVM", Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.1")},
		Services: []discovery.Service{{Port: 443, Protocol: "http", TLS: true}}, Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}},
	}
	camera := discovery.Device{
		ID: "d-2", Name: "Hall camera", Vendor: "Reolink", Kind: discovery.KindCamera, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.5")},
		Services: []discovery.Service{{Port: 8080, Protocol: "http"}},
	}
	c, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	c.Makers = m
	devices := []discovery.Device{router, camera}
	for _, tt := range []struct {
		finding    checks.Finding
		page, menu string
	}{
		{checks.Finding{Kind: "port-forward", Device: "d-1", Args: map[string]string{"inner_device": "d-2"}}, "https://192.168.1.1", "Internet > Permit Access"},
		{checks.Finding{Kind: "new-device", Device: "d-2"}, "https://192.168.1.1", "Wi-Fi > Security"},
		{checks.Finding{Kind: "camera-open", Device: "d-2"}, "http://192.168.1.5:8080", ""},
		{checks.Finding{Kind: "second-dhcp", Device: "d-1", Args: map[string]string{"inner_device": "d-2"}}, "http://192.168.1.5:8080", ""},
	} {
		a := c.Finding(&tt.finding, &camera, text.At(&tt.finding, devices))
		steps := strings.Join(a.Steps, " ")
		if !strings.Contains(a.Title, "Hall camera") || a.Page != tt.page || !strings.Contains(steps, tt.menu) || strings.Contains(steps, "wrong") {
			t.Errorf("%s: got page %q, title %q, steps %q", tt.finding.Kind, a.Page, a.Title, steps)
		}
	}
	if at := text.At(&checks.Finding{Kind: "new-device", Device: "d-2"}, devices[1:]); at != nil {
		t.Errorf("without a router, %s is put right at %s", "new-device", at.ID)
	}
}

func TestAPasswordOnTheStickerIsSaidWhereAPageIsOpened(t *testing.T) {
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	router := discovery.Device{
		ID: "d-1", Vendor: "AVM", Family: "fritzos", Kind: discovery.KindRouter, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.1")},
		Services: []discovery.Service{{Port: 80, Protocol: "http"}}, Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}},
	}
	camera := discovery.Device{ID: "d-2", Kind: discovery.KindCamera, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.5")}, Services: router.Services}
	for _, c := range catalogs(t) {
		c.Makers = m
		for place := range map[string]bool{makers.LabelBottom: true, makers.LabelBack: true, makers.LabelPapers: true} {
			if !c.Has("password." + place) {
				t.Errorf("%s: no words for a password that is at %q", c.Tag, place)
			}
		}
		sticker := c.Sticker(&router)
		for kind, f := range map[string]checks.Finding{
			"upnp": {Kind: "upnp-on", Device: "d-1"}, "port": {Kind: "port-forward", Device: "d-1", Args: map[string]string{"inner": "192.168.1.5"}}, "camera": {Kind: "camera-open", Device: "d-2"},
		} {
			a := c.Finding(&f, &camera, text.At(&f, []discovery.Device{router, camera}))
			if said := strings.Contains(strings.Join(a.Steps, " "), sticker); sticker == "" || said != (f.Device == "d-1") {
				t.Errorf("%s, %s: %q in %q: %t", c.Tag, kind, sticker, a.Steps, said)
			}
		}
	}
}

func TestAdviceNamesBothMenusIfNobodyKnowsWhichItIs(t *testing.T) {
	m := &makers.Catalog{Makers: []makers.Maker{{Name: "X", Menus: []makers.Menu{
		{Places: map[makers.Place]string{makers.PlaceUpdate: "System > Update", makers.PlacePassword: "System > Password", makers.PlaceUPnP: "NAT > UPnP"}},
		{Models: []string{"X1"}, Older: true, Places: map[makers.Place]string{makers.PlaceUpdate: "Tools > Update"}},
	}}}}
	for _, c := range catalogs(t) {
		c.Makers = m
		steps := func(kind checks.Kind, model string) string {
			d := &discovery.Device{ID: "d-1", Name: "Box", Vendor: "X", Model: model, Kind: discovery.KindRouter}
			return strings.Join(c.Finding(&checks.Finding{Kind: kind, Device: "d-1"}, d, d).Steps, " ")
		}
		if got := steps("firmware-outdated", ""); !strings.Contains(got, "System > Update") || !strings.Contains(got, "Tools > Update") {
			t.Errorf("%s: no model: got %q", c.Tag, got)
		}
		if got := steps("firmware-outdated", "X1"); !strings.Contains(got, "Tools > Update") || strings.Contains(got, "System > Update") {
			t.Errorf("%s: an old model: got %q", c.Tag, got)
		}
		if got := steps("remote-admin", "X2"); !strings.Contains(got, "(System > Update)") || !strings.Contains(got, "(System > Password)") {
			t.Errorf("%s: the other places: got %q", c.Tag, got)
		}
		nas := &discovery.Device{ID: "d-2", Name: "Disk", Vendor: "X", Kind: discovery.KindNAS}
		door := &checks.Finding{Kind: "port-forward", Device: "d-1", Args: map[string]string{checks.ArgInnerDevice: "d-2"}}
		if got := strings.Join(c.Finding(door, nas, nil).Steps, " "); strings.Contains(got, "NAT > UPnP") {
			t.Errorf("%s: nobody knows where the door is: got %q", c.Tag, got)
		}
		router := &discovery.Device{ID: "d-1", Name: "Box", Kind: discovery.KindRouter}
		if got := strings.Join(c.Finding(door, nas, router).Steps, " "); !strings.Contains(got, "(NAT > UPnP)") {
			t.Errorf("%s: the device behind the door: got %q", c.Tag, got)
		}
	}
}

func TestAnAppIsNamedWhereThereIsNoPage(t *testing.T) {
	m := &makers.Catalog{Makers: []makers.Maker{{Name: "X", Menus: []makers.Menu{
		{Kinds: []discovery.Kind{discovery.KindRouter}, App: "X Home", Places: map[makers.Place]string{makers.PlaceUpdate: "Settings > Update"}},
		{Kinds: []discovery.Kind{discovery.KindCamera}, Places: map[makers.Place]string{makers.PlaceUpdate: "System > Update"}},
	}}}}
	page := []discovery.Service{{Port: 443, Protocol: "http", TLS: true}}
	for _, c := range catalogs(t) {
		c.Makers = m
		for _, tt := range []struct {
			kind        discovery.Kind
			services    []discovery.Service
			want, never string
		}{
			{discovery.KindRouter, page, "X Home", "192.168.1.5"},
			{discovery.KindCamera, page, "https://192.168.1.5", "Maker's app"},
			{discovery.KindCamera, nil, "System > Update", "Maker's app"},
			{discovery.KindNAS, nil, "Maker's app", "192.168.1.5"},
		} {
			d := &discovery.Device{ID: "d-1", Name: "Box", Vendor: "X", Kind: tt.kind, Services: tt.services, Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.5")}}
			a := c.Finding(&checks.Finding{Kind: "firmware-unknown", Device: "d-1", Args: map[string]string{"app": "Maker's app"}}, d, d)
			if got := strings.Join(a.Steps, " "); !strings.Contains(got, tt.want) || strings.Contains(got+a.Page, tt.never) {
				t.Errorf("%s, %s: got %q", c.Tag, tt.kind, got)
			}
		}
	}
}

// TestNobodyIsToldToMoveARouterToGuestWiFi and what else makes no sense for what a device is: computers print on a
// printer and keep files on storage, so these cannot be kept away from them.
func TestNobodyIsToldToMoveARouterToGuestWiFi(t *testing.T) {
	c, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	moves := regexp.MustCompile(`(?i)\bmove .*guest wi-fi`)
	for kind := range adviceKeys(t) {
		if slices.Contains([]checks.Kind{"hub-open", "mqtt-anonymous", "camera-open", "camera-not-activated"}, kind) {
			continue // not of such devices
		}
		for _, is := range []discovery.Kind{discovery.KindRouter, discovery.KindPrinter, discovery.KindNAS} {
			a := c.Advice(kind, is, args)
			if said := strings.Join(append(a.Steps, a.Cannot), " "); moves.MatchString(said) {
				t.Errorf("%s of a %s: %q", kind, is, said)
			}
		}
		if a := c.Advice(kind, discovery.KindRouter, args); kind == "support-ended" && strings.Contains(strings.Join(a.Steps, " "), "works without the internet") {
			t.Errorf("a router is taken off the internet: %q", a.Steps)
		}
	}
}

func TestTheLastStepLooksAgain(t *testing.T) {
	for _, c := range catalogs(t) {
		button := c.T("action.again", nil)
		for kind := range adviceKeys(t) {
			f := &checks.Finding{ID: "f-1", Kind: kind}
			inWindow := strings.Join(c.Finding(f, nil, nil).Steps, " ")
			terminal := *c
			terminal.Again = "porchlight check-again f-1"
			inTerminal := terminal.Finding(f, nil, nil)
			said := strings.Join(inTerminal.Steps, " ") + " " + inTerminal.Cannot
			if strings.Contains(inWindow, button) != strings.Contains(said, terminal.Again) {
				t.Errorf("%s: %s: window %q, terminal %q", c.Tag, kind, inWindow, said)
			}
			for _, word := range []string{button, c.T("action.accept", nil)} {
				if strings.Contains(said, word) {
					t.Errorf("%s: %s: a terminal has no button %q: %q", c.Tag, kind, word, said)
				}
			}
		}
	}
}

func TestProofsSayWhatItWasAndWhatItIs(t *testing.T) {
	c, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		kind          checks.Kind
		before, after bool
		want          string
	}{
		{"telnet-open", true, false, "Before: the door was open. Now: it is closed."},
		{"telnet-open", false, true, "Before: the door was closed. Now: it is open again."},
		{"default-login", true, true, "Before: the factory password worked. Now: it still does."},
		{"open-admin", true, false, "Before: it opened without a password. Now: it does not."},
		{"firmware-outdated", true, false, "Before: it was there. Now: it is gone."},
		{"firmware-outdated", false, false, "Before: it was gone. Now: it still is."},
	} {
		if got := c.Proof(tt.kind, tt.before, tt.after); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.kind, got, tt.want)
		}
	}
}

func TestWhoProfitsDependsOnARepair(t *testing.T) {
	for _, c := range catalogs(t) {
		with := c.Advice("known-exploited", discovery.KindCamera, map[string]string{"safe": "2.0"})
		without := c.Advice("known-exploited", discovery.KindCamera, nil)
		if !strings.Contains(with.Who, "99") || strings.Contains(without.Who, "99") || without.Who == "" || with.Source == without.Source {
			t.Errorf("%s: with a repair %q (%s), without %q (%s)", c.Tag, with.Who, with.Source, without.Who, without.Source)
		}
	}
}

func TestWordsDependOnWhatTheCheckSays(t *testing.T) {
	c, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	say := func(k checks.Kind, args map[string]string) string {
		a := c.Finding(&checks.Finding{Kind: k, Args: args}, nil, nil)
		return a.Title + " " + a.Meaning
	}
	if open, wep := say("weak-wifi", map[string]string{"protection": "open"}), say("weak-wifi", map[string]string{"protection": "wep"}); !strings.Contains(open, "no password") || open == wep {
		t.Errorf("open: %q, WEP: %q", open, wep)
	}
	if got := say("new-device", map[string]string{"date": "2026-11-03"}); !strings.Contains(got, "3 November 2026") {
		t.Errorf("the day is not written as people do: %q", got)
	}
	if got := say("support-ended", map[string]string{"ends": "2021-06", "sure": "yes"}); !strings.Contains(got, "Since June 2021 ") {
		t.Errorf("the month is not written as people do: %q", got)
	}
}

func TestWhatMakesItUrgentIsSaid(t *testing.T) {
	for _, c := range catalogs(t) {
		for _, why := range []map[string]string{
			{checks.ArgRaised: checks.RaisedMapped},
			{checks.ArgLowered: checks.BehindCarrier},
			{checks.ArgLowered: checks.BehindRouter},
			{checks.ArgLowered: checks.LoweredOneSign},
		} {
			if a := c.Advice("telnet-open", "", why); a.Urgency == "" {
				t.Errorf("%s: nothing is said of %v", c.Tag, why)
			}
		}
		if a := c.Advice("telnet-open", "", nil); a.Urgency != "" {
			t.Errorf("%s: said for no reason: %q", c.Tag, a.Urgency)
		}
	}
}

func TestNobodySawWhatNobodyCouldRead(t *testing.T) {
	for _, c := range catalogs(t) {
		for key, f := range map[string]checks.Finding{
			"sure.unknown": {Kind: "firmware-unknown", Confidence: discovery.Saw},
			"sure.saw":     {Kind: "telnet-open", Confidence: discovery.Saw},
			"sure.likely":  {Kind: "telnet-open", Confidence: discovery.Likely},
		} {
			if got := c.Finding(&f, nil, nil).Sure; got != c.T(key, nil) {
				t.Errorf("%s: %s with confidence %q: %q", c.Tag, f.Kind, f.Confidence, got)
			}
		}
	}
}

func TestWhatCodeNamesHasWords(t *testing.T) {
	keys := []string{"severity.today", "severity.week", "severity.good", "severity.info", "severity.unchecked", "sure.saw", "sure.likely", "sure.unknown"}
	for _, k := range discovery.Kinds() {
		keys = append(keys, "kind."+string(k))
	}
	for _, r := range []string{
		checks.ReasonNoConsent, checks.ReasonLeaveAlone, checks.ReasonTriedToday, checks.ReasonUnreachable,
		checks.ReasonUnclear, checks.ReasonStopped, checks.ReasonOdd,
	} {
		keys = append(keys, "reason."+r)
	}
	for _, group := range []string{"", "door.", "login.", "asks."} {
		for _, change := range []string{"fixed", "still", "back", "gone"} {
			keys = append(keys, "proof."+group+change)
		}
	}
	for _, c := range catalogs(t) {
		for _, k := range keys {
			if !c.Has(k) {
				t.Errorf("%s has no %q", c.Tag, k)
			}
		}
	}
}

// harsh are words that frighten or judge and help nobody.
var harsh = regexp.MustCompile(`(?i)\b(infected|hacked|hackers?|vulnerab\w*|exploit\w*|malware|host|score|grade|danger\w*)\b|%`)

// spoken gives the sentences that a text with conditions may become.
func spoken(t *testing.T, s string) []string {
	t.Helper()
	var asked []string
	for _, m := range regexp.MustCompile(`\{\{(?:else )?if \.([a-z_]+)\}\}`).FindAllStringSubmatch(s, -1) {
		asked = append(asked, m[1])
	}
	tmpl, err := template.New("").Parse(s)
	if err != nil {
		t.Errorf("%q: %v", s, err)
		return nil
	}
	var out []string
	for bits := range 1 << len(asked) {
		data := map[string]string{}
		for _, m := range regexp.MustCompile(`\{\{\.([a-z_]+)\}\}`).FindAllStringSubmatch(s, -1) {
			data[m[1]] = "Something"
		}
		for i, name := range asked {
			data[name] = []string{"", "Something"}[bits>>i&1]
		}
		var b strings.Builder
		if err := tmpl.Execute(&b, data); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		out = append(out, b.String())
	}
	return out
}

func TestTheWordsAreCalmAndShort(t *testing.T) {
	const mostWords = 20
	check := func(key, text string) {
		if m := harsh.FindString(text); m != "" {
			t.Errorf("%s says %q", key, m)
		}
		for _, s := range spoken(t, text) {
			for _, sentence := range regexp.MustCompile(`[.?!:] `).Split(s, -1) {
				if n := len(strings.Fields(sentence)); n > mostWords {
					t.Errorf("%s has a sentence of %d words: %q", key, n, sentence)
				}
			}
		}
	}
	for key, v := range words(t, "en") {
		switch v := v.(type) {
		case string:
			check(key, v)
		case map[string]any:
			for _, form := range v {
				s, ok := form.(string)
				if !ok {
					t.Fatalf("%s holds %v", key, form)
				}
				check(key, s)
			}
		default:
			t.Fatalf("%s holds %v", key, v)
		}
	}
}

func TestNoKeyStandsTwice(t *testing.T) {
	for _, tag := range text.Languages() {
		raw, err := assets.Lang.ReadFile("lang/" + tag.String() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^\s*"([^"]+)":`).FindAllSubmatch(raw, -1) {
			k := string(m[1])
			if seen[k] {
				t.Errorf("%s has %s twice: one hides the other", tag, k)
			}
			seen[k] = true
		}
	}
}

func TestPluralsAndLanguages(t *testing.T) {
	c, err := text.Open("C.UTF-8", "xx", "en_GB.UTF-8")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "0 things to do", 1: "1 thing to do", 2: "2 things to do"} {
		if got := c.T("findings.count", text.Args{"n": n}); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := c.T("no.such.key", nil); got != "[no.such.key]" {
		t.Errorf("got %q", got)
	}
	if got := c.Date(time.Time{}); got != "" {
		t.Errorf("no time: got %q", got)
	}
}

func TestTextFromDevicesIsNoTemplate(t *testing.T) {
	c, err := text.Open()
	if err != nil {
		t.Fatal(err)
	}
	d := &discovery.Device{ID: "d-1", Name: "{{.user}} {{printf \"%d\" 1}} <b>"}
	f := &checks.Finding{Kind: "telnet-open", Device: "d-1"}
	if got, want := c.Finding(f, d, d).Title, d.Name; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestADeviceIsCalledByItsBestName(t *testing.T) {
	c, err := text.Open()
	if err != nil {
		t.Fatal(err)
	}
	for want, d := range map[string]*discovery.Device{
		"Hall":              {Name: "Hall", Vendor: "Reolink", Model: "RLC"},
		"Reolink RLC":       {Vendor: "Reolink", Model: "RLC"},
		"Sonos One":         {Vendor: "Sonos", Model: "Sonos One"},
		"Camera":            {Kind: discovery.KindCamera},
		"00:11:22:00:00:01": {MAC: discovery.MAC{0, 0x11, 0x22, 0, 0, 1}},
		"":                  nil,
	} {
		if got := c.DeviceName(d); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
