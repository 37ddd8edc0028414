package vendorudp

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// A product hears some ports.
type product struct {
	mu    sync.Mutex // guards heard
	heard [][]byte
}

// start gives a product at an address; answer gives what it says at a port to a question, nil for
// nothing.
func start(t *testing.T, addr string, ports []uint16, answer func(ask []byte) []byte) *product {
	t.Helper()
	p := &product{}
	var open []net.PacketConn
	var wg sync.WaitGroup
	t.Cleanup(func() {
		for _, pc := range open {
			pc.Close()
		}
		wg.Wait()
	})
	for _, port := range ports {
		pc, err := net.ListenPacket("udp4", net.JoinHostPort(addr, strconv.Itoa(int(port))))
		if err != nil {
			t.Skip(err) // no network of its own, and not root
		}
		open = append(open, pc)
		wg.Go(func() {
			buf := make([]byte, 2048)
			for {
				n, from, err := pc.ReadFrom(buf)
				if err != nil {
					return
				}
				p.mu.Lock()
				p.heard = append(p.heard, bytes.Clone(buf[:n]))
				p.mu.Unlock()
				if b := answer(buf[:n]); b != nil {
					pc.WriteTo(b, from)
				}
			}
		})
	}
	return p
}

// ports are all that are ever asked.
func ports() []uint16 {
	var all []uint16
	for _, f := range families {
		for _, q := range f.ask {
			if !slices.Contains(all, q.port) {
				all = append(all, q.port)
			}
		}
	}
	return all
}

// probe asks a device and gives what it said, and the home it was asked in.
func probe(t *testing.T, addr string, d discovery.Device) ([]discovery.Observation, *lan.Home) {
	t.Helper()
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	h := lan.Open(n, "test", nil)
	var got []discovery.Observation
	d.Addrs = []netip.Addr{netip.MustParseAddr(addr)}
	if err := (Prober{Home: h}).Probe(t.Context(), func() discovery.Device { return d }, func(o discovery.Observation) { got = append(got, o) }); err != nil {
		t.Fatal(err)
	}
	return got, h
}

// says answers one question only.
func says(ask question, answer []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		if bytes.Equal(b, ask.payload) {
			return answer
		}
		return nil
	}
}

// A lamp answers both questions of its maker.
func lamp(ask []byte) []byte {
	switch {
	case bytes.Equal(ask, lifxVersion.payload):
		return lifxState(lifxStateVersion, 1, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0)
	case bytes.Equal(ask, lifxFirmware.payload):
		return lifxState(lifxStateHostFirmware, append(make([]byte, 16), 80, 0, 2, 0)...)
	}
	return nil
}

func TestAProductIsAskedItsMakersQuestions(t *testing.T) {
	for i, tt := range []struct {
		name   string
		vendor string
		kind   discovery.Kind
		port   uint16 // the only one that is open
		answer func([]byte) []byte
		asked  []question
		want   discovery.Fact
	}{
		{"a Kasa plug", "TP-Link", "", 9999, says(kasa, plug), []question{kasa}, discovery.Fact{Key: "json.system.get_sysinfo.model", Value: "HS110(EU)"}},
		{"a Tapo plug", "TP-Link", "", 20002, says(tdp, tapoCamera), []question{kasa, tdp}, discovery.Fact{Key: "json.tdp-discovery.device_model", Value: "C210(EU)"}},
		{"a Tapo camera", "TP-Link", "camera", 20002, says(tdp, tapoCamera), []question{tdp}, discovery.Fact{Key: "json.tdp-discovery.device_type", Value: "SMART.IPCAMERA"}},
		{"a router that knows none", "TP-Link", "router", 1, nil, []question{tdp}, discovery.Fact{}},
		{"an access point", "Ubiquiti", "", 10001, says(ubiquiti1, accessPoint), []question{ubiquiti1}, discovery.Fact{Key: "ubnt.firmware", Value: "U6-Lite.6.6.77.15402"}},
		{"one that is silent at first", "Ubiquiti", "", 10001, says(ubiquiti2, gateway), []question{ubiquiti1, ubiquiti1, ubiquiti2}, discovery.Fact{Key: "ubnt.version", Value: "1.10.7"}},
		{"an ASUS router", "ASUS", "router", 9999, says(infosvr, asusRouter("RT-AX88U", "3.0.0.4.386_48")), []question{infosvr}, discovery.Fact{Key: "infosvr.product", Value: "RT-AX88U"}},
		{"a LIFX lamp", "LIFX", "light", 56700, lamp, []question{lifxVersion, lifxFirmware}, discovery.Fact{Key: "lifx.firmware", Value: "2.80"}},
		{"a LIFX lamp that does not answer", "LIFX", "light", 1, nil, []question{lifxVersion}, discovery.Fact{}},
		{"a WiZ bulb", "WiZ", "", 38899, says(wiz, bulb), []question{wiz}, discovery.Fact{Key: "json.getSystemConfig.result.fwVersion", Value: "1.25.0"}},
		{"a Yeelight", "Yeelight", "light", 1982, says(yeelight, yeelightBulb), []question{yeelight}, discovery.Fact{Key: "ssdp.fw_ver", Value: "57"}},
		{"a garland", "Twinkly", "light", 5555, says(twinkly, garland), []question{twinkly}, discovery.Fact{Key: "twinkly.name", Value: "Twinkly_33AAFF"}},
		{"a vacuum cleaner", "iRobot", "vacuum", 5678, says(irobot, vacuum), []question{irobot}, discovery.Fact{Key: "json.irobotmcs.sku", Value: "R980020"}},
		{"an air conditioner", "Daikin", "", 30050, says(daikin, airConditioner), []question{daikin}, discovery.Fact{Key: "daikin.name", Value: "Living room"}},
		{"a camera of Dahua", "Dahua", "camera", 37810, says(dahua, camera), []question{dahua}, discovery.Fact{Key: "json.dhip.params.deviceInfo.DeviceType", Value: "IPC-HDW2431T-AS-S2"}},
		{"a PlayStation 5", "Sony", "console", 9302, says(playstation5, console), []question{playstation4, playstation5}, discovery.Fact{Key: "banner.ddp", Value: "host-type:PS5 host-name:Console in the den system-version:09008007"}},
		{"a receiver", "Onkyo", "media-player", 60128, says(onkyo, receiver), []question{onkyo}, discovery.Fact{Key: "banner.eiscp", Value: "!1ECNTX-NR609/60128/XX/0009B0000014"}},
		{"its sister", "Pioneer", "media-player", 60128, says(pioneer, receiver), []question{pioneer}, discovery.Fact{Key: "banner.eiscp", Value: "!1ECNTX-NR609/60128/XX/0009B0000014"}},
		{"one that talks nonsense", "iRobot", "", 5678, says(irobot, []byte("hello")), []question{irobot}, discovery.OddFact(discovery.OddNonsense)},
		{"one that sends the question back", "Daikin", "", 30050, says(daikin, daikin.payload), []question{daikin}, discovery.OddFact(discovery.OddNonsense)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := "127.0.0." + strconv.Itoa(3+i)
			p := start(t, addr, []uint16{tt.port}, tt.answer)
			got, h := probe(t, addr, discovery.Device{Vendor: tt.vendor, Kind: tt.kind})
			var facts []discovery.Fact
			var doors []uint16
			for _, o := range got {
				facts = append(facts, o.Facts...)
				for _, s := range o.Services {
					doors = append(doors, s.Port)
				}
			}
			if (tt.want.Key == "" && facts != nil) || (tt.want.Key != "" && !slices.Contains(facts, tt.want)) {
				t.Errorf("got %+v, want %+v", facts, tt.want)
			}
			if right := tt.want.Key != "" && tt.want.Key != discovery.FactOdd; right != slices.Contains(doors, tt.port) {
				t.Errorf("got doors %v", doors)
			}
			by, everyone := h.Traffic()
			var asked []string
			for _, r := range by[netip.MustParseAddr(addr)].Requests {
				asked = append(asked, r.Line+strconv.Itoa(int(r.Port)))
			}
			var want []string
			var wantHeard [][]byte
			for _, q := range tt.asked {
				want = append(want, q.line+strconv.Itoa(int(q.port)))
				if q.port == tt.port {
					wantHeard = append(wantHeard, q.payload)
				}
			}
			if diff := cmp.Diff(want, asked); diff != "" || len(everyone.Requests) > 0 {
				t.Errorf("the ledger: %s", diff)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if diff := cmp.Diff(wantHeard, p.heard); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOthersHearNothing(t *testing.T) {
	const addr = "127.0.0.30"
	p := start(t, addr, ports(), func([]byte) []byte { return nil })
	own := discovery.Device{Vendor: "Brother", Kind: discovery.KindPrinter}
	own.Correct(discovery.Correction{Vendor: "TP-Link", Kind: discovery.KindPlug})
	for name, d := range map[string]discovery.Device{
		"nobody knows":                    {},
		"another maker":                   {Vendor: "Brother", Kind: discovery.KindPrinter},
		"another product of the maker":    {Vendor: "Sony", Kind: discovery.KindTV},
		"a computer with such a card":     {Vendor: "ASUS", Kind: discovery.KindComputer},
		"a computer with such a receiver": {Vendor: "TP-Link", Kind: discovery.KindComputer},
		"nothing is left to be known":     {Vendor: "WiZ", Model: "ESP01_SHRGB1C_31", Firmware: "1.25.0"},
		"the user's word":                 own,
		"a maker that is only heard":      {Vendor: "MikroTik", Kind: discovery.KindRouter},
	} {
		got, h := probe(t, addr, d)
		if by, everyone := h.Traffic(); len(got) > 0 || len(by) > 0 || len(everyone.Requests) > 0 {
			t.Errorf("%s: got %+v, the ledger holds %+v", name, got, by)
		}
	}
	six := discovery.Device{Vendor: "WiZ"}
	if got, h := probe(t, "fe80::1", six); len(got) > 0 {
		by, _ := h.Traffic()
		t.Errorf("IPv6: got %+v, the ledger holds %+v", got, by)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.heard) > 0 {
		t.Errorf("it heard %q", p.heard)
	}
}

func TestEveryQuestionIsListedAndFew(t *testing.T) {
	for _, f := range families {
		if len(f.ask) == 0 || len(f.ask) > maxQuestions || len(f.makers) == 0 || (f.more && len(f.ask) < 2) {
			t.Errorf("%v: %d questions", f.makers, len(f.ask))
		}
		for _, q := range f.ask {
			if !lan.Listed("udp", q.line) || len(q.payload) == 0 || q.parse == nil || q.name == "" {
				t.Errorf("%v: %q", f.makers, q.line)
			}
		}
	}
}

func TestWhatIsAnnouncedIsAnObservation(t *testing.T) {
	from := netip.MustParseAddr("192.168.1.14")
	for port, b := range map[uint16][]byte{5678: mikrotik, 6666: tuyaFrame(tuyaText), 6667: tuyaHidden(tuyaText), 2021: bambu} {
		i := slices.IndexFunc(announcements, func(an announcement) bool { return an.port == port })
		if i < 0 {
			t.Fatalf("nobody hears port %d", port)
		}
		o, ok := heard(from, announcements[i], b)
		if !ok || o.Addr != from || len(o.Facts) == 0 || time.Since(o.At) > time.Minute || len(o.Services) > 0 {
			t.Errorf("port %d: got %+v, %v", port, o, ok)
		}
		if o, ok := heard(from, announcements[i], irobot.payload); ok {
			t.Errorf("port %d: got %+v", port, o)
		}
	}
}

func TestThePracticeHomeHasNothingToHear(t *testing.T) {
	n, err := lan.PracticeNetwork()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	err = Source{Home: lan.Open(n, "test", nil), Log: slog.New(slog.DiscardHandler)}.Discover(t.Context(), func(o discovery.Observation) { t.Errorf("got %+v", o) })
	if !errors.Is(err, discovery.ErrUnavailable) || time.Since(start) > time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}
