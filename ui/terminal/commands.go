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
	"sync"
	"time"

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
	// Secret asks a question and reads an answer that nobody sees; nil reads it like any other.
	Secret    func(question string) (string, error)
	Version   string
	Languages []string
	// Window opens the window, for the command that is none. card is the finding or the device that it shows first; ""
	// for none. trouble is why the program could not be opened whole; a person who clicked has to see it there. It gives
	// the exit status.
	Window func(ctx context.Context, p *program.Program, card string, trouble error) int
}

// commands is the command line, in kong's terms.
type commands struct {
	Data    string           `help:"Keep the history in this folder." placeholder:"DIR" type:"path"`
	Lang    string           `help:"Language of the answers, such as en." placeholder:"TAG"`
	Verbose bool             `short:"v" help:"Say on standard error what is going on."`
	Version kong.VersionFlag `help:"Show the version."`

	Window    windowCmd    `cmd:"" default:"withargs" help:"Open the window. This is what happens without a command."`
	Scan      scanCmd      `cmd:"" help:"Look around once and print what was found."`
	Devices   devicesCmd   `cmd:"" help:"List the devices of the home."`
	Todo      todoCmd      `cmd:"" help:"List what to do, the most urgent first."`
	Again     againCmd     `cmd:"" name:"check-again" help:"Look for one finding again."`
	Remind    remindCmd    `cmd:"" help:"Put one thing off, and be reminded of it."`
	Letter    letterCmd    `cmd:"" help:"Print what to write to the maker of a device, or to say to your internet provider."`
	News      newsCmd      `cmd:"" help:"List the sources on the internet that may be asked what is new, and switch them on or off."`
	Elsewhere elsewhereCmd `cmd:"" help:"Say, or choose, who else is told how the home stands: an MQTT broker such as that of Home Assistant, or a webhook."`
	Correct   correctCmd   `cmd:"" help:"Say what a device is, where the program does not know or is wrong."`
	Forget    forgetCmd    `cmd:"" help:"Forget a device, with all that is known of it."`
	Identify  identifyCmd  `cmd:"" help:"Tell what recorded answers are of: JSON lines in, JSON lines out."`
	Watch     watchCmd     `cmd:"" help:"Keep watch in the background: look around when it is time, and tell what matters."`
	Round     roundCmd     `cmd:"" hidden:"" help:"One round for the watch."`
	Tell      tellCmd      `cmd:"" hidden:"" help:"Tell the place elsewhere that the user named."`
	Clicked   clickedCmd   `cmd:"" hidden:"" help:"Show what the latest notification was about."`
	History   historyCmd   `cmd:"" help:"Show what changed over time, newest first."`
	Report    reportCmd    `cmd:"" help:"Write a household report to print, or a sheet for the fridge."`
	Homes     homesCmd     `cmd:"" help:"List the homes, rename one, or carry one to another computer in an encrypted file."`
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
	r := &run{Terminal: t, commands: &c, ctx: ctx, system: t.Languages}
	if c.Lang != "" {
		t.Languages = []string{c.Lang}
	}
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
	system   []string        // languages of the system, whatever language was asked for
	program  *program.Program
	status   int
	telling  sync.Mutex // whoever says or asks something while a round goes on
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

func (r *run) writer() *Writer {
	return &Writer{W: r.Out, Words: r.program.Words, Now: time.Now(), Proofs: func(finding string) []rounds.Proof {
		proofs, _ := r.program.Proofs(r.ctx, finding) // without them the rest still counts
		return proofs
	}}
}

type windowCmd struct {
	Open string `help:"Show this finding, or this device, first." placeholder:"ID"`
}

// Run opens the window.
func (c *windowCmd) Run(r *run) error {
	defer r.close()
	trouble := r.open(program.Options{})
	r.status = r.Window(r.ctx, r.program, c.Open, trouble)
	return nil
}

// Also switches on what asks outside of the home, or everybody in it.
type Also struct {
	Also []string `help:"Also ask two public name servers on the internet whether the router leads you to the same places (dns), or everybody in the home who hands out addresses (dhcp)." enum:"dns,dhcp" placeholder:"dns,dhcp"`
}

func (a Also) options(o program.Options) program.Options {
	o.AskOutside, o.AskDHCP = slices.Contains(a.Also, "dns"), slices.Contains(a.Also, "dhcp")
	return o
}

type scanCmd struct {
	Also `embed:""`

	Network   string   `help:"Look only at this part of the network, such as 192.168.1.0/24." placeholder:"CIDR" xor:"where"`
	Interface string   `help:"Look at the network of this interface." placeholder:"NAME"`
	Home      string   `help:"Call the home by this name." placeholder:"NAME"`
	Passwords string   `help:"Try documented factory passwords: ask for each device, all, or none." enum:"ask,all,none" default:"ask"`
	News      []string `help:"Ask these sources on the internet what is new, this time: all, none, or names from porchlight news." placeholder:"NAME,..."`
	Yes       bool     `help:"Say: this is my home network, or I may act for its owner."`
	Public    bool     `help:"Say: so it is, although it looks like the network of a café or a hotel."`
	JSON      string   `help:"Write the round as JSON to this file, or to standard output for -." placeholder:"FILE"`
	Demo      bool     `help:"Look around a practice home that is simulated on this computer."`
}

// Run does one round.
func (c *scanCmd) Run(r *run) error {
	o := c.options(program.Options{Want: lan.Want{Interface: c.Interface}})
	if c.Network != "" {
		p, err := netip.ParsePrefix(c.Network)
		if err != nil || !p.Addr().Is4() {
			return fmt.Errorf("%w: --network wants something like 192.168.1.0/24, not %q", errUsage, c.Network)
		}
		o.Want.Prefix = p
	}
	if c.News != nil {
		var err error
		if o.News, err = sourcesOf("--news", c.News); err != nil {
			return err
		}
	}
	questions := bufio.NewReader(r.In)
	switch {
	case c.Passwords == "all":
		o.Passwords = rounds.PasswordsAll
	case c.Passwords == "none":
		o.Passwords = rounds.PasswordsNone
	case r.Interactive:
		o.Ask = func(ctx context.Context, d discovery.Device) rounds.Consent { return r.consent(ctx, questions, d) }
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
	stop := r.follow()
	err := r.program.Walk(r.ctx)
	stop()
	if err != nil {
		return err
	}
	s := r.program.Feed().Latest()
	if err := c.write(r, s); err != nil {
		return err
	}
	if todo, _ := s.Todo(time.Now()); len(todo) > 0 && todo[0].Severity == checks.Today {
		r.status = ExitToday
	}
	return nil
}

// enter chooses the home, and asks whether the user may look around it.
func (c *scanCmd) enter(r *run, questions *bufio.Reader) error {
	if c.Demo {
		return r.program.Enter(r.ctx, "", true, "")
	}
	enter := func(insisted string) error { return r.program.Enter(r.ctx, c.Home, false, insisted) }
	if c.Yes {
		return c.insist(r, questions, enter)
	}
	err := r.program.EnterAgreed(r.ctx)
	if !errors.Is(err, program.ErrNotAgreed) || !r.Interactive {
		return err
	}
	if !yes(r, questions, r.program.Words.T("cli.agree", nil)) {
		return program.ErrNotAgreed
	}
	return c.insist(r, questions, enter)
}

// insist enters the real home, and asks once more where the network looks public.
func (c *scanCmd) insist(r *run, questions *bufio.Reader, enter func(insisted string) error) error {
	err := enter("")
	public, ok := errors.AsType[*rounds.PublicNetwork](err)
	if ok && (c.Public || r.Interactive && surely(r, questions, public)) {
		return enter(public.Key)
	}
	return err
}

// surely asks whether a network is a home's although it looks public.
func surely(r *run, questions *bufio.Reader, n *rounds.PublicNetwork) bool {
	say := func(key string) string { return r.program.Words.T(key, nil) }
	return yes(r, questions, say("start.public."+string(n.Looks))+" "+say("start.public.text")+"\n"+say("cli.public"))
}

// consent asks whether the factory password of a device may be tried.
func (r *run) consent(ctx context.Context, questions *bufio.Reader, d discovery.Device) rounds.Consent {
	name := r.program.Words.DeviceName(&d)
	if yes(r, questions, r.program.Words.T("cli.ask-password", text.Args{"device": name, "login": r.program.Login(ctx, d)})) {
		return rounds.ConsentGiven
	}
	return rounds.ConsentRefused
}

func yes(r *run, questions *bufio.Reader, question string) bool {
	r.telling.Lock()
	_, _ = fmt.Fprint(r.Err, question)
	r.telling.Unlock()
	answer, _ := questions.ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer != "" && slices.Contains(strings.Fields(r.program.Words.T("cli.yes", nil)), answer)
}

func (c *scanCmd) write(r *run, s rounds.Snapshot) error {
	if c.JSON == "-" {
		return JSON(r.Out, s, r.Version, r.program.Firmware)
	}
	w := r.writer()
	w.Round(s)
	if !s.Home.Practice {
		w.SilentNews(r.program.SaysSilent())
	}
	if c.JSON == "" || w.Err() != nil {
		return w.Err()
	}
	f, err := os.OpenFile(c.JSON, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return errors.Join(JSON(f, s, r.Version, r.program.Firmware), f.Close())
}

// show opens the home that was walked last, or the practice home, and gives its picture.
func (r *run) show(demo bool, o program.Options) (rounds.Snapshot, error) {
	if err := r.open(o); err != nil {
		return rounds.Snapshot{}, err
	}
	if demo {
		err := r.program.ShowPractice(r.ctx)
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
	s, err := r.show(c.Demo, program.Options{})
	if err != nil {
		return err
	}
	w := r.writer()
	w.Devices(s)
	return w.Err()
}

type todoCmd struct {
	All  bool `help:"Tell in full also what is only good to know."`
	Demo bool `help:"Of the practice home."`
}

// Run lists what to do.
func (c *todoCmd) Run(r *run) error {
	defer r.close()
	s, err := r.show(c.Demo, program.Options{})
	if err != nil {
		return err
	}
	w := r.writer()
	w.Todo(s, 0, c.All)
	w.Fixed(s)
	if w.Err() == nil {
		r.told(s)
	}
	return w.Err()
}

// told keeps that the user has read what waits, so that it is not said for ever.
func (r *run) told(s rounds.Snapshot) {
	now := time.Now()
	todo, _ := s.Todo(now)
	for _, f := range todo {
		if f.Waits(now) > 0 && f.Told.IsZero() {
			_ = r.program.Told(r.ctx, f.ID) // at worst it is said once more
		}
	}
}

type againCmd struct {
	Also `embed:""`

	Finding string `arg:"" help:"Its name, from porchlight todo."`
	Demo    bool   `help:"Of the practice home."`
}

// Run looks for one finding again.
func (c *againCmd) Run(r *run) error {
	defer r.close()
	o := c.options(program.Options{})
	if r.Interactive {
		questions := bufio.NewReader(r.In)
		o.Ask = func(ctx context.Context, d discovery.Device) rounds.Consent { return r.consent(ctx, questions, d) }
	}
	if _, err := r.show(c.Demo, o); err != nil {
		return err
	}
	f, err := r.program.CheckAgain(r.ctx, c.Finding)
	if err != nil {
		return err
	}
	w := r.writer()
	w.Again(r.program.Feed().Latest(), f)
	if f.Fixed.IsZero() && f.Severity == checks.Today {
		r.status = ExitToday
	}
	return w.Err()
}

type remindCmd struct {
	Finding string `arg:"" help:"Its name, from porchlight todo."`
	Days    int    `help:"In how many days." default:"3"`
	Undo    bool   `help:"Put it back on the list."`
	Demo    bool   `help:"Of the practice home."`
}

// maxDays is for how long something can be put off: what waits longer than a year is forgotten.
const maxDays = 365

// Run keeps the day, or takes it back.
func (c *remindCmd) Run(r *run) error {
	if c.Days < 1 || c.Days > maxDays {
		return fmt.Errorf("%w: --days wants a number from 1 to %d, not %d", errUsage, maxDays, c.Days)
	}
	defer r.close()
	if _, err := r.show(c.Demo, program.Options{}); err != nil {
		return err
	}
	day, key := checks.InDays(time.Now(), c.Days), "cli.remind"
	if c.Undo {
		day, key = time.Time{}, "cli.unremind"
	}
	if err := r.program.Remind(r.ctx, c.Finding, day); err != nil {
		return err
	}
	w, s := r.writer(), r.program.Feed().Latest()
	for _, f := range s.Findings {
		if f.ID == c.Finding {
			w.line(r.program.Words.T(key, text.Args{"date": r.program.Words.Date(day), "title": w.title(s, f)}))
		}
	}
	return w.Err()
}

type correctCmd struct {
	Device string  `arg:"" help:"Its name or its address, from porchlight devices."`
	Name   *string `help:"Call it by this name." placeholder:"NAME"`
	Kind   *string `help:"What it is, such as camera or printer." placeholder:"KIND"`
	Maker  *string `help:"Who made it." placeholder:"MAKER"`
	Model  *string `help:"Which of the maker's products it is." placeholder:"MODEL"`
	Room   *string `help:"Where it stands." placeholder:"ROOM"`
	Owner  *string `help:"Whose it is." placeholder:"NAME"`
	Notes  *string `help:"What else you want to keep about it." placeholder:"TEXT"`
	Undo   bool    `help:"Take back all that you said about it before."`
	Demo   bool    `help:"Of the practice home."`
}

// Help says what the options have in common.
func (c *correctCmd) Help() string {
	return "Your word always wins over what the device says, and stays. An empty word, such as --room=\"\", takes one back."
}

// Run keeps what the user says, and shows the device as it now is.
func (c *correctCmd) Run(r *run) error {
	if c.Kind != nil && *c.Kind != "" && !slices.Contains(discovery.Kinds(), discovery.Kind(*c.Kind)) {
		return fmt.Errorf("%w: --kind wants one of %s, not %q", errUsage, kindWords(), *c.Kind)
	}
	defer r.close()
	if _, err := r.show(c.Demo, program.Options{}); err != nil {
		return err
	}
	d, err := r.program.Device(c.Device)
	if err != nil {
		return err
	}
	word := d.Correction
	if !c.apply(&word) {
		return fmt.Errorf("%w: say what to correct, such as --name or --kind, or --undo", errUsage)
	}
	if err := r.program.Correct(r.ctx, d.ID, word); err != nil {
		return err
	}
	s := r.program.Feed().Latest()
	d, _ = s.Device(d.ID)
	w := r.writer()
	w.Device(d)
	return w.Err()
}

// apply puts the options into word, and tells whether there was one.
func (c *correctCmd) apply(word *discovery.Correction) bool {
	if c.Undo {
		*word = discovery.Correction{}
	}
	given := c.Undo
	for _, o := range []struct {
		option *string
		set    func(string)
	}{
		{c.Name, func(s string) { word.Name = s }},
		{c.Kind, func(s string) { word.Kind = discovery.Kind(s) }},
		{c.Maker, func(s string) { word.Vendor = s }},
		{c.Model, func(s string) { word.Model = s }},
		{c.Room, func(s string) { word.Room = s }},
		{c.Owner, func(s string) { word.Owner = s }},
		{c.Notes, func(s string) { word.Notes = s }},
	} {
		if o.option != nil {
			o.set(*o.option)
			given = true
		}
	}
	return given
}

// kindWords lists the words for kinds as they are typed.
func kindWords() string {
	var all []string
	for _, k := range discovery.Kinds() {
		all = append(all, string(k))
	}
	return strings.Join(all, ", ")
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
