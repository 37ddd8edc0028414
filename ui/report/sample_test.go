package report

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}

// evening is when the home of the tests was looked at.
var evening = time.Date(2026, time.November, 12, 18, 30, 0, 0, time.UTC)

// opened are the languages that tests have opened.
var opened = map[string]*text.Catalog{}

// words opens a language, with the menus of makers.
func words(t testing.TB, language string) *text.Catalog {
	t.Helper()
	if c := opened[language]; c != nil {
		return c
	}
	c, err := text.Open(language)
	if err != nil {
		t.Fatal(err)
	}
	if c.Makers, err = makers.All(); err != nil {
		t.Fatal(err)
	}
	opened[language] = c
	return c
}

func device(id, name string, kind discovery.Kind, vendor, model, addr, room string) discovery.Device {
	d := discovery.Device{
		ID: discovery.DeviceID(id), Name: name, Kind: kind, Vendor: vendor, Model: model, MAC: discovery.MAC{0x3c, 0x84, 0x6a, 0x11, 0x22, addr[len(addr)-1]},
		Addrs: []netip.Addr{netip.MustParseAddr(addr)}, FirstSeen: evening.AddDate(0, 0, -9), LastSeen: evening, Present: true,
		Services: []discovery.Service{{Port: 80, Transport: "tcp", Protocol: "http"}},
	}
	d.Correct(discovery.Correction{Room: room})
	return d
}

// family is a home with a bit of everything.
func family() rounds.Snapshot {
	router := device("router", "Router", discovery.KindRouter, "TP-Link", "Archer C7", "192.168.1.1", "Hall")
	router.Firmware = "1.0.1 Build 20180101"
	router.Facts = []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}
	cam := device("cam", "Hall camera", discovery.KindCamera, "Reolink", "RLC-510A", "192.168.1.23", "Hall")
	cam.Firmware = "v3.0.0.1889"
	phone := device("phone", "Mia's phone", discovery.KindPhone, "", "", "192.168.1.31", "")
	phone.Present, phone.LastSeen = false, evening.AddDate(0, 0, -2)
	lock := device("lock", "Front door", discovery.KindLock, "Nuki", "Smart Lock 3.0", "192.168.1.44", "Hall")
	lock.LeaveAlone = true
	nas := device("nas", "Photos", discovery.KindNAS, "Synology", "DS220+", "192.168.1.5", "Office")
	nas.Firmware = "DSM 7.2.1-69057"
	week := evening.AddDate(0, 0, -9)
	return rounds.Snapshot{
		Home: rounds.Home{ID: 1, Name: "Lime Street 12", Consented: evening}, Round: 3, Phase: rounds.Done, Complete: true,
		Started: evening.Add(-40 * time.Second), Finished: evening, Checked: 24, ToCheck: 24,
		Devices: []discovery.Device{
			router, cam, lock, nas, phone,
			device("printer", "Brother HL-L2350DW", discovery.KindPrinter, "Brother", "HL-L2350DW", "192.168.1.12", "Office"),
			device("tv", "Living room TV", discovery.KindTV, "LG", "OLED55", "192.168.1.17", "Living room"),
			device("box", "Old TV box", discovery.KindMediaPlayer, "", "", "192.168.1.43", "Living room"),
			device("speaker", "Bathroom", discovery.KindSpeaker, "Sonos", "One SL", "192.168.1.42", "Bathroom"),
			device("bulb", "Kitchen light", discovery.KindLight, "Philips", "Hue White", "192.168.1.40", "Kitchen"),
			device("plug", "", discovery.KindPlug, "Shelly", "Plug S", "192.168.1.41", "Kitchen"),
			device("what", "", discovery.KindUnknown, "", "", "192.168.1.77", ""),
		},
		Findings: []checks.Finding{
			{
				ID: "f-1", Kind: "default-login", Check: "default-login", Device: "cam", Port: 80, Severity: checks.Today, Confidence: discovery.Saw,
				Args: map[string]string{"url": "http://192.168.1.23/", "user": "admin"}, First: week, Last: evening,
			},
			{
				ID: "f-2", Kind: "port-forward", Check: "port-forward", Device: "router", Severity: checks.Today, Confidence: discovery.Saw,
				Args: map[string]string{checks.ArgInnerDevice: "nas", "inner": "192.168.1.5", "inner_port": "5000", "outer_port": "5000"}, First: week, Last: evening,
			},
			{
				ID: "f-3", Kind: "telnet-open", Check: "telnet", Device: "box", Port: 23, Severity: checks.Week, Confidence: discovery.Saw,
				First: evening, Last: evening,
			},
			{
				ID: "f-4", Kind: "firmware-outdated", Check: "firmware", Device: "router", Severity: checks.Good, Confidence: discovery.Likely,
				Args: map[string]string{"version": "1.0.1", "newest": "1.2.4", "sure": "no"}, First: evening, Last: evening,
			},
			{
				ID: "f-5", Kind: "firmware-outdated", Check: "firmware", Device: "tv", Severity: checks.Good, Confidence: discovery.Saw,
				Args: map[string]string{"version": "3.1", "newest": "4.0", "sure": "yes"}, First: week, Last: evening, Accepted: "It is replaced in May",
			},
			{
				ID: "f-6", Kind: "upnp-on", Check: "upnp", Device: "router", Severity: checks.Good, Confidence: discovery.Saw,
				Args: map[string]string{"ways": "UPnP"}, First: week, Last: evening, Fixed: evening.AddDate(0, 0, -1),
			},
			{ID: "f-7", Kind: "raw-print", Check: "raw-print", Device: "printer", Port: 9100, Severity: checks.Inform, Confidence: discovery.Saw, First: week, Last: evening},
		},
		Outcomes: []checks.Outcome{
			{Check: "telnet", Device: "router", Result: checks.Clear},
			{Check: "telnet", Device: "cam", Result: checks.Clear},
			{Check: "telnet", Device: "printer", Result: checks.Clear},
			{Check: "telnet", Device: "nas", Result: checks.Clear},
			{Check: "telnet", Device: "tv", Result: checks.Clear},
			{Check: "telnet", Device: "bulb", Result: checks.Clear},
			{Check: "telnet", Device: "speaker", Result: checks.Clear},
			{Check: "telnet", Device: "box", Result: checks.Found},
			{Check: "firmware", Device: "nas", Result: checks.Clear},
			{Check: "port-forward", Device: "router", Result: checks.Found},
			{Check: "default-login", Device: "router", Reason: checks.ReasonNoConsent},
			{Check: "default-login", Device: "printer", Reason: checks.ReasonNoConsent},
			{Check: "telnet", Device: "plug", Reason: checks.ReasonUnreachable},
			{Check: "snmp-public", Device: "plug", Reason: checks.ReasonUnreachable},
			{Check: "telnet", Device: "lock", Reason: checks.ReasonLeaveAlone},
		},
		Traffic: discovery.Traffic{Packets: 214, Connections: 187, BytesSent: 48_210, BytesReceived: 391_400, LoginAttempts: 1},
	}
}

// calm is a home in which everything was checked and nothing found.
func calm() rounds.Snapshot {
	s := family()
	s.Findings = nil
	var outcomes []checks.Outcome
	for i := range s.Devices {
		s.Devices[i].Present, s.Devices[i].LeaveAlone = true, false
		s.Devices[i].LastSeen = evening
		for _, id := range []checks.ID{"telnet", "default-login", "open-admin", "firmware"}[:1+i%4] {
			outcomes = append(outcomes, checks.Outcome{Check: id, Device: s.Devices[i].ID, Result: checks.Clear})
		}
	}
	s.Outcomes = outcomes
	return s
}

// happened is what changed in the family's home.
func happened() []rounds.Change {
	at := func(days int) time.Time { return evening.AddDate(0, 0, -days) }
	return []rounds.Change{
		{Round: 3, At: at(0), What: rounds.FindingNew, Device: "box", Finding: "f-3"},
		{Round: 3, At: at(0), What: rounds.DeviceNew, Device: "what"},
		{Round: 3, At: at(0), What: rounds.FirmwareChanged, Device: "nas", Old: "DSM 7.1", New: "DSM 7.2.1-69057"},
		{Round: 3, At: at(1), What: rounds.FindingFixed, Device: "router", Finding: "f-6"},
		{Round: 2, At: at(2), What: rounds.DeviceGone, Device: "phone"},
		{Round: 2, At: at(2), What: rounds.AddressChanged, Device: "tv", Old: "192.168.1.9", New: "192.168.1.17"},
		{Round: 2, At: at(3), What: rounds.DeviceBack, Device: "speaker"},
		{Round: 2, At: at(4), What: rounds.DeviceGone, Device: "speaker"},
	}
}

// facts are those of a home, in a language.
func facts(t testing.TB, s rounds.Snapshot, language string) Facts {
	t.Helper()
	w := words(t, language)
	catalog, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	known := firmware.Check{Catalog: catalog}
	return Facts{
		Snapshot: s, Words: w, Version: "1.2.3", Now: evening.Add(30 * time.Minute), Changes: happened(), Since: evening.AddDate(0, 0, -5), Reported: true,
		Known: known.Known,
	}
}

// hostile is a home whose devices have learned what breaks pages.
func hostile() rounds.Snapshot {
	s := family()
	names := []string{
		`<script>document.title="owned"</script><img src=x onerror=alert(1)>`,
		"\x1b[31mred\x1b[0m \x1b]0;title\x07",
		"\u202egnp.exe\u202c \u2066isolated\u2069 zero\u200bwidth",
		strings.Repeat("Wohnzimmerdeckenbeleuchtungssteuerung", 14), // 500 characters, no space
		"👨‍👩‍👧‍👦 family 🏠🔥 camera",
		"كاميرا الباب الأمامي",
		"客厅摄像头 玄関カメラ",
		`=HYPERLINK("http://203.0.113.9","Click")`,
		"{{.Home}} {{template \"x\"}} %s %!d(MISSING)",
		"Shelly-A4CF12F45D3E and b0:4e:26:11:22:33",
		"e\u0301cole \u0419 и\u0306 a\u0300\u0316\u0317\u0318\u0319",
		strings.Repeat("a b ", 130),
	}
	for i := range s.Devices {
		d := &s.Devices[i]
		d.Name, d.Vendor, d.Model, d.Firmware = names[i%len(names)], names[(i+1)%len(names)], names[(i+2)%len(names)], names[(i+3)%len(names)]
		d.Correct(discovery.Correction{Room: names[(i+5)%len(names)]})
	}
	s.Home.Name = names[0] + names[5] + names[3]
	for i := range s.Findings {
		f := &s.Findings[i]
		args := map[string]string{"url": "javascript:alert(1)", "user": names[0], "newest": names[3], "version": names[5], "product": names[4], "inner": names[2]}
		for k, v := range f.Args {
			if args[k] == "" {
				args[k] = v
			}
		}
		f.Args = args
		if f.Accepted != "" {
			f.Accepted = names[1] + names[3]
		}
	}
	s.Troubles = []rounds.Trouble{{Source: names[0]}}
	return s
}
