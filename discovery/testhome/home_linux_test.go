package testhome_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"porchlight/discovery/testhome"
)

// Environment variables by which the test binary knows that it runs itself again.
const (
	insideEnv = "PORCHLIGHT_INSIDE" // "1" in the namespaces of the test home
	visitEnv  = "PORCHLIGHT_VISIT"  // a visit to make, in JSON; see visit
)

// TestMain lets the test binary be somebody else's computer in the test home.
func TestMain(m *testing.M) {
	if job := os.Getenv(visitEnv); job != "" {
		os.Exit(makeVisit(job))
	}
	os.Exit(m.Run())
}

// rerun runs a test again in user, network, mount, process and host name namespaces of
// its own, so that everything it does stays in a home of its own and ends with it. What
// the inner test prints of its parts is printed as it is.
func rerun(t *testing.T) {
	if name, ok := lacks([]string{"ip", "mount", "sh"}); ok {
		missing(t, fmt.Sprintf("program %q", name))
		t.SkipNow()
	}
	runtime.LockOSThread() // the inner process ends with the thread that started it
	defer runtime.UnlockOSThread()
	run := "^" + t.Name() + "$"
	if _, part, ok := strings.Cut(flagValue("test.run"), "/"); ok {
		run += "/" + part
	}
	args := []string{"-test.run=" + run, "-test.v=" + flagValue("test.v"), "-test.timeout=" + flagValue("test.timeout")}
	ways := []users{onlyUs}
	if os.Geteuid() == 0 { // root in a chroot may not make users, and needs none
		ways = []users{everybody, onlyUs, sameUsers}
	}
	var out io.Reader
	var inner *exec.Cmd
	var err error
	for _, u := range ways {
		if out, inner, err = begin(t, args, u); err == nil {
			break
		}
	}
	if err != nil {
		missing(t, fmt.Sprintf("no namespaces may be made here: %v", err))
		t.SkipNow()
	}
	passOn(os.Stdout, out, t.Name())
	switch err := inner.Wait(); {
	case inner.ProcessState.ExitCode() == exitNoMounts:
		missing(t, "nothing may be mounted in new namespaces here")
		t.SkipNow()
	case err != nil:
		t.Errorf("the test home: %v", err)
	}
}

// users says who there is in the namespaces of a home.
type users int

const (
	onlyUs    users = iota // nobody in the home is anybody else, and nobody may change groups
	everybody              // all users of this computer; only root may have that
	sameUsers              // no namespace of users
)

// begin starts the inner process in new namespaces.
func begin(t *testing.T, args []string, u users) (io.Reader, *exec.Cmd, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/proc/self/exe", args...)
	c.Env = append(os.Environ(), insideEnv+"=1", testhome.Env+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	size := map[users]int{onlyUs: 1, everybody: 1 << 16}[u]
	if size > 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: size}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: size}}
		c.SysProcAttr.GidMappingsEnableSetgroups = u == everybody
	}
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	return out, c, c.Start()
}

// exitNoMounts is how the inner process ends where namespaces can be made and not used:
// some systems let only chosen programs do anything in them.
const exitNoMounts = 77

func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// passOn copies what the inner test prints, without what frames it: the outer one has its own.
func passOn(w io.Writer, r io.Reader, test string) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		word := strings.TrimLeft(strings.TrimSpace(line), "\x16")
		frame := word == "PASS" || word == "FAIL" || strings.HasPrefix(line, "coverage:") || word == "=== RUN   "+test ||
			(strings.HasPrefix(word, "--- ") && strings.Contains(word, ": "+test+" (") && !strings.HasPrefix(line, " "))
		if !frame {
			_, _ = io.WriteString(w, line)
		}
		if err != nil {
			return
		}
	}
}

// missing says loudly that something is not here. Where everything has to be, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Errorf("MISSING: %s", what)
	} else {
		t.Logf("MISSING: %s", what)
	}
}

// Where things are in the test home.
const (
	homeNet   = "192.168.77.0/24"
	ourAddr   = "192.168.77.100"
	ourHost   = 100
	ourMAC    = "00:11:22:33:00:64"
	gateway   = 1 // host number of the router
	outerAddr = "203.0.113.77"
	logDir    = "/run/log" // of the programs; on a file system of its own
	tempDir   = "/run/tmp" // in memory: a busy disk is not what is tested
)

// homeBits is how wide the home is; some need more addresses than 254.
var homeBits = 24

// hostAddr numbers the addresses of the widest home, 192.168.76.0/22, from the middle: the first 256 are those of homeNet.
func hostAddr(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 168, 76 + byte(1+n>>8)%4, byte(n)})
}

// A household is the running test home: a switch, and a network namespace for each member
// behind it. Our computer is the namespace of the test itself, on its eth0.
type household struct {
	t       *testing.T // everybody lives as long as this test
	members []*member
}

// A member is one device of the household.
type member struct {
	host   int // its address is 192.168.77.host
	needs  []string
	script string           // starts real programs, as root of the namespace
	sim    *testhome.Device // or a simulated device
	ready  []func(m *member) error
	groups bool // its programs change groups, which only root may
	// tried counts the logins, and those that failed, in what its programs wrote down.
	tried func(log string) (tries, failed int)
	notes notes
	want  want

	running *testhome.Home
}

// Notes are what the programs of a member write down when they are asked something: after a mark, one of
// allowed and nothing else, so many times at least.
type notes struct {
	mark    string // "" is nothing
	allowed []string
	least   int
}

func (m *member) who() string      { return cmp.Or(m.want.who, m.want.name) }
func (m *member) ns() string       { return fmt.Sprintf("d%d", m.host) }
func (m *member) addr() netip.Addr { return hostAddr(m.host) }
func (m *member) mac() string      { return fmt.Sprintf("00:11:22:33:%02x:%02x", m.host>>8, m.host&0xff) }
func (m *member) log() string      { return filepath.Join(logDir, m.ns()) }

// build makes the household: the switch first, then all wires, then who lives there.
func build(t *testing.T, members []*member) *household {
	t.Helper()
	h := &household{t: t}
	for _, m := range members {
		if name, ok := lacks(m.needs); ok {
			missing(t, fmt.Sprintf("program %q: %s stays away", name, m.who()))
			continue
		}
		if m.groups && !mayChangeGroups() {
			missing(t, fmt.Sprintf("nobody may change groups here, run it as root: %s stays away", m.who()))
			continue
		}
		h.members = append(h.members, m)
	}
	// One kernel plays them all, and cannot carry what each of a thousand would hear.
	crowd := len(h.members) > 254
	if out, err := exec.Command("mount", "--make-rprivate", "/").CombinedOutput(); err != nil { // whatever we mount is nobody else's
		fmt.Fprintf(os.Stderr, "mount --make-rprivate: %v: %s", err, out)
		os.Exit(exitNoMounts)
	}
	sh(t, `mount -t tmpfs none /run; mkdir -p /run/netns `+logDir+` `+tempDir)
	t.Setenv("TMPDIR", tempDir)
	var main, wires, all bytes.Buffer
	fmt.Fprintln(&main, "link set lo up\nnetns add lan\nnetns add wan")
	fmt.Fprintln(&wires, "link set lo up\nlink add br0 type bridge mcast_snooping 0\nlink set br0 up")
	for _, m := range h.members {
		fmt.Fprintf(&main, "netns add %s\n", m.ns())
		fmt.Fprintf(&all, "link add eth0 netns %s address %s type veth peer name %s netns lan\n", m.ns(), m.mac(), m.ns())
		fmt.Fprintf(&wires, "link set %s master br0 up\n", m.ns())
		if crowd { // nobody hears a thousand others talk to us
			fmt.Fprintf(&wires, "link set %s type bridge_slave isolated on\n", m.ns())
		}
	}
	fmt.Fprintln(&all, "link add eth0 address "+ourMAC+" type veth peer name pc netns lan")
	if router := h.at(gateway); router != nil {
		fmt.Fprintf(&all, "link add wan0 netns %s type veth peer name eth0 netns wan\n", router.ns())
	}
	fmt.Fprintln(&wires, "link set pc master br0 up")
	ip(t, "", main.String()+all.String())
	ip(t, "lan", wires.String())
	ip(t, "", plug("eth0", ourHost)+fmt.Sprintf("route add default via %s\n", hostAddr(gateway)))
	if h.at(gateway) != nil {
		ip(t, "wan", "link set eth0 addrgenmode none\naddr add 203.0.113.1/24 dev eth0\nlink set eth0 up\n")
	}
	for _, m := range h.members {
		more := "link set lo up\n" + plug("eth0", m.host)
		if m.host == gateway {
			more += "link set wan0 addrgenmode none\naddr add " + outerAddr + "/24 dev wan0\nlink set wan0 up\nroute add default via 203.0.113.1\n"
		} else {
			more += fmt.Sprintf("route add default via %s\n", hostAddr(gateway))
		}
		if crowd { // permanent ones take none of the 1,024 places of the one neighbour table
			more += fmt.Sprintf("neigh add %s lladdr %s nud permanent dev eth0\n", hostAddr(ourHost), ourMAC)
		}
		ip(t, m.ns(), more)
	}
	for _, m := range h.members {
		h.start(t, m)
	}
	for _, m := range h.members {
		for _, ready := range m.ready {
			within(t, time.Minute, fmt.Sprintf("%s is ready", m.who()), func() error { return ready(m) })
		}
	}
	return h
}

// plug gives an interface the addresses of a host. Those of IPv6 are there at once, as
// they would be after the second in which a device asks whether somebody has them.
func plug(ifi string, host int) string {
	return fmt.Sprintf("link set %[1]s addrgenmode none\naddr add %[2]s/%[4]d dev %[1]s\nlink set %[1]s up\naddr add fe80::%[3]x/64 dev %[1]s nodad\n", ifi, hostAddr(host), host, homeBits)
}

// start begins the life of a member.
func (h *household) start(t *testing.T, m *member) {
	t.Helper()
	if m.sim != nil {
		err := inside(m.ns(), func() error {
			eth, err := net.InterfaceByName("eth0")
			if err != nil {
				return err
			}
			m.running, err = testhome.Start(h.t.Context(), eth, m.sim)
			return err
		})
		if err != nil {
			t.Fatalf("start %s: %v", m.who(), err)
		}
		h.t.Cleanup(func() { _ = m.running.Close() })
	}
	if m.script == "" {
		return
	}
	log, err := os.Create(m.log())
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// Each member has files of its own in /run. It ends with the namespace of processes.
	script := ownFiles + strings.NewReplacer("{addr}", m.addr().String()).Replace(m.script) + "\nwait\n"
	c := exec.Command("ip", "netns", "exec", m.ns(), "sh", "-euc", script)
	c.Dir = "/" // a member may put a file system of its own over where the test runs
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatalf("start %s: %v", m.who(), err)
	}
	h.t.Cleanup(func() {
		if h.t.Failed() && testing.Verbose() {
			b, _ := os.ReadFile(m.log())
			h.t.Logf("%s said:\n%.2000s", m.who(), b)
		}
	})
}

// ownFiles gives a member a /run of its own, and a resolver that says no at once: nobody
// asks the internet for a name.
const ownFiles = `mount -t tmpfs none /run
echo nameserver 192.168.77.1 >/run/resolv.conf
mount --bind /run/resolv.conf /etc/resolv.conf || true
`

// opens is ready when a TCP port answers.
func opens(port int) func(m *member) error {
	return func(m *member) error {
		return inside(m.ns(), func() error {
			c, err := net.DialTimeout("tcp4", fmt.Sprintf("%s:%d", m.addr(), port), time.Second)
			if err == nil {
				err = c.Close()
			}
			return err
		})
	}
}

// says is ready when the log of the member holds a text.
func says(text string) func(m *member) error {
	return func(m *member) error {
		b, err := os.ReadFile(m.log())
		if err == nil && !bytes.Contains(b, []byte(text)) {
			err = fmt.Errorf("%q is not in what it says:\n%s", text, b)
		}
		return err
	}
}

// lacks finds the first program that is not here.
func lacks(names []string) (string, bool) {
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			return name, true
		}
	}
	return "", false
}

// mayChangeGroups reports whether programs may in this namespace of users (user_namespaces(7)).
func mayChangeGroups() bool {
	b, err := os.ReadFile("/proc/self/setgroups")
	return err == nil && strings.TrimSpace(string(b)) == "allow"
}

// inside runs f on a thread in a namespace. Sockets that it opens stay there.
func inside(ns string, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends here
		done <- func() error {
			fd, err := unix.Open(filepath.Join("/run/netns", ns), unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer func() { _ = unix.Close(fd) }()
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("enter %s: %w", ns, err)
			}
			return f()
		}()
	}()
	return <-done
}

// ip gives commands to iproute2, one a line, in a namespace; "" is our own.
func ip(t *testing.T, ns, commands string) {
	t.Helper()
	args := []string{"-batch", "-"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	c := exec.Command("ip", args...)
	c.Stdin = strings.NewReader(commands)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("ip in %q: %v\n%s\n%s", ns, err, out, commands)
	}
}

func sh(t *testing.T, script string) string {
	t.Helper()
	out, err := exec.Command("sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// within waits until f gives no error any more.
func within(t *testing.T, limit time.Duration, what string, f func() error) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %v it is not so that %s: %v", limit, what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var errNotYet = errors.New("not yet")

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}
