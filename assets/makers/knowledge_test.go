package makers

import (
	"strings"
	"testing"
	"testing/fstest"

	"porchlight/discovery"
)

const goodFirmware = `name = "X"
scheme = "dotted"
[[firmware]]
models = ["A1"]
safe = "1.2"
newest = "1.3"
newest_date = "2026-01"
holes = { "CVE-2020-1234" = "2021-01-02" }
source = "CISA"
date = "2026-08-21"
`

const goodSupport = `name = "X"
scheme = "dotted"
[[support]]
models = ["A1"]
ends = "2027-01"
source = "its maker"
date = "2026-08-21"
`

func TestABrokenRowOfKnowledgeIsNamed(t *testing.T) {
	t.Parallel()
	revision := "name = \"X\"\n[[revision]]\nfact = \"http.title\"\npattern = ' (?P<revision>[0-9]+)$'\nsource = \"its maker\"\n"
	about := "name = \"X\"\n[maker]\nsecurity = \"https://example.com/\"\nsource = \"its maker\"\n"
	for _, good := range []string{goodFirmware, goodSupport, revision, about} {
		if _, err := load(fstest.MapFS{"x.toml": {Data: []byte(good)}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ name, in, from, to, want string }{
		{"no product", goodFirmware, `models = ["A1"]`, "", "firmware 1"},
		{"two ways to name a product", goodFirmware, `models = ["A1"]`, `models = ["A1"]` + "\nfamily = \"x\"", "firmware 1"},
		{"a kind is never sure", goodFirmware, `models = ["A1"]`, "kinds = [\"camera\"]\nsure = true", "nothing is sure"},
		{"no such kind", goodFirmware, `models = ["A1"]`, `kinds = ["toaster"]`, "toaster"},
		{"a revision of a product line", goodFirmware, `models = ["A1"]`, "family = \"x\"\nrevisions = [\"2\"]", "revision"},
		{"no maker", goodFirmware, `name = "X"`, "", "maker"},
		{"no source", goodFirmware, `source = "CISA"`, "", "source"},
		{"no day", goodFirmware, "2026-08-21", "2026-08", "source"},
		{"an impossible day", goodFirmware, "2026-08-21", "2026-02-30", "source"},
		{"two bounds", goodFirmware, `safe = "1.2"`, "safe = \"1.2\"\nuntil = \"1.1\"", "one of"},
		{"no bound", goodFirmware, `safe = "1.2"`, "", "holes"},
		{"nothing known", goodFirmware, "safe = \"1.2\"\nnewest = \"1.3\"\nnewest_date = \"2026-01\"\nholes = { \"CVE-2020-1234\" = \"2021-01-02\" }", "", "one of"},
		{"a bound of nothing", goodFirmware, `holes = { "CVE-2020-1234" = "2021-01-02" }`, "", "holes"},
		{"not a hole", goodFirmware, "CVE-2020-1234", "CVE-20-1234", "CVE-20-1234"},
		{"not a hole either", goodFirmware, "CVE-2020-1234", "CVE-2020-12a4", "not a hole"},
		{"not a day", goodFirmware, "2021-01-02", "January", "January"},
		{"not the day of the newest", goodFirmware, `"2026-01"`, `"soon"`, "soon"},
		{"no newest on that day", goodFirmware, `newest = "1.3"`, "", "newest"},
		{"no scheme", goodFirmware, `scheme = "dotted"`, "", "scheme"},
		{"unknown field", goodFirmware, `safe = `, `fixed = `, "fixed"},
		{"no end", goodSupport, `ends = "2027-01"`, "", "support 1"},
		{"not an end", goodSupport, `"2027-01"`, `"next year"`, "next year"},
		{"nothing still comes", goodSupport, `ends = `, "still = \"flowers\"\nends = ", "flowers"},
		{"support, no source", goodSupport, `source = "its maker"`, "", "source"},
		{"a scheme for nothing", goodSupport, `ends = `, "scheme = \"semver\"\nends = ", "scheme"},
		{"from and no end", goodSupport, `ends = `, "from = \"1\"\nends = ", "scheme"},
		{"versions without a scheme", strings.Replace(goodSupport, `scheme = "dotted"`, "", 1), `ends = `, "below = \"1\"\nends = ", "scheme"},
		{"a revision that nothing gives", revision, "(?P<revision>[0-9]+)", "[0-9]+", "revision 1"},
		{"a revision without a source", revision, `source = "its maker"`, "", "revision 1"},
		{"a bad pattern", revision, "$'", "('", "revision 1"},
		{"not a page", about, "https://example.com/", "http://example.com/", "not a page"},
		{"a page of nobody", about, "https://example.com/", "https:/", "not a page"},
		{"not an address", about, "source", "mail = \"a@example.com?bcc=b@example.com\"\nsource", "not an address"},
		{"two addresses", about, "source", "mail = \"a@example.com,b@example.com\"\nsource", "not an address"},
		{"about, no source", about, `source = "its maker"`, "", "source"},
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte(strings.Replace(tt.in, tt.from, tt.to, 1))}})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "x.toml") {
			t.Errorf("%s: got %v, want something about %q", tt.name, err, tt.want)
		}
	}
}

func TestModelsAreComparedWhole(t *testing.T) {
	t.Parallel()
	row := func(fields string) string {
		return strings.Replace(goodSupport, `models = ["A1"]`, fields, 1)
	}
	device := func(vendor, model string) discovery.Device {
		return discovery.Device{Vendor: vendor, Model: model, Kind: discovery.KindRouter}
	}
	for _, tt := range []struct {
		row   string
		d     discovery.Device
		found bool
		open  string
	}{
		{`models = ["E1000"]`, device("X", "E1000"), true, ""},
		{`models = ["E1000"]`, device("X", "e-1000"), true, ""},
		{`models = ["E1000"]`, device("X", "X E1000"), true, ""},
		{`models = ["E1000"]`, device("Y", "E1000"), false, ""},
		{`models = ["E1000"]`, device("", "E1000"), false, ""},
		{`models = ["E1000"]`, device("X", "E100"), false, ""},
		{`models = ["E1000"]`, device("X", "E10000"), false, ""},
		{`models = ["E100"]`, device("X", "E1000"), false, ""},
		{`models = ["E1000"]`, device("X", ""), false, ""},
		{`models = ["X"]`, device("X", "X"), true, ""},
		{`models = ["RT-AC68U"]`, device("X", "RT-AC68U_B1"), false, ""},
		{`models = ["DIR-823"]`, device("X", "DIR-823X"), false, ""},
		{`models = ["RV320"]`, device("X", "RV320"), true, ""},
		{`models = ["DS-2CD##F"]`, device("X", "DS-2CD32F"), true, ""},
		{`models = ["DS-2CD##F"]`, device("X", "DS-2CD3F"), false, ""},
		{`models = ["DS-2CD##F"]`, device("X", "DS-2CD3XF"), false, ""},
		{`models = ["DS-2CD##F"]`, device("X", "DS-2CD32F-I"), false, ""},
		{`kinds = ["router"]`, device("X", ""), true, ""},
		{`kinds = ["camera"]`, device("X", ""), false, ""},
		{`kinds = ["router"]`, device("Y", ""), false, ""},
		{`family = "f"`, discovery.Device{Family: "f"}, true, ""},
		{`family = "f"`, device("X", "f"), false, ""},
		// Revisions.
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7 v2"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7(EU) V2"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7v2"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7_V2.20"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7"), true, "revision"},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7 v20"), false, ""},
		{"models = [\"C7\"]\nrevisions = [\"2\"]", device("X", "C7 v1"), false, ""},
		{"models = [\"C7\"]\nrevisions = [\"1.2\"]", device("X", "C7 v1.20"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"1.2\"]", device("X", "C7 v1"), true, "revision"},
		{"models = [\"C7\"]\nrevisions = [\"1.2\"]", device("X", "C7 v1.0"), false, ""},
		{"models = [\"C7\"]\nrevisions = [\"1.2\"]", device("X", "C7 v1.1"), false, ""},
		{"models = [\"C7\"]\nrevisions = [\"B\"]", device("X", "C7 rev. B2"), true, ""},
		{"models = [\"C7\"]\nrevisions = [\"B2\"]", device("X", "C7 rev. B1"), false, ""},
		{"models = [\"C7\"]\nexcept = [\"2\"]", device("X", "C7"), true, ""},
		{"models = [\"C7\"]\nexcept = [\"2\"]", device("X", "C7v2"), false, ""},
		{"models = [\"C7\"]\nexcept = [\"2\"]", device("X", "C7v3"), true, ""},
		// Regions.
		{"models = [\"C7\"]\nregions = [\"EU\"]", device("X", "C7(EU)"), true, ""},
		{"models = [\"C7\"]\nregions = [\"EU\"]", device("X", "C7(US)"), false, ""},
		{"models = [\"C7\"]\nregions = [\"EU\"]", device("X", "C7"), true, "region"},
	} {
		c, err := load(fstest.MapFS{"x.toml": {Data: []byte(row(tt.row))}})
		if err != nil {
			t.Fatal(tt.row, err)
		}
		found, open := false, ""
		c.SupportFor(c.HardwareOf(&tt.d), func(_ *Support, fit Fit) { found, open = true, fit.Open })
		if found != tt.found || open != tt.open {
			t.Errorf("%s and %s %s: got %t %q", tt.row, tt.d.Vendor, tt.d.Model, found, open)
		}
	}
}

func TestRevisionsAreReadFromFacts(t *testing.T) {
	t.Parallel()
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		vendor, model, revision string
		facts                   []discovery.Fact
	}{
		{"TP-Link", "TL-WR841N", "14.0", []discovery.Fact{{Key: "ssdp.server", Value: "ipos/7.0 UPnP/1.0 TL-WR841N/14.0"}}},
		{"TP-Link", "Archer C80", "2.20", []discovery.Fact{{Key: "upnp.manufacturer", Value: "TP-Link"}, {Key: "upnp.model_number", Value: "2.20"}}},
		{"TP-Link", "Archer C80", "", []discovery.Fact{{Key: "upnp.manufacturer", Value: "Another"}, {Key: "upnp.model_number", Value: "2.20"}}},
		{"TP-Link", "Archer C7 v5", "5", []discovery.Fact{{Key: "upnp.manufacturer", Value: "TP-Link"}, {Key: "upnp.model_number", Value: "2.20"}}},
		{"D-Link", "DIR-815", "B1", []discovery.Fact{{Key: "http.body", Value: "<HardwareVersion>B1</HardwareVersion>"}}},
		{"D-Link", "DIR-815", "", nil},
		{"Sonos", "DIR-815", "", []discovery.Fact{{Key: "http.body", Value: "<HardwareVersion>B1</HardwareVersion>"}}},
	} {
		d := discovery.Device{Vendor: tt.vendor, Model: tt.model, Facts: tt.facts}
		if got := c.HardwareOf(&d); got.Revision != tt.revision {
			t.Errorf("%s %v: got %+v", tt.model, tt.facts, got)
		}
	}
	if got := c.Excerpts("http.body", "<a><HardwareVersion>B1</HardwareVersion></a>"); len(got) == 0 {
		t.Error("the place of a page that tells the revision is not kept")
	}
}

func TestAllThatIsKnownIsWrittenAsItIsCompared(t *testing.T) {
	t.Parallel()
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	families := map[string]bool{}
	for _, m := range c.Makers {
		for _, s := range m.Signs {
			families[s.Family] = true
		}
	}
	rows, sure := 0, 0
	for _, m := range c.Makers {
		look := func(what string, p *Products, isSure bool) {
			rows++
			if isSure {
				sure++
			}
			if p.Family != "" && !families[p.Family] {
				t.Errorf("%s, %s: no sign gives the family %q", m.File, what, p.Family)
			}
			for _, model := range p.Models {
				if bare, revision, region := splitModel(model); bare != token(model) || revision != "" || region != "" {
					t.Errorf("%s, %s: %q holds a revision or a region, which have their own fields", m.File, what, model)
				}
			}
			for _, r := range append(p.Revisions, p.Except...) {
				if strings.HasPrefix(strings.ToLower(r), "v") || strings.HasSuffix(r, ".0") {
					t.Errorf("%s, %s: revision %q", m.File, what, r)
				}
			}
		}
		for i := range m.Firmware {
			look("firmware", m.Firmware[i].products(), m.Firmware[i].Sure)
		}
		for i := range m.Support {
			look("support", m.Support[i].products(), m.Support[i].Sure)
		}
	}
	if rows < 240 || sure < 60 {
		t.Errorf("%d rows, %d of them sure", rows, sure)
	}
	if a := c.About("TP-Link"); a.Security == "" || a.App == "" {
		t.Errorf("got %+v", a)
	}
}

// The makers that homes have most of tell where updates are or where a hole is reported.
func TestBigMakersCanBeReached(t *testing.T) {
	t.Parallel()
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	reached, mails := 0, 0
	for _, name := range []string{
		"TP-Link", "Netgear", "ASUS", "D-Link", "Linksys", "AVM", "Zyxel", "DrayTek", "MikroTik", "Ubiquiti", "Huawei", "ZTE", "Xiaomi", "Tenda", "Cisco", "Keenetic", "GL.iNet", "OpenWrt",
		"Hikvision", "Dahua", "Reolink", "Axis", "Hanwha", "Amcrest", "Foscam", "Wyze", "Arlo", "Ring",
		"Google", "Amazon", "Apple", "Samsung", "LG", "Sony", "TCL", "Philips", "Roku", "Sonos",
		"HP", "Brother", "Canon", "Epson", "Lexmark", "Ricoh", "Xerox", "Synology", "QNAP", "Western Digital", "ASUSTOR",
		"Philips Hue", "IKEA", "Shelly", "Tuya", "Belkin", "Aqara", "Meross", "Home Assistant", "WLED", "Tasmota", "ESPHome", "Zigbee2MQTT", "Roborock",
		"Bosch", "Siemens", "Honeywell", "Dell", "Lenovo", "Microsoft", "Fortinet", "Grandstream", "Yealink",
	} {
		a := c.About(name)
		if a.Security == "" && a.Updates == "" && a.Mail == "" {
			t.Errorf("%s cannot be reached", name)
			continue
		}
		reached++
		if a.Mail != "" {
			mails++
		}
	}
	if reached < 60 || mails < 30 {
		t.Errorf("%d makers can be reached, %d of them by mail", reached, mails)
	}
}
