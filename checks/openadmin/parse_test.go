package openadmin

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"porchlight/discovery"
)

// bomb is a page of 64 MB in a few kilobytes.
var bomb = packed(strings.Repeat("{", 64<<20))

func packed(s string) string {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestAPackedAnswerIsReadUpToItsCap(t *testing.T) {
	h := http.Header{"Content-Encoding": {"gzip"}}
	for _, tt := range []struct {
		name, body string
		header     http.Header
		want       int
	}{
		{"plain", "hello", nil, 5},
		{"packed", packed("hello"), h, 5},
		{"a bomb", bomb, h, maxPage},
		{"no gzip", "hello", h, 0},
		{"cut off", packed("hello")[:8], h, 0},
	} {
		if got := plain(tt.header, []byte(tt.body)); len(got) != tt.want {
			t.Errorf("%s: got %d bytes, want %d", tt.name, len(got), tt.want)
		}
	}
}

func TestARedirectToASignInIsARefusal(t *testing.T) {
	for to, want := range map[string]verdict{
		"/login": shut, "/Login.htm": shut, "/log-in": shut, "/logon.html": shut, "/sign-in": shut, "/users/sign_in": shut, "/?page=login": shut,
		"/start": unclear, "/": unclear, "/setup": unclear,
	} {
		u, err := url.Parse("http://192.0.2.4" + to)
		if err != nil {
			t.Fatal(err)
		}
		if got := redirected(u); got != want {
			t.Errorf("%s: got %v, want %v", to, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range products {
		for _, body := range p.open {
			f.Add(body, false)
		}
	}
	f.Add(packed(`{"a":1}`), true)
	f.Fuzz(func(t *testing.T, body string, zipped bool) {
		h := http.Header{}
		if zipped {
			h.Set("Content-Encoding", "gzip")
		}
		for _, fact := range answer("/api", http.StatusOK, h, []byte(body)) {
			if fact.Key == discovery.FactHTTPBody {
				continue // it is matched and not kept
			}
			if fact.Value != discovery.Clean(fact.Value) {
				t.Errorf("not clean: %q", fact)
			}
		}
	})
}
