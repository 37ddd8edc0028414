package testhome_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/ui/program"
)

// What a round of a home of twenty devices may take, with all checks and without passwords.
const (
	wholeRound = 45 * time.Second
	quickRound = 25 * time.Second
)

// TestWeakHome walks rounds through a home with as much wrong as there are checks for, and with devices that
// only look so. Its parts follow one another: they share one home.
func TestWeakHome(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	began := time.Now()
	h := build(t, slices.Concat(weak(), traps()))
	servers := publicServers(t, h)
	built := time.Now()
	t.Logf("the home has %d devices and was built in %v", len(h.members), built.Sub(began).Round(time.Millisecond))
	time.Sleep(time.Until(built.Add(announcing)))

	dir := t.TempDir()
	first := h.walk(t, enter(t, dir, lan.Want{}), dir)
	t.Run("every device is found once", first.foundOnce)
	t.Run("every weakness is found and nothing else", first.found)
	t.Run("no trap is flagged", first.trapped)
	t.Run("devices saw few logins", first.logins)
	t.Run("nothing was said that changes a device", first.speech)
	t.Run("no device was asked too fast or too often", first.pace)
	t.Run("the ledger agrees with what devices counted", first.ledger)
	t.Run("real programs wrote down the same", first.wroteDown)
	t.Run("nothing leaves the home", first.guard)

	t.Run("twenty devices and all checks", first.twenty)
	t.Run("twenty devices without passwords, one of them new", first.newcomer)
	t.Run("what the user has to switch on", func(t *testing.T) { first.outside(t, servers) })
}

// trapped counts what is planted and what was found, and looks at what must not be. What is only to be
// known counts as no weakness.
func (r *walked) trapped(t *testing.T) {
	planted, found, alarms, known, traps := 0, 0, 0, 0, 0
	kinds := map[string]int{}
	for _, m := range r.members {
		got := findingsOf(r.snapshot, r.device(t, m).ID)
		for _, f := range m.want.findings {
			kind := strings.Fields(f)[0]
			switch {
			case !flagged(f):
				known++
			case slices.Contains(got, f):
				found++
				fallthrough
			default:
				planted++
				kinds[kind]++
			}
		}
		for _, f := range got {
			if !slices.Contains(m.want.findings, f) {
				alarms++
			}
			if flagged(f) && slices.Contains(m.want.not, strings.Fields(f)[0]) {
				t.Errorf("%s: %s is a false alarm", m.who(), f)
			}
		}
		if len(m.want.not) > 0 {
			traps++
		}
	}
	t.Logf("%d weaknesses of %d kinds planted, %d found; %d things to know; %d traps, %d false alarms", planted, len(kinds), found, known, traps, alarms)
	t.Logf("by kind: %v", kinds)
	if planted < 25 || traps < 12 {
		t.Errorf("%d weaknesses and %d traps are too few", planted, traps)
	}
}

// flagged reports whether something is to be done about a finding.
func flagged(finding string) bool { return !strings.HasSuffix(finding, " "+checks.Inform.String()) }

// logins compares the logins that devices saw with the limits and with the ledger: simulated ones counted
// them, real programs wrote them down.
func (r *walked) logins(t *testing.T) {
	tries, failed := 0, 0
	for _, m := range r.members {
		n, bad := r.counts[m].LoginAttempts, r.counts[m].LoginFailures
		if m.tried != nil {
			b, err := os.ReadFile(m.log())
			if err != nil {
				t.Fatal(err)
			}
			n, bad = m.tried(string(b))
		}
		told := r.snapshot.ByDevice[r.device(t, m).ID]
		if n > lan.MaxTriesPerRound || bad > lan.MaxFailedTriesPerRound || n != m.want.logins || bad != m.want.failures || n != told.LoginAttempts || bad != told.LoginFailures {
			t.Errorf("%s saw %d logins, %d of them failed; the ledger has %d and %d, want %d and %d",
				m.who(), n, bad, told.LoginAttempts, told.LoginFailures, m.want.logins, m.want.failures)
		}
		tries, failed = tries+n, failed+bad
	}
	t.Logf("%d logins, %d of them failed, on %d devices", tries, failed, len(r.members))
}

// wroteDown reads what real programs noted themselves.
func (r *walked) wroteDown(t *testing.T) {
	r.reads(t)
	for _, m := range r.members {
		if m.notes.mark == "" {
			continue
		}
		said := m.said(t, m.notes.mark)
		for _, line := range said {
			if !slices.ContainsFunc(m.notes.allowed, func(a string) bool { return strings.Contains(line, a) }) {
				t.Errorf("%s noted: %s", m.who(), line)
			}
		}
		if len(said) < m.notes.least {
			t.Errorf("%s noted %q, want %d lines", m.who(), said, m.notes.least)
		}
		if slices.Contains(m.needs, "snmpd") { // it notes each datagram
			if sent := r.tap.datagrams(m.addr())[161].n; len(said) != sent {
				t.Errorf("%s noted %d datagrams, %d were sent", m.who(), len(said), sent)
			}
		}
	}
}

// asked finds the first lines of requests of the web and of RTSP.
var asked = regexp.MustCompile(`(?m)^([A-Z_]+) \S+ (?:HTTP|RTSP)/1\.[01]\r$`)

// changing are words that change a device, or look into it.
var changing = []string{"AddPortMapping", "DeletePortMapping", "SetDefault", "SystemReboot", "SETUP rtsp", "PLAY rtsp", "OPEN\x00", "LIST\r\n", "RETR "}

// speech reads what was said over every connection, as it went by on the wire.
func (r *walked) speech(t *testing.T) {
	count := map[string]int{}
	for door, all := range r.tap.streams() {
		for _, said := range all {
			what, ok := spokenAs(door.Port(), said)
			count[what]++
			if !ok {
				t.Errorf("said to %s, as %q: %.100q", door, what, said)
			}
			for _, word := range changing {
				if bytes.Contains(said, []byte(word)) {
					t.Errorf("said %q to %s", word, door)
				}
			}
		}
	}
	for _, b := range r.tap.messages(161) {
		if what := pdu(b); what != "GetRequest" {
			t.Errorf("asked by SNMP: %s, % x", what, b)
		} else {
			count["snmp "+what]++
		}
	}
	for _, b := range r.tap.messages(5351) { // RFC 6886, section 3.1; RFC 6887, section 7.1
		if len(b) < 2 || b[1] != 0 {
			t.Errorf("asked to open a door: % x", b)
		}
		count["nat-pmp, pcp"]++
	}
	t.Logf("connections by what was said: %v", count)
}

// spokenAs tells what was said over a connection, and whether that is harmless.
func spokenAs(port uint16, said []byte) (what string, ok bool) {
	switch {
	case len(said) == 0:
		return "nothing", true
	case asked.Match(said):
		for _, m := range asked.FindAllSubmatch(said, -1) {
			if what = string(m[1]); !slices.Contains(spoken["http"], what) {
				return what, false
			}
		}
		return what, true
	case said[0] == 0x16 && port != 1883:
		return "TLS", true
	case bytes.HasPrefix(said, []byte("SSH-2.0-Porchlight\r\n")):
		return "SSH", port == 22
	case bytes.HasPrefix(said, []byte("RFB ")):
		return "VNC", len(said) == 12
	}
	switch port {
	case 21:
		for line := range strings.Lines(string(said)) {
			if verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); !slices.Contains(spoken["ftp"], verb) {
				return "FTP " + verb, false
			}
		}
		return "FTP", true
	case 23:
		return "telnet", bytes.Count(said, []byte("\r\n")) == 2 // a name and a password
	case 445:
		return "SMB", folders(said)
	case 1883:
		return "MQTT", hello(said)
	case 5555:
		return "ADB", bytes.HasPrefix(said, []byte("CNXN")) && len(said) == 24+int(binary.LittleEndian.Uint32(said[12:]))
	}
	return "", false
}

// folders reports whether messages of folder sharing only connect and let go again (MS-CIFS, section
// 2.2.2.1; MS-SMB2, section 2.2.1.2).
func folders(said []byte) bool {
	for len(said) > 0 {
		if len(said) < 4+16 {
			return false
		}
		n := int(binary.BigEndian.Uint32(said))
		b := said[4:]
		if len(b) < n {
			return false
		}
		const negotiate, lastHarmless = 0x72, 4 // NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT
		old, later := string(b[:4]) == "\xffSMB" && b[4] == negotiate, string(b[:4]) == "\xfeSMB" && binary.LittleEndian.Uint16(b[12:]) <= lastHarmless
		if !old && !later {
			return false
		}
		said = b[n:]
	}
	return true
}

// hello reports whether messages to a broker only come and go (MQTT 3.1.1, section 2.2.1).
func hello(said []byte) bool {
	const connect, disconnect = 1, 14
	for i := 0; len(said) > 0; i++ {
		if len(said) < 2 || said[1] > 0x7f || len(said) < 2+int(said[1]) {
			return false
		}
		if kind := said[0] >> 4; kind != connect && kind != disconnect || (i == 0) != (kind == connect) {
			return false
		}
		said = said[2+int(said[1]):]
	}
	return true
}

// pdu names the kind of an SNMP message (RFC 3416, section 3). All of ours are short.
func pdu(b []byte) string {
	if len(b) < 7 || b[0] != 0x30 || b[1] > 0x7f || len(b) < 7+int(b[6])+1 {
		return "odd"
	}
	return map[byte]string{0xa0: "GetRequest", 0xa1: "GetNextRequest", 0xa3: "SetRequest", 0xa5: "GetBulkRequest"}[b[7+int(b[6])]]
}

// The pace of discovery/lan and the limits of a round, as they are promised.
var promised = map[lan.Pace]struct {
	gap  time.Duration
	most int
}{lan.Gentle: {500 * time.Millisecond, 20}, lan.Sturdy: {150 * time.Millisecond, 90}}

// pace reads from the wire when connections to each device began.
func (r *walked) pace(t *testing.T) {
	const clocks = time.Millisecond // the program and the kernel look at the time one after the other
	least, most := map[lan.Pace]time.Duration{}, map[lan.Pace]int{}
	for _, m := range r.members {
		p := lan.PaceOf(r.device(t, m))
		times := r.tap.begun(m.addr())
		for i := 1; i < len(times); i++ {
			gap := times[i].Sub(times[i-1])
			if least[p] == 0 || gap < least[p] {
				least[p] = gap
			}
			if gap < promised[p].gap-clocks {
				t.Errorf("%s: two connections within %v, want %v", m.who(), gap, promised[p].gap)
			}
		}
		if most[p] = max(most[p], len(times)); len(times) > promised[p].most {
			t.Errorf("%s: %d connections, want at most %d", m.who(), len(times), promised[p].most)
		}
	}
	t.Logf("gentle devices: at least %v between two connections, at most %d; sturdy ones: %v and %d", least[lan.Gentle], most[lan.Gentle], least[lan.Sturdy], most[lan.Sturdy])
}

// part is the home with some of its devices only: all others are unplugged.
func (r *walked) part(t *testing.T, hosts ...int) *household {
	t.Helper()
	out := &household{t: r.t}
	var wires strings.Builder
	for _, m := range r.members {
		state := "down"
		if slices.Contains(hosts, m.host) {
			state = "up"
			out.members = append(out.members, m)
		}
		fmt.Fprintf(&wires, "link set %s %s\n", m.ns(), state)
	}
	ip(t, "lan", wires.String())
	sh(t, "ip neigh flush dev eth0") // nobody is known
	return out
}

// twentyDevices are a home as many people have one.
var twentyDevices = []int{gateway, hostOpenCamera, hostFactory, 12, 13, 14, 16, 19, 20, 24, 25, 26, 27, 29, 30, 31, 32, 59, hostLocking, hostNewcomer}

// twenty walks a second round, through a part of the home.
func (r *walked) twenty(t *testing.T) {
	second := r.part(t, twentyDevices...).walk(t, r.program, r.dir)
	second.found(t)
	second.pace(t)
	second.inTime(t, wholeRound)
	for _, m := range second.members {
		if n, bad := second.counts[m].LoginAttempts, second.counts[m].LoginFailures; n > lan.MaxTriesPerRound || bad > lan.MaxFailedTriesPerRound {
			t.Errorf("%s saw %d logins, %d of them failed", m.who(), n, bad)
		}
	}
	locked := r.at(hostLocking).sim
	if bad := locked.Counts().LoginFailures; bad >= locked.Login.LockAfter || bad > lan.MaxFailedTriesPerDay {
		t.Errorf("%s saw %d failed logins in two rounds", locked.Name, bad)
	}
}

func (r *walked) inTime(t *testing.T, limit time.Duration) {
	t.Helper()
	t.Logf("a round of %d devices took %v", len(r.members), r.took.Round(time.Millisecond))
	if r.took > limit {
		t.Errorf("a round of %d devices took %v, want at most %v", len(r.members), r.took, limit)
	}
}

// newcomer walks a round through a home that was known for two days, but for one device. No password is
// tried.
func (r *walked) newcomer(t *testing.T) {
	dir := r.knownBefore(t, r.device(t, r.at(hostNewcomer)).ID)
	third := r.part(t, twentyDevices...).walk(t, enterWith(t, program.Options{Dir: dir, Passwords: rounds.PasswordsNone}), dir)
	third.inTime(t, quickRound)
	for _, m := range third.members {
		var want []string
		for _, f := range m.want.findings {
			if !strings.HasPrefix(f, "default-login ") {
				want = append(want, f)
			}
		}
		if m.host == hostNewcomer {
			want = append(want, "new-device 0 info")
		}
		if diff := cmp.Diff(sorted(want), findingsOf(third.snapshot, third.device(t, m).ID)); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", m.who(), diff)
		}
		if n := third.counts[m].LoginAttempts; n != 0 {
			t.Errorf("%s saw %d logins, and nobody agreed to any", m.who(), n)
		}
	}
}

// knownBefore makes a history in which the home was walked two days ago, when one device was not there.
func (r *walked) knownBefore(t *testing.T, without discovery.DeviceID) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := r.snapshot
	s.Home = enterWith(t, program.Options{Dir: dir}).Feed().Latest().Home
	s.Round, s.Findings, s.Outcomes, s.Devices = 0, nil, nil, nil
	const ago = -48 * time.Hour
	s.Started, s.Finished = s.Started.Add(ago), s.Finished.Add(ago)
	for _, d := range r.snapshot.Devices {
		if d.ID != without {
			d.FirstSeen, d.LastSeen = d.FirstSeen.Add(ago), d.LastSeen.Add(ago)
			s.Devices = append(s.Devices, d)
		}
	}
	if _, _, err := history(t, dir).SaveRound(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return dir
}

// outside walks a round with all that is off until the user switches it on: two public name servers
// are asked, and everybody who hands out addresses.
func (r *walked) outside(t *testing.T, servers []netip.Addr) {
	dir := t.TempDir()
	h := r.part(t, gateway, hostRogue)
	fourth := h.walk(t, enterWith(t, program.Options{Dir: dir, Passwords: rounds.PasswordsNone, AskOutside: true, AskDHCP: true}), dir)
	router := fourth.at(gateway)
	want := append(slices.Clone(router.want.findings), "dns-changed 0 today", "second-dhcp 0 week")
	want[slices.Index(want, "port-forward 554 today")] = "port-forward 554 week" // nobody sees that it is a camera
	if diff := cmp.Diff(sorted(want), findingsOf(fourth.snapshot, fourth.device(t, router).ID)); diff != "" {
		t.Errorf("%s: findings (-want +got):\n%s", router.who(), diff)
	}
	for _, odd := range fourth.tap.oddities() {
		if !slices.ContainsFunc(servers, func(a netip.Addr) bool { return odd == fmt.Sprintf("to %s ()", a) }) {
			t.Errorf("sent what nobody switched on: %s", odd)
		}
	}
}
