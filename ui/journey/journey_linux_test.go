// Package journey shows that a newcomer can go the whole way in a real window, by the keyboard alone.
package journey

import (
	"encoding/json"
	"image"
	"slices"
	"strings"
	"testing"
)

// happened counts what is in the history of the practice home, by sort.
func happened(p *program) map[string]int {
	out, err := p.ask("history", "--demo", "--json", "--most=0")
	if err != nil {
		p.why = err // nothing was kept yet, or it has to be told
		return nil
	}
	var said struct {
		Changes []struct {
			What string `json:"what"`
			Kind string `json:"kind"`
		} `json:"changes"`
	}
	if json.Unmarshal([]byte(out), &said) != nil {
		return nil
	}
	n := map[string]int{}
	for _, c := range said.Changes {
		n[c.What]++
		n[c.What+" "+c.Kind]++
	}
	return n
}

// preview lies within the first page of a report on the screen, and words is how many strokes the words on it have at
// least. Without them it has none.
var preview = image.Rect(300, 250, 740, 730)

const words = 400

// languages are those of the window, with a word of the list of things to do in each.
var languages = map[string]string{"de": "Heute erledigen", "en": "Fix today"}

func TestANewcomerGoesTheWholeWayByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program and takes a minute")
	}
	s := newScreen(t)
	p := s.start(t.TempDir(), build(t, ".", "porchlight"))
	s.window("Porchlight")
	s.still(calm)
	s.keep("01-welcome")

	s.press("shift+Tab") // what is last: the practice home
	s.keep("02-welcome-practice")
	s.press("Return")
	s.keep("03-first")
	s.press("Tab") // the one thing to do here: look around
	s.tool("key", "Return")
	s.until("no round was kept", func() bool { return happened(p)["finding-new"] > 0 })
	s.still(calm)
	s.keep("04-home")
	if n := happened(p); n["device-new"] != 10 || n["finding-fixed"] > 0 {
		t.Errorf("the first round kept %v", n)
	}

	s.press("Tab", "Tab", "Return") // after Look around comes the worst that was found
	s.keep("05-card")
	s.press("Tab", "Return") // pretend
	s.keep("06-pretended")
	if n := happened(p)["finding-fixed"]; n > 0 {
		t.Error("it counts as fixed before anybody looked")
	}
	s.press("Return") // the keyboard waits at Check again
	s.until("nothing proved that it is fixed", func() bool { return happened(p)["finding-fixed"] == 1 })
	s.still(calm)
	s.keep("07-fixed")

	s.press("ctrl+3")
	s.keep("08-devices")
	s.press(slices.Repeat([]string{"Tab"}, 11)...) // search, five filters, list, map, several, order, then the devices
	s.press("Down", "Return")
	s.keep("09-device")
	s.press("ctrl+4")
	s.keep("10-timeline")
	s.press("ctrl+5")
	s.until("no page of the report is painted", func() bool { return s.strokes(preview) > words })
	s.keep("11-reports")
	s.press("F1")
	s.keep("12-help")
	s.press("Escape")

	s.press("ctrl+6", "Tab", "Tab", "Tab", "Return") // the third head is about how the window looks
	s.keep("13-settings")
	s.press("Tab", "Tab", "Tab", "Return", "Down", "Down", "Return") // as the system, English, German
	s.keep("14-language")
	out, err := p.ask("todo", "--demo")
	if err != nil || !strings.Contains(out, languages["de"]) {
		t.Errorf("the program does not speak German now: %v\n%s", err, out)
	}
	s.press("ctrl+2")
	s.keep("15-todo-language")

	s.tool("key", "ctrl+q")
	if err := p.ends(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if said := p.complaints(); said != "" {
		t.Errorf("it complained: %s", said)
	}
	if n := happened(p); n["finding-fixed"] != 1 || n["device-new"] != 10 {
		t.Errorf("what happened is not kept: %v", n)
	}
}
