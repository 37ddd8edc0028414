package program

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// A holder is a broker that keeps what it is told.
type holder struct {
	net.Listener
	waits chan struct{} // closed when it may answer what is published; nil for at once
	came  chan struct{} // one for each message that waits

	mu    sync.Mutex
	kept  map[string]string
	names map[string]bool // of all who ever told something
}

func newHolder(t *testing.T) *holder {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	h := &holder{Listener: ln, came: make(chan struct{}, 1000), kept: map[string]string{}, names: map[string]bool{}}
	go h.listen(ln)
	return h
}

func (h *holder) listen(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go h.serve(c)
	}
}

func (h *holder) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	for {
		kind, err := r.ReadByte()
		if err != nil {
			return
		}
		n, _ := binary.ReadUvarint(r)
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		switch kind >> 4 {
		case 1: // somebody connects
			_, _ = c.Write([]byte{0x20, 2, 0, 0})
		case 3: // and publishes
			if h.waits != nil {
				h.came <- struct{}{}
				<-h.waits
			}
			l := 2 + int(binary.BigEndian.Uint16(body))
			h.keep(string(body[2:l]), string(body[l+2:]))
			_, _ = c.Write([]byte{0x40, 2, body[l], body[l+1]})
		}
	}
}

func (h *holder) keep(topic, payload string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if name, ok := strings.CutPrefix(topic, "porchlight/"); ok {
		h.names[strings.Split(name, "/")[0]] = true
	}
	if h.kept[topic] = payload; payload == "" {
		delete(h.kept, topic)
	}
}

// state gives how many topics hold something, and how many names there were.
func (h *holder) state() (topics, names int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.kept), len(h.names)
}

func (h *holder) target() elsewhere.Target {
	return elsewhere.Target{Way: elsewhere.MQTT, Host: "127.0.0.1", Port: uint16(h.Addr().(*net.TCPAddr).Port)}
}

// flat opens a program that shows a home in which a round was walked.
func flat(t *testing.T) (*Program, rounds.Home) {
	t.Helper()
	p := opened(t, Options{Dir: t.TempDir()})
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 1)
	if err := p.use(t.Context(), home); err != nil {
		t.Fatal(err)
	}
	return p, home
}

// try does what the button "Try" does.
func try(t *testing.T, p *Program, target elsewhere.Target) {
	t.Helper()
	if err := errors.Join(p.SetElsewhere(t.Context(), target), p.TellElsewhere(t.Context())); err != nil {
		t.Fatal(err)
	}
	p.telling.Wait()
}

func TestTryingOnceMoreChangesNoNames(t *testing.T) {
	p, _ := flat(t)
	h, other := newHolder(t), newHolder(t)
	try(t, p, h.target())
	first, _ := h.state()
	again := h.target()
	again.User = "ana"
	try(t, p, again)
	if topics, names := h.state(); topics != first || first == 0 || names != 1 {
		t.Errorf("%d topics, then %d of %d names", first, topics, names)
	}
	try(t, p, other.target())
	if topics, _ := h.state(); topics != 0 {
		t.Errorf("another place is told, and the one before holds %d topics", topics)
	}
	if topics, names := other.state(); topics != first || names != 1 {
		t.Errorf("%d topics, %d names", topics, names)
	}
}

func TestWhatCannotBeTakenBackNowIsTakenBackLater(t *testing.T) {
	p, home := flat(t)
	h := newHolder(t)
	try(t, p, h.target())
	at := h.Addr().String()
	_ = h.Close()
	if err := p.DeleteHome(t.Context(), home.ID); err != nil {
		t.Fatal(err)
	}
	p.telling.Wait()
	if topics, _ := h.state(); topics == 0 {
		t.Fatal("nobody was there, and nothing is held")
	}
	ln, err := net.Listen("tcp", at)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = ln.Close() }()
	go h.listen(ln)
	_ = p.TellElsewhere(t.Context())
	p.telling.Wait()
	if topics, _ := h.state(); topics != 0 {
		t.Errorf("%d topics are still held", topics)
	}
	var left []leftElsewhere
	if err := p.readKept(t.Context(), elsewhereLeft, &left); err != nil || len(left) > 0 {
		t.Errorf("%v; it would be taken back again: %d", err, len(left))
	}
}

// TestNobodyIsToldAfterOff chooses "Off", or erases all, while a telling is under way.
func TestNobodyIsToldAfterOff(t *testing.T) {
	for name, end := range map[string]func(context.Context, *Program) error{
		"off":   func(ctx context.Context, p *Program) error { return p.SetElsewhere(ctx, elsewhere.Target{}) },
		"erase": func(ctx context.Context, p *Program) error { return p.Erase(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := flat(t)
			h := newHolder(t)
			h.waits = make(chan struct{})
			if err := p.SetElsewhere(t.Context(), h.target()); err != nil {
				t.Fatal(err)
			}
			p.tellSoon(t.Context())
			<-h.came
			done := make(chan error)
			go func() { done <- end(t.Context(), p) }()
			time.Sleep(100 * time.Millisecond)
			close(h.waits)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			p.telling.Wait()
			if topics, _ := h.state(); topics != 0 {
				t.Errorf("%d topics are still held", topics)
			}
			if _, told, err := p.elsewhere(t.Context()); err != nil || len(told.Topics) > 0 || !told.At.IsZero() {
				t.Errorf("got %+v, %v", told, err)
			}
			if value, err := p.store.Setting(t.Context(), elsewhereTold); err != nil || name == "erase" && value != "" {
				t.Errorf("the erased history holds %q, %v", value, err)
			}
		})
	}
}

func TestDeletingAHomeWaitsForNoBroker(t *testing.T) {
	p, home := flat(t)
	h := newHolder(t)
	try(t, p, h.target())
	h.waits = make(chan struct{})
	p.tellSoon(t.Context())
	<-h.came
	began := time.Now()
	if err := p.DeleteHome(t.Context(), home.ID); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
	close(h.waits)
	p.telling.Wait()
	if topics, _ := h.state(); topics != 0 {
		t.Errorf("%d topics are still held", topics)
	}
}

func TestAForgottenDeviceIsForgottenElsewhere(t *testing.T) {
	p, _ := flat(t)
	h := newHolder(t)
	try(t, p, h.target())
	before, _ := h.state()
	if err := p.Forget(t.Context(), "d-Flat"); err != nil {
		t.Fatal(err)
	}
	p.telling.Wait()
	if topics, _ := h.state(); topics != before-2 { // what it is, and how it stands
		t.Errorf("%d topics, then %d", before, topics)
	}
}
