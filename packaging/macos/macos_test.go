// Package macos has the parts of the app for macOS. Most of it only a Mac can try; this is what can be checked anywhere.
package macos

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plist reads the one dictionary of a property list: each key with the texts of its value.
func plist(t *testing.T, name string) map[string][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	values := map[string][]string{}
	key := ""
	d := xml.NewDecoder(f)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return values
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "plist", "dict", "array":
		case "key", "string", "true", "false":
			var text string
			if err := d.DecodeElement(&text, &e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e.Name.Local {
			case "key":
				if key = text; values[key] != nil {
					t.Errorf("%s has %s twice", name, key)
				}
				values[key] = []string{}
			case "string":
				values[key] = append(values[key], text)
			default:
				values[key] = append(values[key], e.Name.Local)
			}
		default:
			t.Errorf("%s has an element %s", name, e.Name.Local)
		}
	}
}

func TestMacInfoIsWhole(t *testing.T) {
	info := plist(t, "Info.plist")
	for key, want := range map[string]string{
		"CFBundleExecutable": "porchlight", "CFBundleIdentifier": "app.porchlight.Porchlight", "CFBundleIconFile": "Porchlight.icns",
		"CFBundleShortVersionString": "@VERSION@", "CFBundleVersion": "@BUILD@", "CFBundlePackageType": "APPL",
		"LSMinimumSystemVersion": "12.0", // what Go 1.26 needs
	} {
		if got := info[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestMacAsksForTheNetworkInEveryLanguage(t *testing.T) {
	info := plist(t, "Info.plist")
	files, err := filepath.Glob("../../assets/lang/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no languages", err)
	}
	line := regexp.MustCompile(`(?m)^NSLocalNetworkUsageDescription = "([^"]+)";$`)
	for _, f := range files {
		l := strings.TrimSuffix(filepath.Base(f), ".json")
		b, err := os.ReadFile(filepath.Join("lang", l+".lproj", "InfoPlist.strings"))
		if err != nil {
			t.Error(err)
			continue
		}
		m := line.FindSubmatch(b)
		if m == nil {
			t.Errorf("%s: no words", l)
		} else if l == "en" && !slices.Equal(info["NSLocalNetworkUsageDescription"], []string{string(m[1])}) {
			t.Error("the English words differ from those in Info.plist")
		}
		if !slices.Contains(info["CFBundleLocalizations"], l) {
			t.Errorf("%s is not in CFBundleLocalizations", l)
		}
	}
}

func TestMacAppHasNoExceptionsFromTheHardenedRuntime(t *testing.T) {
	if got := plist(t, "entitlements.plist"); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}
