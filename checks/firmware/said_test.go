package firmware

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/discovery"
)

// seen is when sources of the tests said something last.
var seen = time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)

// told makes a book of what one source said.
func told(c *makers.Catalog, answers ...news.Answer) func() *news.Book {
	var states []news.State
	for i, a := range answers {
		for j := range a.News {
			if a.News[j].Seen.IsZero() {
				a.News[j].Seen = seen
			}
		}
		name := fmt.Sprint("source ", i)
		if a.Version > 0 {
			name = news.Signed
		}
		states = append(states, news.State{Source: name, Parts: map[string]news.Part{"/": {Answered: seen, Answer: a}}})
	}
	b := news.NewBook(states, c.Canonical)
	return func() *news.Book { return b }
}

func newestOf(maker, family, model, version string) news.News {
	return news.News{Maker: maker, Family: family, Model: model, Version: version, Date: seen.AddDate(0, -1, 0), Page: "https://updates.example.invalid/list"}
}

// honest is what honest sources said of the products below.
var honest = news.Answer{News: []news.News{
	{Maker: "MikroTik", Family: "routeros", Line: "7", Version: "7.99.2", Date: seen, Page: "https://upgrade.mikrotik.com/routeros/NEWESTa7.stable"},
	{Maker: "MikroTik", Family: "routeros", Line: "7", Version: "7.98.5", Date: seen, Page: "https://upgrade.mikrotik.com/routeros/NEWESTa7.long-term"},
	newestOf("Home Assistant", "", "", "2026.11.2"),
	newestOf("OpenWrt", "", "", "25.12.1"),
	newestOf("Philips Hue", "", "BSB002", "1999000002"),
	newestOf("Shelly", "", "SHPLG-S", "1.99.1"),
	newestOf("Synology", "", "DS1621+", "7.9.1-89001"),
	newestOf("Ubiquiti", "", "U6-Lite", "6.99.7"),
	newestOf("Netgear", "", "RAX30", "V1.0.99.136_10.2.120"),
	newestOf("Netgear", "", "R7000", "V1.0.99.136_10.2.120"),
	newestOf("WLED", "", "", "0.99.1"),
	newestOf("Tasmota", "", "", "99.1.0"),
	newestOf("ESPHome", "", "", "2026.11.0"),
	newestOf("Zigbee2MQTT", "", "", "9.1.0"),
}}

func TestNewsLeadsToAVerdict(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	check := Check{Catalog: c, Book: told(c, honest)}
	const light = discovery.KindLight
	for _, tt := range []struct {
		name                  string
		vendor, family, model string
		kind                  discovery.Kind
		version               string
		want                  checks.Kind
		newest                string
	}{
		{"MikroTik, old", "MikroTik", "routeros", "", router, "7.90", Outdated, "7.99.2"},
		{"Home Assistant, old", "Home Assistant", "", "", discovery.KindHub, "2025.3.4", Outdated, "2026.11.2"},
		{"OpenWrt, old", "OpenWrt", "openwrt", "", router, "24.10.1", Outdated, "25.12.1"},
		{"Hue, old", "Philips Hue", "philips-hue", "BSB002", discovery.KindHub, "1978293000", Outdated, "1999000002"},
		{"Shelly, old", "Shelly", "shelly", "SHPLG-S", discovery.KindPlug, "1.14.0", Outdated, "1.99.1"},
		{"Shelly, old, as it writes it", "Shelly", "shelly", "SHPLG-S", discovery.KindPlug, "20230913-112003/v1.14.0-gcb84623", Outdated, "1.99.1"},
		{"Synology, old", "Synology", "synology", "DS1621+", nas, "7.2.1-69057", Outdated, "7.9.1-89001"},
		{"Ubiquiti, old", "Ubiquiti", "", "U6-Lite", discovery.KindAccessPoint, "6.6.77", Outdated, "6.99.7"},
		{"Netgear, old", "Netgear", "", "RAX30", router, "V1.0.11.134_10.2.116", Outdated, "V1.0.99.136_10.2.120"},
		{"WLED, old", "WLED", "", "", light, "0.14.0", Outdated, "0.99.1"},
		{"Tasmota, old", "Tasmota", "", "", discovery.KindPlug, "13.4.0", Outdated, "99.1.0"},
		{"ESPHome, old", "ESPHome", "", "", light, "2024.6.1", Outdated, "2026.11.0"},
		{"Zigbee2MQTT, old", "Zigbee2MQTT", "", "", discovery.KindHub, "1.40.0", Outdated, "9.1.0"},

		{"MikroTik, current", "MikroTik", "routeros", "", router, "7.99.2", fine, "7.99.2"},
		{"MikroTik, current of the other channel", "MikroTik", "routeros", "", router, "7.98.5", fine, "7.98.5"},
		{"Synology, current", "Synology", "synology", "DS1621+", nas, "7.9.1-89001", fine, "7.9.1-89001"},
		{"Netgear, current", "Netgear", "", "RAX30", router, "1.0.99.136", fine, "V1.0.99.136_10.2.120"},
		{"WLED, current", "WLED", "", "", light, "0.99.1", fine, "0.99.1"},

		{"MikroTik, newer", "MikroTik", "routeros", "", router, "8.1", fine, ""},
		{"Netgear, newer", "Netgear", "", "RAX30", router, "V1.0.99.137", nothing, ""},
		{"WLED, newer", "WLED", "", "", light, "0.99.2", nothing, ""},

		{"MikroTik, beta", "MikroTik", "routeros", "", router, "7.90beta3", Unknown, ""},
		{"WLED, beta", "WLED", "", "", light, "0.98.0-b3", unchecked, ""},
		{"Netgear, rubbish", "Netgear", "", "RAX30", router, "banana", Unknown, ""},
		{"WLED, rubbish", "WLED", "", "", light, "banana", unchecked, ""},
		{"Netgear, does not tell", "Netgear", "", "RAX30", router, "", Unknown, "V1.0.99.136_10.2.120"},
		{"WLED, does not tell", "WLED", "", "", light, "", unchecked, "0.99.1"},

		{"another model", "Netgear", "", "RAX30S", router, "V1.0.11.134_10.2.116", nothing, ""},
		{"another model of Hue", "Philips Hue", "philips-hue", "BSB003", discovery.KindHub, "1978293000", nothing, ""},
		{"another system of the maker", "MikroTik", "", "RB260GS", discovery.KindOther, "1.17", nothing, ""},
		{"another maker", "TP-Link", "", "RAX30", router, "1.0.0 Build " + time.Now().AddDate(-1, 0, 0).Format("20060102"), nothing, ""},
	} {
		d := product(tt.vendor, tt.family, tt.model, tt.kind, tt.version)
		got, err := check.Run(t.Context(), checks.Target{Device: d})
		if v := verdict(got, err); v != tt.want {
			t.Errorf("%s: got %s %v, want %s: %+v", tt.name, v, err, tt.want, got)
			continue
		}
		if known := check.Known(d); known.Newest != tt.newest {
			t.Errorf("%s: the newest is %+v, want %q", tt.name, known, tt.newest)
		}
		if tt.want != Outdated {
			continue
		}
		f := got[0]
		if f.Severity != checks.Good || f.Confidence != discovery.Likely || f.Args["sure"] != "no" {
			t.Errorf("%s: got %s %s, want a may that is good to do: %v", tt.name, f.Severity, f.Confidence, f.Args)
		}
		if a := f.Args; a["newest"] != tt.newest || a["newest_said"] != "2026-11-20" || !strings.Contains(a["newest_source"], ".") || a["newest_date"] == "" || a["newest_news"] != "yes" {
			t.Errorf("%s: got %v", tt.name, f.Args)
		}
	}
}

// TestALieChangesNothing compares what is said with a lying source, and without any.
func TestALieChangesNothing(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	lies := news.Answer{
		News: []news.News{
			newestOf("MikroTik", "routeros", "", "6.1"),
			newestOf("Netgear", "", "R7000", "V0.0.0.1"),
			newestOf("Netgear", "", "R7000P", "V9.9.9.9"),
			newestOf("TP-Link", "", "Archer AX20", "9.9.9 Build 20991231"),
			newestOf("Synology", "", "DS220+", "not a version"),
			newestOf("Hikvision", "", "DS-2CD2032F-I", "V5.3.0 build 150814"), // its hole stays
			newestOf("D-Link", "", "DIR-820L", "1.05B03"),
			newestOf("Philips Hue", "", "BSB002", "1"),
			{},
			{Maker: "Netgear"},
			{Version: "V9.9.9.9"},
		},
		Holes: []news.Hole{
			{CVE: "CVE-2026-9999", Maker: "NETGEAR", Product: "Multiple Routers", Added: seen},
			{CVE: "CVE-2026-9998", Maker: "NETGEAR", Product: "R7000P, R70000 and XR7000", Added: seen},
			{CVE: "CVE-2017-5521", Maker: "NETGEAR", Product: "R7000", Added: seen.AddDate(-4, 0, 0)}, // old news
			{CVE: "CVE-2026-9997", Maker: "Sonos", Product: "Sonos One", Added: seen},
		},
	}
	for _, d := range append(home()[:10],
		product("Netgear", "", "R7000", router, "V1.0.11.148_10.2.126"),
		product("MikroTik", "routeros", "", router, "7.24.2"),
		product("Synology", "synology", "DS220+", nas, "7.2.1-69057 Update 5"),
		product("TP-Link", "", "Archer AX21", router, "1.1.2 Build 20220401 rel.5501"),
		product("Philips Hue", "philips-hue", "BSB002", discovery.KindHub, "1934129020"),
		product("Sonos", "sonos", "Beam", discovery.KindSpeaker, "80.1-58210"),
		product("Netgear", "", "R7000", router, ""),
		product("", "", "", router, ""),
	) {
		want, wantErr := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: d})
		got, err := Check{Catalog: c, Book: told(c, lies)}.Run(t.Context(), checks.Target{Device: d})
		if fmt.Sprint(got, err) != fmt.Sprint(want, wantErr) {
			t.Errorf("%s %s %s: got %v %v, want %v %v", d.Vendor, d.Model, d.Firmware, got, err, want, wantErr)
		}
		if got, want := (Check{Catalog: c, Book: told(c, lies)}).Known(d), (Check{Catalog: c}).Known(d); got != want && want.Newest != "" {
			t.Errorf("%s %s %s: got %+v, want %+v", d.Vendor, d.Model, d.Firmware, got, want)
		}
	}
}

// TestNewsAloneIsNeverRed lets sources say the worst of each device.
func TestNewsAloneIsNeverRed(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	for _, d := range home()[:10] {
		d.Firmware = "99.99.99"
		before, _ := Check{Catalog: c}.Run(t.Context(), checks.Target{Device: d})
		worst := news.Answer{
			News:  []news.News{newestOf(d.Vendor, "", "", "999.999"), newestOf(d.Vendor, "", d.Model, "999.999.999")},
			Holes: []news.Hole{{CVE: "CVE-2026-9999", Maker: d.Vendor, Product: d.Vendor + " " + d.Model, Added: seen}, {CVE: "CVE-2026-9998", Maker: d.Vendor, Product: "RouterOS", Added: seen}},
		}
		got, _ := Check{Catalog: c, Book: told(c, worst)}.Run(t.Context(), checks.Target{Device: d})
		for _, f := range got {
			if f.Severity == checks.Today || (f.Confidence == discovery.Saw && f.Kind != Unknown && fmt.Sprint(got) != fmt.Sprint(before)) {
				t.Errorf("%s %s: got %s %s %v", d.Vendor, d.Model, f.Severity, f.Confidence, f.Args)
			}
		}
	}
}

func TestAHoleThatIsNewlyListedIsTold(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	listed := seen.AddDate(0, 0, -10)
	hole := func(maker, words string, added time.Time) news.Answer {
		return news.Answer{Holes: []news.Hole{{CVE: "CVE-2026-9999", Maker: maker, Product: words, Added: added}}}
	}
	newest := func(out time.Time) news.Answer {
		n := newestOf("Netgear", "", "RAX30", "V1.0.14.108")
		n.Seen, n.Date = seen, out
		return news.Answer{News: []news.News{n}}
	}
	rax := func(version string) discovery.Device { return product("Netgear", "", "RAX30", router, version) }
	written, err := time.Parse(time.DateOnly, makers.HolesUntil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		said []news.Answer
		want checks.Kind
	}{
		{"of this model", rax("V1.0.9.90_3"), []news.Answer{hole("NETGEAR", "RAX30 Router", listed)}, Exploited},
		{"of this model, which does not tell its version", rax(""), []news.Answer{hole("NETGEAR", "RAX30", listed)}, Exploited},
		{"of this product line", product("MikroTik", "routeros", "", router, "8.1"), []news.Answer{hole("MikroTik", "RouterOS", listed)}, Exploited},
		{"with a revision", product("TP-Link", "", "Archer AX21 v3", router, ""), []news.Answer{hole("TP-Link", "Archer AX21", listed)}, Exploited},
		{"signed", rax("V1.0.9.90_3"), []news.Answer{{Version: 1, Dated: seen, Holes: hole("Netgear", "RAX30", listed).Holes}}, Exploited},
		{"it was there when the maker files were written", rax("V1.0.9.90_3"), []news.Answer{hole("NETGEAR", "RAX30 Router", written)}, nothing},
		{"of another model", rax("V1.0.9.90_3"), []news.Answer{hole("NETGEAR", "RAX30S Router", listed)}, nothing},
		{"of another maker", rax("V1.0.9.90_3"), []news.Answer{hole("Linksys", "RAX30", listed)}, nothing},
		{"of everything", rax("V1.0.9.90_3"), []news.Answer{hole("NETGEAR", "Multiple Routers", listed)}, nothing},
		{"our rows know it", product("Netgear", "", "R7000", router, "V1.0.11.148_10.2.126"), []news.Answer{
			{Holes: []news.Hole{{CVE: "CVE-2016-6277", Maker: "NETGEAR", Product: "R7000", Added: listed}}},
		}, fine},
		{"it runs the newest, and nobody says since when there is that", rax("V1.0.14.108"), []news.Answer{hole("NETGEAR", "RAX30", listed), newest(time.Time{})}, Exploited},
		{"it runs the newest of a later day", rax("V1.0.14.108"), []news.Answer{hole("NETGEAR", "RAX30", listed), newest(seen)}, fine},
		{"it runs the newest of an earlier day", rax("V1.0.14.108"), []news.Answer{hole("NETGEAR", "RAX30", listed), newest(listed.AddDate(0, 0, -1))}, Exploited},
		{"it was built later", product("TP-Link", "", "Archer AX20", router, "1.1.2 Build "+seen.Format("20060102")+" rel.5501"), []news.Answer{hole("TP-Link", "Archer AX20", listed)}, nothing},
	} {
		got, err := Check{Catalog: c, Book: told(c, tt.said...)}.Run(t.Context(), checks.Target{Device: tt.d})
		if v := verdict(got, err); v != tt.want {
			t.Errorf("%s: got %s %v, want %s: %+v", tt.name, v, err, tt.want, got)
			continue
		}
		if tt.want != Exploited {
			continue
		}
		f, day := got[0], listed.Format(time.DateOnly)
		if f.Severity != checks.Week || f.Confidence != discovery.Likely || f.Args["listed"] != "yes" || f.Args["since"] != day || f.Args["said"] != "2026-11-20" || f.Args["safe"] != "" {
			t.Errorf("%s: got %s %s %v", tt.name, f.Severity, f.Confidence, f.Args)
		}
	}
}

func TestASignedFileKnowsWhenSupportEnds(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	signed := func(s news.Support) news.Answer {
		return news.Answer{Version: 1, Dated: seen, Support: []news.Support{s}}
	}
	next := time.Now().AddDate(0, 6, 0).Format("2006-01")
	for _, tt := range []struct {
		name string
		d    discovery.Device
		s    news.Support
		want checks.Kind
		sure bool
		ends string
	}{
		{"ended", product("Netgear", "", "RAX30", router, "V1.0"), news.Support{Maker: "Netgear", Models: []string{"RAX30"}, Ends: "2026-03", Date: "2026-10-01", Sure: true}, Ended, true, "2026-03"},
		{"ends soon", product("Netgear", "", "RAX30", router, "V1.0"), news.Support{Maker: "NETGEAR", Models: []string{"rax 30"}, Ends: next, Date: "2026-10-01", Sure: true}, EndsSoon, true, next},
		{"not sure", product("Netgear", "", "RAX30", router, "V1.0"), news.Support{Maker: "Netgear", Models: []string{"RAX30"}, Ends: "2026-03", Date: "2026-10-01"}, Ended, false, ""},
		{"of another revision", product("Netgear", "", "RAX30v2", router, "V1.0"), news.Support{Maker: "Netgear", Models: []string{"RAX30"}, Revisions: []string{"1"}, Ends: "2026-03", Date: "2026-10-01", Sure: true}, nothing, false, ""},
		{"of a revision that it does not tell", product("Netgear", "", "RAX30", router, "V1.0"), news.Support{Maker: "Netgear", Models: []string{"RAX30"}, Revisions: []string{"1"}, Ends: "2026-03", Date: "2026-10-01", Sure: true}, Ended, false, ""},
		{"of another model", product("Netgear", "", "RAX30S", router, "V1.0"), news.Support{Maker: "Netgear", Models: []string{"RAX30"}, Ends: "2026-03", Date: "2026-10-01", Sure: true}, nothing, false, ""},
		{"in place of what we knew", product("Belkin WeMo", "", "Insight", discovery.KindPlug, ""), news.Support{Maker: "Belkin WeMo", Models: []string{"Insight"}, Ends: "2036", Date: "2026-10-01", Sure: true}, nothing, false, "2036"},
		{"we know better", product("Belkin WeMo", "", "Insight", discovery.KindPlug, ""), news.Support{Maker: "Belkin WeMo", Models: []string{"Insight"}, Ends: "2036", Date: "2020-10-01", Sure: true}, Ended, true, "2026-01-31"},
		{"not sure enough", product("Belkin WeMo", "", "Insight", discovery.KindPlug, ""), news.Support{Maker: "Belkin WeMo", Models: []string{"Insight"}, Ends: "2036", Date: "2026-10-01"}, Ended, true, "2026-01-31"},
	} {
		tt.s.Source = "signed.example"
		check := Check{Catalog: c, Book: told(c, signed(tt.s))}
		got, err := check.Run(t.Context(), checks.Target{Device: tt.d})
		if v := verdict(got, err); v != tt.want || (len(got) > 0 && (got[0].Confidence == discovery.Saw) != tt.sure) {
			t.Errorf("%s: got %s %v, want %s: %+v", tt.name, v, err, tt.want, got)
			continue
		}
		known := check.Known(tt.d)
		if known.Ends != tt.ends || (tt.ends != "" && (known.EndsSaid.Source == "" || known.EndsSaid.Day == "")) {
			t.Errorf("%s: got %+v, want %q", tt.name, known, tt.ends)
		}
		if len(got) > 0 && (got[0].Args["ends_source"] == "" || got[0].Args["ends_said"] == "") {
			t.Errorf("%s: who says so? %v", tt.name, got[0].Args)
		}
	}
}

// TestNothingIsFixedByASourceThatFallsSilent looks again after the newest version is not known any more.
func TestNothingIsFixedByASourceThatFallsSilent(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	lamp := product("WLED", "", "", discovery.KindLight, "0.14.0")
	before, err := Check{Catalog: c, Book: told(c, honest)}.Run(t.Context(), checks.Target{Device: lamp})
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	for _, tt := range []struct {
		name    string
		version string
		said    news.Answer
		want    checks.Kind
	}{
		{"nobody says anything", "0.14.0", news.Answer{}, unchecked},
		{"an older one is said to be the newest", "0.14.0", news.Answer{News: []news.News{newestOf("WLED", "", "", "0.13.0")}}, unchecked},
		{"what it runs is said to be the newest", "0.14.0", news.Answer{News: []news.News{newestOf("WLED", "", "", "0.14.0")}}, fine},
		{"it was updated", "0.99.1", honest, fine},
		{"it was updated, and nobody says anything", "0.99.1", news.Answer{}, fine},
		{"it does not tell its version", "", honest, unchecked},
		{"it tells rubbish", "banana", honest, unchecked},
	} {
		lamp := product("WLED", "", "", discovery.KindLight, tt.version)
		got, err := Check{Catalog: c, Book: told(c, tt.said)}.Run(t.Context(), checks.Target{Device: lamp, Before: before})
		if v := verdict(got, err); v != tt.want {
			t.Errorf("%s: got %s %v, want %s", tt.name, v, err, tt.want)
		}
	}
}
