package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
)

// prompts looks whether the console of the product asks who is there.
func prompts(ctx context.Context, w checks.Way, d *door) error {
	t, err := begin(ctx, w, d, "connect, read greeting")
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	var heard console
	if err := heard.listen(t, d, false); err != nil && heard.text == "" {
		return fmt.Errorf("read the greeting: %w", err)
	}
	return heard.asks(d)
}

// asks reports whether a greeting is that of the product, and asks for its login.
func (c *console) asks(d *door) error {
	want := saysName
	if d.l.User == "" {
		want = saysPassword
	}
	if !d.l.GreetingMatch.Fits(c.text) || readConsole(c.text) != want {
		return errNotAsked
	}
	d.says = discovery.Fact{Key: discovery.FactBanner + "telnet", Value: discovery.Clean(c.text)}
	return nil
}

// A console is what was heard since something was last typed.
type console struct {
	text string
}

// listen reads until the console wants something, or says the sign of a success. It refuses
// every option of telnet if answer says so: whoever only looks says nothing.
func (c *console) listen(t *talk, d *door, answer bool) error {
	c.text = ""
	refused := 0
	b, err := t.until(func(b []byte) bool {
		text, refusals := readTelnet(b)
		if answer && len(refusals) > refused {
			_ = t.say(string(refusals[refused:])) // a broken connection shows when it is read
			refused = len(refusals)
		}
		return readConsole(text) != saysNothing || d.welcomes(text)
	})
	c.text, _ = readTelnet(b)
	return err
}

// tryTelnet types the login once, after the prompts, and hangs up.
func tryTelnet(ctx context.Context, w checks.Way, d *door) (bool, error) {
	t, err := begin(ctx, w, d, "telnet with a login")
	if err != nil {
		return false, err
	}
	defer func() { _ = t.Close() }()
	var heard console
	if err := heard.listen(t, d, true); err != nil && heard.text == "" {
		return false, fmt.Errorf("read the greeting: %w", err)
	}
	if err := heard.asks(d); err != nil {
		return false, err
	}
	if d.l.User != "" {
		if err := errors.Join(t.say(d.l.User+"\r\n"), heard.listen(t, d, true)); err != nil {
			return false, broken(err)
		}
		if readConsole(heard.text) != saysPassword {
			return false, unclear("the console asks for no password")
		}
	}
	if err := t.say(d.l.Password + "\r\n"); err != nil {
		return false, broken(err)
	}
	err = heard.listen(t, d, true)
	return judgeConsole(d, heard.text, err)
}

// judgeConsole tells yes and no apart in what a console says to a password.
func judgeConsole(d *door, text string, err error) (bool, error) {
	if d.welcomes(text) && readConsole(text) != saysRefused {
		return true, nil
	}
	switch readConsole(text) {
	case saysPrompt:
		return true, nil
	case saysRefused, saysName, saysPassword:
		return false, nil
	case saysWait:
		return false, later("it says that it waits")
	case saysNothing:
	}
	if errors.Is(err, io.EOF) || err == nil {
		err = io.EOF
	}
	return false, broken(err)
}

// welcomes reports whether a text holds the sign of a success.
func (d *door) welcomes(text string) bool {
	return slices.ContainsFunc(d.l.Success, func(a makers.Answer) bool { return a.BodyMatch.Fits(text) })
}
