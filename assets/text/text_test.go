package text_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
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

func TestEveryFindingHasAdvice(t *testing.T) {
	m, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	// Every argument that any finding has, so that no sentence is left with a hole.
	args := map[string]string{
		"device": "Hall camera", "user": "admin", "url": "http://192.168.1.5/", "inner": "192.168.1.5", "inner_port": "80",
		"outer_port": "8080", "protocol": "TCP", "version": "1.0", "newest": "2.0",
	}
	for _, c := range catalogs(t) {
		for _, check := range all.All(m) {
			if !c.Has("check." + string(check.Info().ID)) {
				t.Errorf("%s: check %s has no name", c.Tag, check.Info().ID)
			}
			for _, kind := range check.Info().Kinds {
				a := c.Advice(string(kind), args)
				if a.Title == "" || a.Meaning == "" || len(a.Steps) == 0 || a.Time == "" || a.Cannot == "" {
					t.Errorf("%s: advice for %s is not whole: %+v", c.Tag, kind, a)
				}
				if (a.Who == "") != (a.Source == "") {
					t.Errorf("%s: %s says who profits without a source, or the other way round", c.Tag, kind)
				}
				for _, s := range append([]string{a.Title, a.Meaning, a.Who, a.Time, a.Pause, a.Cannot}, a.Steps...) {
					if strings.Contains(s, "<no value>") || strings.Contains(s, "{{") {
						t.Errorf("%s: %s has a hole: %q", c.Tag, kind, s)
					}
				}
			}
		}
	}
}

func TestWhatCodeNamesHasWords(t *testing.T) {
	keys := []string{"severity.today", "severity.week", "severity.good", "severity.info", "severity.unchecked", "sure.saw", "sure.likely"}
	for _, k := range discovery.Kinds() {
		keys = append(keys, "kind."+string(k))
	}
	for _, r := range []string{
		checks.ReasonNoConsent, checks.ReasonLeaveAlone, checks.ReasonTriedToday, checks.ReasonUnreachable,
		checks.ReasonUnclear, checks.ReasonStopped, checks.ReasonOdd,
	} {
		keys = append(keys, "reason."+r)
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

func TestTheWordsAreCalmAndShort(t *testing.T) {
	const mostWords = 20
	raw, err := assets.Lang.ReadFile("lang/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var lang map[string]any
	if err := json.Unmarshal(raw, &lang); err != nil {
		t.Fatal(err)
	}
	check := func(key, s string) {
		if m := harsh.FindString(s); m != "" {
			t.Errorf("%s says %q", key, m)
		}
		for _, sentence := range regexp.MustCompile(`[.?!:] `).Split(s, -1) {
			if n := len(strings.Fields(sentence)); n > mostWords {
				t.Errorf("%s has a sentence of %d words: %q", key, n, sentence)
			}
		}
	}
	for key, v := range lang {
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
	if got, want := c.Finding(f, d).Title, d.Name; !strings.Contains(got, want) {
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
