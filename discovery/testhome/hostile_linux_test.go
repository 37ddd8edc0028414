package testhome_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// What a round through the hostile home may cost. A villain may hold up its own visit and its own
// checks, for about a minute in all; sixteen of them at a time are spoken to.
const (
	hostileRound  = 110 * time.Second
	hostileMemory = 150 << 20 // above idle
)

// good are devices with something wrong, or that only look so, among the villains.
func good() []*member {
	return []*member{
		weakRouter(), openCamera(), factoryRouter(), basicRouter(), formRouter(), factoryCamera(), flows(), openOctoPrint(), tasmota(), androidTV(), rawPrinter(),
		ownForm(), ownCamera(), closedDomoticz(),
	}
}

// TestHostileHome walks a round through a home full of devices that are out to break the program, all
// at once, with good devices among them. The program runs in a process of its own, so that what it
// costs is its own.
func TestHostileHome(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	homeBits = 23
	began := time.Now()
	bad := villains()
	members := good()
	for _, v := range bad {
		members = append(members, v.member)
	}
	h := build(t, members)
	here := slices.DeleteFunc(bad, func(v *villain) bool { return h.at(v.host) == nil })
	for _, v := range here {
		h.begins(t, v)
	}
	t.Logf("the home has %d devices, %d of them villains, and was built in %v", len(h.members), len(here), time.Since(began).Round(time.Millisecond))
	if len(here) < 60 {
		t.Errorf("%d villains are too few", len(here))
	}

	h.plug(t, here, "down")
	peace := h.visit(t, len(h.members)-len(here), nil)
	h.plug(t, here, "up")
	for _, v := range here {
		if v.plug == "in" {
			ip(t, "lan", "link set "+v.ns()+" down\n")
		}
	}
	war := h.visit(t, len(h.members), here)

	t.Run("the round ends in time", func(t *testing.T) {
		if war.took > hostileRound {
			t.Errorf("it took %v, want at most %v; without villains it took %v", war.took, hostileRound, peace.took)
		}
	})
	t.Run("memory stays small", war.memory)
	t.Run("nothing is left running", war.leftovers)
	t.Run("the good devices are all right", func(t *testing.T) { war.allRight(t, peace) })
	t.Run("nothing leaves the home", war.guard)
	t.Run("nothing is said to what prints", war.printers)
	t.Run("nothing was said that changes a device", war.speech)
	t.Run("logins stay few", war.few)
	t.Run("no text deceives", war.texts)
	for _, v := range here {
		t.Run(strings.ReplaceAll(v.who(), " ", "_"), func(t *testing.T) { war.villain(t, v) })
	}
}

// begins lets a villain do what it does besides its doors.
func (h *household) begins(t *testing.T, v *villain) {
	t.Helper()
	if v.lives == nil {
		return
	}
	err := inside(v.ns(), func() error {
		eth, err := net.InterfaceByName("eth0")
		if err != nil {
			return err
		}
		return v.lives(&lair{ctx: h.t.Context(), addr: v.addr(), eth: eth})
	})
	if err != nil {
		t.Fatalf("%s does not begin: %v", v.who(), err)
	}
}

// plug puts the cables of villains in, or takes them out.
func (h *household) plug(t *testing.T, all []*villain, state string) {
	t.Helper()
	var wires strings.Builder
	for _, v := range all {
		fmt.Fprintf(&wires, "link set %s %s\n", v.ns(), state)
	}
	ip(t, "lan", wires.String())
	sh(t, "ip neigh flush dev eth0") // nobody is known
}

// A siege is one round of the program in a process of its own.
type siege struct {
	*walked
	burden burden
}

// visit walks a round through the home in a process of its own.
func (h *household) visit(t *testing.T, devices int, bad []*villain) *siege {
	t.Helper()
	r := &siege{walked: &walked{household: h, tap: tap(t, "eth0")}}
	before := h.outward(t)
	job, err := json.Marshal(visit{Dir: t.TempDir(), Walk: true, Measure: true})
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "/proc/self/exe")
	c.Env = append(os.Environ(), visitEnv+"="+string(job))
	var said bytes.Buffer
	c.Stderr = &said
	stop := h.fumble(t, bad)
	out, err := c.Output()
	stop()
	var told report
	if err == nil {
		err = json.Unmarshal(out, &told)
	}
	if err != nil || told.Err != "" {
		t.Fatalf("the round: %v %s\n%.4000s", err, told.Err, said.Bytes())
	}
	r.tap.close(t)
	r.wan = h.outward(t) - before
	r.snapshot, r.burden, r.took = told.Round, told.Burden, told.Burden.Took
	t.Logf("a round of %d devices took %v; %s; %s", devices, r.took.Round(time.Millisecond), r.burden, r.tap)
	if !r.snapshot.Complete || strings.Contains(said.String(), "panic") {
		t.Errorf("complete: %v; it said:\n%.4000s", r.snapshot.Complete, said.Bytes())
	}
	return r
}

// fumble does with cables what is to be done in the middle of the round.
func (h *household) fumble(t *testing.T, bad []*villain) (stop func()) {
	t.Helper()
	done := make(chan struct{})
	var wg sync.WaitGroup
	set := func(v *villain, state string) {
		_ = exec.Command("ip", "-n", "lan", "link", "set", v.ns(), state).Run()
	}
	for _, v := range bad {
		var first, then string
		wait := 4 * time.Second
		switch v.plug {
		case "":
			continue
		case "out":
			first, then, wait = "down", "down", 12*time.Second
		case "in":
			first, then = "up", "up"
		case "loose":
			first, then, wait = "down", "up", time.Second
		}
		wg.Go(func() {
			for {
				for _, state := range []string{first, then} {
					select {
					case <-time.After(wait):
						set(v, state)
					case <-done:
						set(v, "up")
						return
					}
				}
			}
		})
	}
	return func() { close(done); wg.Wait() }
}

// A burden is what a round cost the computer that walked it.
type burden struct {
	Took, Worked                  time.Duration
	IdleMemory, PeakMemory        int // resident, in bytes
	IdleHeap, PeakHeap            int // what Go uses of it
	GoroutinesBefore, Peak, After int
	FilesBefore, PeakFiles        int
	FilesAfter                    int
	Left                          string // stacks of goroutines, if some were left
}

func (b burden) String() string {
	const mb = 1 << 20
	return fmt.Sprintf("memory %d MB idle, %d at most (of Go %d and %d); goroutines %d before, %d after; files %d and %d",
		b.IdleMemory/mb, b.PeakMemory/mb, b.IdleHeap/mb, b.PeakHeap/mb, b.GoroutinesBefore, b.After, b.FilesBefore, b.FilesAfter)
}

// measure begins to measure this process. measured ends it, after a moment in which what has ended may
// go away.
func measure() (measured func() burden) {
	debug.FreeOSMemory()
	b := burden{IdleMemory: resident(), IdleHeap: goMemory(), GoroutinesBefore: runtime.NumGoroutine(), FilesBefore: openFiles()}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			b.PeakMemory, b.PeakHeap = max(b.PeakMemory, resident()), max(b.PeakHeap, goMemory())
			b.Peak, b.PeakFiles = max(b.Peak, runtime.NumGoroutine()), max(b.PeakFiles, openFiles())
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	began, worked := time.Now(), cpuTime()
	return func() burden {
		b.Took, b.Worked = time.Since(began), cpuTime()-worked
		close(done)
		<-ended
		for range 50 { // five seconds
			b.After, b.FilesAfter = runtime.NumGoroutine(), openFiles()
			if b.After <= b.GoroutinesBefore && b.FilesAfter <= b.FilesBefore {
				return b
			}
			time.Sleep(100 * time.Millisecond)
		}
		buf := make([]byte, 1<<20)
		b.Left = string(buf[:runtime.Stack(buf, true)])
		return b
	}
}

// cpuTime is for how long this process has kept a core busy.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is how much memory this process has, as the system counts.
func resident() int {
	b, err := os.ReadFile("/proc/self/statm")
	f := strings.Fields(string(b))
	if err != nil || len(f) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(f[1])
	return pages * os.Getpagesize()
}

// goMemory is how much Go has of it: without what the race detector needs.
func goMemory() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.Sys - m.HeapReleased)
}

// openFiles is how many files and sockets this process has open. The history opens its own as it
// needs them, up to a number, and keeps them.
func openFiles() int {
	all, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		return 0
	}
	n := 0
	for _, f := range all {
		if to, err := os.Readlink(f); err == nil && !strings.Contains(to, "history.db") {
			n++
		}
	}
	return n
}

func (r *siege) memory(t *testing.T) {
	grown := r.burden.PeakHeap - r.burden.IdleHeap
	if !raceDetector {
		grown = r.burden.PeakMemory - r.burden.IdleMemory
	}
	if grown > hostileMemory {
		t.Errorf("it grew by %d MB, want at most %d", grown>>20, hostileMemory>>20)
	}
}

func (r *siege) leftovers(t *testing.T) {
	if b := r.burden; b.After > b.GoroutinesBefore || b.FilesAfter > b.FilesBefore {
		t.Errorf("%s\n%s", b, b.Left)
	}
}

// allRight compares the good devices with what they are, and with what was told of them in peace.
func (r *siege) allRight(t *testing.T, peace *siege) {
	for _, m := range r.members {
		if m.host >= firstVillain {
			continue
		}
		was, is := peace.device(t, m), r.device(t, m)
		tell := func(d discovery.Device, s rounds.Snapshot) []string {
			return append([]string{
				d.Name, string(d.Kind), d.Vendor, d.Model, d.Firmware, d.Family, fmt.Sprint(d.Services), fmt.Sprintf("odd %q", s.ByDevice[d.ID].Odd),
			}, findingsOf(s, d.ID)...)
		}
		if diff := cmp.Diff(tell(was, peace.snapshot), tell(is, r.snapshot)); diff != "" {
			t.Errorf("%s (-in peace +now):\n%s", m.who(), diff)
		}
		if diff := cmp.Diff(sorted(m.want.findings), findingsOf(r.snapshot, is.ID)); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", m.who(), diff)
		}
	}
}

// printers looks at what was said to the ports that print what they hear.
func (r *siege) printers(t *testing.T) {
	for s := range r.tap.streams() {
		if p := s.Port(); p == 515 || (p >= 9100 && p <= 9107) {
			t.Errorf("a connection to %s", s)
		}
	}
}

// few compares the logins that devices saw with the limits.
func (r *siege) few(t *testing.T) {
	for _, m := range r.members {
		if m.sim == nil {
			continue
		}
		told := r.snapshot.ByDevice[r.device(t, m).ID]
		if told.LoginAttempts > lan.MaxTriesPerRound || told.LoginFailures > lan.MaxFailedTriesPerRound {
			t.Errorf("%s saw %d logins, %d of them failed", m.who(), told.LoginAttempts, told.LoginFailures)
		}
		if saw := m.sim.Counts(); m.host >= firstVillain && (saw.LoginAttempts > lan.MaxTriesPerRound || saw.LoginFailures > lan.MaxFailedTriesPerRound) {
			t.Errorf("%s counted %d logins, %d of them failed", m.who(), saw.LoginAttempts, saw.LoginFailures)
		}
	}
}

// texts looks for signs that no screen may show, in all that is told of any device.
func (r *siege) texts(t *testing.T) {
	for _, d := range r.snapshot.Devices {
		all := []string{d.Name, d.Vendor, d.Model, d.Firmware}
		for _, f := range d.Facts {
			all = append(all, string(f.Key), f.Value)
		}
		for _, e := range d.Evidence {
			all = append(all, e.Value)
		}
		for _, s := range d.Services {
			all = append(all, s.Protocol, s.Product)
		}
		for _, f := range r.snapshot.Findings {
			if f.Device == d.ID {
				all = slices.AppendSeq(all, maps.Values(f.Args))
			}
		}
		for _, s := range all {
			if discovery.Deceives(s) || strings.ContainsFunc(s, unicode.IsControl) || discovery.Clean(s) != s || len(s) > discovery.MaxValueBytes {
				t.Errorf("%s says %q", d.MAC, s)
			}
		}
	}
}

// villain looks at what the round did with one villain, and what it tells of it.
func (r *siege) villain(t *testing.T, v *villain) {
	d := r.device(t, v.member)
	odd := r.snapshot.ByDevice[d.ID].Odd
	if len(v.odd) > 0 && !slices.ContainsFunc(v.odd, func(o discovery.Oddity) bool { return slices.Contains(odd, o) }) {
		var asked []string
		for _, q := range r.snapshot.ByDevice[d.ID].Requests {
			asked = append(asked, fmt.Sprintf("%d %s %d>%d", q.Port, q.Line, q.Sent, q.Received))
		}
		t.Errorf("noted as odd: %q, want one of %q; facts %v; asked %q", odd, v.odd, d.Facts, asked)
	}
	p := lan.PaceOf(d)
	times := r.tap.begun(v.addr())
	if len(times) > promised[p].most {
		t.Errorf("%d connections, want at most %d", len(times), promised[p].most)
	}
	for i := 1; i < len(times); i++ {
		if gap := times[i].Sub(times[i-1]); gap < promised[lan.Sturdy].gap-time.Millisecond {
			t.Errorf("two connections within %v", gap)
		}
	}
}
