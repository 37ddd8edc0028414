package terminal

import (
	"bufio"
	"fmt"

	"porchlight/assets/text"
	"porchlight/ui/program"
)

type forgetCmd struct {
	Device string `arg:"" help:"Its name or its address, from porchlight devices."`
	Yes    bool   `help:"Do not ask first."`
	Demo   bool   `help:"Of the practice home."`
}

// Help says what goes, and what does not.
func (c *forgetCmd) Help() string {
	return "Its history, its findings, your notes and your permissions are deleted. A device that is heard again comes back as new."
}

// Run asks, then forgets the device.
func (c *forgetCmd) Run(r *run) error {
	if !c.Yes && !r.Interactive {
		return fmt.Errorf("%w: nobody can be asked here; say --yes to forget it", errUsage)
	}
	defer r.close()
	if _, err := r.show(c.Demo, program.Options{}); err != nil {
		return err
	}
	d, err := r.program.Device(c.Device)
	if err != nil {
		return err
	}
	words, name := r.program.Words, text.Args{"device": r.program.Words.DeviceName(&d)}
	if !c.Yes && !yes(r, bufio.NewReader(r.In), words.T("cli.forget", name)) {
		return nil
	}
	if err := r.program.Forget(r.ctx, d.ID); err != nil {
		return err
	}
	w := r.writer()
	w.line(words.T("cli.forgotten", name))
	return w.Err()
}
