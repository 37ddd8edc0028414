package doh

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"porchlight/discovery/lan"
)

func TestAQuestionIsAskedAndNothingElse(t *testing.T) {
	var got *http.Request
	var body []byte
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", message)
		_, _ = w.Write([]byte("answer"))
	}))
	defer srv.Close()
	b, err := Asker{client: srv.Client()}.Ask(t.Context(), srv.URL+"/dns-query", []byte("question"), "dns A www.paypal.com")
	if err != nil || string(b) != "answer" {
		t.Fatalf("got %q, %v", b, err)
	}
	if got.Method != http.MethodPost || !bytes.Equal(body, []byte("question")) || got.UserAgent() != "" || got.Header.Get("Cookie") != "" {
		t.Errorf("sent %s %q, %v", got.Method, body, got.Header)
	}
	if _, err := (Asker{client: srv.Client()}).Ask(t.Context(), srv.URL, nil, "inventory of the home"); !errors.Is(err, lan.ErrNotListed) {
		t.Errorf("a request that is not listed: got %v", err)
	}
	// The certificate of the simulated server is not one that the system trusts.
	if b, err := (Asker{}).Ask(t.Context(), srv.URL, []byte("question"), "dns A www.paypal.com"); err == nil {
		t.Errorf("a server that anybody could be was believed: %q", b)
	}
}

func TestHostileAnswersFromOutsideAreNotBelieved(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", message)
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("A"), 32<<10)); err != nil {
					return
				}
			}
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://192.0.2.99/", http.StatusFound)
		},
		"a page":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"a refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", message)
			w.Header().Set("X-Long", strings.Repeat("A", 64<<10))
		},
	} {
		srv := httptest.NewTLSServer(answer)
		client := own()
		transport, _ := client.Transport.(*http.Transport)
		trusted, _ := srv.Client().Transport.(*http.Transport)
		transport.TLSClientConfig = trusted.TLSClientConfig
		if b, err := (Asker{client: client}).Ask(t.Context(), srv.URL, []byte("question"), "dns A www.paypal.com"); err == nil {
			t.Errorf("%s: got %d bytes", name, len(b))
		}
		client.CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	}
}
