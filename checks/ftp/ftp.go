// Package ftp finds devices that give their files to everybody by FTP. It comes in as the guest
// that the protocol knows, and leaves at once: nothing is listed and nothing is read.
package ftp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// Kind is what this check finds.
const Kind checks.Kind = "ftp-anonymous"

// line is what the ledger calls it.
const line = "ftp USER anonymous, QUIT"

// Check implements checks.Check.
type Check struct{}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "ftp-anonymous", Contact: checks.ContactPolite, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (Check) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

func meant(s discovery.Service) bool { return s.Transport == "tcp" && s.Protocol == "ftp" && !s.TLS }

// Run implements checks.Check.
func (Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), line, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		words, in, err := knock(c)
		if err != nil || !in {
			return nil, err
		}
		f := t.Found(Kind, port, checks.Week, discovery.Saw)
		if t.Device.Kind == discovery.KindPrinter {
			f.Severity = checks.Inform // printers take what they print this way, and have no files
		}
		if words != "" {
			f.Evidence = []discovery.Fact{{Key: "ftp.welcome", Value: words}}
		}
		return f, nil
	})
}

// Replies (RFC 959, section 4.2.2; 430 is of some servers).
const (
	replyReady    = 220
	replyIn       = 230
	replyPassword = 331
	replyInvalid  = 430
	replyNotIn    = 530
)

// The guest of FTP is called anonymous and gives an e-mail address for a password (RFC 1635). It
// is no account, so this is no try of one.
const (
	user     = "USER anonymous\r\n"
	password = "PASS porchlight@\r\n"
	quit     = "QUIT\r\n"
)

// knock reports whether the guest is let in, and what it is told then.
func knock(c net.Conn) (words string, in bool, err error) {
	code, _, err := read(c)
	if err != nil {
		return "", false, err
	}
	if code != replyReady {
		return "", false, checks.Unclear(fmt.Errorf("greeting %d", code))
	}
	code, words, err = say(c, user)
	if err == nil && code == replyPassword {
		code, words, err = say(c, password)
	}
	if err != nil {
		return "", false, err
	}
	_, _ = io.WriteString(c, quit)
	switch code {
	case replyIn:
		return words, true, nil
	case replyNotIn, replyInvalid:
		return "", false, nil
	}
	return "", false, checks.Unclear(fmt.Errorf("reply %d", code)) // such as "encrypt first" or "too many users"
}

func say(c net.Conn, command string) (code int, words string, err error) {
	if _, err := io.WriteString(c, command); err != nil {
		return 0, "", checks.Unclear(fmt.Errorf("say %.4s: %w", command, err))
	}
	return read(c)
}

// read reads one reply.
func read(c net.Conn) (code int, words string, err error) {
	b, buf := []byte(nil), make([]byte, maxReply)
	for {
		n, err := c.Read(buf[:maxReply-len(b)])
		b = append(b, buf[:n]...)
		code, words, perr := parseReply(b)
		switch {
		case perr == nil:
			return code, words, nil
		case !errors.Is(perr, errMore):
			return 0, "", checks.Odd(perr)
		case err != nil:
			return 0, "", checks.Unclear(fmt.Errorf("read a reply: %w", err))
		case len(b) == maxReply:
			return 0, "", checks.Odd(fmt.Errorf("a reply of more than %d bytes", maxReply))
		}
	}
}
