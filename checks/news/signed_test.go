package news

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func knowledge(version string, dated time.Time) []byte {
	return []byte(`{"version": ` + version + `, "dated": "` + dated.UTC().Format(time.RFC3339) + `", "news": [{"maker": "Netgear", "model": "R7000",
		"version": "V1.0.99.9", "page": "https://example.invalid/r7000"}], "holes": [{"cve": "CVE-2019-99999", "maker": "D-Link", "product": "DIR-000", "added": "2026-01-01T00:00:00Z"}]}`)
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
	for _, bad := range []string{`{}`, `null`, `{"version": 1}`, strings.Replace(string(knowledge("1", now)), "https:", "file:", 1), strings.Replace(string(knowledge("1", now)), "R7000", `\u202e`, 1)} {
		if _, err := Sign(key, []byte(bad)); !errors.Is(err, errOdd) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	if _, err := Keys(); err != nil {
		t.Error(err)
	}
}

func FuzzParseKnowledge(f *testing.F) {
	f.Add(knowledge("1", time.Unix(1760000000, 0)))
	f.Add([]byte(`{"knowledge": "", "signature": ""}`))
	ours, _, _ := ed25519.GenerateKey(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseKnowledge(b); err == nil && len(a.News)+len(a.Holes) == 0 {
			t.Error("no knowledge is knowledge")
		}
		if _, err := Load([]ed25519.PublicKey{ours}, b, State{}, time.Now()); err == nil {
			t.Error("what nobody signed was loaded")
		}
	})
}
