package terminal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"porchlight/discovery/recorded"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// command runs one command line with a history in dir.
func command(t *testing.T, in io.Reader, dir string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	tt := Terminal{In: in, Out: &o, Err: &e, Version: "1.2.3", Languages: []string{"en"}}
	status = tt.Run(t.Context(), append([]string{"--data", dir}, args...))
	return status, o.String(), e.String()
}

func TestStatusesAndUsage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		out    string // in standard output or standard error
	}{
		{"version", []string{"--version"}, ExitDone, "porchlight 1.2.3"},
		{"help", []string{"--help"}, ExitDone, "check-again"},
		{"no such command", []string{"hack"}, ExitUsage, "porchlight:"},
		{"no such flag", []string{"scan", "--spray"}, ExitUsage, "--spray"},
		{"no such switch", []string{"scan", "--also=dns,ports"}, ExitUsage, "--also"},
		{"both switches", []string{"check-again", "f-nonsense", "--also=dns,dhcp"}, ExitCannot, ""},
		{"bad passwords", []string{"scan", "--passwords=many"}, ExitUsage, "ask"},
		{"bad network", []string{"scan", "--network=home"}, ExitUsage, "192.168.1.0/24"},
		{"watch, with nothing to watch", []string{"watch", "--once"}, ExitDone, "No look around is planned."},
		{"a round for the watch, in no home", []string{"round"}, ExitDone, `"hold":"elsewhere"`},
		{"a light look, in no home", []string{"round", "--light"}, ExitDone, `"hold":"elsewhere"`},
		{"no history", []string{"history"}, ExitCannot, "porchlight scan"},
		{"bad day", []string{"history", "--since=yesterday"}, ExitUsage, "2026-11-25"},
		{"report to nowhere", []string{"report"}, ExitUsage, "--output"},
		{"report of what", []string{"report", "-o", "x.doc"}, ExitUsage, "--format"},
		{"report in a strange form", []string{"report", "--format=docx", "-o", "x"}, ExitUsage, "pdf"},
		{"fridge as a table", []string{"report", "--fridge", "-o", "x.csv"}, ExitUsage, "fridge"},
		{"report of nothing", []string{"report", "-o", "x.pdf"}, ExitCannot, "porchlight scan"},
		{"no homes", []string{"homes"}, ExitDone, "porchlight scan"},
		{"nothing known", []string{"devices"}, ExitCannot, "porchlight scan"},
		{"nothing to check again", []string{"check-again", "f-1"}, ExitCannot, "porchlight scan"},
		// The tests have a network of their own that holds nothing but a loopback.
		{"no network", []string{"scan", "--yes"}, ExitCannot, "No home network was found."},
		{"public network", []string{"scan", "--yes", "--network=203.0.113.0/24"}, ExitCannot, "203.0.113.0/24 is not a home network."},
		{"wide network", []string{"scan", "--yes", "--network=10.0.0.0/16"}, ExitCannot, "10.0.0.0/16 is too big"},
		{"no such interface", []string{"scan", "--yes", "--interface=eth7"}, ExitCannot, "no network connection named eth7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS != "linux" && strings.Contains(tt.name, "network") && tt.status == ExitCannot {
				t.Skip("needs a network of its own")
			}
			status, out, errOut := command(t, strings.NewReader(""), t.TempDir(), tt.args...)
			if status != tt.status || !strings.Contains(out+errOut, tt.out) {
				t.Errorf("got status %d, want %d, and %q, %q, want %q in it", status, tt.status, out, errOut, tt.out)
			}
		})
	}
}

func TestTheDemoTellsThreeJobs(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	dir := t.TempDir()
	start := time.Now()
	status, out, errOut := command(t, strings.NewReader(""), dir, "scan", "--demo", "--json", filepath.Join(dir, "scan.json"))
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	if status != ExitToday || strings.Count(out, "Fix today:") != 3 || !strings.Contains(out, "6 things to do, 4 today.") {
		t.Errorf("got status %d and\n%s\n%s", status, out, errOut)
	}
	for _, want := range []string{"PRACTICE HOME", "The internet can reach Front door camera", "Brother HL-L2350DW"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, never := range []string{"admin/admin", "\x1b", "[error", "<no value>"} {
		if strings.Contains(out, never) {
			t.Errorf("%q in\n%s", never, out)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "scan.json"))
	if err != nil {
		t.Fatal(err)
	}
	fitsSchema(t, raw)
	if bytes.Contains(raw, []byte(`"password"`)) {
		t.Error("the JSON speaks of a password")
	}

	status, out, _ = command(t, strings.NewReader(""), dir, "todo", "--demo")
	if status != ExitDone || strings.Count(out, "check-again f-") != 6 {
		t.Errorf("todo: got status %d and\n%s", status, out)
	}
	status, out, _ = command(t, strings.NewReader(""), dir, "devices", "--demo")
	if status != ExitDone || strings.Count(out, "127.0.0.") < 10 {
		t.Errorf("devices: got status %d and\n%s", status, out)
	}
	status, _, errOut = command(t, strings.NewReader(""), dir, "check-again", "--demo", "f-nonsense")
	if status != ExitCannot || !strings.Contains(errOut, "porchlight todo") {
		t.Errorf("check-again: got status %d and %q", status, errOut)
	}
}

// fitsSchema compares a round with the documented schema: every field that is written is
// documented, and every documented one is written.
func fitsSchema(t *testing.T, raw []byte) {
	t.Helper()
	doc, err := os.ReadFile("../../assets/schema/scan.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema, value any
	if err := json.Unmarshal(doc, &schema); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	root, _ := schema.(map[string]any)
	fits(t, "", root, root, value)
}

func fits(t *testing.T, path string, root, schema map[string]any, value any) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		defs, _ := root["$defs"].(map[string]any)
		schema, _ = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	kinds := map[string]bool{"object": false, "array": false, "string": false, "integer": false, "boolean": false}
	kind, _ := schema["type"].(string)
	if _, ok := kinds[kind]; !ok {
		t.Fatalf("%s: the schema has no type", path)
	}
	switch v := value.(type) {
	case map[string]any:
		props, _ := schema["properties"].(map[string]any)
		more, _ := schema["additionalProperties"].(map[string]any)
		for k, x := range v {
			p, ok := props[k].(map[string]any)
			if !ok {
				p = more
			}
			if p == nil {
				t.Errorf("%s.%s is not in the schema", path, k)
				continue
			}
			fits(t, path+"."+k, root, p, x)
		}
		required, _ := schema["required"].([]any)
		for _, k := range required {
			if _, ok := v[k.(string)]; !ok {
				t.Errorf("%s.%s is missing", path, k)
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for _, x := range v {
			fits(t, path+"[]", root, items, x)
		}
	}
	got := map[bool]string{}
	switch value.(type) {
	case map[string]any:
		got[true] = "object"
	case []any:
		got[true] = "array"
	case string:
		got[true] = "string"
	case float64:
		got[true] = "integer"
	case bool:
		got[true] = "boolean"
	}
	if got[true] != kind {
		t.Errorf("%s is %T, the schema says %s", path, value, kind)
	}
}

func TestBadHistoriesAreSaidAndKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, file string)
		want string
	}{
		{"damaged", func(t *testing.T, file string) { write(t, file, strings.Repeat("no database ", 1000)) }, "was damaged"},
		{"from a newer version", func(t *testing.T, file string) {
			db, err := sql.Open("sqlite3", file)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
				t.Fatal(err)
			}
		}, "newer Porchlight"},
		{"a folder", func(t *testing.T, file string) {
			_ = os.Remove(file)
			if err := os.Mkdir(file, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "Move it away"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "history.db")
			command(t, strings.NewReader(""), dir, "devices") // makes one
			tt.make(t, file)
			before := content(t, file)
			status, _, errOut := command(t, strings.NewReader(""), dir, "devices")
			if status != ExitCannot || !strings.Contains(errOut, tt.want) || strings.Count(strings.TrimSpace(errOut), "\n") > 0 {
				t.Errorf("got status %d and %q", status, errOut)
			}
			kept := false
			all, _ := filepath.Glob(file + "*")
			for _, f := range all {
				kept = kept || bytes.Equal(content(t, f), before)
			}
			if !kept {
				t.Errorf("the old file is gone: %v", all)
			}
		})
	}
}

func write(t *testing.T, file, s string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		return nil // a folder
	}
	return b
}

func TestTwoRoundsAtOnceAreRefused(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("loopback has one address only")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, says := io.Pipe()
	defer func() { _ = says.Close() }()
	first := Terminal{In: strings.NewReader(""), Out: io.Discard, Err: says, Version: "1.2.3"}
	done := make(chan int)
	go func() { done <- first.Run(ctx, []string{"--data", dir, "scan", "--demo"}) }()
	if _, err := said.Read(make([]byte, 100)); err != nil { // it is looking around
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	status, _, errOut := command(t, strings.NewReader(""), dir, "scan", "--demo")
	if status != ExitCannot || !strings.Contains(errOut, "Another ") {
		t.Errorf("a second round at the same time: got status %d and %q", status, errOut)
	}
	cancel()
	start := time.Now()
	if status := <-done; status == ExitUsage || time.Since(start) > 2*time.Second {
		t.Errorf("the first round ended with %d, %v after it was stopped", status, time.Since(start))
	}
}

func TestRecordedAnswersAreIdentifiedLineByLine(t *testing.T) {
	in := strings.Join([]string{
		`{"id": "1", "observations": {"upnp_xml": "<root><device><manufacturer>Sonos, Inc.</manufacturer><modelName>Sonos One</modelName></device></root>"}}`,
		`nonsense`,
		``,
		`{"id": "2", "observations": {"http": [{"port": 80, "status": 401, "headers": {"Server": "x"}, "realm": "TP-LINK Wireless N Router WR841N"}]}, "expect": {"vendor": "ignored"}}`,
		`{"id": "3"}`,
		`[1]`,
		`{"id": "4", "observations": {"mdns": [{"service": "_ipp._tcp", "instance": "x", "host": "x.local", "txt": {"ty": "Brother HL-L2350DW series"}}]}}`,
	}, "\n")
	status, out, _ := command(t, strings.NewReader(in), t.TempDir(), "identify", "--explain")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != ExitDone || len(lines) != 6 {
		t.Fatalf("got status %d and %d lines:\n%s", status, len(lines), out)
	}
	for i, want := range []string{
		`"vendor":"Sonos","kind":"speaker","model":"Sonos One"`, `{"id":"","error":`, `"vendor":"TP-Link","kind":"router","model":"WR841N"`,
		`"error":`, `"error":`, `"vendor":"Brother","kind":"printer","model":"HL-L2350DW"`,
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d: got %s, want %s in it", i+1, lines[i], want)
		}
	}
	long := `{"id": "` + strings.Repeat("x", recorded.MaxLine) + `"}` + "\n" + `{"id": "5", "observations": {}}`
	_, out, _ = command(t, strings.NewReader(long), t.TempDir(), "identify")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 2 || !strings.Contains(lines[0], `"error"`) || !strings.Contains(lines[1], `"5"`) {
		t.Errorf("a long line: got %s", out)
	}
}
