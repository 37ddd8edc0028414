package smb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"porchlight/checks"
	"porchlight/discovery"
)

// KindGuest is what Guest finds.
const KindGuest checks.Kind = "smb-guest"

// lineGuest is what the ledger calls it.
const lineGuest = "smb session without a name, connect to well-known folders"

// argFolder is the argument of a finding that names the folder.
const argFolder = "folder"

// folders are names that makers and instructions give to what is meant for everybody: "public" in
// the examples of Samba and on storage of many makers, "share" on Recalbox, "roms" on RetroPie. A
// handful of names is no search, and it stays a handful.
var folders = []string{"public", "share", "guest", "media", "roms"}

// nowhere is a folder that no device has. One that opens it opens whatever it is asked for.
const nowhere = "porchlight-nowhere"

// Guest implements checks.Check: a folder opens without a name.
//
// Samba gives a session to everybody who gives no name, whether or not a folder is meant for
// guests, and sets no flag for it (4.17, all of "map to guest = never", "= bad user", "guest ok");
// so does Windows, for its own purposes. So a session proves nothing, and only a folder that
// connects counts. A made-up name would show more on some, but it is a login that fails on
// others. A device with folders of other names is not called safe: it stays unknown.
type Guest struct{}

// Info implements checks.Check.
func (Guest) Info() checks.Info {
	return checks.Info{ID: "smb-guest", Contact: checks.ContactPolite, Kinds: []checks.Kind{KindGuest}}
}

// Applies implements checks.Check.
func (Guest) Applies(d discovery.Device) bool { return slices.ContainsFunc(d.Services, meant) }

// Run implements checks.Check.
func (Guest) Run(ctx context.Context, t checks.Target) ([]checks.Finding, error) {
	return t.AtDoors(ctx, t.Doors(meant), lineGuest, func(_ context.Context, port uint16, c net.Conn) (*checks.Finding, error) {
		names := folders
		if len(t.Before) > 0 {
			names = slices.DeleteFunc(slices.Clone(folders), func(n string) bool { return n == t.Before[0].Args[argFolder] })
			names = slices.Insert(names, 0, t.Before[0].Args[argFolder])
		}
		s := &session{conn: c, server: t.Device.Addr().WithZone("").String()}
		opened, err := s.look(names)
		switch {
		case err != nil:
			return nil, err
		case opened.name == "" && !s.refused && len(t.Before) == 0:
			return nil, checks.Unclear(errors.New("it lets everybody in, and none of the well-known folders is there"))
		case opened.name == "":
			return nil, nil
		}
		f := t.Found(KindGuest, port, checks.Week, discovery.Saw)
		if t.Device.Kind == discovery.KindPrinter {
			f.Severity = checks.Good
		}
		f.Args[argFolder] = opened.name
		f.Evidence = []discovery.Fact{{Key: "smb.folder", Value: opened.name}, {Key: "smb.guests-may", Value: opened.may()}}
		return f, nil
	})
}

// A session is one without a name. It asks for one thing after the other.
type session struct {
	conn    net.Conn
	server  string
	id      uint64
	asked   uint64 // messages so far
	refused bool   // it is not given to those without a name
}

// look opens a session, connects to the named folders until one opens, and ends the session.
func (s *session) look(names []string) (folder, error) {
	if err := s.begin(); err != nil || s.refused {
		return folder{}, err
	}
	defer func() { _, _ = s.ask(logoff, 0, endBody) }()
	for _, name := range names {
		f, err := s.connect(name)
		if err != nil {
			return folder{}, err
		}
		if f.name == "" {
			continue
		}
		if other, err := s.connect(nowhere); err != nil || other.name != "" {
			return folder{}, cmp.Or(err, checks.Odd(errors.New("it opens a folder that is not there")))
		}
		return f, nil
	}
	return folder{}, nil
}

// begin agrees on a version and asks for a session, in two steps.
func (s *session) begin() error {
	a, err := s.ask(agree, 0, agreeBody())
	if err != nil {
		return err
	}
	if a.status != statusOK {
		return checks.Unclear(fmt.Errorf("no common version: status %#x", a.status))
	}
	if a, err = s.ask(login, 0, loginBody(ntlmHello())); err != nil {
		return err
	}
	if a.status == statusMore {
		s.id = a.session
		if a, err = s.ask(login, 0, loginBody(ntlmNobody())); err != nil {
			return err
		}
	}
	switch a.status {
	case statusOK:
		s.id = a.session
		return nil
	case statusLogonFailure, statusAccessDenied, statusAccountDisabled, statusAccountRestriction:
		s.refused = true
		return nil
	}
	return checks.Unclear(fmt.Errorf("a session without a name: status %#x", a.status))
}

// connect connects to a folder and lets go of it at once. The folder is nameless if it is not
// there, not for everybody, or no folder, such as a printer.
func (s *session) connect(name string) (folder, error) {
	a, err := s.ask(connect, 0, connectBody(s.server, name))
	if err != nil {
		return folder{}, err
	}
	switch a.status {
	case statusOK:
	case statusAccessDenied, statusLogonFailure, statusBadNetworkName, statusNotFound:
		return folder{}, nil
	default:
		return folder{}, checks.Unclear(fmt.Errorf("connect to a folder: status %#x", a.status))
	}
	f, err := parseFolder(a.body)
	if err != nil {
		return folder{}, checks.Odd(err)
	}
	f.name = name
	if _, err := s.ask(disconnect, a.tree, endBody); err != nil {
		return folder{}, err
	}
	if f.kind != kindDisk {
		return folder{}, nil
	}
	return f, nil
}

// ask sends one message and reads the answer to it.
func (s *session) ask(command uint16, tree uint32, body []byte) (answer, error) {
	id := s.asked
	s.asked++
	if err := send(s.conn, append(header(command, id, tree, s.id), body...)); err != nil {
		return answer{}, err
	}
	for range 3 { // a device may say first that it needs a moment
		b, err := receive(s.conn)
		if err != nil {
			return answer{}, err
		}
		a, err := parseAnswer(b, command, id)
		if err != nil {
			return answer{}, checks.Odd(err)
		}
		if a.status != statusPending {
			return a, nil
		}
	}
	return answer{}, checks.Unclear(errors.New("it goes on needing a moment"))
}
