package store

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"porchlight/discovery"
)

func FuzzParse(f *testing.F) {
	for _, line := range []string{
		`{"format":"porchlight-home","version":1,"key":"k","name":"Home","networks":[{"key":"gateway 02:00:00:00:00:01","name":"Net"}],"prefix":"192.168.1.0/24","gateway":"192.168.1.1","latest":"2026-11-25T18:00:00Z","origins":{"o":3}}`,
		`{"format":"porchlight-home","version":2}`,
		`{"device":{"id":"d-1","first_seen":"2026-01-01T00:00:00Z","last_seen":"2026-01-02T00:00:00Z","present":true,"name":"Hall\u202e camera","kind":"camera","mac":"ec:71:db:00:00:01","addrs":["192.168.1.5","fe80::1%eth0"],"keys":["mac:ec:71:db:00:00:01"],"services":[{"port":80,"transport":"tcp","protocol":"http","tls":false,"product":""}],"facts":[{"key":"http.title","value":"Sign in"}],"evidence":[{"field":"model","source":"http.title","value":"x","strength":"saw"}]}}`,
		`{"choice":{"device":"d-1","refused":true,"leave_alone":true,"correction":{"name":"Hall","kind":"doorbell","notes":"two\nlines"}}}`,
		`{"outcome":{"check":"telnet","device":"d-1","result":2,"took":12}}`,
		`{"finding":{"id":"f-9d3c1a0b01234567","kind":"telnet-open","check":"telnet","device":"d-1","port":23,"severity":"today","confidence":"saw","args":{"user":"admin"},"first":"2026-01-01T00:00:00Z","last":"2026-01-01T00:00:00Z","accepted":"so be it"}}`,
		`{"proof":{"finding":"f-1","at":"2026-01-01T00:00:00Z","before":true,"after":false}}`,
		`{"change":{"at":"2026-01-01T00:00:00Z","what":"address-changed","device":"d-1","old":"192.168.1.5","new":"192.168.1.6"}}`,
		`{"rounds":{"origin":"o","last":9,"rounds":3,"started":"2026-01-01T00:00:00Z","finished":"2026-01-03T00:00:00Z","complete":true,"devices":4,"open":1}}`,
		`{"try":{"at":"2026-01-01T00:00:00Z","login":"D001","failed":true,"names":["mac:ec:71:db:00:00:01"]}}`,
		`{"device":{"id":"d-1"},"try":{}}`, `{"device":null}`, `[[[[`, ``,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if h, err := parseHead(line); err == nil {
			if h.Name != discovery.Line(h.Name) || len(h.Networks) > maxNetworks || len(h.Origins) > maxOrigins || h.Key == "" {
				t.Errorf("a head got through: %+v", h)
			}
		}
		l, err := parseLine(line)
		if err != nil {
			return
		}
		switch {
		case l.Device != nil:
			d := l.Device
			if d.Name != discovery.Clean(d.Name) || len(d.Facts) > discovery.MaxFacts || len(d.Keys) > maxOfDevice || len(d.ID) > maxPiece || d.LastSeen.IsZero() {
				t.Errorf("a device got through: %+v", d)
			}
		case l.Choice != nil:
			if c := l.Choice.Correction; c != c.Clean() {
				t.Errorf("words got through: %+v", c)
			}
		case l.Finding != nil:
			if l.Finding.First.IsZero() || len(l.Finding.Args) > maxArgs {
				t.Errorf("a finding got through: %+v", l.Finding)
			}
		case l.Change != nil:
			if l.Change.Old != discovery.Clean(l.Change.Old) {
				t.Errorf("a change got through: %+v", l.Change)
			}
		case l.Try != nil:
			if len(l.Try.Names) == 0 || len(l.Try.Names) > maxNames {
				t.Errorf("a try got through: %+v", l.Try)
			}
		}
	})
}

func TestALineIsReadUpToALimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":                                  false,
		"{}\n":                              true,
		"{}":                                false, // it has no end
		strings.Repeat("x", maxLine) + "\n": false,
	} {
		line, err := readLine(bufio.NewReaderSize(bytes.NewReader([]byte(text)), maxLine))
		if got := err == nil; got != want {
			t.Errorf("%.10q: got %d bytes, %v", text, len(line), err)
		}
	}
}

func TestTwoTextsKeepAllLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ mine, theirs, want string }{
		{"", "", ""},
		{"a", "", "a"},
		{"", "b", "b"},
		{"a\nb", "b\nc", "a\nb\nc"},
		{"a", "a", "a"},
	} {
		if got := bothTexts(tt.mine, tt.theirs); got != tt.want {
			t.Errorf("%q and %q became %q, want %q", tt.mine, tt.theirs, got, tt.want)
		}
	}
}
