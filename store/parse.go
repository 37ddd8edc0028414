package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// carryFormat and carryVersion begin every carried home. A change that an older Porchlight cannot read makes a new
// version.
const (
	carryFormat  = "porchlight-home"
	carryVersion = 1
)

// What a carried home may hold. Of longer lists the rest is left out.
const (
	maxLine     = 1 << 20 // bytes
	maxPiece    = 64      // bytes of an ID
	maxOfDevice = 64      // keys, addresses and pieces of evidence each
	maxArgs     = 40      // of one finding
	maxNames    = 16      // of one device on which a login was tried
	maxNetworks = 32      // of one home
	maxOrigins  = 64      // computers that walked it
)

// A carryHead is the first line of a carried home.
type carryHead struct {
	Format   string               `json:"format"`
	Version  int                  `json:"version"`
	Key      string               `json:"key"` // of the home, on every computer
	Name     string               `json:"name"`
	Networks []rounds.HomeNetwork `json:"networks"`
	Prefix   netip.Prefix         `json:"prefix"`
	Gateway  netip.Addr           `json:"gateway"`
	Latest   time.Time            `json:"latest"` // when the latest round ended; zero if there was none
	// Origins are the computers that walked the home, each with the number of its latest round.
	Origins map[string]int64 `json:"origins"`
}

// A carryLine is any other line: one of these, in this order.
type carryLine struct {
	Device  *carryDevice  `json:"device,omitempty"`
	Choice  *carryChoice  `json:"choice,omitempty"`
	Outcome *outcome      `json:"outcome,omitempty"`
	Finding *carryFinding `json:"finding,omitempty"`
	Proof   *carryProof   `json:"proof,omitempty"`
	Change  *carryChange  `json:"change,omitempty"`
	Rounds  *carryRounds  `json:"rounds,omitempty"`
	Try     *carryTry     `json:"try,omitempty"`
}

type carryDevice struct {
	ID        discovery.DeviceID   `json:"id"`
	FirstSeen time.Time            `json:"first_seen"`
	LastSeen  time.Time            `json:"last_seen"`
	Present   bool                 `json:"present"`
	Name      string               `json:"name,omitempty"`
	Vendor    string               `json:"vendor,omitempty"`
	Model     string               `json:"model,omitempty"`
	Firmware  string               `json:"firmware,omitempty"`
	Kind      discovery.Kind       `json:"kind,omitempty"`
	Family    string               `json:"family,omitempty"`
	MAC       discovery.MAC        `json:"mac"`
	Addrs     []netip.Addr         `json:"addrs,omitempty"`
	Keys      []string             `json:"keys,omitempty"`
	Services  []discovery.Service  `json:"services,omitempty"`
	Facts     []discovery.Fact     `json:"facts,omitempty"`
	Evidence  []discovery.Evidence `json:"evidence,omitempty"`
}

// A carryChoice is what the user said about a device. That factory passwords may be tried is not carried: it was said
// of one computer. That they may not is.
type carryChoice struct {
	Device     discovery.DeviceID   `json:"device"`
	Refused    bool                 `json:"refused,omitempty"`
	LeaveAlone *bool                `json:"leave_alone,omitempty"` // nil: the user never said
	Correction discovery.Correction `json:"correction,omitzero"`
}

type carryFinding struct {
	ID         string             `json:"id"`
	Kind       checks.Kind        `json:"kind"`
	Check      checks.ID          `json:"check"`
	Device     discovery.DeviceID `json:"device"`
	Port       uint16             `json:"port,omitempty"`
	Severity   checks.Severity    `json:"severity"`
	Confidence discovery.Strength `json:"confidence"`
	Args       map[string]string  `json:"args,omitempty"`
	Evidence   []discovery.Fact   `json:"evidence,omitempty"`
	First      time.Time          `json:"first"`
	Last       time.Time          `json:"last"`
	Fixed      time.Time          `json:"fixed,omitzero"`
	CameBack   time.Time          `json:"came_back,omitzero"`
	Accepted   string             `json:"accepted,omitempty"`
	AcceptedAt time.Time          `json:"accepted_at,omitzero"`
	Remind     time.Time          `json:"remind,omitzero"`
	Told       time.Time          `json:"told,omitzero"`
}

type carryProof struct {
	Finding string    `json:"finding"`
	At      time.Time `json:"at"`
	Before  bool      `json:"before"`
	After   bool      `json:"after"`
}

type carryChange struct {
	At      time.Time          `json:"at"`
	What    string             `json:"what"`
	Device  discovery.DeviceID `json:"device"`
	Finding string             `json:"finding,omitempty"`
	Old     string             `json:"old,omitempty"`
	New     string             `json:"new,omitempty"`
}

// A carryRounds is one round, or several that saw the same: see rounds.Summary.
type carryRounds struct {
	Origin   string    `json:"origin"`
	Last     int64     `json:"last"` // number of the last of them, as its computer counts
	Rounds   int       `json:"rounds"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Complete bool      `json:"complete"`
	Devices  int       `json:"devices"`
	Open     int       `json:"open"`
}

// A carryTry is a login that was tried: it counts on every computer, so that no device is tried too often.
type carryTry struct {
	At     time.Time `json:"at"`
	Login  string    `json:"login"`
	Failed bool      `json:"failed"`
	Names  []string  `json:"names"`
}

// parseHead reads the first line.
func parseHead(line []byte) (carryHead, error) {
	var begins struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(line, &begins); err != nil {
		return carryHead{}, damaged("%v", err)
	}
	switch {
	case begins.Format != carryFormat || begins.Version < 1:
		return carryHead{}, damaged("it begins with %q, version %d", discovery.Line(begins.Format), begins.Version)
	case begins.Version > carryVersion:
		return carryHead{}, fmt.Errorf("%w: %d, and we know %d", ErrNewerFile, begins.Version, carryVersion)
	}
	var h carryHead
	if err := strictly(line, &h); err != nil {
		return carryHead{}, err
	}
	h.Name = discovery.Line(h.Name)
	if !piece(h.Key) || h.Name == "" || len(h.Networks) > maxNetworks || len(h.Origins) > maxOrigins || !sensible(h.Latest) {
		return carryHead{}, damaged("its head is odd")
	}
	for i := range h.Networks {
		n := &h.Networks[i]
		if n.Key != discovery.Line(n.Key) || n.Key == "" {
			return carryHead{}, damaged("network %q", discovery.Line(n.Key))
		}
		n.Name = discovery.Line(n.Name)
	}
	for origin, last := range h.Origins {
		if !piece(origin) || last < 0 {
			return carryHead{}, damaged("origin %q", discovery.Line(origin))
		}
	}
	return h, nil
}

// parseLine reads any other line, and cleans what strangers may have said in it.
func parseLine(line []byte) (carryLine, error) {
	var l carryLine
	if err := strictly(line, &l); err != nil {
		return l, err
	}
	held, ok := 0, true
	for _, m := range []struct {
		held bool
		fit  func() bool
	}{
		{l.Device != nil, func() bool { return l.Device.fit() }},
		{l.Choice != nil, func() bool { return l.Choice.fit() }},
		{l.Outcome != nil, func() bool { return fitOutcome(l.Outcome) }},
		{l.Finding != nil, func() bool { return l.Finding.fit() }},
		{l.Proof != nil, func() bool { return piece(l.Proof.Finding) && timely(l.Proof.At) }},
		{l.Change != nil, func() bool { return l.Change.fit() }},
		{l.Rounds != nil, func() bool { return l.Rounds.fit() }},
		{l.Try != nil, func() bool { return l.Try.fit() }},
	} {
		if m.held {
			held++
			ok = ok && m.fit()
		}
	}
	if held != 1 || !ok {
		return l, damaged("a line is odd")
	}
	return l, nil
}

// strictly reads one JSON value that has no member which we do not know.
func strictly(line []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return damaged("%v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return damaged("more than one value in a line")
	}
	return nil
}

func damaged(form string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamagedFile, fmt.Sprintf(form, args...))
}

// piece reports whether s can be an ID: short, visible and without spaces.
func piece[T ~string](s T) bool {
	return s != "" && len(s) <= maxPiece && !strings.ContainsFunc(string(s), func(r rune) bool { return r <= ' ' || r > '~' })
}

// timely reports whether the history can keep a time: clocks that are wrong say 1970. sensible allows none too.
func timely(t time.Time) bool { return t.Unix() > 0 && t.Year() < 2200 }

func sensible(times ...time.Time) bool {
	return !slices.ContainsFunc(times, func(t time.Time) bool { return !t.IsZero() && !timely(t) })
}

func cleaned[T ~string](s *T) { *s = T(discovery.Clean(string(*s))) }

// lines cleans a text of the user that may have several lines.
func lines(s string) string { return discovery.Correction{Notes: s}.Clean().Notes }

// atMost leaves out what is too much.
func atMost[T any](list *[]T, n int) { *list = (*list)[:min(n, len(*list))] }

func (d *carryDevice) fit() bool {
	for _, s := range []*string{&d.Name, &d.Vendor, &d.Model, &d.Firmware, &d.Family} {
		cleaned(s)
	}
	if !slices.Contains(discovery.Kinds(), d.Kind) {
		d.Kind = discovery.KindUnknown
	}
	atMost(&d.Addrs, maxOfDevice)
	atMost(&d.Keys, maxOfDevice)
	atMost(&d.Services, discovery.MaxServices)
	atMost(&d.Evidence, maxOfDevice)
	for i := range d.Keys {
		cleaned(&d.Keys[i])
	}
	for i := range d.Services {
		s := &d.Services[i]
		cleaned(&s.Transport)
		cleaned(&s.Protocol)
		cleaned(&s.Product)
	}
	for i := range d.Evidence {
		e := &d.Evidence[i]
		cleaned(&e.Field)
		cleaned(&e.Source)
		cleaned(&e.Value)
		cleaned(&e.Strength)
	}
	fitFacts(&d.Facts)
	// The user's own words come as a choice.
	return piece(d.ID) && timely(d.FirstSeen) && timely(d.LastSeen) && !slices.ContainsFunc(d.Evidence, func(e discovery.Evidence) bool { return e.Strength == discovery.Corrected })
}

func fitFacts(facts *[]discovery.Fact) {
	atMost(facts, discovery.MaxFacts)
	for i := range *facts {
		cleaned(&(*facts)[i].Key)
		cleaned(&(*facts)[i].Value)
	}
}

func (c *carryChoice) fit() bool {
	c.Correction = c.Correction.Clean()
	return piece(c.Device)
}

func fitOutcome(o *outcome) bool {
	return piece(o.Check) && piece(o.Device) && o.Result <= checks.NotApplicable && (o.Reason == "" || piece(o.Reason)) && o.Took >= 0
}

func (f *carryFinding) fit() bool {
	fitFacts(&f.Evidence)
	f.Accepted = lines(f.Accepted)
	for k, v := range f.Args {
		if !piece(k) {
			return false
		}
		f.Args[k] = discovery.Clean(v)
	}
	moved := checks.Finding{ID: f.ID, Device: f.Device}
	moved.MoveTo(f.Device + "-") // only the ID of a finding of that device follows
	return piece(f.ID) && piece(f.Kind) && piece(f.Check) && piece(f.Device) && moved.ID != f.ID && len(f.Args) <= maxArgs &&
		(f.Confidence == discovery.Saw || f.Confidence == discovery.Likely) &&
		timely(f.First) && timely(f.Last) && sensible(f.Fixed, f.CameBack, f.AcceptedAt, f.Remind, f.Told)
}

func (c *carryChange) fit() bool {
	cleaned(&c.Old)
	c.New = lines(c.New) // of an acceptance the user's reason
	return slices.Contains(rounds.Whats(), c.What) && timely(c.At) && piece(c.Device) && (c.Finding == "" || piece(c.Finding))
}

func (r *carryRounds) fit() bool {
	return piece(r.Origin) && r.Last > 0 && r.Rounds > 0 && int64(r.Rounds) <= r.Last && r.Devices >= 0 && r.Open >= 0 &&
		timely(r.Started) && sensible(r.Finished)
}

func (t *carryTry) fit() bool {
	atMost(&t.Names, maxNames)
	odd := func(name string) bool { return !piece(name) || name == everybody }
	return timely(t.At) && (t.Login == "" || piece(t.Login)) && len(t.Names) > 0 && !slices.ContainsFunc(t.Names, odd)
}
