package report

import (
	"bytes"
	"encoding/json"
	stdhtml "html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"porchlight/assets/text"
)

// web gives the household report and the sheet for the fridge as web pages.
func web(t *testing.T, f Facts) map[string]string {
	t.Helper()
	r := New(f)
	var household, fridge bytes.Buffer
	if err := r.HTML(&household); err != nil {
		t.Fatal(err)
	}
	if err := r.FridgeHTML(&fridge); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"household": household.String(), "fridge": fridge.String()}
}

func TestWebPagesAreWholeAndRunNothing(t *testing.T) {
	for home, s := range homes {
		for _, language := range text.Languages() {
			for name, page := range web(t, facts(t, s(), language.String())) {
				t.Run(home+" "+language.String()+" "+name, func(t *testing.T) {
					root, err := html.Parse(strings.NewReader(page))
					if err != nil {
						t.Fatal(err)
					}
					look(t, root, language.String())
				})
			}
		}
	}
}

// look walks a page.
func look(t *testing.T, root *html.Node, language string) {
	t.Helper()
	elements, ids := map[string]int{}, map[string]bool{}
	var leads []string // to a part of the page
	level := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		elements[n.Data]++
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			if next := int(n.Data[1] - '0'); next > level+1 {
				t.Errorf("h%d comes after h%d", next, level)
			} else {
				level = next
			}
		}
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "srcset" || a.Key == "action" || a.Key == "style" {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if id := attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("two parts are called %q", id)
			}
			ids[id] = true
		}
		if to, ok := attributes["href"]; ok {
			leads = append(leads, strings.TrimPrefix(to, "#"))
			if !strings.HasPrefix(to, "#") {
				t.Errorf("it leads to %q", to)
			}
		}
		if by := attributes["aria-labelledby"]; by != "" {
			leads = append(leads, by)
		} else if n.Data == "input" {
			t.Error("a box to tick has no words")
		}
		if n.Data == "html" && attributes["lang"] != language {
			t.Errorf("its language is %q, want %q", attributes["lang"], language)
		}
		if n.Data == "svg" && attributes["aria-hidden"] != "true" {
			t.Error("an icon is read aloud")
		}
	}
	for _, to := range leads {
		if !ids[to] {
			t.Errorf("there is no part %q", to)
		}
	}
	for name, n := range map[string]int{"h1": 1, "main": 1, "header": 1, "title": 1, "script": 0, "img": 0, "iframe": 0, "link": 0, "form": 0, "object": 0} {
		if elements[name] != n {
			t.Errorf("there are %d <%s>, want %d", elements[name], name, n)
		}
	}
}

// browser finds Chromium, and axe, which looks for barriers in a page. Neither is part of what the tests bring along.
func browser(t *testing.T) (chromium, axe string) {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil && chromium == "" {
			chromium = path
		}
	}
	places := []string{os.Getenv("AXE"), "/usr/lib/node_modules/axe-core/axe.min.js", "/usr/local/lib/node_modules/axe-core/axe.min.js"}
	for _, path := range places {
		if _, err := os.Stat(path); err == nil && axe == "" {
			axe = path
		}
	}
	if chromium == "" || axe == "" {
		t.Skip("NOT TESTED: whether the pages have barriers. It needs chromium, and axe-core 4: npm install --global axe-core, or its axe.min.js as $AXE")
	}
	return chromium, axe
}

func TestWebPagesHaveNoBarriers(t *testing.T) {
	chromium, axe := browser(t)
	script, err := os.ReadFile(axe)
	if err != nil {
		t.Fatal(err)
	}
	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	for home, f := range map[string]Facts{"family": facts(t, family(), "en"), "calm": facts(t, calm(), "ru"), "hostile": facts(t, hostile(), "es")} {
		for name, page := range web(t, f) {
			t.Run(home+" "+name, func(t *testing.T) {
				page := policy.ReplaceAllString(page, "") // it would keep axe out, as it should
				page = strings.Replace(page, "</body>", "<script>"+string(script)+`</script><script>
axe.run({resultTypes: ["violations"]}).then(function (r) {
  var out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify({passes: r.passes.length, violations: r.violations.map(function (v) { return v.id + ": " + v.nodes.map(function (n) { return n.html; }).join(" | "); })});
  document.body.appendChild(out);
});</script></body>`, 1)
				file := filepath.Join(t.TempDir(), "page.html")
				if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
					"--virtual-time-budget=20000", "--dump-dom", "file://"+file)
				cmd.WaitDelay = time.Second
				dom, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				raw := regexp.MustCompile(`(?s)<pre id="found">(.*?)</pre>`).FindSubmatch(dom)
				if raw == nil {
					t.Fatal("axe said nothing")
				}
				var found struct {
					Passes     int
					Violations []string
				}
				if err := json.Unmarshal([]byte(stdhtml.UnescapeString(string(raw[1]))), &found); err != nil {
					t.Fatal(err)
				}
				if len(found.Violations) > 0 || found.Passes < 20 {
					t.Errorf("%d rules are kept, these are not: %s", found.Passes, strings.Join(found.Violations, "\n"))
				}
			})
		}
	}
}
