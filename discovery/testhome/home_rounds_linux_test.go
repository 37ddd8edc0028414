package testhome_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
	"porchlight/store"
	"porchlight/ui/program"
)

// TestHome walks whole rounds through a home with real ARP, real multicast and real
// programs. Its parts follow one another: they share one home and its history.
func TestHome(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	began := time.Now()
	h := build(t, members())
	built := time.Now()
	t.Logf("the home has %d devices and was built in %v", len(h.members), built.Sub(began).Round(time.Millisecond))

	t.Run("networks", func(t *testing.T) { testNetworks(t, h) })
	// Who has just announced itself leaves out of its answers what it said a moment ago.
	time.Sleep(time.Until(built.Add(announcing)))

	first := h.walkFirst(t)
	t.Run("every device is found once", first.foundOnce)
	t.Run("devices are what they are", first.known)
	t.Run("a quiet device is found by its address alone", first.quiet)
	t.Run("a page that is announced late is asked for", first.late)
	t.Run("planted weaknesses and nothing else are found", first.weaknesses)
	t.Run("the ledger agrees with what devices counted", first.ledger)
	t.Run("real programs wrote down the same", first.programs)
	t.Run("nothing leaves the home", first.guard)

	t.Run("a second round tells what changed and nothing else", first.second)
	t.Run("a stopped round ends at once and keeps what it saw", testStopped)
}

// announcing is how long Avahi announces something new, again and again (RFC 6762, section 8.3).
const announcing = 8 * time.Second

// A walked is one round that ended, with all that is needed to judge it.
type walked struct {
	*household
	dir      string
	program  *program.Program
	snapshot rounds.Snapshot
	took     time.Duration
	tap      *wiretap
	counts   map[*member]testhome.Counts // of this round
	wan      int                         // packets that went out of the house meanwhile
}

// walkFirst walks the first round of a history.
func (h *household) walkFirst(t *testing.T) *walked {
	t.Helper()
	// One that nobody finds by multicast speaks IPv6: that leaves a trace in our own table.
	err := inside(h.at(hostCamera).ns(), func() error {
		c, err := net.Dial("udp6", fmt.Sprintf("[fe80::%x%%eth0]:9", ourHost))
		if err != nil {
			return err
		}
		_, err = c.Write([]byte("x"))
		_ = c.Close()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return h.walk(t, enter(t, dir, lan.Want{}), dir)
}

// walk walks a round, with the tap on.
func (h *household) walk(t *testing.T, p *program.Program, dir string) *walked {
	t.Helper()
	r := &walked{household: h, dir: dir, program: p, tap: tap(t, "eth0"), counts: map[*member]testhome.Counts{}}
	before, counted := h.outward(t), map[*member]testhome.Counts{}
	for _, m := range h.members {
		if m.sim != nil {
			counted[m] = m.sim.Counts()
		}
	}
	defer h.wake(t)()
	judge := countdown(t, p.Feed())
	began := time.Now()
	if err := p.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.took = time.Since(began)
	judge()
	r.tap.close(t)
	r.wan = h.outward(t) - before
	r.snapshot = p.Feed().Latest()
	for m, was := range counted {
		r.counts[m] = m.sim.Counts().Since(was)
	}
	var heard []time.Duration
	for _, d := range r.snapshot.Devices {
		heard = append(heard, d.HeardAfter)
	}
	slices.Sort(heard)
	if n := len(heard); n > 0 {
		t.Logf("round took %v; heard after: first %v, 50%% %v, 90%% %v, last %v; traffic: %d packets, %d connections, %d bytes sent",
			r.took.Round(time.Millisecond), heard[0], heard[(n-1)/2], heard[(n-1)*9/10], heard[n-1],
			r.snapshot.Traffic.Packets, r.snapshot.Traffic.Connections, r.snapshot.Traffic.BytesSent)
	}
	t.Logf("on the wire: %s", r.tap)
	if len(r.snapshot.Troubles) > 0 || !r.snapshot.Complete {
		t.Errorf("complete: %v, troubles: %v", r.snapshot.Complete, r.snapshot.Troubles)
	}
	return r
}

// enter opens the program on a folder and enters the home. Everybody agrees to everything.
func enter(t *testing.T, dir string, want lan.Want) *program.Program {
	t.Helper()
	return enterWith(t, program.Options{Dir: dir, Want: want, Passwords: rounds.PasswordsAll})
}

// enterWith is enter with other options.
func enterWith(t *testing.T, o program.Options) *program.Program {
	t.Helper()
	p, err := openWith(t.Context(), o, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	if err := p.Enter(t.Context(), "", false, ""); err != nil {
		t.Fatal(err)
	}
	return p
}

func open(ctx context.Context, dir string, want lan.Want, log io.Writer) (*program.Program, error) {
	return openWith(ctx, program.Options{Dir: dir, Want: want, Passwords: rounds.PasswordsAll}, log)
}

func openWith(ctx context.Context, o program.Options, log io.Writer) (*program.Program, error) {
	o.Version, o.Languages, o.Log = "test", []string{"en"}, slog.New(slog.NewTextHandler(log, nil))
	return program.Open(ctx, o)
}

// at finds a member by its host number; nil if it stays away.
func (h *household) at(host int) *member {
	for _, m := range h.members {
		if m.host == host {
			return m
		}
	}
	return nil
}

// outward counts the packets that went out of the house by the router.
func (h *household) outward(t *testing.T) int {
	t.Helper()
	router := h.at(gateway)
	if router == nil {
		return 0
	}
	out := sh(t, "ip netns exec "+router.ns()+" cat /sys/class/net/wan0/statistics/tx_packets")
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// device finds the device of a member, by its hardware address.
func (r *walked) device(t *testing.T, m *member) discovery.Device {
	t.Helper()
	return deviceIn(t, r.snapshot, m)
}

func deviceIn(t *testing.T, s rounds.Snapshot, m *member) discovery.Device {
	t.Helper()
	for _, d := range s.Devices {
		if d.MAC.String() == m.mac() {
			return d
		}
	}
	t.Errorf("%s (%s, %s) was not found", m.who(), m.addr(), m.mac())
	return discovery.Device{}
}

func (r *walked) foundOnce(t *testing.T) {
	for _, m := range r.members {
		d := r.device(t, m)
		var v4 []netip.Addr
		for _, a := range d.Addrs {
			if a.Is4() {
				v4 = append(v4, a)
			} else if a != netip.MustParseAddr(fmt.Sprintf("fe80::%x%%eth0", m.host)) {
				t.Errorf("%s has %s, which is somebody else's", m.who(), a)
			}
		}
		if !slices.Equal(v4, []netip.Addr{m.addr()}) || len(d.Addrs) != max(1, m.want.addrs) {
			t.Errorf("%s is at %v, want %s and %d in all", m.who(), d.Addrs, m.addr(), max(1, m.want.addrs))
		}
		for _, source := range m.want.foundBy {
			if !slices.Contains(d.FoundBy, source) {
				t.Errorf("%s was found by %v, want %s too", m.who(), d.FoundBy, source)
			}
		}
		if d.HeardAfter <= 0 || !d.Present {
			t.Errorf("%s: heard after %v, present %v", m.who(), d.HeardAfter, d.Present)
		}
	}
	if got, want := len(r.snapshot.Devices), len(r.members); got != want {
		var all []string
		for _, d := range r.snapshot.Devices {
			all = append(all, fmt.Sprintf("%s %v by %v", d.MAC, d.Addrs, d.FoundBy))
		}
		t.Errorf("got %d devices, want %d:\n%s", got, want, strings.Join(sorted(all), "\n"))
	}
}

func (r *walked) quiet(t *testing.T) {
	quiet := r.device(t, r.at(hostQuiet))
	if diff := cmp.Diff([]string{"neighbors"}, quiet.FoundBy); diff != "" || len(quiet.Services) > 0 {
		t.Errorf("the quiet device has doors %v and was found by (-want +got):\n%s", quiet.Services, diff)
	}
}

func (r *walked) known(t *testing.T) {
	for _, m := range r.members {
		describe(t, m, r.device(t, m))
		isGateway := m.host == gateway
		if got := r.device(t, m); (got.Fact(discovery.FactGateway) != "") != isGateway {
			t.Errorf("%s: gateway %v, want %v", m.who(), !isGateway, isGateway)
		}
	}
	if liar := r.device(t, r.at(hostLiar)); liar.Fact(discovery.FactOdd) == "" {
		t.Errorf("nothing is odd about %+v", liar.Facts)
	}
	if got := r.snapshot.Network; r.at(gateway) != nil && (got.Gateway != hostAddr(gateway) || got.Interface != "eth0" || got.Prefix.String() != homeNet || got.Addr.String() != ourAddr) {
		t.Errorf("got network %+v", got)
	}
}

// describe compares what is told of a device with what it is.
func describe(t *testing.T, m *member, d discovery.Device) {
	t.Helper()
	for _, x := range []struct{ what, got, want string }{
		{"name", d.Name, m.want.name},
		{"kind", string(d.Kind), string(m.want.kind)},
		{"vendor", d.Vendor, m.want.vendor},
		{"model", d.Model, m.want.model},
		{"firmware", d.Firmware, m.want.firmware},
	} {
		if x.want != "" && x.got != x.want {
			t.Errorf("%s: got %s %q, want %q", m.who(), x.what, x.got, x.want)
		}
	}
	var evidence []string
	for i, e := range d.Evidence {
		told := fmt.Sprintf("%s %s, %s by %s", e.Field, e.Value, e.Strength, e.Source)
		if i < len(m.want.evidence) {
			if ok, _ := path.Match(m.want.evidence[i], told); ok {
				told = m.want.evidence[i]
			}
		}
		evidence = append(evidence, told)
	}
	if diff := cmp.Diff(m.want.evidence, evidence); m.want.evidence != nil && diff != "" {
		t.Errorf("%s: evidence (-want +got):\n%s", m.who(), diff)
	}
	var services []string
	for i, s := range d.Services {
		told := fmt.Sprintf("%d %s", s.Port, s.Protocol)
		if i < len(m.want.services) {
			if port, either, _ := strings.Cut(m.want.services[i], " "); port == strconv.Itoa(int(s.Port)) && slices.Contains(strings.Split(either, "|"), s.Protocol) {
				told = m.want.services[i]
			}
		}
		services = append(services, told)
	}
	if diff := cmp.Diff(m.want.services, services); diff != "" {
		t.Errorf("%s: services (-want +got):\n%s", m.who(), diff)
	}
}

func (r *walked) weaknesses(t *testing.T) {
	r.found(t)
	camera, router := r.device(t, r.at(hostCamera)), r.device(t, r.at(gateway))
	for _, f := range r.snapshot.Findings {
		if f.Kind == "upnp-on" && f.Device == router.ID && f.Args["ways"] != "UPnP, NAT-PMP" {
			t.Errorf("programs may open doors by %q, want UPnP and NAT-PMP", f.Args["ways"])
		}
		if f.Kind == "port-forward" && (f.Args["inner_device"] != string(camera.ID) || f.Severity != checks.Today) {
			t.Errorf("got a door %v, %s, want one to the camera, today", f.Args, f.Severity)
		}
	}
}

// found compares what was found, and what could not be checked, with what there is.
func (r *walked) found(t *testing.T) {
	t.Helper()
	for _, m := range r.members {
		d := r.device(t, m)
		if diff := cmp.Diff(sorted(m.want.findings), findingsOf(r.snapshot, d.ID)); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", m.who(), diff)
		}
		var unchecked []string
		var why []error
		for _, o := range r.snapshot.Outcomes {
			if o.Device == d.ID && o.Result == checks.Unknown {
				unchecked, why = append(unchecked, fmt.Sprintf("%s %s", o.Check, o.Reason)), append(why, o.Err)
			}
		}
		want := slices.Clone(m.want.unchecked)
		if slices.Contains(m.want.findings, "firmware-unknown 0 info") {
			want = append(want, "firmware no-version")
		}
		if diff := cmp.Diff(sorted(want), sorted(unchecked)); diff != "" {
			t.Errorf("%s: what could not be checked (-want +got):\n%s%v", m.who(), diff, why)
		}
	}
}

func findingsOf(s rounds.Snapshot, id discovery.DeviceID) []string {
	var out []string
	for _, f := range s.Findings {
		if f.Device == id && f.Open() {
			out = append(out, fmt.Sprintf("%s %d %s", f.Kind, f.Port, f.Severity))
		}
	}
	slices.Sort(out)
	return out
}

// What may be said to a device that changes nothing.
var (
	// readingActions are SOAP actions and other questions that are asked by POST.
	readingActions = []string{"GetExternalIPAddress", "GetGenericPortMappingEntry", "GetStatusInfo", "Get-Printer-Attributes", "WS-Transfer Get", "GetSystemDateAndTime", "GetDeviceInformation"}
	// datagramPorts are those of UDP: empty datagrams, names by NetBIOS, DNS, mDNS and LLMNR, SNMP,
	// NAT-PMP, and the questions of makers for their own products: ASUS, Ubiquiti, TP-Link.
	datagramPorts = []uint16{9, 53, 137, 161, 5351, 5353, 5355, 9999, 10001, 20002}
)

func (r *walked) ledger(t *testing.T) {
	for _, m := range r.members {
		d := r.device(t, m)
		told := r.snapshot.ByDevice[d.ID]
		connections, datagrams := 0, map[uint16]tally{}
		for _, q := range told.Requests {
			if q.Addr != m.addr().String() {
				t.Errorf("%s was visited at %s too", m.who(), q.Addr)
			}
			switch q.Transport {
			case "tcp":
				connections++
			case "udp":
				datagrams[q.Port] = tally{datagrams[q.Port].n + 1, datagrams[q.Port].bytes + q.Sent}
			}
			if method, rest, _ := strings.Cut(q.Line, " "); method == "POST" {
				_, name, _ := strings.Cut(rest, " ")
				if login := strings.HasSuffix(q.Line, lan.WithLogin) && m.want.logins > 0; !login && !slices.Contains(readingActions, name) {
					t.Errorf("%s was asked %q", m.who(), q.Line)
				}
			}
		}
		begun, sent := r.tap.connections(d.Addrs...)
		wire, packets := r.tap.datagrams(m.addr()), 0
		if knock := wire[9]; m.host == gateway && knock.n > datagrams[9].n {
			wire[9] = tally{knock.n - 1, knock.bytes} // whoever enters the home knocks at its router, which is before the round
		}
		for port, n := range wire {
			packets, sent = packets+n.n, sent+n.bytes
			if !slices.Contains(datagramPorts, port) {
				t.Errorf("%s was sent %d datagrams to port %d", m.who(), n.n, port)
			}
		}
		if diff := cmp.Diff(wire, datagrams, cmp.AllowUnexported(tally{})); diff != "" {
			t.Errorf("%s: datagrams by port (-wire +ledger):\n%s", m.who(), diff)
		}
		if connections != begun || told.Connections != begun || told.Packets != packets || told.BytesSent != sent {
			t.Errorf("%s: the ledger has %d connections and lists %d, %d datagrams, %d bytes; the wire %d, %d and %d",
				m.who(), told.Connections, connections, told.Packets, told.BytesSent, begun, packets, sent)
		}
		if m.sim != nil {
			r.agree(t, m, told)
		}
	}
	for port, sent := range r.tap.ports() {
		if port == 515 || (port >= 9100 && port <= 9107) {
			t.Errorf("connected to port %d and sent %d bytes", port, sent)
		}
	}
	multicast := map[uint16]tally{}
	for _, q := range r.snapshot.Traffic.Requests {
		multicast[q.Port] = tally{multicast[q.Port].n + 1, multicast[q.Port].bytes + q.Sent}
	}
	if diff := cmp.Diff(r.tap.groups(), multicast, cmp.AllowUnexported(tally{})); diff != "" {
		t.Errorf("questions to everybody, by port (-wire +ledger):\n%s", diff)
	}
}

// programs compares with what real programs wrote down.
func (r *walked) programs(t *testing.T) {
	if pages := r.at(hostPages); pages != nil {
		asked := 0
		within(t, 10*time.Second, pages.who()+" notes who asked", func() error { // it does every four seconds
			for _, line := range pages.said(t, "asked ") {
				path, rest, _ := strings.Cut(strings.TrimPrefix(line, "asked GET "), " ")
				if asked++; !slices.Contains([]string{"/", "/favicon.ico"}, path) || !strings.HasPrefix(rest, "HTTP/1.1 login=- agent=Porchlight/test ") {
					t.Errorf("a device that nobody recognises was asked: %s", line)
				}
			}
			if asked == 0 {
				return errNotYet
			}
			return nil
		})
	}
	r.reads(t)
}

// reads looks at what the real router was asked by SOAP.
func (r *walked) reads(t *testing.T) {
	t.Helper()
	if router := r.at(gateway); router != nil {
		asked := router.said(t, "SOAPAction: ")
		for _, line := range asked {
			if _, action, _ := strings.Cut(line, "#"); !slices.Contains(readingActions, action) {
				t.Errorf("%s was asked: %s", router.who(), line)
			}
		}
		if len(asked) == 0 {
			t.Errorf("%s noted nothing", router.who())
		}
	}
}

// said lists what a program wrote down after a mark.
func (m *member) said(t *testing.T, mark string) []string {
	t.Helper()
	b, err := os.ReadFile(m.log())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		if i := strings.Index(line, mark); i >= 0 {
			out = append(out, strings.TrimSpace(line[i:]))
		}
	}
	return out
}

// agree compares the ledger with what a simulated device counted itself.
func (r *walked) agree(t *testing.T, m *member, told discovery.Traffic) {
	t.Helper()
	counted := r.counts[m]
	connections, sent, lines := map[uint16]int{}, map[uint16]int{}, map[uint16][]string{}
	for _, q := range told.Requests {
		if q.Transport != "tcp" {
			continue
		}
		if !slices.ContainsFunc(m.sim.Doors, func(x testhome.Door) bool { return x.Port == q.Port }) {
			if q.Sent != 0 && m.script == "" { // its programs have doors too
				t.Errorf("%s: sent %d bytes to port %d, which is shut", m.who(), q.Sent, q.Port)
			}
			continue
		}
		connections[q.Port]++
		if q.Sent == 0 {
			continue
		}
		sent[q.Port] += q.Sent
		lines[q.Port] = append(lines[q.Port], requestLines(q.Line)...)
	}
	if diff := cmp.Diff(counted.Connections, connections); diff != "" {
		t.Errorf("%s: connections by port (-device +ledger):\n%s", m.who(), diff)
	}
	if diff := cmp.Diff(counted.Received, sent); diff != "" {
		t.Errorf("%s: bytes by port (-device +ledger):\n%s", m.who(), diff)
	}
	asked := map[uint16][]string{}
	for _, q := range counted.Requests {
		asked[q.Port] = append(asked[q.Port], q.Line)
	}
	for _, x := range m.sim.Doors {
		said := asked[x.Port]
		words := spoken[x.Protocol]
		if x.Web != nil || x.Protocol == "rtsp" { // line by line
			words = spoken["http"]
			if diff := cmp.Diff(lines[x.Port], plainly(said, lines[x.Port])); diff != "" {
				t.Errorf("%s: requests at port %d (-ledger +device):\n%s", m.who(), x.Port, diff)
			}
		}
		for _, line := range said {
			if word, _, _ := strings.Cut(line, " "); !slices.Contains(words, word) {
				t.Errorf("%s was asked %q", m.who(), line)
			}
		}
	}
	for action := range counted.Actions {
		if !slices.Contains(readingActions, action) {
			t.Errorf("%s was asked to %s", m.who(), action)
		}
	}
	if told.LoginAttempts != counted.LoginAttempts || told.LoginFailures != counted.LoginFailures {
		t.Errorf("%s: the ledger has %d logins, %d of them failed, the device counted %d and %d",
			m.who(), told.LoginAttempts, told.LoginFailures, counted.LoginAttempts, counted.LoginFailures)
	}
	if counted.LoginAttempts != m.want.logins {
		t.Errorf("%s counted %d logins, want %d", m.who(), counted.LoginAttempts, m.want.logins)
	}
}

// spoken are the words that devices may hear, by protocol. One line of the ledger is a whole
// conversation of the others than the web and RTSP.
var spoken = map[string][]string{
	"http":   {"GET", "HEAD", "OPTIONS", "POST", "DESCRIBE"},
	"ftp":    {"USER", "PASS", "PWD", "QUIT"},
	"telnet": {"login"},
	"ssh":    {},
	"adb":    {"CNXN"},
}

// requestLines turns a line of the ledger into what the device sees of it. One line is one
// connection, and a camera that wants a login is asked twice over it.
func requestLines(line string) []string {
	line, login := strings.CutSuffix(line, lan.WithLogin)
	plain, rtsp := strings.CutPrefix(line, "RTSP ")
	f := strings.Fields(plain)
	switch {
	case rtsp && login:
		return []string{plain, plain}
	case rtsp || len(f) < 2:
		return []string{plain}
	case login: // the query may hold it
		f[1], _, _ = strings.Cut(f[1], "?")
	}
	return []string{f[0] + " " + f[1]} // without the name of the action
}

// plainly writes what a device was asked as the ledger does: of a camera without its own address,
// and without what may be a secret.
func plainly(asked, ledger []string) []string {
	var out []string
	for i, line := range asked {
		method, address, _ := strings.Cut(line, " ")
		if u, err := url.Parse(address); err == nil && u.Scheme == "rtsp" {
			address = u.RequestURI()
		}
		line = method + " " + address
		if path, _, _ := strings.Cut(line, "?"); i < len(ledger) && ledger[i] == path {
			line = path
		}
		out = append(out, line)
	}
	return out
}

func (r *walked) guard(t *testing.T) {
	if odd := r.tap.oddities(); len(odd) > 0 {
		t.Errorf("sent what no computer in a home may send:\n%s", strings.Join(odd, "\n"))
	}
	if r.wan != 0 {
		t.Errorf("%d packets went out of the house", r.wan)
	}
	// Whoever counts nothing has to show that it can.
	if r.at(gateway) == nil {
		return
	}
	w, before := tap(t, "eth0"), r.outward(t)
	c, err := net.Dial("udp4", "203.0.113.9:9")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "a packet to the internet is counted", func() error {
		if r.outward(t) == before || len(w.oddities()) != 1 {
			return errNotYet
		}
		return nil
	})
}

// second walks again after one device moved to another address and another one left.
func (r *walked) second(t *testing.T) {
	plug, gone := r.at(hostPlug), r.at(hostLeaver)
	from, to := plug.addr(), hostAddr(hostPlug+100)
	ids := map[discovery.DeviceID]string{}
	for _, d := range r.snapshot.Devices {
		ids[d.ID] = d.MAC.String()
	}
	ip(t, gone.ns(), "link set eth0 down\n")
	if err := plug.running.Close(); err != nil {
		t.Fatal(err)
	}
	ip(t, plug.ns(), fmt.Sprintf("addr del %s/24 dev eth0\naddr add %s/24 dev eth0\n", from, to))
	moved := testhome.Plan{Prefix: netip.MustParsePrefix(homeNet), LowPorts: true}.Devices()[hostPlug-hostRouter]
	moved.Addr = to
	plug.sim = moved
	r.start(t, plug)
	timePasses(t, map[netip.Addr]bool{gone.addr(): true, from: true})

	if err := r.program.Close(); err != nil {
		t.Error(err)
	}
	r.program = enter(t, r.dir, lan.Want{})
	defer r.wake(t)()
	began := time.Now()
	if err := r.program.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := r.program.Feed().Latest()
	t.Logf("the second round took %v", time.Since(began).Round(time.Millisecond))
	want := []string{
		fmt.Sprintf("%s %s %s>%s", rounds.AddressChanged, plug.mac(), from, to),
		fmt.Sprintf("%s %s >", rounds.DeviceGone, gone.mac()),
	}
	changes := r.changes(t, s, ids)
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("what changed (-want +got):\n%s", diff)
	}
	after := map[discovery.DeviceID]string{}
	for _, d := range s.Devices {
		after[d.ID] = d.MAC.String()
	}
	if diff := cmp.Diff(ids, after); diff != "" {
		t.Errorf("devices by name (-first round +second):\n%s", diff)
	}
	for _, m := range r.members {
		d, before := deviceIn(t, s, m), r.device(t, m)
		if m != plug && m != gone && !slices.Equal(d.Addrs, before.Addrs) {
			t.Errorf("%s is at %v, was at %v", m.who(), d.Addrs, before.Addrs)
		}
		if d.Present != (m != gone) || !d.FirstSeen.Equal(before.FirstSeen) {
			t.Errorf("%s: present %v, first seen %v, was %v", m.who(), d.Present, d.FirstSeen, before.FirstSeen)
		}
		describe(t, m, d)
		if diff := cmp.Diff(sorted(m.want.findings), findingsOf(s, d.ID)); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", m.who(), diff)
		}
	}
	if got := deviceIn(t, s, plug).Addrs; !slices.Equal(got, []netip.Addr{to}) {
		t.Errorf("%s is at %v, want %s only", plug.who(), got, to)
	}
	if got := deviceIn(t, s, gone); !got.LastSeen.Before(s.Started) {
		t.Errorf("%s was last seen %v, after the round began", gone.who(), got.LastSeen)
	}
}

// timePasses makes our computer doubt what it knows of half of its neighbours, as half a minute does.
// The other half, and those that are named, it heard a moment ago.
func timePasses(t *testing.T, heard map[netip.Addr]bool) {
	t.Helper()
	var lines strings.Builder
	for line := range strings.Lines(sh(t, "ip neigh show dev eth0")) { // "192.168.77.1 lladdr 00:11:22:33:00:01 REACHABLE"
		f := strings.Fields(line)
		if len(f) < 4 || f[1] != "lladdr" {
			continue
		}
		state, a := "stale", netip.MustParseAddr(f[0])
		if last := a.AsSlice()[a.BitLen()/8-1]; heard[a] || a.Is4() && last%2 == 1 {
			state = "reachable"
		}
		fmt.Fprintf(&lines, "neigh replace %s lladdr %s dev eth0 nud %s\n", a, f[2], state)
	}
	ip(t, "", lines.String())
}

// history opens the file of the history beside the program.
func history(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(dir, "history.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// changes lists what the latest round changed, by hardware address.
func (r *walked) changes(t *testing.T, s rounds.Snapshot, macs map[discovery.DeviceID]string) []string {
	t.Helper()
	var out []string
	for c, err := range history(t, r.dir).Changes(t.Context(), s.Home.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Round == s.Round {
			out = append(out, fmt.Sprintf("%s %s %s>%s", c.What, macs[c.Device], c.Old, c.New))
		}
	}
	slices.Sort(out)
	return out
}

// testStopped stops rounds at moments that nobody chose.
func testStopped(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	between := func(from, to time.Duration) time.Duration { return from + time.Duration(random.Int64N(int64(to-from))) }
	for _, x := range []struct {
		name  string
		phase rounds.Phase
		wait  time.Duration
	}{
		{"at the start", rounds.Idle, between(0, 100*time.Millisecond)},
		{"while answers come", rounds.Discovering, between(200*time.Millisecond, 1200*time.Millisecond)},
		{"while doors are tried", rounds.Discovering, between(1500*time.Millisecond, 4*time.Second)},
		{"late in discovery", rounds.Discovering, between(4*time.Second, 7*time.Second)},
		{"while checks run", rounds.Checking, between(0, 300*time.Millisecond)},
	} {
		t.Run(x.name, func(t *testing.T) { stopped(t, x.phase, x.wait) })
	}
}

func stopped(t *testing.T, phase rounds.Phase, wait time.Duration) {
	sh(t, "ip neigh flush dev eth0") // nobody is known
	dir := t.TempDir()
	p := enter(t, dir, lan.Want{})
	before := goroutines()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.Walk(ctx) }()
	within(t, 60*time.Second, fmt.Sprintf("phase %d has come", phase), func() error {
		if p.Feed().Latest().Phase < phase {
			return errNotYet
		}
		return nil
	})
	select {
	case <-time.After(wait):
	case err := <-ended:
		t.Fatalf("the round ended by itself: %v", err)
	}
	seen := p.Feed().Latest()
	cancel()
	began := time.Now()
	err := <-ended
	if took := time.Since(began); took > time.Second {
		t.Errorf("stopping after %v in phase %d took %v, want at most 1 s", wait, seen.Phase, took)
	} else {
		t.Logf("stopped after %v in phase %d with %d devices, in %v: %v", wait, seen.Phase, len(seen.Devices), took, err)
	}
	end := time.Now().Add(time.Second)
	left := newGoroutines(before)
	for ; len(left) > 0 && time.Now().Before(end); left = newGoroutines(before) {
		time.Sleep(20 * time.Millisecond)
	}
	if len(left) > 0 {
		t.Errorf("still running after a second:\n%s", strings.Join(left, "\n\n"))
	}
	s := p.Feed().Latest()
	if seen.Phase == rounds.Idle && err != nil {
		return // the round had not begun
	}
	if err != nil || s.Complete || s.Round == 0 || s.Walking() {
		t.Errorf("got error %v and a picture with complete %v, round %d, phase %d", err, s.Complete, s.Round, s.Phase)
	}
	for _, d := range seen.Devices {
		if got, ok := s.Device(d.ID); !ok || !got.Present || got.MAC != d.MAC && !d.MAC.IsZero() {
			if !slices.ContainsFunc(s.Devices, func(o discovery.Device) bool { return slices.Contains(o.Addrs, d.Addr()) }) {
				t.Errorf("%v was seen and not kept", d.Addrs)
			}
		}
	}
	for sum, err := range history(t, dir).Rounds(t.Context(), s.Home.ID) {
		if err != nil || sum.Complete || sum.Round != s.Round || sum.Devices != len(s.Devices) {
			t.Errorf("the history has %+v, %v", sum, err)
		}
	}
}

// goroutines lists the stacks of all goroutines but those of simulated devices, by number.
func goroutines() map[string]string {
	buf := make([]byte, 4<<20)
	out := map[string]string{}
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if !strings.Contains(g, "discovery/testhome.") { // it is for whole packages: this one is testhome_test
			id, _, _ := strings.Cut(g, " [")
			out[id] = g
		}
	}
	return out
}

func newGoroutines(before map[string]string) []string {
	var out []string
	for id, g := range goroutines() {
		if _, ok := before[id]; !ok {
			out = append(out, g)
		}
	}
	return out
}
