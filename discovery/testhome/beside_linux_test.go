package testhome_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/discovery/testhome"
)

// besideEnv says how many devices the home has in which TestBeside measures, and how wide it is if that is not usual: "5/22".
const besideEnv = "PORCHLIGHT_BESIDE"

// patience is how long anybody may take for a home.
const patience = 20 * time.Minute

// A rival is what a person would take instead of Porchlight. Its script finds the network behind eth0.
type rival struct {
	name   string
	needs  []string
	script string
	weak   *regexp.Regexp // what it prints of each weakness; nil: it looks for none
	most   int            // larger homes take it hours; 0: none does
}

var rivals = []rival{
	{
		name: "nmap", needs: []string{"nmap"}, most: 250, weak: regexp.MustCompile(`^\|[_ ]\s+\[.+\] at `),
		script: `nmap -n -v -sV --script http-default-accounts,upnp-info,broadcast-upnp-info,dns-service-discovery,broadcast-dns-service-discovery {home}`,
	},
	{
		name: "avahi-browse", needs: []string{"avahi-browse", "avahi-daemon", "dbus-daemon"},
		script: nobodyElse + systemBus + avahi("pc", "yes") + `until [ -S /run/avahi-daemon/socket ]; do sleep 0.05; done
DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket avahi-browse --all --resolve --terminate --parsable`,
	},
	{name: "gssdp-discover", needs: []string{"gssdp-discover"}, script: `gssdp-discover --interface=eth0 --timeout=5`},
	{name: "arp-scan", needs: []string{"arp-scan"}, script: `arp-scan --interface=eth0 --numeric --plain {home}`},
}

// forgets lets our computer know nobody.
const forgets = "ip neigh flush dev eth0"

// A look is how one program looked at a home: when it told of which device, and what it sent.
type look struct {
	who                  string
	seen                 []time.Duration // when it knew of each device, the first one first
	took, worked         time.Duration
	late                 bool // and stopped by us
	sent                 traffic
	weak                 int // weaknesses it told of; -1: it looks for none
	memory, tasks, files int // of ours: MB, goroutines and open files at most
}

// TestBeside measures a round in a home of so many devices, and what else a person might take, one after
// another. Nothing else may run meanwhile. What it prints are rows of a table.
func TestBeside(t *testing.T) {
	count, bits, _ := strings.Cut(os.Getenv(besideEnv), "/")
	n, err := strconv.Atoi(count)
	if err != nil {
		t.Skip("make beside runs it, with nothing beside it")
	}
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	if n > 250 {
		homeBits = 22
	}
	if bits != "" {
		if homeBits, err = strconv.Atoi(bits); err != nil {
			t.Fatal(err)
		}
	}
	h := build(t, houseful(n))
	time.Sleep(announcing)
	sh(t, forgets)
	told := []look{h.ours(t)}
	for _, r := range rivals {
		if name, ok := lacks(r.needs); ok {
			missing(t, fmt.Sprintf("program %q", name))
			continue
		}
		if r.most > 0 && n > r.most {
			continue
		}
		sh(t, forgets)
		told = append(told, h.rival(t, r))
	}
	var table strings.Builder
	for _, l := range told {
		fmt.Fprintln(&table, l.row(n, os.Getenv(besideEnv)))
		if l.who == "nmap" && !l.late {
			t.Logf("%d devices: nmap takes %.1f times as long and sends %.1f times as many packets; it tells of %d weaknesses, Porchlight of %d",
				n, l.took.Seconds()/told[0].took.Seconds(), float64(l.sent.packets)/float64(told[0].sent.packets), l.weak, told[0].weak)
		}
	}
	t.Logf("devices, program, found, seconds until the first, 50%%, 90%% and the last, whole, packets and bytes sent a device, weaknesses, work of a core, most memory, goroutines and files:\n%s", table.String())
}

// houseful makes so many devices of practice homes: one router, and nine others again and again.
func houseful(n int) []*member {
	var all []*member
	host := gateway
	for set := 0; len(all) < n; set++ {
		devices := testhome.Plan{Prefix: netip.MustParsePrefix(homeNet), LowPorts: true, Set: uint8(set)}.Devices()
		router, camera := devices[0], devices[1]
		if set > 0 {
			devices = devices[1:]
		}
		for _, d := range devices[:min(len(devices), n-len(all))] {
			d.Addr = hostAddr(host)
			all = append(all, &member{host: host, sim: d, want: want{who: fmt.Sprintf("%s of set %d", d.Name, set)}})
			host++
			for slices.Contains([]int{ourHost, 767, 768}, host) { // ourselves, and the edges of a /22
				host++
			}
		}
		router.IGD.Mappings[0].Client = camera.Addr
	}
	return all
}

// ours walks a round of the program, in a process of its own.
func (h *household) ours(t *testing.T) look {
	t.Helper()
	before := sentHome(t)
	told, err := send(t.Context(), "", visit{Dir: t.TempDir(), Walk: true, Measure: true})
	if err != nil {
		t.Fatal(err)
	}
	b := told.Burden
	l := look{who: "Porchlight", sent: sentHome(t).since(before), took: b.Took, worked: b.Worked, memory: b.PeakMemory >> 20, tasks: b.Peak, files: b.PeakFiles}
	at := map[netip.Addr]time.Duration{}
	for _, d := range told.Round.Devices {
		for _, a := range d.Addrs {
			at[a.WithZone("")] = d.HeardAfter
		}
	}
	for _, m := range h.members {
		if after, ok := at[m.addr()]; ok {
			l.seen = append(l.seen, after)
		} else {
			t.Errorf("%s was not found", m.who())
		}
	}
	slices.Sort(l.seen)
	for _, f := range told.Round.Findings {
		if f.Open() && f.Severity != checks.Inform {
			l.weak++
		}
	}
	return l
}

// rival lets another program look, and notes when it tells of whom.
func (h *household) rival(t *testing.T, r rival) look {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	home := netip.PrefixFrom(hostAddr(gateway), homeBits).Masked()
	script := ownFiles + strings.ReplaceAll(r.script, "{home}", home.String())
	// In namespaces of its own: what it starts ends with it.
	c := exec.CommandContext(ctx, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", script)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	before, began := sentHome(t), time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l := look{who: r.name}
	if r.weak == nil {
		l.weak = -1
	}
	left := map[string]bool{}
	for _, m := range h.members {
		left[m.addr().String()] = true
	}
	in := bufio.NewScanner(out)
	for in.Scan() {
		for _, a := range homeAddr.FindAllString(in.Text(), -1) {
			if left[a] && !strings.HasSuffix(in.Text(), "[host down]") {
				delete(left, a)
				l.seen = append(l.seen, time.Since(began))
			}
		}
		if r.weak != nil {
			l.weak += len(r.weak.FindAllString(in.Text(), -1))
		}
	}
	err = errors.Join(in.Err(), c.Wait())
	l.took, l.late = time.Since(began), ctx.Err() != nil
	if err != nil && !l.late {
		t.Errorf("%s: %v\n%s", r.name, err, said.Bytes())
	}
	l.worked, l.sent = c.ProcessState.UserTime()+c.ProcessState.SystemTime(), sentHome(t).since(before)
	return l
}

// homeAddr is an address of a home, however wide.
var homeAddr = regexp.MustCompile(`\b192\.168\.7[6-9]\.\d+\b`)

// sentHome is what our computer has sent into the home so far.
func sentHome(t *testing.T) traffic {
	t.Helper()
	all, err := sent()
	if err != nil {
		t.Fatal(err)
	}
	return all["eth0"]
}

// row is a look at a home of that name, with so many devices, as a row of a table.
func (l look) row(devices int, home string) string {
	part := func(of int) string {
		if i := max(0, (devices*of+99)/100-1); i < len(l.seen) {
			return fmt.Sprintf("%.2f", l.seen[i].Seconds())
		}
		return "never"
	}
	took, weak, most := fmt.Sprintf("%.1f s", l.took.Seconds()), strconv.Itoa(l.weak), ""
	if l.late {
		took = "over " + took
	}
	if l.weak < 0 {
		weak = ""
	}
	if l.memory > 0 {
		most = fmt.Sprintf("%d MB, %d, %d", l.memory, l.tasks, l.files)
	}
	return fmt.Sprintf("| %s | %s | %d | %s, %s, %s, %s | %s | %d, %d | %s | %.1f s | %s |", home, l.who, len(l.seen), part(0), part(50), part(90), part(100),
		took, l.sent.packets/devices, l.sent.bytes/devices, weak, l.worked.Seconds(), most)
}
