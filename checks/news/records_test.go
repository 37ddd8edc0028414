package news

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// Two answers about a hole that is made up, in the shapes of the NVD's API 2.0 and of a record of version 5.
const (
	nvdRecord = `{"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-01-02T03:04:05.000",
		"vulnerabilities": [{"cve": {"id": "CVE-2019-99999", "sourceIdentifier": "psirt@example.invalid", "published": "2025-11-30T10:00:00.000", "vulnStatus": "Analyzed",
		"descriptions": [{"lang": "en", "value": "Made up."}], "metrics": {},
		"configurations": [{"operator": "AND", "nodes": [
			{"operator": "OR", "negate": false, "cpeMatch": [
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-000_firmware:*:*:*:*:*:*:*:*", "versionStartIncluding": "1.02", "versionEndExcluding": "1.07b02"},
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-000_firmware:0.99:*:*:*:*:*:*:*"},
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-001\\(eu\\)_firmware:*:*:*:*:*:*:*:*", "versionEndIncluding": "2.0"},
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-002_firmware:1.1:beta3:*:*:*:*:*:*"},
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-003_firmware:-:*:*:*:*:*:*:*"},
				{"vulnerable": true, "criteria": "cpe:2.3:o:dlink:dir-004_firmware:*:*:*:*:*:*:*:*", "versionStartExcluding": "1.0"},
				{"vulnerable": true, "criteria": "cpe:2.3:h:dlink:dir-005:*:*:*:*:*:*:*:*"}]},
			{"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": false, "criteria": "cpe:2.3:h:dlink:dir-000:-:*:*:*:*:*:*:*"}]}]}],
		"affected": [{"source": "psirt@example.invalid", "affectedData": [{"vendor": "D-Link", "product": "DIR-006", "defaultStatus": "unaffected",
			"versions": [{"version": "0", "lessThan": "5.1.12", "versionType": "semver", "status": "affected"}]}]}],
		"references": []}}]}`
	cveRecord = `{"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2019-99999", "state": "PUBLISHED", "datePublished": "2025-11-30T10:00:00.000Z"},
		"containers": {"cna": {"affected": [
			{"vendor": "D-Link", "product": "DIR-000", "versions": [{"version": "1.06", "status": "affected"}, {"version": "1.08", "status": "unaffected"}]},
			{"vendor": "D-Link", "product": "DIR-007 Router", "versions": [{"version": "unspecified", "lessThanOrEqual": "3.0", "status": "affected"}]},
			{"vendor": "D-Link", "product": "DIR-008", "versions": [{"version": "All versions before 2.0", "status": "affected"}]},
			{"vendor": "D-Link", "product": "DIR-009", "defaultStatus": "affected"},
			{"vendor": "D-Link", "product": "DIR-010", "defaultStatus": "affected", "versions": [{"version": "2.0", "status": "unaffected"}]},
			{"vendor": "n/a", "product": "n/a", "versions": [{"version": "n/a", "status": "affected"}]}]},
			"adp": [{"title": "made up", "affected": [{"vendor": "dlink", "product": "dir-011_firmware", "versions": [{"version": "0", "lessThan": "1.1", "status": "affected", "changes": [{"at": "1.0.5", "status": "unaffected"}]}]}]}]}}`
)

func TestARecordSaysInWhichVersionsAHoleIs(t *testing.T) {
	n := online(t, later, answering)
	s := &shelf{}
	ask(t, n, s, []string{"kev", NVD, "cve"}, nil)
	states, _ := s.News(t.Context())
	holes := NewBook(states, func(m string) string { return strings.ReplaceAll(m, "dlink", "D-Link") }).Holes("D-Link", "DIR-000")
	if len(holes) != 1 || holes[0].Record == nil || holes[0].Record.Source != "NVD, cve.org" {
		t.Fatalf("got %+v", holes)
	}
	of := func(product string) Range { return Range{Maker: "D-Link", Product: product} }
	unclear := func(product string) []Range { return []Range{{Maker: "D-Link", Product: product, Unclear: true}} }
	for name, want := range map[string][]Range{
		"DIR-000": {
			{Maker: "D-Link", Product: "dir-000", From: "1.02", Fixed: "1.07b02"},
			{Maker: "D-Link", Product: "dir-000", From: "0.99", Until: "0.99"},
			{Maker: "D-Link", Product: "DIR-000", From: "1.06", Until: "1.06"},
		},
		"dir 001": {{Maker: "D-Link", Product: "dir-001(eu)", Until: "2.0"}},
		"DIR-002": unclear("dir-002"),
		"DIR-003": unclear("dir-003"),
		"DIR-004": unclear("dir-004"),
		"DIR-005": nil,
		"DIR-006": {{Maker: "D-Link", Product: "DIR-006", Fixed: "5.1.12"}},
		"DIR-007": {{Maker: "D-Link", Product: "DIR-007 Router", Until: "3.0"}},
		"DIR-008": unclear("DIR-008"),
		"DIR-009": {of("DIR-009")},
		"DIR-010": unclear("DIR-010"),
		"DIR-011": unclear("dir-011"),
		"DIR-00":  nil,
		"DIR":     nil,
		"":        nil,
	} {
		got := holes[0].Record.Of("d-link", name)
		less := func(a, b Range) int {
			return strings.Compare(a.Product+a.From+a.Fixed, b.Product+b.From+b.Fixed)
		}
		slices.SortFunc(got, less)
		slices.SortFunc(want, less)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %+v, want %+v", name, got, want)
		}
	}
	if got := holes[0].Record.Of("Netgear", "DIR-000"); got != nil {
		t.Errorf("of another maker: %+v", got)
	}
	var none *Record
	if got := none.Of("D-Link", "DIR-000"); got != nil {
		t.Errorf("nobody was asked: %+v", got)
	}
}

func TestOnlyAFewRecordsAreAskedForEachDay(t *testing.T) {
	now := time.Now()
	wanted := []string{"CVE-2026-0001", "CVE-2026-0001", "CVE-2026-0002&x=1", "../CVE-2026-0003", "CVE-2026-0004", "CVE-2026-0005", "CVE-2026-0006", "CVE-2026-0007", "CVE-2026-12345"}
	asks := func(kept []State) (out [][]string) {
		for _, s := range Records(wanted, kept, now) {
			var paths []string
			for _, r := range s.Requests(nil) {
				paths = append(paths, r.Model)
				if p := r.Path; !strings.HasPrefix(p, "/") || strings.ContainsAny(p, " #") || strings.Contains(p, "..") {
					t.Errorf("asks for %q", p)
				}
			}
			out = append(out, paths)
		}
		return out
	}
	first := []string{"CVE-2026-0001", "CVE-2026-0004", "CVE-2026-0005", "CVE-2026-0006"}
	for _, got := range asks(nil) {
		if !slices.Equal(got, first) {
			t.Errorf("got %v, want %v", got, first)
		}
	}
	nvd := places()[0]
	kept := []State{{Source: NVD, Parts: map[string]Part{
		nvd.path("CVE-2026-0001"): {Answered: now.Add(-24 * time.Hour)},
		nvd.path("CVE-2026-0004"): {Answered: now.Add(-fresh)},
		nvd.path("CVE-2026-0005"): {Answered: now.Add(24 * time.Hour)},
	}}}
	if got, want := asks(kept)[0], []string{"CVE-2026-0004", "CVE-2026-0006", "CVE-2026-0007", "CVE-2026-12345"}; !slices.Equal(got, want) {
		t.Errorf("after a day: got %v, want %v", got, want)
	}
	if got := asks(kept)[1]; !slices.Equal(got, first) {
		t.Errorf("the other place was not asked yet: got %v", got)
	}
	if got := Records([]string{"CVE-2026-12345"}, nil, now)[1].Requests(nil)[0].Path; got != "/CVEProject/cvelistV5/main/cves/2026/12xxx/CVE-2026-12345.json" {
		t.Errorf("got %q", got)
	}
}

// The NVD wants no more than 5 requests within 30 s, whatever the user does.
func TestStoppingDoesNotAskTwice(t *testing.T) {
	if perDay > 5 {
		t.Errorf("%d requests at once", perDay)
	}
	n := online(t, later, answering)
	s := &shelf{}
	ctx, stop := context.WithCancel(t.Context())
	k := Keeper{Client: n.client, Shelf: s, Sources: sources(), Log: quiet}
	if err := k.Ask(ctx, []string{NVD}, nil, func(string, string, int, int) { stop() }); err != nil {
		t.Fatal(err)
	}
	first := n.dialed.Load()
	if state := s.states[NVD]; state.Asked.IsZero() || state.Trouble != "" {
		t.Errorf("after a stop: %+v", state)
	}
	ask(t, n, s, []string{NVD}, nil)
	if again := n.dialed.Load(); first == 0 || again != first {
		t.Errorf("%d connections, then %d", first, again-first)
	}
}

func TestWrongRecordsAreNotTaken(t *testing.T) {
	r := Records([]string{"CVE-2019-99999"}, nil, time.Now())[0]
	asked := r.Requests(nil)[0]
	for name, body := range map[string]string{
		"another hole":   strings.ReplaceAll(nvdRecord, "CVE-2019-99999", "CVE-2019-99998"),
		"another record": strings.ReplaceAll(cveRecord, "CVE-2019-99999", "CVE-2019-99998"),
		"no form":        `{"vulnerabilities": []}`,
		"a page":         "<html>",
		"endless":        strings.Replace(cveRecord, `{"vendor": "n/a"`, strings.Join(endless(), ",")+`,{"vendor": "n/a"`, 1),
	} {
		if a, err := r.Parse(asked, []byte(body)); err == nil || len(a.Records) > 0 {
			t.Errorf("%s: got %+v, %v", name, a, err)
		}
	}
	// What nobody has written about is no fault, and what was written is not forgotten for that.
	nothing, err := r.Parse(asked, []byte(`{"format": "NVD_CVE", "totalResults": 0, "vulnerabilities": []}`))
	if err != nil || len(nothing.Records) != 0 {
		t.Errorf("got %+v, %v", nothing, err)
	}
	known, err := r.Parse(asked, []byte(nvdRecord))
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := merge(known, nothing, time.Now()); err == nil || len(kept.Records) != 1 {
		t.Errorf("got %+v, %v", kept, err)
	}
	hostile := strings.Replace(cveRecord, `"D-Link", "product": "DIR-000"`, `"D-Link", "product": "DIR-000 \u001b[31m\u202e`+strings.Repeat("x", 9000)+`"`, 1)
	a, err := r.Parse(asked, []byte(hostile))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range a.Records[0].Ranges {
		if !clean(x.Maker) || !clean(x.Product) || len(x.Product) > 500 {
			t.Errorf("got %q", x.Product)
		}
	}
}

// endless are the products of a record that has too many.
func endless() []string {
	var out []string
	for i := range maxRanges + 10 {
		b, _ := json.Marshal(map[string]any{"vendor": "D-Link", "product": strings.Repeat("x", i%50+1) + string(rune('a'+i%26)) + time.Duration(i).String(), "defaultStatus": "affected"})
		out = append(out, string(b))
	}
	return out
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(nvdRecord))
	f.Add([]byte(cveRecord))
	f.Add([]byte(`{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": "CVE-2019-99999", "configurations": [{"nodes": [{"cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:o:a:b\\"}]}]}]}}]}`))
	r := Records([]string{"CVE-2019-99999"}, nil, time.Now())[0]
	asked := r.Requests(nil)[0]
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := r.Parse(asked, b)
		if err != nil && len(a.Records) > 0 {
			t.Errorf("an error and an answer: %+v", a)
		}
		for _, record := range a.Records {
			if record.CVE != asked.Model || len(record.Ranges) == 0 || len(record.Ranges) > maxRanges {
				t.Errorf("got %+v", record)
			}
			for _, x := range record.Ranges {
				if x.Maker == "" || x.Product == "" || !clean(x.Maker) || !clean(x.Product) || !isVersion(x.From, x.Fixed, x.Until) {
					t.Errorf("got %+v", x)
				}
			}
		}
	})
}
