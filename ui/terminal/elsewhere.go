package terminal

import (
	"cmp"
	"errors"
	"fmt"

	"porchlight/discovery"
	"porchlight/ui/elsewhere"
	"porchlight/ui/program"
)

type elsewhereCmd struct {
	Place      string   `arg:"" optional:"" help:"Whom to tell from now on: mqtt://NAME@HOST:PORT or mqtts:// for an MQTT broker, webhook, or off for nobody. Without it, says who is told."`
	More       []string `arg:"" optional:"" hidden:""` // what somebody typed who did not know that it is asked for; never repeated
	SecretFile string   `help:"Read the password of the broker, or the address of the webhook, from the first line of this file, or of standard input for -." placeholder:"FILE"`
}

// Help says what is told, and why a secret is not an argument.
func (elsewhereCmd) Help() string {
	return "After each look around, the place is told your devices, whether they are here, and what there is to do. Never a password. " +
		"It is told at once. A password, or the address of a webhook, is asked for and not shown: in a command it would stay in the history of your terminal. " +
		"An empty answer keeps the one from before."
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
		if _, err := r.program.Resume(r.ctx); err != nil {
			return err
		}
		err := r.program.TellElsewhere(r.ctx)
		if errors.Is(err, program.ErrNothingToTell) { // yet
			w.paragraph("", r.program.Sentence(err))
			return w.Err()
		}
		if err != nil {
			return err
		}
		if state, err = r.program.Elsewhere(r.ctx); err != nil {
			return err
		}
	}
	w.paragraph("", cmp.Or(state.Said(w.Words), w.Words.T("settings.elsewhere.what", nil)))
	return w.Err()
}

// target reads the place, without its secrets.
func (c *elsewhereCmd) target() (t elsewhere.Target, err error) {
	const places = "the place is mqtt://NAME@HOST:PORT, mqtts://NAME@HOST:PORT, webhook or off; a password or the address of a webhook is asked for"
	if len(c.More) > 0 {
		return t, fmt.Errorf("%w: %s", errUsage, places)
	}
	switch c.Place {
	case "", "off":
	case elsewhere.Webhook:
		t.Way = elsewhere.Webhook
	default:
		if t, err = elsewhere.Broker(c.Place); errors.Is(err, elsewhere.ErrPlain) {
			return t, fmt.Errorf("%w: %w, as mqtts:// is", errUsage, err)
		}
		if err != nil {
			return t, fmt.Errorf("%w: %s", errUsage, places)
		}
	}
	if c.SecretFile != "" && t.Way != elsewhere.Webhook && t.User == "" {
		return t, fmt.Errorf("%w: --secret-file is for a webhook, or for a broker and a name: mqtt://NAME@HOST", errUsage)
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
		*into = elsewhere.Secret(said)
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
