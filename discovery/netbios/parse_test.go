package netbios

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"porchlight/discovery"
)

const id = 0xbeef

type entry struct {
	name   string
	suffix byte
	group  bool
}

// message writes an answer whose length field is off by lie.
func message(head string, count, lie int, mac string, names ...entry) []byte {
	b := []byte(head)
	b = append(b, encodedAny...)
	b = append(b, 0, typeStatus, 0, 1, 0, 0, 0, 0)
	data := []byte{byte(count)}
	for _, n := range names {
		data = append(data, (n.name + strings.Repeat(" ", 15))[:15]...)
		flags := byte(0x04)
		if n.group {
			flags = 0x84
		}
		data = append(data, n.suffix, flags, 0)
	}
	data = append(data, mac...)
	data = append(data, make([]byte, 40)...) // statistics
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)+lie))
	return append(b, data...)
}

const head = "\xbe\xef\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"

var (
	names = []entry{
		{"ATTIC-PC", 0x00, false},
		{"WORKGROUP", 0x00, true},
		{"ATTIC-PC", 0x20, false},
		{"WORKGROUP", 0x1e, true},
		{"PAT", 0x03, false},
		{"\x01\x02__MSBROWSE__\x02", 0x01, true},
		{"IS~ATTIC-PC", 0x00, false},
	}
	windows = message(head, len(names), 0, "\x3c\x2a\xf4\x00\x00\x14", names...)
)

func TestTheQuestionIsFiftyBytes(t *testing.T) {
	want := "beef00000001000000000000" + "20434b" + strings.Repeat("41", 30) + "00" + "00210001"
	if got := hex.EncodeToString(question(id)); got != want || len(got) != 100 {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNamesAreToldApart(t *testing.T) {
	all := []discovery.Fact{{Key: "netbios.name", Value: "ATTIC-PC"}, {Key: "netbios.workgroup", Value: "WORKGROUP"}, {Key: "netbios.server", Value: "ATTIC-PC"}}
	withPointer := slices.Concat(windows[:headerBytes], []byte{0xc0, 0x0c}, windows[headerBytes+nameBytes:])
	repeated := slices.Concat([]byte(head[:5]), []byte{1}, []byte(head[6:]), question(id)[headerBytes:], windows[headerBytes:])
	for _, tt := range []struct {
		name, mac string
		answer    []byte
		want      []discovery.Fact
	}{
		{"Windows", "3c:2a:f4:00:00:14", windows, all},
		{"a pointer for the name", "3c:2a:f4:00:00:14", withPointer, all},
		{"the question repeated", "3c:2a:f4:00:00:14", repeated, all},
		{"Samba, without hardware address", "", message(head, 1, 0, "\x00\x00\x00\x00\x00\x00", entry{"NAS", 0x20, false}), []discovery.Fact{{Key: "netbios.server", Value: "NAS"}}},
		{"a group address", "", message(head, 1, 0, "\x01\x00\x5e\x00\x00\x01", entry{"NAS", 0x20, false}), []discovery.Fact{{Key: "netbios.server", Value: "NAS"}}},
		{"no name", "3c:2a:f4:00:00:14", message(head, 0, 0, "\x3c\x2a\xf4\x00\x00\x14"), nil},
		{"names of nothing", "", message(head, 2, 0, "", entry{"", 0, false}, entry{"\x1b\x07\xff", 0x20, false}), nil},
		{"list only", "", message(head, 1, -40, "", entry{"NAS", 0x20, false}), []discovery.Fact{{Key: "netbios.server", Value: "NAS"}}},
	} {
		got, err := parseStatus(tt.answer, id)
		if err != nil || !slices.Equal(got.facts, tt.want) || got.mac.String() != tt.mac {
			t.Errorf("%s: got %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":          nil,
		"header only":      []byte(head),
		"cut off":          windows[:len(windows)-1],
		"cut in the name":  windows[:headerBytes+20],
		"cut at the count": windows[:headerBytes+nameBytes+10],
		"lying length":     message(head, 1, 1, "", entry{"NAS", 0x20, false}),
		"64 KB":            message(head, 1, 60000, "", entry{"NAS", 0x20, false}),
		"lying count":      message(head, 200, 0, "", entry{"NAS", 0x20, false}),
		"a few too many":   message(head, 9, -40, "", entry{"NAS", 0x20, false}),
		"endless":          message(head, 255, 0, "", slices.Repeat(names[:1], 255)...),
		"another question": append([]byte("\xbe\xee"), windows[2:]...),
		"an error":         message("\xbe\xef\x84\x03\x00\x00\x00\x01\x00\x00\x00\x00", 1, 0, "", names[0]),
		"no answer":        message("\xbe\xef\x84\x00\x00\x00\x00\x00\x00\x00\x00\x00", 1, 0, "", names[0]),
		"the question":     question(id),
		"text":             []byte("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nhello, hello, hello"),
	} {
		if got, err := parseStatus(b, id); !errors.Is(err, errOdd) || got.facts != nil || !got.mac.IsZero() {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestOnlyThoseWorthAskingAreAsked(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    discovery.Device
		want bool
	}{
		{"computer", discovery.Device{Kind: discovery.KindComputer}, true},
		{"NAS", discovery.Device{Kind: discovery.KindNAS}, true},
		{"unknown, no door", discovery.Device{}, true},
		{"unknown, web", discovery.Device{Services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}}}, false},
		{"unknown, shares", discovery.Device{Services: []discovery.Service{{Port: 445, Transport: "tcp", Protocol: "smb"}}}, true},
		{"router with a disk", discovery.Device{Kind: discovery.KindRouter, Services: []discovery.Service{{Port: 139, Transport: "tcp", Protocol: "smb"}}}, true},
		{"plug", discovery.Device{Kind: discovery.KindPlug}, false},
		{"phone", discovery.Device{Kind: discovery.KindPhone}, false},
	} {
		if got := speaks(tt.d); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzParseStatus(f *testing.F) {
	f.Add(windows)
	f.Add(windows[:len(windows)-1])
	f.Add(message(head, 200, 0, "", names...))
	f.Add(message(head, 1, 60000, "", names[0]))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseStatus(b, id)
		if err != nil {
			if s.facts != nil || !s.mac.IsZero() || !errors.Is(err, errOdd) {
				t.Errorf("got %+v with %v", s, err)
			}
			return
		}
		if len(s.facts) > 3 || len(s.facts)*entryBytes > len(b) {
			t.Errorf("%d facts in %d bytes", len(s.facts), len(b))
		}
		for _, f := range s.facts {
			if f.Value == "" || len(f.Value) > 15 || f.Value != discovery.Clean(f.Value) {
				t.Errorf("not clean: %q", f)
			}
		}
		if s.mac[0]&1 != 0 {
			t.Errorf("a group address: %s", s.mac)
		}
	})
}
