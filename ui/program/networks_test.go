package program

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
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
	if len(got) != 2 || got[0].Chosen || !got[1].Chosen {
		t.Errorf("got %+v", got)
	}
	if got := connections([]discovery.Network{wifi}, wifi); len(got) != 1 || !got[0].Chosen {
		t.Errorf("got %+v", got)
	}
}

func TestWhatLooksPublic(t *testing.T) {
	joined := func(p discovery.Protection) discovery.WiFi {
		return discovery.WiFi{Name: "Café", Protection: []discovery.Protection{p}}
	}
	for _, tt := range []struct {
		name       string
		told, late discovery.WiFi // at once, and when the system is asked
		want       rounds.Public
	}{
		{"a cable", discovery.WiFi{}, joined(discovery.ProtectionOpen), ""},
		{"with a password", joined(discovery.ProtectionWPA2), joined(discovery.ProtectionOpen), ""},
		{"without", joined(discovery.ProtectionOpen), discovery.WiFi{}, rounds.PublicOpen},
		{"encrypted without a password", joined(discovery.ProtectionOWE), discovery.WiFi{}, rounds.PublicOpen},
		{"without, as macOS says when it is asked", discovery.WiFi{Hidden: true}, joined(discovery.ProtectionOpen), rounds.PublicOpen},
		{"nobody says", discovery.WiFi{Hidden: true}, discovery.WiFi{Hidden: true}, ""},
	} {
		ask := func(context.Context, string) discovery.WiFi { return tt.late }
		if got := looks(t.Context(), discovery.Network{WiFi: tt.told}, ask); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAPublicNetworkIsEnteredWhenTheUserInsistsOnIt(t *testing.T) {
	p := opened(t, Options{Dir: t.TempDir(), Languages: []string{"en"}})
	cafe := discovery.Network{WiFi: discovery.WiFi{Name: "Café", Protection: []discovery.Protection{discovery.ProtectionOpen}}}
	refused := func(what string, err error, key string) {
		t.Helper()
		if public, ok := errors.AsType[*rounds.PublicNetwork](err); !ok || public.Looks != rounds.PublicOpen || public.Key != key {
			t.Errorf("%s: got %v", what, err)
		}
		if said := p.Sentence(err); !strings.Contains(said, "--public") {
			t.Errorf("%s: got %q", what, said)
		}
	}
	refused("nobody insisted", p.agree(t.Context(), "", cafe, "gateway 1", ""), "gateway 1")
	refused("insisted on another", p.agree(t.Context(), "", cafe, "gateway 1", "gateway 2"), "gateway 1")
	if all, err := p.Homes(t.Context()); len(all) > 0 || err != nil {
		t.Fatalf("got %+v, %v", all, err)
	}
	if err := p.agree(t.Context(), "", cafe, "gateway 1", "gateway 1"); err != nil {
		t.Errorf("insisted on: got %v", err)
	}
	if err := p.agree(t.Context(), "", cafe, "gateway 1", ""); err != nil {
		t.Errorf("agreed to before: got %v", err)
	}
	home, other := p.Feed().Latest().Home.ID, rounds.HomeNetwork{Key: "gateway 3"}
	refused("another network for a home", p.join(t.Context(), home, cafe, other, ""), other.Key)
	if _, found, err := p.store.FindHome(t.Context(), other.Key, false); found || err != nil {
		t.Errorf("a network was joined that nobody insisted on: %v", err)
	}
	if err := p.join(t.Context(), home, cafe, other, other.Key); err != nil {
		t.Errorf("got %v", err)
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
