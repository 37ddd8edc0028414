package testhome_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// A visit is one run of the program on a computer of its own: another process, in another
// network namespace.
type visit struct {
	Dir       string
	Interface string // what the user wants
	Prefix    string
	Walk      bool
	Measure   bool // what the round costs this computer
	Files     int  // so many more files the system lets the program open; 0 is all
}

// A report is how a visit ended.
type report struct {
	Err      string
	Sentence string // what a person reads of it
	Reason   string // which of reasons it is
	Names    string // which interfaces or networks it is about
	Network  discovery.Network
	Devices  []discovery.Device
	Round    rounds.Snapshot
	Sent     map[string]int // packets sent meanwhile, by interface
	Burden   burden
}

// reasons are the ways in which a network is refused.
var reasons = map[string]error{
	"none": lan.ErrNoNetwork, "several": lan.ErrSeveralNetworks, "vpn": lan.ErrVPN, "wide": lan.ErrTooWide,
	"public": lan.ErrPublicAddress, "off link": lan.ErrNotOnLink, "no interface": lan.ErrNoInterface,
}

// makeVisit is what the test binary does as somebody else's computer. It gives the exit status.
func makeVisit(job string) int {
	var v visit
	if err := json.Unmarshal([]byte(job), &v); err != nil {
		return 2
	}
	before, err := sent()
	r := report{Sent: map[string]int{}}
	if err == nil {
		err = v.make(context.Background(), &r)
	}
	if err != nil {
		r.Err = err.Error()
		for name, reason := range reasons {
			if errors.Is(err, reason) {
				r.Reason = name
			}
		}
		if refusal, ok := errors.AsType[*lan.Refusal](err); ok {
			r.Names = refusal.Names
		}
	}
	after, _ := sent()
	for name, n := range after {
		r.Sent[name] = n.since(before[name]).packets
	}
	if json.NewEncoder(os.Stdout).Encode(r) != nil {
		return 1
	}
	return 0
}

func (v visit) make(ctx context.Context, r *report) error {
	want := lan.Want{Interface: v.Interface}
	if v.Prefix != "" {
		want.Prefix = netip.MustParsePrefix(v.Prefix)
	}
	p, err := open(ctx, v.Dir, want, os.Stderr)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Enter(ctx, "", false, ""); err != nil {
		return err
	}
	if !v.Walk {
		return nil
	}
	measured := func() burden { return burden{} }
	if v.Measure {
		measured = measure()
	}
	if v.Files > 0 {
		var most syscall.Rlimit
		err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &most)
		most.Cur = uint64(roomFor(v.Files))
		if err = errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &most)); err != nil {
			return err
		}
	}
	err = p.Walk(ctx)
	if err != nil {
		r.Sentence = p.Sentence(err)
	}
	r.Burden = measured()
	s := p.Feed().Latest()
	for i := range s.Outcomes { // errors have no form in JSON
		s.Outcomes[i].Err = nil
	}
	for _, x := range s.Troubles {
		err = errors.Join(err, x.Err)
	}
	s.Troubles, s.Err = nil, nil
	r.Network, r.Devices, r.Round = s.Network, s.Devices, s
	return err
}

// roomFor gives the limit on numbers of open files that leaves so many free.
func roomFor(free int) int {
	for n := 0; ; n++ {
		if _, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", n)); err != nil {
			free--
		}
		if free < 0 {
			return n
		}
	}
}

// traffic is what our computer sent by an interface, as its kernel counts.
type traffic struct{ packets, bytes int }

func (c traffic) since(before traffic) traffic {
	return traffic{c.packets - before.packets, c.bytes - before.bytes}
}

// sent counts what each interface of the calling thread's namespace has sent so far.
func sent() (map[string]traffic, error) {
	b, err := os.ReadFile("/proc/thread-self/net/dev")
	out := map[string]traffic{}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		f := strings.Fields(rest)
		if len(f) < 10 { // the head; eight numbers of what came in are first
			continue
		}
		var c traffic
		var bad [2]error
		c.bytes, bad[0] = strconv.Atoi(f[8])
		c.packets, bad[1] = strconv.Atoi(f[9])
		out[name] = c
		err = errors.Join(err, bad[0], bad[1])
	}
	return out, err
}

// send makes a visit from a computer; "" is our own.
func send(ctx context.Context, ns string, v visit) (report, error) {
	var r report
	job, err := json.Marshal(v)
	if err != nil {
		return r, err
	}
	self, err := os.Readlink("/proc/self") // by its number: in a chroot its path may be somebody else's
	if err != nil {
		return r, err
	}
	args := []string{filepath.Join("/proc", self, "exe")}
	if ns != "" {
		args = append([]string{"ip", "netns", "exec", ns}, args...)
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = append(os.Environ(), visitEnv+"="+string(job))
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		return r, fmt.Errorf("visit from %s: %w\n%s", ns, err, said.Bytes())
	}
	return r, nil
}

// A cable is one interface of a computer in a namespace of its own.
type cable struct {
	ns, ifi, addr string
	to            string // the namespace of its other end: lan is our switch; the attic is nowhere
	more          string // what is done in ns in the end
}

// cables lead to the computers that testNetworks visits from.
var cables = []cable{
	{"two", "eth0", "192.168.77.101/24", "lan", "route add default via 192.168.77.1 metric 100\n"},
	{"two", "eth1", "192.168.88.101/24", "attic", "route add default via 192.168.88.1 metric 200\n"},
	{"chosen", "eth0", "192.168.77.102/24", "lan", "route add default via 192.168.77.1 metric 100\n"},
	{"chosen", "eth1", "192.168.88.102/24", "other", "route add default via 192.168.88.1 metric 200\n"},
	{"vpn", "eth0", "192.168.1.5/24", "attic", "route add default via 192.168.1.1 metric 600\n"},
	{"vpn", "wg0", "10.8.0.2/24", "attic", "route add default dev wg0 metric 50\n"},
	{"half", "eth0", "192.168.1.5/24", "attic", "route add default via 192.168.1.1\n"},
	{"half", "wg0", "10.8.0.2/24", "attic", "route add 0.0.0.0/1 dev wg0\nroute add 128.0.0.0/1 dev wg0\n"},
	{"wide", "eth0", "172.16.5.5/16", "attic", "route add default via 172.16.0.1\n"},
	{"public", "eth0", "203.0.113.5/24", "attic", "route add default via 203.0.113.1\n"},
	{"carrier", "eth0", "100.64.0.5/24", "attic", "route add default via 100.64.0.1\n"},
	{"down", "eth0", "192.168.1.5/24", "attic", "link set eth0 down\n"},
	{"guests", "docker0", "172.17.0.1/24", "attic", ""},
	{"none", "", "", "", ""},
}

// plugIn makes the computers.
func plugIn(t *testing.T) {
	t.Helper()
	made := map[string]bool{}
	for i, c := range cables {
		if !made[c.ns] {
			made[c.ns] = true
			ip(t, "", "netns add "+c.ns+"\n")
			ip(t, c.ns, "link set lo up\n")
		}
		if c.ifi == "" {
			continue
		}
		end := fmt.Sprintf("c%d", i)
		ip(t, "", fmt.Sprintf("link add %s netns %s type veth peer name %s netns %s\n", c.ifi, c.ns, end, c.to))
		up := fmt.Sprintf("link set %[1]s addrgenmode none\nlink set %[1]s up\n", end)
		switch c.to {
		case "lan":
			up += fmt.Sprintf("link set %s master br0\n", end)
			t.Cleanup(func() { ip(t, "lan", fmt.Sprintf("link del %s\n", end)) }) // or it would be one more device of our home
		case "other":
			up += fmt.Sprintf("link set %s address %s\naddr add %s/24 dev %[1]s\n", end, otherMAC, otherAddr)
		}
		ip(t, c.to, up)
		ip(t, c.ns, fmt.Sprintf("link set %[1]s addrgenmode none\naddr add %[2]s dev %[1]s\nlink set %[1]s up\n%[3]s", c.ifi, c.addr, c.more))
	}
}

// The one device of the other home.
var (
	otherAddr = netip.MustParseAddr("192.168.88.1")
	otherMAC  = "00:11:22:33:01:01"
)

// testNetworks shows that the program walks the one network that it should, or none.
func testNetworks(t *testing.T, h *household) {
	ip(t, "", "netns add attic\nnetns add other\n")
	plugIn(t)
	other := startOther(t)
	before := h.spokenTo()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 3)
	for _, x := range []struct {
		name, ns string
		visit    visit
		reason   string   // "" is a round
		names    []string // that have to be said
	}{
		{"the chosen one of two homes", "chosen", visit{Interface: "eth1", Walk: true}, "", nil},
		{"two homes without a choice", "two", visit{}, "several", []string{"eth0", "eth1", "192.168.77.0/24", "192.168.88.0/24"}},
		{"an interface that is not there", "two", visit{Interface: "eth7"}, "no interface", []string{"eth7"}},
		{"a network that is not here", "two", visit{Prefix: "192.168.99.0/24"}, "off link", []string{"192.168.99.0/24"}},
		{"a network that is wider than ours", "two", visit{Prefix: "192.168.88.0/22"}, "off link", nil},
		{"the world", "two", visit{Prefix: "0.0.0.0/0"}, "public", nil},
		{"the way out through a VPN", "vpn", visit{}, "vpn", []string{"wg0"}},
		{"a VPN by choice", "vpn", visit{Interface: "wg0"}, "vpn", []string{"wg0"}},
		{"a VPN that covers the world in halves", "half", visit{}, "vpn", []string{"wg0"}},
		{"a network of 65,534", "wide", visit{}, "wide", []string{"172.16.0.0/16"}},
		{"a network of 65,534 by choice", "wide", visit{Interface: "eth0"}, "wide", []string{"172.16.0.0/16"}},
		{"public addresses", "public", visit{}, "public", []string{"203.0.113.0/24"}},
		{"public addresses by choice", "public", visit{Interface: "eth0", Prefix: "203.0.113.0/24"}, "public", nil},
		{"a carrier's addresses", "carrier", visit{}, "public", []string{"100.64.0.0/24"}},
		{"no network", "none", visit{}, "none", nil},
		{"a cable that is not plugged in", "down", visit{}, "none", nil},
		{"containers only", "guests", visit{}, "none", nil},
	} {
		x.visit.Dir = t.TempDir()
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r, err := send(t.Context(), x.ns, x.visit)
			if err != nil {
				t.Errorf("%s: %v", x.name, err)
				return
			}
			if r.Reason != x.reason || (x.reason == "") != (r.Err == "") {
				t.Errorf("%s: got %q (%s), want %q", x.name, r.Err, r.Reason, x.reason)
			}
			for _, name := range x.names {
				if !strings.Contains(r.Names, name) {
					t.Errorf("%s: %q does not name %s", x.name, r.Names, name)
				}
			}
			if x.reason == "" {
				chosen(t, r)
				return
			}
			for ifi, n := range r.Sent {
				if n != 0 {
					t.Errorf("%s: %d packets left by %s", x.name, n, ifi)
				}
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(before, h.spokenTo()); diff != "" {
		t.Errorf("connections in the home that was not chosen (-before +after):\n%s", diff)
	}
	if c := other.Counts(); c.Connections[80] == 0 || c.Datagrams[5353] == 0 {
		t.Errorf("the home that was chosen counted %+v", c)
	}
}

// startOther starts the one device of the other home.
func startOther(t *testing.T) *testhome.Device {
	t.Helper()
	d := &testhome.Device{
		Name: "Other router", Addr: otherAddr, Host: "other", Doors: []testhome.Door{{Port: 80, Web: testhome.Page("Other", "")}},
		MDNS: []testhome.Announcement{{Instance: "Other router", Service: "_http._tcp", Port: 80}},
	}
	err := inside("other", func() error {
		all, err := net.Interfaces()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(ifi net.Interface) bool { return ifi.HardwareAddr.String() == otherMAC })
		if i < 0 {
			return errNotYet
		}
		running, err := testhome.Start(t.Context(), &all[i], d)
		if err == nil {
			t.Cleanup(func() { _ = running.Close() })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// spokenTo counts the connections to each simulated device.
func (h *household) spokenTo() map[string]int {
	out := map[string]int{}
	for _, m := range h.members {
		if m.sim == nil {
			continue
		}
		for _, n := range m.sim.Counts().Connections {
			out[m.who()] += n
		}
	}
	return out
}

// chosen judges the round through the one home that was chosen.
func chosen(t *testing.T, r report) {
	t.Helper()
	var macs []string
	for _, d := range r.Devices {
		macs = append(macs, d.MAC.String())
	}
	if !slices.Equal(macs, []string{otherMAC}) || r.Network.Interface != "eth1" || r.Network.Gateway != otherAddr {
		t.Errorf("got devices %v on %+v", macs, r.Network)
	}
	if n, ok := r.Sent["eth0"]; n != 0 || !ok || r.Sent["eth1"] == 0 {
		t.Errorf("sent %v, want nothing by eth0", r.Sent)
	}
}
