package firmware

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/checks/versions"
	"porchlight/discovery"
	"porchlight/discovery/identify"
)

// product is a device that says itself what it is, and its version if it is given one.
func product(vendor, family, model string, kind discovery.Kind, version string) discovery.Device {
	d := discovery.Device{ID: "d-1", Vendor: vendor, Family: family, Model: model, Kind: kind, Firmware: version}
	for _, e := range []discovery.Evidence{{Field: "vendor", Value: vendor}, {Field: "model", Value: model}, {Field: "firmware", Value: version}} {
		if e.Value != "" {
			e.Source, e.Strength = discovery.FactKey("test."+e.Field), discovery.Saw
			d.Evidence = append(d.Evidence, e)
		}
	}
	return d
}

func catalog(t testing.TB) *makers.Catalog {
	t.Helper()
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	router  = discovery.KindRouter
	camera  = discovery.KindCamera
	nas     = discovery.KindNAS
	printer = discovery.KindPrinter
)

// fine and unchecked are verdicts without a finding.
const (
	fine      checks.Kind = "fine"
	unchecked checks.Kind = "unchecked"
	nothing   checks.Kind = "nothing" // the check does not apply
)

// verdict is what a check says: a kind, or one of the words above.
func verdict(found []checks.Finding, err error) checks.Kind {
	switch {
	case errors.Is(err, checks.ErrNotApplicable):
		return nothing
	case err != nil && len(found) == 0:
		return unchecked
	case len(found) == 0:
		return fine
	case len(found) > 1:
		return checks.Kind(fmt.Sprintf("%d findings", len(found)))
	}
	return found[0].Kind
}

func TestEveryVersionGetsItsVerdict(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, tt := range []struct {
		name                  string
		vendor, family, model string
		kind                  discovery.Kind
		version               string
		want                  checks.Kind
		severity              checks.Severity
		sure                  bool
	}{
		// Old, with a hole that is used.
		{"TP-Link, old", "TP-Link", "", "Archer AX21", router, "1.1.2 Build 20220401 rel.5501", Exploited, checks.Today, true},
		{"NETGEAR, old", "Netgear", "", "R7000", router, "V1.0.7.2_1.1.93", Exploited, checks.Today, true},
		{"RouterOS 6, old", "MikroTik", "routeros", "hAP ac", router, "6.49.10", Exploited, checks.Today, true},
		{"RouterOS 7, old", "MikroTik", "routeros", "", router, "7.15.3", Exploited, checks.Today, true},
		{"RouterOS 7.24, old", "MikroTik", "routeros", "", router, "7.24.1", Exploited, checks.Today, true},
		{"Zyxel storage, old", "Zyxel", "", "NAS326", nas, "V5.21(AAZF.12)C0", Exploited, checks.Today, true},
		{"DrayTek, old", "DrayTek", "", "Vigor 2960", router, "1.5.1.4", Exploited, checks.Today, true},
		{"UniFi, old", "Ubiquiti", "", "UDM-Pro", router, "4.0.6", Exploited, checks.Today, true},
		{"DD-WRT, old", "DD-WRT", "dd-wrt", "", router, "44715", Exploited, checks.Today, true},
		{"ASUS, old", "ASUS", "", "GT-AC2900", router, "3.0.0.4.386_41793", Exploited, checks.Today, true},
		{"switch, old", "Netgear", "", "JGS516PE", discovery.KindOther, "2.6.0.24", Exploited, checks.Today, true},
		{"last known version has it", "D-Link", "", "DIR-820L", router, "1.05B03", Exploited, checks.Today, true},
		// Sources that are not sure only ever say "may".
		{"Cisco, old, unsure", "Cisco", "", "RV320", router, "1.4.2.16", Exploited, checks.Week, false},
		{"Hikvision, old, of many lines", "Hikvision", "", "DS-2CD2143G0-I", camera, "V5.5.80 build 200101", Exploited, checks.Week, false},
		{"Synology, very old", "Synology", "synology", "DS210", nas, "DSM 4.2-3202", Exploited, checks.Week, false},
		// Current.
		{"NETGEAR, current", "Netgear", "", "R7000", router, "V1.0.11.148_10.2.126", fine, 0, false},
		{"RouterOS 6, current", "MikroTik", "routeros", "", router, "6.49.21", fine, 0, false},
		{"RouterOS 7 long-term, current", "MikroTik", "routeros", "", router, "7.23.4", fine, 0, false},
		{"RouterOS 7, current", "MikroTik", "routeros", "", router, "7.24.2", fine, 0, false},
		{"Zyxel storage of another model, current", "Zyxel", "", "NAS540", nas, "V5.21(AATB.11)C0", fine, 0, false},
		{"FRITZ!OS, current", "AVM", "fritzos", "FRITZ!Box 7590", router, "08.02", fine, 0, false},
		{"UniFi, current", "Ubiquiti", "", "UDM-Pro", router, "5.1.12", fine, 0, false},
		{"OpenWrt, current", "OpenWrt", "openwrt", "", router, "24.10.4", nothing, 0, false},
		{"Plex, current", "Plex", "", "Plex Media Server", discovery.KindOther, "1.42.1.10060-4e8b05daf", fine, 0, false},
		// Newer than what is known.
		{"NETGEAR, newer", "Netgear", "", "R7000", router, "V1.0.99.1_10.2.1", fine, 0, false},
		{"RouterOS, newer", "MikroTik", "routeros", "", router, "8.1", fine, 0, false},
		{"UniFi, newer", "Ubiquiti", "", "UDR7", router, "7.0.1", fine, 0, false},
		// Test versions.
		{"RouterOS, beta", "MikroTik", "routeros", "", router, "7.25beta3", Unknown, checks.Inform, true},
		{"RouterOS, old beta", "MikroTik", "routeros", "", router, "7.2rc1", Unknown, checks.Inform, true},
		{"FRITZ!OS, Labor", "AVM", "fritzos", "FRITZ!Box 7590", router, "07.39-94751", Unknown, checks.Inform, true},
		// Unknown.
		{"RouterOS, does not tell", "MikroTik", "routeros", "", router, "", Exploited, checks.Week, false},
		{"TP-Link, does not tell", "TP-Link", "", "Archer AX21", router, "", Exploited, checks.Week, false},
		{"a product line with a new hole, does not tell", "DD-WRT", "dd-wrt", "", router, "", Exploited, checks.Week, false},
		{"a product line with an old hole, does not tell", "TerraMaster", "terramaster", "", nas, "", Unknown, checks.Inform, true},
		{"all cameras of a maker, does not tell", "Hikvision", "", "DS-2CD2143G0-I", camera, "", Unknown, checks.Inform, true},
		{"a printer that nothing is known of, does not tell", "Epson", "", "ET-2720", printer, "", Unknown, checks.Inform, true},
		{"a router that nobody knows", "", "", "", router, "", Unknown, checks.Inform, true},
		{"a lamp, does not tell", "LIFX", "", "A19", discovery.KindLight, "", nothing, 0, false},
		{"a lamp, tells", "LIFX", "", "A19", discovery.KindLight, "3.70", nothing, 0, false},
		// What cannot be compared is never old.
		{"NETGEAR, rubbish", "Netgear", "", "R7000", router, "banana", Unknown, checks.Inform, true},
		{"TP-Link, rubbish", "TP-Link", "", "Archer AX21", router, "0", Unknown, checks.Inform, true},
		{"switch, rubbish", "Netgear", "", "JGS516PE", discovery.KindOther, "-1", unchecked, 0, false},
		{"Zyxel, of another model", "Zyxel", "", "NAS326", nas, "V5.21(ABAG.2)C0", Ended, checks.Week, false},
		{"cut short", "Hikvision", "", "DS-2CD2143G0-I", camera, "5.5.80", nothing, 0, false},
		{"the build is not told", "D-Link", "", "DIR-868L", router, "1.12", Ended, checks.Week, true},
		{"QTS without its build", "QNAP", "qnap", "TS-251", nas, "5.1.0", Unknown, checks.Inform, true},
		// All versions have the hole: the model is one sign only.
		{"no repair will come", "D-Link", "", "DIR-859", router, "1.07", Exploited, checks.Week, false},
		{"no repair will come, rubbish", "Zyxel", "", "VMG3312-B10A", router, "?", Exploited, checks.Week, false},
		// Support.
		{"ended", "D-Link", "", "DIR-655", router, "1.37", Ended, checks.Week, true},
		{"ended, does not tell", "Linksys", "", "E1000", router, "", Ended, checks.Week, true},
		{"ended, from memory", "ASUS", "", "RT-N66U", router, "", Ended, checks.Week, false},
		{"ended, repairs of holes still come", "Sonos", "sonos", "ZPS5", discovery.KindSpeaker, "57.22-61240", Ended, checks.Good, false},
		{"ended, works on at home", "Belkin WeMo", "", "Insight", discovery.KindPlug, "", Ended, checks.Week, true},
		{"a system that ended", "OpenWrt", "openwrt", "", router, "22.03.5", Outdated, checks.Week, true},
		{"DSM 6", "Synology", "synology", "DS214", nas, "6.2.4-25556", Outdated, checks.Week, true},
		{"DSM 7", "Synology", "synology", "DS220+", nas, "7.2.1-69057 Update 5", fine, 0, false},
		{"the router of the same maker", "Synology", "synology", "RT2600ac", router, "1.3.1-9346", fine, 0, false},
		{"silent maker", "Netatmo", "", "NAThermostat", discovery.KindThermostat, "", Silent, checks.Inform, false},
		// Holes that nobody is known to use.
		{"hole, not used", "ASUS", "", "RT-AC68U", router, "3.0.0.4.386_40000", Outdated, checks.Week, false},
		{"Hue, old", "Philips Hue", "philips-hue", "BSB002", discovery.KindHub, "1934129020", Outdated, checks.Week, false},
		{"Hue, current", "Philips Hue", "philips-hue", "BSB002", discovery.KindHub, "1978293000", fine, 0, false},
		// Built long ago, and nothing better is known.
		{"old build", "Reolink", "", "RLC-810A", camera, "v3.0.0.136_20121102", Outdated, checks.Good, false},
		{"new build", "Reolink", "", "RLC-810A", camera, "v3.1.0.2368_" + time.Now().AddDate(0, -3, 0).Format("060102") + "08", nothing, 0, false},
		{"old build of a plug", "TP-Link", "", "HS110", discovery.KindPlug, "1.2.6 Build 200727 Rel.121701", nothing, 0, false},
		// Names that are nearly the same.
		{"not the E1000", "Linksys", "", "E100", router, "", Unknown, checks.Inform, true},
		{"not the E1000 either", "Linksys", "", "E10000", router, "", Unknown, checks.Inform, true},
		{"the E1000 of another maker", "Ericsson", "", "E1000", router, "", Unknown, checks.Inform, true},
		{"not the DIR-823X", "D-Link", "", "DIR-823", router, "240126", nothing, 0, false},
		{"the DIR-823X", "D-Link", "", "DIR-823X", router, "240126", Exploited, checks.Today, true},
		{"not the RT-AC68U", "ASUS", "", "RT-AC68U_B1", router, "3.0.0.4.386_40000", nothing, 0, false},
		{"not the RT-AC66U", "ASUS", "", "RT-AC66U_B1", router, "3.0.0.4.386_40000", nothing, 0, false},
		{"not the R7000", "Netgear", "", "R7000P", router, "V1.0.1.14_1.0.59", nothing, 0, false},
		{"not the first R6400", "Netgear", "", "R6400v2", router, "V1.0.1.10_1.0.1", nothing, 0, false},
		{"not the first R6300", "Netgear", "", "R6300v2", router, "1.0.4.52", nothing, 0, false},
		{"not the AX21", "TP-Link", "", "Archer AX20", router, "1.1.2 Build " + time.Now().AddDate(-1, 0, 0).Format("20060102") + " rel.5501", nothing, 0, false},
		{"another spelling", "D-Link", "", "dir 655", router, "1.37", Ended, checks.Week, true},
		{"with its maker", "D-Link", "", "D-Link DIR-655", router, "1.37", Ended, checks.Week, true},
		// Revisions and regions.
		{"WR841N V14", "TP-Link", "", "TL-WR841N v14", router, "0.9.1 4.17 v0001.0 Build " + time.Now().AddDate(-1, 0, 0).Format("060102") + " Rel.1", nothing, 0, false},
		{"WR841N V8", "TP-Link", "", "TL-WR841N v8", router, "3.16.9 Build 140724 Rel.1", Exploited, checks.Week, false},
		{"WR841N V9, old", "TP-Link", "", "TL-WR841N v9", router, "3.15.9 Build 150104 Rel.1", Exploited, checks.Today, true},
		{"WR841N, does not tell its revision", "TP-Link", "", "TL-WR841N", router, "", Exploited, checks.Week, false},
		{"Archer C7(EU) V2, old", "TP-Link", "", "Archer C7(EU) V2", router, "3.15.3 Build 180114 Rel.39265n", Exploited, checks.Today, true},
		{"Archer C7(US) V2", "TP-Link", "", "Archer C7(US) V2", router, "3.15.3 Build 180114 Rel.39265n", Outdated, checks.Good, false},
		{"Archer C7 V5", "TP-Link", "", "Archer C7 v5", router, "1.2.1 Build 20220715 rel.1", Outdated, checks.Good, false},
		{"DIR-600 of revision A", "D-Link", "", "DIR-600 rev. A1", router, "2.01b01", Ended, checks.Week, true},
		{"GV-DSP_LPR of revision 1", "GeoVision", "", "GV-DSP_LPR_V1", camera, "", Unknown, checks.Inform, true},
		{"digits of a series", "Hikvision", "", "DS-2CD2032F-I", camera, "V5.3.0 build 150814", Exploited, checks.Week, false},
	} {
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: product(tt.vendor, tt.family, tt.model, tt.kind, tt.version)})
		if v := verdict(got, err); v != tt.want {
			t.Errorf("%s: got %s %v, want %s: %+v", tt.name, v, err, tt.want, got)
			continue
		}
		if len(got) == 0 {
			continue
		}
		f := got[0]
		if f.Severity != tt.severity || (f.Confidence == discovery.Saw) != tt.sure || f.Args["sure"] != yesNo(tt.sure) {
			t.Errorf("%s: got %s %s, want %s and sure %t: %v", tt.name, f.Severity, f.Confidence, tt.severity, tt.sure, f.Args)
		}
		if f.Args["version"] != tt.version {
			t.Errorf("%s: got version %q", tt.name, f.Args["version"])
		}
		if f.Kind != Unknown && f.Args["source"] == "" && f.Args["built"] == "" {
			t.Errorf("%s: who says so? %v", tt.name, f.Args)
		}
		again, _ := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: product(tt.vendor, tt.family, tt.model, tt.kind, tt.version), Before: got})
		if len(again) != 1 || again[0].ID != f.ID {
			t.Errorf("%s: looked at again: %+v", tt.name, again)
		}
	}
}

// TestFactsLeadToVerdicts goes all the way from what devices say.
func TestFactsLeadToVerdicts(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, tt := range []struct {
		name     string
		facts    []discovery.Fact
		want     checks.Kind
		severity checks.Severity
	}{
		{"DD-WRT", []discovery.Fact{{Key: "http.title", Value: "DD-WRT (build 44715) - Info"}}, Exploited, checks.Today},
		{"RouterOS", []discovery.Fact{{Key: "banner.telnet", Value: "MikroTik v6.40.5 (bugfix) Login:"}}, Exploited, checks.Today},
		{"NETGEAR", []discovery.Fact{{Key: "http.body", Value: "Firmware=V1.0.7.2_1.1.93 RegionTag=R7000_NA Region=us Model=R7000"}}, Exploited, checks.Today},
		{"D-Link, revision A", []discovery.Fact{
			{Key: "http.body", Value: "<ModelName>DIR-600</ModelName>"},
			{Key: "http.body", Value: "<ModelName>DIR-600</ModelName><FirmwareVersion>2.01</FirmwareVersion>"},
			{Key: "http.body", Value: "<HardwareVersion>A1</HardwareVersion>"},
		}, Ended, checks.Week},
		{"D-Link, revision B", []discovery.Fact{
			{Key: "http.body", Value: "<ModelName>DIR-600</ModelName>"},
			{Key: "http.body", Value: "<ModelName>DIR-600</ModelName><FirmwareVersion>2.01b03</FirmwareVersion>"},
			{Key: "http.body", Value: "<HardwareVersion>B1</HardwareVersion>"},
		}, Exploited, checks.Today},
		{"TP-Link, V8", []discovery.Fact{{Key: "ssdp.server", Value: "ipos/7.0 UPnP/1.0 TL-WR841N/8.0"}}, Exploited, checks.Week},
		{"TP-Link, V14", []discovery.Fact{{Key: "ssdp.server", Value: "ipos/7.0 UPnP/1.0 TL-WR841N/14.0"}}, Unknown, checks.Inform},
		{"Synology", []discovery.Fact{{Key: "upnp.manufacturer", Value: "Synology"}, {Key: "upnp.model_name", Value: "DS214"}, {Key: "upnp.model_number", Value: "DS214 6.2-25556"}}, Outdated, checks.Week},
	} {
		d := discovery.Device{ID: "d-1", Facts: tt.facts}
		identify.Apply(c, &d)
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: d})
		if v := verdict(got, err); v != tt.want || (len(got) > 0 && got[0].Severity != tt.severity) {
			t.Errorf("%s: got %s %v of %s %q %q %q, want %s: %+v", tt.name, v, err, d.Vendor, d.Model, d.Family, d.Firmware, tt.want, got)
		}
	}
}

// TestRedTakesTwoSigns takes one of them away in turn.
func TestRedTakesTwoSigns(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, tt := range []struct {
		name   string
		change func(*discovery.Device)
	}{
		{"the model is likely", func(d *discovery.Device) { d.Evidence[1].Strength = discovery.Likely }},
		{"the version is likely", func(d *discovery.Device) { d.Evidence[2].Strength = discovery.Likely }},
		{"the user named the model", func(d *discovery.Device) { d.Correct(discovery.Correction{Model: "R7000"}) }},
		{"no evidence", func(d *discovery.Device) { d.Evidence = nil }},
	} {
		d := product("Netgear", "", "R7000", router, "V1.0.7.2_1.1.93")
		tt.change(&d)
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: d})
		if err != nil || len(got) != 1 || got[0].Kind != Exploited || got[0].Severity != checks.Week || got[0].Confidence != discovery.Likely {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}

func TestOneFindingSaysTheRest(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want map[string]string
	}{
		{"RouterOS", product("MikroTik", "routeros", "", router, "7.15.3"), map[string]string{
			"version": "7.15.3", "safe": "7.23.4", "newest": "7.23.4", "newest_date": "", "hole": "CVE-2026-67277", "since": "2026-09-10", "sure": "yes", "app": "MikroTik",
		}},
		{"ended, and all versions have a hole", product("D-Link", "", "DIR-610", router, ""), map[string]string{
			"hole": "CVE-2020-9377", "since": "2022-03-25", "sure": "no", "safe": "", "newest": "", "ends": "", "version": "",
		}},
		{"ended on a day", product("D-Link", "", "DSR-150", router, "3.17"), map[string]string{"ends": "2024", "sure": "yes", "version": "3.17"}},
		{"no repair is known", product("D-Link", "", "DNS-320", nas, "2.06B01"), map[string]string{"hole": "CVE-2024-10914", "since": "2024-11", "safe": "", "newest": ""}},
		{"an open revision", product("TP-Link", "", "TL-WR740N", router, ""), map[string]string{"revisions": "1, 2", "hole": "CVE-2023-33538"}},
		{"a router that is lent", product("Arcadyan", "", "KVD21", router, ""), map[string]string{"provider": "yes"}},
		{"a box for television that is lent", product("Arcadyan", "", "X", nas, ""), map[string]string{"provider": ""}},
		{"a system that ended", product("OpenWrt", "openwrt", "", router, "22.03.5"), map[string]string{"newest": "23.05", "ends": "2024-04-11", "still": "upgrade"}},
		{"a test version", product("MikroTik", "routeros", "", router, "7.25beta3"), map[string]string{"beta": "yes", "version": "7.25beta3"}},
		{"a build", product("Reolink", "", "RLC-810A", camera, "v3.0.0.136_20121102"), map[string]string{"built": "2020-12-11"}},
	} {
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: tt.d})
		if len(got) != 1 {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
			continue
		}
		for k, v := range tt.want {
			if got[0].Args[k] != v {
				t.Errorf("%s: %s is %q, want %q: %s %v", tt.name, k, got[0].Args[k], v, got[0].Kind, got[0].Args)
			}
		}
		for k, v := range got[0].Args {
			if v == "" {
				t.Errorf("%s: %s is set and blank", tt.name, k)
			}
		}
	}
}

func TestSupportEndsSoonAndThenIsOver(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	at := func(day string) time.Time {
		now, err := time.ParseInLocation(time.DateOnly, day, time.Local)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	// The row of the plug was written on the day on which its support ended, that of the system before.
	for _, tt := range []struct {
		name, day string
		d         discovery.Device
		want      checks.Kind
	}{
		{"the clock is wrong", "1970-01-01", product("D-Link", "", "DIR-655", router, ""), Ended},
		{"the clock is wrong, and it ended later", "2001-01-01", product("Belkin WeMo", "", "Insight", discovery.KindPlug, ""), EndsSoon},
		{"the day after", "2026-02-01", product("Belkin WeMo", "", "Insight", discovery.KindPlug, ""), Ended},
		{"years after", "2030-02-01", product("Google", "", "Nest Secure", discovery.KindHub, ""), Ended},
	} {
		l := Check{Catalog: c}.look(tt.d, at(tt.day))
		if len(l.claims) != 1 || l.claims[0].kind != tt.want {
			t.Errorf("%s: got %+v", tt.name, l.claims)
		}
	}
	for _, tt := range []struct {
		ends, now string
		want      checks.Kind
	}{
		{"2027-10", "2026-09-30", ""},
		{"2027-10", "2026-11-01", EndsSoon},
		{"2027-10", "2027-10-31", EndsSoon},
		{"2027-10", "2027-11-01", Ended},
		{"2027", "2027-01-01", EndsSoon},
		{"2027", "2028-01-01", Ended},
		{"2027-03-01", "2027-03-01", EndsSoon},
		{"2027-03-01", "2027-03-02", Ended},
		{makers.Ended, "2026-09-30", Ended},
	} {
		l := &look{now: at(tt.now)}
		l.support(&makers.Support{Ends: tt.ends, Date: "2026-08-21"}, makers.Fit{})
		var got checks.Kind
		if len(l.claims) > 0 {
			got = l.claims[0].kind
		}
		if got != tt.want {
			t.Errorf("ends %s, on %s: got %q, want %q", tt.ends, tt.now, got, tt.want)
		}
	}
}

func TestWhatWasFoundIsOnlyFixedByWhatTheDeviceSays(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	old := product("Netgear", "", "R7000", router, "V1.0.7.2_1.1.93")
	before, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: old})
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	unknown := []checks.Finding{{Kind: Unknown}}
	for _, tt := range []struct {
		name   string
		d      discovery.Device
		before []checks.Finding
		want   checks.Kind
	}{
		{"still old", old, before, Exploited},
		{"updated", product("Netgear", "", "R7000", router, "V1.0.11.148_10.2.126"), before, fine},
		{"does not tell its version now", product("Netgear", "", "R7000", router, ""), before, unchecked},
		{"tells rubbish now", product("Netgear", "", "R7000", router, "banana"), before, unchecked},
		{"tells nothing now", discovery.Device{ID: "d-1"}, before, unchecked},
		{"another device was put there", product("Sonos", "sonos", "Sonos One", discovery.KindSpeaker, "83.1-61240"), before, fine},
		{"tells its version for the first time", product("Epson", "", "ET-2720", printer, "20.44.NU25M7"), unknown, fine},
		{"is as silent as before", product("Epson", "", "ET-2720", printer, ""), unknown, Unknown},
	} {
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: tt.d, Before: tt.before})
		if v := verdict(got, err); v != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, v, err, tt.want)
		}
	}
}

func TestTheCheckAppliesWhereSomethingIsKnown(t *testing.T) {
	t.Parallel()
	c := Check{Catalog: catalog(t)}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"old", product("Netgear", "", "R7000", router, "1.0.7.2"), true},
		{"current", product("Netgear", "", "R7000", router, "1.0.11.148"), true},
		{"a printer", product("Epson", "", "ET-2720", printer, ""), true},
		{"of a maker that says nothing of support", product("Netatmo", "", "NAThermostat", discovery.KindThermostat, ""), true},
		{"a lamp", product("LIFX", "", "A19", discovery.KindLight, "3.70"), false},
		{"an unrecognised device", discovery.Device{Firmware: "6.41"}, false},
	} {
		if got := c.Applies(tt.d); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}

func TestOnlyWhatIsSureIsKnown(t *testing.T) {
	t.Parallel()
	check := Check{Catalog: catalog(t)}
	for _, tt := range []struct {
		d            discovery.Device
		newest, ends string
	}{
		{product("MikroTik", "routeros", "", router, "7.15.3"), "7.23.4", ""},
		{product("MikroTik", "routeros", "", router, "7.24.2"), "7.24.2", ""},
		{product("MikroTik", "routeros", "", router, "8.1"), "", ""},
		{product("D-Link", "", "DSR-150", router, "3.17"), "", "2024"},
		{product("D-Link", "", "DIR-655", router, ""), "", makers.Ended},
		{product("ASUS", "", "RT-N66U", router, ""), "", ""},
		{discovery.Device{}, "", ""},
	} {
		got := check.Known(tt.d)
		if got.Newest != tt.newest || got.Ends != tt.ends {
			t.Errorf("%s %s %s: got %+v, want %q, %q", tt.d.Vendor, tt.d.Model, tt.d.Firmware, got, tt.newest, tt.ends)
		}
		if (got.Newest != "") != (got.NewestSaid.Source != "") || (got.Ends != "") != (got.EndsSaid.Day != "") {
			t.Errorf("%s %s %s: who says so? %+v", tt.d.Vendor, tt.d.Model, tt.d.Firmware, got)
		}
	}
}

// TestWhoDoesNotTellItsVersionIsNotChecked says so beside how to read it.
func TestWhoDoesNotTellItsVersionIsNotChecked(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, tt := range []struct {
		name   string
		d      discovery.Device
		found  checks.Kind
		reason string
	}{
		{"a printer", product("Epson", "", "ET-2720", printer, ""), Unknown, checks.ReasonNoVersion},
		{"a router that nobody knows", product("", "", "", router, ""), Unknown, checks.ReasonNoVersion},
		{"rubbish", product("Netgear", "", "R7000", router, "banana"), Unknown, checks.ReasonUnclear},
		{"a test version", product("MikroTik", "routeros", "", router, "7.25beta3"), Unknown, checks.ReasonUnclear},
		{"a switch", product("Netgear", "", "JGS516PE", discovery.KindOther, ""), Exploited, ""},
		{"a switch, rubbish", product("Netgear", "", "JGS516PE", discovery.KindOther, "-1"), unchecked, checks.ReasonUnclear},
		{"current", product("Netgear", "", "R7000", router, "V1.0.11.148_10.2.126"), fine, ""},
	} {
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: tt.d})
		_, partly := errors.AsType[*checks.Partly](err)
		if v := verdict(got, err); v != tt.found || partly != (tt.found == Unknown) || (err == nil) != (tt.reason == "") || (err != nil && checks.Reason(err) != tt.reason) {
			t.Errorf("%s: got %s, %v, want %s and %q", tt.name, v, err, tt.found, tt.reason)
		}
	}
}

// TestEveryRowCanBeCompared reads all that is known: each version has the shape that its scheme reads.
func TestEveryRowCanBeCompared(t *testing.T) {
	t.Parallel()
	all := versions.Schemes()
	exists := func(s string) bool {
		for _, known := range all {
			if string(known) == s {
				return true
			}
		}
		return false
	}
	for _, m := range catalog(t).Makers {
		if m.Scheme != "" && !exists(m.Scheme) {
			t.Errorf("%s: no such scheme: %q", m.File, m.Scheme)
		}
		read := func(what int, scheme string, list ...string) {
			if scheme != "" && !exists(scheme) {
				t.Errorf("%s, row %d: no such scheme: %q", m.File, what, scheme)
			}
			for _, v := range list {
				if _, ok := versions.Compare(versions.Scheme(scheme), v, v); v != "" && !ok {
					t.Errorf("%s, row %d: %s does not read %q", m.File, what, scheme, v)
				}
			}
		}
		for i, f := range m.Firmware {
			read(i+1, f.Scheme, f.From, f.Safe, f.Until, f.Newest)
			if order, ok := versions.Compare(versions.Scheme(f.Scheme), f.From, f.Safe+f.Until); f.From != "" && ok && order >= 0 {
				t.Errorf("%s, firmware %d: from %q to %q", m.File, i+1, f.From, f.Safe+f.Until)
			}
		}
		for i, s := range m.Support {
			read(i+1, s.Scheme, s.From, s.Below)
		}
	}
}

// home is a home of many devices, most of them with something that is known.
func home() []discovery.Device {
	some := []discovery.Device{
		product("MikroTik", "routeros", "", router, "7.15.3"),
		product("QNAP", "qnap", "TS-251", nas, "4.5.2.1500 build 20201231"),
		product("Hikvision", "", "DS-2CD2032F-I", camera, "V5.3.0 build 150814"),
		product("TP-Link", "", "Archer C7(EU) V2", router, "3.15.3 Build 180114 Rel.39265n"),
		product("D-Link", "", "DIR-820L", router, "1.05B03"),
		product("Zyxel", "", "USG FLEX 200", router, "5.10"),
		product("LIFX", "", "A19", discovery.KindLight, "3.70"),
		product("Netgear", "", "R7000", router, "V1.0.7.2_1.1.93"),
		product("Synology", "synology", "DS214", nas, "6.2.4-25556"),
		product("Epson", "", "ET-2720", printer, ""),
	}
	out := make([]discovery.Device, 250)
	for i := range out {
		out[i] = some[i%len(some)]
		out[i].Facts = []discovery.Fact{{Key: "ssdp.server", Value: "ipos/7.0 UPnP/1.0 TL-WR841N/14.0"}, {Key: "upnp.manufacturer", Value: strings.Repeat("x", 40)}}
	}
	return out
}

// all is as much as sources of news ever say.
func all() news.Answer {
	var a news.Answer
	makers := []string{"MikroTik", "QNAP", "Hikvision", "TP-Link", "D-Link", "Zyxel", "Netgear", "Synology", "Epson", "Ubiquiti"}
	for i := range 10_000 {
		a.News = append(a.News, newestOf(makers[i%len(makers)], "", fmt.Sprint("Model-", i), fmt.Sprint("9.", i)))
		a.Holes = append(a.Holes, news.Hole{
			CVE: fmt.Sprint("CVE-2026-", i+1000), Maker: makers[i%len(makers)], Product: fmt.Sprint("Model ", i/2, ", Model-", i, " and Routers"), Added: seen,
		})
		if i < 1000 {
			a.Support = append(a.Support, news.Support{Maker: makers[i%len(makers)], Models: []string{fmt.Sprint("Model-", i)}, Ends: "2020", Source: "x", Date: "2026-01-01"})
		}
	}
	a.News = append(a.News, honest.News...)
	return a
}

func TestAWholeHomeIsQuick(t *testing.T) {
	catalog, devices := catalog(t), home()
	c := Check{Catalog: catalog, Book: told(catalog, all())}
	took := time.Hour
	for range 10 { // the best of ten: other work on the machine is not ours
		start := time.Now()
		for _, d := range devices {
			if c.Applies(d) {
				_, _ = c.Run(t.Context(), checks.Target{Device: d})
			}
		}
		took = min(took, time.Since(start))
	}
	if took > 50*time.Millisecond*slower {
		t.Errorf("checking %d devices took %v", len(devices), took)
	}
}

func BenchmarkHome(b *testing.B) {
	catalog, devices := catalog(b), home()
	for name, c := range map[string]Check{"alone": {Catalog: catalog}, "news": {Catalog: catalog, Book: told(catalog, all())}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, d := range devices {
					_, _ = c.Run(b.Context(), checks.Target{Device: d})
				}
			}
		})
	}
}

// TestWhatStillStandsIsNotFixed goes from the finding of one round to that of the next.
func TestWhatStillStandsIsNotFixed(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	ended := product("D-Link", "", "DIR-610", router, "") // and all versions have a hole
	old := product("Netgear", "", "R7000", router, "V1.0.7.2_1.1.93")
	before := func(kind checks.Kind, d discovery.Device) checks.Finding {
		return checks.Finding{ID: checks.FindingID(d.ID, kind, 0, ""), Kind: kind, Args: map[string]string{"version": d.Firmware}}
	}
	for _, tt := range []struct {
		name   string
		d      discovery.Device
		before []checks.Finding
		want   []checks.Kind // the first one, and those within it
	}{
		{"never looked at before", ended, nil, []checks.Kind{Exploited}},
		{"support had ended", ended, []checks.Finding{before(Ended, ended)}, []checks.Kind{Exploited, Ended}},
		{"support was to end", ended, []checks.Finding{before(EndsSoon, ended)}, []checks.Kind{Exploited, EndsSoon}},
		{"support was to end, and that is all", product("D-Link", "", "DIR-655", router, ""), []checks.Finding{before(EndsSoon, ended)}, []checks.Kind{Ended, EndsSoon}},
		{"it did not tell its version", ended, []checks.Finding{before(Unknown, ended)}, []checks.Kind{Exploited, Unknown}},
		{"it tells its version now", old, []checks.Finding{before(Unknown, ended)}, []checks.Kind{Exploited}},
		{"the hole was not used", old, []checks.Finding{before(Outdated, old)}, []checks.Kind{Exploited, Outdated}},
		{"a version before was old", old, []checks.Finding{before(Outdated, product("Netgear", "", "R7000", router, "V1.0.1.1"))}, []checks.Kind{Exploited}},
		{"the same as before", ended, []checks.Finding{before(Exploited, ended), before(Ended, ended)}, []checks.Kind{Exploited, Ended}},
		{"the hole is closed, support has ended", product("D-Link", "", "DIR-655", router, "1.37"), []checks.Finding{before(Ended, ended)}, []checks.Kind{Ended}},
	} {
		got, err := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: tt.d, Before: tt.before})
		var is []checks.Kind
		for i, f := range got {
			is = append(is, f.Kind)
			if within := f.Args[checks.ArgWithin]; (i == 0) != (within == "") || (i > 0 && within != string(got[0].Kind)) {
				t.Errorf("%s: %s is within %q", tt.name, f.Kind, within)
			}
		}
		if err != nil || !slices.Equal(is, tt.want) {
			t.Errorf("%s: got %v, %v, want %v", tt.name, is, err, tt.want)
		}
	}
}
