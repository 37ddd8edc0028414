package terminal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/recorded"
	"porchlight/ui/program"
)

// Exit statuses.
const (
	ExitDone   = 0
	ExitToday  = 1 // there is something to fix today
	ExitUsage  = 2
	ExitCannot = 3
)

// A Terminal is where a command reads and writes.
type Terminal struct {
	In       io.Reader
	Out, Err io.Writer
	// Interactive says that a person can answer questions there.
	Interactive bool
	Version     string
	Languages   []string
	// Window opens the window, for the command that is none. trouble is why the program could
	// not be opened whole; a person who clicked has to see it there. It gives the exit status.
	Window func(ctx context.Context, p *program.Program, trouble error) int
}

// commands is the command line, in kong's terms.
type commands struct {
	Data    string           `help:"Keep the history in this folder." placeholder:"DIR" type:"path"`
	Lang    string           `help:"Language of the answers, such as en." placeholder:"TAG"`
	Verbose bool             `short:"v" help:"Say on standard error what is going on."`
	Version kong.VersionFlag `help:"Show the version."`

	Window   windowCmd   `cmd:"" default:"1" help:"Open the window. This is what happens without a command."`
	Scan     scanCmd     `cmd:"" help:"Look around once and print what was found."`
	Devices  devicesCmd  `cmd:"" help:"List the devices of the home."`
	Todo     todoCmd     `cmd:"" help:"List what to do, the most urgent first."`
	Again    againCmd    `cmd:"" name:"check-again" help:"Look for one finding again."`
	Identify identifyCmd `cmd:"" help:"Tell what recorded answers are of: JSON lines in, JSON lines out."`
	Watch    notYetCmd   `cmd:"" help:"Watch in the background (not yet)."`
	History  notYetCmd   `cmd:"" help:"Show what changed over time (not yet)."`
	Report   notYetCmd   `cmd:"" help:"Write a household report (not yet)."`
	Homes    notYetCmd   `cmd:"" help:"Carry homes from one computer to another (not yet)."`
}

// Run carries out one command line, without the program's name, and gives the exit status.
func (t *Terminal) Run(ctx context.Context, args []string) int {
	var c commands
	words, err := text.Open(t.Languages...)
	if err != nil {
		_, _ = fmt.Fprintln(t.Err, err)
		return ExitCannot
	}
	exit := -1
	parser, err := kong.New(&c, kong.Name("porchlight"), kong.Description(words.T("app.tagline", nil)),
		kong.Vars{"version": "porchlight " + t.Version}, kong.Writers(t.Out, t.Err),
		kong.Exit(func(status int) { exit = status }))
	if err != nil {
		_, _ = fmt.Fprintln(t.Err, err)
		return ExitCannot
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help or --version has answered
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintf(t.Err, "porchlight: %v\n", err)
		return ExitUsage
	}
	if c.Lang != "" {
		t.Languages = []string{c.Lang}
	}
	r := &run{Terminal: t, commands: &c, ctx: ctx}
	if err := parsed.Run(r); err != nil {
		return r.fail(err)
	}
	return r.status
}

// A run is one command under way.
type run struct {
	*Terminal
	commands *commands
	ctx      context.Context //nolint:containedctx // kong's Run methods take one argument
	program  *program.Program
	status   int
}

// fail says in a sentence what went wrong.
func (r *run) fail(err error) int {
	if errors.Is(err, errUsage) {
		_, _ = fmt.Fprintf(r.Err, "porchlight: %v\n", err)
		return ExitUsage
	}
	sentence := err.Error()
	if r.program != nil {
		sentence = r.program.Sentence(err)
	}
	_, _ = fmt.Fprintln(r.Err, sentence)
	if r.commands.Verbose {
		_, _ = fmt.Fprintf(r.Err, "(%v)\n", err)
	}
	return ExitCannot
}

// errUsage begins errors about how a command was called.
var errUsage = errors.New("usage")

// open opens the program for one command. The caller must close it.
func (r *run) open(o program.Options) error {
	o.Dir, o.Version, o.Languages = r.commands.Data, r.Version, r.Languages
	o.Log = slog.New(slog.DiscardHandler) // people get sentences
	if r.commands.Verbose {
		o.Log = slog.New(slog.NewTextHandler(r.Err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	p, err := program.Open(r.ctx, o)
	r.program = p
	if err == nil && p.SetAside != "" {
		err = program.ErrSetAside
	}
	return err
}

func (r *run) close() {
	if r.program != nil {
		_ = r.program.Close()
	}
}

func (r *run) writer() *Writer { return &Writer{W: r.Out, Words: r.program.Words} }

type windowCmd struct{}

// Run opens the window.
func (windowCmd) Run(r *run) error {
	defer r.close()
	trouble := r.open(program.Options{})
	r.status = r.Window(r.ctx, r.program, trouble)
	return nil
}

type scanCmd struct {
	Network   string `help:"Look only at this part of the network, such as 192.168.1.0/24." placeholder:"CIDR" xor:"where"`
	Interface string `help:"Look at the network of this interface." placeholder:"NAME"`
	Home      string `help:"Call the home by this name." placeholder:"NAME"`
	Passwords string `help:"Try documented factory passwords: ask for each device, all, or none." enum:"ask,all,none" default:"ask"`
	Yes       bool   `help:"Say: this is my home network, or I may act for its owner."`
	JSON      string `help:"Write the round as JSON to this file, or to standard output for -." placeholder:"FILE"`
	Demo      bool   `help:"Look around a practice home that is simulated on this computer."`
}

// Run does one round.
func (c *scanCmd) Run(r *run) error {
	o := program.Options{Want: lan.Want{Interface: c.Interface}}
	if c.Network != "" {
		p, err := netip.ParsePrefix(c.Network)
		if err != nil || !p.Addr().Is4() {
			return fmt.Errorf("%w: --network wants something like 192.168.1.0/24, not %q", errUsage, c.Network)
		}
		o.Want.Prefix = p
	}
	questions := bufio.NewReader(r.In)
	switch {
	case c.Passwords == "all":
		o.Passwords = rounds.PasswordsAll
	case c.Passwords == "none":
		o.Passwords = rounds.PasswordsNone
	case r.Interactive:
		o.Ask = func(_ context.Context, d discovery.Device) rounds.Consent { return c.consent(r, questions, d) }
	}
	defer r.close()
	if err := r.open(o); err != nil {
		return err
	}
	if err := c.enter(r, questions); err != nil {
		return err
	}
	if c.JSON != "-" {
		_, _ = fmt.Fprintln(r.Err, r.program.Words.T("cli.looking", nil))
	}
	if err := r.program.Walk(r.ctx); err != nil {
		return err
	}
	s := r.program.Feed().Latest()
	if err := c.write(r, s); err != nil {
		return err
	}
	if open := s.Open(); len(open) > 0 && open[0].Severity == checks.Today {
		r.status = ExitToday
	}
	return nil
}

// enter chooses the home, and asks whether the user may look around it.
func (c *scanCmd) enter(r *run, questions *bufio.Reader) error {
	if c.Demo {
		return r.program.Enter(r.ctx, "", true)
	}
	if c.Yes {
		return r.program.Enter(r.ctx, c.Home, false)
	}
	err := r.program.EnterAgreed(r.ctx)
	if !errors.Is(err, program.ErrNotAgreed) || !r.Interactive {
		return err
	}
	if !yes(r, questions, r.program.Words.T("cli.agree", nil)) {
		return program.ErrNotAgreed
	}
	return r.program.Enter(r.ctx, c.Home, false)
}

// consent asks whether the factory password of a device may be tried.
func (c *scanCmd) consent(r *run, questions *bufio.Reader, d discovery.Device) rounds.Consent {
	name := r.program.Words.DeviceName(&d)
	if yes(r, questions, r.program.Words.T("cli.ask-password", text.Args{"device": name, "login": r.program.Login(d)})) {
		return rounds.ConsentGiven
	}
	return rounds.ConsentRefused
}

func yes(r *run, questions *bufio.Reader, question string) bool {
	_, _ = fmt.Fprint(r.Err, question)
	answer, _ := questions.ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer != "" && slices.Contains(strings.Fields(r.program.Words.T("cli.yes", nil)), answer)
}

func (c *scanCmd) write(r *run, s rounds.Snapshot) error {
	if c.JSON == "-" {
		return JSON(r.Out, s, r.Version)
	}
	w := r.writer()
	w.Round(s)
	if c.JSON == "" || w.Err() != nil {
		return w.Err()
	}
	f, err := os.OpenFile(c.JSON, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return errors.Join(JSON(f, s, r.Version), f.Close())
}

// show opens the home that was walked last, or the practice home, and gives its picture.
func (r *run) show(demo bool) (rounds.Snapshot, error) {
	if err := r.open(program.Options{}); err != nil {
		return rounds.Snapshot{}, err
	}
	if demo {
		err := r.program.Enter(r.ctx, "", true)
		return r.program.Feed().Latest(), err
	}
	known, err := r.program.Resume(r.ctx)
	if err == nil && !known {
		err = program.ErrNoRound
	}
	return r.program.Feed().Latest(), err
}

type devicesCmd struct {
	Demo bool `help:"Of the practice home."`
}

// Run lists the devices.
func (c *devicesCmd) Run(r *run) error {
	defer r.close()
	s, err := r.show(c.Demo)
	if err != nil {
		return err
	}
	w := r.writer()
	w.Devices(s)
	return w.Err()
}

type todoCmd struct {
	Demo bool `help:"Of the practice home."`
}

// Run lists what to do.
func (c *todoCmd) Run(r *run) error {
	defer r.close()
	s, err := r.show(c.Demo)
	if err != nil {
		return err
	}
	w := r.writer()
	w.Todo(s, 0)
	return w.Err()
}

type againCmd struct {
	Finding string `arg:"" help:"Its name, from porchlight todo."`
	Demo    bool   `help:"Of the practice home."`
}

// Run looks for one finding again.
func (c *againCmd) Run(r *run) error {
	defer r.close()
	if _, err := r.show(c.Demo); err != nil {
		return err
	}
	f, err := r.program.CheckAgain(r.ctx, c.Finding)
	if err != nil {
		return err
	}
	s := r.program.Feed().Latest()
	words := r.program.Words
	args := text.Args{"title": words.Finding(&f, about(s, f)).Title, "date": words.Time(f.Fixed)}
	if !f.Fixed.IsZero() {
		_, err := fmt.Fprintln(r.Out, words.T("cli.fixed", args))
		return err
	}
	if f.Severity == checks.Today {
		r.status = ExitToday
	}
	_, err = fmt.Fprintln(r.Out, words.T("cli.still", args))
	return err
}

type identifyCmd struct {
	Explain bool `help:"Add the evidence that decided."`
}

// Run reads one item a line and writes one prediction a line, in the same order.
func (c *identifyCmd) Run(r *run) error {
	catalog, err := makers.All()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(r.In, 64<<10)
	out := bufio.NewWriter(r.Out)
	enc := json.NewEncoder(out)
	for r.ctx.Err() == nil {
		line, err := readLine(in)
		if len(bytes.TrimSpace(line)) > 0 || errors.Is(err, errLineTooLong) {
			if werr := c.answer(enc, catalog, line, err); werr != nil {
				return fmt.Errorf("write prediction: %w", werr)
			}
		}
		if err != nil && !errors.Is(err, errLineTooLong) {
			break
		}
	}
	return out.Flush()
}

func (c *identifyCmd) answer(enc *json.Encoder, catalog *makers.Catalog, line []byte, err error) error {
	var p recorded.Prediction
	if err == nil || errors.Is(err, io.EOF) {
		p, err = recorded.Identify(catalog, line, c.Explain)
	}
	if err != nil {
		return enc.Encode(struct {
			ID    string `json:"id"`
			Error string `json:"error"`
		}{"", err.Error()})
	}
	return enc.Encode(p)
}

var errLineTooLong = fmt.Errorf("line is longer than %d bytes", recorded.MaxLine)

// readLine reads up to the next newline. Of a line that is too long nothing is kept.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		piece, err := in.ReadSlice('\n')
		if long = long || len(line)+len(piece) > recorded.MaxLine; !long {
			line = append(line, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || errors.Is(err, io.EOF)):
			return nil, errLineTooLong
		}
		return line, err
	}
}

type notYetCmd struct{}

// Run says that there is nothing here yet.
func (notYetCmd) Run(r *run) error {
	words, err := text.Open(r.Languages...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.Err, words.T("cli.not-yet", nil))
	r.status = ExitCannot
	return err
}
