// Package defaultlogin finds devices that still open with the factory login that their maker
// documents. Only a recognised product is tried, only with its own login, and a session that
// was opened is closed at once. What is tried, where, and what a yes looks like stands in the
// maker files; this package is one client for each way to log in.
package defaultlogin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// Kind is what this check finds.
const Kind checks.Kind = "default-login"

// Check implements checks.Check.
type Check struct {
	Catalog *makers.Catalog
}

// Info implements checks.Check.
func (Check) Info() checks.Info {
	return checks.Info{ID: "default-login", Contact: checks.ContactLogin, Kinds: []checks.Kind{Kind}}
}

// Applies implements checks.Check.
func (c Check) Applies(d discovery.Device) bool { return len(Rows(c.Catalog, d)) > 0 }

// Rows lists the documented logins of a device for which it shows the service.
func Rows(c *makers.Catalog, d discovery.Device) []makers.Login {
	return slices.DeleteFunc(c.LoginsFor(d), func(l makers.Login) bool { return len(services(d, l)) == 0 })
}

// maxDoors is how many doors of a device are asked which of them wants one login.
const maxDoors = 3

// services lists where a login may be tried: at its own port, or where the device shows that
// service.
func services(d discovery.Device, l makers.Login) []discovery.Service {
	want := methods[l.Protocol].service
	if l.Port != 0 {
		if i := slices.IndexFunc(d.Services, func(s discovery.Service) bool { return s.Port == l.Port && s.Transport == "tcp" }); i >= 0 {
			return d.Services[i : i+1]
		}
		return []discovery.Service{{Port: l.Port, Transport: "tcp", Protocol: want, TLS: l.TLS}}
	}
	var out []discovery.Service
	for _, s := range d.Services {
		if s.Protocol == want && s.Port != lan.IPPPort && len(out) < maxDoors {
			out = append(out, s)
		}
	}
	return out
}

// A door is where one login is tried.
type door struct {
	l    makers.Login
	s    discovery.Service
	addr netip.Addr
	page page           // what the web showed there without a login
	says discovery.Fact // what the device said of itself there

	ahead time.Duration // of our clock is that of a camera
}

// url gives the address of a page at the door.
func (d *door) url(path string) string { return lan.URL(d.s, d.addr, path) }

// A method is one way to log in.
type method struct {
	service string // that a device has to show
	// asks looks whether the door wants the login of the product, and sends none. errNotAsked means
	// that it does not: somebody else answers there.
	asks func(ctx context.Context, w checks.Way, d *door) error
	// try logs in once, and out again.
	try func(ctx context.Context, w checks.Way, d *door) (bool, error)
	// refuses looks after a success whether the door stays closed without the login.
	refuses func(ctx context.Context, w checks.Way, d *door) error
}

// methods are the ways to log in, by the words of the maker files.
var methods = map[string]method{
	makers.HTTPBasic:  {service: "http", asks: challenged, try: tryBasic, refuses: challenged},
	makers.HTTPDigest: {service: "http", asks: challenged, try: tryDigest, refuses: challenged},
	makers.HTTPForm:   {service: "http", asks: shows, try: tryForm, refuses: shows},
	makers.Telnet:     {service: "telnet", asks: prompts, try: tryTelnet, refuses: prompts},
	makers.SSH:        {service: "ssh", asks: greets, try: trySSH, refuses: refusesSSH},
	makers.FTP:        {service: "ftp", asks: greets, try: tryFTP, refuses: refusesFTP},
	makers.RTSP:       {service: "rtsp", asks: asksRTSP, try: tryRTSP, refuses: asksRTSP},
	makers.SNMP:       {service: "snmp", asks: answersSNMP, try: trySNMP, refuses: refusesSNMP},
	makers.ONVIF:      {service: "http", asks: asksONVIF, try: tryONVIF, refuses: refusesONVIF},
	makers.MQTT:       {service: "mqtt", asks: asksMQTT, try: tryMQTT, refuses: asksMQTT},
}

// errNotAsked means that a door does not ask for the login of the product.
var errNotAsked = unclear("nobody asks for that login")

// unclear means that a device answered neither yes nor no.
func unclear(format string, args ...any) error {
	return &checks.NotChecked{Reason: checks.ReasonUnclear, Err: fmt.Errorf(format, args...)}
}

// later means that nothing more may be tried for now.
func later(format string, args ...any) error {
	return &checks.NotChecked{Reason: checks.ReasonTriedToday, Err: fmt.Errorf(format, args...)}
}

// Run implements checks.Check. A success is proven twice: by the sign of the row, and by the
// same door, which still refuses without the login. After a success the other services of the
// device are tried with the same login; a failure ends it.
func (c Check) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	rows := Rows(c.Catalog, t.Device)
	if len(rows) == 0 { // it was found before, and the device no longer shows itself as that product
		return nil, errNotAsked
	}
	return run(ctx, t, rows)
}

func run(ctx context.Context, t checks.Target, rows []makers.Login) ([]checks.Finding, error) {
	past, err := t.Tries(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was tried: %w", err)
	}
	s := &seen{t: t, past: past, now: time.Now()}
	for _, l := range Queue(rows, past, t.Before, s.now) {
		if !s.wants(l) || ctx.Err() != nil {
			continue
		}
		if err := s.row(ctx, l); err != nil {
			s.err = err
		}
		if ctx.Err() != nil && len(s.found) == 0 {
			return nil, ctx.Err()
		}
	}
	return s.result(rows)
}

// A seen is what one Run has seen so far.
type seen struct {
	t    checks.Target
	past []checks.Try
	now  time.Time

	found   []checks.Finding
	opened  []makers.Login // the rows of found
	refused []makers.Login
	closed  []makers.Login // rows whose door is
	ended   bool           // a try did not succeed: nothing more is tried
	err     error          // the last one
}

// wants reports whether a row is tried: after a success only where the same login may open
// another door, and did not fail today.
func (s *seen) wants(l makers.Login) bool {
	if s.ended || len(s.opened) == 0 {
		return !s.ended
	}
	last, ok := newest(s.past, l.ID)
	return samePair(l, s.opened[0]) && (!ok || !last.Failed || s.now.Sub(last.At) > day)
}

// row finds the door of one row and tries it there.
func (s *seen) row(ctx context.Context, l makers.Login) error {
	d, err := s.door(ctx, l)
	if checks.Closed(err) {
		s.closed = append(s.closed, l)
		return nil
	}
	if err != nil {
		return err
	}
	m := methods[l.Protocol]
	accepted, err := s.t.Login(ctx, l.ID, func(w checks.Way) (bool, error) { return m.try(ctx, w, d) })
	switch {
	case err != nil:
		s.ended = true
		return err
	case !accepted:
		s.ended, s.refused = true, append(s.refused, l)
		return nil
	}
	if err := m.refuses(ctx, s.t.Way, d); err != nil {
		s.ended = true
		return unclear("it opens without a login too: %w", err)
	}
	s.opened, s.found = append(s.opened, l), append(s.found, s.finding(d))
	return nil
}

// door finds the door that asks for the login of a row. The error of a door that asks for
// something else counts less than that of one which could not be asked.
func (s *seen) door(ctx context.Context, l makers.Login) (*door, error) {
	var errs []error
	opened := func(port uint16) bool {
		return slices.ContainsFunc(s.found, func(f checks.Finding) bool { return f.Port == port })
	}
	for _, at := range services(s.t.Device, l) {
		if opened(at.Port) {
			continue
		}
		d := &door{l: l, s: at, addr: s.t.Device.Addr()}
		err := methods[l.Protocol].asks(ctx, s.t.Way, d)
		switch {
		case err != nil:
			errs = append(errs, err)
		case !opened(d.s.Port): // it may have been led on
			return d, nil
		}
	}
	for _, err := range errs {
		if !errors.Is(err, errNotAsked) && !checks.Closed(err) {
			return nil, err
		}
	}
	for _, err := range errs {
		if !checks.Closed(err) {
			return nil, err
		}
	}
	if len(errs) == 0 {
		return nil, errNotAsked
	}
	return nil, errs[0]
}

func (s *seen) finding(d *door) checks.Finding {
	f := checks.Finding{
		ID: checks.FindingID(s.t.Device.ID, Kind, d.s.Port, d.l.Protocol), Kind: Kind, Port: d.s.Port, Severity: checks.Today, Confidence: discovery.Saw,
		Args: map[string]string{"user": d.l.User, "url": "", "service": methods[d.l.Protocol].service, "login": d.l.ID},
	}
	if plain := s.t.Device.Uncorrected(); plain.Kind == discovery.KindPrinter {
		f.Severity = checks.Week // what is behind it is a setting, no picture and no file
	}
	if d.says.Value != "" {
		f.Evidence = []discovery.Fact{d.says}
	}
	if web, ok := s.t.Device.Service("http"); ok { // people change a password there
		f.Args["url"] = lan.URL(web, d.addr, "/")
	}
	if methods[d.l.Protocol].service == "http" {
		f.Args["url"] = d.url("/")
	}
	return f
}

// result says how it ended.
func (s *seen) result(rows []makers.Login) ([]checks.Finding, error) {
	return s.t.Partly(s.found, s.looked, s.left(rows))
}

// left says why not everything was looked at; nil if it was.
func (s *seen) left(rows []makers.Login) error {
	again := func(f checks.Finding) bool {
		return s.looked(&f) || slices.ContainsFunc(s.found, func(g checks.Finding) bool { return g.ID == f.ID })
	}
	known := len(s.found)+len(s.refused)+len(s.closed) > 0
	switch {
	case len(s.found)+len(s.refused) == 0 && s.err != nil:
		return s.err
	case slices.ContainsFunc(s.t.Before, func(f checks.Finding) bool { return !again(f) }), len(s.found) == 0 && s.pending(rows):
		return later("another documented login is left for another day")
	case !known:
		return later("nothing may be tried before tomorrow")
	}
	return nil
}

// looked reports whether an earlier finding is known to be gone, unless it was found again: its login was
// refused now, or its door is closed. A try of another day tells nothing: it is kept as failed before it is
// made, and stays so if nobody answered.
func (s *seen) looked(f *checks.Finding) bool {
	row := f.Args["login"]
	meant := func(l makers.Login) bool { return l.ID == row || row == "" }
	return slices.ContainsFunc(s.closed, meant) || slices.ContainsFunc(s.refused, func(l makers.Login) bool {
		last, ok := newest(s.past, l.ID)
		lost := l.Protocol == makers.SNMP && (!ok || !last.Failed) // the first silence may be a lost packet
		return meant(l) && !lost
	})
}

// pending reports whether a door that refused one documented login may still open by another.
func (s *seen) pending(rows []makers.Login) bool {
	if len(s.t.Before) > 0 {
		return false // they were looked at, and that is what counts
	}
	return slices.ContainsFunc(rows, func(l makers.Login) bool {
		last, ok := newest(s.past, l.ID)
		refused := (ok && last.Failed) || slices.ContainsFunc(s.refused, func(n makers.Login) bool { return samePair(n, l) })
		return !refused && slices.ContainsFunc(s.refused, func(n makers.Login) bool { return sameDoor(n, l) })
	})
}
