package program

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

func two() []discovery.Network {
	return []discovery.Network{
		{Interface: "eth0", Prefix: netip.MustParsePrefix("192.168.1.0/24"), Gateway: netip.MustParseAddr("192.168.1.1")},
		{Interface: "eth1", Prefix: netip.MustParsePrefix("192.168.8.0/24"), Gateway: netip.MustParseAddr("192.168.8.1")},
	}
}

func TestTheNetworkThatWasChosenLastIsMeant(t *testing.T) {
	all := two()
	for _, tt := range []struct {
		name    string
		choices []string
		all     []discovery.Network
		want    string
	}{
		{"nothing was chosen", nil, all, ""},
		{"one was", []string{called(all[1])}, all, "eth1"},
		{"the latest choice wins", []string{called(all[0]), called(all[1])}, all, "eth0"},
		{"it is not there now", []string{"wlan0 10.0.0.0/24 10.0.0.1", called(all[1])}, all, "eth1"},
		{"there is only one", []string{called(all[1])}, all[1:], ""},
		{"it is too wide for a home", []string{"eth2 10.0.0.0/8 10.0.0.1"}, append(two(), discovery.Network{
			Interface: "eth2", Prefix: netip.MustParsePrefix("10.0.0.0/8"), Gateway: netip.MustParseAddr("10.0.0.1"),
		}), ""},
	} {
		got, ok := remembered(tt.choices, tt.all)
		if got.Interface != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: got %q, want %q", tt.name, got.Interface, tt.want)
		}
	}
}

func TestOneRouterIsOneConnection(t *testing.T) {
	all := two()
	wifi := all[0]
	wifi.Interface, wifi.WiFi = "wlan0", discovery.WiFi{Name: "Café", Protection: []discovery.Protection{discovery.ProtectionOpen}}
	got := connections(append(all, wifi), all[1])
	if len(got) != 2 || got[0].Chosen || !got[1].Chosen || got[0].Public != "" {
		t.Errorf("got %+v", got)
	}
	if got := connections([]discovery.Network{wifi}, wifi); got[0].Public != rounds.PublicOpen || !got[0].Chosen {
		t.Errorf("got %+v", got)
	}
}

func TestChoicesAreKeptOnce(t *testing.T) {
	p := opened(t, Options{Dir: t.TempDir()})
	for i := range 12 {
		for range 2 {
			c := rounds.Connection{Interface: fmt.Sprint("eth", i), Prefix: netip.MustParsePrefix("192.168.1.0/24")}
			if err := p.UseConnection(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := p.set(t.Context()).Networks; len(got) != maxChoices || got[0] != "eth11 192.168.1.0/24 invalid IP" {
		t.Errorf("got %q", got)
	}
}

func TestAHurdleIsWhatTheUserCanDoSomethingAbout(t *testing.T) {
	p := &Program{}
	for _, tt := range []struct {
		err  error
		want rounds.HurdleKind
	}{
		{nil, ""},
		{errors.New("else"), ""},
		{&lan.Refusal{Why: lan.ErrVPN, Names: "tun0"}, rounds.HurdleVPN},
		{fmt.Errorf("walk: %w", &lan.Refusal{Why: lan.ErrSeveralNetworks}), rounds.HurdleSeveral},
		{fmt.Errorf("open: %w", rounds.ErrOtherNetwork), rounds.HurdleElsewhere},
		{ErrNotAgreed, rounds.HurdleAgree},
	} {
		if got := p.Hurdle(tt.err); got.Kind != tt.want || got.Kind == rounds.HurdleVPN && got.Names != "tun0" {
			t.Errorf("%v: got %+v, want %q", tt.err, got, tt.want)
		}
	}
}

func TestWhoeverIsKeptOutOfTheNetworkIsTold(t *testing.T) {
	sent := func(n syscall.Errno) error { return &net.OpError{Op: "write", Err: os.NewSyscallError("sendto", n)} }
	for _, tt := range []struct {
		system string
		err    error
		want   bool
	}{
		{"darwin", sent(syscall.EHOSTUNREACH), true},
		{"linux", sent(syscall.EHOSTUNREACH), false},
		{"linux", sent(syscall.EPERM), true},
		{"windows", sent(wsaEACCES), true},
		{"linux", &os.PathError{Op: "open", Path: "history.db", Err: syscall.EACCES}, false},
		{"linux", errors.New("else"), false},
		{"linux", nil, false},
	} {
		if got := refused(tt.err, tt.system); got != tt.want {
			t.Errorf("%s, %v: got %t", tt.system, tt.err, got)
		}
	}
}
