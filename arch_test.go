package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers is the map of ARCHITECTURE.md: for each folder with Go code, the folders of ours
// whose packages it imports. What is not here is forbidden, and what is here is used. Tests
// may import more.
//
// The nouns (discovery, checks) stand at the bottom; a leaf (one source, one check) never
// imports another; only the lists (sources, all) import leaves.
var layers = map[string][]string{
	".": {"ui", "ui/program", "ui/system", "ui/terminal"},

	"discovery":           {},
	"discovery/lan":       {"discovery"},
	"discovery/mdns":      {"discovery", "discovery/lan"},
	"discovery/neighbors": {"discovery", "discovery/lan"},
	"discovery/ports":     {"discovery", "discovery/fields", "discovery/lan"},
	"discovery/ssdp":      {"discovery", "discovery/lan"},
	"discovery/identify":  {"assets/makers", "assets/oui", "discovery"},
	"discovery/scan":      {"assets/makers", "discovery", "discovery/identify"},
	"discovery/sources": {
		"assets/makers", "discovery", "discovery/ipp", "discovery/lan", "discovery/mdns", "discovery/names", "discovery/neighbors", "discovery/netbios",
		"discovery/ports", "discovery/questions", "discovery/snmp", "discovery/ssdp", "discovery/vendorudp", "discovery/wsd",
	},
	"discovery/ipp":       {"discovery", "discovery/lan"},
	"discovery/names":     {"discovery", "discovery/lan"},
	"discovery/netbios":   {"discovery", "discovery/lan"},
	"discovery/questions": {"assets/makers", "discovery", "discovery/fields", "discovery/identify", "discovery/lan"},
	"discovery/snmp":      {"discovery", "discovery/lan"},
	"discovery/vendorudp": {"discovery", "discovery/fields", "discovery/lan"},
	"discovery/wsd":       {"discovery", "discovery/lan"},
	// It turns recorded answers into facts with the parsers of the sources.
	"discovery/fields":   {"discovery"},
	"discovery/recorded": {"assets/makers", "discovery", "discovery/fields", "discovery/identify", "discovery/mdns", "discovery/ports", "discovery/ssdp"},
	"discovery/testhome": {},

	"checks":              {"discovery"},
	"checks/defaultlogin": {"assets/makers", "checks", "discovery", "discovery/fields", "discovery/lan"},
	// It weighs what sources of news said.
	"checks/firmware": {"assets/makers", "checks", "checks/news", "checks/versions", "discovery"},
	// It reads the list of doors where discovery/ssdp found the router's description: one name of a fact.
	"checks/portforward": {"checks", "discovery", "discovery/lan", "discovery/ssdp"},
	"checks/upnp":        {"checks", "discovery", "discovery/lan", "discovery/ssdp"},
	"checks/wps":         {"checks", "discovery", "discovery/ssdp"},
	"checks/plainlogin":  {"checks", "discovery"},
	"checks/certificate": {"checks", "discovery"},
	"checks/newdevice":   {"checks", "discovery"},
	"checks/wifi":        {"checks", "discovery"},
	"checks/resolver":    {"checks", "discovery"},
	"checks/doh":         {"discovery/lan"},
	"checks/news":        {"discovery", "discovery/lan"},
	"checks/dhcp":        {"checks", "discovery"},
	// What discovery takes for telnet, and how it asks by SNMP, these take over.
	"checks/telnet":    {"checks", "discovery", "discovery/ports"},
	"checks/snmp":      {"checks", "discovery", "discovery/lan", "discovery/snmp"},
	"checks/adb":       {"checks", "discovery"},
	"checks/camera":    {"assets/makers", "checks", "discovery", "discovery/lan"},
	"checks/openadmin": {"assets/makers", "checks", "discovery", "discovery/fields", "discovery/lan"},
	"checks/ftp":       {"checks", "discovery"},
	"checks/mqtt":      {"checks", "discovery", "discovery/lan"},
	"checks/rawprint":  {"checks", "discovery"},
	"checks/smb":       {"checks", "discovery"},
	"checks/ssh":       {"checks", "discovery"},
	"checks/vnc":       {"checks", "discovery"},
	"checks/all": {
		"assets/makers", "checks", "checks/adb", "checks/camera", "checks/certificate", "checks/defaultlogin", "checks/dhcp",
		"checks/firmware", "checks/ftp", "checks/mqtt", "checks/newdevice", "checks/news", "checks/openadmin", "checks/plainlogin", "checks/portforward",
		"checks/rawprint", "checks/resolver", "checks/smb", "checks/snmp", "checks/ssh", "checks/telnet", "checks/upnp", "checks/vnc",
		"checks/wifi", "checks/wps",
	},
	"checks/rounds": {"assets/makers", "assets/oui", "checks", "checks/way", "discovery", "discovery/lan", "discovery/scan"},
	"checks/way":    {"checks", "discovery/lan"},
	// Any check may weigh versions: it knows no other package.
	"checks/versions": {},

	"store": {"checks", "checks/news", "checks/rounds", "discovery"},

	"assets/oui":          {"discovery"},
	"packaging/oui":       {"discovery"},
	"packaging/knowledge": {"assets/makers", "discovery"},
	"packaging/sign":      {"checks/news"},
	"packaging/corpus":    {},
	"packaging/icon":      {"assets"},
	"packaging/macos":     {},
	"assets":              {},
	"assets/makers":       {"discovery"},
	"assets/text":         {"assets", "assets/makers", "checks", "discovery"},

	"ui":       {"assets", "assets/text", "checks", "checks/firmware", "checks/news", "checks/rounds", "discovery", "ui/elsewhere", "ui/parts", "ui/report", "ui/report/paper"},
	"ui/parts": {"assets", "checks", "discovery"},
	"ui/program": {
		"assets/makers", "assets/text", "checks", "checks/all", "checks/defaultlogin", "checks/doh", "checks/firmware", "checks/news", "checks/rounds", "checks/versions", "discovery", "discovery/lan",
		"discovery/sources", "discovery/testhome", "store", "ui/elsewhere", "ui/report", "ui/report/paper", "ui/system",
	},
	// It speaks to a place of the user's own, not to the home.
	"ui/elsewhere":    {"assets/text", "checks", "checks/rounds", "discovery", "ui/report"},
	"ui/report":       {"assets", "assets/makers", "assets/text", "checks", "checks/firmware", "checks/rounds", "discovery", "ui/report/paper"},
	"ui/report/paper": {"assets"},
	"ui/terminal": {
		"assets/makers", "assets/text", "checks", "checks/firmware", "checks/news", "checks/rounds", "discovery", "discovery/lan", "discovery/recorded", "ui/elsewhere", "ui/program",
		"ui/report", "ui/report/paper", "ui/system", "ui/watch",
	},
	"ui/journey": {}, // tests of the whole program
	// What the operating system offers knows nothing of homes.
	"ui/system":            {"discovery"},
	"ui/system/systemtest": {}, // for tests alone
	"ui/watch":             {"assets/text", "checks", "checks/rounds", "discovery", "ui/report", "ui/system"},
}

// dependencies says which folders use which module of others. Each has a line with its reason in
// ARCHITECTURE.md.
var dependencies = map[string][]string{
	"fyne.io/fyne/v2":                  {".", "ui", "ui/parts"},
	"fyne.io/systray":                  {"ui/system"},
	"filippo.io/age":                   {"store"},
	"github.com/Masterminds/semver/v3": {"checks/versions"},
	"github.com/OpenPrinting/goipp":    {"discovery/ipp"},
	"github.com/fyne-io/oksvg":         {"packaging/icon"},
	"github.com/srwiley/rasterx":       {"packaging/icon"},
	"golang.org/x/image":               {"packaging/icon", "ui/report/paper"},
	"github.com/gosnmp/gosnmp":         {"checks/defaultlogin", "discovery/snmp"},
	"github.com/pelletier/go-toml/v2":  {"assets/makers"},
	"github.com/adrg/xdg":              {"ui/program"},
	"github.com/alecthomas/kong":       {"ui/terminal"},
	"github.com/carlos7ags/folio":      {"ui/report/paper"},
	"github.com/godbus/dbus/v5":        {"ui/system"},
	"github.com/gofrs/flock":           {"store", "ui/system"},
	"github.com/grandcat/zeroconf":     {"discovery/mdns"},
	"github.com/huin/goupnp":           {"checks/portforward", "discovery/ssdp"},
	"github.com/icholy/digest":         {"checks/defaultlogin"},
	"github.com/jeandeaual/go-locale":  {"."},
	"github.com/jsimonetti/rtnetlink":  {"discovery/lan"},
	"github.com/mdlayher/genetlink":    {"discovery/lan"},
	"github.com/mdlayher/netlink":      {"discovery/lan"},
	"github.com/mattn/go-sqlite3":      {"store"},
	"github.com/miekg/dns":             {"discovery/mdns", "discovery/testhome"},
	"github.com/nicksnyder/go-i18n/v2": {"assets/text"},
	"github.com/pressly/goose/v3":      {"store"},
	"golang.org/x/crypto":              {"checks/defaultlogin"},
	"golang.org/x/net":                 {"checks/portforward", "checks/resolver", "discovery/fields", "discovery/lan", "discovery/names", "discovery/ssdp", "discovery/testhome", "discovery/wsd"},
	"golang.org/x/sys":                 {".", "discovery/lan", "discovery/testhome", "ui/system"},
	"golang.org/x/term":                {"."},
	"golang.org/x/text":                {"assets/text", "ui/report/paper"},
	"golang.org/x/time":                {"discovery/lan"},
}

// testDependencies are modules that only tests use.
var testDependencies = []string{"github.com/google/go-cmp"}

// rare are packages of the standard library that few may use.
var rare = map[string][]string{
	"database/sql": {"store"},
	"os/exec":      {"discovery/testhome", "packaging/corpus", "ui/system", "ui/system/systemtest"}, // tests start themselves anew in a network of their own, and a bus; packaging/corpus runs tests; ui/system starts this program, what shows notes, and what tells of the Wi-Fi
	"plugin":       {},
	"unsafe":       {"discovery/lan", "ui/system"}, // the tables of Windows, and its battery
}

// notSources are the folders below discovery that find no devices.
var notSources = []string{"fields", "identify", "lan", "recorded", "scan", "sources", "testhome"}

// notChecks are the folders below checks that look for no weakness.
var notChecks = []string{"all", "doh", "news", "rounds", "versions", "way"}

// topFolders are all folders that the project has at the top; hidden ones do not count.
var topFolders = []string{"assets", "checks", "discovery", "packaging", "store", "ui"}

const module = "porchlight"

// A folder is one package with its tests.
type folder struct {
	code, tests []*ast.File
	hasParser   bool // there is a parse.go
}

// imports lists what files import, each once: the project's own packages by their folder.
func imports(files []*ast.File) (ours, others []string) {
	for _, f := range files {
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the compiler says it
			}
			if dir, ok := strings.CutPrefix(p, module+"/"); ok {
				ours = append(ours, dir)
			} else {
				others = append(others, p)
			}
		}
	}
	slices.Sort(ours)
	slices.Sort(others)
	return slices.Compact(ours), slices.Compact(others)
}

// project reads all Go files, whatever system they are for, down to their imports and
// declarations.
func project(t *testing.T) map[string]*folder {
	t.Helper()
	all := map[string]*folder{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		file, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(p))
		if all[dir] == nil {
			all[dir] = &folder{}
		}
		f := all[dir]
		f.hasParser = f.hasParser || name == "parse.go"
		if strings.HasSuffix(name, "_test.go") {
			f.tests = append(f.tests, file)
		} else {
			f.code = append(f.code, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestArchPackagesImportWhatTheMapSays(t *testing.T) {
	all := project(t)
	for dir, f := range all {
		allowed, ok := layers[dir]
		if !ok {
			t.Errorf("%s is not in layers: add a line that says what it may import", dir)
			continue
		}
		got, _ := imports(f.code)
		for _, dep := range got {
			if !slices.Contains(allowed, dep) {
				t.Errorf("%s must not import %s", dir, dep)
			}
		}
		for _, dep := range allowed {
			if !slices.Contains(got, dep) {
				t.Errorf("layers lets %s import %s, which it does not: take it out", dir, dep)
			}
		}
	}
	for dir := range layers {
		if all[dir] == nil {
			t.Errorf("layers has %s, where no Go code is", dir)
		}
	}
}

func TestArchSimulatedDevicesAreForTestsAndThePracticeHome(t *testing.T) {
	for dir, allowed := range layers {
		if dir != "ui/program" && slices.Contains(allowed, "discovery/testhome") {
			t.Errorf("layers lets %s import discovery/testhome: its devices are simulated", dir)
		}
	}
}

func TestArchDependenciesStayInTheirPlaces(t *testing.T) {
	places := maps.Clone(dependencies)
	maps.Copy(places, rare)
	used := map[string][]string{}
	for dir, f := range project(t) {
		_, others := imports(f.code)
		for _, p := range others {
			dep, ok := within(p, places)
			if !ok {
				if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") {
					t.Errorf("%s imports %s, which is not in dependencies: add it, and its reason to ARCHITECTURE.md", dir, p)
				}
				continue
			}
			used[dep] = append(used[dep], dir)
			if !slices.Contains(places[dep], dir) {
				t.Errorf("%s must not import %s", dir, p)
			}
		}
		_, others = imports(f.tests)
		for _, p := range others {
			first, _, _ := strings.Cut(p, "/")
			_, ok := within(p, places)
			if !ok && strings.Contains(first, ".") && !slices.ContainsFunc(testDependencies, func(m string) bool { return below(p, m) }) {
				t.Errorf("tests of %s import %s, which is not in dependencies or testDependencies", dir, p)
			}
		}
	}
	for dep, dirs := range places {
		for _, dir := range dirs {
			if !slices.Contains(used[dep], dir) {
				t.Errorf("%s is said to import %s, which it does not: take it out", dir, dep)
			}
		}
	}
}

// within finds the module or package of places that p belongs to.
func within(p string, places map[string][]string) (string, bool) {
	for dep := range places {
		if below(p, dep) {
			return dep, true
		}
	}
	return "", false
}

func below(p, parent string) bool { return p == parent || strings.HasPrefix(p, parent+"/") }

func TestArchEveryDependencyHasItsReason(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range append(slices.Sorted(maps.Keys(dependencies)), testDependencies...) {
		if !strings.Contains(string(text), "`"+dep+"`") {
			t.Errorf("ARCHITECTURE.md does not say why we use `%s`", dep)
		}
	}
}

func TestArchDependenciesAreDirect(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range append(slices.Sorted(maps.Keys(dependencies)), testDependencies...) {
		line := ""
		for l := range strings.Lines(string(text)) {
			if strings.HasPrefix(strings.TrimSpace(l), dep+" v") {
				line = l
			}
		}
		if line == "" || strings.Contains(line, "// indirect") {
			t.Errorf("go.mod does not list %s as our own: run make tidy", dep)
		}
	}
}

func TestArchTheMapIsWrittenDown(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for dir := range layers {
		if dir != "." && !strings.Contains(string(text), "`"+dir+"`") {
			t.Errorf("the map in ARCHITECTURE.md lacks `%s`", dir)
		}
	}
}

func TestArchNoLeafIsForgotten(t *testing.T) {
	all := project(t)
	for _, list := range []struct {
		parent, list string
		not          []string
	}{
		{"discovery", "discovery/sources", notSources},
		{"checks", "checks/all", notChecks},
	} {
		if all[list.list] == nil {
			t.Errorf("%s is missing", list.list)
			continue
		}
		listed, _ := imports(all[list.list].code)
		for dir := range all {
			if path.Dir(dir) == list.parent && !slices.Contains(list.not, path.Base(dir)) && !slices.Contains(listed, dir) {
				t.Errorf("%s is not in %s", dir, list.list)
			}
		}
	}
}

func TestArchEveryParserIsFuzzed(t *testing.T) {
	for dir, f := range project(t) {
		if f.hasParser && !slices.ContainsFunc(f.tests, fuzzes) {
			t.Errorf("%s has a parse.go but no Fuzz test", dir)
		}
	}
}

func fuzzes(f *ast.File) bool {
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz")
	})
}

func TestArchEachPackageHasOneComment(t *testing.T) {
	for dir, f := range project(t) {
		n := 0
		for _, file := range f.code {
			if file.Doc != nil {
				n++
			}
		}
		if n != 1 && len(f.code) > 0 {
			t.Errorf("%s has %d package comments, want 1", dir, n)
		}
	}
}

func TestArchTopFoldersAreTheKnownOnes(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "dist" { // what packaging made
			got = append(got, e.Name())
		}
	}
	for _, name := range got {
		if !slices.Contains(topFolders, name) {
			t.Errorf("there is a folder %s at the top: put what is in it where it belongs", name)
		}
	}
	for _, name := range topFolders {
		if !slices.Contains(got, name) {
			t.Errorf("there is no folder %s", name)
		}
	}
}
