// Package checks holds the nouns of looking for weaknesses: checks, what they find, and
// the one device that a check may reach. It does no I/O of its own.
package checks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"syscall"
	"time"

	"porchlight/discovery"
)

// An ID names a check for ever: it is stored in the history.
type ID string

// A Kind names one sort of finding for ever: it is in the scan schema and the catalogue.
type Kind string

// Contact says how much a check touches the device.
type Contact uint8

// Kinds of contact. The zero value is refused, so that nobody forgets to choose.
const (
	ContactUnset  Contact = iota
	ContactNone           // decides from what discovery saw
	ContactPolite         // reads what anybody may read
	ContactLogin          // tries one documented login; needs consent for that device
)

// Info is what is always true of a check.
type Info struct {
	ID      ID
	Contact Contact
	Kinds   []Kind // every Kind that Run may return
}

// A Check looks for one kind of weakness.
type Check interface {
	Info() Info
	// Applies decides from what discovery saw; it does no I/O.
	Applies(d discovery.Device) bool
	// Run returns what it found; none means clear. An error means "could not check"
	// and is never shown as safe; ErrNotApplicable that there was nothing to check. Only with
	// Partly does what was found count beside an error. Run leaves the device as it was.
	Run(ctx context.Context, t Target) ([]Finding, error)
}

// ErrNotApplicable means that a check has no say about a device after all: it is shown neither as
// safe nor as unchecked, and fixes nothing.
var ErrNotApplicable = errors.New("the check does not apply")

// A Way leads to one device and to nobody else, within its pace and caps. What is said on it
// is named by a line of discovery/lan/requests.txt; a line that is not there is refused.
type Way struct {
	// Dial connects to a TCP port.
	Dial func(ctx context.Context, port uint16, line string) (net.Conn, error)
	// Exchange sends a datagram to a UDP port and gives the answer. After silence it is sent again, but for a login.
	Exchange func(ctx context.Context, port uint16, payload []byte, line string) ([]byte, error)
	// HTTP names its lines itself: "GET /path". It only reads.
	HTTP *http.Client
}

// A Try is one login that was tried on a device, whoever asked for it.
type Try struct {
	At     time.Time // UTC
	Row    string    // the ID of the documented login; never what was typed
	Failed bool
}

// A Target is the device under check and the only ways to reach it.
type Target struct {
	Device discovery.Device
	Way    // it carries no login
	// Login runs try with a way that may carry one documented login; its HTTP client keeps the
	// cookies of that one session. It refuses with NotChecked unless the user agreed for this device
	// and the limits leave room, and it counts the try before a byte is sent. try reports whether
	// the device said yes.
	Login func(ctx context.Context, row string, try func(Way) (bool, error)) (bool, error)
	// Tries lists the logins of the last 90 days on this device, newest first.
	Tries func(ctx context.Context) ([]Try, error)
	// Before are the open findings of this check on this device, from earlier looks. A check
	// that no longer applies still runs while there are any, to see whether they are fixed.
	Before []Finding
	// Others are all devices of the home, to name the one behind an open door.
	Others []discovery.Device
	// WiFi gives what this computer is joined to, as its system tells. That may take some seconds.
	WiFi func(ctx context.Context) discovery.WiFi
	// Resolver asks the name server of the router, which has a turn and a budget of its own.
	Resolver func(ctx context.Context, payload []byte, line string) ([]byte, error)
	// AskDHCP asks everybody in the home who hands out addresses, and gives the answers as they came.
	// Nothing that is offered is taken. It may be asked only if the user has switched that on.
	AskDHCP func(ctx context.Context) ([][]byte, error)
	// NoteOutside books in the ledger what a check asked outside of the home. Only one that the
	// user has switched on for that does so, by its own means.
	NoteOutside func(url, line string, sent, received int)
	Log         *slog.Logger
}

// Doors lists the ports where a check has to look: those of the device's services that are
// meant, and those where it found something before.
func (t *Target) Doors(meant func(discovery.Service) bool) []uint16 {
	var out []uint16
	add := func(port uint16) {
		if port != 0 && !slices.Contains(out, port) {
			out = append(out, port)
		}
	}
	for _, s := range t.Device.Services {
		if meant(s) {
			add(s.Port)
		}
	}
	for i := range t.Before {
		add(t.Before[i].Port)
	}
	return out
}

// Closed reports whether an error says that nobody listens at a door. Only that makes a door
// closed: silence may be a device that sleeps.
func Closed(err error) bool {
	const wsaeConnRefused = syscall.Errno(10061) // the same on Windows, which syscall does not translate
	return errors.Is(err, syscall.ECONNREFUSED) || (runtime.GOOS == "windows" && errors.Is(err, wsaeConnRefused))
}

// Reasons why something could not be checked. A reason is stored and has its words in the
// catalogue under "reason.".
const (
	ReasonNoConsent   = "no-consent"    // the user has not agreed to a password try on this device
	ReasonLeaveAlone  = "leave-alone"   // the user wants no checks of it
	ReasonSkipList    = "skip-list"     // a mistake with such a device would hurt: nobody checks it
	ReasonTriedToday  = "tried-today"   // the limits on logins leave no room today
	ReasonUnreachable = "unreachable"   // it did not answer
	ReasonUnclear     = "unclear"       // it answered, but neither yes nor no
	ReasonStopped     = "stopped"       // the round ended first
	ReasonOdd         = "behaved-oddly" // it broke the rules of its protocol
	ReasonNotTold     = "not-told"      // the operating system of this computer does not tell
	ReasonSwitchedOff = "switched-off"  // the user has not switched on what it takes
	ReasonNoVersion   = "no-version"    // it does not tell its version
)

// A NotChecked says why a check has no result. It is an error that people may read about.
type NotChecked struct {
	Reason string
	Err    error // what happened, for developers; may be nil
}

// Error implements error.
func (e *NotChecked) Error() string {
	if e.Err == nil {
		return "not checked: " + e.Reason
	}
	return fmt.Sprintf("not checked: %s: %v", e.Reason, e.Err)
}

// Unwrap gives what happened.
func (e *NotChecked) Unwrap() error { return e.Err }

// Partly is the error of a check that could not look at everything. What it found counts, and so
// do the earlier findings that it names; the rest stays as it was.
type Partly struct {
	Gone []string // IDs of earlier findings that are there no longer
	Err  error    // why the rest was not looked at
}

// Error implements error.
func (e *Partly) Error() string { return "partly: " + e.Err.Error() }

// Unwrap gives why the rest was not looked at.
func (e *Partly) Unwrap() error { return e.Err }

// Partly ends a check that found some and could not look at the rest, if err says so. looked tells of
// which earlier findings it is known what became of them.
func (t *Target) Partly(found []Finding, looked func(*Finding) bool, err error) ([]Finding, error) {
	if err == nil {
		return found, nil
	}
	var gone []string
	for i := range t.Before {
		f := &t.Before[i]
		if looked(f) && !slices.ContainsFunc(found, func(g Finding) bool { return g.ID == f.ID }) {
			gone = append(gone, f.ID)
		}
	}
	if len(found)+len(gone) == 0 {
		return nil, err
	}
	return found, &Partly{Gone: gone, Err: err}
}

// Reason turns the error of a check into the word under which people are told.
func Reason(err error) string {
	if nc, ok := errors.AsType[*NotChecked](err); ok {
		return nc.Reason
	}
	if errors.Is(err, context.Canceled) {
		return ReasonStopped
	}
	return ReasonUnreachable
}

// Severity says how soon something should be done.
type Severity uint8

// Severities, mildest first. The zero value only informs.
const (
	Inform Severity = iota
	Good            // good to do
	Week            // fix this week
	Today           // fix today
)

var severityNames = [...]string{"info", "good", "week", "today"}

// String gives the word of the scan schema.
func (s Severity) String() string { return severityNames[min(int(s), len(severityNames)-1)] }

// MarshalText gives the word of the scan schema.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word of the scan schema.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, n := range severityNames {
		if n == string(b) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("severity %q is not known", b)
}

// A Finding is one thing a person should know or do about one device. It holds no
// sentences: the words for Kind are in the catalogue, filled in from Args.
type Finding struct {
	ID         string // from FindingID; the same weakness keeps it from round to round
	Kind       Kind
	Check      ID
	Device     discovery.DeviceID
	Port       uint16 // 0 if it is about the whole device
	Severity   Severity
	Confidence discovery.Strength // Saw or Likely
	Args       map[string]string
	Evidence   []discovery.Fact // never a password, never a body

	// Its life in the history; zero in what a check returns.
	First, Last time.Time // first and last look that found it, UTC
	Fixed       time.Time // when a look no longer found it; zero while open
	CameBack    time.Time // when it was last found again after it was fixed; zero if it never was
	Accepted    string    // the user's reason for living with it; "" if not accepted
	Remind      time.Time // when the day begins on which the user wants to be reminded; zero for none
	Told        time.Time // when the user was told that it waits; zero before
}

// About gives the device that people would point at: of a door in the router, the device
// behind it, if it is known.
func (f *Finding) About() discovery.DeviceID {
	if inner := f.Args["inner_device"]; inner != "" {
		return discovery.DeviceID(inner)
	}
	return f.Device
}

// FindingID gives the stable name of a weakness: the same device, kind, port and detail
// give the same ID in every round. detail tells apart several on one port; mostly "". The first
// half names the device and the second the weakness: see MoveTo.
func FindingID(device discovery.DeviceID, kind Kind, port uint16, detail string) string {
	return idOf(device) + half(fmt.Sprintf("%s\x00%d\x00%s", kind, port, detail))
}

// idOf begins the ID of every finding of a device.
func idOf(device discovery.DeviceID) string { return "f-" + half(string(device)) }

// half is 32 bits: the many devices and findings of a home stay apart, and people can still copy two.
func half(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// Result is how one check of one device ended.
type Result uint8

// Results. The zero value is never shown as safe.
const (
	Unknown Result = iota // could not be checked, or not all of it
	Clear
	Found
	NotApplicable
)

// Outcome is how one check of one device ended, and why.
type Outcome struct {
	Check    ID
	Device   discovery.DeviceID
	Result   Result
	Findings []Finding
	Gone     []string // IDs of earlier findings that are there no longer, when not all was looked at
	Reason   string   // why Unknown; a word of the catalogue
	Err      error    // why Unknown, for developers
	Took     time.Duration
}

// Tells reports whether the outcome says of a finding whether it is still there.
func (o *Outcome) Tells(f *Finding) bool {
	if o.Check != f.Check || o.Device != f.Device {
		return false
	}
	return o.Result == Clear || o.Result == Found || slices.Contains(o.Gone, f.ID) ||
		slices.ContainsFunc(o.Findings, func(g Finding) bool { return g.ID == f.ID })
}
