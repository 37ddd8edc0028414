package makers

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"porchlight/discovery"
)

func TestMenusAreOfTheRightProducts(t *testing.T) {
	c, err := load(fstest.MapFS{
		"a.toml": {Data: []byte("name = \"X\"\n[[menu]]\nkinds = [\"router\"]\nsource = \"a\"\n[menu.places]\npassword = \"Advanced > Password\"\n")},
		"b.toml": {Data: []byte("name = \"X\"\n[[menu]]\nsource = \"a\"\n[menu.places]\nupdate = \"Update\"\n" +
			"[[menu]]\nkinds = [\"camera\"]\nsource = \"a\"\n[menu.places]\npassword = \"Users\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		vendor string
		kind   discovery.Kind
		place  Place
		want   string
	}{
		{"X", discovery.KindRouter, PlacePassword, "Advanced > Password"},
		{"X", discovery.KindCamera, PlacePassword, "Users"},
		{"X", discovery.KindTV, PlacePassword, ""},
		{"X", discovery.KindTV, PlaceUpdate, "Update"},
		{"X", discovery.KindUnknown, PlacePassword, ""},
		{"X", discovery.KindRouter, PlaceWiFi, ""},
		{"X", discovery.KindRouter, "", ""},
		{"Y", discovery.KindRouter, PlaceUpdate, ""},
		{"", discovery.KindRouter, PlaceUpdate, ""},
	} {
		got := c.Guide(&discovery.Device{Vendor: tt.vendor, Kind: tt.kind}).Paths[tt.place]
		if want := (Path{Path: tt.want}); got != want {
			t.Errorf("%s %q %s: got %q, want %q", tt.vendor, tt.kind, tt.place, got, want)
		}
	}
}

// lines is a maker with two lines of routers, of which some have pages of before, and one has an app.
const lines = `
name = "X"
[[menu]]
kinds = ["router"]
source = "a"
[menu.places]
password = "New > Password"
wifi = "New > Wi-Fi"
reset = "System > Reset"
[[menu]]
kinds = ["router"]
families = ["green"]
models = ["WR##N"]
older = true
source = "a"
[menu.places]
password = "Old > Password"
upnp = "Old > UPnP"
reset = "System > Reset"
[[menu]]
kinds = ["router"]
models = ["C7"]
except = ["5"]
older = true
source = "a"
[menu.places]
password = "Old > Password"
upnp = "Old > UPnP"
[[menu]]
kinds = ["router"]
models = ["C7"]
revisions = ["5"]
source = "a"
[menu.places]
password = "Blue > Password"
[[menu]]
kinds = ["router"]
models = ["Mesh 1"]
app = "Mesh"
source = "a"
[menu.places]
wifi = "Network > Wi-Fi"
[[menu]]
kinds = ["nas"]
source = "a"
[menu.places]
password = "Users and groups"
[[menu]]
kinds = ["nas"]
models = ["D1"]
revisions = ["A"]
older = true
source = "a"
[menu.places]
password = "Names"
[[menu]]
kinds = ["nas"]
firmware = '^(?:OS )?[1-6]\.'
older = true
source = "a"
[menu.places]
password = "Users"
`

func TestMenusAreThoseOfTheProductLine(t *testing.T) {
	c, err := load(fstest.MapFS{"x.toml": {Data: []byte(lines)}})
	if err != nil {
		t.Fatal(err)
	}
	router, nas := discovery.KindRouter, discovery.KindNAS
	for _, tt := range []struct {
		name   string
		device discovery.Device
		place  Place
		want   Path
		app    string
	}{
		{"an old model", discovery.Device{Kind: router, Model: "WR41N"}, PlacePassword, Path{Path: "Old > Password"}, ""},
		{"an old model of a region and revision", discovery.Device{Kind: router, Model: "X WR41N(EU) V3"}, PlacePassword, Path{Path: "Old > Password"}, ""},
		{"an old family", discovery.Device{Kind: router, Family: "green"}, PlacePassword, Path{Path: "Old > Password"}, ""},
		{"an old model has nothing of the new pages", discovery.Device{Kind: router, Model: "WR41N"}, PlaceWiFi, Path{}, ""},
		{"not a longer name", discovery.Device{Kind: router, Model: "WR410N"}, PlacePassword, Path{Path: "New > Password"}, ""},
		{"a new revision", discovery.Device{Kind: router, Model: "C7 v5"}, PlacePassword, Path{Path: "Blue > Password"}, ""},
		{"a new revision has nothing of the old pages", discovery.Device{Kind: router, Model: "C7 v5"}, PlaceUPnP, Path{}, ""},
		{"no revision", discovery.Device{Kind: router, Model: "C7"}, PlacePassword, Path{Path: "Blue > Password", Older: "Old > Password"}, ""},
		{"no revision, and only old ones are named", discovery.Device{Kind: nas, Model: "D1"}, PlacePassword, Path{Path: "Users and groups", Older: "Names"}, ""},
		{"no model", discovery.Device{Kind: router}, PlacePassword, Path{Path: "New > Password", Older: "Old > Password"}, ""},
		{"no model, the old ones had it only", discovery.Device{Kind: router}, PlaceUPnP, Path{Path: "Old > UPnP"}, ""},
		{"no model, all have it there", discovery.Device{Kind: router}, PlaceReset, Path{Path: "System > Reset"}, ""},
		{"an app", discovery.Device{Kind: router, Model: "Mesh-1"}, PlaceWiFi, Path{Path: "Network > Wi-Fi"}, "Mesh"},
		{"an app has no pages", discovery.Device{Kind: router, Model: "Mesh-1"}, PlacePassword, Path{}, "Mesh"},
		{"an old version", discovery.Device{Kind: nas, Model: "D2", Firmware: "OS 6.2"}, PlacePassword, Path{Path: "Users"}, ""},
		{"a new version", discovery.Device{Kind: nas, Model: "D2", Firmware: "OS 7.2"}, PlacePassword, Path{Path: "Users and groups"}, ""},
		{"no version", discovery.Device{Kind: nas, Model: "D2"}, PlacePassword, Path{Path: "Users and groups", Older: "Users"}, ""},
	} {
		tt.device.Vendor = "X"
		g := c.Guide(&tt.device)
		if got := g.Paths[tt.place]; got != tt.want || g.App != tt.app {
			t.Errorf("%s: got %q in app %q, want %q in %q", tt.name, got, g.App, tt.want, tt.app)
		}
	}
}

func TestAWrongMenuIsNamed(t *testing.T) {
	const password = "[menu.places]\npassword = \"A\"\n"
	for name, menu := range map[string]string{
		"no such place": "source = \"a\"\n[menu.places]\nkitchen = \"Cupboard\"\n",
		"no path":       "source = \"a\"\n[menu.places]\npassword = \"\"\n",
		"two lines":     "source = \"a\"\n[menu.places]\npassword = \"A\\nB\"\n",
		"no such kind":  "source = \"a\"\nkinds = [\"toaster\"]\n" + password,
		"no source":     password,
		"no places":     "source = \"a\"\n",
		"older than":    "source = \"a\"\nolder = true\n" + password,
		"revision of":   "source = \"a\"\nrevisions = [\"1\"]\n" + password,
		"no pattern":    "source = \"a\"\nfirmware = '('\n" + password,
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte("name = \"X\"\n[[menu]]\n" + menu)}})
		if err == nil || !strings.Contains(err.Error(), "x.toml") || !strings.Contains(err.Error(), "menu 1") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// biggest are the makers whose products stand in most homes, by what was read of attacks, factory logins and
// devices, with the places that their menus have to name.
var biggest = []struct {
	kind   discovery.Kind
	makers []string
	places []Place
}{
	{
		discovery.KindRouter,
		[]string{"TP-Link", "Netgear", "ASUS", "D-Link", "Linksys", "Zyxel", "AVM", "MikroTik", "Huawei", "ZTE", "Xiaomi", "Tenda", "Ubiquiti", "DrayTek"},
		[]Place{PlacePassword, PlaceUpdate, PlaceRemote, PlaceUPnP, PlaceWiFi, PlacePorts, PlaceDNS, PlaceReset},
	},
	{discovery.KindCamera, []string{"Hikvision", "Dahua", "Reolink", "Axis"}, []Place{PlacePassword, PlaceUpdate, PlaceStream, PlaceUPnP, PlaceReset}},
	{discovery.KindNAS, []string{"Synology", "QNAP"}, []Place{PlacePassword, PlaceUpdate, PlaceServices, PlaceSharing, PlaceUPnP, PlaceReset}},
	{discovery.KindPrinter, []string{"HP", "Brother", "Canon", "Epson"}, []Place{PlacePassword, PlaceUpdate, PlaceServices, PlaceWiFi, PlaceReset}},
}

// hasNo are places that products of a maker do not have.
var hasNo = map[string][]Place{"Xiaomi": {PlaceRemote}}

func TestTheBiggestMakersHaveMenus(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range biggest {
		for _, vendor := range b.makers {
			g := c.Guide(&discovery.Device{Vendor: vendor, Kind: b.kind})
			for _, place := range b.places {
				if g.Paths[place].Path == "" && !slices.Contains(hasNo[vendor], place) {
					t.Errorf("%s, %s: nobody says where %s is", vendor, b.kind, place)
				}
			}
		}
	}
}

func TestMenusAreWrittenAlike(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	families := map[string]bool{}
	for _, m := range c.Makers {
		for _, s := range m.Signs {
			families[s.Family] = true
		}
		for _, menu := range m.Menus {
			if slices.ContainsFunc(menu.Families, func(f string) bool { return !families[f] }) {
				t.Errorf("%s: no sign gives one of the families %q", m.File, menu.Families)
			}
			for place, path := range menu.Places {
				parts := strings.Split(path, " > ")
				if strings.ContainsAny(path, "→»{}") || slices.ContainsFunc(parts, func(p string) bool { return p != strings.TrimSpace(p) || p == "" || strings.Contains(p, ">") }) {
					t.Errorf("%s: %s is not written with > between its parts: %q", m.File, place, path)
				}
			}
		}
	}
}

func TestOldProductsGetTheirOwnMenus(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	router, nas, camera := discovery.KindRouter, discovery.KindNAS, discovery.KindCamera
	for _, tt := range []struct {
		device discovery.Device
		place  Place
		want   Path
	}{
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "TL-WR841N v8"}, PlacePassword, Path{Path: "System Tools > Password"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "TL-WR741ND"}, PlaceUPnP, Path{Path: "Forwarding > UPnP"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Family: "tplink-green"}, PlaceRemote, Path{Path: "Security > Remote Management"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "Archer C7(EU) V2"}, PlacePassword, Path{Path: "System Tools > Password"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "Archer C7 v5"}, PlacePassword, Path{Path: "Advanced > System Tools > Administration"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "Archer C7"}, PlacePassword, Path{Path: "Advanced > System Tools > Administration", Older: "System Tools > Password"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router, Model: "Archer AX55"}, PlacePassword, Path{Path: "Advanced > System > Administration"}},
		{discovery.Device{Vendor: "TP-Link", Kind: router}, PlacePassword, Path{Path: "Advanced > System > Administration", Older: "System Tools > Password"}},
		{discovery.Device{Vendor: "Netgear", Kind: router, Model: "WGR614v9"}, PlacePassword, Path{Path: "Maintenance > Set Password"}},
		{discovery.Device{Vendor: "Netgear", Kind: router, Model: "R7000"}, PlacePassword, Path{Path: "ADVANCED > Administration > Set Password"}},
		{discovery.Device{Vendor: "D-Link", Kind: router, Model: "DIR-655"}, PlacePassword, Path{Path: "TOOLS > ADMIN"}},
		{discovery.Device{Vendor: "D-Link", Kind: router, Model: "DIR-882"}, PlacePassword, Path{Path: "Management > Admin"}},
		{discovery.Device{Vendor: "Linksys", Kind: router, Model: "WRT54GL"}, PlacePassword, Path{Path: "Administration > Management"}},
		{discovery.Device{Vendor: "Linksys", Kind: router, Model: "E1200"}, PlaceUpdate, Path{Path: "Administration > Firmware Upgrade"}},
		{discovery.Device{Vendor: "Synology", Kind: nas, Firmware: "DSM 6.2.4-25556"}, PlacePassword, Path{Path: "Control Panel > User"}},
		{discovery.Device{Vendor: "Synology", Kind: nas, Firmware: "DSM 7.2.2-72806"}, PlacePassword, Path{Path: "Control Panel > User & Group"}},
		{discovery.Device{Vendor: "Hikvision", Kind: camera, Firmware: "V5.2.5 build 141201"}, PlacePassword, Path{Path: "Configuration > Advanced Configuration > Security > User"}},
		{discovery.Device{Vendor: "Axis", Kind: camera, Firmware: "5.51.5"}, PlacePassword, Path{Path: "Setup > System Options > Security > Users"}},
	} {
		if got := c.Guide(&tt.device).Paths[tt.place]; got != tt.want {
			t.Errorf("%s %s %s %s: got %+v, want %+v", tt.device.Vendor, tt.device.Model, tt.device.Firmware, tt.place, got, tt.want)
		}
	}
}
