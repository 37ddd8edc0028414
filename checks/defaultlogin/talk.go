package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// talkTimeout bounds one conversation with a console.
const talkTimeout = 12 * time.Second

// A talk is one conversation over a connection, which is closed at its end.
type talk struct {
	net.Conn
	end context.CancelFunc
	got int
}

// begin connects to a door.
func begin(ctx context.Context, w checks.Way, d *door, line string) (*talk, error) {
	ctx, end := context.WithTimeout(ctx, talkTimeout)
	c, err := w.Dial(ctx, d.s.Port, line)
	if err != nil {
		end()
		return nil, fmt.Errorf("knock at door %d: %w", d.s.Port, err)
	}
	return &talk{Conn: c, end: end}, nil
}

// Close ends the conversation.
func (t *talk) Close() error {
	defer t.end()
	return t.Conn.Close()
}

// say sends a line.
func (t *talk) say(line string) error {
	_, err := io.WriteString(t.Conn, line)
	return err
}

// until reads until enough likes what came, or nothing more comes. What was read is given in
// any case.
func (t *talk) until(enough func([]byte) bool) ([]byte, error) {
	var all []byte
	buf := make([]byte, 1<<10)
	for {
		n, err := t.Read(buf)
		all = append(all, buf[:n]...)
		if t.got += n; t.got > maxText {
			return all, errTooLong
		}
		if err != nil || (n > 0 && enough(all)) {
			return all, err
		}
	}
}

// errTooLong means that a console does not come to an end.
var errTooLong = &checks.NotChecked{Reason: checks.ReasonOdd, Err: errors.New("it says too much")}

// a line is enough.
func aLine(b []byte) bool { return strings.Contains(string(b), "\n") }

// greeting gives the words of a greeting without what the protocol puts before them: the
// status of FTP (RFC 959), the version of SSH (RFC 4253, section 4.2).
func greeting(protocol string, b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSpace(line)
	switch protocol {
	case makers.FTP:
		if rest, ok := strings.CutPrefix(line, "220"); ok {
			return strings.TrimLeft(rest, " -")
		}
	case makers.SSH:
		if rest, ok := strings.CutPrefix(line, "SSH-"); ok {
			_, software, _ := strings.Cut(rest, "-")
			return software
		}
	}
	return ""
}

// greets looks whether a service greets as the product does, and hangs up.
func greets(ctx context.Context, w checks.Way, d *door) error {
	t, err := begin(ctx, w, d, "connect, read greeting")
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	b, err := t.until(aLine)
	if len(b) == 0 {
		return fmt.Errorf("read the greeting: %w", err)
	}
	return d.greeted(b)
}

// greeted reports whether a greeting is that of the product.
func (d *door) greeted(b []byte) error {
	words := greeting(d.l.Protocol, b)
	if words == "" || !d.l.GreetingMatch.Fits(words) {
		return errNotAsked
	}
	d.says = discovery.Fact{Key: discovery.FactBanner + discovery.FactKey(d.l.Protocol), Value: discovery.Clean(words)}
	return nil
}
