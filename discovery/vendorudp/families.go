package vendorudp

import (
	"bytes"
	"encoding/binary"
	"slices"

	"porchlight/discovery"
)

// maxQuestions is how many questions one device is asked in a round.
const maxQuestions = 2

// A family is the products that understand the same questions.
type family struct {
	makers []string
	kinds  []discovery.Kind // nil: all that the makers build
	// ask are at most maxQuestions. The second is for those that did not answer the first or, with
	// more, for those that did.
	ask  []question
	more bool
}

// A question is one datagram that reads what a product is and changes nothing.
type question struct {
	name    string // of the protocol, as it is shown
	port    uint16
	payload []byte
	line    string // what the ledger calls it
	parse   func(b []byte) ([]discovery.Fact, error)
}

// families are all that is asked. A device belongs to the first that fits it.
//
// What is not here is left out on purpose: questions that only go to everybody (Hikvision
// SADP), whose answers go to a fixed port of ours (Govee) or tell neither model nor version (miIO,
// Broadlink), and those whose bytes nobody has shown to be safe (Foscam, NETGEAR NSDP, the old one of
// Dahua). MikroTik and Tuya are only listened to.
var families = []family{
	// A plug that speaks the old protocol tells its version there, and not in the new one.
	{makers: []string{"TP-Link"}, kinds: tpLinkSmall, ask: []question{kasa, tdp}},
	{makers: []string{"TP-Link"}, kinds: tpLinkLarge, ask: []question{tdp, kasa}},
	{makers: []string{"TP-Link"}, kinds: []discovery.Kind{discovery.KindRouter, discovery.KindAccessPoint}, ask: []question{tdp}},
	{makers: []string{"Ubiquiti"}, ask: []question{ubiquiti1, ubiquiti2}},
	{makers: []string{"ASUS"}, kinds: []discovery.Kind{discovery.KindRouter, discovery.KindAccessPoint}, ask: []question{infosvr}},
	{makers: []string{"LIFX"}, ask: []question{lifxVersion, lifxFirmware}, more: true},
	{makers: []string{"WiZ"}, ask: []question{wiz}},
	{makers: []string{"Yeelight"}, ask: []question{yeelight}},
	{makers: []string{"Twinkly"}, ask: []question{twinkly}},
	{makers: []string{"iRobot"}, ask: []question{irobot}},
	{makers: []string{"Daikin"}, ask: []question{daikin}},
	{makers: []string{"Dahua", "Amcrest", "Lorex"}, ask: []question{dahua}},
	{makers: []string{"Sony"}, kinds: []discovery.Kind{discovery.KindConsole}, ask: []question{playstation4, playstation5}},
	{makers: []string{"Onkyo"}, kinds: receivers, ask: []question{onkyo}},
	{makers: []string{"Pioneer"}, kinds: receivers, ask: []question{pioneer}},
}

var (
	tpLinkSmall = []discovery.Kind{discovery.KindUnknown, discovery.KindPlug, discovery.KindLight, discovery.KindSwitch}
	tpLinkLarge = []discovery.Kind{
		discovery.KindCamera, discovery.KindDoorbell, discovery.KindHub, discovery.KindSensor, discovery.KindVacuum, discovery.KindLock, discovery.KindThermostat,
	}
	receivers = []discovery.Kind{discovery.KindUnknown, discovery.KindMediaPlayer, discovery.KindSpeaker}
)

// familyOf finds the family of a device.
func familyOf(d discovery.Device) (family, bool) {
	i := slices.IndexFunc(families, func(f family) bool {
		return slices.Contains(f.makers, d.Vendor) && (f.kinds == nil || slices.Contains(f.kinds, d.Kind))
	})
	if i < 0 {
		return family{}, false
	}
	return families[i], true
}

// The questions, with where their form is from: what the open clients of each protocol send.
var (
	kasa = question{ // python-kasa
		name: "kasa", port: 9999, payload: autokey([]byte(`{"system":{"get_sysinfo":{}}}`)), line: "kasa get_sysinfo", parse: parseKasa,
	}
	tdp = question{ // python-kasa
		name: "tdp", port: 20002, payload: []byte("\x02\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x46\x3c\xb5\xd3"), line: "tdp discovery", parse: parseTDP,
	}
	ubiquiti1 = question{ // nmap, ubiquiti-discovery
		name: "ubnt", port: 10001, payload: []byte("\x01\x00\x00\x00"), line: "ubnt discovery, version 1", parse: parseUbiquiti,
	}
	ubiquiti2 = question{
		name: "ubnt", port: 10001, payload: []byte("\x02\x08\x00\x00"), line: "ubnt discovery, version 2", parse: parseUbiquiti,
	}
	// Only this one: other numbers in place of 0x1f change the router or run commands (CVE-2014-9583).
	infosvr = question{ // asuswrt, iboxcom.h
		name: "infosvr", port: 9999, payload: padded("\x0c\x15\x1f\x00", infosvrBytes), line: "infosvr GETINFO", parse: parseInfosvr,
	}
	lifxVersion = question{ // LIFX LAN protocol
		name: "lifx", port: 56700, payload: lifxGet(lifxGetVersion), line: "lifx GetVersion", parse: parseLIFX,
	}
	lifxFirmware = question{
		name: "lifx", port: 56700, payload: lifxGet(lifxGetHostFirmware), line: "lifx GetHostFirmware", parse: parseLIFX,
	}
	wiz = question{ // pywizlight
		name: "wiz", port: 38899, payload: []byte(`{"method":"getSystemConfig","params":{}}`), line: "wiz getSystemConfig", parse: parseWiZ,
	}
	yeelight = question{ // python-yeelight, which also asks one light alone
		name: "yeelight", port: 1982, line: "yeelight M-SEARCH wifi_bulb", parse: parseYeelight,
		payload: []byte("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1982\r\nMAN: \"ssdp:discover\"\r\nST: wifi_bulb\r\n\r\n"),
	}
	twinkly = question{ // xled-docs
		name: "twinkly", port: 5555, payload: []byte("\x01discover"), line: "twinkly discover", parse: parseTwinkly,
	}
	irobot = question{ // roombapy
		name: "irobot", port: 5678, payload: []byte("irobotmcs"), line: "irobot irobotmcs", parse: parseIRobot,
	}
	daikin = question{ // pydaikin
		name: "daikin", port: 30050, payload: []byte("DAIKIN_UDP/common/basic_info"), line: "daikin basic_info", parse: parseDaikin,
	}
	// Other methods in place of search set addresses and passwords.
	dahua = question{ // DahuaConsole
		name: "dhip", port: 37810, payload: dhip(`{"method":"DHDiscover.search","params":{"mac":"","uni":1}}`), line: "dhip DHDiscover.search", parse: parseDahua,
	}
	// SRCH, unlike WAKEUP and LAUNCH, leaves the console as it is.
	playstation4 = question{ // pyps4
		name: "ddp", port: 987, payload: []byte("SRCH * HTTP/1.1\ndevice-discovery-protocol-version:00020020\n"), line: "ddp SRCH", parse: parseDDP,
	}
	playstation5 = question{ // pyremoteplay
		name: "ddp", port: 9302, payload: []byte("SRCH * HTTP/1.1\ndevice-discovery-protocol-version:00030010\n"), line: "ddp SRCH", parse: parseDDP,
	}
	onkyo = question{ // onkyo-eiscp
		name: "eiscp", port: 60128, payload: eiscp("!xECNQSTN\r\n"), line: "eiscp ECNQSTN", parse: parseEISCP,
	}
	pioneer = question{
		name: "eiscp", port: 60128, payload: eiscp("!pECNQSTN\r\n"), line: "eiscp ECNQSTN", parse: parseEISCP,
	}
)

// padded fills up with zeros.
func padded(begin string, n int) []byte { return append([]byte(begin), make([]byte, n-len(begin))...) }

// lifxGet writes a message without a body: a frame of 8 bytes, an address of 16, a type of 12.
func lifxGet(kind uint16) []byte {
	b := make([]byte, lifxHeaderBytes)
	binary.LittleEndian.PutUint16(b, lifxHeaderBytes)
	binary.LittleEndian.PutUint16(b[2:], lifxProtocol|1<<12|1<<13) // with an address, which is everybody's
	binary.LittleEndian.PutUint32(b[4:], 0x504c4831)               // who asks: any number but 0 and 1
	binary.LittleEndian.PutUint16(b[32:], kind)
	return b
}

// dhip puts the header of 32 bytes before a request; the other fields are a session and numbers.
func dhip(body string) []byte {
	b := padded("\x20\x00\x00\x00DHIP", dhipHeaderBytes)
	binary.LittleEndian.PutUint32(b[dhipLength:], uint32(len(body))) //nolint:gosec // a text of ours
	binary.LittleEndian.PutUint32(b[24:], uint32(len(body)))         //nolint:gosec // a text of ours
	return append(b, body...)
}

// eiscp puts the header of 16 bytes before a command: magic, both lengths, version 1.
func eiscp(command string) []byte {
	var b bytes.Buffer
	b.WriteString(eiscpMagic)
	b.Write(binary.BigEndian.AppendUint32(nil, eiscpHeaderBytes))
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(command)))) //nolint:gosec // a text of ours
	b.WriteString("\x01\x00\x00\x00")
	b.WriteString(command)
	return b.Bytes()
}
