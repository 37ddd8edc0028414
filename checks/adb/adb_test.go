package adb

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// message writes one message of the protocol.
func message(command string, arg uint32, payload string) string {
	b := []byte(command)
	sum := uint32(0)
	for _, c := range []byte(payload) {
		sum += uint32(c)
	}
	le := binary.LittleEndian
	for _, v := range []uint32{arg, 0x1000, uint32(len(payload)), sum, ^le.Uint32(b)} {
		b = le.AppendUint32(b, v)
	}
	return string(b) + payload
}

// box is a device that answers to a hello and hangs up.
func box(reply string) *testhome.Device {
	return device(func(_ context.Context, _ *testhome.Device, c net.Conn) {
		if _, err := io.ReadFull(c, make([]byte, len(hello))); err == nil {
			_, _ = io.WriteString(c, reply)
		}
	})
}

func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "box", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

func target(d *testhome.Device, before ...checks.Finding) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{ID: "d-box", Addrs: []netip.Addr{d.Addr}, Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: "adb"}}},
		Way:    way.To(home, d.Addr, lan.Sturdy), Before: before,
	}
}

func TestHelloIsAsInTheDocument(t *testing.T) {
	if want := message("CNXN", 0x01000000, "host::\x00"); string(hello) != want {
		t.Errorf("got  %x\nwant %x", hello, want)
	}
}

const identity = "device::ro.product.name=box;ro.product.model=X96 \x1b[31m\u202eMini;ro.product.device=p212;"

func TestWhatTheDeviceAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, reply string
		kind        checks.Kind // "" for none
		severity    checks.Severity
		sure        discovery.Strength
		reason      string
	}{
		{name: "open", reply: message("CNXN", 0x01000001, identity), kind: Kind, severity: checks.Today, sure: discovery.Saw},
		{name: "open, old device", reply: message("CNXN", 0x01000000, "device::\x00"), kind: Kind, severity: checks.Today, sure: discovery.Saw},
		{name: "open, and no word of Android", reply: message("CNXN", 0x01000000, ""), kind: Kind, severity: checks.Week, sure: discovery.Likely},
		{name: "asks for a key", reply: message("AUTH", 1, strings.Repeat("k", 20)), kind: KindOn, severity: checks.Good, sure: discovery.Saw},
		{name: "asks to be paired", reply: message("STLS", 0x01000000, ""), kind: KindOn, severity: checks.Good, sure: discovery.Saw},
		{name: "a key instead of a token", reply: message("AUTH", 3, "key"), reason: checks.ReasonUnclear},
		{name: "opens a stream", reply: message("OPEN", 1, "shell:"), reason: checks.ReasonUnclear},
		{name: "our own words", reply: string(hello), reason: checks.ReasonUnclear},
		{name: "wrong mark", reply: strings.Replace(message("CNXN", 1, identity), "\xbc\xb1", "\xbc\xb2", 1), reason: checks.ReasonUnclear},
		{name: "a web page", reply: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", reason: checks.ReasonUnclear},
		{name: "TLS nonsense", reply: "\x15\x03\x01\x00\x02\x02\x16" + strings.Repeat("\x16\x03\x01", 30), reason: checks.ReasonUnclear},
		{name: "longer than allowed", reply: message("CNXN", 1, strings.Repeat("x", maxPayload+1)), reason: checks.ReasonOdd},
		{name: "says less than it said", reply: message("CNXN", 1, identity)[:60], reason: checks.ReasonUnclear},
		{name: "half a header", reply: "CNXN\x00\x00", reason: checks.ReasonUnclear},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := box(tt.reply)
			testhome.Run(t, d)
			found, err := Check{}.Run(t.Context(), target(d))
			if tt.kind == "" {
				if err == nil || len(found) > 0 || checks.Reason(err) != tt.reason {
					t.Errorf("got %+v, %v", found, err)
				}
			} else if err != nil || len(found) != 1 || found[0].Kind != tt.kind || found[0].Severity != tt.severity || found[0].Confidence != tt.sure {
				t.Errorf("got %+v, %v", found, err)
			}
			for _, f := range found {
				for _, e := range f.Evidence {
					if e.Value != discovery.Clean(e.Value) {
						t.Errorf("not clean: %q", e)
					}
				}
			}
			if got := d.Counts(); got.Received[d.Doors[0].Port] != len(hello) || got.Connections[d.Doors[0].Port] != 1 {
				t.Errorf("the device counted %+v", got)
			}
		})
	}
}

func TestEndlessAndSlowWordsEnd(t *testing.T) {
	for name, talk := range map[string]testhome.Talk{
		"slow": testhome.SlowTalk(message("CNXN", 1, identity), 100*time.Millisecond),
		"endless": func(_ context.Context, _ *testhome.Device, c net.Conn) {
			for {
				if _, err := io.WriteString(c, strings.Repeat("A", 32<<10)); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := device(talk)
			testhome.Run(t, d)
			ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer stop()
			if found, err := (Check{}).Run(ctx, target(d)); err == nil || len(found) > 0 {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}

func TestAFindingComesOutFixedOrUnknown(t *testing.T) {
	d := device(nil)
	home := testhome.Run(t, d)
	closed := target(d, checks.Finding{Port: d.Doors[0].Port, Kind: Kind})
	if err := home.Close(); err != nil {
		t.Fatal(err)
	}
	if found, err := (Check{}).Run(t.Context(), closed); err != nil || len(found) > 0 {
		t.Errorf("closed: got %+v, %v", found, err)
	}
	silent := device(nil)
	testhome.Run(t, silent)
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if found, err := (Check{}).Run(ctx, target(silent, checks.Finding{Port: silent.Doors[0].Port, Kind: Kind})); err == nil {
		t.Errorf("silent: got %+v", found)
	}
}

func TestOnlyWhatCanRunAndroidIsAsked(t *testing.T) {
	open := []discovery.Service{{Port: 5555, Transport: "tcp", Protocol: "adb"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"a television", discovery.Device{Kind: discovery.KindTV, Services: open}, true},
		{"nobody knows", discovery.Device{Services: open}, true},
		{"door closed", discovery.Device{Kind: discovery.KindTV}, false},
		{"an inverter", discovery.Device{Kind: discovery.KindSolar, Services: open}, false},
		{"a tiny one", discovery.Device{Tiny: true, Services: open}, false},
	} {
		if got := (Check{}).Applies(tt.d); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
