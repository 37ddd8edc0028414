package checks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestOneUnclearDoorHidesNothing(t *testing.T) {
	const closed, open, safe, silent = 1, 2, 3, 4
	for _, tt := range []struct {
		name    string
		doors   []uint16
		before  []uint16
		found   []uint16
		unknown bool
		gone    []uint16 // known all the same
	}{
		{name: "no doors"},
		{name: "closed", doors: []uint16{closed}},
		{name: "safe", doors: []uint16{safe}},
		{name: "open", doors: []uint16{open}, found: []uint16{open}},
		{name: "silent", doors: []uint16{silent}, unknown: true},
		{name: "closed, and silent", doors: []uint16{closed, silent}, unknown: true},
		{name: "silent, and open", doors: []uint16{silent, open}, found: []uint16{open}, unknown: true},
		{name: "open, and found before where it is silent now", doors: []uint16{open, silent}, before: []uint16{silent}, found: []uint16{open}, unknown: true},
		{name: "open and found before, and silent elsewhere", doors: []uint16{open, silent}, before: []uint16{open}, found: []uint16{open}, unknown: true},
		{name: "safe and found before, and silent elsewhere", doors: []uint16{safe, silent}, before: []uint16{safe}, unknown: true, gone: []uint16{safe}},
		{name: "closed and found before, and silent where it was found too", doors: []uint16{closed, silent}, before: []uint16{closed, silent}, unknown: true, gone: []uint16{closed}},
		{name: "safe and found before", doors: []uint16{safe}, before: []uint16{safe}},
	} {
		target := checks.Target{Device: discovery.Device{ID: "d"}, Way: checks.Way{Dial: func(_ context.Context, port uint16, line string) (net.Conn, error) {
			switch {
			case line != "hello":
				return nil, errors.New("another line")
			case port == closed:
				return nil, fmt.Errorf("connect: %w", syscall.ECONNREFUSED)
			case port == silent:
				return nil, os.ErrDeadlineExceeded
			}
			c, other := net.Pipe()
			t.Cleanup(func() { other.Close() })
			return c, nil
		}}}
		for _, port := range tt.before {
			target.Before = append(target.Before, *target.Found("x", port, checks.Week, discovery.Saw))
		}
		found, err := target.AtDoors(t.Context(), tt.doors, "hello", func(_ context.Context, port uint16, _ net.Conn) (*checks.Finding, error) {
			if port == safe {
				return nil, nil
			}
			return target.Found("x", port, checks.Week, discovery.Saw), nil
		})
		var got []uint16
		for _, f := range found {
			got = append(got, f.Port)
		}
		var gone []uint16
		if partly, ok := errors.AsType[*checks.Partly](err); ok {
			for _, f := range target.Before {
				if slices.Contains(partly.Gone, f.ID) {
					gone = append(gone, f.Port)
				}
			}
		}
		if (err != nil) != tt.unknown || !slices.Equal(got, tt.found) || !slices.Equal(gone, tt.gone) {
			t.Errorf("%s: got %v, gone %v, %v", tt.name, got, gone, err)
		}
	}
}

func TestAConversationEndsWithItsConnection(t *testing.T) {
	ours, theirs := net.Pipe()
	target := checks.Target{Way: checks.Way{Dial: func(context.Context, uint16, string) (net.Conn, error) { return ours, nil }}}
	_, _ = target.AtDoors(t.Context(), []uint16{1}, "hello", func(context.Context, uint16, net.Conn) (*checks.Finding, error) { return nil, nil })
	if _, err := theirs.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestOnlySoMuchIsRead(t *testing.T) {
	for _, tt := range []struct {
		name    string
		n, most int
		reason  string
	}{
		{"all of it", 4, 4, ""},
		{"more than may be", 5, 4, checks.ReasonOdd},
		{"less than nothing", -1, 4, checks.ReasonOdd},
		{"more than there is", 9, 10, checks.ReasonUnclear},
	} {
		b, err := checks.ReadExactly(strings.NewReader("12345678"), tt.n, tt.most)
		if (err != nil) != (tt.reason != "") || (err != nil && checks.Reason(err) != tt.reason) || (err == nil && !bytes.Equal(b, []byte("1234"))) {
			t.Errorf("%s: got %q, %v", tt.name, b, err)
		}
	}
	if _, err := checks.ReadExactly(strings.NewReader(""), 1, 1); !checks.HungUp(err) || checks.HungUp(os.ErrDeadlineExceeded) || !checks.HungUp(syscall.ECONNRESET) {
		t.Errorf("got %v", err)
	}
}
