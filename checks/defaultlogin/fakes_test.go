package defaultlogin

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// counted is what a target's login saw.
type counted struct {
	logins, failed int
	past           []checks.Try
	log            bytes.Buffer

	mu    sync.Mutex
	lines []string
}

// target is a device on loopback, with a gate that allows every login and counts. Its ways are
// without the pace of discovery/lan, so that many rows can be tried; tests of single rows go
// through it.
func target(t *testing.T, d discovery.Device) (checks.Target, *counted) {
	t.Helper()
	c := &counted{}
	return checks.Target{
		Device: d, Way: direct(t, d, c, false), Log: slog.New(slog.NewTextHandler(&c.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tries: func(context.Context) ([]checks.Try, error) { return c.past, nil },
		Login: func(_ context.Context, _ string, f func(checks.Way) (bool, error)) (bool, error) {
			c.logins++
			ok, err := f(direct(t, d, c, true))
			if !ok {
				c.failed++
			}
			return ok, err
		},
	}, c
}

// direct is a way without a pace.
func direct(t *testing.T, d discovery.Device, c *counted, login bool) checks.Way {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	w := checks.Way{HTTP: &http.Client{Transport: transport}}
	if login {
		w.HTTP.Jar, _ = cookiejar.New(nil)
		w.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	note := func(line string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lines = append(c.lines, line)
		if !login && strings.HasSuffix(line, lan.WithLogin) {
			t.Errorf("%q without a login", line)
		}
	}
	w.Dial = func(ctx context.Context, port uint16, line string) (net.Conn, error) {
		note(line)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", netip.AddrPortFrom(d.Addr(), port).String())
		if err == nil {
			err = conn.SetDeadline(time.Now().Add(2 * time.Second))
		}
		return conn, err
	}
	w.Exchange = func(ctx context.Context, port uint16, payload []byte, line string) ([]byte, error) {
		note(line)
		conn, err := new(net.Dialer).DialContext(ctx, "udp", netip.AddrPortFrom(d.Addr(), port).String())
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		if _, err := conn.Write(payload); err != nil {
			return nil, err
		}
		b := make([]byte, 9000)
		n, err := conn.Read(b)
		if err != nil {
			return nil, lan.ErrNoAnswer
		}
		return b[:n], nil
	}
	return w
}

// paced is the way of discovery/lan, as a round has it.
func paced(t *testing.T, d discovery.Device) checks.Target {
	t.Helper()
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr()}, "test", nil)
	return checks.Target{
		Device: d, Way: way.To(home, d.Addr(), lan.Sturdy),
		Tries: func(context.Context) ([]checks.Try, error) { return nil, nil },
		Login: func(_ context.Context, _ string, f func(checks.Way) (bool, error)) (bool, error) {
			return f(way.WithLogin(home, d.Addr(), lan.Sturdy))
		},
	}
}

// A single is a check that knows some rows only.
type single struct{ rows []makers.Login }

func only(t *testing.T, rows ...makers.Login) single {
	t.Helper()
	return single{rows}
}

// run is Check.Run with these rows.
func (s single) run(t *testing.T, tt checks.Target) ([]checks.Finding, error) {
	t.Helper()
	rows := make([]makers.Login, len(s.rows))
	for i, l := range s.rows {
		l.Port = 0 // it is where the fake is
		rows[i] = l
	}
	return run(t.Context(), tt, rows)
}

// secret looks for what was typed in all that is kept and shown, but for what the device said.
func secret(t *testing.T, found []checks.Finding, l makers.Login) {
	t.Helper()
	for _, f := range found {
		f.Args = maps.Clone(f.Args)
		delete(f.Args, "user") // that may be shown
		for _, e := range f.Evidence {
			if e.Value == "" || e.Value != discovery.Clean(e.Value) {
				t.Errorf("evidence %q", e)
			}
		}
		f.Evidence = nil
		if s := fmt.Sprintf("%+v", f); len(l.Password) > 1 && strings.Contains(s, l.Password) {
			t.Errorf("the finding holds the password: %s", s)
		}
	}
}
