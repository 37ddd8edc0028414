package smb

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// A fake is a device that answers each message by f; nil hangs up.
type fake struct {
	f func(message []byte) [][]byte

	mu    sync.Mutex // guards following
	lines []string   // of each connection
	heard [][]byte
}

// target leads to the fake, one connection at a time. It stands at port 445, where no test may
// listen, so there is a pipe in the place of the network.
func (s *fake) target(before ...checks.Finding) checks.Target {
	busy := make(chan struct{}, 1)
	return checks.Target{
		Device: discovery.Device{
			ID: "d-shelf", Addrs: []netip.Addr{netip.MustParseAddr("192.168.1.9")},
			Services: []discovery.Service{{Port: 139, Transport: "tcp", Protocol: "smb"}, {Port: 445, Transport: "tcp", Protocol: "smb"}},
		},
		Before: before,
		Way: checks.Way{Dial: func(ctx context.Context, _ uint16, line string) (net.Conn, error) {
			if !lan.Listed("tcp", line) {
				return nil, lan.ErrNotListed
			}
			select {
			case busy <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			s.mu.Lock()
			s.lines = append(s.lines, line)
			s.mu.Unlock()
			ours, theirs := net.Pipe()
			context.AfterFunc(ctx, func() { ours.Close() })
			go s.serve(theirs, func() { <-busy })
			return ours, nil
		}},
	}
}

func (s *fake) serve(c net.Conn, done func()) {
	defer done()
	defer c.Close()
	for {
		b, err := receive(c)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.heard = append(s.heard, b)
		s.mu.Unlock()
		answers := s.f(b)
		if answers == nil {
			return
		}
		for _, a := range answers {
			if _, err := c.Write(a); err != nil {
				return
			}
		}
	}
}

// framed puts the length before a message.
func framed(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }

// old is the answer of version 1 with a number of the list: 17 words and a name, or one word.
func old(index uint16, words int) []byte {
	b := append([]byte("\xffSMB\x72\x00\x00\x00\x00\x88"), make([]byte, 22)...)
	b = le.AppendUint16(append(b, byte(words)), index)
	return framed(append(b, make([]byte, 2*words)...))
}

// reply answers a message of version 2.
func reply(message []byte, status uint32, body []byte) []byte {
	b := slices.Clone(message[:header2Bytes])
	le.PutUint32(b[8:], status)
	b[16] |= 1
	le.PutUint32(b[36:], 7)          // folder
	le.PutUint64(b[40:], 0x2a000001) // session
	return framed(append(b, body...))
}

// agreed is the answer to the first message, in whatever version that was.
func agreed(message []byte) []byte {
	if message[0] == 0xff {
		message = header(agree, 0, 0, 0)
	}
	return reply(message, statusOK, append([]byte{65, 0, 1, 0, 0x02, 0x03}, make([]byte, 60)...))
}

func TestTheFirstMessagesAreAsTheStandardHasThem(t *testing.T) {
	for ask, offered := range map[string]string{askOld: "\x02NT LM 0.12\x00", askNew: "\x02NT LM 0.12\x00\x02SMB 2.002\x00\x02SMB 2.???\x00"} {
		body := ask[header1Bytes:]
		if ask[:5] != "\xffSMB\x72" || body[0] != 0 || int(le.Uint16([]byte(body[1:3]))) != len(offered) || body[3:] != offered {
			t.Errorf("got %x", ask)
		}
	}
}

func TestWhoSpeaksTheFirstVersion(t *testing.T) {
	for _, tt := range []struct {
		name   string
		f      func([]byte) [][]byte
		found  bool
		reason string // "" for a clear answer
		asks   int
	}{
		{name: "speaks it", f: func([]byte) [][]byte { return [][]byte{old(0, 17)} }, found: true, asks: 1},
		{name: "says no, as Samba does", f: func([]byte) [][]byte { return [][]byte{old(0xffff, 1)} }, asks: 1},
		{name: "hangs up and speaks a later one, as Windows does", f: func(b []byte) [][]byte {
			if string(b) == askOld {
				return nil
			}
			return [][]byte{agreed(b)}
		}, asks: 2},
		{name: "hangs up always", f: func([]byte) [][]byte { return nil }, reason: checks.ReasonUnclear, asks: 2},
		{name: "speaks it only with later ones", f: func(b []byte) [][]byte {
			if string(b) == askOld {
				return nil
			}
			return [][]byte{old(0, 17)}
		}, reason: checks.ReasonOdd, asks: 2},
		{name: "answers in one that was not offered", f: func(b []byte) [][]byte { return [][]byte{agreed(b)} }, asks: 1},
		{name: "chooses what was not in the list", f: func([]byte) [][]byte { return [][]byte{old(3, 17)} }, reason: checks.ReasonOdd, asks: 1},
		{name: "sends the question back", f: func(b []byte) [][]byte { return [][]byte{framed(b)} }, reason: checks.ReasonOdd, asks: 1},
		{name: "a web page", f: func([]byte) [][]byte { return [][]byte{[]byte("HTTP/1.1 400 Bad Request\r\n\r\n")} }, reason: checks.ReasonOdd, asks: 1},
		{name: "TLS nonsense", f: func([]byte) [][]byte { return [][]byte{[]byte("\x15\x03\x01\x00\x02\x02\x16")} }, reason: checks.ReasonOdd, asks: 1},
		{name: "nothing in it", f: func([]byte) [][]byte { return [][]byte{{0, 0, 0, 0}} }, reason: checks.ReasonOdd, asks: 1},
		{name: "endless", f: func([]byte) [][]byte { return [][]byte{{0, 0, 0x10, 0}, []byte(strings.Repeat("\x1b[31m", 1<<16))} }, reason: checks.ReasonOdd, asks: 1},
	} {
		s := &fake{f: tt.f}
		found, err := Version1{}.Run(t.Context(), s.target())
		if (err != nil) != (tt.reason != "") || (len(found) == 1) != tt.found || (err != nil && checks.Reason(err) != tt.reason) {
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
		if want := []string{lineOld, lineNew}[:tt.asks]; !slices.Equal(s.lines, want) {
			t.Errorf("%s: asked %q", tt.name, s.lines)
		}
	}
}

// A shelf is a device with shared folders.
type shelf struct {
	login   []uint32          // statuses of the steps of a login
	folders map[string]uint32 // statuses by name; others are not there
	kind    byte              // of what is connected to
	rights  uint32
	moment  int  // how often it says that it needs a moment, before each answer
	any     bool // it connects to whatever it is asked for

	names    []string // that were asked for
	commands []uint16
	logins   int
}

func (s *shelf) answer(b []byte) [][]byte {
	command := le.Uint16(b[12:])
	s.commands = append(s.commands, command)
	status, body := uint32(statusOK), make([]byte, 16)
	switch command {
	case agree:
		return [][]byte{agreed(b)}
	case login:
		status = s.login[min(s.logins, len(s.login)-1)]
		s.logins++
	case connect:
		at, n := le.Uint16(b[68:]), le.Uint16(b[70:])
		var path []uint16
		for i := range int(n) / 2 {
			path = append(path, le.Uint16(b[int(at)+2*i:]))
		}
		whole := string(utf16.Decode(path))
		name := whole[strings.LastIndexByte(whole, '\\')+1:]
		s.names = append(s.names, name)
		var ok bool
		if status, ok = s.folders[name]; !ok && !s.any {
			status = statusBadNetworkName
		}
		body = le.AppendUint32([]byte{16, 0, s.kind, 0, 0, 0, 0, 0, 0, 0, 0, 0}, s.rights)
	}
	var out [][]byte
	for range s.moment {
		out = append(out, reply(b, statusPending, make([]byte, 8)))
	}
	return append(out, reply(b, status, body))
}

func TestWhichFoldersOpenWithoutAName(t *testing.T) {
	steps := []uint32{statusMore, statusOK}
	public := map[string]uint32{"public": statusOK}
	before := checks.Finding{Port: 445, Args: map[string]string{"folder": "roms"}}
	for _, tt := range []struct {
		name   string
		s      shelf
		before []checks.Finding
		found  string // the folder
		may    string
		reason string // "" for a clear answer
		names  []string
	}{
		{name: "to read", s: shelf{login: steps, folders: public, kind: kindDisk, rights: 0x001f00a9}, found: "public", may: "read", names: []string{"public", nowhere}},
		{name: "to write", s: shelf{login: steps, folders: public, kind: kindDisk, rights: 0x001f01ff}, found: "public", may: "read and write", names: []string{"public", nowhere}},
		{
			name: "after a moment", s: shelf{login: steps, moment: 1, folders: map[string]uint32{"public": statusAccessDenied, "share": statusOK}, kind: kindDisk},
			found: "share", may: "read", names: []string{"public", "share", nowhere},
		},
		{name: "a session, as Samba gives to all", s: shelf{login: steps}, reason: checks.ReasonUnclear, names: folders},
		{name: "folders with locks", s: shelf{login: steps, folders: map[string]uint32{"public": statusAccessDenied, "media": statusLogonFailure}}, reason: checks.ReasonUnclear, names: folders},
		{name: "a printer of that name", s: shelf{login: steps, folders: public, kind: 3}, reason: checks.ReasonUnclear, names: folders},
		{name: "no session", s: shelf{login: []uint32{statusMore, statusLogonFailure}}},
		{name: "no session at once", s: shelf{login: []uint32{statusAccessDenied}}},
		{name: "a session for more steps", s: shelf{login: []uint32{statusMore, statusMore}}, reason: checks.ReasonUnclear},
		{name: "any folder at all", s: shelf{login: steps, any: true, kind: kindDisk}, reason: checks.ReasonOdd, names: []string{"public", nowhere}},
		{name: "an odd status", s: shelf{login: steps, folders: map[string]uint32{"public": 0xc0000001}}, reason: checks.ReasonUnclear, names: []string{"public"}},
		{name: "moments without end", s: shelf{login: steps, moment: 50}, reason: checks.ReasonUnclear},
		{
			name: "found before, still open", s: shelf{login: steps, folders: map[string]uint32{"public": statusOK, "roms": statusOK}, kind: kindDisk},
			before: []checks.Finding{before}, found: "roms", may: "read", names: []string{"roms", nowhere},
		},
		{name: "found before, closed", s: shelf{login: steps, folders: map[string]uint32{"roms": statusAccessDenied}}, before: []checks.Finding{before}, names: []string{"roms", "public", "share", "guest", "media"}},
	} {
		s := &fake{f: tt.s.answer}
		found, err := Guest{}.Run(t.Context(), s.target(tt.before...))
		switch {
		case (err != nil) != (tt.reason != ""), (len(found) == 1) != (tt.found != ""), err != nil && checks.Reason(err) != tt.reason:
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		case tt.found != "" && (found[0].Args["folder"] != tt.found || found[0].Evidence[1].Value != tt.may || found[0].Severity != checks.Week):
			t.Errorf("%s: got %+v", tt.name, found[0])
		}
		if !slices.Equal(tt.s.names, tt.names) {
			t.Errorf("%s: asked for %q, want %q", tt.name, tt.s.names, tt.names)
		}
		for _, command := range tt.s.commands {
			if command > disconnect {
				t.Errorf("%s: something was done: command %d", tt.name, command)
			}
		}
		if len(s.lines) != 1 || tt.s.logins > 2 {
			t.Errorf("%s: %d connections, %d steps of a login", tt.name, len(s.lines), tt.s.logins)
		}
		if tt.names != nil && tt.s.commands[len(tt.s.commands)-1] != logoff {
			t.Errorf("%s: the session was left open: %v", tt.name, tt.s.commands)
		}
	}
}

func TestTheLoginIsNobodys(t *testing.T) {
	b := ntlmNobody()
	for i := range 6 {
		n, at := le.Uint16(b[12+8*i:]), le.Uint32(b[16+8*i:])
		if (n != 0) != (i == 0) || int(at)+int(n) > len(b) {
			t.Errorf("field %d has %d bytes at %d of %d", i, n, at, len(b))
		}
	}
	if le.Uint32(b[60:])&ntlmAnonymous == 0 {
		t.Error("it does not say that it is nobody's")
	}
}

func TestHostileShelvesAreNotBelieved(t *testing.T) {
	for name, f := range map[string]func([]byte) [][]byte{
		"hangs up":                nil,
		"sends the question back": func(b []byte) [][]byte { return [][]byte{framed(b)} },
		"answer to another":       func(b []byte) [][]byte { le.PutUint64(b[24:], 99); return [][]byte{agreed(b)} },
		"half an answer":          func(b []byte) [][]byte { return [][]byte{agreed(b)[:40]} },
		"wrong length":            func(b []byte) [][]byte { return [][]byte{append([]byte{0, 0, 0, 70}, agreed(b)[4:74]...)} },
		"endless":                 func([]byte) [][]byte { return [][]byte{{0, 0xff, 0xff, 0xff}, make([]byte, 1<<20)} },
		"ESC":                     func([]byte) [][]byte { return [][]byte{[]byte("\x1b[31m\u202e")} },
		"folder without a body": func(b []byte) [][]byte {
			if le.Uint16(b[12:]) == agree {
				return [][]byte{agreed(b)}
			}
			return [][]byte{reply(b, statusOK, []byte{9, 0})}
		},
	} {
		if f == nil {
			f = func([]byte) [][]byte { return nil }
		}
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if found, err := (Guest{}).Run(ctx, (&fake{f: f}).target()); err == nil || len(found) > 0 {
			t.Errorf("%s: got %+v, %v", name, found, err)
		}
		stop()
	}
}

func TestSilenceIsNotSafe(t *testing.T) {
	silent := func([]byte) [][]byte { return [][]byte{} }
	before := checks.Finding{Port: 445, Args: map[string]string{"folder": "public"}}
	for _, c := range []checks.Check{Version1{}, Guest{}} {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if found, err := c.Run(ctx, (&fake{f: silent}).target(before)); err == nil {
			t.Errorf("%s: got %+v", c.Info().ID, found)
		}
		stop()
	}
	slow := &fake{}
	slow.f = func(b []byte) [][]byte {
		var out [][]byte
		for _, x := range agreed(b) {
			out = append(out, []byte{x})
		}
		time.Sleep(150 * time.Millisecond)
		return out
	}
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	if found, err := (Guest{}).Run(ctx, slow.target()); err == nil {
		t.Errorf("slow: got %+v", found)
	}
}

func TestOnlySharedFoldersAreAsked(t *testing.T) {
	for _, c := range []checks.Check{Version1{}, Guest{}} {
		if !c.Applies((&fake{}).target().Device) || c.Applies(discovery.Device{Services: []discovery.Service{{Port: 139, Transport: "tcp", Protocol: "smb"}}}) {
			t.Errorf("%s is asked of the wrong devices", c.Info().ID)
		}
	}
}
