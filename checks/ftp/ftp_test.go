package ftp

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "shelf", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

// A server answers each command by the reply in its list; "" hangs up.
type server struct {
	greeting, user, pass string

	heard []string // once ended is closed
	ended chan struct{}
}

func (s *server) talk(_ context.Context, _ *testhome.Device, c net.Conn) {
	defer close(s.ended)
	_, _ = io.WriteString(c, s.greeting)
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		s.heard = append(s.heard, line)
		reply := map[string]string{"USER": s.user, "PASS": s.pass, "QUIT": "221 Bye\r\n"}[line[:4]]
		if _, err := io.WriteString(c, reply); err != nil || reply == "" {
			return
		}
	}
}

func target(d *testhome.Device, before ...checks.Finding) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{ID: "d-shelf", Addrs: []netip.Addr{d.Addr}, Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: "ftp"}}},
		Way:    way.To(home, d.Addr, lan.Sturdy), Before: before,
	}
}

const ready, ask, in, out = "220 ready\r\n", "331 Please specify the password.\r\n", "230-Welcome\r\n\x1b[31mto \u202eall\r\n230 Login successful.\r\n", "530 Login incorrect.\r\n"

func TestWhoIsLetIn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		s      server
		kind   discovery.Kind
		found  bool
		urgent checks.Severity
		reason string // "" for a clear answer
		heard  []string
	}{
		{name: "the guest", s: server{greeting: ready, user: ask, pass: in}, found: true, urgent: checks.Week, heard: []string{user, password, quit}},
		{name: "without a password", s: server{greeting: ready, user: in}, found: true, urgent: checks.Week, heard: []string{user, quit}},
		{name: "a printer", s: server{greeting: ready, user: in}, kind: discovery.KindPrinter, found: true, urgent: checks.Inform, heard: []string{user, quit}},
		{name: "not the guest", s: server{greeting: ready, user: ask, pass: out}, heard: []string{user, password, quit}},
		{name: "not even a password", s: server{greeting: "220-Long\r\n220 ready\r\n", user: out}, heard: []string{user, quit}},
		{name: "encrypt first", s: server{greeting: ready, user: "550 SSL/TLS required on the control channel\r\n"}, reason: checks.ReasonUnclear, heard: []string{user, quit}},
		{name: "too many users", s: server{greeting: "421 Too many users\r\n"}, reason: checks.ReasonUnclear},
		{name: "hangs up at the name", s: server{greeting: ready}, reason: checks.ReasonUnclear, heard: []string{user}},
		{name: "asks twice", s: server{greeting: ready, user: ask, pass: ask}, reason: checks.ReasonUnclear, heard: []string{user, password, quit}},
		{name: "nonsense", s: server{greeting: "\x15\x03\x01\x00\x02\x02\x16\n"}, reason: checks.ReasonOdd},
		{name: "endless", s: server{greeting: strings.Repeat("220-and so on\r\n", 1<<16)}, reason: checks.ReasonOdd},
		{name: "endless line", s: server{greeting: ready, user: "331 " + strings.Repeat("x", 1<<18)}, reason: checks.ReasonOdd, heard: []string{user}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.s.ended = make(chan struct{})
			d := device(tt.s.talk)
			testhome.Run(t, d)
			at := target(d)
			at.Device.Kind = tt.kind
			found, err := Check{}.Run(t.Context(), at)
			<-tt.s.ended
			switch {
			case (err != nil) != (tt.reason != ""), (len(found) == 1) != tt.found, err != nil && checks.Reason(err) != tt.reason:
				t.Errorf("got %+v, %v", found, err)
			case tt.found && found[0].Severity != tt.urgent:
				t.Errorf("got %+v", found[0])
			}
			for _, f := range found {
				for _, e := range f.Evidence {
					if e.Value != discovery.Clean(e.Value) {
						t.Errorf("not clean: %q", e)
					}
				}
			}
			if !slices.Equal(tt.s.heard, tt.heard) {
				t.Errorf("it heard %q, want %q", tt.s.heard, tt.heard)
			}
		})
	}
}
