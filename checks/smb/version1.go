package smb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// KindVersion1 is what Version1 finds.
const KindVersion1 checks.Kind = "smb1"

// What the ledger calls the two questions.
const (
	lineOld = "smb negotiate NT LM 0.12"
	lineNew = "smb negotiate NT LM 0.12, SMB 2.002, SMB 2.???"
)

// negotiate is the header of a first message (MS-CIFS, sections 2.2.3.1 and 2.2.4.52): the flags
// say that names may be long and in Unicode and that errors are 32 bits, as all clients of this
// century do.
const negotiate = "\xffSMB\x72\x00\x00\x00\x00\x18\x53\xc8" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\xff\xff\xff\xfe\x00\x00\x00\x00" + "\x00"

// The two first messages. A device that speaks the first version and a later one answers in the
// later one when it hears of it, so the first message names the old one alone.
const (
	askOld = negotiate + "\x0c\x00\x02NT LM 0.12\x00"
	askNew = negotiate + "\x22\x00\x02NT LM 0.12\x00\x02SMB 2.002\x00\x02SMB 2.???\x00"
)

// Version1 implements checks.Check: the first version of the protocol is still spoken.
type Version1 struct{}

// Info implements checks.Check.
func (Version1) Info() checks.Info {
	return checks.Info{ID: "smb1", Contact: checks.ContactPolite, Kinds: []checks.Kind{KindVersion1}}
}

// Applies implements checks.Check.
func (Version1) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

// Run implements checks.Check. Samba says that it shares no version with us; Windows hangs up, as
// MS-SMB2, section 3.3.5.3 wants it. To know that from a door that only happens to be odd, it is
// asked once more in the way that the later versions understand.
func (Version1) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), lineOld, func(ctx context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		what, err := offer(c, askOld)
		if checks.HungUp(err) {
			_ = c.Close() // one connection at a time
			if c, err = t.Dial(ctx, port, lineNew); err != nil {
				return nil, fmt.Errorf("knock at door %d again: %w", port, err)
			}
			defer func() { _ = c.Close() }()
			if what, err = offer(c, askNew); err == nil && what != version2 {
				return nil, checks.Odd(errors.New("it speaks the old version only together with later ones"))
			}
		}
		if err != nil || what != version1 {
			return nil, err
		}
		f := t.Found(KindVersion1, port, checks.Week, discovery.Saw)
		if t.Device.Kind == discovery.KindPrinter {
			f.Severity = checks.Good // it has no files of its own
		}
		return f, nil
	})
}

// offer sends a first message and reads in which version the device answers.
func offer(c net.Conn, message string) (version, error) {
	if err := send(c, []byte(message)); err != nil {
		return noVersion, err
	}
	b, err := receive(c)
	if err != nil {
		return noVersion, err
	}
	v, err := parseVersion(b)
	if err != nil {
		return noVersion, checks.Odd(err)
	}
	return v, nil
}
