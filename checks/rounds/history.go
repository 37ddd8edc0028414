package rounds

import (
	"context"
	"errors"
	"iter"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// ErrNoSuchFinding means that the history holds no finding of that name.
var ErrNoSuchFinding = errors.New("no such finding")

// ErrNoSuchHome means that the history holds no home of that number.
var ErrNoSuchHome = errors.New("no such home")

// ErrNotOpen means that nothing is left to do about a finding: it is fixed, or accepted.
var ErrNotOpen = errors.New("nothing is left to do about the finding")

// ErrOtherNetwork means that the computer is not on the network of the home.
var ErrOtherNetwork = errors.New("not the network of this home")

// A Summary is what the history keeps of rounds for ever. Rounds of long ago that followed each
// other and saw the same share one: then Round is the last of them, Started is when the first began,
// and Finished when the last ended.
type Summary struct {
	Round             int64
	Started, Finished time.Time
	Complete          bool
	Devices, Open     int // devices present, findings left open
	Rounds            int // how many they are; mostly 1
}

// What a Change is about. Stored, so the words never change.
const (
	DeviceNew       = "device-new"
	DeviceGone      = "device-gone"
	DeviceBack      = "device-back"
	AddressChanged  = "address-changed"
	FirmwareChanged = "firmware-changed"
	FindingNew      = "finding-new"
	FindingFixed    = "finding-fixed"
	FindingBack     = "finding-back"
	FindingAccepted = "finding-accepted" // New is the user's reason
	FindingReopened = "finding-reopened" // the user took that back
)

// Whats lists all that a Change may be about, in the order in which people are shown them.
func Whats() []string {
	return []string{
		DeviceNew, DeviceGone, DeviceBack, AddressChanged, FirmwareChanged,
		FindingNew, FindingFixed, FindingBack, FindingAccepted, FindingReopened,
	}
}

// A Change is one thing that differs from the round before.
type Change struct {
	Round   int64
	At      time.Time
	What    string
	Device  discovery.DeviceID
	Finding string // its ID; "" if about the device
	Old     string
	New     string
}

// A Proof is what one look at a single finding saw.
type Proof struct {
	At     time.Time
	Before bool // found by the look before
	After  bool // found by this look
}

// Consent is what the user said about trying factory passwords on one device.
type Consent uint8

// Consents, the more careful after the less. The zero value asks nothing of the device.
const (
	ConsentUnknown Consent = iota
	ConsentGiven
	ConsentRefused
)

// Passwords says whether factory passwords may be tried in a home.
type Passwords uint8

// Policies. The zero value needs consent for each device.
const (
	PasswordsAsk Passwords = iota
	PasswordsAll
	PasswordsNone
)

// History is where rounds are kept. Package store implements it.
type History interface {
	// LockRound keeps other processes from walking a round until release is called.
	LockRound(ctx context.Context) (release func(), err error)
	// Home returns the home of that network, made if there is none. key names the network:
	// the MAC of its gateway, or its prefix. name is only used for a new one.
	Home(ctx context.Context, key, name string, practice bool) (Home, error)
	// Homes lists the homes that there are, the one walked last first.
	Homes(ctx context.Context) ([]Home, error)
	// AgreeHome keeps that the user answers for this home.
	AgreeHome(ctx context.Context, home HomeID, name string, at time.Time) error
	// Latest returns what is known of a home: its devices, its findings and its last round.
	Latest(ctx context.Context, home HomeID) (Snapshot, error)
	// SaveRound keeps a round in one transaction: only what differs from the round before
	// takes space. It fills in the lives of the findings and returns the saved picture.
	// Findings of a check that ended Unknown stay as they were.
	SaveRound(ctx context.Context, s Snapshot) (Snapshot, []Change, error)
	// SaveCheck keeps one look at a single finding and returns the finding as it now is.
	SaveCheck(ctx context.Context, home HomeID, finding string, o checks.Outcome, at time.Time) (checks.Finding, error)
	// Proofs returns the looks at one finding of a home, newest first.
	Proofs(ctx context.Context, home HomeID, finding string) ([]Proof, error)
	// Changes returns what changed in a home, newest first.
	Changes(ctx context.Context, home HomeID) iter.Seq2[Change, error]
	// Rounds returns the rounds of a home, newest first.
	Rounds(ctx context.Context, home HomeID) iter.Seq2[Summary, error]
	// Tries returns the logins tried since then on a device, by any of its names: its MAC
	// and its addresses. They are shared by all homes.
	Tries(ctx context.Context, names []string, since time.Time) ([]checks.Try, error)
	// SaveTry keeps a login try under each of names, as failed, before it is made. row is the ID
	// of the documented login. TryAccepted, later, says that the device said yes; TryTakenBack, that
	// it was told nothing.
	SaveTry(ctx context.Context, names []string, row string, at time.Time) error
	TryAccepted(ctx context.Context, names []string, at time.Time) error
	TryTakenBack(ctx context.Context, names []string, at time.Time) error
	// Consent and SaveConsent keep what the user said about factory passwords.
	Consent(ctx context.Context, home HomeID, device discovery.DeviceID) (Consent, error)
	SaveConsent(ctx context.Context, home HomeID, device discovery.DeviceID, c Consent) error
	// Accept keeps the user's reason for living with a finding; "" takes it back.
	Accept(ctx context.Context, home HomeID, finding, reason string) error
	// Remind keeps when the day begins on which the user wants to be reminded of a finding; the zero
	// time takes it back. ErrNotOpen means that nothing is left to do about it.
	Remind(ctx context.Context, home HomeID, finding string, day time.Time) error
	// Told keeps when the user was told that a finding waits.
	Told(ctx context.Context, home HomeID, finding string, at time.Time) error
	// LeaveAlone keeps whether a device is to be checked at all.
	LeaveAlone(ctx context.Context, home HomeID, device discovery.DeviceID, yes bool) error
	// Correct keeps the user's own words about a device; the zero Correction takes them back.
	// No round writes over them: they are in the devices that Latest and SaveRound return.
	Correct(ctx context.Context, home HomeID, device discovery.DeviceID, c discovery.Correction) error
	// Forget removes devices, with all that is known of them and all that the user said of them, in one
	// transaction. That a login was tried stays.
	Forget(ctx context.Context, home HomeID, devices ...discovery.DeviceID) error
}
