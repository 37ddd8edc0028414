package telnet

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

const (
	iac    = "\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03"
	prompt = "\r\nNVR login: "
	denon  = "MVMAX 98\rMV50\r"
)

// target has a device that says a greeting at its doors and hangs up.
func target(greeting string, dial error, d discovery.Device, before ...checks.Finding) checks.Target {
	d.ID = "d-1"
	return checks.Target{Device: d, Before: before, Way: checks.Way{
		Dial: func(_ context.Context, _ uint16, line string) (net.Conn, error) {
			if dial != nil || line != "connect, read greeting" {
				return nil, dial
			}
			c, other := net.Pipe()
			go func() {
				_, _ = io.WriteString(other, greeting)
				_ = other.Close()
			}()
			return c, nil
		},
	}}
}

func door(port uint16, protocol string) []discovery.Service {
	return []discovery.Service{{Port: port, Transport: "tcp", Protocol: protocol}}
}

func TestAnOpenConsoleIsFoundAndOnlyARefusalIsClear(t *testing.T) {
	open := discovery.Device{Services: door(2323, "telnet")}
	announced := open
	announced.Facts = []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_telnet._tcp"}}
	before := checks.Finding{Port: 23}
	for _, tt := range []struct {
		name    string
		t       checks.Target
		found   uint16
		sure    bool
		unknown bool
	}{
		{name: "negotiates", t: target(iac, nil, open), found: 2323, sure: true},
		{name: "asks", t: target(prompt, nil, open), found: 2323, sure: true},
		{name: "announced, does both", t: target(iac+prompt, nil, announced), found: 2323, sure: true},
		{name: "announced, only negotiates", t: target(iac, nil, announced), found: 2323},
		{name: "announced, and something else", t: target(denon, nil, announced)},
		{name: "busy", t: target("Too many users\r\n", nil, open), unknown: true},
		{name: "endless", t: target(strings.Repeat("\x1b[31m", 1<<16), nil, open), unknown: true},
		{name: "TLS nonsense", t: target("\x15\x03\x01\x00\x02\x02\x16", nil, open), unknown: true},
		{name: "closed in between", t: target("", syscall.ECONNREFUSED, open)},
		{name: "no answer", t: target("", os.ErrDeadlineExceeded, open), unknown: true},
		{name: "stopped", t: target("", context.Canceled, open), unknown: true},
		{name: "hangs up", t: target("", nil, open), unknown: true},
		{name: "open and silent", t: target("", nil, discovery.Device{Services: door(23, "")}), unknown: true},
		{name: "found before, open", t: target(iac+prompt, nil, discovery.Device{}, before), found: 23, sure: true},
		{name: "found before, something else", t: target(denon, nil, discovery.Device{}, before), unknown: true},
		{name: "found before, closed", t: target("", syscall.ECONNREFUSED, discovery.Device{}, before)},
		{name: "found before, no answer", t: target("", os.ErrDeadlineExceeded, discovery.Device{}, before), unknown: true},
	} {
		got, err := Check{}.Run(t.Context(), tt.t)
		if (err != nil) != tt.unknown || (len(got) == 1) != (tt.found > 0) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
			continue
		}
		if tt.found == 0 {
			continue
		}
		want, strength := checks.Week, discovery.Likely
		if tt.sure {
			want, strength = checks.Today, discovery.Saw
		}
		if f := got[0]; f.Port != tt.found || f.Severity != want || f.Confidence != strength {
			t.Errorf("%s: got %+v", tt.name, f)
		}
	}
}

func TestWhoseConsoleItIsMakesItUrgent(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want checks.Severity
	}{
		{"a router", discovery.Device{Kind: discovery.KindRouter}, checks.Today},
		{"a camera", discovery.Device{Kind: discovery.KindCamera}, checks.Today},
		{"nobody knows", discovery.Device{}, checks.Today},
		{"a computer", discovery.Device{Kind: discovery.KindComputer}, checks.Week},
		{"a printer", discovery.Device{Kind: discovery.KindPrinter}, checks.Good},
		{"a network switch", discovery.Device{Kind: discovery.KindSwitch}, checks.Good},
		{"an amplifier", discovery.Device{Kind: discovery.KindMediaPlayer, Vendor: "Denon"}, checks.Good},
		{"another player", discovery.Device{Kind: discovery.KindMediaPlayer, Vendor: "Acme"}, checks.Today},
	} {
		tt.d.Services = door(23, "telnet")
		got, err := Check{}.Run(t.Context(), target(iac+prompt, nil, tt.d))
		if err != nil || len(got) != 1 || got[0].Severity != tt.want {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}

func TestControlPortsArePassedBy(t *testing.T) {
	other := []discovery.Fact{{Key: "banner.unknown", Value: "MVMAX 98"}}
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"open and silent", discovery.Device{Services: door(23, "")}, true},
		{"a console", discovery.Device{Services: door(23, "telnet")}, true},
		{"an amplifier that waits", discovery.Device{Vendor: "Denon", Services: door(23, "")}, false},
		{"one that talks of its volume", discovery.Device{Services: door(23, ""), Facts: other}, false},
	} {
		if got := (Check{}).Applies(tt.d); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
