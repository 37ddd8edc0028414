package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"porchlight/checks"
)

// errOpen means that an SSH server opened without a password.
var errOpen = errors.New("it opens without a password")

// trySSH offers the password once, and hangs up. Nothing is asked of a shell.
func trySSH(ctx context.Context, w checks.Way, d *door) (bool, error) {
	offered := false
	err := handshake(ctx, w, d, "ssh with a login", ssh.PasswordCallback(func() (string, error) {
		offered = true
		return d.l.Password, nil
	}))
	switch {
	case err == nil && !offered:
		return false, unclear("ssh: %w", errOpen)
	case err == nil:
		return true, nil
	case !offered:
		return false, unclear("ssh takes no password: %w", err)
	case strings.Contains(err.Error(), "unable to authenticate"): // the library has no error of its own for it
		return false, nil
	case strings.Contains(err.Error(), "disconnect"): // it may have had enough
		return false, later("ssh: %w", err)
	}
	return false, broken(err)
}

// refusesSSH looks whether the door stays closed for whoever offers nothing: the "none" of RFC
// 4252, section 5.2, which counts as no password.
func refusesSSH(ctx context.Context, w checks.Way, d *door) error {
	err := handshake(ctx, w, d, "ssh, no password")
	switch {
	case err == nil:
		return errOpen
	case strings.Contains(err.Error(), "unable to authenticate"):
		return nil
	}
	return err
}

// handshake signs in by one of the methods, and hangs up. It goes no further with a server that
// does not greet as the product does.
func handshake(ctx context.Context, w checks.Way, d *door, line string, methods ...ssh.AuthMethod) error {
	t, err := begin(ctx, w, d, line)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	first := &firstLine{Conn: t}
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms() // the devices that matter are old
	c, channels, requests, err := ssh.NewClientConn(first, "", &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: slices.Concat(good.KeyExchanges, old.KeyExchanges),
			Ciphers:      slices.Concat(good.Ciphers, old.Ciphers),
			MACs:         slices.Concat(good.MACs, old.MACs),
		},
		HostKeyAlgorithms: slices.Concat(good.HostKeys, old.HostKeys),
		ClientVersion:     "SSH-2.0-Porchlight",
		User:              d.l.User,
		Auth:              methods,
		// Nobody knows the key of a device. Nothing that is typed is a secret.
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error { return d.greeted(first.line) },
	})
	if err != nil {
		return fmt.Errorf("sign in by ssh: %w", err)
	}
	var wg sync.WaitGroup // whatever the server still wants ends with the connection
	wg.Go(func() { ssh.DiscardRequests(requests) })
	wg.Go(func() {
		for range channels {
		}
	})
	err = c.Close()
	wg.Wait()
	return err
}

// maxGreeting is the longest greeting of SSH (RFC 4253, section 4.2).
const maxGreeting = 255

// A firstLine keeps the first line that is read.
type firstLine struct {
	net.Conn
	line []byte
	full bool
}

// Read implements io.Reader.
func (f *firstLine) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	if !f.full {
		f.line = append(f.line, b[:n]...)
		f.full = len(f.line) > maxGreeting || aLine(f.line)
	}
	return n, err
}
