package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"porchlight/assets/text"
	"porchlight/ui/elsewhere"
	"porchlight/ui/program"
	"porchlight/ui/system"
	"porchlight/ui/watch"
)

type watchCmd struct {
	Once bool `help:"Look at the clock once, look around if a round is due, and end. For those who have a clock of their own."`
}

// Run keeps watch until the user wants that it ends.
func (c *watchCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{Still: !c.Once}); err != nil {
		return err
	}
	words := r.program.Words
	seat, err := system.Take(r.program.Dir, system.SeatWatch)
	if errors.Is(err, system.ErrTaken) {
		_, err = fmt.Fprintln(r.Err, words.T("watch.running", nil))
		return err
	}
	if err != nil {
		return err
	}
	w := &watch.Watcher{
		Program: r.program, Words: words, Log: r.program.Log, Now: time.Now,
		Walk: r.walkApart, Look: r.lookApart,
		Battery: system.OnBattery, Metered: system.Metered,
	}
	if c.Once {
		return errors.Join(r.watchOnce(w), seat.Leave())
	}
	if r.Interactive {
		_, _ = fmt.Fprintln(r.Err, words.T("watch.begins", nil))
	}
	w.HasTray, w.Speak, w.Lost = system.TrayHost, r.speak, program.Lost
	resident := watch.Resident{
		Watcher: w, ChangeSettings: r.program.ChangeSettings, Asked: seat.Listen, Click: r.program.Command("clicked"),
		Open: func(card string) error {
			line := []string{}
			if card != "" {
				line = append(line, "--open="+card)
			}
			return system.Start(r.program.Command(line...)...)
		},
	}
	err = resident.Run(r.ctx)
	_ = seat.Leave()       // it ends with the process at the latest
	if program.Lost(err) { // it was damaged and kept aside, or somebody took it away: another watch begins with a new one
		return system.Start(r.program.Command("watch")...)
	}
	return err
}

// clickedCmd is what Windows starts when the user clicks on a notice.
type clickedCmd struct {
	Rest []string `arg:"" optional:"" help:"Nothing of it counts."`
}

// Run asks the watch to show what the notice was about. Where there is none any more, it opens the window.
func (*clickedCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{Still: true}); err != nil {
		return err
	}
	if system.Ask(r.ctx, r.program.Dir, system.SeatWatch, system.AskShow) {
		return nil
	}
	return system.Start(r.program.Command()...)
}

// speak gives the words of a language that was chosen while the watch goes on.
func (r *run) speak(language string) (*text.Catalog, error) {
	if language == "" {
		return text.Open(r.Languages...)
	}
	return text.Open(language)
}

// watchOnce looks at the clock once.
func (r *run) watchOnce(w *watch.Watcher) error {
	w.Hasty = true // the network stands: somebody just called
	w.Walk, w.Look = r.walkHere, r.lookHere
	var notes system.Notes
	defer notes.Close()
	w.Tell = func(ctx context.Context, title string, body []string, _, _ string) error {
		return notes.Show(ctx, system.Note{Title: title, Body: body, Show: w.Words.T("notice.show", nil)})
	}
	var last watch.Status
	w.Show = func(s watch.Status) { last = s }
	if err := w.Tick(r.ctx, false); err != nil {
		return err
	}
	result, next := last.Lines(w.Words)
	_, err := fmt.Fprintf(r.Out, "%s\n%s\n", result, next)
	return err
}

// walkHere does one round in the home that this computer is in.
func (r *run) walkHere(ctx context.Context) error {
	err := r.program.EnterAgreed(ctx)
	if err == nil {
		err = r.program.Walk(ctx)
	}
	if err == nil {
		r.program.KeepReport(ctx)
	}
	return r.why(err)
}

// lookHere does a light look there.
func (r *run) lookHere(ctx context.Context) (watch.Sight, error) {
	began := time.Now()
	if err := r.program.EnterAgreed(ctx); err != nil {
		return watch.Sight{}, r.why(err)
	}
	devices, err := r.program.Look(ctx)
	return watch.SightOf(devices, began), r.why(err)
}

// why says of an error whether the round waits or failed.
func (r *run) why(err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case program.Busy(err):
		return &watch.Waiting{Hold: watch.HoldWalking}
	case program.Elsewhere(err):
		return &watch.Waiting{Hold: watch.HoldElsewhere}
	}
	return &watch.Failed{Sentence: r.program.Sentence(err)}
}

// An outcome is what a round in a process of its own tells the watch, in JSON.
type outcome struct {
	Hold    watch.Hold  `json:"hold,omitempty"`
	Trouble string      `json:"trouble,omitempty"`
	Sight   watch.Sight `json:"sight"`
}

// roundCmd is one round, or one light look, for the watch. So what a round needs is gone when it is done, and the watch
// stays small for months.
type roundCmd struct {
	Light bool `help:"Look who is there, and no more."`
}

// Run walks the round and tells what came of it.
func (c *roundCmd) Run(r *run) error {
	defer r.close()
	if err := r.open(program.Options{TellLater: true}); err != nil {
		return err
	}
	var out outcome
	var err error
	if c.Light {
		out.Sight, err = r.lookHere(r.ctx)
	} else {
		err = r.walkHere(r.ctx)
	}
	if waits, ok := errors.AsType[*watch.Waiting](err); ok {
		out.Hold = waits.Hold
	} else if failed, ok := errors.AsType[*watch.Failed](err); ok {
		out.Trouble = failed.Sentence
	} else if err != nil {
		return err
	}
	if err := json.NewEncoder(r.Out).Encode(out); err != nil || c.Light || out.Trouble != "" || out.Hold != watch.Go {
		return err
	}
	if state, err := r.program.Elsewhere(r.ctx); err != nil || state.Target.Way == elsewhere.Off {
		return err
	}
	return system.Start(r.program.Command("tell")...) // the watch does not wait for it
}

// tellCmd tells the place that the user named how the home stands, after a round for the watch.
type tellCmd struct{}

// Run tells it.
func (tellCmd) Run(r *run) error {
	defer r.close()
	if _, err := r.show(false, program.Options{}); err != nil {
		return err
	}
	return r.program.TellElsewhere(r.ctx)
}

// apart runs a round in a process of its own.
func (r *run) apart(ctx context.Context, words ...string) (watch.Sight, error) {
	line := r.program.Command(append([]string{"round"}, words...)...)
	if r.commands.Lang != "" {
		line = append(line, "--lang="+r.commands.Lang)
	}
	said, err := system.Run(ctx, line...)
	if ctx.Err() != nil {
		return watch.Sight{}, ctx.Err()
	}
	var out outcome
	if err == nil {
		err = json.Unmarshal(said, &out)
	}
	switch {
	case err != nil:
		r.program.Log.WarnContext(ctx, "round broke off", "err", err)
		return watch.Sight{}, &watch.Failed{Sentence: r.program.Sentence(err)}
	case out.Hold != watch.Go:
		return watch.Sight{}, &watch.Waiting{Hold: out.Hold}
	case out.Trouble != "":
		return watch.Sight{}, &watch.Failed{Sentence: out.Trouble}
	}
	return out.Sight, nil
}

func (r *run) walkApart(ctx context.Context) error {
	_, err := r.apart(ctx)
	return err
}

func (r *run) lookApart(ctx context.Context) (watch.Sight, error) { return r.apart(ctx, "--light") }
