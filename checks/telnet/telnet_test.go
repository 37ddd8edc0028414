package telnet

import (
	"context"
	"net"
	"os"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func target(dial error, services []discovery.Service, before ...checks.Finding) checks.Target {
	return checks.Target{
		Device: discovery.Device{ID: "d-1", Services: services}, Before: before,
		Dial: func(context.Context, uint16) (net.Conn, error) {
			if dial != nil {
				return nil, dial
			}
			c, other := net.Pipe()
			_ = other.Close()
			return c, nil
		},
	}
}

func TestAnOpenConsoleIsFoundAndOnlyARefusalIsClear(t *testing.T) {
	open := []discovery.Service{{Port: 2323, Transport: "tcp", Protocol: "telnet"}}
	before := checks.Finding{Port: 23}
	for _, tt := range []struct {
		name    string
		t       checks.Target
		found   uint16
		unknown bool
	}{
		{name: "open", t: target(nil, open), found: 2323},
		{name: "closed in between", t: target(syscall.ECONNREFUSED, open)},
		{name: "no answer", t: target(os.ErrDeadlineExceeded, open), unknown: true},
		{name: "stopped", t: target(context.Canceled, open), unknown: true},
		{name: "open and silent", t: target(nil, []discovery.Service{{Port: 23, Transport: "tcp"}}), unknown: true},
		{name: "found before, open", t: target(nil, nil, before), found: 23},
		{name: "found before, closed", t: target(syscall.ECONNREFUSED, nil, before)},
		{name: "found before, no answer", t: target(os.ErrDeadlineExceeded, nil, before), unknown: true},
	} {
		got, err := Check{}.Run(t.Context(), tt.t)
		if (err != nil) != tt.unknown || (len(got) == 1) != (tt.found > 0) || (len(got) == 1 && got[0].Port != tt.found) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
	if !(Check{}).Applies(discovery.Device{Services: []discovery.Service{{Port: 23, Transport: "tcp"}}}) {
		t.Error("an open, silent door was passed by")
	}
	if (Check{}).Applies(discovery.Device{Services: []discovery.Service{{Port: 23, Transport: "tcp"}}, Facts: []discovery.Fact{{Key: "banner.unknown", Value: "MVMAX 98"}}}) {
		t.Error("a door that did not greet as telnet does was taken for it")
	}
}
