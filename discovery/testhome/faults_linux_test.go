package testhome_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"porchlight/discovery/testhome"
)

// TestFaults lets the network and the system fail in the middle of rounds, each on a computer of its own:
// a person reads what to do, and what was known before stays.
func TestFaults(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	members := []*member{device(gateway, &testhome.Device{Name: "Router", Doors: []testhome.Door{web(80, "", testhome.Page("Router", ""))}}, want{})}
	for i, d := range (testhome.Plan{Prefix: netip.MustParsePrefix(homeNet), LowPorts: true}).Devices() {
		members = append(members, &member{host: hostRouter + i, sim: d, want: want{who: d.Name}})
	}
	build(t, members)

	const lost, noFiles = "The network went away", "too many files open"
	var wg sync.WaitGroup
	slots := make(chan struct{}, 3)
	for i, f := range []struct {
		name  string
		fault string // in the namespace of the computer, with ip
		files int
		says  string // "" is a round without a fault
	}{
		{"the cable is pulled out", "-n lan link set {end} down", 0, lost},
		{"the interface is switched off", "-n {pc} link set eth0 down", 0, lost},
		{"the interface is removed", "-n {pc} link del eth0", 0, lost},
		{"the computer joins another network", "-n {pc} addr del {addr}/24 dev eth0", 0, lost},
		{"no file can be opened any more", "", 4, noFiles},
		{"nobody answers for names", "-n {pc} rule add to 192.168.77.1 dport 53 ipproto udp blackhole", 0, ""},
	} {
		pc := computer{fmt.Sprintf("pc%d", i), fmt.Sprintf("e%d", i), hostAddr(101 + i)}
		pc.plugIn(t)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(f.name, func(t *testing.T) { pc.fails(t, f.fault, f.files, f.says, len(members)) })
		})
	}
	wg.Wait()
}

// A computer is one on which the program runs.
type computer struct {
	ns, end string // its namespace, and the end of its cable at the switch
	addr    netip.Addr
}

func (c computer) plugIn(t *testing.T) {
	t.Helper()
	ip(t, "", "netns add "+c.ns+"\n")
	ip(t, "", fmt.Sprintf("link add eth0 netns %s type veth peer name %s netns lan\n", c.ns, c.end))
	ip(t, "lan", fmt.Sprintf("link set %[1]s addrgenmode none\nlink set %[1]s up\nlink set %[1]s master br0\n", c.end))
	ip(t, c.ns, fmt.Sprintf("link set lo up\nlink set eth0 addrgenmode none\naddr add %s/24 dev eth0\nlink set eth0 up\nroute add default via %s\n", c.addr, hostAddr(gateway)))
}

// fails walks a round in peace, and then one in which something fails.
func (c computer) fails(t *testing.T, fault string, files int, says string, devices int) {
	dir := t.TempDir()
	before, err := send(t.Context(), c.ns, visit{Dir: dir, Walk: true})
	// The other computers are devices too, as long as their cables are in.
	if err != nil || before.Err != "" || len(before.Devices) < devices {
		t.Fatalf("in peace: %v %s, %d devices, want %d", err, before.Err, len(before.Devices), devices)
	}
	happened := make(chan error, 1)
	timer := time.AfterFunc(3*time.Second, func() {
		if fault == "" {
			happened <- nil
			return
		}
		do := strings.NewReplacer("{pc}", c.ns, "{end}", c.end, "{addr}", c.addr.String()).Replace(fault)
		out, err := exec.Command("ip", strings.Fields(do)...).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("ip %s: %w: %s", do, err, out)
		}
		happened <- err
	})
	defer timer.Stop()
	began := time.Now()
	now, err := send(t.Context(), c.ns, visit{Dir: dir, Walk: true, Files: files})
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		if err := <-happened; err != nil {
			t.Fatal(err)
		}
	}
	if (says == "") != (now.Sentence == "") || !strings.Contains(now.Sentence, says) {
		t.Errorf("it says %q of %q, want %q", now.Sentence, now.Err, says)
	}
	if says != "" && took > 15*time.Second {
		t.Errorf("it took %v to end", took)
	}
	// Another process sees what is kept.
	after, err := history(t, dir).Latest(t.Context(), now.Round.Home.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, was := range before.Devices {
		if is, ok := after.Device(was.ID); was.Present && (!ok || !is.Present) && is.Name != "" {
			t.Errorf("%s is gone", was.Name)
		}
	}
	if len(after.Devices) < devices || len(after.Findings) < len(before.Round.Findings) {
		t.Errorf("%d devices and %d findings are left, want %d and %d", len(after.Devices), len(after.Findings), devices, len(before.Round.Findings))
	}
	t.Logf("it says: %s", now.Sentence)
}
