package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"syscall"
	"time"

	"porchlight/discovery"
)

// talkTimeout is how long one conversation at one door may take in all. Without it a device that
// sends a byte now and then would use up the time of the whole check.
const talkTimeout = 10 * time.Second

// A Talk speaks at one door and gives what is found there; nil if all is well. The connection is
// closed for it, if it has not done that itself.
type Talk func(ctx context.Context, port uint16, c net.Conn) (*Finding, error)

// AtDoors connects to each port for one conversation, under a line of
// discovery/lan/requests.txt. A door that refuses is closed: nothing is found there. What was found
// before at a door that stays unclear is left as it was.
func (t *Target) AtDoors(ctx context.Context, ports []uint16, line string, talk Talk) ([]Finding, error) {
	var found []Finding
	var clear []uint16
	var unclear error
	for _, port := range ports {
		f, err := t.at(ctx, port, line, talk)
		switch {
		case err != nil && !Closed(err):
			unclear = err
		case f != nil:
			found = append(found, *f)
		default:
			clear = append(clear, port)
		}
	}
	return t.Partly(found, func(f *Finding) bool { return slices.Contains(clear, f.Port) }, unclear)
}

// at is one conversation.
func (t *Target) at(ctx context.Context, port uint16, line string, talk Talk) (*Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, talkTimeout)
	defer cancel()
	c, err := t.Dial(ctx, port, line)
	if err != nil {
		return nil, fmt.Errorf("knock at door %d: %w", port, err)
	}
	defer func() { _ = c.Close() }()
	return talk(ctx, port, c)
}

// Found begins a finding about a door of the device.
func (t *Target) Found(kind Kind, port uint16, s Severity, sure discovery.Strength) *Finding {
	return &Finding{
		ID: FindingID(t.Device.ID, kind, port, ""), Kind: kind, Port: port, Severity: s, Confidence: sure, Args: map[string]string{},
	}
}

// Unclear says that a device answered neither yes nor no.
func Unclear(err error) error { return &NotChecked{Reason: ReasonUnclear, Err: err} }

// Odd says that a device broke the rules of its protocol.
func Odd(err error) error { return &NotChecked{Reason: ReasonOdd, Err: err} }

// HungUp reports whether a device ended a conversation, instead of being silent.
func HungUp(err error) bool {
	const wsaeConnReset = syscall.Errno(10054) // the same on Windows, which syscall does not translate
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		(runtime.GOOS == "windows" && errors.Is(err, wsaeConnReset))
}

// errTooLong is for an answer that says it is longer than any honest one.
var errTooLong = errors.New("longer than it may be")

// ReadExactly reads n bytes, if that is not more than most. A device that says less leaves the
// question open.
func ReadExactly(r io.Reader, n, most int) ([]byte, error) {
	if n < 0 || n > most {
		return nil, Odd(fmt.Errorf("answer of %d bytes: %w", n, errTooLong))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, Unclear(fmt.Errorf("read %d bytes: %w", n, err))
	}
	return b, nil
}
