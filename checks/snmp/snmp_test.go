package snmp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// An agent answers datagrams with f, and connections with dial.
type agent struct {
	f     func(ask []byte) ([]byte, error)
	dial  error
	asked [][]byte
	knock []uint16
}

func (a *agent) target(d discovery.Device, before ...checks.Finding) checks.Target {
	return checks.Target{Device: d, Before: before, Way: checks.Way{
		Exchange: func(_ context.Context, port uint16, payload []byte, line string) ([]byte, error) {
			if port != 161 || !lan.Listed("udp", line) {
				return nil, errors.New("not listed")
			}
			a.asked = append(a.asked, payload)
			return a.f(payload)
		},
		Dial: func(_ context.Context, port uint16, line string) (net.Conn, error) {
			if !lan.Listed("tcp", line) {
				return nil, errors.New("not listed")
			}
			a.knock = append(a.knock, port)
			if a.dial != nil {
				return nil, a.dial
			}
			c, other := net.Pipe()
			_ = other.Close()
			return c, nil
		},
	}}
}

// answers turns the question into an answer: that of a device with nothing to say, which is an
// answer all the same. A request has the tag 0xa0, a response 0xa2 (RFC 3416, section 3).
func answers(ask []byte) ([]byte, error) {
	return bytes.Replace(ask, []byte("public\xa0"), []byte("public\xa2"), 1), nil
}

func fails(err error) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) { return nil, err }
}

func TestWhoAnswersToPublic(t *testing.T) {
	silence := fmt.Errorf("ask: %w", lan.ErrNoAnswer)
	web := []discovery.Service{{Port: 631, Transport: "tcp", Protocol: "ipp"}, {Port: 8080, Transport: "tcp", Protocol: "http"}, {Port: 161, Transport: "udp", Protocol: "snmp"}}
	before := checks.Finding{Port: 161}
	for _, tt := range []struct {
		name   string
		a      agent
		d      discovery.Device
		before []checks.Finding
		found  bool
		reason string // "" for a clear answer
		urgent checks.Severity
		knock  uint16 // 0 for none
	}{
		{name: "a switch", a: agent{f: answers}, d: discovery.Device{Services: web}, found: true, urgent: checks.Week},
		{name: "a printer", a: agent{f: answers}, d: discovery.Device{Kind: discovery.KindPrinter}, found: true, urgent: checks.Inform},
		{name: "silent", a: agent{f: fails(silence)}, reason: checks.ReasonUnreachable},
		{name: "switched off", a: agent{f: fails(fmt.Errorf("%w: %w", silence, syscall.ECONNREFUSED))}},
		{name: "found before, another word now", a: agent{f: fails(silence)}, d: discovery.Device{Services: web}, before: []checks.Finding{before}, knock: 8080},
		{name: "found before, another word now, no doors", a: agent{f: fails(silence), dial: syscall.ECONNREFUSED}, before: []checks.Finding{before}, knock: 80},
		{name: "found before, gone", a: agent{f: fails(silence), dial: os.ErrDeadlineExceeded}, before: []checks.Finding{before}, reason: checks.ReasonUnreachable, knock: 80},
		{name: "asked too often", a: agent{f: fails(lan.ErrBudget)}, before: []checks.Finding{before}, reason: checks.ReasonUnreachable},
		{name: "sends the question back", a: agent{f: func(b []byte) ([]byte, error) { return b, nil }}, reason: checks.ReasonOdd},
		{name: "nonsense", a: agent{f: func([]byte) ([]byte, error) { return bytes.Repeat([]byte("\x1b[31m"), 1500), nil }}, reason: checks.ReasonOdd},
	} {
		found, err := Check{}.Run(t.Context(), tt.a.target(tt.d, tt.before...))
		if (err != nil) != (tt.reason != "") || (len(found) == 1) != tt.found || (err != nil && checks.Reason(err) != tt.reason) {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
		if tt.found && (found[0].Severity != tt.urgent || found[0].Confidence != discovery.Saw) {
			t.Errorf("%s: got %+v", tt.name, found[0])
		}
		if len(tt.a.asked) != 1 || !bytes.Contains(tt.a.asked[0], []byte("\x04\x06public\xa0")) { // GET
			t.Errorf("%s: it heard %x", tt.name, tt.a.asked)
		}
		if len(tt.a.knock) > 0 != (tt.knock > 0) || (tt.knock > 0 && tt.a.knock[0] != tt.knock) {
			t.Errorf("%s: knocked at %v", tt.name, tt.a.knock)
		}
	}
}

func TestOnlyWhatAnsweredDuringDiscoveryIsAsked(t *testing.T) {
	if !(Check{}).Applies(discovery.Device{Services: []discovery.Service{{Port: 161, Transport: "udp", Protocol: "snmp"}}}) {
		t.Error("an agent is passed by")
	}
	if (Check{}).Applies(discovery.Device{Kind: discovery.KindPrinter, Services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}}) {
		t.Error("a device without an agent is asked")
	}
}
