package plainlogin

import (
	"context"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOnlyAPageWithoutEncryptionIsFound(t *testing.T) {
	web := discovery.Service{Port: 80, Transport: "tcp", Protocol: "http"}
	described := discovery.Service{Port: 49152, Transport: "tcp", Protocol: "http"}
	secure := discovery.Service{Port: 8443, Transport: "tcp", Protocol: "http", TLS: true}
	realm := discovery.Fact{Key: discovery.FactHTTPRealm, Value: "Router"}
	field := discovery.Fact{Key: discovery.FactHTTPSignIn, Value: "password"}
	before := []checks.Finding{{Port: 80}}
	for _, tt := range []struct {
		name     string
		kind     discovery.Kind
		services []discovery.Service
		facts    []discovery.Fact
		before   []checks.Finding
		open     []uint16
		silent   []uint16
		applies  bool
		found    checks.Severity // Today: nothing
		unknown  bool
	}{
		{name: "router", kind: discovery.KindRouter, services: []discovery.Service{web}, facts: []discovery.Fact{realm}, open: []uint16{80}, applies: true, found: checks.Good},
		{name: "camera with a form", kind: discovery.KindCamera, services: []discovery.Service{web, described}, facts: []discovery.Fact{field}, open: []uint16{80}, applies: true, found: checks.Inform},
		{name: "an encrypted page was seen", kind: discovery.KindNAS, services: []discovery.Service{web, secure}, facts: []discovery.Fact{field}, open: []uint16{80}, found: checks.Today},
		{name: "an encrypted page was missed", kind: discovery.KindNAS, services: []discovery.Service{web}, facts: []discovery.Fact{field}, open: []uint16{80, 443}, applies: true, found: checks.Today},
		{name: "the encrypted one says nothing", kind: discovery.KindNAS, services: []discovery.Service{web}, facts: []discovery.Fact{field}, open: []uint16{80}, silent: []uint16{443}, applies: true, found: checks.Today, unknown: true},
		{name: "only a description", kind: discovery.KindCamera, services: []discovery.Service{described}, facts: []discovery.Fact{field}, found: checks.Today, unknown: true},
		{name: "a lamp", kind: discovery.KindLight, services: []discovery.Service{web}, facts: []discovery.Fact{realm}, open: []uint16{80}, found: checks.Inform},
		{name: "no password is asked", kind: discovery.KindRouter, services: []discovery.Service{web}, open: []uint16{80}, found: checks.Good},
		{name: "before, still so", kind: discovery.KindRouter, before: before, open: []uint16{80}, found: checks.Good},
		{name: "before, now encrypted", kind: discovery.KindRouter, services: []discovery.Service{web}, before: before, open: []uint16{80, 443}, found: checks.Today},
		{name: "before, now closed", kind: discovery.KindRouter, before: before, found: checks.Today},
		{name: "before, now silent", kind: discovery.KindRouter, before: before, silent: []uint16{80, 443}, found: checks.Today, unknown: true},
		{name: "before, that door silent", kind: discovery.KindRouter, before: before, silent: []uint16{80}, found: checks.Today, unknown: true},
	} {
		d := discovery.Device{ID: "d-1", Kind: tt.kind, Services: tt.services, Facts: tt.facts}
		if got := (Check{}).Applies(d); got != tt.applies {
			t.Errorf("%s: applies %v", tt.name, got)
		}
		target := checks.Target{Device: d, Before: tt.before}
		target.Dial = func(_ context.Context, port uint16, line string) (net.Conn, error) {
			if line != "connect" {
				t.Errorf("%s: sends %q", tt.name, line)
			}
			switch {
			case slices.Contains(tt.silent, port):
				return nil, os.ErrDeadlineExceeded
			case !slices.Contains(tt.open, port):
				return nil, syscall.ECONNREFUSED
			}
			c, other := net.Pipe()
			_ = other.Close()
			return c, nil
		}
		got, err := Check{}.Run(t.Context(), target)
		if (err != nil) != tt.unknown || (len(got) == 1) != (tt.found != checks.Today) || (len(got) == 1 && (got[0].Severity != tt.found || got[0].Port != 80)) {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}
