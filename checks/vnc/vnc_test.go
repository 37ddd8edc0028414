package vnc

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "desk", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

// screen greets, waits for the answer, says the types and hangs up. answered gets the answer.
func screen(greeting, types string, answered *string) *testhome.Device {
	return device(func(_ context.Context, _ *testhome.Device, c net.Conn) {
		_, _ = io.WriteString(c, greeting)
		b := make([]byte, versionBytes)
		n, _ := io.ReadFull(c, b)
		*answered = string(b[:n])
		_, _ = io.WriteString(c, types)
		_, _ = io.Copy(io.Discard, c)
	})
}

func target(d *testhome.Device, before ...checks.Finding) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{ID: "d-desk", Addrs: []netip.Addr{d.Addr}, Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: "vnc"}}},
		Way:    way.To(home, d.Addr, lan.Sturdy), Before: before,
	}
}

func TestWhichLocksAScreenHas(t *testing.T) {
	for _, tt := range []struct {
		name, greeting, types, answer string
		found, unclear                bool
		severity                      checks.Severity
	}{
		{name: "none", greeting: "RFB 003.008\n", types: "\x01\x01", answer: "RFB 003.008\n", found: true, severity: checks.Today},
		{name: "none, or encrypted", greeting: "RFB 003.008\n", types: "\x02\x01\x13", answer: "RFB 003.008\n", found: true, severity: checks.Today},
		{name: "none, or a password", greeting: "RFB 003.008\n", types: "\x02\x02\x01", answer: "RFB 003.008\n", found: true, severity: checks.Week},
		{name: "none, 3.7", greeting: "RFB 003.007\n", types: "\x01\x01", answer: "RFB 003.007\n", found: true, severity: checks.Today},
		{name: "none, 3.3", greeting: "RFB 003.003\n", types: "\x00\x00\x00\x01", answer: "RFB 003.003\n", found: true, severity: checks.Today},
		{name: "password", greeting: "RFB 003.008\n", types: "\x02\x13\x02", answer: "RFB 003.008\n"},
		{name: "password, 3.3", greeting: "RFB 003.003\n", types: "\x00\x00\x00\x02", answer: "RFB 003.003\n"},
		{name: "password, a version between", greeting: "RFB 003.005\n", types: "\x00\x00\x00\x02", answer: "RFB 003.003\n"},
		{name: "Apple", greeting: "RFB 003.889\n", types: "\x04\x1e\x21\x24\x23", answer: "RFB 003.008\n"},
		{name: "RealVNC", greeting: "RFB 005.000\n", types: "\x01\x05", answer: "RFB 003.008\n"},
		{name: "says it later", greeting: "RFB 003.008\n", types: "\x01\x12", answer: "RFB 003.008\n", unclear: true},
		{name: "too many tries", greeting: "RFB 003.008\n", types: "\x00\x00\x00\x00\x1aToo many security failures", answer: "RFB 003.008\n", unclear: true},
		{name: "too many tries, 3.3", greeting: "RFB 003.003\n", types: "\x00\x00\x00\x00\x00\x00\x00\x04long", answer: "RFB 003.003\n", unclear: true},
		{name: "a repeater", greeting: "RFB 000.000\n", unclear: true},
		{name: "no screen", greeting: "SSH-2.0-dropbear_2020.81\r\n", unclear: true},
		{name: "escape", greeting: "\x1b[31mRFB \u202e\u200b\u200b", unclear: true},
		{name: "endless", greeting: strings.Repeat("RFB ", 1<<20), unclear: true},
		{name: "TLS nonsense", greeting: "\x15\x03\x01\x00\x02\x02\x16\x15\x03\x01\x00\x02", unclear: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answered := ""
			d := screen(tt.greeting, tt.types, &answered)
			home := testhome.Run(t, d)
			found, err := Check{}.Run(t.Context(), target(d))
			if err := home.Close(); err != nil {
				t.Error(err)
			}
			switch {
			case (err != nil) != tt.unclear, (len(found) == 1) != tt.found, err != nil && checks.Reason(err) != checks.ReasonUnclear:
				t.Errorf("got %+v, %v", found, err)
			case tt.found && (found[0].Severity != tt.severity || (found[0].Confidence == discovery.Saw) != (tt.severity == checks.Today)):
				t.Errorf("got %+v", found[0])
			}
			if sent := d.Counts().Received[d.Doors[0].Port]; answered != tt.answer || sent > versionBytes {
				t.Errorf("it was answered %q, want %q; %d bytes", answered, tt.answer, sent)
			}
		})
	}
}
