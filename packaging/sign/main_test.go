package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/checks/news"
)

func TestWhatIsSignedIsLoaded(t *testing.T) {
	dir := t.TempDir()
	key, knowledge, signed := filepath.Join(dir, "key"), filepath.Join(dir, "knowledge.json"), filepath.Join(dir, "signed.json")
	var out strings.Builder
	if err := run([]string{"key", key}, &out); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"key", key}, &out); err == nil {
		t.Error("the key was overwritten")
	}
	public, err := base64.StdEncoding.DecodeString(strings.TrimSpace(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	raw := `{"version": 1, "dated": "2026-01-01T00:00:00Z", "news": [{"maker": "Netgear", "version": "1", "page": "https://example.invalid"}]}`
	if err := os.WriteFile(knowledge, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"file", key, knowledge, signed}, &out); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(signed)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := news.Load([]ed25519.PublicKey{public}, file, news.State{}, time.Now()); err != nil || s.Known() != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, args := range [][]string{nil, {"key"}, {"file", knowledge, knowledge, signed}, {"file", key, key, signed}} {
		if err := run(args, &out); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
