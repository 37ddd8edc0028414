package testhome_test

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"porchlight/assets/text"
	"porchlight/checks/news"
	"porchlight/discovery"
	"porchlight/discovery/testhome"
	"porchlight/ui/program"
	"porchlight/ui/terminal"
)

// TestWithEverySwitchOffNothingLeavesTheHome walks a round as somebody does who has just installed the program, through
// a home whose devices say which version they run, with a tap on the wire. Then sources of news are switched on, which
// shows that the tap would have seen it, and that they alone are asked.
func TestWithEverySwitchOffNothingLeavesTheHome(t *testing.T) {
	if os.Getenv(insideEnv) == "" {
		rerun(t)
		return
	}
	h := build(t, versioned())
	outside(t, h)
	time.Sleep(announcing / 4)
	dir := t.TempDir()

	first := h.scan(t, dir)
	t.Run("not one packet leaves", first.nothingLeft)
	t.Run("every device is found once", first.foundOnce)
	t.Run("every version gets its verdict", func(t *testing.T) { first.verdicts(t, false) })

	second := h.scan(t, dir, "--news=kev,mikrotik,netgear")
	t.Run("only what is switched on is asked", second.askedOnly)
	t.Run("every version gets its verdict by the news", func(t *testing.T) { second.verdicts(t, true) })
}

// A versionWant is what a member tells of its version, and what is said of it: without news, and with them.
type versionWant struct {
	firmware        string
	findings, later []string
	words, newWords []string
}

// versionWants are those of the members, by host.
var versionWants = map[int]versionWant{
	gateway: {"", []string{"firmware-unknown 0 info"}, []string{"firmware-unknown 0 info"}, nil, nil},
	10: {"7.15.3", []string{"known-exploited 0 today"}, []string{"known-exploited 0 today"}, []string{"It runs version 7.15.3. The maker closed the hole with 7.23.4."}, []string{
		"The newest version that we know is 7.99.2, of 9 October 2025. upgrade.mikrotik.com said so on ",
	}},
	11: {"7.24.2", nil, []string{"firmware-outdated 0 good"}, nil, []string{"version 7.24.2. There may be a newer one. The newest version that we know is 7.99.2"}},
	12: {"7.99.9", nil, nil, nil, nil},
	13: {"7.25beta3", []string{"firmware-unknown 0 info"}, []string{"firmware-unknown 0 info"}, []string{"It runs 7.25beta3, which the maker gives out for testing."}, nil},
	14: {"1.0.7.2_1.1.93", []string{"known-exploited 0 today"}, []string{"known-exploited 0 today"}, []string{"It runs version 1.0.7.2_1.1.93. The maker closed the hole with "}, []string{"said so on "}},
	15: {"1.0.98.1", nil, []string{"firmware-outdated 0 good"}, nil, []string{"The newest version that we know is V1.0.99.136_10.2.120. http.fw.updates1.netgear.com said so on "}},
	16: {"9rubbish", []string{"firmware-unknown 0 info"}, []string{"firmware-unknown 0 info"}, []string{"It runs version 9rubbish. We cannot compare that with what we know."}, nil},
	17: {"", []string{"firmware-unknown 0 info"}, []string{"known-exploited 0 week"}, []string{"It does not say its version to us."}, []string{
		"This hole is on the list of CISA, an agency of the United States. The list does not say which versions have it.",
	}},
	18: {"", []string{"support-ended 0 week"}, []string{"support-ended 0 week"}, []string{"There are no repairs for it any more.", "Source: "}, nil},
	19: {"1.4.4", nil, nil, nil, nil},
}

// versioned lists a router that lets everything through, and devices with old, current, newer, test, unknown and
// rubbish versions.
func versioned() []*member {
	routerOS := func(host int, version string) *member {
		return device(host, &testhome.Device{
			Name: "RouterOS " + version, Firmware: version,
			Doors: []testhome.Door{web(80, "", testhome.Paths(map[string]testhome.Web{"/": testhome.Page("RouterOS router configuration page", "<h1>RouterOS v{firmware}</h1>")}))},
		}, want{vendor: "MikroTik"})
	}
	netgear := func(host int, version string) *member {
		return device(host, &testhome.Device{
			Name: "Netgear " + version,
			Doors: []testhome.Door{web(80, "", testhome.Paths(map[string]testhome.Web{
				"/": testhome.Page("NETGEAR Router R7000", "Firmware=V"+version+" RegionTag=R7000_NA Region=us Model=R7000"),
			}))},
		}, want{vendor: "Netgear", model: "R7000"})
	}
	out := []*member{
		{host: gateway, want: want{who: "Plain router"}, script: "echo 1 >/proc/sys/net/ipv4/ip_forward"},
		routerOS(10, "7.15.3"), routerOS(11, "7.24.2"), routerOS(12, "7.99.9"), routerOS(13, "7.25beta3"),
		netgear(14, "1.0.7.2_1.1.93"), netgear(15, "1.0.98.1"), netgear(16, "9rubbish"),
		device(17, printer("Brother HL-L2350DW series", "BRN3C2AF4000017"), want{vendor: "Brother", model: "HL-L2350DW"}),
		device(18, &testhome.Device{Name: "Old router", UPnP: described("urn:schemas-upnp-org:device:Basic:1", "D-Link", "DIR-655")}, want{vendor: "D-Link", model: "DIR-655"}),
		device(19, testhome.Plan{LowPorts: true}.Devices()[8], want{vendor: "Shelly"}),
	}
	for _, m := range out {
		m.want.firmware = versionWants[m.host].firmware
	}
	return out
}

// source is where all sources of news live in this house: an address that is nobody's here.
var source = netip.MustParseAddr("185.199.108.133")

// outside starts the internet of this house: the router knows the address of every name, and there all sources of news
// answer. So whoever would ask one succeeds.
func outside(t *testing.T, h *household) {
	t.Helper()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		t.Setenv(name, "")
	}
	ip(t, "wan", fmt.Sprintf("link set lo up\nroute add %s via %s\naddr add %s/32 dev lo\n", homeNet, outerAddr, source))
	sh(t, fmt.Sprintf("echo nameserver %s >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf", hostAddr(gateway)))
	names := make([]string, 0, len(news.All()))
	for _, s := range news.All() {
		names = append(names, s.Host())
	}
	listed := time.Now().AddDate(0, 0, -2).UTC()
	said := map[string]string{
		"/routeros/NEWESTa7.stable":    "7.99.2 1760000000\n",
		"/routeros/NEWESTa7.long-term": "7.98.5 1750000000\n",
		"/routeros/LATEST.6":           "6.99.19 1740000000\n",
		"/r7000/auto/fileinfo.txt":     "[Major1]\nfile=R7000-V1.0.99.136_10.2.120.chk\n",
		"/cisagov/kev-data/main/known_exploited_vulnerabilities.json": fmt.Sprintf(`{"dateReleased": %q, "vulnerabilities": [
			{"cveID": "CVE-2026-99999", "vendorProject": "Brother", "product": "HL-L2350DW Printer", "dateAdded": %q},
			{"cveID": "CVE-2026-99998", "vendorProject": "NETGEAR", "product": "Multiple Routers", "dateAdded": %[2]q}]}`, listed.Format(time.RFC3339), listed.Format(time.DateOnly)),
	}
	serve := func(ns string, f func() error) {
		if err := inside(ns, f); err != nil {
			t.Fatal(err)
		}
	}
	web := &http.Server{TLSConfig: believed(t, nil, names...), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(said[r.URL.Path])) })}
	serve("wan", func() error {
		l, err := net.Listen("tcp4", netip.AddrPortFrom(source, 443).String())
		if err == nil {
			go func() { _ = web.ServeTLS(l, "", "") }()
			t.Cleanup(func() { _ = web.Close() })
		}
		return err
	})
	serve(h.at(gateway).ns(), func() error {
		c, err := net.ListenPacket("udp4", netip.AddrPortFrom(hostAddr(gateway), 53).String())
		if err == nil {
			s := &dns.Server{PacketConn: c, Handler: dns.HandlerFunc(everyName)}
			go func() { _ = s.ActivateAndServe() }()
			t.Cleanup(func() { _ = s.Shutdown() })
		}
		return err
	})
}

// everyName answers that every name lives where the sources are.
func everyName(w dns.ResponseWriter, q *dns.Msg) {
	a := new(dns.Msg)
	a.SetReply(q)
	if len(q.Question) == 1 && q.Question[0].Qtype == dns.TypeA {
		a.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: source.AsSlice()}}
	}
	_ = w.WriteMsg(a)
}

// scan walks a round by the command line, with nothing set but that this is the user's own home, and what else is said.
func (h *household) scan(t *testing.T, dir string, more ...string) *walked {
	t.Helper()
	r := &walked{household: h, dir: dir, tap: tap(t, "eth0")}
	before := h.outward(t)
	var said strings.Builder
	term := &terminal.Terminal{In: strings.NewReader(""), Out: &said, Err: t.Output(), Version: "test", Languages: []string{"en"}}
	began := time.Now()
	status := term.Run(t.Context(), append([]string{"--data", dir, "scan", "--yes"}, more...))
	r.took = time.Since(began)
	r.tap.close(t)
	r.wan = h.outward(t) - before
	t.Logf("round took %v; on the wire: %s", r.took.Round(time.Millisecond), r.tap)
	if status != terminal.ExitToday {
		t.Errorf("scan ended with status %d:\n%s", status, said.String())
	}
	p, err := openWith(t.Context(), program.Options{Dir: dir}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	if _, err := p.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.program, r.snapshot = p, p.Feed().Latest()
	return r
}

// names lists the names that the router's name server was asked for, but for those of addresses of this home.
func (r *walked) names(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, b := range r.tap.messages(53) {
		var q dns.Msg
		if err := q.Unpack(b); err != nil || len(q.Question) != 1 {
			t.Errorf("asked for a name: % x", b)
			continue
		}
		if name := q.Question[0].Name; !strings.HasSuffix(name, ".77.168.192.in-addr.arpa.") && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return sorted(out)
}

// nothingLeft counts the packets that went anywhere but to the home or to everybody in it: there is none, and nobody was
// asked where anything outside is. Who counts nothing shows that it can.
func (r *walked) nothingLeft(t *testing.T) {
	outside := r.tap.oddities()
	t.Logf("of %d packets %d went to another address than those of the home, and %d out of the house", r.tap.packets, len(outside), r.wan)
	if len(outside) > 0 || r.wan != 0 || r.tap.packets < 100 {
		t.Errorf("sent to others:\n%s", strings.Join(outside, "\n"))
	}
	if names := r.names(t); len(names) > 0 {
		t.Errorf("asked for the names %q", names)
	}
	r.guard(t)
}

// askedOnly compares what left the home with what is switched on.
func (r *walked) askedOnly(t *testing.T) {
	want := []string{"http.fw.updates1.netgear.com.", "raw.githubusercontent.com.", "upgrade.mikrotik.com."}
	if diff := cmp.Diff(want, r.names(t)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	asked := 0
	for _, odd := range r.tap.oddities() {
		if asked++; odd != fmt.Sprintf("to %s ()", source) {
			t.Errorf("sent what nobody switched on: %s", odd)
		}
	}
	if begun, _ := r.tap.connections(source); asked == 0 || begun != 5 {
		t.Errorf("%d packets and %d connections to the sources, want 5: one for each request", asked, begun)
	}
	if silent := r.program.SilentNews(); silent != nil {
		t.Errorf("said to be silent: %v", silent)
	}
}

// verdicts compares what is said of each version with what is right. No other device is called outdated.
func (r *walked) verdicts(t *testing.T, told bool) {
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	unchecked := map[discovery.DeviceID]string{}
	for _, o := range r.snapshot.Unchecked() {
		if o.Check == "firmware" {
			unchecked[o.Device] = o.Reason
		}
	}
	for _, m := range r.members {
		d, w := r.device(t, m), versionWants[m.host]
		findings, say := w.findings, w.words
		if told {
			findings, say = w.later, slices.Concat(w.words, w.newWords)
		}
		if d.Vendor != m.want.vendor || d.Firmware != w.firmware {
			t.Errorf("%s: got %s %s %q, want %s %q", m.who(), d.Vendor, d.Model, d.Firmware, m.want.vendor, w.firmware)
		}
		got := findingsOf(r.snapshot, d.ID)
		if diff := cmp.Diff(findings, got); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", m.who(), diff)
		}
		reason := map[bool]string{true: "no-version", false: "unclear"}[d.Firmware == ""]
		if is := len(got) == 1 && got[0] == "firmware-unknown 0 info"; is != (unchecked[d.ID] == reason) || (unchecked[d.ID] != "") != is {
			t.Errorf("%s: could not be checked: %q; findings %q", m.who(), unchecked[d.ID], got)
		}
		if told && m.host == 17 {
			say = w.newWords // of another finding
		}
		r.saysOf(t, words, d, say)
	}
}

// saysOf looks for sentences in the advice about a device.
func (r *walked) saysOf(t *testing.T, words *text.Catalog, d discovery.Device, want []string) {
	t.Helper()
	var said []string
	for _, f := range r.snapshot.Findings {
		if f.Device == d.ID && f.Open() {
			said = append(said, words.Finding(&f, &d, &d).Meaning)
		}
	}
	for _, s := range want {
		if !strings.Contains(strings.Join(said, "\n"), s) {
			t.Errorf("of %s %s %q it says %q, want %q", d.Vendor, d.Model, d.Firmware, said, s)
		}
	}
}
