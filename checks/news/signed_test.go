package news

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func knowledge(version string, dated time.Time) []byte {
	return []byte(`{"version": ` + version + `, "dated": "` + dated.UTC().Format(time.RFC3339) + `", "news": [{"maker": "Netgear", "model": "R7000",
		"version": "V1.0.99.9", "page": "https://example.invalid/r7000"}], "holes": [{"cve": "CVE-2019-99999", "maker": "D-Link", "product": "DIR-000", "added": "2026-01-01T00:00:00Z"}],
		"support": [{"maker": "Netgear", "models": ["R7000"], "ends": "2027-05", "source": "netgear.com", "date": "2026-03-01", "sure": true}]}`)
}

func TestOnlyANewerFileThatIsSignedIsLoaded(t *testing.T) {
	ours, key, _ := ed25519.GenerateKey(nil)
	_, other, _ := ed25519.GenerateKey(nil)
	keys := []ed25519.PublicKey{ours}
	now := time.Now()
	sign := func(key ed25519.PrivateKey, k []byte) []byte {
		t.Helper()
		b, err := Sign(key, k)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := sign(key, knowledge("7", now.Add(-time.Hour)))
	state, err := Load(keys, good, State{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := NewBook([]State{state}, same).Newest(Product{Maker: "Netgear", Model: "R7000"}, "V1.0"); !ok || n.Version != "V1.0.99.9" || n.Seen.IsZero() {
		t.Errorf("got %+v", n)
	}
	if got := NewBook([]State{state}, same).Support("NETGEAR", "r7000", "R7000", ""); len(got) != 1 || got[0].Ends != "2027-05" || !got[0].Sure || state.Known() != 3 {
		t.Errorf("got %+v of %d entries", got, state.Known())
	}
	var s sealed
	if err := json.Unmarshal(good, &s); err != nil {
		t.Fatal(err)
	}
	changed, _ := json.Marshal(sealed{bytes.Replace(s.Knowledge, []byte("R7000"), []byte("R8000"), 1), s.Signature})
	bare, _ := json.Marshal(sealed{s.Knowledge, ed25519.Sign(key, s.Knowledge)})
	unsigned, _ := json.Marshal(sealed{s.Knowledge, nil})
	for name, tt := range map[string]struct {
		keys []ed25519.PublicKey
		file []byte
		want error
	}{
		"the same again":      {keys, good, ErrNotNewer},
		"an older version":    {keys, sign(key, knowledge("6", now)), ErrNotNewer},
		"an older date":       {keys, sign(key, knowledge("8", now.Add(-2*time.Hour))), ErrNotNewer},
		"the future":          {keys, sign(key, knowledge("8", now.Add(72*time.Hour))), errOdd},
		"another key":         {keys, sign(other, knowledge("8", now)), ErrNotSigned},
		"no key":              {nil, sign(key, knowledge("8", now)), ErrNotSigned},
		"changed":             {keys, changed, ErrNotSigned},
		"for another purpose": {keys, bare, ErrNotSigned},
		"unsigned":            {keys, unsigned, ErrNotSigned},
		"bare":                {keys, knowledge("8", now), ErrNotSigned},
		"a page":              {keys, []byte("<html>"), ErrNotSigned},
		"nothing":             {keys, nil, ErrNotSigned},
		"too big":             {keys, make([]byte, MaxSigned+1), errTooBig},
	} {
		if got, err := Load(tt.keys, tt.file, state, now); !errors.Is(err, tt.want) || got.Parts != nil {
			t.Errorf("%s: got %+v, %v, want %v", name, got, err, tt.want)
		}
	}
	if next, err := Load(keys, sign(key, knowledge("8", now)), state, now); err != nil || next.Parts[""].Answer.Version != 8 {
		t.Errorf("got %+v, %v", next, err)
	}
	release := `{"version": 9, "dated": "2026-01-01T00:00:00Z", "porchlight": {"version": "1.2.0", "page": "https://example.invalid/get"}}`
	if a, err := parseKnowledge([]byte(release)); err != nil || a.Program != (Release{"1.2.0", "https://example.invalid/get"}) {
		t.Errorf("got %+v, %v", a.Program, err)
	}
	bad := []string{strings.Replace(release, "https:", "file:", 1), strings.Replace(release, "1.2.0", "", 1), strings.Replace(release, "1.2.0", `1\u202e2`, 1), `{}`, `null`, `{"version": 1}`}
	for _, change := range [][2]string{
		{"https:", "file:"},
		{`"R7000"`, `"\u202e"`},
		{`["R7000"]`, `[]`},
		{`["R7000"]`, `["R7000", ""]`},
		{`["R7000"]`, `["\u001b[31m"]`},
		{"2027-05", "soon"},
		{"2027-05", "2027-13"},
		{`"source": "netgear.com"`, `"source": ""`},
		{"2026-03-01", "2026"},
		{`"sure"`, `"still": "upgrade", "sure"`},
		{`"models"`, `"family": "x", "models"`},
	} {
		bad = append(bad, strings.Replace(string(knowledge("1", now)), change[0], change[1], 1))
	}
	for _, bad := range bad {
		if _, err := Sign(key, []byte(bad)); !errors.Is(err, errOdd) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	if _, err := Keys(); err != nil {
		t.Error(err)
	}
}

// A signed file that comes from an address is believed like one from a disk, and neither makes us forget the other.
func TestASignedFileComesFromAnAddress(t *testing.T) {
	ours, key, _ := ed25519.GenerateKey(nil)
	_, other, _ := ed25519.GenerateKey(nil)
	keys, now := []ed25519.PublicKey{ours}, time.Now()
	sign := func(key ed25519.PrivateKey, version string, dated time.Time) []byte {
		t.Helper()
		b, err := Sign(key, knowledge(version, dated))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	source, err := From(keys, "https://api.github.com/knowledge.json?for=homes")
	if err != nil {
		t.Fatal(err)
	}
	var answer atomic.Value
	var asked atomic.Value
	n := online(t, later, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Host + r.URL.RequestURI())
		_, _ = w.Write(answer.Load().([]byte))
	})
	loaded, err := Load(keys, sign(key, "7", now.Add(-time.Hour)), State{}, now)
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{states: map[string]State{Signed: loaded}}
	for _, tt := range []struct {
		name    string
		say     []byte
		version int
		trouble Trouble
	}{
		{"a newer one", sign(key, "8", now), 8, ""},
		{"the same again", sign(key, "8", now), 8, ""},
		{"an older version", sign(key, "7", now), 8, Older},
		{"an older date", sign(key, "9", now.Add(-2*time.Hour)), 8, Older},
		{"the future", sign(key, "9", now.Add(72*time.Hour)), 8, Odd},
		{"another key", sign(other, "9", now), 8, Unsigned},
		{"not signed", knowledge("9", now), 8, Unsigned},
		{"a page", []byte("<html>"), 8, Unsigned},
		{"nothing", nil, 8, Unsigned},
		{"endless", make([]byte, MaxSigned+1), 8, TooBig},
		{"the next one", sign(key, "9", now), 9, ""},
	} {
		answer.Store(append([]byte{}, tt.say...))
		k := Keeper{Client: n.client, Shelf: s, Sources: []Source{source}, Log: quiet}
		if err := k.Ask(t.Context(), []string{Signed}, nil, func(string, string, int, int) {}); err != nil {
			t.Fatal(err)
		}
		got := s.states[Signed]
		if len(got.Parts) != 1 || got.Answer().Version != tt.version || got.Trouble != tt.trouble || got.Known() != 3 {
			t.Errorf("%s: got version %d of %d parts, trouble %q, want %d, %q", tt.name, got.Answer().Version, len(got.Parts), got.Trouble, tt.version, tt.trouble)
		}
		if n := got.Answer().News[0]; !n.Seen.Equal(got.Answer().Dated) {
			t.Errorf("%s: said on %v, and seen on %v", tt.name, got.Answer().Dated, n.Seen)
		}
		s.tomorrow()
	}
	if got := asked.Load(); got != "api.github.com/knowledge.json?for=homes" {
		t.Errorf("asked %v", got)
	}
	if _, err := Load(keys, sign(key, "9", now), s.states[Signed], now); !errors.Is(err, ErrNotNewer) {
		t.Errorf("the same from a disk: got %v", err)
	}
	n.dialed.Store(0)
	k := Keeper{Client: n.client, Shelf: s, Sources: []Source{source}, Log: quiet}
	if err := k.Ask(t.Context(), Names(), nil, func(string, string, int, int) {}); err != nil || n.dialed.Load() != 0 {
		t.Errorf("switched off, and %d connections, %v", n.dialed.Load(), err)
	}
	if got := s.states[Signed].Moved(); !got.Asked.IsZero() || got.Answer().Version != 9 || got.Parts[""].Tag != (tag{}) {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyAnAddressIsAsked(t *testing.T) {
	for _, address := range []string{
		"", "example.org/file", "http://example.org/file", "file:///etc/passwd", "https://", "https:///file", "https://me:secret@example.org/",
		"https://example.org/#part", "https://example.org/\x1b[31m", "https://example.org/\u202e", "https://exa mple.org/", "javascript:alert(1)",
	} {
		if s, err := From(nil, address); !errors.Is(err, ErrNotAddress) {
			t.Errorf("%q: got %v, %v", address, s, err)
		}
	}
	s, err := From(nil, "https://example.org:8443/")
	if err != nil || s.Host() != "example.org:8443" || s.Name() != Signed {
		t.Errorf("got %v, %v", s, err)
	}
	if _, _, _, err := (&Client{}).get(t.Context(), "192.168.1.1", s.Requests(nil)[0], tag{}); !errors.Is(err, errHome) {
		t.Errorf("an address in the home: got %v", err)
	}
}

func FuzzParseKnowledge(f *testing.F) {
	f.Add(knowledge("1", time.Unix(1760000000, 0)))
	f.Add([]byte(`{"knowledge": "", "signature": ""}`))
	ours, _, _ := ed25519.GenerateKey(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseKnowledge(b); err == nil && len(a.News)+len(a.Holes)+len(a.Support) == 0 && a.Program == (Release{}) {
			t.Error("no knowledge is knowledge")
		}
		if _, err := Load([]ed25519.PublicKey{ours}, b, State{}, time.Now()); err == nil {
			t.Error("what nobody signed was loaded")
		}
	})
}
