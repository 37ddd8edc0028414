package terminal

import (
	"errors"
	"fmt"

	"porchlight/assets/text"
	"porchlight/discovery"
	"porchlight/ui/elsewhere"
	"porchlight/ui/program"
)

type elsewhereCmd struct {
	Place      string `arg:"" optional:"" help:"Whom to tell from now on: mqtt://NAME@HOST:PORT or mqtts:// for an MQTT broker, webhook, or off for nobody. Without it, says who is told."`
	SecretFile string `help:"Read the password of the broker, or the address of the webhook, from the first line of this file, or of standard input for -." placeholder:"FILE"`
}

// Help says what is told, and why a secret is not an argument.
func (elsewhereCmd) Help() string {
	return "After each look around, the place is told your devices, whether they are here, and what there is to do. Never a password. " +
		"It is tried at once. A password, or the address of a webhook, is asked for and not shown: in a command it would stay in the history of your terminal."
}

// Run keeps whom to tell, if that was said, and tells at once.
func (c *elsewhereCmd) Run(r *run) error {
	target, err := c.target()
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.open(program.Options{}); err != nil {
		return err
	}
	if c.Place != "" {
		if err := c.ask(r, &target); err != nil {
			return err
		}
		if err := r.program.SetElsewhere(r.ctx, target); err != nil {
			return err
		}
	}
	state, err := r.program.Elsewhere(r.ctx)
	if err != nil {
		return err
	}
	w := r.writer()
	w.Whom(state)
	if state.Target.Way == elsewhere.Off || w.Err() != nil {
		return w.Err()
	}
	if c.Place != "" {
		known, err := r.program.Resume(r.ctx)
		if err == nil && known {
			err = r.program.TellElsewhere(r.ctx)
		}
		if err != nil {
			return err
		}
		if state, err = r.program.Elsewhere(r.ctx); err != nil {
			return err
		}
	}
	w.HowItWent(state)
	return w.Err()
}

// target reads the place, without its secrets.
func (c *elsewhereCmd) target() (elsewhere.Target, error) {
	switch c.Place {
	case "", "off":
		if c.SecretFile != "" {
			return elsewhere.Target{}, fmt.Errorf("%w: --secret-file is for a broker or a webhook", errUsage)
		}
		return elsewhere.Target{}, nil
	case elsewhere.Webhook:
		return elsewhere.Target{Way: elsewhere.Webhook}, nil
	}
	t, err := elsewhere.Broker(c.Place)
	if errors.Is(err, elsewhere.ErrPlain) {
		return t, fmt.Errorf("%w: %w, as mqtts:// is", errUsage, err)
	}
	if err != nil {
		return t, fmt.Errorf("%w: the place is mqtt://NAME@HOST:PORT, mqtts://NAME@HOST:PORT, webhook or off; a password or the address of a webhook is asked for", errUsage)
	}
	return t, nil
}

// ask asks for what only its owner may know of the place. An empty answer leaves it as it was.
func (c *elsewhereCmd) ask(r *run, t *elsewhere.Target) error {
	key, into := "settings.elsewhere.password", &t.Password
	switch {
	case t.Way == elsewhere.Webhook:
		key, into = "settings.elsewhere.address", &t.Address
	case t.Way == elsewhere.Off, t.User == "":
		return nil
	}
	said, err := r.secret("secret", c.SecretFile, r.program.Words.T(key, nil)+": ")
	if err == nil {
		*into = elsewhere.Secret(said[0])
	}
	return err
}

// Whom writes who is told.
func (w *Writer) Whom(s elsewhere.State) {
	way := s.Target.Way
	if way == elsewhere.Off {
		way = "off"
	}
	whom := w.Words.T("settings.elsewhere.way", nil) + " " + w.Words.T("settings.elsewhere."+way, nil)
	if s.Where != "" {
		whom += " (" + discovery.Line(s.Where) + ")"
	}
	w.paragraph("", whom)
}

// HowItWent writes when a place was told last, and what went wrong then.
func (w *Writer) HowItWent(s elsewhere.State) {
	when := text.Args{"time": w.Words.Time(s.At)}
	switch {
	case s.At.IsZero():
		w.paragraph("", w.Words.T("settings.elsewhere.what", nil))
	case s.Trouble != "":
		when["why"] = w.Words.T("elsewhere.trouble."+s.Trouble, nil)
		w.paragraph("", w.Words.T("settings.elsewhere.failed", when))
	default:
		w.paragraph("", w.Words.T("settings.elsewhere.told", when))
	}
}
