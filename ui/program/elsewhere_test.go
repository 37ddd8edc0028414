package program

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"porchlight/checks/rounds"
	"porchlight/ui/elsewhere"
	"porchlight/ui/report"
)

func TestThePlaceElsewhereIsToldAndItsSecretsStay(t *testing.T) {
	dir := t.TempDir()
	p, ctx := opened(t, Options{Dir: dir}), t.Context()
	var got []report.RoundJSON
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var one report.RoundJSON
		if err := json.NewDecoder(r.Body).Decode(&one); err != nil {
			t.Error(err)
		}
		got = append(got, one)
		w.WriteHeader(status)
	}))
	defer server.Close()
	if err := p.TellElsewhere(ctx); err != nil {
		t.Errorf("nobody is to be told: %v", err)
	}
	if err := p.SetElsewhere(ctx, elsewhere.Target{Way: elsewhere.Webhook, Address: elsewhere.Secret(server.URL + "/hook/very-secret")}); err != nil {
		t.Fatal(err)
	}
	if err := p.TellElsewhere(ctx); !errors.Is(err, ErrNothingToTell) {
		t.Errorf("no round yet: got %v", err)
	}
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 1)
	if err := p.use(ctx, home); err != nil {
		t.Fatal(err)
	}
	if err := p.TellElsewhere(ctx); err != nil || len(got) != 1 || got[0].Home != "Flat" || len(got[0].Devices) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	status = http.StatusForbidden
	if err := p.TellElsewhere(ctx); !errors.Is(err, elsewhere.ErrRefused) || p.Sentence(err) == p.Sentence(errors.New("x")) {
		t.Errorf("got %v", err)
	}
	state, err := p.Elsewhere(ctx)
	if err != nil || state.Trouble != "refused" || time.Since(state.At) > time.Minute || state.Target.Way != elsewhere.Webhook {
		t.Errorf("got %+v, %v", state, err)
	}
	if all := fmt.Sprintf("%+v", state) + string(inJSON(t, state)); strings.Contains(all, "very-secret") {
		t.Errorf("the secret is shown: %s", all)
	}
	// Nothing else that can be seen or carried holds it, and the file is for this user alone.
	if info, err := os.Stat(filepath.Join(dir, "history.db")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("got %v, %v", info, err)
	}
	if err := p.SetElsewhere(ctx, elsewhere.Target{Way: elsewhere.Webhook}); err != nil { // the address that is kept
		t.Fatal(err)
	}
	status = http.StatusOK
	if err := p.TellElsewhere(ctx); err != nil || len(got) != 3 {
		t.Errorf("told %d times, %v", len(got), err)
	}
	if err := p.SetElsewhere(ctx, elsewhere.Target{Way: elsewhere.Webhook, Address: "http://203.0.113.1/x"}); !errors.Is(err, elsewhere.ErrPlain) {
		t.Errorf("got %v", err)
	}
	if err := p.SetElsewhere(ctx, elsewhere.Target{}); err != nil {
		t.Fatal(err)
	}
	if err := p.TellElsewhere(ctx); err != nil || len(got) != 3 {
		t.Errorf("switched off, and told %d times, %v", len(got), err)
	}
	if value, err := p.store.Setting(ctx, elsewhereTarget); err != nil || strings.Contains(value, "very-secret") {
		t.Errorf("the secret stays: %v", err)
	}
}

func inJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAPlaceThatHangsDelaysNothing has a broker that takes every connection and never says a word.
func TestAPlaceThatHangsDelaysNothing(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan net.Conn, 9)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			came <- c
		}
	}()
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 1)
	if err := p.use(ctx, home); err != nil {
		t.Fatal(err)
	}
	port := uint16(ln.Addr().(*net.TCPAddr).Port)
	if err := p.SetElsewhere(ctx, elsewhere.Target{Way: elsewhere.MQTT, Host: "127.0.0.1", Port: port, User: "ana", Password: "word"}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 5 {
		p.tellSoon(ctx)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
	c := <-came
	if state, err := p.Elsewhere(ctx); err != nil || !state.Locked || state.Target.Password != "" || state.Where != fmt.Sprintf("127.0.0.1:%d", port) {
		t.Errorf("got %+v, %v", state, err)
	}
	_ = ln.Close()
	_ = c.Close()
	p.telling.Wait()
	if state, err := p.Elsewhere(ctx); err != nil || state.Trouble != "unreachable" {
		t.Errorf("got %+v, %v", state, err)
	}
	if err := p.DeleteHome(ctx, home.ID); err != nil { // nobody is there who could forget it
		t.Fatal(err)
	}
	later := opened(t, Options{Dir: t.TempDir(), TellLater: true})
	later.tellSoon(ctx)
	if later.waits.Load() {
		t.Error("another process tells it")
	}
}
