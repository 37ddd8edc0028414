package program

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"porchlight/checks/news"
	"porchlight/discovery"
)

// In one round the list of CISA is asked, then what the records say of the hole that it names for a device of this home.
func TestARecordIsAskedForInTheRoundThatNeedsIt(t *testing.T) {
	const (
		list = `{"dateReleased": "2026-11-20T00:00:00Z", "vulnerabilities": [
			{"cveID": "CVE-2026-99999", "vendorProject": "NETGEAR", "product": "RAX30", "dateAdded": "2026-11-19"},
			{"cveID": "CVE-2026-99998", "vendorProject": "Zyxel", "product": "NBG6604", "dateAdded": "2026-11-19"}]}`
		record = `{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": "CVE-2026-99999", "configurations": [{"nodes": [{"cpeMatch": [
			{"vulnerable": true, "criteria": "cpe:2.3:o:netgear:rax30_firmware:*:*:*:*:*:*:*:*", "versionEndExcluding": "1.0.99.100"}]}]}]}}]}`
	)
	router := discovery.Device{ID: "d-1", Present: true, Vendor: "Netgear", Model: "RAX30", Kind: discovery.KindRouter, Firmware: "V1.0.9.90_3"}
	for _, tt := range []struct {
		name    string
		on      []string
		devices []discovery.Device
		want    []string
	}{
		{"both on", []string{"kev", news.NVD}, []discovery.Device{router}, []string{"known_exploited_vulnerabilities.json", "2.0?cveId=CVE-2026-99999"}},
		{"only the list", []string{"kev"}, []discovery.Device{router}, []string{"known_exploited_vulnerabilities.json"}},
		{"only the records", []string{news.NVD}, []discovery.Device{router}, nil},
		{"no such device", []string{"kev", news.NVD}, nil, []string{"known_exploited_vulnerabilities.json"}},
	} {
		p := opened(t, Options{Dir: t.TempDir()})
		var mu sync.Mutex
		var asked []string
		p.internet(t, time.Now().Add(time.Hour), func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked = append(asked, r.URL.RequestURI()[strings.LastIndex(r.URL.RequestURI(), "/")+1:])
			mu.Unlock()
			body := list
			if strings.Contains(r.URL.Path, "/cves/") {
				body = record
			}
			_, _ = w.Write([]byte(body))
		})
		for range 2 { // on the same day nobody is asked again
			if err := p.ask(t.Context(), tt.on, tt.devices, func(string, string, int, int) {}); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(asked, tt.want) {
			t.Errorf("%s: asked %q, want %q", tt.name, asked, tt.want)
		}
		if holes := p.book().Holes("Netgear", "RAX30"); len(tt.want) > 1 && (len(holes) != 1 || holes[0].Record == nil) {
			t.Errorf("%s: got %+v", tt.name, holes)
		}
	}
}

func TestAnAddressOfKnowledgeIsKept(t *testing.T) {
	p := opened(t, Options{Dir: t.TempDir()})
	hosts := func() string {
		sources, err := p.News(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sources {
			if s.Name == news.Signed {
				return s.Host + map[bool]string{true: " on", false: " off"}[s.On]
			}
		}
		return ""
	}
	if err := p.SwitchNews(t.Context(), []string{news.Signed}, nil); !errors.Is(err, ErrNoAddress) || hosts() != "" {
		t.Errorf("nobody said where: got %v, %q", err, hosts())
	}
	for _, bad := range []string{"http://example.org/k", "example.org", "https://a:b@example.org/"} {
		if err := p.NewsFrom(t.Context(), bad); !errors.Is(err, news.ErrNotAddress) || hosts() != "" {
			t.Errorf("%q: got %v, %q", bad, err, hosts())
		}
	}
	if err := p.NewsFrom(t.Context(), "https://example.org/k.json"); err != nil || hosts() != "example.org on" {
		t.Errorf("got %v, %q", err, hosts())
	}
	if err := p.SwitchNews(t.Context(), nil, []string{news.Signed}); err != nil || hosts() != "example.org off" {
		t.Errorf("got %v, %q", err, hosts())
	}
	// What is kept of the files stays, and another address is asked at once.
	answer := news.Answer{Version: 7, Dated: time.Now().UTC()}
	kept := news.State{Source: news.Signed, Asked: time.Now().UTC(), Trouble: news.Unsigned, Since: time.Now().UTC(), Parts: map[string]news.Part{"": {Answered: time.Now().UTC(), Answer: answer}}}
	if err := p.store.SaveNews(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if err := p.NewsFrom(t.Context(), "https://another.example.org/"); err != nil || hosts() != "another.example.org on" {
		t.Errorf("got %v, %q", err, hosts())
	}
	if got, err := p.SignedNews(t.Context()); err != nil || !got.Asked.IsZero() || got.Trouble != "" || got.Answer().Version != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := p.NewsFrom(t.Context(), ""); err != nil || hosts() != "" {
		t.Errorf("got %v, %q", err, hosts())
	}
	if err := p.NewsFrom(t.Context(), "https://example.org/k.json"); err != nil || hosts() != "example.org on" {
		t.Errorf("got %v, %q", err, hosts())
	}
}
