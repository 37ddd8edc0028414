package makers

import (
	"strings"
	"testing"
	"testing/fstest"

	"porchlight/discovery"
)

const goodOpen = `name = "X"
[[sign]]
fact = "http.title"
pattern = '^X$'
[[open]]
id = "x"
product = "X"
kind = "open-admin"
severity = "week"
where = "Settings > Password"
source = "its manual"
[[open.proof]]
path = "/api?x=1"
open = [{ fact = "http.status", pattern = '^200$' }]
`

const goodStream = `name = "X"
[[stream]]
rtsp = ["/live"]
picture = "/snap.jpg"
source = "its manual"
`

func TestABrokenOpenOrStreamIsNamed(t *testing.T) {
	t.Parallel()
	for _, good := range []string{goodOpen, goodStream} {
		if _, err := load(fstest.MapFS{"x.toml": {Data: []byte(good)}}); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct{ in, from, to, want string }{
		"no id":             {goodOpen, `id = "x"`, "", "open 1"},
		"no source":         {goodOpen, `source = "its manual"`, "", "open 1"},
		"no place":          {goodOpen, `where = "Settings > Password"`, "", "open 1"},
		"a long place":      {goodOpen, "Settings > Password", strings.Repeat("Settings > ", 20), "open 1"},
		"no such kind":      {goodOpen, "open-admin", "telnet-open", "open 1"},
		"no such severity":  {goodOpen, `"week"`, `"red"`, "open 1"},
		"unsure and red":    {goodOpen, `"week"`, `"today"`, "not red"},
		"no proof":          {goodOpen, "[[open.proof]]\npath = \"/api?x=1\"\nopen = [{ fact = \"http.status\", pattern = '^200$' }]\n", "", "open 1"},
		"three proofs":      {goodOpen, "[[open.proof]]", "[[open.proof]]\npath=\"/\"\n[[open.proof]]\npath=\"/\"\n[[open.proof]]", "open 1"},
		"nothing is proven": {goodOpen, "open = [{", "closed = [{", "proof 1"},
		"not a path":        {goodOpen, "/api?x=1", "api", "proof 1"},
		"any path":          {goodOpen, "/api?x=1", "/*", "proof 1"},
		"a bad pattern":     {goodOpen, "^200$", "(", "condition 1"},
		"who is asked?":     {goodOpen, `name = "X"`, "", "who is asked"},
		"unknown field":     {goodOpen, "[[open.proof]]", "[[open.proof]]\nmethod = \"POST\"", "method"},
		"nothing to ask":    {goodStream, "rtsp = [\"/live\"]\npicture = \"/snap.jpg\"", "", "stream 1"},
		"three streams":     {goodStream, `["/live"]`, `["/a", "/b", "/c"]`, "stream 1"},
		"no stream path":    {goodStream, `"/live"`, `"live"`, "stream 1"},
		"no picture path":   {goodStream, "/snap.jpg", "/snap jpg", "stream 1"},
		"stream, no source": {goodStream, `source = "its manual"`, "", "stream 1"},
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte(strings.Replace(tt.in, tt.from, tt.to, 1))}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAProductIsShownByItsSignsOrByTheConditions(t *testing.T) {
	t.Parallel()
	general := strings.NewReplacer(`name = "X"`, "", `where =`, "with = [{ fact = \"http.server\", pattern = '^Y/' }]\nwhere =").Replace(goodOpen)
	both := strings.Replace(goodOpen, `where =`, "with = [{ fact = \"http.server\", pattern = '^Y/' }]\nwhere =", 1)
	facts := func(pairs ...discovery.FactKey) (out []discovery.Fact) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, discovery.Fact{Key: pairs[i], Value: string(pairs[i+1])})
		}
		return out
	}
	for _, tt := range []struct {
		name, file string
		facts      []discovery.Fact
		want       int
	}{
		{"a sign", goodOpen, facts("http.title", "X", "http.server", "Y/1"), 1},
		{"no sign", goodOpen, facts("http.server", "Y/1"), 0},
		{"another value", goodOpen, facts("http.title", "XY"), 0},
		{"sign and condition", both, facts("http.title", "X", "http.server", "Y/1"), 2},
		{"the condition alone", both, facts("http.server", "Y/1"), 1},
		{"the sign without the condition", both, facts("http.title", "X"), 0},
		{"general: the condition", general, facts("http.title", "X", "http.server", "Y/1"), 1},
		{"general: a sign", general, facts("http.title", "X"), 0},
	} {
		c, err := load(fstest.MapFS{"x.toml": {Data: []byte(tt.file)}})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		o := c.Opens()[0]
		if got := o.ShownBy(tt.facts); len(got) != tt.want {
			t.Errorf("%s: got %v, want %d", tt.name, got, tt.want)
		}
	}
}

func TestRowsHaveNamesOfTheirOwnAndKnownConditions(t *testing.T) {
	t.Parallel()
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range c.Opens() {
		if seen[o.ID] {
			t.Errorf("two rows are called %s", o.ID)
		}
		seen[o.ID] = true
		for _, p := range o.Proofs {
			path, _, _ := strings.Cut(p.Path, "?")
			for _, cond := range append(p.Open, p.Closed...) {
				cond.Match.find("", "") // compiles
				f := string(cond.Fact)
				if f != "http.status" && f != "http.body" && f != "http.title" && !strings.HasPrefix(f, "http.header.") &&
					!strings.HasPrefix(f, "json."+path+".") {
					t.Errorf("%s: no answer of %s gives %s", o.ID, p.Path, f)
				}
			}
		}
	}
	for _, m := range c.Makers {
		if m.Name == "" && len(m.Streams) > 0 {
			t.Errorf("%s: a stream belongs to a maker", m.File)
		}
	}
}
