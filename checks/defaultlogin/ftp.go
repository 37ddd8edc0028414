package defaultlogin

import (
	"context"
	"fmt"

	"porchlight/checks"
)

// The replies of FTP (RFC 959, section 4.2).
const (
	ftpLoggedIn     = 230
	ftpNeedPassword = 331
	ftpNotAvailable = 421
	ftpInvalid      = 430
	ftpNotLoggedIn  = 530
)

// tryFTP says the login once, and QUIT.
func tryFTP(ctx context.Context, w checks.Way, d *door) (bool, error) {
	t, err := begin(ctx, w, d, "ftp with a login")
	if err != nil {
		return false, err
	}
	defer func() { _ = t.Close() }()
	b, err := t.until(aReply)
	if err != nil {
		return false, fmt.Errorf("read the greeting: %w", err)
	}
	if err := d.greeted(b); err != nil {
		return false, err
	}
	code, err := t.command("USER " + d.l.User)
	if err != nil {
		return false, broken(err)
	}
	if code != ftpNeedPassword {
		return false, unclear("ftp asks for no password: %d", code)
	}
	code, err = t.command("PASS " + d.l.Password)
	if err != nil {
		return false, broken(err)
	}
	switch code {
	case ftpLoggedIn:
		_, _ = t.command("QUIT")
		return true, nil
	case ftpNotLoggedIn, ftpInvalid:
		return false, nil
	case ftpNotAvailable:
		return false, later("ftp says %d", code)
	}
	return false, unclear("ftp says %d", code)
}

// refusesFTP looks whether the server goes on without a login: it must not say where it stands.
func refusesFTP(ctx context.Context, w checks.Way, d *door) error {
	t, err := begin(ctx, w, d, "ftp PWD")
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	if _, err := t.until(aReply); err != nil {
		return fmt.Errorf("read the greeting: %w", err)
	}
	code, err := t.command("PWD")
	if err != nil {
		return err
	}
	if code != ftpNotLoggedIn && code != ftpNeedPassword {
		return fmt.Errorf("ftp says %d to PWD", code)
	}
	_, _ = t.command("QUIT")
	return nil
}

// command says one command and reads its reply.
func (t *talk) command(line string) (code int, err error) {
	if err := t.say(line + "\r\n"); err != nil {
		return 0, err
	}
	b, err := t.until(aReply)
	if code, ok := parseReply(b); ok {
		return code, nil
	}
	if err == nil {
		err = errOdd
	}
	return 0, err
}

// aReply reports whether a reply has come to its end, or is none.
func aReply(b []byte) bool {
	_, ok := parseReply(b)
	return ok
}
