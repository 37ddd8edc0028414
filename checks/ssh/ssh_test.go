package ssh

import (
	"context"
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

func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "camera", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

// says greets and hangs up.
func says(text string) testhome.Talk {
	return func(_ context.Context, _ *testhome.Device, c net.Conn) { _, _ = io.WriteString(c, text) }
}

func target(d *testhome.Device, before ...checks.Finding) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{
			ID: "d-camera", Kind: discovery.KindCamera, Addrs: []netip.Addr{d.Addr},
			Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: "ssh"}},
		},
		Way: way.To(home, d.Addr, lan.Sturdy), Before: before,
	}
}

func TestWhatAConsoleSays(t *testing.T) {
	for _, tt := range []struct {
		name, greeting, words string
		found                 bool
	}{
		{"dropbear", "SSH-2.0-dropbear_2020.81\r\n", "dropbear_2020.81", true},
		{"a word before", "Hello\r\nSSH-2.0-OpenSSH_9.6 \x1b[31m\u202ex\r\n", "OpenSSH_9.6 [31mx", true},
		{"nameless", "SSH-2.0-\r\n", "", true},
		{"another version", "SSH-9.9-x\r\n", "", false},
		{"something else", "220 ready\r\n", "", false},
		{"half a greeting", "SSH-2.0-drop", "", false},
		{"endless", strings.Repeat("SSH", 1<<18), "", false},
		{"endless lines", strings.Repeat("x\n", 1<<18), "", false},
		{"TLS nonsense", "\x15\x03\x01\x00\x02\x02\x16", "", false},
		{"nothing", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := device(says(tt.greeting))
			testhome.Run(t, d)
			found, err := Check{}.Run(t.Context(), target(d))
			if (err == nil) != tt.found || (len(found) == 1) != tt.found || (err != nil && checks.Reason(err) != checks.ReasonUnclear) {
				t.Fatalf("got %+v, %v", found, err)
			}
			if tt.words != "" && found[0].Evidence[0].Value != tt.words {
				t.Errorf("got %+v", found[0])
			}
			if got := d.Counts().Received[d.Doors[0].Port]; got != 0 {
				t.Errorf("it was sent %d bytes", got)
			}
		})
	}
}

func TestComputersMayHaveOne(t *testing.T) {
	open := []discovery.Service{{Port: 22, Transport: "tcp", Protocol: "ssh"}}
	facts := []discovery.Fact{{Key: factBanner, Value: "dropbear"}}
	for kind, want := range map[discovery.Kind]string{
		discovery.KindComputer: "", discovery.KindUnknown: "", discovery.KindOther: "",
		discovery.KindRouter: "info", discovery.KindNAS: "info", discovery.KindCamera: "good", discovery.KindPlug: "good",
	} {
		d := discovery.Device{Kind: kind, Services: open, Facts: facts}
		if got := (Check{}).Applies(d); got != (want != "") {
			t.Errorf("%s: applies is %v", kind, got)
		}
		// It greeted in this round, so nobody knocks: the way is missing.
		found, err := Check{}.Run(t.Context(), checks.Target{Device: d})
		if err != nil || (len(found) == 1) != (want != "") || (want != "" && found[0].Severity.String() != want) {
			t.Errorf("%s: got %+v, %v", kind, found, err)
		}
	}
}

func TestAFindingIsLookedAtAgain(t *testing.T) {
	before := func(d *testhome.Device) checks.Finding { return checks.Finding{Port: d.Doors[0].Port} }
	open := device(says("SSH-2.0-dropbear\r\n"))
	testhome.Run(t, open)
	at := target(open, before(open))
	at.Device.Facts = []discovery.Fact{{Key: factBanner, Value: "dropbear"}}
	if found, err := (Check{}).Run(t.Context(), at); err != nil || len(found) != 1 {
		t.Errorf("open: got %+v, %v", found, err)
	}
	if n := open.Counts().Connections[open.Doors[0].Port]; n != 1 {
		t.Errorf("%d connections", n)
	}
	closed := device(nil)
	home := testhome.Run(t, closed)
	at = target(closed, before(closed))
	if err := home.Close(); err != nil {
		t.Fatal(err)
	}
	if found, err := (Check{}).Run(t.Context(), at); err != nil || len(found) > 0 {
		t.Errorf("closed: got %+v, %v", found, err)
	}
	for name, talk := range map[string]testhome.Talk{"silent": nil, "slow": testhome.SlowTalk("SSH-2.0-dropbear\r\n", 100*time.Millisecond)} {
		d := device(talk)
		testhome.Run(t, d)
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if found, err := (Check{}).Run(ctx, target(d, before(d))); err == nil {
			t.Errorf("%s: got %+v", name, found)
		}
		stop()
	}
}
