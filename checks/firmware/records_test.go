package firmware

import (
	"slices"
	"testing"

	"porchlight/checks"
	"porchlight/checks/news"
	"porchlight/discovery"
)

// TestARecordTellsWhoIsMeant lets CISA list a hole, and a record say in which versions it is.
func TestARecordTellsWhoIsMeant(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	const cve = "CVE-2026-9999"
	of := func(ranges ...news.Range) []news.Range {
		for i := range ranges {
			ranges[i].Maker, ranges[i].Product = "netgear", "r7000"
		}
		return ranges
	}
	fixed := of(news.Range{Fixed: "1.0.99.100"})
	branches := of(news.Range{Fixed: "1.0.50.1"}, news.Range{From: "1.0.90.0", Fixed: "1.0.99.100"})
	for _, tt := range []struct {
		name, version string
		ranges        []news.Range
		want          checks.Kind
		safe, listed  string
	}{
		{"no record", "V1.0.99.1_10.2.1", nil, Exploited, "", "yes"},
		{"without the repair", "V1.0.99.1_10.2.1", fixed, Exploited, "1.0.99.100", ""},
		{"with the repair", "V1.0.99.100_10.2.1", fixed, nothing, "", ""},
		{"newer", "V1.0.99.101_10.2.1", fixed, nothing, "", ""},
		{"does not tell", "", fixed, Exploited, "1.0.99.100", ""},
		{"rubbish", "banana", fixed, Exploited, "1.0.99.100", ""},
		{"with the repair of its branch", "V1.0.60.1", branches, nothing, "", ""},
		{"in the other branch", "V1.0.95.1", branches, Exploited, "1.0.99.100", ""},
		{"a version that was tried", "V1.0.99.1", of(news.Range{From: "1.0.99.1", Until: "1.0.99.1"}), Exploited, "", "yes"},
		{"one that nobody tried", "V1.0.99.2", of(news.Range{From: "1.0.99.1", Until: "1.0.99.1"}), Exploited, "", "yes"},
		{"more to say", "V1.0.99.101", append(of(news.Range{Unclear: true}), fixed...), Exploited, "", "yes"},
		{"all versions", "V1.0.99.101", of(news.Range{}), Exploited, "", "yes"},
		{"another model", "V1.0.99.101", []news.Range{{Maker: "netgear", Product: "r7000p", Fixed: "1.0.0.1"}}, Exploited, "", "yes"},
		{"another maker", "V1.0.99.101", []news.Range{{Maker: "D-Link", Product: "r7000", Fixed: "1.0.0.1"}}, Exploited, "", "yes"},
	} {
		book := told(c,
			news.Answer{Holes: []news.Hole{{CVE: cve, Maker: "NETGEAR", Product: "R7000 Router", Added: seen}}},
			news.Answer{Records: []news.Record{{CVE: cve, Source: "NVD", Ranges: tt.ranges}}})
		check := Check{Catalog: c, Book: book}
		d := product("Netgear", "", "R7000", router, tt.version)
		d.Present = true
		l := check.look(d, seen.AddDate(0, 0, 1))
		at := slices.IndexFunc(l.claims, func(c claim) bool { return c.args["hole"] == cve })
		if (at >= 0) != (tt.want == Exploited) {
			t.Errorf("%s: got %+v, want %s", tt.name, l.claims, tt.want)
			continue
		}
		if got := check.Wanted([]discovery.Device{d}); !slices.Equal(got, []string{cve}) {
			t.Errorf("%s: wants the records of %v", tt.name, got)
		}
		if at < 0 { // what was told before that was known is over
			before := checks.Finding{Kind: Exploited, Args: map[string]string{"hole": cve, "version": tt.version}}
			if found, err := check.Run(t.Context(), checks.Target{Device: d, Before: []checks.Finding{before}}); err != nil || len(found) > 0 {
				t.Errorf("%s: got %v, %v", tt.name, found, err)
			}
			continue
		}
		got := l.claims[at]
		if got.args["safe"] != tt.safe || got.args["listed"] != tt.listed || got.severity == checks.Today || got.confidence == discovery.Saw {
			t.Errorf("%s: got %+v, want %q", tt.name, got, tt.safe)
		}
		if want := map[bool]string{true: "CISA KEV, NVD", false: "CISA KEV"}[tt.safe != ""]; got.args["source"] != want {
			t.Errorf("%s: %q says so, want %q", tt.name, got.args["source"], want)
		}
	}
}

func TestOnlyRecordsThatTellMoreAreWanted(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	check := Check{Catalog: c, Book: told(c, news.Answer{Holes: []news.Hole{
		{CVE: "CVE-2026-0001", Maker: "NETGEAR", Product: "R7000", Added: seen.AddDate(0, 0, -2)},
		{CVE: "CVE-2026-0002", Maker: "NETGEAR", Product: "R7000 and R8000", Added: seen},
		{CVE: "CVE-2017-5521", Maker: "NETGEAR", Product: "R7000", Added: seen.AddDate(-4, 0, 0)}, // in the maker files
		{CVE: "CVE-2026-0003", Maker: "Zyxel", Product: "NBG6604", Added: seen},
	}})}
	here, corrected := product("Netgear", "", "R7000", router, "V1.0.99.1"), product("WLED", "", "", discovery.KindLight, "0.14.0")
	here.Present, corrected.Present = true, true
	away, alone := here, here
	away.Present, alone.LeaveAlone = false, true
	corrected.Correct(discovery.Correction{Vendor: "Zyxel", Model: "NBG6604"})
	if got, want := check.Wanted([]discovery.Device{here, here, corrected}), []string{"CVE-2026-0002", "CVE-2026-0001"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := check.Wanted([]discovery.Device{away, alone}); got != nil {
		t.Errorf("of devices that are away or left alone: %v", got)
	}
	if got := (Check{Catalog: c}).Wanted([]discovery.Device{here}); got != nil {
		t.Errorf("without news: %v", got)
	}
}
